/* SPDX-License-Identifier: ISC */
/* req: line, query, headers, body. */
#include "http/req.h"

#include <string.h>

#include "base/str.h"
#include "exchange.h"
#include "port/js.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

static const struct {
	const char *uri, *script, *info; /* NULL: not given */
	const char *path;                /* NULL: not served */
} lines[] = {
	{ "/api/auth/ok", "", "/api/auth/ok", "/api/auth/ok" },
	{ "/api/auth/ok", "/api/auth/ok", "", "/api/auth/ok" },
	{ "/api/auth/ok", "/api/auth", "/ok", "/api/auth/ok" },
	{ "/api/auth/ok?a=%2F&b=//", "", "/api/auth/ok", "/api/auth/ok" },
	{ "/api/auth/ok#%", "", "/api/auth/ok", "/api/auth/ok" },
	{ "/api/auth/ok", NULL, "/api/auth/ok", "/api/auth/ok" },
	{ "/api/auth/ok", "/api/auth/ok", NULL, "/api/auth/ok" },
	{ NULL, "/api/auth", "/ok", "/api/auth/ok" },
	{ "/api/auth/ok/", "", "/api/auth/ok/", "/api/auth/ok/" },
	{ "/a.b/..c/...", "", "/a.b/..c/...", "/a.b/..c/..." },
	{ "/", "", "/", "/" },
	{ "/api/auth/%6fk", "", "/api/auth/ok", NULL },
	{ "/api%2fauth/ok", "", "/api/auth/ok", NULL },
	{ "/api/auth/ok%", "", "/api/auth/ok%", NULL },
	{ "//api/auth/ok", "", "/api/auth/ok", NULL },
	{ "/api//auth/ok", "", "/api/auth/ok", NULL },
	{ "/api/auth/ok//", "", "/api/auth/ok/", NULL },
	{ "/api/./auth/ok", "", "/api/auth/ok", NULL },
	{ "/api/x/../auth/ok", "", "/api/auth/ok", NULL },
	{ "/api/auth/ok/.", "", "/api/auth/ok", NULL },
	{ "/api/auth/ok/x/..", "", "/api/auth/ok", NULL },
	{ "/../api/auth/ok", "", "/api/auth/ok", NULL },
	{ "/api\\auth\\ok", "", "/api/auth/ok", NULL },
	{ "/api/auth/\xC3\xA4", "", "/api/auth/\xC3\xA4", NULL },
	{ "/api/auth/a b", "", "/api/auth/a b", NULL },
	{ "/api/auth/\x7F", "", "/api/auth/\x7F", NULL },
	{ "/api/auth/\x01", "", "/api/auth/\x01", NULL },
};

START_TEST(a_path_is_served_only_if_all_servers_agree_on_it)
{
	const char *params[5] = { "REQUEST_METHOD=GET" };
	struct req req = { .ctx = unit_ctx };
	size_t n = 1;

	if (lines[_i].uri != NULL)
		params[n++] = str_printf(unit_arena, "REQUEST_URI=%s", lines[_i].uri);
	if (lines[_i].script != NULL)
		params[n++] = str_printf(unit_arena, "SCRIPT_NAME=%s", lines[_i].script);
	if (lines[_i].info != NULL)
		params[n++] = str_printf(unit_arena, "PATH_INFO=%s", lines[_i].info);
	params[n] = NULL;
	req.http = exchange_open(unit_arena, params, "", 0);
	req_read_line(&req);
	ck_assert_int_eq(req.method, GET);
	ck_assert_pstr_eq(req.path, lines[_i].path);
}
END_TEST

static const struct {
	const char *name;
	enum method method;
} methods[] = {
	{ "GET", GET },
	{ "POST", POST },
	{ "PUT", PUT },
	{ "PATCH", PATCH },
	{ "DELETE", DELETE },
	{ "OPTIONS", OPTIONS },
	{ "HEAD", HEAD },
	{ "get", METHOD_OTHER },
	{ "", METHOD_OTHER },
	{ "TRACE", METHOD_OTHER },
	{ "OTHER", METHOD_OTHER },
	{ "GET ", METHOD_OTHER },
};

START_TEST(methods_are_known_by_their_names)
{
	const char *params[] = { str_printf(unit_arena, "REQUEST_METHOD=%s", methods[_i].name),
		NULL };
	struct req req = request_with(GET, params, NULL);

	req_read_line(&req);
	ck_assert_int_eq(req.method, methods[_i].method);
	if (req.method != METHOD_OTHER)
		ck_assert_str_eq(req_method_name(req.method), methods[_i].name);
}
END_TEST

