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
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/str.h"
#include "port/foreign.h"

#define SALT_BYTES 16
#define SALT_HEX 32
#define KEY_BYTES 64
#define SCRYPT_N 16384
#define SCRYPT_R 16
#define SCRYPT_P 1
#define SCRYPT_MAXMEM ((uint64_t)64 * 1024 * 1024)
#define ROUNDS_MAX 500000 /* of SHA-crypt */

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

/* crypt(3)'s digits: ./0-9A-Za-z; -1 for anything else. */
static int
digit(char c)
{
	static const char digits[] =
	    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* $y$j9T$: flavour, logarithm of N, r, of one digit each. */
static bool
is_yescrypt(const char *stored)
{
	int n, r;

	if (!str_starts(stored, "$y$j"))
		return false;
	n = digit(stored[4]);
	r = n >= 0 ? digit(stored[5]) : -1;
	return r >= 0 && r < 48 && n < 20 && stored[6] == '$' &&
	    ((uint64_t)128 * (uint64_t)(r + 1)) << (n + 1) <= SCRYPT_MAXMEM;
}

/* $2b$12$: a logarithm, 15 takes two seconds. */
static bool
is_bcrypt(const char *stored)
{
	return (str_starts(stored, "$2a$") || str_starts(stored, "$2b$") ||
	           str_starts(stored, "$2y$")) &&
	    strlen(stored) == 60 && stored[6] == '$' &&
	    ((stored[4] == '0' && stored[5] >= '4' && stored[5] <= '9') ||
	        (stored[4] == '1' && stored[5] >= '0' && stored[5] <= '5'));
}

/* $6$rounds=5000$, the rounds if they are not as usual. */
static bool
is_sha_crypt(const char *stored, const char *prefix)
{
	long rounds = 0;
	const char *at = stored + strlen(prefix);
	int n;

	if (!str_starts(stored, prefix))
		return false;
	if (!str_starts(at, "rounds="))
		return true;
	for (at += 7, n = 0; n < 7 && *at >= '0' && *at <= '9'; n++)
		rounds = rounds * 10 + (*at++ - '0');
	return *at == '$' && rounds <= ROUNDS_MAX;
}

/* What crypt(3) of another system made. */
static const char *
crypt_kind(const char *stored)
{
	if (is_bcrypt(stored))
		return "bcrypt";
	if (is_sha_crypt(stored, "$6$"))
		return "sha512crypt";
	return is_sha_crypt(stored, "$5$") ? "sha256crypt" : NULL;
}

const char *
pass_kind(struct ctx *ctx, const char *stored)
{
	const char *kind;

	if (is_scrypt(stored))
		return "better-auth";
	if (is_yescrypt(stored))
		return "yescrypt";
	kind = crypt_kind(stored);
	return kind != NULL ? kind : foreign_kind(ctx, stored);
}

bool
pass_is_dated(const char *stored)
{
	if (!is_scrypt(stored) && !is_yescrypt(stored))
		return true;
	return *conf()->password_hash != '\0' && is_scrypt(stored) != (pass.format == PASS_SCRYPT);
}

/* What crypt(3) makes of the password for that hash; NULL when it is none of its.  Others do
 * not normalise: theirs is the password as it was typed. */
static const char *
crypt_again(struct ctx *ctx, const char *stored, const char *password, const char *typed)
{
	if (is_yescrypt(stored))
		return crypt_hash(ctx, password, stored);
	return crypt_kind(stored) != NULL ? crypt_hash(ctx, typed, stored) : NULL;
}

/* One derivation, whatever is stored. */
bool
pass_verify(struct ctx *ctx, const char *stored, const char *typed)
{
	const char *password = normalise(ctx, typed), *again;

	if (password == NULL)
		return false;
	if (stored != NULL && is_scrypt(stored))
		return verify_scrypt(ctx, stored, password);
	if (stored != NULL && foreign_kind(ctx, stored) != NULL)
		return foreign_verify(ctx, stored, typed);
	again = stored != NULL ? crypt_again(ctx, stored, password, typed) : NULL;
	if (again != NULL)
		return str_eq_secret(again, stored);
	/* No such account, or a hash of an unknown kind: the same time, and no. */
	if (pass.format == PASS_SCRYPT)
		(void)hash_scrypt(ctx, password);
	else
		(void)hash_yescrypt(ctx, password);
	return false;
}
