/* SPDX-License-Identifier: ISC */
/* jwk: Ed25519 by libsodium (twice as fast, and strict about points), the others by
 * OpenSSL. */
#include "port/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
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

#define RSA_BITS 2048
#define RSA_BITS_MAX 8192

enum family { ED25519, EC, RSA_PKCS1, RSA_PSS };

static const struct alg {
	const char *name;
	enum family family;
	const char *kty;
	const char *crv;   /* NULL for RSA */
	const char *group; /* OpenSSL's name of the curve */
	const char *digest;
	size_t coordinate; /* bytes of one EC coordinate, and of r and s */
} algs[] = {
	{ "EdDSA", ED25519, "OKP", "Ed25519", NULL, NULL, 32 },
	{ "ES256", EC, "EC", "P-256", "P-256", "SHA256", 32 },
	{ "ES512", EC, "EC", "P-521", "P-521", "SHA512", 66 },
	{ "RS256", RSA_PKCS1, "RSA", NULL, NULL, "SHA256", 0 },
	{ "PS256", RSA_PSS, "RSA", NULL, NULL, "SHA256", 0 },
};

struct jwk {
	const struct alg *alg;
	bool is_private;
	EVP_PKEY *pkey; /* EC and RSA */
	unsigned char ed_public[crypto_sign_PUBLICKEYBYTES];
	unsigned char ed_secret[crypto_sign_SECRETKEYBYTES]; /* seed and public key */
};

static const struct alg *
alg_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (str_eq(algs[i].name, name))
			return &algs[i];
	return NULL;
}

static struct jwk *
jwk_new(const struct alg *alg, bool is_private)
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
	const struct alg *alg = alg_by_name(name);
	struct jwk *k = alg != NULL ? jwk_new(alg, true) : NULL;

	if (k == NULL)
		return NULL;
	if (alg->family == ED25519) {
		crypto_sign_keypair(k->ed_public, k->ed_secret);
		return k;
	}
	k->pkey = alg->family == EC ? EVP_EC_gen(alg->group) : EVP_RSA_gen(RSA_BITS);
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

/* Adds a number of the key; false when the JWK has the member but it is no number. */
static bool
push_number(struct ctx *ctx, OSSL_PARAM_BLD *bld, const struct js *js, const char *key,
    const char *param, BIGNUM **keep)
{
	size_t len = 0;
	unsigned char *bytes = member(ctx, js, key, &len);

	if (bytes == NULL || len == 0)
		return false;
	*keep = BN_bin2bn(bytes, (int)len, NULL);
	return *keep != NULL && OSSL_PARAM_BLD_push_BN(bld, param, *keep) == 1;
}

static bool
push_ec(struct ctx *ctx, OSSL_PARAM_BLD *bld, const struct js *js, const struct alg *alg,
    bool is_private, BIGNUM **numbers)
{
	size_t xlen = 0, ylen = 0, n = alg->coordinate;
	unsigned char *x = member(ctx, js, "x", &xlen), *y = member(ctx, js, "y", &ylen);
	unsigned char *point = arena_alloc(ctx->arena, 1 + 2 * n);

	if (x == NULL || y == NULL || xlen != n || ylen != n)
		return false;
	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	memcpy(point + 1, x, n);
	memcpy(point + 1 + n, y, n);
	if (OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, alg->group, 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n) != 1)
		return false;
	return !is_private || push_number(ctx, bld, js, "d", OSSL_PKEY_PARAM_PRIV_KEY, &numbers[0]);
}

static bool
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

	for (i = 0; i < n; i++)
		if (!push_number(ctx, bld, js, keys[i][0], keys[i][1], &numbers[i]))
			return false;
	return BN_num_bits(numbers[0]) >= RSA_BITS && BN_num_bits(numbers[0]) <= RSA_BITS_MAX &&
	    BN_is_odd(numbers[0]) && BN_is_odd(numbers[1]) && !BN_is_one(numbers[1]);
}

