/* SPDX-License-Identifier: ISC */
/* account: rows of account. */
#include "store/account.h"

#include "base/ctx.h"
#include "port/db.h"
#include "port/secret.h"
#include "store/session.h"
#include "store/verification.h"

struct one {
	const char *text;
};

static const struct col account_cols[] = {
	COL(struct account, id),
	COL(struct account, accountId),
	COL(struct account, providerId),
	COL(struct account, userId),
	COL(struct account, createdAt),
	COL(struct account, updatedAt),
	COL(struct account, scope),
	{ 0 },
};

static const struct col password_cols[] = { COL_AS(struct one, text, "password"), { 0 } };
static const struct col id_cols[] = { COL_AS(struct one, text, "id"), { 0 } };

enum err
account_list(struct ctx *ctx, const char *user_id, struct account **rows, size_t *n)
{
	return db_many(ctx, account_list, account_cols, sizeof(**rows), rows, n, user_id);
}

enum err
account_delete(struct ctx *ctx, const char *id, const char *user_id)
{
	return db_exec(ctx, account_delete, NULL, id, user_id);
}

enum err
account_password(struct ctx *ctx, const char *user_id, const char **hash)
{
	struct one row = { 0 };
	enum err e = db_one(ctx, account_password, password_cols, &row, user_id);

	*hash = row.text;
	return e;
}

enum err
account_change_password(struct ctx *ctx, const char *user_id, const char *checked, const char *hash,
    const struct opening *o, const char *replaced)
{
	static const struct opening none;
	struct one row = { 0 };

	if (o == NULL)
		o = &none;
	return db_one(ctx, account_change_password, id_cols, &row, user_id, checked, hash,
	    db_stamp(ctx, ctx->now), o->token, o->id, db_stamp(ctx, o->expires), o->address,
	    o->agent, replaced);
}

enum err
account_reset_password(struct ctx *ctx, const char *identifier, const char *hash, bool end_sessions,
    const char **user_id)
{
	struct one row = { 0 };
	enum err e = db_one(ctx, account_reset_password, id_cols, &row, identifier,
	    verification_hash(ctx, identifier), db_stamp(ctx, ctx->now), hash,
	    secret_id(ctx, SECRET_ID_LENGTH), db_bool(end_sessions));

	*user_id = row.text;
	return e;
}
