/* SPDX-License-Identifier: ISC */
/* account: what a user does with the own account.  See docs/man/account.8. */
#include "flow/deletion.h"
#include "flow/email.h"
#include "flow/identity.h"
#include "flow/member.h"
#include "flow/password.h"
#include "flow/register.h"
#include "http/app.h"

static const struct field update_user_fields[] = { { 0 } };

static const struct field unlink_fields[] = {
	{ "accountId", FIELD_STRING, REQUIRED },
	{ 0 },
};

static const struct field change_password_fields[] = {
	{ "newPassword", FIELD_STRING, REQUIRED | SECRET },
	{ "currentPassword", FIELD_STRING, REQUIRED | SECRET },
	{ "revokeOtherSessions", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

static const struct field verify_password_fields[] = {
	{ "password", FIELD_STRING, REQUIRED | SECRET },
	{ 0 },
};

static const struct field request_reset_fields[] = {
	{ "email", FIELD_EMAIL, REQUIRED },
	{ "redirectTo", FIELD_STRING, OPTIONAL },
	{ 0 },
};

static const struct field reset_link_fields[] = {
	{ "callbackURL", FIELD_STRING, REQUIRED | QUERY },
	{ 0 },
};

static const struct field reset_fields[] = {
	{ "newPassword", FIELD_STRING, REQUIRED | SECRET },
	{ "token", FIELD_STRING, OPTIONAL | SECRET },
	{ "token", FIELD_STRING, OPTIONAL | QUERY },
	{ 0 },
};

static const struct field send_verification_fields[] = {
	{ "email", FIELD_EMAIL, REQUIRED },
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ 0 },
};

static const struct field token_link_fields[] = {
	{ "token", FIELD_STRING, REQUIRED | QUERY },
	{ "callbackURL", FIELD_STRING, OPTIONAL | QUERY },
	{ 0 },
};

static const struct field change_email_fields[] = {
	{ "newEmail", FIELD_EMAIL, REQUIRED },
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ 0 },
};

static const struct field delete_user_fields[] = {
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ "password", FIELD_STRING, OPTIONAL | SECRET },
	{ "token", FIELD_STRING, OPTIONAL | SECRET },
	{ 0 },
};

static const struct route routes[] = {
	{ POST, "/api/auth/update-user", member_update, update_user_fields, ORIGIN | RECORD,
	    &session_required },
	{ GET, "/api/auth/list-accounts", member_accounts, NULL, 0, &session_required },
	{ POST, "/api/auth/unlink-account", member_unlink, unlink_fields, ORIGIN,
	    &fresh_session_required },
	{ POST, "/api/auth/change-password", password_change, change_password_fields, ORIGIN | SLOW,
	    &stored_session_required },
	{ POST, "/api/auth/verify-password", password_verify, verify_password_fields, ORIGIN | SLOW,
	    &stored_session_required },
	{ POST, "/api/auth/request-password-reset", password_request_reset, request_reset_fields,
	    ORIGIN, NULL },
	{ GET, "/api/auth/reset-password/:token", password_follow_link, reset_link_fields, LINK,
	    NULL },
	{ POST, "/api/auth/reset-password", password_reset, reset_fields, ORIGIN | SLOW, NULL },
	{ POST, "/api/auth/send-verification-email", email_send_verification,
	    send_verification_fields, ORIGIN, NULL },
	{ GET, "/api/auth/verify-email", email_follow_link, token_link_fields, LINK, NULL },
	{ POST, "/api/auth/change-email", email_change, change_email_fields, ORIGIN,
	    &stored_session_required },
	{ POST, "/api/auth/delete-user", deletion_request, delete_user_fields, ORIGIN | SLOW,
	    &stored_session_required },
	{ GET, "/api/auth/delete-user/callback", deletion_follow_link, token_link_fields, LINK,
	    NULL },
	{ POST, "/api/auth/delete-anonymous-user", deletion_of_guest, NULL, ORIGIN,
	    &stored_session_required },
	{ 0 },
};

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "account", routes, register_choose_format);
}
