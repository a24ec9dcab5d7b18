/* SPDX-License-Identifier: ISC */
/* origin: trusted addresses, and the checks of requests as recorded. */
#include "http/origin.h"

#include <string.h>

#include "base/str.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

/* The servers of the recordings. */
enum server { DEV, HTTPS, LAN, APP };

static const struct {
	const char *origin, *trusted;
} servers[] = {
	[DEV] = { "http://localhost:4101", "http://localhost:3000" },
	[HTTPS] = { "https://auth.example.com",
	    "https://app.example.com, https://*.example.org, myapp://" },
	[LAN] = { "http://localhost:4123", "http://localhost:3000,192.168.*.*,*.lan,10.0.0.?" },
	[APP] = { "https://auth.example.com",
	    "myapp://cb, other://host/a/b, slash://host/a/, "
	    "HTTPS://Upper.Example.com,https://p.example.com/x,"
	    "bare.example.com,https://x.example.net:8443,https://?.example.net" },
};

static void
be(enum server which)
{
	unit_conf()->origin = servers[which].origin;
	unit_conf()->base_url = servers[which].origin;
	unit_conf()->trusted_origins = servers[which].trusted;
}

static const struct {
	enum server server;
	const char *url;
	bool trusted;
} origins[] = {
	{ DEV, "http://localhost:3000", true },
	{ DEV, "http://localhost:4101", true },
	{ DEV, "HTTP://LOCALHOST:3000", true },
	{ DEV, "http://LOCALHOST:3000/x", true },
	{ DEV, "http://localhost:3000/", true },
	{ DEV, "http://localhost:3000/deep/path?x#y", true },
	{ DEV, "http://localhost:3000?x", true },
	{ DEV, "http://localhost:3000#x", true },
	{ DEV, "http://localhost:4101/x", true },
	{ DEV, "http://localhost:3001", false },
	{ DEV, "http://localhost:30000", false },
	{ DEV, "http://localhost:300", false },
	{ DEV, "http://localhost", false },
	{ DEV, "http://localhost:80", false },
	{ DEV, "https://localhost:3000", false },
	{ DEV, "https://localhost:4101", false },
	{ DEV, "http://localhost:3000@evil.example", false },
	{ DEV, "http://localhost:3000@evil.example/", false },
	{ DEV, "http://localhost:3000:x@evil.example", false },
	{ DEV, "http://evil.example/@localhost:3000", false },
	{ DEV, "http://evil.example?@localhost:3000", false },
	{ DEV, "http://evil.example#@localhost:3000", false },
	{ DEV, "http://evil.example\\@localhost:3000", false },
	{ DEV, "http://evil.example\\.localhost:3000", false },
	{ DEV, "http://localhost:3000\\@evil.example", true }, /* a browser ends the host there */
	{ DEV, "http://localhost:3000.evil.example", false },
	{ DEV, "http://evil.localhost:3000", false },
	{ DEV, "http://localhost.:3000", false },
	{ DEV, "http:localhost:3000", false },
	{ DEV, "http:/localhost:3000", false },
	{ DEV, "http:///localhost:3000", false },
	{ DEV, "http:\\\\localhost:3000", false },
	{ DEV, "//localhost:3000", false },
	{ DEV, "localhost:3000", false },
	{ DEV, " http://localhost:3000", false },
	{ DEV, "\thttp://localhost:3000", false },
	{ DEV, "ht\ntp://localhost:3000", false },
	{ DEV, "http://local\thost:3000", false },
	{ DEV, "http://localhost:3000 ", false },
	{ DEV, "http://%6cocalhost:3000", false },
	{ DEV, "http://localhost%3a3000", false },
	{ DEV, "http://localhost:3000, http://evil.example", false },
	{ DEV, "http://", false },
	{ DEV, "http://:3000", false },
	{ DEV, "http://@", false },
	{ DEV, "http://@:3000", false },
	{ DEV, "", false },
	{ DEV, "null", false },
	{ DEV, "ok", false },
	{ DEV, "*", false },
	{ DEV, "https://evil.example", false },
	{ DEV, "javascript:alert(1)", false },
	{ DEV, "javascript://localhost:3000/%0aalert(1)", false },
	{ DEV, "data:text/html,x", false },
	{ DEV, "blob:http://localhost:3000/x", false },
	{ DEV, "file:///etc/passwd", false },
	{ DEV, "myapp://cb", false },
	{ DEV, "ws://localhost:3000", false },
	{ DEV, "http\xEF\xBC\x9A//localhost:3000", false },
	{ DEV, "http://\xE2\x93\x9Bocalhost:3000", false },
	{ HTTPS, "https://app.example.com", true },
	{ HTTPS, "https://app.example.com:443", true },
	{ HTTPS, "https://APP.example.com/x", true },
	{ HTTPS, "https://app.example.com:8443", false },
	{ HTTPS, "http://app.example.com", false },
	{ HTTPS, "http://app.example.com:443", false },
	{ HTTPS, "https://auth.example.com", true },
	{ HTTPS, "http://auth.example.com", false },
	{ HTTPS, "https://example.com", false },
	{ HTTPS, "https://x.example.org", true },
	{ HTTPS, "https://X.EXAMPLE.ORG", true },
	{ HTTPS, "https://a.b.example.org", true },
	{ HTTPS, "https://x.example.org/y", true },
	{ HTTPS, "https://x.example.org:443", true },
	{ HTTPS, "https://x.example.org:8443", false },
	{ HTTPS, "https://example.org", false },
	{ HTTPS, "https://evilexample.org", false },
	{ HTTPS, "http://x.example.org", false },
	{ HTTPS, "https://x.example.org.evil.example/y", false },
	{ HTTPS, "https://evil.example/.example.org", false },
	{ HTTPS, "https://evil.example?.example.org", false },
	{ HTTPS, "https://evil.example#.example.org", false },
	{ HTTPS, "https://evil.example\\.example.org", false },
	{ HTTPS, "https://evil.example:1.example.org", false },
	{ HTTPS, "https://evil.example/https://x.example.org", false },
	{ HTTPS, "https://x.example.org@evil.example", false },
	{ HTTPS, "https://evil.example@x.example.org", true },
	{ HTTPS, "https://evil.example%00.example.org", false },
	{ HTTPS, "https://evil.example%2f.example.org", false },
	{ HTTPS, "https://evil.example\n.example.org", false },
	{ HTTPS,
	    "https://evil.example\xE3\x80\x82"
	    "example.org",
	    false },
	{ HTTPS, "https://evil.example .example.org", false },
	{ HTTPS, "myapp://", true },
	{ HTTPS, "myapp://anything", true },
	{ HTTPS, "myapp://cb/x", true },
	{ HTTPS, "myapp:x", true },
	{ HTTPS, "MYAPP://x", true },
	{ HTTPS, "myapp", false },
	{ HTTPS, "myapp2://x", false },
	{ HTTPS, "amyapp://x", false },
	{ HTTPS, "otherapp://x", false },
	{ HTTPS, "javascript:myapp://", false },
	{ LAN, "http://192.168.1.5", true },
	{ LAN, "http://192.168.1.5:8080", true },
	{ LAN, "https://192.168.1.5", true },
	{ LAN, "http://192.168.attacker.com", false },
	{ LAN, "http://192.168.1.attacker.com", false },
	{ LAN, "http://192.168.1.5.attacker.com", false },
	{ LAN, "http://192.168.1.5.6", false }, /* no IPv4 address */
	{ LAN, "http://192.168.1.999", false },
	{ LAN, "http://192.169.1.5", false },
	{ LAN, "http://1.192.168.1.5", false },
	{ LAN, "http://box.lan", true },
	{ LAN, "https://box.lan", true },
	{ LAN, "http://a.box.lan/x", true },
	{ LAN, "http://BOX.LAN", true },
	{ LAN, "http://box.lan:80", true },
	{ LAN, "https://box.lan:443", true },
	{ LAN, "http://box.lan:81", false },
	{ LAN, "http://lan", false },
	{ LAN, "http://box.lan.evil.example", false },
	{ LAN, "http://evil.example/.lan", false },
	{ LAN, "ftp://box.lan", false },
	{ LAN, "myapp://box.lan", false },
	{ LAN, "http://10.0.0.7", true },
	{ LAN, "http://10.0.0.77", false },
	{ APP, "myapp://cb", true },
	{ APP, "myapp://cb/x", true },
	{ APP, "myapp://cb?x", true },
	{ APP, "myapp://cb#x", true },
	{ APP, "myapp://cbx", false },
	{ APP, "myapp://cb.evil", false },
	{ APP, "myapp://cb:1", false },
	{ APP, "myapp://cb@evil", false },
	{ APP, "myapp:cb", false },
	{ APP, "myapp://", false },
	{ APP, "myapp://evil", false },
	{ APP, "other://host/a/b", true },
	{ APP, "other://host/a/b/c", true },
	{ APP, "other://host/a/bc", false },
	{ APP, "other://host/a", false },
	{ APP, "other://evil/a/b", false },
	{ APP, "slash://host/a/x", true },
	{ APP, "slash://host/ab", false },
	{ APP, "https://upper.example.com", true },
	{ APP, "https://bare.example.com", false },
	{ APP, "http://bare.example.com", false },
	{ APP, "https://x.example.net:8443", true },
	{ APP, "https://x.example.net", true },
	{ APP, "https://xy.example.net", false },
	{ APP, "https://.example.net", false },
};

