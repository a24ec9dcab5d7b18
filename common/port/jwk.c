/* SPDX-License-Identifier: ISC */
/* jwk: keys and their texts.  How they come out of a JWK is jwk_import's. */
#include "port/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "port/js.h"
#include "port/jws.h"

#define RSA_BITS 2048
#define HELD 256
#define HELD_BYTES 32

static const struct {
	const char *name, *text;
} faults[] = {
#define FAULT(symbol, name, text) [JWK_##symbol] = { name, text },
#include "port/jwk.def"
#undef FAULT
};

const char *
jwk_fault_name(enum jwk_fault f)
{
	return faults[f].name;
}

const char *
jwk_fault_text(enum jwk_fault f)
{
	return faults[f].text;
}

bool
jwk_knows(const char *alg)
{
	return jws_alg(alg) != NULL;
}

struct jwk *
jwk_new(const struct jws_alg *alg, bool is_private)
{
	struct jwk *k = calloc(1, sizeof(*k));

	if (k != NULL) {
		k->alg = alg;
		k->is_private = is_private;
		randombytes_buf(k->id, sizeof(k->id));
	}
	return k;
}

void
jwk_free(struct jwk *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	if (k->secret != NULL)
		sodium_memzero(k->secret, k->secret_len);
	free(k->secret);
	sodium_memzero(k, sizeof(*k));
	free(k);
}

const char *
jwk_alg(const struct jwk *k)
{
	return k->alg->name;
}

const char *
jwk_crv(const struct jwk *k)
{
	return k->alg->crv;
}

struct jwk *
jwk_generate(struct ctx *ctx, const char *name)
{
	const struct jws_alg *alg = jws_alg(name);
	struct jwk *k = alg != NULL && alg->issued ? jwk_new(alg, true) : NULL;

	if (k == NULL)
		return NULL;
	if (alg->family == JWS_ED25519) {
		crypto_sign_keypair(k->ed_public, k->ed_secret);
		return k;
	}
	k->pkey = alg->family == JWS_EC ? EVP_EC_gen(alg->crv) : EVP_RSA_gen(RSA_BITS);
	if (k->pkey != NULL)
		return k;
	log_event(ctx, LOG_ERROR, "key-generate", "%s: %s", name,
	    ERR_reason_error_string(ERR_get_error()));
	jwk_free(k);
	return NULL;
}

static bool
suits(struct ctx *ctx, const struct js *js, const struct jws_alg *alg)
{
	return str_eq(js_text(ctx, js_get(js, "kty")), alg->kty) &&
	    (alg->crv == NULL || str_eq(js_text(ctx, js_get(js, "crv")), alg->crv));
}

bool
jwk_suits(struct ctx *ctx, const struct js *js, const char *name)
{
	const struct jws_alg *alg = jws_alg(name);

	return alg != NULL && suits(ctx, js, alg);
}

static const char *
first_that_suits(struct ctx *ctx, const struct js *js, bool only_issued)
{
	const struct jws_alg *alg;
	size_t i;

	for (i = 0; (alg = jws_alg_at(i)) != NULL; i++)
		if ((alg->issued || !only_issued) && suits(ctx, js, alg))
			return alg->name;
	return NULL;
}

const char *
jwk_guess_alg(struct ctx *ctx, const struct js *js)
{
	return first_that_suits(ctx, js, true);
}

const char *
jwk_usual_alg(struct ctx *ctx, const struct js *js)
{
	return first_that_suits(ctx, js, false);
}

const char *
jwk_thumbprint(struct ctx *ctx, const struct js *js)
{
	struct json j = json_new(ctx->arena, 1024);
	unsigned char digest[crypto_hash_sha256_BYTES];
	const char *members = jwk_suits(ctx, js, "RS256") ? "e,kty,n"
	    : jwk_suits(ctx, js, "EdDSA")                 ? "crv,kty,x"
	                                                  : "crv,kty,x,y";
	const char *one;

	if (jwk_usual_alg(ctx, js) == NULL || jwk_suits(ctx, js, "HS256"))
		return NULL;
	json_open(&j, NULL);
	while ((one = str_next(ctx->arena, &members, ',')) != NULL)
		json_text(&j, one, js_text(ctx, js_get(js, one)));
	json_close(&j);
	crypto_hash_sha256(digest, (const unsigned char *)j.buf.p, j.buf.len);
	return enc_base64url(ctx->arena, digest, sizeof(digest));
}

