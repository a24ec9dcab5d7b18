/* SPDX-License-Identifier: ISC */
/* limit: counts, windows, processes. */
#include <sys/wait.h>

#include "port/limit.c"

#include "suites.h"
#include "unit.h"

#define SIGN_IN "/api/auth/sign-in/email"
#define NOW UNIT_NOW

static void
close_table(void *unused)
{
	(void)unused;
	if (limit.table != NULL)
		munmap(limit.table, sizeof(struct table));
	if (limit.fd >= 0)
		close(limit.fd);
	limit.table = NULL;
	limit.fd = -1;
}

/* An own table for each test; it goes with the test. */
static void
open_table(void)
{
	arena_defer(unit_arena, close_table, NULL);
	unit_conf()->rate_limit = true;
	unit_conf()->rate_limit_file = unit_path();
	ck_assert(limit_open());
}

static const struct {
	const char *path;
	unsigned max, seconds;
} paths[] = {
	{ "/api/auth/sign-in/email", 3, 10 },
	{ "/api/auth/sign-in/anonymous", 3, 10 },
	{ "/api/auth/sign-in", 3, 10 },
	{ "/api/auth/sign-up/email", 3, 10 },
	{ "/api/auth/change-password", 3, 10 },
	{ "/api/auth/change-email", 3, 10 },
	{ "/api/auth/request-password-reset", 3, 60 },
	{ "/api/auth/send-verification-email", 3, 60 },
	{ "/api/auth/forget-password", 3, 60 },
	{ "/api/auth/forget-password/email-otp", 3, 60 },
	{ "/api/auth/request-password-reset/x", 100, 10 },
	{ "/api/auth/get-session", 100, 10 },
	{ "/api/auth/ok", 100, 10 },
	{ "/api/auth/nope", 100, 10 },
	{ "/sign-in/email", 100, 10 },
	{ "/api/user/profile", 100, 10 },
	{ "-", 100, 10 },
	{ "", 100, 10 },
};

START_TEST(each_path_has_its_count_and_window)
{
	const char *path = paths[_i].path;
	int64_t window = (int64_t)paths[_i].seconds * 1000;
	unsigned i;

	open_table();
	for (i = 0; i < paths[_i].max; i++)
		ck_assert_msg(limit_take("a", path, NOW) == 0, "request %u", i + 1);
	ck_assert_int_eq(limit_take("a", path, NOW), paths[_i].seconds);
	ck_assert_int_gt(limit_take("a", path, NOW + window - 1), 0);
	ck_assert_int_eq(limit_take("a", path, NOW + window), 0);
}
END_TEST

START_TEST(what_is_left_is_told_in_whole_seconds)
{
	int i;

	open_table();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 10);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 1), 10);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 999), 10);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 1000), 9);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 9000), 1);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 9999), 1);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 10000), 0);
}
END_TEST

/* Each allowed request moves the window; refused ones do not. */
START_TEST(the_window_restarts_after_quiet_only)
{
	open_table();
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 9000), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 18000), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 19000), 9);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 27999), 1);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 28000), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 28000), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 28000), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW + 28000), 10);
}
END_TEST

START_TEST(addresses_and_paths_are_counted_apart)
{
	int i;

	open_table();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_ne(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("b", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("a", "/api/auth/sign-up/email", NOW), 0);
	ck_assert_int_eq(limit_take("a", "/api/auth/sign-in/anonymous", NOW), 0);
	ck_assert_int_eq(limit_take("", SIGN_IN, NOW), 0);
}
END_TEST

START_TEST(nobodys_address_is_one_address)
{
	int i;

	open_table();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(limit_take("", SIGN_IN, NOW), 0);
	ck_assert_int_ne(limit_take("", SIGN_IN, NOW), 0);
	ck_assert_int_ne(limit_take("no-trusted-ip", SIGN_IN, NOW), 0);
}
END_TEST

/* Workers read the clock before they wait for the lock, so that a later one may come with
 * an earlier time. */
START_TEST(a_time_a_little_before_the_last_does_not_restart_the_window)
{
	int i;

	open_table();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_gt(limit_take("a", SIGN_IN, NOW - 1), 0);
	ck_assert_int_gt(limit_take("a", SIGN_IN, NOW - 500), 0);
	ck_assert_int_gt(limit_take("a", SIGN_IN, NOW), 0);
}
END_TEST

START_TEST(an_earlier_time_does_not_shorten_the_window)
{
	open_table();
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW - 500), 0);
	ck_assert_int_gt(limit_take("a", SIGN_IN, NOW + 9999), 0);
}
END_TEST

