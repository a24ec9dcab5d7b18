/* SPDX-License-Identifier: ISC */
/* jwks: the public keys, one text at three addresses.  See docs/man/jwks.8. */
#include "flow/keys.h"
#include "http/app.h"

static handler get_keys;

static const struct route routes[] = {
	{ GET, "/api/auth/jwks", get_keys, NULL, UNLIMITED | HEAD_TOO, NULL },
	{ GET, "/.well-known/jwks.json", get_keys, NULL, UNLIMITED | HEAD_TOO, NULL },
	{ GET, "/api/auth/.well-known/jwks.json", get_keys, NULL, UNLIMITED | HEAD_TOO, NULL },
	{ 0 },
};

/* Any verifier anywhere may read this: it is public, and cheap on purpose, since every
 * token with an unknown kid makes PyJWT fetch it again. */
static enum err
get_keys(struct req *req, struct reply *reply)
{
	const char *text, *etag;
	enum err e;

	e = keys_published(req->ctx, &text, &etag);
	if (e != E_OK)
		return e;
	reply_header(reply, "cache-control", "public, max-age=300");
	reply_header(reply, "etag", etag);
	reply_json(reply, text);
	if (!req_has_tag(req, etag))
		return E_OK;
	reply->status = 304;
	reply->type = NULL;
	reply->body = NULL;
	return E_OK;
}

static void
prepare(struct ctx *ctx)
{
	keys_warm(ctx, false);
}

int
main(int argc, char **argv)
{
	return app_run(argc, argv, "jwks", routes, prepare);
}
