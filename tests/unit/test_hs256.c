/* SPDX-License-Identifier: ISC */
/* hs256: the peer's tokens, and everything that is none of them. */
#include "port/hs256.h"

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/secret.h"
#include "suites.h"
#include "unit.h"

static const char *
vector(const char *key)
{
	return js_text(unit_ctx, js_get(unit_vectors("peer.json"), key));
}

static const char *
encode(const char *text)
{
	return enc_base64url(unit_arena, text, strlen(text));
}

/* A token with that header and payload under our secret. */
static const char *
token_of(const char *header, const char *payload)
{
	const char *text = str_printf(unit_arena, "%s.%s", encode(header), encode(payload));

	return str_printf(unit_arena, "%s.%s", text, secret_mac_url(unit_ctx, text, strlen(text)));
}

/* The payload's text as it was sealed. */
static const char *
payload_of(const char *token)
{
	const char *from = strchr(token, '.') + 1;
	size_t len;

	return (char *)enc_base64url_decode(unit_arena, from, strcspn(from, "."), &len);
}

START_TEST(recorded_tokens_are_read)
{
	const struct js *js = hs256_open(unit_ctx, vector("emailVerificationToken"));

	ck_assert_str_eq(js_text(unit_ctx, js_get(js, "email")), "vecc488c8@example.com");
	ck_assert_int_eq(js_type_of(js, "exp"), JS_NUMBER);
	js = hs256_open(unit_ctx, vector("cookieCacheJwt"));
	ck_assert_str_eq(js_text(unit_ctx, js_get(js, "version")), "1");
}
END_TEST

/* Byte for byte: the signature has no randomness. */
START_TEST(recorded_tokens_are_made_alike)
{
	const char *mail = vector("emailVerificationToken"), *cache = vector("cookieCacheJwt");

	ck_assert_str_eq(hs256_seal(unit_ctx, payload_of(mail)), mail);
	ck_assert_str_eq(hs256_seal(unit_ctx, payload_of(cache)), cache);
}
END_TEST

/* The compact cookie cache signs its text the same way. */
START_TEST(the_recorded_compact_cache_is_signed_alike)
{
	const char *text = vector("cookieCacheCompact"), *inner, *signature;
	const struct js *js;
	size_t len;
	bool ok;

	text = (char *)enc_base64url_decode(unit_arena, text, strlen(text), &len);
	js = js_parse(unit_ctx, text, len, &ok);
	signature = js_text(unit_ctx, js_get(js, "signature"));
	inner = text + strlen("{\"session\":");
	inner = str_printf(unit_arena, "%.*s,\"expiresAt\":1795367084177}",
	    (int)(strstr(inner, "},\"expiresAt\":1795") - inner), inner);
	ck_assert_str_eq(secret_mac_url(unit_ctx, inner, strlen(inner)), signature);
}
END_TEST

START_TEST(a_changed_character_is_noticed)
{
	const char *token = vector("emailVerificationToken");
	size_t i, n = strlen(token);

	for (i = 0; i < n; i++) {
		char *text = arena_strdup(unit_arena, token);

		text[i] = text[i] == 'A' ? 'B' : 'A';
		ck_assert_msg(hs256_open(unit_ctx, text) == NULL, "character %zu", i);
		ck_assert(hs256_open(unit_ctx, arena_strndup(unit_arena, token, i)) == NULL);
	}
}
END_TEST

static const struct {
	const char *header, *payload;
	bool good;
} shapes[] = {
	{ "{\"alg\":\"HS256\"}", "{}", true },
	{ "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", "{\"a\":1}", true },
	{ "{\"alg\":\"HS512\"}", "{}", false },
	{ "{\"alg\":\"none\"}", "{}", false },
	{ "{\"alg\":\"hs256\"}", "{}", false },
	{ "{\"alg\":[\"HS256\"]}", "{}", false },
	{ "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", "{}", false },
	{ "{}", "{}", false },
	{ "[]", "{}", false },
	{ "", "{}", false },
	{ "{\"alg\":\"HS256\"}", "[]", false },
	{ "{\"alg\":\"HS256\"}", "null", false },
	{ "{\"alg\":\"HS256\"}", "", false },
	{ "{\"alg\":\"HS256\"}", "{", false },
};

START_TEST(the_signature_alone_is_not_enough)
{
	const char *token = token_of(shapes[_i].header, shapes[_i].payload);

	ck_assert_msg((hs256_open(unit_ctx, token) != NULL) == shapes[_i].good, "%s.%s",
	    shapes[_i].header, shapes[_i].payload);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
	const char *token = vector("emailVerificationToken"), *last = strrchr(token, '.');
	const char *texts[] = {
		"",
		".",
		"..",
		"...",
		"a.b.c",
		last,
		str_printf(unit_arena, "%.*s..%s", (int)strcspn(token, "."), token, last + 1),
		str_printf(unit_arena, "%s.", token),
		str_printf(unit_arena, "%s%s", token, last),
		str_printf(unit_arena, "%s=", token),
		str_printf(unit_arena, "%s ", token),
		str_printf(unit_arena, "%.*s.", (int)(last - token), token),
		secret_sign(unit_ctx, token),
	};
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		ck_assert_msg(hs256_open(unit_ctx, texts[i]) == NULL, "%s", texts[i]);
}
END_TEST

START_TEST(another_secret_reads_nothing)
{
	const char *token = vector("emailVerificationToken");

	unit_conf()->secret = vector("otherSecret");
	ck_assert_ptr_null(hs256_open(unit_ctx, token));
	ck_assert_ptr_nonnull(hs256_open(unit_ctx, hs256_seal(unit_ctx, "{}")));
}
END_TEST

START_TEST(a_token_is_not_read_beyond_64_kib)
{
	char *text = arena_alloc(unit_arena, 80000);
	size_t n;

	for (n = 40000; n <= 60000; n += 20000) {
		strcpy(text, "{\"a\":\"");
		memset(text + 6, 'x', n);
		strcpy(text + 6 + n, "\"}");
		ck_assert(
		    (hs256_open(unit_ctx, hs256_seal(unit_ctx, text)) != NULL) == (n == 40000));
	}
}
END_TEST

Suite *
suite_hs256(void)
{
	Suite *s = suite_create("hs256");
	TCase *tc = unit_case(s, "recorded");

	tcase_add_test(tc, recorded_tokens_are_read);
	tcase_add_test(tc, recorded_tokens_are_made_alike);
	tcase_add_test(tc, the_recorded_compact_cache_is_signed_alike);
	tc = unit_case(s, "refused");
	tcase_add_test(tc, a_changed_character_is_noticed);
	unit_table(tc, the_signature_alone_is_not_enough, shapes);
	tcase_add_test(tc, what_is_no_token_is_refused);
	tcase_add_test(tc, another_secret_reads_nothing);
	tcase_add_test(tc, a_token_is_not_read_beyond_64_kib);
	return s;
}
