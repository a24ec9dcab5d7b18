/* SPDX-License-Identifier: ISC */
/* jwt: each fault by its name (RFC 7515, 7519, 8725), and signatures that are not quite one. */
#include "flow/jwt.h"

#include <sodium.h>

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/jwk.h"
#include "suites.h"
#include "unit.h"

#define H(text) "{\"alg\":\"ES256\"" text "}"

static const char *
part(const char *text)
{
	return enc_base64url(unit_arena, text, strlen(text));
}

static const char *
token(const char *header, const char *payload, const char *sig)
{
	return str_printf(unit_arena, "%s.%s.%s", part(header), part(payload), sig);
}

/* Names of all faults, with a space behind each. */
static const char *
names(jwt_faults set)
{
	struct buf b = buf_new(unit_arena, 64);
	int i;

	for (i = 1; i < JWT_FAULTS; i++)
		if ((set >> i & 1) != 0)
			buf_printf(&b, "%s ", jwt_fault_name((enum jwt_fault)i));
	return b.p;
}

static const char *
read_faults(const char *text, size_t len)
{
	struct jwt t;

	return names(jwt_read(unit_ctx, text, len, &t));
}

static const struct {
	const char *text, *faults;
} forms[] = {
	{ "", "parts " },
	{ "a", "parts " },
	{ "a.b", "parts " },
	{ "...", "parts " },
	{ ".....", "parts " },
	{ "a.b.c.d.e.f", "parts " },
	{ "....", "encrypted " },
	{ "eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA", "encrypted " },
	{ "..", "header " },
	{ "..AAAA", "header " },
	{ "e30..AAAA", "alg " },
	{ "e30.e30.AAAA", "alg " },
	{ "e30.e30.", "alg unsigned " },
	{ "e30=.e30.AAAA", "base64url " },
	{ "e30.e30=.AAAA", "base64url " },
	{ "e30.e30.AAA=", "base64url " },
	{ "e31.e30.AAAA", "base64url " }, /* stray bits */
	{ "e30.e31.AAAA", "base64url " },
	{ "e30.e30.AAB", "base64url " },
	{ "e30.e30.A", "base64url " },
	{ "e30.e30.AA+A", "base64url " },
	{ "e30.e30.AA/A", "base64url " },
	{ "e30.e30.AA A", "base64url " },
	{ " e30.e30.AAAA", "base64url " },
	{ "e30.e30.AAAA\n", "base64url " },
	{ "e30\r\n.e30.AAAA", "base64url " },
	{ "e30.e30.AAA\x80", "base64url " },
	{ "{}.{}.AAAA", "base64url " },
	/* the example without a signature, RFC 7515 appendix A.5 */
	{ "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl"
	  "LmNvbS9pc19yb290Ijp0cnVlfQ.",
	    "alg-none unsigned " },
};

START_TEST(a_form_that_is_none_is_named)
{
	ck_assert_str_eq(read_faults(forms[_i].text, strlen(forms[_i].text)), forms[_i].faults);
}
END_TEST

START_TEST(a_nul_is_no_end)
{
	const char *good = token(H(""), "{}", "AAAA");
	size_t n = strlen(good);
	char *text = arena_alloc(unit_arena, n + 3);

	memcpy(text, good, n);
	ck_assert_str_eq(read_faults(text, n), "");
	ck_assert_str_eq(read_faults(text, n + 1), "base64url ");
	ck_assert_str_eq(read_faults("", 1), "parts ");
}
END_TEST

START_TEST(a_size_is_bounded)
{
	char *text = arena_alloc(unit_arena, COMPACT_SIZE_MAX + 2);

	memset(text, 'A', COMPACT_SIZE_MAX + 1);
	ck_assert_str_eq(read_faults(text, COMPACT_SIZE_MAX), "parts ");
	ck_assert_str_eq(read_faults(text, COMPACT_SIZE_MAX + 1), "size ");
	memset(text, '.', COMPACT_SIZE_MAX);
	ck_assert_str_eq(read_faults(text, COMPACT_SIZE_MAX), "parts ");
}
END_TEST

