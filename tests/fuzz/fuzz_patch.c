/* SPDX-License-Identifier: ISC */
/* patch: two JSON texts, a line each; what comes of merging them is JSON. */
#include "base/json.h"
#include "fuzz.h"
#include "port/js.h"

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *first = fuzz_line(&rest);
	const struct js *target, *patch;
	const char *merged, *twice;
	bool ok;

	target = js_parse(&fuzz_ctx, first, strlen(first), &ok);
	if (!ok)
		return;
	patch = js_parse(&fuzz_ctx, rest, strlen(rest), &ok);
	if (!ok)
		return;
	merged = js_patch(&fuzz_ctx, target, patch);
	FUZZ_CLAIM(json_valid(merged, strlen(merged), JS_DEPTH));
	target = js_parse(&fuzz_ctx, merged, strlen(merged), &ok);
	FUZZ_CLAIM(ok);
	twice = js_patch(&fuzz_ctx, target, patch);
	FUZZ_CLAIM(strlen(twice) == strlen(merged)); /* the order of members may differ */
}

FUZZ_TARGET(fuzz_nothing, run)
