/* SPDX-License-Identifier: ISC */
/* keys: what is published, what signs, and when the table is read again. */
#include "flow/keys.h"

#include <string.h>

#include "base/str.h"
#include "flow/keyring.h"
#include "keystub.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/secret.h"
#include "suites.h"
#include "unit.h"

enum { EDDSA, ES256, ES512, RS256, PS256 }; /* rows of tests/vectors/peer.json */

#define SECOND INT64_C(1000)
#define DAY (86400 * SECOND)

static const struct js *
published(void)
{
	const char *text, *etag;
	bool ok;
	const struct js *js;

	ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_OK);
	js = js_parse(unit_ctx, text, strlen(text), &ok);
	ck_assert_msg(ok, "%s", text);
	return js_get(js, "keys");
}

static const char *
member(const struct js *keys, size_t i, const char *key)
{
	return js_text(unit_ctx, js_get(js_at(keys, i), key));
}

static const char *
signing_kid(void)
{
	const struct jwk *k;
	const char *kid;

	ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &kid), E_OK);
	ck_assert_ptr_nonnull(k);
	return arena_strdup(unit_arena, kid);
}

START_TEST(a_set_has_the_peers_members_in_its_order)
{
	const char *text, *etag;
	char expected[1024];
	size_t i;
	static const char *const heads[] = { "{\"alg\":\"EdDSA\",\"crv\":\"Ed25519\",\"x\":\"",
		"{\"alg\":\"ES256\",\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"",
		"{\"alg\":\"ES512\",\"crv\":\"P-521\",\"kty\":\"EC\",\"x\":\"",
		"{\"alg\":\"RS256\",\"kty\":\"RSA\",\"n\":\"",
		"{\"alg\":\"PS256\",\"kty\":\"RSA\",\"n\":\"" };

	for (i = 0; i < 5; i++) {
		keystub_reset();
		keystub_add_recorded(i);
		ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_OK);
		snprintf(expected, sizeof(expected), "{\"keys\":[%s", heads[i]);
		ck_assert_msg(str_starts(text, expected), "%s", text);
		snprintf(expected, sizeof(expected), ",\"kid\":\"%s\"}]}", keystub.rows[0].id);
		ck_assert_msg(str_ends(text, expected), "%s", text);
	}
	keystub_reset();
	keystub_add_recorded(EDDSA);
	ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_OK);
	ck_assert_str_eq(text,
	    "{\"keys\":[{\"alg\":\"EdDSA\",\"crv\":\"Ed25519\",\"x\":\""
	    "YSg1uY72rka5AKYDwhzh91Pq25vD0Rz1i6aXer7KXys\",\"kty\":\"OKP\",\"kid\":\""
	    "5s2omV6zoklZlODOnZM3R7Hv695UwJDl\"}]}");
}
END_TEST

START_TEST(okp_keys_come_last)
{
	const struct js *keys;
	size_t i;

	keystub_reset();
	for (i = 0; i < 5; i++)
		keystub_add_recorded(i);
	keys = published();
	ck_assert_uint_eq(js_length(keys), 5);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(str_eq(member(keys, i, "kty"), "OKP"), i == 4);
}
END_TEST

START_TEST(what_a_row_should_not_have_stays_inside)
{
	static const char *const secrets[] = { "d", "p", "q", "dp", "dq", "qi", "k", "oth" };
	const char *text, *etag, *good = NULL;
	size_t i;

	keystub_reset();
	keystub_add_recorded(RS256);
	good = keystub.rows[0].publicKey;
	for (i = 0; i < COUNT(secrets); i++)
		keystub_add(str_printf(unit_arena, "row-%zu", i), "RS256",
		    str_printf(unit_arena, "{\"%s\":\"c2VjcmV0\",%s", secrets[i], good + 1), NULL);
	ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_OK);
	ck_assert_msg(strstr(text, "c2VjcmV0") == NULL, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, keystub.rows[0].id));
}
END_TEST

