/* SPDX-License-Identifier: ISC */
/* deletion: users who leave. */
#include "flow/deletion.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/identity.h"
#include "flow/login.h"
#include "flow/mailing.h"
#include "flow/password.h"
#include "port/db.h"
#include "port/secret.h"
#include "store/session.h"
#include "store/user.h"
#include "store/verification.h"

#define TOKEN_LENGTH 32
#define TOKEN_MAX 128
#define TOKEN_LIFE_S 86400
#define DELETED "{\"success\":true,\"message\":\"User deleted\"}"

static enum err
answer_deleted(struct req *req, struct reply *reply, const char *json)
{
	login_clear_cookies(req, reply);
	reply_json(reply, json);
	return E_OK;
}

static const char *
identifier(struct ctx *ctx, const char *token)
{
	return str_printf(ctx->arena, "delete-account-%s", token);
}

/* Whoever merges takes the user's row first, too: the other way round they would wait for
 * each other. */
static enum err
erase(struct ctx *ctx, const char *user_id, const char **rows)
{
	enum err e = user_delete_owned(ctx, user_id, rows);

	return e == E_OK ? user_delete(ctx, user_id) : e;
}

/* A user who is gone may have left rows. */
static enum err
lock_and_erase(struct ctx *ctx, const char *user_id, const char **rows)
{
	enum err e = user_lock(ctx, user_id);

	return e == E_OK || e == E_NO_ROW ? erase(ctx, user_id, rows) : e;
}

enum err
deletion_erase(struct ctx *ctx, const char *user_id, const char **rows)
{
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = lock_and_erase(ctx, user_id, rows);
	return e == E_OK ? db_commit(ctx) : e;
}

/* A token that is no good is used up all the same, hence the commit. */
static enum err
delete_with_token(struct ctx *ctx, const char *user_id, const char *token)
{
	struct verification v = { 0 };
	const char *rows;
	bool good;
	enum err e;

	if (strlen(token) > TOKEN_MAX)
		return E_INVALID_TOKEN_404;
	e = db_begin(ctx);
	if (e == E_OK)
		e = verification_take(ctx, identifier(ctx, token), &v);
	good = e == E_OK && str_eq(v.value, user_id);
	if (good)
		e = lock_and_erase(ctx, user_id, &rows);
	if (e == E_OK || e == E_NO_ROW)
		e = db_commit(ctx);
	return e == E_OK && !good ? E_INVALID_TOKEN_404 : e;
}

static enum err
ask_by_mail(struct req *req, struct reply *reply)
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	struct ctx *ctx = req->ctx;
	const struct user *u = &req->session->user;
	const char *token = secret_text(ctx, TOKEN_LENGTH, alphabet);
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = verification_put(ctx, identifier(ctx, token), u->id, TOKEN_LIFE_S);
	if (e == E_OK)
		e = mailing_delete(ctx, u, token, req_text(req, "callbackURL"));
	if (e == E_OK)
		e = db_commit(ctx);
	if (e == E_OK)
		reply_json(reply, "{\"success\":true,\"message\":\"Verification email sent\"}");
	return e;
}

static enum err
check_password(struct req *req, const char *password)
{
	const char *hash;

	if (str_utf16_len(password) > (size_t)conf()->password_max)
		return E_PASSWORD_TOO_LONG;
	return password_check(req->ctx, req->session->user.id, password, &hash);
}

/* A password, a mail's token, or a session that is fresh. */
enum err
deletion_request(struct req *req, struct reply *reply)
{
	const char *password = req_text(req, "password"), *token = req_text(req, "token"), *rows;
	bool known = password != NULL && *password != '\0';
	enum err e = E_OK;

	if (!conf()->delete_user)
		return E_DELETE_USER_DISABLED;
	if (known)
		e = check_password(req, password);
	if (e != E_OK)
		return e;
	if (token != NULL && *token != '\0')
		e = delete_with_token(req->ctx, req->session->user.id, token);
	else if (conf()->delete_user_confirm && conf()->mail)
		return ask_by_mail(req, reply);
	else if (!known && !identity_is_fresh(req))
		return E_SESSION_EXPIRED;
	else
		e = deletion_erase(req->ctx, req->session->user.id, &rows);
	return e == E_OK ? answer_deleted(req, reply, DELETED) : e;
}

enum err
deletion_follow_link(struct req *req, struct reply *reply)
{
	const char *callback = req_query(req, "callbackURL");
	struct session s = { 0 };
	enum err e;

	if (!conf()->delete_user)
		return E_DELETE_LINK_DISABLED;
	e = identity_stored_session(req, reply, &s);
	if (e != E_OK) {
		reply->keep_headers = e == E_NO_ROW;
		return e == E_NO_ROW ? E_FAILED_TO_GET_USER_INFO : e;
	}
	e = delete_with_token(req->ctx, s.user.id, req_query(req, "token"));
	if (e != E_OK)
		return e;
	answer_deleted(req, reply, DELETED);
	if (callback != NULL && *callback != '\0') {
		reply->body = NULL;
		reply_redirect(reply, callback);
	}
	return E_OK;
}

/* A sign-up may be making a member of them meanwhile: the row decides. */
static enum err
erase_guest(struct ctx *ctx, const char *user_id)
{
	const char *rows;
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = user_lock_guest(ctx, user_id);
	if (e == E_OK)
		e = erase(ctx, user_id, &rows);
	return e == E_OK ? db_commit(ctx) : e;
}

enum err
deletion_of_guest(struct req *req, struct reply *reply)
{
	enum err e;

	if (!user_is_guest(&req->session->user))
		return E_USER_IS_NOT_ANONYMOUS;
	e = erase_guest(req->ctx, req->session->user.id);
	if (e == E_NO_ROW)
		return E_USER_IS_NOT_ANONYMOUS;
	return e == E_OK ? answer_deleted(req, reply, "{\"success\":true}") : e;
}
