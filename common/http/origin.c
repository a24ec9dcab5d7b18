/* SPDX-License-Identifier: ISC */
/* origin: trust by origin. */
#include "http/origin.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "http/app.h"
#include "port/js.h"

/* "*" is any run of characters, "?" any one. */
static bool
glob(const char *pattern, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			resume = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
is_wildcard(const char *s)
{
	return strpbrk(s, "*?") != NULL;
}

/* A name or an address, IPv6 in brackets, and at most one port of digits. */
static bool
is_host(const char *s, size_t n)
{
	size_t i = 0;

	if (n > 0 && *s == '[') {
		while (i < n && s[i] != ']')
			i++;
		if (i++ == n)
			return false;
	} else {
		while (i < n && (isalnum((unsigned char)s[i]) || strchr(".-_", s[i]) != NULL))
			i++;
	}
	if (i == 0 || i == n)
		return i > 0;
	if (s[i++] != ':')
		return false;
	while (i < n && isdigit((unsigned char)s[i]))
		i++;
	return i == n;
}

/* Control characters, C1 ones too: browsers drop some of them before they look, and in a
 * header they would end the line. */
static bool
has_control(const char *s)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7F || (p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0x9F))
			return true;
	return false;
}

/* scheme://host[:port] of an http or https address, in lower case and without a default
 * port; NULL for anything else, and for what browsers would have to repair. */
static char *
http_origin(struct ctx *ctx, const char *url)
{
	bool secure = str_starts_nocase(url, "https://");
	const char *host, *at;
	char *origin;
	size_t n;

	if (!secure && !str_starts_nocase(url, "http://"))
		return NULL;
	host = url + (secure ? 8 : 7);
	n = strcspn(host, "/?#\\");
	at = memchr(host, '@', n);
	while (at != NULL) { /* user-info: the host is what follows the last @ */
		n -= (size_t)(at + 1 - host);
		host = at + 1;
		at = memchr(host, '@', n);
	}
	if (!is_host(host, n))
		return NULL;
	origin = str_lower(ctx->arena,
	    str_printf(ctx->arena, "%s%.*s", secure ? "https://" : "http://", (int)n, host));
	if (str_ends(origin, secure ? ":443" : ":80"))
		*strrchr(origin, ':') = '\0';
	return origin;
}

static bool
is_ipv4_pattern(const char *s)
{
	return s[strspn(s, "0123456789.*?")] == '\0';
}

/* Host without a port. */
static char *
bare_host(struct ctx *ctx, const char *host)
{
	return arena_strndup(ctx->arena, host, *host == '[' ? strlen(host) : strcspn(host, ":"));
}

static bool
is_ipv4(const char *host)
{
	struct in_addr a;

	return inet_pton(AF_INET, host, &a) == 1;
}

/* An entry without "://": a pattern for the host, its port included. */
static bool
match_host(struct ctx *ctx, const char *entry, const char *origin)
{
	const char *host = strstr(origin, "://") + 3;

	if (!is_ipv4_pattern(entry))
		return glob(entry, host);
	host = bare_host(ctx, host);
	return is_ipv4(host) && glob(entry, host);
}

static bool
match_http(struct ctx *ctx, const char *entry, const char *origin)
{
	char *own;

	if (strstr(entry, "://") == NULL)
		return is_wildcard(entry) && match_host(ctx, entry, origin);
	if (is_wildcard(entry))
		return glob(entry, origin);
	own = http_origin(ctx, entry);
	return own != NULL && str_eq(own, origin);
}

/* myapp:// admits all of myapp:, myapp://host/path what lies below it. */
static bool
match_scheme(const char *entry, const char *url)
{
	size_t scheme = strcspn(entry, ":"), n = strlen(entry);

	if (strncmp(entry + scheme, "://", 3) != 0 || str_starts_nocase(entry, "http"))
		return false;
	if (strncasecmp(entry, url, scheme + 1) != 0)
		return false;
	if (n == scheme + 3)
		return true;
	if (strncmp(entry + scheme, url + scheme, n - scheme) != 0)
		return false;
	return url[n] == '\0' || entry[n - 1] == '/' || strchr("/?#", url[n]) != NULL;
}

bool
origin_trusts(struct ctx *ctx, const char *url)
{
	const char *list = conf()->trusted_origins, *entry;
	char *origin = http_origin(ctx, url);

	if (has_control(url))
		return false;
	if (origin != NULL && str_eq(origin, conf()->origin))
		return true;
	while ((entry = str_next(ctx->arena, &list, ',')) != NULL) {
		if (origin != NULL && match_http(ctx, entry, origin))
			return true;
		if (origin == NULL && match_scheme(entry, url))
			return true;
	}
	return false;
}

/* A path that stays a path: no "//", no backslash, no encoded slash before the query. */
static bool
is_safe_path(const char *s)
{
	size_t i, n = strcspn(s, "?#");

	if (s[0] != '/' || s[1] == '/' || strchr(s, '\\') != NULL || has_control(s))
		return false;
	for (i = 0; i + 2 < n; i++)
		if (str_starts_nocase(s + i, "%2f") || str_starts_nocase(s + i, "%5c"))
			return false;
	return true;
}

