/* SPDX-License-Identifier: ISC */
/* exchange: a FastCGI request in memory, by libfcgi's own streams. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stddef.h>

struct arena;
struct http;

/* params: "NAME=value", NULL at the end.  All of it lives in the arena. */
struct http *exchange_open(struct arena *, const char *const *params, const char *body, size_t len);

/* What was sent so far. */
const char *exchange_sent(const struct http *);

#endif
