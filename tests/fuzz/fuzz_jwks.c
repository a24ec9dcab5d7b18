/* SPDX-License-Identifier: ISC */
/* jwks: the header of a token, then from the second line on any JWKS: the key that is found
 * is for the header's algorithm, and signs nothing. */
#include "flow/keyset.h"
#include "base/enc.h"
#include "base/str.h"
#include "fuzz.h"
#include "port/js.h"

static void
look(const struct keyset *set, const struct jwt *t)
{
	static const unsigned char sig[64] = { 1 };
	struct keyset_find f;

	if (keyset_find(&fuzz_ctx, set, t, &f) != JWT_OK) {
		FUZZ_CLAIM(f.key == NULL);
		return;
	}
	FUZZ_CLAIM(f.key != NULL && f.jwk != NULL && f.why == JWK_OK);
	FUZZ_CLAIM(str_eq(jwk_alg(f.key), t->alg) && jwk_suits(&fuzz_ctx, f.jwk, t->alg));
	FUZZ_CLAIM(!jwk_verify(&fuzz_ctx, f.key, "text", 4, sig, sizeof(sig)));
	FUZZ_CLAIM(jwt_verify(&fuzz_ctx, t, f.key) == JWT_SIGNATURE);
	(void)jwk_thumbprint(&fuzz_ctx, f.jwk);
	jwk_free(f.key);
}

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *header = fuzz_line(&rest);
	const char *token = str_printf(fuzz_ctx.arena, "%s.e30.AAAA",
	    enc_base64url(fuzz_ctx.arena, header, strlen(header)));
	struct keyset set = { 0 };
	struct jwt t;

	if (keyset_read(&fuzz_ctx, rest, strlen(rest), &set) != NULL ||
	    jwt_read(&fuzz_ctx, token, strlen(token), &t) != 0)
		return;
	look(&set, &t);
	set.algs = "HS256,RS256,ES256,ES384,Ed25519";
	look(&set, &t);
}

FUZZ_TARGET(fuzz_nothing, run)
