/* SPDX-License-Identifier: ISC */
/* profile: the background questionnaire and its answers.  See docs/man/profile.8. */
#include <string.h>

#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/cache.h"
#include "flow/identity.h"
#include "flow/keys.h"
#include "flow/present.h"
#include "flow/questionnaire.h"
#include "flow/questions.h"
#include "http/app.h"
#include "http/language.h"
#include "port/js.h"
#include "store/gate.h"
#include "store/profile.h"

static handler get_questionnaire, get_profile, put_profile, patch_profile;

static const struct route routes[] = {
	{ GET, "/api/user/profile/questionnaire", get_questionnaire, NULL, HEAD_TOO, NULL },
	{ GET, "/api/user/profile", get_profile, NULL, 0, &identity_required },
	{ POST, "/api/user/profile", put_profile, NULL, ORIGIN, &member_required },
	{ PUT, "/api/user/profile", put_profile, NULL, ORIGIN, &member_required },
	{ PATCH, "/api/user/profile", patch_profile, NULL, ORIGIN, &member_required },
	{ 0 },
};

/* By Accept-Language, where the file has more than one. */
static const struct wording *
choose_wording(struct req *req, struct reply *reply)
{
	const struct questions *q = questions_get();
	const char *tags[LANGUAGES_MAX];
	const struct wording *w;
	size_t i;

	if (q->n_wordings == 1)
		return &q->wordings[0];
	for (i = 0; i < q->n_wordings; i++)
		tags[i] = q->wordings[i].language;
	w = &q->wordings[language_choose(req_header(req, "accept-language"), tags, i)];
	reply_header(reply, "content-language", w->language);
	reply_header(reply, "vary", "Accept-Language");
	return w;
}

static enum err
get_questionnaire(struct req *req, struct reply *reply)
{
	const struct wording *w;

	if (questions_get() == NULL)
		return E_NOT_READY;
	w = choose_wording(req, reply);
	reply_header(reply, "cache-control", "public, max-age=300");
	reply_header(reply, "etag", w->etag);
	reply_json(reply, w->text);
	if (!req_has_tag(req, w->etag))
		return E_OK;
	reply->status = 304;
	reply->type = NULL;
	reply->body = NULL;
	return E_OK;
}

static const struct js *
answers_of(struct ctx *ctx, const struct profile *p)
{
	const char *text = str_printf(ctx->arena,
	    "{\"software_context\":%s,\"hardware_context\":%s}", p->software_context,
	    p->hardware_context);
	bool ok;

	return js_parse(ctx, text, strlen(text), &ok);
}

/* Why the member is asked again. */
static const char *
faults_of(struct ctx *ctx, const struct profile *p)
{
	return p->outdated && questions_get() != NULL
	    ? questionnaire_faults(ctx, answers_of(ctx, p))
	    : NULL;
}

static enum err
answer_profile(struct req *req, struct reply *reply, const struct profile *p)
{
	struct json j = json_new(req->ctx->arena, 1024);

	present_profile(req->ctx, &j, p, faults_of(req->ctx, p));
	reply_header(reply, "cache-control", "no-store");
	reply_json(reply, json_done(&j));
	return E_OK;
}

static enum err
get_profile(struct req *req, struct reply *reply)
{
	struct profile p = { 0 };
	enum err e;

	e = profile_find(req->ctx, identity_of(req)->user_id, &p);
	if (e != E_OK)
		return e == E_NO_ROW ? E_PROFILE_NOT_FOUND : e;
	return answer_profile(req, reply, &p);
}

/* A token may outlive its user, or what it says of them. */
static enum err
store(struct req *req, struct reply *reply, const struct js *answers_given)
{
	struct answers answers = { 0 };
	struct profile p = { 0 };
	enum err e;

	e = questionnaire_take(req->ctx, reply, answers_given, &answers);
	if (e != E_OK)
		return e;
	e = profile_put(req->ctx, identity_of(req)->user_id, answers.software, answers.hardware,
	    answers.version, &p);
	if (e == E_NO_ROW || e == E_NO_PARENT)
		return E_UNAUTHORIZED;
	if (e != E_OK)
		return gate_told(e);
	cache_clear(req, reply); /* what it says of hasProfile may be old */
	return answer_profile(req, reply, &p);
}

static enum err
put_profile(struct req *req, struct reply *reply)
{
	return store(req, reply, req->body);
}

static enum err
patch_profile(struct req *req, struct reply *reply)
{
	struct profile p = { 0 };
	const char *now;
	bool ok;
	enum err e;

	e = profile_find(req->ctx, identity_of(req)->user_id, &p);
	if (e != E_OK)
		return e == E_NO_ROW ? E_PROFILE_NOT_FOUND : e;
	if (js_type(req->body) != JS_OBJECT)
		return store(req, reply, req->body);
	now = js_patch(req->ctx, answers_of(req->ctx, &p), req->body);
	return store(req, reply, js_parse(req->ctx, now, strlen(now), &ok));
}

static void
prepare(struct ctx *ctx)
{
	questions_load(ctx);
	keys_warm(ctx, false);
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "profile", routes, prepare);
}
