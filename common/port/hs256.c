/* SPDX-License-Identifier: ISC */
/* hs256: tokens under the secret. */
#include "port/hs256.h"

#include <string.h>

#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/compact.h"
#include "port/js.h"
#include "port/secret.h"

#define HEADER "eyJhbGciOiJIUzI1NiJ9" /* {"alg":"HS256"} */

const char *
hs256_seal(struct ctx *ctx, const char *payload)
{
	const char *body = enc_base64url(ctx->arena, payload, strlen(payload));
	const char *text = str_printf(ctx->arena, HEADER ".%s", body);

	return str_printf(ctx->arena, "%s.%s", text, secret_mac_url(ctx, text, strlen(text)));
}

static const struct js *
read_object(struct ctx *ctx, const char *text, size_t len)
{
	bool ok;
	const struct js *js = js_parse(ctx, text, len, &ok);

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
	struct compact c;

	if (compact_read(ctx, token, strlen(token), &c) != COMPACT_OK ||
	    !secret_mac_holds(ctx, token, c.signed_len, token + c.signed_len + 1) ||
	    !is_plain_header(ctx, read_object(ctx, c.header, c.header_len)))
		return NULL;
	return read_object(ctx, c.payload, c.payload_len);
}
