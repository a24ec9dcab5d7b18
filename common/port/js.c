/* SPDX-License-Identifier: ISC */
/* js: reading JSON by json-c, behind the strict grammar of base/json: json-c alone also
 * takes control characters in strings, among other things. */
#include "port/js.h"

#include <json-c/json.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"

#define EXPONENT_MAX 20
#define PRINT_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static struct json_object *
jso(const struct js *v)
{
	return (struct json_object *)(void *)(uintptr_t)v;
}

static const struct js *
from_jso(struct json_object *o)
{
	return (const struct js *)(void *)o;
}

static void
defer_put(void *p)
{
	json_object_put(p);
}

static void
defer_tokener(void *p)
{
	json_tokener_free(p);
}

/* json-c copies every string into a buffer of its own, which it frees without wiping it:
 * it is made to overwrite it with a string as long as the whole text. */
static void
scrub(struct ctx *ctx, struct json_tokener *t, size_t len)
{
	char *text = arena_alloc(ctx->arena, len + 3);

	memset(text, 'x', len + 2);
	text[0] = text[len + 1] = '"';
	json_tokener_reset(t);
	json_object_put(json_tokener_parse_ex(t, text, (int)len + 3));
}

const struct js *
js_parse(struct ctx *ctx, const char *text, size_t len, bool *ok)
{
	struct json_tokener *t;
	struct json_object *o;

	*ok = false;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (!json_readable(text, len, JS_DEPTH))
		return NULL;
	t = json_tokener_new_ex(JS_DEPTH + 2);
	if (t == NULL)
		return NULL;
	arena_defer(ctx->arena, defer_tokener, t);
	/* With its NUL: a number at the very end is only then complete. */
	text = arena_strndup(ctx->arena, text, len);
	o = json_tokener_parse_ex(t, text, (int)len + 1);
	*ok = json_tokener_get_error(t) == json_tokener_success;
	scrub(ctx, t, len);
	if (o != NULL)
		arena_defer(ctx->arena, defer_put, o);
	return *ok ? from_jso(o) : NULL;
}

