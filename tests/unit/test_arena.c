/* SPDX-License-Identifier: ISC */
/* arena: order of cleanups, wiping, blocks, limits. */
#include <stdint.h>
#include <string.h>

#include "suites.h"
#include "unit.h"

/* Freed blocks cannot be looked at, so the wiping itself is watched. */
static void watch_wipe(void *p, size_t n);

#define explicit_bzero watch_wipe
#include "base/arena.c"
#undef explicit_bzero

#define PIECES 64

static struct {
	const unsigned char *begin[PIECES];
	const unsigned char *end[PIECES];
	size_t n;
	bool on;
} wiped;

static void
watch_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
	if (!wiped.on)
		return;
	ck_assert_uint_lt(wiped.n, PIECES);
	wiped.begin[wiped.n] = p;
	wiped.end[wiped.n++] = (unsigned char *)p + n;
}

static bool
was_wiped(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < wiped.n; i++)
		if (p >= wiped.begin[i] && p + n <= wiped.end[i])
			return true;
	return false;
}

static bool
is_zero(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

START_TEST(memory_is_zeroed_aligned_and_apart)
{
	unsigned char *p[400];
	size_t i, k;

	for (i = 0; i < COUNT(p); i++) {
		p[i] = arena_alloc(unit_arena, i);
		ck_assert_ptr_nonnull(p[i]);
		ck_assert_uint_eq((uintptr_t)p[i] % 16, 0);
		ck_assert(is_zero(p[i], i));
		memset(p[i], (int)(i & 0xFF), i);
	}
	for (i = 0; i < COUNT(p); i++)
		for (k = 0; k < i; k++)
			ck_assert_uint_eq(p[i][k], i & 0xFF);
}
END_TEST

START_TEST(nothing_is_something)
{
	void *a = arena_alloc(unit_arena, 0), *b = arena_alloc(unit_arena, 0);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_ne(a, b);
}
END_TEST

START_TEST(a_big_piece_has_a_block_of_its_own)
{
	size_t n = 3 * FIRST_BLOCK + 5;
	unsigned char *small = arena_alloc(unit_arena, 10), *big = arena_alloc(unit_arena, n);
	unsigned char *after = arena_alloc(unit_arena, 10);

	memset(small, 1, 10);
	memset(big, 2, n);
	memset(after, 3, 10);
	ck_assert_uint_eq(small[9], 1);
	ck_assert_uint_eq(big[0], 2);
	ck_assert_uint_eq(big[n - 1], 2);
	ck_assert_uint_eq(after[0], 3);
	ck_assert_uint_eq((uintptr_t)big % 16, 0);
}
END_TEST

static char trail[16];

static void
leave_letter(void *p)
{
	strncat(trail, p, 1);
}

START_TEST(cleanups_run_newest_first_and_once)
{
	struct arena *a = arena_new(1 << 20);

	*trail = '\0';
	arena_defer(a, leave_letter, arena_strdup(a, "1"));
	arena_defer(a, leave_letter, arena_strdup(a, "2"));
	arena_defer(a, leave_letter, arena_strdup(a, "3"));
	arena_reset(a);
	ck_assert_str_eq(trail, "321");
	arena_reset(a);
	ck_assert_str_eq(trail, "321");
	arena_defer(a, leave_letter, arena_strdup(a, "4"));
	arena_free(a);
	ck_assert_str_eq(trail, "3214");
}
END_TEST

static void
leave_more(void *p)
{
	char *letter = arena_alloc(p, 2);

	strncat(trail, "a", 2);
	*letter = 'b';
	arena_defer(p, leave_letter, letter);
}

START_TEST(a_cleanup_may_add_a_cleanup)
{
	struct arena *a = arena_new(1 << 20);

	*trail = '\0';
	arena_defer(a, leave_more, a);
	arena_reset(a);
	ck_assert_str_eq(trail, "ab");
	arena_free(a);
}
END_TEST

START_TEST(a_reset_wipes_all_that_was_handed_out)
{
	static const size_t sizes[] = { 1, 16, 4000, FIRST_BLOCK, 100, 5 * FIRST_BLOCK, 17, 9000 };
	struct arena *a = arena_new(1 << 20);
	unsigned char *p[COUNT(sizes)];
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		p[i] = arena_alloc(a, sizes[i]);
		memset(p[i], 0xA5, sizes[i]);
	}
	wiped.n = 0;
	wiped.on = true;
	arena_reset(a);
	wiped.on = false;
	for (i = 0; i < COUNT(sizes); i++)
		ck_assert_msg(was_wiped(p[i], sizes[i]), "piece %zu", i);
	arena_free(a);
}
END_TEST

START_TEST(what_a_reset_leaves_is_used_again)
{
	struct arena *a = arena_new(1 << 20);
	unsigned char *first = arena_alloc(a, 100), *again;

	memset(first, 0xA5, 100);
	memset(arena_alloc(a, 2 * FIRST_BLOCK), 0xA5, 2 * FIRST_BLOCK);
	arena_reset(a);
	again = arena_alloc(a, 100);
	ck_assert_ptr_eq(again, first);
	ck_assert(is_zero(again, 100));
	arena_free(a);
}
END_TEST

START_TEST(copies_end_with_a_nul)
{
	char *s = arena_strdup(unit_arena, "abc");

	ck_assert_str_eq(s, "abc");
	ck_assert_str_eq(arena_strdup(unit_arena, ""), "");
	ck_assert_str_eq(arena_strndup(unit_arena, "abcdef", 3), "abc");
	ck_assert_mem_eq(arena_strndup(unit_arena, "a\0b", 3), "a\0b", 4);
	ck_assert_ptr_null(arena_strdup(unit_arena, NULL));
	ck_assert_ptr_null(arena_strndup(unit_arena, NULL, 3));
}
END_TEST

static bool
take(void *size)
{
	struct arena *a = arena_new(65536);

	arena_alloc(a, *(size_t *)size);
	arena_alloc(a, 16);
	arena_free(a);
	return true;
}

START_TEST(only_what_is_beyond_the_limit_aborts)
{
	size_t fits = 65536 - 16, beyond = 65536 - 15, huge = SIZE_MAX - 8;

	ck_assert(!unit_aborts(take, &fits));
	ck_assert(unit_aborts(take, &beyond));
	ck_assert(unit_aborts(take, &huge));
}
END_TEST

START_TEST(a_reset_gives_the_limit_back)
{
	struct arena *a = arena_new(65536);
	int i;

	for (i = 0; i < 100; i++) {
		memset(arena_alloc(a, 60000), 1, 60000);
		arena_reset(a);
	}
	arena_free(a);
	arena_free(NULL);
}
END_TEST

Suite *
suite_arena(void)
{
	Suite *s = suite_create("arena");
	TCase *tc = unit_case(s, "arena");

	tcase_add_test(tc, memory_is_zeroed_aligned_and_apart);
	tcase_add_test(tc, nothing_is_something);
	tcase_add_test(tc, a_big_piece_has_a_block_of_its_own);
	tcase_add_test(tc, cleanups_run_newest_first_and_once);
	tcase_add_test(tc, a_cleanup_may_add_a_cleanup);
	tcase_add_test(tc, a_reset_wipes_all_that_was_handed_out);
	tcase_add_test(tc, what_a_reset_leaves_is_used_again);
	tcase_add_test(tc, copies_end_with_a_nul);
	tcase_add_test(tc, only_what_is_beyond_the_limit_aborts);
	tcase_add_test(tc, a_reset_gives_the_limit_back);
	return s;
}
