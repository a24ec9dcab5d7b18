/* SPDX-License-Identifier: ISC */
/* admin: the operator's statements. */
#include "store/admin.h"

#include "base/ctx.h"
#include "port/db.h"
#include "port/secret.h"

static const struct col belongings_cols[] = {
	COL(struct admin_belongings, sessions),
	COL(struct admin_belongings, accounts),
	COL(struct admin_belongings, providers),
	COL(struct admin_belongings, threads),
	{ 0 },
};

enum err
admin_belongings(struct ctx *ctx, const char *user_id, struct admin_belongings *out)
{
	return db_one(ctx, admin_belongings, belongings_cols, out, user_id,
	    db_stamp(ctx, ctx->now));
}

struct text {
	const char *data;
};

static const struct col export_cols[] = { COL(struct text, data), { 0 } };

enum err
admin_export(struct ctx *ctx, const char *user_id, const char **data)
{
	struct text t = { 0 };
	enum err e = db_one(ctx, admin_export, export_cols, &t, user_id);

	*data = t.data;
	return e;
}

enum err
admin_add_user(struct ctx *ctx, const struct admin_user *u)
{
	return db_exec(ctx, admin_add_user, NULL, u->id, u->name, u->email, db_bool(u->verified),
	    u->image, db_stamp(ctx, u->created), db_stamp(ctx, ctx->now),
	    secret_id(ctx, SECRET_ID_LENGTH), u->hash, u->software, u->hardware,
	    db_int(ctx, u->version));
}

enum err
admin_ban(struct ctx *ctx, const char *user_id, bool banned, const char *reason, int64_t until)
{
	int64_t n = 0;
	enum err e = db_exec(ctx, admin_ban, &n, user_id, db_bool(banned), reason,
	    until > 0 ? db_stamp(ctx, until) : NULL, db_stamp(ctx, ctx->now));

	return e == E_OK && n == 0 ? E_NO_ROW : e;
}

enum err
admin_sweep_sessions(struct ctx *ctx, int64_t before, int64_t *n)
{
	return db_exec(ctx, admin_sweep_sessions, n, db_stamp(ctx, before));
}

enum err
admin_sweep_verifications(struct ctx *ctx, int64_t before, int64_t *n)
{
	return db_exec(ctx, admin_sweep_verifications, n, db_stamp(ctx, before));
}

enum err
admin_sweep_limits(struct ctx *ctx, int64_t before, int64_t *n)
{
	return db_exec(ctx, admin_sweep_limits, n, db_int(ctx, before));
}

enum err
admin_sweep_keys(struct ctx *ctx, int64_t before, int64_t *n)
{
	return db_exec(ctx, admin_sweep_keys, n, db_stamp(ctx, before));
}
