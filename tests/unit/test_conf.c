/* SPDX-License-Identifier: ISC */
/* conf: three sources, mistakes, secrets.  Every load happens in a child process. */
#include "base/conf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "store/catalogue.h"
#include "suites.h"
#include "unit.h"

#define SECRET "fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2La6NdKxR4tVwY="
#define SECRET_LINE "BETTER_AUTH_SECRET=" SECRET "\n"

struct load {
	const char *file;      /* content of postern.conf; NULL: POSTERN_CONF is unset */
	const char *path;      /* of it, when there is one already */
	const char *env[4][2]; /* further environment */
	bool json;
};

static bool
load(void *arg)
{
	const struct load *l = arg;
	size_t i;

	unit_clear_environment();
	if (l->path != NULL)
		setenv("POSTERN_CONF", l->path, 1);
	for (i = 0; i < COUNT(l->env) && l->env[i][0] != NULL; i++)
		setenv(l->env[i][0], l->env[i][1], 1);
	if (!conf_load())
		return false;
	conf_print(stdout, l->json);
	printf("origin=%s\nsecure=%d\n", conf()->origin, conf()->secure);
	return true;
}

static struct outcome *
load_conf(struct load l)
{
	static struct outcome o;

	if (l.file != NULL)
		l.path = unit_file(l.file, strlen(l.file));
	unit_run(load, &l, &o);
	ck_assert_int_eq(o.signal, 0);
	return &o;
}

/* Has the output that line? */
static bool
has_line(const char *text, const char *line)
{
	const char *at = text;
	size_t n = strlen(line);

	while ((at = strstr(at, line)) != NULL) {
		if ((at == text || at[-1] == '\n') && at[n] == '\n')
			return true;
		at += n;
	}
	return false;
}

#define EXPECT_LINE(o, line) \
	ck_assert_msg((o)->ok &&has_line((o)->out, line), "%s%s", (o)->err, (o)->out)

START_TEST(defaults_hold_where_nothing_is_said)
{
	static const char *const lines[] = {
		"BETTER_AUTH_SECRET=***",
		"BETTER_AUTH_URL=http://localhost:8080",
		"BETTER_AUTH_TRUSTED_ORIGINS=",
		"DATABASE_URL=postgresql:///postern",
		"DATABASE_PREPARE=auto",
		"POSTURE=parity",
		"PROFILE_GATE=after",
		"PASSWORD_MIN=8",
		"PASSWORD_MAX=128",
		"JWT_ALG=EdDSA",
		"JWT_EXPIRES=900",
		"JWT_CLAIMS=better-auth",
		"RATE_LIMIT=on",
		"COOKIE_PREFIX=better-auth",
		"COOKIE_SAMESITE=lax",
		"COOKIE_DOMAIN=",
		"WORKERS=0",
		"LOG_LEVEL=info",
		"origin=http://localhost:8080",
		"secure=0",
	};
	struct outcome *o = load_conf((struct load) { .file = SECRET_LINE });
	size_t i;

	for (i = 0; i < COUNT(lines); i++)
		EXPECT_LINE(o, lines[i]);
}
END_TEST

START_TEST(the_environment_beats_the_file_and_the_file_the_default)
{
	struct load l = {
		.file = SECRET_LINE "JWT_EXPIRES=60\nCOOKIE_PREFIX=file\nJWT_ISSUER=file\n",
		.env = { { "COOKIE_PREFIX", "env" }, { "JWT_AUDIENCE", "env" },
		    { "JWT_ISSUER", "" } },
	};
	struct outcome *o = load_conf(l);

	EXPECT_LINE(o, "JWT_EXPIRES=60");
	EXPECT_LINE(o, "COOKIE_PREFIX=env");
	EXPECT_LINE(o, "JWT_AUDIENCE=env");
	EXPECT_LINE(o, "JWT_ISSUER=");
	EXPECT_LINE(o, "PASSWORD_MAX=128");
}
END_TEST

START_TEST(the_last_line_of_a_key_wins)
{
	EXPECT_LINE(load_conf((struct load) { .file = SECRET_LINE "WORKERS=1\nWORKERS=2\n" }),
	    "WORKERS=2");
}
END_TEST

