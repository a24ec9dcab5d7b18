/* SPDX-License-Identifier: ISC */
/* bearer: the proofs that a request carries. */
#include "flow/bearer.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "http/app.h"
#include "http/cookie.h"
#include "port/secret.h"

#define TOKEN_MAX 512

const char *
bearer_text(struct req *req)
{
	const char *header = req_header(req, "authorization");

	if (!str_starts_nocase(header, "bearer "))
		return NULL;
	header = str_trim(req->ctx->arena, header + 7, strlen(header + 7));
	return *header != '\0' ? header : NULL;
}

/* No token of anybody's has bytes that the database would refuse as a text. */
static bool
is_plain(const char *text)
{
	size_t n;

	for (n = 0; text[n] > ' ' && text[n] < 0x7F; n++)
		;
	return text[n] == '\0' && n <= TOKEN_MAX;
}

const char *
bearer_open(struct ctx *ctx, const char *text)
{
	const char *decoded;

	if (strchr(text, '.') == NULL)
		return is_plain(text) ? text : NULL;
	decoded = strchr(text, '%') != NULL ? enc_percent_decode(ctx->arena, text, strlen(text))
	                                    : text;
	return decoded != NULL ? secret_unsign(ctx, decoded) : NULL;
}

const char *
bearer_token(struct req *req)
{
	const char *text = bearer_text(req), *token;

	token = text != NULL ? bearer_open(req->ctx, text) : NULL;
	if (token != NULL)
		return token;
	text = cookie_get(req, "session_token");
	return text != NULL ? secret_unsign(req->ctx, text) : NULL;
}

bool
bearer_is_stale(struct req *req)
{
	const char *text;

	if (conf_secret(1) == NULL)
		return false;
	text = cookie_get(req, "session_token");
	return text != NULL && secret_is_stale(req->ctx, text);
}
