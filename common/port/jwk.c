/* SPDX-License-Identifier: ISC */
/* jwk: the numbers of keys. */
#include "port/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

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
#define RSA_BITS_MAX 8192
/* A small exponent is no fault: what it was blamed for is padding that is not looked at, and
 * here all of it is.  One beyond this makes each check as dear as a signature. */
#define RSA_EXPONENT_BITS_MAX 64

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

static struct jwk *
jwk_new(const struct jws_alg *alg, bool is_private)
{
	struct jwk *k = calloc(1, sizeof(*k));

	if (k != NULL) {
		k->alg = alg;
		k->is_private = is_private;
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
	if (BN_num_bits(n) < RSA_BITS)
		return JWK_MODULUS_SHORT;
	if (BN_num_bits(n) > RSA_BITS_MAX)
		return JWK_MODULUS_LONG;
	if (!BN_is_odd(n))
		return JWK_MODULUS;
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
		return halves_match(ctx, k) ? JWK_OK : JWK_HALVES;
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

/* Too dear for each reading of our own keys: an RSA modulus that is a prime or has small
 * factors, an Ed25519 point outside the prime group. */
static enum jwk_fault
weakness(const struct jwk *k)
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
	if (f == JWK_OK)
		f = import_as(ctx, js, alg, false, out);
	if (f == JWK_OK)
		f = weakness(*out);
	if (f == JWK_OK)
		return f;
	jwk_free(*out);
	*out = NULL;
	return f;
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

bool
jwk_verify(struct ctx *ctx, const struct jwk *k, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	return jws_verify(ctx, k, text, len, sig, sig_len);
}
