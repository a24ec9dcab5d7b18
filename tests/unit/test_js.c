/* SPDX-License-Identifier: ISC */
/* js: values, wiping, patches. */
#include "port/js.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "suites.h"
#include "unit.h"

static const struct js *
parse(const char *text)
{
	bool ok;
	const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);

	ck_assert_msg(ok, "%s", text);
	return js;
}

static const struct {
	const char *text;
	enum js_type type;
	const char *name;
} types[] = {
	{ "null", JS_NULL, "null" },
	{ "true", JS_BOOL, "boolean" },
	{ "false", JS_BOOL, "boolean" },
	{ "0", JS_NUMBER, "number" },
	{ "-1.5e3", JS_NUMBER, "number" },
	{ "\"\"", JS_STRING, "string" },
	{ "[]", JS_ARRAY, "array" },
	{ "{}", JS_OBJECT, "object" },
};

START_TEST(values_have_their_type)
{
	const struct js *js = parse(types[_i].text);
	const struct js *object = parse(str_printf(unit_arena, "{\"a\":%s}", types[_i].text));

	ck_assert_int_eq(js_type(js), types[_i].type);
	ck_assert_str_eq(js_type_name(js_type(js)), types[_i].name);
	ck_assert_int_eq(js_type_of(object, "a"), types[_i].type);
	ck_assert(js_has(object, "a"));
	ck_assert_int_eq(js_type_of(object, "b"), JS_ABSENT);
	ck_assert(!js_has(object, "b"));
	ck_assert_ptr_null(js_get(object, "b"));
	ck_assert_str_eq(js_type_name(JS_ABSENT), "undefined");
	if (types[_i].type == JS_OBJECT)
		return;
	ck_assert_int_eq(js_type_of(js, "a"), JS_ABSENT);
	ck_assert_ptr_null(js_get(js, "a"));
	ck_assert(!js_has(js, "a"));
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over_once)
{
	bool ok;

	ck_assert(js_bool(js_parse(unit_ctx, "\xEF\xBB\xBFtrue", 7, &ok)) && ok);
	(void)js_parse(unit_ctx, "\xEF\xBB\xBF\xEF\xBB\xBFtrue", 10, &ok);
	ck_assert(!ok);
	(void)js_parse(unit_ctx, "\xEF\xBB\xBF", 3, &ok);
	ck_assert(!ok);
}
END_TEST

START_TEST(of_equal_keys_the_last_wins)
{
	int64_t n;

	ck_assert(js_int(js_get(parse("{\"a\":1,\"b\":2,\"a\":3}"), "a"), &n));
	ck_assert_int_eq(n, 3);
	ck_assert(js_has(parse("{\"__proto__\":1}"), "__proto__"));
	ck_assert(!js_has(parse("{\"__proto__\":{\"a\":1}}"), "a"));
}
END_TEST

/* "a\u0000b" is another key than "a". */
START_TEST(a_key_with_a_nul_is_not_the_key_before_it)
{
	static const char text[] = "{\"a\\u0000b\":1}", late[] = "{\"a\":1,\"a\\u0000\":2}";
	const struct js *js;
	int64_t n = 0;
	bool ok;

	js = js_parse(unit_ctx, text, sizeof(text) - 1, &ok);
	ck_assert(!ok || !js_has(js, "a"));
	js = js_parse(unit_ctx, late, sizeof(late) - 1, &ok);
	ck_assert(!ok || (js_int(js_get(js, "a"), &n) && n == 1));
}
END_TEST

static const struct {
	const char *json, *text; /* NULL: has none */
} texts[] = {
	{ "\"\"", "" },
	{ "\"a\"", "a" },
	{ "\"\\u00e4\\u20AC\"", "\xC3\xA4\xE2\x82\xAC" },
	{ "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80" },
	{ "\"\\n\\\"\\\\\\/\"", "\n\"\\/" },
	{ "\"a\\u0000b\"", NULL },
	{ "\"\\u0000\"", NULL },
	{ "1", NULL },
	{ "true", NULL },
	{ "null", NULL },
	{ "[\"a\"]", NULL },
	{ "{}", NULL },
};

