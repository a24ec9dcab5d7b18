/* SPDX-License-Identifier: ISC */
/* questions: any questionnaire file; one that loads is served as valid JSON. */
#include "fuzz.h"

#include <sys/mman.h>

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

/* What is said of mistakes is formatted, and goes nowhere. */
static char said[4096];
#define log_event(ctx, level, event, ...) ((void)(ctx), snprintf(said, sizeof(said), __VA_ARGS__))
#include "flow/questions.c"

static int file;
static char path[32];

static void
prepare(void)
{
	fuzz_settings("");
	file = memfd_create("questionnaire.json", 0);
	FUZZ_CLAIM(file >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	((struct conf *)(uintptr_t)conf())->questionnaire = path;
}

static void
run(const uint8_t *data, size_t size)
{
	FUZZ_CLAIM(ftruncate(file, 0) == 0);
	FUZZ_CLAIM(pwrite(file, data, size, 0) == (ssize_t)size);
	if (questions_load(&fuzz_ctx)) {
		FUZZ_CLAIM(q.all.n > 0 && q.all.version > 0 && q.all.n_wordings > 0);
		for (size_t i = 0; i < q.all.n_wordings; i++)
			FUZZ_CLAIM(
			    json_valid(q.wordings[i].text, strlen(q.wordings[i].text), JS_DEPTH));
		FUZZ_CLAIM(json_valid(q.all.rules, strlen(q.all.rules), JS_DEPTH));
	}
	arena_free(q.arena);
	memset(&q, 0, sizeof(q));
}

FUZZ_TARGET(prepare, run)
