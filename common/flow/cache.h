/* SPDX-License-Identifier: ISC */
/* cache: the browser's signed copy of its session, which spares the database
 * (wire.md section 8). */
#ifndef FLOW_CACHE_H
#define FLOW_CACHE_H

#include <stdbool.h>

struct req;
struct reply;
struct session;

/* The session of that token as the request's copy tells it.  False without a good copy;
 * a bad one is cleared. */
bool cache_read(struct req *, struct reply *, const char *token, struct session *out);

/* Hands out a copy; nothing to do with COOKIE_CACHE off. */
void cache_write(struct req *, struct reply *, const struct session *, bool remember);

/* Clears every part of a copy that the request has. */
void cache_clear(struct req *, struct reply *);

#endif
