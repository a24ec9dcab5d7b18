/* SPDX-License-Identifier: ISC */
/* arena: blocks from malloc, so that LeakSanitizer sees through them. */
#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define FIRST_BLOCK ((size_t)16 * 1024)
#define ALIGNMENT ((size_t)16)

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(16) char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *blocks; /* newest first; the last one is kept over a reset */
	struct deferred *deferred;
	size_t limit;
	size_t total;
};

static struct block *
block_new(size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL) {
		fputs("out of memory\n", stderr);
		abort();
	}
	b->size = size;
	POISON(b->bytes, size);
	return b;
}

struct arena *
arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		fputs("out of memory\n", stderr);
		abort();
	}
	a->limit = limit;
	a->blocks = block_new(FIRST_BLOCK);
	return a;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	assert(size < SIZE_MAX - ALIGNMENT);
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (size == 0)
		size = ALIGNMENT;
	a->total += size;
	assert(a->total <= a->limit);
	if (size > b->size - b->used) {
		b = block_new(size > FIRST_BLOCK ? size : FIRST_BLOCK);
		b->next = a->blocks;
		a->blocks = b;
	}
	p = b->bytes + b->used;
	b->used += size;
	UNPOISON(p, size);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy;

	if (s == NULL)
		return NULL;
	copy = arena_alloc(a, len + 1);
	memcpy(copy, s, len);
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	d->fn = fn;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
}

static void
block_wipe(struct block *b)
{
	UNPOISON(b->bytes, b->size);
	explicit_bzero(b->bytes, b->used);
	b->used = 0;
	POISON(b->bytes, b->size);
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;

	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->p);
	}
	for (b = a->blocks; b->next != NULL; b = next) {
		next = b->next;
		block_wipe(b);
		UNPOISON(b->bytes, b->size);
		free(b);
	}
	block_wipe(b);
	a->blocks = b;
	a->total = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	UNPOISON(a->blocks->bytes, a->blocks->size);
	free(a->blocks);
	free(a);
}
