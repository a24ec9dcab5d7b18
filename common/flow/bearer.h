/* SPDX-License-Identifier: ISC */
/* bearer: the proofs that a request carries: Authorization and the session cookie. */
#ifndef FLOW_BEARER_H
#define FLOW_BEARER_H

#include <stdbool.h>

struct ctx;
struct req;

/* The X of "Authorization: Bearer X", or NULL. */
const char *bearer_text(struct req *);

/* The session token in a text that may be raw or signed; NULL when its signature is wrong. */
const char *bearer_open(struct ctx *, const char *text);

/* The session token that the request proves: a bearer token, raw or signed, before the
 * session cookie; a bearer whose signature is wrong is passed over.  NULL: none. */
const char *bearer_token(struct req *);

/* The session cookie counts, and was signed with an older secret. */
bool bearer_is_stale(struct req *);

#endif
