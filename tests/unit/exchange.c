/* SPDX-License-Identifier: ISC */
/* exchange: a FastCGI request in memory.  http.c is compiled in here, for its struct. */
#include "exchange.h"

#include "http/http.c"

#define SENT_BYTES ((size_t)256 * 1024)

struct exchange {
	struct http http; /* first: what the tests hold is this */
	FCGX_Request fcgi;
	FCGX_Stream in;
	FCGX_Stream out;
	char *sent;
};

static void
end_of_input(FCGX_Stream *s)
{
	s->isClosed = 1;
}

static void
end_of_output(FCGX_Stream *s, int close_it)
{
	(void)close_it;
	s->isClosed = 1;
}

static void
open_streams(struct exchange *x, struct arena *a, const char *body, size_t len)
{
	unsigned char *in = (unsigned char *)arena_strndup(a, len > 0 ? body : "", len);

	x->sent = arena_alloc(a, SENT_BYTES + 1);
	x->in = (FCGX_Stream) { .rdNext = in,
		.wrNext = in + len,
		.stop = in + len,
		.stopUnget = in,
		.isReader = 1,
		.fillBuffProc = end_of_input };
	x->out = (FCGX_Stream) { .wrNext = (unsigned char *)x->sent,
		.stop = (unsigned char *)x->sent + SENT_BYTES,
		.emptyBuffProc = end_of_output };
}

struct http *
exchange_open(struct arena *a, const char *const *params, const char *body, size_t len)
{
	struct exchange *x = arena_alloc(a, sizeof(*x));
	char **envp;
	size_t i, n = 0;

	while (params[n] != NULL)
		n++;
	envp = arena_alloc(a, (n + 1) * sizeof(*envp));
	for (i = 0; i < n; i++)
		envp[i] = arena_strdup(a, params[i]);
	open_streams(x, a, body, len);
	x->fcgi.envp = envp;
	x->fcgi.in = &x->in;
	x->fcgi.out = &x->out;
	x->http.fcgi = &x->fcgi;
	return &x->http;
}

const char *
exchange_sent(const struct http *h)
{
	return ((const struct exchange *)(const void *)h)->sent;
}