START_TEST(members_that_are_no_text_do_not_become_null)
{
	const char *text, *etag;

	keystub_reset();
	keystub_add("row", "EdDSA",
	    "{\"crv\":\"Ed25519\",\"x\":\"YSg1uY72rka5AKYDwhzh91Pq25vD0Rz1i6aXer7KXys\","
	    "\"kty\":\"OKP\",\"use\":\"sig\",\"ext\":true,\"key_ops\":[\"verify\"]}",
	    NULL);
	ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_OK);
	ck_assert_ptr_nonnull(strstr(text, "\"x\":\"YSg1"));
	ck_assert_msg(strstr(text, "null") == NULL, "%s", text);
}
END_TEST

static const char *const unusable[] = {
	"",
	"null",
	"[]",
	"{}",
	"{",
	"\"x\"",
	"{\"kty\":\"oct\",\"k\":\"AA\"}",
	"{\"kty\":\"OKP\"}",
	"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"AA\",\"y\":\"AA\"}",
	"{\"crv\":\"Ed25519\",\"x\":\"AA\",\"kty\":\"OKP\"}",
	"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
	"{\"crv\":\"Ed25519\",\"x\":\"\\u0000\",\"kty\":\"OKP\"}",
	"{\"kty\":\"\\u0000\"}",
};

START_TEST(a_row_that_is_no_key_is_passed_over)
{
	const struct js *keys;

	keystub_reset();
	keystub_add("bad", _i % 2 == 0 ? NULL : "EdDSA", unusable[_i], unusable[_i]);
	keystub_add_recorded(EDDSA);
	keys = published();
	ck_assert_uint_eq(js_length(keys), 1);
	ck_assert_str_eq(member(keys, 0, "kid"), keystub.rows[1].id);
	ck_assert_ptr_null(keys_find(unit_ctx, "bad"));
	ck_assert_str_eq(signing_kid(), keystub.rows[1].id);
}
END_TEST

START_TEST(rows_of_older_peers_have_no_alg)
{
	const struct js *keys;
	size_t i;

	keystub_reset();
	for (i = 0; i < 4; i++) {
		keystub_add_recorded(i);
		keystub.rows[i].alg = NULL;
	}
	keys = published();
	ck_assert_uint_eq(js_length(keys), 4);
	for (i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[i].id));
	ck_assert_str_eq(jwk_alg(keys_find(unit_ctx, keystub.rows[ES512].id)), "ES512");
	ck_assert_str_eq(member(keys, 0, "alg"), "ES256");
}
END_TEST

START_TEST(expired_keys_stay_thirty_days)
{
	const char *live;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	keystub_add_recorded(ES256);
	keystub_add_recorded(ES512);
	keystub.rows[0].expiresAt.ms = unit_ctx->now - 31 * DAY;
	keystub.rows[1].expiresAt.ms = unit_ctx->now - 29 * DAY;
	keystub.rows[2].expiresAt.ms = unit_ctx->now + 1;
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_ptr_null(keys_find(unit_ctx, keystub.rows[0].id));
	ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[1].id));
	live = keystub.rows[2].id;
	unit_conf()->jwt_alg = "ES256"; /* but an expired one does not sign */
	ck_assert_str_eq(signing_kid(), live);
}
END_TEST

START_TEST(a_key_that_cannot_be_published_does_not_sign)
{
	char id[301];

	memset(id, 'k', 300);
	id[300] = '\0';
	keystub_reset();
	keystub_add_recorded(EDDSA);
	keystub.rows[0].id = id;
	ck_assert_ptr_nonnull(keys_find(unit_ctx, signing_kid()));
}
END_TEST

