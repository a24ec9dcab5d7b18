/* SPDX-License-Identifier: ISC */
/* merge: the engine and its log. */
#include "store/merge.h"

#include "base/ctx.h"
#include "port/db.h"

static const struct col result_cols[] = {
	COL(struct merge_result, done),
	COL(struct merge_result, failed),
	COL(struct merge_result, rows),
	COL(struct merge_result, threadsMoved),
	{ 0 },
};

struct found {
	bool found;
};

static const struct col found_cols[] = { COL(struct found, found), { 0 } };

static const struct col undone_cols[] = {
	COL(struct merge_undone, refused),
	COL(struct merge_undone, rows),
	{ 0 },
};

static const struct col again_cols[] = {
	COL(struct merge_undone, rows),
	COL(struct merge_undone, guestId),
	COL(struct merge_undone, token),
	{ 0 },
};

static const struct col row_cols[] = {
	COL(struct merge_row, merge_id),
	COL(struct merge_row, guest_id),
	COL(struct merge_row, merged_at),
	COL(struct merge_row, rows),
	COL(struct merge_row, promoted),
	COL(struct merge_row, undone_at),
	{ 0 },
};

enum err
merge_guest(struct ctx *ctx, const char *id, const char *guest, const char *member,
    struct merge_result *out)
{
	return db_one(ctx, merge_guest, result_cols, out, id, guest, member);
}

enum err
merge_claim(struct ctx *ctx, const char *id, const char *secret, const char *member,
    const char *rows, struct merge_result *out)
{
	return db_one(ctx, merge_claim, result_cols, out, id, secret, member, rows);
}

enum err
merge_secret_thread(struct ctx *ctx, const char *thread, const char *secret)
{
	struct found row = { false };

	return db_one(ctx, merge_secret_thread, found_cols, &row, thread, secret);
}

enum err
merge_undo(struct ctx *ctx, const char *id, const char *member, const char *guest, int64_t since,
    struct merge_undone *out)
{
	return db_one(ctx, merge_undo, undone_cols, out, id, member, guest, db_stamp(ctx, since));
}

enum err
merge_undone(struct ctx *ctx, const char *id, const char *member, struct merge_undone *out)
{
	return db_one(ctx, merge_undone, again_cols, out, id, member);
}

enum err
merge_refuse(struct ctx *ctx, const char *member, const char *thread, const char *reason,
    const char *address)
{
	return db_exec(ctx, merge_refuse, NULL, member, thread, reason, address);
}

enum err
merge_list(struct ctx *ctx, const char *member, struct merge_row **rows, size_t *n)
{
	return db_many(ctx, merge_list, row_cols, sizeof(**rows), rows, n, member);
}

static const struct col rule_cols[] = {
	COL(struct merge_rule, schema),
	COL(struct merge_rule, table),
	COL(struct merge_rule, column),
	COL(struct merge_rule, strategy),
	COL(struct merge_rule, match),
	COL(struct merge_rule, value),
	COL(struct merge_rule, function),
	{ 0 },
};

static const struct col fault_cols[] = {
	COL(struct merge_fault, is_error),
	COL(struct merge_fault, what),
	COL(struct merge_fault, mend),
	{ 0 },
};

static const struct col entry_cols[] = {
	COL(struct merge_entry, id),
	COL(struct merge_entry, guest),
	COL(struct merge_entry, member),
	COL(struct merge_entry, at),
	COL(struct merge_entry, rows),
	COL(struct merge_entry, promoted),
	COL(struct merge_entry, undone_at),
	{ 0 },
};

enum err
merge_rules(struct ctx *ctx, struct merge_rule **rows, size_t *n)
{
	return db_many(ctx, merge_rules, rule_cols, sizeof(**rows), rows, n);
}

enum err
merge_faults(struct ctx *ctx, const struct merge_rule *r, struct merge_fault **rows, size_t *n)
{
	return db_many(ctx, merge_faults, fault_cols, sizeof(**rows), rows, n, r->schema, r->table,
	    r->column, r->strategy, r->match, r->value, r->function);
}

enum err
merge_rule_put(struct ctx *ctx, const struct merge_rule *r)
{
	return db_exec(ctx, merge_rule_put, NULL, r->schema, r->table, r->column, r->strategy,
	    r->match, r->value, r->function);
}

enum err
merge_rule_remove(struct ctx *ctx, const char *schema, const char *table, const char *column)
{
	int64_t n = 0;
	enum err e = db_exec(ctx, merge_rule_remove, &n, schema, table, column);

	return e == E_OK && n == 0 ? E_NO_ROW : e;
}

enum err
merge_entries(struct ctx *ctx, const char *member, struct merge_entry **rows, size_t *n)
{
	return db_many(ctx, merge_entries, entry_cols, sizeof(**rows), rows, n, member);
}

enum err
merge_entry(struct ctx *ctx, const char *id, struct merge_entry *out)
{
	return db_one(ctx, merge_entry, entry_cols, out, id);
}
