/* SPDX-License-Identifier: ISC */
/* questionnaire: files, and answers. */
#include <stdlib.h>
#include <string.h>

#include "flow/questionnaire.c"
#include "flow/questions.c"

#include "suites.h"
#include "unit.h"

#define OPTIONS \
	"\"options\":[{\"value\":\"A\",\"label\":\"a\"},{\"value\":\"B\",\"label\":\"b\"}," \
	"{\"value\":\"None\",\"label\":\"n\",\"exclusive\":true}]"
#define QUESTION(path, kind, required) \
	"{\"path\":\"" path "\",\"label\":\"?\",\"kind\":\"" kind "\",\"required\":" required \
	"," OPTIONS "}"
#define ONE(path, required) \
	"{\"path\":\"" path "\",\"label\":\"?\",\"kind\":\"single\",\"required\":" required \
	",\"options\":[{\"value\":\"A\",\"label\":\"a\"},{\"value\":\"B\",\"label\":\"b\"}," \
	"{\"value\":\"None\",\"label\":\"n\"}]}"
#define FILE_OF(questions) "{\"version\":3,\"questions\":[" questions "]}"
#define GOOD \
	FILE_OF(QUESTION("software_context.languages", "multi", \
	    "true") "," ONE("software_context.level", \
	    "true") "," QUESTION("software_context.hobbies", "multi", \
	    "false") "," ONE("hardware_context.spec.cpu", \
	    "true") "," ONE("hardware_context.spec.gpu", "false"))

static void
forget(void *unused)
{
	(void)unused;
	arena_free(q.arena);
	memset(&q, 0, sizeof(q));
}

static bool
load(const char *text)
{
	unit_conf()->questionnaire = unit_file(text, strlen(text));
	forget(NULL);
	arena_defer(unit_arena, forget, NULL);
	return questions_load(unit_ctx);
}

START_TEST(a_good_file_is_served_compact_with_a_tag)
{
	ck_assert_ptr_null(questions_get());
	ck_assert(load(" { \"version\" : 3 , \"questions\" : [ " QUESTION("software_context.x",
	    "multi", "true") " ] } "));
	ck_assert_str_eq(questions_get()->wordings[0].text,
	    FILE_OF(QUESTION("software_context.x", "multi", "true")));
	ck_assert_uint_eq(strlen(questions_get()->wordings[0].etag), 34);
	ck_assert(questions_get()->wordings[0].etag[0] == '"' &&
	    questions_get()->wordings[0].etag[33] == '"');
	ck_assert(questions_load(unit_ctx)); /* once is enough */
}
END_TEST

#define IN(language, of, a) \
	"{\"version\":3,\"questions\":[{\"path\":\"software_context.x\",\"label\":\"" of \
	"\",\"kind\":\"single\",\"required\":true,\"options\":[{\"value\":\"A\",\"label\":\"" a \
	"\"},{\"value\":\"B\",\"label\":\"b\"}]}]}"

START_TEST(every_language_has_a_text_and_a_tag_of_its_own)
{
	const struct questions *all;

	ck_assert(load("{\"version\":3,\"language\":\"de\",\"questions\":[{\"path\":"
	               "\"software_context.x\",\"label\":{\"fr\":\"Quoi?\",\"de\":\"Was?\"},"
	               "\"kind\":\"single\",\"required\":true,\"options\":[{\"value\":\"A\","
	               "\"label\":{\"de\":\"eins\",\"pt-BR\":\"um\"}},{\"value\":\"B\","
	               "\"label\":\"b\"}]}]}"));
	all = questions_get();
	ck_assert_uint_eq(all->n_wordings, 3);
	ck_assert_str_eq(all->wordings[0].language, "de");
	ck_assert_str_eq(all->wordings[1].language, "fr");
	ck_assert_str_eq(all->wordings[2].language, "pt-BR");
	ck_assert_str_eq(all->wordings[0].text, IN("de", "Was?", "eins"));
	ck_assert_str_eq(all->wordings[1].text, IN("fr", "Quoi?", "eins"));
	ck_assert_str_eq(all->wordings[2].text, IN("pt-BR", "Was?", "um"));
	ck_assert_str_ne(all->wordings[0].etag, all->wordings[1].etag);
	ck_assert_str_eq(all->rules,
	    "[{\"path\":\"software_context.x\",\"multi\":false,\"required\":true,"
	    "\"values\":[\"A\",\"B\"],\"exclusive\":[]}]");
}
END_TEST

