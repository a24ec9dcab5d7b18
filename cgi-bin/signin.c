/* SPDX-License-Identifier: ISC */
/* signin: /api/auth/sign-in.  See docs/man/signin.8. */
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/login.h"
#include "flow/mailing.h"
#include "flow/register.h"
#include "http/app.h"
#include "port/pass.h"
#include "store/account.h"
#include "store/user.h"

static handler sign_in_email;

static const struct field sign_in_fields[] = {
	{ "email", FIELD_STRING, REQUIRED },
	{ "password", FIELD_STRING, REQUIRED | SECRET },
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ "rememberMe", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

static const struct route routes[] = {
	{ POST, "/api/auth/sign-in/email", sign_in_email, sign_in_fields,
	    ORIGIN | FORM | FORM_BODY | SLOW, NULL },
	{ POST, "/api/auth/sign-in/anonymous", register_guest, NULL, ORIGIN, NULL },
	{ 0 },
};

static enum err
refuse_unverified(struct req *req, const struct user *u)
{
	enum err e = E_OK;

	if (conf()->mail && conf()->verify_on_sign_in)
		e = mailing_verify(req->ctx, u, req_text(req, "callbackURL"));
	return e == E_OK ? E_EMAIL_NOT_VERIFIED : e;
}

/* Another system's hash is replaced as soon as its password is known.  Who has the right
 * password gets in, whatever becomes of this; E_NO_ROW: it was replaced meanwhile. */
static void
renew_hash(struct ctx *ctx, const struct user *u, const char *password)
{
	const char *hash;
	enum err e = E_CRYPTO;

	if (!pass_is_dated(u->password))
		return;
	hash = pass_hash(ctx, password);
	if (hash != NULL)
		e = account_change_password(ctx, u->id, u->password, hash, NULL, NULL);
	if (e != E_OK && e != E_NO_ROW)
		log_event(ctx, LOG_WARN, "rehash", "user %s keeps a hash of another system", u->id);
}

/* An unknown address and a wrong password cost the same and answer alike. */
static enum err
sign_in_email(struct req *req, struct reply *reply)
{
	const char *email = req_text(req, "email"), *password = req_text(req, "password");
	struct user user = { 0 };
	enum err e;

	if (!field_is_email(email))
		return E_INVALID_EMAIL;
	if (str_utf16_len(password) > (size_t)conf()->password_max)
		return E_PASSWORD_TOO_LONG;
	e = user_by_email(req->ctx, str_lower(req->ctx->arena, email), &user);
	if (e != E_OK && e != E_NO_ROW)
		return e;
	register_choose_format(req->ctx);
	if (!pass_verify(req->ctx, user.password, password))
		return E_INVALID_EMAIL_OR_PASSWORD;
	renew_hash(req->ctx, &user, password);
	if (conf()->require_email_verification && !user.emailVerified)
		return refuse_unverified(req, &user);
	return login_answer(req, reply, &user, req_bool(req, "rememberMe", true));
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "signin", routes, register_choose_format);
}
