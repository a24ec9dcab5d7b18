/* SPDX-License-Identifier: ISC */
/* request: a struct req over an exchange. */
#include "request.h"

#include <string.h>

#include "exchange.h"
#include "port/js.h"
#include "unit.h"

struct req
request_with(enum method method, const char *const *params, const char *json)
{
	struct req req = { .ctx = unit_ctx, .method = method, .address = "" };
	bool ok = true;

	req.http = exchange_open(unit_arena, params, json, json != NULL ? strlen(json) : 0);
	if (json != NULL)
		req.body = js_parse(unit_ctx, json, strlen(json), &ok);
	ck_assert_msg(ok, "%s", json);
	return req;
}

struct reply
request_reply(void)
{
	return (struct reply) { .ctx = unit_ctx, .status = 200 };
}
