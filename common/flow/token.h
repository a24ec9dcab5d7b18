/* SPDX-License-Identifier: ISC */
/* token: the signing keys and the JWTs made with them (wire.md section 9, RFC 7515, 7519). */
#ifndef FLOW_TOKEN_H
#define FLOW_TOKEN_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct user;

/* A JWT for the user.  Makes and stores the first key when there is none that this secret
 * can decrypt: one, however many ask at once. */
enum err token_issue(struct ctx *, const struct user *, const char **out);

/* The public keys as a JWKS text, RSA and EC before OKP; never without a key.  The same
 * text until the database is asked again, seconds later; *etag is its quoted tag. */
enum err token_jwks(struct ctx *, const char **text, const char **etag);

/* What a valid token says. */
struct claims {
	const char *sub;
	bool is_anonymous;
	bool has_profile;
};

/* Checks a JWT of ours without the database: algorithm of the key, signature, exp, nbf,
 * iat, iss, aud with 30 s of leeway.  E_UNAUTHORIZED for any other text. */
enum err token_check(struct ctx *, const char *jwt, struct claims *out);

/* Looks like a JWT: three parts. */
bool token_is_jwt(const char *);

/* Loads the keys now; a failure is only logged. */
void token_warm(struct ctx *, bool signing);

/* Forgets keys in memory, for tests. */
void token_forget(void);

#endif
