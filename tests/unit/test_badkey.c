/* SPDX-License-Identifier: ISC */
/* badkey: JWKs that are no valid key of their algorithm (RFC 7518 section 6, RFC 8037). */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/jwk.h"
#include "suites.h"
#include "unit.h"

/* Good keys, of which each case below breaks one thing. */
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
#define ED(x) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\"}"
#define EDP(x, d) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" x "\",\"d\":\"" d "\"}"
#define P256(x, y) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\"}"
#define P256P(x, y, d) \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\",\"d\":\"" d "\"}"
#define ZERO32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FF32 "__________________________________________8"
/* The order of P-256, and one more than it. */
#define ORDER "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE"
#define ORDER_1 "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVI"

static bool
imports(const char *text, const char *alg)
{
	bool ok;
	const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);
	struct jwk *k = ok ? jwk_import(unit_ctx, js, alg) : NULL;

	ck_assert_msg(ok, "%s", text);
	jwk_free(k);
	return k != NULL;
}

static const struct {
	const char *alg, *jwk;
	bool ok;
} keys[] = {
	{ "EdDSA", ED(ED_X), true },
	{ "EdDSA", EDP(ED_X, ED_D), true },
	{ "ES256", P256(EC_X, EC_Y), true },
	{ "ES256", P256P(EC_X, EC_Y, EC_D), true },
	/* of another kind */
	{ "ES256", ED(ED_X), false },
	{ "ES512", P256(EC_X, EC_Y), false },
	{ "RS256", P256(EC_X, EC_Y), false },
	{ "EdDSA", P256(EC_X, EC_Y), false },
	{ "EdDSA", "{\"kty\":\"okp\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", false },
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED_X "\"}", false },
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" ED_X "\"}", false },
	{ "EdDSA", "{\"kty\":\"OKP\",\"x\":\"" ED_X "\"}", false },
	{ "EdDSA", "{\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", false },
	{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
	    false },
	{ "ES256", "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}",
	    false },
	{ "EdDSA", "{\"kty\":\"oct\",\"k\":\"" ED_X "\"}", false },
	{ "EdDSA", "{}", false },
	{ "EdDSA", "[]", false },
	{ "EdDSA", "null", false },
	{ "EdDSA", "\"" ED_X "\"", false },
	{ "EdDSA", "{\"kty\":1,\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}", false },
	/* Ed25519: lengths, texts, halves that do not belong together */
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", false },
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}", false },
	{ "EdDSA", ED(""), false },
	{ "EdDSA", ED("AA"), false },
	{ "EdDSA", ED("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"), false },   /* 31 bytes */
	{ "EdDSA", ED("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURoA"), false }, /* 33 */
	{ "EdDSA", ED(ED_X "="), false },
	{ "EdDSA", ED("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"), false },
	{ "EdDSA", ED(ED_X " "), false },
	{ "EdDSA", ED("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"), false }, /* stray bits */
	{ "EdDSA", EDP(ED_X, ED_X), false },
	{ "EdDSA", EDP(ZERO32, ED_D), false },
	{ "EdDSA", EDP(ED_X, ""), false },
	{ "EdDSA", EDP(ED_X, "AA"), false },
	{ "EdDSA", EDP(ED_X, "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyufw"), false },
	/* P-256: lengths, off the curve, out of the field, halves that do not belong together */
	{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", false },
	{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"" EC_Y "\"}", false },
	{ "ES256", P256("", ""), false },
	{ "ES256", P256(EC_X, "AA"), false },
	{ "ES256", P256("AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF", EC_Y), false },
	{ "ES256", P256(EC_Y, EC_X), false },
	{ "ES256", P256(EC_X, EC_X), false },
	{ "ES256", P256(ZERO32, ZERO32), false },
	{ "ES256", P256(FF32, FF32), false },
	{ "ES256", P256(EC_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4"), false },
	{ "ES256", P256P(EC_X, EC_Y, EC_X), false },
	{ "ES256", P256P(EC_X, EC_Y, ED_D), false },
	{ "ES256", P256P(EC_X, EC_Y, ZERO32), false },
	{ "ES256", P256P(EC_X, EC_Y, ORDER), false },
	{ "ES256", P256P(EC_X, EC_Y, ORDER_1), false },
	{ "ES256", P256P(EC_X, EC_Y, FF32), false },
	{ "ES256", P256P(EC_X, EC_Y, ""), false },
	{ "ES256", P256P(EC_X, EC_Y, "AA"), false },
	{ "ES256", P256P(EC_X, EC_Y, EC_D "AA"), false },
	{ "ES256", P256P(EC_X, EC_Y, EC_D "="), false },
};

START_TEST(keys_that_are_none_are_refused)
{
	ck_assert_msg(imports(keys[_i].jwk, keys[_i].alg) == keys[_i].ok, "%s %s", keys[_i].alg,
	    keys[_i].jwk);
}
END_TEST

/* RSA keys are long, so their cases replace one member of RFC 7515's. */
static const char rsa_members[][3] = { "n", "e", "d", "p", "q", "dp", "dq", "qi" };

static const char *
rsa_key(const char *replaced, const char *by, size_t members)
{
	const struct js *jwk = js_get(js_at(unit_vectors("rfc.json"), 1), "jwk");
	struct buf b = buf_new(unit_arena, 2048);
	size_t i;

	buf_add(&b, "{\"kty\":\"RSA\"");
	for (i = 0; i < members; i++) {
		const char *value = js_text(unit_ctx, js_get(jwk, rsa_members[i]));

		if (str_eq(rsa_members[i], replaced))
			value = by;
		if (value != NULL)
			buf_printf(&b, ",\"%s\":\"%s\"", rsa_members[i], value);
	}
	buf_add(&b, "}");
	return b.p;
}

/* A number of so many bits whose lowest byte is last, as base64url. */
static const char *
number(size_t bits, unsigned char last)
{
	size_t n = (bits + 7) / 8;
	unsigned char *bytes = arena_alloc(unit_arena, n);

	bytes[0] = (unsigned char)(1u << ((bits - 1) % 8));
	bytes[n - 1] |= last;
	return enc_base64url(unit_arena, bytes, n);
}

START_TEST(an_rsa_key_must_have_a_size_that_serves)
{
	static const struct {
		size_t bits;
		unsigned char last;
		bool ok;
	} moduli[] = {
		{ 512, 1, false },
		{ 1024, 1, false },
		{ 2047, 1, false },
		{ 2048, 1, true },
		{ 2048, 0, false },
		{ 4096, 1, true },
		{ 8192, 1, true },
		{ 8193, 1, false },
		{ 16384, 1, false },
	};
	size_t i;

	for (i = 0; i < COUNT(moduli); i++) {
		const char *key = rsa_key("n", number(moduli[i].bits, moduli[i].last), 2);

		ck_assert_msg(imports(key, "RS256") == moduli[i].ok, "%zu bits", moduli[i].bits);
		ck_assert_msg(imports(key, "PS256") == moduli[i].ok, "%zu bits", moduli[i].bits);
	}
}
END_TEST

static const struct {
	const char *member, *value; /* NULL: left out */
	size_t members;
	bool ok;
} rsa_cases[] = {
	{ "-", "", 2, true },
	{ "-", "", 8, true },
	{ "n", NULL, 2, false },
	{ "n", "", 2, false },
	{ "n", "AQAB", 2, false },
	{ "e", NULL, 2, false },
	{ "e", "", 2, false },
	{ "e", "AA", 2, false }, /* 0 */
	{ "e", "AQ", 2, false }, /* 1 */
	{ "e", "BA", 2, false }, /* 4 */
	{ "e", "Aw", 2, true },  /* 3 */
	{ "e", "AQAB=", 2, false },
	{ "p", NULL, 8, false },
	{ "q", NULL, 8, false },
	{ "dp", NULL, 8, false },
	{ "dq", NULL, 8, false },
	{ "qi", NULL, 8, false },
	{ "qi", "", 8, false },
	{ "e", "Aw", 8, false }, /* d belongs to another e */
	{ "d", "AQAB", 8, false },
	{ "p", "AQAB", 8, false },
	{ "q", "AQAB", 8, false },
};

START_TEST(an_rsa_key_must_be_whole_and_its_numbers_belong_together)
{
	const char *key = rsa_key(rsa_cases[_i].member, rsa_cases[_i].value, rsa_cases[_i].members);

	ck_assert_msg(imports(key, "RS256") == rsa_cases[_i].ok, "%s=%s", rsa_cases[_i].member,
	    rsa_cases[_i].value);
}
END_TEST

/* What was found to be whole is not looked at again. */
START_TEST(a_whole_key_vouches_for_no_other)
{
	size_t i;

	ck_assert(imports(rsa_key("-", "", 8), "RS256"));
	ck_assert(imports(rsa_key("-", "", 8), "RS256"));
	for (i = 0; i < COUNT(rsa_cases); i++)
		ck_assert(
		    imports(rsa_key(rsa_cases[i].member, rsa_cases[i].value, rsa_cases[i].members),
		        "RS256") == rsa_cases[i].ok);
}
END_TEST

/* A key of another issuer: of the whole it must hold what its members say. */
#define OCT(bytes) "{\"kty\":\"oct\",\"k\":\"" bytes "\"}"
#define K32 "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"
#define K31 "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcQ"
#define WITH(member) \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"," member "}"

static const struct {
	const char *alg, *jwk;
	enum jwk_fault fault;
} foreign[] = {
	{ "ES256", P256(EC_X, EC_Y), JWK_OK },
	{ "EdDSA", ED(ED_X), JWK_OK },
	{ "Ed25519", ED(ED_X), JWK_OK },
	{ "HS256", OCT(K32), JWK_OK },
	{ "none", P256(EC_X, EC_Y), JWK_ALG },
	{ "es256", P256(EC_X, EC_Y), JWK_ALG },
	{ "", P256(EC_X, EC_Y), JWK_ALG },
	/* what it is for */
	{ "ES256", WITH("\"alg\":\"ES256\",\"use\":\"sig\",\"key_ops\":[\"sign\",\"verify\"]"),
	    JWK_OK },
	{ "ES256", WITH("\"alg\":\"ES384\""), JWK_ALG_OTHER },
	{ "ES256", WITH("\"alg\":\"es256\""), JWK_ALG_OTHER },
	{ "ES256", WITH("\"alg\":null"), JWK_ALG_OTHER },
	{ "ES256", WITH("\"alg\":[\"ES256\"]"), JWK_ALG_OTHER },
	{ "ES256", WITH("\"use\":\"enc\""), JWK_USE },
	{ "ES256", WITH("\"use\":\"SIG\""), JWK_USE },
	{ "ES256", WITH("\"use\":null"), JWK_USE },
	{ "ES256", WITH("\"key_ops\":[]"), JWK_OPS },
	{ "ES256", WITH("\"key_ops\":\"verify\""), JWK_OPS },
	{ "ES256", WITH("\"key_ops\":[\"sign\",1,null]"), JWK_OPS },
	{ "ES256", WITH("\"key_ops\":[\"Verify\"]"), JWK_OPS },
	/* a private half is left out, right or wrong */
	{ "ES256", P256P(EC_X, EC_Y, EC_D), JWK_OK },
	{ "ES256", P256P(EC_X, EC_Y, ED_D), JWK_OK },
	/* of another kind */
	{ "HS256", P256(EC_X, EC_Y), JWK_TYPE },
	{ "RS256", OCT(K32), JWK_TYPE },
	{ "ES256", OCT(K32), JWK_TYPE },
	{ "EdDSA", OCT(K32), JWK_TYPE },
	{ "ES256", ED(ED_X), JWK_TYPE },
	{ "ES384", P256(EC_X, EC_Y), JWK_CURVE },
	{ "ES512", P256(EC_X, EC_Y), JWK_CURVE },
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"" ED_X "\"}", JWK_CURVE },
	/* numbers */
	{ "ES256", P256(EC_X, ""), JWK_LENGTH },
	{ "ES256", P256("AH_Nzidw9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF", EC_Y), JWK_LENGTH },
	{ "ES256", P256(EC_X, EC_Y "="), JWK_MEMBER },
	{ "ES256", P256(EC_X, EC_X), JWK_POINT },
	{ "ES256", P256(ZERO32, ZERO32), JWK_POINT },
	{ "ES256", P256(FF32, FF32), JWK_POINT },
	{ "EdDSA", ED("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), JWK_POINT },
	{ "EdDSA", ED(ZERO32), JWK_POINT },
	{ "EdDSA", ED(FF32), JWK_POINT },
	{ "EdDSA", ED("AA"), JWK_LENGTH },
	{ "HS256", OCT(K31), JWK_SECRET_SHORT },
	{ "HS384", OCT(K32), JWK_SECRET_SHORT },
	{ "HS512", OCT(K32), JWK_SECRET_SHORT },
	{ "HS256", OCT(""), JWK_SECRET_SHORT },
	{ "HS256", OCT(K32 "="), JWK_MEMBER },
	{ "HS256", "{\"kty\":\"oct\"}", JWK_MEMBER },
	{ "HS256", "[]", JWK_TYPE },
	{ "HS256", "{}", JWK_TYPE },
};

static enum jwk_fault
fault_of(const char *text, const char *alg)
{
	bool ok;
	const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);
	struct jwk *k;
	enum jwk_fault f = jwk_verifier(unit_ctx, js, alg, &k);

	ck_assert_msg(ok, "%s", text);
	ck_assert_int_eq(k != NULL, f == JWK_OK);
	if (k != NULL)
		f = jwk_weakness(k);
	jwk_free(k);
	return f;
}

START_TEST(keys_of_others_are_refused_with_the_reason)
{
	ck_assert_msg(fault_of(foreign[_i].jwk, foreign[_i].alg) == foreign[_i].fault, "%s %s: %s",
	    foreign[_i].alg, foreign[_i].jwk,
	    jwk_fault_name(fault_of(foreign[_i].jwk, foreign[_i].alg)));
}
END_TEST

/* Two primes that are powers of 65537 modulo every prime up to 701. */
static const char flawed_chip[] =
    "r-DjYRBzLY-4qH8rfds10EK1IBeJbZ5DLfMIqgHpVjsG5xnH7u0sn7-sUVIInlgXrRyT2BMdIS1PucCn"
    "rbfZwKUGmPFhWVXeNixscrjIqpkhPlUJctxEVVq_d7X4i8PavJ4t2FiGhS2ey4YpBhBBOkzYxk5oHBBi"
    "KpMBmj4LnIFCusHQ2GQSInmSjto3YRVGnFFl_jVuQDkFVeRfhJITb-McYkGIICoThR9yO5G3HrWdtzEv"
    "Ov4OITFToa4Ky5k3f2K6Mh5ir9hiHIah1M8-XfJu3LxUzNT_rp9KggziG0q-UUCUSY8oRYXFDv2Ebnry"
    "ZANvRMQ_ucans2NCPtbHcQ";

/* 2^2047 + 1 is no product of two large primes; the others are RFC 7515's with a change. */
START_TEST(rsa_keys_of_others_are_refused_with_the_reason)
{
	const char *n = js_text(unit_ctx,
	    js_get(js_get(js_at(unit_vectors("rfc.json"), 1), "jwk"), "n"));
	unsigned char *bytes, *padded;
	size_t len;

	bytes = enc_base64url_decode(unit_arena, n, strlen(n), &len);
	padded = arena_alloc(unit_arena, len + 1);
	memcpy(padded + 1, bytes, len);
	const struct {
		const char *member, *value;
		enum jwk_fault fault;
	} cases[] = {
		{ "-", "", JWK_OK },
		{ "n", enc_base64url(unit_arena, padded, len + 1), JWK_LEADING_ZERO },
		{ "n", number(2048, 1), JWK_MODULUS },
		{ "n", number(2048, 0), JWK_MODULUS },
		{ "n", number(2047, 1), JWK_MODULUS_SHORT },
		{ "n", number(8193, 1), JWK_MODULUS_LONG },
		{ "n", number(100000, 1), JWK_MODULUS_LONG },
		{ "n", flawed_chip, JWK_ROCA },
		{ "n", "", JWK_MEMBER },
		{ "n", NULL, JWK_MEMBER },
		{ "e", NULL, JWK_MEMBER },
		{ "e", "AA", JWK_LEADING_ZERO },
		{ "e", "AAEAAQ", JWK_LEADING_ZERO },
		{ "e", "AQ", JWK_EXPONENT },
		{ "e", "Ag", JWK_EXPONENT },
		{ "e", "Aw", JWK_OK },
		{ "e", number(64, 1), JWK_OK },
		{ "e", number(65, 1), JWK_EXPONENT },
		{ "e", n, JWK_EXPONENT },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const char *key = rsa_key(cases[i].member, cases[i].value, 2);

		ck_assert_msg(fault_of(key, "RS512") == cases[i].fault, "%zu: %s", i,
		    jwk_fault_name(fault_of(key, "RS512")));
	}
	ck_assert_int_eq(fault_of(rsa_key("d", "AQAB", 8), "PS384"), JWK_OK);
	ck_assert_int_eq(fault_of(rsa_key("-", "", 2), "HS256"), JWK_TYPE);
}
END_TEST

/* A public half of small order verifies anything in a careless library. */
START_TEST(points_of_small_order_verify_nothing)
{
	static const char *const points[] = {
		"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		ZERO32,
		"7P_______________________________________38",
		"JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
	};
	unsigned char sig[64] = { 0 };
	size_t i;
	bool ok;

	sig[0] = 1;
	for (i = 0; i < COUNT(points); i++) {
		const char *text = str_printf(unit_arena, ED("%s"), points[i]);
		const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);
		struct jwk *k = jwk_import(unit_ctx, js, "EdDSA");

		if (k != NULL)
			ck_assert(!jwk_verify(unit_ctx, k, "text", 4, sig, sizeof(sig)));
		jwk_free(k);
	}
}
END_TEST

Suite *
suite_badkey(void)
{
	Suite *s = suite_create("badkey");
	TCase *tc = unit_case(s, "imports");

	unit_table(tc, keys_that_are_none_are_refused, keys);
	tcase_add_test(tc, an_rsa_key_must_have_a_size_that_serves);
	unit_table(tc, an_rsa_key_must_be_whole_and_its_numbers_belong_together, rsa_cases);
	tcase_add_test(tc, a_whole_key_vouches_for_no_other);
	tcase_add_test(tc, points_of_small_order_verify_nothing);
	tc = unit_case(s, "keys of others");
	unit_table(tc, keys_of_others_are_refused_with_the_reason, foreign);
	tcase_add_test(tc, rsa_keys_of_others_are_refused_with_the_reason);
	return s;
}
