/* SPDX-License-Identifier: ISC */
/* str: buffers, comparisons, lists, UTF-8. */
#include "base/str.h"

#include <string.h>

#include "suites.h"
#include "unit.h"

START_TEST(a_buffer_grows_and_is_terminated_at_every_moment)
{
	struct buf b = buf_new(unit_arena, 0);
	size_t i;

	ck_assert_str_eq(b.p, "");
	for (i = 0; i < 5000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		ck_assert_uint_eq(b.len, i + 1);
		ck_assert_uint_eq(strlen(b.p), i + 1);
	}
	for (i = 0; i < 5000; i++)
		ck_assert_int_eq(b.p[i], (char)('a' + i % 26));
}
END_TEST

START_TEST(a_buffer_takes_any_bytes)
{
	struct buf b = buf_new(unit_arena, 1);

	buf_addn(&b, "a\0b", 3);
	buf_add(&b, "c");
	ck_assert_uint_eq(b.len, 4);
	ck_assert_mem_eq(b.p, "a\0bc", 5);
}
END_TEST

START_TEST(a_print_longer_than_the_buffer_is_whole)
{
	static char filler[4001];
	struct buf b = buf_new(unit_arena, 10);
	size_t n;

	for (n = 0; n < sizeof(filler) - 1; n += 7) { /* around each power of two, too */
		memset(filler, 'x', n);
		filler[n] = '\0';
		b = buf_new(unit_arena, 10);
		buf_printf(&b, "<%s|%d>", filler, 42);
		ck_assert_uint_eq(b.len, n + 5);
		ck_assert_str_eq(b.p + n + 1, "|42>");
		ck_assert_str_eq(str_printf(unit_arena, "<%s|%d>", filler, 42), b.p);
	}
}
END_TEST

static const struct {
	const char *a, *b;
	bool eq, nocase, secret;
} pairs[] = {
	{ "", "", true, true, true },
	{ "a", "a", true, true, true },
	{ "a", "A", false, true, false },
	{ "a", "b", false, false, false },
	{ "a", "", false, false, false },
	{ "", "a", false, false, false },
	{ "abc", "abd", false, false, false },
	{ "abc", "ab", false, false, false },
	{ "ab", "abc", false, false, false },
	{ "xbc", "abc", false, false, false },
	{ "\xC3\xA4", "\xC3\xA4", true, true, true },
	{ "\xC3\xA4", "\xC3\x84", false, false, false },
	{ NULL, NULL, true, true, false },
	{ NULL, "", false, false, false },
	{ "", NULL, false, false, false },
	{ "[", "{", false, false, false },
	{ "@", "`", false, false, false },
};

START_TEST(texts_compare_whole)
{
	ck_assert_int_eq(str_eq(pairs[_i].a, pairs[_i].b), pairs[_i].eq);
	ck_assert_int_eq(str_eq_nocase(pairs[_i].a, pairs[_i].b), pairs[_i].nocase);
	ck_assert_int_eq(str_eq_secret(pairs[_i].a, pairs[_i].b), pairs[_i].secret);
}
END_TEST

static const struct {
	const char *s, *part;
	bool starts, starts_nocase, ends;
} parts[] = {
	{ "", "", true, true, true },
	{ "abc", "", true, true, true },
	{ "abc", "ab", true, true, false },
	{ "abc", "AB", false, true, false },
	{ "abc", "bc", false, false, true },
	{ "abc", "BC", false, false, false },
	{ "abc", "abc", true, true, true },
	{ "abc", "abcd", false, false, false },
	{ "abc", "0abc", false, false, false },
	{ "abab", "ab", true, true, true },
	{ NULL, "", false, false, false },
	{ NULL, "a", false, false, false },
};

START_TEST(texts_start_and_end)
{
	ck_assert_int_eq(str_starts(parts[_i].s, parts[_i].part), parts[_i].starts);
	ck_assert_int_eq(str_starts_nocase(parts[_i].s, parts[_i].part), parts[_i].starts_nocase);
	ck_assert_int_eq(str_ends(parts[_i].s, parts[_i].part), parts[_i].ends);
}
END_TEST

