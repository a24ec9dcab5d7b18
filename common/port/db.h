/* SPDX-License-Identifier: ISC */
/* db: PostgreSQL by libpq.  Statements are the named ones of sql/queries; every value is a
 * parameter in text form.  One connection a process, made on first use and again when it
 * is lost; every call ends by DATABASE_TIMEOUT. */
#ifndef PORT_DB_H
#define PORT_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

enum sql_id {
#define SQL(name, kind, params, text) SQL_##name,
#include "sql.def"
#undef SQL
	SQL_COUNT
};

enum {
#define SQL(name, kind, params, text) SQL_PARAMS_##name = params,
#include "sql.def"
#undef SQL
};

/* Where a column of a result goes in a struct.  COL_OPTIONAL columns may be missing from
 * the result; a null text is NULL, a null number 0, a null bool false. */
enum col_type { COL_TEXT, COL_BOOL, COL_INT, COL_STAMP };

struct col {
	const char *name;
	enum col_type type;
	bool optional;
	size_t offset;
};

#define COL_TYPE(s, member) \
	_Generic(((s *)0)->member, const char *: COL_TEXT, bool: COL_BOOL, int64_t: COL_INT, \
	    struct stamp: COL_STAMP)
#define COL(s, member) \
	{ \
#member, COL_TYPE(s, member), false, offsetof(s, member) \
	}
#define COL_AS(s, member, column) \
	{ \
		column, COL_TYPE(s, member), false, offsetof(s, member) \
	}
#define COL_MAYBE(s, member, column) \
	{ \
		column, COL_TYPE(s, member), true, offsetof(s, member) \
	}

/* The parameters of a call.  A wrong number of them is an array of negative size, which
 * does not compile. */
#define DB_LIST(...) ((const char *const[]) { NULL, ##__VA_ARGS__ })
#define DB_COUNT(...) (sizeof(DB_LIST(__VA_ARGS__)) / sizeof(char *) - 1)
#define DB_ARGS(stmt, ...) \
	(DB_LIST(__VA_ARGS__) + \
	    0 * sizeof(char[DB_COUNT(__VA_ARGS__) == SQL_PARAMS_##stmt ? 1 : -1]))

/* One row into *out: E_OK, E_NO_ROW, or a failure.  Rows beyond the first are a mistake
 * of the statement and are ignored.  Texts live in the request's arena. */
#define db_one(ctx, stmt, cols, out, ...) \
	db_run_one((ctx), SQL_##stmt, DB_ARGS(stmt, ##__VA_ARGS__), (cols), (out))

/* All rows: *rows is an array of *n structs of the given size. */
#define db_many(ctx, stmt, cols, size, rows, n, ...) \
	db_run_many((ctx), SQL_##stmt, DB_ARGS(stmt, ##__VA_ARGS__), (cols), (size), (rows), (n))

/* No rows wanted; *affected (may be NULL) is the number of rows changed. */
#define db_exec(ctx, stmt, affected, ...) \
	db_run_exec((ctx), SQL_##stmt, DB_ARGS(stmt, ##__VA_ARGS__), (affected))

enum err db_run_one(struct ctx *, enum sql_id, const char *const *args, const struct col *,
    void *out);
enum err db_run_many(struct ctx *, enum sql_id, const char *const *args, const struct col *,
    size_t size, void *rows, size_t *n);
enum err db_run_exec(struct ctx *, enum sql_id, const char *const *args, int64_t *affected);

/* A transaction.  What db_commit has not confirmed is rolled back with the arena. */
enum err db_begin(struct ctx *);
enum err db_commit(struct ctx *);

/* Runs a text of several statements (a migration, a test's set-up). */
enum err db_script(struct ctx *, const char *text);

/* Name of the constraint that the last E_CONFLICT, E_NO_PARENT or E_REFUSED broke, or "". */
const char *db_constraint(void);

/* Parameters that are not text. */
const char *db_int(struct ctx *, int64_t);
const char *db_stamp(struct ctx *, int64_t ms);
const char *db_bool(bool);

/* fn is called after every connect and may run statements.  fragment tells what replaces
 * a part of a statement between the comments "+NAME" and "-", out of a closed list of
 * texts, never input; what stands between them makes the statement valid in psql. */
void db_on_connect(enum err (*fn)(struct ctx *), const char *(*fragment)(const char *name));

/* From now on statements may take so many milliseconds: for migrations. */
void db_set_timeout(long ms);

/* What an option of the connection is (host, port, sslmode), without one of DATABASE_URL;
 * NULL when it is not set. */
const char *db_option(struct ctx *, const char *keyword);

/* By these names, either of which may be NULL, a pooler is between us and the database. */
bool db_is_pooler(const char *host, const char *port);

/* Connects now if it can; a failure is only logged.  For start-up. */
void db_warm(struct ctx *);

void db_close(void);

/* Text, name and number of statements, for the test that prepares them all. */
const char *db_sql_text(enum sql_id);
const char *db_sql_name(enum sql_id);

#endif