static const struct {
	const char *line; /* of the file */
	const char *shown;
} spellings[] = {
	{ "JWT_ISSUER=a b", "JWT_ISSUER=a b" },
	{ "JWT_ISSUER=\"a b\"", "JWT_ISSUER=a b" },
	{ "JWT_ISSUER='a b'", "JWT_ISSUER=a b" },
	{ "JWT_ISSUER='a\"b'", "JWT_ISSUER=a\"b" },
	{ "JWT_ISSUER='a\"", "JWT_ISSUER='a\"" },
	{ "JWT_ISSUER=\"", "JWT_ISSUER=\"" },
	{ "JWT_ISSUER=\"\"", "JWT_ISSUER=" },
	{ "JWT_ISSUER=", "JWT_ISSUER=" },
	{ "JWT_ISSUER=a=b", "JWT_ISSUER=a=b" },
	{ "  JWT_ISSUER=a  ", "JWT_ISSUER=a" },
	{ "\tJWT_ISSUER=a\t\r", "JWT_ISSUER=a" },
	{ "JWT_ISSUER=a#b", "JWT_ISSUER=a#b" },
	{ "# JWT_ISSUER=a", "JWT_ISSUER=" },
	{ "; JWT_ISSUER=a", "JWT_ISSUER=" },
	{ "   \t ", "JWT_ISSUER=" },
	{ "RATE_LIMIT=on", "RATE_LIMIT=on" },
	{ "RATE_LIMIT=true", "RATE_LIMIT=on" },
	{ "RATE_LIMIT=1", "RATE_LIMIT=on" },
	{ "RATE_LIMIT=off", "RATE_LIMIT=off" },
	{ "RATE_LIMIT=false", "RATE_LIMIT=off" },
	{ "RATE_LIMIT=0", "RATE_LIMIT=off" },
	{ "WORKERS=64", "WORKERS=64" },
	{ "DATABASE_TIMEOUT=100", "DATABASE_TIMEOUT=100" },
	{ "DATABASE_TIMEOUT=600000", "DATABASE_TIMEOUT=600000" },
	{ "PASSWORD_HASH=", "PASSWORD_HASH=" },
	{ "PASSWORD_HASH=scrypt", "PASSWORD_HASH=scrypt" },
	{ "JWT_ALG=PS256", "JWT_ALG=PS256" },
};

START_TEST(lines_are_read_as_systemd_reads_them)
{
	const char *file = str_printf(unit_arena, "%s%s\n", SECRET_LINE, spellings[_i].line);

	EXPECT_LINE(load_conf((struct load) { .file = file }), spellings[_i].shown);
}
END_TEST

START_TEST(a_last_line_needs_no_end)
{
	EXPECT_LINE(load_conf((struct load) { .file = SECRET_LINE "WORKERS=3" }), "WORKERS=3");
}
END_TEST

static const struct {
	const char *line;
	const char *says[3]; /* besides file and line */
} mistakes[] = {
	{ "NO_SUCH_KEY=1", { "NO_SUCH_KEY", "no such setting" } },
	{ "workers=1", { "workers", "no such setting" } },
	{ "WORKERS =1", { "WORKERS ", "no such setting" } },
	{ "export WORKERS=1", { "export WORKERS", "no such setting" } },
	{ "=1", { "no such setting" } },
	{ "JWT_ISSUER_FILE=/dev/null", { "JWT_ISSUER_FILE", "no such setting" } },
	{ "_FILE=/dev/null", { "no such setting" } },
	{ "WORKERS", { "KEY=value" } },
	{ "[section]", { "KEY=value" } },
	{ "WORKERS=", { "WORKERS", "0 to 64" } },
	{ "WORKERS=many", { "WORKERS", "many", "0 to 64" } },
	{ "WORKERS=65", { "WORKERS", "65", "0 to 64" } },
	{ "WORKERS=-1", { "WORKERS", "-1", "0 to 64" } },
	{ "WORKERS=1.5", { "WORKERS", "1.5", "0 to 64" } },
	{ "WORKERS=0x10", { "WORKERS", "0x10", "0 to 64" } },
	{ "WORKERS=1 2", { "WORKERS", "1 2", "0 to 64" } },
	{ "WORKERS=99999999999999999999", { "WORKERS", "99999999999999999999", "0 to 64" } },
	{ "DATABASE_TIMEOUT=99", { "DATABASE_TIMEOUT", "99", "100 to 600000" } },
	{ "PASSWORD_MAX=63", { "PASSWORD_MAX", "63", "64 to 1024" } },
	{ "RATE_LIMIT=yes", { "RATE_LIMIT", "yes", "on, off" } },
	{ "RATE_LIMIT=", { "RATE_LIMIT", "on, off" } },
	{ "RATE_LIMIT=ON", { "RATE_LIMIT", "ON", "on, off" } },
	{ "POSTURE=relaxed", { "POSTURE", "relaxed", "parity|strict" } },
	{ "POSTURE=", { "POSTURE", "parity|strict" } },
	{ "POSTURE=parity|strict", { "POSTURE", "is none of" } },
	{ "POSTURE=par", { "POSTURE", "par", "is none of" } },
	{ "BETTER_AUTH_SECRET_FILE=/nonexistent/secret",
	    { "/nonexistent/secret", "No such file" } },
};

