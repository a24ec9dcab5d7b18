/* SPDX-License-Identifier: ISC */
/* sessions: a user's own sessions. */
#include "flow/sessions.h"

#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/login.h"
#include "flow/present.h"
#include "port/js.h"
#include "store/session.h"

#define DONE "{\"status\":true}"

enum err
sessions_list(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 1024);
	struct session *rows;
	size_t i, n;
	enum err e = session_list(req->ctx, req->session->user.id, &rows, &n);

	if (e != E_OK)
		return e;
	json_open_array(&j, NULL);
	for (i = 0; i < n; i++)
		if (rows[i].impersonatedBy == NULL) /* an administrator's is none of the user's */
			present_session(&j, NULL, &rows[i]);
	json_close_array(&j);
	reply_json(reply, json_done(&j));
	return E_OK;
}

/* A stranger's token and one of nobody's are answered alike. */
enum err
sessions_revoke(struct req *req, struct reply *reply)
{
	const char *token = req_text(req, "token");
	enum err e = session_delete_own(req->ctx, token, req->session->user.id);

	if (e != E_OK)
		return e;
	if (str_eq(token, req->session->token))
		login_clear_cookies(req, reply);
	reply_json(reply, DONE);
	return E_OK;
}

enum err
sessions_revoke_all(struct req *req, struct reply *reply)
{
	enum err e = session_delete_all(req->ctx, req->session->user.id, NULL);

	if (e != E_OK)
		return e;
	login_clear_cookies(req, reply);
	reply_json(reply, DONE);
	return E_OK;
}

enum err
sessions_revoke_others(struct req *req, struct reply *reply)
{
	enum err e = session_delete_all(req->ctx, req->session->user.id, req->session->token);

	if (e == E_OK)
		reply_json(reply, DONE);
	return e;
}

/* There are no fields that a session's owner may change; the peer has none either unless
 * its configuration adds them. */
enum err
sessions_update(struct req *req, struct reply *reply)
{
	const char *by = js_text(req->ctx, js_get(req->body, "impersonatedBy"));

	if (by != NULL && *by != '\0')
		return fail(reply, E_FIELD_NOT_ALLOWED, "impersonatedBy is not allowed to be set");
	return E_NO_FIELDS_TO_UPDATE;
}
