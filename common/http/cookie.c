/* SPDX-License-Identifier: ISC */
/* cookie: reading and writing cookies. */
#include "http/cookie.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "http/app.h"

const char *
cookie_name(struct ctx *ctx, const char *name)
{
	return str_printf(ctx->arena, "%s%s.%s", conf()->secure ? "__Secure-" : "",
	    conf()->cookie_prefix, name);
}

/* One layer of quotes goes; escapes are decoded, an undecodable value is taken raw. */
static const char *
decode_value(struct ctx *ctx, char *value)
{
	const char *decoded;
	size_t n = strlen(value);

	if (n >= 2 && value[0] == '"' && value[n - 1] == '"') {
		value[n - 1] = '\0';
		value++;
		n -= 2;
	}
	if (strchr(value, '%') == NULL)
		return value;
	decoded = enc_percent_decode(ctx->arena, value, n);
	return decoded != NULL ? decoded : value;
}

const char *
cookie_find(struct ctx *ctx, const char *header, const char *full_name)
{
	const char *eq, *end, *name;

	for (; header != NULL && *header != '\0'; header = *end == '\0' ? end : end + 1) {
		end = strchr(header, ';');
		if (end == NULL)
			end = header + strlen(header);
		eq = memchr(header, '=', (size_t)(end - header));
		if (eq == NULL)
			continue;
		name = str_trim(ctx->arena, header, (size_t)(eq - header));
		if (str_eq(name, full_name))
			return decode_value(ctx,
			    str_trim(ctx->arena, eq + 1, (size_t)(end - eq - 1)));
	}
	return NULL;
}

const char *
cookie_get(struct req *req, const char *name)
{
	return cookie_find(req->ctx, req_header(req, "cookie"), cookie_name(req->ctx, name));
}

static const char *
line(struct ctx *ctx, const char *name, const char *value, long max_age)
{
	const struct conf *c = conf();
	struct buf b = buf_new(ctx->arena, 256 + strlen(value));

	buf_printf(&b, "%s=%s", cookie_name(ctx, name), enc_percent(ctx->arena, value));
	if (max_age != COOKIE_SESSION_ONLY)
		buf_printf(&b, "; Max-Age=%ld", max_age);
	if (*c->cookie_domain != '\0')
		buf_printf(&b, "; Domain=%s", c->cookie_domain);
	buf_add(&b, "; Path=/; HttpOnly");
	if (c->secure)
		buf_add(&b, "; Secure");
	buf_add(&b, str_eq(c->cookie_samesite, "lax") ? "; SameSite=Lax" : "; SameSite=None");
	if (str_eq(c->cookie_samesite, "partitioned"))
		buf_add(&b, "; Partitioned");
	return b.p;
}

size_t
cookie_overhead(struct ctx *ctx, const char *name, long max_age)
{
	return strlen(line(ctx, name, "", max_age));
}

void
cookie_set(struct req *req, struct reply *reply, const char *name, const char *value, long max_age)
{
	reply_header(reply, "set-cookie", line(req->ctx, name, value, max_age));
}

void
cookie_expire(struct req *req, struct reply *reply, const char *name)
{
	reply_drop(reply, "set-cookie",
	    str_printf(req->ctx->arena, "%s=", cookie_name(req->ctx, name)));
	cookie_set(req, reply, name, "", 0);
}
