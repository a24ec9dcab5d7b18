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

/* Members but url may be NULL. */
struct question {
	const char *url;
	const char *body;   /* JSON: then it is a POST */
	const char *cookie; /* name=value; name=value */
	const char *origin;
};

struct answer {
	long status;
	const char *text;
	size_t len;
	const char *cookies; /* that it sets, to be sent back */
};

/* The same of any http address and with any status; NULL, or why there is no answer. */
const char *fetch_answer(struct ctx *, const struct question *, size_t max, struct answer *out);

/* The address, and what holds for all requests, for a CURL handle of port/load. */
void fetch_limits(void *handle, const char *url);

#endif
