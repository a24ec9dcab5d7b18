/* SPDX-License-Identifier: ISC */
/* email: addresses, verified and changed. */
#include "flow/email.h"

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/identity.h"
#include "flow/login.h"
#include "flow/mailing.h"
#include "flow/present.h"
#include "http/link.h"
#include "port/db.h"
#include "store/session.h"
#include "store/user.h"

#define DONE "{\"status\":true}"

/* Without a session an address that is known looks like any other. */
static enum err
send_to_anybody(struct req *req, struct reply *reply)
{
	struct user user = { 0 };
	enum err e;

	e = user_by_email(req->ctx, str_lower(req->ctx->arena, req_text(req, "email")), &user);
	if (e == E_OK && !user.emailVerified)
		e = mailing_verify(req->ctx, &user, req_text(req, "callbackURL"));
	if (e != E_OK && e != E_NO_ROW)
		return e;
	reply_not_before(reply, REPLY_EVEN_MS);
	reply_json(reply, DONE);
	return E_OK;
}

enum err
email_send_verification(struct req *req, struct reply *reply)
{
	struct session s = { 0 };
	enum err e;

	if (!conf()->mail)
		return E_VERIFICATION_EMAIL_NOT_ENABLED;
	e = identity_session(req, reply, &s);
	if (e == E_NO_ROW)
		return send_to_anybody(req, reply);
	if (e != E_OK)
		return e;
	if (!str_eq_nocase(s.user.email, req_text(req, "email")))
		return E_EMAIL_MISMATCH;
	if (s.user.emailVerified)
		return E_EMAIL_ALREADY_VERIFIED;
	e = mailing_verify(req->ctx, &s.user, req_text(req, "callbackURL"));
	if (e == E_OK)
		reply_json(reply, DONE);
	return e;
}

/* --- the link of a mail */

/* On to the page that was asked for, or the JSON that the peer answers without one. */
static enum err
arrive(struct req *req, struct reply *reply, const char *json)
{
	const char *callback = req_query(req, "callbackURL");

	if (callback != NULL && *callback != '\0')
		reply_redirect(reply, callback);
	else
		reply_json(reply, json);
	return E_OK;
}

static enum err
arrive_with_user(struct req *req, struct reply *reply, const struct user *u)
{
	struct json j = json_new(req->ctx->arena, 512);

	json_open(&j, NULL);
	json_flag(&j, "status", true);
	present_user(&j, "user", u, false);
	json_close(&j);
	return arrive(req, reply, json_done(&j));
}

static enum err
sign_in_verified(struct req *req, struct reply *reply, struct user *u)
{
	struct session s = { 0 };
	const char *token;
	enum err e = identity_session(req, reply, &s);

	u->emailVerified = true;
	if (e == E_OK && str_eq(s.user.email, u->email)) {
		s.user = *u;
		login_renew_cookies(req, reply, &s);
		return E_OK;
	}
	if (e != E_OK && e != E_NO_ROW)
		return e;
	return login_open(req, reply, u, !login_is_forgetful(req), &token);
}

static enum err
verify(struct req *req, struct reply *reply, const struct proof *p)
{
	struct user user = { 0 };
	enum err e = user_by_email(req->ctx, p->email, &user);

	if (e != E_OK)
		return e == E_NO_ROW ? E_USER_NOT_FOUND_401 : e;
	if (p->user_id != NULL && !str_eq(p->user_id, user.id))
		return E_INVALID_TOKEN_401;
	if (!user.emailVerified) {
		e = user_verify_email(req->ctx, user.id, user.email);
		if (e == E_OK && conf()->sign_in_on_verification)
			e = sign_in_verified(req, reply, &user);
	}
	return e == E_OK ? arrive(req, reply, "{\"status\":true,\"user\":null}") : e;
}

/* The browser's session shows the new address at once. */
static void
renew(struct req *req, struct reply *reply, struct session *s, const struct user *u)
{
	if (s->token == NULL)
		return;
	s->user = *u;
	login_renew_cookies(req, reply, s);
}

/* Old tokens change the address at once and have it verified afterwards. */
static enum err
change_at_once(struct req *req, const struct user *u, const char *email, struct user *changed)
{
	enum err e = db_begin(req->ctx);

	if (e == E_OK)
		e = user_change_email(req->ctx, u, email, false, changed);
	if (e == E_OK && conf()->mail)
		e = mailing_verify(req->ctx, changed, req_query(req, "callbackURL"));
	return e == E_OK ? db_commit(req->ctx) : e;
}

