/* SPDX-License-Identifier: ISC */
/* posternctl routes: the route tables of all programs, as each prints its own. */
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"
#include "posternctl.h"

/* NULL: the program ran; else why not. */
static const char *
run(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(path, path, "--routes", (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return strerror(errno);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return NULL;
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? "cannot be run" : "failed";
}

int
ctl_routes(struct ctx *ctx, int argc, char **argv)
{
	static const char *const programs[] = { "signup", "signin", "session", "account", "profile",
		"merge", "chat", "jwks", "gate" };
	const char *libexec = LIBEXECDIR, *path, *why;
	int failed = 0;
	size_t i;

	if (argc == 3 && str_eq(argv[1], "-l"))
		libexec = argv[2];
	else if (argc != 1)
		return CTL_USAGE;
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		path = str_printf(ctx->arena, "%s/%s", libexec, programs[i]);
		printf("# %s\n", programs[i]);
		fflush(stdout);
		why = run(path);
		if (why != NULL)
			failed = 1, fprintf(stderr, "posternctl routes: %s: %s\n", path, why);
	}
	return failed;
}
