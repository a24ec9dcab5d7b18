/* SPDX-License-Identifier: ISC */
/* pass: both formats, those of others, and that no character of a password is lost. */
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
	"$2b$16$abcdefghijklmnopqrstuuKaosRWrQ0lPX9tmHLqQ8hO55vFt6GY6",
	"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
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

/* Made by passlib, bcrypt and argon2, but for those that are published: (1) Openwall's tests
 * of bcrypt, (2) Drepper's of SHA-crypt, (3) RFC 7914 section 11, (4) the README of
 * firebase/scrypt. */
#define FIREBASE_PARAMETERS \
	"$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210w" \
	"jLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="

static const struct {
	const char *kind, *stored, *password;
} others[] = {
	{ "bcrypt", "$2b$04$abcdefghijklmnopqrstuuKaosRWrQ0lPX9tmHLqQ8hO55vFt6GY6",
	    "password1234" },
	{ "bcrypt", "$2a$04$abcdefghijklmnopqrstuuKaosRWrQ0lPX9tmHLqQ8hO55vFt6GY6",
	    "password1234" },
	{ "bcrypt", "$2y$04$abcdefghijklmnopqrstuuKaosRWrQ0lPX9tmHLqQ8hO55vFt6GY6",
	    "password1234" },
	{ "bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U" }, /* 1 */
	{ "bcrypt", "$2b$04$abcdefghijklmnopqrstuuymexJCEH4lDF5PtcakQZYKJkshdpbje",
	    "Pa\xCC\x88sswo\xCC\x88rd" }, /* not normalised */
	{ "sha512crypt",
	    "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/"
	    "O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFC"
	    "oEOfaS35inz1",
	    "Hello world!" }, /* 2 */
	{ "sha512crypt",
	    "$6$rounds=1000$saltstring$kYyU/rJur3ulhXnWzkRIzKI/"
	    "YDckL5.oiARRhgCNMGi6Q9REwaIC7zwrMd4Lm"
	    "hLRHhRlDp78rfzzvTcp.fK/71",
	    "password1234" },
	{ "sha256crypt", "$5$rounds=1000$saltstring$D.KCduKuB5SGttrcKSOr530o7LjNdx48Lh6ejrkU.Y5",
	    "password1234" },
	{ "argon2",
	    "$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
	    "EA4dXXCsrchvhD4rpWq9jdjMUXr21WEYdqF"
	    "VO1PXVV4",
	    "password1234" },
	{ "argon2",
	    "$argon2id$v=19$m=256,t=2,p=4$c2FsdHNhbHRzYWx0c2FsdA$c+"
	    "Q2wjrWBels8Pjdnlx9b632sOz3E6EbGBP"
	    "TuMLcieU",
	    "password1234" },
	{ "argon2",
	    "$argon2i$v=19$m=256,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$qRKvHDEIb83ZMH+"
	    "L0C4eQJQqjISQh402YLiM"
	    "9sPVqn8",
	    "password1234" },
	{ "argon2",
	    "$argon2i$v=19$m=256,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$"
	    "2GkQnBcd7XCGWxQiBldaueEm6Pc6E5jr3vXR"
	    "vsA48v4",
	    "password1234" },
	{ "pbkdf2",
	    "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$y.purE9zXI7eEaTfbWcwn1NmG/"
	    "beTStYuT36eBYimqM",
	    "password1234" },
	{ "pbkdf2",
	    "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$"
	    "BFYD2PDU3HKHhv0lhLAWDNx5p98HqRR2t4LHQi7p6mQh"
	    "Dt/FIMHh.CnR6/vNVToU2rL/1qnd8Yig6eaVh9Mgvg",
	    "password1234" },
	{ "pbkdf2", "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$XQX.Kxb26l4k3sDsl0jyjBEXCMQ",
	    "password1234" },
	{ "pbkdf2",
	    "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/"
	    "sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkW"
	    "ZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
	    "passwd" }, /* 3 */
	{ "pbkdf2", "pbkdf2_sha256$1000$seasalt12345$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=",
	    "password1234" },
	{ "pbkdf2", "pbkdf2_sha1$1000$seasalt12345$wILfSRwxb/aLrzBARgUcNF2D4qQ=", "password1234" },
	{ "firebase",
	    FIREBASE_PARAMETERS "$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/"
	                        "qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZil"
	                        "o78198JAdRuid5lQ==",
	    "user1password" }, /* 4 */
};

