/* SPDX-License-Identifier: ISC */
/* unit: what the suites share. */
#include "unit.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "port/js.h"

#define ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define VECTORS_BYTES ((size_t)64 * 1024)
#define TEST_SECONDS 120 /* a dozen password hashes under valgrind */

static struct {
	struct ctx ctx;
	struct conf before;
} unit;

struct ctx *unit_ctx = &unit.ctx;

static void
set_up(void)
{
	unit.ctx = (struct ctx) { .arena = arena_new(ARENA_BYTES), .now = UNIT_NOW };
	unit.before = *conf();
}

static void
tear_down(void)
{
	*unit_conf() = unit.before;
	arena_free(unit.ctx.arena);
	unit.ctx.arena = NULL;
}

TCase *
unit_case(Suite *s, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, TEST_SECONDS);
	suite_add_tcase(s, tc);
	return tc;
}

struct conf *
unit_conf(void)
{
	return (struct conf *)(uintptr_t)conf();
}

void
unit_clear_environment(void)
{
	static const char *const keys[] = {
		"POSTERN_CONF",
		"BETTER_AUTH_SECRET_FILE",
		"BETTER_AUTH_SECRETS_FILE",
		"DATABASE_URL_FILE",
#define TEXT(key, member, def, flags, doc) #key,
#define ENUM(key, member, def, choices, doc) #key,
#define BOOL(key, member, def, doc) #key,
#define INT(key, member, def, min, max, doc) #key,
#include "base/conf.def"
#undef TEXT
#undef ENUM
#undef BOOL
#undef INT
	};
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		unsetenv(keys[i]);
}

const struct js *
unit_vectors(const char *name)
{
	const char *dir = getenv("srcdir");
	const char *path = str_printf(unit_arena, "%s/tests/vectors/%s", dir != NULL ? dir : ".",
	    name);
	char *text = arena_alloc(unit_arena, VECTORS_BYTES);
	const struct js *js = NULL;
	FILE *f = fopen(path, "re");
	bool ok = false;

	if (f != NULL) {
		js = js_parse(unit_ctx, text, fread(text, 1, VECTORS_BYTES, f), &ok);
		fclose(f);
	}
	ck_assert_msg(ok, "%s: no such vectors; srcdir must name the source directory", path);
	return js;
}

static void
forget_file(void *path)
{
	unlink(path);
}

const char *
unit_path(void)
{
	const char *dir = getenv("TMPDIR");
	char *path = str_printf(unit_arena, "%s/postern-unit-XXXXXX", dir != NULL ? dir : "/tmp");
	int fd = mkstemp(path);

	ck_assert_msg(fd >= 0, "%s: no temporary file", path);
	close(fd);
	arena_defer(unit_arena, forget_file, path);
	return path;
}

const char *
unit_file(const char *text, size_t len)
{
	const char *path = unit_path();
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
	return path;
}

static void
slurp(FILE *f, char *to, size_t size)
{
	rewind(f);
	to[fread(to, 1, size - 1, f)] = '\0';
	fclose(f);
}

static void
run_child(bool (*fn)(void *), void *arg, FILE *out, FILE *err)
{
	struct rlimit none = { 0, 0 };
	bool ok;

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	ok = fn(arg);
	fflush(stdout);
	_exit(ok ? 0 : 1);
}

void
unit_run(bool (*fn)(void *), void *arg, struct outcome *o)
{
	FILE *out = tmpfile(), *err = tmpfile();
	int status = 0;
	pid_t pid;

	ck_assert(out != NULL && err != NULL);
	fflush(NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		run_child(fn, arg, out, err);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	o->ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	o->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	slurp(out, o->out, sizeof(o->out));
	slurp(err, o->err, sizeof(o->err));
}

bool
unit_aborts(bool (*fn)(void *), void *arg)
{
	static struct outcome o;

	unit_run(fn, arg, &o);
	return o.signal == SIGABRT;
}
