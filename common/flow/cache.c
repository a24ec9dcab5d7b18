/* SPDX-License-Identifier: ISC */
/* cache: the browser's copy of its session. */
#include "flow/cache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/present.h"
#include "flow/token.h"
#include "http/app.h"
#include "http/cookie.h"
#include "port/hs256.h"
#include "port/js.h"
#include "port/jwe.h"
#include "port/secret.h"
#include "store/catalogue.h"
#include "store/session.h"

#define NAME "session_data"
#define LINE_MAX_BYTES 4050
#define CHUNKS_MAX 100
#define SHORT_S 60 /* of the compact form when not remembered */
#define LONG_S 300 /* of the others then */
#define SALT "better-auth-session"
#define TYPE "better-auth.session-cache+jwt"
#define AUDIENCE "better-auth:session-cache"

/* --- names of the parts */

static const char *
chunk_name(struct ctx *ctx, unsigned i)
{
	return str_printf(ctx->arena, NAME ".%u", i);
}

/* The request's parts, in order; the last is NULL. */
static const char **
names_present(struct req *req)
{
	const char **names = arena_alloc(req->ctx->arena, (CHUNKS_MAX + 2) * sizeof(*names));
	const char *header = req_header(req, "cookie");
	unsigned i, n = 0;

	if (header == NULL || strstr(header, NAME) == NULL)
		return names;
	if (cookie_get(req, NAME) != NULL)
		names[n++] = NAME;
	for (i = 0; i < CHUNKS_MAX && strstr(header, NAME ".") != NULL; i++)
		if (cookie_get(req, chunk_name(req->ctx, i)) != NULL)
			names[n++] = chunk_name(req->ctx, i);
	return names;
}

void
cache_clear(struct req *req, struct reply *reply)
{
	const char **names = names_present(req);

	for (; *names != NULL; names++)
		cookie_set(req, reply, *names, "", 0);
}

/* The copy in one piece, or NULL. */
static const char *
text_of(struct req *req)
{
	const char *whole = cookie_get(req, NAME), **names;
	struct buf b;

	if (whole != NULL && *whole != '\0')
		return whole;
	b = buf_new(req->ctx->arena, 8192);
	for (names = names_present(req); *names != NULL; names++)
		if (!str_eq(*names, NAME))
			buf_add(&b, cookie_get(req, *names));
	return b.len > 0 ? b.p : NULL;
}

/* --- writing */

/* The object without its last brace: each form goes on in its own way. */
static struct json
begin_payload(struct ctx *ctx, const struct session *s)
{
	struct json j = json_new(ctx->arena, 1024);

	json_open(&j, NULL);
	present_session(&j, "session", s);
	present_user(&j, "user", &s->user, true);
	json_int(&j, "updatedAt", ctx->now);
	json_text(&j, "version", "1");
	return j;
}

static const char *
seal_compact(struct ctx *ctx, struct json *j, int64_t seconds)
{
	const char *open = arena_strdup(ctx->arena, j->buf.p);
	int64_t end = ctx->now + seconds * 1000;
	const char *text;

	json_int(j, "expiresAt", end);
	json_close(j);
	text = str_printf(ctx->arena,
	    "{\"session\":%s},\"expiresAt\":%" PRId64 ",\"signature\":\"%s\"}", open, end,
	    secret_mac_url(ctx, j->buf.p, j->buf.len));
	return enc_base64url(ctx->arena, text, strlen(text));
}

static void
put_times(struct ctx *ctx, struct json *j, int64_t seconds)
{
	json_int(j, "iat", ctx->now / 1000);
	json_int(j, "exp", ctx->now / 1000 + seconds);
}

static const char *
seal_jwks(struct ctx *ctx, struct json *j, const struct session *s, int64_t seconds)
{
	const char *out;

	json_text(j, "sid", s->token);
	put_times(ctx, j, seconds);
	json_text(j, "iss", token_issuer());
	json_text(j, "aud", AUDIENCE);
	json_text(j, "sub", s->user.id);
	json_close(j);
	return token_seal(ctx, NULL, TYPE, json_done(j), &out) == E_OK ? out : NULL;
}

