/* SPDX-License-Identifier: ISC */
/* pq: the one connection to PostgreSQL.  For port/db alone. */
#ifndef PORT_PQ_H
#define PORT_PQ_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct pg_conn;
struct pg_result;

/* NULL: there is none. */
struct pg_conn *pq_conn(void);

/* A new one, where there is none. */
enum err pq_connect(struct ctx *);
void pq_close(void);

/* A connection that died while idle shows itself on the socket: seen here, even a write
 * can still go over a new one, since nothing of it was sent. */
bool pq_is_alive(void);

/* The last result of what was sent, or NULL when the connection is gone or late. */
struct pg_result *pq_collect(void);

/* What a result that is none means; logs what is nobody's business above. */
enum err pq_failure(struct ctx *, const char *what, const struct pg_result *);

/* As db_constraint and db_set_timeout. */
const char *pq_constraint(void);
void pq_set_timeout(long ms);

/* Logs libpq's own words. */
void pq_complain(struct ctx *, const char *event, const char *what);

#endif
