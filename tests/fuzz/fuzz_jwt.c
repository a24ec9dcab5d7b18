/* SPDX-License-Identifier: ISC */
/* jwt: any token; and as header and payload, a line each, with every signature taken for
 * good, so that what is behind the signature is reached. */
#include "fuzz.h"

#include <stdbool.h>

#include "port/jwk.h"

static bool trusting;

static bool
verify(struct ctx *ctx, const struct jwk *k, const char *text, size_t len, const unsigned char *sig,
    size_t sig_len)
{
	return trusting || jwk_verify(ctx, k, text, len, sig, sig_len);
}

/* The example of RFC 8037 appendix A. */
static struct jwk *fixed_key;

static const struct jwk *
find(struct ctx *ctx, const char *kid)
{
	(void)ctx;
	return strcmp(kid, "k") == 0 ? fixed_key : NULL;
}

#include "flow/keys.h"
#define keys_find find
#define jwk_verify verify
#include "flow/jwt.c"
#include "flow/token.c"

static void
prepare(void)
{
	static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
	                          "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
	bool ok;

	fuzz_settings("");
	fixed_key = jwk_import(&fuzz_ctx, js_parse(&fuzz_ctx, jwk, sizeof(jwk) - 1, &ok), "EdDSA");
	FUZZ_CLAIM(fixed_key != NULL);
}

/* Ours is stricter than what is asked of other issuers. */
static void
judge(const char *jwt, const char *header)
{
	struct jwt_rules ours = { 0 }, foreign = { .foreign = true };
	struct claims c = { 0 };
	const struct js *body;
	struct jwt t;

	trusting = true;
	if (token_check(&fuzz_ctx, jwt, &c) == E_OK)
		FUZZ_CLAIM(c.sub != NULL && *c.sub != '\0' && strstr(header, "EdDSA") != NULL);
	if (jwt_read(&fuzz_ctx, jwt, strlen(jwt), &t) != 0 ||
	    jwt_payload(&fuzz_ctx, &t, &body) != JWT_OK)
		return;
	FUZZ_CLAIM(t.alg != NULL && jwk_knows(t.alg));
	if (jwt_claims(&fuzz_ctx, body, &ours) == 0)
		FUZZ_CLAIM(jwt_claims(&fuzz_ctx, body, &foreign) == 0);
}

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size), *header;
	struct claims c = { 0 };
	struct jwt t;
	const char *jwt;

	trusting = false;
	(void)jwt_read(&fuzz_ctx, (const char *)data, size, &t);
	FUZZ_CLAIM(token_check(&fuzz_ctx, rest, &c) == E_UNAUTHORIZED);
	header = fuzz_line(&rest);
	jwt = str_printf(fuzz_ctx.arena, "%s.%s.AAAA",
	    enc_base64url(fuzz_ctx.arena, header, strlen(header)),
	    enc_base64url(fuzz_ctx.arena, rest, strlen(rest)));
	FUZZ_CLAIM(token_check(&fuzz_ctx, jwt, &c) == E_UNAUTHORIZED);
	judge(jwt, header);
}

FUZZ_TARGET(prepare, run)