START_TEST(origins_are_trusted_as_recorded)
{
	be(origins[_i].server);
	ck_assert_msg(origin_trusts(unit_ctx, origins[_i].url) == origins[_i].trusted, "%s",
	    origins[_i].url);
}
END_TEST

START_TEST(a_target_off_this_site_needs_the_same_trust)
{
	be(origins[_i].server);
	if (*origins[_i].url != '/')
		ck_assert_int_eq(origin_trusts_target(unit_ctx, origins[_i].url),
		    origins[_i].trusted);
}
END_TEST

static const struct {
	const char *path;
	bool safe;
} paths[] = {
	{ "/", true },
	{ "/ok", true },
	{ "/ok/", true },
	{ "/ok?x=https://evil.example", true },
	{ "/ok#x", true },
	{ "/a b", true },
	{ "/\xC3\xA4", true },
	{ "/%0aok", true },
	{ "/%2e%2e/", true },
	{ "/a//b", true },
	{ "/ok?x=%2f%5c", true },
	{ "/ok#%2f", true },
	{ "/@evil.example", true },
	{ "/:80", true },
	{ "/%", true },
	{ "/%2", true },
	{ "/\xC2\xA0", true },
	{ "/\xE2\x80\xA8", true },
	{ "/../x", true },
	{ "//", false },
	{ "//evil.example", false },
	{ "///evil.example", false },
	{ "/\\evil.example", false },
	{ "/\\/evil.example", false },
	{ "/ok\\x", false },
	{ "/ok?x=\\", false },
	{ "/ok#\\", false },
	{ "/a%2fb", false },
	{ "/a%2Fb", false },
	{ "/%2f", false },
	{ "/%2fevil.example", false },
	{ "/%5cevil.example", false },
	{ "/%5Cevil.example", false },
	{ "/ok\n", false },
	{ "/\n/evil.example", false },
	{ "/\t/evil.example", false },
	{ "/ok\r\nx: y", false },
	{ "/ok?\n", false },
	{ "/\x01", false },
	{ "/\x1F", false },
	{ "/\x7F", false },
	{ "/\xC2\x80", false },
	{ "/\xC2\x85", false },
	{ "/\xC2\x9F", false },
	{ "/ok?x=\xC2\x9F", false },
};

