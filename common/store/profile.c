/* SPDX-License-Identifier: ISC */
/* profile: rows of user_profiles. */
#include "store/profile.h"

#include "base/ctx.h"
#include "port/db.h"

static const struct col profile_cols[] = {
	COL(struct profile, id),
	COL(struct profile, user_id),
	COL(struct profile, software_context),
	COL(struct profile, hardware_context),
	COL(struct profile, questionnaire_version),
	COL(struct profile, outdated),
	COL(struct profile, created_at),
	COL(struct profile, updated_at),
	{ 0 },
};

enum err
profile_find(struct ctx *ctx, const char *user_id, struct profile *out)
{
	return db_one(ctx, profile_find, profile_cols, out, user_id);
}

enum err
profile_put(struct ctx *ctx, const char *user_id, const char *software, const char *hardware,
    int64_t version, struct profile *out)
{
	return db_one(ctx, profile_put, profile_cols, out, user_id, software, hardware,
	    db_int(ctx, version), db_stamp(ctx, ctx->now));
}
