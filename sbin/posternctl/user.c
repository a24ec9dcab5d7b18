/* SPDX-License-Identifier: ISC */
/* posternctl user: one user: who they are, and what becomes of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/deletion.h"
#include "flow/register.h"
#include "http/field.h"
#include "port/db.h"
#include "port/js.h"
#include "port/pass.h"
#include "port/secret.h"
#include "posternctl.h"
#include "store/account.h"
#include "store/admin.h"
#include "store/catalogue.h"
#include "store/gate.h"
#include "store/user.h"

#define PASSWORD_BYTES 4096
#define PATIENCE_MS 600000
#define PROFILE_BYTES ((size_t)64 * 1024)

struct options {
	bool json, yes, verified, password;
	const char *email, *name, *reason, *until, *profile;
	const char *who; /* an address or an id */
};

static int
complain(const char *what)
{
	fprintf(stderr, "posternctl user: %s\n", what);
	return 1;
}

/* By the address, or by the id, which has no @. */
static int
find(struct ctx *ctx, const char *who, struct user *out)
{
	enum err e = strchr(who, '@') != NULL ? user_by_email(ctx, str_lower(ctx->arena, who), out)
	                                      : user_by_id(ctx, who, out);

	if (e == E_NO_ROW)
		return complain(str_printf(ctx->arena, "there is no user %s", who));
	return e == E_OK ? 0 : complain(err_message(e));
}

static const char *
date(struct ctx *ctx, struct stamp at)
{
	char *out = arena_alloc(ctx->arena, CLOCK_ISO_SIZE);

	clock_iso(at.ms, out);
	return out;
}

static const char *
kind_of_password(struct ctx *ctx, const struct user *u)
{
	const char *hash, *kind;

	if (account_password(ctx, u->id, &hash) != E_OK)
		return "none";
	kind = pass_kind(ctx, hash);
	return kind != NULL ? kind : "unknown";
}

