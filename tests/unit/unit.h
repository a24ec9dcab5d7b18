/* SPDX-License-Identifier: ISC */
/* unit: what the suites share: a context per test, settings, vectors, child processes. */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"

struct js;

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* 2026-11-22T17:00:00.000Z: within the life of the recorded tokens. */
#define UNIT_NOW INT64_C(1795366800000)

/* Of the running test; the arena is reset behind it. */
extern struct ctx *unit_ctx;
#define unit_arena (unit_ctx->arena)

/* A case of the suite: each test starts with a new arena and the settings of main.c. */
TCase *unit_case(Suite *, const char *name);

/* One check for every row of a table; the test finds its row as table[_i]. */
#define unit_table(tc, test, table) tcase_add_loop_test((tc), (test), 0, (int)COUNT(table))

/* The settings, to be changed for this test alone. */
struct conf *unit_conf(void);

/* Takes every setting out of the environment. */
void unit_clear_environment(void);

/* A file of tests/vectors as JSON; looks below $srcdir. */
const struct js *unit_vectors(const char *name);

/* A file that lasts as long as the test; its path. */
const char *unit_file(const char *text, size_t len);
const char *unit_path(void);

/* fn(arg) in a child process, with what it said. */
struct outcome {
	bool ok;    /* it ended by itself and fn was true */
	int signal; /* that ended it, or 0 */
	char out[32768];
	char err[8192];
};

void unit_run(bool (*fn)(void *), void *arg, struct outcome *out);

/* fn(arg) ends by abort(), as an assertion does. */
bool unit_aborts(bool (*fn)(void *), void *arg);

#endif
