/* SPDX-License-Identifier: ISC */
/* keys: the signing key and the published ones, in memory and in the table jwks. */
#include "flow/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "port/db.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/secret.h"
#include "store/jwks.h"

#define KEYS_MAX 100
#define KID_MAX 128
#define FRESH_MS INT64_C(10000)      /* how long what was read is believed */
#define RETRY_MS INT64_C(1000)       /* at most this often for an unknown kid */
#define GRACE_MS INT64_C(2592000000) /* expired keys stay published for 30 days */

struct public_key {
	char kid[KID_MAX];
	struct jwk *jwk;
};

static struct {
	struct jwk *signing;
	char signing_kid[KID_MAX];
	int64_t signing_until; /* ms; re-read afterwards */

	struct public_key keys[KEYS_MAX];
	size_t n;
	char *jwks;
	char etag[40];
	int64_t keys_until;
	int64_t last_read;
} cache;

static void
forget_keys(void)
{
	size_t i;

	for (i = 0; i < cache.n; i++)
		jwk_free(cache.keys[i].jwk);
	cache.n = 0;
	free(cache.jwks);
	cache.jwks = NULL;
	cache.keys_until = 0;
}

void
keys_forget(void)
{
	forget_keys();
	jwk_free(cache.signing);
	cache.signing = NULL;
	cache.signing_until = 0;
	cache.last_read = 0;
}

/* A key row's algorithm: rows of older peers have none. */
static const char *
row_alg(struct ctx *ctx, const struct jwks_row *row, const struct js *js)
{
	return row->alg != NULL ? row->alg : jwk_guess_alg(ctx, js);
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
is_published(struct ctx *ctx, const struct jwks_row *row, const struct jwk *k)
{
	bool ok;
	const struct js *js = js_parse(ctx, row->publicKey, strlen(row->publicKey), &ok);
	struct jwk *public = ok ? jwk_import(ctx, js, jwk_alg(k)) : NULL;
	bool same = public != NULL && strlen(row->id) < KID_MAX &&
	    str_eq(jwk_public(ctx, public), jwk_public(ctx, k));

	jwk_free(public);
	return same;
}

static struct jwk *
open_private(struct ctx *ctx, const struct jwks_row *row)
{
	const struct js *js = decrypt_private(ctx, row);
	struct jwk *k;

	if (js == NULL || js_type(js) != JS_OBJECT || js_type_of(js, "d") != JS_STRING)
		return NULL;
	k = jwk_import(ctx, js, row_alg(ctx, row, js));
	if (k == NULL || is_published(ctx, row, k))
		return k;
	jwk_free(k);
	return NULL;
}

/* The newest usable key of the configured algorithm, else of any; NULL: none.  A row that
 * cannot be opened (another secret) is reported and passed over: it must not brick the
 * site, as it does the peer's. */
static struct jwk *
choose_signing(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char **kid)
{
	struct jwk *best = NULL, *k;
	size_t i;

	for (i = 0; i < n; i++) {
		bool wanted = rows[i].alg == NULL || str_eq(rows[i].alg, conf()->jwt_alg);

		if (best != NULL && !wanted)
			continue;
		k = open_private(ctx, &rows[i]);
		if (k == NULL) {
			log_event(ctx, LOG_WARN, "key-unreadable", "kid %s", rows[i].id);
			continue;
		}
		jwk_free(best);
		best = k;
		*kid = rows[i].id;
		if (wanted)
			break;
	}
	return best;
}

static enum err
store_new_key(struct ctx *ctx, struct jwk **out, const char **kid)
{
	struct jwk *k = jwk_generate(ctx, conf()->jwt_alg);
	struct jwks_row row = { 0 };
	enum err e;

	if (k == NULL)
		return E_CRYPTO;
	row.id = *kid = secret_id(ctx, 32);
	row.publicKey = jwk_public(ctx, k);
	row.privateKey = str_printf(ctx->arena, "\"%s\"", secret_encrypt(ctx, jwk_private(ctx, k)));
	row.alg = jwk_alg(k);
	row.crv = jwk_crv(k);
	e = jwks_insert(ctx, &row);
	if (e != E_OK) {
		jwk_free(k);
		return e;
	}
	log_event(ctx, LOG_INFO, "key-made", "kid %s alg %s", row.id, row.alg);
	*out = k;
	return E_OK;
}

/* Under the lock: look once more, then make one. */
static enum err
make_signing(struct ctx *ctx, struct jwk **out, const char **kid)
{
	struct jwks_row *rows;
	size_t n;
	enum err e = db_begin(ctx);

	if (e == E_OK)
		e = jwks_lock(ctx);
	if (e == E_OK)
		e = jwks_private(ctx, &rows, &n);
	if (e != E_OK)
		return e;
	*out = choose_signing(ctx, rows, n, kid);
	if (*out == NULL)
		e = store_new_key(ctx, out, kid);
	if (e == E_OK)
		e = db_commit(ctx);
	if (e != E_OK) {
		jwk_free(*out);
		*out = NULL;
	}
	return e;
}

static enum err
load_signing(struct ctx *ctx)
{
	struct jwks_row *rows;
	const char *kid = NULL;
	struct jwk *k;
	size_t n;
	enum err e;

	if (cache.signing != NULL && ctx->now < cache.signing_until)
		return E_OK;
	e = jwks_private(ctx, &rows, &n);
	if (e != E_OK) {
		cache.signing_until = ctx->now + RETRY_MS;
		return cache.signing != NULL ? E_OK : e;
	}
	k = choose_signing(ctx, rows, n, &kid);
	if (k == NULL)
		e = make_signing(ctx, &k, &kid);
	if (e != E_OK)
		return e;
	jwk_free(cache.signing);
	cache.signing = k;
	strncpy(cache.signing_kid, kid, KID_MAX - 1);
	cache.signing_until = ctx->now + FRESH_MS;
	return E_OK;
}

struct jwk_members {
	struct json *j;
};

/* Public members only, whatever a row that somebody else wrote has besides. */
static bool
put_member(void *arg, const char *key, const struct js *v)
{
	static const char *const known[] = { "kty", "x", "y", "n", "e" };
	struct jwk_members *m = arg;
	struct ctx ctx = { .arena = m->j->buf.arena };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq(key, known[i]))
			json_text(m->j, key, js_text(&ctx, v));
	return true;
}

