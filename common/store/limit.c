/* SPDX-License-Identifier: ISC */
/* limit: rows of "rateLimit". */
#include "store/limit.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "port/db.h"
#include "port/limit.h"
#include "port/secret.h"

#define PATH_MAX_BYTES 512
#define BASE_PATH "/api/auth"

struct taken {
	bool allowed;
	int64_t lastRequest;
};

static const struct col taken_cols[] = {
	COL(struct taken, allowed),
	COL(struct taken, lastRequest),
	{ 0 },
};

/* As the peer compares paths: without slashes at the end. */
static const char *
normal_path(struct ctx *ctx, const char *path)
{
	size_t n = strnlen(path, PATH_MAX_BYTES);

	while (n > 0 && path[n - 1] == '/')
		n--;
	return n > 0 ? arena_strndup(ctx->arena, path, n) : "/";
}

static const char *
key_of(struct ctx *ctx, const char *address, const char *path)
{
	if (str_eq(path, BASE_PATH))
		path = "/";
	else if (str_starts(path, BASE_PATH "/"))
		path += strlen(BASE_PATH);
	return str_printf(ctx->arena, "%s|%s", *address != '\0' ? address : LIMIT_NOBODY, path);
}

/* Rows that no window reaches any more go once per window and worker: the search is a scan
 * of the table. */
static const char *
oldest_kept(struct ctx *ctx)
{
	static int64_t next;

	if (ctx->now < next)
		return NULL;
	next = ctx->now + LIMIT_LONGEST_MS;
	return db_int(ctx, ctx->now - LIMIT_LONGEST_MS);
}

enum err
limit_take_row(struct ctx *ctx, const char *address, const char *path, long *wait)
{
	const struct limit_rule *rule;
	struct taken row = { 0 };
	int64_t window, left;
	enum err e;

	path = normal_path(ctx, path);
	rule = limit_rule(path);
	window = (int64_t)rule->seconds * 1000;
	e = db_one(ctx, limit_take, taken_cols, &row, secret_id(ctx, SECRET_ID_LENGTH),
	    key_of(ctx, address, path), db_int(ctx, rule->max), db_int(ctx, window),
	    db_int(ctx, ctx->now), oldest_kept(ctx));
	if (e != E_OK)
		return e;
	left = row.lastRequest + window - ctx->now;
	*wait = row.allowed ? 0 : left <= 0 ? 1 : (long)((left + 999) / 1000);
	return E_OK;
}
