/* SPDX-License-Identifier: ISC */
/* catalogue: which plugin columns, which version's account and which shape of user_profiles
 * this database has; read at every connect, so that a column added by the peer shows up. */
#ifndef STORE_CATALOGUE_H
#define STORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ctx;

/* Columns that plugins of the peer add to "user", in its order (wire.md section 16). */
enum user_plugin {
	USER_IS_ANONYMOUS,
	USER_TWO_FACTOR_ENABLED,
	USER_USERNAME,
	USER_DISPLAY_USERNAME,
	USER_ROLE,
	USER_BANNED,
	USER_BAN_REASON,
	USER_BAN_EXPIRES,
	USER_PLUGINS
};

enum plugin_type { PLUGIN_BOOL, PLUGIN_TEXT, PLUGIN_STAMP };

struct plugin_column {
	const char *name;
	enum plugin_type type;
	bool settable;      /* may be given at sign-up */
	const char *member; /* SQL default of a new member's row; NULL: null */
	const char *guest;
};

extern const struct plugin_column user_plugins[USER_PLUGINS];

/* Makes db read the catalogue at each connect. */
void catalogue_init(void);

/* Asks the database if nothing has done so yet; a failure is only logged. */
void catalogue_need(struct ctx *);

/* Exists in the database, and PLUGINS does not hide it. */
bool catalogue_shows_user(enum user_plugin);
bool catalogue_shows_impersonation(void);

/* What the database has, lists comma-separated. */
struct catalogue_row {
	const char *user_columns;
	const char *session_columns;
	const char *account_columns;
	const char *unwritten; /* required, and no statement of ours sets them */
	const char *unusable;  /* of another type than our ids */
	const char *profile_id_type;
};

enum err catalogue_read(struct ctx *, struct catalogue_row *out);

/* The three columns of a ban exist, shown or not. */
bool catalogue_can_ban(void);

#endif
