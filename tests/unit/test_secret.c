/* SPDX-License-Identifier: ISC */
/* secret: the peer's signed and encrypted values. */
#include "port/secret.h"

#include <stdint.h>
#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "suites.h"
#include "unit.h"

static const char *
vector(const char *group, const char *key)
{
	const struct js *js = unit_vectors("peer.json");

	if (group != NULL)
		js = js_get(js, group);
	return js_text(unit_ctx, js_get(js, key));
}

START_TEST(the_recorded_session_is_signed_alike)
{
	const char *token = vector("session", "token"), *full = vector("session", "setAuthToken");

	ck_assert_str_eq(secret_sign(unit_ctx, token), full);
	ck_assert_str_eq(secret_unsign(unit_ctx, full), token);
}
END_TEST

START_TEST(other_recorded_cookies_are_ours_too)
{
	const char *cookie = vector(NULL, "stateCookie");

	ck_assert_str_eq(secret_unsign(unit_ctx,
	                     enc_percent_decode(unit_arena, cookie, strlen(cookie))),
	    "zkurFZ4OGfyYGAIghZ2OA31VSizfGHnD");
}
END_TEST

START_TEST(another_secret_signs_otherwise)
{
	const char *full = vector("session", "setAuthToken");

	unit_conf()->secret = vector(NULL, "otherSecret");
	ck_assert_str_ne(secret_sign(unit_ctx, vector("session", "token")), full);
	ck_assert_ptr_null(secret_unsign(unit_ctx, full));
}
END_TEST

static const char *const values[] = {
	"a",
	"true",
	"2fa-abc",
	"a.b.c",
	".a",
	"..",
	"with space",
	"\xC3\xA4\xE2\x82\xAC",
	"a:b",
	"x=",
	"%41",
	"admin:",
};

START_TEST(any_value_comes_back)
{
	ck_assert_str_eq(secret_unsign(unit_ctx, secret_sign(unit_ctx, values[_i])), values[_i]);
}
END_TEST

/* Changing any one character, anywhere, breaks it. */
START_TEST(a_changed_character_is_noticed)
{
	const char *full = vector("session", "setAuthToken");
	size_t i, n = strlen(full);

	for (i = 0; i < n; i++) {
		char *text = arena_strdup(unit_arena, full);

		text[i] = text[i] == 'A' ? 'B' : 'A';
		ck_assert_msg(secret_unsign(unit_ctx, text) == NULL, "character %zu", i);
	}
}
END_TEST

START_TEST(a_cut_signature_is_noticed)
{
	const char *full = vector("session", "setAuthToken");
	size_t n;

	for (n = 0; n < strlen(full); n++)
		ck_assert_msg(secret_unsign(unit_ctx, arena_strndup(unit_arena, full, n)) == NULL,
		    "%zu characters", n);
}
END_TEST

START_TEST(what_is_no_signed_value_is_refused)
{
	const char *full = vector("session", "setAuthToken"), *dot = strrchr(full, '.');
	const char *others = secret_sign(unit_ctx, "another value");
	const char *texts[] = {
		"",
		".",
		"..",
		"a",
		"a.",
		".a",
		"a.b",
		dot,
		dot + 1,
		str_printf(unit_arena, "%s ", full),
		str_printf(unit_arena, " %s", full),
		str_printf(unit_arena, "%s=", full),
		str_printf(unit_arena, "%s.", full),
		str_printf(unit_arena, "%s%s", full, dot),
		str_printf(unit_arena, "%s%s", vector("session", "token"), strrchr(others, '.')),
		str_printf(unit_arena, "another value%s", dot),
		str_printf(unit_arena, "%s%s", str_lower(unit_arena, vector("session", "token")),
		    dot),
		vector("session", "token"),
		vector("session", "cookie"),
	};
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		ck_assert_msg(secret_unsign(unit_ctx, texts[i]) == NULL, "%s", texts[i]);
}
END_TEST

/* base64 leaves four bits of the 32nd byte unused: only the one text counts. */
START_TEST(the_last_character_before_the_padding_has_one_form)
{
	const char *full = vector("session", "setAuthToken");
	char *text = arena_strdup(unit_arena, full);
	char *last = text + strlen(text) - 2;
	int i, accepted = 0;

	for (i = '!'; i <= '~'; i++) {
		*last = (char)i;
		accepted += secret_unsign(unit_ctx, text) != NULL;
	}
	ck_assert_int_eq(accepted, 1);
}
END_TEST

START_TEST(the_recorded_private_keys_are_decrypted)
{
	const struct js *keys = js_get(unit_vectors("peer.json"), "keys");
	size_t i, encrypted = 0;
	bool ok;

	for (i = 0; i < js_length(keys); i++) {
		const struct js *row = js_get(js_at(keys, i), "row"), *stored;
		const char *text = js_text(unit_ctx, js_get(row, "privateKey")), *plain;

		stored = js_parse(unit_ctx, text, strlen(text), &ok);
		if (js_type(stored) != JS_STRING)
			continue;
		plain = secret_decrypt(unit_ctx, js_text(unit_ctx, stored));
		ck_assert_ptr_nonnull(plain);
		ck_assert_int_eq(js_type_of(js_parse(unit_ctx, plain, strlen(plain), &ok), "d"),
		    JS_STRING);
		encrypted++;
	}
	ck_assert_uint_eq(encrypted, 4);
}
END_TEST

