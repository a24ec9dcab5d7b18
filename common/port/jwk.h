/* SPDX-License-Identifier: ISC */
/* jwk: keys (RFC 7517, 8037) and signatures (RFC 7515) for EdDSA, ES256, ES512, RS256 and
 * PS256.  A key belongs to whoever made it and ends with jwk_free. */
#ifndef PORT_JWK_H
#define PORT_JWK_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;
struct jwk;
struct js;

/* A new key pair; NULL when the algorithm is unknown or OpenSSL fails. */
struct jwk *jwk_generate(struct ctx *, const char *alg);

/* A key from its JWK object, private if it has "d".  alg says what it may be used for.
 * NULL when it is no valid key of that algorithm. */
struct jwk *jwk_import(struct ctx *, const struct js *, const char *alg);

void jwk_free(struct jwk *);

/* The two texts that the peer stores (wire.md section 9), members in its order. */
const char *jwk_public(struct ctx *, const struct jwk *);
const char *jwk_private(struct ctx *, const struct jwk *);

const char *jwk_alg(const struct jwk *);
const char *jwk_crv(const struct jwk *); /* NULL for RSA */

/* EdDSA for Ed25519 and so on: what a stored key without alg is for; NULL if unknown. */
const char *jwk_guess_alg(struct ctx *, const struct js *);

/* A raw signature (ECDSA: r||s) over the text; NULL on failure. */
unsigned char *jwk_sign(struct ctx *, const struct jwk *, const char *text, size_t len,
    size_t *out_len);
bool jwk_verify(struct ctx *, const struct jwk *, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len);

#endif
