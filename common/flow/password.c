/* SPDX-License-Identifier: ISC */
/* password: changed, checked, and reset by mail. */
#include "flow/password.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/login.h"
#include "flow/mailing.h"
#include "flow/present.h"
#include "flow/register.h"
#include "http/link.h"
#include "port/db.h"
#include "port/pass.h"
#include "port/secret.h"
#include "store/account.h"
#include "store/session.h"
#include "store/user.h"
#include "store/verification.h"

#define RESET_TOKEN_LENGTH 24
#define RESET_TOKEN_MAX 128

enum err
password_check(struct ctx *ctx, const char *user_id, const char *password, const char **hash)
{
	enum err e = account_password(ctx, user_id, hash);

	if (e != E_OK)
		return e == E_NO_ROW ? E_CREDENTIAL_ACCOUNT_NOT_FOUND : e;
	return pass_verify(ctx, *hash, password) ? E_OK : E_INVALID_PASSWORD;
}

static void
answer_change(struct req *req, struct reply *reply, const char *token)
{
	struct json j = json_new(req->ctx->arena, 512);

	json_open(&j, NULL);
	json_text(&j, "token", token);
	present_user(&j, "user", &req->session->user, false);
	json_close(&j);
	reply_json(reply, json_done(&j));
}

/* The new hash in the place of the one that was checked, and a session in that of all. */
static enum err
put_password(struct req *req, struct reply *reply, const char *checked, const char *hash)
{
	struct opening o = login_opening(req, req->session->user.id, true);
	bool revoke = req_bool(req, "revokeOtherSessions", false);
	struct session s;
	enum err e;

	e = account_change_password(req->ctx, req->session->user.id, checked, hash,
	    revoke ? &o : NULL, req->session->token);
	if (e != E_OK)
		return e == E_NO_ROW ? E_INVALID_PASSWORD : e;
	if (revoke) {
		s = login_opened(req->ctx, &o, &req->session->user);
		login_renew_cookies(req, reply, &s);
	}
	answer_change(req, reply, revoke ? o.token : NULL);
	return E_OK;
}

enum err
password_change(struct req *req, struct reply *reply)
{
	const char *new = req_text(req, "newPassword"), *current = req_text(req, "currentPassword");
	const char *checked, *hash;
	enum err e = register_check_password(new);

	if (e == E_OK && str_utf16_len(current) > (size_t)conf()->password_max)
		e = E_PASSWORD_TOO_LONG;
	if (e == E_OK)
		e = password_check(req->ctx, req->session->user.id, current, &checked);
	if (e != E_OK)
		return e;
	register_choose_format(req->ctx);
	hash = pass_hash(req->ctx, new);
	return hash != NULL ? put_password(req, reply, checked, hash) : E_CRYPTO;
}

enum err
password_verify(struct req *req, struct reply *reply)
{
	const char *password = req_text(req, "password"), *hash;
	enum err e;

	if (str_utf16_len(password) > (size_t)conf()->password_max)
		return E_PASSWORD_TOO_LONG;
	e = password_check(req->ctx, req->session->user.id, password, &hash);
	if (e != E_OK)
		return e == E_CREDENTIAL_ACCOUNT_NOT_FOUND ? E_INVALID_PASSWORD : e;
	reply_json(reply, "{\"status\":true}");
	return E_OK;
}

static const char *
identifier(struct ctx *ctx, const char *token)
{
	return str_printf(ctx->arena, "reset-password:%s", token);
}

/* The token and its mail, or neither. */
static enum err
send_reset(struct req *req, const struct user *u)
{
	struct ctx *ctx = req->ctx;
	const char *token = secret_id(ctx, RESET_TOKEN_LENGTH);
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = verification_put(ctx, identifier(ctx, token), u->id, conf()->reset_expires);
	if (e == E_OK)
		e = mailing_reset(ctx, u, token, req_text(req, "redirectTo"));
	return e == E_OK ? db_commit(ctx) : e;
}

/* The same answer whether the address is known or not, and no sooner. */
enum err
password_request_reset(struct req *req, struct reply *reply)
{
	struct user user = { 0 };
	enum err e;

	if (!conf()->mail)
		return E_RESET_PASSWORD_DISABLED;
	e = user_by_email(req->ctx, str_lower(req->ctx->arena, req_text(req, "email")), &user);
	if (e == E_OK)
		e = send_reset(req, &user);
	if (e != E_OK && e != E_NO_ROW)
		return e;
	reply_not_before(reply, REPLY_EVEN_MS);
	reply_json(reply,
	    "{\"status\":true,\"message\":\"If this email exists in our system, "
	    "check your email for the reset link\"}");
	return E_OK;
}

static enum err
find_token(struct ctx *ctx, const char *token, const char **user_id)
{
	struct verification v = { 0 };
	enum err e;

	if (token == NULL || *token == '\0' || strlen(token) > RESET_TOKEN_MAX)
		return E_NO_ROW;
	e = verification_find(ctx, identifier(ctx, token), &v);
	*user_id = v.value;
	return e;
}

enum err
password_follow_link(struct req *req, struct reply *reply)
{
	const char *token = req_param(req, 0), *callback = req_query(req, "callbackURL"), *id;
	enum err e = find_token(req->ctx, token, &id);

	if (e != E_OK && e != E_NO_ROW)
		return e;
	if (*callback == '\0')
		reply_redirect(reply,
		    link_set(req->ctx, "/api/auth/error", "error", "INVALID_TOKEN"));
	else if (e == E_OK)
		reply_redirect(reply, link_set(req->ctx, callback, "token", token));
	else
		reply_redirect(reply, link_set(req->ctx, callback, "error", "INVALID_TOKEN"));
	return E_OK;
}

/* The token is looked at first, so that only who has one costs a hash, and used up with
 * the hash at hand. */
enum err
password_reset(struct req *req, struct reply *reply)
{
	struct ctx *ctx = req->ctx;
	const char *token = req_text(req, "token"), *new = req_text(req, "newPassword");
	const char *id, *hash;
	struct user user = { 0 };
	enum err e;

	if (token == NULL || *token == '\0')
		token = req_query(req, "token");
	if (token == NULL || *token == '\0')
		return E_INVALID_TOKEN;
	e = register_check_password(new);
	if (e == E_OK)
		e = find_token(ctx, token, &id);
	if (e == E_OK && (e = user_by_id(ctx, id, &user)) == E_NO_ROW)
		return E_USER_NOT_FOUND;
	if (e != E_OK)
		return e == E_NO_ROW ? E_INVALID_TOKEN : e;
	register_choose_format(ctx);
	hash = pass_hash(ctx, new);
	if (hash == NULL)
		return E_CRYPTO;
	e = account_reset_password(ctx, identifier(ctx, token), hash, conf()->reset_ends_sessions,
	    &id);
	if (e == E_OK)
		reply_json(reply, "{\"status\":true}");
	return e == E_NO_ROW ? E_INVALID_TOKEN : e;
}
