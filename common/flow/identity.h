/* SPDX-License-Identifier: ISC */
/* identity: who is asking (wire.md sections 6 and 7, contract.md section 4). */
#ifndef FLOW_IDENTITY_H
#define FLOW_IDENTITY_H

#include <stdbool.h>

#include "base/err.h"
#include "http/app.h"

struct session;

/* The live session of the request's token, extended when it is due.  E_NO_ROW: there is
 * none; the answer then clears the cookies if the request had a token. */
enum err identity_session(struct req *, struct reply *, struct session *out);

struct identity {
	const char *user_id;
	bool is_guest;
};

/* By JWT, without the database, else by session; E_UNAUTHORIZED for nobody. */
enum err identity_find(struct req *, struct reply *, struct identity *out);

/* 401 without a session; the handler finds it in req->session. */
extern const struct guard session_required;

/* 401 without any identity; guests are somebody, too.  identity_of tells who. */
extern const struct guard identity_required;

/* 401, and 403 for guests. */
extern const struct guard member_required;

/* After identity_required or member_required. */
const struct identity *identity_of(const struct req *);

#endif
