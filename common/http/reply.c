/* SPDX-License-Identifier: ISC */
/* reply: the answer, buffered until it is whole. */
#include "http/reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "http/http.h"

struct header {
	struct header *next;
	const char *name;
	const char *value;
};

void
reply_header(struct reply *reply, const char *name, const char *value)
{
	struct header *h = arena_alloc(reply->ctx->arena, sizeof(*h)), **at = &reply->headers;

	assert(strpbrk(value, "\r\n") == NULL); /* callers let no such text come so far */

	/* Sorted by name, equal names in the order of their calls (wire.md section 1). */
	while (*at != NULL && strcmp((*at)->name, name) <= 0)
		at = &(*at)->next;
	h->name = name;
	h->value = value;
	h->next = *at;
	*at = h;
}

void
reply_drop(struct reply *reply, const char *name, const char *beginning)
{
	struct header **at = &reply->headers;

	while (*at != NULL)
		if (str_eq((*at)->name, name) && str_starts((*at)->value, beginning))
			*at = (*at)->next;
		else
			at = &(*at)->next;
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

void
reply_html(struct reply *reply, const char *html)
{
	reply->status = 200;
	reply->type = "text/html; charset=utf-8";
	reply->body = html;
	reply_header(reply, "content-security-policy",
	    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
	reply_header(reply, "x-content-type-options", "nosniff");
}

/* Only ASCII goes into a header: what is beyond it, and spaces, are escaped. */
void
reply_location(struct reply *reply, const char *url)
{
	struct buf b = buf_new(reply->ctx->arena, 128);

	for (; *url != '\0'; url++)
		if (*url > ' ' && *url < 0x7F)
			buf_char(&b, *url);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*url);
	reply_header(reply, "location", b.p);
}

void
reply_redirect(struct reply *reply, const char *url)
{
	reply_location(reply, url);
	reply->status = 302;
	reply->type = "application/json"; /* with an empty body, as the peer has it */
}

void
reply_not_before(struct reply *reply, int ms)
{
	reply->floor_ms = ms;
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

void
reply_render_error(struct reply *reply, enum err e)
{
	const char *message = reply->message != NULL ? reply->message : err_message(e);
	struct json j = json_new(reply->ctx->arena, 256);

	if (!reply->keep_headers)
		reply->headers = NULL;
	reply->status = err_status(e);
	reply->type = e == E_NOT_SERVED ? NULL : "application/json";
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
	reply->body = json_done(&j);
}

void
reply_expose_headers(struct reply *reply)
{
	static const char *const ours[] = { "set-auth-jwt", "set-auth-token", "x-merge-status",
		"x-retry-after" };
	struct buf b = buf_new(reply->ctx->arena, 64);
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
		{ 200, "OK" },
		{ 201, "Created" },
		{ 204, "No Content" },
		{ 302, "Found" },
		{ 304, "Not Modified" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Entity" },
		{ 429, "Too Many Requests" },
		{ 503, "Service Unavailable" },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return known[i].phrase;
	return "Internal Server Error";
}

void
reply_send(struct reply *reply, struct http *http, bool head_only)
{
	size_t len = reply->body != NULL ? strlen(reply->body) : 0;
	struct buf b = buf_new(reply->ctx->arena, 1024 + len);
	const struct header *h;

	if (reply->type != NULL && reply_get(reply, "content-type") == NULL)
		reply_header(reply, "content-type", reply->type);
	buf_printf(&b, "Status: %d %s\r\n", reply->status, reason_phrase(reply->status));
	for (h = reply->headers; h != NULL; h = h->next)
		buf_printf(&b, "%s: %s\r\n", h->name, h->value);
	if (reply->status != 204 && reply->status != 304)
		buf_printf(&b, "content-length: %zu\r\n", len);
	buf_add(&b, "\r\n");
	if (len > 0 && !head_only)
		buf_addn(&b, reply->body, len);
	http_send(http, b.p, b.len);
}
