/* SPDX-License-Identifier: ISC */
/* posternctl bench peer: this site and a Better Auth server in turns, by reading alone. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "port/fetch.h"
#include "port/load.h"
#include "port/url.h"
#include "posternctl.h"

#define BASE "/api/auth"
#define ANSWER_MAX ((size_t)512 * 1024)
#define ROUND_MS 500
#define ROUNDS 2 /* a second */
#define SECONDS_MAX 600
#define COOKIE_MAX 8192

enum { OURS, PEER, SIDES };

static const char *const sides[SIDES] = { "ours", "peer" };

static const struct operation {
	const char *name;
	bool session; /* asked with one */
} operations[] = { { "get-session", true }, { "token", true }, { "jwks", false } };

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

struct side {
	const char *url;    /* without a slash at its end */
	const char *origin; /* that it trusts */
	const char *cookie;
	bool guest; /* made here, to be deleted again */
};

struct bench {
	struct ctx *ctx;
	struct side side[SIDES];
	const char *sessions; /* a file, - for standard input, NULL: guests */
	unsigned seconds;
	unsigned connections;
	bool remote;
	bool json;
	struct load_count count[OPERATIONS][SIDES];
};

static bool
complain(const char *what, const char *why)
{
	fprintf(stderr, "posternctl bench: %s: %s\n", what, why);
	return false;
}