static EVP_PKEY *
pkey_from_params(const struct alg *alg, bool is_private, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, alg->family == EC ? "EC" : "RSA",
	    NULL);
	EVP_PKEY_CTX *check = NULL;
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
	        params) != 1)
		goto out;
	check = EVP_PKEY_CTX_new(pkey, NULL);
	if (check == NULL || (alg->family == EC && EVP_PKEY_public_check(check) != 1)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
out:
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return pkey;
}

static EVP_PKEY *
import_pkey(struct ctx *ctx, const struct js *js, const struct alg *alg, bool is_private)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM *numbers[8] = { NULL };
	EVP_PKEY *pkey = NULL;
	size_t i;
	bool ok;

	if (bld == NULL)
		return NULL;
	ok = alg->family == EC ? push_ec(ctx, bld, js, alg, is_private, numbers)
	                       : push_rsa(ctx, bld, js, is_private, numbers);
	if (ok)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params != NULL)
		pkey = pkey_from_params(alg, is_private, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	for (i = 0; i < 8; i++)
		BN_clear_free(numbers[i]);
	return pkey;
}

static unsigned char *sign_openssl(struct ctx *, const struct jwk *, const char *, size_t,
    size_t *);
static bool verify_openssl(struct ctx *, const struct jwk *, const char *, size_t,
    const unsigned char *, size_t);

static bool
import_ed25519(struct ctx *ctx, const struct js *js, struct jwk *k)
{
	unsigned char derived[crypto_sign_PUBLICKEYBYTES], *x, *d;
	size_t xlen = 0, dlen = 0;

	x = member(ctx, js, "x", &xlen);
	if (x == NULL || xlen != sizeof(k->ed_public))
		return false;
	memcpy(k->ed_public, x, xlen);
	if (!k->is_private)
		return true;
	d = member(ctx, js, "d", &dlen);
	if (d == NULL || dlen != crypto_sign_SEEDBYTES)
		return false;
	crypto_sign_seed_keypair(derived, k->ed_secret, d);
	return memcmp(derived, k->ed_public, sizeof(derived)) == 0;
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
	sig = ok ? sign_openssl(ctx, k, "self", 4, &len) : NULL;
	ok = sig != NULL && verify_openssl(ctx, k, "self", 4, sig, len);
	ERR_clear_error();
	return ok;
}

struct jwk *
jwk_import(struct ctx *ctx, const struct js *js, const char *name)
{
	const struct alg *alg = alg_by_name(name);
	struct jwk *k;
	bool ok;

	if (alg == NULL || !str_eq(js_text(ctx, js_get(js, "kty")), alg->kty) ||
	    (alg->crv != NULL && !str_eq(js_text(ctx, js_get(js, "crv")), alg->crv)))
		return NULL;
	k = jwk_new(alg, js_type_of(js, "d") == JS_STRING);
	if (k == NULL)
		return NULL;
	if (alg->family == ED25519) {
		ok = import_ed25519(ctx, js, k);
	} else {
		k->pkey = import_pkey(ctx, js, alg, k->is_private);
		ok = k->pkey != NULL && (!k->is_private || halves_match(ctx, k));
	}
	if (ok)
		return k;
	jwk_free(k);
	return NULL;
}

const char *
jwk_guess_alg(struct ctx *ctx, const struct js *js)
{
	const char *kty = js_text(ctx, js_get(js, "kty")), *crv = js_text(ctx, js_get(js, "crv"));
	size_t i;

	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (str_eq(algs[i].kty, kty) &&
		    str_eq(algs[i].crv, algs[i].crv == NULL ? NULL : crv))
			return algs[i].name;
	return NULL;
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
	size_t n = k->alg->coordinate;

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

	json_open(&j, NULL);
	if (k->alg->family == ED25519)
		put_ed25519(ctx, &j, k, with_private);
	else if (k->alg->family == EC)
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

/* OpenSSL speaks DER, JWS speaks r||s (RFC 7518 section 3.4). */
static unsigned char *
ecdsa_to_raw(struct ctx *ctx, const unsigned char *der, size_t len, size_t n)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	unsigned char *raw;

	if (sig == NULL)
		return NULL;
	raw = arena_alloc(ctx->arena, 2 * n);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, (int)n);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + n, (int)n);
	ECDSA_SIG_free(sig);
	return raw;
}

