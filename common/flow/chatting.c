/* SPDX-License-Identifier: ISC */
/* chatting: threads and items.  What a client sends beside the known members is kept, as
 * ChatKit's own store does. */
#include "flow/chatting.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/chatitem.h"
#include "flow/identity.h"
#include "port/db.h"
#include "port/js.h"
#include "port/secret.h"
#include "store/thread.h"

#define ID_MAX 128
#define RANDOM_ID 24
#define PAGE_DEFAULT 20
#define PAGE_MAX 100
#define PAGE_BYTES ((size_t)2 * 1024 * 1024)

/* Ids travel in paths, where this service takes no escapes. */
static bool
is_id(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.~:");

	return n > 0 && n <= ID_MAX && s[n] == '\0' && *s != '.';
}

static enum err
bad_member(struct reply *reply, const char *member, const char *what)
{
	return fail(reply, E_VALIDATION, "[body.%s] %s", member, what);
}

static bool
is_type_or_absent(const struct js *body, const char *key, enum js_type type)
{
	enum js_type got = js_type_of(body, key);

	return got == JS_ABSENT || got == JS_NULL || got == type;
}

/* What threads and items have in common: an object that the database can hold, and an id,
 * made here where none is given. */
static enum err
check_object(struct req *req, struct reply *reply, const char *prefix, const char **id)
{
	const struct js *body = req->body;

	if (js_type(body) != JS_OBJECT)
		return fail(reply, E_VALIDATION,
		    "[body] Invalid input: expected object, received %s",
		    js_type_name(js_type(body)));
	if (!js_storable(body))
		return fail(reply, E_VALIDATION,
		    "[body] U+0000 and numbers beyond 64 bits cannot be stored");
	*id = js_text(req->ctx, js_get(body, "id"));
	if (*id != NULL && !is_id(*id))
		return bad_member(reply, "id", "expected 1 to 128 letters, digits or _-.~:");
	if (*id == NULL && !is_type_or_absent(body, "id", JS_NULL))
		return bad_member(reply, "id", "Invalid input: expected string");
	if (*id == NULL)
		*id = str_printf(req->ctx->arena, "%s%s", prefix, secret_id(req->ctx, RANDOM_ID));
	return E_OK;
}

static bool
is_status(struct ctx *ctx, const struct js *status)
{
	const char *type = js_text(ctx, js_get(status, "type"));

	return str_eq(type, "active") || str_eq(type, "locked") || str_eq(type, "closed");
}

static enum err
check_thread(struct ctx *ctx, const struct js *body, struct reply *reply)
{
	if (!is_type_or_absent(body, "title", JS_STRING))
		return bad_member(reply, "title", "Invalid input: expected string");
	if (!is_type_or_absent(body, "metadata", JS_OBJECT))
		return bad_member(reply, "metadata", "Invalid input: expected object");
	if (!is_type_or_absent(body, "status", JS_OBJECT))
		return bad_member(reply, "status", "Invalid input: expected object");
	if (js_get(body, "status") != NULL && !is_status(ctx, js_get(body, "status")))
		return bad_member(reply, "status",
		    "Invalid option: expected one of the types "
		    "\"active\"|\"locked\"|\"closed\"");
	return E_OK;
}

static enum err
answer(struct req *req, struct reply *reply, int status, const char *data)
{
	reply_header(reply, "cache-control", "no-store");
	reply_json(reply, json_compact(req->ctx->arena, data));
	reply->status = status;
	return E_OK;
}

static enum err
not_found(enum err e)
{
	return e == E_NO_ROW ? E_THREAD_NOT_FOUND : e;
}

static bool
is_too_large(const char *data)
{
	return conf()->guest_item_bytes > 0 && strlen(data) > (size_t)conf()->guest_item_bytes;
}

/* Whoever the token calls a guest may be a member by now: the row tells. */
static enum err
insert_thread(struct req *req, const char *id, const char *data, const char **stored)
{
	const char *owner = identity_of(req)->user_id;
	bool guest = false;
	enum err e;

	if (!identity_of(req)->is_guest)
		return thread_insert(req->ctx, id, owner, data, 0, stored);
	e = db_begin(req->ctx);
	if (e == E_OK)
		e = thread_hold_owner(req->ctx, owner, &guest);
	if (e != E_OK)
		return e == E_NO_ROW ? E_NO_PARENT : e;
	if (guest && is_too_large(data))
		return E_ITEM_TOO_LARGE;
	e = thread_insert(req->ctx, id, owner, data, guest ? conf()->guest_threads : 0, stored);
	if (e == E_NO_ROW) /* full: but what was made before is there */
		e = thread_find(req->ctx, id, owner, stored) == E_OK ? E_CONFLICT
		                                                     : E_TOO_MANY_THREADS;
	return e == E_OK ? db_commit(req->ctx) : e;
}

