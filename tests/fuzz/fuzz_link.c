/* SPDX-License-Identifier: ISC */
/* link: any address; what comes out is ASCII, has the parameter, and stays on its site. */
#include "fuzz.h"
#include "http/link.h"

static void
prepare(void)
{
	fuzz_settings("");
}

static void
check(const char *url)
{
	const char *p;

	FUZZ_CLAIM(strstr(url, "?error=X") != NULL || strstr(url, "&error=X") != NULL);
	for (p = url; *p != '\0' && *p != '?'; p++)
		FUZZ_CLAIM(*p > ' ' && *p < 0x7F);
}

static void
run(const uint8_t *data, size_t size)
{
	const char *url = fuzz_text(data, size), *site = strstr(url, "://");

	if (*url != '/') { /* origin_trusts lets no other scheme and host through */
		for (; *url != '\0' && url != site; url++)
			if (*url <= ' ' || *url >= 0x7F)
				return;
		if (site == NULL)
			return;
		for (url = site + 3; *url != '\0' && strchr("/?#", *url) == NULL; url++)
			if (*url <= ' ' || *url >= 0x7F)
				return;
		url = fuzz_text(data, size);
	}
	check(link_append(&fuzz_ctx, url, "error", "X"));
	check(link_set(&fuzz_ctx, url, "error", "X"));
	if (*url == '/')
		FUZZ_CLAIM(strncmp(link_set(&fuzz_ctx, url, "error", "X"),
		               "http://localhost:4101/", 22) == 0 &&
		    *link_append(&fuzz_ctx, url, "error", "X") == '/');
}

FUZZ_TARGET(prepare, run)
