/* SPDX-License-Identifier: ISC */
/* merging: what a guest made joins an account. */
#include "flow/merging.h"

#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/identity.h"
#include "flow/login.h"
#include "http/cookie.h"
#include "port/secret.h"
#include "store/merge.h"
#include "store/session.h"
#include "store/thread.h"

/* The guest whose live session the token belongs to; NULL when it is nobody's. */
static enum err
guest_of_token(struct req *req, const char *token, const char **out)
{
	struct session s = { 0 };
	enum err e;

	*out = NULL;
	if (token == NULL)
		return E_OK;
	e = session_find(req->ctx, token, &s);
	if (e == E_OK && s.expiresAt.ms > req->ctx->now && user_is_guest(&s.user))
		*out = s.user.id;
	return e == E_NO_ROW ? E_OK : e;
}

static enum err
find_guest(struct req *req, const char **out)
{
	const char *text = req_text(req, "guest_token");

	if (text != NULL)
		return guest_of_token(req, bearer_open(req->ctx, text), out);
	text = cookie_get(req, "session_token");
	return guest_of_token(req, text != NULL ? secret_unsign(req->ctx, text) : NULL, out);
}

/* A named thread must be the member's or the proven guest's; a stranger's is no thread. */
static enum err
check_thread(struct req *req, const char *thread, const char *member, const char *guest)
{
	const char *data;
	enum err e;

	if (thread == NULL)
		return E_OK;
	e = thread_find(req->ctx, thread, member, &data);
	if (e == E_NO_ROW && guest != NULL)
		e = thread_find(req->ctx, thread, guest, &data);
	return e == E_NO_ROW ? E_THREAD_NOT_FOUND : e;
}

static void
answer_merge(struct req *req, struct reply *reply, const char *thread, const char *id,
    const struct merge_result *m)
{
	struct json j = json_new(req->ctx->arena, 256);

	json_open(&j, NULL);
	json_flag(&j, "success", true);
	json_text(&j, "status", "success");
	json_int(&j, "merged_count", m->threadsMoved);
	json_text(&j, "merged_thread_id", thread);
	json_text(&j, "merge_id", m->done ? id : NULL);
	json_raw(&j, "rows", m->rows != NULL ? json_compact(req->ctx->arena, m->rows) : "{}");
	json_close(&j);
	reply_json(reply, json_done(&j));
}

enum err
merging_join(struct req *req, struct reply *reply)
{
	const char *thread = req_text(req, "thread_id"), *guest, *id;
	struct merge_result m = { 0 };
	struct identity who = { 0 };
	enum err e;

	if (thread != NULL && *thread == '\0')
		return fail(reply, E_VALIDATION,
		    "[body.thread_id] Too small: expected string to have >=1 characters");
	e = identity_find(req, reply, &who);
	if (e == E_OK && who.is_guest)
		e = E_MEMBER_REQUIRED;
	if (e != E_OK)
		return e;
	e = find_guest(req, &guest);
	if (e == E_OK)
		e = check_thread(req, thread, who.user_id, guest);
	if (e != E_OK)
		return e;
	id = secret_id(req->ctx, SECRET_ID_LENGTH);
	if (guest != NULL)
		e = merge_guest(req->ctx, id, guest, who.user_id, &m);
	if (e != E_OK)
		return e;
	login_report_merge(reply, m.done ? guest : NULL, m.failed, m.threadsMoved);
	reply->keep_headers = true;
	if (m.failed != NULL)
		return E_MERGE_FAILED;
	answer_merge(req, reply, thread, id, &m);
	return E_OK;
}

enum err
merging_list(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 1024);
	struct merge_row *rows;
	size_t i, n;
	enum err e;

	e = merge_list(req->ctx, identity_of(req)->user_id, &rows, &n);
	if (e != E_OK)
		return e;
	json_open(&j, NULL);
	json_open_array(&j, "data");
	for (i = 0; i < n; i++) {
		json_open(&j, NULL);
		json_text(&j, "merge_id", rows[i].merge_id);
		json_text(&j, "guest_id", rows[i].guest_id);
		json_stamp(&j, "merged_at", rows[i].merged_at);
		json_raw(&j, "rows", json_compact(req->ctx->arena, rows[i].rows));
		json_flag(&j, "promoted", rows[i].promoted);
		json_stamp(&j, "undone_at", rows[i].undone_at);
		json_close(&j);
	}
	json_close_array(&j);
	json_close(&j);
	reply_json(reply, json_done(&j));
	return E_OK;
}
