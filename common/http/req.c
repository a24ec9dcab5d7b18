/* SPDX-License-Identifier: ISC */
/* req: what is asked: line, headers, query, body. */
#include "http/req.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/str.h"
#include "http/http.h"
#include "port/js.h"

#define BODY_MAX ((size_t)64 * 1024)

static const char *const method_names[] = {
	[GET] = "GET",
	[POST] = "POST",
	[PUT] = "PUT",
	[PATCH] = "PATCH",
	[DELETE] = "DELETE",
	[OPTIONS] = "OPTIONS",
	[HEAD] = "HEAD",
	[METHOD_OTHER] = "OTHER",
};

const char *
req_method_name(enum method m)
{
	return method_names[m];
}

const char *
req_header(struct req *req, const char *name)
{
	return http_header(req->http, name);
}

const char *
req_parameter(struct req *req, const char *name)
{
	return http_param(req->http, name);
}

bool
req_is_authorizer(struct req *req)
{
	return http_is_authorizer(req->http);
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

unsigned
req_query_count(struct req *req, const char *name)
{
	const char *list = http_param(req->http, "QUERY_STRING");
	struct arena *a = req->ctx->arena;
	unsigned n = 0;
	char *pair;

	while ((pair = str_next(a, &list, '&')) != NULL)
		n += str_eq(enc_form_decode(a, pair, strcspn(pair, "=")), name);
	return n;
}

bool
req_has_tag(struct req *req, const char *etag)
{
	const char *list = req_header(req, "if-none-match"), *tag;

	while ((tag = str_next(req->ctx->arena, &list, ',')) != NULL)
		if (str_eq(tag, "*") || str_eq(str_starts(tag, "W/") ? tag + 2 : tag, etag))
			return true;
	return false;
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

static const char *
request_path(struct http *http, struct arena *a)
{
	const char *script = http_param(http, "SCRIPT_NAME"), *info = http_param(http, "PATH_INFO");
	const char *uri = http_param(http, "REQUEST_URI");
	const char *raw, *p;

	for (p = uri; p != NULL && *p != '\0' && *p != '?'; p++)
		if (*p <= ' ' || *p >= 0x7F)
			return NULL;
	if (uri != NULL) {
		raw = arena_strndup(a, uri, strcspn(uri, "?#"));
		if (strpbrk(raw, "%\\") != NULL || strstr(raw, "//") != NULL ||
		    strstr(raw, "/./") != NULL || strstr(raw, "/../") != NULL ||
		    str_ends(raw, "/.") || str_ends(raw, "/.."))
			return NULL;
	}
	return str_printf(a, "%s%s", script != NULL ? script : "", info != NULL ? info : "");
}

void
req_read_line(struct req *req)
{
	req->method = method_by_name(http_param(req->http, "REQUEST_METHOD"));
	req->path = request_path(req->http, req->ctx->arena);
}

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

	if (header == NULL || *header == '\0' || !str_utf8_valid(header, strlen(header)))
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
		value = eq != NULL ? enc_form_decode(a, eq + 1, strlen(eq + 1))
		                   : arena_strdup(a, "");
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

	if (memchr(text, '\0', len) != NULL)
		return E_INVALID_JSON;
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

/* Requests that change something carry a body. */
enum err
req_take_body(struct req *req, struct reply *reply)
{
	bool wanted = req->route != NULL && (req->route->policies & BODY_IGNORED) == 0 &&
	    (req->method == POST || req->method == PUT || req->method == PATCH);
	char *text = NULL;
	size_t len = 0;

	if (req_is_authorizer(req)) /* the body is for whom the server asks on behalf of */
		return E_OK;
	if (req->method == GET || req->method == HEAD || req->method == OPTIONS)
		return E_OK;
	if (!http_body(req->http, req->ctx->arena, BODY_MAX, &text, &len))
		return E_TOO_LARGE;
	req->body_text = text;
	return wanted ? parse_body(req, reply, len) : E_OK;
}
