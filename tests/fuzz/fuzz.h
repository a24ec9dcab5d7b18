/* SPDX-License-Identifier: ISC */
/* fuzz: what the targets share.  Each fuzz_x.c has a FUZZ_TARGET and is linked with
 * libFuzzer, or with replay.c to run over its corpus. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* 2026-11-22T17:00:00.000Z */
#define FUZZ_NOW INT64_C(1795366800000)
#define FUZZ_ARENA ((size_t)64 * 1024 * 1024) /* as a request's: reaching it is a finding */

/* A claim of the target; assert would do, but a build may turn that off. */
#define FUZZ_CLAIM(what) \
	do { \
		if (!(what)) \
			abort(); \
	} while (0)

static struct ctx fuzz_ctx = { .now = FUZZ_NOW };

/* The settings that the targets run with; nothing of the environment's. */
static inline void
fuzz_settings(const char *trusted)
{
	setenv("POSTERN_CONF", "/dev/null", 1);
	setenv("BETTER_AUTH_SECRET", "peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz", 1);
	setenv("BETTER_AUTH_URL", "http://localhost:4101", 1);
	setenv("BETTER_AUTH_TRUSTED_ORIGINS", trusted, 1);
	setenv("LOG_LEVEL", "error", 1);
	FUZZ_CLAIM(conf_load());
}

/* The input as text, ended by a NUL; a line end of its file is not part of it. */
static inline char *
fuzz_text(const uint8_t *data, size_t size)
{
	if (size > 0 && data[size - 1] == '\n')
		size--;
	return arena_strndup(fuzz_ctx.arena, (const char *)data, size);
}

/* Up to the first "\n" of *rest, which moves behind it: inputs of several texts. */
static inline char *
fuzz_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	*rest = end != NULL ? end + 1 : line + strlen(line);
	if (end != NULL)
		*end = '\0';
	return line;
}

/* prepare() once, then run(data, size) with an arena of its own. */
#define FUZZ_TARGET(prepare, run) \
	int LLVMFuzzerInitialize(int *argc, char ***argv) \
	{ \
		(void)argc; \
		(void)argv; \
		fuzz_ctx.arena = arena_new(FUZZ_ARENA); \
		prepare(); \
		return 0; \
	} \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
	{ \
		run(data, size); \
		arena_reset(fuzz_ctx.arena); \
		return 0; \
	}

static inline void
fuzz_nothing(void)
{
}

#endif
