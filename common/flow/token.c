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
#include "flow/claims.h"
#include "flow/jwt.h"
#include "flow/keys.h"
#include "flow/present.h"
#include "port/js.h"
#include "port/jwk.h"
#include "store/catalogue.h"
#include "store/user.h"

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
payload(struct ctx *ctx, const struct user *u, const struct told *told)
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
	claims_write(ctx, &j, told);
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
token_seal(struct ctx *ctx, const char *alg, const char *typ, const char *body, const char **out)
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
	struct told told = { 0 };
	enum err e = user_is_guest(u) ? E_OK : claims_find(ctx, u->id, &told);

	return e == E_OK ? token_seal(ctx, alg, NULL, payload(ctx, u, &told), out) : e;
}

bool
token_is_jwt(const char *text)
{
	const char *dot = strchr(text, '.');

	dot = dot != NULL ? strchr(dot + 1, '.') : NULL;
	return dot != NULL && strchr(dot + 1, '.') == NULL;
}

const char *
token_audience(void)
{
	return *conf()->jwt_audience != '\0' ? conf()->jwt_audience : conf()->origin;
}

static const struct js *
refuse(struct ctx *ctx, enum jwt_fault f)
{
	log_event(ctx, LOG_DEBUG, "token-refused", "%s", jwt_fault_name(f));
	return NULL;
}

/* The payload of a text that is signed with one of our keys, whatever it says. */
static const struct js *
open_signed(struct ctx *ctx, const char *text, const char *typ)
{
	size_t len = strnlen(text, JWT_MAX + 1);
	const struct js *body;
	const struct jwk *k;
	struct jwt t;
	jwt_faults set;
	enum jwt_fault f;

	if (len > JWT_MAX)
		return refuse(ctx, JWT_SIZE);
	set = jwt_read(ctx, text, len, &t);
	if (set != 0)
		return refuse(ctx, jwt_first(set));
	if (typ != NULL && !str_eq(js_text(ctx, js_get(t.header, "typ")), typ))
		return refuse(ctx, JWT_TYP);
	k = t.kid != NULL ? keys_find(ctx, t.kid) : NULL;
	f = k != NULL ? jwt_verify(ctx, &t, k) : JWT_NO_KEY;
	if (f == JWT_OK)
		f = jwt_payload(ctx, &t, &body);
	return f == JWT_OK ? body : refuse(ctx, f);
}

const struct js *
token_open(struct ctx *ctx, const char *jwt, const char *typ, const char *aud)
{
	const struct jwt_rules rules = { .issuer = token_issuer(),
		.audience = aud,
		.leeway = TOKEN_LEEWAY_S };
	const struct js *body = open_signed(ctx, jwt, typ);
	jwt_faults set = body != NULL ? jwt_claims(ctx, body, &rules) : 0;

	return set == 0 ? body : refuse(ctx, jwt_first(set));
}

static bool
is_true(const struct js *body, const char *name)
{
	return js_type_of(body, name) == JS_BOOL && js_bool(js_get(body, name));
}

enum err
token_check(struct ctx *ctx, const char *jwt, struct claims *out)
{
	const struct js *body = token_open(ctx, jwt, NULL, token_audience());

	if (body == NULL)
		return E_UNAUTHORIZED;
	out->payload = body;
	out->sub = js_text(ctx, js_get(body, "sub"));
	out->is_anonymous = is_true(body, "isAnonymous");
	out->has_profile = is_true(body, "hasProfile");
	return E_OK;
}