START_TEST(only_ascii_letters_are_lowered)
{
	ck_assert_str_eq(str_lower(unit_arena, "AZaz09@[`{\xC3\x84"), "azaz09@[`{\xC3\x84");
	ck_assert_str_eq(str_lower(unit_arena, ""), "");
	ck_assert_ptr_null(str_lower(unit_arena, NULL));
}
END_TEST

static const struct {
	const char *in, *out;
} trims[] = {
	{ "", "" },
	{ " ", "" },
	{ "\t \t", "" },
	{ "a", "a" },
	{ " a", "a" },
	{ "a\t", "a" },
	{ "  a b\t ", "a b" },
	{ "\na", "\na" },
	{ "\xC2\xA0", "\xC2\xA0" },
};

START_TEST(trimming_takes_spaces_and_tabs)
{
	ck_assert_str_eq(str_trim(unit_arena, trims[_i].in, strlen(trims[_i].in)), trims[_i].out);
}
END_TEST

START_TEST(trimming_reads_no_further_than_told)
{
	ck_assert_str_eq(str_trim(unit_arena, " ab  cd", 4), "ab");
	ck_assert_str_eq(str_trim(unit_arena, "abcd", 0), "");
}
END_TEST

static const struct {
	const char *list;
	const char *items; /* each followed by a bar */
} lists[] = {
	{ "", "" },
	{ ",", "" },
	{ " , ,\t", "" },
	{ "a", "a|" },
	{ "a,b", "a|b|" },
	{ " a , b c ,", "a|b c|" },
	{ ",,a,,b", "a|b|" },
	{ "a;b", "a;b|" },
};

START_TEST(lists_are_walked_item_by_item)
{
	const char *list = lists[_i].list, *item;
	struct buf b = buf_new(unit_arena, 64);

	while ((item = str_next(unit_arena, &list, ',')) != NULL)
		buf_printf(&b, "%s|", item);
	ck_assert_str_eq(b.p, lists[_i].items);
	ck_assert_ptr_null(str_next(unit_arena, &list, ','));
}
END_TEST

START_TEST(no_list_has_no_items)
{
	const char *list = NULL;

	ck_assert_ptr_null(str_next(unit_arena, &list, ','));
}
END_TEST

static const struct {
	const char *list, *item;
	bool listed;
} members[] = {
	{ "a", "a", true },
	{ "a,bc,d", "bc", true },
	{ " a , b c ,\td\t", "d", true },
	{ " a , b c ,d", "b c", true },
	{ ",,a", "a", true },
	{ "ab,c", "a", false },
	{ "ab,c", "b", false },
	{ "a,b", "a,b", false },
	{ "a, b", " b", false },
	{ "a", "A", false },
	{ "a", "", false },
	{ ",", "", false },
	{ " ,\t", " ", false },
	{ "", "", false },
	{ "", "a", false },
	{ NULL, "a", false },
	{ "a", NULL, false },
};

START_TEST(a_list_has_whole_items)
{
	ck_assert_int_eq(str_listed(members[_i].list, members[_i].item), members[_i].listed);
}
END_TEST

static const struct {
	const char *s;
	size_t n;
} lengths[] = {
	{ "", 0 }, { "abc", 3 }, { "\x7F", 1 }, { "\xC2\x80", 1 }, { "\xC3\xA4\xC3\xB6", 2 },
	{ "\xE2\x82\xAC", 1 },     /* the euro sign */
	{ "\xEF\xBF\xBD", 1 },     /* the last plane-0 neighbourhood */
	{ "\xF0\x9F\x98\x80", 2 }, /* a face: a surrogate pair */
	{ "\xF4\x8F\xBF\xBF", 2 }, /* U+10FFFF */
	{ "a\xF0\x9F\x98\x80\xE2\x82\xAC", 4 }, { "e\xCC\x81", 2 }, /* a combining accent counts */
};

START_TEST(length_is_counted_as_javascript_does)
{
	ck_assert_uint_eq(str_utf16_len(lengths[_i].s), lengths[_i].n);
}
END_TEST

#define S(text) text, sizeof(text) - 1

