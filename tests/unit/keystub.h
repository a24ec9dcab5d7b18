/* SPDX-License-Identifier: ISC */
/* keystub: flow/keys over a list of rows instead of the table jwks. */
#ifndef KEYSTUB_H
#define KEYSTUB_H

#include <stddef.h>

#include "base/err.h"
#include "store/jwks.h"

#define KEYSTUB_ROWS 128

extern struct keystub {
	struct jwks_row rows[KEYSTUB_ROWS]; /* newest first, as the statements order them */
	size_t n;
	size_t late;     /* more rows, which come while the lock is waited for */
	enum err answer; /* of reading; and of the steps of writing */
	enum err begin, lock, insert, commit;
	unsigned public_reads, private_reads, inserts, commits;
} keystub;

/* No rows, nothing in memory, everything works. */
void keystub_reset(void);

/* A row behind the others. */
void keystub_add(const char *id, const char *alg, const char *public, const char *private);

/* A row of tests/vectors/peer.json. */
void keystub_add_recorded(size_t i);

#endif
