/* SPDX-License-Identifier: ISC */
/* jwk: recorded keys and tokens, the RFCs' examples, and keys that are none. */
#include "port/jwk.h"

#include <sodium.h>

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/secret.h"
#include "suites.h"
#include "unit.h"

static const struct js *
parse(const char *text)
{
	bool ok;
	const struct js *js = js_parse(unit_ctx, text, strlen(text), &ok);

	ck_assert_msg(ok, "%s", text);
	return js;
}

static const char *
text_of(const struct js *js, const char *key)
{
	return js_text(unit_ctx, js_get(js, key));
}

/* Ends with the test. */
static void
free_key(void *k)
{
	jwk_free(k);
}

static struct jwk *
import(const struct js *js, const char *alg)
{
	struct jwk *k = jwk_import(unit_ctx, js, alg);

	if (k != NULL)
		arena_defer(unit_arena, free_key, k);
	return k;
}

/* A recorded key: index as in tests/vectors/peer.json. */
#define RECORDED 5

struct recorded {
	const char *alg, *token, *public_text, *private_text, *crv;
	struct jwk *public, *private;
};

static struct recorded
recorded(int i)
{
	const struct js *js = js_at(js_get(unit_vectors("peer.json"), "keys"), (size_t)i);
	const struct js *row = js_get(js, "row"), *stored = parse(text_of(row, "privateKey"));
	struct recorded r = { .alg = text_of(js, "alg"),
		.token = text_of(js, "token"),
		.public_text = text_of(row, "publicKey"),
		.crv = text_of(row, "crv") };

	r.private_text = js_type(stored) == JS_STRING
	    ? secret_decrypt(unit_ctx, js_text(unit_ctx, stored))
	    : text_of(row, "privateKey");
	ck_assert_ptr_nonnull(r.private_text);
	r.public = import(parse(r.public_text), r.alg);
	r.private = import(parse(r.private_text), r.alg);
	ck_assert(r.public != NULL && r.private != NULL);
	return r;
}

/* Where the signature begins, and its bytes. */
static const char *
signature(const char *token, unsigned char **sig, size_t *len)
{
	const char *dot = strrchr(token, '.');

	*sig = enc_base64url_decode(unit_arena, dot + 1, strlen(dot + 1), len);
	ck_assert_ptr_nonnull(*sig);
	return dot;
}

static bool
verifies(const struct jwk *k, const char *token)
{
	unsigned char *sig;
	size_t len;
	const char *dot = signature(token, &sig, &len);

	return jwk_verify(unit_ctx, k, token, (size_t)(dot - token), sig, len);
}

START_TEST(recorded_tokens_verify_with_both_halves_of_their_key)
{
	struct recorded r = recorded(_i);

	ck_assert(verifies(r.public, r.token));
	ck_assert(verifies(r.private, r.token));
	ck_assert_str_eq(jwk_alg(r.public), r.alg);
	ck_assert_pstr_eq(jwk_crv(r.public), r.crv);
}
END_TEST

START_TEST(recorded_keys_are_written_as_they_came)
{
	struct recorded r = recorded(_i);

	ck_assert_str_eq(jwk_public(unit_ctx, r.public), r.public_text);
	ck_assert_str_eq(jwk_public(unit_ctx, r.private), r.public_text);
	ck_assert_str_eq(jwk_private(unit_ctx, r.private), r.private_text);
}
END_TEST

START_TEST(a_changed_token_is_refused)
{
	struct recorded r = recorded(_i);
	unsigned char *sig;
	size_t len, i;
	const char *dot = signature(r.token, &sig, &len);
	size_t n = (size_t)(dot - r.token);
	char *text = arena_strndup(unit_arena, r.token, n);

	for (i = 0; i < n; i += 41) {
		text[i] ^= 1;
		ck_assert(!jwk_verify(unit_ctx, r.public, text, n, sig, len));
		text[i] ^= 1;
	}
	for (i = 0; i < len; i += 5) {
		sig[i] ^= 0x40;
		ck_assert(!jwk_verify(unit_ctx, r.public, text, n, sig, len));
		sig[i] ^= 0x40;
	}
	ck_assert(!jwk_verify(unit_ctx, r.public, text, n - 1, sig, len));
	ck_assert(jwk_verify(unit_ctx, r.public, text, n, sig, len));
}
END_TEST

