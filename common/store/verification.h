/* SPDX-License-Identifier: ISC */
/* verification: rows of verification, values good for one use (wire.md section 12).  An
 * identifier is looked for as it is and hashed, whichever the database holds. */
#ifndef STORE_VERIFICATION_H
#define STORE_VERIFICATION_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct verification {
	const char *value;
	struct stamp expiresAt;
};

/* The hash that stands for an identifier: base64url of its SHA-256. */
const char *verification_hash(struct ctx *, const char *identifier);

/* A new value, good for so many seconds; hashed as VERIFICATION_IDENTIFIERS says. */
enum err verification_put(struct ctx *, const char *identifier, const char *value, int64_t seconds);

/* The newest value that has not expired; E_NO_ROW without one.  Now and then what has
 * expired is swept away. */
enum err verification_find(struct ctx *, const char *identifier, struct verification *out);

/* The same, and uses it up, whether it was good or not. */
enum err verification_take(struct ctx *, const char *identifier, struct verification *out);

#endif
