/* SPDX-License-Identifier: ISC */
/* grammar: json_valid against RFC 8259, and json-c against json_valid. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "port/js.h"
#include "suites.h"
#include "unit.h"

#define DEPTH 64
#define S(text) \
	{ \
		text, sizeof(text) - 1 \
	}

struct text {
	const char *s;
	size_t n;
};

static const struct text accepted[] = {
	/* any value may stand alone, in any white space */
	S("null"),
	S("true"),
	S("false"),
	S("0"),
	S("\"\""),
	S("[]"),
	S("{}"),
	S(" \t\r\n0\n\r\t "),
	S(" [ ] "),
	S("\n{\t}\r"),
	S(" { \"a\" : [ 1 , 2 ] } "),
	S("\r\nnull\r\n"),
	/* numbers */
	S("-0"),
	S("1"),
	S("-1"),
	S("10"),
	S("1234567890"),
	S("0.0"),
	S("-0.0"),
	S("0.10"),
	S("1.5"),
	S("123.456"),
	S("1e1"),
	S("1E1"),
	S("1e+1"),
	S("1e-1"),
	S("1E+01"),
	S("1e00"),
	S("0e0"),
	S("0E-0"),
	S("-0e+0"),
	S("1.5e10"),
	S("-1.5E-10"),
	S("0.000000000000000000001"),
	S("9223372036854775807"),
	S("-9223372036854775808"),
	S("9223372036854775808"),
	S("18446744073709551615"),
	S("18446744073709551616"),
	S("-9223372036854775809"),
	S("123456789012345678901234567890123456789012345678901234567890"),
	S("1e308"),
	S("1e400"),
	S("-1e400"),
	S("1e-400"),
	S("1e9999999999"),
	S("0.1e99999999999999999999"),
	S("1.0E+2"),
	/* strings */
	S("\"a\""),
	S("\" \""),
	S("\"\\\"\""),
	S("\"\\\\\""),
	S("\"\\/\""),
	S("\"/\""),
	S("\"\\b\\f\\n\\r\\t\""),
	S("\"\\u0000\""),
	S("\"\\u0041\""),
	S("\"\\uabcd\""),
	S("\"\\uABCD\""),
	S("\"\\uFFFF\""),
	S("\"\\ufffe\""),
	S("\"\\uD834\\uDD1E\""),
	S("\"\\ud800\""),
	S("\"\\udc00\""),
	S("\"\\ud800\\ud800\""),
	S("\"\\ud800x\""),
	S("\"\\udc00\\ud800\""),
	S("\"\\ud800\\u0041\""),
	S("\"\\u00410\""),
	S("\"\\\\u0041\""),
	S("\"\x7F\""),
	S("\"\xC2\x80\""),
	S("\"\xC3\xA4\""),
	S("\"\xE2\x82\xAC\""),
	S("\"\xE2\x80\xA8\xE2\x80\xA9\""),
	S("\"\xEF\xBB\xBF\""),
	S("\"\xEF\xBF\xBE\""),
	S("\"\xEF\xBF\xBF\""),
	S("\"\xF0\x9F\x98\x80\""),
	S("\"\xF4\x8F\xBF\xBF\""),
	S("\"'\""),
	S("\"// no comment\""),
	S("\"\\\"\\\"\""),
	S("\"[{\""),
	S("\"\\u005C\""),
	S("\"\\u0022\""),
	/* arrays */
	S("[0]"),
	S("[null]"),
	S("[null,true,false,0,\"\",[],{}]"),
	S("[[]]"),
	S("[[],[]]"),
	S("[[[[[[]]]]]]"),
	S("[1,2,3]"),
	S("[ 1 , 2 ]"),
	S("[\n]"),
	S("[\"\"]"),
	S("[-1]"),
	S("[1e1]"),
	S("[0,0]"),
	S("[{},{}]"),
	S("[\"a\",[\"b\"],\"c\"]"),
	/* objects */
	S("{\"\":0}"),
	S("{\"a\":0}"),
	S("{\"a\":null}"),
	S("{\"a\":{}}"),
	S("{\"a\":[]}"),
	S("{\"a\":1,\"b\":2}"),
	S("{\"a\":1,\"a\":2}"),
	S("{\"a\":{\"b\":{\"c\":[]}}}"),
	S("{\"\\u0000\":0}"),
	S("{\"\\\"\":0}"),
	S("{\"__proto__\":0}"),
	S("{\"a\" :\t0\n}"),
	S("{\"a\":[{\"b\":[{}]}]}"),
	S("{\"\xC3\xA4\":\"\xC3\xB6\"}"),
	S("{\"a\":\"b\",\"c\":[1]}"),
	S("{\"a\":-0}"),
	S("{\"1\":1}"),
	S("{\"a\":{},\"b\":{}}"),
	S("{\"a\":[],\"b\":[]}"),
};

