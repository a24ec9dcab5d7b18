/* SPDX-License-Identifier: ISC */
/* mailer: sends the outbox.  See docs/man/mailer.8. */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/posting.h"
#include "port/db.h"
#include "port/secret.h"
#include "port/wake.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)
#define STAND_BY_MS 2000
#define GRACE_MS 2000 /* for the mail under way when we are told to end */

static struct {
	struct arena *arena;   /* of the mail at hand */
	struct arena *startup; /* of the templates */
	sigset_t before;
	int signal_fd;
	int wake_fd;
	int64_t told; /* when we were told to end; 0: not yet */
	char path[PATH_MAX];
} own = { .signal_fd = -1, .wake_fd = -1 };

/* Signals stay blocked: they are looked for, here and in idle(). */
static bool
is_told(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1 ||
	    sigismember(&pending, SIGHUP) == 1;
}

static bool
must_stop(void)
{
	if (!is_told())
		return false;
	if (own.told == 0)
		own.told = clock_mono();
	return clock_mono() - own.told >= GRACE_MS;
}

/* Until woken, told, or the time is over (-1: never).  The signal, or 0. */
static int
wait_for(int64_t ms, int wake_fd)
{
	struct pollfd p[] = { { own.signal_fd, POLLIN, 0 }, { wake_fd, POLLIN, 0 } };
	struct signalfd_siginfo info;

	(void)poll(p, 2, ms > INT_MAX ? INT_MAX : (int)ms);
	if ((p[0].revents & POLLIN) != 0 &&
	    read(own.signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	return 0;
}

/* Another mailer is woken in our place: takes over when it ends, and looks what it left. */
static int
stand_by(int64_t ms)
{
	int64_t end = clock_mono() + ms, left = ms;
	int sig = 0;

	while (sig == 0 && (ms < 0 || left > 0) && (own.wake_fd = wake_open()) < 0) {
		sig = wait_for(ms < 0 || left > STAND_BY_MS ? STAND_BY_MS : left, -1);
		left = end - clock_mono();
	}
	/* Told while a mail was under way there is nothing to wait for, but to end. */
	return sig != 0 ? sig : wait_for(0, -1);
}

/* While the mail server is down nobody wakes us: a storm of mails must not be a storm of
 * attempts. */
static int
idle(const struct posting *p)
{
	int sig;

	if (own.wake_fd < 0 && !p->down)
		return stand_by(p->wait);
	sig = wait_for(p->wait, p->down ? -1 : own.wake_fd);
	if (own.wake_fd >= 0)
		wake_drain(own.wake_fd);
	return sig;
}

/* No connection is held while there is nothing to do: a database may sleep. */
static int
serve(void)
{
	struct posting p = { .told = is_told, .must_stop = must_stop };
	int sig;

	own.wake_fd = wake_open();
	do {
		(void)posting_drain(own.arena, &p);
		db_close();
		sig = idle(&p);
	} while (sig == 0);
	return sig;
}

/* The program file may have been replaced: it is run by its path, not by its inode. */
static int
start_anew(void)
{
	char *const argv[] = { own.path, NULL };

	sigprocmask(SIG_SETMASK, &own.before, NULL);
	execv(own.path, argv);
	log_event(NULL, LOG_ERROR, "restart", "%s: %s", own.path, strerror(errno));
	return 1;
}

static void
watch_signals(void)
{
	ssize_t n = readlink("/proc/self/exe", own.path, sizeof(own.path) - 1);
	sigset_t set;

	own.path[n > 0 ? n : 0] = '\0';
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &own.before);
	own.signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
}

/* Links are in memory: no core dump, no debugger of the same user. */
static void
harden(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int
run_once(void)
{
	struct posting p = { .told = is_told, .must_stop = must_stop };

	if (!posting_is_configured()) {
		fputs("mailer: neither SMTP_URL nor MAIL_DIR is set\n", stderr);
		return 1;
	}
	return posting_drain(own.arena, &p) == E_OK && !p.down ? 0 : 1;
}

/* A machine without mail leaves the outbox alone, for whoever sends it elsewhere. */
static int
run(void)
{
	int sig;

	if (!posting_is_configured()) {
		log_event(NULL, LOG_WARN, "mail-nowhere", "neither SMTP_URL nor MAIL_DIR is set");
		sig = wait_for(-1, -1);
	} else {
		sig = serve();
	}
	return sig == SIGHUP ? start_anew() : 0;
}

static bool
prepare(void)
{
	const char *why;

	own.arena = arena_new(ARENA_MAX);
	own.startup = arena_new(ARENA_MAX);
	why = posting_is_configured() ? posting_open(own.startup) : NULL;
	if (why != NULL)
		fprintf(stderr, "%s\n", why);
	return why == NULL && secret_init();
}

static int
usage(void)
{
	fputs("usage: mailer [--once | --conf | --settings]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	const char *flag = argc > 1 ? argv[1] : "";
	bool once = str_eq(flag, "--once");
	int status = 1;

	if (str_eq(flag, "--settings") && argc == 2)
		return conf_print_table(stdout), 0;
	if (argc > 2 || (*flag != '\0' && !once && !str_eq(flag, "--conf")))
		return usage();
	if (!conf_load())
		return 1;
	if (str_eq(flag, "--conf"))
		return conf_print(stdout, false), 0;
	watch_signals();
	log_open("mailer", conf()->log_level);
	if (prepare()) {
		harden();
		status = once ? run_once() : run();
	}
	db_close();
	arena_free(own.arena);
	arena_free(own.startup);
	return status;
}
