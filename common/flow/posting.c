/* SPDX-License-Identifier: ISC */
/* posting: one mail after the other.  A mail is claimed, delivered and recorded; no
 * transaction and no connection is held in between. */
#include "flow/posting.h"

#include <stdio.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/letter.h"
#include "port/maildir.h"
#include "port/smtp.h"
#include "store/outbox.h"

#define SETTLE_MS 30000   /* for the database to come back, to be told how it ended */
#define DB_PAUSE_MS 60000 /* at most, between tries to reach the database */
#define LOCKED_MS 250     /* a due mail that another mailer is just taking */
#define PURGE_MS 3600000

static struct {
	const struct letters *letters;
	int64_t purged; /* when, last; 0: never */
	int64_t db_pause;
} own;

bool
posting_is_configured(void)
{
	return *conf()->smtp_url != '\0' || *conf()->mail_dir != '\0';
}

const char *
posting_open(struct arena *a)
{
	struct ctx ctx = { .arena = a };
	const char *why = NULL;

	if (*conf()->smtp_url != '\0' && (why = smtp_check(&ctx)) != NULL)
		return str_printf(a, "SMTP_URL: %s", why);
	own.letters = letter_load(a, &why);
	return why;
}

static void
nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static enum smtp_end
deliver(struct ctx *ctx, const struct posting *p, const struct outbox_row *row, const char **why)
{
	struct letter l;

	*why = row->late ? "older than a day" : letter_write(ctx, own.letters, row, &l);
	if (*why != NULL)
		return SMTP_REFUSED;
	if (*conf()->smtp_url != '\0')
		return smtp_send(ctx, &(struct smtp_mail) { l.from, l.to, l.text, l.len },
		    p->must_stop, why);
	*why = "cannot write the file";
	return maildir_write(ctx, row->created_at.ms, row->id, l.text, l.len) ? SMTP_SENT
	                                                                      : SMTP_DOWN;
}

/* A mail that fails for a reason of its own has so many attempts; one that shares the
 * reason with all others has a day. */
static enum smtp_end
count_attempts(const struct outbox_row *row, enum smtp_end end)
{
	return end == SMTP_LATER && row->attempts >= conf()->mail_attempts ? SMTP_REFUSED : end;
}

static enum err
record(struct ctx *ctx, const struct outbox_row *row, enum smtp_end end, const char *why)
{
	switch (end) {
	case SMTP_SENT:
		return outbox_sent(ctx, row->id);
	case SMTP_REFUSED:
		return outbox_give_up(ctx, row->id, why);
	case SMTP_STOPPED:
		return outbox_release(ctx, row->id);
	default:
		return outbox_retry(ctx, row->id, why, conf()->mail_retry);
	}
}

/* Never the address or the link. */
static void
tell(struct ctx *ctx, const struct outbox_row *row, enum smtp_end end, const char *why)
{
	static const struct {
		enum log_level level;
		const char *event;
	} words[] = {
		[SMTP_SENT] = { LOG_INFO, "mail-sent" },
		[SMTP_LATER] = { LOG_WARN, "mail-later" },
		[SMTP_REFUSED] = { LOG_ERROR, "mail-given-up" },
		[SMTP_DOWN] = { LOG_ERROR, "mail-server" },
		[SMTP_STOPPED] = { LOG_INFO, "mail-released" },
	};

	log_event(ctx, words[end].level, words[end].event, "%s, attempt %d%s%s", row->template,
	    (int)row->attempts, end == SMTP_SENT ? "" : ": ", end == SMTP_SENT ? "" : why);
}

/* What is not recorded is sent again when its claim ends: worth some patience. */
static enum err
settle(struct ctx *ctx, const struct posting *p, const struct outbox_row *row, enum smtp_end end,
    const char *why)
{
	int64_t deadline = clock_mono() + SETTLE_MS;
	enum err e;

	while ((e = record(ctx, row, end, why)) == E_DB_DOWN && clock_mono() < deadline &&
	    !p->must_stop())
		nap(1000);
	return e;
}

static long
claim_seconds(void)
{
	return 2 * conf()->mail_timeout + SETTLE_MS / 1000 + 15;
}

/* One due mail; E_NO_ROW when there is none. */
static enum err
send_next(struct ctx *ctx, struct posting *p)
{
	struct outbox_row row = { 0 };
	enum smtp_end end;
	const char *why;
	enum err e = outbox_claim(ctx, claim_seconds(), &row);

	if (e != E_OK)
		return e;
	ctx->request_id = row.id;
	end = count_attempts(&row, deliver(ctx, p, &row, &why));
	p->down = end == SMTP_DOWN;
	tell(ctx, &row, end, why);
	return settle(ctx, p, &row, end, why);
}

static enum err
purge(struct ctx *ctx)
{
	int64_t n = 0;
	enum err e;

	if (conf()->mail_keep > 0 && own.purged != 0 && clock_mono() - own.purged < PURGE_MS)
		return E_OK;
	e = outbox_purge(ctx, conf()->mail_keep, &n);
	if (e == E_OK)
		own.purged = clock_mono();
	return e;
}

/* Milliseconds to sleep after all that is due was sent; -1: until woken. */
static int64_t
next_wait(struct ctx *ctx)
{
	int64_t poll_ms = conf()->mail_poll > 0 ? (int64_t)conf()->mail_poll * 1000 : -1, ms = 0;
	enum err e = purge(ctx);

	if (e == E_OK)
		e = outbox_wait(ctx, &ms);
	if (e == E_NO_ROW)
		return poll_ms;
	if (e != E_OK)
		return DB_PAUSE_MS;
	ms = ms < LOCKED_MS ? LOCKED_MS : ms;
	return poll_ms >= 0 && poll_ms < ms ? poll_ms : ms;
}

enum err
posting_drain(struct arena *arena, struct posting *p)
{
	struct ctx ctx = { .arena = arena };
	enum err e = E_OK;

	p->down = false;
	while (e == E_OK && !p->down && !p->told()) {
		ctx.now = clock_now();
		e = send_next(&ctx, p);
		ctx.request_id = NULL;
		arena_reset(arena);
	}
	e = e == E_NO_ROW ? E_OK : e;
	own.db_pause = e == E_OK ? 0 : own.db_pause * 2 + 1000;
	if (own.db_pause > DB_PAUSE_MS)
		own.db_pause = DB_PAUSE_MS;
	p->wait = own.db_pause;
	if (p->down)
		p->wait = (int64_t)conf()->mail_retry * 1000;
	else if (e == E_OK && !p->told())
		p->wait = next_wait(&ctx);
	arena_reset(arena);
	return e;
}
