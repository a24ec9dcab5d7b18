/* SPDX-License-Identifier: ISC */
/* exectime: milliseconds from fork to the first byte of a program's answer; the request is the environment.
 * usage: exectime RUNS BODY-FILE PROGRAM
 * Prints one line per run, then the first line of the last answer. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
exec_program(const char *body, const char *program, const int *answer)
{
	int in = open(body, O_RDONLY);

	if (in < 0 || dup2(in, 0) < 0 || dup2(answer[1], 1) < 0)
		_exit(126);
	close(in);
	close(answer[0]);
	close(answer[1]);
	execl(program, program, (char *)NULL);
	_exit(127);
}

/* The rest is read before the next run, so that no program is still ending then. */
static double
time_one(const char *body, const char *program, char *head, size_t size)
{
	char rest[4096];
	int answer[2];
	ssize_t n;
	double start, first;

	if (pipe(answer) != 0)
		exit(1);
	start = now_ms();
	if (fork() == 0)
		exec_program(body, program, answer);
	close(answer[1]);
	n = read(answer[0], head, size - 1);
	first = now_ms() - start;
	head[n > 0 ? n : 0] = '\0';
	while (read(answer[0], rest, sizeof(rest)) > 0)
		;
	close(answer[0]);
	wait(NULL);
	return n > 0 ? first : -1;
}

int
main(int argc, char **argv)
{
	char head[256] = "";

	if (argc != 4) {
		fputs("usage: exectime RUNS BODY-FILE PROGRAM\n", stderr);
		return 2;
	}
	for (int i = atoi(argv[1]); i > 0; i--)
		printf("%.3f\n", time_one(argv[2], argv[3], head, sizeof(head)));
	printf("%.*s\n", (int)strcspn(head, "\r\n"), head);
	return 0;
}
