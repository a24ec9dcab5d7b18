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

struct item_new {
	const char *id;
	const char *data;
	bool timeless; /* the caller did not say when it was made */
	int64_t most;
};

struct page {
	int64_t limit;
	bool ascending;
	const char *after; /* id of the last row of the page before; NULL: the first page */
};

/* Until the transaction ends nobody else adds a thread of the owner's under a limit, or an
 * item to the thread.  *guest: the owner is one.  E_NO_ROW: there is no such owner or thread. */
enum err thread_hold_owner(struct ctx *, const char *owner, bool *guest);
enum err thread_hold(struct ctx *, const char *id, const char *owner, bool *guest);

/* E_CONFLICT: the id exists.  E_NO_PARENT: there is no such owner any more.  E_NO_ROW: the
 * owner has most threads already; 0: no limit, else only after thread_hold_owner. */
enum err thread_insert(struct ctx *, const char *id, const char *owner, const char *data,
    int64_t most, const char **stored);
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
 * not there.  E_NO_ROW: no such thread, or it has most items already; 0: no limit, else only
 * after thread_hold. */
enum err item_append(struct ctx *, const char *thread, const char *owner, const struct item_new *,
    const char **stored, bool *same, bool *fresh);

/* As thread_page; E_NO_ROW also when the thread is not the owner's. */
enum err item_page(struct ctx *, const char *thread, const char *owner, const struct page *,
    struct thread_row **rows, size_t *n);

#endif
