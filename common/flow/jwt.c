/* SPDX-License-Identifier: ISC */
/* jwt: whether a signed token holds. */
#include "flow/jwt.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/str.h"
#include "port/js.h"
#include "port/jwk.h"

#define BIT(fault) ((jwt_faults)1 << (fault))

_Static_assert(JWT_FAULTS <= 64, "a set of faults has 64 bits");

static const struct {
	const char *name, *text;
} faults[] = {
#define FAULT(symbol, name, text) [JWT_##symbol] = { name, text },
#include "flow/jwt.def"
#undef FAULT
};

const char *
jwt_fault_name(enum jwt_fault f)
{
	return faults[f].name;
}

const char *
jwt_fault_text(enum jwt_fault f)
{
	return faults[f].text;
}

enum jwt_fault
jwt_first(jwt_faults set)
{
	return set == 0 ? JWT_OK : (enum jwt_fault)__builtin_ctzll(set);
}

/* The colons outside of strings: as many as members were written, at any depth. */
static size_t
members_written(const char *p, size_t len)
{
	const char *end = p + len;
	size_t n = 0;

	for (; p < end; p++) {
		if (*p == ':')
			n++;
		if (*p != '"')
			continue;
		for (p++; *p != '"'; p++)
			if (*p == '\\')
				p++;
	}
	return n;
}

static size_t members_read(const struct js *);

static bool
count_member(void *arg, const char *key, const struct js *v)
{
	(void)key;
	*(size_t *)arg += 1 + members_read(v);
	return true;
}

static size_t
members_read(const struct js *v)
{
	size_t i, n = 0;

	for (i = 0; i < js_length(v); i++)
		n += members_read(js_at(v, i));
	js_each(v, count_member, &n);
	return n;
}

/* An object, in which no name comes twice: RFC 7515 and RFC 7519 (section 4 of each) leave
 * it to the reader whether the last one wins, and then two readers of one token could read
 * two things.  Nobody who issues tokens writes such a one. */
static enum jwt_fault
read_object(struct ctx *ctx, const char *text, size_t len, enum jwt_fault none,
    enum jwt_fault twice, const struct js **out)
{
	const struct js *js;
	bool ok;

	*out = NULL;
	if (len > 0 && *text == '\xEF') /* a byte order mark (RFC 8259 section 8.1) */
		return none;
	js = js_parse(ctx, text, len, &ok);
	if (!ok || js_type(js) != JS_OBJECT)
		return none;
	*out = js;
	return members_written(text, len) == members_read(js) ? JWT_OK : twice;
}

/* --- form and header */

/* The header may name the key; everything else in it is no word of ours. */
static jwt_faults
header_faults(struct ctx *ctx, struct jwt *t)
{
	static const struct {
		const char *name;
		enum jwt_fault fault;
	} refused[] = {
		{ "crit", JWT_CRIT },
		{ "jku", JWT_OWN_KEY },
		{ "jwk", JWT_OWN_KEY },
		{ "x5u", JWT_OWN_KEY },
		{ "x5c", JWT_OWN_KEY },
		{ "b64", JWT_B64 },
	};
	jwt_faults set = 0;
	size_t i;

	t->alg = js_text(ctx, js_get(t->header, "alg"));
	t->kid = js_text(ctx, js_get(t->header, "kid"));
	if (t->alg != NULL && str_eq_nocase(t->alg, "none"))
		set |= BIT(JWT_NONE);
	else if (!jwk_knows(t->alg))
		set |= BIT(JWT_ALG);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (js_has(t->header, refused[i].name))
			set |= BIT(refused[i].fault);
	if (js_has(t->header, "kid") && t->kid == NULL)
		set |= BIT(JWT_KID);
	return t->compact.sig_len == 0 ? set | BIT(JWT_UNSIGNED) : set;
}

jwt_faults
jwt_read(struct ctx *ctx, const char *text, size_t len, struct jwt *t)
{
	static const enum jwt_fault forms[] = {
		[COMPACT_SIZE] = JWT_SIZE,
		[COMPACT_PARTS] = JWT_PARTS,
		[COMPACT_ENCRYPTED] = JWT_ENCRYPTED,
		[COMPACT_BASE64] = JWT_BASE64,
	};
	enum compact_fault form;
	enum jwt_fault f;

	*t = (struct jwt) { 0 };
	form = compact_read(ctx, text, len, &t->compact);
	if (form != COMPACT_OK)
		return BIT(forms[form]);
	f = read_object(ctx, t->compact.header, t->compact.header_len, JWT_HEADER, JWT_HEADER_TWICE,
	    &t->header);
	if (t->header == NULL)
		return BIT(f);
	return header_faults(ctx, t) | (f == JWT_OK ? 0 : BIT(f));
}

