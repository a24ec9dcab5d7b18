/* SPDX-License-Identifier: ISC */
/* load: one GET after the other over some connections, timed, by libcurl. */
#ifndef PORT_LOAD_H
#define PORT_LOAD_H

#include <stdint.h>

struct ctx;
struct load;

#define LOAD_CONNECTIONS_MAX 256
#define LOAD_TIMES 1024

struct load_count {
	uint64_t done;   /* answered 200 */
	uint64_t failed; /* anything else */
	long status;     /* the last of those, 0 when it was no answer at all */
	int64_t us;      /* how long it went */
	uint64_t times[LOAD_TIMES];
};

/* cookie may be NULL.  Ends with load_close; NULL: there is no memory. */
struct load *load_open(struct ctx *, const char *url, const char *cookie, unsigned connections);

void load_close(struct load *);

/* Starts requests for so long and waits for the last; adds to the count. */
void load_run(struct load *, int64_t ms, struct load_count *);

/* Microseconds within which so many percent of those done were, to a thirty-second part. */
int64_t load_percentile(const struct load_count *, unsigned percent);

#endif