START_TEST(the_shipped_file_is_good)
{
	const char *dir = getenv("srcdir");

	unit_conf()->questionnaire = str_printf(unit_arena, "%s/share/questionnaire.json",
	    dir != NULL ? dir : ".");
	forget(NULL);
	arena_defer(unit_arena, forget, NULL);
	ck_assert(questions_load(unit_ctx));
	ck_assert_uint_ge(q.all.n, 8);
}
END_TEST

static const struct {
	const char *file;
	const char *says[2]; /* in the log */
} mistakes[] = {
	{ "{\"version\":1,\n \"questions\":[\xFF]}", { ":2:15: ", "UTF-8" } },
	{ "{\"version\":1,\n \"questions\":[\xC3\xA4,]}", { ":2:15: ", "JSON" } },
	{ "{\"version\":1,\n \"questions\":[],\n}", { ":3:1: ", "JSON" } },
	{ "{\"version\":1,\n \"version\":2}", { ":2:2: ", "twice" } },
	{ "{\"version\":1,\n \"questions\":[{\"path\":\"\",\n\"kind\":1,\"kind\":2}]}",
	    { ":3:10: ", "twice" } },
	{ "{\"version\":1,\n \"title\":\"x\",\"questions\":[]}", { ":2:10: ", "title" } },
	{ "{\n\"version\":\n2147483648}", { ":3:1: ", "version" } },
	{ "{\"version\":1,\n\"language\":\"e\"}", { ":2:12: ", "language" } },
	{ "{\"version\":1,\n\"language\":7}", { ":2:12: ", "language" } },
	{ FILE_OF("\n{\"path\":\n\"x\"}"), { ":3:1: x: ", "path" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\n\"hint\":\"y\"}"),
	    { ":2:8: software_context.x: ", "hint" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,\"options\":[\n{\"value\":\"A\",\"label\":\"a\"},\n"
	          "{\"value\":\"B\",\"lable\":\"b\"}]}"),
	    { ":3:22: software_context.x: ", "lable" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,\"options\":[\n{\"value\":\"A\",\"label\":\"a\",\n"
	          "\"exclusive\":1}]}"),
	    { ":3:13: ", "exclusive" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"single\","
	          "\"required\":true,\"options\":[\n{\"value\":\"A\",\"label\":\"a\",\n"
	          "\"exclusive\":true}]}"),
	    { ":3:13: ", "single" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":{\"de\":\"?\"},"
	          "\"kind\":\"multi\",\"required\":true," OPTIONS "}"),
	    { "label in en" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":{\"en\":\"?\",\n\"d!\":\"?\"},"
	          "\"kind\":\"multi\",\"required\":true," OPTIONS "}"),
	    { ":2:6: ", "is no language" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":{\"en\":\"?\",\n\"de\":\"\"},"
	          "\"kind\":\"multi\",\"required\":true," OPTIONS "}"),
	    { ":2:6: ", "label" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":{},"
	          "\"kind\":\"multi\",\"required\":true," OPTIONS "}"),
	    { "label in en" } },
	{ "", { "syntax" } },
	{ "{", { "syntax" } },
	{ "[]", { "syntax" } },
	{ "null", { "syntax" } },
	{ GOOD "x", { "syntax" } },
	{ "{\"version\":1,}", { "syntax" } },
	{ "{}", { "version" } },
	{ "{\"questions\":[" QUESTION("software_context.x", "multi", "true") "]}", { "version" } },
	{ "{\"version\":0,\"questions\":[]}", { "version" } },
	{ "{\"version\":-1,\"questions\":[]}", { "version" } },
	{ "{\"version\":1.5,\"questions\":[]}", { "version" } },
	{ "{\"version\":\"1\",\"questions\":[]}", { "version" } },
	{ "{\"version\":1}", { "questions" } },
	{ "{\"version\":1,\"questions\":[]}", { "questions" } },
	{ "{\"version\":1,\"questions\":{}}", { "questions" } },
	{ FILE_OF("1"), { "question 1", "path" } },
	{ FILE_OF("{}"), { "question 1", "path" } },
	{ FILE_OF(QUESTION("software_context.x", "multi", "true") ",{}"),
	    { "question 2", "path" } },
	{ FILE_OF(QUESTION("", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("x", "multi", "true")), { "x", "path" } },
	{ FILE_OF(QUESTION("software_context", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context..x", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.x.", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.X", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.a b", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.a[0]", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.\xC3\xA4", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_contexts.x", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION(".software_context.x", "multi", "true")), { "path" } },
	{ FILE_OF(QUESTION("software_context.x", "multi", "true") "," ONE("software_context.x",
	      "true")),
	    { "software_context.x", "in the way" } },
	{ FILE_OF(QUESTION("software_context.x", "multi", "true") "," ONE("software_context.x.y",
	      "true")),
	    { "software_context.x.y", "in the way" } },
	{ FILE_OF(QUESTION("software_context.x.y", "multi", "true") "," ONE("software_context.x",
	      "true")),
	    { "software_context.x", "in the way" } },
	{ FILE_OF(QUESTION("software_context.x", "many", "true")),
	    { "software_context.x", "kind" } },
	{ FILE_OF(QUESTION("software_context.x", "", "true")), { "kind" } },
	{ FILE_OF(
	      "{\"path\":\"software_context.x\",\"label\":\"?\",\"required\":true," OPTIONS "}"),
	    { "kind" } },
	{ FILE_OF(QUESTION("software_context.x", "multi", "1")), { "required" } },
	{ FILE_OF(QUESTION("software_context.x", "multi", "\"true\"")), { "required" } },
	{ FILE_OF(
	      "{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\"," OPTIONS "}"),
	    { "required" } },
	{ FILE_OF(
	      "{\"path\":\"software_context.x\",\"kind\":\"multi\",\"required\":true," OPTIONS "}"),
	    { "label" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true}"),
	    { "options" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,\"options\":[]}"),
	    { "options" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,\"options\":[\"A\"]}"),
	    { "value" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,"
	          "\"options\":[{\"label\":\"a\"}]}"),
	    { "value" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,"
	          "\"options\":[{\"value\":\"\",\"label\":\"a\"}]}"),
	    { "value" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,"
	          "\"options\":[{\"value\":1,\"label\":\"a\"}]}"),
	    { "value" } },
	{ FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	          "\"required\":true,"
	          "\"options\":[{\"value\":\"A\"}]}"),
	    { "label" } },
	{ FILE_OF(
	      "{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\",\"required\":"
	      "true,"
	      "\"options\":[{\"value\":\"A\",\"label\":\"a\"},{\"value\":\"A\",\"label\":\"b\"}]}"),
	    { "software_context.x", "one value" } },
};

static bool
load_row(void *row)
{
	return load(mistakes[*(int *)row].file);
}

START_TEST(a_mistake_in_a_file_is_named_and_shuts_the_gate)
{
	struct outcome *o = arena_alloc(unit_arena, sizeof(*o));
	struct reply reply = { .ctx = unit_ctx };
	struct answers answers;
	size_t i;

	unit_run(load_row, &_i, o);
	ck_assert_msg(!o->ok && o->signal == 0, "%s", mistakes[_i].file);
	for (i = 0; i < 2 && mistakes[_i].says[i] != NULL; i++)
		ck_assert_msg(strstr(o->err, mistakes[_i].says[i]) != NULL, "%s", o->err);
	ck_assert(!load(mistakes[_i].file));
	ck_assert_ptr_null(questions_get());
	ck_assert_int_eq(questionnaire_take(unit_ctx, &reply, NULL, &answers), E_NOT_READY);
}
END_TEST

START_TEST(paths_that_only_begin_alike_are_apart)
{
	ck_assert(load(FILE_OF(
	    QUESTION("software_context.x", "multi", "true") "," QUESTION("software_context.xy",
	        "multi", "true") "," QUESTION("hardware_context.x.y", "multi",
	        "true") "," QUESTION("hardware_context.x.z", "multi", "true"))));
}
END_TEST

static bool
load_missing(void *unused)
{
	(void)unused;
	unit_conf()->questionnaire = "/nonexistent/questionnaire.json";
	forget(NULL);
	return questions_load(unit_ctx);
}

START_TEST(a_file_that_is_not_there_is_named)
{
	struct outcome *o = arena_alloc(unit_arena, sizeof(*o));

	unit_run(load_missing, NULL, o);
	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "/nonexistent/questionnaire.json") != NULL, "%s", o->err);
}
END_TEST

static bool
load_huge(void *unused)
{
	char *text = arena_alloc(unit_arena, 70001);

	(void)unused;
	memset(text, ' ', 70000);
	memcpy(text, GOOD, strlen(GOOD));
	return load(text);
}

START_TEST(a_file_beyond_the_limit_is_named)
{
	struct outcome *o = arena_alloc(unit_arena, sizeof(*o));

	unit_run(load_huge, NULL, o);
	ck_assert(!o->ok);
	ck_assert_msg(strstr(o->err, "questionnaire") != NULL, "nothing was said");
}
END_TEST

/* 65 questions, and 65 options of one. */
START_TEST(there_are_limits_to_questions_and_options)
{
	struct buf many = buf_new(unit_arena, 4096), wide = buf_new(unit_arena, 4096);
	int i;

	for (i = 0; i < 65; i++) {
		buf_printf(&many,
		    "%s{\"path\":\"software_context.q%d\",\"label\":\"?\",\"kind\":\"multi\","
		    "\"required\":true," OPTIONS "}",
		    i > 0 ? "," : "", i);
		buf_printf(&wide, "%s{\"value\":\"v%d\",\"label\":\"?\"}", i > 0 ? "," : "", i);
	}
	ck_assert(!load(str_printf(unit_arena, FILE_OF("%s"), many.p)));
	ck_assert(!load(str_printf(unit_arena,
	    FILE_OF("{\"path\":\"software_context.x\",\"label\":\"?\",\"kind\":\"multi\","
	            "\"required\":true,\"options\":[%s]}"),
	    wide.p)));
}
END_TEST

static const struct {
	const char *profile, *software, *hardware;
} good[] = {
	{ "{\"software_context\":{\"languages\":[\"A\"],\"level\":\"B\"},\"hardware_context\":{"
	  "\"spec\":{\"cpu\":\"A\"}}}",
	    "{\"languages\":[\"A\"],\"level\":\"B\"}", "{\"spec\":{\"cpu\":\"A\"}}" },
	{ "{\"hardware_context\":{\"spec\":{\"gpu\":\"A\",\"cpu\":\"A\"}},\"software_context\":{"
	  "\"level\":\"B\",\"hobbies\":[],"
	  "\"languages\":[\"B\",\"A\"]}}",
	    "{\"level\":\"B\",\"hobbies\":[],\"languages\":[\"B\",\"A\"]}",
	    "{\"spec\":{\"gpu\":\"A\",\"cpu\":\"A\"}}" },
	{ "{\"software_context\":{\"languages\":[\"None\"],\"level\":\"None\",\"hobbies\":["
	  "\"None\"]},"
	  "\"hardware_context\":{\"spec\":{\"cpu\":\"None\"}}}",
	    "{\"languages\":[\"None\"],\"level\":\"None\",\"hobbies\":[\"None\"]}",
	    "{\"spec\":{\"cpu\":\"None\"}}" },
};

START_TEST(answers_that_fit_are_taken_as_they_are)
{
	struct reply reply = { .ctx = unit_ctx };
	struct answers answers = { 0 };
	bool ok;
	const struct js *js = js_parse(unit_ctx, good[_i].profile, strlen(good[_i].profile), &ok);

	ck_assert(ok && load(GOOD));
	ck_assert_int_eq(questionnaire_take(unit_ctx, &reply, js, &answers), E_OK);
	ck_assert_str_eq(answers.software, good[_i].software);
	ck_assert_str_eq(answers.hardware, good[_i].hardware);
	ck_assert_int_eq(answers.version, 3);
}
END_TEST

START_TEST(where_nothing_is_required_nothing_need_be_said)
{
	struct reply reply = { .ctx = unit_ctx };
	struct answers answers = { 0 };
	bool ok;

	ck_assert(load(FILE_OF(QUESTION("software_context.x", "multi", "false"))));
	ck_assert_int_eq(questionnaire_take(unit_ctx, &reply, js_parse(unit_ctx, "{}", 2, &ok),
	                     &answers),
	    E_OK);
	ck_assert_str_eq(answers.software, "{}");
	ck_assert_str_eq(answers.hardware, "{}");
}
END_TEST

#define SW(rest) "{\"software_context\":{" rest "},\"hardware_context\":{\"spec\":{\"cpu\":\"A\"}}}"
#define HW(rest) \
	"{\"software_context\":{\"languages\":[\"A\"],\"level\":\"B\"},\"hardware_context\":" \
	"{" rest "}}"
#define LEVEL ",\"level\":\"B\""

static const struct {
	const char *profile;
	const char *paths; /* in order, each followed by a space */
} bad[] = {
	{ "null", "profile " },
	{ "[]", "profile " },
	{ "1", "profile " },
	{ "\"x\"", "profile " },
	{ "{}", "software_context.languages software_context.level hardware_context.spec.cpu " },
	{ "{\"software_context\":null,\"hardware_context\":{\"spec\":{\"cpu\":\"A\"}}}",
	    "software_context software_context.languages software_context.level " },
	{ "{\"software_context\":[],\"hardware_context\":\"x\"}",
	    "software_context hardware_context "
	    "software_context.languages software_context.level hardware_context.spec.cpu " },
	{ SW("\"languages\":[\"A\"]"), "software_context.level " },
	{ SW("\"languages\":[]" LEVEL), "software_context.languages " },
	{ SW("\"languages\":\"A\"" LEVEL), "software_context.languages " },
	{ SW("\"languages\":null" LEVEL), "software_context.languages " },
	{ SW("\"languages\":{}" LEVEL), "software_context.languages " },
	{ SW("\"languages\":{\"0\":\"A\"}" LEVEL), "software_context.languages " },
	{ SW("\"languages\":[\"C\"]" LEVEL), "software_context.languages[0] " },
	{ SW("\"languages\":[\"A\",\"a\"]" LEVEL), "software_context.languages[1] " },
	{ SW("\"languages\":[\"A \"]" LEVEL), "software_context.languages[0] " },
	{ SW("\"languages\":[\"\"]" LEVEL), "software_context.languages[0] " },
	{ SW("\"languages\":[\"A\\u0000\"]" LEVEL), "software_context.languages[0] " },
	{ SW("\"languages\":[1,null,[\"A\"]]" LEVEL),
	    "software_context.languages[0] software_context.languages[1] "
	    "software_context.languages[2] " },
	{ SW("\"languages\":[\"A\",\"A\"]" LEVEL), "software_context.languages[1] " },
	{ SW("\"languages\":[\"A\",\"B\",\"A\",\"B\"]" LEVEL), "software_context.languages " },
	{ SW("\"languages\":[\"None\",\"A\"]" LEVEL), "software_context.languages " },
	{ SW("\"languages\":[\"A\",\"None\"]" LEVEL), "software_context.languages " },
	{ SW("\"languages\":[\"A\"],\"level\":[\"B\"]"), "software_context.level " },
	{ SW("\"languages\":[\"A\"],\"level\":\"\""), "software_context.level " },
	{ SW("\"languages\":[\"A\"],\"level\":\"expert\""), "software_context.level " },
	{ SW("\"languages\":[\"A\"],\"level\":null"), "software_context.level " },
	{ SW("\"languages\":[\"A\"],\"level\":true"), "software_context.level " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"hobbies\":null"), "software_context.hobbies " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"hobbies\":[\"x\"]"),
	    "software_context.hobbies[0] " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"free text\":\"x\""), "software_context.free text " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"\":\"x\""), "software_context. " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"__proto__\":{}"), "software_context.__proto__ " },
	{ SW("\"Languages\":[\"A\"]" LEVEL),
	    "software_context.Languages software_context.languages " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"languagesx\":[]"), "software_context.languagesx " },
	{ SW("\"languages\":[\"A\"]" LEVEL ",\"lang\":[]"), "software_context.lang " },
	{ HW(""), "hardware_context.spec.cpu " },
	{ HW("\"spec\":null"), "hardware_context.spec hardware_context.spec.cpu " },
	{ HW("\"spec\":\"A\""), "hardware_context.spec hardware_context.spec.cpu " },
	{ HW("\"spec\":{}"), "hardware_context.spec.cpu " },
	{ HW("\"spec\":{\"cpu\":{\"cpu\":\"A\"}}"), "hardware_context.spec.cpu " },
	{ HW("\"spec\":{\"cpu\":\"A\",\"ram\":\"A\"}"), "hardware_context.spec.ram " },
	{ HW("\"spec\":{\"cpu\":\"A\"},\"x\":1"), "hardware_context.x " },
	{ HW("\"spec\":{\"cpu\":\"A\"}},\"other\":{"), "other " },
	{ HW("\"spec\":{\"cpu\":\"A\"}},\"id\":{"), "id " },
};

