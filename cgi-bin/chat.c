/* SPDX-License-Identifier: ISC */
/* chat: the store of chat threads, for guests and members.  See docs/man/chat.8. */
#include "flow/chatting.h"
#include "flow/identity.h"
#include "flow/keys.h"
#include "http/app.h"

#define THREADS "/api/chatkit/threads"

static const struct route routes[] = {
	{ POST, THREADS, chatting_make, NULL, ORIGIN, &identity_required },
	{ GET, THREADS, chatting_list, NULL, 0, &identity_required },
	{ GET, THREADS "/:id", chatting_show, NULL, 0, &identity_required },
	{ PATCH, THREADS "/:id", chatting_change, NULL, ORIGIN, &identity_required },
	{ DELETE, THREADS "/:id", chatting_drop, NULL, ORIGIN, &identity_required },
	{ POST, THREADS "/:id/items", chatting_append, NULL, ORIGIN, &identity_required },
	{ GET, THREADS "/:id/items", chatting_items, NULL, 0, &identity_required },
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
	return app_run(argc, argv, "chat", routes, prepare);
}