enum err
chatting_make(struct req *req, struct reply *reply)
{
	struct json j = json_new(req->ctx->arena, 512);
	const struct js *title = js_get(req->body, "title"), *meta = js_get(req->body, "metadata");
	const char *id, *stored;
	enum err e;

	e = check_object(req, reply, "thr_", &id);
	if (e == E_OK)
		e = check_thread(req->ctx, req->body, reply);
	if (e != E_OK)
		return e;
	json_open(&j, NULL);
	json_text(&j, "id", id);
	if (title != NULL)
		json_text(&j, "title", js_text(req->ctx, title));
	json_stamp(&j, "created_at", (struct stamp) { req->ctx->now });
	json_raw(&j, "status", "{\"type\":\"active\"}");
	json_raw(&j, "metadata", meta != NULL ? js_print(req->ctx, meta) : "{}");
	json_close(&j);
	e = insert_thread(req, id, json_done(&j), &stored);
	if (e == E_CONFLICT)
		return E_THREAD_EXISTS;
	if (e == E_NO_PARENT) /* a token that has outlived its user */
		return E_UNAUTHORIZED;
	return e == E_OK ? answer(req, reply, 201, stored) : e;
}

static enum err
read_page(struct req *req, struct reply *reply, struct page *page)
{
	const char *limit = req_query(req, "limit"), *order = req_query(req, "order");
	char *end;

	page->limit = PAGE_DEFAULT;
	if (limit != NULL && *limit != '\0') {
		page->limit = strtol(limit, &end, 10);
		if (*end != '\0' || page->limit < 1)
			return fail(reply, E_VALIDATION,
			    "[query.limit] expected a number from 1 to 100");
		if (page->limit > PAGE_MAX)
			page->limit = PAGE_MAX;
	}
	if (order != NULL && *order != '\0' && !str_eq(order, "asc") && !str_eq(order, "desc"))
		return fail(reply, E_VALIDATION,
		    "[query.order] Invalid option: expected one of \"asc\"|\"desc\"");
	page->ascending = str_eq(order, "asc");
	page->after = req_query(req, "after");
	if (page->after != NULL && *page->after == '\0')
		page->after = NULL;
	return E_OK;
}

/* The row beyond the page only says that there is more.  A page of large rows ends early:
 * a hundred of 64 KiB would be more than anybody wants to wait for. */
static enum err
answer_page(struct req *req, struct reply *reply, const struct page *page,
    const struct thread_row *rows, size_t n)
{
	struct json j = json_new(req->ctx->arena, 4096);
	size_t i, most = n > (size_t)page->limit ? (size_t)page->limit : n;

	json_open(&j, NULL);
	json_open_array(&j, "data");
	for (i = 0; i < most && j.buf.len < PAGE_BYTES; i++)
		json_raw(&j, NULL, json_compact(req->ctx->arena, rows[i].data));
	json_close_array(&j);
	json_flag(&j, "has_more", i < n);
	json_text(&j, "after", i < n ? rows[i - 1].id : NULL);
	json_close(&j);
	reply_header(reply, "cache-control", "no-store");
	reply_json(reply, json_done(&j));
	return E_OK;
}

enum err
chatting_list(struct req *req, struct reply *reply)
{
	struct thread_row *rows;
	struct page page = { 0 };
	size_t n;
	enum err e;

	e = read_page(req, reply, &page);
	if (e == E_OK)
		e = thread_page(req->ctx, identity_of(req)->user_id, &page, &rows, &n);
	if (e != E_OK)
		return e == E_NO_ROW ? E_INVALID_CURSOR : e;
	return answer_page(req, reply, &page, rows, n);
}

enum err
chatting_show(struct req *req, struct reply *reply)
{
	const char *data;
	enum err e = thread_find(req->ctx, req_param(req, 0), identity_of(req)->user_id, &data);

	return e == E_OK ? answer(req, reply, 200, data) : not_found(e);
}

/* Only what a client may change; its id, owner and time stay, and so does what is null. */
static const char *
thread_patch(struct req *req)
{
	static const char *const keys[] = { "title", "status", "metadata" };
	struct json j = json_new(req->ctx->arena, 512);
	size_t i;

	json_open(&j, NULL);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (js_get(req->body, keys[i]) != NULL)
			json_raw(&j, keys[i], js_print(req->ctx, js_get(req->body, keys[i])));
	json_close(&j);
	return json_done(&j);
}

