/* SPDX-License-Identifier: ISC */
/* pq: libpq.  Non-blocking throughout: a stopped server must not hang a worker, and no
 * setting of the server's or of the kernel bounds that. */
#include "port/pq.h"

#include <libpq-fe.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"

#define CONNECT_TIMEOUT_MS 3000

static struct {
	PGconn *conn;
	char constraint[64];
	long timeout; /* ms; 0: as configured */
} pq;

PGconn *
pq_conn(void)
{
	return pq.conn;
}

const char *
pq_constraint(void)
{
	return pq.constraint;
}

void
pq_set_timeout(long ms)
{
	pq.timeout = ms;
}

void
pq_close(void)
{
	PQfinish(pq.conn);
	pq.conn = NULL;
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

void
pq_complain(struct ctx *ctx, const char *event, const char *what)
{
	log_libpq(ctx, event, what, PQerrorMessage(pq.conn));
}

/* Waits until the socket is ready; false when the deadline has passed. */
static bool
wait_for(short events, int64_t deadline)
{
	struct pollfd p = { PQsocket(pq.conn), events, 0 };
	int64_t left = deadline - clock_mono();

	if (left <= 0 || p.fd < 0)
		return false;
	return poll(&p, 1, (int)left) >= 0;
}

static bool
connect_poll(int64_t deadline)
{
	PostgresPollingStatusType s = PGRES_POLLING_WRITING;

	while (s != PGRES_POLLING_OK) {
		if (s == PGRES_POLLING_FAILED ||
		    !wait_for(s == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
			return false;
		s = PQconnectPoll(pq.conn);
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

enum err
pq_connect(struct ctx *ctx)
{
	pq.conn = PQconnectStart(conf()->database_url);
	if (pq.conn == NULL || PQstatus(pq.conn) == CONNECTION_BAD ||
	    !connect_poll(clock_mono() + CONNECT_TIMEOUT_MS)) {
		log_libpq(ctx, "db-connect", "failed",
		    pq.conn != NULL && *PQerrorMessage(pq.conn) != '\0' ? PQerrorMessage(pq.conn)
		                                                        : "no answer");
		pq_close();
		return E_DB_DOWN;
	}
	PQsetnonblocking(pq.conn, 1);
	PQsetNoticeProcessor(pq.conn, ignore_notice, NULL);
	PQsetErrorVerbosity(pq.conn, PQERRORS_TERSE);
	return E_OK;
}

bool
pq_is_alive(void)
{
	struct pollfd p;

	if (pq.conn == NULL || PQstatus(pq.conn) != CONNECTION_OK)
		return false;
	p = (struct pollfd) { PQsocket(pq.conn), POLLIN, 0 };
	if (poll(&p, 1, 0) == 0)
		return true;
	return (p.revents & (POLLHUP | POLLERR)) == 0 && PQconsumeInput(pq.conn) != 0 &&
	    PQstatus(pq.conn) == CONNECTION_OK;
}

PGresult *
pq_collect(void)
{
	PGresult *last = NULL, *r;
	int64_t deadline = clock_mono() + (pq.timeout > 0 ? pq.timeout : conf()->database_timeout);
	int unsent;

	for (;;) {
		unsent = PQflush(pq.conn);
		if (unsent < 0)
			break;
		while (PQisBusy(pq.conn) == 0) {
			r = PQgetResult(pq.conn);
			if (r == NULL)
				return last;
			PQclear(last);
			last = r;
		}
		if (!wait_for(unsent != 0 ? POLLIN | POLLOUT : POLLIN, deadline) ||
		    PQconsumeInput(pq.conn) == 0)
			break;
	}
	PQclear(last);
	return NULL;
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
		{ "23514", E_REFUSED },
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

	snprintf(pq.constraint, sizeof(pq.constraint), "%s", name != NULL ? name : "");
}

/* The message is logged without its detail: that may quote the row. */
enum err
pq_failure(struct ctx *ctx, const char *what, const PGresult *r)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	enum err e;

	if (PQstatus(pq.conn) != CONNECTION_OK || state == NULL)
		return E_DB_DOWN;
	e = err_from_sqlstate(state);
	keep_constraint(r);
	if (e != E_CONFLICT && e != E_NO_PARENT)
		log_event(ctx, e == E_BAD_TEXT || e == E_REFUSED ? LOG_WARN : LOG_ERROR,
		    "db-statement", "%s: %s %s", what, state, primary != NULL ? primary : "");
	return e;
}