START_TEST(a_path_must_stay_a_path)
{
	be(DEV);
	ck_assert_msg(origin_trusts_target(unit_ctx, paths[_i].path) == paths[_i].safe, "%s",
	    paths[_i].path);
	ck_assert(!origin_trusts(unit_ctx, paths[_i].path));
}
END_TEST

#define ORIGIN_OK "HTTP_ORIGIN=http://localhost:3000"
#define ORIGIN_EVIL "HTTP_ORIGIN=https://evil.example"
#define COOKIE "HTTP_COOKIE=x=1"

static const struct {
	const char *params[6];
	enum err with_cookie; /* origin_check */
	enum err form;        /* origin_check_form */
} requests[] = {
	{ { NULL }, E_OK, E_OK },
	{ { ORIGIN_OK }, E_OK, E_OK },
	{ { "HTTP_ORIGIN=http://localhost:4101" }, E_OK, E_OK },
	{ { ORIGIN_EVIL }, E_OK, E_INVALID_ORIGIN },
	{ { "HTTP_ORIGIN=null" }, E_OK, E_MISSING_OR_NULL_ORIGIN },
	{ { "HTTP_ORIGIN=" }, E_OK, E_OK },
	{ { "HTTP_REFERER=https://evil.example/p?q" }, E_OK, E_INVALID_ORIGIN },
	{ { "HTTP_REFERER=http://localhost:3000/login?x=1" }, E_OK, E_OK },
	{ { ORIGIN_OK, "HTTP_REFERER=https://evil.example/" }, E_OK, E_OK },
	{ { ORIGIN_EVIL, "HTTP_REFERER=http://localhost:3000/" }, E_OK, E_INVALID_ORIGIN },
	{ { "HTTP_ORIGIN=", "HTTP_REFERER=http://localhost:3000/" }, E_OK, E_OK },
	{ { "HTTP_SEC_FETCH_SITE=cross-site", "HTTP_SEC_FETCH_MODE=navigate",
	      "HTTP_SEC_FETCH_DEST=document" },
	    E_OK, E_CROSS_SITE_NAVIGATION },
	{ { ORIGIN_OK, "HTTP_SEC_FETCH_SITE=cross-site", "HTTP_SEC_FETCH_MODE=navigate",
	      "HTTP_SEC_FETCH_DEST=document" },
	    E_OK, E_CROSS_SITE_NAVIGATION },
	{ { "HTTP_SEC_FETCH_SITE=same-origin", "HTTP_SEC_FETCH_MODE=cors",
	      "HTTP_SEC_FETCH_DEST=empty" },
	    E_OK, E_MISSING_OR_NULL_ORIGIN },
	{ { ORIGIN_OK, "HTTP_SEC_FETCH_SITE=same-site", "HTTP_SEC_FETCH_MODE=cors",
	      "HTTP_SEC_FETCH_DEST=empty" },
	    E_OK, E_OK },
	{ { ORIGIN_EVIL, "HTTP_SEC_FETCH_SITE=cross-site", "HTTP_SEC_FETCH_MODE=cors",
	      "HTTP_SEC_FETCH_DEST=empty" },
	    E_OK, E_INVALID_ORIGIN },
	{ { "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=same-origin", "HTTP_SEC_FETCH_MODE=navigate",
	      "HTTP_SEC_FETCH_DEST=document" },
	    E_OK, E_OK },
	{ { "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=cross-site" }, E_OK,
	    E_MISSING_OR_NULL_ORIGIN },
	{ { "HTTP_SEC_FETCH_DEST=empty" }, E_OK, E_MISSING_OR_NULL_ORIGIN },
	{ { "HTTP_SEC_FETCH_MODE=cors" }, E_OK, E_MISSING_OR_NULL_ORIGIN },
	{ { "HTTP_SEC_FETCH_SITE= ", "HTTP_SEC_FETCH_MODE=" }, E_OK, E_OK },
	/* with cookies the first check has judged, and the second has nothing to add */
	{ { COOKIE }, E_MISSING_OR_NULL_ORIGIN, E_OK },
	{ { "HTTP_COOKIE=" }, E_MISSING_OR_NULL_ORIGIN, E_OK },
	{ { COOKIE, ORIGIN_OK }, E_OK, E_OK },
	{ { COOKIE, ORIGIN_EVIL }, E_INVALID_ORIGIN, E_OK },
	{ { COOKIE, "HTTP_ORIGIN=null" }, E_MISSING_OR_NULL_ORIGIN, E_OK },
	{ { COOKIE, "HTTP_ORIGIN=" }, E_MISSING_OR_NULL_ORIGIN, E_OK },
	{ { COOKIE, "HTTP_REFERER=http://localhost:3000/x" }, E_OK, E_OK },
	{ { COOKIE, "HTTP_REFERER=https://evil.example/" }, E_INVALID_ORIGIN, E_OK },
	{ { COOKIE, ORIGIN_EVIL, "HTTP_REFERER=http://localhost:3000/x" }, E_INVALID_ORIGIN, E_OK },
	{ { COOKIE, "HTTP_ORIGIN=HTTP://LOCALHOST:3000" }, E_OK, E_OK },
	{ { COOKIE, ORIGIN_OK, "HTTP_SEC_FETCH_SITE=cross-site", "HTTP_SEC_FETCH_MODE=navigate" },
	    E_OK, E_OK },
	{ { COOKIE, "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=same-origin" }, E_OK, E_OK },
	{ { COOKIE, "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=same-site" }, E_MISSING_OR_NULL_ORIGIN,
	    E_OK },
	{ { COOKIE, ORIGIN_EVIL, "HTTP_SEC_FETCH_SITE=same-origin" }, E_INVALID_ORIGIN, E_OK },
	{ { "HTTP_AUTHORIZATION=Bearer x", ORIGIN_EVIL }, E_OK, E_INVALID_ORIGIN },
	{ { "HTTP_AUTHORIZATION=Bearer x", COOKIE, ORIGIN_EVIL }, E_INVALID_ORIGIN, E_OK },
};

