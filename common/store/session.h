/* SPDX-License-Identifier: ISC */
/* session: rows of session. */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "store/user.h"

struct ctx;

struct session {
	const char *id;
	struct stamp expiresAt;
	const char *token;
	struct stamp createdAt;
	struct stamp updatedAt;
	const char *ipAddress;
	const char *userAgent;
	const char *impersonatedBy;
	struct user user;
};

/* The session and its user in one look-up, expired or not: E_NO_ROW when unknown. */
enum err session_find(struct ctx *, const char *token, struct session *out);

struct opening {
	const char *id;
	const char *token;
	const char *user_id;
	int64_t expires;
	const char *address;
	const char *agent;
	const char *guest_token; /* whose rows join the user's; NULL: nobody's */
	const char *merge_id;
};

struct opened {
	const char *guestId; /* NULL: there was no guest */
	const char *failed;  /* why the merge did not happen; NULL: it did */
	int64_t threadsMoved;
};

/* A new session, and the guest's rows with it, in one transaction.  A merge that fails
 * moves nothing, keeps the guest and lets the session stand. */
enum err session_open(struct ctx *, const struct opening *, struct opened *out);

/* Whether another session took this one's place in its browser within the last seconds.
 * *replaced is false when the database did not answer. */
enum err session_was_replaced(struct ctx *, const char *token, bool *replaced);

enum err session_extend(struct ctx *, const char *token, int64_t expires);
enum err session_delete(struct ctx *, const char *token);

/* The user's live ones, oldest first, at most 100; their users are not filled in but for
 * the id. */
enum err session_list(struct ctx *, const char *user_id, struct session **rows, size_t *n);

/* Nothing happens when the token is not of a session of that user. */
enum err session_delete_own(struct ctx *, const char *token, const char *user_id);

/* All of the user's but one; NULL: all. */
enum err session_delete_all(struct ctx *, const char *user_id, const char *kept);

#endif
