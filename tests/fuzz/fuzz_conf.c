/* SPDX-License-Identifier: ISC */
/* conf: any postern.conf.  What loads can be shown, and its secret is not. */
#include "fuzz.h"

#include <sys/mman.h>

#include <stdio.h>
#include <unistd.h>

/* What is said of mistakes is formatted, and goes nowhere. */
static char said[4096];
#define fprintf(f, ...) ((void)(f), snprintf(said, sizeof(said), __VA_ARGS__))
#include "base/conf.c"
#undef fprintf
#include "base/conf_print.c"

static int file;

static void
prepare(void)
{
	char path[32];

	file = memfd_create("postern.conf", 0);
	FUZZ_CLAIM(file >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	setenv("POSTERN_CONF", path, 1);
	state.arena = arena_new(FUZZ_ARENA);
}

static void
show(void)
{
	char *text = NULL;
	size_t n = 0, i;
	FILE *f = open_memstream(&text, &n);

	FUZZ_CLAIM(f != NULL);
	conf_print(f, false);
	conf_print(f, true);
	fclose(f);
	free(text);
	for (i = 0; i < conf_row_count; i++) {
		const char *said_of_it = shown(state.arena, &conf_rows[i]);

		if ((conf_rows[i].flags & CONF_SECRET) != 0 && *said_of_it != '\0')
			FUZZ_CLAIM(strcmp(said_of_it, "***") == 0);
	}
}

static void
run(const uint8_t *data, size_t size)
{
	/* KEY_FILE would read what else there is on this machine. */
	if (size > 70000 || memmem(data, size, "_FILE", 5) != NULL)
		return;
	FUZZ_CLAIM(ftruncate(file, 0) == 0);
	FUZZ_CLAIM(pwrite(file, data, size, 0) == (ssize_t)size);
	arena_reset(state.arena);
	memset(&state.conf, 0, sizeof(state.conf));
	if (!conf_load())
		return;
	FUZZ_CLAIM(strlen(conf()->secret) >= SECRET_MIN_BYTES);
	FUZZ_CLAIM(strstr(conf()->origin, "://") != NULL);
	FUZZ_CLAIM(conf()->password_min > 0 && conf()->password_max >= 64);
	show();
}

FUZZ_TARGET(prepare, run)
