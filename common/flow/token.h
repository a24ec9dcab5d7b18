/* SPDX-License-Identifier: ISC */
/* token: the JWTs that backends check (RFC 7515, RFC 7519), in Better Auth's form. */
#ifndef FLOW_TOKEN_H
#define FLOW_TOKEN_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct js;
struct user;

/* A JWT for the user, good for JWT_EXPIRES seconds; alg is one of JWT_ALG, NULL for the
 * first, and E_ALG_NOT_SERVED for any other. */
enum err token_issue(struct ctx *, const struct user *, const char *alg, const char **out);

/* The payload signed with the published key; alg as above, typ may be NULL. */
enum err token_seal(struct ctx *, const char *alg, const char *typ, const char *payload,
    const char **out);

/* The payload of a JWT of ours, whose times hold, with that typ in its header (NULL: any),
 * issuer and that audience (NULL: any); NULL for any other text. */
const struct js *token_open(struct ctx *, const char *jwt, const char *typ, const char *aud);

/* The iss claim; and what aud may be, separated by commas. */
const char *token_issuer(void);
const char *token_audience(void);

/* What clocks may differ by. */
#define TOKEN_LEEWAY_S 30

/* What a valid token says. */
struct claims {
	const char *sub;
	bool is_anonymous;
	bool has_profile;
	const struct js *payload; /* all of it */
};

/* Checks a JWT of ours by flow/jwt, without the database: algorithm of the key, signature,
 * exp, nbf, iat, iss, aud, sub.  E_UNAUTHORIZED for any other text; the log says why at the
 * level debug. */
enum err token_check(struct ctx *, const char *jwt, struct claims *out);

/* Looks like a JWT: three parts. */
bool token_is_jwt(const char *);

#endif
