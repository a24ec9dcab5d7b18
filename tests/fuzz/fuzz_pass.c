/* SPDX-License-Identifier: ISC */
/* pass: a stored hash and a password, a line each.  Derivations are made cheap: it is the
 * reading of what is stored that is looked at. */
#include "fuzz.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <sodium.h>

/* Not scrypt, but the same parameters give the same key. */
static int
cheap_scrypt(const char *password, size_t n, const unsigned char *salt, size_t salt_n,
    unsigned char *key, size_t key_n)
{
	size_t i;

	memset(key, 0, key_n);
	for (i = 0; i < n; i++)
		key[i % key_n] ^= (unsigned char)(password[i] + (char)i);
	for (i = 0; i < salt_n; i++)
		key[i % key_n] ^= salt[i];
	return 1;
}

static char *
cheap_gensalt(const char *prefix, const char *random, int n, char *out, int out_n)
{
	return crypt_gensalt_rn(prefix, 1, random, n, out, out_n);
}

#define EVP_PBE_scrypt(p, n, salt, salt_n, N, r, P, mem, key, key_n) \
	cheap_scrypt(p, n, salt, salt_n, key, key_n)
#define crypt_gensalt_rn(prefix, cost, random, n, out, out_n) \
	cheap_gensalt(prefix, random, n, out, out_n)
#define PKCS5_PBKDF2_HMAC(p, n, salt, salt_n, cost, md, key_n, key) \
	cheap_scrypt(p, (size_t)(n), salt, (size_t)(salt_n), key, (size_t)(key_n))
#define crypto_pwhash_argon2id_str_verify(stored, p, n) ((n) % 2 == 0 ? 0 : -1)
#define crypto_pwhash_argon2i_str_verify(stored, p, n) ((n) % 2 == 0 ? 0 : -1)
#include "port/foreign.c"
#include "port/pass.c"

/* Settings name their own cost, up to years. */
static bool
is_cheap(const char *stored)
{
	return crypt_kind(stored) == NULL && (!is_yescrypt(stored) || str_starts(stored, "$y$j75$"));
}

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *stored = fuzz_line(&rest);
	const char *other = str_printf(fuzz_ctx.arena, "%sx", rest), *made;

	if (!is_cheap(stored) || strlen(rest) > 2000)
		return;
	if (pass_verify(&fuzz_ctx, stored, rest))
		FUZZ_CLAIM(!pass_verify(&fuzz_ctx, stored, other) || is_scrypt(stored) ||
		    foreign_kind(&fuzz_ctx, stored) != NULL);
	(void)pass_kind(&fuzz_ctx, stored);
	pass_use(size % 2 == 0 ? PASS_SCRYPT : PASS_YESCRYPT);
	made = pass_hash(&fuzz_ctx, rest);
	if (made != NULL)
		FUZZ_CLAIM(pass_verify(&fuzz_ctx, made, rest));
}

FUZZ_TARGET(fuzz_nothing, run)
