/* SPDX-License-Identifier: ISC */
/* questionnaire: closed questions, and answers that fit them. */
#include "flow/questionnaire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "http/app.h"
#include "port/js.h"
#include "port/secret.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024)
#define QUESTIONS_MAX 64
#define OPTIONS_MAX 64
#define ERRORS_MAX 100

struct option {
	const char *value;
	bool exclusive;
};

struct question {
	const char *path; /* software_context.languages */
	bool multi;
	bool required;
	struct option options[OPTIONS_MAX];
	size_t n;
};

static struct {
	struct arena *arena; /* lives as long as the process */
	struct question *questions;
	size_t n;
	int64_t version;
	char *text; /* NULL: not loaded */
	char etag[40];
} q;

const char *
questionnaire_text(void)
{
	return q.text;
}

const char *
questionnaire_etag(void)
{
	return q.etag;
}

/* Reading the file. */

static bool
complain(struct ctx *ctx, const char *where, const char *what)
{
	log_event(ctx, LOG_ERROR, "questionnaire", "%s: %s: %s", conf()->questionnaire, where,
	    what);
	return false;
}

static char *
read_whole(struct ctx *ctx, size_t *len)
{
	FILE *f = fopen(conf()->questionnaire, "re");
	char *text;

	if (f == NULL) {
		complain(ctx, "open", strerror(errno));
		return NULL;
	}
	text = arena_alloc(ctx->arena, FILE_MAX_BYTES + 1);
	*len = fread(text, 1, FILE_MAX_BYTES + 1, f);
	fclose(f);
	if (*len <= FILE_MAX_BYTES)
		return text;
	complain(ctx, "size", "more than 64 KiB");
	return NULL;
}

static bool
load_option(struct ctx *ctx, const struct js *js, struct question *to, const char *where)
{
	const char *value = js_text(ctx, js_get(js, "value"));
	size_t i;

	if (value == NULL || *value == '\0')
		return complain(ctx, where, "an option needs a value");
	if (js_text(ctx, js_get(js, "label")) == NULL)
		return complain(ctx, where, "an option needs a label");
	if (to->n == OPTIONS_MAX)
		return complain(ctx, where, "too many options");
	for (i = 0; i < to->n; i++)
		if (str_eq(to->options[i].value, value))
			return complain(ctx, where, "two options have one value");
	to->options[to->n].value = arena_strdup(q.arena, value);
	to->options[to->n].exclusive = js_bool(js_get(js, "exclusive"));
	to->n++;
	return true;
}

