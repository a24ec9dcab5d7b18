/* SPDX-License-Identifier: ISC */
/* route: which row serves a request, and the order of its checks (app.c). */
#include <string.h>

#include "http/app.c"

#include "exchange.h"
#include "port/js.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

static const struct {
	const char *pattern, *path;
	bool match;
	const char *first, *second;
} matches[] = {
	{ "/a", "/a", true, NULL, NULL },
	{ "/a", "/A", false, NULL, NULL },
	{ "/a", "/a/", false, NULL, NULL },
	{ "/a/", "/a", false, NULL, NULL },
	{ "/a", "/ab", false, NULL, NULL },
	{ "/ab", "/a", false, NULL, NULL },
	{ "/a", "", false, NULL, NULL },
	{ "/:id", "/x", true, "x", NULL },
	{ "/:id", "/", false, NULL, NULL },
	{ "/:id", "/x/", false, "x", NULL },
	{ "/:id", "/x/y", false, "x", NULL },
	{ "/a/:id", "/a/x", true, "x", NULL },
	{ "/a/:id", "/b/x", false, NULL, NULL },
	{ "/a/:id/b", "/a/x/b", true, "x", NULL },
	{ "/a/:id/b", "/a//b", false, NULL, NULL },
	{ "/a/:id/b", "/a/x/c", false, "x", NULL },
	{ "/a/:id/b/:n", "/a/x/b/y", true, "x", "y" },
	{ "/a/:id/b/:n", "/a/x/b/", false, "x", NULL },
	{ "/a/:id/b/:n", "/a/x/b/y/z", false, "x", "y" },
	{ "/a/:id", "/a/:id", true, ":id", NULL },
	{ "/a/:id", "/a/\xC3\xA4 ?&%", true, "\xC3\xA4 ?&%", NULL },
	{ "/", "/", true, NULL, NULL },
};

START_TEST(paths_match_whole)
{
	struct req req = { .ctx = unit_ctx };

	ck_assert_int_eq(match_path(&req, matches[_i].pattern, matches[_i].path),
	    matches[_i].match);
	if (!matches[_i].match)
		return;
	ck_assert_pstr_eq(req_param(&req, 0), matches[_i].first);
	ck_assert_pstr_eq(req_param(&req, 1), matches[_i].second);
}
END_TEST

static char steps[64];

static enum err
step(const char *name)
{
	strcat(steps, name);
	return E_OK;
}

static enum err
guard_step(struct req *req, struct reply *reply)
{
	(void)reply;
	step("guard ");
	return req_header(req, "x-guard") != NULL ? E_UNAUTHORIZED : E_OK;
}

static enum err
run_step(struct req *req, struct reply *reply)
{
	(void)req;
	reply_json(reply, "{}");
	return step("run ");
}

static const struct guard guard = { "guard", guard_step };

static const struct field fields[] = { { "a", FIELD_STRING, REQUIRED }, { 0 } };

static const struct route table[] = {
	{ POST, "/api/auth/sign-in/email", run_step, fields, ORIGIN | FORM | FORM_BODY, &guard },
	{ GET, "/api/auth/ok", run_step, NULL, HEAD_TOO, NULL },
	{ POST, "/api/auth/sign-out", run_step, NULL, ORIGIN, NULL },
	{ GET, "/api/user/profile", run_step, NULL, 0, &guard },
	{ PUT, "/api/user/profile", run_step, fields, ORIGIN, &guard },
	{ GET, "/api/users/:id", run_step, NULL, 0, NULL },
	{ 0 },
};

#define JSON "CONTENT_TYPE=application/json"
#define EVIL "HTTP_ORIGIN=https://evil.example"
#define COOKIE "HTTP_COOKIE=x=1"
#define SIGN_IN POST, "/api/auth/sign-in/email"

