/* SPDX-License-Identifier: ISC */
/* keys: the signing key and the published ones, held in memory and read anew every few
 * seconds (Better Auth's table jwks; RFC 7517).  What is in memory stays good while the
 * database does not answer. */
#ifndef FLOW_KEYS_H
#define FLOW_KEYS_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct jwk;

/* The key that signs, and its kid; both belong to this module.  alg is one of JWT_ALG,
 * NULL for the first; E_ALG_NOT_SERVED for any other.  Makes and stores keys when there are
 * none that this secret can open, and the next ones in time. */
enum err keys_signing(struct ctx *, const char *alg, const struct jwk **key, const char **kid);

/* The published key of that kid, NULL when there is none. */
const struct jwk *keys_find(struct ctx *, const char *kid);

/* The public keys as a JWKS text, RSA and EC before OKP; never without a key.  *etag is
 * its quoted tag. */
enum err keys_published(struct ctx *, const char **text, const char **etag);

/* Writes JWKS_FILE, if there is one and it says something else. */
void keys_copy(struct ctx *);

/* Loads what the program needs now; a failure is only logged. */
void keys_warm(struct ctx *, bool signing);

/* Forgets what is in memory, for tests. */
void keys_forget(void);

#endif
