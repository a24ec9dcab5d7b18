/* SPDX-License-Identifier: ISC */
/* smtp: hands one message to the server of SMTP_URL, by libcurl. */
#ifndef PORT_SMTP_H
#define PORT_SMTP_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;

/* NULL, or what is wrong with SMTP_URL; for the start. */
const char *smtp_check(struct ctx *);

struct smtp_mail {
	const char *from; /* bare addresses */
	const char *to;
	const char *text; /* lines ended by CRLF */
	size_t len;
};

enum smtp_end {
	SMTP_SENT,    /* the server has taken it */
	SMTP_LATER,   /* the server asks to try again, or left us in doubt */
	SMTP_REFUSED, /* the server will never take it */
	SMTP_DOWN,    /* no mail gets through: no server, no TLS, no login, no sender */
	SMTP_STOPPED  /* stop() was true */
};

/* Ends by MAIL_TIMEOUT.  *why, in the request's arena, is for the row and the log: a
 * server's own words may quote the message, so that only its codes are in it. */
enum smtp_end smtp_send(struct ctx *, const struct smtp_mail *, bool (*stop)(void),
    const char **why);

#endif
