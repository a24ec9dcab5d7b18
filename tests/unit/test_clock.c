/* SPDX-License-Identifier: ISC */
/* clock: calendar, and the texts of both sides. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

#include "suites.h"
#include "unit.h"

static const struct {
	int64_t ms;
	const char *iso;
} instants[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1, "1970-01-01T00:00:00.001Z" },
	{ -1, "1969-12-31T23:59:59.999Z" },
	{ -1000, "1969-12-31T23:59:59.000Z" },
	{ -86400000, "1969-12-31T00:00:00.000Z" },
	{ -86400001, "1969-12-30T23:59:59.999Z" },
	{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
	{ INT64_C(951868799999), "2000-02-29T23:59:59.999Z" },
	{ INT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
	{ INT64_C(1709164800000), "2024-02-29T00:00:00.000Z" },
	{ INT64_C(1740787200000), "2025-03-01T00:00:00.000Z" },
	{ INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
	{ INT64_C(4107542399999), "2100-02-28T23:59:59.999Z" },
	{ INT64_C(1795365935487), "2026-11-22T16:45:35.487Z" },
	{ INT64_C(2147483648000), "2038-01-19T03:14:08.000Z" },
	{ INT64_C(-2203891200001), "1900-02-28T23:59:59.999Z" },
	{ INT64_C(-2203891200000), "1900-03-01T00:00:00.000Z" },
	{ INT64_C(-62135596800000), "0001-01-01T00:00:00.000Z" },
	{ INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z" },
	{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
};

START_TEST(instants_have_their_text)
{
	char text[CLOCK_ISO_SIZE];
	int64_t back = 42;

	clock_iso(instants[_i].ms, text);
	ck_assert_str_eq(text, instants[_i].iso);
	ck_assert(clock_parse(text, &back));
	ck_assert_int_eq(back, instants[_i].ms);
}
END_TEST

START_TEST(years_beyond_four_digits_are_clamped)
{
	char text[CLOCK_ISO_SIZE];

	clock_iso(INT64_C(253402300800000), text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
	clock_iso(INT64_MAX, text);
	ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
	clock_iso(INT64_C(-62167219200001), text);
	ck_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
	clock_iso(INT64_MIN, text);
	ck_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
}
END_TEST

/* The C library's calendar is the judge of 10,000 years; the step is no whole day. */
START_TEST(the_calendar_is_the_c_librarys)
{
	const int64_t end = INT64_C(253402300800), step = 86400 * 11 + 3607;
	char text[CLOCK_ISO_SIZE], expected[96];
	int64_t s, back;
	struct tm tm;
	time_t t;

	for (s = INT64_C(-62135596800); s < end; s += step) {
		t = (time_t)s;
		ck_assert_ptr_nonnull(gmtime_r(&t, &tm));
		snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d.042Z",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		clock_iso(s * 1000 + 42, text);
		ck_assert_str_eq(text, expected);
		ck_assert(clock_parse(text, &back));
		ck_assert_int_eq(back, s * 1000 + 42);
	}
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;
} rows[] = {
	{ "1970-01-01 00:00:00+00", 0 },
	{ "1970-01-01 00:00:00", 0 },
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01 05:30:00+05:30", 0 },
	{ "1969-12-31 21:00:00-03", 0 },
	{ "1969-12-31 20:30:00-03:30", 0 },
	{ "1970-01-01 14:00:00+14", 0 },
	{ "1969-12-31 12:00:00-12", 0 },
	{ "1970-01-01 05:53:20+05:53:28", -8 * 1000 }, /* an old local mean time */
	{ "2026-11-22 16:45:35.487+00", INT64_C(1795365935487) },
	{ "2026-11-22 16:45:35.487123+00", INT64_C(1795365935487) },
	{ "2026-11-22 16:45:35.487999+00", INT64_C(1795365935487) },
	{ "2026-11-22 16:45:35.4+00", INT64_C(1795365935400) },
	{ "2026-11-22 16:45:35.04+00", INT64_C(1795365935040) },
	{ "2026-11-22 16:45:35.000001+00", INT64_C(1795365935000) },
	{ "2026-11-22 16:45:35.487", INT64_C(1795365935487) },
	{ "2026-11-22 22:15:35.487+05:30", INT64_C(1795365935487) },
	{ "2026-11-22 13:45:35.487-03", INT64_C(1795365935487) },
	{ "1969-12-31 23:59:59.9999+00", -1 },
	{ "2024-02-29 00:00:00+00", INT64_C(1709164800000) },
	{ "1969-12-31 24:00:00+00", 0 },
	{ "1969-12-31 23:59:60+00", 0 },
	{ "0001-01-01 00:00:00+00", INT64_C(-62135596800000) },
};

