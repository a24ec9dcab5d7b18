/* SPDX-License-Identifier: ISC */
/* app: the road of every request, in the order of wire.md section 1. */
#include "http/app.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "http/address.h"
#include "http/http.h"
#include "http/origin.h"
#include "http/serve.h"
#include "port/db.h"
#include "port/js.h"
#include "port/limit.h"
#include "port/secret.h"
#include "store/catalogue.h"

#define BODY_MAX ((size_t)64 * 1024)
#define ARENA_MAX ((size_t)64 * 1024 * 1024)

struct header {
	struct header *next;
	const char *name;
	const char *value;
};

static struct {
	const char *name;
	const struct route *routes;
	void (*prepare)(struct ctx *);
	struct arena *arena;
	unsigned counter; /* of requests, for their ids */
} app;

static const char *const method_names[] = {
	[GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
	[OPTIONS] = "OPTIONS", [HEAD] = "HEAD", [METHOD_OTHER] = "OTHER",
};

/* The request. */

const char *
req_header(struct req *req, const char *name)
{
	return http_header(req->http, name);
}

const char *
req_param(const struct req *req, size_t i)
{
	return req->params[i];
}

const char *
req_query(struct req *req, const char *name)
{
	const char *list = http_param(req->http, "QUERY_STRING"), *eq;
	struct arena *a = req->ctx->arena;
	char *pair, *key;

	while ((pair = str_next(a, &list, '&')) != NULL) {
		eq = strchr(pair, '=');
		key = enc_form_decode(a, pair, eq != NULL ? (size_t)(eq - pair) : strlen(pair));
		if (str_eq(key, name))
			return eq != NULL ? enc_form_decode(a, eq + 1, strlen(eq + 1)) : "";
	}
	return NULL;
}

const char *
req_text(struct req *req, const char *field)
{
	return js_text(req->ctx, js_get(req->body, field));
}

bool
req_bool(struct req *req, const char *field, bool absent)
{
	return js_type_of(req->body, field) == JS_BOOL ? js_bool(js_get(req->body, field)) : absent;
}

static enum method
method_by_name(const char *name)
{
	int m;

	for (m = GET; m < METHOD_OTHER; m++)
		if (str_eq(method_names[m], name))
			break;
	return (enum method)m;
}

/* The path as all servers decode it; NULL when the raw one has escapes, empty or dot
 * segments: the peer serves none of these either, and no two servers agree on them. */
static const char *
request_path(struct http *http, struct arena *a)
{
	const char *script = http_param(http, "SCRIPT_NAME"), *info = http_param(http, "PATH_INFO");
	const char *uri = http_param(http, "REQUEST_URI");
	const char *raw;

	if (uri != NULL) {
		raw = arena_strndup(a, uri, strcspn(uri, "?#"));
		if (strpbrk(raw, "%\\") != NULL || strstr(raw, "//") != NULL ||
		    strstr(raw, "/./") != NULL || strstr(raw, "/../") != NULL ||
		    str_ends(raw, "/.") || str_ends(raw, "/.."))
			return NULL;
	}
	return str_printf(a, "%s%s", script != NULL ? script : "", info != NULL ? info : "");
}

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

static enum err
find_route(struct req *req, struct reply *reply)
{
	struct buf allow = buf_new(req->ctx->arena, 64);
	const struct route *r;

	if (req->path == NULL)
		return E_NOT_SERVED;
	for (r = app.routes; r->path != NULL; r++) {
		if (!match_path(req, r->path, req->path))
			continue;
		if (match_method(r, req->method)) {
			req->route = r;
			return E_OK;
		}
		buf_printf(&allow, "%s%s", allow.len > 0 ? ", " : "", method_names[r->method]);
	}
	return method_not_served(req, reply, allow.p);
}

/* The body. */

static const char *
media_type(struct req *req, const char *header)
{
	return str_lower(req->ctx->arena, str_trim(req->ctx->arena, header, strcspn(header, ";")));
}

static enum err
refuse_type(struct req *req, struct reply *reply, const char *header)
{
	const char *allowed = (req->route->policies & FORM_BODY) != 0
	    ? "application/x-www-form-urlencoded, application/json"
	    : "application/json";

	if (header == NULL || *header == '\0')
		return fail(reply, E_UNSUPPORTED_MEDIA_TYPE,
		    "Content-Type is required. Allowed types: %s", allowed);
	return fail(reply, E_UNSUPPORTED_MEDIA_TYPE,
	    "Content-Type \"%s\" is not allowed. Allowed types: %s", header, allowed);
}

/* Form pairs as an object of strings, by way of JSON text: of equal keys the last wins. */
static const char *
form_to_json(struct req *req, const char *form)
{
	struct arena *a = req->ctx->arena;
	struct json j = json_new(a, 256);
	char *pair, *eq, *key, *value;

	json_open(&j, NULL);
	while ((pair = str_next(a, &form, '&')) != NULL) {
		eq = strchr(pair, '=');
		key = enc_form_decode(a, pair, eq != NULL ? (size_t)(eq - pair) : strlen(pair));
		value = eq != NULL ? enc_form_decode(a, eq + 1, strlen(eq + 1)) : arena_strdup(a, "");
		if (key == NULL || value == NULL)
			return "";
		json_text(&j, key, value);
	}
	json_close(&j);
	return json_done(&j);
}

static void
wipe_body(void *p)
{
	js_wipe(p);
}

static enum err
parse_body(struct req *req, struct reply *reply, size_t len)
{
	const char *header = req_header(req, "content-type");
	const char *type = header != NULL ? media_type(req, header) : NULL;
	const char *text = req->body_text;
	bool ok;

	if ((req->route->policies & FORM_BODY) != 0 &&
	    str_eq(type, "application/x-www-form-urlencoded")) {
		text = form_to_json(req, text);
		len = strlen(text);
	} else if (!str_eq(type, "application/json")) {
		return refuse_type(req, reply, header);
	}
	req->body = js_parse(req->ctx, text, len, &ok);
	if (!ok)
		return E_INVALID_JSON;
	if ((req->route->policies & SLOW) != 0 && req->body != NULL)
		arena_defer(req->ctx->arena, wipe_body, (void *)(uintptr_t)req->body);
	return E_OK;
}

/* Requests that change something carry a body, and it is read whatever comes next. */
static enum err
take_body(struct req *req, struct reply *reply)
{
	bool wanted = req->route != NULL && (req->route->policies & BODY_IGNORED) == 0 &&
	    (req->method == POST || req->method == PUT || req->method == PATCH);
	char *text = NULL;
	size_t len = 0;

	if (req->method == GET || req->method == HEAD || req->method == OPTIONS)
		return E_OK;
	if (!http_body(req->http, req->ctx->arena, BODY_MAX, &text, &len))
		return E_TOO_LARGE;
	req->body_text = text;
	return wanted ? parse_body(req, reply, len) : E_OK;
}

/* The answer. */

void
reply_header(struct reply *reply, const char *name, const char *value)
{
	struct header *h = arena_alloc(reply->ctx->arena, sizeof(*h)), **at = &reply->headers;

	/* Sorted by name, equal names in the order of their calls (wire.md section 1). */
	while (*at != NULL && strcmp((*at)->name, name) <= 0)
		at = &(*at)->next;
	h->name = name;
	h->value = value;
	h->next = *at;
	*at = h;
}

const char *
reply_get(const struct reply *reply, const char *name)
{
	const struct header *h;

	for (h = reply->headers; h != NULL; h = h->next)
		if (str_eq(h->name, name))
			return h->value;
	return NULL;
}

void
reply_json(struct reply *reply, const char *json)
{
	reply->status = 200;
	reply->type = "application/json";
	reply->body = json;
}

enum err
fail(struct reply *reply, enum err e, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reply->message = arena_strdup(reply->ctx->arena, text);
	return e;
}

static void
render_error(struct reply *reply, enum err e)
{
	const char *message = reply->message != NULL ? reply->message : err_message(e);
	struct json j = json_new(reply->ctx->arena, 256);

	if (!reply->keep_headers)
		reply->headers = NULL;
	reply->status = err_status(e);
	reply->type = NULL;
	reply->body = NULL;
	if (*message == '\0')
		return;
	json_open(&j, NULL);
	json_text(&j, "message", message);
	if (*err_code(e) != '\0')
		json_text(&j, "code", err_code(e));
	if (reply->details != NULL)
		buf_printf(&j.buf, ",%s", reply->details);
	json_close(&j);
	reply->type = "application/json";
	reply->body = json_done(&j);
}

/* Headers that a page on another origin may read, of those that the answer has. */
static void
expose_headers(struct req *req, struct reply *reply)
{
	static const char *const ours[] = { "set-auth-jwt", "set-auth-token", "x-merge-status",
		"x-retry-after" };
	struct buf b = buf_new(req->ctx->arena, 64);
	size_t i;

	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (reply_get(reply, ours[i]) != NULL)
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", ours[i]);
	if (b.len > 0)
		reply_header(reply, "access-control-expose-headers", b.p);
}

static const char *
reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} known[] = {
		{ 200, "OK" }, { 201, "Created" }, { 204, "No Content" }, { 302, "Found" },
		{ 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" }, { 422, "Unprocessable Entity" },
		{ 429, "Too Many Requests" }, { 503, "Service Unavailable" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].phrase;
	return "Internal Server Error";
}

static void
send_reply(struct req *req, struct reply *reply)
{
	size_t len = reply->body != NULL ? strlen(reply->body) : 0;
	struct buf b = buf_new(req->ctx->arena, 1024 + len);
	const struct header *h;

	if (reply->type != NULL && reply_get(reply, "content-type") == NULL)
		reply_header(reply, "content-type", reply->type);
	buf_printf(&b, "Status: %d %s\r\n", reply->status, reason_phrase(reply->status));
	for (h = reply->headers; h != NULL; h = h->next)
		buf_printf(&b, "%s: %s\r\n", h->name, h->value);
	if (reply->status != 204 && reply->status != 304)
		buf_printf(&b, "content-length: %zu\r\n", len);
	buf_add(&b, "\r\n");
	if (len > 0 && req->method != HEAD)
		buf_addn(&b, reply->body, len);
	http_send(req->http, b.p, b.len);
}

/* The road. */

static enum err
check_limit(struct req *req, struct reply *reply)
{
	unsigned policies = req->route != NULL ? req->route->policies : 0;
	long wait;

	if (!conf()->rate_limit || (policies & UNLIMITED) != 0 || req->method == OPTIONS)
		return E_OK;
	wait = limit_take(req->address, req->path != NULL ? req->path : "-", req->ctx->now);
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
	e = take_body(req, reply);
	return e == E_OK ? run_route(req, reply) : e;
}

static void
log_answer(const struct req *req, const struct reply *reply, enum err e, int64_t started)
{
	struct log_request line = {
		.method = method_names[req->method],
		.route = req->route != NULL ? req->route->path : "-",
		.status = reply->status,
		.code = err_code(e),
		.ms = (double)(clock_mono() - started),
		.ip = *req->address != '\0' ? req->address : "-",
		.user = req->user_id,
	};

	log_request(req->ctx, &line);
}

static void
handle(struct http *http)
{
	struct ctx ctx = { .arena = app.arena, .now = clock_now() };
	struct req req = { .ctx = &ctx, .http = http };
	struct reply reply = { .ctx = &ctx, .status = 200 };
	int64_t started = clock_mono();
	enum err e;

	ctx.request_id = str_printf(ctx.arena, "%x-%x", (unsigned)getpid(), ++app.counter);
	req.method = method_by_name(http_param(http, "REQUEST_METHOD"));
	req.path = request_path(http, ctx.arena);
	req.address = address_client(&ctx, http_param(http, "REMOTE_ADDR"),
	    http_header(http, "x-forwarded-for"), conf()->trusted_proxies);
	e = answer(&req, &reply);
	if (e != E_OK)
		render_error(&reply, e);
	origin_allow(&req, &reply);
	expose_headers(&req, &reply);
	send_reply(&req, &reply);
	log_answer(&req, &reply, e, started);
	arena_reset(ctx.arena);
}

/* Start. */

static void
print_policies(unsigned policies)
{
	static const char *const names[] = { "origin", "form", "form-body", "body-ignored", "slow",
		"unlimited", "head" };
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
		printf("%-6s %s", method_names[r->method], r->path);
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

	harden();
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
	if (!limit_open())
		return 1;
	if (http_is_fastcgi())
		serve(worker_count(), work);
	else
		work();
	return 0;
}
