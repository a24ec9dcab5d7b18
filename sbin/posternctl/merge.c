/* SPDX-License-Identifier: ISC */
/* posternctl merge: which tables join an account, what joined, and the way back. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/merging.h"
#include "port/secret.h"
#include "posternctl.h"
#include "store/merge.h"
#include "store/session.h"
#include "store/user.h"

static int
complain(const char *what)
{
	fprintf(stderr, "posternctl merge: %s\n", what);
	return 1;
}

static const char *
date(struct ctx *ctx, struct stamp at)
{
	char *out = arena_alloc(ctx->arena, CLOCK_ISO_SIZE);

	if (at.ms == STAMP_NULL)
		return "-";
	clock_iso(at.ms, out);
	return out;
}

/* TABLE or SCHEMA.TABLE. */
static void
name_table(struct ctx *ctx, struct merge_rule *r, const char *text)
{
	const char *dot = strchr(text, '.');

	r->schema = dot != NULL ? arena_strndup(ctx->arena, text, (size_t)(dot - text)) : "public";
	r->table = dot != NULL ? dot + 1 : text;
}

/* Errors and warnings of a rule, with what mends them; returns how many errors. */
static int
print_faults(FILE *to, const struct merge_fault *faults, size_t n)
{
	int errors = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		fprintf(to, "  %s: %s\n    %s\n", faults[i].is_error ? "error" : "warning",
		    faults[i].what, faults[i].mend);
		errors += faults[i].is_error;
	}
	return errors;
}

static void
print_rule(const struct merge_rule *r)
{
	printf("%s.%s.%s %s", r->schema, r->table, r->column, r->strategy);
	if (*r->match != '\0')
		printf(" match %s", r->match);
	if (*r->value != '\0')
		printf(" value %s", r->value);
	if (r->function != NULL)
		printf(" function %s", r->function);
	printf("\n");
}

static void
put_rule(struct json *j, const struct merge_rule *r, const struct merge_fault *faults, size_t n)
{
	size_t i;

	json_open(j, NULL);
	json_text(j, "schema", r->schema);
	json_text(j, "table", r->table);
	json_text(j, "column", r->column);
	json_text(j, "strategy", r->strategy);
	json_text(j, "match", r->match);
	json_text(j, "value", r->value);
	json_text(j, "function", r->function);
	json_open_array(j, "faults");
	for (i = 0; i < n; i++) {
		json_open(j, NULL);
		json_flag(j, "error", faults[i].is_error);
		json_text(j, "what", faults[i].what);
		json_text(j, "mend", faults[i].mend);
		json_close(j);
	}
	json_close_array(j);
	json_close(j);
}

/* Exit status 1 when a rule keeps merges from working. */
static int
list_rules(struct ctx *ctx, bool json)
{
	struct json j = json_new(ctx->arena, 1024);
	struct merge_rule *rules;
	struct merge_fault *faults;
	size_t i, n, m;
	int errors = 0;
	enum err e = merge_rules(ctx, &rules, &n);

	json_open_array(&j, NULL);
	for (i = 0; e == E_OK && i < n; i++) {
		e = merge_faults(ctx, &rules[i], &faults, &m);
		if (e != E_OK)
			break;
		put_rule(&j, &rules[i], faults, m);
		if (!json)
			print_rule(&rules[i]);
		errors += print_faults(json ? stderr : stdout, faults, m);
	}
	json_close_array(&j);
	if (e != E_OK)
		return complain(err_message(e));
	if (json)
		printf("%s\n", json_done(&j));
	return errors > 0 ? 1 : 0;
}

/* The options of rules add; false for one that is not known. */
static bool
read_options(struct merge_rule *r, int argc, char **argv)
{
	int i;

	for (i = 0; i + 1 < argc; i += 2) {
		if (str_eq(argv[i], "--strategy"))
			r->strategy = argv[i + 1];
		else if (str_eq(argv[i], "--match"))
			r->match = argv[i + 1];
		else if (str_eq(argv[i], "--value"))
			r->value = argv[i + 1];
		else if (str_eq(argv[i], "--function"))
			r->function = argv[i + 1];
		else
			return false;
	}
	return i == argc;
}

/* What the table itself would refuse, in words. */
static const char *
mistake(const struct merge_rule *r)
{
	static const char *const strategies[] = { "move", "keep_target", "keep_newest", "sum",
		"max", "call" };
	size_t i, n = sizeof(strategies) / sizeof(strategies[0]);

	for (i = 0; i < n && !str_eq(strategies[i], r->strategy); i++)
		;
	if (i == n)
		return "--strategy is move, keep_target, keep_newest, sum, max or call";
	if (str_eq(r->strategy, "call") != (r->function != NULL))
		return "--function goes with --strategy call";
	if ((str_eq(r->strategy, "sum") || str_eq(r->strategy, "max")) && *r->value == '\0')
		return "sum and max need --value COLUMN,...";
	if (str_eq(r->strategy, "keep_newest") &&
	    (*r->value == '\0' || strchr(r->value, ',') != NULL))
		return "keep_newest needs --value COLUMN, which tells the time";
	return NULL;
}