static const struct {
	const char *s;
	size_t len;
	bool ok;
} utf8[] = {
	{ S(""), true },
	{ S("abc"), true },
	{ S("a\0b"), true },
	{ S("\xC2\x80"), true },
	{ S("\xDF\xBF"), true },
	{ S("\xE0\xA0\x80"), true },
	{ S("\xED\x9F\xBF"), true },
	{ S("\xEE\x80\x80"), true },
	{ S("\xEF\xBF\xBF"), true },
	{ S("\xF0\x90\x80\x80"), true },
	{ S("\xF4\x8F\xBF\xBF"), true },
	{ S("\x80"), false }, /* a tail without a head */
	{ S("\xBF"), false },
	{ S("a\x80"), false },
	{ S("\xC0\x80"), false }, /* overlong */
	{ S("\xC1\xBF"), false },
	{ S("\xE0\x9F\xBF"), false },
	{ S("\xF0\x8F\xBF\xBF"), false },
	{ S("\xED\xA0\x80"), false }, /* surrogates */
	{ S("\xED\xBF\xBF"), false },
	{ S("\xF4\x90\x80\x80"), false }, /* beyond U+10FFFF */
	{ S("\xF5\x80\x80\x80"), false },
	{ S("\xFE"), false },
	{ S("\xFF"), false },
	{ S("\xC3"), false }, /* cut off */
	{ S("\xC3\x41"), false },
	{ S("\xE2\x82"), false },
	{ S("\xE2\x28\xA1"), false },
	{ S("\xE2\x82\x41"), false },
	{ S("\xE2\x82\xC0"), false },
	{ S("\xF0\x9F\x98"), false },
	{ S("\xF0\x9F\x98\x41"), false },
	{ S("\xF0\x9F\x41\x80"), false },
	{ S("\xC3\xA4\xC3"), false },
};

START_TEST(only_well_formed_utf8_passes)
{
	ck_assert_int_eq(str_utf8_valid(utf8[_i].s, utf8[_i].len), utf8[_i].ok);
}
END_TEST

/* The definition, coded the slow way: what decodes and encodes back is well-formed. */
static bool
decodes(const unsigned char *p, size_t n)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned c = p[0] < 0x80 ? p[0] : p[0] & (0x7Fu >> n);
	size_t i;

	for (i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return false;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	return c >= least[n] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

static size_t
claimed(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if ((c & 0xE0) == 0xC0)
		return 2;
	if ((c & 0xF0) == 0xE0)
		return 3;
	return (c & 0xF8) == 0xF0 ? 4 : 0;
}

START_TEST(every_start_of_a_sequence_is_judged_by_the_definition)
{
	unsigned char p[4];
	unsigned a, b;

	for (a = 0; a < 256; a++) {
		for (b = 0; b < 256; b++) {
			size_t n = claimed((unsigned char)a);

			p[0] = (unsigned char)a;
			p[1] = (unsigned char)b;
			p[2] = p[3] = 0x80;
			if (n == 1)
				continue;
			ck_assert_int_eq(str_utf8_valid((char *)p, n != 0 ? n : 4),
			    n != 0 && decodes(p, n));
		}
	}
}
END_TEST

Suite *
suite_str(void)
{
	Suite *s = suite_create("str");
	TCase *tc = unit_case(s, "str");

	tcase_add_test(tc, a_buffer_grows_and_is_terminated_at_every_moment);
	tcase_add_test(tc, a_buffer_takes_any_bytes);
	tcase_add_test(tc, a_print_longer_than_the_buffer_is_whole);
	unit_table(tc, texts_compare_whole, pairs);
	unit_table(tc, texts_start_and_end, parts);
	tcase_add_test(tc, only_ascii_letters_are_lowered);
	unit_table(tc, trimming_takes_spaces_and_tabs, trims);
	tcase_add_test(tc, trimming_reads_no_further_than_told);
	unit_table(tc, lists_are_walked_item_by_item, lists);
	tcase_add_test(tc, no_list_has_no_items);
	unit_table(tc, a_list_has_whole_items, members);
	unit_table(tc, length_is_counted_as_javascript_does, lengths);
	unit_table(tc, only_well_formed_utf8_passes, utf8);
	tcase_add_test(tc, every_start_of_a_sequence_is_judged_by_the_definition);
	return s;
}
