/* SPDX-License-Identifier: ISC */
/* posternctl conf: the effective settings, secrets masked. */
#include "base/conf.h"

#include "base/str.h"
#include "posternctl.h"

int
ctl_conf(struct ctx *ctx, int argc, char **argv)
{
	(void)ctx;
	if (argc > 2 || (argc == 2 && !str_eq(argv[1], "--json")))
		return CTL_USAGE;
	conf_print(stdout, argc == 2);
	return 0;
}