START_TEST(a_hash_of_another_system_is_verified)
{
	const char *stored = others[_i].stored, *password = others[_i].password;
	char *changed = arena_strdup(unit_arena, stored);
	size_t at = strlen(changed) - 5;

	ck_assert_pstr_eq(pass_kind(unit_ctx, stored), others[_i].kind);
	ck_assert(pass_is_dated(stored));
	ck_assert(pass_verify(unit_ctx, stored, password));
	ck_assert(!pass_verify(unit_ctx, stored, str_printf(unit_arena, "%sx", password)));
	ck_assert(!pass_verify(unit_ctx, stored, ""));
	changed[at] = changed[at] == 'a' ? 'b' : 'a';
	ck_assert(!pass_verify(unit_ctx, changed, password));
}
END_TEST

#define ARGON2_END "$c2FsdHNhbHRzYWx0c2FsdA$EA4dXXCsrchvhD4rpWq9jdjMUXr21WEYdqFVO1PXVV4"
#define PBKDF2_END "$MDEyMzQ1Njc4OWFiY2RlZg$y.purE9zXI7eEaTfbWcwn1NmG/beTStYuT36eBYimqM"
#define FIREBASE_END \
	",ss=Bw==,sk=MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFiY2RlZg=="
#define BCRYPT_END "$abcdefghijklmnopqrstuuKaosRWrQ0lPX9tmHLqQ8hO55vFt6GY6"

/* What would take gigabytes or minutes, and what is no hash at all. */
static const char *const refused[] = {
	"$2b$16" BCRYPT_END,
	"$2b$31" BCRYPT_END,
	"$2b$03" BCRYPT_END,
	"$2x$04" BCRYPT_END,
	"$2b$04$short",
	"$y$jFT$abcdefghijklmnop$",
	"$y$jzz$abcdefghijklmnop$",
	"$y$j9T.$abcdefghijklmnop$",
	"$gy$j9T$abcdefghijklmnop$x",
	"$7$CU..../....abcdefghijklmnop$x",
	"$6$rounds=500001$salt$x",
	"$6$rounds=999999999$salt$x",
	"$6$rounds=-1$salt$x",
	"$5$rounds=5000x$salt$x",
	"$argon2id$v=19$m=262145,t=1,p=1" ARGON2_END,
	"$argon2id$v=19$m=4294967295,t=1,p=1" ARGON2_END,
	"$argon2id$v=19$m=262144,t=5,p=1" ARGON2_END,
	"$argon2id$v=19$m=256,t=65,p=1" ARGON2_END,
	"$argon2id$v=19$m=256,t=0,p=1" ARGON2_END,
	"$argon2id$v=19$m=256,t=2,p=17" ARGON2_END,
	"$argon2id$v=19$m=16,t=2,p=4" ARGON2_END,
	"$argon2id$v=16$m=256,t=2,p=1" ARGON2_END,
	"$argon2id$m=256,t=2,p=1" ARGON2_END,
	"$argon2id$v=19$t=2,m=256,p=1" ARGON2_END,
	"$argon2id$v=19$m=256,t=2,p=1,data=x" ARGON2_END,
	"$argon2id$v=19$m=256,t=2,p=1$c2FsdA$EA4dXXCsrchvhD4rpWq9jdjMUXr21WEYdqFVO1PXVV4",
	"$argon2d$v=19$m=256,t=2,p=1" ARGON2_END,
	"$argon2id$",
	"$argon2id",
	"$pbkdf2-sha256$4000001" PBKDF2_END,
	"$pbkdf2-sha256$99999999999999999999" PBKDF2_END,
	"$pbkdf2-sha256$0" PBKDF2_END,
	"$pbkdf2-sha256$-1" PBKDF2_END,
	"$pbkdf2-sha256$" PBKDF2_END,
	"$pbkdf2-sha256$i=2500000,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8"
	"Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw",
	"pbkdf2_sha1$2500000$seasalt12345$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=",
	"$pbkdf2-sha256$i=1000,l=31" PBKDF2_END,
	"$pbkdf2-sha256$i=1000,x=32" PBKDF2_END,
	"$pbkdf2-md5$1000" PBKDF2_END,
	"$pbkdf2-sha256$1000$!!!!$y.purE9zXI7eEaTfbWcwn1NmG/beTStYuT36eBYimqM",
	"$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
	"$pbkdf2-",
	"$pbkdf2$",
	"pbkdf2_",
	"pbkdf2_sha256",
	"pbkdf2_sha256$1000$$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=",
	"pbkdf2_sha256$4000001$s$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=",
	"pbkdf2_md5$1000$s$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=",
	"$fbscrypt$v=1,n=17,r=8,p=1" FIREBASE_END,
	"$fbscrypt$v=1,n=14,r=64,p=4" FIREBASE_END,
	"$fbscrypt$v=1,n=21,r=1,p=1" FIREBASE_END,
	"$fbscrypt$v=1,n=0,r=8,p=1" FIREBASE_END,
	"$fbscrypt$v=2,n=14,r=8,p=1" FIREBASE_END,
	"$fbscrypt$v=1,n=14,r=8" FIREBASE_END,
	"$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=MDEyMzQ1Njc4OWFiY2RlZg==$MDEyMzQ1Njc4OWFi$AAAA",
	"$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=AAAA$MDEyMzQ1Njc4OWFi$AAAA",
	"$fbscrypt$",
};

