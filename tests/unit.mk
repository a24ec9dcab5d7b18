# SPDX-License-Identifier: ISC
# Unit tests and the replay of the fuzz corpora.  Included by tests/local.mk, which begins
# check_PROGRAMS and TESTS.

unit_suites = \
	tests/unit/test_address.c tests/unit/test_arena.c tests/unit/test_badkey.c \
	tests/unit/test_clock.c tests/unit/test_conf.c tests/unit/test_cookie.c \
	tests/unit/test_enc.c tests/unit/test_err.c tests/unit/test_field.c \
	tests/unit/test_grammar.c tests/unit/test_hs256.c \
	tests/unit/test_js.c tests/unit/test_json.c tests/unit/test_jwe.c \
	tests/unit/test_jwk.c tests/unit/test_jwt.c tests/unit/test_keys.c tests/unit/test_keyset.c tests/unit/test_limit.c tests/unit/test_mime.c \
	tests/unit/test_language.c tests/unit/test_link.c tests/unit/test_origin.c tests/unit/test_pass.c tests/unit/test_questionnaire.c \
	tests/unit/test_reply.c tests/unit/test_req.c tests/unit/test_route.c \
	tests/unit/test_secret.c tests/unit/test_str.c tests/unit/test_token.c

if HAVE_CHECK
check_PROGRAMS += tests/unit/unit
TESTS += tests/unit/unit
tests_unit_unit_SOURCES = tests/unit/main.c tests/unit/unit.c tests/unit/unit.h \
	tests/unit/suites.h tests/unit/suites.def tests/unit/exchange.c tests/unit/exchange.h \
	tests/unit/keystub.c tests/unit/keystub.h tests/unit/request.c tests/unit/request.h \
	$(unit_suites)
tests_unit_unit_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit
tests_unit_unit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_unit_LDADD = $(LDADD) $(CHECK_LIBS)
endif

EXTRA_DIST += tests/vectors

# Each target over its corpus, without libFuzzer; tests/fuzz/run.sh does the fuzzing.
fuzz_targets = tests/fuzz/fuzz_address tests/fuzz/fuzz_answers tests/fuzz/fuzz_base64url \
	tests/fuzz/fuzz_body tests/fuzz/fuzz_clock tests/fuzz/fuzz_conf tests/fuzz/fuzz_cookie \
	tests/fuzz/fuzz_copy tests/fuzz/fuzz_link \
	tests/fuzz/fuzz_field tests/fuzz/fuzz_json tests/fuzz/fuzz_jwk tests/fuzz/fuzz_jwks tests/fuzz/fuzz_jwt tests/fuzz/fuzz_letter \
	tests/fuzz/fuzz_origin tests/fuzz/fuzz_pass tests/fuzz/fuzz_patch tests/fuzz/fuzz_path \
	tests/fuzz/fuzz_percent tests/fuzz/fuzz_questions
fuzz_common = tests/fuzz/replay.c tests/fuzz/fuzz.h
check_PROGRAMS += $(fuzz_targets)
TESTS += tests/fuzz/replay.sh
tests_fuzz_fuzz_address_SOURCES = tests/fuzz/fuzz_address.c $(fuzz_common)
tests_fuzz_fuzz_answers_SOURCES = tests/fuzz/fuzz_answers.c $(fuzz_common)
tests_fuzz_fuzz_base64url_SOURCES = tests/fuzz/fuzz_base64url.c $(fuzz_common)
tests_fuzz_fuzz_body_SOURCES = tests/fuzz/fuzz_body.c tests/unit/exchange.c \
	tests/unit/exchange.h $(fuzz_common)
tests_fuzz_fuzz_clock_SOURCES = tests/fuzz/fuzz_clock.c $(fuzz_common)
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(fuzz_common)
tests_fuzz_fuzz_cookie_SOURCES = tests/fuzz/fuzz_cookie.c $(fuzz_common)
tests_fuzz_fuzz_copy_SOURCES = tests/fuzz/fuzz_copy.c $(fuzz_common)
tests_fuzz_fuzz_link_SOURCES = tests/fuzz/fuzz_link.c $(fuzz_common)
tests_fuzz_fuzz_field_SOURCES = tests/fuzz/fuzz_field.c $(fuzz_common)
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c $(fuzz_common)
tests_fuzz_fuzz_jwk_SOURCES = tests/fuzz/fuzz_jwk.c $(fuzz_common)
tests_fuzz_fuzz_jwks_SOURCES = tests/fuzz/fuzz_jwks.c $(fuzz_common)
tests_fuzz_fuzz_jwt_SOURCES = tests/fuzz/fuzz_jwt.c $(fuzz_common)
tests_fuzz_fuzz_letter_SOURCES = tests/fuzz/fuzz_letter.c $(fuzz_common)
tests_fuzz_fuzz_origin_SOURCES = tests/fuzz/fuzz_origin.c $(fuzz_common)
tests_fuzz_fuzz_pass_SOURCES = tests/fuzz/fuzz_pass.c $(fuzz_common)
tests_fuzz_fuzz_patch_SOURCES = tests/fuzz/fuzz_patch.c $(fuzz_common)
tests_fuzz_fuzz_path_SOURCES = tests/fuzz/fuzz_path.c tests/unit/exchange.c \
	tests/unit/exchange.h $(fuzz_common)
tests_fuzz_fuzz_percent_SOURCES = tests/fuzz/fuzz_percent.c $(fuzz_common)
tests_fuzz_fuzz_questions_SOURCES = tests/fuzz/fuzz_questions.c $(fuzz_common)

# Corpora have no list: a new input is in the distribution by being there.
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay.sh tests/fuzz/run.sh
