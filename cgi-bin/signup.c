/* SPDX-License-Identifier: ISC */
/* signup: /api/auth/sign-up.  See docs/man/signup.8. */
#include "flow/register.h"
#include "http/app.h"

static const struct field sign_up_fields[] = {
	{ "name", FIELD_STRING, REQUIRED },
	{ "email", FIELD_EMAIL, REQUIRED },
	{ "password", FIELD_NONEMPTY, REQUIRED | SECRET },
	{ "image", FIELD_STRING, OPTIONAL },
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ "rememberMe", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

static const struct route routes[] = {
	{ POST, "/api/auth/sign-up/email", register_member, sign_up_fields,
	    ORIGIN | FORM | FORM_BODY | SLOW | OBJECT_TWICE, NULL },
	{ 0 },
};

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "signup", routes, register_prepare);
}
