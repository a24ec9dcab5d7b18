/* SPDX-License-Identifier: ISC */
/* pass: password hashes. */
#include "port/pass.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <uninorm.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/str.h"

#define SALT_BYTES 16
#define SALT_HEX 32
#define KEY_BYTES 64
#define SCRYPT_N 16384
#define SCRYPT_R 16
#define SCRYPT_P 1
#define SCRYPT_MAXMEM ((uint64_t)64 * 1024 * 1024)

static struct {
	enum pass_format format;
} pass;

void
pass_use(enum pass_format format)
{
	pass.format = format;
}

/* NFKC; a copy in the arena, which is wiped. */
static const char *
normalise(struct ctx *ctx, const char *password)
{
	size_t len = 0;
	uint8_t *out;
	const char *copy;

	if (!str_utf8_valid(password, strlen(password)))
		return NULL;
	out = u8_normalize(UNINORM_NFKC, (const uint8_t *)password, strlen(password), NULL, &len);
	if (out == NULL)
		return *password == '\0' ? password : NULL;
	copy = arena_strndup(ctx->arena, (const char *)out, len);
	sodium_memzero(out, len);
	free(out);
	return copy;
}

/* crypt(3) takes 511 bytes; a longer password goes in as its own digest, so that none of
 * its characters is lost. */
static const char *
phrase(struct ctx *ctx, const char *password)
{
	unsigned char digest[crypto_hash_sha512_BYTES];

	if (strlen(password) < CRYPT_MAX_PASSPHRASE_SIZE)
		return password;
	crypto_hash_sha512(digest, (const unsigned char *)password, strlen(password));
	return str_printf(ctx->arena, "sha512:%s", enc_base64(ctx->arena, digest, sizeof(digest)));
}

static const char *
crypt_hash(struct ctx *ctx, const char *password, const char *setting)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *out = NULL;

	if (data == NULL)
		return NULL;
	out = crypt_r(phrase(ctx, password), setting, data);
	if (out != NULL)
		out = *out == '*' ? NULL : arena_strdup(ctx->arena, out);
	sodium_memzero(data, sizeof(*data));
	free(data);
	return out;
}

/* The key in hex; the salt goes in as its hex text, not as its bytes. */
static const char *
scrypt_key(struct ctx *ctx, const char *password, const char *salt)
{
	unsigned char key[KEY_BYTES];
	const char *hex;

	if (EVP_PBE_scrypt(password, strlen(password), (const unsigned char *)salt, strlen(salt),
	        SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_MAXMEM, key, sizeof(key)) != 1)
		return NULL;
	hex = enc_hex(ctx->arena, key, sizeof(key));
	sodium_memzero(key, sizeof(key));
	return hex;
}

static const char *
hash_scrypt(struct ctx *ctx, const char *password)
{
	unsigned char salt[SALT_BYTES];
	const char *hex, *key;

	randombytes_buf(salt, sizeof(salt));
	hex = enc_hex(ctx->arena, salt, sizeof(salt));
	key = scrypt_key(ctx, password, hex);
	return key == NULL ? NULL : str_printf(ctx->arena, "%s:%s", hex, key);
}

static const char *
hash_yescrypt(struct ctx *ctx, const char *password)
{
	unsigned char salt[SALT_BYTES];
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	randombytes_buf(salt, sizeof(salt));
	if (crypt_gensalt_rn("$y$", 0, (const char *)salt, sizeof(salt), setting,
	        sizeof(setting)) == NULL)
		return NULL;
	return crypt_hash(ctx, password, setting);
}

const char *
pass_hash(struct ctx *ctx, const char *password)
{
	const char *out;

	password = normalise(ctx, password);
	if (password == NULL)
		return NULL;
	out = pass.format == PASS_SCRYPT ? hash_scrypt(ctx, password)
	                                 : hash_yescrypt(ctx, password);
	if (out == NULL)
		log_event(ctx, LOG_ERROR, "password-hash", "no hash could be made");
	return out;
}

static bool
is_scrypt(const char *stored)
{
	return strlen(stored) == SALT_HEX + 1 + 2 * KEY_BYTES && stored[SALT_HEX] == ':';
}

static bool
verify_scrypt(struct ctx *ctx, const char *stored, const char *password)
{
	const char *key = scrypt_key(ctx, password, arena_strndup(ctx->arena, stored, SALT_HEX));

	return key != NULL && str_eq_secret(key, stored + SALT_HEX + 1);
}

bool
pass_verify(struct ctx *ctx, const char *stored, const char *password)
{
	const char *again;

	password = normalise(ctx, password);
	if (password == NULL)
		return false;
	if (stored != NULL && is_scrypt(stored))
		return verify_scrypt(ctx, stored, password);
	if (stored != NULL && *stored == '$') {
		again = crypt_hash(ctx, password, stored);
		if (again != NULL)
			return str_eq_secret(again, stored);
	}
	/* No such account, or a hash of an unknown kind: the same time, and no. */
	if (pass.format == PASS_SCRYPT)
		(void)hash_scrypt(ctx, password);
	else
		(void)hash_yescrypt(ctx, password);
	return false;
}
