/* SPDX-License-Identifier: ISC */
/* body: a content type on the first line, and what it says the rest is. */
#include "fuzz.h"

#include "base/str.h"
#include "http/req.h"
#include "port/js.h"

#include "../unit/exchange.h"

static bool
is_text(void *arg, const char *key, const struct js *v)
{
	(void)arg;
	(void)key;
	FUZZ_CLAIM(js_type(v) == JS_STRING && js_text(&fuzz_ctx, v) != NULL);
	return true;
}

static void
run(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t head = end != NULL ? (size_t)(end - data) : size;
	const char *type = arena_strndup(fuzz_ctx.arena, (const char *)data, head);
	const char *params[] = { str_printf(fuzz_ctx.arena, "CONTENT_TYPE=%s", type), NULL };
	struct route route = { .method = POST, .path = "/", .policies = FORM_BODY | SLOW };
	struct req req = { .ctx = &fuzz_ctx, .method = POST, .route = &route };
	struct reply reply = { .ctx = &fuzz_ctx, .status = 200 };
	const char *body = end != NULL ? (const char *)end + 1 : "";

	req.http = exchange_open(fuzz_ctx.arena, params, body, end != NULL ? size - head - 1 : 0);
	if (req_take_body(&req, &reply) == E_OK && str_starts_nocase(type, "application/x"))
		js_each(req.body, is_text, NULL);
}

FUZZ_TARGET(fuzz_nothing, run)