static enum err
change(struct req *req, struct reply *reply, const struct user *u, const struct proof *p,
    struct session *s)
{
	struct user changed = { 0 };
	enum err e = E_OK;

	if (str_eq(p->request_type, "change-email-confirmation")) {
		if (conf()->mail)
			e = mailing_verify_change(req->ctx, u, p->update_to,
			    req_query(req, "callbackURL"));
		return e == E_OK ? arrive(req, reply, DONE) : e;
	}
	if (str_eq(p->request_type, "change-email-verification"))
		e = user_change_email(req->ctx, u, p->update_to, u->emailVerified, &changed);
	else
		e = change_at_once(req, u, p->update_to, &changed);
	if (e == E_NO_ROW)
		return E_INVALID_TOKEN_401;
	if (e == E_CONFLICT)
		return E_USER_ALREADY_EXISTS;
	if (e != E_OK)
		return e;
	renew(req, reply, s, &changed);
	return arrive_with_user(req, reply, &changed);
}

/* The token names the user and the address that it had then. */
static enum err
change_proven(struct req *req, struct reply *reply, const struct proof *p)
{
	struct user user = { 0 };
	struct session s = { 0 };
	enum err e;

	if (p->user_id == NULL)
		return E_INVALID_TOKEN_401;
	e = user_by_id(req->ctx, p->user_id, &user);
	if (e != E_OK)
		return e == E_NO_ROW ? E_USER_NOT_FOUND_401 : e;
	if (!str_eq(str_lower(req->ctx->arena, user.email), p->email))
		return E_INVALID_TOKEN_401;
	e = identity_session(req, reply, &s);
	if (e != E_OK && e != E_NO_ROW)
		return e;
	if (e == E_OK && !str_eq(s.user.id, user.id))
		return E_INVALID_USER;
	return change(req, reply, &user, p, &s);
}

enum err
email_follow_link(struct req *req, struct reply *reply)
{
	const char *callback = req_query(req, "callbackURL");
	struct proof p = { 0 };
	enum err e = mailing_open(req->ctx, req_query(req, "token"), &p);

	if (e == E_OK)
		e = p.update_to != NULL ? change_proven(req, reply, &p) : verify(req, reply, &p);
	if (err_status(e) == 401 || e == E_USER_ALREADY_EXISTS) {
		if (callback == NULL || *callback == '\0')
			return e;
		reply_redirect(reply, link_append(req->ctx, callback, "error", err_code(e)));
		return E_OK;
	}
	return e;
}

/* --- changing it */

static enum err
change_unverified(struct req *req, struct reply *reply, const char *email)
{
	struct session s = *req->session;
	struct ctx *ctx = req->ctx;
	struct user changed = { 0 };
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = user_change_email(ctx, &s.user, email, false, &changed);
	if (e == E_OK && conf()->mail)
		e = mailing_verify(ctx, &changed, req_text(req, "callbackURL"));
	if (e == E_OK)
		e = db_commit(ctx);
	if (e == E_OK)
		renew(req, reply, &s, &changed);
	return e;
}

/* The first mail goes to the old address where that is asked for, else to the new one. */
static enum err
begin_change(struct req *req, struct reply *reply, const char *email)
{
	const struct user *u = &req->session->user;
	const char *callback = req_text(req, "callbackURL");

	if (!u->emailVerified && conf()->change_email_unverified)
		return change_unverified(req, reply, email);
	if (u->emailVerified && conf()->change_email_confirm)
		return mailing_confirm_change(req->ctx, u, email, callback);
	return mailing_verify_change(req->ctx, u, email, callback);
}

/* An address that somebody has is answered like one that is free. */
enum err
email_change(struct req *req, struct reply *reply)
{
	const char *email = str_lower(req->ctx->arena, req_text(req, "newEmail"));
	const struct user *u = &req->session->user;
	struct user other = { 0 };
	enum err e;

	if (!conf()->change_email)
		return E_CHANGE_EMAIL_DISABLED;
	if (str_eq(email, u->email))
		return E_EMAIL_IS_THE_SAME;
	if (!conf()->mail && (u->emailVerified || !conf()->change_email_unverified))
		return E_CHANGE_NEEDS_MAIL;
	e = user_by_email(req->ctx, email, &other);
	if (e == E_NO_ROW)
		e = begin_change(req, reply, email);
	if (e == E_OK || e == E_CONFLICT) {
		reply_not_before(reply, REPLY_EVEN_MS);
		reply_json(reply, DONE);
		return E_OK;
	}
	return e;
}
