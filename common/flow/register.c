/* SPDX-License-Identifier: ISC */
/* register: how accounts come to be. */
#include "flow/register.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/bearer.h"
#include "flow/login.h"
#include "flow/present.h"
#include "flow/questionnaire.h"
#include "port/js.h"
#include "port/pass.h"
#include "port/secret.h"
#include "store/catalogue.h"
#include "store/session.h"
#include "store/user.h"

#define ID_LENGTH 32
#define GUEST_DOMAIN "@anonymous.placeholder.invalid"

/* Better Auth's format where its hashes are, so that the site can go back to it.  Asked
 * again as long as the database has not answered. */
void
register_choose_format(struct ctx *ctx)
{
	static bool chosen;
	bool scrypt = str_eq(conf()->password_hash, "scrypt");

	if (chosen)
		return;
	chosen = *conf()->password_hash != '\0' || user_password_sample(ctx, &scrypt) == E_OK;
	pass_use(scrypt ? PASS_SCRYPT : PASS_YESCRYPT);
}

void
register_prepare(struct ctx *ctx)
{
	register_choose_format(ctx);
	questionnaire_load(ctx);
}

enum err
register_check_password(const char *password)
{
	size_t n = str_utf16_len(password);

	if (n < (size_t)conf()->password_min)
		return E_PASSWORD_TOO_SHORT;
	return n > (size_t)conf()->password_max ? E_PASSWORD_TOO_LONG : E_OK;
}

/* As JavaScript sees it. */
static bool
is_truthy(struct ctx *ctx, const struct js *v)
{
	int64_t n;

	switch (js_type(v)) {
	case JS_NULL:
		return false;
	case JS_BOOL:
		return js_bool(v);
	case JS_NUMBER:
		return !js_int(v, &n) || n != 0;
	case JS_STRING:
		return !str_eq(js_text(ctx, v), "");
	default:
		return true;
	}
}

/* role and its like belong to administrators. */
static enum err
check_protected(struct req *req, struct reply *reply)
{
	int i;

	for (i = 0; i < USER_PLUGINS; i++)
		if (!user_plugins[i].settable && catalogue_shows_user((enum user_plugin)i) &&
		    is_truthy(req->ctx, js_get(req->body, user_plugins[i].name)))
			return fail(reply, E_FIELD_NOT_ALLOWED, "%s is not allowed to be set",
			    user_plugins[i].name);
	return E_OK;
}

static enum err
take_profile(struct req *req, struct reply *reply, struct registration *r)
{
	struct answers answers = { 0 };
	enum err e;

	if (!js_has(req->body, "profile"))
		return str_eq(conf()->profile_gate, "atomic") ? E_PROFILE_REQUIRED : E_OK;
	e = questionnaire_check(req->ctx, reply, js_get(req->body, "profile"), &answers);
	r->software = answers.software;
	r->hardware = answers.hardware;
	r->version = answers.version;
	return e;
}

static void
answer_sign_up(struct req *req, struct reply *reply, const char *token, const struct user *u)
{
	struct json j = json_new(req->ctx->arena, 512);

	json_open(&j, NULL);
	json_text(&j, "token", token);
	present_user(&j, "user", u, false);
	json_close(&j);
	reply_json(reply, json_done(&j));
}

static struct registration
new_registration(struct req *req, bool remember)
{
	struct ctx *ctx = req->ctx;

	return (struct registration) {
		.id = secret_id(ctx, ID_LENGTH),
		.account_id = secret_id(ctx, ID_LENGTH),
		.session_id = secret_id(ctx, ID_LENGTH),
		.token = secret_id(ctx, ID_LENGTH),
		.merge_id = secret_id(ctx, ID_LENGTH),
		.expires = login_end(ctx, remember),
		.address = req->address,
		.agent = login_agent(req),
	};
}

/* The hash comes before the transaction, and before a look at the address: a known and
 * an unknown one take the same time. */
enum err
register_member(struct req *req, struct reply *reply)
{
	struct ctx *ctx = req->ctx;
	bool remember = req_bool(req, "rememberMe", true);
	struct registration r = new_registration(req, remember);
	struct registered made = { 0 };
	const char *password = req_text(req, "password");
	enum err e;

	e = register_check_password(password);
	if (e == E_OK)
		e = check_protected(req, reply);
	if (e == E_OK)
		e = take_profile(req, reply, &r);
	if (e != E_OK)
		return e;
	r.name = req_text(req, "name");
	r.email = str_lower(ctx->arena, req_text(req, "email"));
	r.image = req_text(req, "image");
	r.guest_token = bearer_token(req);
	register_choose_format(ctx);
	r.password = pass_hash(ctx, password);
	if (r.password == NULL)
		return E_CRYPTO;
	e = user_register(ctx, &r, &made);
	if (e == E_CONFLICT)
		return E_USER_ALREADY_EXISTS;
	if (e != E_OK)
		return e == E_BAD_TEXT ? E_FAILED_TO_CREATE_USER : e;
	req->user_id = made.user.id;
	login_set_cookies(req, reply, r.token, remember);
	login_report_merge(reply, made.guestId, NULL, made.threadsMoved);
	answer_sign_up(req, reply, r.token, &made.user);
	return E_OK;
}

enum err
register_guest(struct req *req, struct reply *reply)
{
	struct registration r = new_registration(req, true);
	struct session current = { 0 };
	struct user guest = { 0 };
	const char *token = bearer_token(req);
	enum err e;

	if (token != NULL && session_find(req->ctx, token, &current) == E_OK &&
	    current.expiresAt.ms > req->ctx->now && user_is_guest(&current.user))
		return E_ANONYMOUS_AGAIN;
	r.email = str_printf(req->ctx->arena, "%s" GUEST_DOMAIN,
	    str_lower(req->ctx->arena, secret_id(req->ctx, ID_LENGTH)));
	e = user_register_guest(req->ctx, &r, &guest);
	if (e != E_OK)
		return e;
	req->user_id = guest.id;
	login_set_cookies(req, reply, r.token, true);
	answer_sign_up(req, reply, r.token, &guest);
	return E_OK;
}