START_TEST(no_method_is_no_crash)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(GET, none, NULL);

	req_read_line(&req);
	ck_assert_int_eq(req.method, METHOD_OTHER);
}
END_TEST

static const struct {
	const char *query, *value; /* of "a" */
} queries[] = {
	{ NULL, NULL },
	{ "", NULL },
	{ "a", "" },
	{ "a=", "" },
	{ "a=1", "1" },
	{ "b=1", NULL },
	{ "b=1&a=2", "2" },
	{ "a=1&a=2", "1" },
	{ "a=1=2", "1=2" },
	{ "aa=1", NULL },
	{ "A=1", NULL },
	{ "a=x+y", "x y" },
	{ "a=x%20y", "x y" },
	{ "a=x%2By", "x+y" },
	{ "%61=1", "1" },
	{ "&&a=1&", "1" },
	{ "a=%", NULL },
	{ "a=%zz", NULL },
	{ "a=%00", NULL },
	{ "a=%FF", NULL },
	{ "%=1&a=2", "2" },
	{ "a=%26b", "&b" },
	{ "a=1;b=2", "1;b=2" },
	{ "a=%C3%A4", "\xC3\xA4" },
	{ "a?=1", NULL },
};

START_TEST(queries_are_decoded)
{
	const char *params[] = { queries[_i].query != NULL
		    ? str_printf(unit_arena, "QUERY_STRING=%s", queries[_i].query)
		    : NULL,
		NULL };
	struct req req = request_with(GET, params, NULL);

	ck_assert_pstr_eq(req_query(&req, "a"), queries[_i].value);
}
END_TEST

START_TEST(headers_are_found_by_lower_case_name)
{
	static const char *const params[] = { "HTTP_X_FORWARDED_FOR=1", "CONTENT_TYPE=text/x",
		"HTTP_CONTENT_TYPE=evil", "HTTP_COOKIE=", "HTTP_PROXY=evil", NULL };
	struct req req = request_with(GET, params, NULL);

	ck_assert_str_eq(req_header(&req, "x-forwarded-for"), "1");
	ck_assert_str_eq(req_header(&req, "content-type"), "text/x");
	ck_assert_str_eq(req_header(&req, "cookie"), "");
	ck_assert_ptr_null(req_header(&req, "origin"));
	ck_assert_ptr_null(req_header(&req, "x-forwarded"));
	ck_assert_ptr_null(req_header(&req,
	    "x-a-name-that-is-longer-than-any-header-that-anybody-has-ever-"
	    "asked-for-in-earnest-or-in-jest"));
}
END_TEST

static const struct {
	const char *header; /* NULL: none */
	bool has;
} tags[] = {
	{ NULL, false },
	{ "", false },
	{ "\"abc\"", true },
	{ "W/\"abc\"", true },
	{ "*", true },
	{ "\"x\", \"abc\"", true },
	{ "\"x\",W/\"abc\" ", true },
	{ "abc", false },
	{ "\"ABC\"", false },
	{ "\"abc", false },
	{ "\"abcd\"", false },
	{ "w/\"abc\"", false },
	{ "\"x\"", false },
};

START_TEST(a_tag_is_found_among_those_named)
{
	const char *params[] = { tags[_i].header != NULL
		    ? str_printf(unit_arena, "HTTP_IF_NONE_MATCH=%s", tags[_i].header)
		    : NULL,
		NULL };
	struct req req = request_with(GET, params, NULL);

	ck_assert_int_eq(req_has_tag(&req, "\"abc\""), tags[_i].has);
}
END_TEST

#define JSON "application/json"
#define FORM_TYPE "application/x-www-form-urlencoded"
#define REQUIRED_ONLY "Content-Type is required. Allowed types: "
#define NOT_ALLOWED(type) "Content-Type \"" type "\" is not allowed. Allowed types: "

