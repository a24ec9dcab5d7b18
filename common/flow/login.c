/* SPDX-License-Identifier: ISC */
/* login: opening and closing sessions. */
#include "flow/login.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/present.h"
#include "http/cookie.h"
#include "port/secret.h"
#include "store/session.h"
#include "store/user.h"

#define ID_LENGTH 32
#define AGENT_MAX 512

int64_t
login_end(const struct ctx *ctx, bool remember)
{
	return ctx->now + (remember ? LOGIN_LIFE_MS : LOGIN_FORGETFUL_MS);
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

void
login_set_cookies(struct req *req, struct reply *reply, const char *token, bool remember)
{
	const char *value = secret_sign(req->ctx, token);

	cookie_set(req, reply, "session_token", value,
	    remember ? (long)(LOGIN_LIFE_MS / 1000) : COOKIE_SESSION_ONLY);
	if (!remember)
		cookie_set(req, reply, "dont_remember", secret_sign(req->ctx, "true"),
		    COOKIE_SESSION_ONLY);
	else if (login_is_forgetful(req))
		cookie_set(req, reply, "dont_remember", "", 0);
	reply_header(reply, "set-auth-token", value);
}

void
login_clear_cookies(struct req *req, struct reply *reply)
{
	cookie_set(req, reply, "session_token", "", 0);
	cookie_set(req, reply, "session_data", "", 0);
	if (cookie_get(req, "session_data") != NULL)
		cookie_set(req, reply, "session_data", "", 0);
	cookie_set(req, reply, "dont_remember", "", 0);
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

/* Only ASCII goes into a header: what is beyond it, and spaces, are escaped. */
static const char *
header_url(struct ctx *ctx, const char *url)
{
	struct buf b = buf_new(ctx->arena, 128);

	for (; *url != '\0'; url++)
		if (*url > ' ' && *url < 0x7F)
			buf_char(&b, *url);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*url);
	return b.p;
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
	if (url != NULL && *url != '\0') {
		json_text(&j, "url", url);
		reply_header(reply, "location", header_url(req->ctx, url));
	}
	present_user(&j, "user", u, false);
	json_close(&j);
	reply_json(reply, json_done(&j));
}

enum err
login_open(struct req *req, struct reply *reply, const struct user *u, bool remember)
{
	struct ctx *ctx = req->ctx;
	struct opening o = {
		.id = secret_id(ctx, ID_LENGTH),
		.token = secret_id(ctx, ID_LENGTH),
		.user_id = u->id,
		.expires = login_end(ctx, remember),
		.address = req->address,
		.agent = login_agent(req),
		.guest_token = bearer_token(req),
		.merge_id = secret_id(ctx, ID_LENGTH),
	};
	struct opened opened = { 0 };
	enum err e;

	if (user_is_banned(u, ctx->now))
		return E_BANNED_USER;
	e = session_open(ctx, &o, &opened);
	if (e != E_OK)
		return e == E_NO_PARENT ? E_INVALID_EMAIL_OR_PASSWORD : e;
	req->user_id = u->id;
	login_set_cookies(req, reply, o.token, remember);
	login_report_merge(reply, opened.guestId, opened.failed, opened.threadsMoved);
	answer_sign_in(req, reply, o.token, u);
	return E_OK;
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
