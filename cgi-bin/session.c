/* SPDX-License-Identifier: ISC */
/* session: sessions and their tokens, health, and every path below /api that no other
 * program owns.  See docs/man/session.8. */
#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "flow/claims.h"
#include "flow/failing.h"
#include "flow/identity.h"
#include "flow/keys.h"
#include "flow/login.h"
#include "flow/present.h"
#include "flow/sessions.h"
#include "flow/token.h"
#include "http/app.h"
#include "store/health.h"
#include "store/session.h"

#define JWT_HEADER_MAX 7000

static handler get_session, get_token, ok, show_error, healthz;

static const struct field sign_out_fields[] = {
	{ "callbackURL", FIELD_STRING, OPTIONAL },
	{ "disableRedirect", FIELD_BOOL, OPTIONAL },
	{ "state", FIELD_STRING, OPTIONAL },
	{ 0 },
};

static const struct field revoke_fields[] = {
	{ "token", FIELD_STRING, REQUIRED | SECRET },
	{ 0 },
};

static const struct field update_fields[] = { { 0 } };

static const struct route routes[] = {
	{ GET, "/api/auth/get-session", get_session, NULL, BODY_IGNORED, NULL },
	{ POST, "/api/auth/get-session", get_session, NULL, ORIGIN | BODY_IGNORED | REFRESH, NULL },
	{ GET, "/api/auth/token", get_token, NULL, 0, &session_required },
	{ POST, "/api/auth/sign-out", login_close, sign_out_fields, ORIGIN, NULL },
	{ GET, "/api/auth/list-sessions", sessions_list, NULL, 0, &fresh_session_required },
	{ POST, "/api/auth/revoke-session", sessions_revoke, revoke_fields, ORIGIN,
	    &stored_session_required },
	{ POST, "/api/auth/revoke-sessions", sessions_revoke_all, NULL, ORIGIN,
	    &stored_session_required },
	{ POST, "/api/auth/revoke-other-sessions", sessions_revoke_others, NULL, ORIGIN,
	    &stored_session_required },
	{ POST, "/api/auth/update-session", sessions_update, update_fields, ORIGIN | RECORD,
	    &session_required },
	{ GET, "/api/auth/ok", ok, NULL, 0, NULL },
	{ GET, "/api/auth/error", show_error, NULL, 0, NULL },
	{ GET, "/healthz", healthz, NULL, UNLIMITED | HEAD_TOO, NULL },
	{ 0 },
};

static void
forbid_caching(struct reply *reply)
{
	reply_header(reply, "cache-control", "no-store");
	reply_header(reply, "pragma", "no-cache");
	reply->keep_headers = true;
}

/* A key that cannot sign costs the header, never the session; so does a user whose image
 * is a whole picture: servers refuse lines of 8 KB. */
static void
add_jwt(struct req *req, struct reply *reply, const struct user *u)
{
	const char *jwt;

	if (token_issue(req->ctx, u, NULL, &jwt) == E_OK && strlen(jwt) <= JWT_HEADER_MAX)
		reply_header(reply, "set-auth-jwt", jwt);
}

static enum err
get_session(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 1024);
	struct session s = { 0 };
	enum err e;

	forbid_caching(reply);
	if (req->method == POST && !conf()->session_defer_refresh)
		return E_DEFER_SESSION_REQUIRED;
	e = identity_session(req, reply, &s);
	if (e == E_NO_ROW) {
		reply_json(reply, "null");
		return E_OK;
	}
	if (e != E_OK)
		return e;
	add_jwt(req, reply, &s.user);
	json_open(&j, NULL);
	present_session(&j, "session", &s);
	present_user(&j, "user", &s.user, true);
	if (conf()->session_defer_refresh && req->method == GET && !s.user.cached &&
	    !identity_is_quiet(req))
		json_flag(&j, "needsRefresh", identity_is_due(req, &s));
	json_close(&j);
	reply_json(reply, json_done(&j));
	return E_OK;
}

static enum err
get_token(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 1024);
	const char *jwt;
	enum err e;

	e = token_issue(req->ctx, &req->session->user, req_query(req, "alg"), &jwt);
	if (e != E_OK)
		return e;
	json_open(&j, NULL);
	json_text(&j, "token", jwt);
	json_close(&j);
	reply_json(reply, json_done(&j));
	return E_OK;
}

static enum err
ok(struct req *req, struct reply *reply)
{
	(void)req;
	reply_json(reply, "{\"ok\":true}");
	return E_OK;
}

/* The end of a link that failed: ERROR_URL, or words of our own. */
static enum err
show_error(struct req *req, struct reply *reply)
{
	const char *code = failing_code(req);

	if (*conf()->error_url == '\0') {
		reply_html(reply, failing_page(req->ctx, code));
		return E_OK;
	}
	reply_redirect(reply, failing_url(req, code));
	reply->type = NULL;
	return E_OK;
}

static enum err
healthz(struct req *req, struct reply *reply)
{
	int64_t version;
	enum err e;

	e = health_version(req->ctx, &version);
	if (e == E_DB_DOWN)
		return e;
	if (e != E_OK || version == 0)
		return fail(reply, E_NOT_READY,
		    "The database is not migrated: run posternctl migrate");
	reply_json(reply, "{\"status\":\"ok\"}");
	return E_OK;
}

static void
prepare(struct ctx *ctx)
{
	keys_warm(ctx, true);
	claims_load(ctx);
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "session", routes, prepare);
}