/* It would be stored as it stands, and what was asked for would be missing. */
static const char *const dotted[] = {
	HW("\"spec.cpu\":\"A\""),
	HW("\"spec\":{\"cpu\":\"A\"},\"spec.gpu\":\"A\""),
	"{\"software_context.languages\":[\"A\"],\"software_context.level\":\"B\",\"hardware_"
	"context.spec.cpu\":\"A\"}",
	"{\"software_context\":{\"languages\":[\"A\"],\"level\":\"B\"},\"hardware_context.spec\":{"
	"\"cpu\":\"A\"}}",
	"{\"software_context.languages\":[\"A\"],\"software_context\":{\"level\":\"B\"},"
	"\"hardware_context\":{\"spec\":{\"cpu\":\"A\"}}}",
};

START_TEST(a_dot_in_a_key_is_no_step_down)
{
	struct reply reply = { .ctx = unit_ctx };
	struct answers answers = { 0 };
	bool ok;
	const struct js *js = js_parse(unit_ctx, dotted[_i], strlen(dotted[_i]), &ok);

	ck_assert_msg(ok && load(GOOD), "%s", dotted[_i]);
	ck_assert_msg(questionnaire_take(unit_ctx, &reply, js, &answers) == E_PROFILE_INVALID,
	    "taken: %s, stored: %s and %s", dotted[_i], answers.software, answers.hardware);
}
END_TEST

