/* SPDX-License-Identifier: ISC */
/* keystub: flow/keys.c and flow/keyring.c are compiled in here, with other names for what it asks of the
 * database. */
#include "keystub.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "port/db.h"
#include "unit.h"

struct keystub keystub;

/* As the statement: a copy, without rows that have expired where told so. */
static enum err
answer_rows(struct ctx *ctx, struct jwks_row **rows, size_t *n, bool with_private)
{
	size_t i;

	*n = 0;
	if (keystub.answer != E_OK)
		return keystub.answer;
	*rows = arena_alloc(ctx->arena, sizeof(keystub.rows));
	for (i = 0; i < keystub.n; i++) {
		struct jwks_row row = keystub.rows[i];

		if (with_private && row.expiresAt.ms != STAMP_NULL && row.expiresAt.ms <= ctx->now)
			continue;
		if (!with_private)
			row.privateKey = NULL;
		(*rows)[(*n)++] = row;
	}
	return E_OK;
}

static enum err
stub_public(struct ctx *ctx, struct jwks_row **rows, size_t *n)
{
	keystub.public_reads++;
	return answer_rows(ctx, rows, n, false);
}

static enum err
stub_private(struct ctx *ctx, struct jwks_row **rows, size_t *n)
{
	keystub.private_reads++;
	return answer_rows(ctx, rows, n, true);
}

static enum err
stub_begin(struct ctx *ctx)
{
	(void)ctx;
	return keystub.begin;
}

static enum err
stub_lock(struct ctx *ctx)
{
	(void)ctx;
	keystub.n += keystub.late;
	keystub.late = 0;
	return keystub.lock;
}

static enum err
stub_insert(struct ctx *ctx, const struct jwks_row *row)
{
	(void)ctx;
	keystub.inserts++;
	if (keystub.insert != E_OK)
		return keystub.insert;
	memmove(keystub.rows + 1, keystub.rows, keystub.n++ * sizeof(*keystub.rows));
	keystub.rows[0] = *row;
	keystub.rows[0].expiresAt.ms = STAMP_NULL;
	return E_OK;
}

static enum err
stub_succeed(struct ctx *ctx, const struct jwks_row *row)
{
	size_t i;

	(void)ctx;
	for (i = 1; i < keystub.n; i++)
		if (str_eq(keystub.rows[i].alg, row->alg) &&
		    (keystub.rows[i].expiresAt.ms == STAMP_NULL ||
		        keystub.rows[i].expiresAt.ms > row->createdAt.ms))
			keystub.rows[i].expiresAt = row->createdAt;
	return E_OK;
}

static enum err
stub_expire(struct ctx *ctx, const char *id, int64_t at)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < keystub.n; i++)
		if (str_eq(keystub.rows[i].id, id)) {
			keystub.rows[i].expiresAt.ms = at;
			return E_OK;
		}
	return E_NO_ROW;
}

static enum err
stub_reseal(struct ctx *ctx, const struct jwks_row *row, const char *private_key)
{
	size_t i;

	(void)ctx;
	for (i = 0; i < keystub.n; i++)
		if (str_eq(keystub.rows[i].id, row->id))
			keystub.rows[i].privateKey = private_key;
	return E_OK;
}

static enum err
stub_commit(struct ctx *ctx)
{
	(void)ctx;
	keystub.commits++;
	return keystub.commit;
}

#define jwks_public stub_public
#define jwks_private stub_private
#define jwks_lock stub_lock
#define jwks_insert stub_insert
#define jwks_succeed stub_succeed
#define jwks_expire stub_expire
#define jwks_all stub_private
#define jwks_reseal stub_reseal
#define db_begin stub_begin
#define db_commit stub_commit
#include "flow/keyring.c"
#include "flow/keys.c"

void
keystub_reset(void)
{
	keys_forget();
	keystub = (struct keystub) { 0 };
}

void
keystub_add(const char *id, const char *alg, const char *public, const char *private)
{
	struct jwks_row *row = &keystub.rows[keystub.n++];

	*row = (struct jwks_row) { .id = id,
		.alg = alg,
		.publicKey = public,
		.privateKey = private,
		.expiresAt = { STAMP_NULL } };
}

void
keystub_add_recorded(size_t i)
{
	const struct js *row = js_get(js_at(js_get(unit_vectors("peer.json"), "keys"), i), "row");

	keystub_add(js_text(unit_ctx, js_get(row, "id")), js_text(unit_ctx, js_get(row, "alg")),
	    js_text(unit_ctx, js_get(row, "publicKey")),
	    js_text(unit_ctx, js_get(row, "privateKey")));
}