START_TEST(the_tag_is_quoted_and_follows_the_set)
{
	const char *text, *a, *b;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	ck_assert_int_eq(keys_published(unit_ctx, &text, &a), E_OK);
	a = arena_strdup(unit_arena, a);
	ck_assert(a[0] == '"' && strlen(a) == 34 && a[33] == '"');
	unit_ctx->now += 60 * SECOND;
	ck_assert_int_eq(keys_published(unit_ctx, &text, &b), E_OK);
	ck_assert_str_eq(a, b);
	keystub_add_recorded(ES256);
	unit_ctx->now += 60 * SECOND;
	ck_assert_int_eq(keys_published(unit_ctx, &text, &b), E_OK);
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(what_was_read_is_believed_for_seconds)
{
	keystub_reset();
	keystub_add_recorded(EDDSA);
	(void)published();
	unit_ctx->now += 5 * SECOND;
	(void)published();
	(void)signing_kid();
	(void)signing_kid();
	ck_assert_uint_eq(keystub.public_reads, 1);
	ck_assert_uint_eq(keystub.private_reads, 1);
	unit_ctx->now += 60 * SECOND;
	keystub_add_recorded(ES256);
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_uint_eq(keystub.public_reads, 2);
}
END_TEST

START_TEST(an_invented_kid_makes_us_look_once_a_second)
{
	int i;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	(void)published();
	keystub.public_reads = 0;
	for (i = 0; i < 1000; i++)
		ck_assert_ptr_null(keys_find(unit_ctx, "invented"));
	ck_assert_uint_eq(keystub.public_reads, 1);
	unit_ctx->now += SECOND;
	for (i = 0; i < 1000; i++)
		ck_assert_ptr_null(keys_find(unit_ctx, "invented"));
	ck_assert_uint_eq(keystub.public_reads, 2);
}
END_TEST

START_TEST(a_new_key_is_found_at_once)
{
	keystub_reset();
	keystub_add_recorded(EDDSA);
	(void)published();
	keystub_add_recorded(ES256);
	ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[1].id));
	ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[0].id));
}
END_TEST

START_TEST(without_the_database_what_is_in_memory_serves)
{
	const char *kid;
	int i;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	kid = signing_kid();
	(void)published();
	keystub.answer = E_DB_DOWN;
	for (i = 0; i < 10; i++) {
		unit_ctx->now += 60 * SECOND;
		ck_assert_uint_eq(js_length(published()), 1);
		ck_assert_str_eq(signing_kid(), kid);
		ck_assert_ptr_nonnull(keys_find(unit_ctx, kid));
	}
}
END_TEST

/* Each read of a database that is away may cost a time-out. */
START_TEST(without_the_database_known_keys_do_not_ask_it_each_time)
{
	int i;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	(void)published();
	keystub.answer = E_DB_DOWN;
	unit_ctx->now += 60 * SECOND;
	keystub.public_reads = 0;
	for (i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[0].id));
	ck_assert_uint_le(keystub.public_reads, 1);
}
END_TEST

START_TEST(without_the_database_and_memory_there_is_an_error)
{
	const struct jwk *k;
	const char *text, *etag;

	keystub_reset();
	keystub.answer = E_DB_DOWN;
	ck_assert_int_eq(keys_published(unit_ctx, &text, &etag), E_DB_DOWN);
	ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &text), E_DB_DOWN);
	ck_assert_ptr_null(keys_find(unit_ctx, "x"));
	keys_warm(unit_ctx, true);
	keystub.answer = E_OK;
	keystub_add_recorded(EDDSA);
	ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &text), E_OK);
}
END_TEST

START_TEST(the_configured_algorithm_signs_else_the_newest)
{
	const char *other;
	size_t i;

	keystub_reset();
	for (i = 0; i < 5; i++)
		keystub_add_recorded(4 - i);
	unit_conf()->jwt_alg = "EdDSA";
	ck_assert_str_eq(signing_kid(), keystub.rows[4].id);
	keys_forget();
	unit_conf()->jwt_alg = "RS256";
	ck_assert_str_eq(signing_kid(), keystub.rows[1].id);
	keys_forget();
	unit_conf()->jwt_alg = "EdDSA";
	keystub.n = 4;
	other = keystub.rows[0].id;
	ck_assert_str_eq(signing_kid(), other); /* PS256, stored plain */
}
END_TEST

/* With what is left of a period. */
static void
pass(int64_t ms)
{
	unit_ctx->now += ms;
	keys_forget();
}

START_TEST(an_algorithm_without_a_key_gets_one_that_is_published_before_it_signs)
{
	const char *old, *next;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	old = keystub.rows[0].id;
	unit_conf()->jwt_alg = "ES256";
	ck_assert_str_eq(signing_kid(), old);
	ck_assert_uint_eq(keystub.inserts, 1);
	next = keystub.rows[0].id;
	ck_assert_uint_eq(js_length(published()), 2);
	pass(keyring_lead() - 1);
	ck_assert_str_eq(signing_kid(), old);
	pass(1);
	ck_assert_str_eq(signing_kid(), next);
	ck_assert_uint_eq(keystub.inserts, 1);
}
END_TEST

