/* SPDX-License-Identifier: ISC */
/* field: the address rule, and the words for mistakes. */
#include "http/field.h"

#include <string.h>

#include "base/str.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

#define SIXTY "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"

static const char *const addresses[] = {
	"a@b.co",
	"A@B.CO",
	"a+b@b.co",
	"a'b@b.co",
	"a_b@b-c.co",
	"-a@b.co",
	"+@b.co",
	"1@2.co",
	"a@b-.co",
	"_@b.co",
	"'a@b.co",
	"a.b.c@b.co",
	"a-@b.co",
	"a_@b.co",
	"a+@b.co",
	"0@b.co",
	"a@b.c.d.ef",
	"a@1.2.3.co",
	"a@b--c.co",
	"a@b.museum",
	"a@b.CO",
	"a@0-0.aa",
	"z@z.zz",
	SIXTY SIXTY "@" SIXTY SIXTY ".co",
	"a.-@b.co",
	"-.-@b.co",
	"''''a@b.co",
};

static const char *const no_addresses[] = {
	"",
	"@",
	"a",
	"a@",
	"@b.co",
	"a@b",
	"a@b.c",
	".a@b.co",
	"a.@b.co",
	"a..b@b.co",
	"a'@b.co",
	"a!b@b.co",
	"a/b@b.co",
	"a b@b.co",
	"\xC3\xA4@b.co",
	"a@\xC3\xA4.co",
	"a@-b.co",
	"a@b_c.co",
	"a@b..co",
	"a@b.co.",
	"a@b.c1",
	"a@xn--e1afmkfd.xn--p1ai",
	"\"a\"@b.co",
	"\"a b\"@b.co",
	"a@[127.0.0.1]",
	"a@127.0.0.1",
	"a@[IPv6:::1]",
	" a@b.co",
	"a@b.co ",
	"\ta@b.co",
	"a@b.co\n",
	"a@b.co\r\n",
	"a\n@b.co",
	"a@b@b.co",
	"a@@b.co",
	"a@b.co@",
	"a@.co",
	"a@.b.co",
	"a@b.-co",
	"a@b.c-o",
	"a@b.co-",
	"a@b,co",
	"a@b.c_o",
	"a,b@b.co",
	"a;b@b.co",
	"<a@b.co>",
	"a<b@b.co",
	"a(b)@b.co",
	"a@b.co(c)",
	"a:b@b.co",
	"a#b@b.co",
	"a$b@b.co",
	"a%b@b.co",
	"a&b@b.co",
	"a*b@b.co",
	"a=b@b.co",
	"a?b@b.co",
	"a^b@b.co",
	"a`b@b.co",
	"a{b@b.co",
	"a|b@b.co",
	"a~b@b.co",
	"a\\b@b.co",
	"a@b\\.co",
	"a@b.co/",
	"a@b.co?x",
	"a@b.co:25",
	"mailto:a@b.co",
	"a\x01@b.co",
	"a\x7F@b.co",
	"a@b\x7F.co",
	"a@b.c\xC3\xB6",
	"a@b.co\xE2\x80\xA8",
	"\xEF\xBC\xA1@b.co",
	"a@b.\xD1\x80\xD1\x84",
	"a@b..",
	"a@..",
	"..@b.co",
	".@b.co",
	"'@b.co",
	"a@b.co..",
	"a@b.1co",
	"a@-.co",
	"a@b.c\xC2\xAA",
};

START_TEST(addresses_are_known)
{
	ck_assert_msg(field_is_email(addresses[_i]), "%s", addresses[_i]);
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	ck_assert_msg(!field_is_email(no_addresses[_i]), "%s", no_addresses[_i]);
}
END_TEST