/* The paths of the entries in "errors", which must be JSON. */
static const char *
error_paths(const struct reply *reply)
{
	struct buf b = buf_new(unit_arena, 64);
	const char *text;
	const struct js *list;
	size_t i;
	bool ok;

	ck_assert_ptr_nonnull(reply->details);
	text = str_printf(unit_arena, "{%s}", reply->details);
	list = js_get(js_parse(unit_ctx, text, strlen(text), &ok), "errors");
	ck_assert_msg(ok && js_length(list) > 0, "%s", text);
	for (i = 0; i < js_length(list); i++) {
		ck_assert_str_ne(js_text(unit_ctx, js_get(js_at(list, i), "message")), "");
		buf_printf(&b, "%s ", js_text(unit_ctx, js_get(js_at(list, i), "path")));
	}
	return b.p;
}

START_TEST(every_mistake_in_answers_is_named)
{
	struct reply reply = { .ctx = unit_ctx };
	struct answers answers = { 0 };
	bool ok;
	const struct js *js = js_parse(unit_ctx, bad[_i].profile, strlen(bad[_i].profile), &ok);

	ck_assert_msg(ok && load(GOOD), "%s", bad[_i].profile);
	ck_assert_msg(questionnaire_take(unit_ctx, &reply, js, &answers) == E_PROFILE_INVALID,
	    "taken: %s", bad[_i].profile);
	ck_assert_str_eq(error_paths(&reply), bad[_i].paths);
}
END_TEST

