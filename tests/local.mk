# SPDX-License-Identifier: ISC
check_PROGRAMS =
TESTS = tests/guards.sh tests/sql/run.sh tests/cgi/run.sh tests/recorded/run.sh tests/mail/run.sh \
	tests/http/run.sh tests/faults/run.sh tests/merge/run.sh
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = srcdir=$(abs_srcdir); builddir=$(abs_builddir); WRAP="$(WRAP)"; \
	export srcdir builddir WRAP;
include tests/unit.mk
