/* SPDX-License-Identifier: ISC */
/* fetch: libcurl. */
#include "port/fetch.h"

#include <curl/curl.h>

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "port/url.h"

#define CONNECT_SECONDS 5
#define SECONDS 10

struct download {
	struct buf body;
	struct buf cookies;
	size_t max;
	bool too_long;
	char doing[CURL_ERROR_SIZE]; /* curl's own words */
};

/* NULL, or why there is nothing to be had from there.  Keys that came over the net in the
 * clear would be anybody's. */
static const char *
refuse_url(struct ctx *ctx, const char *text)
{
	struct url url;

	if (!url_read(ctx, text, &url))
		return "is no address";
	if (str_eq(url.scheme, "https") || (str_eq(url.scheme, "http") && url.is_loopback))
		return NULL;
	return "is neither https nor http on this machine";
}

static size_t
take(char *from, size_t size, size_t n, void *arg)
{
	struct download *d = arg;

	d->too_long = d->too_long || size * n > d->max - d->body.len;
	if (d->too_long)
		return 0;
	buf_addn(&d->body, from, size * n);
	return size * n;
}

/* "set-cookie: name=value; Path=/" is ours to send back as name=value, unless it is there
 * to clear one. */
static size_t
hear(char *line, size_t size, size_t n, void *arg)
{
	static const char name[] = "set-cookie:";
	struct download *d = arg;
	struct arena *a = d->cookies.arena;
	const char *text = arena_strndup(a, line, size * n), *value = text + sizeof(name) - 1;

	if (str_starts_nocase(text, name) && strstr(text, "Max-Age=0") == NULL)
		buf_printf(&d->cookies, "%s%s", d->cookies.len > 0 ? "; " : "",
		    str_trim(a, value, strcspn(value, ";\r\n")));
	return size * n;
}

void
fetch_limits(void *handle, const char *url)
{
	CURL *h = handle;

	curl_easy_setopt(h, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)SECONDS);
}

static struct curl_slist *
set_up(struct ctx *ctx, CURL *h, const struct question *q, struct download *d)
{
	struct curl_slist *headers = NULL;

	fetch_limits(h, q->url);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, d->doing);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, d);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, d);
	curl_easy_setopt(h, CURLOPT_COOKIE, q->cookie);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, q->body);
	curl_easy_setopt(h, CURLOPT_HTTPGET, q->body == NULL ? 1L : 0L);
	if (q->body != NULL)
		headers = curl_slist_append(headers, "Content-Type: application/json");
	if (q->origin != NULL)
		headers = curl_slist_append(headers,
		    str_printf(ctx->arena, "Origin: %s", q->origin));
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	return headers;
}

const char *
fetch_answer(struct ctx *ctx, const struct question *q, size_t max, struct answer *out)
{
	struct download d = { buf_new(ctx->arena, 4096), buf_new(ctx->arena, 256), max, false, "" };
	CURL *h = curl_easy_init();
	struct curl_slist *headers;
	CURLcode code;

	if (h == NULL)
		return "there is no memory";
	headers = set_up(ctx, h, q, &d);
	code = curl_easy_perform(h);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &out->status);
	curl_easy_cleanup(h);
	curl_slist_free_all(headers);
	out->text = d.body.p;
	out->len = d.body.len;
	out->cookies = d.cookies.p;
	if (d.too_long)
		return str_printf(ctx->arena, "has more than %zu bytes", max);
	return code == CURLE_OK ? NULL
	                        : str_printf(ctx->arena, "cannot be had: %s",
	                              *d.doing != '\0' ? d.doing : curl_easy_strerror(code));
}

const char *
fetch_text(struct ctx *ctx, const char *url, size_t max, size_t *len, const char **why)
{
	struct answer answer = { 0 };

	*why = refuse_url(ctx, url);
	if (*why == NULL)
		*why = fetch_answer(ctx, &(struct question) { .url = url }, max, &answer);
	if (*why == NULL && answer.status != 200)
		*why = str_printf(ctx->arena, "answers %ld", answer.status);
	*len = answer.len;
	return *why == NULL ? answer.text : NULL;
}
