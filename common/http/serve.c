/* SPDX-License-Identifier: ISC */
/* serve: prefork. */
#include "http/serve.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define WORKERS_MAX 64
#define YOUNG_MS 1000
#define PAUSE_MS 100

struct worker {
	pid_t pid;
	int64_t born;
};

static struct {
	struct worker workers[WORKERS_MAX];
	unsigned n;
	sigset_t watched;
	sigset_t before;
	char path[PATH_MAX]; /* of the program */
} master;

/* Blocked all the time and taken by sigtimedwait: no handler, no race. */
static void
watch_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD };
	size_t i;

	sigemptyset(&master.watched);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&master.watched, signals[i]);
	sigprocmask(SIG_BLOCK, &master.watched, &master.before);
}

static void
start_worker(struct worker *w, void (*work)(void))
{
	pid_t parent = getpid();

	w->born = clock_mono();
	w->pid = fork();
	if (w->pid != 0) {
		if (w->pid < 0)
			log_event(NULL, LOG_ERROR, "fork", "%s", strerror(errno));
		return;
	}
	/* At once, not after the queue: as long as somebody listens, a lighttpd that has just
	 * lost the master takes the socket for a stranger's and never starts a new one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	sigprocmask(SIG_SETMASK, &master.before, NULL);
	work();
	exit(0);
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Collects the dead and starts their successors.  Whoever died young may do so again. */
static void
replace_dead(void (*work)(void))
{
	pid_t pid;
	int status;
	unsigned i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < master.n && master.workers[i].pid != pid; i++)
			;
		if (i == master.n)
			continue;
		if (WIFSIGNALED(status))
			log_event(NULL, LOG_ERROR, "worker-died", "pid %d, signal %d", (int)pid,
			    WTERMSIG(status));
		if (clock_mono() - master.workers[i].born < YOUNG_MS)
			nap(PAUSE_MS);
		start_worker(&master.workers[i], work);
	}
}

static void
stop_workers(void)
{
	unsigned i;

	for (i = 0; i < master.n; i++)
		if (master.workers[i].pid > 0)
			kill(master.workers[i].pid, SIGTERM);
	for (i = 0; i < master.n; i++)
		if (master.workers[i].pid > 0)
			while (waitpid(master.workers[i].pid, NULL, 0) < 0 && errno == EINTR)
				;
}

/* The program file may have been replaced: it is run by its path, not by its inode. */
static void
execute_anew(const char *path)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };

	sigprocmask(SIG_SETMASK, &master.before, NULL);
	execv(path, argv);
	log_event(NULL, LOG_ERROR, "restart", "%s: %s", path, strerror(errno));
}

void
serve_prepare(void)
{
	ssize_t len = readlink("/proc/self/exe", master.path, sizeof(master.path) - 1);

	master.path[len > 0 ? len : 0] = '\0';
}

void
serve(unsigned n, void (*work)(void))
{
	unsigned i;
	int sig;

	master.n = n < WORKERS_MAX ? n : WORKERS_MAX;
	watch_signals();
	for (i = 0; i < master.n; i++)
		start_worker(&master.workers[i], work);
	for (;;) {
		sig = sigwaitinfo(&master.watched, NULL);
		if (sig == SIGCHLD)
			replace_dead(work);
		else if (sig > 0)
			break;
	}
	stop_workers();
	if (sig == SIGHUP && *master.path != '\0')
		execute_anew(master.path);
}
