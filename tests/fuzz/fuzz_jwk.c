/* SPDX-License-Identifier: ISC */
/* jwk: any JWK; a key that imports can be written and imports again. */
#include "base/json.h"
#include "fuzz.h"
#include "port/js.h"
#include "port/jwk.h"

static void
use(const struct jwk *k, const char *alg)
{
	const char *text = jwk_public(&fuzz_ctx, k);
	unsigned char sig[600] = { 1 };
	struct jwk *again;
	bool ok;
	size_t n;

	again = jwk_import(&fuzz_ctx, js_parse(&fuzz_ctx, text, strlen(text), &ok), alg);
	FUZZ_CLAIM(ok && again != NULL);
	FUZZ_CLAIM(strcmp(jwk_public(&fuzz_ctx, again), text) == 0);
	for (n = 64; n <= 256; n += 4)
		FUZZ_CLAIM(!jwk_verify(&fuzz_ctx, again, "text", 4, sig, n));
	jwk_free(again);
	(void)jwk_sign(&fuzz_ctx, k, "text", 4, &n);
}

static void
run(const uint8_t *data, size_t size)
{
	static const char *const algs[] = { "EdDSA", "ES256", "ES512", "RS256", "PS256" };
	bool ok;
	const struct js *js = js_parse(&fuzz_ctx, (const char *)data, size, &ok);
	struct jwk *k;
	size_t i;

	for (i = 0; ok && i < sizeof(algs) / sizeof(algs[0]); i++) {
		k = jwk_import(&fuzz_ctx, js, algs[i]);
		if (k != NULL)
			use(k, algs[i]);
		jwk_free(k);
	}
	(void)jwk_guess_alg(&fuzz_ctx, js);
}

FUZZ_TARGET(fuzz_nothing, run)