static const struct {
	const char *header, *faults;
} headers[] = {
	{ H(""), "" },
	{ H(",\"kid\":\"\""), "" },
	{ H(",\"typ\":7,\"cty\":null,\"x5t\":\"AA\",\"x5t#S256\":\"AA\",\"zip\":\"DEF\""), "" },
	{ "", "header " },
	{ "[]", "header " },
	{ "\"ES256\"", "header " },
	{ "null", "header " },
	{ H("") "x", "header " },
	{ "\xEF\xBB\xBF" H(""), "header " },
	{ H(",\"a\":\"\xFF\""), "header " },
	{ H(",\"a\\u0000\":1"), "header " },
	{ "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", "header-twice " },
	{ "{\"alg\":\"none\",\"alg\":\"ES256\"}", "header-twice " },
	{ "{\"alg\":\"ES256\",\"alg\":\"none\"}", "header-twice alg-none " },
	{ "{\"alg\":\"ES256\",\"\\u0061lg\":\"ES256\"}", "header-twice " },
	{ H(",\"a\":{\"b\":1,\"b\":2}"), "header-twice " },
	{ H(",\"a\":[{\"b\":1},{\"b\":2}]"), "" },
	{ H(",\"a\":\"\\\"b\\\":1,\\\"b\\\":2:\\\\\",\"c:\":1"), "" },
	{ "{}", "alg " },
	{ "{\"alg\":null}", "alg " },
	{ "{\"alg\":[\"ES256\"]}", "alg " },
	{ "{\"alg\":\"\"}", "alg " },
	{ "{\"alg\":\"es256\"}", "alg " },
	{ "{\"alg\":\"ES256 \"}", "alg " },
	{ "{\"alg\":\"ES256\\u0000\"}", "alg " },
	{ "{\"alg\":\"ES256K\"}", "alg " },
	{ "{\"alg\":\"RSA-OAEP\"}", "alg " },
	{ "{\"alg\":\"none\"}", "alg-none " },
	{ "{\"alg\":\"None\"}", "alg-none " },
	{ "{\"alg\":\"NONE\"}", "alg-none " },
	{ "{\"alg\":\"nOnE\"}", "alg-none " },
	{ H(",\"crit\":[\"exp\"]"), "crit " },
	{ H(",\"crit\":[]"), "crit " },
	{ H(",\"crit\":null"), "crit " },
	{ H(",\"crit\":[\"b64\"],\"b64\":false"), "crit b64 " },
	{ H(",\"b64\":false"), "b64 " },
	{ H(",\"b64\":true"), "b64 " },
	{ H(",\"jwk\":{}"), "own-key " },
	{ H(",\"jwk\":null"), "own-key " },
	{ H(",\"jku\":\"https://evil.example\""), "own-key " },
	{ H(",\"x5u\":\"https://evil.example\""), "own-key " },
	{ H(",\"x5c\":[]"), "own-key " },
	{ H(",\"kid\":null"), "kid " },
	{ H(",\"kid\":1"), "kid " },
	{ H(",\"kid\":[\"a\"]"), "kid " },
	{ H(",\"kid\":\"a\\u0000\""), "kid " },
	{ "{\"alg\":\"none\",\"crit\":1,\"jku\":1,\"kid\":1}", "alg-none crit own-key kid " },
};

START_TEST(all_that_is_wrong_with_a_header_is_named)
{
	const char *text = token(headers[_i].header, "{}", "AAAA");

	ck_assert_str_eq(read_faults(text, strlen(text)), headers[_i].faults);
}
END_TEST