bool
origin_trusts_target(struct ctx *ctx, const char *url)
{
	return *url == '/' ? is_safe_path(url) : origin_trusts(ctx, url);
}

/* What the browser says of where the request was made. */
static const char *
stated_origin(struct req *req)
{
	const char *origin = req_header(req, "origin");

	return origin != NULL && *origin != '\0' ? origin : req_header(req, "referer");
}

static enum err
check_origin(struct req *req)
{
	const char *origin = stated_origin(req);

	if (str_eq(origin, "null") && str_eq(req_header(req, "sec-fetch-site"), "same-origin"))
		return E_OK;
	if (origin == NULL || *origin == '\0' || str_eq(origin, "null"))
		return E_MISSING_OR_NULL_ORIGIN;
	return origin_trusts(req->ctx, origin) ? E_OK : E_INVALID_ORIGIN;
}

static bool
is_reading(const struct req *req)
{
	return req->method == GET || req->method == HEAD || req->method == OPTIONS;
}

enum err
origin_check(struct req *req)
{
	if (is_reading(req) || req_header(req, "cookie") == NULL)
		return E_OK;
	return check_origin(req);
}

enum err
origin_check_targets(struct req *req, struct reply *reply)
{
	static const struct {
		const char *key, *label;
		enum err e;
	} targets[] = {
		{ "callbackURL", "callbackURL", E_INVALID_CALLBACK_URL },
		{ "redirectTo", "redirectURL", E_INVALID_REDIRECT_URL },
		{ "errorCallbackURL", "errorCallbackURL", E_INVALID_ERROR_CALLBACK_URL },
		{ "newUserCallbackURL", "newUserCallbackURL", E_INVALID_NEW_USER_CALLBACK_URL },
	};
	size_t i;

	for (i = 0; !is_reading(req) && i < sizeof(targets) / sizeof(targets[0]); i++) {
		const struct js *v = js_get(req->body, targets[i].key);
		const char *url = js_text(req->ctx, v);

		if (!js_truthy(req->ctx, v)) /* the peer looks at the query then, too */
			url = i == 0 ? req_query(req, targets[i].key) : NULL;
		else if (js_type(v) != JS_STRING)
			return fail(reply, E_URL_NOT_A_STRING, "Invalid %s: expected a string",
			    targets[i].label);
		else if (url == NULL)
			return targets[i].e;
		if (url != NULL && *url != '\0' && !origin_trusts_target(req->ctx, url))
			return targets[i].e;
	}
	return E_OK;
}

enum err
origin_check_link(struct req *req)
{
	const char *url = req_query(req, "callbackURL");

	if (url != NULL && *url != '\0' && !origin_trusts_target(req->ctx, url))
		return E_INVALID_CALLBACK_URL;
	return E_OK;
}

static bool
is_given(struct req *req, const char *header)
{
	const char *value = req_header(req, header);

	return value != NULL && value[strspn(value, " \t")] != '\0';
}

enum err
origin_check_form(struct req *req)
{
	if (req_header(req, "cookie") != NULL)
		return E_OK; /* origin_check has looked */
	if (str_eq(req_header(req, "sec-fetch-site"), "cross-site") &&
	    str_eq(req_header(req, "sec-fetch-mode"), "navigate"))
		return E_CROSS_SITE_NAVIGATION;
	if (is_given(req, "sec-fetch-site") || is_given(req, "sec-fetch-mode") ||
	    is_given(req, "sec-fetch-dest") || stated_origin(req) != NULL)
		return check_origin(req);
	return E_OK;
}

void
origin_allow(struct req *req, struct reply *reply)
{
	const char *origin = req_header(req, "origin");

	/* What answers then is not ours to share: Apache httpd would add these to its pages. */
	if (req_is_authorizer(req))
		return;
	/* Whoever asks: a copy made for nobody would lack what an origin needs. */
	reply_header(reply, "vary", "Origin");
	if (origin == NULL)
		return;
	if (!origin_trusts(req->ctx, origin))
		return;
	reply_header(reply, "access-control-allow-origin", origin);
	reply_header(reply, "access-control-allow-credentials", "true");
}

bool
origin_preflight(struct req *req, struct reply *reply)
{
	const char *origin = req_header(req, "origin");

	if (req->method != OPTIONS || origin == NULL ||
	    req_header(req, "access-control-request-method") == NULL)
		return false;
	reply->status = 204;
	if (origin_trusts(req->ctx, origin)) {
		reply_header(reply, "access-control-allow-methods",
		    "GET,POST,PUT,PATCH,DELETE,OPTIONS");
		reply_header(reply, "access-control-allow-headers", "content-type,authorization");
		reply_header(reply, "access-control-max-age", "600");
	}
	return true;
}
