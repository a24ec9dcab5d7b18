/* SPDX-License-Identifier: ISC */
/* identity: who is asking (wire.md sections 6 and 7, contract.md section 4). */
#ifndef FLOW_IDENTITY_H
#define FLOW_IDENTITY_H

#include <stdbool.h>

#include "base/err.h"
#include "http/app.h"

struct session;

/* The live session of the request's token, extended when it is due; COOKIE_CACHE may
 * answer.  E_NO_ROW: there is none; the answer then clears the cookies if the request had
 * a token. */
enum err identity_session(struct req *, struct reply *, struct session *out);

/* The same from the database alone. */
enum err identity_stored_session(struct req *, struct reply *, struct session *out);

/* It is time to extend it, and nothing speaks against that. */
bool identity_is_due(struct req *, const struct session *);

/* The guard's session began within SESSION_FRESH_AGE. */
bool identity_is_fresh(const struct req *);

/* Neither extended nor copied to the browser: the request or its cookies say so. */
bool identity_is_quiet(struct req *);

struct identity {
	const char *user_id;
	bool is_guest;
};

/* By JWT, without the database, else by session; E_UNAUTHORIZED for nobody. */
enum err identity_find(struct req *, struct reply *, struct identity *out);

/* 401 without a session; the handler finds it in req->session. */
extern const struct guard session_required;

/* The same, and a revoked session is none at once. */
extern const struct guard stored_session_required;

/* As session_required, and 403 when it began over SESSION_FRESH_AGE ago. */
extern const struct guard fresh_session_required;

/* 401 without any identity; guests are somebody, too.  identity_of tells who. */
extern const struct guard identity_required;

/* 401, and 403 for guests. */
extern const struct guard member_required;

/* After identity_required or member_required. */
const struct identity *identity_of(const struct req *);

#endif
