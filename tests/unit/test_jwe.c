/* SPDX-License-Identifier: ISC */
/* jwe: the peer's encrypted cookies, and everything that is none of them. */
#include "port/jwe.h"

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "suites.h"
#include "unit.h"

#define SESSION "better-auth-session"
#define ACCOUNT "better-auth-account"

static const char *
vector(const char *key)
{
	return js_text(unit_ctx, js_get(unit_vectors("peer.json"), key));
}

START_TEST(recorded_cookies_are_read)
{
	const char *text = jwe_open(unit_ctx, SESSION, vector("cookieCacheJwe"));
	const struct js *js;
	bool ok;

	ck_assert_ptr_nonnull(text);
	js = js_parse(unit_ctx, text, strlen(text), &ok);
	ck_assert_str_eq(js_text(unit_ctx, js_get(js, "version")), "1");
	ck_assert_int_eq(js_type_of(js, "jti"), JS_STRING);
	text = jwe_open(unit_ctx, ACCOUNT, vector("accountDataCookie"));
	ck_assert_ptr_nonnull(text);
	js = js_parse(unit_ctx, text, strlen(text), &ok);
	ck_assert_int_eq(js_type_of(js, "providerId"), JS_STRING);
}
END_TEST

/* The header names the key, so that it is the same for all. */
START_TEST(the_header_is_the_recorded_one)
{
	const char *recorded = vector("cookieCacheJwe"), *ours = jwe_seal(unit_ctx, SESSION, "{}");

	ck_assert_uint_eq(strcspn(ours, "."), strcspn(recorded, "."));
	ck_assert(strncmp(ours, recorded, strcspn(recorded, ".") + 2) == 0);
}
END_TEST

static const char *const plains[] = {
	"",
	"a",
	"fifteen bytes..",
	"sixteen bytes...",
	"seventeen bytes..",
	"{\"name\":\"Zo\xC3\xAB \xE2\x82\xAC\"}",
};

START_TEST(what_is_sealed_comes_back)
{
	const char *jwe = jwe_seal(unit_ctx, SESSION, plains[_i]);

	ck_assert_str_eq(jwe_open(unit_ctx, SESSION, jwe), plains[_i]);
	ck_assert_ptr_null(jwe_open(unit_ctx, ACCOUNT, jwe));
	ck_assert_str_ne(jwe, jwe_seal(unit_ctx, SESSION, plains[_i]));
}
END_TEST

START_TEST(a_changed_character_is_noticed)
{
	const char *jwe = jwe_seal(unit_ctx, SESSION, "{\"a\":\"some text of two blocks\"}");
	size_t i, n = strlen(jwe);

	for (i = 0; i < n; i++) {
		char *text = arena_strdup(unit_arena, jwe);

		text[i] = text[i] == 'A' ? 'B' : 'A';
		ck_assert_msg(jwe_open(unit_ctx, SESSION, text) == NULL, "character %zu", i);
		ck_assert(jwe_open(unit_ctx, SESSION, arena_strndup(unit_arena, jwe, i)) == NULL);
	}
}
END_TEST

START_TEST(what_is_no_jwe_is_refused)
{
	const char *jwe = jwe_seal(unit_ctx, SESSION, "{}"), *rest = strstr(jwe, "..");
	const char *none = "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}";
	const char *texts[] = {
		"",
		".",
		"..",
		"....",
		"a....",
		".....",
		"a..b.c.d",
		rest,
		str_printf(unit_arena, "%s.", jwe),
		str_printf(unit_arena, "%s ", jwe),
		str_printf(unit_arena, "%s=", jwe),
		str_printf(unit_arena, "%.*s.a%s", (int)(rest - jwe), jwe, rest + 1),
		str_printf(unit_arena, "%.*s%s", (int)(rest - jwe), jwe, rest + 1),
		str_printf(unit_arena, "%s%s", enc_base64url(unit_arena, none, strlen(none)), rest),
		vector("cookieCacheJwt"),
	};
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		ck_assert_msg(jwe_open(unit_ctx, SESSION, texts[i]) == NULL, "%s", texts[i]);
}
END_TEST

START_TEST(another_secret_reads_nothing)
{
	const char *jwe = jwe_seal(unit_ctx, SESSION, "{}");

	unit_conf()->secret = vector("otherSecret");
	ck_assert_ptr_null(jwe_open(unit_ctx, SESSION, jwe));
	ck_assert_ptr_null(jwe_open(unit_ctx, SESSION, vector("cookieCacheJwe")));
	ck_assert_ptr_nonnull(jwe_open(unit_ctx, SESSION, jwe_seal(unit_ctx, SESSION, "{}")));
}
END_TEST

START_TEST(older_secrets_go_on_reading)
{
	struct conf_secret versions[] = {
		{ 7, vector("otherSecret") },
		{ 3, "third-secret-0123456789-zyxwvutsrqponmlkjihgfedcba" },
		{ 1, vector("secret") },
	};
	const char *jwe = jwe_seal(unit_ctx, SESSION, "{}");

	unit_conf()->secret = versions[0].text;
	unit_conf()->versions = versions;
	unit_conf()->n_versions = 3;
	unit_conf()->only_secret = "";
	ck_assert_str_eq(jwe_open(unit_ctx, SESSION, jwe), "{}");
	unit_conf()->n_versions = 2;
	ck_assert_ptr_null(jwe_open(unit_ctx, SESSION, jwe));
	unit_conf()->only_secret = vector("secret");
	ck_assert_str_eq(jwe_open(unit_ctx, SESSION, jwe), "{}");
	jwe = jwe_seal(unit_ctx, SESSION, "{}");
	unit_conf()->n_versions = 1;
	unit_conf()->only_secret = "";
	ck_assert_str_eq(jwe_open(unit_ctx, SESSION, jwe), "{}");
}
END_TEST

Suite *
suite_jwe(void)
{
	Suite *s = suite_create("jwe");
	TCase *tc = unit_case(s, "read and written");

	tcase_add_test(tc, recorded_cookies_are_read);
	tcase_add_test(tc, the_header_is_the_recorded_one);
	unit_table(tc, what_is_sealed_comes_back, plains);
	tcase_add_test(tc, older_secrets_go_on_reading);
	tc = unit_case(s, "refused");
	tcase_add_test(tc, a_changed_character_is_noticed);
	tcase_add_test(tc, what_is_no_jwe_is_refused);
	tcase_add_test(tc, another_secret_reads_nothing);
	return s;
}
