/* SPDX-License-Identifier: ISC */
/* db: PostgreSQL by libpq.  Non-blocking throughout: a stopped server must not hang a
 * worker, and no setting of the server's or of the kernel bounds that. */
#include "port/db.h"

#include <libpq-fe.h>

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"

#define CONNECT_TIMEOUT_MS 3000
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
	PGconn *conn;
	bool prepare;
	bool in_transaction;
	char *text[SQL_COUNT];    /* with fragments filled in; NULL: not yet */
	bool prepared[SQL_COUNT]; /* on this connection */
	enum err (*on_connect)(struct ctx *);
	const char *(*fragment)(const char *name);
	char constraint[64];
	long timeout; /* ms; 0: as configured */
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
	return db.constraint;
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

	PQfinish(db.conn);
	db.conn = NULL;
	db.in_transaction = false;
	for (i = 0; i < SQL_COUNT; i++) {
		free(db.text[i]);
		db.text[i] = NULL;
		db.prepared[i] = false;
	}
}

/* libpq's messages end in a newline and may have several lines. */
static void
log_libpq(struct ctx *ctx, const char *event, const char *what, const char *message)
{
	char line[300];
	size_t n = strcspn(message, "\n");

	snprintf(line, sizeof(line), "%.*s", (int)(n < 280 ? n : 280), message);
	log_event(ctx, LOG_ERROR, event, "%s: %s", what, line);
}

/* Waits until the socket is ready; false when the deadline has passed. */
static bool
wait_for(short events, int64_t deadline)
{
	struct pollfd p = { PQsocket(db.conn), events, 0 };
	int64_t left = deadline - clock_mono();

	if (left <= 0 || p.fd < 0)
		return false;
	return poll(&p, 1, (int)left) >= 0;
}

bool
db_is_pooler(const char *host, const char *port)
{
	return str_eq(port, "6432") || str_eq(port, "6543") ||
	    (host != NULL &&
	        (strstr(host, "pooler") != NULL || strstr(host, "pgbouncer") != NULL));
}

/* A pooler in transaction mode runs another client's statement under the same name. */
static bool
may_prepare(void)
{
	const char *mode = conf()->database_prepare, *host = PQhost(db.conn);

	if (!str_eq(mode, "auto"))
		return str_eq(mode, "on");
	return !db_is_pooler(host, PQport(db.conn));
}

