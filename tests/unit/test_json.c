/* SPDX-License-Identifier: ISC */
/* json: the writer.  Its grammar has a suite of its own. */
#include "base/json.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "suites.h"
#include "unit.h"

static const struct {
	const char *text, *json;
} escapes[] = {
	{ "", "\"\"" },
	{ "abc", "\"abc\"" },
	{ "\"", "\"\\\"\"" },
	{ "\\", "\"\\\\\"" },
	{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
	{ "\x01\x02\x07", "\"\\u0001\\u0002\\u0007\"" },
	{ "\x0B\x0E\x1F", "\"\\u000b\\u000e\\u001f\"" },
	{ "\x7F", "\"\x7F\"" },
	{ "/", "\"/\"" },
	{ "</script>", "\"</script>\"" },
	{ "&'", "\"&'\"" },
	{ "\xC3\xA4", "\"\xC3\xA4\"" },
	{ "\xE2\x80\xA8\xE2\x80\xA9", "\"\xE2\x80\xA8\xE2\x80\xA9\"" }, /* U+2028, U+2029 */
	{ "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"" },
	{ "a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\"" },
	{ "\"\"", "\"\\\"\\\"\"" },
	{ "bfnrt", "\"bfnrt\"" },
};

START_TEST(texts_are_escaped_as_json_stringify_does)
{
	struct json j = json_new(unit_arena, 1);

	json_text(&j, NULL, escapes[_i].text);
	ck_assert_str_eq(json_done(&j), escapes[_i].json);
	ck_assert(json_valid(json_done(&j), strlen(json_done(&j)), 1));
}
END_TEST

START_TEST(keys_are_escaped_too)
{
	struct json j = json_new(unit_arena, 1);

	json_open(&j, NULL);
	json_text(&j, "a\"\n\\", "b");
	json_close(&j);
	ck_assert_str_eq(json_done(&j), "{\"a\\\"\\n\\\\\":\"b\"}");
}
END_TEST

START_TEST(every_byte_below_u0080_makes_valid_json)
{
	char text[2] = "";
	int c;

	for (c = 1; c < 0x80; c++) {
		struct json j = json_new(unit_arena, 1);

		text[0] = (char)c;
		json_text(&j, NULL, text);
		ck_assert_msg(json_valid(json_done(&j), j.buf.len, 1), "byte %d", c);
	}
}
END_TEST

START_TEST(members_keep_their_order_and_commas)
{
	struct json j = json_new(unit_arena, 1);

	json_open(&j, NULL);
	json_open(&j, "o");
	json_close(&j);
	json_open_array(&j, "a");
	json_close_array(&j);
	json_text(&j, "z", NULL);
	json_int(&j, "i", 1);
	json_open_array(&j, "b");
	json_int(&j, NULL, 1);
	json_open(&j, NULL);
	json_flag(&j, "t", true);
	json_flag(&j, "f", false);
	json_close(&j);
	json_open_array(&j, NULL);
	json_null(&j, NULL);
	json_null(&j, NULL);
	json_close_array(&j);
	json_close_array(&j);
	json_raw(&j, "r", "[1]");
	json_null(&j, "n");
	json_close(&j);
	ck_assert_str_eq(json_done(&j),
	    "{\"o\":{},\"a\":[],\"z\":null,\"i\":1,\"b\":[1,{\"t\":true,\"f\":false},[null,null]],"
	    "\"r\":[1],\"n\":null}");
}
END_TEST

static const struct {
	int64_t n;
	const char *json;
} numbers[] = {
	{ 0, "0" },
	{ -1, "-1" },
	{ 1795366783, "1795366783" },
	{ INT64_C(9007199254740993), "9007199254740993" },
	{ INT64_MAX, "9223372036854775807" },
	{ INT64_MIN, "-9223372036854775808" },
};

START_TEST(numbers_are_written_in_full)
{
	struct json j = json_new(unit_arena, 1);

	json_int(&j, NULL, numbers[_i].n);
	ck_assert_str_eq(json_done(&j), numbers[_i].json);
}
END_TEST

START_TEST(stamps_are_iso_texts_or_null)
{
	struct json j = json_new(unit_arena, 1);

	json_open_array(&j, NULL);
	json_stamp(&j, NULL, (struct stamp) { INT64_C(1795365935487) });
	json_stamp(&j, NULL, (struct stamp) { STAMP_NULL });
	json_stamp(&j, NULL, (struct stamp) { 0 });
	json_close_array(&j);
	ck_assert_str_eq(json_done(&j),
	    "[\"2026-11-22T16:45:35.487Z\",null,\"1970-01-01T00:00:00.000Z\"]");
}
END_TEST

START_TEST(a_long_text_is_whole)
{
	static char text[100001], *p;
	struct json j = json_new(unit_arena, 1);
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++)
		text[i] = "ab\"\n"[i % 4];
	json_text(&j, NULL, text);
	ck_assert_uint_eq(j.buf.len, 2 + 100000 + 50000);
	p = strstr(j.buf.p, "ab\\\"\\nab");
	ck_assert_ptr_eq(p, j.buf.p + 1);
	ck_assert(json_valid(j.buf.p, j.buf.len, 1));
}
END_TEST

static const struct {
	const char *in, *out;
} compacts[] = {
	{ "", "" },
	{ "1", "1" },
	{ " { \"a\" : [ 1 , 2.50 , 1e3 ] } \n", "{\"a\":[1,2.50,1e3]}" },
	{ "{\"a b\": \" c \\\" d \\\\\", \"e\": null}", "{\"a b\":\" c \\\" d \\\\\",\"e\":null}" },
	{ "[\"\\\\\" , \" \"]", "[\"\\\\\",\" \"]" },
	{ "\t\r\n[\t]\r\n", "[]" },
	{ "\"\\u0020 \"", "\"\\u0020 \"" },
	{ "99999999999999999999 ", "99999999999999999999" },
	{ "\" ", "\" " },
	{ "\"\\", "\"\\" },
};

START_TEST(compact_text_has_only_the_spaces_of_its_strings)
{
	ck_assert_str_eq(json_compact(unit_arena, compacts[_i].in), compacts[_i].out);
}
END_TEST

Suite *
suite_json(void)
{
	Suite *s = suite_create("json");
	TCase *tc = unit_case(s, "writer");

	unit_table(tc, texts_are_escaped_as_json_stringify_does, escapes);
	tcase_add_test(tc, keys_are_escaped_too);
	tcase_add_test(tc, every_byte_below_u0080_makes_valid_json);
	tcase_add_test(tc, members_keep_their_order_and_commas);
	unit_table(tc, numbers_are_written_in_full, numbers);
	tcase_add_test(tc, stamps_are_iso_texts_or_null);
	tcase_add_test(tc, a_long_text_is_whole);
	unit_table(tc, compact_text_has_only_the_spaces_of_its_strings, compacts);
	return s;
}
