/* SPDX-License-Identifier: ISC */
/* cookie: reading and writing cookies (wire.md section 4). */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include <stddef.h>

struct ctx;
struct req;
struct reply;

#define COOKIE_SESSION_ONLY (-1L) /* no Max-Age: ends with the browser */

/* The full name: __Secure- on https, the prefix, a dot, the name. */
const char *cookie_name(struct ctx *, const char *name);

/* The decoded value of the request's cookie of that (short) name, NULL when absent. */
const char *cookie_get(struct req *, const char *name);

/* The same for any Cookie header and full name. */
const char *cookie_find(struct ctx *, const char *header, const char *full_name);

/* Bytes of the line that cookie_set would write, without those of the value. */
size_t cookie_overhead(struct ctx *, const char *name, long max_age);

/* Adds a Set-Cookie line; value is percent-encoded here.  max_age in seconds. */
void cookie_set(struct req *, struct reply *, const char *name, const char *value, long max_age);

/* Clears it in the browser, and takes back what this answer has set of that name. */
void cookie_expire(struct req *, struct reply *, const char *name);

#endif
