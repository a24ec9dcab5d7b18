/* SPDX-License-Identifier: ISC */
/* limit: requests per client address and path (wire.md section 11), counted in memory that
 * all programs share, so that N workers allow exactly the configured count. */
#ifndef PORT_LIMIT_H
#define PORT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* Requests of one address and path: so many in so many seconds. */
struct limit_rule {
	const char *path;
	bool prefix; /* of longer paths too */
	unsigned seconds;
	unsigned max;
};

#define LIMIT_NOBODY "no-trusted-ip"          /* whoever has no address */
#define LIMIT_LONGEST_MS ((int64_t)60 * 1000) /* no rule has a longer window */

/* The one for that path. */
const struct limit_rule *limit_rule(const char *path);

/* Maps the shared memory; says why when it cannot.  Nothing to do with RATE_LIMIT off. */
bool limit_open(void);

/* 0: allowed, and counted; else the seconds to wait.  path is that
 * of the route, or one name for all that is not served. */
long limit_take(const char *address, const char *path, int64_t now);

#endif
