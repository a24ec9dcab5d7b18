/* SPDX-License-Identifier: ISC */
/* path: REQUEST_URI, PATH_INFO and a pattern, a line each: which row serves it. */
#include "fuzz.h"

#include "http/app.c"

#include "../unit/exchange.h"

static void
match_all(struct req *req, const char *pattern)
{
	static const char *const patterns[] = {
		"/api/auth/ok",
		"/api/chatkit/threads/:id/items",
		"/api/chatkit/:a/b/:c",
		"/:a",
	};
	size_t i;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (match_path(req, patterns[i], req->path) && req->params[0] != NULL)
			FUZZ_CLAIM(strchr(req->params[0], '/') == NULL);
	(void)match_path(req, pattern, req->path);
	if (strchr(pattern, ':') == NULL && strchr(req->path, ':') == NULL)
		FUZZ_CLAIM(match_path(req, req->path, req->path));
}

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *uri = fuzz_line(&rest), *info = fuzz_line(&rest);
	struct arena *a = fuzz_ctx.arena;
	const char *query = strchr(uri, '?');
	const char *params[] = {
		str_printf(a, "REQUEST_METHOD=%.8s", rest),
		str_printf(a, "REQUEST_URI=%s", uri),
		str_printf(a, "PATH_INFO=%s", info),
		str_printf(a, "QUERY_STRING=%s", query != NULL ? query + 1 : ""),
		NULL,
	};
	struct req req = { .ctx = &fuzz_ctx, .http = exchange_open(a, params, "", 0) };
	const char *value;

	req_read_line(&req);
	value = req_query(&req, "a");
	FUZZ_CLAIM(value == NULL || str_utf8_valid(value, strlen(value)));
	if (req.path == NULL)
		return;
	FUZZ_CLAIM(strcmp(req.path, info) == 0);
	FUZZ_CLAIM(memchr(uri, '%', strcspn(uri, "?#")) == NULL);
	match_all(&req, rest);
}

FUZZ_TARGET(fuzz_nothing, run)
