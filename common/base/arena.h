/* SPDX-License-Identifier: ISC */
/* arena: memory that lives as long as one request. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena;

/* An arena that aborts beyond limit bytes: inputs are bounded before they get here, so
 * reaching the limit is a bug.  Exits the process when there is no memory at all. */
struct arena *arena_new(size_t limit);

/* Zeroed, aligned for any type, never NULL; valid until the next reset. */
void *arena_alloc(struct arena *, size_t size);

/* Copies with a NUL added.  NULL stays NULL. */
char *arena_strdup(struct arena *, const char *);
char *arena_strndup(struct arena *, const char *, size_t len);

/* Calls fn(p) at the next reset, newest first: ties a foreign object to the request. */
void arena_defer(struct arena *, void (*fn)(void *), void *p);

/* Runs the deferred calls, wipes all memory that was handed out, keeps the first block. */
void arena_reset(struct arena *);

/* Resets and releases the arena itself. */
void arena_free(struct arena *);

#endif