static bool
connect_poll(int64_t deadline)
{
	PostgresPollingStatusType s = PGRES_POLLING_WRITING;

	while (s != PGRES_POLLING_OK) {
		if (s == PGRES_POLLING_FAILED ||
		    !wait_for(s == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
			return false;
		s = PQconnectPoll(db.conn);
	}
	return true;
}

/* Notices are for people at a terminal. */
static void
ignore_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static enum err
connect_now(struct ctx *ctx)
{
	db_close();
	db.conn = PQconnectStart(conf()->database_url);
	if (db.conn == NULL || PQstatus(db.conn) == CONNECTION_BAD ||
	    !connect_poll(clock_mono() + CONNECT_TIMEOUT_MS)) {
		log_libpq(ctx, "db-connect", "failed",
		    db.conn != NULL && *PQerrorMessage(db.conn) != '\0' ? PQerrorMessage(db.conn)
		                                                        : "no answer");
		db_close();
		return E_DB_DOWN;
	}
	PQsetnonblocking(db.conn, 1);
	PQsetNoticeProcessor(db.conn, ignore_notice, NULL);
	PQsetErrorVerbosity(db.conn, PQERRORS_TERSE);
	db.prepare = may_prepare();
	if (db.on_connect == NULL)
		return E_OK;
	enum err e = db.on_connect(ctx);
	if (e != E_OK)
		db_close();
	return e;
}

/* A connection that died while idle shows itself on the socket: seen here, even a write
 * can still go over a new one, since nothing of it was sent. */
static bool
is_alive(void)
{
	struct pollfd p;

	if (db.conn == NULL || PQstatus(db.conn) != CONNECTION_OK)
		return false;
	p = (struct pollfd) { PQsocket(db.conn), POLLIN, 0 };
	if (poll(&p, 1, 0) == 0)
		return true;
	return (p.revents & (POLLHUP | POLLERR)) == 0 && PQconsumeInput(db.conn) != 0 &&
	    PQstatus(db.conn) == CONNECTION_OK;
}

static enum err
ensure_connected(struct ctx *ctx)
{
	if (is_alive())
		return E_OK;
	return db.in_transaction ? E_DB_DOWN : connect_now(ctx);
}

/* The last result of what was sent, or NULL when the connection is gone or late. */
static PGresult *
collect(void)
{
	PGresult *last = NULL, *r;
	int64_t deadline = clock_mono() + (db.timeout > 0 ? db.timeout : conf()->database_timeout);
	int unsent;

	for (;;) {
		unsent = PQflush(db.conn);
		if (unsent < 0)
			break;
		while (PQisBusy(db.conn) == 0) {
			r = PQgetResult(db.conn);
			if (r == NULL)
				return last;
			PQclear(last);
			last = r;
		}
		if (!wait_for(unsent != 0 ? POLLIN | POLLOUT : POLLIN, deadline) ||
		    PQconsumeInput(db.conn) == 0)
			break;
	}
	PQclear(last);
	return NULL;
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
		if (PQsendQueryParams(db.conn, text, statements[id].params, NULL, args + 1, NULL,
		        NULL, 0) == 0)
			return NULL;
		return collect();
	}
	statement_name(text, name);
	if (!db.prepared[id]) {
		if (PQsendPrepare(db.conn, name, text, 0, NULL) == 0)
			return NULL;
		r = collect();
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			return r;
		PQclear(r);
		db.prepared[id] = true;
	}
	if (PQsendQueryPrepared(db.conn, name, statements[id].params, args + 1, NULL, NULL, 0) == 0)
		return NULL;
	return collect();
}

static enum err
err_from_sqlstate(const char *state)
{
	static const struct {
		const char *state;
		enum err e;
	} known[] = {
		{ "23505", E_CONFLICT },
		{ "23503", E_NO_PARENT },
		{ "22021", E_BAD_TEXT },
		{ "22P05", E_BAD_TEXT },
		{ "22P02", E_BAD_TEXT },
		{ "22003", E_BAD_TEXT },
		{ "54000", E_BAD_TEXT },
		{ "57P01", E_DB_DOWN },
		{ "57P02", E_DB_DOWN },
		{ "57P03", E_DB_DOWN },
		{ "53300", E_DB_DOWN },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].state, state) == 0)
			return known[i].e;
	return strncmp(state, "08", 2) == 0 ? E_DB_DOWN : E_DB;
}

static void
keep_constraint(const PGresult *r)
{
	const char *name = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

	snprintf(db.constraint, sizeof(db.constraint), "%s", name != NULL ? name : "");
}

/* The message is logged without its detail: that may quote the row. */
static enum err
failure(struct ctx *ctx, const char *what, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	enum err e;

	if (PQstatus(db.conn) != CONNECTION_OK || state == NULL)
		return E_DB_DOWN;
	e = err_from_sqlstate(state);
	if (e == E_CONFLICT || e == E_NO_PARENT)
		keep_constraint(r);
	else
		log_event(ctx, e == E_BAD_TEXT ? LOG_WARN : LOG_ERROR, "db-statement", "%s: %s %s",
		    what, state, primary != NULL ? primary : "");
	return e;
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
		log_libpq(ctx, "db-lost", statements[id].name, PQerrorMessage(db.conn));
		db_close();
		return E_DB_DOWN;
	}
	arena_defer(ctx->arena, defer_clear, r);
	status = PQresultStatus(r);
	*out = r;
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return E_OK;
	return failure(ctx, statements[id].name, r);
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

	if (PQsendQuery(db.conn, text) == 0 || (r = collect()) == NULL) {
		log_libpq(ctx, "db-lost", what, PQerrorMessage(db.conn));
		db_close();
		return E_DB_DOWN;
	}
	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		e = failure(ctx, what, r);
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
	if (db.conn == NULL)
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

void
db_set_timeout(long ms)
{
	db.timeout = ms;
}

const char *
db_option(struct ctx *ctx, const char *keyword)
{
	PQconninfoOption *all = db.conn != NULL ? PQconninfo(db.conn)
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