START_TEST(a_mistake_in_the_file_is_named_with_its_line)
{
	const char *file = str_printf(unit_arena, "# settings\n\n%s%s\nWORKERS=1\n", SECRET_LINE,
	    mistakes[_i].line);
	const char *path = unit_file(file, strlen(file));
	struct outcome *o = load_conf((struct load) { .path = path });
	const char *where = str_printf(unit_arena, "%s:4: ", path);
	size_t i;

	ck_assert_msg(!o->ok, "%s", mistakes[_i].line);
	ck_assert_msg(str_starts(o->err, where), "%s", o->err);
	for (i = 0; i < COUNT(mistakes[_i].says) && mistakes[_i].says[i] != NULL; i++)
		ck_assert_msg(strstr(o->err, mistakes[_i].says[i]) != NULL, "%s", o->err);
	ck_assert_ptr_null(strstr(o->err, SECRET));
}
END_TEST

START_TEST(a_mistake_in_the_environment_is_named)
{
	struct load l = { .file = SECRET_LINE, .env = { { "WORKERS", "many" } } };
	struct outcome *o = load_conf(l);

	ck_assert(!o->ok);
	ck_assert_msg(str_starts(o->err, "environment: WORKERS: 'many'"), "%s", o->err);
}
END_TEST

START_TEST(unknown_names_in_the_environment_are_somebody_elses)
{
	struct load l = { .file = SECRET_LINE, .env = { { "NO_SUCH_KEY", "1" } } };

	ck_assert(load_conf(l)->ok);
}
END_TEST

START_TEST(a_file_that_is_named_must_be_there)
{
	struct outcome *o = load_conf((struct load) { .path = "/nonexistent/postern.conf" });

	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "/nonexistent/postern.conf: No such file") != NULL, "%s",
	    o->err);
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_refused)
{
	char *text = arena_alloc(unit_arena, 70001);
	struct outcome *o;

	memset(text, '#', 70000);
	o = load_conf((struct load) { .file = text });
	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "File too large") != NULL, "%s", o->err);
}
END_TEST

START_TEST(a_secret_may_be_in_a_file)
{
	const char *path = unit_file(SECRET "\r\nrest\n", strlen(SECRET) + 7);
	const char *line = str_printf(unit_arena, "BETTER_AUTH_SECRET_FILE=%s\n", path);
	struct load l = { .env = { { "BETTER_AUTH_SECRET_FILE", path },
		              { "POSTERN_CONF", "/dev/null" } } };

	EXPECT_LINE(load_conf((struct load) { .file = line }), "BETTER_AUTH_SECRET=***");
	EXPECT_LINE(load_conf(l), "BETTER_AUTH_SECRET=***");
}
END_TEST

START_TEST(so_may_the_address_of_the_database)
{
	const char *path = unit_file("postgresql://db/x\n", 18);
	struct load l = { .file = SECRET_LINE, .env = { { "DATABASE_URL_FILE", path } } };

	EXPECT_LINE(load_conf(l), "DATABASE_URL=postgresql://db/x");
}
END_TEST

static const struct {
	const char *secret, *says;
} weak[] = {
	{ "", "must be set" },
	{ "sh0rt", "shorter than 32 bytes" },
	{ "fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2L", "shorter than 32 bytes" }, /* 31 */
	{ "better-auth-secret-12345678901234567890", "published default" },
	{ "better-auth-secret-12345678901234567890-fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2La",
	    "published default" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "too regular" },
	{ "abababababababababababababababababababababab", "too regular" },
	{ "11111111111111111111111111111112", "too regular" },
	{ "00000000000000000000000000000000", "too regular" },
	{ "passwordpasswordpasswordpassword", "too regular" },
};

