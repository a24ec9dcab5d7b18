/* SPDX-License-Identifier: ISC */
/* outbox: rows of postern.outbox. */
#include "store/outbox.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/log.h"
#include "port/db.h"
#include "port/secret.h"
#include "port/wake.h"

static const struct col row_cols[] = {
	COL(struct outbox_row, id),
	COL(struct outbox_row, template),
	COL(struct outbox_row, recipient),
	COL(struct outbox_row, name),
	COL(struct outbox_row, url),
	COL(struct outbox_row, new_email),
	COL(struct outbox_row, created_at),
	COL(struct outbox_row, attempts),
	COL(struct outbox_row, late),
	{ 0 },
};

struct waiting {
	int64_t wait_ms;
};

static const struct col waiting_cols[] = { COL(struct waiting, wait_ms), { 0 } };

static void
wake(void *p)
{
	(void)p;
	wake_send();
}

static const char *
data_of(struct ctx *ctx, const struct mail *m)
{
	struct json j = json_new(ctx->arena, 512);

	json_open(&j, NULL);
	json_text(&j, "name", m->name);
	json_text(&j, "url", m->url);
	if (m->new_email != NULL)
		json_text(&j, "newEmail", m->new_email);
	json_close(&j);
	return json_done(&j);
}

enum err
outbox_put(struct ctx *ctx, const struct mail *m)
{
	bool limited = conf()->rate_limit && !m->unlimited;
	int64_t n = 0;
	enum err e = db_exec(ctx, outbox_put, &n, secret_id(ctx, SECRET_ID_LENGTH), m->template,
	    m->to, data_of(ctx, m), db_int(ctx, limited ? conf()->mail_per_hour : 0));

	if (e == E_OK && n == 0)
		log_event(ctx, LOG_WARN, "mail-limited", "%s: MAIL_PER_HOUR of its address",
		    m->template);
	else if (e == E_OK)
		arena_defer(ctx->arena, wake, NULL);
	return e;
}

enum err
outbox_claim(struct ctx *ctx, long seconds, struct outbox_row *out)
{
	return db_one(ctx, outbox_claim, row_cols, out, db_int(ctx, seconds));
}

enum err
outbox_sent(struct ctx *ctx, const char *id)
{
	return db_exec(ctx, outbox_sent, NULL, id);
}

enum err
outbox_retry(struct ctx *ctx, const char *id, const char *error, long first_wait)
{
	return db_exec(ctx, outbox_retry, NULL, id, error, db_int(ctx, first_wait));
}

enum err
outbox_give_up(struct ctx *ctx, const char *id, const char *error)
{
	return db_exec(ctx, outbox_give_up, NULL, id, error);
}

enum err
outbox_release(struct ctx *ctx, const char *id)
{
	return db_exec(ctx, outbox_release, NULL, id);
}

enum err
outbox_wait(struct ctx *ctx, int64_t *ms)
{
	struct waiting row = { 0 };
	enum err e = db_one(ctx, outbox_wait, waiting_cols, &row);

	*ms = row.wait_ms;
	return e;
}

enum err
outbox_purge(struct ctx *ctx, long days, int64_t *n)
{
	return db_exec(ctx, outbox_purge, n, db_int(ctx, days));
}