enum jwt_fault
jwt_verify(struct ctx *ctx, const struct jwt *t, const struct jwk *k)
{
	const struct compact *c = &t->compact;

	if (!str_eq(t->alg, jwk_alg(k)))
		return JWT_OTHER_ALG;
	return jwk_verify(ctx, k, c->text, c->signed_len, c->sig, c->sig_len) ? JWT_OK
	                                                                      : JWT_SIGNATURE;
}

enum jwt_fault
jwt_payload(struct ctx *ctx, const struct jwt *t, const struct js **out)
{
	return read_object(ctx, t->compact.payload, t->compact.payload_len, JWT_PAYLOAD,
	    JWT_PAYLOAD_TWICE, out);
}

/* --- claims */

#define DATE_MAX (INT64_MAX / 2000) /* seconds; with any leeway its ms still fit */

static int64_t
to_ms(int64_t seconds)
{
	if (seconds > DATE_MAX || seconds < -DATE_MAX)
		seconds = seconds > 0 ? DATE_MAX : -DATE_MAX;
	return seconds * 1000;
}

bool
jwt_date(struct ctx *ctx, const struct js *v, bool fraction, int64_t *ms)
{
	int64_t seconds;
	double d;

	if (js_type(v) != JS_NUMBER)
		return false;
	if (js_int(v, &seconds)) {
		*ms = to_ms(seconds);
		return true;
	}
	d = fraction ? strtod(js_print(ctx, v), NULL) : HUGE_VAL;
	if (!(fabs(d) <= 9007199254740991.0))
		return false;
	*ms = (int64_t)(d * 1000);
	return true;
}

/* One date: missing where it may be, or on the right side of the limit. */
static jwt_faults
date_faults(struct ctx *ctx, const struct js *body, const char *name, bool needed, bool fraction,
    jwt_faults no_date, jwt_faults wrong_side, int64_t limit)
{
	int64_t ms;

	if (!js_has(body, name))
		return needed ? no_date : 0;
	if (!jwt_date(ctx, js_get(body, name), fraction, &ms))
		return no_date;
	if (str_eq(name, "exp"))
		return ms <= limit ? wrong_side : 0;
	return ms > limit ? wrong_side : 0;
}

static jwt_faults
time_faults(struct ctx *ctx, const struct js *body, const struct jwt_rules *r)
{
	bool strict = !r->foreign;
	int64_t late = ctx->now + r->leeway * 1000, early = ctx->now - r->leeway * 1000;

	return date_faults(ctx, body, "exp", strict, !strict, BIT(JWT_EXP), BIT(JWT_EXPIRED),
	           early) |
	    date_faults(ctx, body, "iat", strict, !strict, BIT(JWT_IAT), BIT(JWT_FUTURE), late) |
	    date_faults(ctx, body, "nbf", false, !strict, BIT(JWT_NBF), BIT(JWT_EARLY), late);
}

static bool
audience_holds(struct ctx *ctx, const struct js *aud, const char *list)
{
	size_t i;

	if (js_type(aud) == JS_STRING)
		return str_listed(list, js_text(ctx, aud));
	for (i = 0; i < js_length(aud); i++)
		if (str_listed(list, js_text(ctx, js_at(aud, i))))
			return true;
	return false;
}

/* Whoever is wanted, and where any will do: all that is there has the right type. */
static bool
has_a_sound_audience(struct ctx *ctx, const struct js *body)
{
	const struct js *aud = js_get(body, "aud");
	size_t i;

	if (js_type(aud) != JS_ARRAY)
		return !js_has(body, "aud") || js_text(ctx, aud) != NULL;
	for (i = 0; i < js_length(aud); i++)
		if (js_text(ctx, js_at(aud, i)) == NULL)
			return false;
	return true;
}

jwt_faults
jwt_claims(struct ctx *ctx, const struct js *body, const struct jwt_rules *r)
{
	const char *iss = js_text(ctx, js_get(body, "iss")),
	           *sub = js_text(ctx, js_get(body, "sub"));
	jwt_faults set = time_faults(ctx, body, r);

	assert(r->leeway >= 0 && r->leeway <= DATE_MAX);
	if (r->issuer != NULL ? !str_eq(iss, r->issuer) : js_has(body, "iss") && iss == NULL)
		set |= BIT(JWT_ISS);
	if (!has_a_sound_audience(ctx, body) ||
	    (r->audience != NULL && !audience_holds(ctx, js_get(body, "aud"), r->audience)))
		set |= BIT(JWT_AUD);
	if (r->foreign ? js_has(body, "sub") && sub == NULL : sub == NULL || *sub == '\0')
		set |= BIT(JWT_SUB);
	return set;
}
