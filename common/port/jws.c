/* SPDX-License-Identifier: ISC */
/* jws: Ed25519 by libsodium (twice as fast, and strict about points), the others by
 * OpenSSL. */
#include "port/jws.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"

static const struct jws_alg algs[] = {
	{ "EdDSA", JWS_ED25519, "OKP", "Ed25519", NULL, 32, true },
	{ "ES256", JWS_EC, "EC", "P-256", "SHA256", 32, true },
	{ "ES512", JWS_EC, "EC", "P-521", "SHA512", 66, true },
	{ "RS256", JWS_RSA_PKCS1, "RSA", NULL, "SHA256", 0, true },
	{ "PS256", JWS_RSA_PSS, "RSA", NULL, "SHA256", 0, true },
	{ "Ed25519", JWS_ED25519, "OKP", "Ed25519", NULL, 32, false },
	{ "ES384", JWS_EC, "EC", "P-384", "SHA384", 48, false },
	{ "RS384", JWS_RSA_PKCS1, "RSA", NULL, "SHA384", 0, false },
	{ "RS512", JWS_RSA_PKCS1, "RSA", NULL, "SHA512", 0, false },
	{ "PS384", JWS_RSA_PSS, "RSA", NULL, "SHA384", 0, false },
	{ "PS512", JWS_RSA_PSS, "RSA", NULL, "SHA512", 0, false },
	{ "HS256", JWS_HMAC, "oct", NULL, "SHA256", 32, false },
	{ "HS384", JWS_HMAC, "oct", NULL, "SHA384", 48, false },
	{ "HS512", JWS_HMAC, "oct", NULL, "SHA512", 64, false },
};

_Static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64,
    "sizes in struct jwk");

const struct jws_alg *
jws_alg_at(size_t i)
{
	return i < sizeof(algs) / sizeof(algs[0]) ? &algs[i] : NULL;
}

const struct jws_alg *
jws_alg(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++)
		if (str_eq(algs[i].name, name))
			return &algs[i];
	return NULL;
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
set_padding(const struct jws_alg *alg, EVP_PKEY_CTX *pctx)
{
	if (alg->family != JWS_RSA_PSS)
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
	if (out == NULL || k->alg->family != JWS_EC) {
		*out_len = n;
		return out;
	}
	*out_len = 2 * k->alg->size;
	return ecdsa_to_raw(ctx, out, n, k->alg->size);
}

unsigned char *
jws_sign(struct ctx *ctx, const struct jwk *k, const char *text, size_t len, size_t *out_len)
{
	unsigned char *sig;

	if (k->alg->family == JWS_HMAC)
		return NULL; /* nobody here does */
	if (k->alg->family != JWS_ED25519)
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

	if (k->alg->family == JWS_EC) {
		if (sig_len != 2 * k->alg->size)
			return false;
		sig = ecdsa_to_der(ctx, sig, k->alg->size, &sig_len);
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

static bool
verify_hmac(const struct jwk *k, const char *text, size_t len, const unsigned char *sig,
    size_t sig_len)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	size_t n = 0;

	return EVP_Q_mac(NULL, "HMAC", NULL, k->alg->digest, NULL, k->secret, k->secret_len,
	           (const unsigned char *)text, len, mac, sizeof(mac), &n) != NULL &&
	    n == sig_len && sodium_memcmp(mac, sig, n) == 0;
}

bool
jws_verify(struct ctx *ctx, const struct jwk *k, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len)
{
	if (k->alg->family == JWS_HMAC)
		return verify_hmac(k, text, len, sig, sig_len);
	if (k->alg->family != JWS_ED25519)
		return verify_openssl(ctx, k, text, len, sig, sig_len);
	return sig_len == crypto_sign_BYTES &&
	    crypto_sign_verify_detached(sig, (const unsigned char *)text, len, k->ed_public) == 0;
}
