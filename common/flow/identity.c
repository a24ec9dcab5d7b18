/* SPDX-License-Identifier: ISC */
/* identity: who is asking. */
#include "flow/identity.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/cache.h"
#include "flow/login.h"
#include "flow/token.h"
#include "store/session.h"

bool
identity_is_quiet(struct req *req)
{
	const char *quiet = req_query(req, "disableRefresh");

	return login_is_forgetful(req) || (quiet != NULL && *quiet != '\0');
}

bool
identity_is_due(struct req *req, const struct session *s)
{
	int64_t life = (int64_t)conf()->session_expires * 1000;
	int64_t age = (int64_t)conf()->session_update_age * 1000;

	return s->expiresAt.ms <= req->ctx->now + life - age && !identity_is_quiet(req);
}

/* With SESSION_DEFER_REFRESH only one route writes. */
static bool
may_write(const struct req *req)
{
	return !conf()->session_defer_refresh || (req->route->policies & REFRESH) != 0;
}

/* A session that could not be extended is still one. */
static void
extend(struct req *req, struct reply *reply, struct session *s)
{
	int64_t end = req->ctx->now + (int64_t)conf()->session_expires * 1000;

	if (session_extend(req->ctx, s->token, end) != E_OK)
		return;
	s->expiresAt.ms = end;
	s->updatedAt.ms = req->ctx->now;
	login_set_cookies(req, reply, s, true);
}

/* What goes to the browser does so whatever becomes of the request. */
static void
keep(struct req *req, struct reply *reply, struct session *s)
{
	reply->keep_headers = true;
	if (bearer_is_stale(req))
		login_renew_cookies(req, reply, s);
	else if (identity_is_quiet(req))
		return;
	else if (may_write(req) && identity_is_due(req, s))
		extend(req, reply, s);
	else
		cache_write(req, reply, s, true);
}

/* Not by a request that was under way when another session took this one's place: the
 * browser would apply it to the new one's cookie. */
static void
clear_cookies(struct req *req, struct reply *reply, const char *token)
{
	bool replaced;

	if (session_was_replaced(req->ctx, token, &replaced) == E_OK && !replaced)
		login_clear_cookies(req, reply);
}

static enum err
find_stored(struct req *req, struct reply *reply, const char *token, struct session *out)
{
	enum err e = session_find(req->ctx, token, out);

	if (e == E_OK && out->expiresAt.ms <= req->ctx->now) {
		if (may_write(req))
			(void)session_delete(req->ctx, token);
		e = E_NO_ROW;
	}
	if (e == E_NO_ROW)
		clear_cookies(req, reply, token);
	if (e == E_OK)
		keep(req, reply, out);
	return e;
}

static enum err
find_session(struct req *req, struct reply *reply, bool stored, struct session *out)
{
	bool cache = !str_eq(conf()->cookie_cache, "off");
	const char *token = bearer_token(req), *skip = req_query(req, "disableCookieCache");
	enum err e = E_OK;

	if (token == NULL) {
		if (!cache)
			cache_clear(req, reply); /* one that was switched off */
		return E_NO_ROW;
	}
	if (!cache || stored || (skip != NULL && *skip != '\0') ||
	    !cache_read(req, reply, token, out))
		e = find_stored(req, reply, token, out);
	if (e != E_OK)
		return e;
	if (!cache)
		cache_clear(req, reply);
	req->user_id = out->user.id;
	return E_OK;
}

enum err
identity_session(struct req *req, struct reply *reply, struct session *out)
{
	return find_session(req, reply, false, out);
}

enum err
identity_stored_session(struct req *req, struct reply *reply, struct session *out)
{
	return find_session(req, reply, true, out);
}

static enum err
require(struct req *req, struct reply *reply, bool stored)
{
	struct session *s = arena_alloc(req->ctx->arena, sizeof(*s));
	enum err e = find_session(req, reply, stored, s);

	req->session = s;
	if (e == E_NO_ROW)
		reply->keep_headers = true; /* the clearing cookies */
	return e == E_NO_ROW ? E_UNAUTHORIZED : e;
}

static enum err
require_session(struct req *req, struct reply *reply)
{
	return require(req, reply, false);
}

static enum err
require_stored(struct req *req, struct reply *reply)
{
	return require(req, reply, true);
}

static enum err
require_fresh(struct req *req, struct reply *reply)
{
	enum err e = require(req, reply, false);

	return e == E_OK && !identity_is_fresh(req) ? E_SESSION_NOT_FRESH : e;
}

bool
identity_is_fresh(const struct req *req)
{
	int64_t age = (int64_t)conf()->session_fresh_age * 1000;

	return age == 0 || req->ctx->now - req->session->createdAt.ms < age;
}

enum err
identity_find(struct req *req, struct reply *reply, struct identity *out)
{
	const char *text = bearer_text(req);
	struct session s = { 0 };
	struct claims claims = { 0 };
	enum err e;

	if (text != NULL && token_is_jwt(text) && token_check(req->ctx, text, &claims) == E_OK) {
		req->user_id = out->user_id = claims.sub;
		out->is_guest = claims.is_anonymous;
		return E_OK;
	}
	e = identity_session(req, reply, &s);
	if (e != E_OK)
		return e == E_NO_ROW ? E_UNAUTHORIZED : e;
	out->user_id = s.user.id;
	out->is_guest = user_is_guest(&s.user);
	return E_OK;
}

static enum err
require_identity(struct req *req, struct reply *reply)
{
	struct identity *who = arena_alloc(req->ctx->arena, sizeof(*who));

	req->identity = who;
	return identity_find(req, reply, who);
}

static enum err
require_member(struct req *req, struct reply *reply)
{
	enum err e = require_identity(req, reply);

	return e == E_OK && req->identity->is_guest ? E_ANONYMOUS_USER : e;
}

const struct guard session_required = { "session", require_session };
const struct guard stored_session_required = { "stored-session", require_stored };
const struct guard fresh_session_required = { "fresh-session", require_fresh };
const struct guard identity_required = { "identity", require_identity };
const struct guard member_required = { "member", require_member };

const struct identity *
identity_of(const struct req *req)
{
	return req->identity;
}
