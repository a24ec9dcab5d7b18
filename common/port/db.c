/* SPDX-License-Identifier: ISC */
/* db: named statements, their rows, transactions. */
#include "port/db.h"

#include <libpq-fe.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "port/pq.h"

#define PARAMS_MAX 30
#define STATEMENT_NAME_SIZE 24

enum kind { ONE, MANY, WRITE };

static const struct {
	const char *name;
	enum kind kind;
	int params;
	const char *text;
} statements[] = {
#define SQL(name, kind, params, text) [SQL_##name] = { #name, kind, params, text },
#include "sql.def"
#undef SQL
};

static struct {
	bool prepare;
	bool in_transaction;
	char *text[SQL_COUNT];    /* with fragments filled in; NULL: not yet */
	bool prepared[SQL_COUNT]; /* on this connection */
	enum err (*on_connect)(struct ctx *);
	const char *(*fragment)(const char *name);
} db;

const char *
db_sql_text(enum sql_id id)
{
	return statements[id].text;
}

const char *
db_sql_name(enum sql_id id)
{
	return statements[id].name;
}

void
db_on_connect(enum err (*fn)(struct ctx *), const char *(*fragment)(const char *))
{
	db.on_connect = fn;
	db.fragment = fragment;
}

const char *
db_constraint(void)
{
	return pq_constraint();
}

void
db_set_timeout(long ms)
{
	pq_set_timeout(ms);
}

const char *
db_int(struct ctx *ctx, int64_t n)
{
	return str_printf(ctx->arena, "%" PRId64, n);
}

const char *
db_stamp(struct ctx *ctx, int64_t ms)
{
	char text[CLOCK_ISO_SIZE];

	clock_iso(ms, text);
	return arena_strdup(ctx->arena, text);
}

const char *
db_bool(bool value)
{
	return value ? "t" : "f";
}

void
db_close(void)
{
	int i;

	pq_close();
	db.in_transaction = false;
	for (i = 0; i < SQL_COUNT; i++) {
		free(db.text[i]);
		db.text[i] = NULL;
		db.prepared[i] = false;
	}
}

bool
db_is_pooler(const char *host, const char *port)
{
	return str_eq(port, "6432") || str_eq(port, "6543") ||
	    (host != NULL && (strstr(host, "pooler") != NULL || strstr(host, "pgbouncer") != NULL));
}

/* A pooler in transaction mode runs another client's statement under the same name. */
static bool
may_prepare(void)
{
	const char *mode = conf()->database_prepare, *host = PQhost(pq_conn());

	if (!str_eq(mode, "auto"))
		return str_eq(mode, "on");
	return !db_is_pooler(host, PQport(pq_conn()));
}

static enum err
connect_now(struct ctx *ctx)
{
	enum err e;

	db_close();
	e = pq_connect(ctx);
	db.prepare = e == E_OK && may_prepare();
	if (e != E_OK || db.on_connect == NULL)
		return e;
	e = db.on_connect(ctx);
	if (e != E_OK)
		db_close();
	return e;
}

static enum err
ensure_connected(struct ctx *ctx)
{
	if (pq_is_alive())
		return E_OK;
	return db.in_transaction ? E_DB_DOWN : connect_now(ctx);
}

/* Copies text with each fragment replaced by what the catalogue says. */
static char *
fill_fragments(struct ctx *ctx, const char *text)
{
	struct buf b = buf_new(ctx->arena, strlen(text) + 64);
	const char *at, *name_end, *end;

	while (db.fragment != NULL && (at = strstr(text, "/*+")) != NULL) {
		name_end = strstr(at, "*/");
		end = strstr(at, "/*-*/");
		assert(name_end != NULL && end != NULL);
		buf_addn(&b, text, (size_t)(at - text));
		at += 3;
		buf_add(&b, db.fragment(arena_strndup(ctx->arena, at, (size_t)(name_end - at))));
		text = end + 5;
	}
	buf_add(&b, text);
	return strdup(b.p);
}

static const char *
statement_text(struct ctx *ctx, enum sql_id id)
{
	if (db.text[id] == NULL)
		db.text[id] = fill_fragments(ctx, statements[id].text);
	assert(db.text[id] != NULL);
	return db.text[id];
}

