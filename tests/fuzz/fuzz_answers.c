/* SPDX-License-Identifier: ISC */
/* answers: any answers to a questionnaire; what is stored of those that fit, fits too. */
#include "fuzz.h"

#include <sys/mman.h>

#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "flow/questionnaire.h"
#include "flow/questions.h"
#include "http/app.h"
#include "port/js.h"

#define OPTIONS \
	"\"options\":[{\"value\":\"A\",\"label\":\"a\"},{\"value\":\"B\",\"label\":\"b\"}," \
	"{\"value\":\"None\",\"label\":\"n\",\"exclusive\":true}]"
#define ONE \
	"\"options\":[{\"value\":\"A\",\"label\":\"a\"},{\"value\":\"B\",\"label\":\"b\"}," \
	"{\"value\":\"None\",\"label\":\"n\"}]"
#define QUESTION(path, kind, required, options) \
	"{\"path\":\"" path "\",\"label\":\"?\",\"kind\":\"" kind "\",\"required\":" required \
	"," options "}"

static const char questions[] = "{\"version\":1,\"questions\":[" QUESTION("software_context.a",
    "multi", "true", OPTIONS) "," QUESTION("software_context.b", "single", "true",
    ONE) "," QUESTION("hardware_context.c.d", "single", "true",
    ONE) "," QUESTION("hardware_context.c.e", "multi", "false", OPTIONS) "]}";

static void
prepare(void)
{
	static char path[32];
	int file = memfd_create("questionnaire.json", 0);

	fuzz_settings("");
	FUZZ_CLAIM(file >= 0);
	FUZZ_CLAIM(write(file, questions, sizeof(questions) - 1) == sizeof(questions) - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	((struct conf *)(uintptr_t)conf())->questionnaire = path;
	FUZZ_CLAIM(questions_load(&fuzz_ctx));
}

static enum err
check(const char *text, size_t size, struct answers *out, struct reply *reply)
{
	bool ok;
	const struct js *js = js_parse(&fuzz_ctx, text, size, &ok);

	*reply = (struct reply) { .ctx = &fuzz_ctx };
	return ok ? questionnaire_take(&fuzz_ctx, reply, js, out) : E_INVALID_JSON;
}

static void
run(const uint8_t *data, size_t size)
{
	struct answers out = { 0 }, again = { 0 };
	struct reply reply;
	const char *text;
	enum err e = check((const char *)data, size, &out, &reply);

	if (e == E_PROFILE_INVALID) {
		text = str_printf(fuzz_ctx.arena, "{%s}", reply.details);
		FUZZ_CLAIM(json_valid(text, strlen(text), JS_DEPTH));
	}
	if (e != E_OK)
		return;
	text = str_printf(fuzz_ctx.arena, "{\"software_context\":%s,\"hardware_context\":%s}",
	    out.software, out.hardware);
	FUZZ_CLAIM(check(text, strlen(text), &again, &reply) == E_OK);
	FUZZ_CLAIM(strcmp(out.software, again.software) == 0);
	FUZZ_CLAIM(strcmp(out.hardware, again.hardware) == 0);
}

FUZZ_TARGET(prepare, run)
