/* SPDX-License-Identifier: ISC */
/* secret: random, MAC and AEAD by libsodium. */
#include "port/secret.h"

#include <sodium.h>

#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SIGNATURE_LEN 44
#define ENVELOPE "$ba$"

bool
secret_init(void)
{
	return sodium_init() >= 0;
}

const char *
secret_text(struct ctx *ctx, size_t n, const char *alphabet)
{
	uint32_t letters = (uint32_t)strlen(alphabet);
	char *out = arena_alloc(ctx->arena, n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = alphabet[randombytes_uniform(letters)];
	return out;
}

const char *
secret_id(struct ctx *ctx, size_t n)
{
	return secret_text(ctx, n,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

const char *
secret_uuid(struct ctx *ctx)
{
	unsigned char b[16];
	const char *hex;

	randombytes_buf(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	hex = enc_hex(ctx->arena, b, sizeof(b));
	return str_printf(ctx->arena, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16,
	    hex + 20);
}

static void
digest(const char *key, const char *value, size_t len,
    unsigned char out[static crypto_auth_hmacsha256_BYTES])
{
	crypto_auth_hmacsha256_state st;

	crypto_auth_hmacsha256_init(&st, (const unsigned char *)key, strlen(key));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)value, len);
	crypto_auth_hmacsha256_final(&st, out);
}

static const char *
mac(struct ctx *ctx, const char *value, size_t len)
{
	unsigned char out[crypto_auth_hmacsha256_BYTES];

	digest(conf()->secret, value, len, out);
	return enc_base64(ctx->arena, out, sizeof(out));
}

const char *
secret_mac_url(struct ctx *ctx, const char *text, size_t n)
{
	unsigned char out[crypto_auth_hmacsha256_BYTES];

	digest(conf()->secret, text, n, out);
	return enc_base64url(ctx->arena, out, sizeof(out));
}

const char *
secret_sign(struct ctx *ctx, const char *value)
{
	return str_printf(ctx->arena, "%s.%s", value, mac(ctx, value, strlen(value)));
}

/* Older secrets count until OLD_SECRETS_UNTIL. */
static bool
is_signature(struct ctx *ctx, const char *value, size_t len, const char *given,
    char *(*encode)(struct arena *, const void *, size_t))
{
	unsigned char out[crypto_auth_hmacsha256_BYTES];
	const char *key;
	size_t i;

	for (i = 0; (key = conf_secret(i)) != NULL; i++) {
		if (i > 0 && ctx->now >= conf()->old_secrets_end)
			return false;
		digest(key, value, len, out);
		if (str_eq_secret(given, encode(ctx->arena, out, sizeof(out))))
			return true;
	}
	return false;
}

const char *
secret_unsign(struct ctx *ctx, const char *text)
{
	const char *dot = strrchr(text, '.');

	if (dot == NULL || dot == text || strlen(dot + 1) != SIGNATURE_LEN || !str_ends(dot, "="))
		return NULL;
	if (!is_signature(ctx, text, (size_t)(dot - text), dot + 1, enc_base64))
		return NULL;
	return arena_strndup(ctx->arena, text, (size_t)(dot - text));
}

bool
secret_is_stale(struct ctx *ctx, const char *text)
{
	const char *value = secret_unsign(ctx, text);

	return value != NULL && !str_eq(secret_sign(ctx, value), text);
}

bool
secret_mac_holds(struct ctx *ctx, const char *text, size_t n, const char *given)
{
	return is_signature(ctx, text, n, given, enc_base64url);
}

void
secret_sha256(const void *p, size_t len, unsigned char out[static 32])
{
	crypto_hash_sha256(out, p, len);
}

/* The secret that a stored value names by its number, *box then beginning behind that; the
 * one from before there were numbers; NULL when we do not have it. */
static const char *
secret_of(const char **box)
{
	const struct conf *c = conf();
	char *end;
	long version;
	size_t i;

	if (!str_starts(*box, ENVELOPE))
		return c->n_versions == 0 ? c->secret : c->only_secret;
	*box += strlen(ENVELOPE);
	version = strtol(*box, &end, 10);
	if (end - *box != (ptrdiff_t)strspn(*box, "0123456789") || end == *box || *end != '$')
		return NULL;
	*box = end + 1;
	for (i = 0; i < c->n_versions; i++)
		if (c->versions[i].version == version)
			return c->versions[i].text;
	return NULL;
}

const char *
secret_encrypt(struct ctx *ctx, const char *text)
{
	size_t n = strlen(text);
	unsigned char key[32], *box = arena_alloc(ctx->arena, NONCE + n + TAG);
	unsigned long long len;
	const char *hex;

	secret_sha256(conf()->secret, strlen(conf()->secret), key);
	randombytes_buf(box, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &len, (const unsigned char *)text,
	    n, NULL, 0, NULL, box, key);
	sodium_memzero(key, sizeof(key));
	hex = enc_hex(ctx->arena, box, NONCE + (size_t)len);
	if (conf()->n_versions == 0)
		return hex;
	return str_printf(ctx->arena, ENVELOPE "%ld$%s", conf()->versions->version, hex);
}

const char *
secret_decrypt(struct ctx *ctx, const char *stored)
{
	const char *secret = secret_of(&stored);
	unsigned char key[32], *box, *out;
	unsigned long long len;
	size_t n;
	int failed;

	box = enc_hex_decode(ctx->arena, stored, &n);
	if (secret == NULL || *secret == '\0' || box == NULL || n < NONCE + TAG)
		return NULL;
	out = arena_alloc(ctx->arena, n);
	secret_sha256(secret, strlen(secret), key);
	failed = crypto_aead_xchacha20poly1305_ietf_decrypt(out, &len, NULL, box + NONCE, n - NONCE,
	    NULL, 0, box, key);
	sodium_memzero(key, sizeof(key));
	return failed != 0 ? NULL : arena_strndup(ctx->arena, (char *)out, (size_t)len);
}

bool
secret_is_current(const char *stored)
{
	char envelope[48];

	if (conf()->n_versions == 0)
		return !str_starts(stored, ENVELOPE);
	snprintf(envelope, sizeof(envelope), ENVELOPE "%ld$", conf()->versions->version);
	return str_starts(stored, envelope);
}
