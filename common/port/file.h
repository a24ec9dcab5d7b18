/* SPDX-License-Identifier: ISC */
/* file: a small text that others read while it changes. */
#ifndef PORT_FILE_H
#define PORT_FILE_H

#include <stdbool.h>

struct ctx;

/* Puts the text in the place of the file, whole or not at all, readable by all.  Nothing
 * is written when the file says the same already.  A failure is logged, and false. */
bool file_replace(struct ctx *, const char *path, const char *text);

#endif
