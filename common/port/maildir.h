/* SPDX-License-Identifier: ISC */
/* maildir: mails as files in a folder of their own, for development. */
#ifndef PORT_MAILDIR_H
#define PORT_MAILDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;

/* Writes MAIL_DIR/TIME-ID.eml, whole or not at all, and lists the newest names, newest
 * first, in index.json; files beyond MAILDIR_KEPT are removed.  The same mail twice is one
 * file.  False when it cannot; that is logged here. */
#define MAILDIR_KEPT 200
bool maildir_write(struct ctx *, int64_t when, const char *id, const char *text, size_t len);

#endif
