/* SPDX-License-Identifier: ISC */
/* file: replaced by rename. */
#include "port/file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"

static bool
says_already(struct ctx *ctx, const char *path, const char *text)
{
	size_t n = strlen(text);
	char *old = arena_alloc(ctx->arena, n + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, old, n + 1);
	close(fd);
	return got == (ssize_t)n && memcmp(old, text, n) == 0;
}

static bool
write_new(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	size_t n = strlen(text);
	bool ok;

	if (fd < 0)
		return false;
	ok = fchmod(fd, 0644) == 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

bool
file_replace(struct ctx *ctx, const char *path, const char *text)
{
	const char *new = str_printf(ctx->arena, "%s.%ld", path, (long)getpid());

	if (says_already(ctx, path, text))
		return true;
	if (write_new(new, text) && rename(new, path) == 0)
		return true;
	log_event(ctx, LOG_ERROR, "file", "%s: %s", path, strerror(errno));
	unlink(new);
	return false;
}
