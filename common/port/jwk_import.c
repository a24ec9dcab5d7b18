/* SPDX-License-Identifier: ISC */
/* jwk_import: keys out of their JWKs, and what is wrong with such a one. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sodium.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/jws.h"
#include "port/roca.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
/* A small exponent is no fault: what it was blamed for is padding that is not looked at, and
 * here all of it is.  One beyond this makes each check as dear as a signature. */
#define RSA_EXPONENT_BITS_MAX 64
#define WHOLE_MAX 16 /* keys */

static struct {
	unsigned char digest[WHOLE_MAX][crypto_hash_sha256_BYTES];
	size_t next;
} whole;

/* Bytes of a base64url member, NULL if there is none. */
static unsigned char *
member(struct ctx *ctx, const struct js *js, const char *key, size_t *len)
{
	const char *text = js_text(ctx, js_get(js, key));

	return text == NULL ? NULL : enc_base64url_decode(ctx->arena, text, strlen(text), len);
}

/* Adds a number of the key, which *keep holds until the key is made. */
static enum jwk_fault
push_number(struct ctx *ctx, OSSL_PARAM_BLD *bld, const struct js *js, const char *key,
    const char *param, BIGNUM **keep)
{
	size_t len = 0;
	unsigned char *bytes = member(ctx, js, key, &len);

	if (bytes == NULL || len == 0)
		return JWK_MEMBER;
	if (bytes[0] == 0 && (str_eq(key, "n") || str_eq(key, "e")))
		return JWK_LEADING_ZERO;
	*keep = BN_bin2bn(bytes, (int)len, NULL);
	return *keep != NULL && OSSL_PARAM_BLD_push_BN(bld, param, *keep) == 1 ? JWK_OK
	                                                                       : JWK_MEMBER;
}

static enum jwk_fault
push_ec(struct ctx *ctx, OSSL_PARAM_BLD *bld, const struct js *js, const struct jws_alg *alg,
    bool is_private, BIGNUM **numbers)
{
	size_t xlen = 0, ylen = 0, n = alg->size;
	unsigned char *x = member(ctx, js, "x", &xlen), *y = member(ctx, js, "y", &ylen);
	unsigned char *point = arena_alloc(ctx->arena, 1 + 2 * n);

	if (x == NULL || y == NULL)
		return JWK_MEMBER;
	if (xlen != n || ylen != n)
		return JWK_LENGTH;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x, n);
	memcpy(point + 1 + n, y, n);
	if (OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, alg->crv, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n) != 1)
		return JWK_NO_MEMORY;
	return !is_private ? JWK_OK
	                   : push_number(ctx, bld, js, "d", OSSL_PKEY_PARAM_PRIV_KEY, &numbers[0]);
}

static enum jwk_fault
rsa_fault(const BIGNUM *n, const BIGNUM *e)
{
	if (BN_num_bits(n) < RSA_BITS_MIN)
		return JWK_MODULUS_SHORT;
	if (BN_num_bits(n) > RSA_BITS_MAX)
		return JWK_MODULUS_LONG;
	if (!BN_is_odd(n))
		return JWK_MODULUS;
	if (roca_made(n))
		return JWK_ROCA;
	return BN_is_odd(e) && !BN_is_one(e) && BN_num_bits(e) <= RSA_EXPONENT_BITS_MAX
	    ? JWK_OK
	    : JWK_EXPONENT;
}

