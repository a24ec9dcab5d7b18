/* SPDX-License-Identifier: ISC */
/* jwe: texts that only this site reads, encrypted under a key of the secret: compact JWE,
 * dir and A256CBC-HS512 (RFC 7516, RFC 7518 section 5.2.5; wire.md section 8). */
#ifndef PORT_JWE_H
#define PORT_JWE_H

struct ctx;

/* salt says what the text is for; NULL when OpenSSL fails. */
const char *jwe_seal(struct ctx *, const char *salt, const char *payload);

/* The payload; NULL for any text that was not sealed with that salt and one of the secrets. */
const char *jwe_open(struct ctx *, const char *salt, const char *jwe);

#endif
