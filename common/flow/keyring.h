/* SPDX-License-Identifier: ISC */
/* keyring: rows of jwks as keys, and their life (wire.md section 9).
 *
 * createdAt  the key signs from here on; a row whose time has not come is published, so
 *            that every verifier knows it before its first signature
 * expiresAt  it signs no more; it stays published for 30 days
 *
 * A Better Auth server on the same table signs with the newest row at once, and publishes
 * the same rows. */
#ifndef FLOW_KEYRING_H
#define FLOW_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;
struct js;
struct jwk;
struct jwks_row;

#define KEYRING_ALGS 5      /* of JWT_ALG, at most */
#define KEYRING_KID_MAX 128 /* with the NUL */

/* How long a key is published before it signs, in ms: twice what a verifier may keep a
 * set, and what the programs themselves may be behind. */
int64_t keyring_lead(void);

/* How long an old one stays published, in ms. */
int64_t keyring_grace(void);

/* The algorithms of JWT_ALG; the first is the one of tokens that nobody asked another
 * for.  Returns how many. */
size_t keyring_algs(struct ctx *, const char *out[static KEYRING_ALGS]);

/* A row's algorithm: those of older peers do not name it; NULL when unknown. */
const char *keyring_alg(struct ctx *, const struct jwks_row *);

/* The published JWK as an object, NULL when it is none. */
const struct js *keyring_public(struct ctx *, const struct jwks_row *);

/* The private key, if this secret opens it and it belongs to the published one; NULL
 * otherwise.  Ends with jwk_free. */
struct jwk *keyring_open(struct ctx *, const struct jwks_row *);

/* Whether it is there at all. */
bool keyring_opens(struct ctx *, const struct jwks_row *);

/* Still shown: not expired for longer than 30 days. */
bool keyring_is_published(const struct jwks_row *, int64_t now);

/* Sees to it that each algorithm has a key, and the next one in time: under a lock, so
 * that however many ask at once make one.  Nothing to do is no work but looking at the
 * rows (newest first, those that expired left out).  *changed: there are other rows now,
 * made here or by somebody else meanwhile, which want to be read and looked at again. */
enum err keyring_tend(struct ctx *, const struct jwks_row *rows, size_t n, bool *changed);

/* A new key of the algorithm, to sign after the lead, or now; the others of it expire
 * then. */
enum err keyring_rotate(struct ctx *, const char *alg, bool now, const char **kid);

enum keyring_state { KEYRING_NEXT, KEYRING_CURRENT, KEYRING_OLD, KEYRING_RETIRED };

/* Where the row stands; KEYRING_CURRENT may be several, of which the newest signs. */
enum keyring_state keyring_state(const struct jwks_row *, int64_t now);

/* No longer signs, and is no longer published: for a key that got into wrong hands.
 * Tokens of it end with it.  E_NO_ROW: there is none of that id. */
enum err keyring_retire(struct ctx *, const char *kid);

/* Encrypts every private key that an older secret opens anew under the current one; *n
 * tells how many, *closed how many no secret opens. */
enum err keyring_reseal(struct ctx *, size_t *n, size_t *closed);

#endif