void
js_wipe(const struct js *v)
{
	struct json_object *o = jso(v);
	size_t i;

	switch (json_object_get_type(o)) {
	case json_type_string:
		explicit_bzero((char *)(uintptr_t)json_object_get_string(o),
		    (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		for (i = 0; i < json_object_array_length(o); i++)
			js_wipe(from_jso(json_object_array_get_idx(o, i)));
		break;
	case json_type_object: {
		json_object_object_foreach(o, key, child)
		{
			(void)key;
			js_wipe(from_jso(child));
		}
		break;
	}
	default:
		break;
	}
}

bool
js_has(const struct js *v, const char *key)
{
	return json_object_object_get_ex(jso(v), key, NULL) != 0;
}

const struct js *
js_get(const struct js *v, const char *key)
{
	struct json_object *member = NULL;

	if (json_object_get_type(jso(v)) != json_type_object)
		return NULL;
	json_object_object_get_ex(jso(v), key, &member);
	return from_jso(member);
}

enum js_type
js_type(const struct js *v)
{
	switch (json_object_get_type(jso(v))) {
	case json_type_boolean:
		return JS_BOOL;
	case json_type_int:
	case json_type_double:
		return JS_NUMBER;
	case json_type_string:
		return JS_STRING;
	case json_type_array:
		return JS_ARRAY;
	case json_type_object:
		return JS_OBJECT;
	default:
		return JS_NULL;
	}
}

enum js_type
js_type_of(const struct js *v, const char *key)
{
	if (json_object_get_type(jso(v)) != json_type_object || !js_has(v, key))
		return JS_ABSENT;
	return js_type(js_get(v, key));
}

const char *
js_type_name(enum js_type t)
{
	static const char *const names[] = {
		[JS_ABSENT] = "undefined",
		[JS_NULL] = "null",
		[JS_BOOL] = "boolean",
		[JS_NUMBER] = "number",
		[JS_STRING] = "string",
		[JS_ARRAY] = "array",
		[JS_OBJECT] = "object",
	};

	return names[t];
}

const char *
js_text(struct ctx *ctx, const struct js *v)
{
	const char *s;
	size_t len;

	if (json_object_get_type(jso(v)) != json_type_string)
		return NULL;
	s = json_object_get_string(jso(v));
	len = (size_t)json_object_get_string_len(jso(v));
	return memchr(s, '\0', len) != NULL ? NULL : arena_strndup(ctx->arena, s, len);
}

bool
js_bool(const struct js *v)
{
	return json_object_get_boolean(jso(v)) != 0;
}

/* json-c keeps what is too large as an unsigned number, which sticks at a limit of its
 * own, and shows it as it is; what is too small it holds at INT64_MIN, which therefore
 * nobody can give. */
static bool
is_beyond_int64(struct json_object *o, int64_t n)
{
	if (n == INT64_MIN)
		return true;
	return n == INT64_MAX && strcmp(json_object_to_json_string(o), "9223372036854775807") != 0;
}

bool
js_truthy(struct ctx *ctx, const struct js *v)
{
	int64_t n;

	switch (js_type(v)) {
	case JS_ABSENT:
	case JS_NULL:
		return false;
	case JS_BOOL:
		return js_bool(v);
	case JS_NUMBER:
		return !js_int(v, &n) || n != 0;
	case JS_STRING:
		return !str_eq(js_text(ctx, v), "");
	default:
		return true;
	}
}

bool
js_int(const struct js *v, int64_t *out)
{
	double d;

	if (json_object_get_type(jso(v)) == json_type_int) {
		*out = json_object_get_int64(jso(v));
		return !is_beyond_int64(jso(v), *out);
	}
	if (json_object_get_type(jso(v)) != json_type_double)
		return false;
	d = json_object_get_double(jso(v));
	if (!(d >= -9007199254740991.0 && d <= 9007199254740991.0) || d != floor(d))
		return false;
	*out = (int64_t)d;
	return true;
}

size_t
js_length(const struct js *v)
{
	return json_object_get_type(jso(v)) == json_type_array ? json_object_array_length(jso(v))
	                                                       : 0;
}

const struct js *
js_at(const struct js *v, size_t i)
{
	return from_jso(json_object_array_get_idx(jso(v), i));
}

void
js_each(const struct js *v, bool (*fn)(void *, const char *, const struct js *), void *arg)
{
	if (json_object_get_type(jso(v)) != json_type_object)
		return;
	json_object_object_foreach(jso(v), key, child)
	{
		if (!fn(arg, key, from_jso(child)))
			return;
	}
}

const char *
js_print(struct ctx *ctx, const struct js *v)
{
	return arena_strdup(ctx->arena, json_object_to_json_string_ext(jso(v), PRINT_FLAGS));
}

struct patching {
	struct ctx *ctx;
	struct json j;
	const struct js *target;
	const struct js *patch;
};

static void patch_value(struct patching *, const char *key, const struct js *, const struct js *);

static bool
patch_kept(void *arg, const char *key, const struct js *v)
{
	struct patching *p = arg;

	if (!js_has(p->patch, key))
		json_raw(&p->j, key, js_print(p->ctx, v));
	return true;
}

static bool
patch_named(void *arg, const char *key, const struct js *v)
{
	struct patching *p = arg;

	if (js_type(v) != JS_NULL)
		patch_value(p, key, js_get(p->target, key), v);
	return true;
}

static void
patch_value(struct patching *p, const char *key, const struct js *target, const struct js *patch)
{
	const struct js *outer_target = p->target, *outer_patch = p->patch;

	if (js_type(patch) != JS_OBJECT) {
		json_raw(&p->j, key, js_print(p->ctx, patch));
		return;
	}
	p->target = target;
	p->patch = patch;
	json_open(&p->j, key);
	js_each(target, patch_kept, p);
	js_each(patch, patch_named, p);
	json_close(&p->j);
	p->target = outer_target;
	p->patch = outer_patch;
}

const char *
js_patch(struct ctx *ctx, const struct js *target, const struct js *patch)
{
	struct patching p = { .ctx = ctx, .j = json_new(ctx->arena, 1024) };

	patch_value(&p, NULL, target, patch);
	return json_done(&p.j);
}

static bool
member_storable(void *arg, const char *key, const struct js *v)
{
	(void)key;
	*(bool *)arg = js_storable(v);
	return *(bool *)arg;
}

/* json-c keeps the text of a fraction, but an integer beyond 64 bits sticks at a limit.
 * jsonb writes exponents out: 1e307 would be 308 digits for 5 bytes. */
static bool
number_storable(struct json_object *o)
{
	const char *exponent;
	int64_t n;

	if (json_object_get_type(o) == json_type_double) {
		exponent = strpbrk(json_object_to_json_string(o), "eE");
		return exponent == NULL || labs(strtol(exponent + 1, NULL, 10)) <= EXPONENT_MAX;
	}
	n = json_object_get_int64(o);
	return n != INT64_MAX && n != INT64_MIN;
}

bool
js_storable(const struct js *v)
{
	struct json_object *o = jso(v);
	bool ok = true;
	size_t i;

	switch (js_type(v)) {
	case JS_NUMBER:
		return number_storable(o);
	case JS_STRING:
		return memchr(json_object_get_string(o), '\0',
		           (size_t)json_object_get_string_len(o)) == NULL;
	case JS_ARRAY:
		for (i = 0; ok && i < js_length(v); i++)
			ok = js_storable(js_at(v, i));
		return ok;
	case JS_OBJECT:
		js_each(v, member_storable, &ok);
		return ok;
	default:
		return true;
	}
}
