/* SPDX-License-Identifier: ISC */
/* cookie: how the header is read, and how a line is written. */
#include "http/cookie.h"

#include <string.h>

#include "port/js.h"
#include "port/secret.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

static const struct {
	const char *header, *value; /* of "a"; NULL: there is none */
} headers[] = {
	{ NULL, NULL }, { "", NULL }, { ";", NULL }, { "a", NULL }, { "=", NULL }, { "=1", NULL },
	{ "a=", "" }, { "a=1", "1" }, { "A=1", NULL }, { "b=1", NULL }, { "aa=1", NULL },
	{ "ba=1", NULL }, { "a=1; b=2", "1" }, { "b=2; a=1", "1" }, { "b=2;a=1", "1" },
	{ "b=2;;a=1;", "1" }, { "b; a=1", "1" }, { "  a  =  1  ", "1" }, { "\ta\t=\t1\t;b=2", "1" },
	{ "a=1; a=2", "1" }, /* the first wins */
	{ "a=; a=2", "" }, { "a; a=2", "2" }, { "a=b=c", "b=c" }, { "a==", "=" },
	{ "a=1=;b", "1=" }, { "a=1 2", "1 2" }, { "a=1,2", "1,2" }, { "a=\"1\"", "1" },
	{ "a=\"\"", "" }, { "a=\"", "\"" }, { "a=\"1", "\"1" }, { "a=1\"", "1\"" },
	{ "a=\"\"1\"\"", "\"1\"" }, /* one layer */
	{ "a= \"1\" ", "1" }, { "a=\" 1 \"", " 1 " }, { "a='1'", "'1'" }, { "\"a\"=1", NULL },
	{ "a=%31", "1" }, { "a=\"%31\"", "1" }, { "a=x%2Fy%2By%3D", "x/y+y=" },
	{ "a=x%2fy", "x/y" }, { "a=x/y+z=", "x/y+z=" }, { "a=1+2", "1+2" }, { "a=1+2%20", "1+2 " },
	{ "a=%", "%" }, /* undecodable: raw */
	{ "a=%3", "%3" }, { "a=%zz", "%zz" }, { "a=%31%zz", "%31%zz" }, { "a=%C3%A4", "\xC3\xA4" },
	{ "a=%C3", "%C3" }, { "a=%FF%31", "%FF%31" }, { "a=%2531", "%31" }, /* decoded once */
	{ "a=%3B; b=1", ";" }, { "%61=1", NULL }, /* names are not decoded */
	{ "a=\xC3\xA4", "\xC3\xA4" }, { "a=1; expires=x; path=/", "1" },
	{ "b=\"x;a=1\"", "1\"" }, /* quotes do not hide a separator */
};

START_TEST(the_header_is_read_as_the_peer_reads_it)
{
	ck_assert_pstr_eq(cookie_find(unit_ctx, headers[_i].header, "a"), headers[_i].value);
}
END_TEST

START_TEST(the_recorded_session_is_found_encoded_or_not)
{
	const struct js *session = js_get(unit_vectors("peer.json"), "session");
	const char *encoded = js_text(unit_ctx, js_get(session, "cookie"));
	const char *raw = js_text(unit_ctx, js_get(session, "setAuthToken"));
	const char *name = "better-auth.session_token";
	char header[256];

	snprintf(header, sizeof(header), "x=1; %s=%s", name, encoded);
	ck_assert_str_eq(cookie_find(unit_ctx, header, name), raw);
	snprintf(header, sizeof(header), "%s=%s; y=2", name, raw);
	ck_assert_str_eq(cookie_find(unit_ctx, header, name), raw);
	snprintf(header, sizeof(header), "%s=\"%s\"", name, encoded);
	ck_assert_str_eq(cookie_find(unit_ctx, header, name), raw);
	ck_assert_ptr_null(cookie_find(unit_ctx, header, "better-auth.session_toke"));
}
END_TEST

START_TEST(names_bear_the_prefix_and_https_its_own)
{
	ck_assert_str_eq(cookie_name(unit_ctx, "x"), "better-auth.x");
	unit_conf()->cookie_prefix = "myapp";
	ck_assert_str_eq(cookie_name(unit_ctx, "x"), "myapp.x");
	unit_conf()->secure = true;
	ck_assert_str_eq(cookie_name(unit_ctx, "x"), "__Secure-myapp.x");
}
END_TEST

