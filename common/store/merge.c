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
merge_list(struct ctx *ctx, const char *member, struct merge_row **rows, size_t *n)
{
	return db_many(ctx, merge_list, row_cols, sizeof(**rows), rows, n, member);
}