static const char *
seal(struct ctx *ctx, const struct session *s, bool remember)
{
	struct json j = begin_payload(ctx, s);
	const char *form = conf()->cookie_cache;

	if (str_eq(form, "compact"))
		return seal_compact(ctx, &j, remember ? conf()->cookie_cache_age : SHORT_S);
	if (str_eq(form, "jwks"))
		return seal_jwks(ctx, &j, s, remember ? conf()->cookie_cache_age : LONG_S);
	put_times(ctx, &j, remember ? conf()->cookie_cache_age : LONG_S);
	if (str_eq(form, "jwe"))
		json_text(&j, "jti", secret_uuid(ctx));
	json_close(&j);
	return str_eq(form, "jwt") ? hs256_seal(ctx, json_done(&j))
	                           : jwe_seal(ctx, SALT, json_done(&j));
}

/* Parts of the request's copy that the new one does not replace are cleared. */
static void
clear_others(struct req *req, struct reply *reply, size_t chunks)
{
	const char **names = names_present(req);

	for (; *names != NULL; names++) {
		const char *dot = strchr(*names, '.');
		size_t i = dot != NULL ? strtoul(dot + 1, NULL, 10) : 0;

		if (dot == NULL ? chunks > 1 : chunks < 2 || i >= chunks)
			cookie_set(req, reply, *names, "", 0);
	}
}

void
cache_write(struct req *req, struct reply *reply, const struct session *s, bool remember)
{
	long age = remember ? conf()->cookie_cache_age : COOKIE_SESSION_ONLY;
	const char *text;
	size_t size, chunks, i;

	if (str_eq(conf()->cookie_cache, "off"))
		return;
	text = seal(req->ctx, s, remember);
	if (text == NULL)
		return;
	size = LINE_MAX_BYTES - cookie_overhead(req->ctx, NAME ".99", age);
	chunks = (strlen(text) + size - 1) / size;
	clear_others(req, reply, chunks > CHUNKS_MAX ? 0 : chunks);
	if (chunks > CHUNKS_MAX)
		return; /* too large even in parts: the database answers */
	if (chunks < 2) {
		cookie_set(req, reply, NAME, text, age);
		return;
	}
	for (i = 0; i < chunks; i++)
		cookie_set(req, reply, chunk_name(req->ctx, (unsigned)i),
		    arena_strndup(req->ctx->arena, text + i * size,
		        i + 1 < chunks ? size : strlen(text + i * size)),
		    age);
}

/* --- reading */

/* {"session":P,"expiresAt":N,"signature":"S"}: what was signed is P with expiresAt as its
 * last member, in exactly these bytes. */
static const struct js *
open_compact(struct ctx *ctx, const char *text, int64_t *end)
{
	static const char head[] = "{\"session\":", mark[] = ",\"signature\":\"";
	const char *sign, *at, *signed_text;
	size_t n;
	bool ok;

	text = (const char *)enc_base64url_decode(ctx->arena, text, strlen(text), &n);
	if (text == NULL || strlen(text) != n || !str_starts(text, head))
		return NULL;
	for (sign = text + n; sign > text && !str_starts(sign, mark); sign--)
		;
	for (at = sign; at > text && !str_starts(at, "},\"expiresAt\":"); at--)
		;
	if (at == text)
		return NULL;
	signed_text = str_printf(ctx->arena, "%.*s%.*s}", (int)(at - text) - (int)strlen(head),
	    text + strlen(head), (int)(sign - at) - 1, at + 1);
	if (!str_eq_secret(secret_mac_url(ctx, signed_text, strlen(signed_text)),
	        arena_strndup(ctx->arena, sign + strlen(mark), strcspn(sign + strlen(mark), "\""))))
		return NULL;
	const struct js *body = js_parse(ctx, signed_text, strlen(signed_text), &ok);
	return ok && js_int(js_get(body, "expiresAt"), end) ? body : NULL;
}