enum err
chatting_change(struct req *req, struct reply *reply)
{
	const char *id, *data, *patch;
	enum err e;

	e = check_object(req, reply, "thr_", &id);
	if (e == E_OK)
		e = check_thread(req->ctx, req->body, reply);
	if (e != E_OK)
		return e;
	patch = thread_patch(req);
	if (identity_of(req)->is_guest && is_too_large(patch))
		return E_ITEM_TOO_LARGE;
	e = thread_update(req->ctx, req_param(req, 0), identity_of(req)->user_id, patch, &data);
	return e == E_OK ? answer(req, reply, 200, data) : not_found(e);
}

enum err
chatting_drop(struct req *req, struct reply *reply)
{
	enum err e = thread_delete(req->ctx, req_param(req, 0), identity_of(req)->user_id);

	if (e == E_OK)
		reply_json(reply, "{\"success\":true}");
	return not_found(e);
}

struct item {
	struct json j;
	struct ctx *ctx;
};

static bool
put_rest(void *arg, const char *key, const struct js *v)
{
	struct item *item = arg;

	if (!str_eq(key, "id") && !str_eq(key, "thread_id") && !str_eq(key, "created_at"))
		json_raw(&item->j, key, js_print(item->ctx, v));
	return true;
}

/* The item as it is stored: its place in the thread is ours to say. */
static const char *
item_data(struct req *req, const char *id)
{
	const struct js *at = js_get(req->body, "created_at");
	struct item item = { .j = json_new(req->ctx->arena, 1024), .ctx = req->ctx };

	json_open(&item.j, NULL);
	json_text(&item.j, "id", id);
	json_text(&item.j, "thread_id", req_param(req, 0));
	if (at != NULL)
		json_text(&item.j, "created_at", js_text(req->ctx, at));
	else
		json_stamp(&item.j, "created_at", (struct stamp) { req->ctx->now });
	js_each(req->body, put_rest, &item);
	json_close(&item.j);
	return json_done(&item.j);
}

/* As insert_thread.  A full thread that is there is told from one that is not. */
static enum err
append_item(struct req *req, struct item_new *item, const char **stored, bool *same, bool *fresh)
{
	const char *thread = req_param(req, 0), *owner = identity_of(req)->user_id;
	bool guest = false;
	enum err e;

	if (!identity_of(req)->is_guest)
		return item_append(req->ctx, thread, owner, item, stored, same, fresh);
	e = db_begin(req->ctx);
	if (e == E_OK)
		e = thread_hold(req->ctx, thread, owner, &guest);
	if (e != E_OK)
		return e;
	if (guest && is_too_large(item->data))
		return E_ITEM_TOO_LARGE;
	item->most = guest ? conf()->guest_items : 0;
	e = item_append(req->ctx, thread, owner, item, stored, same, fresh);
	if (e == E_NO_ROW)
		return E_THREAD_FULL;
	return e == E_OK ? db_commit(req->ctx) : e;
}

enum err
chatting_append(struct req *req, struct reply *reply)
{
	struct item_new item = { .timeless = js_get(req->body, "created_at") == NULL };
	const char *stored;
	bool same, fresh;
	enum err e;

	e = check_object(req, reply, "msg_", &item.id);
	if (e == E_OK)
		e = chatitem_check(req->ctx, req->body, reply);
	if (e != E_OK)
		return e;
	item.data = item_data(req, item.id);
	e = append_item(req, &item, &stored, &same, &fresh);
	if (e != E_OK)
		return not_found(e);
	if (!same)
		return E_ITEM_EXISTS;
	return answer(req, reply, fresh ? 201 : 200, stored);
}

enum err
chatting_items(struct req *req, struct reply *reply)
{
	struct thread_row *rows;
	struct page page = { 0 };
	size_t n;
	enum err e;

	e = read_page(req, reply, &page);
	if (e == E_OK)
		e = item_page(req->ctx, req_param(req, 0), identity_of(req)->user_id, &page, &rows,
		    &n);
	if (e == E_NO_ROW && page.after != NULL) {
		const char *data;

		e = thread_find(req->ctx, req_param(req, 0), identity_of(req)->user_id, &data);
		return e == E_OK ? E_INVALID_CURSOR : not_found(e);
	}
	if (e != E_OK)
		return not_found(e);
	return answer_page(req, reply, &page, rows, n);
}
