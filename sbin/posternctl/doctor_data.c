/* SPDX-License-Identifier: ISC */
/* doctor: what the database holds. */
#include "doctor.h"

#include <inttypes.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/questions.h"
#include "port/db.h"
#include "port/pass.h"
#include "store/catalogue.h"
#include "store/doctor.h"
#include "store/gate.h"
#include "store/health.h"
#include "store/merge.h"

#define SAYS(ctx, ...) str_printf((ctx)->arena, __VA_ARGS__)

static const int versions[] = {
#define MIGRATION(version, name, text) version,
#include "schema.def"
#undef MIGRATION
};

#define NEWEST versions[sizeof(versions) / sizeof(versions[0]) - 1]

enum err
doctor_check_database(struct ctx *ctx, struct doctor *d)
{
	struct doctor_server server = { 0 };
	enum err e = doctor_server(ctx, &server);

	if (e == E_OK) {
		doctor_knows(d, DOCTOR_DATABASE);
		doctor_fine(d, "PostgreSQL %s", server.version);
	} else {
		doctor_fail(d, "the database does not answer",
		    "Nobody can sign in.  What it holds was not looked at.",
		    "DATABASE_URL; the log above says what it answers");
	}
	return E_OK;
}

/* All migrations were run, of this version or a newer one. */
static bool
judge_version(struct ctx *ctx, struct doctor *d, const struct doctor_shape *s)
{
	int64_t version = 0;

	if (s->migrated && health_version(ctx, &version) == E_OK && version == NEWEST)
		return true;
	if (version > NEWEST)
		doctor_warn(d,
		    SAYS(ctx, "the database is at %04" PRId64 ", this program at %04d", version,
		        NEWEST),
		    "An older program may write what a newer one cannot read.",
		    "Install the newer version");
	else
		doctor_fail(d,
		    SAYS(ctx, "migrations are pending: the database is at %04" PRId64 " of %04d",
		        version, NEWEST),
		    "Programs fail at what is not there yet.", "posternctl migrate");
	return version > NEWEST;
}

/* Columns of one plugin come together. */
static void
judge_plugins(struct ctx *ctx, struct doctor *d, const char *columns)
{
	static const struct {
		const char *column, *needs;
	} pairs[] = { { "banned", "banReason" }, { "banned", "banExpires" },
		{ "banReason", "banned" }, { "username", "displayUsername" } };
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (str_listed(columns, pairs[i].column) && !str_listed(columns, pairs[i].needs))
			doctor_warn(d,
			    SAYS(ctx, "\"user\" has %s, but no %s", pairs[i].column,
			        pairs[i].needs),
			    "Half a plugin: what needs it is out of order.",
			    SAYS(ctx, "Let Better Auth's migration finish, or drop %s",
			        pairs[i].column));
}

static bool
is_known(const char *column)
{
	int i;

	for (i = 0; i < USER_PLUGINS; i++)
		if (str_eq(user_plugins[i].name, column))
			return true;
	return str_listed("id,name,email,emailVerified,image,createdAt,updatedAt", column);
}

static void
judge_unknown(struct ctx *ctx, struct doctor *d, const char *columns)
{
	struct buf unknown = buf_new(ctx->arena, 64);
	const char *column;

	while ((column = str_next(ctx->arena, &columns, ',')) != NULL)
		if (!is_known(column))
			buf_printf(&unknown, "%s%s", unknown.len > 0 ? ", " : "", column);
	if (unknown.len > 0)
		doctor_warn(d, SAYS(ctx, "\"user\" has columns of its own: %s", unknown.p),
		    "They stay, but answers to clients do not have them.",
		    "Read them in the backend, by the id in the token");
}

static void
judge_shape(struct ctx *ctx, struct doctor *d, const struct doctor_shape *s)
{
	if (*s->missing != '\0')
		doctor_fail(d, SAYS(ctx, "missing: %s", s->missing),
		    "Every statement that names them fails.", "posternctl migrate");
	if (*s->unwritten != '\0')
		doctor_fail(d, SAYS(ctx, "required, and unknown here: %s", s->unwritten),
		    "No row can be made without them.",
		    "ALTER TABLE ... ALTER COLUMN ... SET DEFAULT ..., or DROP NOT NULL");
	if (*s->unusable != '\0')
		doctor_fail(d, SAYS(ctx, "ids that are no text: %s", s->unusable),
		    "Ids are 32 letters and digits.", "ALTER TABLE ... ALTER COLUMN ... TYPE text");
	if (s->byUserId && !s->userIdIsUnique)
		doctor_fail(d, "user_profiles.user_id is not unique",
		    "No profile can be saved: it would not be known which row is replaced.",
		    "CREATE UNIQUE INDEX ON user_profiles (user_id)");
}