START_TEST(a_signature_of_another_length_is_refused)
{
	struct recorded r = recorded(_i);
	unsigned char *sig, *longer;
	size_t len, i;
	const char *dot = signature(r.token, &sig, &len);
	size_t n = (size_t)(dot - r.token);

	for (i = 0; i < len; i++)
		ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, sig, i));
	longer = arena_alloc(unit_arena, len + 2);
	memcpy(longer, sig, len);
	ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, longer, len + 1));
	memmove(longer + 1, sig, len);
	longer[0] = 0;
	ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, longer, len + 1));
}
END_TEST

START_TEST(a_signature_of_zeros_or_ones_is_refused)
{
	struct recorded r = recorded(_i);
	unsigned char *sig, zeros[512] = { 0 }, ones[512];
	size_t len;
	const char *dot = signature(r.token, &sig, &len);
	size_t n = (size_t)(dot - r.token);

	memset(ones, 0xFF, sizeof(ones));
	ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, zeros, len));
	ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, ones, len));
	ck_assert(!jwk_verify(unit_ctx, r.public, r.token, n, zeros, 0));
}
END_TEST

START_TEST(what_we_sign_verifies)
{
	struct recorded r = recorded(_i);
	const char *text = "header.payload";
	unsigned char *sig, *parsed;
	size_t len, expected;

	(void)signature(r.token, &parsed, &expected);
	sig = jwk_sign(unit_ctx, r.private, text, strlen(text), &len);
	ck_assert_ptr_nonnull(sig);
	ck_assert_uint_eq(len, expected);
	ck_assert(jwk_verify(unit_ctx, r.public, text, strlen(text), sig, len));
	sig[len / 2] ^= 1;
	ck_assert(!jwk_verify(unit_ctx, r.public, text, strlen(text), sig, len));
	ck_assert_ptr_null(jwk_sign(unit_ctx, r.public, text, strlen(text), &len));
}
END_TEST

/* A signature that held is remembered: with its key, its text and all of itself. */
START_TEST(what_held_holds_for_nothing_else)
{
	struct recorded r = recorded(_i);
	struct jwk *other = jwk_generate(unit_ctx, r.alg);
	const char *text = "header.payload", *altered = "header.paylaod";
	size_t n = strlen(text), len;
	unsigned char *sig = jwk_sign(unit_ctx, r.private, text, n, &len);
	int i;

	for (i = 0; i < 3; i++) {
		ck_assert(jwk_verify(unit_ctx, r.public, text, n, sig, len));
		ck_assert(!jwk_verify(unit_ctx, other, text, n, sig, len));
		ck_assert(!jwk_verify(unit_ctx, r.public, altered, n, sig, len));
		ck_assert(!jwk_verify(unit_ctx, r.public, text, n - 1, sig, len));
		ck_assert(!jwk_verify(unit_ctx, r.public, text, n, sig, len - 1));
		sig[len - 1] ^= 1;
		ck_assert(!jwk_verify(unit_ctx, r.public, text, n, sig, len));
		sig[len - 1] ^= 1;
	}
	jwk_free(other);
}
END_TEST

/* ECDSA numbers with leading zeros must keep their width: one in 256 has some on P-256,
 * every other one on P-521. */
START_TEST(many_signatures_verify)
{
	struct recorded r = recorded(_i);
	int i, n = str_eq(r.alg, "ES256") ? 300 : str_eq(r.alg, "ES512") ? 10 : 3;
	unsigned char *sig;
	size_t len;

	for (i = 0; i < n; i++) {
		sig = jwk_sign(unit_ctx, r.private, (const char *)&i, sizeof(i), &len);
		ck_assert_ptr_nonnull(sig);
		ck_assert(jwk_verify(unit_ctx, r.public, (const char *)&i, sizeof(i), sig, len));
	}
}
END_TEST

static bool
signs_alike(const struct jwk *k, const char *token)
{
	unsigned char *sig, *ours;
	size_t len, our_len;
	const char *dot = signature(token, &sig, &len);

	ours = jwk_sign(unit_ctx, k, token, (size_t)(dot - token), &our_len);
	return ours != NULL && our_len == len && memcmp(ours, sig, len) == 0;
}

START_TEST(eddsa_and_rs256_sign_as_recorded_byte_for_byte)
{
	struct recorded r = recorded(_i);

	if (str_eq(r.alg, "EdDSA") || str_eq(r.alg, "RS256"))
		ck_assert(signs_alike(r.private, r.token));
	else
		ck_assert(!signs_alike(r.private, r.token));
}
END_TEST

START_TEST(a_token_of_another_key_is_refused)
{
	struct recorded r = recorded(_i), other;
	int i;

	for (i = 0; i < RECORDED; i++) {
		other = recorded(i);
		ck_assert_int_eq(verifies(r.public, other.token), i == _i);
	}
}
END_TEST