START_TEST(a_weak_secret_is_refused_and_not_shown)
{
	struct load l = { .env = { { "BETTER_AUTH_SECRET", weak[_i].secret },
		              { "POSTERN_CONF", "/dev/null" } } };
	struct outcome *o = load_conf(l);

	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "BETTER_AUTH_SECRET") != NULL &&
	        strstr(o->err, weak[_i].says) != NULL,
	    "%s", o->err);
	ck_assert(*weak[_i].secret == '\0' || strstr(o->err, weak[_i].secret) == NULL);
}
END_TEST

START_TEST(no_secret_at_all_is_refused)
{
	struct outcome *o = load_conf((struct load) { .file = "WORKERS=1\n" });

	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "must be set") != NULL, "%s", o->err);
}
END_TEST

#define OTHER "Qm9yZWQtb2YtcGFzc3dvcmRzLXplYnJhLTQyIQ=="
#define NO_FILE \
	{ \
		"POSTERN_CONF", "/dev/null" \
	}

static const struct {
	const char *list, *says;
} lists[] = {
	{ SECRET, "entry 1: does not begin with a number" },
	{ ":" SECRET, "entry 1: does not begin with a number" },
	{ "a:" SECRET, "entry 1: does not begin with a number" },
	{ "-1:" SECRET, "entry 1: does not begin with a number" },
	{ "1x:" SECRET, "entry 1: does not begin with a number" },
	{ "1234567890:" SECRET, "entry 1: does not begin with a number" },
	{ "2:" OTHER "," SECRET, "entry 2: does not begin with a number" },
	{ "2:" OTHER ",2:" SECRET, "entry 2: has the number of an earlier one" },
	{ "2:" OTHER ",02:" SECRET, "entry 2: has the number of an earlier one" },
	{ "2:" OTHER ",1:", "entry 2: is shorter than 32 bytes" },
	{ "2:" OTHER ",1:fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2L", "entry 2: is shorter than 32 bytes" },
	{ "2:fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2L,1:" OTHER, "entry 1: is shorter than 32 bytes" },
	{ "1:better-auth-secret-12345678901234567890", "entry 1: is Better Auth's published" },
	{ "1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "entry 1: is too regular" },
	{ ",", "BETTER_AUTH_SECRETS: has no entry" },
};

START_TEST(a_mistake_in_the_list_of_secrets_is_named_and_not_shown)
{
	struct load l = { .env = { { "BETTER_AUTH_SECRETS", lists[_i].list }, NO_FILE,
		              { "BETTER_AUTH_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz" } } };
	struct outcome *o = load_conf(l);

	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "BETTER_AUTH_SECRETS: ") != NULL &&
	        strstr(o->err, lists[_i].says) != NULL,
	    "%s", o->err);
	ck_assert(strstr(o->err, "fTqg5PYc") == NULL && strstr(o->err, OTHER) == NULL);
}
END_TEST

static bool
print_secrets(void *arg)
{
	const char *secret;
	size_t i;

	unit_clear_environment();
	setenv("POSTERN_CONF", arg, 1);
	if (!conf_load())
		return false;
	printf("%s\n", conf()->secret);
	for (i = 0; (secret = conf_secret(i)) != NULL; i++)
		printf("%s\n", secret);
	for (i = 0; i < conf()->n_versions; i++)
		printf("%ld %s\n", conf()->versions[i].version, conf()->versions[i].text);
	return true;
}

static const struct {
	const char *file, *out;
} secrets[] = {
	{ "BETTER_AUTH_SECRET=" SECRET, SECRET "\n" SECRET "\n" },
	{ "BETTER_AUTH_SECRETS=1:" SECRET, SECRET "\n" SECRET "\n1 " SECRET "\n" },
	{ "BETTER_AUTH_SECRETS= 12 :" SECRET, NULL },
	{ "BETTER_AUTH_SECRETS=2:" OTHER " , 1: " SECRET " ,",
	    OTHER "\n" OTHER "\n" SECRET "\n2 " OTHER "\n1 " SECRET "\n" },
	{ "BETTER_AUTH_SECRETS=2:" OTHER "\nBETTER_AUTH_SECRET=" SECRET,
	    OTHER "\n" OTHER "\n" SECRET "\n2 " OTHER "\n" },
	{ "BETTER_AUTH_SECRETS=0:a:" OTHER, "a:" OTHER "\na:" OTHER "\n0 a:" OTHER "\n" },
	{ "BETTER_AUTH_SECRETS=2:" OTHER "\nBETTER_AUTH_SECRET=short", NULL },
};