START_TEST(texts_are_decoded)
{
	ck_assert_pstr_eq(js_text(unit_ctx, parse(texts[_i].json)), texts[_i].text);
}
END_TEST

/* PostgreSQL takes no surrogates in UTF-8, so none may come out. */
START_TEST(half_a_surrogate_pair_becomes_well_formed)
{
	static const char *const halves[] = { "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"",
		"\"\\ud800x\"", "\"\\udc00\\ud800\"", "\"\\ud800\\u0041\"", "\"\\ud800\\n\"" };
	size_t i;

	for (i = 0; i < COUNT(halves); i++) {
		const char *text = js_text(unit_ctx, parse(halves[i]));

		ck_assert_msg(text != NULL && str_utf8_valid(text, strlen(text)), "%s", halves[i]);
	}
}
END_TEST

static const struct {
	const char *json;
	bool ok;
	int64_t n;
} ints[] = {
	{ "0", true, 0 },
	{ "-0", true, 0 },
	{ "1", true, 1 },
	{ "-1", true, -1 },
	{ "1.0", true, 1 },
	{ "1e3", true, 1000 },
	{ "1.5e1", true, 15 },
	{ "1795366783", true, 1795366783 },
	{ "9007199254740993", true, INT64_C(9007199254740993) },
	{ "9223372036854775807", true, INT64_MAX },
	{ "-9223372036854775808", false, 0 }, /* where json-c ends up with less */
	{ "9223372036854775808", false, 0 },
	{ "-9223372036854775809", false, 0 },
	{ "18446744073709551615", false, 0 },
	{ "18446744073709551616", false, 0 },
	{ "99999999999999999999999999", false, 0 },
	{ "1.5", false, 0 },
	{ "1e-1", false, 0 },
	{ "1e300", false, 0 },
	{ "1e400", false, 0 },
	{ "-1e400", false, 0 },
	{ "\"1\"", false, 0 },
	{ "true", false, 0 },
	{ "null", false, 0 },
	{ "[1]", false, 0 },
	{ "{}", false, 0 },
	{ "9.3e18", false, 0 },
};

START_TEST(whole_numbers_are_whole_and_fit)
{
	int64_t n = 42;
	bool ok = js_int(parse(ints[_i].json), &n);

	ck_assert_msg(ok == ints[_i].ok, "%s", ints[_i].json);
	if (ok)
		ck_assert_msg(n == ints[_i].n, "%s: %lld", ints[_i].json, (long long)n);
}
END_TEST

START_TEST(no_value_is_no_number_text_or_list)
{
	int64_t n;

	ck_assert(!js_int(NULL, &n));
	ck_assert_ptr_null(js_text(unit_ctx, NULL));
	ck_assert_uint_eq(js_length(NULL), 0);
	ck_assert(!js_bool(NULL));
	ck_assert_ptr_null(js_get(NULL, "a"));
	ck_assert(!js_has(NULL, "a"));
	ck_assert_int_eq(js_type_of(NULL, "a"), JS_ABSENT);
	ck_assert_str_eq(js_print(unit_ctx, NULL), "null");
	js_wipe(NULL);
}
END_TEST

START_TEST(lists_are_counted_and_read)
{
	const struct js *js = parse("[1,\"a\",null,[2,3]]");

	ck_assert_uint_eq(js_length(js), 4);
	ck_assert_str_eq(js_text(unit_ctx, js_at(js, 1)), "a");
	ck_assert_ptr_null(js_at(js, 2));
	ck_assert_uint_eq(js_length(js_at(js, 3)), 2);
	ck_assert_uint_eq(js_length(parse("{\"a\":1}")), 0);
	ck_assert_uint_eq(js_length(parse("\"abc\"")), 0);
}
END_TEST

