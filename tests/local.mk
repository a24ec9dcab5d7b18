# SPDX-License-Identifier: ISC
check_PROGRAMS =
TESTS = tests/guards.sh tests/sql/run.sh tests/cgi/run.sh tests/http/run.sh
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = srcdir=$(abs_srcdir); builddir=$(abs_builddir); WRAP="$(WRAP)"; \
	export srcdir builddir WRAP;
cgi_tests = tests/cgi/account.test tests/cgi/chat.test tests/cgi/pipeline.test \
	tests/cgi/profile.test tests/cgi/token.test
EXTRA_DIST += $(TESTS) tests/cgi/lib.sh tests/http/server.sh tests/smoke.sh $(cgi_tests) deploy
