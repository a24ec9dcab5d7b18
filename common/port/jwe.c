/* SPDX-License-Identifier: ISC */
/* jwe: encrypted texts. */
#include "port/jwe.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <sodium.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/secret.h"

#define KEY_BYTES 64
#define HALF 32 /* of the key, and of the tag */
#define IV_BYTES 16
#define JWE_MAX (256 * 1024)
#define INFO "BetterAuth.js Generated Encryption Key"

/* The first half authenticates, the second encrypts. */
static bool
derive(const char *secret, const char *salt, unsigned char key[static KEY_BYTES])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *k = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char[]) { "SHA256" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret,
		    strlen(secret)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt,
		    strlen(salt)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (char[]) { INFO },
		    sizeof(INFO) - 1),
		OSSL_PARAM_END,
	};
	bool ok = k != NULL && EVP_KDF_derive(k, key, KEY_BYTES, params) == 1;

	EVP_KDF_CTX_free(k);
	EVP_KDF_free(kdf);
	return ok;
}

/* The header names the key by its thumbprint (RFC 7638). */
static const char *
make_header(struct ctx *ctx, const unsigned char *key)
{
	unsigned char digest[32];
	const char *jwk = str_printf(ctx->arena, "{\"k\":\"%s\",\"kty\":\"oct\"}",
	    enc_base64url(ctx->arena, key, KEY_BYTES));
	const char *text;

	secret_sha256(jwk, strlen(jwk), digest);
	text = str_printf(ctx->arena, "{\"alg\":\"dir\",\"enc\":\"A256CBC-HS512\",\"kid\":\"%s\"}",
	    enc_base64url(ctx->arena, digest, sizeof(digest)));
	return enc_base64url(ctx->arena, text, strlen(text));
}

/* Over header, vector, text and the header's length in bits. */
static void
make_tag(const unsigned char *key, const char *header, const unsigned char *iv,
    const unsigned char *text, size_t n, unsigned char tag[static crypto_auth_hmacsha512_BYTES])
{
	crypto_auth_hmacsha512_state st;
	uint64_t bits = strlen(header) * 8;
	unsigned char length[8];
	int i;

	for (i = 0; i < 8; i++)
		length[i] = (unsigned char)(bits >> (56 - 8 * i));
	crypto_auth_hmacsha512_init(&st, key, HALF);
	crypto_auth_hmacsha512_update(&st, (const unsigned char *)header, strlen(header));
	crypto_auth_hmacsha512_update(&st, iv, IV_BYTES);
	crypto_auth_hmacsha512_update(&st, text, n);
	crypto_auth_hmacsha512_update(&st, length, sizeof(length));
	crypto_auth_hmacsha512_final(&st, tag);
}

/* AES-256-CBC; the number of bytes that came out, or -1. */
static int
run_cipher(bool encrypt, const unsigned char *key, const unsigned char *iv, const unsigned char *in,
    size_t n, unsigned char *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len = 0, more = 0, total = -1;

	if (c != NULL && EVP_CipherInit_ex(c, EVP_aes_256_cbc(), NULL, key, iv, encrypt) == 1 &&
	    EVP_CipherUpdate(c, out, &len, in, (int)n) == 1 &&
	    EVP_CipherFinal_ex(c, out + len, &more) == 1)
		total = len + more;
	EVP_CIPHER_CTX_free(c);
	return total;
}

const char *
jwe_seal(struct ctx *ctx, const char *salt, const char *payload)
{
	unsigned char key[KEY_BYTES], iv[IV_BYTES], tag[crypto_auth_hmacsha512_BYTES];
	size_t n = strlen(payload);
	unsigned char *box = arena_alloc(ctx->arena, n + IV_BYTES);
	const char *header;
	int len;

	if (!derive(conf()->secret, salt, key))
		return NULL;
	header = make_header(ctx, key);
	randombytes_buf(iv, sizeof(iv));
	len = run_cipher(true, key + HALF, iv, (const unsigned char *)payload, n, box);
	if (len >= 0)
		make_tag(key, header, iv, box, (size_t)len, tag);
	sodium_memzero(key, sizeof(key));
	if (len < 0)
		return NULL;
	return str_printf(ctx->arena, "%s..%s.%s.%s", header,
	    enc_base64url(ctx->arena, iv, sizeof(iv)), enc_base64url(ctx->arena, box, (size_t)len),
	    enc_base64url(ctx->arena, tag, HALF));
}

/* A part of the text, decoded; the next one begins behind *at. */
static unsigned char *
take_part(struct ctx *ctx, const char **at, size_t *n)
{
	const char *from = *at;
	size_t len = strcspn(from, ".");

	*at = from + len + (from[len] == '.');
	return enc_base64url_decode(ctx->arena, from, len, n);
}

/* header..vector.text.tag: with dir there is no encrypted key behind the first dot. */
static bool
has_form(const char *jwe)
{
	size_t head = strcspn(jwe, "."), dots = 0;
	const char *at;

	for (at = jwe; *at != '\0'; at++)
		dots += *at == '.';
	return at - jwe <= JWE_MAX && dots == 4 && head > 0 && jwe[head + 1] == '.';
}

static const char *
open_with(struct ctx *ctx, const char *secret, const char *salt, const char *jwe)
{
	unsigned char key[KEY_BYTES], tag[crypto_auth_hmacsha512_BYTES], *iv, *box, *given, *out;
	size_t head = strcspn(jwe, "."), iv_len = 0, n = 0, tag_len = 0;
	const char *header = arena_strndup(ctx->arena, jwe, head), *at = jwe + head + 2;
	int len = -1;

	iv = take_part(ctx, &at, &iv_len);
	box = take_part(ctx, &at, &n);
	given = take_part(ctx, &at, &tag_len);
	if (iv == NULL || box == NULL || given == NULL || iv_len != IV_BYTES || tag_len != HALF ||
	    n == 0 || n % IV_BYTES != 0 || !derive(secret, salt, key))
		return NULL;
	make_tag(key, header, iv, box, n, tag);
	out = arena_alloc(ctx->arena, n + IV_BYTES);
	if (str_eq(header, make_header(ctx, key)) && sodium_memcmp(tag, given, HALF) == 0)
		len = run_cipher(false, key + HALF, iv, box, n, out);
	sodium_memzero(key, sizeof(key));
	return len < 0 ? NULL : arena_strndup(ctx->arena, (char *)out, (size_t)len);
}

const char *
jwe_open(struct ctx *ctx, const char *salt, const char *jwe)
{
	const char *secret, *text = NULL;
	size_t i;

	if (!has_form(jwe))
		return NULL;
	for (i = 0; text == NULL && (secret = conf_secret(i)) != NULL; i++)
		text = open_with(ctx, secret, salt, jwe);
	return text;
}