static bool
is_path(const char *path)
{
	if (!str_starts(path, "software_context.") && !str_starts(path, "hardware_context."))
		return false;
	return path[strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0' &&
	    strstr(path, "..") == NULL && !str_ends(path, ".");
}

/* Two questions on one path, or one below another, could not both be answered. */
static bool
is_new_path(const char *path)
{
	size_t i, n = strlen(path);

	for (i = 0; i < q.n; i++) {
		const char *other = q.questions[i].path;
		size_t m = strlen(other), least = n < m ? n : m;

		if (strncmp(path, other, least) == 0 &&
		    (n == m || (n > m ? path : other)[least] == '.'))
			return false;
	}
	return true;
}

static bool
load_question(struct ctx *ctx, const struct js *js, size_t number)
{
	struct question *to = &q.questions[q.n];
	const char *path = js_text(ctx, js_get(js, "path")),
	           *kind = js_text(ctx, js_get(js, "kind"));
	const struct js *options = js_get(js, "options");
	const char *where = path != NULL ? path
	                                 : str_printf(ctx->arena, "question %zu", number + 1);
	size_t i;

	if (path == NULL || !is_path(path))
		return complain(ctx, where,
		    "path must lie below software_context or hardware_context");
	if (!is_new_path(path))
		return complain(ctx, where, "another question stands in the way");
	if (!str_eq(kind, "multi") && !str_eq(kind, "single"))
		return complain(ctx, where, "kind must be multi or single");
	if (js_text(ctx, js_get(js, "label")) == NULL || js_type_of(js, "required") != JS_BOOL)
		return complain(ctx, where, "label and required are needed");
	if (js_length(options) == 0)
		return complain(ctx, where, "options are needed");
	to->path = arena_strdup(q.arena, path);
	to->multi = str_eq(kind, "multi");
	to->required = js_bool(js_get(js, "required"));
	for (i = 0; i < js_length(options); i++)
		if (!load_option(ctx, js_at(options, i), to, where))
			return false;
	q.n++;
	return true;
}

static bool
load_questions(struct ctx *ctx, const struct js *js)
{
	const struct js *list = js_get(js, "questions");
	size_t i;

	if (!js_int(js_get(js, "version"), &q.version) || q.version < 1)
		return complain(ctx, "version", "must be a whole number from 1");
	if (js_length(list) == 0 || js_length(list) > QUESTIONS_MAX)
		return complain(ctx, "questions", "between 1 and 64 are needed");
	for (i = 0; i < js_length(list); i++)
		if (!load_question(ctx, js_at(list, i), i))
			return false;
	return true;
}

bool
questionnaire_load(struct ctx *ctx)
{
	unsigned char digest[32];
	const struct js *js;
	const char *compact;
	char *text;
	size_t len;
	bool ok;

	if (q.text != NULL)
		return true;
	q.arena = arena_new((size_t)4 * 1024 * 1024);
	q.questions = arena_alloc(q.arena, QUESTIONS_MAX * sizeof(*q.questions));
	text = read_whole(ctx, &len);
	if (text == NULL)
		return false;
	js = js_parse(ctx, text, len, &ok);
	if (!ok || js_type(js) != JS_OBJECT)
		return complain(ctx, "syntax", "is no JSON object");
	if (!load_questions(ctx, js))
		return false;
	compact = js_print(ctx, js);
	secret_sha256(compact, strlen(compact), digest);
	snprintf(q.etag, sizeof(q.etag), "\"%s\"", enc_base64url(ctx->arena, digest, 24));
	q.text = arena_strdup(q.arena, compact);
	return true;
}

bool
questionnaire_asks(const char *path)
{
	size_t i;

	for (i = 0; q.text != NULL && i < q.n; i++)
		if (str_eq(q.questions[i].path, path))
			return true;
	return false;
}

/* Checking answers. */

struct check {
	struct ctx *ctx;
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
is_prefix(const char *path)
{
	size_t i, n = strlen(path);

	for (i = 0; i < q.n; i++)
		if (strncmp(q.questions[i].path, path, n) == 0 && q.questions[i].path[n] == '.')
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
	for (i = 0; i < q.n; i++) {
		if (!str_eq(q.questions[i].path, path))
			continue;
		c->answered[i] = true;
		if (q.questions[i].multi)
			check_multi(c, &q.questions[i], v);
		else
			(void)check_choice(c, &q.questions[i], v, path);
		return true;
	}
	if (is_prefix(path))
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

	for (i = 0; i < q.n; i++)
		if (q.questions[i].required && !c->answered[i])
			add_error(c, q.questions[i].path, "needs an answer");
}

static const char *
part(struct ctx *ctx, const struct js *profile, const char *key)
{
	const struct js *v = js_get(profile, key);

	return v != NULL ? js_print(ctx, v) : "{}";
}

enum err
questionnaire_check(struct ctx *ctx, struct reply *reply, const struct js *profile,
    struct answers *out)
{
	struct check c = { .ctx = ctx, .prefix = "" };

	if (q.text == NULL)
		return E_NOT_READY;
	c.errors = json_new(ctx->arena, 256);
	json_open_array(&c.errors, NULL);
	walk(&c, profile, "");
	if (js_type(profile) == JS_OBJECT)
		check_missing(&c);
	json_close_array(&c.errors);
	if (c.n_errors > 0) {
		reply->details = str_printf(ctx->arena, "\"errors\":%s", json_done(&c.errors));
		return E_PROFILE_INVALID;
	}
	out->software = part(ctx, profile, "software_context");
	out->hardware = part(ctx, profile, "hardware_context");
	out->version = q.version;
	return E_OK;
}