START_TEST(the_first_of_the_list_is_current_and_all_of_it_is_known)
{
	const char *file = secrets[_i].file;
	char *path = (char *)(uintptr_t)unit_file(file, strlen(file));
	static struct outcome o;

	unit_run(print_secrets, path, &o);
	ck_assert_msg(o.ok == (secrets[_i].out != NULL), "%s%s", o.out, o.err);
	if (o.ok)
		ck_assert_str_eq(o.out, secrets[_i].out);
}
END_TEST

START_TEST(the_list_of_secrets_is_masked_and_may_be_in_a_file)
{
	const char *text = "2:" OTHER ",1:" SECRET "\nrest\n",
	           *path = unit_file(text, strlen(text));
	struct load l = { .env = { { "BETTER_AUTH_SECRETS_FILE", path }, NO_FILE } };
	struct outcome *o = load_conf(l);

	EXPECT_LINE(o, "BETTER_AUTH_SECRETS=***");
	EXPECT_LINE(o, "BETTER_AUTH_SECRET=");
	ck_assert(strstr(o->out, SECRET) == NULL && strstr(o->out, OTHER) == NULL);
	l.json = true;
	o = load_conf(l);
	ck_assert_msg(strstr(o->out, "\"BETTER_AUTH_SECRETS\":\"***\"") != NULL, "%s", o->out);
}
END_TEST

static const char *const strong[] = {
	SECRET,
	"fTqg5PYcEg7hZ0QkX1r8mS3vWb9uJ2La",
	"peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz",
	"4f1d2a90c7b35e68f0a1d2c3b4e5968778695a4b3c2d1e0f1122334455667788",
};

START_TEST(a_random_secret_is_taken)
{
	struct load l = { .env = { { "BETTER_AUTH_SECRET", strong[_i] },
		              { "POSTERN_CONF", "/dev/null" } } };

	EXPECT_LINE(load_conf(l), "BETTER_AUTH_SECRET=***");
	ck_assert_ptr_null(strstr(load_conf(l)->out, strong[_i]));
}
END_TEST

static const struct {
	const char *url, *origin; /* NULL: refused */
	bool secure;
} urls[] = {
	{ "http://localhost:8080", "http://localhost:8080", false },
	{ "http://localhost:8080/", "http://localhost:8080", false },
	{ "https://auth.example.com", "https://auth.example.com", true },
	{ "HTTPS://Auth.Example.COM/", "https://auth.example.com", true },
	{ "https://auth.example.com:443", "https://auth.example.com", true },
	{ "https://auth.example.com:443/", "https://auth.example.com", true },
	{ "https://auth.example.com:80", "https://auth.example.com:80", true },
	{ "http://auth.example.com:80", "http://auth.example.com", false },
	{ "http://auth.example.com:443", "http://auth.example.com:443", false },
	{ "http://[::1]:8080", "http://[::1]:8080", false },
	{ "http://127.0.0.1:4101", "http://127.0.0.1:4101", false },
	{ "", NULL, false },
	{ "localhost:8080", NULL, false },
	{ "//localhost", NULL, false },
	{ "ftp://localhost", NULL, false },
	{ "https:/localhost", NULL, false },
	{ "https://", NULL, false },
	{ "https:///", NULL, false },
	{ "https://host/path", NULL, false },
	{ "https://host//", NULL, false },
	{ "https://host?x=1", NULL, false },
	{ "https://host#x", NULL, false },
	{ "https://host/?x=1", NULL, false },
	{ "https://user@host", NULL, false },
	{ "https://user:password@host", NULL, false },
	{ "http://:8080", NULL, false },
	{ "http://local host", NULL, false },
	{ "http://a,http://b", NULL, false },
};