/* Times around UNIT_NOW, 1795366800. */
static const struct {
	const char *payload, *ours, *foreign;
} claims[] = {
	{ "{\"exp\":1795367700,\"iat\":1795366800,\"sub\":\"u\"}", "", "" },
	{ "{}", "exp iat sub ", "" },
	{ "{\"exp\":1795366770,\"iat\":1,\"sub\":\"u\"}", "expired ", "expired " },
	{ "{\"exp\":1795366771,\"iat\":1,\"sub\":\"u\"}", "", "" },
	{ "{\"exp\":1795366770.001,\"iat\":1,\"sub\":\"u\"}", "exp ", "" },
	{ "{\"exp\":1795366769.999,\"iat\":1,\"sub\":\"u\"}", "exp ", "expired " },
	{ "{\"exp\":1795367700.0,\"iat\":1.0,\"sub\":\"u\"}", "", "" },
	{ "{\"exp\":1.7953677e9,\"iat\":1e0,\"sub\":\"u\"}", "", "" },
	{ "{\"exp\":-1,\"iat\":-1,\"sub\":\"u\"}", "expired ", "expired " },
	{ "{\"exp\":-0.5,\"iat\":-0.5,\"sub\":\"u\"}", "exp iat ", "expired " },
	{ "{\"exp\":9223372036854775807,\"iat\":-9223372036854775807,\"sub\":\"u\"}", "", "" },
	{ "{\"exp\":9223372036854775808,\"iat\":1,\"sub\":\"u\"}", "exp ", "exp " },
	{ "{\"exp\":1e300,\"iat\":1,\"sub\":\"u\"}", "exp ", "exp " },
	{ "{\"exp\":1e400,\"iat\":1,\"sub\":\"u\"}", "exp ", "exp " },
	{ "{\"exp\":-1e400,\"iat\":-1e400,\"sub\":\"u\"}", "exp iat ", "exp iat " },
	{ "{\"exp\":\"1795367700\",\"iat\":\"1\",\"sub\":\"u\"}", "exp iat ", "exp iat " },
	{ "{\"exp\":null,\"iat\":true,\"nbf\":[],\"sub\":\"u\"}", "exp iat nbf ", "exp iat nbf " },
	{ "{\"exp\":1795367700,\"iat\":1795366831,\"sub\":\"u\"}", "future ", "future " },
	{ "{\"exp\":1795367700,\"iat\":1795366830.5,\"sub\":\"u\"}", "iat ", "future " },
	{ "{\"exp\":1795367700,\"iat\":1,\"nbf\":1795366831,\"sub\":\"u\"}", "early ", "early " },
	{ "{\"exp\":1795367700,\"iat\":1,\"nbf\":1795366830,\"sub\":\"u\"}", "", "" },
	{ "{\"exp\":1,\"iat\":9e9,\"nbf\":9e9,\"sub\":1}", "expired future early sub ",
	    "expired future early sub " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"\"}", "sub ", "" },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":null}", "sub ", "sub " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"a\\u0000\"}", "sub ", "sub " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"iss\":1}", "iss ", "iss " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"iss\":\"\"}", "", "" },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"aud\":1}", "aud ", "aud " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"aud\":[1]}", "aud ", "aud " },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"aud\":[]}", "", "" },
	{ "{\"exp\":1795367700,\"iat\":1,\"sub\":\"u\",\"aud\":[\"a\"]}", "", "" },
};

static const struct js *
parse(const char *text)
{
	bool ok;
	const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);

	ck_assert_msg(ok, "%s", text);
	return js;
}

START_TEST(all_that_is_wrong_with_claims_is_named)
{
	struct jwt_rules ours = { .leeway = 30 }, foreign = { .leeway = 30, .foreign = true };
	const struct js *body = parse(claims[_i].payload);

	ck_assert_str_eq(names(jwt_claims(unit_ctx, body, &ours)), claims[_i].ours);
	ck_assert_str_eq(names(jwt_claims(unit_ctx, body, &foreign)), claims[_i].foreign);
}
END_TEST

