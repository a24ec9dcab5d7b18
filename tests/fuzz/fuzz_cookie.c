/* SPDX-License-Identifier: ISC */
/* cookie: any Cookie header, and the signature of what is found. */
#include "fuzz.h"
#include "http/cookie.h"
#include "port/secret.h"

static void
prepare(void)
{
	fuzz_settings("");
	FUZZ_CLAIM(secret_init());
}

static void
run(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "a", "better-auth.session_token", "" };
	const char *header = fuzz_text(data, size), *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = cookie_find(&fuzz_ctx, header, names[i]);
		if (value == NULL)
			continue;
		FUZZ_CLAIM(strlen(value) <= strlen(header));
		FUZZ_CLAIM(strchr(header, '=') != NULL);
		(void)secret_unsign(&fuzz_ctx, value);
	}
}

FUZZ_TARGET(prepare, run)