/* Two clients that share a name behind a pooler must mean the same statement. */
static void
statement_name(const char *text, char out[static STATEMENT_NAME_SIZE])
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	snprintf(out, STATEMENT_NAME_SIZE, "p%016" PRIx64, h);
}

static PGresult *
send_statement(struct ctx *ctx, enum sql_id id, const char *const *args)
{
	const char *text = statement_text(ctx, id);
	char name[STATEMENT_NAME_SIZE];
	PGresult *r;

	if (!db.prepare) {
		if (PQsendQueryParams(pq_conn(), text, statements[id].params, NULL, args + 1, NULL,
		        NULL, 0) == 0)
			return NULL;
		return pq_collect();
	}
	statement_name(text, name);
	if (!db.prepared[id]) {
		if (PQsendPrepare(pq_conn(), name, text, 0, NULL) == 0)
			return NULL;
		r = pq_collect();
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			return r;
		PQclear(r);
		db.prepared[id] = true;
	}
	if (PQsendQueryPrepared(pq_conn(), name, statements[id].params, args + 1, NULL, NULL, 0) ==
	    0)
		return NULL;
	return pq_collect();
}

static void
defer_clear(void *r)
{
	PQclear(r);
}

static enum err
try_once(struct ctx *ctx, enum sql_id id, const char *const *args, PGresult **out)
{
	ExecStatusType status;
	PGresult *r;
	enum err e;

	e = ensure_connected(ctx);
	if (e != E_OK)
		return e;
	r = send_statement(ctx, id, args);
	if (r == NULL) {
		pq_complain(ctx, "db-lost", statements[id].name);
		db_close();
		return E_DB_DOWN;
	}
	arena_defer(ctx->arena, defer_clear, r);
	status = PQresultStatus(r);
	*out = r;
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return E_OK;
	return pq_failure(ctx, statements[id].name, r);
}

/* A plan made for a column that a migration has since changed (0A000), or a statement
 * that a pooler has forgotten (26000): what was prepared is stale, nothing was done. */
static bool
is_stale(const PGresult *r)
{
	const char *state = r != NULL ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

	return state != NULL && !db.in_transaction &&
	    (strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0);
}

static enum err
run(struct ctx *ctx, enum sql_id id, const char *const *args, PGresult **out)
{
	bool in_transaction = db.in_transaction;
	enum err e;

	*out = NULL;
	e = try_once(ctx, id, args, out);
	if (e == E_DB && is_stale(*out)) {
		db_close();
		return try_once(ctx, id, args, out);
	}
	if (e == E_DB_DOWN && !in_transaction) {
		db_close();
		if (statements[id].kind != WRITE)
			return try_once(ctx, id, args, out);
	}
	return e;
}

static enum err
copy_value(struct ctx *ctx, const PGresult *r, int row, int column, const struct col *col,
    char *base)
{
	bool null = PQgetisnull(r, row, column) != 0;
	const char *text = PQgetvalue(r, row, column);
	char *to = base + col->offset;
	int64_t ms = STAMP_NULL;

	switch (col->type) {
	case COL_TEXT:
		*(const char **)(void *)to = null ? NULL : arena_strdup(ctx->arena, text);
		return E_OK;
	case COL_BOOL:
		*(bool *)to = !null && *text == 't';
		return E_OK;
	case COL_INT:
		*(int64_t *)(void *)to = null ? 0 : strtoll(text, NULL, 10);
		return E_OK;
	default:
		if (!null && !clock_parse(text, &ms))
			return E_DB;
		((struct stamp *)(void *)to)->ms = ms;
		return E_OK;
	}
}

/* By exact name (PQfnumber folds case), looking first where the one before was found. */
static int
find_column(const PGresult *r, const char *name, int start)
{
	int i, n = PQnfields(r);

	for (i = 0; i < n; i++)
		if (strcmp(PQfname(r, (start + i) % n), name) == 0)
			return (start + i) % n;
	return -1;
}