START_TEST(an_envelope_of_another_version_is_not_ours)
{
	const struct js *row = js_get(unit_vectors("peer.json"), "envelope");
	const char *text = js_text(unit_ctx, js_get(row, "privateKey"));

	ck_assert_ptr_nonnull(strstr(text, "$ba$2$"));
	ck_assert_ptr_null(secret_decrypt(unit_ctx, text));
	ck_assert_ptr_null(secret_decrypt(unit_ctx, "$ba$2$00"));
}
END_TEST

/* Settings as after BETTER_AUTH_SECRETS=2:other,1:recorded. */
static void
number_secrets(void)
{
	struct conf_secret *versions = arena_alloc(unit_arena, 2 * sizeof(*versions));

	versions[0] = (struct conf_secret) { 2, vector(NULL, "otherSecret") };
	versions[1] = (struct conf_secret) { 1, vector(NULL, "secret") };
	unit_conf()->versions = versions;
	unit_conf()->n_versions = 2;
	unit_conf()->secret = versions[0].text;
	unit_conf()->only_secret = "";
}

static const char *
decrypt_envelope(void)
{
	const struct js *row = js_get(unit_vectors("peer.json"), "envelope"), *stored;
	const char *text = js_text(unit_ctx, js_get(row, "privateKey"));
	bool ok;

	stored = js_parse(unit_ctx, text, strlen(text), &ok);
	return secret_decrypt(unit_ctx, js_text(unit_ctx, stored));
}

START_TEST(the_recorded_envelope_is_read_by_its_number)
{
	number_secrets();
	ck_assert_ptr_nonnull(decrypt_envelope());
	((struct conf_secret *)(uintptr_t)conf()->versions)[0].version = 3;
	ck_assert_ptr_null(decrypt_envelope());
	unit_conf()->only_secret = vector(NULL, "otherSecret");
	ck_assert_ptr_null(decrypt_envelope());
}
END_TEST

START_TEST(numbered_secrets_write_their_number)
{
	const char *bare = secret_encrypt(unit_ctx, "a"), *box;

	number_secrets();
	box = secret_encrypt(unit_ctx, "a");
	ck_assert(str_starts(box, "$ba$2$"));
	ck_assert_str_eq(secret_decrypt(unit_ctx, box), "a");
	ck_assert_str_eq(secret_decrypt(unit_ctx, str_printf(unit_arena, "$ba$1$%s", bare)), "a");
	ck_assert_ptr_null(secret_decrypt(unit_ctx, str_printf(unit_arena, "$ba$2$%s", bare)));
}
END_TEST

START_TEST(what_has_no_number_is_read_by_the_secret_without_one)
{
	const char *bare = secret_encrypt(unit_ctx, "a");

	number_secrets();
	ck_assert_ptr_null(secret_decrypt(unit_ctx, bare));
	unit_conf()->only_secret = vector(NULL, "secret");
	ck_assert_str_eq(secret_decrypt(unit_ctx, bare), "a");
}
END_TEST

/* %s is a good box of version 1. */
static const char *const envelopes[] = {
	"$ba$%s",
	"$ba$$%s",
	"$ba$1%s",
	"$ba$-1$%s",
	"$ba$+1$%s",
	"$ba$ 1$%s",
	"$ba$1x$%s",
	"$ba$99999999999999999999$%s",
	"$ba$0$%s",
	"$ba$1$ %s",
	"$BA$1$%s",
	" $ba$1$%s",
	"$ba$1$$ba$1$%s",
};

START_TEST(another_envelope_is_refused)
{
	const char *format = envelopes[_i], *bare = secret_encrypt(unit_ctx, "a");
	size_t n = strcspn(format, "%");

	number_secrets();
	ck_assert_ptr_null(
	    secret_decrypt(unit_ctx, str_printf(unit_arena, "%.*s%s", (int)n, format, bare)));
}
END_TEST

/* The peer signs out everybody when the secret changes, and so do we. */
START_TEST(signatures_are_of_the_current_secret_alone)
{
	const char *full = vector("session", "setAuthToken"), *token = vector("session", "token");

	number_secrets();
	unit_conf()->only_secret = vector(NULL, "secret");
	ck_assert_ptr_null(secret_unsign(unit_ctx, full));
	ck_assert_str_eq(secret_unsign(unit_ctx, secret_sign(unit_ctx, token)), token);
}
END_TEST

static const char *const plains[] = {
	"",
	"a",
	"{\"kty\":\"OKP\"}",
	"\xC3\xA4\xE2\x82\xAC",
	"a text that is longer than one block of the cipher"
	" and of the MAC, so that both have to go on and on and on and on and on",
};