static const struct text refused[] = {
	/* nothing, white space, comments */
	S(""),
	S(" "),
	S("\n"),
	S("\t \r\n"),
	S("\v0"),
	S("\f0"),
	S("0\f"),
	S("\xC2\xA0"
	  "0"),
	S("\xE2\x80\xA8"
	  "0"),
	S("//\n0"),
	S("/**/0"),
	S("0//"),
	S("0/**/"),
	S("#\n0"),
	S("[/**/]"),
	S("[1,//\n2]"),
	/* words */
	S("nul"),
	S("nulll"),
	S("Null"),
	S("NULL"),
	S("tru"),
	S("True"),
	S("TRUE"),
	S("truee"),
	S("fals"),
	S("False"),
	S("undefined"),
	S("NaN"),
	S("nan"),
	S("Infinity"),
	S("-Infinity"),
	S("inf"),
	S("-inf"),
	S("none"),
	S("a"),
	S("null null"),
	S("nulltrue"),
	S("t"),
	S("f"),
	S("n"),
	S("[nul]"),
	S("[tru]"),
	S("[True]"),
	S("{\"a\":nul}"),
	S("true1"),
	S("true\""),
	/* numbers */
	S("-"),
	S("+"),
	S("+1"),
	S("--1"),
	S("-+1"),
	S("- 1"),
	S("00"),
	S("01"),
	S("-01"),
	S("-00"),
	S("1."),
	S(".1"),
	S("-.1"),
	S("."),
	S("-."),
	S("1.e1"),
	S("1e"),
	S("1e+"),
	S("1e-"),
	S("1E"),
	S("e1"),
	S("1e1.5"),
	S("1e 1"),
	S("1 e1"),
	S("1.5.5"),
	S("1..5"),
	S("0x10"),
	S("0b1"),
	S("0o7"),
	S("1_000"),
	S("1,000"),
	S("1'000"),
	S("1a"),
	S("1f"),
	S("0a"),
	S("1L"),
	S("1n"),
	S("1-"),
	S("1+1"),
	S("1e1e1"),
	S("1e+-1"),
	S("1 2"),
	S("0 0"),
	S("00.5"),
	S("-a"),
	S("0.e"),
	S("[1.]"),
	S("[.5]"),
	S("[01]"),
	S("[1e]"),
	S("[+1]"),
	S("{\"a\":01}"),
	S("{\"a\":-}"),
	S("\xD9\xA1"),
	S("\xEF\xBC\x91"),
	S("1\xC2\xA0"),
	/* strings */
	S("\""),
	S("\"a"),
	S("a\""),
	S("'a'"),
	S("`a`"),
	S("\"a'"),
	S("\"\\\""),
	S("\"\\"),
	S("\"\\x41\""),
	S("\"\\a\""),
	S("\"\\v\""),
	S("\"\\0\""),
	S("\"\\'\""),
	S("\"\\ \""),
	S("\"\\N\""),
	S("\"\\U0041\""),
	S("\"\\u\""),
	S("\"\\u1\""),
	S("\"\\u12\""),
	S("\"\\u123\""),
	S("\"\\u123g\""),
	S("\"\\ug123\""),
	S("\"\\u 123\""),
	S("\"\\u+123\""),
	S("\"\\u-123\""),
	S("\"\\u12"),
	S("\"\\u1234"),
	S("\"\\u{41}\""),
	S("\"\\\n\""),
	S("\"a\"b\""),
	S("\"a\" \"b\""),
	S("\"\\ud800\\u\""),
	S("\"\\ud800\\"),
	S("\"\\\xC3\xA4\""),
	S("\"\\u00\xC3\xA4\""),
	/* control characters, NUL */
	S("\"\n\""),
	S("\"\t\""),
	S("\"\r\""),
	S("\"\x01\""),
	S("\"\x1F\""),
	S("\"\0\""),
	S("\"a\0\""),
	S("\0"),
	S("0\0"),
	S("\0"
	  "0"),
	S("[\0]"),
	S("{\"a\0\":1}"),
	S("[1\0]"),
	S("null\0"),
	S("\x1F"
	  "0"),
	S("\x7F"),
	S("\b0"),
	S("[\x01]"),
	/* UTF-8 and the byte order mark, which js_parse takes off */
	S("\xEF\xBB\xBF"
	  "0"),
	S("\xEF\xBB\xBF"),
	S("\xFE\xFF\0"
	  "0"),
	S("\xFF\xFE"
	  "0\0"),
	S("\"\x80\""),
	S("\"\xBF\""),
	S("\"\xC3\""),
	S("\"\xC3"),
	S("\"\xC0\x80\""),
	S("\"\xC1\xBF\""),
	S("\"\xE0\x80\x80\""),
	S("\"\xED\xA0\x80\""),
	S("\"\xED\xB0\x80\""),
	S("\"\xF0\x80\x80\x80\""),
	S("\"\xF4\x90\x80\x80\""),
	S("\"\xF8\x88\x80\x80\x80\""),
	S("\"\xFF\""),
	S("\"\xFE\""),
	S("\"\xE4\""),
	S("{\"\xFF\":0}"),
	S("[\xFF]"),
	S("\xC3\xA4"),
	/* arrays */
	S("["),
	S("]"),
	S("[]]"),
	S("[[]"),
	S("[1"),
	S("[1,"),
	S("[,"),
	S("[,]"),
	S("[1,]"),
	S("[,1]"),
	S("[1,,2]"),
	S("[1 2]"),
	S("[1;2]"),
	S("[1:2]"),
	S("[\"a\":1]"),
	S("[1}"),
	S("[}"),
	S("(1)"),
	S("[1],"),
	S(",[1]"),
	S("[1][2]"),
	S("[[1],]"),
	S("[\"a\" \"b\"]"),
	S("[\"a\",\n"),
	S("[null,]"),
	S("[[],,[]]"),
	S("[\"a]"),
	S("[a]"),
	S("[1,]1]"),
	S("]["),
	/* objects */
	S("{"),
	S("}"),
	S("{}}"),
	S("{{}}"),
	S("{\"a\"}"),
	S("{\"a\":}"),
	S("{\"a\":1"),
	S("{\"a\":1,"),
	S("{\"a\":1,}"),
	S("{,}"),
	S("{,\"a\":1}"),
	S("{\"a\":1,,\"b\":2}"),
	S("{\"a\" 1}"),
	S("{\"a\"=1}"),
	S("{\"a\"::1}"),
	S("{\"a\":1 \"b\":2}"),
	S("{\"a\":1;\"b\":2}"),
	S("{a:1}"),
	S("{'a':1}"),
	S("{1:1}"),
	S("{null:1}"),
	S("{true:1}"),
	S("{[]:1}"),
	S("{{}:1}"),
	S("{\"a\":1]"),
	S("{]"),
	S("{\"a\":1}}"),
	S("{\"a\":1},"),
	S("{\"a\":1}{}"),
	S("{\"a\":1}\"b\""),
	S("{:1}"),
	S("{\"a\":\"b"),
	S("{\"a"),
	S("{\"a\":1,\"b\"}"),
	S("{\"a\":1,\"b\":}"),
	S("{\"a\":1,b:2}"),
	S("{\"a\":1,2}"),
	S("{1}"),
	S("{\"a\",\"b\"}"),
	S("{\"a\":1 2}"),
	S("{\"a\":[}"),
	S("{\"a\":{]"),
	S("{\"a\":[1}]"),
	S("{} []"),
	S("{}1"),
	S("{\"a\":1}\0"),
	S("{\"a\\\":1}"),
};