/* Guests are deleted before we end, so signals wait. */
static bool
is_told(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

static void
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* --- the two sides */

/* http://host:port of a base URL, which may name the path, too. */
static const char *
trimmed(struct ctx *ctx, const char *url)
{
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	url = arena_strndup(ctx->arena, url, n);
	return str_ends(url, BASE) ? arena_strndup(ctx->arena, url, n - strlen(BASE)) : url;
}

static const char *
origin_of(struct ctx *ctx, const char *url)
{
	const char *host = strstr(url, "://");
	size_t n = host != NULL ? (size_t)(host + 3 - url) : 0;

	return arena_strndup(ctx->arena, url, n + strcspn(url + n, "/"));
}

static bool
may_load(const struct bench *b, const char *text)
{
	struct url url;

	if (!url_read(b->ctx, text, &url) ||
	    (!str_eq(url.scheme, "http") && !str_eq(url.scheme, "https")))
		return complain(text, "is no http address");
	if (!url.is_loopback && !b->remote)
		return complain(text, "is not this machine; --remote says that it may be loaded");
	return true;
}

static const char *
path(struct ctx *ctx, const struct side *s, const char *name)
{
	return str_printf(ctx->arena, "%s" BASE "/%s", s->url, name);
}

static const char *
post(struct ctx *ctx, const struct side *s, const char *name, struct answer *out)
{
	struct question q = { path(ctx, s, name), "{}", s->cookie, s->origin };
	const char *why = fetch_answer(ctx, &q, ANSWER_MAX, out);

	if (why == NULL && out->status != 200)
		why = str_printf(ctx->arena, "answers %ld", out->status);
	return why;
}

static bool
make_guest(struct ctx *ctx, struct side *s)
{
	struct answer answer = { 0 };
	const char *why = post(ctx, s, "sign-in/anonymous", &answer);

	if (why == NULL && *answer.cookies == '\0')
		why = "sets no cookie";
	if (why != NULL)
		return complain(path(ctx, s, "sign-in/anonymous"),
		    str_printf(ctx->arena, "%s; --session brings sessions of both sides", why));
	s->cookie = answer.cookies;
	s->guest = true;
	return true;
}

static void
delete_guest(struct ctx *ctx, const struct side *s)
{
	struct answer answer = { 0 };
	const char *why = s->guest ? post(ctx, s, "delete-anonymous-user", &answer) : NULL;

	if (why != NULL)
		(void)complain(path(ctx, s, "delete-anonymous-user"),
		    str_printf(ctx->arena, "%s; a guest is left over there", why));
}

/* A Cookie header a line, first ours, then the peer's; one line is for both. */
static bool
read_sessions(struct bench *b)
{
	FILE *f = str_eq(b->sessions, "-") ? stdin : fopen(b->sessions, "re");
	char line[COOKIE_MAX];
	int i;

	if (f == NULL)
		return complain(b->sessions, strerror(errno));
	for (i = 0; i < SIDES && fgets(line, sizeof(line), f) != NULL; i++) {
		size_t n = strcspn(line, "\r\n");
		size_t name = str_starts_nocase(line, "cookie:") ? strlen("cookie:") : 0;

		b->side[i].cookie = str_trim(b->ctx->arena, line + name, n - name);
	}
	if (f != stdin)
		fclose(f);
	if (i == 0 || *b->side[OURS].cookie == '\0')
		return complain(b->sessions, "has no session");
	if (i == 1)
		b->side[PEER].cookie = b->side[OURS].cookie;
	return true;
}

static bool
have_sessions(struct bench *b)
{
	if (b->sessions != NULL)
		return read_sessions(b);
	return make_guest(b->ctx, &b->side[OURS]) && make_guest(b->ctx, &b->side[PEER]);
}

/* --- measuring */

/* A wrong answer can be a fast one: each is looked at before it is measured. */
static bool
look(struct ctx *ctx, const struct side *s, const struct operation *o)
{
	struct question q = { .url = path(ctx, s, o->name),
		.cookie = o->session ? s->cookie : NULL };
	struct answer answer = { 0 };
	const char *why = fetch_answer(ctx, &q, ANSWER_MAX, &answer);

	if (why == NULL && answer.status != 200)
		why = str_printf(ctx->arena, "answers %ld", answer.status);
	if (why == NULL && str_eq(answer.text, "null"))
		why = "knows no such session";
	return why == NULL || complain(q.url, why);
}

static bool
look_at_all(struct bench *b)
{
	size_t i;

	for (i = 0; i < OPERATIONS; i++)
		if (!look(b->ctx, &b->side[OURS], &operations[i]) ||
		    !look(b->ctx, &b->side[PEER], &operations[i]))
			return false;
	return true;
}

/* One round of each in turn; the first one warms both up and does not count. */
static bool
measure(struct bench *b, const struct operation *o, struct load_count count[static SIDES])
{
	struct load_count warm_up = { 0 };
	struct load *load[SIDES];
	unsigned round, i;
	bool ok;

	for (i = 0; i < SIDES; i++)
		load[i] = load_open(b->ctx, path(b->ctx, &b->side[i], o->name),
		    o->session ? b->side[i].cookie : NULL, b->connections);
	ok = (load[OURS] != NULL && load[PEER] != NULL) || complain(o->name, "there is no memory");
	for (round = 0; ok && round <= ROUNDS * b->seconds; round++)
		for (i = 0; i < SIDES && !is_told(); i++)
			load_run(load[i], ROUND_MS, round == 0 ? &warm_up : &count[i]);
	for (i = 0; i < SIDES; i++)
		load_close(load[i]);
	return ok && !is_told();
}

/* --- what came out */

static double
rate(const struct load_count *c)
{
	return c->us > 0 ? (double)c->done * 1e6 / (double)c->us : 0;
}

static double
ratio(const struct load_count count[static SIDES])
{
	return rate(&count[PEER]) > 0 ? rate(&count[OURS]) / rate(&count[PEER]) : 0;
}

static double
percentile_ms(const struct load_count *c, unsigned percent)
{
	return (double)load_percentile(c, percent) / 1000;
}

static void
print_table(const struct bench *b)
{
	size_t i;

	printf("%-12s %9s %9s %8s %12s %8s %12s %8s\n", "operation", "ours /s", "peer /s", "ratio",
	    "ours p50 ms", "p99", "peer p50 ms", "p99");
	for (i = 0; i < OPERATIONS; i++) {
		const struct load_count *c = b->count[i];

		printf("%-12s %9.0f %9.0f %6.1f x %12.2f %8.2f %12.2f %8.2f\n", operations[i].name,
		    rate(&c[OURS]), rate(&c[PEER]), ratio(c), percentile_ms(&c[OURS], 50),
		    percentile_ms(&c[OURS], 99), percentile_ms(&c[PEER], 50),
		    percentile_ms(&c[PEER], 99));
	}
}

static void
add_number(struct ctx *ctx, struct json *j, const char *key, double value)
{
	json_raw(j, key, str_printf(ctx->arena, "%.3f", value));
}

static void
add_side(struct ctx *ctx, struct json *j, const char *key, const struct load_count *c)
{
	json_open(j, key);
	add_number(ctx, j, "rps", rate(c));
	add_number(ctx, j, "p50_ms", percentile_ms(c, 50));
	add_number(ctx, j, "p99_ms", percentile_ms(c, 99));
	json_int(j, "failed", (int64_t)c->failed);
	json_close(j);
}

static void
print_json(const struct bench *b)
{
	struct json j = json_new(b->ctx->arena, 1024);
	size_t i, k;

	json_open(&j, NULL);
	for (k = 0; k < SIDES; k++)
		json_text(&j, sides[k], b->side[k].url);
	json_int(&j, "seconds", b->seconds);
	json_int(&j, "connections", b->connections);
	json_open_array(&j, "operations");
	for (i = 0; i < OPERATIONS; i++) {
		json_open(&j, NULL);
		json_text(&j, "name", operations[i].name);
		for (k = 0; k < SIDES; k++)
			add_side(b->ctx, &j, sides[k], &b->count[i][k]);
		add_number(b->ctx, &j, "ratio", ratio(b->count[i]));
		json_close(&j);
	}
	json_close_array(&j);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

/* Figures with failures among them are no figures. */
static bool
all_went_well(const struct bench *b)
{
	bool well = true;
	size_t i, k;

	for (i = 0; i < OPERATIONS; i++)
		for (k = 0; k < SIDES; k++) {
			const struct load_count *c = &b->count[i][k];

			if (c->failed > 0)
				well = complain(path(b->ctx, &b->side[k], operations[i].name),
				    str_printf(b->ctx->arena,
				        "%llu of %llu failed, the last with %ld%s",
				        (unsigned long long)c->failed,
				        (unsigned long long)(c->failed + c->done), c->status,
				        c->status == 429 ? ": its rate limit must be off" : ""));
		}
	return well;
}

static int
run(struct bench *b)
{
	size_t i;
	bool ok = have_sessions(b) && look_at_all(b);

	for (i = 0; ok && i < OPERATIONS; i++)
		ok = measure(b, &operations[i], b->count[i]);
	for (i = 0; i < SIDES; i++)
		delete_guest(b->ctx, &b->side[i]);
	if (!ok)
		return is_told() ? 130 : 1;
	(b->json ? print_json : print_table)(b);
	return all_went_well(b) ? 0 : 1;
}

static bool
read_number(const char *text, unsigned max, unsigned *out)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*out = (unsigned)n;
	return strspn(text, "0123456789") == strlen(text) && *end == '\0' && n > 0 && n <= max;
}

static bool
read_option(struct bench *b, const char *name, const char *value)
{
	if (str_eq(name, "--url"))
		b->side[PEER].url = value;
	else if (str_eq(name, "--ours"))
		b->side[OURS].url = value;
	else if (str_eq(name, "--session"))
		b->sessions = value;
	else if (str_eq(name, "--seconds"))
		return read_number(value, SECONDS_MAX, &b->seconds);
	else if (str_eq(name, "--connections"))
		return read_number(value, LOAD_CONNECTIONS_MAX, &b->connections);
	else
		return false;
	return true;
}

static bool
read_options(struct bench *b, int argc, char **argv)
{
	int i;

	for (i = 2; i < argc; i++)
		if (str_eq(argv[i], "--json"))
			b->json = true;
		else if (str_eq(argv[i], "--remote"))
			b->remote = true;
		else if (i + 1 >= argc || !read_option(b, argv[i], argv[i + 1]))
			return false;
		else
			i++;
	return b->side[PEER].url != NULL;
}

int
ctl_bench(struct ctx *ctx, int argc, char **argv)
{
	struct bench *b = arena_alloc(ctx->arena, sizeof(*b));

	*b = (struct bench) { .ctx = ctx, .seconds = 5, .connections = 16 };
	b->side[OURS].url = conf()->origin;
	if (argc < 2 || !str_eq(argv[1], "peer") || !read_options(b, argc, argv))
		return CTL_USAGE;
	b->side[OURS].url = trimmed(ctx, b->side[OURS].url);
	b->side[OURS].origin = conf()->origin;
	b->side[PEER].url = trimmed(ctx, b->side[PEER].url);
	b->side[PEER].origin = origin_of(ctx, b->side[PEER].url);
	if (!may_load(b, b->side[OURS].url) || !may_load(b, b->side[PEER].url))
		return 1;
	block_signals();
	return run(b);
}
