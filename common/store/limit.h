/* SPDX-License-Identifier: ISC */
/* limit: requests per client address and path, counted in the table "rateLimit", which a
 * Better Auth server on the same database shares (wire.md section 11). */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include "base/err.h"

struct ctx;

/* *wait is 0: allowed, and counted; else the seconds to wait.  path is that of the
 * request.  A failure says nothing of the limit: ask port/limit.h then. */
enum err limit_take_row(struct ctx *, const char *address, const char *path, long *wait);

#endif
