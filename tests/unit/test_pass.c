/* SPDX-License-Identifier: ISC */
/* pass: both formats, and that no character of a password is lost. */
#include <string.h>

/* Derivations are counted: a refusal must cost as much as a check. */
#include <crypt.h>
#include <openssl/evp.h>

static unsigned derivations;

static char *
count_crypt(const char *phrase, const char *setting, struct crypt_data *data)
{
	char *out = crypt_r(phrase, setting, data);

	derivations += out != NULL && *out != '*';
	return out;
}

static int
count_scrypt(int result)
{
	derivations += result == 1;
	return result;
}

#define crypt_r count_crypt
#define EVP_PBE_scrypt(...) count_scrypt(EVP_PBE_scrypt(__VA_ARGS__))
#include "port/pass.c"
#undef crypt_r
#undef EVP_PBE_scrypt

#include "port/js.h"
#include "suites.h"
#include "unit.h"

static const char *
vector(const char *key)
{
	return js_text(unit_ctx, js_get(js_get(unit_vectors("peer.json"), "password"), key));
}

/* As hash_yescrypt, at a cost for tests. */
static const char *
cheap_hash(const char *password)
{
	return crypt_hash(unit_ctx, normalise(unit_ctx, password), "$y$j75$abcdefghijklmnop$");
}

START_TEST(the_recorded_hash_is_verified)
{
	const char *plain = vector("plain"), *stored = vector("stored");

	ck_assert(pass_verify(unit_ctx, stored, plain));
	ck_assert(!pass_verify(unit_ctx, stored, str_printf(unit_arena, "%s ", plain)));
}
END_TEST

START_TEST(what_looks_alike_is_one_password)
{
	/* composed, decomposed, and without the compatibility forms; the space is no-break there */
	static const char *const forms[] = {
		"P\xC3\xA4ssw\xC3\xB6rd-\xEF\xAC\x81\xE2\x91\xA0\xC3\x85 ",
		"Pa\xCC\x88sswo\xCC\x88rd-fi1A\xCC\x8A ",
		"P\xC3\xA4ssw\xC3\xB6rd-fi1\xE2\x84\xAB\xC2\xA0",
	};
	const char *stored = vector("stored");
	size_t i;

	for (i = 0; i < COUNT(forms); i++)
		ck_assert_msg(pass_verify(unit_ctx, stored, forms[i]), "form %zu", i);
}
END_TEST

static const char *const damages[] = {
	"af87578ccd9e2d822d20dbedef73a96c",
	":",
	"",
	"x",
	"af87578ccd9e2d822d20dbedef73a96c:",
};

START_TEST(a_damaged_scrypt_hash_is_refused)
{
	const char *plain = vector("plain"), *stored = vector("stored");
	char *changed = arena_strdup(unit_arena, stored);

	changed[strlen(changed) - 1] ^= 1;
	ck_assert(!pass_verify(unit_ctx, changed, plain));
	changed = arena_strdup(unit_arena, stored);
	changed[0] = 'b';
	ck_assert(!pass_verify(unit_ctx, changed, plain));
	changed = arena_strdup(unit_arena, stored);
	changed[32] = ';';
	ck_assert(!pass_verify(unit_ctx, changed, plain));
	ck_assert(!pass_verify(unit_ctx, arena_strndup(unit_arena, stored, 160), plain));
}
END_TEST

START_TEST(what_is_no_hash_is_refused)
{
	ck_assert(!pass_verify(unit_ctx, damages[_i], ""));
	ck_assert(!pass_verify(unit_ctx, damages[_i], damages[_i]));
}
END_TEST

static const struct {
	enum pass_format format;
	const char *prefix;
} formats[] = {
	{ PASS_YESCRYPT, "$y$" },
	{ PASS_SCRYPT, "" },
};

START_TEST(a_new_hash_is_of_the_format_asked_for_and_verified)
{
	const char *a, *b;

	pass_use(formats[_i].format);
	a = pass_hash(unit_ctx, "correct horse");
	b = pass_hash(unit_ctx, "correct horse");
	ck_assert_msg(str_starts(a, formats[_i].prefix), "%s", a);
	ck_assert_int_eq(is_scrypt(a), formats[_i].format == PASS_SCRYPT);
	ck_assert_str_ne(a, b);
	ck_assert(pass_verify(unit_ctx, a, "correct horse"));
	ck_assert(!pass_verify(unit_ctx, b, "correct horsf"));
	pass_use(PASS_YESCRYPT);
}
END_TEST

START_TEST(hashes_of_the_other_format_are_verified_too)
{
	const char *cheap = cheap_hash("p");

	pass_use(PASS_SCRYPT);
	ck_assert(pass_verify(unit_ctx, cheap, "p"));
	ck_assert(!pass_verify(unit_ctx, cheap, "q"));
	pass_use(PASS_YESCRYPT);
	ck_assert(pass_verify(unit_ctx, vector("stored"), vector("plain")));
}
END_TEST

static const char *
password_of(size_t n, const char *unit, const char *last)
{
	struct buf b = buf_new(unit_arena, 64);

	while (n-- > 1)
		buf_add(&b, unit);
	buf_add(&b, last);
	return b.p;
}

