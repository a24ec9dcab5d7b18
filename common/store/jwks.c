/* SPDX-License-Identifier: ISC */
/* jwks: rows of jwks. */
#include "store/jwks.h"

#include "base/ctx.h"
#include "port/db.h"

static const struct col jwks_cols[] = {
	COL(struct jwks_row, id),
	COL(struct jwks_row, publicKey),
	COL_MAYBE(struct jwks_row, privateKey, "privateKey"),
	COL(struct jwks_row, alg),
	COL(struct jwks_row, createdAt),
	COL(struct jwks_row, expiresAt),
	{ 0 },
};

struct locked {
	bool locked;
};

static const struct col locked_cols[] = { COL(struct locked, locked), { 0 } };

enum err
jwks_public(struct ctx *ctx, struct jwks_row **rows, size_t *n)
{
	return db_many(ctx, jwks_public, jwks_cols, sizeof(**rows), rows, n);
}

enum err
jwks_private(struct ctx *ctx, struct jwks_row **rows, size_t *n)
{
	return db_many(ctx, jwks_private, jwks_cols, sizeof(**rows), rows, n,
	    db_stamp(ctx, ctx->now));
}

enum err
jwks_all(struct ctx *ctx, struct jwks_row **rows, size_t *n)
{
	return db_many(ctx, jwks_all, jwks_cols, sizeof(**rows), rows, n);
}

enum err
jwks_reseal(struct ctx *ctx, const struct jwks_row *row, const char *private_key)
{
	return db_exec(ctx, jwks_reseal, NULL, row->id, private_key, row->privateKey);
}

enum err
jwks_lock(struct ctx *ctx)
{
	struct locked row;

	return db_one(ctx, jwks_lock, locked_cols, &row);
}

enum err
jwks_insert(struct ctx *ctx, const struct jwks_row *row)
{
	return db_exec(ctx, jwks_insert, NULL, row->id, row->publicKey, row->privateKey,
	    db_stamp(ctx, row->createdAt.ms), row->alg, row->crv);
}

enum err
jwks_succeed(struct ctx *ctx, const struct jwks_row *row)
{
	return db_exec(ctx, jwks_succeed, NULL, row->id, row->alg,
	    db_stamp(ctx, row->createdAt.ms));
}

enum err
jwks_expire(struct ctx *ctx, const char *id, int64_t at)
{
	int64_t n = 0;
	enum err e = db_exec(ctx, jwks_expire, &n, id, db_stamp(ctx, at));

	return e == E_OK && n == 0 ? E_NO_ROW : e;
}
