/* SPDX-License-Identifier: ISC */
/* claims: answers that are told on. */
#include "flow/claims.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/questions.h"
#include "port/js.h"
#include "store/profile.h"

static struct {
	bool looked;
	bool ok;
} state;

static bool
is_asked(struct ctx *ctx, const struct conf_claim *c)
{
	const struct questions *q = questions_get();
	size_t i;

	for (i = 0; i < q->n; i++)
		if (str_eq(q->list[i].path, c->path))
			return true;
	log_event(ctx, LOG_ERROR, "settings", "PROFILE_CLAIMS: %s: the questionnaire has no '%s'",
	    c->name, c->path);
	return false;
}

bool
claims_load(struct ctx *ctx)
{
	size_t i;

	if (state.looked)
		return state.ok;
	state.looked = true;
	state.ok = conf()->n_claims == 0 || questions_load(ctx);
	for (i = 0; state.ok && i < conf()->n_claims; i++)
		state.ok = is_asked(ctx, &conf()->claims[i]);
	return state.ok;
}

/* Others may write into the table, too. */
static const struct js *
tellable(const struct js *v)
{
	size_t i;

	if (js_type(v) == JS_STRING)
		return v;
	if (js_type(v) != JS_ARRAY)
		return NULL;
	for (i = 0; i < js_length(v); i++)
		if (js_type(js_at(v, i)) != JS_STRING)
			return NULL;
	return v;
}

/* path lies below software_context or hardware_context. */
static const struct js *
answer(struct ctx *ctx, const struct js *software, const struct js *hardware, const char *path)
{
	const struct js *v = *path == 's' ? software : hardware;
	const char *rest = strchr(path, '.') + 1, *key;

	while (v != NULL && (key = str_next(ctx->arena, &rest, '.')) != NULL)
		v = js_type(v) == JS_OBJECT ? js_get(v, key) : NULL;
	return tellable(v);
}

static const struct js *
parse(struct ctx *ctx, const char *text)
{
	bool ok;

	return text != NULL ? js_parse(ctx, text, strlen(text), &ok) : NULL;
}

enum err
claims_find(struct ctx *ctx, const char *user_id, struct told *out)
{
	const struct js *software, *hardware;
	struct profile p = { 0 };
	enum err e;
	size_t i;

	*out = (struct told) { 0 };
	if (conf()->n_claims == 0)
		return E_OK;
	if (!claims_load(ctx))
		return E_NOT_READY;
	e = profile_find(ctx, user_id, &p);
	if (e != E_OK)
		return e == E_NO_ROW ? E_OK : e;
	software = parse(ctx, p.software_context);
	hardware = parse(ctx, p.hardware_context);
	for (i = 0; i < conf()->n_claims; i++)
		out->value[i] = answer(ctx, software, hardware, conf()->claims[i].path);
	return E_OK;
}

void
claims_read(const struct js *payload, struct told *out)
{
	size_t i;

	for (i = 0; i < conf()->n_claims; i++)
		out->value[i] = tellable(js_get(payload, conf()->claims[i].name));
}

void
claims_write(struct ctx *ctx, struct json *j, const struct told *told)
{
	size_t i;

	for (i = 0; i < conf()->n_claims; i++)
		if (told->value[i] != NULL)
			json_raw(j, conf()->claims[i].name, js_print(ctx, told->value[i]));
}

static void
add_text(struct ctx *ctx, struct buf *b, const struct js *v)
{
	const char *text = js_text(ctx, v);

	if (text != NULL)
		buf_add(b, enc_percent(ctx->arena, text));
}

const char *
claims_text(struct ctx *ctx, const struct told *told, size_t i)
{
	const struct js *v = told->value[i];
	struct buf b = buf_new(ctx->arena, 64);
	size_t n;

	if (js_type(v) == JS_STRING)
		add_text(ctx, &b, v);
	for (n = 0; js_type(v) == JS_ARRAY && n < js_length(v); n++) {
		if (n > 0)
			buf_char(&b, ',');
		add_text(ctx, &b, js_at(v, n));
	}
	return b.p;
}
