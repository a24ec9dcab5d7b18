/* SPDX-License-Identifier: ISC */
/* posternctl mail test: a mail to see whether mail arrives. */
#include <stdio.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/mime.h"
#include "base/str.h"
#include "posternctl.h"
#include "store/outbox.h"

static void
print(struct ctx *ctx, const char *address, bool json)
{
	struct json j = json_new(ctx->arena, 128);

	if (!json) {
		printf("in the outbox, for %s\n", address);
		return;
	}
	json_open(&j, NULL);
	json_text(&j, "queued", address);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

int
ctl_mail(struct ctx *ctx, int argc, char **argv)
{
	bool json = argc == 4 && str_eq(argv[3], "--json");
	struct mail m = { .template = "test",
		.name = "",
		.url = conf()->origin,
		.unlimited = true };
	enum err e;

	if (argc < 3 || argc > (json ? 4 : 3) || !str_eq(argv[1], "test"))
		return CTL_USAGE;
	m.to = argv[2];
	if (!mime_is_address(m.to)) {
		fprintf(stderr, "posternctl mail: '%s' is no address\n", m.to);
		return 1;
	}
	e = outbox_put(ctx, &m);
	if (e != E_OK) {
		fprintf(stderr, "posternctl mail: %s\n", err_message(e));
		return 1;
	}
	print(ctx, m.to, json);
	return 0;
}