/* The rule, byte by byte, for each place of an address. */
START_TEST(each_byte_is_judged_in_each_place)
{
	static const char local[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_'+-";
	static const char alnum[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	char text[16];
	int c;

	for (c = 1; c < 256; c++) {
		bool is_local = strchr(local, c) != NULL, is_alnum = strchr(alnum, c) != NULL;
		bool is_alpha = is_alnum && (c < '0' || c > '9');

		snprintf(text, sizeof(text), "%cx@b.co", c);
		ck_assert_msg(field_is_email(text) == is_local, "first %d", c);
		snprintf(text, sizeof(text), "x%cx@b.co", c);
		ck_assert_msg(field_is_email(text) == (is_local || c == '.'), "middle %d", c);
		snprintf(text, sizeof(text), "x%c@b.co", c);
		ck_assert_msg(field_is_email(text) == (is_local && c != '\''), "last %d", c);
		snprintf(text, sizeof(text), "x@%cb.co", c);
		ck_assert_msg(field_is_email(text) == is_alnum, "label %d", c);
		snprintf(text, sizeof(text), "x@b%c.co", c);
		ck_assert_msg(field_is_email(text) == (is_alnum || c == '-'), "label's end %d", c);
		snprintf(text, sizeof(text), "x@b.c%c", c);
		ck_assert_msg(field_is_email(text) == is_alpha, "top %d", c);
	}
}
END_TEST

static const struct field sign_up[] = {
	{ "name", FIELD_STRING, REQUIRED },
	{ "email", FIELD_EMAIL, REQUIRED },
	{ "password", FIELD_NONEMPTY, REQUIRED | SECRET },
	{ "image", FIELD_STRING, OPTIONAL },
	{ "rememberMe", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

static const struct field flags[] = {
	{ "must", FIELD_BOOL, REQUIRED },
	{ "may", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

#define GOOD "\"name\":\"\",\"email\":\"a@b.co\",\"password\":\"p\""
#define STRING "Invalid input: expected string, received "
#define BOOLEAN "Invalid input: expected boolean, received "

static const struct {
	const struct field *fields;
	const char *body, *message; /* NULL: nothing is wrong */
} bodies[] = {
	{ sign_up, "{" GOOD "}", NULL },
	{ sign_up, "{" GOOD ",\"other\":[1]}", NULL },
	{ sign_up, "{" GOOD ",\"image\":\"\",\"rememberMe\":false}", NULL },
	{ sign_up, "{}",
	    "[body.name] " STRING "undefined; [body.email] " STRING
	    "undefined; [body.password] " STRING "undefined" },
	{ sign_up, "{\"password\":1,\"email\":null,\"name\":true}",
	    "[body.name] " STRING "boolean; [body.email] " STRING "null; [body.password] " STRING
	    "number" },
	{ sign_up, "{\"name\":[],\"email\":{},\"password\":1.5}",
	    "[body.name] " STRING "array; [body.email] " STRING "object; [body.password] " STRING
	    "number" },
	{ sign_up, "{\"name\":\"a\",\"email\":\"a\",\"password\":\"p\"}",
	    "[body.email] Invalid email address" },
	{ sign_up, "{\"name\":\"a\",\"email\":\"\",\"password\":\"\"}",
	    "[body.email] Invalid email address; [body.password] Too small: expected string to "
	    "have "
	    ">=1 characters" },
	{ sign_up, "{" GOOD ",\"image\":null}", "[body.image] " STRING "null" },
	{ sign_up, "{" GOOD ",\"image\":1,\"rememberMe\":\"true\"}",
	    "[body.image] " STRING "number; [body.rememberMe] " BOOLEAN "string" },
	{ sign_up, "{" GOOD ",\"rememberMe\":null}", "[body.rememberMe] " BOOLEAN "null" },
	{ sign_up, "{" GOOD ",\"name\":\"last wins\",\"rememberMe\":0}",
	    "[body.rememberMe] " BOOLEAN "number" },
	{ flags, "{\"must\":true}", NULL },
	{ flags, "{\"must\":false,\"may\":true}", NULL },
	{ flags, "{}", "[body.must] " BOOLEAN "undefined" },
	{ flags, "{\"must\":1,\"may\":[]}",
	    "[body.must] " BOOLEAN "number; [body.may] " BOOLEAN "array" },
	{ flags, "[]", "[body] Invalid input: expected object, received array" },
	{ flags, "null", "[body] Invalid input: expected object, received null" },
	{ flags, "\"a\"", "[body] Invalid input: expected object, received string" },
	{ flags, "1", "[body] Invalid input: expected object, received number" },
	{ flags, "true", "[body] Invalid input: expected object, received boolean" },
};

START_TEST(mistakes_are_named_in_the_peers_words)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(POST, none, bodies[_i].body);
	struct reply reply = request_reply();
	struct route route = { .method = POST, .path = "/", .fields = bodies[_i].fields };
	bool good = bodies[_i].message == NULL;

	req.route = &route;
	ck_assert_int_eq(field_check(&req, &reply), good ? E_OK : E_VALIDATION);
	ck_assert_pstr_eq(reply.message, bodies[_i].message);
}
END_TEST

START_TEST(some_routes_name_the_body_twice)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(POST, none, "[]");
	struct reply reply = request_reply();
	struct route route = { .fields = flags, .policies = OBJECT_TWICE };

	req.route = &route;
	ck_assert_int_eq(field_check(&req, &reply), E_VALIDATION);
	ck_assert_str_eq(reply.message,
	    "[body] Invalid input: expected object, received array; "
	    "[body] Invalid input: expected record, received array");
}
END_TEST

START_TEST(a_string_with_a_nul_is_a_mistake)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(POST, none,
	    "{\"name\":\"a\\u0000b\",\"email\":\"a@b.co\\u0000\",\"password\":\"\\u0000\"}");
	struct reply reply = request_reply();
	struct route route = { .fields = sign_up };

	req.route = &route;
	ck_assert_int_eq(field_check(&req, &reply), E_VALIDATION);
	ck_assert_ptr_nonnull(strstr(reply.message, "[body.name] "));
	ck_assert_ptr_nonnull(strstr(reply.message, "[body.email] "));
	ck_assert_ptr_nonnull(strstr(reply.message, "[body.password] "));
}
END_TEST

Suite *
suite_field(void)
{
	Suite *s = suite_create("field");
	TCase *tc = unit_case(s, "address rule");

	unit_table(tc, addresses_are_known, addresses);
	unit_table(tc, what_is_no_address_is_refused, no_addresses);
	tcase_add_test(tc, each_byte_is_judged_in_each_place);
	tc = unit_case(s, "members");
	unit_table(tc, mistakes_are_named_in_the_peers_words, bodies);
	tcase_add_test(tc, some_routes_name_the_body_twice);
	tcase_add_test(tc, a_string_with_a_nul_is_a_mistake);
	return s;
}
