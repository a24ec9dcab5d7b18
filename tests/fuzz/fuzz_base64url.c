/* SPDX-License-Identifier: ISC */
/* base64url: a text that is read is the one text for its bytes; hex alike but for case. */
#include "base/enc.h"
#include "base/str.h"
#include "fuzz.h"

static void
run(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(data, size), *back;
	size_t n = size > 0 && data[size - 1] == '\n' ? size - 1 : size, len = 0;
	unsigned char *bytes = enc_base64url_decode(fuzz_ctx.arena, text, n, &len);

	if (bytes != NULL) {
		FUZZ_CLAIM(bytes[len] == '\0');
		back = enc_base64url(fuzz_ctx.arena, bytes, len);
		FUZZ_CLAIM(strlen(back) == n && memcmp(back, text, n) == 0);
	}
	bytes = enc_hex_decode(fuzz_ctx.arena, text, &len);
	if (bytes == NULL)
		return;
	back = enc_hex(fuzz_ctx.arena, bytes, len);
	FUZZ_CLAIM(str_eq_nocase(back, text));
}

FUZZ_TARGET(fuzz_nothing, run)
