/* SPDX-License-Identifier: ISC */
/* keyset: which key of a JWKS a token is checked with, the RFCs' examples, and tokens of
 * every algorithm that another program has made (tests/vectors/jws.json). */
#include "flow/keyset.h"

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "suites.h"
#include "unit.h"

#define ED \
	"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_" \
	"7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define SMALL_ORDER \
	"\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
	"\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define RSA_N \
	"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_" \
	"AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-" \
	"oBHqFEHYpPe7Tpe-" \
	"OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k" \
	"3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
#define RSA "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""
#define OCT "\"kty\":\"oct\",\"k\":\"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg\""
#define SET(keys) "{\"keys\":[" keys "]}"

static struct jwt
read_token(const char *text)
{
	struct jwt t;

	ck_assert_uint_eq(jwt_read(unit_ctx, text, strlen(text), &t), 0);
	return t;
}

static struct jwt
headed(const char *header)
{
	return read_token(str_printf(unit_arena, "%s.e30.AAAA",
	    enc_base64url(unit_arena, header, strlen(header))));
}

static struct keyset
set_of(const char *text, const char *algs)
{
	struct keyset set = { .algs = algs };
	const char *why = keyset_read(unit_ctx, text, strlen(text), &set);

	ck_assert_msg(why == NULL, "%s: %s", why, text);
	return set;
}

static const struct {
	const char *text, *why; /* NULL: it is one */
} texts[] = {
	{ SET(""), NULL },
	{ SET("1,null,\"a\",[]"), NULL },
	{ "{" ED "}", NULL },
	{ "{\"kty\":1}", NULL },
	{ "\xEF\xBB\xBF{\"keys\":[]}", NULL },
	{ "", "is no JSON object" },
	{ "[{" ED "}]", "is no JSON object" },
	{ "{\"keys\":[]", "is no JSON object" },
	{ "-----BEGIN PUBLIC KEY-----", "is no JSON object" },
	{ "{}", "is neither a JWKS nor a JWK" },
	{ "{\"keys\":{}}", "has keys that are no array" },
	{ "{\"keys\":null,\"kty\":\"RSA\"}", "has keys that are no array" },
};

START_TEST(a_set_is_one_or_is_told_why_not)
{
	struct keyset set = { 0 };

	ck_assert_pstr_eq(keyset_read(unit_ctx, texts[_i].text, strlen(texts[_i].text), &set),
	    texts[_i].why);
}
END_TEST

START_TEST(a_set_has_bounds)
{
	struct buf b = buf_new(unit_arena, 1024);
	struct keyset set = { 0 };
	char *text = arena_alloc(unit_arena, KEYSET_SIZE_MAX + 1);
	int i;

	for (i = 0; i < KEYSET_MAX; i++)
		buf_add(&b, "{},");
	ck_assert_uint_eq(set_of(str_printf(unit_arena, SET("%s1"), b.p), NULL).n, KEYSET_MAX);
	text = str_printf(unit_arena, SET("%s{}"), b.p);
	ck_assert_str_eq(keyset_read(unit_ctx, text, strlen(text), &set), "has more than 100 keys");
	ck_assert_str_eq(keyset_read(unit_ctx, text, KEYSET_SIZE_MAX + 1, &set),
	    "is longer than any JWKS");
}
END_TEST

