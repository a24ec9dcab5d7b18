/* SPDX-License-Identifier: ISC */
/* posternctl keys, posternctl secret: the signing keys and what protects them. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/keyring.h"
#include "flow/keys.h"
#include "posternctl.h"
#include "store/jwks.h"

static const char *const states[] = {
	[KEYRING_NEXT] = "next",
	[KEYRING_CURRENT] = "current",
	[KEYRING_OLD] = "old",
	[KEYRING_RETIRED] = "retired",
};

static int
fail_with(const char *what, enum err e)
{
	fprintf(stderr, "posternctl %s: %s\n", what, err_message(e));
	return 1;
}

static const char *
date(struct ctx *ctx, struct stamp at)
{
	char *out = arena_alloc(ctx->arena, CLOCK_ISO_SIZE);

	if (at.ms == STAMP_NULL)
		return "-";
	clock_iso(at.ms, out);
	return out;
}

static const char *
alg_of(struct ctx *ctx, const struct jwks_row *row)
{
	const char *alg = keyring_alg(ctx, row);

	return alg != NULL ? alg : "-";
}

static void
print_rows(struct ctx *ctx, const struct jwks_row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		printf("%-32s %-5s %-7s from %s until %s%s\n", rows[i].id, alg_of(ctx, &rows[i]),
		    states[keyring_state(&rows[i], ctx->now)], date(ctx, rows[i].createdAt),
		    date(ctx, rows[i].expiresAt),
		    keyring_opens(ctx, &rows[i]) ? "" : " (no secret opens it)");
}

static void
print_json(struct ctx *ctx, const struct jwks_row *rows, size_t n)
{
	struct json j = json_new(ctx->arena, 1024);
	size_t i;

	json_open(&j, NULL);
	json_open_array(&j, "keys");
	for (i = 0; i < n; i++) {
		json_open(&j, NULL);
		json_text(&j, "kid", rows[i].id);
		json_text(&j, "alg", keyring_alg(ctx, &rows[i]));
		json_text(&j, "state", states[keyring_state(&rows[i], ctx->now)]);
		json_stamp(&j, "from", rows[i].createdAt);
		json_stamp(&j, "until", rows[i].expiresAt);
		json_flag(&j, "opens", keyring_opens(ctx, &rows[i]));
		json_close(&j);
	}
	json_close_array(&j);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

static int
list(struct ctx *ctx, bool json)
{
	struct jwks_row *rows;
	size_t n;
	enum err e = jwks_all(ctx, &rows, &n);

	if (e != E_OK)
		return fail_with("keys", e);
	(json ? print_json : print_rows)(ctx, rows, n);
	return 0;
}

static int
rotate(struct ctx *ctx, const char *alg, bool now)
{
	const char *algs[KEYRING_ALGS], *kid;
	size_t i, n = keyring_algs(ctx, algs);
	enum err e;

	if (alg != NULL && !str_listed(conf()->jwt_alg, alg)) {
		fprintf(stderr, "posternctl keys: JWT_ALG does not list %s\n", alg);
		return 1;
	}
	for (i = 0; i < n; i++) {
		if (alg != NULL && !str_eq(alg, algs[i]))
			continue;
		e = keyring_rotate(ctx, algs[i], now, &kid);
		if (e != E_OK)
			return fail_with("keys", e);
		printf("%s %s signs %s\n", kid, algs[i],
		    now ? "from now on"
		        : str_printf(ctx->arena, "in %d minutes", (int)(keyring_lead() / 60000)));
	}
	keys_copy(ctx);
	return 0;
}

static int
retire(struct ctx *ctx, const char *kid)
{
	enum err e = keyring_retire(ctx, kid);

	if (e == E_NO_ROW) {
		fprintf(stderr, "posternctl keys: there is no key %s\n", kid);
		return 1;
	}
	if (e != E_OK)
		return fail_with("keys", e);
	keys_copy(ctx);
	printf("%s is retired: no longer published, nor used, once the programs look again\n", kid);
	return 0;
}

int
ctl_keys(struct ctx *ctx, int argc, char **argv)
{
	const char *alg = NULL;
	bool now = false;
	int i;

	if (argc == 2 && str_eq(argv[1], "list"))
		return list(ctx, false);
	if (argc == 3 && str_eq(argv[1], "list") && str_eq(argv[2], "--json"))
		return list(ctx, true);
	if (argc == 3 && str_eq(argv[1], "retire"))
		return retire(ctx, argv[2]);
	if (argc < 2 || !str_eq(argv[1], "rotate"))
		return CTL_USAGE;
	for (i = 2; i < argc; i++)
		if (str_eq(argv[i], "--now"))
			now = true;
		else if (str_eq(argv[i], "--alg") && i + 1 < argc)
			alg = argv[++i];
		else
			return CTL_USAGE;
	return rotate(ctx, alg, now);
}

int
ctl_secret(struct ctx *ctx, int argc, char **argv)
{
	size_t n, closed;
	enum err e;

	if (argc != 2 || !str_eq(argv[1], "rotate"))
		return CTL_USAGE;
	e = keyring_reseal(ctx, &n, &closed);
	if (e != E_OK)
		return fail_with("secret", e);
	printf("%zu keys encrypted under the current secret\n", n);
	if (closed > 0)
		printf("%zu keys that no secret here opens: they stay published, but do not "
		       "sign\n",
		    closed);
	return closed > 0 ? 1 : 0;
}
