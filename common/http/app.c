/* SPDX-License-Identifier: ISC */
/* app: the road of every request, in the order of wire.md section 1. */
#include "http/app.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "http/address.h"
#include "http/http.h"
#include "http/origin.h"
#include "http/reply.h"
#include "http/req.h"
#include "http/serve.h"
#include "port/db.h"
#include "port/limit.h"
#include "port/secret.h"
#include "store/catalogue.h"
#include "store/limit.h"

#define ARENA_MAX ((size_t)128 * 1024 * 1024)

static struct {
	const char *name;
	const struct route *routes;
	void (*prepare)(struct ctx *);
	struct arena *arena;
	unsigned pid;
	unsigned counter; /* of requests; with the pid it makes their ids */
} app;

static bool
match_path(struct req *req, const char *pattern, const char *path)
{
	size_t n, used = 0;

	for (;;) {
		if (*pattern == ':') {
			n = strcspn(path, "/");
			if (n == 0 || used == ROUTE_PARAMS)
				return false;
			req->params[used++] = arena_strndup(req->ctx->arena, path, n);
			path += n;
			pattern += strcspn(pattern, "/");
		}
		if (*pattern != *path)
			return false;
		if (*pattern == '\0')
			return true;
		pattern++;
		path++;
	}
}

static bool
match_method(const struct route *r, enum method m)
{
	return r->method == m || (m == HEAD && r->method == GET && (r->policies & HEAD_TOO) != 0);
}

/* The peer knows no 405 (wire.md section 1); our own paths do, with Allow. */
static enum err
method_not_served(struct req *req, struct reply *reply, const char *allow)
{
	if (*allow == '\0' || str_starts(req->path, "/api/auth/"))
		return E_NOT_SERVED;
	reply->keep_headers = true;
	reply_header(reply, "allow", allow);
	return E_METHOD_NOT_ALLOWED;
}

/* An authorizer is asked about a path, not for one: where no row judges, nobody passes. */
static enum err
find_judge(struct req *req)
{
	const struct route *r;

	for (r = app.routes; r->path != NULL; r++)
		if ((r->policies & AUTHORIZER) != 0)
			break;
	req->route = r->path != NULL ? r : NULL;
	return r->path != NULL ? E_OK : E_NOT_SERVED;
}

static enum err
find_route(struct req *req, struct reply *reply)
{
	struct buf allow = buf_new(req->ctx->arena, 64);
	const struct route *r;

	if (req_is_authorizer(req))
		return find_judge(req);
	if (req->path == NULL)
		return E_NOT_SERVED;
	for (r = app.routes; r->path != NULL; r++) {
		if (!match_path(req, r->path, req->path))
			continue;
		if (match_method(r, req->method)) {
			req->route = r;
			return E_OK;
		}
		buf_printf(&allow, "%s%s%s", allow.len > 0 ? ", " : "", req_method_name(r->method),
		    (r->policies & HEAD_TOO) != 0 ? ", HEAD" : "");
	}
	return method_not_served(req, reply, allow.p);
}

/* Counting goes on in memory when the database does not: there is always a limit.  The
 * table has the peer's paths as they are, and no row for every path of ours. */
static long
take_limit(struct req *req)
{
	const char *path = req->route != NULL ? req->route->path : "-", *own = path;
	long wait;

	if (req->path != NULL && str_starts(req->path, "/api/auth/"))
		own = req->path;
	if (str_eq(conf()->rate_limit_storage, "database") &&
	    limit_take_row(req->ctx, req->address, own, &wait) == E_OK)
		return wait;
	return limit_take(req->address, path, req->ctx->now);
}

static enum err
check_limit(struct req *req, struct reply *reply)
{
	unsigned policies = req->route != NULL ? req->route->policies : 0;
	long wait;

	if (!conf()->rate_limit || (policies & UNLIMITED) != 0 || req->method == OPTIONS)
		return E_OK;
	wait = take_limit(req);
	if (wait == 0)
		return E_OK;
	reply->keep_headers = true;
	reply_header(reply, "x-retry-after", str_printf(req->ctx->arena, "%ld", wait));
	return E_TOO_MANY_REQUESTS;
}

static enum err
run_route(struct req *req, struct reply *reply)
{
	const struct route *r = req->route;
	enum err e = E_OK;

	if ((r->policies & ORIGIN) != 0)
		e = origin_check(req);
	if (e == E_OK && (r->policies & ORIGIN) != 0)
		e = origin_check_targets(req, reply);
	if (e == E_OK && r->fields != NULL)
		e = field_check(req, reply);
	if (e == E_OK && (r->policies & FORM) != 0)
		e = origin_check_form(req);
	if (e == E_OK && (r->policies & LINK) != 0)
		e = origin_check_link(req);
	if (e == E_OK && r->guard != NULL)
		e = r->guard->check(req, reply);
	return e == E_OK ? r->run(req, reply) : e;
}

