/* SPDX-License-Identifier: ISC */
/* gating: whether who asks may pass. */
#include "flow/gating.h"

#include <ctype.h>
#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/cache.h"
#include "flow/claims.h"
#include "flow/token.h"
#include "http/address.h"
#include "store/session.h"

#define TARGET_MAX 2000

enum need { NEED_SESSION, NEED_USER, NEED_PROFILE, NEEDS };

static const char *const needs[NEEDS] = { "session", "user", "profile" };

struct visitor {
	const char *id;
	bool is_guest;
	bool has_profile;
	bool is_banned;
	const struct js *payload; /* of a JWT; NULL: something else tells */
};

/* --- what is asked for */

/* A mistake in the web server's configuration lets nobody in. */
static enum err
unknown_parameter(struct req *req, const char *name, const char *value)
{
	log_event(req->ctx, LOG_ERROR, "gate", "%s is '%s'", name, value);
	return E_GATE_PARAMETER;
}

static enum err
find_need(struct req *req, enum need *out)
{
	const char *text = req_parameter(req, "GATE_REQUIRE");
	int i;

	if (text == NULL) {
		*out = str_eq(conf()->profile_gate, "off") ? NEED_USER : NEED_PROFILE;
		return E_OK;
	}
	for (i = 0; i < NEEDS; i++)
		if (str_eq(text, needs[i])) {
			*out = (enum need)i;
			return E_OK;
		}
	return unknown_parameter(req, "GATE_REQUIRE", text);
}

static enum err
find_answer(struct req *req, bool *redirects)
{
	const char *text = req_parameter(req, "GATE_ANSWER");

	*redirects = text != NULL ? str_eq(text, "redirect") : req_is_authorizer(req);
	if (text == NULL || *redirects || str_eq(text, "status"))
		return E_OK;
	return unknown_parameter(req, "GATE_ANSWER", text);
}

/* --- who asks */

static bool
by_jwt(struct req *req, struct visitor *out)
{
	const char *text = bearer_text(req);
	struct claims claims = { 0 };

	if (text == NULL || !token_is_jwt(text) || token_check(req->ctx, text, &claims) != E_OK)
		return false;
	*out = (struct visitor) { .id = claims.sub,
		.is_guest = claims.is_anonymous,
		.has_profile = claims.has_profile,
		.payload = claims.payload };
	return true;
}

static struct visitor
visitor_of(struct req *req, const struct user *u)
{
	return (struct visitor) { .id = u->id,
		.is_guest = user_is_guest(u),
		.has_profile = u->hasProfile,
		.is_banned = user_is_banned(u, req->ctx->now) };
}

/* The copy's reader clears a bad one: here into an answer that nobody gets. */
static bool
by_copy(struct req *req, const char *token, struct visitor *out)
{
	struct reply nobodys = { .ctx = req->ctx };
	struct session s = { 0 };

	if (str_eq(conf()->cookie_cache, "off") || !cache_read(req, &nobodys, token, &s))
		return false;
	*out = visitor_of(req, &s.user);
	return true;
}

static enum err
by_row(struct req *req, const char *token, struct visitor *out)
{
	struct session s = { 0 };
	enum err e = session_find(req->ctx, token, &s);

	if (e == E_NO_ROW || (e == E_OK && s.expiresAt.ms <= req->ctx->now))
		return E_UNAUTHORIZED;
	if (e == E_OK)
		*out = visitor_of(req, &s.user);
	return e;
}

/* --- whether that is enough */

static enum err
judge(struct reply *reply, enum need need, const struct visitor *v)
{
	if (v->is_banned) {
		reply_header(reply, "x-auth-reason", "banned");
		return E_BANNED_USER;
	}
	if (need == NEED_SESSION || (!v->is_guest && (need == NEED_USER || v->has_profile)))
		return E_OK;
	reply_header(reply, "x-auth-reason", v->is_guest ? "account_required" : "profile_required");
	return v->is_guest ? E_UNAUTHORIZED : E_GATE_PROFILE;
}

/* A copy may be older than an answer to the questionnaire, so it lets in and never keeps
 * out. */
static enum err
find_visitor(struct req *req, struct reply *reply, enum need need, struct visitor *v)
{
	struct reply nobodys = { .ctx = req->ctx };
	const char *token;
	enum err e;

	if (by_jwt(req, v))
		return judge(reply, need, v);
	token = bearer_token(req);
	if (token == NULL)
		e = E_UNAUTHORIZED;
	else if (by_copy(req, token, v) && judge(&nobodys, need, v) == E_OK)
		return E_OK;
	else
		e = by_row(req, token, v);
	if (e == E_UNAUTHORIZED)
		reply_header(reply, "x-auth-reason", "session_required");
	return e == E_OK ? judge(reply, need, v) : e;
}

/* --- the answer */

/* A path of this site, with its query, and nothing that a browser takes for a host. */
static bool
is_local_path(const char *target)
{
	const char *p;

	if (target == NULL || *target != '/' || strlen(target) > TARGET_MAX)
		return false;
	for (p = target; *p != '\0' && *p != '?'; p++)
		if (p[0] == '/' && p[1] == '/') /* dots before it are taken away by browsers */
			return false;
	for (p = target; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7F || *p == '\\')
			return false;
	return true;
}

