/* SPDX-License-Identifier: ISC */
/* secret: random texts, signed values and encrypted values, in the peer's formats
 * (wire.md sections 4, 5 and 10). */
#ifndef PORT_SECRET_H
#define PORT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;

/* Ready for use; false when the libraries cannot start. */
bool secret_init(void);

#define SECRET_ID_LENGTH 32 /* of row ids and session tokens */

/* n random characters a-z A-Z 0-9. */
const char *secret_id(struct ctx *, size_t n);

/* n random characters of the alphabet. */
const char *secret_text(struct ctx *, size_t n, const char *alphabet);

/* A random UUID (RFC 9562, version 4). */
const char *secret_uuid(struct ctx *);

/* base64url of HMAC-SHA256 under the secret. */
const char *secret_mac_url(struct ctx *, const char *text, size_t n);

/* value.base64(HMAC-SHA256(secret, value)); not percent-encoded. */
const char *secret_sign(struct ctx *, const char *value);

/* The value of a signed text, or NULL when the signature is not ours. */
const char *secret_unsign(struct ctx *, const char *signed_value);

/* Signed with an older secret, which OLD_SECRETS_UNTIL still lets count. */
bool secret_is_stale(struct ctx *, const char *signed_value);

/* given is the secret_mac_url of the text, under a secret that counts. */
bool secret_mac_holds(struct ctx *, const char *text, size_t n, const char *given);

/* XChaCha20-Poly1305 under SHA-256 of the secret, as lower-case hex; with numbered secrets
 * $ba$NUMBER$ stands before it. */
const char *secret_encrypt(struct ctx *, const char *text);

/* NULL when it was not encrypted with one of our secrets. */
const char *secret_decrypt(struct ctx *, const char *stored);

/* Encrypted with the secret that encrypts now. */
bool secret_is_current(const char *stored);

void secret_sha256(const void *, size_t len, unsigned char out[static 32]);

#endif
