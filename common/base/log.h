/* SPDX-License-Identifier: ISC */
/* log: one line per event on standard error, key=value, UTC.  No secret is ever given to
 * it; control characters and quotes in values are escaped. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

struct ctx;

enum log_level {
	LOG_ERROR, /* a human must act */
	LOG_WARN,  /* refused for a reason worth counting */
	LOG_INFO,
	LOG_DEBUG
};

/* prog is kept, not copied.  To be called again in a forked process, whose id it keeps. */
void log_open(const char *prog, const char *level);

/* ctx may be NULL outside a request.  event is one word; the text that follows is quoted. */
void log_event(const struct ctx *, enum log_level, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

struct log_request {
	const char *method;
	const char *route; /* never the URL: tokens live in paths */
	int status;
	const char *code;
	int us; /* microseconds it took */
	const char *ip;
	const char *user; /* NULL: nobody */
	bool aside;       /* the web server logs what it was asked for: debug, no info */
};

void log_request(const struct ctx *, const struct log_request *);

#endif
