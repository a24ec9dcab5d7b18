/* SPDX-License-Identifier: ISC */
/* mailing: mails and the tokens in their links. */
#include "flow/mailing.h"

#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/str.h"
#include "port/hs256.h"
#include "port/js.h"
#include "store/outbox.h"
#include "store/user.h"

#define CONFIRM "change-email-confirmation"
#define VERIFY "change-email-verification"

static const char *
seal(struct ctx *ctx, const struct proof *p)
{
	struct json j = json_new(ctx->arena, 256);

	json_open(&j, NULL);
	json_text(&j, "email", str_lower(ctx->arena, p->email));
	if (p->update_to != NULL) {
		json_text(&j, "updateTo", str_lower(ctx->arena, p->update_to));
		json_text(&j, "requestType", p->request_type);
	}
	json_text(&j, "userId", p->user_id);
	json_int(&j, "iat", ctx->now / 1000);
	json_int(&j, "exp", ctx->now / 1000 + conf()->verification_expires);
	json_close(&j);
	return hs256_seal(ctx, json_done(&j));
}

/* A link of ours with a token that is no path; an empty callback is the site's first page. */
static const char *
link_to(struct ctx *ctx, const char *path, const char *token, const char *callback)
{
	if (callback == NULL || *callback == '\0')
		callback = "/";
	return str_printf(ctx->arena, "%s/api/auth/%s?token=%s&callbackURL=%s", conf()->origin,
	    path, token, enc_percent(ctx->arena, callback));
}

static enum err
put(struct ctx *ctx, const char *template, const struct user *u, const char *to,
    const char *new_email, const char *url)
{
	struct mail mail = {
		.template = template,
		.to = to,
		.name = u->name,
		.url = url,
		.new_email = new_email,
	};

	return outbox_put(ctx, &mail);
}

enum err
mailing_verify(struct ctx *ctx, const struct user *u, const char *callback)
{
	struct proof p = { .email = u->email, .user_id = u->id };

	return put(ctx, "verify-email", u, u->email, NULL,
	    link_to(ctx, "verify-email", seal(ctx, &p), callback));
}

enum err
mailing_confirm_change(struct ctx *ctx, const struct user *u, const char *email,
    const char *callback)
{
	struct proof p = { u->email, email, CONFIRM, u->id };

	return put(ctx, CONFIRM, u, u->email, email,
	    link_to(ctx, "verify-email", seal(ctx, &p), callback));
}

enum err
mailing_verify_change(struct ctx *ctx, const struct user *u, const char *email,
    const char *callback)
{
	struct proof p = { u->email, email, VERIFY, u->id };

	return put(ctx, VERIFY, u, email, email,
	    link_to(ctx, "verify-email", seal(ctx, &p), callback));
}

enum err
mailing_reset(struct ctx *ctx, const struct user *u, const char *token, const char *callback)
{
	const char *url = str_printf(ctx->arena, "%s/api/auth/reset-password/%s?callbackURL=%s",
	    conf()->origin, token, enc_percent(ctx->arena, callback != NULL ? callback : ""));

	return put(ctx, "reset-password", u, u->email, NULL, url);
}

enum err
mailing_delete(struct ctx *ctx, const struct user *u, const char *token, const char *callback)
{
	return put(ctx, "delete-account", u, u->email, NULL,
	    link_to(ctx, "delete-user/callback", token, callback));
}

/* NULL for an empty one, too. */
static const char *
lower_text(struct ctx *ctx, const struct js *v)
{
	const char *text = js_text(ctx, v);

	return text == NULL || *text == '\0' ? NULL : str_lower(ctx->arena, text);
}

enum err
mailing_open(struct ctx *ctx, const char *token, struct proof *out)
{
	const struct js *body = hs256_open(ctx, token);
	int64_t end, start;

	if (body == NULL)
		return E_INVALID_TOKEN_401;
	if (js_has(body, "nbf") &&
	    (!js_int(js_get(body, "nbf"), &start) || start > ctx->now / 1000))
		return E_INVALID_TOKEN_401;
	if (js_has(body, "exp") && !js_int(js_get(body, "exp"), &end))
		return E_INVALID_TOKEN_401;
	if (!js_has(body, "exp") || end <= ctx->now / 1000)
		return E_TOKEN_EXPIRED;
	out->email = lower_text(ctx, js_get(body, "email"));
	out->update_to = lower_text(ctx, js_get(body, "updateTo"));
	out->request_type = js_text(ctx, js_get(body, "requestType"));
	out->user_id = js_text(ctx, js_get(body, "userId"));
	return out->email != NULL ? E_OK : E_INVALID_TOKEN_401;
}
