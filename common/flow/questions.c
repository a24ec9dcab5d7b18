/* SPDX-License-Identifier: ISC */
/* questions: reads the file; every mistake is named with its line and column. */
#include "flow/questions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/place.h"
#include "base/str.h"
#include "port/js.h"
#include "port/secret.h"

#define FILE_MAX_BYTES ((size_t)64 * 1024)
#define DEFAULT_LANGUAGE "en"

static struct {
	struct arena *arena; /* lives as long as the process */
	struct question *list;
	struct wording wordings[LANGUAGES_MAX];
	struct questions all;
	bool loaded;
} q;

/* The file while it is read. */
struct file {
	struct ctx *ctx;
	const char *text;
	const char *where;   /* path of the question, or what else people know it by */
	const char *pointer; /* of the value at hand, /questions/0/options/1 */
	const char *const *members;
	bool ok;
};

const struct questions *
questions_get(void)
{
	return q.loaded ? &q.all : NULL;
}

static bool
complain_at(struct file *f, size_t at, const char *what)
{
	size_t line, column;

	place_line(f->text, at, &line, &column);
	log_event(f->ctx, LOG_ERROR, "questionnaire", "%s:%zu:%zu: %s: %s", conf()->questionnaire,
	    line, column, f->where, what);
	return f->ok = false;
}

/* Of a member of the value at hand; where it is missing, of that value itself. */
static bool
complain(struct file *f, const char *member, const char *what)
{
	const char *pointer = *member == '\0'
	    ? f->pointer
	    : str_printf(f->ctx->arena, "%s/%s", f->pointer, member);

	return complain_at(f, place_of(f->text, pointer), what);
}

/* Reading. */

static bool
complain_of_file(struct ctx *ctx, const char *what)
{
	log_event(ctx, LOG_ERROR, "questionnaire", "%s: %s", conf()->questionnaire, what);
	return false;
}

static char *
read_whole(struct ctx *ctx, size_t *len)
{
	FILE *f = fopen(conf()->questionnaire, "re");
	char *text;

	if (f == NULL) {
		complain_of_file(ctx, strerror(errno));
		return NULL;
	}
	text = arena_alloc(ctx->arena, FILE_MAX_BYTES + 2);
	*len = fread(text, 1, FILE_MAX_BYTES + 1, f);
	fclose(f);
	if (*len <= FILE_MAX_BYTES)
		return text;
	complain_of_file(ctx, "more than 64 KiB");
	return NULL;
}

static const struct js *
parse(struct file *f, size_t len)
{
	const struct js *js;
	size_t at;
	bool ok;

	f->where = "syntax";
	at = place_of_bad_text(f->text, len);
	if (at < len) {
		complain_at(f, at, "is not UTF-8");
		return NULL;
	}
	at = json_fault(f->text, len, JS_DEPTH);
	js = at == len ? js_parse(f->ctx, f->text, len, &ok) : NULL;
	if (js == NULL || js_type(js) != JS_OBJECT) {
		complain_at(f, at == len ? 0 : at, "is no JSON object");
		return NULL;
	}
	at = place_of_twin(f->text);
	if (at == SIZE_MAX)
		return js;
	complain_at(f, at, "an object has this key twice");
	return NULL;
}

static bool
check_known(void *arg, const char *key, const struct js *v)
{
	struct file *f = arg;
	size_t i;

	(void)v;
	for (i = 0; f->members[i] != NULL; i++)
		if (str_eq(f->members[i], key))
			return true;
	return complain(f, key, str_printf(f->ctx->arena, "there is no member %s", key));
}

static bool
has_only(struct file *f, const struct js *js, const char *const *members)
{
	f->members = members;
	js_each(js, check_known, f);
	return f->ok;
}

/* Languages and labels. */

static bool
is_language(const char *tag)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	size_t n = strlen(tag);

	return n > 1 && n < 36 && strspn(tag, letters) == n && strspn(tag, letters + 52) == 0 &&
	    tag[n - 1] != '-' && strstr(tag, "--") == NULL;
}

static bool
is_label(struct file *f, const struct js *v)
{
	const char *text = js_text(f->ctx, v);

	return text != NULL && *text != '\0';
}

static bool
add_language(struct file *f, const char *tag)
{
	size_t i;

	for (i = 0; i < q.all.n_wordings; i++)
		if (str_eq_nocase(q.wordings[i].language, tag))
			return true;
	if (q.all.n_wordings == LANGUAGES_MAX)
		return complain(f, "label", "too many languages");
	q.wordings[q.all.n_wordings++].language = arena_strdup(q.arena, tag);
	return true;
}

static bool
check_translation(void *arg, const char *tag, const struct js *v)
{
	struct file *f = arg;

	if (!is_language(tag))
		return complain(f, str_printf(f->ctx->arena, "label/%s", tag),
		    "is no language, like en or pt-BR");
	if (!is_label(f, v))
		return complain(f, str_printf(f->ctx->arena, "label/%s", tag), "a label is a text");
	return add_language(f, tag);
}

