/* SPDX-License-Identifier: ISC */
/* merge: the engine of sql/schema/0004_merge.sql and its log. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct merge_result {
	bool done;          /* false: there was no such guest */
	const char *failed; /* why nothing was moved; NULL: it was */
	const char *rows;   /* JSON, rows per table */
	int64_t threadsMoved;
};

/* Moves a guest's rows to a member and deletes the guest, all or nothing. */
enum err merge_guest(struct ctx *, const char *id, const char *guest, const char *member,
    struct merge_result *out);

struct merge_row {
	const char *merge_id;
	const char *guest_id;
	struct stamp merged_at;
	const char *rows;
	bool promoted;
	struct stamp undone_at;
};

/* A member's merges, newest first, at most 100. */
enum err merge_list(struct ctx *, const char *member, struct merge_row **rows, size_t *n);

#endif