static const struct {
	const char *payload, *issuer, *audience, *faults;
} wanted[] = {
	{ "{\"iss\":\"me\",\"aud\":\"api\"}", "me", "api", "" },
	{ "{\"iss\":\"me\",\"aud\":\"api\"}", "me", "web, api", "" },
	{ "{\"iss\":\"me\",\"aud\":[\"x\",\"api\"]}", "me", "web,api", "" },
	{ "{\"iss\":\"me\",\"aud\":[7,\"api\"]}", NULL, "api", "aud " },
	{ "{\"iss\":\"me\",\"aud\":[\"api\",null]}", NULL, "api", "aud " },
	{ "{\"iss\":\"Me\",\"aud\":\"API\"}", "me", "api", "iss aud " },
	{ "{\"iss\":[\"me\"],\"aud\":{\"0\":\"api\"}}", "me", "api", "iss aud " },
	{ "{\"iss\":\"me/\",\"aud\":\"\"}", "me", "api", "iss aud " },
	{ "{}", "me", "api", "iss aud " },
	{ "{\"iss\":null,\"aud\":null}", "me", "api", "iss aud " },
	{ "{\"iss\":\"me\",\"aud\":\"web,api\"}", "me", "web,api", "aud " },
};

START_TEST(issuer_and_audience_are_those_wanted)
{
	struct jwt_rules r = { .issuer = wanted[_i].issuer,
		.audience = wanted[_i].audience,
		.foreign = true };

	ck_assert_str_eq(names(jwt_claims(unit_ctx, parse(wanted[_i].payload), &r)),
	    wanted[_i].faults);
}
END_TEST

START_TEST(leeway_is_what_it_says)
{
	struct jwt_rules r = { .foreign = true };
	const struct js *body = parse("{\"exp\":1795366800}");

	ck_assert_str_eq(names(jwt_claims(unit_ctx, body, &r)), "expired ");
	r.leeway = 1;
	ck_assert_str_eq(names(jwt_claims(unit_ctx, body, &r)), "");
	r.leeway = JWT_LEEWAY_MAX;
	ck_assert_str_eq(names(jwt_claims(unit_ctx, parse("{\"exp\":-1}"), &r)), "");
	ck_assert_str_eq(names(jwt_claims(unit_ctx, parse("{\"exp\":-9223372036854775807}"), &r)),
	    "expired ");
}
END_TEST

static const struct {
	const char *payload;
	enum jwt_fault fault;
} payloads[] = {
	{ "{}", JWT_OK },
	{ " {\"a\":{\"b\":[{\"c\":1}]}} ", JWT_OK },
	{ "", JWT_PAYLOAD },
	{ "foo", JWT_PAYLOAD },
	{ "[]", JWT_PAYLOAD },
	{ "null", JWT_PAYLOAD },
	{ "{}{}", JWT_PAYLOAD },
	{ "\xEF\xBB\xBF{}", JWT_PAYLOAD },
	{ "{\"a\":\"\xC3\"}", JWT_PAYLOAD },
	{ "{\"exp\":1,\"exp\":1}", JWT_PAYLOAD_TWICE },
	{ "{\"a\":[{\"b\":1,\"b\":1}]}", JWT_PAYLOAD_TWICE },
};

START_TEST(a_payload_is_an_object)
{
	const char *text = token(H(""), payloads[_i].payload, "AAAA");
	const struct js *body;
	struct jwt t;

	ck_assert_uint_eq(jwt_read(unit_ctx, text, strlen(text), &t), 0);
	ck_assert_int_eq(jwt_payload(unit_ctx, &t, &body), payloads[_i].fault);
}
END_TEST

