/* SPDX-License-Identifier: ISC */
/* gate: the rule that the database holds, and how it stands. */
#include "store/gate.h"

#include "base/ctx.h"
#include "base/str.h"
#include "port/db.h"

static const struct col gate_cols[] = {
	COL(struct gate, mode),
	COL(struct gate, version),
	COL(struct gate, triggers),
	COL(struct gate, members),
	COL(struct gate, unanswered),
	COL(struct gate, outdated),
	COL(struct gate, warned),
	COL(struct gate, warnings),
	COL(struct gate, lastBy),
	COL(struct gate, lastAt),
	{ 0 },
};

struct published {
	bool published;
};

static const struct col published_cols[] = { COL(struct published, published), { 0 } };

enum err
gate_read(struct ctx *ctx, struct gate *out)
{
	return db_one(ctx, gate_read, gate_cols, out);
}

enum err
gate_set(struct ctx *ctx, const char *mode)
{
	return db_exec(ctx, gate_set, NULL, mode);
}

enum err
gate_publish(struct ctx *ctx, int64_t version, const char *rules)
{
	return db_exec(ctx, gate_publish, NULL, db_int(ctx, version), rules);
}

enum err
gate_is_published(struct ctx *ctx, int64_t version, const char *rules, bool *out)
{
	struct published row = { 0 };
	enum err e = db_one(ctx, gate_is_published, published_cols, &row, db_int(ctx, version),
	    rules);

	*out = row.published;
	return e;
}

enum err
gate_told(enum err e)
{
	return e == E_REFUSED && str_eq(db_constraint(), "postern_gate") ? E_PROFILE_REQUIRED : e;
}
