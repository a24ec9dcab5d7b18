/* SPDX-License-Identifier: ISC */
/* ctx: what every floor may know of the request at hand. */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdint.h>

struct arena;

struct ctx {
	struct arena *arena;    /* lives until the answer is sent */
	int64_t now;            /* ms since 1970, read once a request */
	const char *request_id; /* for the log */
};

#endif
