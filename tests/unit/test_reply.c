/* SPDX-License-Identifier: ISC */
/* reply: what goes out, byte for byte. */
#include "http/reply.h"

#include <string.h>

#include "exchange.h"
#include "request.h"
#include "suites.h"
#include "unit.h"

static const char *
sent(struct reply *reply, bool head_only)
{
	static const char *const none[] = { NULL };
	struct http *http = exchange_open(unit_arena, none, "", 0);

	reply_send(reply, http, head_only);
	return exchange_sent(http);
}

START_TEST(an_answer_has_status_headers_length_and_body)
{
	struct reply reply = request_reply();

	reply_json(&reply, "{\"ok\":true}");
	reply_header(&reply, "vary", "Origin");
	ck_assert_str_eq(sent(&reply, false),
	    "Status: 200 OK\r\ncontent-type: application/json\r\n"
	    "vary: Origin\r\ncontent-length: 11\r\n\r\n{\"ok\":true}");
	reply = request_reply();
	reply_json(&reply, "{\"ok\":true}");
	ck_assert_str_eq(sent(&reply, true),
	    "Status: 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n");
}
END_TEST

static const struct {
	enum err e;
	const char *message, *details, *answer;
} errors[] = {
	{ E_UNAUTHORIZED, NULL, NULL,
	    "Status: 401 Unauthorized\r\ncontent-type: application/json\r\n"
	    "content-length: 46\r\n\r\n{\"message\":\"Unauthorized\",\"code\":\"UNAUTHORIZED\"}" },
	{ E_VALIDATION, "[body.a] \"b\"", NULL,
	    "Status: 400 Bad Request\r\ncontent-type: application/json\r\n"
	    "content-length: 57\r\n\r\n{\"message\":\"[body.a] "
	    "\\\"b\\\"\",\"code\":\"VALIDATION_ERROR\"}" },
	{ E_TOO_MANY_REQUESTS, NULL, NULL,
	    "Status: 429 Too Many Requests\r\ncontent-type: application/json\r\n"
	    "content-length: 56\r\n\r\n{\"message\":\"Too many requests. Please try again "
	    "later.\"}" },
	{ E_NOT_SERVED, NULL, NULL, "Status: 404 Not Found\r\ncontent-length: 0\r\n\r\n" },
	{ E_PROFILE_INVALID, "m", "\"errors\":[]",
	    "Status: 422 Unprocessable Entity\r\n"
	    "content-type: application/json\r\ncontent-length: 54\r\n\r\n"
	    "{\"message\":\"m\",\"code\":\"PROFILE_INVALID\",\"errors\":[]}" },
};

START_TEST(errors_have_the_peers_shape)
{
	struct reply reply = request_reply();
	const char *text, *body;
	char length[64];

	reply_json(&reply, "\"half an answer\"");
	reply_header(&reply, "set-cookie", "stray=1");
	reply.message = errors[_i].message;
	reply.details = errors[_i].details;
	reply_render_error(&reply, errors[_i].e);
	text = sent(&reply, false);
	body = strstr(errors[_i].answer, "\r\n\r\n") + 4;
	snprintf(length, sizeof(length), "content-length: %zu\r\n", strlen(body));
	ck_assert_ptr_nonnull(strstr(text, length));
	ck_assert_str_eq(strstr(text, "\r\n\r\n") + 4, body);
	ck_assert_ptr_null(strstr(text, "stray"));
	ck_assert_int_eq(strncmp(text, errors[_i].answer, strcspn(errors[_i].answer, "\r")), 0);
	ck_assert_int_eq(strstr(text, "content-type") == NULL, *body == '\0');
}
END_TEST

START_TEST(an_error_keeps_headers_where_told_so)
{
	struct reply reply = request_reply();

	reply_header(&reply, "x-retry-after", "10");
	reply.keep_headers = true;
	reply_render_error(&reply, E_TOO_MANY_REQUESTS);
	ck_assert_str_eq(reply_get(&reply, "x-retry-after"), "10");
}
END_TEST

