/* SPDX-License-Identifier: ISC */
/* hs256: tokens under the secret. */
#include "port/hs256.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/secret.h"

#define HEADER "eyJhbGciOiJIUzI1NiJ9" /* {"alg":"HS256"} */
#define TOKEN_MAX ((size_t)64 * 1024)

const char *
hs256_seal(struct ctx *ctx, const char *payload)
{
	const char *body = enc_base64url(ctx->arena, payload, strlen(payload));
	const char *text = str_printf(ctx->arena, HEADER ".%s", body);

	return str_printf(ctx->arena, "%s.%s", text, secret_mac_url(ctx, text, strlen(text)));
}

static const struct js *
open_part(struct ctx *ctx, const char *part, size_t n)
{
	const struct js *js;
	unsigned char *text;
	size_t len;
	bool ok;

	text = enc_base64url_decode(ctx->arena, part, n, &len);
	if (text == NULL)
		return NULL;
	js = js_parse(ctx, (const char *)text, len, &ok);
	return ok && js_type(js) == JS_OBJECT ? js : NULL;
}

/* Members beside alg change nothing, but one that must be understood is not. */
static bool
is_plain_header(struct ctx *ctx, const struct js *header)
{
	return header != NULL && !js_has(header, "crit") &&
	    str_eq(js_text(ctx, js_get(header, "alg")), "HS256");
}

const struct js *
hs256_open(struct ctx *ctx, const char *token)
{
	const char *first, *second;

	if (strlen(token) > TOKEN_MAX)
		return NULL;
	first = strchr(token, '.');
	second = first != NULL ? strchr(first + 1, '.') : NULL;
	if (second == NULL ||
	    !secret_mac_holds(ctx, token, (size_t)(second - token), second + 1) ||
	    !is_plain_header(ctx, open_part(ctx, token, (size_t)(first - token))))
		return NULL;
	return open_part(ctx, first + 1, (size_t)(second - first - 1));
}