static void
print_json(struct ctx *ctx, const struct user *u, const struct admin_belongings *b)
{
	struct json j = json_new(ctx->arena, 512);

	json_open(&j, NULL);
	json_text(&j, "id", u->id);
	json_text(&j, "email", u->email);
	json_flag(&j, "email_verified", u->emailVerified);
	json_text(&j, "name", u->name);
	json_text(&j, "image", u->image);
	json_stamp(&j, "created_at", u->createdAt);
	json_stamp(&j, "updated_at", u->updatedAt);
	json_flag(&j, "guest", user_is_guest(u));
	json_flag(&j, "profile", u->hasProfile);
	json_flag(&j, "banned", user_is_banned(u, ctx->now));
	json_text(&j, "providers", b->providers);
	json_text(&j, "password", kind_of_password(ctx, u));
	json_int(&j, "sessions", b->sessions);
	json_int(&j, "threads", b->threads);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

static void
print(struct ctx *ctx, const struct user *u, const struct admin_belongings *b)
{
	const char *reason = u->plugin[USER_BAN_REASON];

	printf("id        %s%s\n", ctl_safe(ctx, u->id), user_is_guest(u) ? " (a guest)" : "");
	printf("email     %s%s\n", ctl_safe(ctx, u->email),
	    u->emailVerified ? "" : " (not verified)");
	printf("name      %s\n", ctl_safe(ctx, u->name));
	printf("created   %s\n", date(ctx, u->createdAt));
	printf("updated   %s\n", date(ctx, u->updatedAt));
	printf("profile   %s\n", u->hasProfile ? "yes" : "no");
	if (user_is_banned(u, ctx->now))
		printf("banned    %s\n", reason != NULL ? ctl_safe(ctx, reason) : "yes");
	printf("accounts  %s\n", b->providers != NULL ? ctl_safe(ctx, b->providers) : "none");
	printf("password  %s\n", kind_of_password(ctx, u));
	printf("sessions  %" PRId64 "\n", b->sessions);
	printf("threads   %" PRId64 "\n", b->threads);
}

static int
show(struct ctx *ctx, const struct options *o)
{
	struct user u = { 0 };
	struct admin_belongings b = { 0 };
	enum err e;

	if (o->who == NULL)
		return CTL_USAGE;
	if (find(ctx, o->who, &u) != 0)
		return 1;
	e = admin_belongings(ctx, u.id, &b);
	if (e != E_OK)
		return complain(err_message(e));
	(o->json ? print_json : print)(ctx, &u, &b);
	return 0;
}

/* A line of standard input, hashed; NULL when it is none, or too short or long. */
static const char *
read_password(struct ctx *ctx)
{
	char *line = arena_alloc(ctx->arena, PASSWORD_BYTES);
	enum err e;

	if (fgets(line, PASSWORD_BYTES, stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	e = register_check_password(line);
	if (e != E_OK) {
		complain(err_message(e));
		return NULL;
	}
	register_choose_format(ctx);
	return pass_hash(ctx, line);
}

/* The answers of a file, - for standard input. */
static bool
read_profile(struct ctx *ctx, const char *path, struct admin_user *u)
{
	FILE *f = str_eq(path, "-") ? stdin : fopen(path, "re");
	char *text = arena_alloc(ctx->arena, PROFILE_BYTES + 1);
	const char *why;
	size_t n;
	bool ok;

	if (f == NULL) {
		complain(str_printf(ctx->arena, "%s: %s", path, strerror(errno)));
		return false;
	}
	n = fread(text, 1, PROFILE_BYTES, f);
	if (f != stdin)
		fclose(f);
	const struct js *js = js_parse(ctx, text, n, &ok);
	why = ok ? ctl_user_profile(ctx, js, u) : "is no JSON text";
	if (why != NULL)
		complain(str_printf(ctx->arena, "%s: %s", path, why));
	return why == NULL;
}

static int
create(struct ctx *ctx, const struct options *o)
{
	struct admin_user u = { .name = o->name, .verified = o->verified, .created = ctx->now };
	enum err e;

	if (o->who != NULL || o->email == NULL || o->name == NULL)
		return CTL_USAGE;
	if (o->password && str_eq(o->profile, "-"))
		return complain("the password and the profile cannot both be standard input");
	if (!field_is_email(o->email))
		return complain(str_printf(ctx->arena, "%s is no address", o->email));
	u.id = secret_id(ctx, SECRET_ID_LENGTH);
	u.email = str_lower(ctx->arena, o->email);
	u.hash = o->password ? read_password(ctx) : NULL;
	if (o->password && u.hash == NULL)
		return 1;
	if (o->profile != NULL && !read_profile(ctx, o->profile, &u))
		return 1;
	e = gate_told(admin_add_user(ctx, &u));
	if (e == E_PROFILE_REQUIRED)
		return complain("the gate is atomic: --profile FILE must bring the answers");
	if (e == E_CONFLICT)
		return complain(str_printf(ctx->arena, "%s is taken", u.email));
	if (e != E_OK)
		return complain(err_message(e));
	return show(ctx, &(struct options) { .who = u.id, .json = o->json });
}

static int
set_ban(struct ctx *ctx, const struct options *o, bool banned)
{
	struct user u = { 0 };
	int64_t until = 0;
	enum err e;

	if (o->who == NULL)
		return CTL_USAGE;
	if (o->until != NULL && (!clock_parse(o->until, &until) || until <= ctx->now))
		return complain("--until wants a date to come, like 2026-12-31T00:00:00Z");
	if (find(ctx, o->who, &u) != 0)
		return 1;
	if (!catalogue_can_ban())
		return complain("\"user\" has no columns for that: banned, banReason, banExpires "
		                "are of Better Auth's admin plugin");
	e = admin_ban(ctx, u.id, banned, banned ? o->reason : NULL, until);
	if (e != E_OK)
		return complain(err_message(e));
	return show(ctx, &(struct options) { .who = u.id, .json = o->json });
}

static int
ban(struct ctx *ctx, const struct options *o)
{
	return set_ban(ctx, o, true);
}

static int
unban(struct ctx *ctx, const struct options *o)
{
	return set_ban(ctx, o, false);
}

static int delete (struct ctx *ctx, const struct options *o)
{
	struct user u = { 0 };
	struct admin_belongings b = { 0 };
	const char *rows;
	enum err e;

	if (o->who == NULL)
		return CTL_USAGE;
	if (find(ctx, o->who, &u) != 0)
		return 1;
	e = admin_belongings(ctx, u.id, &b);
	if (e == E_OK && !o->yes) {
		(o->json ? print_json : print)(ctx, &u, &b);
		return complain("all of this goes with --yes, and what else refers to the user");
	}
	if (e == E_OK)
		e = deletion_erase(ctx, u.id, &rows);
	if (e != E_OK)
		return complain(err_message(e));
	if (o->json)
		printf("{\"deleted\":\"%s\",\"rows\":%s}\n", u.id, rows);
	else
		printf("%s is gone, with %" PRId64 " accounts, %" PRId64 " sessions%s, rows %s\n",
		    u.id, b.accounts, b.sessions, u.hasProfile ? ", the profile" : "", rows);
	return 0;
}

/* What has no place here, hashes and tokens, is left out. */
static int export(struct ctx *ctx, const struct options *o)
{
	struct user u = { 0 };
	const char *data;
	enum err e;

	if (o->who == NULL)
		return CTL_USAGE;
	if (find(ctx, o->who, &u) != 0)
		return 1;
	db_set_timeout(PATIENCE_MS);
	e = admin_export(ctx, u.id, &data);
	if (e != E_OK)
		return complain(err_message(e));
	printf("%s\n", data);
	return 0;
}

static bool
take(const char *text, const char *name, bool *out)
{
	if (!str_eq(text, name))
		return false;
	*out = true;
	return true;
}

/* An option with a value; i moves on to that. */
static bool
take_value(char **argv, int argc, int *i, const char *name, const char **out)
{
	if (!str_eq(argv[*i], name) || *i + 1 >= argc)
		return false;
	*out = argv[++*i];
	return true;
}

static bool
read_options(int argc, char **argv, struct options *o)
{
	int i;

	for (i = 2; i < argc; i++)
		if (take(argv[i], "--json", &o->json) || take(argv[i], "--yes", &o->yes) ||
		    take(argv[i], "--verified", &o->verified) ||
		    take(argv[i], "--password-stdin", &o->password) ||
		    take_value(argv, argc, &i, "--email", &o->email) ||
		    take_value(argv, argc, &i, "--name", &o->name) ||
		    take_value(argv, argc, &i, "--reason", &o->reason) ||
		    take_value(argv, argc, &i, "--until", &o->until) ||
		    take_value(argv, argc, &i, "--profile", &o->profile))
			continue;
		else if (o->who == NULL && argv[i][0] != '-')
			o->who = argv[i];
		else
			return false;
	return true;
}

static const struct verb {
	const char *name;
	int (*run)(struct ctx *, const struct options *);
} verbs[] = {
	{ "show", show },
	{ "create", create },
	{ "ban", ban },
	{ "unban", unban },
	{ "delete", delete },
	{ "export", export },
};

int
ctl_user(struct ctx *ctx, int argc, char **argv)
{
	struct options o = { 0 };
	size_t i;

	catalogue_init();
	catalogue_need(ctx);
	if (argc > 1 && str_eq(argv[1], "import"))
		return ctl_user_import(ctx, argc - 1, argv + 1);
	for (i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (str_eq(argv[1], verbs[i].name))
			return read_options(argc, argv, &o) ? verbs[i].run(ctx, &o) : CTL_USAGE;
	return CTL_USAGE;
}
