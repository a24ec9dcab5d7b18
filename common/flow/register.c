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
#include "flow/mailing.h"
#include "flow/present.h"
#include "flow/questionnaire.h"
#include "flow/questions.h"
#include "port/db.h"
#include "port/js.h"
#include "port/pass.h"
#include "port/secret.h"
#include "store/catalogue.h"
#include "store/gate.h"
#include "store/session.h"
#include "store/user.h"

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
	questions_load(ctx);
}

enum err
register_check_password(const char *password)
{
	size_t n = str_utf16_len(password);

	if (n < (size_t)conf()->password_min)
		return E_PASSWORD_TOO_SHORT;
	return n > (size_t)conf()->password_max ? E_PASSWORD_TOO_LONG : E_OK;
}

/* role and its like belong to administrators; what has a default is passed over where a
 * row is made, and refused where one changes. */
enum err
register_check_protected(struct req *req, struct reply *reply, bool making)
{
	int i;

	catalogue_need(req->ctx);
	for (i = 0; i < USER_PLUGINS; i++) {
		const struct plugin_column *p = &user_plugins[i];

		if ((!p->settable || (!making && p->type == PLUGIN_BOOL)) &&
		    catalogue_shows_user((enum user_plugin)i) &&
		    js_truthy(req->ctx, js_get(req->body, p->name)))
			return fail(reply, E_FIELD_NOT_ALLOWED, "%s is not allowed to be set",
			    p->name);
	}
	return E_OK;
}

static enum err
take_profile(struct req *req, struct reply *reply, struct registration *r)
{
	struct answers answers = { 0 };
	enum err e;

	if (!js_has(req->body, "profile"))
		return str_eq(conf()->profile_gate, "atomic") ? E_PROFILE_REQUIRED : E_OK;
	e = questionnaire_take(req->ctx, reply, js_get(req->body, "profile"), &answers);
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

/* With a token unless it is to wait for the address to be verified. */
static struct registration
new_registration(struct ctx *ctx, const struct opening *o)
{
	return (struct registration) {
		.id = secret_id(ctx, SECRET_ID_LENGTH),
		.account_id = secret_id(ctx, SECRET_ID_LENGTH),
		.session_id = o->id,
		.token = o->token,
		.merge_id = o->merge_id,
		.expires = o->expires,
		.address = o->address,
		.agent = o->agent,
	};
}

static bool
is_signed_in_at_once(void)
{
	return conf()->auto_sign_in && !conf()->require_email_verification;
}

static bool
sends_mail(void)
{
	const char *choice = conf()->verify_on_sign_up;

	return conf()->mail &&
	    (*choice == '\0' ? conf()->require_email_verification : str_eq(choice, "on"));
}

/* A known address looks like a new one where nobody is signed in at once: a user as a new
 * row would be, with an id of nobody's. */
static void
pretend(struct req *req, const struct registration *r, struct user *u)
{
	int i;

	*u = (struct user) {
		.id = r->id,
		.name = r->name,
		.email = r->email,
		.image = r->image,
		.createdAt = { req->ctx->now },
		.updatedAt = { req->ctx->now },
	};
	for (i = 0; i < USER_PLUGINS; i++)
		u->plugin[i] = str_eq(user_plugins[i].member, "'user'") ? "user"
		                                                        : user_plugins[i].member;
}

/* The row, and the mail about it, or neither. */
static enum err
write_member(struct req *req, const struct registration *r, struct registered *made)
{
	struct ctx *ctx = req->ctx;
	enum err e;

	if (!sends_mail())
		return user_register(ctx, r, made);
	e = db_begin(ctx);
	if (e == E_OK)
		e = user_register(ctx, r, made);
	if (e == E_OK)
		e = mailing_verify(ctx, &made->user, req_text(req, "callbackURL"));
	return e == E_OK ? db_commit(ctx) : e;
}

static enum err
make_member(struct req *req, struct reply *reply, struct registration *r, bool remember)
{
	struct ctx *ctx = req->ctx;
	struct registered made = { 0 };
	struct opening o = { .id = r->session_id, .token = r->token, .expires = r->expires };
	struct session s;
	enum err e;

	e = gate_told(write_member(req, r, &made));
	if (e == E_CONFLICT && r->token == NULL) {
		pretend(req, r, &made.user);
		e = E_OK;
	}
	if (e == E_CONFLICT)
		return E_USER_ALREADY_EXISTS;
	if (e != E_OK)
		return e == E_BAD_TEXT ? E_FAILED_TO_CREATE_USER : e;
	if (r->token != NULL) {
		req->user_id = made.user.id;
		o.address = r->address;
		o.agent = r->agent;
		s = login_opened(ctx, &o, &made.user);
		login_set_cookies(req, reply, &s, remember);
		login_report_merge(reply, made.guestId, NULL, made.threadsMoved);
	}
	answer_sign_up(req, reply, r->token, &made.user);
	return E_OK;
}

/* What is wrong with it before any work is done. */
static enum err
check_sign_up(struct req *req, struct reply *reply, struct registration *r)
{
	enum err e;

	if (!conf()->sign_up)
		return E_EMAIL_PASSWORD_SIGN_UP_DISABLED;
	e = register_check_password(req_text(req, "password"));
	if (e == E_OK)
		e = register_check_protected(req, reply, true);
	return e == E_OK ? take_profile(req, reply, r) : e;
}

/* The hash comes before the transaction, and before a look at the address: a known and
 * an unknown one take the same time. */
enum err
register_member(struct req *req, struct reply *reply)
{
	bool remember = req_bool(req, "rememberMe", true);
	struct opening o = login_opening(req, NULL, remember);
	struct registration r = new_registration(req->ctx, &o);
	enum err e = check_sign_up(req, reply, &r);

	if (e != E_OK)
		return e;
	r.name = req_text(req, "name");
	r.email = str_lower(req->ctx->arena, req_text(req, "email"));
	r.image = req_text(req, "image");
	if (is_signed_in_at_once())
		r.guest_token = bearer_token(req);
	else
		r.token = NULL; /* a guest stays one until somebody signs in */
	register_choose_format(req->ctx);
	r.password = pass_hash(req->ctx, req_text(req, "password"));
	if (r.password == NULL)
		return E_CRYPTO;
	return make_member(req, reply, &r, remember);
}

enum err
register_new_guest(struct ctx *ctx, const struct opening *o, struct user *guest)
{
	struct registration r = new_registration(ctx, o);

	r.email = str_printf(ctx->arena, "%s" GUEST_DOMAIN,
	    str_lower(ctx->arena, secret_id(ctx, SECRET_ID_LENGTH)));
	return user_register_guest(ctx, &r, guest);
}

enum err
register_guest(struct req *req, struct reply *reply)
{
	struct opening o = login_opening(req, NULL, true);
	struct session current = { 0 }, s;
	struct user guest = { 0 };
	const char *token = bearer_token(req);
	enum err e;

	if (token != NULL && session_find(req->ctx, token, &current) == E_OK &&
	    current.expiresAt.ms > req->ctx->now && user_is_guest(&current.user))
		return E_ANONYMOUS_AGAIN;
	e = register_new_guest(req->ctx, &o, &guest);
	if (e != E_OK)
		return e;
	req->user_id = guest.id;
	s = login_opened(req->ctx, &o, &guest);
	login_renew_cookies(req, reply, &s);
	answer_sign_up(req, reply, o.token, &guest);
	return E_OK;
}
