/* SPDX-License-Identifier: ISC */
/* keyring: rows of jwks as keys, and their life. */
#include "flow/keyring.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "port/db.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/secret.h"
#include "store/jwks.h"

#define GRACE_MS INT64_C(2592000000)

int64_t
keyring_lead(void)
{
	return (conf()->jwks_refresh + 2 * INT64_C(300)) * 1000;
}

int64_t
keyring_grace(void)
{
	return GRACE_MS;
}

size_t
keyring_algs(struct ctx *ctx, const char *out[static KEYRING_ALGS])
{
	const char *list = conf()->jwt_alg, *alg;
	size_t n = 0;

	while (n < KEYRING_ALGS && (alg = str_next(ctx->arena, &list, ',')) != NULL)
		out[n++] = alg;
	return n;
}

const struct js *
keyring_public(struct ctx *ctx, const struct jwks_row *row)
{
	bool ok;
	const struct js *js = js_parse(ctx, row->publicKey, strlen(row->publicKey), &ok);

	return ok && js_type(js) == JS_OBJECT ? js : NULL;
}

const char *
keyring_alg(struct ctx *ctx, const struct jwks_row *row)
{
	const struct js *js;

	if (row->alg != NULL)
		return row->alg;
	js = keyring_public(ctx, row);
	return js != NULL ? jwk_guess_alg(ctx, js) : NULL;
}

bool
keyring_is_published(const struct jwks_row *row, int64_t now)
{
	return row->expiresAt.ms == STAMP_NULL || row->expiresAt.ms + GRACE_MS >= now;
}

/* The stored private key: a JSON string with the ciphertext, or the plain JWK. */
static const struct js *
decrypt_private(struct ctx *ctx, const struct jwks_row *row)
{
	const struct js *js;
	const char *text;
	bool ok;

	js = js_parse(ctx, row->privateKey, strlen(row->privateKey), &ok);
	if (!ok || js_type(js) != JS_STRING)
		return ok ? js : NULL;
	text = js_text(ctx, js);
	text = text != NULL ? secret_decrypt(ctx, text) : NULL;
	if (text == NULL)
		return NULL;
	js = js_parse(ctx, text, strlen(text), &ok);
	return ok ? js : NULL;
}

/* What signs must be what is published under this kid: else nobody could check it. */
static bool
belongs(struct ctx *ctx, const struct jwks_row *row, const struct jwk *k)
{
	const struct js *js = keyring_public(ctx, row);
	struct jwk *public = js != NULL ? jwk_import(ctx, js, jwk_alg(k)) : NULL;
	bool same = public != NULL && strlen(row->id) < KEYRING_KID_MAX &&
	    str_eq(jwk_public(ctx, public), jwk_public(ctx, k));

	jwk_free(public);
	return same;
}

struct jwk *
keyring_open(struct ctx *ctx, const struct jwks_row *row)
{
	const struct js *js = decrypt_private(ctx, row);
	struct jwk *k;

	if (js == NULL || js_type(js) != JS_OBJECT || js_type_of(js, "d") != JS_STRING)
		return NULL;
	k = jwk_import(ctx, js, keyring_alg(ctx, row));
	if (k == NULL || belongs(ctx, row, k))
		return k;
	jwk_free(k);
	return NULL;
}

bool
keyring_opens(struct ctx *ctx, const struct jwks_row *row)
{
	struct jwk *k = keyring_open(ctx, row);

	jwk_free(k);
	return k != NULL;
}

/* The newest row of the algorithm (NULL: of any) that this secret opens; NULL: none. */
static const struct jwks_row *
newest(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char *alg)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((alg == NULL || str_eq(keyring_alg(ctx, &rows[i]), alg)) &&
		    keyring_opens(ctx, &rows[i]))
			return &rows[i];
	return NULL;
}

/* When the next key of the algorithm is to sign; STAMP_NULL: there is no need for one.
 * The first of all, and one in the place of keys that do not open, signs at once. */
static int64_t
next_start(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char *alg)
{
	const struct jwks_row *row = newest(ctx, rows, n, alg);
	int64_t life = (int64_t)conf()->jwt_rotation * 1000;

	if (row == NULL)
		return newest(ctx, rows, n, NULL) != NULL ? ctx->now + keyring_lead() : ctx->now;
	if (life == 0 || row->createdAt.ms + life - keyring_lead() > ctx->now)
		return STAMP_NULL;
	return ctx->now + keyring_lead();
}

