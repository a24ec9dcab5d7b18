/* SPDX-License-Identifier: ISC */
/* postern: keeps the programs running, FastCGI ones on sockets that outlive them.  See
 * docs/man/postern.8. */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define BACKLOG 1024
#define YOUNG_MS 1000
#define PAUSE_MS 200

static struct program {
	const char *name;
	bool deaf; /* answers nobody: no socket */
	int fd;    /* the listening socket, held for as long as we live */
	pid_t pid;
	int64_t born;
} programs[] = {
	{ .name = "signup" },
	{ .name = "signin" },
	{ .name = "session" },
	{ .name = "account" },
	{ .name = "profile" },
	{ .name = "merge" },
	{ .name = "chat" },
	{ .name = "jwks" },
	{ .name = "gate" },
	{ .name = "mailer", .deaf = true },
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static struct {
	const char *run;     /* folder of the sockets */
	const char *libexec; /* folder of the programs */
	sigset_t watched;
	sigset_t before;
} own = { .libexec = LIBEXECDIR };

static int
complain(const char *what)
{
	fprintf(stderr, "postern: %s: %s\n", what, strerror(errno));
	return -1;
}

/* A socket somebody answers on is not taken away from them; one that is left over is. */
static int
listen_at(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return complain("socket");
	if ((size_t)snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", own.run, name) >=
	    sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return complain(own.run);
	}
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		errno = EADDRINUSE;
		return complain(a.sun_path);
	}
	unlink(a.sun_path);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, BACKLOG) != 0)
		return complain(a.sun_path);
	return fd;
}

static void
start(struct program *p)
{
	char path[4096];
	char *const argv[] = { path, NULL };

	snprintf(path, sizeof(path), "%s/%s", own.libexec, p->name);
	p->born = clock_mono();
	p->pid = fork();
	if (p->pid != 0) {
		if (p->pid < 0)
			log_event(NULL, LOG_ERROR, "fork", "%s: %s", p->name, strerror(errno));
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, &own.before, NULL);
	if (!p->deaf)
		dup2(p->fd, STDIN_FILENO);
	execv(path, argv);
	complain(path);
	_exit(1);
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Whoever ended young may do so again. */
static void
replace_dead(void)
{
	pid_t pid;
	int status;
	size_t i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < PROGRAMS && programs[i].pid != pid; i++)
			;
		if (i == PROGRAMS)
			continue;
		log_event(NULL, LOG_ERROR, "program-ended", "%s, status %d", programs[i].name,
		    status);
		if (clock_mono() - programs[i].born < YOUNG_MS)
			nap(PAUSE_MS);
		start(&programs[i]);
	}
}

static void
tell_all(int sig)
{
	size_t i;

	for (i = 0; i < PROGRAMS; i++)
		if (programs[i].pid > 0)
			kill(programs[i].pid, sig);
}

static void
end_all(void)
{
	char path[4096];
	size_t i;

	tell_all(SIGTERM);
	for (i = 0; i < PROGRAMS; i++) {
		while (
		    programs[i].pid > 0 && waitpid(programs[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
		if (programs[i].deaf)
			continue;
		snprintf(path, sizeof(path), "%s/%s", own.run, programs[i].name);
		unlink(path);
	}
}

static void
watch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	size_t i;

	sigemptyset(&own.watched);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&own.watched, signals[i]);
	sigprocmask(SIG_BLOCK, &own.watched, &own.before);
}

/* A socket must not become standard input by chance: programs get it there on purpose. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

static int
run(void)
{
	size_t i;
	int sig;

	for (i = 0; i < PROGRAMS; i++)
		if (!programs[i].deaf && (programs[i].fd = listen_at(programs[i].name)) < 0)
			return 1;
	watch_signals();
	for (i = 0; i < PROGRAMS; i++)
		start(&programs[i]);
	for (;;) {
		sig = sigwaitinfo(&own.watched, NULL);
		if (sig == SIGCHLD)
			replace_dead();
		else if (sig == SIGHUP)
			tell_all(SIGHUP);
		else if (sig > 0)
			break;
	}
	end_all();
	return 0;
}

int
main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "l:")) == 'l')
		own.libexec = optarg;
	if (c != -1 || optind != argc - 1) {
		fputs("usage: postern [-l LIBEXEC] RUN\n", stderr);
		return 2;
	}
	own.run = argv[optind];
	log_open("postern", "info");
	open_standard();
	return run();
}
