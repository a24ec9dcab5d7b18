/* SPDX-License-Identifier: ISC */
/* gate: tells a web server whether a request may pass, as FastCGI authorizer or by HTTP.
 * See docs/man/gate.8. */
#include "flow/claims.h"
#include "flow/gating.h"
#include "flow/keys.h"
#include "http/app.h"

static const struct route routes[] = {
	{ GET, "/api/auth/gate", gating_judge, NULL, UNLIMITED | HEAD_TOO | AUTHORIZER, NULL },
	{ 0 },
};

static void
prepare(struct ctx *ctx)
{
	keys_warm(ctx, false);
	claims_load(ctx);
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "gate", routes, prepare);
}
