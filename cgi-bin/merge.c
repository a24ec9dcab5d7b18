/* SPDX-License-Identifier: ISC */
/* merge: a guest's threads join an account, for clients that hold both identities only
 * later.  See docs/man/merge.8. */
#include "flow/identity.h"
#include "flow/keys.h"
#include "flow/merging.h"
#include "http/app.h"

static const struct field merge_fields[] = {
	{ "thread_id", FIELD_STRING, OPTIONAL },
	{ "guest_token", FIELD_STRING, OPTIONAL | SECRET },
	{ "guest_secret", FIELD_STRING, OPTIONAL | SECRET },
	{ 0 },
};

static const struct route routes[] = {
	{ POST, "/api/chatkit/merge", merging_join, merge_fields, ORIGIN, NULL },
	{ POST, "/api/chatkit/merge/:id/undo", merging_undo, NULL, ORIGIN, &identity_required },
	{ GET, "/api/chatkit/merge", merging_list, NULL, 0, &identity_required },
	{ 0 },
};

static void
prepare(struct ctx *ctx)
{
	keys_warm(ctx, false);
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "merge", routes, prepare);
}