START_TEST(a_hash_that_costs_too_much_is_none)
{
	derivations = 0;
	ck_assert_pstr_eq(pass_kind(unit_ctx, refused[_i]), NULL);
	ck_assert(!pass_verify(unit_ctx, refused[_i], "password1234"));
	ck_assert_msg(derivations == 1, "%s: %u", refused[_i], derivations);
}
END_TEST

START_TEST(what_is_too_long_is_none)
{
	struct buf b = buf_new(unit_arena, 4096);

	buf_add(&b, "pbkdf2_sha256$1000$");
	while (b.len < 2000)
		buf_char(&b, 's');
	buf_add(&b, "$jMObrFJIScmwyN4FY3Q8JptsxNwhiL0c5IJvs0a4R3E=");
	ck_assert_pstr_eq(pass_kind(unit_ctx, b.p), NULL);
}
END_TEST

/* Without PASSWORD_HASH neither of ours is made anew: a site that came from Better Auth can
 * go back to it. */
static const struct {
	const char *setting;
	enum pass_format format;
	bool yescrypt, scrypt; /* are dated */
} ages[] = {
	{ "", PASS_YESCRYPT, false, false },
	{ "", PASS_SCRYPT, false, false },
	{ "yescrypt", PASS_YESCRYPT, false, true },
	{ "scrypt", PASS_SCRYPT, true, false },
};

START_TEST(of_our_own_only_what_the_setting_asks_for_is_made_anew)
{
	unit_conf()->password_hash = ages[_i].setting;
	pass_use(ages[_i].format);
	ck_assert_int_eq(pass_is_dated(cheap_hash("p")), ages[_i].yescrypt);
	ck_assert_int_eq(pass_is_dated(vector("stored")), ages[_i].scrypt);
	ck_assert_pstr_eq(pass_kind(unit_ctx, cheap_hash("p")), "yescrypt");
	ck_assert_pstr_eq(pass_kind(unit_ctx, vector("stored")), "better-auth");
	pass_use(PASS_YESCRYPT);
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
	tc = unit_case(s, "other systems");
	unit_table(tc, a_hash_of_another_system_is_verified, others);
	unit_table(tc, a_hash_that_costs_too_much_is_none, refused);
	tcase_add_test(tc, what_is_too_long_is_none);
	unit_table(tc, of_our_own_only_what_the_setting_asks_for_is_made_anew, ages);
	return s;
}