static const struct {
	const char *type; /* NULL: no header */
	unsigned policies;
	const char *body;
	enum err e;
	const char *message, *parsed;
} bodies[] = {
	{ JSON, 0, "{\"a\":1}", E_OK, NULL, "{\"a\":1}" },
	{ "Application/JSON", 0, "{}", E_OK, NULL, "{}" },
	{ JSON "; charset=utf-8", 0, "{}", E_OK, NULL, "{}" },
	{ " " JSON " ;x", 0, "{}", E_OK, NULL, "{}" },
	{ JSON, 0, "\xEF\xBB\xBF{}", E_OK, NULL, "{}" },
	{ JSON, 0, " null ", E_OK, NULL, "null" },
	{ JSON, 0, "[1]", E_OK, NULL, "[1]" },
	{ JSON, 0, "", E_INVALID_JSON, NULL, NULL },
	{ JSON, 0, " ", E_INVALID_JSON, NULL, NULL },
	{ JSON, 0, "{", E_INVALID_JSON, NULL, NULL },
	{ JSON, 0, "{}x", E_INVALID_JSON, NULL, NULL },
	{ JSON, 0, "a=1", E_INVALID_JSON, NULL, NULL },
	{ JSON, 0, "{\"a\":\"\xFF\"}", E_INVALID_JSON, NULL, NULL },
	{ NULL, 0, "{}", E_UNSUPPORTED_MEDIA_TYPE, REQUIRED_ONLY JSON, NULL },
	{ "", 0, "{}", E_UNSUPPORTED_MEDIA_TYPE, REQUIRED_ONLY JSON, NULL },
	{ NULL, 0, "", E_UNSUPPORTED_MEDIA_TYPE, REQUIRED_ONLY JSON, NULL },
	{ "text/plain", 0, "{}", E_UNSUPPORTED_MEDIA_TYPE, NOT_ALLOWED("text/plain") JSON, NULL },
	{ "Text/Plain; x", 0, "{}", E_UNSUPPORTED_MEDIA_TYPE, NOT_ALLOWED("Text/Plain; x") JSON,
	    NULL },
	{ "application/jsonx", 0, "{}", E_UNSUPPORTED_MEDIA_TYPE,
	    NOT_ALLOWED("application/jsonx") JSON, NULL },
	{ "application/json, text/plain", 0, "{}", E_UNSUPPORTED_MEDIA_TYPE,
	    NOT_ALLOWED("application/json, text/plain") JSON, NULL },
	{ FORM_TYPE, 0, "a=1", E_UNSUPPORTED_MEDIA_TYPE, NOT_ALLOWED(FORM_TYPE) JSON, NULL },
	{ "multipart/form-data; boundary=x", 0, "", E_UNSUPPORTED_MEDIA_TYPE,
	    NOT_ALLOWED("multipart/form-data; boundary=x") JSON, NULL },
	{ NULL, FORM_BODY, "", E_UNSUPPORTED_MEDIA_TYPE, REQUIRED_ONLY FORM_TYPE ", " JSON, NULL },
	{ "text/plain", FORM_BODY, "", E_UNSUPPORTED_MEDIA_TYPE,
	    NOT_ALLOWED("text/plain") FORM_TYPE ", " JSON, NULL },
	{ FORM_TYPE, FORM_BODY, "email=a%40b.co&password=x+y%2B&r", E_OK, NULL,
	    "{\"email\":\"a@b.co\",\"password\":\"x y+\",\"r\":\"\"}" },
	{ FORM_TYPE "; charset=utf-8", FORM_BODY, "a=1", E_OK, NULL, "{\"a\":\"1\"}" },
	{ FORM_TYPE, FORM_BODY, "a=1&a=2", E_OK, NULL, "{\"a\":\"2\"}" },
	{ FORM_TYPE, FORM_BODY, "", E_OK, NULL, "{}" },
	{ FORM_TYPE, FORM_BODY, "a=\"}&\"=\\", E_OK, NULL, "{\"a\":\"\\\"}\",\"\\\"\":\"\\\\\"}" },
	{ FORM_TYPE, FORM_BODY, "a=%", E_INVALID_JSON, NULL, NULL },
	{ FORM_TYPE, FORM_BODY, "a=%00", E_INVALID_JSON, NULL, NULL },
	{ FORM_TYPE, FORM_BODY, "%FF=1", E_INVALID_JSON, NULL, NULL },
	{ FORM_TYPE, FORM_BODY, "a=\xFF", E_INVALID_JSON, NULL, NULL },
	{ JSON, FORM_BODY, "{\"a\":1}", E_OK, NULL, "{\"a\":1}" },
	{ NULL, BODY_IGNORED, "junk", E_OK, NULL, NULL },
};

START_TEST(bodies_are_read_as_their_type_says)
{
	const char *params[] = { bodies[_i].type != NULL
		    ? str_printf(unit_arena, "CONTENT_TYPE=%s", bodies[_i].type)
		    : NULL,
		NULL };
	struct route route = { .method = POST, .path = "/", .policies = bodies[_i].policies };
	struct req req = { .ctx = unit_ctx, .method = POST, .route = &route };
	struct reply reply = request_reply();

	req.http = exchange_open(unit_arena, params, bodies[_i].body, strlen(bodies[_i].body));
	ck_assert_int_eq(req_take_body(&req, &reply), bodies[_i].e);
	ck_assert_pstr_eq(reply.message, bodies[_i].message);
	if (bodies[_i].parsed != NULL)
		ck_assert_str_eq(js_print(unit_ctx, req.body), bodies[_i].parsed);
}
END_TEST

