/* SPDX-License-Identifier: ISC */
/* thread: rows of chatkit_threads and chatkit_items.  Every call names the owner: another
 * owner's row is E_NO_ROW. */
#ifndef STORE_THREAD_H
#define STORE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;

/* A row of a page; data is the thread's or item's JSON. */
struct thread_row {
	const char *id;
	const char *data;
};

struct page {
	int64_t limit;
	bool ascending;
	const char *after; /* id of the last row of the page before; NULL: the first page */
};

/* E_CONFLICT: the id exists.  E_NO_PARENT: there is no such owner any more. */
enum err thread_insert(struct ctx *, const char *id, const char *owner, const char *data,
    const char **stored);
enum err thread_find(struct ctx *, const char *id, const char *owner, const char **data);

/* Replaces the top-level members that patch has. */
enum err thread_update(struct ctx *, const char *id, const char *owner, const char *patch,
    const char **data);
enum err thread_delete(struct ctx *, const char *id, const char *owner);

/* At most limit + 1 rows: the one more says that another page follows.  E_NO_ROW: after
 * is no row of this owner's. */
enum err thread_page(struct ctx *, const char *owner, const struct page *, struct thread_row **rows,
    size_t *n);

/* Appends.  *same is true for a new item and for one that is there already with equal
 * data (its time aside, where timeless); false: another item has this id.  *fresh: it was
 * not there. */
enum err item_append(struct ctx *, const char *thread, const char *owner, const char *id,
    const char *data, bool timeless, const char **stored, bool *same, bool *fresh);

/* As thread_page; E_NO_ROW also when the thread is not the owner's. */
enum err item_page(struct ctx *, const char *thread, const char *owner, const struct page *,
    struct thread_row **rows, size_t *n);

#endif