/* Columns are found by name; a missing one is a mistake in the statement. */
static enum err
copy_row(struct ctx *ctx, enum sql_id id, const PGresult *r, int row, const struct col *cols,
    void *out)
{
	const struct col *col;
	int column, next = 0;

	for (col = cols; col->name != NULL; col++) {
		column = find_column(r, col->name, next);
		next = column < 0 ? next : column + 1;
		if (column < 0 && col->optional)
			continue;
		if (column < 0 || copy_value(ctx, r, row, column, col, out) != E_OK) {
			log_event(ctx, LOG_ERROR, "db-column", "%s: %s", statements[id].name,
			    col->name);
			return E_DB;
		}
	}
	return E_OK;
}

enum err
db_run_one(struct ctx *ctx, enum sql_id id, const char *const *args, const struct col *cols,
    void *out)
{
	PGresult *r;
	enum err e = run(ctx, id, args, &r);

	if (e != E_OK)
		return e;
	if (PQntuples(r) == 0)
		return E_NO_ROW;
	return copy_row(ctx, id, r, 0, cols, out);
}

enum err
db_run_many(struct ctx *ctx, enum sql_id id, const char *const *args, const struct col *cols,
    size_t size, void *rows, size_t *n)
{
	PGresult *r;
	enum err e = run(ctx, id, args, &r);
	char *array;
	int i;

	*n = 0;
	if (e != E_OK)
		return e;
	array = arena_alloc(ctx->arena, size * (size_t)PQntuples(r));
	for (i = 0; i < PQntuples(r); i++) {
		e = copy_row(ctx, id, r, i, cols, array + (size_t)i * size);
		if (e != E_OK)
			return e;
	}
	*(void **)rows = array;
	*n = (size_t)PQntuples(r);
	return E_OK;
}

enum err
db_run_exec(struct ctx *ctx, enum sql_id id, const char *const *args, int64_t *affected)
{
	PGresult *r;
	enum err e = run(ctx, id, args, &r);

	if (e == E_OK && affected != NULL)
		*affected = strtoll(PQcmdTuples(r), NULL, 10);
	return e;
}

static enum err
simple(struct ctx *ctx, const char *text, const char *what)
{
	PGresult *r;
	enum err e = E_OK;

	if (PQsendQuery(pq_conn(), text) == 0 || (r = pq_collect()) == NULL) {
		pq_complain(ctx, "db-lost", what);
		db_close();
		return E_DB_DOWN;
	}
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		e = pq_failure(ctx, what, r);
	PQclear(r);
	return e;
}

static void
rollback(void *p)
{
	struct arena *scratch;
	struct ctx ctx = { 0 };

	(void)p;
	if (!db.in_transaction)
		return;
	db.in_transaction = false;
	if (pq_conn() == NULL)
		return;
	scratch = arena_new((size_t)1024 * 1024);
	ctx.arena = scratch;
	if (simple(&ctx, "ROLLBACK", "rollback") != E_OK)
		db_close();
	arena_free(scratch);
}

enum err
db_begin(struct ctx *ctx)
{
	enum err e = ensure_connected(ctx);

	assert(!db.in_transaction);
	if (e == E_OK)
		e = simple(ctx, "BEGIN", "begin");
	if (e != E_OK)
		return e;
	db.in_transaction = true;
	arena_defer(ctx->arena, rollback, NULL);
	return E_OK;
}

enum err
db_commit(struct ctx *ctx)
{
	enum err e;

	assert(db.in_transaction);
	/* The server would answer with ROLLBACK, and call that no error. */
	if (PQtransactionStatus(pq_conn()) == PQTRANS_INERROR)
		return E_DB;
	e = simple(ctx, "COMMIT", "commit");
	if (e == E_OK)
		db.in_transaction = false;
	return e;
}

enum err
db_script(struct ctx *ctx, const char *text)
{
	enum err e = ensure_connected(ctx);

	return e != E_OK ? e : simple(ctx, text, "script");
}

const char *
db_option(struct ctx *ctx, const char *keyword)
{
	PQconninfoOption *all = pq_conn() != NULL ? PQconninfo(pq_conn())
	                                          : PQconninfoParse(conf()->database_url, NULL);
	const PQconninfoOption *o;
	const char *value = NULL;

	for (o = all; o != NULL && o->keyword != NULL; o++)
		if (strcmp(o->keyword, keyword) == 0)
			value = arena_strdup(ctx->arena, o->val);
	PQconninfoFree(all);
	return value;
}

void
db_warm(struct ctx *ctx)
{
	(void)ensure_connected(ctx);
}