START_TEST(a_nul_in_a_body_does_not_end_it)
{
	static const char *const params[] = { "CONTENT_TYPE=application/json", NULL };
	struct route route = { .method = POST, .path = "/" };
	struct req req = { .ctx = unit_ctx, .method = POST, .route = &route };
	struct reply reply = request_reply();

	req.http = exchange_open(unit_arena, params, "{}\0{}", 5);
	ck_assert_int_eq(req_take_body(&req, &reply), E_INVALID_JSON);
}
END_TEST

START_TEST(a_nul_in_a_form_does_not_end_it)
{
	static const char *const params[] = { "CONTENT_TYPE=" FORM_TYPE, NULL };
	struct route route = { .method = POST, .path = "/", .policies = FORM_BODY };
	struct req req = { .ctx = unit_ctx, .method = POST, .route = &route };
	struct reply reply = request_reply();

	req.http = exchange_open(unit_arena, params, "a=1\0&b=2", 8);
	ck_assert_int_eq(req_take_body(&req, &reply), E_INVALID_JSON);
}
END_TEST

static const struct {
	size_t n;
	enum err e;
} sizes[] = {
	{ 65535, E_OK },
	{ 65536, E_OK },
	{ 65537, E_TOO_LARGE },
	{ 1 << 20, E_TOO_LARGE },
};

START_TEST(a_body_may_have_64_kib)
{
	static const char *const params[] = { "CONTENT_TYPE=application/json", NULL };
	struct route route = { .method = POST, .path = "/" };
	struct req req = { .ctx = unit_ctx, .method = POST, .route = &route };
	struct reply reply = request_reply();
	char *text = arena_alloc(unit_arena, sizes[_i].n + 1);

	memset(text, ' ', sizes[_i].n);
	text[0] = '[';
	text[sizes[_i].n - 1] = ']';
	req.http = exchange_open(unit_arena, params, text, sizes[_i].n);
	ck_assert_int_eq(req_take_body(&req, &reply), sizes[_i].e);
}
END_TEST

START_TEST(a_body_of_a_reading_request_is_nobodys)
{
	static const char *const none[] = { NULL };
	struct route route = { .method = GET, .path = "/" };
	struct req req = { .ctx = unit_ctx, .method = GET, .route = &route };
	struct reply reply = request_reply();

	req.http = exchange_open(unit_arena, none, "junk", 4);
	ck_assert_int_eq(req_take_body(&req, &reply), E_OK);
	ck_assert_ptr_null(req.body);
}
END_TEST

START_TEST(members_of_the_body_have_defaults)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(POST, none,
	    "{\"s\":\"x\",\"t\":true,\"f\":false,\"n\":null,\"i\":1}");

	ck_assert_str_eq(req_text(&req, "s"), "x");
	ck_assert_ptr_null(req_text(&req, "i"));
	ck_assert_ptr_null(req_text(&req, "absent"));
	ck_assert(req_bool(&req, "t", false));
	ck_assert(!req_bool(&req, "f", true));
	ck_assert(req_bool(&req, "absent", true));
	ck_assert(!req_bool(&req, "absent", false));
	ck_assert(req_bool(&req, "n", true));
}
END_TEST

Suite *
suite_req(void)
{
	Suite *s = suite_create("req");
	TCase *tc = unit_case(s, "line");

	unit_table(tc, a_path_is_served_only_if_all_servers_agree_on_it, lines);
	unit_table(tc, methods_are_known_by_their_names, methods);
	tcase_add_test(tc, no_method_is_no_crash);
	unit_table(tc, queries_are_decoded, queries);
	tcase_add_test(tc, headers_are_found_by_lower_case_name);
	unit_table(tc, a_tag_is_found_among_those_named, tags);
	tc = unit_case(s, "body");
	unit_table(tc, bodies_are_read_as_their_type_says, bodies);
	tcase_add_test(tc, a_nul_in_a_body_does_not_end_it);
	tcase_add_test(tc, a_nul_in_a_form_does_not_end_it);
	unit_table(tc, a_body_may_have_64_kib, sizes);
	tcase_add_test(tc, a_body_of_a_reading_request_is_nobodys);
	tcase_add_test(tc, members_of_the_body_have_defaults);
	return s;
}
