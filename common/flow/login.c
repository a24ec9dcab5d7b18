/* SPDX-License-Identifier: ISC */
/* login: opening and closing sessions. */
#include "flow/login.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/cache.h"
#include "flow/present.h"
#include "http/cookie.h"
#include "port/secret.h"
#include "store/session.h"
#include "store/user.h"

#define AGENT_MAX 512

int64_t
login_end(const struct ctx *ctx, bool remember)
{
	return ctx->now + (remember ? (int64_t)conf()->session_expires * 1000 : LOGIN_FORGETFUL_MS);
}

const char *
login_agent(struct req *req)
{
	const char *agent = req_header(req, "user-agent");
	size_t n = 0;

	if (agent == NULL)
		return "";
	while (n < AGENT_MAX && agent[n] != '\0')
		n++;
	while (n > 0 && !str_utf8_valid(agent, n)) /* cut within a character, or no UTF-8 */
		n--;
	return arena_strndup(req->ctx->arena, agent, n);
}

bool
login_is_forgetful(struct req *req)
{
	const char *text = cookie_get(req, "dont_remember");
	const char *value = text != NULL ? secret_unsign(req->ctx, text) : NULL;

	return str_eq(value, "true");
}

struct opening
login_opening(struct req *req, const char *user_id, bool remember)
{
	return (struct opening) {
		.id = secret_id(req->ctx, SECRET_ID_LENGTH),
		.token = secret_id(req->ctx, SECRET_ID_LENGTH),
		.user_id = user_id,
		.expires = login_end(req->ctx, remember),
		.address = req->address,
		.agent = login_agent(req),
		.merge_id = secret_id(req->ctx, SECRET_ID_LENGTH),
	};
}

struct session
login_opened(const struct ctx *ctx, const struct opening *o, const struct user *u)
{
	return (struct session) {
		.id = o->id,
		.token = o->token,
		.expiresAt = { o->expires },
		.createdAt = { ctx->now },
		.updatedAt = { ctx->now },
		.ipAddress = o->address,
		.userAgent = o->agent,
		.user = *u,
	};
}

void
login_set_cookies(struct req *req, struct reply *reply, const struct session *s, bool remember)
{
	const char *value = secret_sign(req->ctx, s->token);

	cookie_set(req, reply, "session_token", value,
	    remember ? conf()->session_expires : COOKIE_SESSION_ONLY);
	if (!remember)
		cookie_set(req, reply, "dont_remember", secret_sign(req->ctx, "true"),
		    COOKIE_SESSION_ONLY);
	else if (login_is_forgetful(req))
		cookie_set(req, reply, "dont_remember", "", 0);
	cache_write(req, reply, s, remember);
	reply_drop(reply, "set-auth-token", "");
	reply_header(reply, "set-auth-token", value);
}

void
login_renew_cookies(struct req *req, struct reply *reply, const struct session *s)
{
	login_set_cookies(req, reply, s, !login_is_forgetful(req));
}

void
login_clear_cookies(struct req *req, struct reply *reply)
{
	reply_drop(reply, "set-auth-token", "");
	cookie_expire(req, reply, "session_token");
	cookie_expire(req, reply, "session_data");
	cache_clear(req, reply);
	cookie_expire(req, reply, "dont_remember");
}

void
login_report_merge(struct reply *reply, const char *guest_id, const char *failed, int64_t threads)
{
	if (guest_id == NULL)
		return;
	if (failed != NULL) {
		log_event(reply->ctx, LOG_ERROR, "merge-failed", "guest %s: %s", guest_id, failed);
		reply_header(reply, "x-merge-status", "failed");
		return;
	}
	reply_header(reply, "x-merge-status",
	    str_printf(reply->ctx->arena, "merged; threads=%" PRId64, threads));
}

/* "token.member", signed: whoever else signs in to this browser has no claim to the guest. */
const char *
login_left_guest(struct req *req, const char *member)
{
	const char *value = cookie_get(req, "guest_token"), *dot;

	value = value != NULL ? secret_unsign(req->ctx, value) : NULL;
	dot = value != NULL ? strchr(value, '.') : NULL;
	if (dot == NULL || !str_eq(dot + 1, member))
		return NULL;
	return str_printf(req->ctx->arena, "%.*s", (int)(dot - value), value);
}

/* The member's cookie takes the place of the guest's, which alone could prove the guest. */
static void
leave_guest(struct req *req, struct reply *reply, const char *token, const char *member)
{
	const char *value = str_printf(req->ctx->arena, "%s.%s", token, member);

	cookie_set(req, reply, "guest_token", secret_sign(req->ctx, value),
	    conf()->session_expires);
}

/* The guest of the request, or one who could not join this account before. */
static enum err
open_and_merge(struct req *req, struct reply *reply, struct opening *o)
{
	struct opened opened = { 0 };
	const char *left = NULL;
	enum err e;

	o->guest_token = bearer_token(req);
	if (o->guest_token == NULL)
		o->guest_token = left = login_left_guest(req, o->user_id);
	e = session_open(req->ctx, o, &opened);
	if (e != E_OK)
		return e;
	login_report_merge(reply, opened.guestId, opened.failed, opened.threadsMoved);
	if (opened.failed != NULL)
		leave_guest(req, reply, o->guest_token, o->user_id);
	else if (left != NULL)
		cookie_expire(req, reply, "guest_token");
	return E_OK;
}

/* With a callbackURL the client is told to go there; the status stays 200. */
static void
answer_sign_in(struct req *req, struct reply *reply, const char *token, const struct user *u)
{
	const char *url = req_text(req, "callbackURL");
	struct json j = json_new(req->ctx->arena, 512);

	json_open(&j, NULL);
	json_flag(&j, "redirect", url != NULL && *url != '\0');
	json_text(&j, "token", token);
	if (url != NULL)
		json_text(&j, "url", url);
	if (url != NULL && *url != '\0')
		reply_location(reply, url);
	present_user(&j, "user", u, false);
	json_close(&j);
	reply_json(reply, json_done(&j));
}

enum err
login_open(struct req *req, struct reply *reply, const struct user *u, bool remember,
    const char **token)
{
	struct opening o = login_opening(req, u->id, remember);
	struct session s;
	enum err e;

	if (user_is_banned(u, req->ctx->now))
		return E_BANNED_USER;
	e = open_and_merge(req, reply, &o);
	if (e != E_OK)
		return e == E_NO_PARENT ? E_INVALID_EMAIL_OR_PASSWORD : e;
	req->user_id = u->id;
	s = login_opened(req->ctx, &o, u);
	login_set_cookies(req, reply, &s, remember);
	*token = o.token;
	return E_OK;
}

enum err
login_answer(struct req *req, struct reply *reply, const struct user *u, bool remember)
{
	const char *token;
	enum err e;

	if (user_has_second_factor(u)) /* a password alone must not be enough for them */
		return E_TWO_FACTOR_REQUIRED;
	e = login_open(req, reply, u, remember, &token);

	if (e == E_OK)
		answer_sign_in(req, reply, token, u);
	return e;
}

enum err
login_close(struct req *req, struct reply *reply)
{
	const char *token = bearer_token(req);
	enum err e = E_OK;

	if (token != NULL)
		e = session_delete(req->ctx, token);
	if (e != E_OK)
		return e;
	login_clear_cookies(req, reply);
	reply_json(reply, "{\"success\":true}");
	return E_OK;
}