static const struct {
	const char *keys, *algs, *header;
	enum jwt_fault fault;
	enum jwk_fault why;
} finds[] = {
	{ "{" EC "}", NULL, "{\"alg\":\"ES256\"}", JWT_OK, 0 },
	{ "{" EC ",\"kid\":\"a\"}", NULL, "{\"alg\":\"ES256\",\"kid\":\"a\"}", JWT_OK, 0 },
	{ "{" EC ",\"kid\":\"a\"}", NULL, "{\"alg\":\"ES256\"}", JWT_OK, 0 },
	{ "{" EC ",\"kid\":\"a\"}", NULL, "{\"alg\":\"ES256\",\"kid\":\"b\"}", JWT_NO_KEY, 0 },
	{ "{" EC ",\"kid\":\"a\"}", NULL, "{\"alg\":\"ES256\",\"kid\":\"\"}", JWT_NO_KEY, 0 },
	{ "{" EC ",\"kid\":1}", NULL, "{\"alg\":\"ES256\",\"kid\":\"1\"}", JWT_NO_KEY, 0 },
	{ "{" EC "}", NULL, "{\"alg\":\"ES256\",\"kid\":\"b\"}", JWT_OK, 0 },
	{ "{" EC "},{" EC ",\"kid\":\"b\"}", NULL, "{\"alg\":\"ES256\",\"kid\":\"b\"}", JWT_OK, 0 },
	{ "{" EC "},{" EC "}", NULL, "{\"alg\":\"ES256\"}", JWT_AMBIGUOUS, 0 },
	{ "{" EC "},{" EC "},{" EC "}", NULL, "{\"alg\":\"ES256\"}", JWT_AMBIGUOUS, 0 },
	{ "{" ED "},{" EC "},{" RSA "},{" OCT "}", NULL, "{\"alg\":\"EdDSA\"}", JWT_OK, 0 },
	{ "{" ED "},{" EC "},{" RSA "},{" OCT "}", NULL, "{\"alg\":\"Ed25519\"}", JWT_OK, 0 },
	{ "{" ED "},{" EC "},{" RSA "},{" OCT "}", NULL, "{\"alg\":\"RS256\"}", JWT_OK, 0 },
	{ "{" OCT "}", NULL, "{\"alg\":\"HS256\"}", JWT_OK, 0 },
	{ "{\"kty\":\"new\"},{" OCT "}", NULL, "{\"alg\":\"HS256\"}", JWT_OK, 0 },
	{ "{" EC "},{" OCT "}", NULL, "{\"alg\":\"HS256\"}", JWT_KEY, JWK_PUBLISHED },
	{ "{" OCT ",\"kid\":\"a\"},{" EC "}", NULL, "{\"alg\":\"HS256\",\"kid\":\"a\"}", JWT_KEY,
	    JWK_PUBLISHED },
	{ "{" ED "},{" EC "},{" RSA "},{" OCT "}", NULL, "{\"alg\":\"ES384\"}", JWT_NO_KEY, 0 },
	/* a key that names no algorithm: the usual one, or those that are asked for */
	{ "{" RSA "}", NULL, "{\"alg\":\"PS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA "}", NULL, "{\"alg\":\"RS512\"}", JWT_NO_KEY, 0 },
	{ "{" RSA "}", "RS512", "{\"alg\":\"RS512\"}", JWT_OK, 0 },
	{ "{" RSA "}", "RS512", "{\"alg\":\"RS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA "}", "RS256, PS256", "{\"alg\":\"PS256\"}", JWT_OK, 0 },
	{ "{" RSA ",\"kid\":\"a\"}", NULL, "{\"alg\":\"PS256\",\"kid\":\"a\"}", JWT_OTHER_ALG, 0 },
	{ "{" OCT "}", NULL, "{\"alg\":\"HS512\"}", JWT_NO_KEY, 0 },
	{ "{" OCT "}", "HS512", "{\"alg\":\"HS512\"}", JWT_KEY, JWK_SECRET_SHORT },
	/* a key that does, and what is asked for */
	{ "{" RSA ",\"alg\":\"PS256\"}", NULL, "{\"alg\":\"PS256\"}", JWT_OK, 0 },
	{ "{" RSA ",\"alg\":\"PS256\"}", NULL, "{\"alg\":\"RS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA ",\"alg\":\"PS256\"}", "RS256", "{\"alg\":\"PS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA ",\"alg\":\"PS256\"}", "RS256", "{\"alg\":\"RS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA ",\"alg\":null}", NULL, "{\"alg\":\"RS256\"}", JWT_NO_KEY, 0 },
	{ "{" ED ",\"alg\":\"EdDSA\"}", NULL, "{\"alg\":\"Ed25519\"}", JWT_NO_KEY, 0 },
	{ "{" ED ",\"alg\":\"Ed25519\"}", NULL, "{\"alg\":\"Ed25519\"}", JWT_OK, 0 },
	/* one key in the place of another */
	{ "{" RSA "}", NULL, "{\"alg\":\"HS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA "}", "HS256", "{\"alg\":\"HS256\"}", JWT_NO_KEY, 0 },
	{ "{" RSA ",\"alg\":\"HS256\"}", NULL, "{\"alg\":\"HS256\"}", JWT_KEY, JWK_TYPE },
	{ "{" OCT ",\"alg\":\"RS256\"}", NULL, "{\"alg\":\"RS256\"}", JWT_KEY, JWK_TYPE },
	{ "{" OCT ",\"alg\":\"EdDSA\"}", NULL, "{\"alg\":\"EdDSA\"}", JWT_KEY, JWK_TYPE },
	{ "{" EC ",\"alg\":\"ES512\"}", NULL, "{\"alg\":\"ES512\"}", JWT_KEY, JWK_CURVE },
	{ "{" EC "}", "ES512", "{\"alg\":\"ES512\"}", JWT_NO_KEY, 0 },
	/* keys of no use among others */
	{ "{" EC ",\"use\":\"enc\"}", NULL, "{\"alg\":\"ES256\"}", JWT_KEY, JWK_USE },
	{ "{" EC ",\"use\":\"enc\"},{" EC "}", NULL, "{\"alg\":\"ES256\"}", JWT_OK, 0 },
	{ "{" EC "},{" EC ",\"use\":\"enc\"}", NULL, "{\"alg\":\"ES256\"}", JWT_OK, 0 },
	{ "1,null,{},{\"kty\":\"new\"},{" EC "}", NULL, "{\"alg\":\"ES256\"}", JWT_OK, 0 },
	/* those that take long to find out count as keys */
	{ "{" SMALL_ORDER "}", NULL, "{\"alg\":\"EdDSA\"}", JWT_KEY, JWK_POINT },
	{ "{" SMALL_ORDER "},{" ED "}", NULL, "{\"alg\":\"EdDSA\"}", JWT_AMBIGUOUS, 0 },
	{ "{" EC ",\"key_ops\":[\"sign\"]}", NULL, "{\"alg\":\"ES256\"}", JWT_KEY, JWK_OPS },
};

