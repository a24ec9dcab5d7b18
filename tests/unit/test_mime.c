/* SPDX-License-Identifier: ISC */
/* mime: dates, quoted-printable, encoded words and addresses. */
#include "base/mime.h"

#include <string.h>

#include "base/str.h"
#include "suites.h"
#include "unit.h"

static const struct {
	int64_t ms;
	const char *date;
} dates[] = {
	{ 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ -1, "Wed, 31 Dec 1969 23:59:59 +0000" },
	{ INT64_C(1795365935487), "Sun, 22 Nov 2026 16:45:35 +0000" },
	{ INT64_C(951782400000), "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ INT64_C(253402300799999), "Fri, 31 Dec 9999 23:59:59 +0000" },
	{ INT64_MAX, "Fri, 31 Dec 9999 23:59:59 +0000" },
	{ INT64_MIN, "Sat, 01 Jan 0000 00:00:00 +0000" },
};

START_TEST(dates_have_their_weekday)
{
	char text[MIME_DATE_SIZE];

	mime_date(dates[_i].ms, text);
	ck_assert_str_eq(text, dates[_i].date);
}
END_TEST

#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static const struct {
	const char *text;
	const char *quoted;
} bodies[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "a=b", "a=3Db" },
	{ "\xC3\xA4", "=C3=A4" },
	{ "a\nb\n", "a\r\nb\r\n" },
	{ "a\r\nb", "a\r\nb" },
	{ "a\rb", "a=0Db" },
	{ "a \nb\t\r\n ", "a=20\r\nb=09\r\n=20" },
	{ "a  b", "a  b" },
	{ "\x01\x7F\xFF", "=01=7F=FF" },
	{ SEVENTY "01234", SEVENTY "01234" },
	{ SEVENTY "012345", SEVENTY "01234=\r\n5" },
	{ SEVENTY "012\xC3", SEVENTY "012=\r\n=C3" },
	{ SEVENTY "01\xC3", SEVENTY "01=C3" },
};

START_TEST(quoted_printable)
{
	struct buf b = buf_new(unit_arena, 1);

	mime_add_quoted(&b, bodies[_i].text);
	ck_assert_str_eq(b.p, bodies[_i].quoted);
}
END_TEST

static const struct {
	const char *text;
	const char *value;
} values[] = {
	{ "", "" },
	{ "A test", "A test" },
	{ "=?UTF-8?B?QQ==?=", "=?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=" },
	{ "\xC3\x84", "=?UTF-8?B?w4Q=?=" },
	{ "a\r\nBcc: b", "=?UTF-8?B?YSAgQmNjOiBi?=" },
	{ "a\tb\x7F", "=?UTF-8?B?YSBiIA==?=" },
	/* 35 bytes and a character of two: it is not divided */
	{ TEN TEN TEN "01234\xC3\x84",
	    "=?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ=?=\r\n "
	    "=?UTF-8?B?w4Q=?=" },
	{ SEVENTY,
	    "=?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1?=\r\n "
	    "=?UTF-8?B?Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OQ==?=" },
	{ "\x80\x80\x80\x80", "=?UTF-8?B?gICAgA==?=" },
};

START_TEST(values_cannot_end_their_line)
{
	struct buf b = buf_new(unit_arena, 1);

	mime_add_value(&b, values[_i].text);
	ck_assert_str_eq(b.p, values[_i].value);
}
END_TEST

/* Bytes that are no UTF-8 come to an end too. */
START_TEST(values_of_any_bytes)
{
	struct buf b = buf_new(unit_arena, 1);
	char text[500];

	memset(text, 0x80, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	mime_add_value(&b, text);
	ck_assert_uint_gt(b.len, 600);
	ck_assert_uint_lt(b.len, 1200);
}
END_TEST

static const char *const addresses[] = {
	"a@b",
	"ann@example.com",
	"ann.o'hara+tag@mail.example.com",
	"!#$%&'*+/=?^_`{|}~-@example.com",
	"a@xn--bcher-kva.example",
};

START_TEST(addresses_are_taken)
{
	ck_assert_msg(mime_is_address(addresses[_i]), "%s", addresses[_i]);
}
END_TEST

static const char *const no_addresses[] = {
	"",
	"@",
	"a",
	"a@",
	"@b",
	"a@b@c",
	"a b@c",
	"a@b c",
	"a@b\r\n",
	"a\n@b",
	"<a@b>",
	"a,b@c",
	"\"a\"@b",
	"a@[127.0.0.1]",
	"a@.b",
	"a@b.",
	"a@b..c",
	"-a@b",
	"\xC3\xA4@b.co",
	"a@\xC3\xA4.co",
	SEVENTY "@b.co",
};

START_TEST(anything_else_is_none)
{
	ck_assert_msg(!mime_is_address(no_addresses[_i]), "%s", no_addresses[_i]);
}
END_TEST

Suite *
suite_mime(void)
{
	Suite *s = suite_create("mime");
	TCase *tc = unit_case(s, "mime");

	unit_table(tc, dates_have_their_weekday, dates);
	unit_table(tc, quoted_printable, bodies);
	unit_table(tc, values_cannot_end_their_line, values);
	tcase_add_test(tc, values_of_any_bytes);
	unit_table(tc, addresses_are_taken, addresses);
	unit_table(tc, anything_else_is_none, no_addresses);
	return s;
}
