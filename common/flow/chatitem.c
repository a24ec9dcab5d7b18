/* SPDX-License-Identifier: ISC */
/* chatitem: the shapes of a thread's items.  A page is read as a whole by ChatKit, so that
 * one item it cannot read would take all the others of its page with it. */
#include "flow/chatitem.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/str.h"
#include "http/app.h"
#include "port/js.h"

enum need { MAY, MUST };

/* A member of the items of one type, or of every item. */
static const struct shape {
	const char *type; /* NULL: of all */
	const char *member;
	enum js_type is;
	enum need need;
} shapes[] = {
	{ NULL, "created_at", JS_STRING, MAY },
	{ "user_message", "content", JS_ARRAY, MUST },
	{ "user_message", "attachments", JS_ARRAY, MAY },
	{ "user_message", "quoted_text", JS_STRING, MAY },
	{ "user_message", "inference_options", JS_OBJECT, MAY },
	{ "assistant_message", "content", JS_ARRAY, MUST },
	{ "client_tool_call", "call_id", JS_STRING, MUST },
	{ "client_tool_call", "name", JS_STRING, MUST },
	{ "client_tool_call", "status", JS_STRING, MAY },
	{ "client_tool_call", "arguments", JS_OBJECT, MAY },
	{ "widget", "widget", JS_OBJECT, MUST },
	{ "widget", "copy_text", JS_STRING, MAY },
	{ "generated_image", "image", JS_OBJECT, MAY },
	{ "workflow", "workflow", JS_OBJECT, MUST },
	{ "task", "task", JS_OBJECT, MUST },
	{ "structured_input", NULL, JS_ABSENT, MAY },
	{ "hidden_context_item", NULL, JS_ABSENT, MAY },
	{ "sdk_hidden_context", NULL, JS_ABSENT, MAY },
	{ "end_of_turn", NULL, JS_ABSENT, MAY },
};

/* What the content of a message consists of. */
static const struct part {
	const char *item;
	const char *type;
} parts[] = {
	{ "user_message", "input_text" },
	{ "user_message", "input_tag" },
	{ "assistant_message", "output_text" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_item_type(const char *type)
{
	size_t i;

	for (i = 0; i < COUNT(shapes); i++)
		if (type != NULL && str_eq(shapes[i].type, type))
			return true;
	return false;
}

static bool
is_part(const char *item, const char *type)
{
	size_t i;

	for (i = 0; i < COUNT(parts); i++)
		if (str_eq(parts[i].item, item) && str_eq(parts[i].type, type))
			return true;
	return false;
}

static enum err
bad(struct reply *reply, const char *member, const char *what)
{
	return fail(reply, E_INVALID_ITEM, "%s: %s", member, what);
}

static enum err
check_members(const char *type, const struct js *item, struct reply *reply)
{
	const struct shape *s;
	enum js_type got;
	size_t i;

	for (i = 0; i < COUNT(shapes); i++) {
		s = &shapes[i];
		if (s->member == NULL || (s->type != NULL && !str_eq(s->type, type)))
			continue;
		got = js_type_of(item, s->member);
		if (s->need == MAY && (got == JS_ABSENT || got == JS_NULL))
			continue;
		if (got != s->is)
			return fail(reply, E_INVALID_ITEM, "%s: expected %s, received %s",
			    s->member, js_type_name(s->is), js_type_name(got));
	}
	return E_OK;
}

static enum err
check_content(struct ctx *ctx, const char *type, const struct js *item, struct reply *reply)
{
	const struct js *content = js_get(item, "content"), *part;
	bool message = str_eq(type, "user_message") || str_eq(type, "assistant_message");
	size_t i;

	for (i = 0; message && i < js_length(content); i++) {
		part = js_at(content, i);
		if (js_type(part) != JS_OBJECT)
			return bad(reply, "content", "must be a list of objects");
		if (!is_part(type, js_text(ctx, js_get(part, "type"))))
			return bad(reply, "content",
			    "a part's type is none of this kind of message");
		if (js_type_of(part, "text") != JS_STRING)
			return bad(reply, "content", "a part has no text");
		if (js_has(part, "annotations") && js_type_of(part, "annotations") != JS_ARRAY)
			return bad(reply, "content", "annotations must be a list");
	}
	return E_OK;
}

enum err
chatitem_check(struct ctx *ctx, const struct js *item, struct reply *reply)
{
	const char *type = js_text(ctx, js_get(item, "type"));
	const char *at = js_text(ctx, js_get(item, "created_at"));
	int64_t ms;
	enum err e;

	if (!is_item_type(type))
		return bad(reply, "type", "is none of ChatKit's item types");
	e = check_members(type, item, reply);
	if (e != E_OK)
		return e;
	if (at != NULL && !clock_parse(at, &ms))
		return bad(reply, "created_at", "must be a date like 2026-11-22T16:45:35.487Z");
	return check_content(ctx, type, item, reply);
}
