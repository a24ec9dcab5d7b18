/* SPDX-License-Identifier: ISC */
/* conf: one table, three sources. */
#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf_table.h"
#include "base/str.h"

#define FILE_MAX_BYTES 65536
#define SECRET_MIN_BYTES 32
#define SECRET_MIN_BITS 96.0
#define ROTATION_MIN 3600

const struct conf_row conf_rows[] = {
#define TEXT(key, member, def, flags, doc) \
	{ #key, T_TEXT, offsetof(struct conf, member), def, NULL, 0, 0, flags, doc },
#define ENUM(key, member, def, choices, doc) \
	{ #key, T_ENUM, offsetof(struct conf, member), def, choices, 0, 0, CONF_PLAIN, doc },
#define BOOL(key, member, def, doc) \
	{ #key, T_BOOL, offsetof(struct conf, member), #def, NULL, 0, 0, CONF_PLAIN, doc },
#define INT(key, member, def, min, max, doc) \
	{ #key, T_INT, offsetof(struct conf, member), #def, NULL, min, max, CONF_PLAIN, doc },
#include "base/conf.def"
#undef TEXT
#undef ENUM
#undef BOOL
#undef INT
};

const size_t conf_row_count = sizeof(conf_rows) / sizeof(conf_rows[0]);

static struct {
	struct conf conf;
	struct arena *arena; /* never reset */
} state;

const struct conf *
conf(void)
{
	return &state.conf;
}

static bool
complain(const char *where, const char *key, const char *value, const char *why)
{
	if (value == NULL)
		fprintf(stderr, "%s: %s: %s\n", where, key, why);
	else
		fprintf(stderr, "%s: %s: '%s' %s\n", where, key, value, why);
	return false;
}

static const struct conf_row *
row_by_key(const char *key)
{
	size_t i;

	for (i = 0; i < conf_row_count; i++)
		if (strcmp(conf_rows[i].key, key) == 0)
			return &conf_rows[i];
	return NULL;
}

static bool
is_choice(const char *value, const char *choices)
{
	size_t n = strlen(value);

	for (;;) {
		size_t len = strcspn(choices, "|");

		if (len == n && strncmp(choices, value, n) == 0)
			return true;
		if (choices[len] == '\0')
			return false;
		choices += len + 1;
	}
}

static bool
set_bool(bool *out, const char *value)
{
	if (str_eq(value, "on") || str_eq(value, "true") || str_eq(value, "1"))
		*out = true;
	else if (str_eq(value, "off") || str_eq(value, "false") || str_eq(value, "0"))
		*out = false;
	else
		return false;
	return true;
}

static bool
set_int(const struct conf_row *row, long *out, const char *value)
{
	char *end;

	errno = 0;
	*out = strtol(value, &end, 10);
	return errno == 0 && end != value && *end == '\0' && *out >= row->min && *out <= row->max;
}

static bool
set(const struct conf_row *row, const char *value, const char *where)
{
	char *member = (char *)&state.conf + row->offset;
	char why[256];

	switch (row->type) {
	case T_TEXT:
		*(const char **)(void *)member = arena_strdup(state.arena, value);
		return true;
	case T_ENUM:
		if (!is_choice(value, row->choices)) {
			snprintf(why, sizeof(why), "is none of %s", row->choices);
			return complain(where, row->key, value, why);
		}
		*(const char **)(void *)member = arena_strdup(state.arena, value);
		return true;
	case T_BOOL:
		if (!set_bool((bool *)member, value))
			return complain(where, row->key, value,
			    "is not on, off, true, false, 1 or 0");
		return true;
	default:
		if (!set_int(row, (long *)(void *)member, value)) {
			snprintf(why, sizeof(why), "is no number from %ld to %ld", row->min,
			    row->max);
			return complain(where, row->key, value, why);
		}
		return true;
	}
}

/* The whole file, or NULL with errno set. */
static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text;
	size_t n;

	if (f == NULL)
		return NULL;
	text = arena_alloc(state.arena, FILE_MAX_BYTES + 1);
	n = fread(text, 1, FILE_MAX_BYTES + 1, f);
	if (ferror(f) != 0 || n > FILE_MAX_BYTES) {
		errno = n > FILE_MAX_BYTES ? EFBIG : errno;
		text = NULL;
	}
	fclose(f);
	return text;
}

/* KEY_FILE: the value is the content of a file, without the line end. */
static bool
set_from_file(const struct conf_row *row, const char *path, const char *where)
{
	char *text = read_file(path);

	if (text == NULL)
		return complain(where, row->key, path, strerror(errno));
	text[strcspn(text, "\r\n")] = '\0';
	return set(row, text, where);
}

/* The row that KEY_FILE belongs to, or NULL. */
static const struct conf_row *
row_of_file_key(const char *key)
{
	char base[64];
	size_t n = strlen(key);

	if (!str_ends(key, "_FILE") || n >= sizeof(base))
		return NULL;
	memcpy(base, key, n - 5);
	base[n - 5] = '\0';
	const struct conf_row *row = row_by_key(base);
	return row != NULL && (row->flags & (CONF_SECRET | CONF_HIDE_PASSWORD)) != 0 ? row : NULL;
}

/* Removes one pair of quotes, as systemd's EnvironmentFile does. */
static char *
unquote(char *value)
{
	size_t n = strlen(value);

	if (n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0]) {
		value[n - 1] = '\0';
		value++;
	}
	return value;
}

static bool
set_line(char *line, const char *where)
{
	const struct conf_row *row;
	char *eq;
	size_t n;

	line += strspn(line, " \t");
	n = strlen(line);
	while (n > 0 && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
	if (n == 0 || *line == '#' || *line == ';')
		return true;
	eq = strchr(line, '=');
	if (eq == NULL)
		return complain(where, "syntax", line, "is not KEY=value");
	*eq = '\0';
	row = row_by_key(line);
	if (row != NULL)
		return set(row, unquote(eq + 1), where);
	row = row_of_file_key(line);
	if (row != NULL)
		return set_from_file(row, unquote(eq + 1), where);
	return complain(where, line, NULL, "there is no such setting");
}

static bool
load_file(const char *path, bool required)
{
	char *text = read_file(path), *line, where[512];
	unsigned number = 0;

	if (text == NULL && !required && errno == ENOENT)
		return true;
	if (text == NULL)
		return complain("POSTERN_CONF", path, NULL, strerror(errno));
	while ((line = strsep(&text, "\n")) != NULL) {
		snprintf(where, sizeof(where), "%s:%u", path, ++number);
		if (!set_line(line, where))
			return false;
	}
	return true;
}

static bool
load_environment(void)
{
	char key[80];
	size_t i;

	for (i = 0; i < conf_row_count; i++) {
		const char *value = getenv(conf_rows[i].key);

		if (value != NULL && !set(&conf_rows[i], value, "environment"))
			return false;
		if ((conf_rows[i].flags & (CONF_SECRET | CONF_HIDE_PASSWORD)) == 0)
			continue;
		snprintf(key, sizeof(key), "%s_FILE", conf_rows[i].key);
		value = getenv(key);
		if (value != NULL && !set_from_file(&conf_rows[i], value, "environment"))
			return false;
	}
	return true;
}

/* Shannon's estimate over the bytes of the text: low for repeated or typed-in words. */
static double
entropy_bits(const char *text)
{
	unsigned count[256] = { 0 }, i;
	double bits = 0, n = (double)strlen(text);

	for (; *text != '\0'; text++)
		count[(unsigned char)*text]++;
	for (i = 0; i < 256; i++)
		if (count[i] > 0)
			bits += count[i] * log2(n / count[i]);
	return bits;
}

static bool
check_secret(const char *key, const char *secret)
{
	const char *where = "settings";

	if (strncmp(secret, "better-auth-secret-12345678901234567890", 39) == 0)
		return complain(where, key, NULL, "is Better Auth's published default");
	if (strlen(secret) < SECRET_MIN_BYTES)
		return complain(where, key, NULL, "is shorter than 32 bytes");
	if (entropy_bits(secret) < SECRET_MIN_BITS)
		return complain(where, key, NULL, "is too regular to be random");
	return true;
}

/* NUMBER:SECRET. */
static bool
take_version(const struct conf *c, char *entry, struct conf_secret *out)
{
	char *colon = strchr(entry, ':'), key[64];
	size_t i, n = colon != NULL ? (size_t)(colon - entry) : 0;

	snprintf(key, sizeof(key), "BETTER_AUTH_SECRETS: entry %zu", c->n_versions + 1);
	if (n == 0 || n > 9 || strspn(entry, "0123456789") != n)
		return complain("settings", key, NULL, "does not begin with a number and a colon");
	out->version = strtol(entry, NULL, 10);
	out->text = str_trim(state.arena, colon + 1, strlen(colon + 1));
	for (i = 0; i < c->n_versions; i++)
		if (c->versions[i].version == out->version)
			return complain("settings", key, NULL, "has the number of an earlier one");
	return check_secret(key, out->text);
}

/* With a list the first entry signs, and BETTER_AUTH_SECRET only reads what was encrypted
 * before there was a list. */
static bool
derive_secrets(struct conf *c)
{
	size_t most = strlen(c->secret_list) / 2 + 1;
	struct conf_secret *versions = arena_alloc(state.arena, most * sizeof(*versions));
	const char *list = c->secret_list;
	char *entry;

	c->versions = versions;
	c->n_versions = 0;
	while ((entry = str_next(state.arena, &list, ',')) != NULL) {
		if (!take_version(c, entry, &versions[c->n_versions]))
			return false;
		c->n_versions++;
	}
	c->old_secrets_end = 0;
	if (*c->old_secrets_until != '\0' &&
	    !clock_parse(c->old_secrets_until, &c->old_secrets_end))
		return complain("settings", "OLD_SECRETS_UNTIL", c->old_secrets_until,
		    "is no date like 2026-12-31T00:00:00Z");
	c->secret = c->n_versions > 0 ? versions->text : c->only_secret;
	if (c->n_versions == 0 && *c->secret_list != '\0')
		return complain("settings", "BETTER_AUTH_SECRETS", NULL, "has no entry");
	if (*c->secret == '\0')
		return complain("settings", "BETTER_AUTH_SECRET", NULL,
		    "must be set; openssl rand -base64 48 makes one");
	return *c->only_secret == '\0' || check_secret("BETTER_AUTH_SECRET", c->only_secret);
}

const char *
conf_secret(size_t i)
{
	const struct conf *c = conf();

	if (c->n_versions == 0)
		return i == 0 ? c->secret : NULL;
	if (i < c->n_versions)
		return c->versions[i].text;
	return i == c->n_versions && *c->only_secret != '\0' ? c->only_secret : NULL;
}

/* A name, an address or a [bracketed] one, with or without a port. */
static bool
is_host(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && strchr(".-_:[]", s[i]) == NULL)
			return false;
	return n > 0 && (isalnum((unsigned char)*s) || *s == '[');
}

/* Splits http(s)://host[:port][/]; a default port is left out of the origin. */
static bool
derive_origin(struct conf *c)
{
	char *url = str_lower(state.arena, c->base_url);
	const char *host;
	size_t n;

	c->secure = str_starts(url, "https://");
	if (!c->secure && !str_starts(url, "http://"))
		return complain("settings", "BETTER_AUTH_URL", c->base_url,
		    "is no http or https address");
	host = strstr(url, "://") + 3;
	n = strcspn(host, "/?#");
	if (!is_host(host, n) || (host[n] != '\0' && !str_eq(host + n, "/")))
		return complain("settings", "BETTER_AUTH_URL", c->base_url,
		    "must be scheme and host without a path");
	url = arena_strndup(state.arena, url, (size_t)(host - url) + n);
	if (str_ends(url, c->secure ? ":443" : ":80"))
		*strrchr(url, ':') = '\0';
	c->origin = url;
	return true;
}

static void
apply_posture(struct conf *c)
{
	bool strict = str_eq(c->posture, "strict");

	if (c->password_min == 0)
		c->password_min = strict ? 15 : 8;
	if (*c->jwt_claims == '\0')
		c->jwt_claims = strict ? "minimal" : "better-auth";
}

/* Each of the five at most once, and one at least. */
static bool
check_algs(struct conf *c)
{
	static const char known[] = "EdDSA|ES256|ES512|RS256|PS256";
	const char *list = c->jwt_alg, *alg;
	struct buf seen = buf_new(state.arena, 64);

	while ((alg = str_next(state.arena, &list, ',')) != NULL) {
		if (!is_choice(alg, known) || strstr(seen.p, alg) != NULL)
			return complain("settings", "JWT_ALG", c->jwt_alg,
			    "is no list of EdDSA, ES256, ES512, RS256 and PS256, each once");
		buf_add(&seen, alg);
	}
	if (seen.len == 0)
		return complain("settings", "JWT_ALG", NULL, "is empty");
	if (c->jwt_rotation > 0 && c->jwt_rotation < ROTATION_MIN)
		return complain("settings", "JWT_ROTATION", NULL,
		    "is less than an hour: verifiers need time to learn of a key");
	return true;
}

static bool
derive_claims(struct conf *c)
{
	struct conf_claim *claims = arena_alloc(state.arena, CONF_CLAIMS_MAX * sizeof(*claims));
	const char *why = conf_claims_read(state.arena, c->profile_claims, claims, &c->n_claims);

	c->claims = claims;
	return why == NULL || complain("settings", "PROFILE_CLAIMS", NULL, why);
}

static bool
check(struct conf *c)
{
	if (!derive_secrets(c) || !derive_origin(c))
		return false;
	if (!str_eq(c->cookie_samesite, "lax") && !c->secure)
		return complain("settings", "COOKIE_SAMESITE", c->cookie_samesite,
		    "needs an https BETTER_AUTH_URL");
	if (!check_algs(c) || !derive_claims(c))
		return false;
	apply_posture(c);
	if (c->password_min > c->password_max)
		return complain("settings", "PASSWORD_MIN", NULL, "is more than PASSWORD_MAX");
	return true;
}

bool
conf_load(void)
{
	const char *path = getenv("POSTERN_CONF");
	size_t i;

	if (state.arena == NULL)
		state.arena = arena_new((size_t)4 * 1024 * 1024);
	for (i = 0; i < conf_row_count; i++)
		if (!set(&conf_rows[i], conf_rows[i].def, "default"))
			return false;
	if (!load_file(path != NULL ? path : SYSCONFDIR "/postern.conf", path != NULL))
		return false;
	return load_environment() && check(&state.conf);
}