START_TEST(faults_have_names_and_sentences_of_their_own)
{
	int i, k;

	for (i = 0; i < JWT_FAULTS; i++) {
		ck_assert_uint_gt(strlen(jwt_fault_text((enum jwt_fault)i)), 5);
		for (k = 0; k < i; k++) {
			ck_assert_str_ne(jwt_fault_name((enum jwt_fault)i),
			    jwt_fault_name((enum jwt_fault)k));
			ck_assert_str_ne(jwt_fault_text((enum jwt_fault)i),
			    jwt_fault_text((enum jwt_fault)k));
		}
	}
	ck_assert_int_eq(jwt_first(0), JWT_OK);
	ck_assert_int_eq(jwt_first((jwt_faults)1 << JWT_SUB | (jwt_faults)1 << JWT_ALG), JWT_ALG);
}
END_TEST

/* --- signatures */

static void
free_key(void *k)
{
	jwk_free(k);
}

/* Whether those bytes pass as the signature of "e30" under the header. */
static enum jwt_fault
judge(const struct jwk *k, const char *alg, const unsigned char *sig, size_t len)
{
	const char *text = str_printf(unit_arena, "%s.e30.%s",
	    part(str_printf(unit_arena, "{\"alg\":\"%s\"}", alg)),
	    enc_base64url(unit_arena, sig, len));
	struct jwt t;

	ck_assert_uint_eq(jwt_read(unit_ctx, text, strlen(text), &t), 0);
	return jwt_verify(unit_ctx, &t, k);
}

static unsigned char *
sign(const struct jwk *k, const char *alg, size_t *len)
{
	const char *text = str_printf(unit_arena, "%s.e30",
	    part(str_printf(unit_arena, "{\"alg\":\"%s\"}", alg)));

	return jwk_sign(unit_ctx, k, text, strlen(text), len);
}