START_TEST(requests_are_judged_as_recorded)
{
	struct req req = request_with(POST, requests[_i].params, "{}");

	be(DEV);
	ck_assert_int_eq(origin_check(&req), requests[_i].with_cookie);
	ck_assert_int_eq(origin_check_form(&req), requests[_i].form);
}
END_TEST

START_TEST(reading_is_never_checked)
{
	static const enum method methods[] = { GET, HEAD, OPTIONS };
	static const char *const params[] = { COOKIE, ORIGIN_EVIL,
		"QUERY_STRING=callbackURL=https://evil.example", NULL };
	struct reply reply = request_reply();
	size_t i;

	be(DEV);
	for (i = 0; i < COUNT(methods); i++) {
		struct req req = request_with(methods[i], params, NULL);

		ck_assert_int_eq(origin_check(&req), E_OK);
		ck_assert_int_eq(origin_check_targets(&req, &reply), E_OK);
	}
}
END_TEST

START_TEST(every_method_that_changes_something_is_checked)
{
	static const enum method methods[] = { POST, PUT, PATCH, DELETE, METHOD_OTHER };
	static const char *const params[] = { COOKIE, ORIGIN_EVIL, NULL };
	size_t i;

	be(DEV);
	for (i = 0; i < COUNT(methods); i++) {
		struct req req = request_with(methods[i], params, NULL);

		ck_assert_int_eq(origin_check(&req), E_INVALID_ORIGIN);
	}
}
END_TEST

