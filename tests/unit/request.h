/* SPDX-License-Identifier: ISC */
/* request: a struct req over an exchange, for the suites of http/. */
#ifndef REQUEST_H
#define REQUEST_H

#include "http/app.h"

/* params as for exchange_open; json is the parsed body, NULL for none. */
struct req request_with(enum method, const char *const *params, const char *json);

struct reply request_reply(void);

#endif
