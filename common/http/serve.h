/* SPDX-License-Identifier: ISC */
/* serve: a master that keeps worker processes on the listening socket. */
#ifndef HTTP_SERVE_H
#define HTTP_SERVE_H

/* Notes which program this is: a process that may not be looked into cannot tell. */
void serve_prepare(void);

/* Runs work() in n processes and replaces those that end, with a pause if they end young.
 * SIGTERM, SIGINT, SIGUSR1: lets them finish and returns.  SIGHUP: the same, then executes
 * the program anew on the same socket.  The workers die with the master. */
void serve(unsigned n, void (*work)(void));

#endif