START_TEST(keys_take_turns)
{
	const char *first, *second;

	keystub_reset();
	unit_conf()->jwt_rotation = 30 * 86400;
	first = signing_kid();
	pass(30 * DAY - keyring_lead() - 1);
	ck_assert_str_eq(signing_kid(), first);
	ck_assert_uint_eq(keystub.inserts, 1);
	pass(1);
	ck_assert_str_eq(signing_kid(), first);
	ck_assert_uint_eq(keystub.inserts, 2);
	second = keystub.rows[0].id;
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_int_eq(keystub.rows[1].expiresAt.ms, keystub.rows[0].createdAt.ms);
	pass(keyring_lead());
	ck_assert_str_eq(signing_kid(), second);
	ck_assert_ptr_nonnull(keys_find(unit_ctx, first)); /* its tokens live on */
	pass(29 * DAY);
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_uint_eq(keystub.inserts, 2);
}
END_TEST

START_TEST(several_algorithms_sign_side_by_side)
{
	static const char *const wanted[] = { "EdDSA", "RS256" };
	const struct jwk *k;
	const char *kid;
	size_t i;

	keystub_reset();
	unit_conf()->jwt_alg = "EdDSA,RS256";
	for (i = 0; i < COUNT(wanted); i++) {
		ck_assert_int_eq(keys_signing(unit_ctx, wanted[i], &k, &kid), E_OK);
		ck_assert_str_eq(jwk_alg(k), wanted[i]);
	}
	ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &kid), E_OK);
	ck_assert_str_eq(jwk_alg(k), "EdDSA");
	ck_assert_int_eq(keys_signing(unit_ctx, "ES256", &k, &kid), E_ALG_NOT_SERVED);
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_str_eq(member(published(), 0, "alg"), "RS256");
	ck_assert_uint_eq(keystub.inserts, 2);
}
END_TEST

START_TEST(a_set_without_its_only_key_gets_another)
{
	keystub_reset();
	unit_conf()->jwks_refresh = 5;
	ck_assert_uint_eq(js_length(published()), 1);
	keystub.rows[0].expiresAt.ms = unit_ctx->now - keyring_grace() - 1;
	unit_ctx->now += 5001; /* the set is read anew, what signs is still believed */
	ck_assert_uint_eq(js_length(published()), 1);
	ck_assert_uint_eq(keystub.inserts, 2);
}
END_TEST

START_TEST(keys_that_somebody_else_made_meanwhile_are_not_made_again)
{
	size_t i;

	keystub_reset();
	for (i = 0; i < 5; i++)
		keystub_add_recorded(i);
	keystub.late = 5;
	keystub.n = 0;
	unit_conf()->jwt_alg = "EdDSA,ES256,ES512,RS256,PS256";
	ck_assert_str_eq(signing_kid(), keystub.rows[0].id);
	ck_assert_uint_eq(keystub.inserts, 0);
	ck_assert_uint_eq(js_length(published()), 5);
}
END_TEST

/* Theirs is the clock that is a moment ahead. */
START_TEST(the_default_algorithm_signs_where_no_key_has_begun)
{
	size_t i;

	keystub_reset();
	for (i = 0; i < 5; i++) {
		keystub_add_recorded(4 - i);
		keystub.rows[i].createdAt.ms = unit_ctx->now + 1;
	}
	unit_conf()->jwt_alg = "ES256,PS256,EdDSA,ES512,RS256";
	ck_assert_str_eq(signing_kid(), keystub.rows[3].id);
	keys_forget();
	keystub.rows[4].createdAt.ms = unit_ctx->now; /* EdDSA's */
	ck_assert_str_eq(signing_kid(), keystub.rows[4].id);
}
END_TEST

START_TEST(a_table_that_cannot_be_written_does_not_stop_the_keys_in_it)
{
	keystub_reset();
	keystub_add_recorded(EDDSA);
	unit_conf()->jwt_alg = "ES256,EdDSA";
	keystub.begin = E_DB;
	ck_assert_str_eq(signing_kid(), keystub.rows[0].id);
}
END_TEST