static int
add_rule(struct ctx *ctx, int argc, char **argv)
{
	struct merge_rule r = { .strategy = "move", .match = "", .value = "" };
	struct merge_fault *faults;
	const char *wrong;
	size_t n;
	enum err e;

	if (argc < 2 || !read_options(&r, argc - 2, argv + 2))
		return CTL_USAGE;
	name_table(ctx, &r, argv[0]);
	r.column = argv[1];
	wrong = mistake(&r);
	if (wrong != NULL)
		return complain(wrong);
	e = merge_faults(ctx, &r, &faults, &n);
	if (e == E_OK && print_faults(stderr, faults, n) > 0)
		return complain("no rule was added");
	if (e == E_OK)
		e = merge_rule_put(ctx, &r);
	if (e != E_OK)
		return complain(err_message(e));
	print_rule(&r);
	return 0;
}

static int
remove_rule(struct ctx *ctx, int argc, char **argv)
{
	struct merge_rule r = { 0 };
	enum err e;

	if (argc != 2)
		return CTL_USAGE;
	name_table(ctx, &r, argv[0]);
	e = merge_rule_remove(ctx, r.schema, r.table, argv[1]);
	if (e != E_OK)
		return complain(e == E_NO_ROW ? "there is no such rule" : err_message(e));
	return 0;
}

static int
rules(struct ctx *ctx, int argc, char **argv)
{
	if (argc == 0)
		return list_rules(ctx, false);
	if (argc == 1 && str_eq(argv[0], "--json"))
		return list_rules(ctx, true);
	if (str_eq(argv[0], "add"))
		return add_rule(ctx, argc - 1, argv + 1);
	if (str_eq(argv[0], "remove"))
		return remove_rule(ctx, argc - 1, argv + 1);
	return CTL_USAGE;
}

static void
put_entry(struct ctx *ctx, struct json *j, const struct merge_entry *m)
{
	json_open(j, NULL);
	json_text(j, "merge_id", m->id);
	json_text(j, "guest_id", m->guest);
	json_text(j, "member_id", m->member);
	json_stamp(j, "merged_at", m->at);
	json_raw(j, "rows", json_compact(ctx->arena, m->rows));
	json_flag(j, "promoted", m->promoted);
	json_stamp(j, "undone_at", m->undone_at);
	json_close(j);
}

static int
list(struct ctx *ctx, int argc, char **argv)
{
	bool json = argc > 0 && str_eq(argv[argc - 1], "--json");
	const char *who = argc - json > 0 ? argv[0] : NULL;
	struct json j = json_new(ctx->arena, 1024);
	struct merge_entry *rows;
	struct user u = { 0 };
	size_t i, n;
	enum err e = E_OK;

	if (argc - json > 1)
		return CTL_USAGE;
	if (who != NULL && strchr(who, '@') != NULL) {
		e = user_by_email(ctx, str_lower(ctx->arena, who), &u);
		who = u.id;
	}
	if (e == E_OK)
		e = merge_entries(ctx, who, &rows, &n);
	if (e != E_OK)
		return complain(e == E_NO_ROW ? "there is no such user" : err_message(e));
	json_open_array(&j, NULL);
	for (i = 0; i < n; i++) {
		put_entry(ctx, &j, &rows[i]);
		if (!json)
			printf("%s %s -> %s %s %s%s%s\n", rows[i].id, rows[i].guest, rows[i].member,
			    date(ctx, rows[i].at), rows[i].rows,
			    rows[i].promoted ? " promoted" : "",
			    rows[i].undone_at.ms != STAMP_NULL ? " undone" : "");
	}
	json_close_array(&j);
	if (json)
		printf("%s\n", json_done(&j));
	return 0;
}

/* The fresh guest has a session that nobody knows the token of: whoever gets the rows is the
 * operator's to say. */
static int
undo(struct ctx *ctx, int argc, char **argv)
{
	struct merge_entry m = { 0 };
	struct merge_undone u = { 0 };
	struct user guest = { 0 };
	struct opening o = {
		.id = secret_id(ctx, SECRET_ID_LENGTH),
		.token = secret_id(ctx, SECRET_ID_LENGTH),
		.expires = ctx->now + (int64_t)conf()->session_expires * 1000,
		.address = "",
		.agent = "posternctl",
		.merge_id = secret_id(ctx, SECRET_ID_LENGTH),
	};
	enum err e;

	if (argc != 1)
		return CTL_USAGE;
	e = merge_entry(ctx, argv[0], &m);
	if (e == E_OK)
		e = merging_part(ctx, m.id, m.member, &o, &guest, &u);
	if (e != E_OK)
		return complain(e == E_NO_ROW ? "there is no such merge" : err_message(e));
	printf("%s %s belongs to guest %s again\n", m.id, u.rows, guest.id);
	return 0;
}

int
ctl_merge(struct ctx *ctx, int argc, char **argv)
{
	if (argc >= 2 && str_eq(argv[1], "rules"))
		return rules(ctx, argc - 2, argv + 2);
	if (argc >= 2 && str_eq(argv[1], "list"))
		return list(ctx, argc - 2, argv + 2);
	if (argc >= 2 && str_eq(argv[1], "undo"))
		return undo(ctx, argc - 2, argv + 2);
	return CTL_USAGE;
}
