/* SPDX-License-Identifier: ISC */
/* field: the members of a body, and what is wrong with them. */
#include "http/field.h"

#include <ctype.h>
#include <string.h>

#include "base/ctx.h"
#include "base/str.h"
#include "http/app.h"
#include "port/js.h"

static bool
is_local_char(char c)
{
	return isalnum((unsigned char)c) || strchr("_'+.-", c) != NULL;
}

/* One label and its dot; NULL when there is none. */
static const char *
skip_label(const char *s)
{
	if (!isalnum((unsigned char)*s))
		return NULL;
	while (isalnum((unsigned char)*s) || *s == '-')
		s++;
	return *s == '.' ? s + 1 : NULL;
}

/* One or more labels, then two or more letters. */
static bool
is_mail_domain(const char *s)
{
	const char *next = skip_label(s), *p;

	if (next == NULL)
		return false;
	for (; next != NULL; next = skip_label(s))
		s = next;
	for (p = s; isalpha((unsigned char)*p); p++)
		;
	return *p == '\0' && p - s >= 2;
}

bool
field_is_email(const char *s)
{
	const char *at = strchr(s, '@'), *p;

	if (at == NULL || at == s || *s == '.' || strstr(s, "..") != NULL)
		return false;
	for (p = s; p < at; p++)
		if ((unsigned char)*p >= 0x80 || !is_local_char(*p))
			return false;
	if (at[-1] == '.' || at[-1] == '\'')
		return false;
	return is_mail_domain(at + 1);
}

static void
name_mistake(struct buf *b, const char *where, const char *what)
{
	buf_printf(b, "%s%s %s", b->len > 0 ? "; " : "", where, what);
}

static const char *
wrong_type(struct req *req, const char *expected, enum js_type got)
{
	return str_printf(req->ctx->arena, "Invalid input: expected %s, received %s", expected,
	    js_type_name(got));
}

/* What is wrong with a text of the right type, or NULL; text is NULL when it has U+0000. */
static const char *
mistake_in_text(const struct field *f, const char *text)
{
	if (f->type == FIELD_EMAIL)
		return text != NULL && field_is_email(text) ? NULL : "Invalid email address";
	if (text == NULL)
		return "Invalid input: a string cannot hold U+0000";
	if (f->type == FIELD_NONEMPTY && *text == '\0')
		return "Too small: expected string to have >=1 characters";
	return NULL;
}

/* An empty array is too small besides, where something is wanted. */
static const char *
mistake_in_type(struct req *req, const struct field *f, const struct js *v, enum js_type type)
{
	const char *what = wrong_type(req, f->type == FIELD_BOOL ? "boolean" : "string", type);

	if (f->type != FIELD_NONEMPTY || type != JS_ARRAY || js_length(v) > 0)
		return what;
	return str_printf(req->ctx->arena,
	    "%s; [body.%s] Too small: expected array to have >=1 items", what, f->name);
}

/* What is wrong with one member, or NULL. */
static const char *
mistake(struct req *req, const struct field *f)
{
	const struct js *v = js_get(req->body, f->name);
	enum js_type type = js_type_of(req->body, f->name);

	if (type == JS_ABSENT && (f->flags & REQUIRED) == 0)
		return NULL;
	if (type != (f->type == FIELD_BOOL ? JS_BOOL : JS_STRING))
		return mistake_in_type(req, f, v, type);
	return f->type == FIELD_BOOL ? NULL : mistake_in_text(f, js_text(req->ctx, v));
}

/* Parameters are texts, and all of ours are there at most once. */
static const char *
mistake_in_query(struct req *req, const struct field *f)
{
	unsigned n = req_query_count(req, f->name);

	if (n > 1)
		return wrong_type(req, "string", JS_ARRAY);
	if (n == 0)
		return (f->flags & REQUIRED) != 0 ? wrong_type(req, "string", JS_ABSENT) : NULL;
	return req_query(req, f->name) != NULL ? NULL
	                                       : "Invalid input: a string cannot hold U+0000";
}

/* Members of the body, or the parameters of the query behind them. */
static enum err
check_all(struct req *req, struct reply *reply, const struct field *f, unsigned query)
{
	struct buf b = buf_new(req->ctx->arena, 256);
	const char *what, *where = query != 0 ? "query" : "body";

	for (; f->name != NULL; f++) {
		if ((f->flags & QUERY) != query)
			continue;
		what = query != 0 ? mistake_in_query(req, f) : mistake(req, f);
		if (what != NULL)
			name_mistake(&b, str_printf(req->ctx->arena, "[%s.%s]", where, f->name),
			    what);
	}
	return b.len > 0 ? fail(reply, E_VALIDATION, "%s", b.p) : E_OK;
}

static enum err
check_object(struct req *req, struct reply *reply)
{
	enum js_type type = js_type(req->body);
	unsigned policies = req->route->policies;
	struct buf b = buf_new(req->ctx->arena, 256);

	if (type == JS_OBJECT)
		return E_OK;
	if ((policies & RECORD) == 0)
		name_mistake(&b, "[body]", wrong_type(req, "object", type));
	if ((policies & (OBJECT_TWICE | RECORD)) != 0)
		name_mistake(&b, "[body]", wrong_type(req, "record", type));
	return fail(reply, E_VALIDATION, "%s", b.p);
}

enum err
field_check(struct req *req, struct reply *reply)
{
	const struct field *fields = req->route->fields;
	enum err e = E_OK;

	if (req->method != GET && req->method != HEAD)
		e = check_object(req, reply);
	if (e == E_OK)
		e = check_all(req, reply, fields, 0);
	return e == E_OK ? check_all(req, reply, fields, QUERY) : e;
}