START_TEST(a_key_of_another_secret_does_not_brick_the_site)
{
	const char *kid;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	unit_conf()->secret = "another-secret-0123456789-zyxwvutsrqponmlkjihgfedcba";
	kid = signing_kid();
	ck_assert_str_ne(kid, keystub.rows[1].id);
	ck_assert_uint_eq(keystub.inserts, 1);
	ck_assert_uint_eq(js_length(published()), 2);
	ck_assert_ptr_nonnull(keys_find(unit_ctx, keystub.rows[1].id));
}
END_TEST

static const char *const closed[] = {
	"\"\\u0000\"",
	"\"\"",
	"\"00\"",
	"\"$ba$2$00\"",
	"\"zz\"",
	"[]",
	"1",
	"true",
	"{\"d\":1}",
	"{\"kty\":\"OKP\"}",
	"null",
	"",
	"{",
	"\"",
	"{\"d\":\"\\u0000\"}",
};

START_TEST(a_private_half_that_cannot_be_opened_is_passed_over)
{
	const char *other;

	keystub_reset();
	keystub_add_recorded(ES256);
	keystub.rows[0].privateKey = closed[_i];
	unit_conf()->jwt_alg = "ES256";
	keystub_add_recorded(EDDSA);
	other = keystub.rows[1].id;
	ck_assert_str_eq(signing_kid(), other);
}
END_TEST

START_TEST(a_private_half_alone_does_not_sign_as_public)
{
	const char *other;

	keystub_reset();
	keystub_add_recorded(EDDSA);
	keystub.rows[0].privateKey = keystub.rows[0].publicKey; /* no "d" */
	keystub_add_recorded(ES256);
	other = keystub.rows[1].id;
	ck_assert_str_eq(signing_kid(), other);
}
END_TEST

static const char *const algs[] = { "EdDSA", "ES256", "ES512", "RS256", "PS256" };

START_TEST(an_empty_table_gets_one_key_encrypted)
{
	const char *kid, *plain;
	const struct js *js;
	bool ok;

	keystub_reset();
	unit_conf()->jwt_alg = algs[_i];
	kid = signing_kid();
	ck_assert_uint_eq(keystub.inserts, 1);
	ck_assert_uint_eq(keystub.commits, 1);
	ck_assert_str_eq(keystub.rows[0].id, kid);
	ck_assert_uint_eq(strlen(kid), 32);
	ck_assert_str_eq(keystub.rows[0].alg, algs[_i]);
	js = js_parse(unit_ctx, keystub.rows[0].privateKey, strlen(keystub.rows[0].privateKey),
	    &ok);
	ck_assert(ok && js_type(js) == JS_STRING);
	plain = secret_decrypt(unit_ctx, js_text(unit_ctx, js));
	ck_assert_ptr_nonnull(plain);
	ck_assert_ptr_nonnull(strstr(plain, "\"d\":"));
	ck_assert_ptr_null(strstr(keystub.rows[0].publicKey, "\"d\":"));
	keys_forget();
	ck_assert_str_eq(signing_kid(), kid); /* what was stored can be read again */
	ck_assert_uint_eq(keystub.inserts, 1);
	ck_assert_str_eq(jwk_alg(keys_find(unit_ctx, kid)), algs[_i]);
}
END_TEST

START_TEST(the_first_question_for_the_set_makes_a_key)
{
	keystub_reset();
	ck_assert_uint_eq(js_length(published()), 1);
	ck_assert_uint_eq(keystub.inserts, 1);
	ck_assert_ptr_nonnull(keys_find(unit_ctx, signing_kid()));
	ck_assert_uint_eq(keystub.inserts, 1);
}
END_TEST

START_TEST(a_key_that_was_not_stored_does_not_sign)
{
	enum err *steps[] = { &keystub.begin, &keystub.lock, &keystub.insert, &keystub.commit };
	const struct jwk *k;
	const char *kid;
	size_t i;

	for (i = 0; i < COUNT(steps); i++) {
		keystub_reset();
		*steps[i] = E_DB;
		ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &kid), E_DB);
		ck_assert_ptr_null(k);
		*steps[i] = E_OK;
		keystub.n = 0; /* rolled back */
		(void)signing_kid();
	}
}
END_TEST