static enum err
make_key(struct ctx *ctx, const char *alg, int64_t start, const char **kid)
{
	struct jwk *k = jwk_generate(ctx, alg);
	struct jwks_row row = { .createdAt = { start }, .expiresAt = { STAMP_NULL } };
	enum err e;

	if (k == NULL)
		return E_CRYPTO;
	row.id = *kid = secret_id(ctx, SECRET_ID_LENGTH);
	row.publicKey = jwk_public(ctx, k);
	row.privateKey = str_printf(ctx->arena, "\"%s\"", secret_encrypt(ctx, jwk_private(ctx, k)));
	row.alg = jwk_alg(k);
	row.crv = jwk_crv(k);
	e = jwks_insert(ctx, &row);
	if (e == E_OK)
		e = jwks_succeed(ctx, &row);
	if (e == E_OK)
		log_event(ctx, LOG_INFO, "key-made", "kid %s alg %s", row.id, row.alg);
	jwk_free(k);
	return e;
}

/* True when some algorithm wants a key. */
static bool
is_wanting(struct ctx *ctx, const struct jwks_row *rows, size_t n)
{
	const char *algs[KEYRING_ALGS];
	size_t i, count = keyring_algs(ctx, algs);

	for (i = 0; i < count; i++)
		if (next_start(ctx, rows, n, algs[i]) != STAMP_NULL)
			return true;
	return false;
}

static bool
are_same(const struct jwks_row *a, size_t n, const struct jwks_row *b, size_t m)
{
	size_t i;

	for (i = 0; i < n && i < m; i++)
		if (!str_eq(a[i].id, b[i].id))
			return false;
	return n == m;
}

/* Under the lock, for which many may be waiting.  Rows that came meanwhile are left to be
 * looked at outside of it: whether an RSA key opens takes longer than all the rest. */
static enum err
make_wanted(struct ctx *ctx, const struct jwks_row *known, size_t known_n)
{
	const char *algs[KEYRING_ALGS], *kid;
	struct jwks_row *rows;
	size_t i, n, count = keyring_algs(ctx, algs);
	enum err e = jwks_private(ctx, &rows, &n);

	if (e != E_OK || !are_same(known, known_n, rows, n))
		return e;
	for (i = 0; e == E_OK && i < count; i++) {
		int64_t start = next_start(ctx, rows, n, algs[i]);

		if (start != STAMP_NULL)
			e = make_key(ctx, algs[i], start, &kid);
	}
	return e;
}

enum err
keyring_tend(struct ctx *ctx, const struct jwks_row *rows, size_t n, bool *changed)
{
	enum err e;

	*changed = is_wanting(ctx, rows, n);
	if (!*changed)
		return E_OK;
	e = db_begin(ctx);
	if (e == E_OK)
		e = jwks_lock(ctx);
	if (e == E_OK)
		e = make_wanted(ctx, rows, n);
	return e == E_OK ? db_commit(ctx) : e;
}

enum err
keyring_rotate(struct ctx *ctx, const char *alg, bool now, const char **kid)
{
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = jwks_lock(ctx);
	if (e == E_OK)
		e = make_key(ctx, alg, now ? ctx->now : ctx->now + keyring_lead(), kid);
	return e == E_OK ? db_commit(ctx) : e;
}

enum keyring_state
keyring_state(const struct jwks_row *row, int64_t now)
{
	if (!keyring_is_published(row, now))
		return KEYRING_RETIRED;
	if (row->expiresAt.ms != STAMP_NULL && row->expiresAt.ms <= now)
		return KEYRING_OLD;
	return row->createdAt.ms > now ? KEYRING_NEXT : KEYRING_CURRENT;
}

enum err
keyring_retire(struct ctx *ctx, const char *kid)
{
	return jwks_expire(ctx, kid, ctx->now - GRACE_MS - 1000);
}

/* The text that the current secret would store, NULL when the row is fine as it is. */
static const char *
resealed(struct ctx *ctx, const struct jwks_row *row)
{
	bool ok;
	const struct js *js = js_parse(ctx, row->privateKey, strlen(row->privateKey), &ok);
	const char *box = ok ? js_text(ctx, js) : NULL, *text;

	if (box == NULL || secret_is_current(box))
		return NULL;
	text = secret_decrypt(ctx, box);
	return text == NULL ? NULL : str_printf(ctx->arena, "\"%s\"", secret_encrypt(ctx, text));
}

enum err
keyring_reseal(struct ctx *ctx, size_t *n, size_t *closed)
{
	struct jwks_row *rows;
	size_t i, count;
	enum err e = jwks_all(ctx, &rows, &count);

	*n = *closed = 0;
	for (i = 0; e == E_OK && i < count; i++) {
		const char *text = resealed(ctx, &rows[i]);

		if (!keyring_opens(ctx, &rows[i]))
			++*closed;
		else if (text != NULL && (e = jwks_reseal(ctx, &rows[i], text)) == E_OK)
			++*n;
	}
	return e;
}
