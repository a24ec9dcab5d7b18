# SPDX-License-Identifier: ISC
# Unit tests and the replay of the fuzz corpora.  Included by tests/local.mk, which begins
# check_PROGRAMS and TESTS.

unit_suites = \
	tests/unit/test_address.c tests/unit/test_arena.c tests/unit/test_badkey.c \
	tests/unit/test_clock.c tests/unit/test_conf.c tests/unit/test_cookie.c \
	tests/unit/test_enc.c tests/unit/test_err.c tests/unit/test_field.c \
	tests/unit/test_grammar.c tests/unit/test_js.c tests/unit/test_json.c \
	tests/unit/test_jwk.c tests/unit/test_keys.c tests/unit/test_limit.c \
	tests/unit/test_origin.c tests/unit/test_pass.c tests/unit/test_questionnaire.c \
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