START_TEST(a_thousand_mistakes_are_not_all_named)
{
	struct reply reply = { .ctx = unit_ctx };
	struct buf b = buf_new(unit_arena, 4096);
	struct answers answers;
	const char *at;
	int i, n = 0;
	bool ok;

	buf_add(&b, "{\"x\":1");
	for (i = 0; i < 1000; i++)
		buf_printf(&b, ",\"k%d\":1", i);
	buf_add(&b, "}");
	ck_assert(load(GOOD));
	ck_assert_int_eq(questionnaire_take(unit_ctx, &reply, js_parse(unit_ctx, b.p, b.len, &ok),
	                     &answers),
	    E_PROFILE_INVALID);
	for (at = reply.details; (at = strstr(at, "\"path\"")) != NULL; at++)
		n++;
	ck_assert_int_le(n, 100);
	ck_assert_int_ge(n, 50);
}
END_TEST

Suite *
suite_questionnaire(void)
{
	Suite *s = suite_create("questionnaire");
	TCase *tc = unit_case(s, "files");

	tcase_add_test(tc, a_good_file_is_served_compact_with_a_tag);
	tcase_add_test(tc, every_language_has_a_text_and_a_tag_of_its_own);
	tcase_add_test(tc, the_shipped_file_is_good);
	unit_table(tc, a_mistake_in_a_file_is_named_and_shuts_the_gate, mistakes);
	tcase_add_test(tc, paths_that_only_begin_alike_are_apart);
	tcase_add_test(tc, a_file_that_is_not_there_is_named);
	tcase_add_test(tc, a_file_beyond_the_limit_is_named);
	tcase_add_test(tc, there_are_limits_to_questions_and_options);
	tc = unit_case(s, "answers");
	unit_table(tc, answers_that_fit_are_taken_as_they_are, good);
	tcase_add_test(tc, where_nothing_is_required_nothing_need_be_said);
	unit_table(tc, every_mistake_in_answers_is_named, bad);
	unit_table(tc, a_dot_in_a_key_is_no_step_down, dotted);
	tcase_add_test(tc, a_thousand_mistakes_are_not_all_named);
	return s;
}