/* Longer than crypt(3) takes from 512 bytes on; the last row grows to 4 KiB by NFKC. */
static const struct {
	size_t n;
	const char *unit, *a, *b;
} longs[] = {
	{ 1, "x", "x", "y" },
	{ 128, "x", "x", "y" },
	{ 128, "\xC3\xA4", "\xC3\xA4", "\xC3\xB6" },
	{ 128, "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81" },
	{ 510, "x", "x", "y" },
	{ 511, "x", "x", "y" },
	{ 512, "x", "x", "y" },
	{ 513, "x", "x", "y" },
	{ 1024, "x", "x", "y" },
	{ 128, "\xEF\xB7\xBA", "\xEF\xB7\xBA", "y" },
};

START_TEST(the_last_character_of_a_long_password_counts)
{
	const char *a = password_of(longs[_i].n, longs[_i].unit, longs[_i].a);
	const char *b = password_of(longs[_i].n, longs[_i].unit, longs[_i].b);
	const char *stored = cheap_hash(a);

	ck_assert_ptr_nonnull(stored);
	ck_assert(pass_verify(unit_ctx, stored, a));
	ck_assert(!pass_verify(unit_ctx, stored, b));
	ck_assert(!pass_verify(unit_ctx, stored, str_printf(unit_arena, "%sx", a)));
	ck_assert(!pass_verify(unit_ctx, stored, arena_strndup(unit_arena, a, strlen(a) - 1)));
}
END_TEST

START_TEST(the_last_character_counts_for_scrypt_too)
{
	const char *a = password_of(128, "x", "x"), *b = password_of(128, "x", "y"), *stored;

	pass_use(PASS_SCRYPT);
	stored = pass_hash(unit_ctx, a);
	ck_assert(pass_verify(unit_ctx, stored, a));
	ck_assert(!pass_verify(unit_ctx, stored, b));
	pass_use(PASS_YESCRYPT);
}
END_TEST

START_TEST(the_empty_password_is_one_like_any)
{
	const char *stored = cheap_hash("");

	ck_assert(pass_verify(unit_ctx, stored, ""));
	ck_assert(!pass_verify(unit_ctx, stored, "x"));
	ck_assert(!pass_verify(unit_ctx, cheap_hash("x"), ""));
}
END_TEST

START_TEST(a_password_that_is_no_utf8_has_no_hash)
{
	ck_assert_ptr_null(pass_hash(unit_ctx, "\xFF"));
	ck_assert(!pass_verify(unit_ctx, vector("stored"), "\xFF"));
}
END_TEST

static const char *const unreadable[] = {
	NULL,
	"",
	"x",
	"*",
	"*0",
	":",
	"$",
	"$$",
	"$y$",
	"$y$j9T$",
	"$zz$abc",
	"$y$\xFF$x",
	"$y$j9T",
	"af87578ccd9e2d822d20dbedef73a96c:0a46",
	"plain text",
	"{bcrypt}$2b$10$x",
	"$2b$99$x",
	"$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA",
};

START_TEST(a_refusal_costs_a_whole_derivation)
{
	derivations = 0;
	ck_assert(!pass_verify(unit_ctx, unreadable[_i], "password1234"));
	ck_assert_msg(derivations >= 1, "%s", unreadable[_i]);
}
END_TEST

START_TEST(a_refusal_costs_one_with_scrypt_too)
{
	pass_use(PASS_SCRYPT);
	derivations = 0;
	ck_assert(!pass_verify(unit_ctx, NULL, "password1234"));
	ck_assert_uint_eq(derivations, 1);
	pass_use(PASS_YESCRYPT);
}
END_TEST

/* A stored text that is what crypt(3) says when it fails must not match a failure. */
START_TEST(a_failure_is_no_match)
{
	ck_assert(!pass_verify(unit_ctx, "*0", "x"));
	ck_assert(!pass_verify(unit_ctx, "*1", "x"));
	ck_assert(!pass_verify(unit_ctx, "$y$j75$abcdefghijklmnop$", "x"));
}
END_TEST

Suite *
suite_pass(void)
{
	Suite *s = suite_create("pass");
	TCase *tc = unit_case(s, "Better Auth's scrypt");

	tcase_add_test(tc, the_recorded_hash_is_verified);
	tcase_add_test(tc, what_looks_alike_is_one_password);
	tcase_add_test(tc, a_damaged_scrypt_hash_is_refused);
	unit_table(tc, what_is_no_hash_is_refused, damages);
	tc = unit_case(s, "both formats");
	unit_table(tc, a_new_hash_is_of_the_format_asked_for_and_verified, formats);
	tcase_add_test(tc, hashes_of_the_other_format_are_verified_too);
	unit_table(tc, the_last_character_of_a_long_password_counts, longs);
	tcase_add_test(tc, the_last_character_counts_for_scrypt_too);
	tcase_add_test(tc, the_empty_password_is_one_like_any);
	tcase_add_test(tc, a_password_that_is_no_utf8_has_no_hash);
	tc = unit_case(s, "refusals");
	unit_table(tc, a_refusal_costs_a_whole_derivation, unreadable);
	tcase_add_test(tc, a_refusal_costs_one_with_scrypt_too);
	tcase_add_test(tc, a_failure_is_no_match);
	return s;
}