START_TEST(the_one_key_that_fits_is_found)
{
	struct keyset set = set_of(str_printf(unit_arena, SET("%s"), finds[_i].keys),
	    finds[_i].algs);
	struct jwt t = headed(finds[_i].header);
	struct keyset_find f;

	ck_assert_msg(keyset_find(unit_ctx, &set, &t, &f) == finds[_i].fault, "%s %s",
	    finds[_i].header, finds[_i].keys);
	ck_assert_int_eq(f.why, finds[_i].why);
	ck_assert_int_eq(f.key != NULL, finds[_i].fault == JWT_OK);
	if (f.key != NULL)
		ck_assert_str_eq(jwk_alg(f.key), t.alg);
	jwk_free(f.key);
}
END_TEST

static bool
verifies(const struct js *row, const char *text, const char *algs)
{
	struct keyset set = set_of(js_print(unit_ctx, js_get(row, "jwk")), algs);
	struct jwt t = read_token(text);
	struct keyset_find f;
	bool ok = keyset_find(unit_ctx, &set, &t, &f) == JWT_OK &&
	    jwt_verify(unit_ctx, &t, f.key) == JWT_OK;

	jwk_free(f.key);
	return ok;
}

static const char *
text_of(const struct js *row, const char *key)
{
	return js_text(unit_ctx, js_get(row, key));
}