START_TEST(a_clock_set_back_locks_nobody_out)
{
	int i;

	open_table();
	for (i = 0; i < 4; i++)
		(void)limit_take("a", SIGN_IN, NOW);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW - 3600 * 1000), 0);
}
END_TEST

/* Takes n, and says how many were allowed. */
static int
take_many(int n)
{
	int i, allowed = 0;

	for (i = 0; i < n; i++)
		allowed += limit_take("a", "/api/auth/ok", NOW) == 0;
	return allowed;
}

START_TEST(processes_share_one_count)
{
	int i, status, allowed = 0;
	pid_t pids[4];

	open_table();
	for (i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(take_many(60));
	}
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		allowed += WEXITSTATUS(status);
	}
	ck_assert_int_eq(allowed, 100);
	ck_assert_int_ne(limit_take("a", "/api/auth/ok", NOW), 0);
}
END_TEST

START_TEST(programs_that_open_the_file_later_share_it_too)
{
	int i, status;
	pid_t pid;

	open_table();
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 0);
	pid = fork();
	if (pid == 0) {
		ck_assert(limit_open());
		_exit(limit_take("a", SIGN_IN, NOW) == 0 && limit_take("a", SIGN_IN, NOW) == 10
		        ? 0
		        : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(limit_take("a", SIGN_IN, NOW), 10);
}
END_TEST

START_TEST(a_flood_of_addresses_blocks_nobody)
{
	char address[32];
	int i;

	open_table();
	for (i = 0; i < 50000; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		ck_assert_int_eq(limit_take(address, SIGN_IN, NOW + i), 0);
	}
}
END_TEST

static bool
no_limit(void *arg)
{
	(void)arg;
	unit_conf()->rate_limit = false;
	if (!limit_open())
		return false;
	return take_many(1000) == 1000;
}

START_TEST(off_is_off)
{
	struct outcome *o = arena_alloc(unit_arena, sizeof(*o));

	unit_run(no_limit, NULL, o);
	ck_assert(o->ok);
}
END_TEST

static bool
open_only(void *path)
{
	unit_conf()->rate_limit = true;
	unit_conf()->rate_limit_file = path;
	return limit_open();
}

START_TEST(a_file_that_cannot_be_used_is_named)
{
	struct outcome *o = arena_alloc(unit_arena, sizeof(*o));
	char *target = (char *)(uintptr_t)unit_path();
	char *link = str_printf(unit_arena, "%s.link", target);

	unit_run(open_only, arena_strdup(unit_arena, "/nonexistent/limits"), o);
	ck_assert(!o->ok);
	ck_assert_msg(str_starts(o->err, "RATE_LIMIT_FILE: /nonexistent/limits: "), "%s", o->err);
	ck_assert_int_eq(symlink(target, link), 0);
	unit_run(open_only, link, o);
	unlink(link);
	ck_assert_msg(!o->ok, "a link was followed");
}
END_TEST

START_TEST(the_file_is_the_owners_alone)
{
	struct stat st;

	open_table();
	unlink(conf()->rate_limit_file);
	ck_assert(limit_open());
	ck_assert_int_eq(stat(conf()->rate_limit_file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
}
END_TEST

Suite *
suite_limit(void)
{
	Suite *s = suite_create("limit");
	TCase *tc = unit_case(s, "counts");

	unit_table(tc, each_path_has_its_count_and_window, paths);
	tcase_add_test(tc, what_is_left_is_told_in_whole_seconds);
	tcase_add_test(tc, the_window_restarts_after_quiet_only);
	tcase_add_test(tc, addresses_and_paths_are_counted_apart);
	tcase_add_test(tc, nobodys_address_is_one_address);
	tcase_add_test(tc, a_time_a_little_before_the_last_does_not_restart_the_window);
	tcase_add_test(tc, an_earlier_time_does_not_shorten_the_window);
	tcase_add_test(tc, a_clock_set_back_locks_nobody_out);
	tc = unit_case(s, "sharing");
	tcase_add_test(tc, processes_share_one_count);
	tcase_add_test(tc, programs_that_open_the_file_later_share_it_too);
	tcase_add_test(tc, a_flood_of_addresses_blocks_nobody);
	tc = unit_case(s, "file");
	tcase_add_test(tc, off_is_off);
	tcase_add_test(tc, a_file_that_cannot_be_used_is_named);
	tcase_add_test(tc, the_file_is_the_owners_alone);
	return s;
}
