/* SPDX-License-Identifier: ISC */
/* letter: a row of the outbox becomes a message, by the templates of MAIL_TEMPLATES. */
#ifndef FLOW_LETTER_H
#define FLOW_LETTER_H

#include <stddef.h>

struct arena;
struct ctx;
struct letters;
struct outbox_row;

/* Reads and checks NAME.txt and NAME.html of every kind of mail, and MAIL_FROM; all live in
 * that arena.  NULL: *why says what is wrong, with file and line. */
const struct letters *letter_load(struct arena *, const char **why);

struct letter {
	const char *from; /* bare addresses */
	const char *to;
	const char *text; /* the message, its lines ended by CRLF */
	size_t len;
};

/* NULL, or why this row can never be a message; never a word out of the row. */
const char *letter_write(struct ctx *, const struct letters *, const struct outbox_row *,
    struct letter *out);

#endif
