/* SPDX-License-Identifier: ISC */
/* admin: what the operator's command does to users, and what it sweeps away. */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;

struct admin_belongings {
	int64_t sessions; /* live ones */
	int64_t accounts;
	const char *providers; /* comma-separated; NULL: none */
	int64_t threads;
};

enum err admin_belongings(struct ctx *, const char *user_id, struct admin_belongings *out);

/* Everything that is known of a user, as JSON. */
enum err admin_export(struct ctx *, const char *user_id, const char **data);

struct admin_user {
	const char *id;
	const char *name;
	const char *email; /* in small letters */
	bool verified;
	const char *image;    /* NULL: none */
	int64_t created;      /* ms */
	const char *hash;     /* NULL: no password, and no account */
	const char *software; /* JSON; NULL: no profile */
	const char *hardware;
	int64_t version; /* of the questionnaire */
};

/* E_CONFLICT: id or address are taken; E_REFUSED: the gate wants a profile (gate_told). */
enum err admin_add_user(struct ctx *, const struct admin_user *);

/* Bans, for until (ms; 0: for good), and ends all sessions; or takes that back.  E_NO_ROW:
 * there is no such user.  Only where catalogue_can_ban. */
enum err admin_ban(struct ctx *, const char *user_id, bool banned, const char *reason,
    int64_t until);

/* What has expired before that time (ms); *n tells how many rows. */
enum err admin_sweep_sessions(struct ctx *, int64_t before, int64_t *n);
enum err admin_sweep_verifications(struct ctx *, int64_t before, int64_t *n);
enum err admin_sweep_limits(struct ctx *, int64_t before, int64_t *n);
enum err admin_sweep_keys(struct ctx *, int64_t before, int64_t *n);

#endif
