/* SPDX-License-Identifier: ISC */
/* doctor: questions about the whole database. */
#include "store/doctor.h"

#include "base/ctx.h"
#include "port/db.h"
#include "store/catalogue.h"

static const struct col server_cols[] = {
	COL(struct doctor_server, version),
	COL(struct doctor_server, now),
	{ 0 },
};

static const struct col shape_cols[] = {
	COL(struct doctor_shape, missing),
	COL(struct doctor_shape, migrated),
	COL(struct doctor_shape, byUserId),
	COL(struct doctor_shape, userIdIsUnique),
	{ 0 },
};

static const struct col accounts_cols[] = {
	COL(struct doctor_accounts, twins),
	COL(struct doctor_accounts, twin),
	COL(struct doctor_accounts, namesakes),
	COL(struct doctor_accounts, namesake),
	COL(struct doctor_accounts, capitals),
	COL(struct doctor_accounts, capital),
	COL(struct doctor_accounts, bare),
	COL(struct doctor_accounts, doubles),
	{ 0 },
};

static const struct col password_cols[] = {
	COL(struct doctor_password, sample),
	COL(struct doctor_password, n),
	{ 0 },
};

static const struct col owner_cols[] = {
	COL(struct doctor_owner, schema),
	COL(struct doctor_owner, table),
	COL(struct doctor_owner, column),
	COL_MAYBE(struct doctor_owner, action, "action"),
	{ 0 },
};

static const struct col outbox_cols[] = {
	COL(struct doctor_outbox, waiting),
	COL(struct doctor_outbox, failing),
	COL(struct doctor_outbox, lost),
	COL(struct doctor_outbox, error),
	{ 0 },
};

static const struct col addresses_cols[] = {
	COL(struct doctor_addresses, sessions),
	COL(struct doctor_addresses, addresses),
	COL(struct doctor_addresses, address),
	{ 0 },
};

enum err
doctor_server(struct ctx *ctx, struct doctor_server *out)
{
	return db_one(ctx, doctor_server, server_cols, out);
}

enum err
doctor_shape(struct ctx *ctx, struct doctor_shape *out)
{
	struct catalogue_row row = { 0 };
	enum err e = db_one(ctx, doctor_shape, shape_cols, out);

	if (e == E_OK)
		e = catalogue_read(ctx, &row);
	out->user_columns = row.user_columns;
	out->unwritten = row.unwritten;
	out->unusable = row.unusable;
	return e;
}

enum err
doctor_accounts(struct ctx *ctx, struct doctor_accounts *out)
{
	return db_one(ctx, doctor_accounts, accounts_cols, out);
}

enum err
doctor_passwords(struct ctx *ctx, struct doctor_password **rows, size_t *n)
{
	return db_many(ctx, doctor_passwords, password_cols, sizeof(**rows), rows, n);
}

enum err
doctor_cascades(struct ctx *ctx, struct doctor_owner **rows, size_t *n)
{
	return db_many(ctx, doctor_cascades, owner_cols, sizeof(**rows), rows, n);
}

enum err
doctor_outbox(struct ctx *ctx, struct doctor_outbox *out)
{
	return db_one(ctx, doctor_outbox, outbox_cols, out);
}

enum err
doctor_addresses(struct ctx *ctx, struct doctor_addresses *out)
{
	return db_one(ctx, doctor_addresses, addresses_cols, out);
}
