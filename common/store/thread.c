/* SPDX-License-Identifier: ISC */
/* thread: rows of chatkit_threads and chatkit_items. */
#include "store/thread.h"

#include "base/ctx.h"
#include "port/db.h"

struct stored {
	const char *data;
	bool same;
};

struct found {
	bool found;
};

struct held {
	bool guest;
};

static const struct col row_cols[] = {
	COL(struct thread_row, id),
	COL(struct thread_row, data),
	{ 0 },
};
static const struct col data_cols[] = { COL(struct stored, data), { 0 } };
static const struct col item_cols[] = {
	COL(struct stored, data),
	COL(struct stored, same),
	{ 0 },
};
static const struct col held_cols[] = { COL(struct held, guest), { 0 } };
static const struct col found_cols[] = { COL(struct found, found), { 0 } };

static const char *
limit_of(struct ctx *ctx, int64_t most)
{
	return most > 0 ? db_int(ctx, most) : NULL;
}

enum err
thread_hold_owner(struct ctx *ctx, const char *owner, bool *guest)
{
	struct held row = { 0 };
	enum err e = db_one(ctx, thread_hold_owner, held_cols, &row, owner);

	*guest = row.guest;
	return e;
}

enum err
thread_hold(struct ctx *ctx, const char *id, const char *owner, bool *guest)
{
	struct held row = { 0 };
	enum err e = db_one(ctx, thread_hold, held_cols, &row, id, owner);

	*guest = row.guest;
	return e;
}

enum err
thread_insert(struct ctx *ctx, const char *id, const char *owner, const char *data, int64_t most,
    const char **stored)
{
	struct stored row = { 0 };
	enum err e = db_one(ctx, thread_insert, data_cols, &row, id, owner, db_stamp(ctx, ctx->now),
	    data, limit_of(ctx, most));

	*stored = row.data;
	return e;
}

enum err
thread_find(struct ctx *ctx, const char *id, const char *owner, const char **data)
{
	struct stored row = { 0 };
	enum err e = db_one(ctx, thread_find, data_cols, &row, id, owner);

	*data = row.data;
	return e;
}

enum err
thread_update(struct ctx *ctx, const char *id, const char *owner, const char *patch,
    const char **data)
{
	struct stored row = { 0 };
	enum err e = db_one(ctx, thread_update, data_cols, &row, id, owner, patch,
	    db_stamp(ctx, ctx->now));

	*data = row.data;
	return e;
}

enum err
thread_delete(struct ctx *ctx, const char *id, const char *owner)
{
	int64_t n = 0;
	enum err e = db_exec(ctx, thread_delete, &n, id, owner);

	return e == E_OK && n == 0 ? E_NO_ROW : e;
}

enum err
thread_page(struct ctx *ctx, const char *owner, const struct page *page, struct thread_row **rows,
    size_t *n)
{
	const char *limit = db_int(ctx, page->limit + 1);
	struct found cursor = { .found = true };
	enum err e = E_OK;

	if (page->after != NULL)
		e = db_one(ctx, thread_cursor, found_cols, &cursor, page->after, owner);
	if (e != E_OK || !cursor.found)
		return e != E_OK ? e : E_NO_ROW;
	if (page->ascending)
		return db_many(ctx, thread_page_asc, row_cols, sizeof(**rows), rows, n, owner,
		    limit, page->after);
	return db_many(ctx, thread_page_desc, row_cols, sizeof(**rows), rows, n, owner, limit,
	    page->after);
}

enum err
item_append(struct ctx *ctx, const char *thread, const char *owner, const struct item_new *item,
    const char **stored, bool *same, bool *fresh)
{
	struct stored row = { 0 };
	enum err e;

	e = db_one(ctx, item_insert, item_cols, &row, thread, owner, item->id,
	    db_stamp(ctx, ctx->now), item->data, limit_of(ctx, item->most));
	*fresh = e == E_OK;
	if (e == E_NO_ROW)
		e = db_one(ctx, item_compare, item_cols, &row, thread, owner, item->id, item->data,
		    db_bool(item->timeless));
	*stored = row.data;
	*same = row.same;
	return e;
}

enum err
item_page(struct ctx *ctx, const char *thread, const char *owner, const struct page *page,
    struct thread_row **rows, size_t *n)
{
	const char *limit = db_int(ctx, page->limit + 1), *data;
	struct found cursor = { .found = true };
	enum err e;

	if (page->after != NULL)
		e = db_one(ctx, item_cursor, found_cols, &cursor, thread, owner, page->after);
	else
		e = thread_find(ctx, thread, owner, &data);
	if (e != E_OK || !cursor.found)
		return e != E_OK ? e : E_NO_ROW;
	if (page->ascending)
		return db_many(ctx, item_page_asc, row_cols, sizeof(**rows), rows, n, thread, owner,
		    limit, page->after);
	return db_many(ctx, item_page_desc, row_cols, sizeof(**rows), rows, n, thread, owner, limit,
	    page->after);
}
