/* SPDX-License-Identifier: ISC */
/* maildir: mails as files.  Links are in them: nobody else may read. */
#include "port/maildir.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

#define LISTED 50

static bool
complain(struct ctx *ctx, const char *what)
{
	log_event(ctx, LOG_ERROR, "mail-dir", "%s: %s: %s", conf()->mail_dir, what,
	    strerror(errno));
	return false;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n)
		if ((n = write(fd, text, len)) < 0)
			return false;
	return true;
}

/* Under another name until it is complete. */
static bool
put(struct ctx *ctx, int dir, const char *name, const char *text, size_t len)
{
	const char *part = str_printf(ctx->arena, ".%s.%ld", name, (long)getpid());
	int fd = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok;

	if (fd < 0)
		return complain(ctx, part);
	ok = write_all(fd, text, len);
	ok = close(fd) == 0 && ok;
	if (ok && renameat(dir, part, dir, name) == 0)
		return true;
	complain(ctx, name);
	unlinkat(dir, part, 0);
	return false;
}

/* As we name them; others are left alone. */
static int
is_mail(const struct dirent *d)
{
	return strlen(d->d_name) > 22 && d->d_name[4] == '-' && d->d_name[10] == 'T' &&
	    str_ends(d->d_name, ".eml");
}

/* Names begin with the time. */
static int
newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

static bool
list(struct ctx *ctx, int dir)
{
	struct json j = json_new(ctx->arena, 4096);
	struct dirent **names;
	int n = scandirat(dir, ".", &names, is_mail, newest_first), i;
	const char *text;

	if (n < 0)
		return complain(ctx, "index.json");
	json_open_array(&j, NULL);
	for (i = 0; i < n; i++) {
		if (i < LISTED)
			json_text(&j, NULL, names[i]->d_name);
		if (i >= MAILDIR_KEPT)
			unlinkat(dir, names[i]->d_name, 0);
		free(names[i]);
	}
	free(names);
	json_close_array(&j);
	text = json_done(&j);
	return put(ctx, dir, "index.json", text, strlen(text));
}

bool
maildir_write(struct ctx *ctx, int64_t when, const char *id, const char *text, size_t len)
{
	char iso[CLOCK_ISO_SIZE];
	int dir;
	bool ok;

	if (mkdir(conf()->mail_dir, 0700) != 0 && errno != EEXIST)
		return complain(ctx, "cannot be made");
	dir = open(conf()->mail_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return complain(ctx, "cannot be opened");
	clock_iso(when, iso);
	ok = put(ctx, dir,
	    str_printf(ctx->arena, "%.13s%.2s%.6s-%s.eml", iso, iso + 14, iso + 17, id), text, len);
	if (ok)
		(void)list(ctx, dir);
	close(dir);
	return ok;
}
