/* SPDX-License-Identifier: ISC */
/* err: what travels for each failure. */
#include "base/err.h"

#include <string.h>

#include "suites.h"
#include "unit.h"

static const struct {
	enum err e;
	int status;
	const char *name, *code, *message;
} known[] = {
	{ E_OK, 200, "OK", "", "" },
	{ E_NOT_SERVED, 404, "NOT_SERVED", "", "" },
	{ E_TOO_MANY_REQUESTS, 429, "TOO_MANY_REQUESTS", "",
	    "Too many requests. Please try again later." },
	{ E_INVALID_JSON, 400, "INVALID_JSON", "BAD_REQUEST", "Invalid JSON in request body" },
	{ E_VALIDATION, 400, "VALIDATION", "VALIDATION_ERROR", NULL },
	{ E_UNSUPPORTED_MEDIA_TYPE, 415, "UNSUPPORTED_MEDIA_TYPE", "UNSUPPORTED_MEDIA_TYPE", NULL },
	{ E_URL_NOT_A_STRING, 400, "URL_NOT_A_STRING", "",
	    "Invalid callbackURL: expected a string" },
	{ E_MISSING_OR_NULL_ORIGIN, 403, "MISSING_OR_NULL_ORIGIN", "MISSING_OR_NULL_ORIGIN",
	    "Missing or null Origin" },
	{ E_INVALID_ORIGIN, 403, "INVALID_ORIGIN", "INVALID_ORIGIN", "Invalid origin" },
	{ E_INVALID_CALLBACK_URL, 403, "INVALID_CALLBACK_URL", "INVALID_CALLBACK_URL",
	    "Invalid callbackURL" },
	{ E_INVALID_REDIRECT_URL, 403, "INVALID_REDIRECT_URL", "INVALID_REDIRECT_URL",
	    "Invalid redirectURL" },
	{ E_INVALID_ERROR_CALLBACK_URL, 403, "INVALID_ERROR_CALLBACK_URL",
	    "INVALID_ERROR_CALLBACK_URL", "Invalid errorCallbackURL" },
	{ E_INVALID_NEW_USER_CALLBACK_URL, 403, "INVALID_NEW_USER_CALLBACK_URL",
	    "INVALID_NEW_USER_CALLBACK_URL", "Invalid newUserCallbackURL" },
	{ E_CROSS_SITE_NAVIGATION, 403, "CROSS_SITE_NAVIGATION",
	    "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
	    "Cross-site navigation login blocked. This request appears to be a CSRF attack." },
	{ E_UNAUTHORIZED, 401, "UNAUTHORIZED", "UNAUTHORIZED", "Unauthorized" },
	{ E_INVALID_EMAIL, 400, "INVALID_EMAIL", "INVALID_EMAIL", "Invalid email" },
	{ E_PASSWORD_TOO_SHORT, 400, "PASSWORD_TOO_SHORT", "PASSWORD_TOO_SHORT",
	    "Password too short" },
	{ E_PASSWORD_TOO_LONG, 400, "PASSWORD_TOO_LONG", "PASSWORD_TOO_LONG", "Password too long" },
	{ E_INVALID_EMAIL_OR_PASSWORD, 401, "INVALID_EMAIL_OR_PASSWORD",
	    "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password" },
	{ E_USER_ALREADY_EXISTS, 422, "USER_ALREADY_EXISTS",
	    "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email." },
	{ E_BANNED_USER, 403, "BANNED_USER", "BANNED_USER",
	    "You have been banned from this application. Please contact support if you believe "
	    "this is an error." },
	{ E_DEFER_SESSION_REQUIRED, 405, "DEFER_SESSION_REQUIRED",
	    "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
	    "POST method requires deferSessionRefresh to be enabled in session config" },
	{ E_PROFILE_REQUIRED, 422, "PROFILE_REQUIRED", "PROFILE_REQUIRED", NULL },
	{ E_PROFILE_INVALID, 422, "PROFILE_INVALID", "PROFILE_INVALID", NULL },
	{ E_PROFILE_NOT_FOUND, 404, "PROFILE_NOT_FOUND", "PROFILE_NOT_FOUND", NULL },
	{ E_ANONYMOUS_USER, 403, "ANONYMOUS_USER", "ANONYMOUS_USER", NULL },
	{ E_TOO_LARGE, 413, "TOO_LARGE", NULL, NULL },
	{ E_METHOD_NOT_ALLOWED, 405, "METHOD_NOT_ALLOWED", NULL, NULL },
	{ E_DB, 500, "DB", NULL, NULL },
	{ E_DB_DOWN, 503, "DB_DOWN", NULL, NULL },
	{ E_NOT_READY, 503, "NOT_READY", NULL, NULL },
	{ E_CRYPTO, 500, "CRYPTO", NULL, NULL },
};

START_TEST(errors_answer_as_recorded)
{
	enum err e = known[_i].e;

	ck_assert_int_eq(err_status(e), known[_i].status);
	ck_assert_str_eq(err_name(e), known[_i].name);
	if (known[_i].code != NULL)
		ck_assert_str_eq(err_code(e), known[_i].code);
	if (known[_i].message != NULL)
		ck_assert_str_eq(err_message(e), known[_i].message);
}
END_TEST

/* A code without a message would lose its body; the client matches codes as one word. */
START_TEST(every_row_is_whole)
{
	enum err e = (enum err)_i;
	const char *code = err_code(e);

	ck_assert_str_ne(err_name(e), "");
	ck_assert_uint_eq(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(code));
	ck_assert(*code == '\0' || *err_message(e) != '\0');
	if (e == E_OK)
		return;
	ck_assert_int_ge(err_status(e), 400);
	ck_assert_int_le(err_status(e), 503);
}
END_TEST

Suite *
suite_err(void)
{
	Suite *s = suite_create("err");
	TCase *tc = unit_case(s, "err");

	unit_table(tc, errors_answer_as_recorded, known);
	tcase_add_loop_test(tc, every_row_is_whole, 0, E_COUNT);
	return s;
}
