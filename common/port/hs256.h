/* SPDX-License-Identifier: ISC */
/* hs256: tokens that only this site reads, HMAC-SHA256 under the secret (RFC 7515), with
 * the header {"alg":"HS256"} (wire.md sections 8 and 12.5). */
#ifndef PORT_HS256_H
#define PORT_HS256_H

struct ctx;
struct js;

/* The compact form of a JSON payload. */
const char *hs256_seal(struct ctx *, const char *payload);

/* The payload, an object, of a token that is ours; NULL for any other text.  Its times are
 * the caller's business. */
const struct js *hs256_open(struct ctx *, const char *token);

#endif