static const struct {
	enum method method;
	const char *path;
	const char *params[5];
	const char *body;
	enum err e;
	const char *steps; /* that were taken */
} requests[] = {
	{ SIGN_IN, { JSON }, "{\"a\":\"\"}", E_OK, "guard run " },
	{ SIGN_IN, { JSON, "HTTP_X_GUARD=1" }, "{\"a\":\"\"}", E_UNAUTHORIZED, "guard " },
	/* content type, JSON, origin, targets, fields, form, guard: the first that fails answers */
	{ SIGN_IN, { COOKIE, EVIL, "HTTP_X_GUARD=1" }, "{", E_UNSUPPORTED_MEDIA_TYPE, "" },
	{ SIGN_IN, { JSON, COOKIE, EVIL, "HTTP_X_GUARD=1" }, "{", E_INVALID_JSON, "" },
	{ SIGN_IN, { JSON, COOKIE, EVIL, "HTTP_X_GUARD=1" }, "{\"callbackURL\":\"//x\"}",
	    E_INVALID_ORIGIN, "" },
	{ SIGN_IN, { JSON, EVIL, "HTTP_X_GUARD=1" }, "{\"callbackURL\":\"//x\"}",
	    E_INVALID_CALLBACK_URL, "" },
	{ SIGN_IN, { JSON, EVIL, "HTTP_X_GUARD=1" }, "{}", E_VALIDATION, "" },
	{ SIGN_IN, { JSON, EVIL, "HTTP_X_GUARD=1" }, "{\"a\":\"\"}", E_INVALID_ORIGIN, "" },
	{ GET, "/api/auth/ok", { COOKIE, EVIL }, "", E_OK, "run " },
	{ HEAD, "/api/auth/ok", { NULL }, "", E_OK, "run " },
	{ POST, "/api/auth/sign-out", { JSON }, "{}", E_OK, "run " },
	{ POST, "/api/auth/sign-out", { NULL }, "", E_UNSUPPORTED_MEDIA_TYPE, "" },
	{ POST, "/api/auth/sign-out", { JSON, EVIL }, "{}", E_OK, "run " }, /* no way in */
	{ POST, "/api/auth/sign-out", { JSON, COOKIE, EVIL }, "{}", E_INVALID_ORIGIN, "" },
	/* the peer knows no 405; we do, off its paths */
	{ GET, "/api/auth/sign-in/email", { NULL }, "", E_NOT_SERVED, "" },
	{ HEAD, "/api/auth/sign-in/email", { NULL }, "", E_NOT_SERVED, "" },
	{ POST, "/api/auth/ok", { JSON }, "{}", E_NOT_SERVED, "" },
	{ DELETE, "/api/user/profile", { NULL }, "", E_METHOD_NOT_ALLOWED, "" },
	{ HEAD, "/api/user/profile", { NULL }, "", E_METHOD_NOT_ALLOWED, "" },
	{ GET, "/api/auth/nope", { NULL }, "", E_NOT_SERVED, "" },
	{ GET, "/api/auth/ok/", { NULL }, "", E_NOT_SERVED, "" },
	{ GET, "/api/auth/OK", { NULL }, "", E_NOT_SERVED, "" },
	{ GET, "/nope", { NULL }, "", E_NOT_SERVED, "" },
	{ GET, NULL, { NULL }, "", E_NOT_SERVED, "" },
	{ METHOD_OTHER, "/api/user/profile", { NULL }, "", E_METHOD_NOT_ALLOWED, "" },
	{ GET, "/api/users/x", { NULL }, "", E_OK, "run " },
	{ OPTIONS, "/api/auth/sign-in/email", { EVIL, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST" },
	    "", E_OK, "" },
	{ OPTIONS, "/api/auth/sign-in/email", { EVIL }, "", E_NOT_SERVED, "" },
};

static struct req
request_for(size_t i, struct reply *reply)
{
	struct req req = { .ctx = unit_ctx,
		.method = requests[i].method,
		.path = requests[i].path,
		.address = "203.0.113.7" };

	app.routes = table;
	*steps = '\0';
	*reply = request_reply();
	unit_conf()->rate_limit = false;
	req.http = exchange_open(unit_arena, requests[i].params, requests[i].body,
	    strlen(requests[i].body));
	return req;
}

START_TEST(the_first_check_that_fails_answers)
{
	struct reply reply;
	struct req req = request_for((size_t)_i, &reply);

	ck_assert_int_eq(answer(&req, &reply), requests[_i].e);
	ck_assert_str_eq(steps, requests[_i].steps);
}
END_TEST

START_TEST(a_405_names_the_methods)
{
	struct reply reply = request_reply();
	static const char *const none[] = { NULL };
	struct req req = request_with(DELETE, none, NULL);

	app.routes = table;
	req.path = "/api/user/profile";
	ck_assert_int_eq(find_route(&req, &reply), E_METHOD_NOT_ALLOWED);
	ck_assert_str_eq(reply_get(&reply, "allow"), "GET, PUT");
}
END_TEST

START_TEST(too_many_requests_are_refused_before_all_else)
{
	struct reply reply;
	struct req req;
	int i;

	for (i = 0; i < 4; i++) {
		req = request_for(2, &reply); /* one with every fault */
		unit_conf()->rate_limit = true;
		if (i == 0) {
			unit_conf()->rate_limit_file = unit_path();
			ck_assert(limit_open());
		}
		ck_assert_int_eq(answer(&req, &reply),
		    i < 3 ? E_UNSUPPORTED_MEDIA_TYPE : E_TOO_MANY_REQUESTS);
	}
	ck_assert_str_eq(reply_get(&reply, "x-retry-after"), "10");
	reply_render_error(&reply, E_TOO_MANY_REQUESTS);
	ck_assert_str_eq(reply_get(&reply, "x-retry-after"), "10");
}
END_TEST

Suite *
suite_route(void)
{
	Suite *s = suite_create("route");
	TCase *tc = unit_case(s, "route");

	unit_table(tc, paths_match_whole, matches);
	unit_table(tc, the_first_check_that_fails_answers, requests);
	tcase_add_test(tc, a_405_names_the_methods);
	tcase_add_test(tc, too_many_requests_are_refused_before_all_else);
	return s;
}
