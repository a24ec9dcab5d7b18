/* SPDX-License-Identifier: ISC */
/* failing: the page that a link which failed leads to (wire.md section 13, /error). */
#ifndef FLOW_FAILING_H
#define FLOW_FAILING_H

#include "http/app.h"

struct ctx;

/* The code that the query names, UNKNOWN when it is none. */
const char *failing_code(struct req *);

/* ERROR_URL with the code, and the description if there is one. */
const char *failing_url(struct req *, const char *code);

/* A small page that says it, in HTML. */
const char *failing_page(struct ctx *, const char *code);

#endif