#undef S

START_TEST(what_rfc_8259_allows_is_valid)
{
	const struct text *t = &accepted[_i];

	ck_assert_msg(json_valid(t->s, t->n, DEPTH), "%s", t->s);
}
END_TEST

START_TEST(what_rfc_8259_forbids_is_not_valid)
{
	const struct text *t = &refused[_i];

	ck_assert_msg(!json_valid(t->s, t->n, DEPTH), "%s", t->s);
}
END_TEST

START_TEST(what_is_valid_is_parsed_and_printed_valid_again)
{
	const struct text *t = &accepted[_i];
	const char *printed;
	bool ok;
	const struct js *js = js_parse(unit_ctx, t->s, t->n, &ok);

	if (!json_readable(t->s, t->n, DEPTH)) { /* U+0000 in a key: refused when read */
		ck_assert(!ok);
		return;
	}
	ck_assert_msg(ok, "%s", t->s);
	printed = js_print(unit_ctx, js);
	ck_assert_msg(json_valid(printed, strlen(printed), DEPTH), "%s -> %s", t->s, printed);
}
END_TEST

START_TEST(what_is_not_valid_is_not_parsed)
{
	const struct text *t = &refused[_i];
	bool ok, bom = t->n > 3 && memcmp(t->s, "\xEF\xBB\xBF", 3) == 0;

	(void)js_parse(unit_ctx, t->s, t->n, &ok);
	ck_assert_msg(ok == bom, "%s", t->s);
}
END_TEST

