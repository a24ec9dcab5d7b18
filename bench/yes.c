/* SPDX-License-Identifier: ISC */
/* yes: lets everybody in without looking: what an authorizer costs that costs nothing.  In
 * our own loop, and in as many processes as gate has.  Started on a listening socket. */
#include <sys/prctl.h>

#include <signal.h>
#include <unistd.h>

#include "http/http.h"

#define WORKERS_MAX 6 /* as worker_count() of http/app.c */

static void
say_yes(struct http *h)
{
	static const char answer[] = "Status: 200 OK\r\nContent-Length: 0\r\n\r\n";

	http_send(h, answer, sizeof(answer) - 1);
}

int
main(void)
{
	long i, n = 2 * sysconf(_SC_NPROCESSORS_ONLN);

	for (i = 1; i < n && i < WORKERS_MAX; i++)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			break;
		}
	http_loop(say_yes);
	return 0;
}
