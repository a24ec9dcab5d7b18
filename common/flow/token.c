/* SPDX-License-Identifier: ISC */
/* token: JWTs, made and checked. */
#include "flow/token.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/keys.h"
#include "flow/present.h"
#include "port/js.h"
#include "port/jwk.h"
#include "store/catalogue.h"
#include "store/user.h"

#define LEEWAY_S 30
#define JWT_MAX 8192

static void
put_audience(struct ctx *ctx, struct json *j)
{
	const char *list = conf()->jwt_audience, *one, *next;

	one = str_next(ctx->arena, &list, ',');
	next = str_next(ctx->arena, &list, ',');
	if (next == NULL) {
		json_text(j, "aud", one != NULL ? one : conf()->origin);
		return;
	}
	json_open_array(j, "aud");
	json_text(j, NULL, one);
	for (; next != NULL; next = str_next(ctx->arena, &list, ','))
		json_text(j, NULL, next);
	json_close_array(j);
}

const char *
token_issuer(void)
{
	return *conf()->jwt_issuer != '\0' ? conf()->jwt_issuer : conf()->origin;
}

static const char *
payload(struct ctx *ctx, const struct user *u)
{
	struct json j = json_new(ctx->arena, 768);
	int64_t now = ctx->now / 1000; /* cut off, never ahead of the clock */

	json_open(&j, NULL);
	json_int(&j, "iat", now);
	if (str_eq(conf()->jwt_claims, "better-auth")) {
		present_user_members(&j, u, true);
		if (!catalogue_shows_user(USER_IS_ANONYMOUS)) /* who checks it must know */
			json_flag(&j, "isAnonymous", user_is_guest(u));
	} else {
		json_flag(&j, "isAnonymous", user_is_guest(u));
		if (!str_eq(conf()->profile_gate, "off"))
			json_flag(&j, "hasProfile", u->hasProfile);
	}
	json_text(&j, "sub", u->id);
	json_int(&j, "exp", now + conf()->jwt_expires);
	json_text(&j, "iss", token_issuer());
	put_audience(ctx, &j);
	json_close(&j);
	return json_done(&j);
}

static const char *
token_header(struct ctx *ctx, const struct jwk *key, const char *kid, const char *typ)
{
	struct json j = json_new(ctx->arena, 128);

	json_open(&j, NULL);
	json_text(&j, "alg", jwk_alg(key));
	json_text(&j, "kid", kid);
	if (typ != NULL)
		json_text(&j, "typ", typ);
	json_close(&j);
	return json_done(&j);
}

enum err
token_seal(struct ctx *ctx, const char *alg, const char *typ, const char *body,
    const char **out)
{
	struct arena *a = ctx->arena;
	struct buf b = buf_new(a, 1536);
	unsigned char *sig;
	const struct jwk *key;
	const char *kid, *head;
	size_t len;
	enum err e = keys_signing(ctx, alg, &key, &kid);

	if (e != E_OK)
		return e;
	head = token_header(ctx, key, kid, typ);
	buf_add(&b, enc_base64url(a, head, strlen(head)));
	buf_char(&b, '.');
	buf_add(&b, enc_base64url(a, body, strlen(body)));
	sig = jwk_sign(ctx, key, b.p, b.len, &len);
	if (sig == NULL) {
		log_event(ctx, LOG_ERROR, "sign", "kid %s", kid);
		return E_CRYPTO;
	}
	buf_char(&b, '.');
	buf_add(&b, enc_base64url(a, sig, len));
	*out = b.p;
	return E_OK;
}

enum err
token_issue(struct ctx *ctx, const struct user *u, const char *alg, const char **out)
{
	return token_seal(ctx, alg, NULL, payload(ctx, u), out);
}

bool
token_is_jwt(const char *text)
{
	const char *dot = strchr(text, '.');

	dot = dot != NULL ? strchr(dot + 1, '.') : NULL;
	return dot != NULL && strchr(dot + 1, '.') == NULL;
}

static const struct js *
decode_part(struct ctx *ctx, const char *part, size_t n)
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

