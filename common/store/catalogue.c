/* SPDX-License-Identifier: ISC */
/* catalogue: what the database has, as fragments for the statements. */
#include "store/catalogue.h"

#include <stdio.h>
#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "port/db.h"

const struct plugin_column user_plugins[USER_PLUGINS] = {
	[USER_IS_ANONYMOUS] = { "isAnonymous", PLUGIN_BOOL, true, "false", "true" },
	[USER_TWO_FACTOR_ENABLED] = { "twoFactorEnabled", PLUGIN_BOOL, true, "false", "false" },
	[USER_USERNAME] = { "username", PLUGIN_TEXT, true, NULL, NULL },
	[USER_DISPLAY_USERNAME] = { "displayUsername", PLUGIN_TEXT, true, NULL, NULL },
	[USER_ROLE] = { "role", PLUGIN_TEXT, false, "'user'", "'user'" },
	[USER_BANNED] = { "banned", PLUGIN_BOOL, true, "false", "false" },
	[USER_BAN_REASON] = { "banReason", PLUGIN_TEXT, false, NULL, NULL },
	[USER_BAN_EXPIRES] = { "banExpires", PLUGIN_STAMP, false, NULL, NULL },
};

#define FRAGMENT_SIZE 512

static struct {
	bool user[USER_PLUGINS];
	bool impersonation;
	bool loaded;
	char user_select[FRAGMENT_SIZE];
	char user_columns[FRAGMENT_SIZE];
	char user_defaults[FRAGMENT_SIZE];
	char guest_defaults[FRAGMENT_SIZE];
	const char *session_select;
	const char *account_columns;
	const char *account_values;
	const char *profile_key;
} catalogue = {
	.session_select = "",
	.account_columns = "",
	.account_values = "",
	.profile_key = "id",
};

static const struct col catalogue_cols[] = {
	COL(struct catalogue_row, user_columns),
	COL(struct catalogue_row, session_columns),
	COL(struct catalogue_row, account_columns),
	COL(struct catalogue_row, unwritten),
	COL(struct catalogue_row, unusable),
	COL(struct catalogue_row, profile_id_type),
	{ 0 },
};

static void
append(char fragment[static FRAGMENT_SIZE], const char *before, const char *name, const char *after)
{
	size_t n = strlen(fragment);

	snprintf(fragment + n, FRAGMENT_SIZE - n, "%s%s%s", before, name, after);
}

static void
build_fragments(void)
{
	int i;

	*catalogue.user_select = *catalogue.user_columns = '\0';
	*catalogue.user_defaults = *catalogue.guest_defaults = '\0';
	for (i = 0; i < USER_PLUGINS; i++) {
		const struct plugin_column *p = &user_plugins[i];

		if (!catalogue.user[i])
			continue;
		append(catalogue.user_select, ", u.\"", p->name, "\"::text");
		append(catalogue.user_select, " AS \"", p->name, "\"");
		append(catalogue.user_columns, ", \"", p->name, "\"");
		append(catalogue.user_defaults, ", ", p->member != NULL ? p->member : "NULL", "");
		append(catalogue.guest_defaults, ", ", p->guest != NULL ? p->guest : "NULL", "");
	}
}

/* Better Auth 1.7.0 to 1.7.2 require account.issuer, and look a password up by it; the
 * column stays where a later version follows. */
static void
choose_account(bool has_issuer)
{
	catalogue.account_columns = has_issuer ? ", issuer" : "";
	catalogue.account_values = has_issuer ? ", 'local:credential'" : "";
}

/* What would make our statements fail, said once and not with each of them. */
static void
report(struct ctx *ctx, const struct catalogue_row *row)
{
	if (*row->unwritten != '\0')
		log_event(ctx, LOG_ERROR, "schema", "required, and never written: %s",
		    row->unwritten);
	if (*row->unusable != '\0')
		log_event(ctx, LOG_ERROR, "schema", "ids must be text: %s", row->unusable);
}

enum err
catalogue_read(struct ctx *ctx, struct catalogue_row *out)
{
	return db_one(ctx, catalogue, catalogue_cols, out);
}

static enum err
catalogue_load(struct ctx *ctx)
{
	struct catalogue_row row = { 0 };
	enum err e;
	int i;

	e = catalogue_read(ctx, &row);
	if (e != E_OK)
		return e;
	for (i = 0; i < USER_PLUGINS; i++)
		catalogue.user[i] = str_listed(row.user_columns, user_plugins[i].name);
	catalogue.loaded = true;
	catalogue.impersonation = str_listed(row.session_columns, "impersonatedBy");
	catalogue.session_select = catalogue.impersonation ? ", s.\"impersonatedBy\"" : "";
	catalogue.profile_key = str_eq(row.profile_id_type, "uuid") ? "user_id" : "id";
	choose_account(str_listed(row.account_columns, "issuer"));
	build_fragments();
	report(ctx, &row);
	return E_OK;
}

bool
catalogue_can_ban(void)
{
	return catalogue.user[USER_BANNED] && catalogue.user[USER_BAN_REASON] &&
	    catalogue.user[USER_BAN_EXPIRES];
}

static const char *
catalogue_fragment(const char *name)
{
	if (str_eq(name, "user_select"))
		return catalogue.user_select;
	if (str_eq(name, "user_columns"))
		return catalogue.user_columns;
	if (str_eq(name, "user_defaults"))
		return catalogue.user_defaults;
	if (str_eq(name, "guest_defaults"))
		return catalogue.guest_defaults;
	if (str_eq(name, "user_ban"))
		return catalogue_can_ban() ? ", banned = given.banned, \"banReason\" = "
		                             "given.reason, \"banExpires\" = given.until"
		                           : "";
	if (str_eq(name, "session_select"))
		return catalogue.session_select;
	if (str_eq(name, "account_columns"))
		return catalogue.account_columns;
	if (str_eq(name, "account_values"))
		return catalogue.account_values;
	if (str_eq(name, "profile_key"))
		return catalogue.profile_key;
	log_event(NULL, LOG_ERROR, "sql-fragment", "%s is unknown", name);
	return "";
}

void
catalogue_init(void)
{
	db_on_connect(catalogue_load, catalogue_fragment);
}

void
catalogue_need(struct ctx *ctx)
{
	if (!catalogue.loaded)
		db_warm(ctx);
}

/* PLUGINS=a,b shows only these; unset shows all. */
static bool
is_wanted(const char *name)
{
	return *conf()->plugins == '\0' || str_listed(conf()->plugins, name);
}

bool
catalogue_shows_user(enum user_plugin plugin)
{
	return catalogue.user[plugin] && is_wanted(user_plugins[plugin].name);
}

bool
catalogue_shows_impersonation(void)
{
	return catalogue.impersonation && is_wanted("impersonatedBy");
}