struct visit {
	struct buf seen;
	size_t stop_after;
};

static bool
visit(void *arg, const char *key, const struct js *v)
{
	struct visit *w = arg;

	buf_printf(&w->seen, "%s=%s ", key, js_print(unit_ctx, v));
	return --w->stop_after > 0;
}

START_TEST(members_come_in_order_until_enough)
{
	struct visit all = { buf_new(unit_arena, 64), 99 }, two = { buf_new(unit_arena, 64), 2 };
	const struct js *js = parse("{\"z\":1,\"a\":null,\"m\":[2],\"\":\"x\"}");

	js_each(js, visit, &all);
	ck_assert_str_eq(all.seen.p, "z=1 a=null m=[2] =\"x\" ");
	js_each(js, visit, &two);
	ck_assert_str_eq(two.seen.p, "z=1 a=null ");
	js_each(parse("[1]"), visit, &two);
	ck_assert_str_eq(two.seen.p, "z=1 a=null ");
}
END_TEST

static const struct {
	const char *in, *out;
} prints[] = {
	{ " { \"a\" : [ 1 , 2 ] } ", "{\"a\":[1,2]}" },
	{ "\"/\"", "\"/\"" },
	{ "\"\\/\"", "\"/\"" },
	{ "\"\\u00e4\"", "\"\xC3\xA4\"" },
	{ "\"\\u0001\\u001F\"", "\"\\u0001\\u001f\"" },
	{ "\"\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\\"\\\\\"" },
	{ "\"\\u2028\"", "\"\xE2\x80\xA8\"" },
	{ "\"\\u0000\"", "\"\\u0000\"" },
	{ "1.10", "1.10" },
	{ "1e3", "1e3" },
	{ "0.1", "0.1" },
	{ "123456789012", "123456789012" },
	{ "\"\\u007f\"", "\"\x7F\"" },
	{ "{\"b\":1,\"a\":2,\"b\":3}", "{\"b\":3,\"a\":2}" },
	{ "null", "null" },
	{ "[]", "[]" },
	{ "{}", "{}" },
};

START_TEST(printing_is_compact_and_escapes_as_the_writer_does)
{
	ck_assert_str_eq(js_print(unit_ctx, parse(prints[_i].in)), prints[_i].out);
}
END_TEST

/* RFC 7396 appendix A, and members' order: what stays comes first. */
static const struct {
	const char *target, *patch, *result;
} patches[] = {
	{ "{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}" },
	{ "{\"a\":\"b\"}", "{\"a\":null}", "{}" },
	{ "{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}" },
	{ "{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}" },
	{ "{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}" },
	{ "{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}" },
	{ "{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}" },
	{ "[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]" },
	{ "{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]" },
	{ "{\"a\":\"foo\"}", "null", "null" },
	{ "{\"a\":\"foo\"}", "\"bar\"", "\"bar\"" },
	{ "{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}" },
	{ "[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}" },
	{ "{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}" },
	{ "{\"a\":{\"x\":1,\"y\":2},\"b\":3}", "{\"a\":{\"y\":null}}",
	    "{\"b\":3,\"a\":{\"x\":1}}" },
	{ "{\"a\":{\"x\":{\"y\":1,\"z\":2}},\"b\":0}", "{\"a\":{\"x\":{\"y\":5}},\"b\":1}",
	    "{\"a\":{\"x\":{\"z\":2,\"y\":5}},\"b\":1}" },
	{ "{\"a\":1}", "{}", "{\"a\":1}" },
	{ "null", "{\"a\":1}", "{\"a\":1}" },
	{ "{\"a\":\"x\"}", "{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":1}}" },
};

START_TEST(patches_merge_as_rfc_7396_says)
{
	ck_assert_str_eq(js_patch(unit_ctx, parse(patches[_i].target), parse(patches[_i].patch)),
	    patches[_i].result);
}
END_TEST

