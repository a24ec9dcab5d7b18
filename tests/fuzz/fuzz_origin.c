/* SPDX-License-Identifier: ISC */
/* origin: an address and a list of trusted entries, a line each.  Under a list without
 * wildcards what is trusted is looked at again, in another way. */
#include <stdbool.h>
#include <strings.h>

#include "fuzz.h"
#include "http/origin.h"

static void
prepare(void)
{
	fuzz_settings("http://localhost:3000");
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7F ||
		    (*s == '\xC2' && (s[1] & 0xE0) == 0x80))
			return true;
	return false;
}

/* What follows the scheme and any user-info is one of the two hosts. */
static bool
is_known(const char *url)
{
	size_t n, i;

	if (strncasecmp(url, "http://", 7) != 0 || has_control(url))
		return false;
	url += 7;
	n = strcspn(url, "/?#\\");
	for (i = n; i > 0 && url[i - 1] != '@'; i--)
		;
	return n - i == 14 &&
	    (strncasecmp(url + i, "localhost:3000", 14) == 0 ||
	        strncasecmp(url + i, "localhost:4101", 14) == 0);
}

static bool
is_path(const char *url)
{
	return url[0] == '/' && url[1] != '/' && strchr(url, '\\') == NULL && !has_control(url);
}

static void
run(const uint8_t *data, size_t size)
{
	struct conf *settings = (struct conf *)(uintptr_t)conf();
	char *rest = fuzz_text(data, size), *url = fuzz_line(&rest);
	bool trusted;

	settings->trusted_origins = "http://localhost:3000";
	trusted = origin_trusts(&fuzz_ctx, url);
	FUZZ_CLAIM(trusted == is_known(url));
	FUZZ_CLAIM(!origin_trusts_target(&fuzz_ctx, url) || trusted || is_path(url));
	settings->trusted_origins = rest;
	FUZZ_CLAIM(!trusted || strstr(url, "4101") == NULL || origin_trusts(&fuzz_ctx, url));
	(void)origin_trusts_target(&fuzz_ctx, url);
}

FUZZ_TARGET(prepare, run)
