/* SPDX-License-Identifier: ISC */
/* questionnaire: whether answers fit the questions. */
#include "flow/questionnaire.h"

#include <string.h>

#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/questions.h"
#include "http/app.h"
#include "port/js.h"

#define ERRORS_MAX 100

struct check {
	struct ctx *ctx;
	const struct questions *asked;
	struct json errors;
	size_t n_errors;
	const char *prefix; /* of the object being walked, with its dot */
	bool answered[QUESTIONS_MAX];
};

static void
add_error(struct check *c, const char *path, const char *message)
{
	if (c->n_errors++ >= ERRORS_MAX)
		return;
	json_open(&c->errors, NULL);
	json_text(&c->errors, "path", path);
	json_text(&c->errors, "message", message);
	json_close(&c->errors);
}

static const struct option *
find_option(const struct question *question, const char *value)
{
	size_t i;

	for (i = 0; i < question->n; i++)
		if (str_eq(question->options[i].value, value))
			return &question->options[i];
	return NULL;
}

/* One chosen value; NULL after naming what is wrong with it. */
static const struct option *
check_choice(struct check *c, const struct question *question, const struct js *v, const char *path)
{
	const struct option *o;

	if (js_type(v) != JS_STRING) {
		add_error(c, path, "must be a text out of the options");
		return NULL;
	}
	o = find_option(question, js_text(c->ctx, v));
	if (o == NULL)
		add_error(c, path, "is none of the options");
	return o;
}

static void
check_multi(struct check *c, const struct question *question, const struct js *v)
{
	bool seen[OPTIONS_MAX] = { false }, exclusive = false;
	size_t i, n = js_length(v);
	const struct option *o;
	const char *path;

	if (js_type(v) != JS_ARRAY) {
		add_error(c, question->path, "must be a list of options");
		return;
	}
	if (n > question->n) {
		add_error(c, question->path, "has more answers than there are options");
		return;
	}
	if (n == 0 && question->required)
		add_error(c, question->path, "needs at least one answer");
	for (i = 0; i < n; i++) {
		path = str_printf(c->ctx->arena, "%s[%zu]", question->path, i);
		o = check_choice(c, question, js_at(v, i), path);
		if (o == NULL)
			continue;
		if (seen[o - question->options])
			add_error(c, path, "is given twice");
		seen[o - question->options] = true;
		exclusive = exclusive || o->exclusive;
	}
	if (exclusive && n > 1)
		add_error(c, question->path, "excludes the other answers");
}

static bool
is_prefix(const struct questions *asked, const char *path)
{
	size_t i, n = strlen(path);

	for (i = 0; i < asked->n; i++)
		if (strncmp(asked->list[i].path, path, n) == 0 && asked->list[i].path[n] == '.')
			return true;
	return false;
}

static void walk(struct check *, const struct js *, const char *path);

/* A member is an answer, an object with answers below, or nothing that was asked. */
static bool
check_member(void *arg, const char *key, const struct js *v)
{
	struct check *c = arg;
	const char *path = str_printf(c->ctx->arena, "%s%s", c->prefix, key);
	size_t i;

	if (strchr(key, '.') != NULL) { /* a dot steps down in a path, not in a key */
		add_error(c, path, "is not asked for");
		return true;
	}
	for (i = 0; i < c->asked->n; i++) {
		const struct question *question = &c->asked->list[i];

		if (!str_eq(question->path, path))
			continue;
		c->answered[i] = true;
		if (question->multi)
			check_multi(c, question, v);
		else
			(void)check_choice(c, question, v, path);
		return true;
	}
	if (is_prefix(c->asked, path))
		walk(c, v, path);
	else
		add_error(c, path, "is not asked for");
	return true;
}

static void
walk(struct check *c, const struct js *v, const char *path)
{
	const char *outer = c->prefix;

	if (js_type(v) != JS_OBJECT) {
		add_error(c, *path != '\0' ? path : "profile", "must be an object");
		return;
	}
	c->prefix = *path != '\0' ? str_printf(c->ctx->arena, "%s.", path) : "";
	js_each(v, check_member, c);
	c->prefix = outer;
}

static void
check_missing(struct check *c)
{
	size_t i;

	for (i = 0; i < c->asked->n; i++)
		if (c->asked->list[i].required && !c->answered[i])
			add_error(c, c->asked->list[i].path, "needs an answer");
}

static const char *
part(struct ctx *ctx, const struct js *profile, const char *key)
{
	const struct js *v = js_get(profile, key);

	return v != NULL ? js_print(ctx, v) : "{}";
}

const char *
questionnaire_faults(struct ctx *ctx, const struct js *profile)
{
	struct check c = { .ctx = ctx, .asked = questions_get(), .prefix = "" };

	c.errors = json_new(ctx->arena, 256);
	json_open_array(&c.errors, NULL);
	walk(&c, profile, "");
	if (js_type(profile) == JS_OBJECT)
		check_missing(&c);
	json_close_array(&c.errors);
	return c.n_errors > 0 ? json_done(&c.errors) : NULL;
}

enum err
questionnaire_check(struct ctx *ctx, const struct js *profile, const char **faults,
    struct answers *out)
{
	if (questions_get() == NULL)
		return E_NOT_READY;
	*faults = questionnaire_faults(ctx, profile);
	if (*faults != NULL)
		return E_PROFILE_INVALID;
	out->software = part(ctx, profile, "software_context");
	out->hardware = part(ctx, profile, "hardware_context");
	out->version = questions_get()->version;
	return E_OK;
}

enum err
questionnaire_take(struct ctx *ctx, struct reply *reply, const struct js *profile,
    struct answers *out)
{
	const char *faults = NULL;
	enum err e = questionnaire_check(ctx, profile, &faults, out);

	if (e == E_PROFILE_INVALID)
		reply->details = str_printf(ctx->arena, "\"errors\":%s", faults);
	return e;
}
