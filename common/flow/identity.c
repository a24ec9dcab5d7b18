/* SPDX-License-Identifier: ISC */
/* identity: who is asking. */
#include "flow/identity.h"

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/login.h"
#include "flow/token.h"
#include "store/session.h"

/* A session that the browser forgets is never extended, nor is one that only looks. */
static bool
is_due(struct req *req, const struct session *s)
{
	const char *quiet = req_query(req, "disableRefresh");

	if (s->expiresAt.ms > req->ctx->now + LOGIN_LIFE_MS - LOGIN_REFRESH_MS)
		return false;
	return !login_is_forgetful(req) && (quiet == NULL || *quiet == '\0');
}

/* A session that could not be extended is still one. */
static void
extend(struct req *req, struct reply *reply, struct session *s)
{
	int64_t end = req->ctx->now + LOGIN_LIFE_MS;

	if (session_extend(req->ctx, s->token, end) != E_OK)
		return;
	s->expiresAt.ms = end;
	s->updatedAt.ms = req->ctx->now;
	login_set_cookies(req, reply, s->token, true);
}

enum err
identity_session(struct req *req, struct reply *reply, struct session *out)
{
	const char *token = bearer_token(req);
	enum err e;

	if (token == NULL)
		return E_NO_ROW;
	e = session_find(req->ctx, token, out);
	if (e == E_OK && out->expiresAt.ms <= req->ctx->now) {
		(void)session_delete(req->ctx, token);
		e = E_NO_ROW;
	}
	if (e == E_NO_ROW)
		login_clear_cookies(req, reply);
	if (e != E_OK)
		return e;
	req->user_id = out->user.id;
	if (is_due(req, out))
		extend(req, reply, out);
	return E_OK;
}

static enum err
require_session(struct req *req, struct reply *reply)
{
	struct session *s = arena_alloc(req->ctx->arena, sizeof(*s));
	enum err e = identity_session(req, reply, s);

	req->session = s;
	if (e == E_NO_ROW)
		reply->keep_headers = true; /* the clearing cookies */
	return e == E_NO_ROW ? E_UNAUTHORIZED : e;
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
const struct guard identity_required = { "identity", require_identity };
const struct guard member_required = { "member", require_member };

const struct identity *
identity_of(const struct req *req)
{
	return req->identity;
}
