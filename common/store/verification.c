/* SPDX-License-Identifier: ISC */
/* verification: rows of verification. */
#include "store/verification.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/db.h"
#include "port/secret.h"

#define SWEEP_MS 60000

static const struct col verification_cols[] = {
	COL(struct verification, value),
	COL(struct verification, expiresAt),
	{ 0 },
};

const char *
verification_hash(struct ctx *ctx, const char *identifier)
{
	unsigned char digest[32];

	secret_sha256(identifier, strlen(identifier), digest);
	return enc_base64url(ctx->arena, digest, sizeof(digest));
}

enum err
verification_put(struct ctx *ctx, const char *identifier, const char *value, int64_t seconds)
{
	if (str_eq(conf()->verification_identifiers, "hashed"))
		identifier = verification_hash(ctx, identifier);
	return db_exec(ctx, verification_put, NULL, secret_id(ctx, SECRET_ID_LENGTH), identifier,
	    value, db_stamp(ctx, ctx->now + seconds * 1000), db_stamp(ctx, ctx->now));
}

static void
sweep(struct ctx *ctx)
{
	static int64_t last;

	if (last != 0 && ctx->now - last < SWEEP_MS)
		return;
	last = ctx->now;
	(void)db_exec(ctx, verification_sweep, NULL, db_stamp(ctx, ctx->now));
}

enum err
verification_find(struct ctx *ctx, const char *identifier, struct verification *out)
{
	enum err e = db_one(ctx, verification_find, verification_cols, out, identifier,
	    verification_hash(ctx, identifier));

	sweep(ctx);
	if (e == E_OK && out->expiresAt.ms <= ctx->now)
		return E_NO_ROW;
	return e;
}

enum err
verification_take(struct ctx *ctx, const char *identifier, struct verification *out)
{
	enum err e = db_one(ctx, verification_take, verification_cols, out, identifier,
	    verification_hash(ctx, identifier));

	return e == E_OK && out->expiresAt.ms <= ctx->now ? E_NO_ROW : e;
}