static unsigned char *
ecdsa_to_der(struct ctx *ctx, const unsigned char *raw, size_t n, size_t *len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, (int)n, NULL), *s = BN_bin2bn(raw + n, (int)n, NULL);
	unsigned char *der, *p;
	int size;

	if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		ECDSA_SIG_free(sig);
		return NULL;
	}
	size = i2d_ECDSA_SIG(sig, NULL);
	der = p = arena_alloc(ctx->arena, size > 0 ? (size_t)size : 1);
	*len = size > 0 ? (size_t)i2d_ECDSA_SIG(sig, &p) : 0;
	ECDSA_SIG_free(sig);
	return der;
}

/* PS256: salt as long as the digest (RFC 7518 section 3.5). */
static bool
set_padding(const struct alg *alg, EVP_PKEY_CTX *pctx)
{
	if (alg->family != RSA_PSS)
		return true;
	return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static unsigned char *
sign_openssl(struct ctx *ctx, const struct jwk *k, const char *text, size_t len, size_t *out_len)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	unsigned char *out = NULL;
	size_t n = (size_t)EVP_PKEY_get_size(k->pkey);

	if (md != NULL &&
	    EVP_DigestSignInit_ex(md, &pctx, k->alg->digest, NULL, NULL, k->pkey, NULL) == 1 &&
	    set_padding(k->alg, pctx)) {
		out = arena_alloc(ctx->arena, n);
		if (EVP_DigestSign(md, out, &n, (const unsigned char *)text, len) != 1)
			out = NULL;
	}
	EVP_MD_CTX_free(md);
	if (out == NULL || k->alg->family != EC) {
		*out_len = n;
		return out;
	}
	*out_len = 2 * k->alg->coordinate;
	return ecdsa_to_raw(ctx, out, n, k->alg->coordinate);
}

unsigned char *
jwk_sign(struct ctx *ctx, const struct jwk *k, const char *text, size_t len, size_t *out_len)
{
	unsigned char *sig;

	if (!k->is_private)
		return NULL;
	if (k->alg->family != ED25519)
		return sign_openssl(ctx, k, text, len, out_len);
	sig = arena_alloc(ctx->arena, crypto_sign_BYTES);
	crypto_sign_detached(sig, NULL, (const unsigned char *)text, len, k->ed_secret);
	*out_len = crypto_sign_BYTES;
	return sig;
}

static bool
verify_openssl(struct ctx *ctx, const struct jwk *k, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	EVP_MD_CTX *md;
	EVP_PKEY_CTX *pctx;
	bool ok;

	if (k->alg->family == EC) {
		if (sig_len != 2 * k->alg->coordinate)
			return false;
		sig = ecdsa_to_der(ctx, sig, k->alg->coordinate, &sig_len);
		if (sig == NULL)
			return false;
	} else if (sig_len != (size_t)EVP_PKEY_get_size(k->pkey)) {
		return false;
	}
	md = EVP_MD_CTX_new();
	ok = md != NULL &&
	    EVP_DigestVerifyInit_ex(md, &pctx, k->alg->digest, NULL, NULL, k->pkey, NULL) == 1 &&
	    set_padding(k->alg, pctx) &&
	    EVP_DigestVerify(md, sig, sig_len, (const unsigned char *)text, len) == 1;
	EVP_MD_CTX_free(md);
	ERR_clear_error();
	return ok;
}

bool
jwk_verify(struct ctx *ctx, const struct jwk *k, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	if (k->alg->family != ED25519)
		return verify_openssl(ctx, k, text, len, sig, sig_len);
	return sig_len == crypto_sign_BYTES &&
	    crypto_sign_verify_detached(sig, (const unsigned char *)text, len, k->ed_public) == 0;
}