/* What was asked for before somebody asked us, or NULL. */
static const char *
target_of(struct req *req)
{
	const char *target = req_parameter(req, "GATE_URI");

	if (target == NULL && req_is_authorizer(req))
		target = req_parameter(req, "REQUEST_URI");
	if (target == NULL &&
	    address_is_listed(req->ctx, req_parameter(req, "REMOTE_ADDR"), conf()->trusted_proxies))
		target = req_header(req, "x-forwarded-uri");
	return is_local_path(target) ? target : NULL;
}

/* The page that helps is behind the gate itself: it would be asked for again and again. */
static bool
is_gated(struct req *req, const char *page, const char *target)
{
	size_t n;

	if (*page != '/' && str_starts(page, conf()->origin))
		page += strlen(conf()->origin);
	n = strcspn(page, "?#");
	if (target == NULL || n != strcspn(target, "?") || strncmp(page, target, n) != 0)
		return false;
	log_event(req->ctx, LOG_ERROR, "gate", "%.*s is behind the gate, and helps nobody there",
	    (int)n, page);
	return true;
}

/* Forward-auth proxies read an address without a host as one of ours. */
static const char *
page_url(struct req *req, const char *page, const char *target)
{
	bool bare = *page == '/' && !req_is_authorizer(req);
	struct buf b = buf_new(req->ctx->arena, 256);

	buf_printf(&b, "%s%s", bare ? conf()->origin : "", page);
	if (target != NULL)
		buf_printf(&b, "%credirectTo=%s", strchr(page, '?') != NULL ? '&' : '?',
		    enc_percent(req->ctx->arena, target));
	return b.p;
}

/* A script would follow a redirection and take the sign-in page for its answer. */
static bool
opens_page(struct req *req)
{
	const char *mode = req_header(req, "sec-fetch-mode");
	const char *accept = req_header(req, "accept");

	if (req->method != GET && req->method != HEAD)
		return false;
	if (mode != NULL)
		return str_eq(mode, "navigate");
	return accept != NULL && strstr(accept, "text/html") != NULL;
}

static enum err
refuse(struct req *req, struct reply *reply, enum err e, bool redirects)
{
	const char *page = e == E_GATE_PROFILE ? conf()->questionnaire_url : conf()->signin_url;
	const char *target, *url;

	reply->keep_headers = true;
	if (e != E_UNAUTHORIZED && e != E_GATE_PROFILE)
		return e;
	target = target_of(req);
	if (is_gated(req, page, target))
		return e;
	url = page_url(req, page, target);
	if (redirects && opens_page(req)) {
		reply_redirect(reply, url);
		return E_OK;
	}
	if (!redirects)
		reply_header(reply, "x-auth-location", url);
	return e;
}

static const char *
flag(bool value)
{
	return value ? "true" : "false";
}

static enum err
find_answers(struct req *req, const struct visitor *v, struct told *out)
{
	if (v->payload == NULL)
		return v->is_guest ? E_OK : claims_find(req->ctx, v->id, out);
	claims_read(v->payload, out);
	return E_OK;
}

/* One that was not answered is told as well, empty: a proxy that copies headers would
 * otherwise leave a client's own of that name. */
static void
tell_answer(struct req *req, struct reply *reply, const struct told *told, size_t i)
{
	const char *name = conf()->claims[i].name;
	bool as_variable = req_is_authorizer(req);
	char *p,
	    *key = str_printf(req->ctx->arena, "%s%s",
	        as_variable ? "Variable-AUTH_PROFILE_" : "x-auth-profile-", name);

	for (p = key + strlen(key) - strlen(name); *p != '\0'; p++)
		*p = as_variable ? toupper(*p) : *p == '_' ? '-' : tolower(*p);
	reply_header(reply, key, claims_text(req->ctx, told, i));
}

static void
let_in(struct req *req, struct reply *reply, const struct visitor *v, const struct told *told)
{
	size_t i;
	bool as_variables = req_is_authorizer(req);

	req->user_id = v->id;
	reply->status = as_variables ? 200 : 204;
	reply_header(reply, as_variables ? "Variable-AUTH_USER_ID" : "x-auth-user-id", v->id);
	reply_header(reply, as_variables ? "Variable-AUTH_HAS_PROFILE" : "x-auth-has-profile",
	    flag(v->has_profile));
	reply_header(reply, as_variables ? "Variable-AUTH_ANONYMOUS" : "x-auth-anonymous",
	    flag(v->is_guest));
	for (i = 0; i < conf()->n_claims; i++)
		tell_answer(req, reply, told, i);
}

enum err
gating_judge(struct req *req, struct reply *reply)
{
	struct visitor v = { 0 };
	struct told told = { 0 };
	bool redirects = false;
	enum need need;
	enum err e = find_need(req, &need);

	if (e == E_OK)
		e = find_answer(req, &redirects);
	reply_header(reply, "cache-control", "no-store");
	if (e == E_OK)
		e = find_visitor(req, reply, need, &v);
	if (e == E_OK)
		e = find_answers(req, &v, &told);
	if (e != E_OK)
		return refuse(req, reply, e, redirects);
	let_in(req, reply, &v, &told);
	return E_OK;
}