static enum err
answer(struct req *req, struct reply *reply)
{
	enum err found = find_route(req, reply), e = check_limit(req, reply);

	if (e != E_OK)
		return e;
	if (origin_preflight(req, reply))
		return E_OK;
	if (found != E_OK)
		return found;
	e = req_take_body(req, reply);
	return e == E_OK ? run_route(req, reply) : e;
}

static void
log_answer(const struct req *req, const struct reply *reply, enum err e, int64_t started)
{
	struct log_request line = {
		.method = req_method_name(req->method),
		.route = req->route != NULL ? req->route->path : "-",
		.status = reply->status,
		.code = err_code(e),
		.us = (int)(clock_mono_us() - started),
		.ip = *req->address != '\0' ? req->address : "-",
		.user = req->user_id,
		.aside = e == E_OK && req->route != NULL &&
		    (req->route->policies & AUTHORIZER) != 0,
	};

	log_request(req->ctx, &line);
}

static void
handle(struct http *http)
{
	struct ctx ctx = { .arena = app.arena, .now = clock_now() };
	struct req req = { .ctx = &ctx, .http = http };
	struct reply reply = { .ctx = &ctx, .status = 200 };
	int64_t started = clock_mono_us();
	enum err e;

	ctx.request_id = str_printf(ctx.arena, "%x-%x", app.pid, ++app.counter);
	req_read_line(&req);
	req.address = address_client(&ctx, http_param(http, "REMOTE_ADDR"),
	    http_header(http, "x-forwarded-for"), conf()->trusted_proxies);
	e = answer(&req, &reply);
	if (e != E_OK)
		reply_render_error(&reply, e);
	origin_allow(&req, &reply);
	reply_expose_headers(&reply);
	if (reply.floor_ms > 0)
		clock_sleep_until(started / 1000 + reply.floor_ms);
	reply_send(&reply, http, req.method == HEAD);
	log_answer(&req, &reply, e, started);
	arena_reset(ctx.arena);
}

static void
print_policies(unsigned policies)
{
	static const char *const names[] = { "origin", "form", "form-body", "body-ignored", "slow",
		"unlimited", "head", "object-twice", "record", "link", "refresh", "authorizer" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((policies & 1u << i) != 0)
			printf(" %s", names[i]);
}

static void
print_routes(void)
{
	const struct route *r;

	for (r = app.routes; r->path != NULL; r++) {
		printf("%-6s %s", req_method_name(r->method), r->path);
		print_policies(r->policies);
		if (r->guard != NULL)
			printf(" %s", r->guard->name);
		putchar('\n');
	}
}

static bool
is_hashing(void)
{
	const struct route *r;

	for (r = app.routes; r->path != NULL; r++)
		if ((r->policies & SLOW) != 0)
			return true;
	return false;
}

static unsigned
worker_count(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (conf()->workers > 0)
		return (unsigned)conf()->workers;
	if (cores < 1)
		cores = 1;
	if (is_hashing())
		return (unsigned)cores;
	return (unsigned)(cores < 2 ? 2 : cores > 3 ? 6 : 2 * cores);
}

/* Secrets are in memory: no core dump, no debugger of the same user, no new privileges. */
static void
harden(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Hashing gives way to everything that answers in a millisecond. */
#define HASHING_NICE 10

static void
work(void)
{
	struct ctx ctx = { .arena = app.arena, .now = clock_now() };

	log_open(app.name, conf()->log_level);
	app.pid = (unsigned)getpid();
	if (is_hashing() && http_is_fastcgi())
		setpriority(PRIO_PROCESS, 0, HASHING_NICE);
	if (http_is_fastcgi())
		db_warm(&ctx);
	if (app.prepare != NULL)
		app.prepare(&ctx);
	arena_reset(app.arena);
	http_loop(handle);
	db_close();
	arena_free(app.arena);
}

static bool
check_proxies(void)
{
	struct ctx ctx = { .arena = app.arena };

	if (address_is_list(&ctx, conf()->trusted_proxies))
		return true;
	fprintf(stderr, "TRUSTED_PROXIES: '%s' is no list of addresses and networks\n",
	    conf()->trusted_proxies);
	return false;
}

static int
print_what_is_asked(const char *flag)
{
	if (str_eq(flag, "--routes"))
		print_routes();
	else if (str_eq(flag, "--conf"))
		return conf_load() ? (conf_print(stdout, false), 0) : 1;
	else if (str_eq(flag, "--settings"))
		conf_print_table(stdout);
	else {
		fprintf(stderr, "usage: %s [--routes | --conf | --settings]\n", app.name);
		return 2;
	}
	return 0;
}

int
app_run(int argc, char **argv, const char *name, const struct route *routes,
    void (*prepare)(struct ctx *))
{
	app.name = name;
	app.routes = routes;
	app.prepare = prepare;
	if (argc > 1)
		return print_what_is_asked(argv[1]);
	if (!conf_load() || !secret_init())
		return 1;
	log_open(name, conf()->log_level);
	app.arena = arena_new(ARENA_MAX);
	catalogue_init();
	if (!check_proxies() || !limit_open())
		return 1;
	serve_prepare();
	harden();
	if (http_is_fastcgi())
		serve(worker_count(), work);
	else
		work();
	return 0;
}