START_TEST(a_newer_key_signs_within_seconds)
{
	const char *old;

	keystub_reset();
	keystub_add_recorded(ES256);
	old = signing_kid();
	memmove(keystub.rows + 1, keystub.rows, sizeof(*keystub.rows));
	keystub.n = 0;
	keystub_add_recorded(EDDSA);
	keystub.n = 2;
	unit_ctx->now += 60 * SECOND;
	ck_assert_str_eq(signing_kid(), keystub.rows[0].id);
	ck_assert_str_ne(signing_kid(), old);
}
END_TEST

START_TEST(more_rows_than_there_is_room_for_do_no_harm)
{
	size_t i;

	keystub_reset();
	for (i = 0; i < KEYSTUB_ROWS; i++) {
		keystub_add_recorded(EDDSA);
		keystub.rows[i].id = str_printf(unit_arena, "row-%zu", i);
	}
	ck_assert_uint_le(js_length(published()), KEYSTUB_ROWS);
	ck_assert_uint_ge(js_length(published()), 100);
	ck_assert_ptr_nonnull(keys_find(unit_ctx, "row-99"));
}
END_TEST

Suite *
suite_keys(void)
{
	Suite *s = suite_create("keys");
	TCase *tc = unit_case(s, "publishing");

	tcase_add_test(tc, a_set_has_the_peers_members_in_its_order);
	tcase_add_test(tc, okp_keys_come_last);
	tcase_add_test(tc, what_a_row_should_not_have_stays_inside);
	tcase_add_test(tc, members_that_are_no_text_do_not_become_null);
	unit_table(tc, a_row_that_is_no_key_is_passed_over, unusable);
	tcase_add_test(tc, rows_of_older_peers_have_no_alg);
	tcase_add_test(tc, expired_keys_stay_thirty_days);
	tcase_add_test(tc, a_key_that_cannot_be_published_does_not_sign);
	tcase_add_test(tc, the_tag_is_quoted_and_follows_the_set);
	tcase_add_test(tc, more_rows_than_there_is_room_for_do_no_harm);
	tc = unit_case(s, "reading again");
	tcase_add_test(tc, what_was_read_is_believed_for_seconds);
	tcase_add_test(tc, an_invented_kid_makes_us_look_once_a_second);
	tcase_add_test(tc, a_new_key_is_found_at_once);
	tcase_add_test(tc, without_the_database_what_is_in_memory_serves);
	tcase_add_test(tc, without_the_database_known_keys_do_not_ask_it_each_time);
	tcase_add_test(tc, without_the_database_and_memory_there_is_an_error);
	tc = unit_case(s, "signing");
	tcase_add_test(tc, the_configured_algorithm_signs_else_the_newest);
	tcase_add_test(tc, an_algorithm_without_a_key_gets_one_that_is_published_before_it_signs);
	tcase_add_test(tc, keys_take_turns);
	tcase_add_test(tc, several_algorithms_sign_side_by_side);
	tcase_add_test(tc, a_table_that_cannot_be_written_does_not_stop_the_keys_in_it);
	tcase_add_test(tc, a_set_without_its_only_key_gets_another);
	tcase_add_test(tc, keys_that_somebody_else_made_meanwhile_are_not_made_again);
	tcase_add_test(tc, the_default_algorithm_signs_where_no_key_has_begun);
	tcase_add_test(tc, a_key_of_another_secret_does_not_brick_the_site);
	unit_table(tc, a_private_half_that_cannot_be_opened_is_passed_over, closed);
	tcase_add_test(tc, a_private_half_alone_does_not_sign_as_public);
	unit_table(tc, an_empty_table_gets_one_key_encrypted, algs);
	tcase_add_test(tc, the_first_question_for_the_set_makes_a_key);
	tcase_add_test(tc, a_key_that_was_not_stored_does_not_sign);
	tcase_add_test(tc, a_newer_key_signs_within_seconds);
	return s;
}