/* The header may name the key; everything else in it is no word of ours. */
static const struct jwk *
key_for_header(struct ctx *ctx, const struct js *header)
{
	static const char *const refused[] = { "crit", "jku", "jwk", "x5u", "x5c" };
	const char *kid = js_text(ctx, js_get(header, "kid"));
	const struct jwk *k;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (js_has(header, refused[i]))
			return NULL;
	k = kid != NULL ? keys_find(ctx, kid) : NULL;
	if (k == NULL || !str_eq(js_text(ctx, js_get(header, "alg")), jwk_alg(k)))
		return NULL;
	return k;
}

static bool
times_hold(struct ctx *ctx, const struct js *body)
{
	int64_t now = ctx->now / 1000, exp, iat, nbf;

	if (!js_int(js_get(body, "exp"), &exp) || exp <= now - LEEWAY_S)
		return false;
	if (!js_int(js_get(body, "iat"), &iat) || iat > now + LEEWAY_S)
		return false;
	return !js_has(body, "nbf") || (js_int(js_get(body, "nbf"), &nbf) && nbf <= now + LEEWAY_S);
}

static bool
is_our_audience(struct ctx *ctx, const char *aud)
{
	const char *list = conf()->jwt_audience, *one;

	if (*list == '\0')
		return str_eq(aud, conf()->origin);
	while ((one = str_next(ctx->arena, &list, ',')) != NULL)
		if (str_eq(one, aud))
			return true;
	return false;
}

static bool
audience_holds(struct ctx *ctx, const struct js *aud)
{
	size_t i;

	if (js_type(aud) == JS_STRING)
		return is_our_audience(ctx, js_text(ctx, aud));
	for (i = 0; i < js_length(aud); i++)
		if (is_our_audience(ctx, js_text(ctx, js_at(aud, i))))
			return true;
	return false;
}

static bool
signature_holds(struct ctx *ctx, const struct jwk *k, const char *jwt, const char *dot)
{
	unsigned char *sig;
	size_t len;

	sig = enc_base64url_decode(ctx->arena, dot + 1, strlen(dot + 1), &len);
	return sig != NULL && jwk_verify(ctx, k, jwt, (size_t)(dot - jwt), sig, len);
}

/* The payload of a text that is signed with one of our keys, whatever it says. */
static const struct js *
open_signed(struct ctx *ctx, const char *jwt, const char *typ)
{
	const char *first, *second;
	const struct js *header;
	const struct jwk *k;

	if (strlen(jwt) > JWT_MAX || !token_is_jwt(jwt))
		return NULL;
	first = strchr(jwt, '.');
	second = strchr(first + 1, '.');
	header = decode_part(ctx, jwt, (size_t)(first - jwt));
	if (header == NULL || (typ != NULL && !str_eq(js_text(ctx, js_get(header, "typ")), typ)))
		return NULL;
	k = key_for_header(ctx, header);
	if (k == NULL || !signature_holds(ctx, k, jwt, second))
		return NULL;
	return decode_part(ctx, first + 1, (size_t)(second - first - 1));
}

const struct js *
token_open(struct ctx *ctx, const char *jwt, const char *typ, const char *aud)
{
	const struct js *body = open_signed(ctx, jwt, typ);

	if (body == NULL || !times_hold(ctx, body) ||
	    !str_eq(js_text(ctx, js_get(body, "iss")), token_issuer()))
		return NULL;
	if (aud != NULL && !str_eq(js_text(ctx, js_get(body, "aud")), aud))
		return NULL;
	return body;
}

enum err
token_check(struct ctx *ctx, const char *jwt, struct claims *out)
{
	const struct js *body = token_open(ctx, jwt, NULL, NULL);

	if (body == NULL || !audience_holds(ctx, js_get(body, "aud")))
		return E_UNAUTHORIZED;
	out->sub = js_text(ctx, js_get(body, "sub"));
	out->is_anonymous = js_type_of(body, "isAnonymous") == JS_BOOL &&
	    js_bool(js_get(body, "isAnonymous"));
	out->has_profile = js_type_of(body, "hasProfile") == JS_BOOL &&
	    js_bool(js_get(body, "hasProfile"));
	return out->sub != NULL && *out->sub != '\0' ? E_OK : E_UNAUTHORIZED;
}