enum err
doctor_check_schema(struct ctx *ctx, struct doctor *d)
{
	struct doctor_shape s = { 0 };
	enum err e = doctor_shape(ctx, &s);
	bool is_new_enough;

	if (e != E_OK)
		return e;
	is_new_enough = judge_version(ctx, d, &s);
	judge_shape(ctx, d, &s);
	judge_plugins(ctx, d, s.user_columns);
	judge_unknown(ctx, d, s.user_columns);
	if (is_new_enough && *s.missing == '\0')
		doctor_knows(d, DOCTOR_SCHEMA);
	return E_OK;
}

enum err
doctor_check_accounts(struct ctx *ctx, struct doctor *d)
{
	struct doctor_accounts a = { 0 };
	enum err e = doctor_accounts(ctx, &a);

	if (a.twins > 0)
		doctor_fail(d,
		    SAYS(ctx, "%" PRId64 " accounts are there twice, like %s", a.twins, a.twin),
		    "Which user such an account signs in is left to chance.",
		    "Delete the wrong ones, then CREATE UNIQUE INDEX ON account "
		    "(\"providerId\", \"accountId\")");
	if (a.namesakes > 0)
		doctor_fail(d,
		    SAYS(ctx, "%" PRId64 " addresses differ in case alone: %s", a.namesakes,
		        a.namesake),
		    "One mailbox, two users; one of them is never found.",
		    "posternctl user delete for the one that is not used");
	if (a.capitals > a.namesakes)
		doctor_fail(d,
		    SAYS(ctx, "%" PRId64 " addresses have capitals, like %s", a.capitals,
		        a.capital),
		    "They are looked for in small letters, and never found.",
		    "UPDATE \"user\" SET email = lower(email) WHERE email <> lower(email)");
	if (a.bare > 0)
		doctor_warn(d, SAYS(ctx, "%" PRId64 " members have no account", a.bare),
		    "They have no password and no provider: they come in by a reset alone.",
		    "SELECT email FROM \"user\" u WHERE NOT EXISTS (SELECT FROM account a "
		    "WHERE a.\"userId\" = u.id)");
	if (a.doubles > 0)
		doctor_warn(d, SAYS(ctx, "%" PRId64 " members have several passwords", a.doubles),
		    "The newest one counts.",
		    "DELETE FROM account, the older rows of providerId credential");
	return e;
}

enum err
doctor_check_passwords(struct ctx *ctx, struct doctor *d)
{
	struct doctor_password *rows;
	struct buf seen = buf_new(ctx->arena, 128);
	size_t i, n;
	int64_t unknown = 0;
	enum err e = doctor_passwords(ctx, &rows, &n);

	for (i = 0; i < n; i++) {
		const char *kind = pass_kind(ctx, rows[i].sample);

		if (kind == NULL)
			unknown += rows[i].n;
		else
			buf_printf(&seen, "%s%" PRId64 " %s", seen.len > 0 ? ", " : "", rows[i].n,
			    kind);
	}
	if (unknown > 0)
		doctor_fail(d,
		    SAYS(ctx,
		        "%" PRId64 " passwords are of no known format, or cost too "
		        "much to check",
		        unknown),
		    "Their users are told that the password is wrong.",
		    "posternctl user import says which formats there are; or a reset by mail");
	else if (e == E_OK && n > 0)
		doctor_fine(d, "%s", seen.p);
	return e;
}

static void
judge_cascade(struct ctx *ctx, struct doctor *d, const struct doctor_owner *o)
{
	const char *mend = SAYS(ctx,
	    "INSERT INTO postern.merge_rule (schema_name, table_name, "
	    "owner_column) VALUES ('%s', '%s', '%s')",
	    o->schema, o->table, o->column);
	const char *what = SAYS(ctx, "%s.%s.%s has no merge rule", o->schema, o->table, o->column);

	if (*o->action == 'c')
		doctor_warn(d, what, "A guest's rows are deleted when the guest signs in.", mend);
	else if (*o->action == 'n' || *o->action == 'd')
		doctor_warn(d, what, "A guest's rows lose their owner when the guest signs in.",
		    mend);
	else
		doctor_fail(d, what, "It keeps the guest's row: such a merge fails.", mend);
}

static enum err
judge_rule(struct ctx *ctx, struct doctor *d, const struct merge_rule *rule)
{
	struct merge_fault *faults;
	size_t i, n;
	enum err e = merge_faults(ctx, rule, &faults, &n);

	for (i = 0; e == E_OK && i < n; i++)
		if (faults[i].is_error)
			doctor_fail(d, faults[i].what, "Every merge fails.", faults[i].mend);
		else
			doctor_warn(d, faults[i].what, "A merge rule names this table.",
			    faults[i].mend);
	return e;
}

enum err
doctor_check_merge(struct ctx *ctx, struct doctor *d)
{
	struct doctor_owner *rows;
	struct merge_rule *rules;
	size_t i, n;
	enum err e = doctor_cascades(ctx, &rows, &n);

	for (i = 0; i < n; i++)
		judge_cascade(ctx, d, &rows[i]);
	if (e == E_OK)
		e = merge_rules(ctx, &rules, &n);
	for (i = 0; e == E_OK && i < n; i++)
		e = judge_rule(ctx, d, &rules[i]);
	return e;
}

