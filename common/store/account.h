/* SPDX-License-Identifier: ISC */
/* account: rows of account: the password of a user, and who else vouches for them. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;
struct opening;

struct account {
	const char *id;
	const char *accountId;
	const char *providerId;
	const char *userId;
	struct stamp createdAt;
	struct stamp updatedAt;
	const char *scope; /* comma-separated; NULL: none */
};

/* Oldest first, at most 100. */
enum err account_list(struct ctx *, const char *user_id, struct account **rows, size_t *n);

/* Only the user's own; the caller holds user_lock and has counted. */
enum err account_delete(struct ctx *, const char *id, const char *user_id);

/* The stored hash; E_NO_ROW without a credential account. */
enum err account_password(struct ctx *, const char *user_id, const char **hash);

/* Replaces the hash that was checked; with an opening all sessions end and that one begins,
 * in the place of the one with the token replaced.  E_NO_ROW: the stored hash is another by
 * now. */
enum err account_change_password(struct ctx *, const char *user_id, const char *checked,
    const char *hash, const struct opening *, const char *replaced);

/* Uses up a reset token and sets the password of its user, who gets a credential account
 * if there was none.  E_NO_ROW: the token is not, or no longer, good. */
enum err account_reset_password(struct ctx *, const char *identifier, const char *hash,
    bool end_sessions, const char **user_id);

#endif