static enum jwk_fault
push_rsa(struct ctx *ctx, OSSL_PARAM_BLD *bld, const struct js *js, bool is_private,
    BIGNUM **numbers)
{
	static const char *const keys[][2] = {
		{ "n", OSSL_PKEY_PARAM_RSA_N },
		{ "e", OSSL_PKEY_PARAM_RSA_E },
		{ "d", OSSL_PKEY_PARAM_RSA_D },
		{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
		{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
		{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
		{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
		{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
	};
	size_t i, n = is_private ? 8 : 2;
	enum jwk_fault f = JWK_OK;

	for (i = 0; f == JWK_OK && i < n; i++)
		f = push_number(ctx, bld, js, keys[i][0], keys[i][1], &numbers[i]);
	return f == JWK_OK ? rsa_fault(numbers[0], numbers[1]) : f;
}

static EVP_PKEY *
pkey_from_params(const struct jws_alg *alg, bool is_private, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, alg->family == JWS_EC ? "EC" : "RSA",
	    NULL);
	EVP_PKEY_CTX *check = NULL;
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
	        params) != 1)
		goto out;
	check = EVP_PKEY_CTX_new(pkey, NULL);
	if (check == NULL || (alg->family == JWS_EC && EVP_PKEY_public_check(check) != 1)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
out:
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return pkey;
}

static enum jwk_fault
import_pkey(struct ctx *ctx, const struct js *js, struct jwk *k)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM *numbers[8] = { NULL };
	enum jwk_fault f;
	size_t i;

	if (bld == NULL)
		return JWK_NO_MEMORY;
	f = k->alg->family == JWS_EC ? push_ec(ctx, bld, js, k->alg, k->is_private, numbers)
	                             : push_rsa(ctx, bld, js, k->is_private, numbers);
	if (f == JWK_OK)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params != NULL)
		k->pkey = pkey_from_params(k->alg, k->is_private, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	for (i = 0; i < 8; i++)
		BN_clear_free(numbers[i]);
	if (f != JWK_OK || k->pkey != NULL)
		return f;
	return k->alg->family == JWS_EC ? JWK_POINT : JWK_MODULUS;
}

static enum jwk_fault
import_ed25519(struct ctx *ctx, const struct js *js, struct jwk *k)
{
	unsigned char derived[crypto_sign_PUBLICKEYBYTES], *x, *d;
	size_t xlen = 0, dlen = 0;

	x = member(ctx, js, "x", &xlen);
	if (x == NULL)
		return JWK_MEMBER;
	if (xlen != sizeof(k->ed_public))
		return JWK_LENGTH;
	memcpy(k->ed_public, x, xlen);
	if (!k->is_private)
		return JWK_OK;
	d = member(ctx, js, "d", &dlen);
	if (d == NULL || dlen != crypto_sign_SEEDBYTES)
		return d == NULL ? JWK_MEMBER : JWK_LENGTH;
	crypto_sign_seed_keypair(derived, k->ed_secret, d);
	return memcmp(derived, k->ed_public, sizeof(derived)) == 0 ? JWK_OK : JWK_HALVES;
}

static enum jwk_fault
import_secret(struct ctx *ctx, const struct js *js, struct jwk *k)
{
	unsigned char *bytes = member(ctx, js, "k", &k->secret_len);

	if (bytes == NULL)
		return JWK_MEMBER;
	if (k->secret_len < k->alg->size)
		return JWK_SECRET_SHORT;
	k->secret = malloc(k->secret_len);
	if (k->secret == NULL)
		return JWK_NO_MEMORY;
	memcpy(k->secret, bytes, k->secret_len);
	return JWK_OK;
}

/* The private half belongs to the public one: OpenSSL looks at the numbers, and a signature
 * shows that the rest of an RSA key (the CRT's numbers) is right, too. */
static bool
halves_match(struct ctx *ctx, const struct jwk *k)
{
	EVP_PKEY_CTX *check = EVP_PKEY_CTX_new(k->pkey, NULL);
	unsigned char *sig;
	size_t len;
	bool ok;

	ok = check != NULL && EVP_PKEY_pairwise_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	sig = ok ? jws_sign(ctx, k, "self", 4, &len) : NULL;
	ok = sig != NULL && jws_verify(ctx, k, "self", 4, sig, len);
	ERR_clear_error();
	return ok;
}

/* The primes of an RSA key take a tenth of a second to prove, and keys are read anew every
 * few seconds: of those that were found to be whole the digest is kept. */
static enum jwk_fault
halves_fault(struct ctx *ctx, const struct js *js, const struct jwk *k)
{
	const char *text = js_print(ctx, js);
	unsigned char digest[crypto_hash_sha256_BYTES];
	size_t i;

	crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
	for (i = 0; i < WHOLE_MAX; i++)
		if (memcmp(whole.digest[i], digest, sizeof(digest)) == 0)
			return JWK_OK;
	if (!halves_match(ctx, k))
		return JWK_HALVES;
	memcpy(whole.digest[whole.next++ % WHOLE_MAX], digest, sizeof(digest));
	return JWK_OK;
}

static enum jwk_fault
import_numbers(struct ctx *ctx, const struct js *js, struct jwk *k)
{
	enum jwk_fault f;

	switch (k->alg->family) {
	case JWS_ED25519:
		return import_ed25519(ctx, js, k);
	case JWS_HMAC:
		return import_secret(ctx, js, k);
	default:
		f = import_pkey(ctx, js, k);
		if (f != JWK_OK || !k->is_private)
			return f;
		return halves_fault(ctx, js, k);
	}
}

static enum jwk_fault
import_as(struct ctx *ctx, const struct js *js, const struct jws_alg *alg, bool is_private,
    struct jwk **out)
{
	enum jwk_fault f;

	if (!str_eq(js_text(ctx, js_get(js, "kty")), alg->kty))
		return JWK_TYPE;
	if (alg->crv != NULL && !str_eq(js_text(ctx, js_get(js, "crv")), alg->crv))
		return JWK_CURVE;
	*out = jwk_new(alg, is_private);
	if (*out == NULL)
		return JWK_NO_MEMORY;
	f = import_numbers(ctx, js, *out);
	if (f == JWK_OK)
		return f;
	jwk_free(*out);
	*out = NULL;
	return f;
}

struct jwk *
jwk_import(struct ctx *ctx, const struct js *js, const char *name)
{
	const struct jws_alg *alg = jws_alg(name);
	struct jwk *k = NULL;

	if (alg != NULL && alg->issued)
		(void)import_as(ctx, js, alg, js_type_of(js, "d") == JS_STRING, &k);
	return k;
}

static bool
lists_verify(struct ctx *ctx, const struct js *ops)
{
	size_t i;

	for (i = 0; i < js_length(ops); i++)
		if (str_eq(js_text(ctx, js_at(ops, i)), "verify"))
			return true;
	return false;
}

/* RFC 7517 sections 4.2 to 4.4. */
static enum jwk_fault
purpose_fault(struct ctx *ctx, const struct js *js, const char *alg)
{
	if (js_type_of(js, "alg") != JS_ABSENT && !str_eq(js_text(ctx, js_get(js, "alg")), alg))
		return JWK_ALG_OTHER;
	if (js_type_of(js, "use") != JS_ABSENT && !str_eq(js_text(ctx, js_get(js, "use")), "sig"))
		return JWK_USE;
	if (js_type_of(js, "key_ops") != JS_ABSENT && !lists_verify(ctx, js_get(js, "key_ops")))
		return JWK_OPS;
	return JWK_OK;
}

enum jwk_fault
jwk_weakness(const struct jwk *k)
{
	EVP_PKEY_CTX *check;
	bool ok;

	if (k->alg->family == JWS_ED25519)
		return crypto_core_ed25519_is_valid_point(k->ed_public) ? JWK_OK : JWK_POINT;
	if (k->alg->family == JWS_EC || k->alg->family == JWS_HMAC)
		return JWK_OK;
	check = EVP_PKEY_CTX_new(k->pkey, NULL);
	ok = check != NULL && EVP_PKEY_public_check(check) == 1;
	EVP_PKEY_CTX_free(check);
	ERR_clear_error();
	return ok ? JWK_OK : JWK_MODULUS;
}

enum jwk_fault
jwk_verifier(struct ctx *ctx, const struct js *js, const char *name, struct jwk **out)
{
	const struct jws_alg *alg = jws_alg(name);
	enum jwk_fault f = alg == NULL ? JWK_ALG : purpose_fault(ctx, js, name);

	*out = NULL;
	return f == JWK_OK ? import_as(ctx, js, alg, false, out) : f;
}
