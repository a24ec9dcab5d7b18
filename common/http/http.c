/* SPDX-License-Identifier: ISC */
/* http: libfcgi's FCGX interface with our own accept loop: libfcgi's own one loses the
 * queued requests at a stop, and signals that arrive before accept(2). */
#include "http/http.h"

#include <fcgiapp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"

struct http {
	FCGX_Request *fcgi; /* NULL: CGI */
};

static volatile sig_atomic_t stopping;

/* libfcgi takes the stop signals as soon as it is asked, and forgets them: a worker that is told
 * to stop while it connects would never do so.  Ours are there when it listens; until then a
 * stop is a stop. */
bool
http_is_fastcgi(void)
{
	static int known = -1;

	if (known < 0) {
		known = FCGX_IsCGI() == 0;
		signal(SIGTERM, SIG_DFL);
		signal(SIGUSR1, SIG_DFL);
	}
	return known == 1;
}

const char *
http_param(const struct http *h, const char *name)
{
	return h->fcgi != NULL ? FCGX_GetParam(name, h->fcgi->envp) : getenv(name);
}

bool
http_is_authorizer(const struct http *h)
{
	return str_eq(http_param(h, "FCGI_ROLE"), "AUTHORIZER");
}

const char *
http_header(const struct http *h, const char *name)
{
	char variable[80] = "HTTP_";
	size_t i, n = 5;

	if (strcmp(name, "content-type") == 0)
		return http_param(h, "CONTENT_TYPE");
	for (i = 0; name[i] != '\0' && n < sizeof(variable) - 1; i++)
		variable[n++] = (char)(name[i] == '-' ? '_' : toupper((unsigned char)name[i]));
	variable[n] = '\0';
	return http_param(h, variable);
}

/* libfcgi frees its buffer without wiping it, and what is in it may be a password: so only
 * what is there already is taken, and wiped at once.  One character, put back, makes it
 * read on. */
static int
read_some(struct http *h, char *to, int max)
{
	unsigned char *from;
	int n, c;

	if (h->fcgi == NULL)
		return (int)read(STDIN_FILENO, to, (size_t)max);
	c = FCGX_GetChar(h->fcgi->in);
	if (c == EOF)
		return 0;
	FCGX_UnGetChar(c, h->fcgi->in);
	from = h->fcgi->in->rdNext;
	n = (int)(h->fcgi->in->stop - from);
	n = FCGX_GetStr(to, n < max ? n : max, h->fcgi->in);
	if (n > 0)
		explicit_bzero(from, (size_t)n);
	return n;
}

/* A CGI program's input may stay open: its length is all there is to go by. */
static size_t
cgi_length(const struct http *h, size_t max)
{
	const char *text = http_param(h, "CONTENT_LENGTH");
	unsigned long long n = text != NULL ? strtoull(text, NULL, 10) : 0;

	return n > max ? max + 1 : (size_t)n;
}

bool
http_body(struct http *h, struct arena *a, size_t max, char **body, size_t *len)
{
	size_t want = h->fcgi != NULL ? max + 1 : cgi_length(h, max);
	struct buf b = buf_new(a, 1024);
	char piece[4096];
	int n;

	while (b.len < want) {
		size_t room = want - b.len;

		n = read_some(h, piece, (int)(room < sizeof(piece) ? room : sizeof(piece)));
		if (n <= 0)
			break;
		buf_addn(&b, piece, (size_t)n);
	}
	explicit_bzero(piece, sizeof(piece));
	*body = b.p;
	*len = b.len;
	return b.len <= max;
}

void
http_send(struct http *h, const char *text, size_t len)
{
	size_t done = 0;
	ssize_t n;

	if (h->fcgi != NULL) {
		FCGX_PutStr(text, (int)len, h->fcgi->out);
		return;
	}
	while (done < len && (n = write(STDOUT_FILENO, text + done, len - done)) > 0)
		done += (size_t)n;
}

static void
on_stop(int sig)
{
	(void)sig;
	stopping = 1;
}

/* Installed before FCGX_Init, which then leaves them alone. */
static void
install_signals(sigset_t *outside)
{
	struct sigaction sa = { .sa_handler = on_stop };
	sigset_t block;

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigemptyset(outside);
}

static void
drain(FCGX_Request *q)
{
	char trash[4096];

	while (FCGX_GetStr(trash, sizeof(trash), q->in) > 0)
		;
	explicit_bzero(trash, sizeof(trash));
}

/* Woken for one worker, not for all that wait; level-triggered, so nothing is missed. */
static int
watch_socket(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int fd = epoll_create1(EPOLL_CLOEXEC);

	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	if (fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, STDIN_FILENO, &ev) == 0)
		return fd;
	log_event(NULL, LOG_ERROR, "epoll", "%s", strerror(errno));
	exit(1);
}

/* libfcgi would shut the connection down and wait until the server has closed it too, in
 * case the server's words are still unread.  They are all read, and on a local socket
 * nothing is lost by closing: one that is detached is simply closed. */
static void
finish(struct http *h, bool is_local)
{
	FCGX_Request *q = h->fcgi;

	if (!http_is_authorizer(h))
		drain(q);
	if (is_local && q->keepConnection == 0)
		FCGX_Detach(q);
	FCGX_Finish_r(q);
}

static bool
is_local_socket(void)
{
	struct sockaddr_storage a = { 0 };
	socklen_t len = sizeof(a);

	return getsockname(STDIN_FILENO, (struct sockaddr *)&a, &len) == 0 &&
	    a.ss_family == AF_UNIX;
}

/* The stop signals are let in only while waiting, so none can fall between a look at the
 * flag and accept(2); a request in hand is always finished. */
static void
fastcgi_loop(void (*handle)(struct http *))
{
	bool is_local = is_local_socket();
	struct epoll_event ev;
	FCGX_Request q;
	struct http h = { .fcgi = &q };
	sigset_t outside;
	int fd, n, rc;

	install_signals(&outside);
	FCGX_Init();
	fd = watch_socket();
	FCGX_InitRequest(&q, STDIN_FILENO, FCGI_FAIL_ACCEPT_ON_INTR);
	for (;;) {
		n = epoll_pwait(fd, &ev, 1, stopping ? 0 : -1, &outside);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		rc = FCGX_Accept_r(&q);
		if (rc == -EAGAIN || rc == -EINTR || rc == -ECONNABORTED)
			continue;
		if (rc < 0)
			break;
		handle(&h);
		finish(&h, is_local);
	}
	close(fd);
}

void
http_loop(void (*handle)(struct http *))
{
	struct http cgi = { 0 };

	if (http_is_fastcgi())
		fastcgi_loop(handle);
	else
		handle(&cgi);
}