enum err
doctor_check_outbox(struct ctx *ctx, struct doctor *d)
{
	struct doctor_outbox o = { 0 };
	enum err e = doctor_outbox(ctx, &o);
	const char *error = o.error != NULL ? o.error : "no error is recorded";

	if (o.waiting > 0)
		doctor_fail(d,
		    SAYS(ctx, "%" PRId64 " mails have been due for more than 15 minutes",
		        o.waiting),
		    "Nobody sends them.", "Start mailer, or look at its log");
	if (o.failing > 0)
		doctor_warn(d,
		    SAYS(ctx, "%" PRId64 " mails failed three times: %s", o.failing, error),
		    "The mail server does not take them.", "SMTP_URL, SMTP_TLS, MAIL_FROM");
	if (o.lost > 0)
		doctor_warn(d, SAYS(ctx, "%" PRId64 " mails were given up: %s", o.lost, error),
		    "Who waits for one has to ask again.",
		    "posternctl mail test ADDRESS, when the cause is mended");
	return e;
}

/* Whom the gate would refuse if they came today. */
static void
judge_members(struct ctx *ctx, struct doctor *d, const struct gate *g)
{
	int64_t lacking = g->unanswered + g->outdated;

	if (lacking > 0 && str_eq(conf()->profile_gate, "atomic"))
		doctor_warn(d,
		    SAYS(ctx,
		        "%" PRId64 " of %" PRId64 " members have no profile, %" PRId64
		        " one that no longer fits",
		        g->unanswered, g->members, g->outdated),
		    "They are from before, and gated.",
		    "Nothing: they are asked when they come; or PROFILE_GATE=off");
	else
		doctor_fine(d, "%" PRId64 " of %" PRId64 " members have a profile",
		    g->members - lacking, g->members);
}

static void
judge_gate(struct ctx *ctx, struct doctor *d, const struct gate *g)
{
	bool atomic = str_eq(conf()->profile_gate, "atomic"), off = str_eq(g->mode, "off");

	if (atomic && off)
		doctor_fail(d, "PROFILE_GATE is atomic, and the database's gate is off",
		    "Whoever writes to the database can make members without a profile.",
		    "posternctl migrate, or posternctl gate atomic");
	else if (!off && g->triggers != GATE_TRIGGERS)
		doctor_fail(d,
		    SAYS(ctx, "the gate is %s, and %" PRId64 " of its %d triggers are in force",
		        g->mode, g->triggers, GATE_TRIGGERS),
		    "A table was made anew, or somebody switched them off.",
		    SAYS(ctx, "posternctl gate %s", g->mode));
	else if (!atomic && !off)
		doctor_warn(d,
		    SAYS(ctx, "PROFILE_GATE is %s, and the database's gate is %s",
		        conf()->profile_gate, g->mode),
		    "A sign-up without a profile is answered with 422.",
		    "posternctl gate off, or PROFILE_GATE=atomic");
	if (g->warnings > 0)
		doctor_warn(d,
		    SAYS(ctx, "the gate would have refused %" PRId64 " times, last %s", g->warnings,
		        g->lastBy),
		    "With posternctl gate atomic it will.",
		    "That role's program must bring a profile");
}

enum err
doctor_check_profiles(struct ctx *ctx, struct doctor *d)
{
	struct gate g = { 0 };
	bool published = true;
	enum err e = gate_read(ctx, &g);

	if (e == E_NO_ROW) {
		doctor_fail(d, "postern.gate has no row", "Nobody can become a member.",
		    "INSERT INTO postern.gate DEFAULT VALUES, then posternctl migrate");
		return E_OK;
	}
	if (e != E_OK)
		return e;
	judge_members(ctx, d, &g);
	judge_gate(ctx, d, &g);
	if (!str_eq(conf()->profile_gate, "off") && questions_load(ctx))
		e = gate_is_published(ctx, questions_get()->version, questions_get()->rules,
		    &published);
	if (e == E_OK && !published)
		doctor_fail(d, "the database holds answers against other questions than the file",
		    "Members whose answers no longer fit are not asked again.",
		    "posternctl migrate");
	return e;
}

/* Many sessions of one address: it is the proxy's. */
#define ENOUGH 20

enum err
doctor_check_addresses(struct ctx *ctx, struct doctor *d)
{
	struct doctor_addresses a = { 0 };
	enum err e = doctor_addresses(ctx, &a);

	if (a.sessions >= ENOUGH && a.addresses == 1 &&
	    !doctor_is_local(doctor_host(ctx, conf()->origin)))
		doctor_fail(d,
		    SAYS(ctx, "the newest %" PRId64 " sessions are all of %s", a.sessions,
		        a.address),
		    "That is a proxy: all visitors have one limit between them.",
		    SAYS(ctx, "TRUSTED_PROXIES=%s", a.address));
	return e;
}
