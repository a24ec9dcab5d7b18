/* SPDX-License-Identifier: ISC */
/* member: the user's own row and accounts. */
#include "flow/member.h"

#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/login.h"
#include "flow/register.h"
#include "port/db.h"
#include "port/js.h"
#include "store/account.h"
#include "store/session.h"
#include "store/user.h"

/* A text as it is stored; numbers and booleans become texts, as on the peer. */
static enum err
take_text(struct req *req, struct reply *reply, const char *key, const char **out)
{
	const struct js *v = js_get(req->body, key);

	switch (js_type(v)) {
	case JS_NUMBER:
	case JS_BOOL:
		*out = js_print(req->ctx, v);
		return E_OK;
	case JS_STRING:
		*out = js_text(req->ctx, v);
		if (*out != NULL)
			return E_OK;
		return fail(reply, E_VALIDATION,
		    "[body.%s] Invalid input: a string cannot hold U+0000", key);
	default:
		return fail(reply, E_VALIDATION,
		    "[body.%s] Invalid input: expected string, received %s", key,
		    js_type_name(js_type_of(req->body, key)));
	}
}

static enum err
take_change(struct req *req, struct reply *reply, struct user_change *c)
{
	enum err e = E_OK;

	c->sets_name = js_has(req->body, "name");
	c->sets_image = js_has(req->body, "image");
	if (!c->sets_name && !c->sets_image)
		return E_NO_FIELDS_TO_UPDATE;
	if (c->sets_name)
		e = take_text(req, reply, "name", &c->name);
	if (e == E_OK && c->sets_image && js_type_of(req->body, "image") != JS_NULL)
		e = take_text(req, reply, "image", &c->image);
	return e;
}

enum err
member_update(struct req *req, struct reply *reply)
{
	struct session s = *req->session;
	struct user_change change = { 0 };
	struct user changed = { 0 };
	enum err e;

	if (js_truthy(req->ctx, js_get(req->body, "email")))
		return E_EMAIL_CAN_NOT_BE_UPDATED;
	e = register_check_protected(req, reply, false);
	if (e == E_OK)
		e = take_change(req, reply, &change);
	if (e == E_OK)
		e = user_update(req->ctx, s.user.id, &change, &changed);
	if (e != E_OK)
		return e == E_NO_ROW ? E_UNAUTHORIZED : e;
	s.user = changed;
	login_renew_cookies(req, reply, &s);
	reply_json(reply, "{\"status\":true}");
	return E_OK;
}

static void
present_account(struct ctx *ctx, struct json *j, const struct account *a)
{
	const char *scopes = a->scope, *one;

	json_open(j, NULL);
	json_text(j, "accountId", a->accountId);
	json_text(j, "providerId", a->providerId);
	json_text(j, "userId", a->userId);
	json_stamp(j, "createdAt", a->createdAt);
	json_stamp(j, "updatedAt", a->updatedAt);
	json_text(j, "id", a->id);
	json_open_array(j, "scopes");
	while ((one = str_next(ctx->arena, &scopes, ',')) != NULL)
		json_text(j, NULL, one);
	json_close_array(j);
	json_close(j);
}

enum err
member_accounts(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 512);
	struct account *rows;
	size_t i, n;
	enum err e = account_list(req->ctx, req->session->user.id, &rows, &n);

	if (e != E_OK)
		return e;
	json_open_array(&j, NULL);
	for (i = 0; i < n; i++)
		present_account(req->ctx, &j, &rows[i]);
	json_close_array(&j);
	reply_json(reply, json_done(&j));
	return E_OK;
}

static enum err
unlink_one(struct ctx *ctx, const char *user_id, const char *id)
{
	struct account *rows;
	size_t i, n;
	enum err e = user_lock(ctx, user_id); /* two at once must not leave none */

	if (e == E_OK)
		e = account_list(ctx, user_id, &rows, &n);
	if (e != E_OK)
		return e;
	if (n == 1)
		return E_LAST_ACCOUNT;
	for (i = 0; i < n; i++)
		if (str_eq(rows[i].id, id))
			return account_delete(ctx, id, user_id);
	return E_ACCOUNT_NOT_FOUND;
}

enum err
member_unlink(struct req *req, struct reply *reply)
{
	enum err e = db_begin(req->ctx);

	if (e == E_OK)
		e = unlink_one(req->ctx, req->session->user.id, req_text(req, "accountId"));
	if (e == E_OK)
		e = db_commit(req->ctx);
	if (e == E_OK)
		reply_json(reply, "{\"status\":true}");
	return e;
}
