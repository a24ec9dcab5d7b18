/* SPDX-License-Identifier: ISC */
/* main: every suite, by name. */
#include <stdio.h>
#include <stdlib.h>

#include "port/secret.h"
#include "suites.h"
#include "unit.h"

/* Under AddressSanitizer a child for every row of a table costs minutes, and each mistake
 * is reported where it happens anyway. */
#if defined(__SANITIZE_ADDRESS__)
#define UNIT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNIT_SANITIZED 1
#endif
#endif

/* What the recorded answers were made with, and nothing of this machine's. */
static bool
prepare(void)
{
	unit_clear_environment();
	setenv("POSTERN_CONF", "/dev/null", 1);
	setenv("BETTER_AUTH_SECRET", "peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz", 1);
	setenv("BETTER_AUTH_URL", "http://localhost:4101", 1);
	setenv("BETTER_AUTH_TRUSTED_ORIGINS", "http://localhost:3000", 1);
	setenv("DATABASE_URL", "postgresql://nobody@localhost:1/none", 1);
	return conf_load() && secret_init();
}

int
main(void)
{
	static Suite *(*const suites[])(void) = {
#define SUITE(module) suite_##module,
#include "suites.def"
#undef SUITE
	};
	SRunner *runner = srunner_create(NULL);
	size_t i;
	int failed;

	if (!prepare())
		return 99;
	for (i = 0; i < COUNT(suites); i++)
		srunner_add_suite(runner, suites[i]());
#ifdef UNIT_SANITIZED
	srunner_set_fork_status(runner, CK_NOFORK);
#endif
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