START_TEST(what_is_encrypted_comes_back)
{
	const char *box = secret_encrypt(unit_ctx, plains[_i]);

	ck_assert_uint_eq(strlen(box), 2 * (24 + strlen(plains[_i]) + 16));
	ck_assert_uint_eq(strspn(box, "0123456789abcdef"), strlen(box));
	ck_assert_str_eq(secret_decrypt(unit_ctx, box), plains[_i]);
}
END_TEST

START_TEST(no_nonce_is_used_twice)
{
	ck_assert_str_ne(secret_encrypt(unit_ctx, "a"), secret_encrypt(unit_ctx, "a"));
}
END_TEST

START_TEST(a_changed_box_is_noticed)
{
	const char *box = secret_encrypt(unit_ctx, "secret");
	size_t i, n = strlen(box);

	for (i = 0; i < n; i++) {
		char *text = arena_strdup(unit_arena, box);

		text[i] = text[i] == '0' ? '1' : '0';
		ck_assert_msg(secret_decrypt(unit_ctx, text) == NULL, "digit %zu", i);
		ck_assert(secret_decrypt(unit_ctx, arena_strndup(unit_arena, box, i)) == NULL);
	}
	ck_assert_ptr_null(secret_decrypt(unit_ctx, str_printf(unit_arena, "%s00", box)));
	ck_assert_ptr_null(secret_decrypt(unit_ctx, "no hex"));
	unit_conf()->secret = vector(NULL, "otherSecret");
	ck_assert_ptr_null(secret_decrypt(unit_ctx, box));
}
END_TEST

START_TEST(ids_are_random_over_their_whole_alphabet)
{
	static const char alphabet[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const char *many = secret_id(unit_ctx, 20000), *a = secret_id(unit_ctx, 32);
	const char *c;

	ck_assert_uint_eq(strlen(a), 32);
	ck_assert_uint_eq(strspn(many, alphabet), 20000);
	for (c = alphabet; *c != '\0'; c++)
		ck_assert_msg(strchr(many, *c) != NULL, "%c", *c);
	ck_assert_str_ne(a, secret_id(unit_ctx, 32));
	ck_assert_str_eq(secret_id(unit_ctx, 0), "");
}
END_TEST

START_TEST(a_text_is_of_its_own_alphabet)
{
	const char *text = secret_text(unit_ctx, 5000, "0123456789abcdefghijklmnopqrstuvwxyz");

	ck_assert_uint_eq(strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"), 5000);
	ck_assert_ptr_nonnull(strchr(text, '0'));
	ck_assert_ptr_nonnull(strchr(text, 'z'));
}
END_TEST

/* RFC 9562: 8-4-4-4-12, version 4, variant 10. */
START_TEST(a_uuid_has_its_form)
{
	const char *last = "";
	int i;

	for (i = 0; i < 200; i++) {
		const char *uuid = secret_uuid(unit_ctx);

		ck_assert_uint_eq(strlen(uuid), 36);
		ck_assert_uint_eq(strspn(uuid, "0123456789abcdef-"), 36);
		ck_assert(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
		ck_assert(uuid[14] == '4' && strchr("89ab", uuid[19]) != NULL);
		ck_assert_str_ne(uuid, last);
		last = uuid;
	}
}
END_TEST

START_TEST(the_digest_is_sha_256)
{
	unsigned char out[32];

	secret_sha256("abc", 3, out); /* FIPS 180-4 */
	ck_assert_str_eq(enc_hex(unit_arena, out, 32),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

Suite *
suite_secret(void)
{
	Suite *s = suite_create("secret");
	TCase *tc = unit_case(s, "signed values");

	tcase_add_test(tc, the_recorded_session_is_signed_alike);
	tcase_add_test(tc, other_recorded_cookies_are_ours_too);
	tcase_add_test(tc, another_secret_signs_otherwise);
	unit_table(tc, any_value_comes_back, values);
	tcase_add_test(tc, a_changed_character_is_noticed);
	tcase_add_test(tc, a_cut_signature_is_noticed);
	tcase_add_test(tc, what_is_no_signed_value_is_refused);
	tcase_add_test(tc, the_last_character_before_the_padding_has_one_form);
	tc = unit_case(s, "encrypted values");
	tcase_add_test(tc, the_recorded_private_keys_are_decrypted);
	tcase_add_test(tc, an_envelope_of_another_version_is_not_ours);
	unit_table(tc, what_is_encrypted_comes_back, plains);
	tcase_add_test(tc, the_recorded_envelope_is_read_by_its_number);
	tcase_add_test(tc, numbered_secrets_write_their_number);
	tcase_add_test(tc, what_has_no_number_is_read_by_the_secret_without_one);
	unit_table(tc, another_envelope_is_refused, envelopes);
	tcase_add_test(tc, signatures_are_of_the_current_secret_alone);
	tcase_add_test(tc, no_nonce_is_used_twice);
	tcase_add_test(tc, a_changed_box_is_noticed);
	tc = unit_case(s, "random texts");
	tcase_add_test(tc, ids_are_random_over_their_whole_alphabet);
	tcase_add_test(tc, a_text_is_of_its_own_alphabet);
	tcase_add_test(tc, a_uuid_has_its_form);
	tcase_add_test(tc, the_digest_is_sha_256);
	return s;
}
