/* SPDX-License-Identifier: ISC */
/* health: does the database answer? */
#include "store/health.h"

#include "base/ctx.h"
#include "port/db.h"

struct health {
	int64_t version;
};

static const struct col health_cols[] = { COL(struct health, version), { 0 } };

enum err
health_version(struct ctx *ctx, int64_t *out)
{
	struct health row = { 0 };
	enum err e = db_one(ctx, health, health_cols, &row);

	*out = row.version;
	return e;
}
