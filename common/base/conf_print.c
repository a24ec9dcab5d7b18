/* SPDX-License-Identifier: ISC */
/* conf_print: the settings in effect, without what must stay secret. */
#include "base/conf.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf_table.h"
#include "base/json.h"
#include "base/str.h"

#define PRINT_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* Where the value that begins at s ends: in an address at "&", in a list of key = value at
 * its closing quote or at a space, which a backslash may stand before. */
static const char *
value_end(const char *s, bool is_url)
{
	bool quoted = !is_url && *s == '\'';

	if (is_url)
		return s + strcspn(s, "&");
	for (s += quoted; *s != '\0' && (quoted ? *s != '\'' : !isspace((unsigned char)*s)); s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
	return quoted && *s != '\0' ? s + 1 : s;
}

/* Every password=, sslpassword= and so on, with spaces around the sign. */
static char *
hide_password_members(struct arena *a, const char *url, bool is_url)
{
	struct buf b = buf_new(a, strlen(url) + 16);
	const char *at, *value;

	while ((at = strstr(url, "password")) != NULL) {
		value = at + strlen("password");
		value += strspn(value, " \t");
		if (*value == '=') {
			value++;
			value += strspn(value, " \t");
		} else {
			at = NULL; /* a value, or part of one */
		}
		buf_addn(&b, url, (size_t)(value - url));
		url = value;
		if (at == NULL)
			continue;
		buf_add(&b, "***");
		url = value_end(value, is_url);
	}
	buf_add(&b, url);
	return b.p;
}

/* postgresql://user:password@host: a password may hold an unescaped "@" or ":". */
static char *
hide_password(struct arena *a, const char *url)
{
	const char *user = strstr(url, "://"), *end, *at, *p, *colon;

	if (user == NULL)
		return hide_password_members(a, url, false);
	user += 3;
	end = user + strcspn(user, "/?");
	for (at = NULL, p = user; p < end; p++)
		if (*p == '@')
			at = p;
	colon = at != NULL ? memchr(user, ':', (size_t)(at - user)) : NULL;
	if (colon != NULL)
		url = str_printf(a, "%.*s:***%s", (int)(colon - url), url, at);
	return hide_password_members(a, url, true);
}

/* Text of one value as it may be shown. */
static const char *
shown(struct arena *a, const struct conf_row *row)
{
	const char *member = (const char *)conf() + row->offset;
	const char *text;

	if (row->type == T_BOOL)
		return *(const bool *)member ? "on" : "off";
	if (row->type == T_INT)
		return str_printf(a, "%ld", *(const long *)(const void *)member);
	text = *(const char *const *)(const void *)member;
	if ((row->flags & CONF_SECRET) != 0 && *text != '\0')
		return "***";
	return (row->flags & CONF_HIDE_PASSWORD) != 0 ? hide_password(a, text) : text;
}

void
conf_print(FILE *f, bool json)
{
	struct arena *a = arena_new(PRINT_MAX_BYTES);
	struct json j = json_new(a, 4096);
	size_t i;

	json_open(&j, NULL);
	for (i = 0; i < conf_row_count; i++)
		if (json)
			json_text(&j, conf_rows[i].key, shown(a, &conf_rows[i]));
		else
			fprintf(f, "%s=%s\n", conf_rows[i].key, shown(a, &conf_rows[i]));
	json_close(&j);
	if (json)
		fprintf(f, "%s\n", json_done(&j));
	arena_free(a);
}

void
conf_print_table(FILE *f)
{
	size_t i;

	for (i = 0; i < conf_row_count; i++) {
		fprintf(f, "%s\t%s\t", conf_rows[i].key, conf_rows[i].def);
		if (conf_rows[i].type == T_INT)
			fprintf(f, "%ld..%ld", conf_rows[i].min, conf_rows[i].max);
		else
			fprintf(f, "%s",
			    conf_rows[i].type == T_BOOL        ? "on|off"
			        : conf_rows[i].choices != NULL ? conf_rows[i].choices
			                                  : "text");
		fprintf(f, "\t%s\n", conf_rows[i].doc);
	}
}