static const struct js *
open_jwe(struct ctx *ctx, const char *text)
{
	const char *body = jwe_open(ctx, SALT, text);
	const struct js *js;
	bool ok;

	if (body == NULL)
		return NULL;
	js = js_parse(ctx, body, strlen(body), &ok);
	return ok ? js : NULL;
}

static const struct js *
open_copy(struct ctx *ctx, const char *text)
{
	const char *form = conf()->cookie_cache;
	const struct js *body;
	int64_t end = 0;

	if (str_eq(form, "compact")) {
		body = open_compact(ctx, text, &end);
	} else {
		body = str_eq(form, "jwt") ? hs256_open(ctx, text)
		    : str_eq(form, "jwe")  ? open_jwe(ctx, text)
		                           : token_open(ctx, text, TYPE, AUDIENCE);
		if (body == NULL || !js_int(js_get(body, "exp"), &end))
			return NULL;
		end *= 1000;
	}
	return end >= ctx->now ? body : NULL;
}

static struct stamp
stamp_of(struct ctx *ctx, const struct js *object, const char *key)
{
	const char *text = js_text(ctx, js_get(object, key));
	struct stamp at = { STAMP_NULL };

	if (text != NULL && !clock_parse(text, &at.ms))
		at.ms = STAMP_NULL;
	return at;
}

static const char *
text_at(struct ctx *ctx, const struct js *object, const char *key)
{
	return js_text(ctx, js_get(object, key));
}

static void
read_user(struct ctx *ctx, const struct js *js, struct user *u)
{
	int i;

	u->id = text_at(ctx, js, "id");
	u->name = text_at(ctx, js, "name");
	u->email = text_at(ctx, js, "email");
	u->emailVerified = js_bool(js_get(js, "emailVerified"));
	u->image = text_at(ctx, js, "image");
	u->createdAt = stamp_of(ctx, js, "createdAt");
	u->updatedAt = stamp_of(ctx, js, "updatedAt");
	u->hasProfile = js_bool(js_get(js, "hasProfile"));
	u->cached = true;
	for (i = 0; i < USER_PLUGINS; i++) {
		const char *key = user_plugins[i].name;

		if (js_has(js, key))
			u->shown |= 1u << i;
		u->plugin[i] = js_type_of(js, key) == JS_BOOL ? js_bool(js_get(js, key)) ? "t" : "f"
		                                              : text_at(ctx, js, key);
	}
}

static void
read_session(struct ctx *ctx, const struct js *js, struct session *s)
{
	s->id = text_at(ctx, js, "id");
	s->token = text_at(ctx, js, "token");
	s->expiresAt = stamp_of(ctx, js, "expiresAt");
	s->createdAt = stamp_of(ctx, js, "createdAt");
	s->updatedAt = stamp_of(ctx, js, "updatedAt");
	s->ipAddress = text_at(ctx, js, "ipAddress");
	s->userAgent = text_at(ctx, js, "userAgent");
	s->impersonatedBy = text_at(ctx, js, "impersonatedBy");
	if (js_has(js, "impersonatedBy"))
		s->user.shown |= PRESENT_IMPERSONATION;
}

/* A copy of another session, of an older form, or past its time is none. */
static bool
is_usable(struct ctx *ctx, const struct js *body, const char *token, const struct session *s)
{
	const char *version = text_at(ctx, body, "version"); /* older peers write none */

	return (version == NULL || str_eq(version, "1")) && str_eq(s->token, token) &&
	    s->expiresAt.ms > ctx->now && s->id != NULL && s->user.id != NULL;
}

bool
cache_read(struct req *req, struct reply *reply, const char *token, struct session *out)
{
	struct ctx *ctx = req->ctx;
	const char *text = text_of(req);
	const struct js *body;
	struct session s = { 0 };

	if (text == NULL)
		return false;
	body = open_copy(ctx, text);
	if (body != NULL) {
		read_session(ctx, js_get(body, "session"), &s);
		read_user(ctx, js_get(body, "user"), &s.user);
		if (is_usable(ctx, body, token, &s)) {
			*out = s;
			return true;
		}
	}
	cookie_set(req, reply, NAME, "", 0);
	return false;
}
