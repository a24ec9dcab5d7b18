/* SPDX-License-Identifier: ISC */
/* url: libcurl. */
#include "port/url.h"

#include <curl/curl.h>

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"

bool
url_host_is_loopback(const char *host)
{
	return str_eq_nocase(host, "localhost") || str_eq(host, "::1") || str_eq(host, "[::1]") ||
	    (str_starts(host, "127.") && host[strspn(host, "0123456789.")] == '\0');
}

bool
url_read(struct ctx *ctx, const char *text, struct url *out)
{
	char *scheme = NULL, *host = NULL;
	CURLU *url = curl_url();
	bool ok;

	ok = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	*out = (struct url) { .scheme = arena_strdup(ctx->arena, ok ? scheme : ""),
		.is_loopback = ok && url_host_is_loopback(host) };
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return ok;
}