START_TEST(a_cookie_is_got_by_its_short_name)
{
	static const char *const params[] = {
		"HTTP_COOKIE=x=1; better-auth.x=2; __Secure-better-auth.x=3", NULL
	};
	struct req req = request_with(GET, params, NULL);

	ck_assert_str_eq(cookie_get(&req, "x"), "2");
	ck_assert_ptr_null(cookie_get(&req, "y"));
	unit_conf()->secure = true;
	ck_assert_str_eq(cookie_get(&req, "x"), "3");
}
END_TEST

static const struct {
	const char *value;
	long max_age;
	bool secure;
	const char *samesite, *domain, *line;
} lines[] = {
	{ "v", 604800, false, "lax", "",
	    "better-auth.x=v; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax" },
	{ "", 0, false, "lax", "", "better-auth.x=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax" },
	{ "v", COOKIE_SESSION_ONLY, false, "lax", "",
	    "better-auth.x=v; Path=/; HttpOnly; SameSite=Lax" },
	{ "v", 5, true, "lax", "",
	    "__Secure-better-auth.x=v; Max-Age=5; Path=/; HttpOnly; Secure; SameSite=Lax" },
	{ "v", 5, true, "none", "",
	    "__Secure-better-auth.x=v; Max-Age=5; Path=/; HttpOnly; Secure; SameSite=None" },
	{ "v", 5, true, "partitioned", "",
	    "__Secure-better-auth.x=v; Max-Age=5; Path=/; HttpOnly; Secure; SameSite=None; "
	    "Partitioned" },
	{ "v", 5, true, "lax", "example.com",
	    "__Secure-better-auth.x=v; Max-Age=5; Domain=example.com; Path=/; HttpOnly; Secure; "
	    "SameSite=Lax" },
	{ "a.b/c+d=\r\n;\xC3\xA4", 1, false, "lax", "",
	    "better-auth.x=a.b%2Fc%2Bd%3D%0D%0A%3B%C3%A4; Max-Age=1; Path=/; HttpOnly; "
	    "SameSite=Lax" },
};

START_TEST(lines_have_the_peers_attributes_in_its_order)
{
	static const char *const none[] = { NULL };
	struct req req = request_with(GET, none, NULL);
	struct reply reply = request_reply();

	unit_conf()->secure = lines[_i].secure;
	unit_conf()->cookie_samesite = lines[_i].samesite;
	unit_conf()->cookie_domain = lines[_i].domain;
	cookie_set(&req, &reply, "x", lines[_i].value, lines[_i].max_age);
	ck_assert_str_eq(reply_get(&reply, "set-cookie"), lines[_i].line);
}
END_TEST

START_TEST(the_recorded_session_cookie_is_written_alike)
{
	static const char *const none[] = { NULL };
	const struct js *session = js_get(unit_vectors("peer.json"), "session");
	const char *token = js_text(unit_ctx, js_get(session, "token"));
	struct req req = request_with(GET, none, NULL);
	struct reply reply = request_reply();
	char line[256];

	snprintf(line, sizeof(line),
	    "better-auth.session_token=%s; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax",
	    js_text(unit_ctx, js_get(session, "cookie")));
	cookie_set(&req, &reply, "session_token", secret_sign(unit_ctx, token), 604800);
	ck_assert_str_eq(reply_get(&reply, "set-cookie"), line);
}
END_TEST

Suite *
suite_cookie(void)
{
	Suite *s = suite_create("cookie");
	TCase *tc = unit_case(s, "reading");

	unit_table(tc, the_header_is_read_as_the_peer_reads_it, headers);
	tcase_add_test(tc, the_recorded_session_is_found_encoded_or_not);
	tcase_add_test(tc, names_bear_the_prefix_and_https_its_own);
	tcase_add_test(tc, a_cookie_is_got_by_its_short_name);
	tc = unit_case(s, "writing");
	unit_table(tc, lines_have_the_peers_attributes_in_its_order, lines);
	tcase_add_test(tc, the_recorded_session_cookie_is_written_alike);
	return s;
}
