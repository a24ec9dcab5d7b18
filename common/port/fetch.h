/* SPDX-License-Identifier: ISC */
/* fetch: one small text from the web, by libcurl. */
#ifndef PORT_FETCH_H
#define PORT_FETCH_H

#include <stddef.h>

struct ctx;

/* The body of a 200 to a GET, at most max bytes, ended by a NUL that is not part of *len:
 * over https, or over http from this machine alone; without following redirects, within ten
 * seconds.  NULL with the reason in *why. */
const char *fetch_text(struct ctx *, const char *url, size_t max, size_t *len, const char **why);

#endif