/* A text for all languages, or one for each; where there is none, the default's. */
static bool
check_label(struct file *f, const struct js *owner)
{
	const struct js *label = js_get(owner, "label");

	if (js_type(label) != JS_OBJECT)
		return is_label(f, label) || complain(f, "label", "a label is needed");
	js_each(label, check_translation, f);
	if (f->ok && !js_has(label, q.wordings[0].language))
		return complain(f, "label",
		    str_printf(f->ctx->arena, "the label in %s is needed", q.wordings[0].language));
	return f->ok;
}

static const char *
label_in(struct ctx *ctx, const struct js *owner, const char *language)
{
	const struct js *label = js_get(owner, "label"), *in = js_get(label, language);

	if (js_type(label) != JS_OBJECT)
		return js_text(ctx, label);
	return js_text(ctx, in != NULL ? in : js_get(label, q.wordings[0].language));
}

/* Options. */

static const char *const option_members[] = { "value", "label", "exclusive", NULL };

static bool
load_exclusive(struct file *f, const struct js *js, const struct question *to, bool *out)
{
	*out = js_bool(js_get(js, "exclusive"));
	if (js_has(js, "exclusive") && js_type_of(js, "exclusive") != JS_BOOL)
		return complain(f, "exclusive", "exclusive must be true or false");
	if (*out && !to->multi)
		return complain(f, "exclusive", "a single answer excludes the others anyway");
	return true;
}

static bool
load_option(struct file *f, const struct js *js, struct question *to)
{
	struct option *o = &to->options[to->n];
	const char *value = js_text(f->ctx, js_get(js, "value"));
	size_t i;

	if (value == NULL || *value == '\0')
		return complain(f, "value", "an option needs a value");
	if (!has_only(f, js, option_members) || !check_label(f, js))
		return false;
	for (i = 0; i < to->n; i++)
		if (str_eq(to->options[i].value, value))
			return complain(f, "value", "two options have one value");
	if (!load_exclusive(f, js, to, &o->exclusive))
		return false;
	o->value = arena_strdup(q.arena, value);
	to->n++;
	return true;
}

static bool
load_options(struct file *f, const struct js *list, struct question *to)
{
	const char *question = f->pointer;
	size_t i, n = js_length(list);

	if (js_type(list) != JS_ARRAY || n == 0)
		return complain(f, "options", "options are needed");
	if (n > OPTIONS_MAX)
		return complain(f, str_printf(f->ctx->arena, "options/%d", OPTIONS_MAX),
		    "too many options");
	for (i = 0; f->ok && i < n; i++) {
		f->pointer = str_printf(f->ctx->arena, "%s/options/%zu", question, i);
		load_option(f, js_at(list, i), to);
	}
	f->pointer = question;
	return f->ok;
}

/* Questions. */

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

	for (i = 0; i < q.all.n; i++) {
		const char *other = q.list[i].path;
		size_t m = strlen(other), least = n < m ? n : m;

		if (strncmp(path, other, least) == 0 &&
		    (n == m || (n > m ? path : other)[least] == '.'))
			return false;
	}
	return true;
}

static const char *const question_members[] = { "path", "label", "kind", "required", "options",
	NULL };

static bool
check_question(struct file *f, const struct js *js, const char *path)
{
	const char *kind = js_text(f->ctx, js_get(js, "kind"));

	if (path == NULL || !is_path(path))
		return complain(f, "path",
		    "path must lie below software_context or hardware_context");
	if (!is_new_path(path))
		return complain(f, "path", "another question stands in the way");
	if (!has_only(f, js, question_members))
		return false;
	if (!str_eq(kind, "multi") && !str_eq(kind, "single"))
		return complain(f, "kind", "kind must be multi or single");
	if (js_type_of(js, "required") != JS_BOOL)
		return complain(f, "required", "required must be true or false");
	return check_label(f, js);
}

static bool
load_question(struct file *f, const struct js *js, size_t number)
{
	struct question *to = &q.list[q.all.n];
	const char *path = js_text(f->ctx, js_get(js, "path"));

	f->where = path != NULL && *path != '\0'
	    ? path
	    : str_printf(f->ctx->arena, "question %zu", number + 1);
	f->pointer = str_printf(f->ctx->arena, "/questions/%zu", number);
	if (!check_question(f, js, path))
		return false;
	to->path = arena_strdup(q.arena, path);
	to->multi = str_eq(js_text(f->ctx, js_get(js, "kind")), "multi");
	to->required = js_bool(js_get(js, "required"));
	q.all.n++;
	return load_options(f, js_get(js, "options"), to);
}

static const char *const file_members[] = { "version", "language", "questions", NULL };

