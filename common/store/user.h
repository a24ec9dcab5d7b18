/* SPDX-License-Identifier: ISC */
/* user: rows of "user", with the password of their credential account. */
#ifndef STORE_USER_H
#define STORE_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "port/db.h"
#include "store/catalogue.h"

struct ctx;

/* Members bear their columns' names. */
struct user {
	const char *id;
	const char *name;
	const char *email;
	bool emailVerified;
	const char *image; /* NULL: none */
	struct stamp createdAt;
	struct stamp updatedAt;
	bool hasProfile;
	const char *password; /* a hash; NULL: no credential account, or not asked for */
	const char *plugin[USER_PLUGINS]; /* text of the column; NULL: null or no such column */
	bool cached;                      /* told by the browser's copy, not by the database */
	unsigned shown; /* then: bit i is set for the plugin columns that the copy has */
};

/* The columns above, for statements that return users; more may be added behind them. */
#define USER_COLS(s, at) \
	COL_AS(s, at id, "id"), COL_AS(s, at name, "name"), COL_AS(s, at email, "email"), \
	    COL_AS(s, at emailVerified, "emailVerified"), COL_AS(s, at image, "image"), \
	    COL_AS(s, at createdAt, "createdAt"), COL_AS(s, at updatedAt, "updatedAt"), \
	    COL_AS(s, at hasProfile, "hasProfile"), COL_AS(s, at password, "password"), \
	    COL_MAYBE(s, at plugin[USER_IS_ANONYMOUS], "isAnonymous"), \
	    COL_MAYBE(s, at plugin[USER_TWO_FACTOR_ENABLED], "twoFactorEnabled"), \
	    COL_MAYBE(s, at plugin[USER_USERNAME], "username"), \
	    COL_MAYBE(s, at plugin[USER_DISPLAY_USERNAME], "displayUsername"), \
	    COL_MAYBE(s, at plugin[USER_ROLE], "role"), \
	    COL_MAYBE(s, at plugin[USER_BANNED], "banned"), \
	    COL_MAYBE(s, at plugin[USER_BAN_REASON], "banReason"), \
	    COL_MAYBE(s, at plugin[USER_BAN_EXPIRES], "banExpires")

bool user_is_guest(const struct user *);

/* Switched on by the peer's plugin. */
bool user_has_second_factor(const struct user *);

/* Banned, and the ban has not run out. */
bool user_is_banned(const struct user *, int64_t now);

/* By lower-cased address: E_NO_ROW when unknown. */
enum err user_by_email(struct ctx *, const char *email, struct user *out);

/* By id, without the password. */
enum err user_by_id(struct ctx *, const char *id, struct user *out);

/* Within a transaction: nobody else changes the user or what hangs on it. */
enum err user_lock(struct ctx *, const char *id);

/* The same; E_NO_ROW when that is no guest, or no longer. */
enum err user_lock_guest(struct ctx *, const char *id);

struct user_change {
	bool sets_name, sets_image;
	const char *name;
	const char *image; /* NULL: none */
};

/* The changed row; E_NO_ROW when the user is gone. */
enum err user_update(struct ctx *, const char *id, const struct user_change *, struct user *out);

/* For as long as the address is that one. */
enum err user_verify_email(struct ctx *, const char *id, const char *email);

/* E_NO_ROW: the address is another by now; E_CONFLICT: somebody has the new one. */
enum err user_change_email(struct ctx *, const struct user *, const char *email, bool verified,
    struct user *out);

/* With sessions, accounts and all that hangs on them. */
enum err user_delete(struct ctx *, const char *id);

/* The user's rows in the tables that merge rules name, which user_delete may leave or stumble
 * over; *rows: JSON, rows per table. */
enum err user_delete_owned(struct ctx *, const char *id, const char **rows);

/* Some of the stored passwords are Better Auth's scrypt. */
enum err user_password_sample(struct ctx *, bool *holds_scrypt);

/* A sign-up: everything that its one statement writes. */
struct registration {
	const char *id; /* of the new row; a promoted guest keeps its own */
	const char *name;
	const char *email;
	const char *image;
	const char *account_id;
	const char *password; /* a hash */
	const char *session_id;
	const char *token; /* NULL: no session */
	int64_t expires;
	const char *address;
	const char *agent;
	const char *software; /* JSON; NULL: no profile yet */
	const char *hardware;
	int64_t version;
	const char *guest_token; /* NULL: no guest */
	const char *merge_id;
};

struct registered {
	struct user user;
	const char *guestId; /* NULL: nobody was promoted */
	int64_t threadsMoved;
};

/* All or nothing.  E_CONFLICT: the address is taken. */
enum err user_register(struct ctx *, const struct registration *, struct registered *out);

/* A guest with a session; name, e-mail and the rest of a registration's head are ours. */
enum err user_register_guest(struct ctx *, const struct registration *, struct user *out);

#endif