static const struct {
	const char *json;
	bool ok;
} storables[] = {
	{ "null", true },
	{ "true", true },
	{ "0", true },
	{ "1.5", true },
	{ "-1e20", true },
	{ "1e-20", true },
	{ "0e0", true },
	{ "-1e300", false }, /* jsonb writes all digits out */
	{ "1e21", false },
	{ "1e-21", false },
	{ "1e-400", false },
	{ "0e-400", false },
	{ "9007199254740993", true },
	{ "\"\"", true },
	{ "\"\\u0001\"", true },
	{ "[]", true },
	{ "{}", true },
	{ "{\"a\":[{\"b\":[1,\"c\"]}]}", true },
	{ "\"\\u0000\"", false },
	{ "\"a\\u0000b\"", false },
	{ "[\"\\u0000\"]", false },
	{ "{\"a\":\"\\u0000\"}", false },
	{ "{\"a\":[{\"b\":[1,\"\\u0000\"]}]}", false },
	{ "{\"a\":\"\\u0000\",\"b\":1}", false },
	{ "[\"\\u0000\",1]", false },
	{ "1e400", false },
	{ "-1e400", false },
	{ "[1e999]", false },
	{ "18446744073709551615", false },
	{ "99999999999999999999", false },
	{ "-99999999999999999999", false },
	{ "{\"a\":{\"b\":99999999999999999999}}", false },
	{ "0.1000000000000000055511151231257827", true },
};

START_TEST(what_jsonb_would_refuse_or_change_is_not_storable)
{
	ck_assert_msg(js_storable(parse(storables[_i].json)) == storables[_i].ok, "%s",
	    storables[_i].json);
}
END_TEST

START_TEST(wiping_overwrites_every_string)
{
	const struct js *js = parse(
	    "{\"a\":\"secret\",\"b\":[\"secret\",{\"c\":\"secret\"}],\"n\":1,\"z\":null}");

	js_wipe(js);
	ck_assert_ptr_null(strstr(js_print(unit_ctx, js), "secret"));
	ck_assert_str_eq(js_print(unit_ctx, js_get(js, "n")), "1");
}
END_TEST

START_TEST(a_value_ends_with_its_arena)
{
	static const char text[] = "{\"a\":[1,2,{\"b\":\"c\"}]}";
	bool ok;
	int i;

	for (i = 0; i < 1000; i++) { /* what leaks here is the sanitizer's find */
		(void)js_parse(unit_ctx, text, sizeof(text) - 1, &ok);
		ck_assert(ok);
		(void)js_parse(unit_ctx, "{\"a\":", 5, &ok);
		ck_assert(!ok);
		arena_reset(unit_arena);
	}
}
END_TEST

Suite *
suite_js(void)
{
	Suite *s = suite_create("js");
	TCase *tc = unit_case(s, "reading");

	unit_table(tc, values_have_their_type, types);
	tcase_add_test(tc, a_byte_order_mark_is_passed_over_once);
	tcase_add_test(tc, of_equal_keys_the_last_wins);
	tcase_add_test(tc, a_key_with_a_nul_is_not_the_key_before_it);
	unit_table(tc, texts_are_decoded, texts);
	tcase_add_test(tc, half_a_surrogate_pair_becomes_well_formed);
	unit_table(tc, whole_numbers_are_whole_and_fit, ints);
	tcase_add_test(tc, no_value_is_no_number_text_or_list);
	tcase_add_test(tc, lists_are_counted_and_read);
	tcase_add_test(tc, members_come_in_order_until_enough);
	tc = unit_case(s, "writing");
	unit_table(tc, printing_is_compact_and_escapes_as_the_writer_does, prints);
	unit_table(tc, patches_merge_as_rfc_7396_says, patches);
	unit_table(tc, what_jsonb_would_refuse_or_change_is_not_storable, storables);
	tc = unit_case(s, "ending");
	tcase_add_test(tc, wiping_overwrites_every_string);
	tcase_add_test(tc, a_value_ends_with_its_arena);
	return s;
}