static const struct {
	const char *query, *body;
	enum err e;
	const char *message;
} targets[] = {
	{ NULL, "{}", E_OK, NULL },
	{ NULL, "[]", E_OK, NULL },
	{ NULL, "null", E_OK, NULL },
	{ NULL, "{\"callbackURL\":\"/ok\"}", E_OK, NULL },
	{ NULL, "{\"callbackURL\":\"\"}", E_OK, NULL },
	{ NULL, "{\"callbackURL\":null}", E_OK, NULL },
	{ NULL, "{\"callbackURL\":\"https://evil.example\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"//evil.example\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"/\\\\evil.example\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"/ok\\n\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"/ok\\u0000//evil.example\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"\\u0000\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":\"ok\"}", E_INVALID_CALLBACK_URL, NULL },
	{ NULL, "{\"callbackURL\":1}", E_URL_NOT_A_STRING,
	    "Invalid callbackURL: expected a string" },
	{ NULL, "{\"callbackURL\":[\"/ok\"]}", E_URL_NOT_A_STRING,
	    "Invalid callbackURL: expected a string" },
	{ NULL, "{\"callbackURL\":{}}", E_URL_NOT_A_STRING,
	    "Invalid callbackURL: expected a string" },
	{ NULL, "{\"redirectTo\":\"https://evil.example\"}", E_INVALID_REDIRECT_URL, NULL },
	{ NULL, "{\"redirectTo\":true}", E_URL_NOT_A_STRING,
	    "Invalid redirectURL: expected a string" },
	{ NULL, "{\"errorCallbackURL\":\"https://evil.example\"}", E_INVALID_ERROR_CALLBACK_URL,
	    NULL },
	{ NULL, "{\"errorCallbackURL\":1}", E_URL_NOT_A_STRING,
	    "Invalid errorCallbackURL: expected a string" },
	{ NULL, "{\"newUserCallbackURL\":\"https://evil.example\"}",
	    E_INVALID_NEW_USER_CALLBACK_URL, NULL },
	{ NULL, "{\"newUserCallbackURL\":1}", E_URL_NOT_A_STRING,
	    "Invalid newUserCallbackURL: expected a string" },
	{ NULL, "{\"newUserCallbackURL\":\"//x\",\"callbackURL\":\"//x\"}", E_INVALID_CALLBACK_URL,
	    NULL },
	{ NULL, "{\"errorCallbackURL\":\"//x\",\"redirectTo\":\"//x\"}", E_INVALID_REDIRECT_URL,
	    NULL },
	{ NULL, "{\"redirectTo\":\"http://localhost:3000/x\",\"errorCallbackURL\":\"/e\"}", E_OK,
	    NULL },
	{ NULL, "{\"callbackurl\":\"https://evil.example\"}", E_OK, NULL },
	{ "callbackURL=https://evil.example", "{}", E_INVALID_CALLBACK_URL, NULL },
	{ "callbackURL=https%3A%2F%2Fevil.example", "{}", E_INVALID_CALLBACK_URL, NULL },
	{ "x=1&callbackURL=%2F%2Fevil", "{}", E_INVALID_CALLBACK_URL, NULL },
	{ "%63allbackURL=%2F%2Fevil", "{}", E_INVALID_CALLBACK_URL, NULL },
	{ "callbackURL=%2Fok", "{}", E_OK, NULL },
	{ "callbackURL=", "{}", E_OK, NULL },
	{ "callbackURL", "{}", E_OK, NULL },
	{ "redirectTo=https://evil.example", "{}", E_OK, NULL },
	{ "callbackURL=https://evil.example", "{\"callbackURL\":\"/ok\"}", E_OK, NULL },
};

START_TEST(targets_are_checked_in_their_order)
{
	const char *query = str_printf(unit_arena, "QUERY_STRING=%s",
	    targets[_i].query != NULL ? targets[_i].query : "");
	const char *params[] = { query, ORIGIN_OK, NULL };
	struct req req = request_with(POST, params, targets[_i].body);
	struct reply reply = request_reply();

	be(DEV);
	ck_assert_int_eq(origin_check_targets(&req, &reply), targets[_i].e);
	ck_assert_pstr_eq(reply.message, targets[_i].message);
}
END_TEST

static const struct {
	const char *origin, *allowed; /* NULL: no header */
} cors[] = {
	{ NULL, NULL },
	{ "HTTP_ORIGIN=http://localhost:3000", "http://localhost:3000" },
	{ "HTTP_ORIGIN=http://localhost:4101", "http://localhost:4101" },
	{ "HTTP_ORIGIN=https://evil.example", NULL },
	{ "HTTP_ORIGIN=null", NULL },
	{ "HTTP_ORIGIN=", NULL },
};

START_TEST(only_trusted_pages_may_read_the_answer)
{
	const char *params[] = { cors[_i].origin, NULL };
	struct req req = request_with(GET, params, NULL);
	struct reply reply = request_reply();

	be(DEV);
	origin_allow(&req, &reply);
	ck_assert_pstr_eq(reply_get(&reply, "access-control-allow-origin"), cors[_i].allowed);
	ck_assert_pstr_eq(reply_get(&reply, "access-control-allow-credentials"),
	    cors[_i].allowed != NULL ? "true" : NULL);
}
END_TEST

/* A cache must not give one origin's answer, or nobody's, to another. */
START_TEST(the_answer_varies_by_origin_whoever_asks)
{
	const char *params[] = { cors[_i].origin, NULL };
	struct req req = request_with(GET, params, NULL);
	struct reply reply = request_reply();

	be(DEV);
	origin_allow(&req, &reply);
	ck_assert_pstr_eq(reply_get(&reply, "vary"), "Origin");
}
END_TEST

START_TEST(a_preflight_is_answered_and_nothing_else_is_one)
{
	static const char *const asked[] = { ORIGIN_OK, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST",
		NULL };
	static const char *const evil[] = { ORIGIN_EVIL, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST",
		NULL };
	static const char *const plain[] = { ORIGIN_OK, NULL };
	struct req good = request_with(OPTIONS, asked, NULL),
	           bad = request_with(OPTIONS, evil, NULL);
	struct req none = request_with(OPTIONS, plain, NULL),
	           post = request_with(POST, asked, "{}");
	struct reply a = request_reply(), b = request_reply(), c = request_reply();

	be(DEV);
	ck_assert(origin_preflight(&good, &a));
	ck_assert_int_eq(a.status, 204);
	ck_assert_ptr_nonnull(strstr(reply_get(&a, "access-control-allow-methods"), "POST"));
	ck_assert_ptr_nonnull(
	    strstr(reply_get(&a, "access-control-allow-headers"), "authorization"));
	ck_assert_str_eq(reply_get(&a, "access-control-max-age"), "600");
	ck_assert(origin_preflight(&bad, &b));
	ck_assert_ptr_null(reply_get(&b, "access-control-allow-methods"));
	ck_assert(!origin_preflight(&none, &c));
	ck_assert(!origin_preflight(&post, &c));
}
END_TEST

Suite *
suite_origin(void)
{
	Suite *s = suite_create("origin");
	TCase *tc = unit_case(s, "addresses");

	unit_table(tc, origins_are_trusted_as_recorded, origins);
	unit_table(tc, a_target_off_this_site_needs_the_same_trust, origins);
	unit_table(tc, a_path_must_stay_a_path, paths);
	tc = unit_case(s, "requests");
	unit_table(tc, requests_are_judged_as_recorded, requests);
	tcase_add_test(tc, reading_is_never_checked);
	tcase_add_test(tc, every_method_that_changes_something_is_checked);
	unit_table(tc, targets_are_checked_in_their_order, targets);
	tc = unit_case(s, "CORS");
	unit_table(tc, only_trusted_pages_may_read_the_answer, cors);
	unit_table(tc, the_answer_varies_by_origin_whoever_asks, cors);
	tcase_add_test(tc, a_preflight_is_answered_and_nothing_else_is_one);
	return s;
}
