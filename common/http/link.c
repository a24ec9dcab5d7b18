/* SPDX-License-Identifier: ISC */
/* link: addresses with a parameter added. */
#include "http/link.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"

struct parts {
	const char *site; /* scheme and host, "" for a path */
	const char *path;
	const char *query;    /* without "?" */
	const char *fragment; /* with "#", or "" */
};

/* What URL escapes in a path or query; escapes that are there stay. */
static const char *
escape(struct ctx *ctx, const char *text, const char *unsafe)
{
	struct buf b = buf_new(ctx->arena, strlen(text) + 16);

	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7F || strchr(unsafe, *text) != NULL)
			buf_printf(&b, "%%%02X", (unsigned char)*text);
		else
			buf_char(&b, *text);
	return b.p;
}

static struct parts
split(struct ctx *ctx, const char *url)
{
	struct arena *a = ctx->arena;
	struct parts p = { .site = "", .query = "", .fragment = "" };
	const char *host = *url == '/' ? NULL : strstr(url, "://");
	size_t n;

	if (host != NULL) {
		n = (size_t)(host - url) + 3 + strcspn(host + 3, "/?#");
		p.site = str_lower(a, arena_strndup(a, url, n));
		url += n;
	}
	n = strcspn(url, "?#");
	p.path = escape(ctx, n > 0 ? arena_strndup(a, url, n) : "/", "\"<>`{}^");
	url += n;
	if (*url == '?') {
		n = strcspn(++url, "#");
		p.query = arena_strndup(a, url, n);
		url += n;
	}
	p.fragment = escape(ctx, url, "\"<>`");
	return p;
}

static const char *
join(struct ctx *ctx, const struct parts *p)
{
	return str_printf(ctx->arena, "%s%s?%s%s", p->site, p->path, p->query, p->fragment);
}

const char *
link_append(struct ctx *ctx, const char *url, const char *key, const char *value)
{
	struct parts p = split(ctx, url);
	const char *between = *p.query == '\0' || str_ends(p.query, "&") ? "" : "&";

	p.query = str_printf(ctx->arena, "%s%s%s=%s", escape(ctx, p.query, "\"<>'"), between, key,
	    enc_form(ctx->arena, value));
	return join(ctx, &p);
}

/* The pairs are decoded and written anew. */
static const char *
set_pair(struct ctx *ctx, const char *query, const char *key, const char *value)
{
	struct arena *a = ctx->arena;
	struct buf b = buf_new(a, 256);
	bool done = false;
	const char *eq, *k, *v;
	char *pair;

	while ((pair = str_next(a, &query, '&')) != NULL) {
		eq = strchr(pair, '=');
		k = enc_form_decode(a, pair, eq != NULL ? (size_t)(eq - pair) : strlen(pair));
		v = eq != NULL ? enc_form_decode(a, eq + 1, strlen(eq + 1)) : "";
		if (k == NULL || v == NULL || (str_eq(k, key) && done))
			continue;
		if (str_eq(k, key)) {
			done = true;
			v = value;
		}
		buf_printf(&b, "%s%s=%s", b.len > 0 ? "&" : "", enc_form(a, k), enc_form(a, v));
	}
	if (!done)
		buf_printf(&b, "%s%s=%s", b.len > 0 ? "&" : "", key, enc_form(a, value));
	return b.p;
}

const char *
link_set(struct ctx *ctx, const char *url, const char *key, const char *value)
{
	struct parts p = split(ctx, url);

	if (*p.site == '\0')
		p.site = conf()->origin;
	p.query = set_pair(ctx, p.query, key, value);
	return join(ctx, &p);
}
