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

static void
set_up(CURL *h, const char *url, struct download *d)
{
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
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, d->doing);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, d);
}

static const char *
judge(struct ctx *ctx, CURL *h, CURLcode code, const struct download *d)
{
	long status = 0;

	if (d->too_long)
		return str_printf(ctx->arena, "has more than %zu bytes", d->max);
	if (code != CURLE_OK)
		return str_printf(ctx->arena, "cannot be had: %s",
		    *d->doing != '\0' ? d->doing : curl_easy_strerror(code));
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	return status == 200 ? NULL : str_printf(ctx->arena, "answers %ld", status);
}

const char *
fetch_text(struct ctx *ctx, const char *url, size_t max, size_t *len, const char **why)
{
	struct download d = { .body = buf_new(ctx->arena, 4096), .max = max };
	CURL *h;

	*why = refuse_url(ctx, url);
	if (*why != NULL)
		return NULL;
	h = curl_easy_init();
	*why = "there is no memory";
	if (h != NULL) {
		set_up(h, url, &d);
		*why = judge(ctx, h, curl_easy_perform(h), &d);
	}
	curl_easy_cleanup(h);
	*len = d.body.len;
	return *why == NULL ? d.body.p : NULL;
}