START_TEST(headers_are_sorted_and_equal_ones_keep_their_order)
{
	struct reply reply = request_reply();

	reply_header(&reply, "set-cookie", "b");
	reply_header(&reply, "vary", "1");
	reply_header(&reply, "set-cookie", "a");
	reply_header(&reply, "allow", "GET");
	reply_header(&reply, "set-cookie", "c");
	reply.status = 204;
	ck_assert_str_eq(sent(&reply, false),
	    "Status: 204 No Content\r\nallow: GET\r\nset-cookie: b\r\n"
	    "set-cookie: a\r\nset-cookie: c\r\nvary: 1\r\n\r\n");
}
END_TEST

static const struct {
	int status;
	const char *line;
} statuses[] = {
	{ 200, "Status: 200 OK\r\n" },
	{ 201, "Status: 201 Created\r\n" },
	{ 302, "Status: 302 Found\r\n" },
	{ 304, "Status: 304 Not Modified\r\n" },
	{ 403, "Status: 403 Forbidden\r\n" },
	{ 405, "Status: 405 Method Not Allowed\r\n" },
	{ 409, "Status: 409 Conflict\r\n" },
	{ 415, "Status: 415 Unsupported Media Type\r\n" },
	{ 500, "Status: 500 Internal Server Error\r\n" },
	{ 503, "Status: 503 Service Unavailable\r\n" },
};

START_TEST(statuses_have_their_phrases)
{
	struct reply reply = request_reply();
	const char *text;

	reply.status = statuses[_i].status;
	text = sent(&reply, false);
	ck_assert_int_eq(strncmp(text, statuses[_i].line, strlen(statuses[_i].line)), 0);
	ck_assert_int_eq(strstr(text, "content-length") == NULL, reply.status == 304);
}
END_TEST

START_TEST(our_headers_are_told_to_pages_of_other_origins)
{
	struct reply none = request_reply(), two = request_reply();

	reply_expose_headers(&none);
	ck_assert_ptr_null(reply_get(&none, "access-control-expose-headers"));
	reply_header(&two, "set-auth-token", "x");
	reply_header(&two, "set-auth-jwt", "y");
	reply_expose_headers(&two);
	ck_assert_str_eq(reply_get(&two, "access-control-expose-headers"),
	    "set-auth-jwt, set-auth-token");
}
END_TEST

START_TEST(a_message_of_its_own_replaces_the_errors)
{
	struct reply reply = request_reply();

	ck_assert((fail)(&reply, E_VALIDATION, "%s %d", "x", 1) == E_VALIDATION);
	ck_assert_str_eq(reply.message, "x 1");
}
END_TEST

static bool
split_header(void *arg)
{
	struct reply reply = request_reply();

	(void)arg;
	reply_header(&reply, "location", "/x\r\nset-cookie: evil=1");
	return true;
}

START_TEST(a_line_end_in_a_header_never_goes_out)
{
	ck_assert(unit_aborts(split_header, NULL));
}
END_TEST

Suite *
suite_reply(void)
{
	Suite *s = suite_create("reply");
	TCase *tc = unit_case(s, "reply");

	tcase_add_test(tc, an_answer_has_status_headers_length_and_body);
	unit_table(tc, errors_have_the_peers_shape, errors);
	tcase_add_test(tc, an_error_keeps_headers_where_told_so);
	tcase_add_test(tc, headers_are_sorted_and_equal_ones_keep_their_order);
	unit_table(tc, statuses_have_their_phrases, statuses);
	tcase_add_test(tc, our_headers_are_told_to_pages_of_other_origins);
	tcase_add_test(tc, a_message_of_its_own_replaces_the_errors);
	tcase_add_test(tc, a_line_end_in_a_header_never_goes_out);
	return s;
}
