/* SPDX-License-Identifier: ISC */
/* merging: what a guest made joins an account. */
#include "flow/merging.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/identity.h"
#include "flow/login.h"
#include "flow/register.h"
#include "http/cookie.h"
#include "port/db.h"
#include "port/secret.h"
#include "store/merge.h"
#include "store/session.h"
#include "store/thread.h"
#include "store/user.h"

#define SECRET_MIN 32
#define SECRET_MAX 256
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

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
find_guest(struct req *req, const char *member, const char **out)
{
	const char *text = req_text(req, "guest_token");
	enum err e;

	if (text != NULL)
		return guest_of_token(req, bearer_open(req->ctx, text), out);
	text = cookie_get(req, "session_token");
	e = guest_of_token(req, text != NULL ? secret_unsign(req->ctx, text) : NULL, out);
	if (e != E_OK || *out != NULL)
		return e;
	return guest_of_token(req, login_left_guest(req, member), out);
}

/* Who shall be merged into whom, and what proves it. */
struct request {
	const char *member;
	const char *thread; /* NULL: none is named */
	const char *guest;  /* NULL: none is proven */
	const char *secret; /* of a guest without a user row, or NULL */
};

/* A named thread must be the proven guest's or the member's; a stranger's is no thread.  The
 * member comes last: that is the way a thread goes while another request merges. */
static enum err
check_thread(struct ctx *ctx, const struct request *r)
{
	const char *data;
	enum err e = E_NO_ROW;

	if (r->thread == NULL)
		return E_OK;
	if (r->guest != NULL)
		e = thread_find(ctx, r->thread, r->guest, &data);
	if (e == E_NO_ROW && r->secret != NULL)
		e = merge_secret_thread(ctx, r->thread, r->secret);
	if (e == E_NO_ROW)
		e = thread_find(ctx, r->thread, r->member, &data);
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

static enum err
check_body(struct req *req, struct reply *reply)
{
	const char *thread = req_text(req, "thread_id"), *secret = req_text(req, "guest_secret");
	size_t n = secret != NULL ? strlen(secret) : SECRET_MIN;

	if (thread != NULL && *thread == '\0')
		return fail(reply, E_VALIDATION,
		    "[body.thread_id] Too small: expected string to have >=1 characters");
	if (n < SECRET_MIN || n > SECRET_MAX)
		return fail(reply, E_VALIDATION,
		    "[body.guest_secret] expected 32 to 256 characters");
	return E_OK;
}

static enum err
find_request(struct req *req, struct reply *reply, struct request *r)
{
	struct identity who = { 0 };
	enum err e = identity_find(req, reply, &who);

	if (e == E_OK && who.is_guest)
		e = E_MEMBER_REQUIRED;
	if (e != E_OK)
		return e;
	r->member = who.user_id;
	r->thread = req_text(req, "thread_id");
	r->secret = req_text(req, "guest_secret");
	e = find_guest(req, r->member, &r->guest);
	return e == E_OK ? check_thread(req->ctx, r) : e;
}

/* The threads under a secret, beside what moved already; a merge of its own in the log. */
static enum err
claim(struct ctx *ctx, const struct request *r, const char *id, struct merge_result *m)
{
	struct merge_result claimed = { 0 };
	enum err e = merge_claim(ctx, m->done ? secret_id(ctx, SECRET_ID_LENGTH) : id, r->secret,
	    r->member, m->done ? m->rows : "{}", &claimed);

	if (e != E_OK || !claimed.done)
		return e;
	m->done = true;
	m->rows = claimed.rows;
	m->threadsMoved += claimed.threadsMoved;
	return E_OK;
}

/* Both kinds of guest in one transaction, if there are both: all moves, or nothing. */
static enum err
merge(struct ctx *ctx, const struct request *r, const char **id, struct merge_result *m)
{
	enum err e = E_OK;

	*id = secret_id(ctx, SECRET_ID_LENGTH);
	if (r->secret != NULL)
		e = db_begin(ctx);
	if (e == E_OK && r->guest != NULL)
		e = merge_guest(ctx, *id, r->guest, r->member, m);
	if (e != E_OK || r->secret == NULL || m->failed != NULL)
		return e;
	e = claim(ctx, r, *id, m);
	return e == E_OK ? db_commit(ctx) : e;
}

enum err
merging_join(struct req *req, struct reply *reply)
{
	struct merge_result m = { 0 };
	struct request r = { 0 };
	const char *id;
	enum err e = check_body(req, reply);

	if (e == E_OK)
		e = find_request(req, reply, &r);
	if (e == E_THREAD_NOT_FOUND)
		(void)merge_refuse(req->ctx, r.member, r.thread, "thread", req->address);
	if (e == E_OK)
		e = merge(req->ctx, &r, &id, &m);
	if (e != E_OK)
		return e;
	login_report_merge(reply, m.done ? (r.guest != NULL ? r.guest : "by secret") : NULL,
	    m.failed, m.threadsMoved);
	reply->keep_headers = true;
	if (m.failed != NULL)
		return E_MERGE_FAILED;
	if (login_left_guest(req, r.member) != NULL && req_text(req, "guest_token") == NULL)
		cookie_expire(req, reply, "guest_token");
	answer_merge(req, reply, r.thread, id, &m);
	return E_OK;
}

static enum err
refusal(const char *why)
{
	static const struct {
		const char *why;
		enum err e;
	} refusals[] = {
		{ "undone", E_MERGE_UNDONE },
		{ "late", E_MERGE_TOO_OLD },
		{ "final", E_MERGE_FINAL },
	};
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (str_eq(refusals[i].why, why))
			return refusals[i].e;
	return E_MERGE_CHANGED;
}

/* The fresh guest and the rows, or neither: what is not committed goes with the arena. */
enum err
merging_part(struct ctx *ctx, const char *id, const char *member, const struct opening *o,
    struct user *guest, struct merge_undone *u)
{
	int64_t since = ctx->now - conf()->merge_undo_days * DAY_MS;
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = register_new_guest(ctx, o, guest);
	if (e == E_OK)
		e = merge_undo(ctx, id, member, guest->id, since, u);
	if (e == E_OK && u->refused != NULL)
		e = refusal(u->refused);
	if (e == E_NO_ROW)
		e = E_MERGE_NOT_FOUND;
	return e == E_OK ? db_commit(ctx) : e;
}

/* Who did not hear the answer asks again, and would otherwise not know who has the rows. */
static enum err
undo(struct req *req, struct merge_undone *u)
{
	const char *id = req_param(req, 0), *member = identity_of(req)->user_id;
	struct opening o = login_opening(req, NULL, true);
	struct user guest = { 0 };
	enum err e = merging_part(req->ctx, id, member, &o, &guest, u);

	u->guestId = guest.id;
	u->token = o.token;
	if (e != E_MERGE_UNDONE)
		return e;
	e = merge_undone(req->ctx, id, member, u);
	return e == E_NO_ROW ? E_MERGE_UNDONE : e;
}

enum err
merging_undo(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 256);
	struct merge_undone u = { 0 };
	enum err e = undo(req, &u);

	if (e != E_OK)
		return e;
	json_open(&j, NULL);
	json_flag(&j, "success", true);
	json_text(&j, "merge_id", req_param(req, 0));
	json_text(&j, "guest_id", u.guestId);
	json_text(&j, "guest_token", secret_sign(req->ctx, u.token));
	json_raw(&j, "rows", json_compact(req->ctx->arena, u.rows));
	json_close(&j);
	reply_header(reply, "cache-control", "no-store");
	reply_json(reply, json_done(&j));
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
