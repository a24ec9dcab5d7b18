/* SPDX-License-Identifier: ISC */
/* percent: what an escaped text decodes to can be written and read again. */
#include "base/enc.h"
#include "base/str.h"
#include "fuzz.h"

static void
run(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(data, size), *plain, *escaped, *form;
	size_t n = strlen(text);

	plain = enc_percent_decode(fuzz_ctx.arena, text, n);
	form = enc_form_decode(fuzz_ctx.arena, text, n);
	FUZZ_CLAIM((plain == NULL) == (form == NULL));
	if (plain == NULL)
		return;
	FUZZ_CLAIM(strlen(plain) <= n && strlen(plain) == strlen(form));
	FUZZ_CLAIM(str_utf8_valid(plain, strlen(plain)));
	escaped = enc_percent(fuzz_ctx.arena, plain);
	FUZZ_CLAIM(strpbrk(escaped, " ;,\"\\\r\n=&+") == NULL);
	FUZZ_CLAIM(
	    strcmp(enc_percent_decode(fuzz_ctx.arena, escaped, strlen(escaped)), plain) == 0);
	FUZZ_CLAIM(strcmp(enc_form_decode(fuzz_ctx.arena, escaped, strlen(escaped)), plain) == 0);
}

FUZZ_TARGET(fuzz_nothing, run)
