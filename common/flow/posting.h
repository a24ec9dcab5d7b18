/* SPDX-License-Identifier: ISC */
/* posting: takes mails out of the outbox and has them delivered: by SMTP_URL, or else as
 * files in MAIL_DIR. */
#ifndef FLOW_POSTING_H
#define FLOW_POSTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* One of the two is set. */
bool posting_is_configured(void);

/* Reads the templates into that arena; NULL, or what is wrong with the settings. */
const char *posting_open(struct arena *);

/* told() is true when the mail under way is to be the last, must_stop() when it has to be
 * let go. */
struct posting {
	bool (*told)(void);
	bool (*must_stop)(void);
	int64_t wait; /* out: ms until there is something to do; -1: when woken */
	bool down;    /* out: the mail server takes nothing; being woken changes nothing */
};

/* Sends all that is due.  Not E_OK: the database has failed. */
enum err posting_drain(struct arena *, struct posting *);

#endif