/* RFC 8037 appendices A.4 and A.5, RFC 7515 appendices A.2 and A.3. */
#define RFC_ROWS 3

START_TEST(the_examples_of_the_rfcs_hold)
{
	const struct js *js = js_at(unit_vectors("rfc.json"), (size_t)_i);
	const char *alg = text_of(js, "alg"), *token = text_of(js, "token");
	struct jwk *k = import(js_get(js, "jwk"), alg);

	ck_assert_msg(k != NULL && verifies(k, token), "%s", text_of(js, "name"));
	ck_assert(verifies(import(parse(jwk_public(unit_ctx, k)), alg), token));
	ck_assert_int_eq(signs_alike(k, token), !str_eq(alg, "ES256"));
}
END_TEST

static const struct {
	const char *alg, *crv, *kty;
	size_t signature;
} algs[] = {
	{ "EdDSA", "Ed25519", "OKP", 64 },
	{ "ES256", "P-256", "EC", 64 },
	{ "ES512", "P-521", "EC", 132 },
	{ "RS256", NULL, "RSA", 256 },
	{ "PS256", NULL, "RSA", 256 },
};

START_TEST(new_keys_sign_and_survive_being_stored)
{
	struct jwk *k = jwk_generate(unit_ctx, algs[_i].alg), *again, *half;
	unsigned char *sig;
	size_t len;

	ck_assert_ptr_nonnull(k);
	arena_defer(unit_arena, free_key, k);
	ck_assert_pstr_eq(jwk_crv(k), algs[_i].crv);
	again = import(parse(jwk_private(unit_ctx, k)), algs[_i].alg);
	half = import(parse(jwk_public(unit_ctx, k)), algs[_i].alg);
	ck_assert(again != NULL && half != NULL);
	ck_assert_str_eq(jwk_private(unit_ctx, again), jwk_private(unit_ctx, k));
	ck_assert_str_eq(text_of(parse(jwk_public(unit_ctx, k)), "kty"), algs[_i].kty);
	ck_assert(!js_has(parse(jwk_public(unit_ctx, k)), "d"));
	sig = jwk_sign(unit_ctx, again, "text", 4, &len);
	ck_assert_uint_eq(len, algs[_i].signature);
	ck_assert(jwk_verify(unit_ctx, half, "text", 4, sig, len));
}
END_TEST

START_TEST(coordinates_keep_their_width)
{
	static const char *const curves[] = { "ES256", "ES512" };
	static const size_t widths[] = { 43, 88 }; /* characters of 32 and 66 bytes */
	const struct js *js;
	struct jwk *k;
	int i, curve;

	for (i = 0; i < 200; i++) {
		curve = i % 20 == 0;
		k = jwk_generate(unit_ctx, curves[curve]);
		js = parse(jwk_private(unit_ctx, k));

		arena_defer(unit_arena, free_key, k);
		ck_assert_uint_eq(strlen(text_of(js, "x")), widths[curve]);
		ck_assert_uint_eq(strlen(text_of(js, "y")), widths[curve]);
		ck_assert_uint_eq(strlen(text_of(js, "d")), widths[curve]);
		ck_assert_ptr_nonnull(import(js, curves[curve]));
	}
}
END_TEST

static const char *const no_algs[] = { "", "none", "HS256", "eddsa", "ES384", "RS512", "Ed25519" };

START_TEST(unknown_algorithms_have_no_keys)
{
	struct recorded r = recorded(0);

	ck_assert_ptr_null(jwk_generate(unit_ctx, no_algs[_i]));
	ck_assert_ptr_null(import(parse(r.public_text), no_algs[_i]));
}
END_TEST

START_TEST(no_algorithm_has_no_key)
{
	ck_assert_ptr_null(import(parse("{\"kty\":\"oct\",\"k\":\"AA\"}"), "HS256"));
	ck_assert_ptr_null(import(parse("{\"kty\":\"oct\",\"k\":\"AA\"}"), NULL));
}
END_TEST

static const struct {
	const char *jwk, *alg; /* NULL: unknown */
} guesses[] = {
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "EdDSA" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-256\"}", "ES256" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-521\"}", "ES512" },
	{ "{\"kty\":\"RSA\"}", "RS256" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-384\"}", NULL },
	{ "{\"kty\":\"OKP\",\"crv\":\"X25519\"}", NULL },
	{ "{\"kty\":\"OKP\"}", NULL },
	{ "{\"kty\":\"EC\"}", NULL },
	{ "{\"kty\":\"oct\"}", NULL },
	{ "{}", NULL },
	{ "[]", NULL },
	{ "{\"kty\":1,\"crv\":2}", NULL },
};

