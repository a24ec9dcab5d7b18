/* SPDX-License-Identifier: ISC */
/* present: rows as JSON, in the peer's order. */
#include "flow/present.h"

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "store/catalogue.h"
#include "store/profile.h"
#include "store/session.h"
#include "store/user.h"

static void
present_plugin(struct json *j, const struct plugin_column *p, const char *text)
{
	struct stamp at = { STAMP_NULL };

	switch (p->type) {
	case PLUGIN_BOOL:
		if (text == NULL)
			json_null(j, p->name);
		else
			json_flag(j, p->name, *text == 't');
		break;
	case PLUGIN_STAMP:
		if (text != NULL && !clock_parse(text, &at.ms))
			at.ms = STAMP_NULL;
		json_stamp(j, p->name, at);
		break;
	default:
		json_text(j, p->name, text);
		break;
	}
}

static void
present_stored(struct json *j, const struct user *u)
{
	json_text(j, "name", u->name);
	json_text(j, "email", u->email);
	json_flag(j, "emailVerified", u->emailVerified);
	json_text(j, "image", u->image);
	json_stamp(j, "createdAt", u->createdAt);
	json_stamp(j, "updatedAt", u->updatedAt);
}

static void
present_cached(struct json *j, const struct user *u)
{
	json_text(j, "id", u->id);
	json_stamp(j, "createdAt", u->createdAt);
	json_stamp(j, "updatedAt", u->updatedAt);
	json_text(j, "email", u->email);
	json_flag(j, "emailVerified", u->emailVerified);
	json_text(j, "name", u->name);
	json_text(j, "image", u->image);
}

static bool
shows(const struct user *u, int plugin)
{
	return u->cached ? (u->shown >> plugin & 1) != 0
	                 : catalogue_shows_user((enum user_plugin)plugin);
}

void
present_user_members(struct json *j, const struct user *u, bool has_profile)
{
	int i;

	if (u->cached)
		present_cached(j, u);
	else
		present_stored(j, u);
	for (i = 0; i < USER_PLUGINS; i++)
		if (shows(u, i))
			present_plugin(j, &user_plugins[i], u->plugin[i]);
	if (has_profile && !str_eq(conf()->profile_gate, "off"))
		json_flag(j, "hasProfile", u->hasProfile);
	if (!u->cached)
		json_text(j, "id", u->id);
}

void
present_user(struct json *j, const char *key, const struct user *u, bool has_profile)
{
	json_open(j, key);
	present_user_members(j, u, has_profile);
	json_close(j);
}

static void
present_cached_session(struct json *j, const char *key, const struct session *s)
{
	json_open(j, key);
	json_text(j, "id", s->id);
	json_stamp(j, "createdAt", s->createdAt);
	json_stamp(j, "updatedAt", s->updatedAt);
	json_text(j, "userId", s->user.id);
	json_stamp(j, "expiresAt", s->expiresAt);
	json_text(j, "token", s->token);
	json_text(j, "ipAddress", s->ipAddress);
	json_text(j, "userAgent", s->userAgent);
	if ((s->user.shown & PRESENT_IMPERSONATION) != 0)
		json_text(j, "impersonatedBy", s->impersonatedBy);
	json_close(j);
}

void
present_session(struct json *j, const char *key, const struct session *s)
{
	if (s->user.cached) {
		present_cached_session(j, key, s);
		return;
	}
	json_open(j, key);
	json_stamp(j, "expiresAt", s->expiresAt);
	json_text(j, "token", s->token);
	json_stamp(j, "createdAt", s->createdAt);
	json_stamp(j, "updatedAt", s->updatedAt);
	json_text(j, "ipAddress", s->ipAddress);
	json_text(j, "userAgent", s->userAgent);
	json_text(j, "userId", s->user.id);
	if (catalogue_shows_impersonation())
		json_text(j, "impersonatedBy", s->impersonatedBy);
	json_text(j, "id", s->id);
	json_close(j);
}

void
present_profile(struct ctx *ctx, struct json *j, const struct profile *p, const char *faults)
{
	json_open(j, NULL);
	json_text(j, "id", p->id);
	json_text(j, "user_id", p->user_id);
	json_raw(j, "software_context", json_compact(ctx->arena, p->software_context));
	json_raw(j, "hardware_context", json_compact(ctx->arena, p->hardware_context));
	json_int(j, "questionnaire_version", p->questionnaire_version);
	json_stamp(j, "created_at", p->created_at);
	json_stamp(j, "updated_at", p->updated_at);
	if (p->outdated)
		json_flag(j, "outdated", true);
	if (faults != NULL)
		json_raw(j, "errors", faults);
	json_close(j);
}
