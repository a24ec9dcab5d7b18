/* SPDX-License-Identifier: ISC */
/* json: what the grammar lets through, json-c parses, and prints as valid JSON again. */
#include "base/json.h"
#include "fuzz.h"
#include "port/js.h"

static void
run(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *printed, *again;
	bool valid = json_readable(text, size, JS_DEPTH), ok;
	const struct js *js = js_parse(&fuzz_ctx, text, size, &ok);

	if (!ok) {
		FUZZ_CLAIM(!valid);
		return;
	}
	FUZZ_CLAIM(valid || (size > 3 && data[0] == 0xEF));
	printed = js_print(&fuzz_ctx, js);
	FUZZ_CLAIM(json_valid(printed, strlen(printed), JS_DEPTH));
	js = js_parse(&fuzz_ctx, printed, strlen(printed), &ok);
	FUZZ_CLAIM(ok);
	again = js_print(&fuzz_ctx, js);
	FUZZ_CLAIM(strcmp(printed, again) == 0);
	(void)js_storable(js);
	js_wipe(js);
}

FUZZ_TARGET(fuzz_nothing, run)