static const struct {
	const char *alg;
	const char *order; /* of the curve, hex */
} curves[] = {
	{ "ES256", "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551" },
	{ "ES512",
	    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409" },
};

START_TEST(ecdsa_numbers_are_within_the_order)
{
	struct jwk *k = jwk_generate(unit_ctx, curves[_i].alg);
	unsigned char *good, *order, *sig, *ones;
	size_t len, n, i, half;

	arena_defer(unit_arena, free_key, k);
	order = enc_hex_decode(unit_arena, curves[_i].order, &n);
	good = sign(k, curves[_i].alg, &len);
	ck_assert_uint_eq(len, 2 * n);
	ck_assert_int_eq(judge(k, curves[_i].alg, good, len), JWT_OK);
	ones = arena_alloc(unit_arena, n);
	memset(ones, 0xFF, n);
	const unsigned char *const bad[] = { arena_alloc(unit_arena, n), order, ones };

	for (i = 0; i < COUNT(bad); i++)
		for (half = 1; half <= 3; half++) {
			sig = (unsigned char *)arena_strndup(unit_arena, (char *)good, len);
			if ((half & 1) != 0)
				memcpy(sig, bad[i], n);
			if ((half & 2) != 0)
				memcpy(sig + n, bad[i], n);
			ck_assert_int_eq(judge(k, curves[_i].alg, sig, len), JWT_SIGNATURE);
		}
}
END_TEST

/* r||s with a byte more or less on either side, and as DER. */
START_TEST(ecdsa_signatures_have_one_form)
{
	struct jwk *k = jwk_generate(unit_ctx, "ES256");
	unsigned char *good, *longer = arena_alloc(unit_arena, 80);
	size_t len;

	arena_defer(unit_arena, free_key, k);
	good = sign(k, "ES256", &len);
	ck_assert_int_eq(judge(k, "ES256", good, len - 1), JWT_SIGNATURE);
	ck_assert_int_eq(judge(k, "ES256", good + 1, len - 1), JWT_SIGNATURE);
	ck_assert_int_eq(judge(k, "ES256", good, len / 2), JWT_SIGNATURE);
	memcpy(longer, good, len);
	ck_assert_int_eq(judge(k, "ES256", longer, len + 1), JWT_SIGNATURE);
	memmove(longer + 1, good, len);
	longer[0] = 0;
	ck_assert_int_eq(judge(k, "ES256", longer, len + 1), JWT_SIGNATURE);
	memcpy(longer, "\x30\x46\x02\x21\x00", 5);
	memcpy(longer + 5, good, 32);
	memcpy(longer + 37, "\x02\x21\x00", 3);
	memcpy(longer + 40, good + 32, 32);
	ck_assert_int_eq(judge(k, "ES256", longer, 72), JWT_SIGNATURE);
}
END_TEST

static const char *const rsas[] = { "RS256", "PS256" };

START_TEST(rsa_signatures_are_as_long_as_the_modulus)
{
	struct jwk *k = jwk_generate(unit_ctx, rsas[_i]);
	unsigned char *good, *longer;
	size_t len;

	arena_defer(unit_arena, free_key, k);
	good = sign(k, rsas[_i], &len);
	longer = arena_alloc(unit_arena, len + 1);
	ck_assert_int_eq(judge(k, rsas[_i], good, len), JWT_OK);
	ck_assert_int_eq(judge(k, rsas[_i], good, len - 1), JWT_SIGNATURE);
	memcpy(longer, good, len);
	ck_assert_int_eq(judge(k, rsas[_i], longer, len + 1), JWT_SIGNATURE);
	memcpy(longer + 1, good, len);
	longer[0] = 0;
	ck_assert_int_eq(judge(k, rsas[_i], longer, len + 1), JWT_SIGNATURE);
	memset(longer, 0xFF, len); /* more than the modulus */
	ck_assert_int_eq(judge(k, rsas[_i], longer, len), JWT_SIGNATURE);
	ck_assert_int_eq(judge(k, rsas[1 - _i], good, len), JWT_OTHER_ALG);
}
END_TEST

/* s + L: the same signature with another text, where that is let through. */
START_TEST(ed25519_has_one_signature_of_a_kind)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };
	struct jwk *k = jwk_generate(unit_ctx, "EdDSA");
	unsigned char *sig;
	size_t len;

	arena_defer(unit_arena, free_key, k);
	sig = sign(k, "EdDSA", &len);
	ck_assert_int_eq(judge(k, "EdDSA", sig, len), JWT_OK);
	ck_assert_int_eq(judge(k, "EdDSA", sig, len - 1), JWT_SIGNATURE);
	sodium_add(sig + 32, order, 32);
	ck_assert_int_eq(judge(k, "EdDSA", sig, len), JWT_SIGNATURE);
	ck_assert_int_eq(judge(k, "Ed25519", sig, len), JWT_OTHER_ALG);
}
END_TEST

Suite *
suite_jwt(void)
{
	Suite *s = suite_create("jwt");
	TCase *tc = unit_case(s, "form");

	unit_table(tc, a_form_that_is_none_is_named, forms);
	tcase_add_test(tc, a_nul_is_no_end);
	tcase_add_test(tc, a_size_is_bounded);
	unit_table(tc, all_that_is_wrong_with_a_header_is_named, headers);
	unit_table(tc, a_payload_is_an_object, payloads);
	tcase_add_test(tc, faults_have_names_and_sentences_of_their_own);
	tc = unit_case(s, "claims");
	unit_table(tc, all_that_is_wrong_with_claims_is_named, claims);
	unit_table(tc, issuer_and_audience_are_those_wanted, wanted);
	tcase_add_test(tc, leeway_is_what_it_says);
	tc = unit_case(s, "signatures");
	unit_table(tc, ecdsa_numbers_are_within_the_order, curves);
	tcase_add_test(tc, ecdsa_signatures_have_one_form);
	unit_table(tc, rsa_signatures_are_as_long_as_the_modulus, rsas);
	tcase_add_test(tc, ed25519_has_one_signature_of_a_kind);
	return s;
}
