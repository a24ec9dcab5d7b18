/* SPDX-License-Identifier: ISC */
/* foreign: password hashes of other systems, by libsodium and OpenSSL. */
#include "port/foreign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"

#define TEXT_MAX 1024
#define ARGON2_KIB_MAX (UINT64_C(256) * 1024)
#define ARGON2_WORK_MAX (UINT64_C(1024) * 1024) /* KiB times passes */
#define ARGON2_LANES_MAX 16
#define PBKDF2_WORK_MAX UINT64_C(4000000) /* iterations times blocks */
#define SCRYPT_BYTES_MAX (UINT64_C(64) * 1024 * 1024)
#define AES_KEY_BYTES 32
#define BYTES_MAX 128

struct bytes {
	const unsigned char *p;
	size_t len;
};

struct spec {
	const EVP_MD *md;
	uint64_t cost; /* iterations; or the logarithm of N */
	uint64_t r, p;
	struct bytes salt, hash;
	struct bytes separator, signer; /* Firebase's */
};

/* The text up to the stop, and behind that; NULL when there is no such stop. */
static const char *
cut(struct ctx *ctx, const char **rest, char stop)
{
	const char *start = *rest, *end = strchr(start, stop);

	if (end == NULL)
		return NULL;
	*rest = end + 1;
	return arena_strndup(ctx->arena, start, (size_t)(end - start));
}

static bool
number(const char *text, uint64_t max, uint64_t *out)
{
	*out = 0;
	if (text == NULL || *text == '\0' || strlen(text) > 10)
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		*out = *out * 10 + (uint64_t)(*text - '0');
	return *text == '\0' && *out > 0 && *out <= max;
}

/* The number behind a name: m=65536. */
static bool
named(const char *text, const char *name, uint64_t max, uint64_t *out)
{
	return text != NULL && str_starts(text, name) && number(text + strlen(name), max, out);
}

/* Any alphabet of base64: the usual one, that of URLs, and passlib's, where + is a dot; with
 * or without padding. */
static bool
decode(struct ctx *ctx, const char *text, size_t min, struct bytes *out)
{
	char *copy, *at;
	size_t n;

	if (text == NULL)
		return false;
	copy = arena_strdup(ctx->arena, text);
	n = strlen(copy);
	while (n > 0 && copy[n - 1] == '=')
		n--;
	for (at = copy; at < copy + n; at++)
		*at = *at == '+' || *at == '.' ? '-' : *at == '/' ? '_' : *at;
	out->p = enc_base64url_decode(ctx->arena, copy, n, &out->len);
	return out->p != NULL && out->len >= min && out->len <= BYTES_MAX;
}

/* libsodium reads it once more, and verifies; this is for the bounds, and to know that a
 * derivation will take place. */
static bool
read_argon2(struct ctx *ctx, const char *text, struct spec *s)
{
	uint64_t kib, passes, lanes;
	const char *rest = strchr(text + 1, '$') + 1;

	return str_eq(cut(ctx, &rest, '$'), "v=19") &&
	    named(cut(ctx, &rest, ','), "m=", ARGON2_KIB_MAX, &kib) &&
	    named(cut(ctx, &rest, ','), "t=", 64, &passes) &&
	    named(cut(ctx, &rest, '$'), "p=", ARGON2_LANES_MAX, &lanes) &&
	    kib * passes <= ARGON2_WORK_MAX && kib >= 8 * lanes &&
	    decode(ctx, cut(ctx, &rest, '$'), 8, &s->salt) && decode(ctx, rest, 16, &s->hash);
}

static bool
verify_argon2(struct ctx *ctx, const struct spec *s, const char *stored, const char *password)
{
	size_t n = strlen(password);

	(void)ctx;
	(void)s;
	if (str_starts(stored, "$argon2id$"))
		return crypto_pwhash_argon2id_str_verify(stored, password, n) == 0;
	return crypto_pwhash_argon2i_str_verify(stored, password, n) == 0;
}

/* Iterations and blocks of the digest cost alike. */
static bool
is_affordable(const struct spec *s)
{
	size_t size = (size_t)EVP_MD_get_size(s->md);

	return s->cost * ((s->hash.len + size - 1) / size) <= PBKDF2_WORK_MAX;
}

static const EVP_MD *
md_of(const char *name)
{
	if (str_eq(name, "sha256"))
		return EVP_sha256();
	if (str_eq(name, "sha512"))
		return EVP_sha512();
	return str_eq(name, "sha1") ? EVP_sha1() : NULL;
}

/* $pbkdf2-sha256$ (without a digest: SHA-1), the iterations as i= or alone. */
static bool
read_pbkdf2(struct ctx *ctx, const char *text, struct spec *s)
{
	const char *rest = text + strlen("$pbkdf2"), *name = cut(ctx, &rest, '$'), *cost;
	uint64_t len = 0;

	if (name == NULL)
		return false;
	s->md = md_of(*name == '\0' ? "sha1" : name + 1);
	cost = cut(ctx, &rest, '$');
	if (s->md == NULL || cost == NULL)
		return false;
	if (str_starts(cost, "i=") && strchr(cost, ',') != NULL) {
		if (!named(strchr(cost, ',') + 1, "l=", BYTES_MAX, &len))
			return false;
		cost = arena_strndup(ctx->arena, cost, strcspn(cost, ","));
	}
	return number(cost + (str_starts(cost, "i=") ? 2 : 0), PBKDF2_WORK_MAX, &s->cost) &&
	    decode(ctx, cut(ctx, &rest, '$'), 1, &s->salt) && decode(ctx, rest, 16, &s->hash) &&
	    (len == 0 || len == s->hash.len) && is_affordable(s);
}

