/* SPDX-License-Identifier: ISC */
/* jwk: keys (RFC 7517, 8037) and signatures (RFC 7515) for EdDSA, ES256, ES512, RS256 and
 * PS256; and those that only check, of other issuers, also for ES384, RS384, RS512, PS384,
 * PS512, HS256, HS384, HS512 and Ed25519 (RFC 9864's name of EdDSA).  A key belongs to
 * whoever made it and ends with jwk_free. */
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

/* Why a JWK is not taken; JWK_OK is none. */
enum jwk_fault {
#define FAULT(symbol, name, text) JWK_##symbol,
#include "port/jwk.def"
#undef FAULT
};

const char *jwk_fault_name(enum jwk_fault);
const char *jwk_fault_text(enum jwk_fault);

/* A key of any issuer that checks signatures of this one algorithm, from its JWK object; a
 * private half is left out.  Its alg, use and key_ops must allow that, where they are
 * there. */
enum jwk_fault jwk_verifier(struct ctx *, const struct js *, const char *alg, struct jwk **out);

/* What else makes it none: an RSA modulus that is a prime or has small factors, an Ed25519
 * point outside the prime group.  Too dear for our own keys, and for more than one of a
 * stranger's set: a prime of 8192 bits takes seconds. */
enum jwk_fault jwk_weakness(const struct jwk *);

/* There is such an algorithm; NULL is none. */
bool jwk_knows(const char *alg);

/* Type and curve of the JWK are those of the algorithm. */
bool jwk_suits(struct ctx *, const struct js *, const char *alg);

/* What a JWK without alg is for, if nobody says otherwise: RS256 for RSA, HS256 for oct,
 * what its curve tells for the others; NULL if unknown. */
const char *jwk_usual_alg(struct ctx *, const struct js *);

/* SHA-256 of the public key's own members (RFC 7638) as base64url; NULL for a secret one. */
const char *jwk_thumbprint(struct ctx *, const struct js *);

void jwk_free(struct jwk *);

/* The two texts that the peer stores (wire.md section 9), members in its order. */
const char *jwk_public(struct ctx *, const struct jwk *);
const char *jwk_private(struct ctx *, const struct jwk *);

const char *jwk_alg(const struct jwk *);
const char *jwk_crv(const struct jwk *); /* NULL for RSA and oct */

/* EdDSA for Ed25519 and so on: what a stored key without alg is for; NULL if unknown. */
const char *jwk_guess_alg(struct ctx *, const struct js *);

/* A raw signature (ECDSA: r||s) over the text; NULL on failure. */
unsigned char *jwk_sign(struct ctx *, const struct jwk *, const char *text, size_t len,
    size_t *out_len);

/* One that held is remembered by this process, and costs a digest from then on. */
bool jwk_verify(struct ctx *, const struct jwk *, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len);

#endif