START_TEST(the_origin_comes_from_the_base_url)
{
	struct load l = { .file = SECRET_LINE, .env = { { "BETTER_AUTH_URL", urls[_i].url } } };
	struct outcome *o = load_conf(l);

	if (urls[_i].origin == NULL) {
		ck_assert_msg(!o->ok, "%s is accepted", urls[_i].url);
		ck_assert_ptr_nonnull(strstr(o->err, "BETTER_AUTH_URL"));
		return;
	}
	EXPECT_LINE(o, str_printf(unit_arena, "origin=%s", urls[_i].origin));
	EXPECT_LINE(o, urls[_i].secure ? "secure=1" : "secure=0");
}
END_TEST

static const struct {
	const char *lines, *line; /* NULL: refused */
} derived[] = {
	{ "POSTURE=strict", "PASSWORD_MIN=15" },
	{ "POSTURE=strict", "JWT_CLAIMS=minimal" },
	{ "POSTURE=strict\nPASSWORD_MIN=10", "PASSWORD_MIN=10" },
	{ "POSTURE=strict\nJWT_CLAIMS=better-auth", "JWT_CLAIMS=better-auth" },
	{ "POSTURE=parity\nJWT_CLAIMS=minimal", "JWT_CLAIMS=minimal" },
	{ "PASSWORD_MIN=100\nPASSWORD_MAX=100", "PASSWORD_MIN=100" },
	{ "PASSWORD_MIN=101\nPASSWORD_MAX=100", NULL },
	{ "COOKIE_SAMESITE=none", NULL },
	{ "COOKIE_SAMESITE=partitioned", NULL },
	{ "COOKIE_SAMESITE=none\nBETTER_AUTH_URL=https://a.b", "COOKIE_SAMESITE=none" },
	{ "COOKIE_SAMESITE=partitioned\nBETTER_AUTH_URL=https://a.b",
	    "COOKIE_SAMESITE=partitioned" },
};

START_TEST(settings_bear_on_each_other)
{
	const char *file = str_printf(unit_arena, "%s%s\n", SECRET_LINE, derived[_i].lines);
	struct outcome *o = load_conf((struct load) { .file = file });

	if (derived[_i].line != NULL)
		EXPECT_LINE(o, derived[_i].line);
	else
		ck_assert_msg(!o->ok && str_starts(o->err, "settings: "), "%s", o->err);
}
END_TEST

/* What libpq takes as a password must not come out again: URI, key words, both quoted. */
static const struct {
	const char *url, *shown;
} databases[] = {
	{ "postgresql://u:hunter2@h/d", "postgresql://u:***@h/d" },
	{ "postgresql://u:hunter2@h:5432/d?sslmode=require",
	    "postgresql://u:***@h:5432/d?sslmode=require" },
	{ "postgres://u@h:5432/d", "postgres://u@h:5432/d" },
	{ "postgresql://h:5432/d", "postgresql://h:5432/d" },
	{ "postgresql://u@h/d?password=hunter2&x=1", "postgresql://u@h/d?password=***&x=1" },
	{ "postgresql://u@h/d?x=1&password=hunter2", "postgresql://u@h/d?x=1&password=***" },
	{ "host=h password=hunter2 dbname=d", "host=h password=*** dbname=d" },
	{ "password=hunter2", "password=***" },
	{ "host=h password='my hunter2' dbname=d", NULL },
	{ "host=h password = hunter2 dbname=d", NULL },
	{ "host=h password= hunter2 dbname=d", NULL },
	{ "host=h password=a&hunter2 dbname=d", NULL },
	{ "host=h password=a\\ hunter2 dbname=d", NULL },
	{ "host=h sslpassword=x password=hunter2", NULL },
	{ "host=h password=x sslpassword=hunter2", NULL },
	{ "postgresql://u@h/d?sslpassword=x&password=hunter2", NULL },
	{ "postgresql://u:x@h/d?password=hunter2", NULL },
};

START_TEST(the_password_of_the_database_is_not_shown)
{
	struct load l = { .file = SECRET_LINE, .env = { { "DATABASE_URL", databases[_i].url } } };
	struct outcome *o = load_conf(l);

	ck_assert(o->ok);
	ck_assert_msg(strstr(o->out, "hunter2") == NULL, "%s", strstr(o->out, "DATABASE_URL"));
	if (databases[_i].shown != NULL)
		EXPECT_LINE(o, str_printf(unit_arena, "DATABASE_URL=%s", databases[_i].shown));
}
END_TEST

