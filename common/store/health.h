/* SPDX-License-Identifier: ISC */
/* health: does the database answer, and is it migrated? */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include <stdint.h>

#include "base/err.h"

struct ctx;

/* The number of the newest migration. */
enum err health_version(struct ctx *, int64_t *out);

#endif
