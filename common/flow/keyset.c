/* SPDX-License-Identifier: ISC */
/* keyset: a JWKS, and the key for a token. */
#include "flow/keyset.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "port/js.h"

static bool
add_key(struct keyset *set, const struct js *jwk)
{
	if (js_type(jwk) != JS_OBJECT)
		return true; /* of no use, but no harm to the others */
	if (set->n == KEYSET_MAX)
		return false;
	set->keys[set->n++] = jwk;
	return true;
}

const char *
keyset_read(struct ctx *ctx, const char *text, size_t len, struct keyset *out)
{
	const struct js *js, *keys;
	size_t i;
	bool ok;

	out->n = 0;
	if (len > KEYSET_SIZE_MAX)
		return "is longer than any JWKS";
	js = js_parse(ctx, text, len, &ok);
	if (!ok || js_type(js) != JS_OBJECT)
		return "is no JSON object";
	keys = js_get(js, "keys");
	if (!js_has(js, "keys"))
		return js_has(js, "kty") && add_key(out, js) ? NULL : "is neither a JWKS nor a JWK";
	if (js_type(keys) != JS_ARRAY)
		return "has keys that are no array";
	for (i = 0; i < js_length(keys); i++)
		if (!add_key(out, js_at(keys, i)))
			return "has more than 100 keys";
	return NULL;
}

/* A curve is for one algorithm, whichever of its names; RSA and secrets are for several, of
 * which a token may not choose. */
static bool
is_usual(struct ctx *ctx, const struct js *jwk, const char *alg)
{
	return jwk_suits(ctx, jwk, alg) &&
	    (jwk_suits(ctx, jwk, "EdDSA") || str_eq(jwk_usual_alg(ctx, jwk), alg));
}

static bool
is_for(struct ctx *ctx, const struct keyset *set, const struct js *jwk, const char *alg)
{
	if (set->algs != NULL && !str_listed(set->algs, alg))
		return false;
	if (js_has(jwk, "alg"))
		return str_eq(js_text(ctx, js_get(jwk, "alg")), alg);
	return set->algs != NULL ? jwk_suits(ctx, jwk, alg) : is_usual(ctx, jwk, alg);
}

/* With the kid of the token; where no key has it, those without any are meant. */
static size_t
candidates(struct ctx *ctx, const struct keyset *set, const char *kid,
    const struct js *out[static KEYSET_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < set->n; i++)
		if (kid == NULL || str_eq(js_text(ctx, js_get(set->keys[i], "kid")), kid))
			out[n++] = set->keys[i];
	for (i = 0; n == 0 && i < set->n; i++)
		if (!js_has(set->keys[i], "kid"))
			out[n++] = set->keys[i];
	return n;
}

/* Whoever keeps secrets and public keys together publishes both. */
static bool
is_published_secret(struct ctx *ctx, const struct keyset *set, const struct js *jwk)
{
	size_t i;

	if (!jwk_suits(ctx, jwk, "HS256"))
		return false;
	for (i = 0; i < set->n; i++)
		if (!jwk_suits(ctx, set->keys[i], "HS256") &&
		    jwk_usual_alg(ctx, set->keys[i]) != NULL)
			return true;
	return false;
}

static enum jwk_fault
open_key(struct ctx *ctx, const struct keyset *set, const struct js *jwk, const char *alg,
    struct jwk **out)
{
	*out = NULL;
	return is_published_secret(ctx, set, jwk) ? JWK_PUBLISHED
	                                          : jwk_verifier(ctx, jwk, alg, out);
}

/* One more key that fits: the first is taken, a second one spoils it. */
static enum jwt_fault
take(struct ctx *ctx, const struct keyset *set, const struct js *jwk, const char *alg,
    struct keyset_find *out)
{
	struct jwk *k;
	enum jwk_fault f = open_key(ctx, set, jwk, alg, &k);

	if (f != JWK_OK && out->key != NULL)
		return JWT_OK;
	if (out->key != NULL) {
		jwk_free(k);
		return JWT_AMBIGUOUS;
	}
	out->key = k;
	out->jwk = jwk;
	out->why = f;
	return f == JWK_OK ? JWT_OK : JWT_KEY;
}

static void
drop(struct keyset_find *out, struct keyset_find instead)
{
	jwk_free(out->key);
	*out = instead;
}

enum jwt_fault
keyset_find(struct ctx *ctx, const struct keyset *set, const struct jwt *t, struct keyset_find *out)
{
	const struct js *jwks[KEYSET_MAX];
	size_t i, n = candidates(ctx, set, t->kid, jwks);
	enum jwt_fault f = n > 0 && t->kid != NULL ? JWT_OTHER_ALG : JWT_NO_KEY;

	*out = (struct keyset_find) { 0 };
	for (i = 0; i < n && f != JWT_AMBIGUOUS; i++)
		if (is_for(ctx, set, jwks[i], t->alg))
			f = take(ctx, set, jwks[i], t->alg, out);
	if (f == JWT_AMBIGUOUS)
		drop(out, (struct keyset_find) { 0 });
	if (f != JWT_OK)
		return f;
	out->why = jwk_weakness(out->key);
	if (out->why == JWK_OK)
		return f;
	drop(out, (struct keyset_find) { .jwk = out->jwk, .why = out->why });
	return JWT_KEY;
}