START_TEST(json_shows_the_same)
{
	struct load l = { .file = SECRET_LINE "JWT_ISSUER=a\"b\\c\nWORKERS=7\n",
		.json = true,
		.env = { { "DATABASE_URL", "postgresql://u:hunter2@h/d" } } };
	struct outcome *o = load_conf(l);

	ck_assert(o->ok);
	ck_assert_msg(str_starts(o->out, "{\"BETTER_AUTH_SECRET\":\"***\","), "%s", o->out);
	ck_assert_ptr_nonnull(strstr(o->out, "\"DATABASE_URL\":\"postgresql://u:***@h/d\""));
	ck_assert_ptr_nonnull(strstr(o->out, "\"JWT_ISSUER\":\"a\\\"b\\\\c\""));
	ck_assert_ptr_nonnull(strstr(o->out, "\"WORKERS\":\"7\""));
	ck_assert_ptr_null(strstr(o->out, SECRET));
}
END_TEST

START_TEST(the_effective_settings_can_be_a_file)
{
	const char *file = SECRET_LINE "JWT_ISSUER=a b\nWORKERS=7\nRATE_LIMIT=0\n";
	struct outcome *o = load_conf((struct load) { .file = file });
	char *first = arena_strdup(unit_arena, o->out), *end = strstr(first, "origin=");
	const char *again;

	ck_assert(o->ok && end != NULL);
	*end = '\0';
	again = str_printf(unit_arena, "%s%s", first, SECRET_LINE);
	o = load_conf((struct load) { .file = again });
	ck_assert_msg(o->ok && strncmp(o->out, first, strlen(first)) == 0, "%s", o->err);
}
END_TEST

static bool
print_table(void *arg)
{
	(void)arg;
	conf_print_table(stdout);
	return true;
}

START_TEST(the_table_tells_defaults_and_bounds)
{
	static struct outcome o;

	unit_run(print_table, NULL, &o);
	ck_assert(strstr(o.out, "\nWORKERS\t0\t0..64\t") != NULL);
	ck_assert(strstr(o.out, "\nRATE_LIMIT\ttrue\ton|off\t") != NULL);
	ck_assert(strstr(o.out, "\nPOSTURE\tparity\tparity|strict\t") != NULL);
	ck_assert(strstr(o.out, "BETTER_AUTH_SECRET\t\ttext\t") == o.out);
}
END_TEST

#define SW "software_context."

static const struct {
	const char *list;
	const char *wrong; /* how the complaint begins; NULL: there is none */
	size_t n;
} claims[] = {
	{ "", NULL, 0 },
	{ " , ,", NULL, 0 },
	{ "a=" SW "b", NULL, 1 },
	{ " a = " SW "b , c_1=d,E=", NULL, 3 },
	{ "a=b=c", NULL, 1 },
	{ "subject=a,email_=b,ss=c,is=d", NULL, 4 },
	{ "a", "'a' is not NAME=PATH", 0 },
	{ "a=b,c", "'c' is not NAME=PATH", 1 },
	{ "=a", "'' is no name", 0 },
	{ "1a=b", "'1a' is no name", 0 },
	{ "_a=b", "'_a' is no name", 0 },
	{ "a-b=c", "'a-b' is no name", 0 },
	{ "a\r\nb=c", "'a\r\nb' is no name", 0 },
	{ "\303\244=c", "'\303\244' is no name", 0 },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=b", NULL, 1 },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=b", "'aaaa", 0 },
	{ "aud=b", "'aud' is a claim", 0 },
	{ "EXP=b", "'EXP' is a claim", 0 },
	{ "hasprofile=b", "'hasprofile' is a claim", 0 },
	{ "a=b,A=c", "'A' is there twice", 1 },
};

START_TEST(a_list_of_claims_is_read_or_its_mistake_named)
{
	struct conf_claim out[CONF_CLAIMS_MAX];
	const char *wrong;
	size_t n;

	wrong = conf_claims_read(unit_arena, claims[_i].list, out, &n);
	if (claims[_i].wrong == NULL)
		ck_assert_msg(wrong == NULL, "%s", wrong);
	else
		ck_assert_msg(wrong != NULL && str_starts(wrong, claims[_i].wrong), "%s", wrong);
	ck_assert_uint_eq(n, claims[_i].n);
}
END_TEST

