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

/* The key that signs, and its kid; both belong to this module.  Makes and stores the first
 * one when there is none that this secret can decrypt: one, however many ask at once. */
enum err keys_signing(struct ctx *, const struct jwk **key, const char **kid);

/* The published key of that kid, NULL when there is none. */
const struct jwk *keys_find(struct ctx *, const char *kid);

/* The public keys as a JWKS text, RSA and EC before OKP; never without a key.  *etag is
 * its quoted tag. */
enum err keys_published(struct ctx *, const char **text, const char **etag);

/* Loads what the program needs now; a failure is only logged. */
void keys_warm(struct ctx *, bool signing);

/* Forgets what is in memory, for tests. */
void keys_forget(void);

#endif