START_TEST(the_texts_of_postgresql_are_read)
{
	int64_t ms = 42;

	ck_assert_msg(clock_parse(rows[_i].text, &ms), "%s", rows[_i].text);
	ck_assert_msg(ms == rows[_i].ms, "%s: %lld", rows[_i].text, (long long)ms);
}
END_TEST

static const char *const no_dates[] = {
	"",
	" ",
	"infinity",
	"-infinity",
	"now",
	"epoch",
	"2026",
	"2026-11-22",
	"2026-11-22 ",
	"2026-11-22 16:45",
	"2026-11-22 16:45:3",
	"26-11-22 16:45:35",
	"2026-1-22 16:45:35",
	"2026-11-2 16:45:35",
	"2026/11/22 16:45:35",
	"22.11.2026 16:45:35",
	"2026-11-22_16:45:35",
	"2026-11-22 16.45.35",
	"2026-00-22 16:45:35",
	"2026-13-22 16:45:35",
	"2026-11-00 16:45:35",
	"2026-11-32 16:45:35",
	"2026-11-22 25:45:35",
	"2026-11-22 16:60:35",
	"2026-11-22 16:45:61",
	"2026-11-22 16:45:35 ",
	"2026-11-22 16:45:35 +00",
	"2026-11-22 16:45:35+0",
	"2026-11-22 16:45:35+00:",
	"2026-11-22 16:45:35+00:0",
	"2026-11-22 16:45:35+00x",
	"2026-11-22 16:45:35*00",
	"2026-11-22 16:45:35ZZ",
	"2026-11-22 16:45:35 UTC",
	"0044-03-15 12:00:00+00 BC",
	"0044-03-15 12:00:00 BC",
	"-0044-03-15 12:00:00",
	" 2026-11-22 16:45:35",
	"+2026-11-22 16:45:35",
	"2O26-11-22 16:45:35",
	"2026-11-22 -1:45:35",
	"2026-11-22 16:45:35,487",
};

START_TEST(anything_else_is_no_date)
{
	int64_t ms;

	ck_assert_msg(!clock_parse(no_dates[_i], &ms), "%s", no_dates[_i]);
}
END_TEST

static const char *const no_days[] = {
	"2026-02-29 00:00:00+00",
	"2026-02-30 00:00:00+00",
	"2024-02-30 00:00:00+00",
	"2100-02-29 00:00:00+00",
	"1900-02-29 00:00:00+00",
	"2026-04-31 00:00:00+00",
	"2026-06-31 00:00:00+00",
	"2026-09-31 00:00:00+00",
	"2026-11-31 00:00:00+00",
	"2026-11-22 24:00:01+00",
	"2026-11-22 24:30:00+00",
	"2026-11-22 16:45:35.+00",
	"2026-11-22 16:45:35+00:00:xx",
	"2026-11-22 16:45:35+99",
	"2026-11-22 16:45:35+00:99",
};

START_TEST(days_that_the_calendar_does_not_have_are_no_dates)
{
	int64_t ms;

	ck_assert_msg(!clock_parse(no_days[_i], &ms), "%s", no_days[_i]);
}
END_TEST

START_TEST(the_clocks_go_forward)
{
	int64_t wall = clock_now(), mono = clock_mono(), us = clock_mono_us();

	ck_assert_int_gt(wall, INT64_C(1700000000000));
	ck_assert_int_lt(wall, INT64_C(253402300800000));
	ck_assert_int_ge(clock_mono(), mono);
	ck_assert_int_ge(clock_mono_us(), us);
	ck_assert_int_ge(us / 1000, mono);
}
END_TEST

Suite *
suite_clock(void)
{
	Suite *s = suite_create("clock");
	TCase *tc = unit_case(s, "clock");

	unit_table(tc, instants_have_their_text, instants);
	tcase_add_test(tc, years_beyond_four_digits_are_clamped);
	tcase_add_test(tc, the_calendar_is_the_c_librarys);
	unit_table(tc, the_texts_of_postgresql_are_read, rows);
	unit_table(tc, anything_else_is_no_date, no_dates);
	unit_table(tc, days_that_the_calendar_does_not_have_are_no_dates, no_days);
	tcase_add_test(tc, the_clocks_go_forward);
	return s;
}
