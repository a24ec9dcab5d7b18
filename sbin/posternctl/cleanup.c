/* SPDX-License-Identifier: ISC */
/* posternctl cleanup: deletes what has had its time. */
#include <inttypes.h>
#include <stdio.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/keyring.h"
#include "port/db.h"
#include "port/limit.h"
#include "posternctl.h"
#include "store/admin.h"
#include "store/outbox.h"

#define PATIENCE_MS 600000

static enum err
sweep_sessions(struct ctx *ctx, int64_t *n)
{
	return admin_sweep_sessions(ctx, ctx->now, n);
}

static enum err
sweep_verifications(struct ctx *ctx, int64_t *n)
{
	return admin_sweep_verifications(ctx, ctx->now, n);
}

static enum err
sweep_mails(struct ctx *ctx, int64_t *n)
{
	return outbox_purge(ctx, conf()->mail_keep, n);
}

static enum err
sweep_limits(struct ctx *ctx, int64_t *n)
{
	return admin_sweep_limits(ctx, ctx->now - LIMIT_LONGEST_MS, n);
}

static enum err
sweep_keys(struct ctx *ctx, int64_t *n)
{
	return admin_sweep_keys(ctx, ctx->now - keyring_grace(), n);
}

static const struct sweep {
	const char *name;
	const char *what;
	enum err (*run)(struct ctx *, int64_t *n);
} sweeps[] = {
	{ "sessions", "sessions that have expired", sweep_sessions },
	{ "verifications", "one-time tokens that have expired", sweep_verifications },
	{ "mails", "mails that were sent or given up", sweep_mails },
	{ "limits", "counts of requests", sweep_limits },
	{ "keys", "keys that are no longer published", sweep_keys },
};

int
ctl_cleanup(struct ctx *ctx, int argc, char **argv)
{
	struct json j = json_new(ctx->arena, 128);
	bool json = argc == 2 && str_eq(argv[1], "--json");
	int64_t n;
	size_t i;

	if (argc > (json ? 2 : 1))
		return CTL_USAGE;
	db_set_timeout(PATIENCE_MS);
	json_open(&j, NULL);
	for (i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		enum err e = sweeps[i].run(ctx, &n);

		if (e != E_OK) {
			fprintf(stderr, "posternctl cleanup: %s: %s\n", sweeps[i].name,
			    err_message(e));
			return 1;
		}
		json_int(&j, sweeps[i].name, n);
		if (!json)
			printf("%" PRId64 " %s\n", n, sweeps[i].what);
	}
	json_close(&j);
	if (json)
		printf("%s\n", json_done(&j));
	return 0;
}
