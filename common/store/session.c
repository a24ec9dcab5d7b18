/* SPDX-License-Identifier: ISC */
/* session: rows of session. */
#include "store/session.h"

#include "base/ctx.h"
#include "port/db.h"

static const struct col session_cols[] = {
	COL_AS(struct session, id, "sessionId"),
	COL(struct session, expiresAt),
	COL(struct session, token),
	COL_AS(struct session, createdAt, "sessionCreatedAt"),
	COL_AS(struct session, updatedAt, "sessionUpdatedAt"),
	COL(struct session, ipAddress),
	COL(struct session, userAgent),
	COL_MAYBE(struct session, impersonatedBy, "impersonatedBy"),
	USER_COLS(struct session, user.),
	{ 0 },
};

static const struct col opened_cols[] = {
	COL(struct opened, guestId),
	COL(struct opened, failed),
	COL(struct opened, threadsMoved),
	{ 0 },
};

struct replaced {
	bool replaced;
};

static const struct col replaced_cols[] = { COL(struct replaced, replaced), { 0 } };

/* A row of the table alone. */
static const struct col listed_cols[] = {
	COL(struct session, id),
	COL(struct session, expiresAt),
	COL(struct session, token),
	COL(struct session, createdAt),
	COL(struct session, updatedAt),
	COL(struct session, ipAddress),
	COL(struct session, userAgent),
	COL_MAYBE(struct session, impersonatedBy, "impersonatedBy"),
	{ 0 },
};

enum err
session_find(struct ctx *ctx, const char *token, struct session *out)
{
	return db_one(ctx, session_find, session_cols, out, token);
}

enum err
session_open(struct ctx *ctx, const struct opening *o, struct opened *out)
{
	return db_one(ctx, session_open, opened_cols, out, o->id, o->token, o->user_id,
	    db_stamp(ctx, o->expires), db_stamp(ctx, ctx->now), o->address, o->agent,
	    o->guest_token, o->merge_id);
}

enum err
session_was_replaced(struct ctx *ctx, const char *token, bool *replaced)
{
	struct replaced row = { false };
	enum err e = db_one(ctx, session_was_replaced, replaced_cols, &row, token);

	*replaced = row.replaced;
	return e;
}

enum err
session_extend(struct ctx *ctx, const char *token, int64_t expires)
{
	return db_exec(ctx, session_extend, NULL, token, db_stamp(ctx, expires),
	    db_stamp(ctx, ctx->now));
}

enum err
session_delete(struct ctx *ctx, const char *token)
{
	return db_exec(ctx, session_delete, NULL, token);
}

enum err
session_list(struct ctx *ctx, const char *user_id, struct session **rows, size_t *n)
{
	enum err e = db_many(ctx, session_list, listed_cols, sizeof(**rows), rows, n, user_id,
	    db_stamp(ctx, ctx->now));
	size_t i;

	for (i = 0; e == E_OK && i < *n; i++)
		(*rows)[i].user.id = user_id;
	return e;
}

enum err
session_delete_own(struct ctx *ctx, const char *token, const char *user_id)
{
	return db_exec(ctx, session_delete_own, NULL, token, user_id);
}

enum err
session_delete_all(struct ctx *ctx, const char *user_id, const char *kept)
{
	return db_exec(ctx, session_delete_all, NULL, user_id, kept);
}
