/* SPDX-License-Identifier: ISC */
/* compact: dots apart, base64url taken off. */
#include "port/compact.h"

#include <string.h>

#include "base/ctx.h"
#include "base/enc.h"

static const void *
decode(struct ctx *ctx, const char *from, const char *to, size_t *len)
{
	return enc_base64url_decode(ctx->arena, from, (size_t)(to - from), len);
}

enum compact_fault
compact_read(struct ctx *ctx, const char *text, size_t len, struct compact *out)
{
	const char *end = text + len, *dots[4], *p = text;
	size_t n;

	if (len > COMPACT_SIZE_MAX)
		return COMPACT_SIZE;
	for (n = 0; n < 4 && (p = memchr(p, '.', (size_t)(end - p))) != NULL; n++)
		dots[n] = p++;
	if (n != 2)
		return n == 4 && memchr(p, '.', (size_t)(end - p)) == NULL ? COMPACT_ENCRYPTED
		                                                           : COMPACT_PARTS;
	out->text = text;
	out->signed_len = (size_t)(dots[1] - text);
	out->header = decode(ctx, text, dots[0], &out->header_len);
	out->payload = decode(ctx, dots[0] + 1, dots[1], &out->payload_len);
	out->sig = decode(ctx, dots[1] + 1, end, &out->sig_len);
	return out->header != NULL && out->payload != NULL && out->sig != NULL ? COMPACT_OK
	                                                                       : COMPACT_BASE64;
}