/* alg, crv, then what is stored, then kid, as the peer has it. */
static void
put_jwk(struct ctx *ctx, struct json *j, const struct jwks_row *row, const struct js *js,
    const char *alg)
{
	struct jwk_members m = { j };

	json_open(j, NULL);
	json_text(j, "alg", alg);
	if (js_type_of(js, "crv") == JS_STRING)
		json_text(j, "crv", js_text(ctx, js_get(js, "crv")));
	js_each(js, put_member, &m);
	json_text(j, "kid", row->id);
	json_close(j);
}

/* One pass over the rows: OKP keys last, since python-jose gives up on a set that begins
 * with one. */
static void
put_keys(struct ctx *ctx, struct json *j, const struct jwks_row *rows, size_t n, bool okp)
{
	size_t i;
	bool ok;

	for (i = 0; i < n && cache.n < KEYS_MAX; i++) {
		const struct js *js = js_parse(ctx, rows[i].publicKey, strlen(rows[i].publicKey),
		    &ok);
		const char *alg = ok ? row_alg(ctx, &rows[i], js) : NULL;
		struct public_key *key = &cache.keys[cache.n];

		if (alg == NULL || str_eq(js_text(ctx, js_get(js, "kty")), "OKP") != okp)
			continue;
		if (rows[i].expiresAt.ms != STAMP_NULL &&
		    rows[i].expiresAt.ms + GRACE_MS < ctx->now)
			continue;
		if (strlen(rows[i].id) >= KID_MAX)
			continue;
		key->jwk = jwk_import(ctx, js, alg);
		if (key->jwk == NULL) {
			log_event(ctx, LOG_WARN, "key-unusable", "kid %s", rows[i].id);
			continue;
		}
		put_jwk(ctx, j, &rows[i], js, alg);
		strcpy(key->kid, rows[i].id);
		cache.n++;
	}
}

static void
build_jwks(struct ctx *ctx, const struct jwks_row *rows, size_t n)
{
	struct json j = json_new(ctx->arena, 1024);
	unsigned char digest[32];
	const char *text;

	forget_keys();
	json_open(&j, NULL);
	json_open_array(&j, "keys");
	put_keys(ctx, &j, rows, n, false);
	put_keys(ctx, &j, rows, n, true);
	json_close_array(&j);
	json_close(&j);
	text = json_done(&j);
	cache.jwks = strdup(text);
	secret_sha256(text, strlen(text), digest);
	strcpy(cache.etag, "\"");
	strcat(cache.etag, enc_base64url(ctx->arena, digest, 24));
	strcat(cache.etag, "\"");
	cache.keys_until = ctx->now + FRESH_MS;
}

/* What is in memory stays good when the database does not answer. */
static enum err
load_keys(struct ctx *ctx)
{
	struct jwks_row *rows;
	size_t n;
	enum err e;

	if (cache.jwks != NULL && ctx->now < cache.keys_until)
		return E_OK;
	cache.last_read = ctx->now;
	e = jwks_public(ctx, &rows, &n);
	if (e != E_OK) {
		cache.keys_until = ctx->now + FRESH_MS;
		return cache.n > 0 ? E_OK : e;
	}
	build_jwks(ctx, rows, n);
	return E_OK;
}

enum err
keys_published(struct ctx *ctx, const char **text, const char **etag)
{
	enum err e = load_keys(ctx);

	if (e == E_OK && cache.n == 0) { /* the very first call of all */
		e = load_signing(ctx);
		cache.keys_until = 0;
		if (e == E_OK)
			e = load_keys(ctx);
	}
	*text = cache.jwks;
	*etag = cache.etag;
	return e;
}

void
keys_warm(struct ctx *ctx, bool signing)
{
	(void)load_keys(ctx);
	if (signing)
		(void)load_signing(ctx);
}

enum err
keys_signing(struct ctx *ctx, const struct jwk **key, const char **kid)
{
	enum err e = load_signing(ctx);

	*key = cache.signing;
	*kid = cache.signing_kid;
	return e;
}

static const struct jwk *
key_by_kid(const char *kid)
{
	size_t i;

	for (i = 0; i < cache.n; i++)
		if (str_eq(cache.keys[i].kid, kid))
			return cache.keys[i].jwk;
	return NULL;
}

/* An unknown kid may be a new key, but it may also be anybody's invention: it makes us
 * look again only once in a while. */
const struct jwk *
keys_find(struct ctx *ctx, const char *kid)
{
	const struct jwk *k;

	if (load_keys(ctx) != E_OK)
		return NULL;
	k = key_by_kid(kid);
	if (k != NULL || ctx->now < cache.last_read + RETRY_MS)
		return k;
	cache.keys_until = 0;
	return load_keys(ctx) == E_OK ? key_by_kid(kid) : NULL;
}