static bool
load_head(struct file *f, const struct js *js)
{
	const char *language = js_has(js, "language") ? js_text(f->ctx, js_get(js, "language"))
	                                              : DEFAULT_LANGUAGE;

	f->where = "version";
	f->pointer = "";
	if (!js_int(js_get(js, "version"), &q.all.version) || q.all.version < 1 ||
	    q.all.version > INT32_MAX)
		return complain(f, "version", "must be a whole number from 1");
	f->where = "questionnaire";
	if (!has_only(f, js, file_members))
		return false;
	if (language == NULL || !is_language(language))
		return complain(f, "language", "is no language, like en or pt-BR");
	return add_language(f, language);
}

static bool
load_questions(struct file *f, const struct js *js)
{
	const struct js *list = js_get(js, "questions");
	size_t i, n = js_length(list);

	if (!load_head(f, js))
		return false;
	f->where = "questions";
	if (js_type(list) != JS_ARRAY || n == 0)
		return complain(f, "questions", "between 1 and 64 questions are needed");
	if (n > QUESTIONS_MAX)
		return complain(f, str_printf(f->ctx->arena, "questions/%d", QUESTIONS_MAX),
		    "too many questions: between 1 and 64 are needed");
	for (i = 0; f->ok && i < n; i++)
		load_question(f, js_at(list, i), i);
	return f->ok;
}

/* Writing. */

static void
write_options(struct ctx *ctx, struct json *j, const struct js *list, const struct question *of,
    const char *language)
{
	size_t i;

	json_open_array(j, "options");
	for (i = 0; i < of->n; i++) {
		json_open(j, NULL);
		json_text(j, "value", of->options[i].value);
		json_text(j, "label", label_in(ctx, js_at(list, i), language));
		if (of->options[i].exclusive)
			json_flag(j, "exclusive", true);
		json_close(j);
	}
	json_close_array(j);
}

static const char *
write_text(struct ctx *ctx, const struct js *js, const char *language)
{
	struct json j = json_new(ctx->arena, 4096);
	const struct js *list = js_get(js, "questions");
	size_t i;

	json_open(&j, NULL);
	json_int(&j, "version", q.all.version);
	json_open_array(&j, "questions");
	for (i = 0; i < q.all.n; i++) {
		json_open(&j, NULL);
		json_text(&j, "path", q.list[i].path);
		json_text(&j, "label", label_in(ctx, js_at(list, i), language));
		json_text(&j, "kind", q.list[i].multi ? "multi" : "single");
		json_flag(&j, "required", q.list[i].required);
		write_options(ctx, &j, js_get(js_at(list, i), "options"), &q.list[i], language);
		json_close(&j);
	}
	json_close_array(&j);
	json_close(&j);
	return json_done(&j);
}

static void
write_wording(struct ctx *ctx, const struct js *js, struct wording *w)
{
	unsigned char digest[32];

	w->text = arena_strdup(q.arena, write_text(ctx, js, w->language));
	secret_sha256(w->text, strlen(w->text), digest);
	snprintf(w->etag, sizeof(w->etag), "\"%s\"", enc_base64url(ctx->arena, digest, 24));
}

static void
write_rule(struct json *j, const struct question *question)
{
	size_t i;

	json_open(j, NULL);
	json_text(j, "path", question->path);
	json_flag(j, "multi", question->multi);
	json_flag(j, "required", question->required);
	json_open_array(j, "values");
	for (i = 0; i < question->n; i++)
		json_text(j, NULL, question->options[i].value);
	json_close_array(j);
	json_open_array(j, "exclusive");
	for (i = 0; i < question->n; i++)
		if (question->options[i].exclusive)
			json_text(j, NULL, question->options[i].value);
	json_close_array(j);
	json_close(j);
}

static const char *
write_rules(struct ctx *ctx)
{
	struct json j = json_new(ctx->arena, 4096);
	size_t i;

	json_open_array(&j, NULL);
	for (i = 0; i < q.all.n; i++)
		write_rule(&j, &q.list[i]);
	json_close_array(&j);
	return arena_strdup(q.arena, json_done(&j));
}

bool
questions_load(struct ctx *ctx)
{
	struct file f = { .ctx = ctx, .pointer = "", .ok = true };
	const struct js *js;
	size_t i, len;

	if (q.loaded)
		return true;
	arena_free(q.arena);
	memset(&q, 0, sizeof(q));
	q.arena = arena_new((size_t)4 * 1024 * 1024);
	q.list = arena_alloc(q.arena, QUESTIONS_MAX * sizeof(*q.list));
	f.text = read_whole(ctx, &len);
	js = f.text != NULL ? parse(&f, len) : NULL;
	if (js == NULL || !load_questions(&f, js))
		return false;
	for (i = 0; i < q.all.n_wordings; i++)
		write_wording(ctx, js, &q.wordings[i]);
	q.all.rules = write_rules(ctx);
	q.all.list = q.list;
	q.all.wordings = q.wordings;
	return q.loaded = true;
}
