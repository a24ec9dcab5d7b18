/* SPDX-License-Identifier: ISC */
/* posternctl conf: the effective settings, secrets masked. */
#include "base/conf.h"

#include "base/str.h"
#include "posternctl.h"

int
ctl_conf(struct ctx *ctx, int argc, char **argv)
{
	(void)ctx;
	conf_print(stdout, argc > 1 && str_eq(argv[1], "--json"));
	return 0;
}