START_TEST(names_and_paths_of_claims_are_without_spaces)
{
	struct conf_claim out[CONF_CLAIMS_MAX];
	size_t n;

	ck_assert_ptr_null(conf_claims_read(unit_arena, " a = b.c , d=", out, &n));
	ck_assert_str_eq(out[0].name, "a");
	ck_assert_str_eq(out[0].path, "b.c");
	ck_assert_str_eq(out[1].name, "d");
	ck_assert_str_eq(out[1].path, "");
}
END_TEST

START_TEST(there_are_at_most_sixteen_claims)
{
	static const char letters[] = "abcdefghijklmnopq";
	struct conf_claim out[CONF_CLAIMS_MAX];
	struct buf list = buf_new(unit_arena, 64);
	size_t i, n;

	for (i = 0; i < CONF_CLAIMS_MAX; i++)
		buf_printf(&list, "%c=x,", letters[i]);
	ck_assert_ptr_null(conf_claims_read(unit_arena, list.p, out, &n));
	ck_assert_uint_eq(n, CONF_CLAIMS_MAX);
	buf_printf(&list, "%c=x,", letters[i]);
	ck_assert_ptr_nonnull(conf_claims_read(unit_arena, list.p, out, &n));
}
END_TEST

START_TEST(no_claim_is_named_as_a_member_of_a_user)
{
	int i;

	for (i = 0; i < USER_PLUGINS; i++)
		ck_assert_msg(conf_claims_is_reserved(user_plugins[i].name), "%s",
		    user_plugins[i].name);
	ck_assert(!conf_claims_is_reserved(""));
	ck_assert(!conf_claims_is_reserved("iss,sub"));
}
END_TEST

Suite *
suite_conf(void)
{
	Suite *s = suite_create("conf");
	TCase *tc = unit_case(s, "sources");

	tcase_add_test(tc, defaults_hold_where_nothing_is_said);
	tcase_add_test(tc, the_environment_beats_the_file_and_the_file_the_default);
	tcase_add_test(tc, the_last_line_of_a_key_wins);
	unit_table(tc, lines_are_read_as_systemd_reads_them, spellings);
	tcase_add_test(tc, a_last_line_needs_no_end);
	unit_table(tc, a_mistake_in_the_file_is_named_with_its_line, mistakes);
	tcase_add_test(tc, a_mistake_in_the_environment_is_named);
	tcase_add_test(tc, unknown_names_in_the_environment_are_somebody_elses);
	tcase_add_test(tc, a_file_that_is_named_must_be_there);
	tcase_add_test(tc, a_file_beyond_the_limit_is_refused);
	tc = unit_case(s, "secrets");
	tcase_add_test(tc, a_secret_may_be_in_a_file);
	tcase_add_test(tc, so_may_the_address_of_the_database);
	unit_table(tc, a_weak_secret_is_refused_and_not_shown, weak);
	tcase_add_test(tc, no_secret_at_all_is_refused);
	unit_table(tc, a_random_secret_is_taken, strong);
	unit_table(tc, a_mistake_in_the_list_of_secrets_is_named_and_not_shown, lists);
	unit_table(tc, the_first_of_the_list_is_current_and_all_of_it_is_known, secrets);
	tcase_add_test(tc, the_list_of_secrets_is_masked_and_may_be_in_a_file);
	unit_table(tc, the_password_of_the_database_is_not_shown, databases);
	tc = unit_case(s, "meaning");
	unit_table(tc, the_origin_comes_from_the_base_url, urls);
	unit_table(tc, settings_bear_on_each_other, derived);
	tcase_add_test(tc, json_shows_the_same);
	tcase_add_test(tc, the_effective_settings_can_be_a_file);
	tcase_add_test(tc, the_table_tells_defaults_and_bounds);
	tc = unit_case(s, "claims");
	unit_table(tc, a_list_of_claims_is_read_or_its_mistake_named, claims);
	tcase_add_test(tc, names_and_paths_of_claims_are_without_spaces);
	tcase_add_test(tc, there_are_at_most_sixteen_claims);
	tcase_add_test(tc, no_claim_is_named_as_a_member_of_a_user);
	return s;
}