/* A number of an OpenSSL key as base64url, on width bytes (0: as many as it needs). */
static const char *
number_text(struct ctx *ctx, const struct jwk *k, const char *param, size_t width)
{
	BIGNUM *bn = NULL;
	unsigned char *bytes;
	size_t n;

	if (EVP_PKEY_get_bn_param(k->pkey, param, &bn) != 1)
		return NULL;
	n = width != 0 ? width : (size_t)BN_num_bytes(bn);
	bytes = arena_alloc(ctx->arena, n + 1);
	BN_bn2binpad(bn, bytes, (int)n);
	BN_clear_free(bn);
	return enc_base64url(ctx->arena, bytes, n);
}

static void
put_ed25519(struct ctx *ctx, struct json *j, const struct jwk *k, bool with_private)
{
	json_text(j, "crv", "Ed25519");
	if (with_private)
		json_text(j, "d", enc_base64url(ctx->arena, k->ed_secret, crypto_sign_SEEDBYTES));
	json_text(j, "x", enc_base64url(ctx->arena, k->ed_public, sizeof(k->ed_public)));
	json_text(j, "kty", "OKP");
}

static void
put_ec(struct ctx *ctx, struct json *j, const struct jwk *k, bool with_private)
{
	size_t n = k->alg->size;

	json_text(j, "kty", "EC");
	json_text(j, "x", number_text(ctx, k, OSSL_PKEY_PARAM_EC_PUB_X, n));
	json_text(j, "y", number_text(ctx, k, OSSL_PKEY_PARAM_EC_PUB_Y, n));
	json_text(j, "crv", k->alg->crv);
	if (with_private)
		json_text(j, "d", number_text(ctx, k, OSSL_PKEY_PARAM_PRIV_KEY, n));
}

static void
put_rsa(struct ctx *ctx, struct json *j, const struct jwk *k, bool with_private)
{
	static const char *const secret[][2] = {
		{ "d", OSSL_PKEY_PARAM_RSA_D },
		{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
		{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
		{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
		{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
		{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
	};
	size_t i;

	json_text(j, "kty", "RSA");
	json_text(j, "n", number_text(ctx, k, OSSL_PKEY_PARAM_RSA_N, 0));
	json_text(j, "e", number_text(ctx, k, OSSL_PKEY_PARAM_RSA_E, 0));
	for (i = 0; with_private && i < sizeof(secret) / sizeof(secret[0]); i++)
		json_text(j, secret[i][0], number_text(ctx, k, secret[i][1], 0));
}

static const char *
export_text(struct ctx *ctx, const struct jwk *k, bool with_private)
{
	struct json j = json_new(ctx->arena, 512);

	if (k->alg->family == JWS_HMAC)
		return NULL;
	json_open(&j, NULL);
	if (k->alg->family == JWS_ED25519)
		put_ed25519(ctx, &j, k, with_private);
	else if (k->alg->family == JWS_EC)
		put_ec(ctx, &j, k, with_private);
	else
		put_rsa(ctx, &j, k, with_private);
	json_close(&j);
	return json_done(&j);
}

const char *
jwk_public(struct ctx *ctx, const struct jwk *k)
{
	return export_text(ctx, k, false);
}

const char *
jwk_private(struct ctx *ctx, const struct jwk *k)
{
	return export_text(ctx, k, true);
}

unsigned char *
jwk_sign(struct ctx *ctx, const struct jwk *k, const char *text, size_t len, size_t *out_len)
{
	return k->is_private ? jws_sign(ctx, k, text, len, out_len) : NULL;
}

/* Who has a token sends it with each request, and a check costs more than all the rest: what
 * held once holds, for this key, these bytes and this signature.  Whether the key still counts
 * and the token is still good is asked each time, elsewhere. */
static unsigned char held[HELD][HELD_BYTES];

static unsigned char *
held_place(const struct jwk *k, const char *text, size_t len, const unsigned char *sig,
    size_t sig_len, unsigned char digest[static HELD_BYTES])
{
	crypto_generichash_state st;
	uint64_t n = len;

	crypto_generichash_init(&st, k->id, sizeof(k->id), HELD_BYTES);
	crypto_generichash_update(&st, (const unsigned char *)&n, sizeof(n));
	crypto_generichash_update(&st, (const unsigned char *)text, len);
	crypto_generichash_update(&st, sig, sig_len);
	crypto_generichash_final(&st, digest, HELD_BYTES);
	return held[digest[0] % HELD];
}

bool
jwk_verify(struct ctx *ctx, const struct jwk *k, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	unsigned char digest[HELD_BYTES], *place;

	if (k->alg->family == JWS_HMAC)
		return jws_verify(ctx, k, text, len, sig, sig_len);
	place = held_place(k, text, len, sig, sig_len, digest);
	if (memcmp(place, digest, HELD_BYTES) == 0)
		return true;
	if (!jws_verify(ctx, k, text, len, sig, sig_len))
		return false;
	memcpy(place, digest, HELD_BYTES);
	return true;
}