/* The salt is a text here. */
static bool
read_django(struct ctx *ctx, const char *text, struct spec *s)
{
	const char *rest = text + strlen("pbkdf2_"), *name = cut(ctx, &rest, '$'), *salt;

	s->md = md_of(name);
	if (s->md == NULL || !number(cut(ctx, &rest, '$'), PBKDF2_WORK_MAX, &s->cost))
		return false;
	salt = cut(ctx, &rest, '$');
	if (salt == NULL || *salt == '\0' || strlen(salt) > BYTES_MAX)
		return false;
	s->salt = (struct bytes) { (const unsigned char *)salt, strlen(salt) };
	return decode(ctx, rest, 16, &s->hash) && is_affordable(s);
}

static bool
verify_pbkdf2(struct ctx *ctx, const struct spec *s, const char *stored, const char *password)
{
	unsigned char key[BYTES_MAX];
	bool same;

	(void)ctx;
	(void)stored;
	same = PKCS5_PBKDF2_HMAC(password, (int)strlen(password), s->salt.p, (int)s->salt.len,
	           (int)s->cost, s->md, (int)s->hash.len, key) == 1 &&
	    CRYPTO_memcmp(key, s->hash.p, s->hash.len) == 0;
	sodium_memzero(key, sizeof(key));
	return same;
}

static bool
read_firebase(struct ctx *ctx, const char *text, struct spec *s)
{
	const char *rest = text + strlen("$fbscrypt$"), *ss, *sk;

	if (!str_eq(cut(ctx, &rest, ','), "v=1") ||
	    !named(cut(ctx, &rest, ','), "n=", 20, &s->cost) ||
	    !named(cut(ctx, &rest, ','), "r=", 64, &s->r) ||
	    !named(cut(ctx, &rest, ','), "p=", 4, &s->p))
		return false;
	ss = cut(ctx, &rest, ',');
	sk = cut(ctx, &rest, '$');
	return ss != NULL && sk != NULL && str_starts(ss, "ss=") && str_starts(sk, "sk=") &&
	    decode(ctx, ss + 3, 0, &s->separator) && decode(ctx, sk + 3, 16, &s->signer) &&
	    decode(ctx, cut(ctx, &rest, '$'), 1, &s->salt) && decode(ctx, rest, 16, &s->hash) &&
	    s->hash.len == s->signer.len && ((s->p * s->r * 128) << s->cost) <= SCRYPT_BYTES_MAX;
}

/* AES-256 in counter mode, from zero. */
static bool
aes_ctr(const unsigned char *key, struct bytes in, unsigned char *out)
{
	static const unsigned char zero[16];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	bool done = c != NULL && EVP_EncryptInit_ex2(c, EVP_aes_256_ctr(), key, zero, NULL) == 1 &&
	    EVP_EncryptUpdate(c, out, &n, in.p, (int)in.len) == 1 && (size_t)n == in.len;

	EVP_CIPHER_CTX_free(c);
	return done;
}

/* The stored hash is the project's signer key, encrypted under what scrypt makes of the
 * password. */
static bool
verify_firebase(struct ctx *ctx, const struct spec *s, const char *stored, const char *password)
{
	unsigned char key[AES_KEY_BYTES], out[BYTES_MAX], salt[2 * BYTES_MAX];
	bool same;

	(void)ctx;
	(void)stored;
	memcpy(salt, s->salt.p, s->salt.len);
	memcpy(salt + s->salt.len, s->separator.p, s->separator.len);
	same = EVP_PBE_scrypt(password, strlen(password), salt, s->salt.len + s->separator.len,
	           UINT64_C(1) << s->cost, s->r, s->p, 2 * SCRYPT_BYTES_MAX, key,
	           sizeof(key)) == 1 &&
	    aes_ctr(key, s->signer, out) && CRYPTO_memcmp(out, s->hash.p, s->hash.len) == 0;
	sodium_memzero(key, sizeof(key));
	return same;
}

static const struct format {
	const char *prefix;
	const char *kind;
	bool (*read)(struct ctx *, const char *, struct spec *);
	bool (*verify)(struct ctx *, const struct spec *, const char *, const char *);
} formats[] = {
	{ "$argon2id$", "argon2", read_argon2, verify_argon2 },
	{ "$argon2i$", "argon2", read_argon2, verify_argon2 },
	{ "$pbkdf2$", "pbkdf2", read_pbkdf2, verify_pbkdf2 },
	{ "$pbkdf2-", "pbkdf2", read_pbkdf2, verify_pbkdf2 },
	{ "pbkdf2_", "pbkdf2", read_django, verify_pbkdf2 },
	{ "$fbscrypt$", "firebase", read_firebase, verify_firebase },
};

static const struct format *
find(struct ctx *ctx, const char *stored, struct spec *s)
{
	size_t i;

	*s = (struct spec) { 0 };
	if (strnlen(stored, TEXT_MAX) == TEXT_MAX)
		return NULL;
	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_starts(stored, formats[i].prefix))
			return formats[i].read(ctx, stored, s) ? &formats[i] : NULL;
	return NULL;
}

const char *
foreign_kind(struct ctx *ctx, const char *stored)
{
	struct spec s;
	const struct format *f = find(ctx, stored, &s);

	return f != NULL ? f->kind : NULL;
}

bool
foreign_verify(struct ctx *ctx, const char *stored, const char *password)
{
	struct spec s;
	const struct format *f = find(ctx, stored, &s);

	return f != NULL && f->verify(ctx, &s, stored, password);
}
