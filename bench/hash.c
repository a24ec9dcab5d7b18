/* SPDX-License-Identifier: ISC */
/* hash: password hashes a second when every core does nothing else: the ceiling of any sign-in.
 * usage: hash SECONDS [PROCESSES] */
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The peer's parameters; OpenSSL's own memory limit is too low for them. */
enum { N = 16384, R = 16, P = 1, KEY_BYTES = 64, MAX_MEMORY = 64 << 20 };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
hash_once(void)
{
	static const char password[] = "correct horse battery";
	static const unsigned char salt[] = "0123456789abcdef0123456789abcdef";
	unsigned char key[KEY_BYTES];

	if (!EVP_PBE_scrypt(password, sizeof(password) - 1, salt, sizeof(salt) - 1,
	    N, R, P, MAX_MEMORY, key, sizeof(key)))
		abort();
}

/* Counts what ended inside the window, as a load generator does with answers. */
static long
hash_until(double end)
{
	long count = 0;

	for (;;) {
		hash_once();
		if (now() > end)
			return count;
		count++;
	}
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 3;
	long processes = argc > 2 ? atol(argv[2]) : sysconf(_SC_NPROCESSORS_ONLN);
	double end = now() + seconds;
	long count, total = 0;
	int fds[2];

	if (seconds <= 0 || pipe(fds) != 0)
		return 1;
	for (long i = 0; i < processes; i++) {
		if (fork() == 0) {
			count = hash_until(end);
			_exit(write(fds[1], &count, sizeof(count)) != sizeof(count));
		}
	}
	close(fds[1]);
	while (read(fds[0], &count, sizeof(count)) == sizeof(count))
		total += count;
	while (wait(NULL) > 0)
		;
	printf("%.3f\n", (double)total / seconds);
	return 0;
}