/* Every accepted text with one byte less, and each with one more at either end. */
START_TEST(the_end_of_the_text_is_the_end)
{
	const struct text *t = &accepted[_i];
	char *longer = arena_alloc(unit_arena, t->n + 1);
	size_t n;

	for (n = 0; n <= t->n; n++) {
		char *exact = arena_alloc(unit_arena, n);

		memcpy(exact, t->s, n);
		(void)json_valid(exact, n, DEPTH); /* a read beyond it is the sanitizer's find */
	}
	memcpy(longer, t->s, t->n);
	longer[t->n] = ']';
	ck_assert_msg(!json_valid(longer, t->n + 1, DEPTH), "%s", longer);
	longer[t->n] = '\0';
	ck_assert_msg(!json_valid(longer, t->n + 1, DEPTH), "%s and a NUL", longer);
}
END_TEST

static const char *
nested(unsigned depth, const char *open, const char *core, const char *close)
{
	struct buf b = buf_new(unit_arena, 64);
	unsigned i;

	for (i = 0; i < depth; i++)
		buf_add(&b, open);
	buf_add(&b, core);
	for (i = 0; i < depth; i++)
		buf_add(&b, close);
	return b.p;
}

static const struct {
	const char *open, *core, *close;
} nests[] = {
	{ "[", "", "]" },
	{ "[", "0", "]" },
	{ "{\"a\":", "0", "}" },
	{ "[[],", "0", "]" },
	{ "{\"a\":{},\"b\":", "\"\"", "}" },
	{ "[{\"a\":", "null", "}]" },
};

START_TEST(depth_ends_where_it_is_told)
{
	unsigned each = strlen(nests[_i].close) == 2 ? 2 : 1, fits = DEPTH / each;
	bool inner = strstr(nests[_i].open, "[]") != NULL || strstr(nests[_i].open, "{}") != NULL;
	const char *at = nested(fits - inner, nests[_i].open, nests[_i].core, nests[_i].close);
	const char *over = nested(fits + 1, nests[_i].open, nests[_i].core, nests[_i].close);

	ck_assert(json_valid(at, strlen(at), DEPTH));
	ck_assert(!json_valid(over, strlen(over), DEPTH));
}
END_TEST

START_TEST(depth_zero_takes_scalars_only)
{
	ck_assert(json_valid("1", 1, 0));
	ck_assert(!json_valid("[]", 2, 0));
	ck_assert(!json_valid("{}", 2, 0));
	ck_assert(json_valid("[]", 2, 1));
	ck_assert(!json_valid("[[]]", 4, 1));
	ck_assert(json_valid("[[],[]]", 7, 2));
}
END_TEST

START_TEST(a_bomb_of_brackets_costs_nothing)
{
	const char *arrays = nested(200000, "[", "", ""),
	           *objects = nested(200000, "{\"a\":", "", "");

	ck_assert(!json_valid(arrays, strlen(arrays), 512));
	ck_assert(!json_valid(objects, strlen(objects), 512));
}
END_TEST

START_TEST(json_c_takes_every_depth_that_is_valid)
{
	const char *text = nested(JS_DEPTH, "[", "1", "]"),
	           *over = nested(JS_DEPTH + 1, "[", "1", "]");
	const char *objects = nested(JS_DEPTH, "{\"a\":", "1", "}");
	bool ok;

	ck_assert_str_eq(js_print(unit_ctx, js_parse(unit_ctx, text, strlen(text), &ok)), text);
	ck_assert(ok);
	ck_assert_str_eq(js_print(unit_ctx, js_parse(unit_ctx, objects, strlen(objects), &ok)),
	    objects);
	ck_assert(ok);
	ck_assert_ptr_null(js_parse(unit_ctx, over, strlen(over), &ok));
	ck_assert(!ok);
}
END_TEST

Suite *
suite_grammar(void)
{
	Suite *s = suite_create("grammar");
	TCase *tc = unit_case(s, "RFC 8259");

	unit_table(tc, what_rfc_8259_allows_is_valid, accepted);
	unit_table(tc, what_rfc_8259_forbids_is_not_valid, refused);
	unit_table(tc, what_is_valid_is_parsed_and_printed_valid_again, accepted);
	unit_table(tc, what_is_not_valid_is_not_parsed, refused);
	unit_table(tc, the_end_of_the_text_is_the_end, accepted);
	unit_table(tc, depth_ends_where_it_is_told, nests);
	tcase_add_test(tc, depth_zero_takes_scalars_only);
	tcase_add_test(tc, a_bomb_of_brackets_costs_nothing);
	tcase_add_test(tc, json_c_takes_every_depth_that_is_valid);
	return s;
}