START_TEST(an_algorithm_is_guessed_from_type_and_curve)
{
	ck_assert_pstr_eq(jwk_guess_alg(unit_ctx, parse(guesses[_i].jwk)), guesses[_i].alg);
}
END_TEST

/* What tokens are checked with only, where nobody says which. */
static const struct {
	const char *jwk, *alg;
} usual[] = {
	{ "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "EdDSA" },
	{ "{\"kty\":\"EC\",\"crv\":\"P-384\"}", "ES384" },
	{ "{\"kty\":\"RSA\"}", "RS256" },
	{ "{\"kty\":\"oct\"}", "HS256" },
	{ "{\"kty\":\"OCT\"}", NULL },
	{ "{\"kty\":\"EC\",\"crv\":\"secp256k1\"}", NULL },
	{ "{}", NULL },
};

START_TEST(a_foreign_key_has_a_usual_algorithm)
{
	ck_assert_pstr_eq(jwk_usual_alg(unit_ctx, parse(usual[_i].jwk)), usual[_i].alg);
}
END_TEST

START_TEST(a_secret_checks_and_is_never_written)
{
	static const char zeros[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	const char *text = str_printf(unit_arena, "{\"kty\":\"oct\",\"k\":\"%s\"}", zeros);
	unsigned char mac[32], key[32] = { 0 };
	struct jwk *k;
	size_t len;

	ck_assert_int_eq(jwk_verifier(unit_ctx, parse(text), "HS256", &k), JWK_OK);
	arena_defer(unit_arena, free_key, k);
	crypto_auth_hmacsha256(mac, (const unsigned char *)"text", 4, key);
	ck_assert(jwk_verify(unit_ctx, k, "text", 4, mac, 32));
	ck_assert(!jwk_verify(unit_ctx, k, "text", 4, mac, 31));
	ck_assert(!jwk_verify(unit_ctx, k, "text", 4, mac, 0));
	ck_assert(!jwk_verify(unit_ctx, k, "texT", 4, mac, 32));
	mac[31] ^= 1;
	ck_assert(!jwk_verify(unit_ctx, k, "text", 4, mac, 32));
	ck_assert_ptr_null(jwk_sign(unit_ctx, k, "text", 4, &len));
	ck_assert_ptr_null(jwk_public(unit_ctx, k));
	ck_assert_ptr_null(jwk_private(unit_ctx, k));
}
END_TEST

Suite *
suite_jwk(void)
{
	Suite *s = suite_create("jwk");
	TCase *tc = unit_case(s, "recorded keys");

	tcase_add_loop_test(tc, recorded_tokens_verify_with_both_halves_of_their_key, 0, RECORDED);
	tcase_add_loop_test(tc, recorded_keys_are_written_as_they_came, 0, RECORDED);
	tcase_add_loop_test(tc, a_changed_token_is_refused, 0, RECORDED);
	tcase_add_loop_test(tc, a_signature_of_another_length_is_refused, 0, RECORDED);
	tcase_add_loop_test(tc, a_signature_of_zeros_or_ones_is_refused, 0, RECORDED);
	tcase_add_loop_test(tc, what_we_sign_verifies, 0, RECORDED);
	tcase_add_loop_test(tc, what_held_holds_for_nothing_else, 0, RECORDED);
	tcase_add_loop_test(tc, many_signatures_verify, 0, RECORDED);
	tcase_add_loop_test(tc, eddsa_and_rs256_sign_as_recorded_byte_for_byte, 0, RECORDED);
	tcase_add_loop_test(tc, a_token_of_another_key_is_refused, 0, RECORDED);
	tc = unit_case(s, "RFC examples");
	tcase_add_loop_test(tc, the_examples_of_the_rfcs_hold, 0, RFC_ROWS);
	tc = unit_case(s, "new keys");
	unit_table(tc, new_keys_sign_and_survive_being_stored, algs);
	tcase_add_test(tc, coordinates_keep_their_width);
	tc = unit_case(s, "algorithms");
	unit_table(tc, unknown_algorithms_have_no_keys, no_algs);
	tcase_add_test(tc, no_algorithm_has_no_key);
	unit_table(tc, an_algorithm_is_guessed_from_type_and_curve, guesses);
	unit_table(tc, a_foreign_key_has_a_usual_algorithm, usual);
	tcase_add_test(tc, a_secret_checks_and_is_never_written);
	return s;
}
