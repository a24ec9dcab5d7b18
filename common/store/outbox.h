/* SPDX-License-Identifier: ISC */
/* outbox: rows of postern.outbox, the mails to be sent. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct mail {
	const char *template; /* a name of share/mail */
	const char *to;
	const char *name;
	const char *url;
	const char *new_email; /* NULL: none */
	bool unlimited;        /* MAIL_PER_HOUR does not hold: the operator asks for it */
};

/* A row, in the caller's transaction if there is one; once the answer is sent the mailer
 * is woken.  Beyond MAIL_PER_HOUR no row, and E_OK: the client is not to know. */
enum err outbox_put(struct ctx *, const struct mail *);

struct outbox_row {
	const char *id;
	const char *template;
	const char *recipient;
	const char *name;
	const char *url;
	const char *new_email;
	struct stamp created_at;
	int64_t attempts; /* with this one */
	bool late;        /* older than a day: its link has long ended */
};

/* Takes a due mail for so many seconds; E_NO_ROW when none is due. */
enum err outbox_claim(struct ctx *, long seconds, struct outbox_row *out);

/* How it ended.  Sent and given up clear the row's secrets; release forgets the attempt. */
enum err outbox_sent(struct ctx *, const char *id);
enum err outbox_retry(struct ctx *, const char *id, const char *error, long first_wait);
enum err outbox_give_up(struct ctx *, const char *id, const char *error);
enum err outbox_release(struct ctx *, const char *id);

/* Milliseconds until one is due; E_NO_ROW when none is waiting. */
enum err outbox_wait(struct ctx *, int64_t *ms);

/* Deletes what has been done with for so many days; *n tells how many rows. */
enum err outbox_purge(struct ctx *, long days, int64_t *n);

#endif