/* Only under their own algorithm, and not with a bit changed. */
static void
check_examples(const char *file, size_t n)
{
	const struct js *rows = unit_vectors(file), *row;
	char *text, *dot;
	size_t i;

	ck_assert_uint_eq(js_length(rows), n);
	for (i = 0; i < n; i++) {
		row = js_at(rows, i);
		text = arena_strdup(unit_arena, text_of(row, "token"));
		ck_assert_msg(verifies(row, text, text_of(row, "alg")), "%s", text);
		ck_assert(!verifies(row, text, "ES384K"));
		dot = strchr(text, '.') + 1;
		dot[1] = dot[1] == 'A' ? 'B' : 'A';
		ck_assert_msg(!verifies(row, text, text_of(row, "alg")), "%s", text);
	}
}

START_TEST(examples_and_tokens_of_others_verify)
{
	check_examples("rfc.json", 3);
	check_examples("jws.json", 14);
}
END_TEST

/* What is named for a token and the keys of its group. */
static const char *
named(const struct js *group, const char *text)
{
	const struct js *keys = js_get(group, js_has(group, "public") ? "public" : "private");
	struct keyset set = set_of(js_print(unit_ctx, keys), NULL);
	struct keyset_find f = { 0 };
	struct jwt t;
	enum jwt_fault fault = jwt_first(jwt_read(unit_ctx, text, strlen(text), &t));

	if (fault == JWT_OK)
		fault = keyset_find(unit_ctx, &set, &t, &f);
	if (fault == JWT_OK)
		fault = jwt_verify(unit_ctx, &t, f.key);
	jwk_free(f.key);
	return fault == JWT_KEY ? jwk_fault_name(f.why) : jwt_fault_name(fault);
}

/* Examples of RFC 7515, 7517 and 8037, and cases in the spirit of Wycheproof. */
START_TEST(keys_and_tokens_of_the_suite_are_what_it_says)
{
	const struct js *groups = js_get(unit_vectors("suite.json"), "testGroups"), *tests, *test;
	size_t i, j, n = 0;

	for (i = 0; i < js_length(groups); i++) {
		tests = js_get(js_at(groups, i), "tests");
		for (j = 0; j < js_length(tests); j++, n++) {
			const char *fault = text_of(test = js_at(tests, j), "fault");

			ck_assert_msg(str_eq(named(js_at(groups, i), text_of(test, "jws")),
			                  fault != NULL ? fault : "ok"),
			    "%s: %s", text_of(js_at(groups, i), "comment"),
			    text_of(test, "comment"));
		}
	}
	ck_assert_uint_eq(n, 54);
}
END_TEST

START_TEST(thumbprints_are_those_of_the_rfcs)
{
	const struct js *rows = unit_vectors("thumbprint.json");
	const struct js *row = js_at(rows, (size_t)_i);

	ck_assert_str_eq(jwk_thumbprint(unit_ctx, js_get(row, "jwk")), text_of(row, "thumbprint"));
}
END_TEST

START_TEST(a_secret_has_no_thumbprint)
{
	struct keyset set = set_of(SET("{" OCT "},{\"kty\":\"new\"}"), NULL);

	ck_assert_ptr_null(jwk_thumbprint(unit_ctx, set.keys[0]));
	ck_assert_ptr_null(jwk_thumbprint(unit_ctx, set.keys[1]));
}
END_TEST

Suite *
suite_keyset(void)
{
	Suite *s = suite_create("keyset");
	TCase *tc = unit_case(s, "sets");

	unit_table(tc, a_set_is_one_or_is_told_why_not, texts);
	tcase_add_test(tc, a_set_has_bounds);
	unit_table(tc, the_one_key_that_fits_is_found, finds);
	tc = unit_case(s, "examples");
	tcase_add_test(tc, examples_and_tokens_of_others_verify);
	tcase_add_test(tc, keys_and_tokens_of_the_suite_are_what_it_says);
	tcase_add_loop_test(tc, thumbprints_are_those_of_the_rfcs, 0, 2);
	tcase_add_test(tc, a_secret_has_no_thumbprint);
	return s;
}
