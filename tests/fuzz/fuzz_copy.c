/* SPDX-License-Identifier: ISC */
/* copy: any text as the browser's copy of a session, in each of its forms; and with every
 * signature taken for good, so that what is behind the signature is reached. */
#include "fuzz.h"

#include <stdbool.h>

#include "base/str.h"
#include "port/secret.h"

static bool trusting;

static bool
equal(const char *a, const char *b)
{
	return trusting || str_eq_secret(a, b);
}

static bool
holds(struct ctx *ctx, const char *text, size_t n, const char *given)
{
	return trusting || secret_mac_holds(ctx, text, n, given);
}

#define str_eq_secret equal
#define secret_mac_holds holds
#include "flow/cache.c"
#include "port/hs256.c"

static void
prepare(void)
{
	fuzz_settings("");
	FUZZ_CLAIM(secret_init());
}

/* A payload, a line of any text, in the form's clothes. */
static const char *
dress(const char *form, const char *text)
{
	struct arena *a = fuzz_ctx.arena;

	if (strcmp(form, "compact") == 0)
		return enc_base64url(a, text, strlen(text));
	return str_printf(a, "%s.%s.AAAA", enc_base64url(a, "{\"alg\":\"HS256\"}", 15),
	    enc_base64url(a, text, strlen(text)));
}

static void
read_as(const char *form, const char *text)
{
	const struct js *body;
	struct session s = { 0 };
	int64_t end = 0;

	body = strcmp(form, "compact") == 0 ? open_compact(&fuzz_ctx, text, &end)
	                                    : hs256_open(&fuzz_ctx, text);
	FUZZ_CLAIM(trusting || body == NULL);
	if (body == NULL)
		return;
	read_session(&fuzz_ctx, js_get(body, "session"), &s);
	read_user(&fuzz_ctx, js_get(body, "user"), &s.user);
	(void)is_usable(&fuzz_ctx, body, "token", &s);
}

static void
run(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(data, size);

	for (trusting = false;; trusting = true) {
		read_as("compact", text);
		read_as("jwt", text);
		read_as("compact", dress("compact", text));
		read_as("jwt", dress("jwt", text));
		FUZZ_CLAIM(jwe_open(&fuzz_ctx, SALT, text) == NULL);
		if (trusting)
			break;
	}
}

FUZZ_TARGET(prepare, run)
