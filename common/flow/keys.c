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
#include "flow/keyring.h"
#include "port/file.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/secret.h"
#include "store/jwks.h"

#define KEYS_MAX 100
#define FRESH_MS INT64_C(10000) /* how long what was read is believed */
#define RETRY_MS INT64_C(1000)  /* at most this often for an unknown kid */
#define REPORT_MS INT64_C(3600000)
#define TENDINGS 4 /* at most, where somebody else makes keys, too */

struct public_key {
	char kid[KEYRING_KID_MAX];
	struct jwk *jwk;
};

struct signing_key {
	char kid[KEYRING_KID_MAX];
	struct jwk *jwk;
};

static struct {
	struct signing_key signer[KEYRING_ALGS]; /* the default one first */
	size_t signers;
	int64_t signing_until; /* ms; re-read afterwards */
	int64_t reported;      /* when unreadable keys were last named in the log */

	struct public_key keys[KEYS_MAX];
	size_t n;
	char *jwks;
	char etag[40];
	int64_t keys_until;
	int64_t last_look; /* that an unknown kid caused */
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

static void
forget_signers(void)
{
	size_t i;

	for (i = 0; i < cache.signers; i++)
		jwk_free(cache.signer[i].jwk);
	cache.signers = 0;
}

void
keys_forget(void)
{
	forget_keys();
	forget_signers();
	cache.signing_until = 0;
	cache.last_look = 0;
	cache.reported = 0;
}

/* Once an hour, not at every reading. */
static void
report_unreadable(struct ctx *ctx, const char *kid)
{
	if (cache.reported != 0 && ctx->now > cache.reported &&
	    ctx->now - cache.reported < REPORT_MS)
		return;
	cache.reported = ctx->now;
	log_event(ctx, LOG_WARN, "key-unreadable",
	    "kid %s: this secret does not open it, or it is not the published one", kid);
}

/* Newest first: of those whose time has come the first, else the one whose time comes
 * next.  A row that cannot be opened (another secret) is passed over: it must not brick
 * the site, as it does the peer's. */
static const struct jwks_row *
choose(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char *alg, struct jwk **out)
{
	const struct jwks_row *best = NULL;
	size_t i;

	*out = NULL;
	for (i = 0; i < n; i++) {
		struct jwk *k;

		if (alg != NULL && !str_eq(keyring_alg(ctx, &rows[i]), alg))
			continue;
		k = keyring_open(ctx, &rows[i]);
		if (k == NULL) {
			report_unreadable(ctx, rows[i].id);
			continue;
		}
		jwk_free(*out);
		*out = k;
		best = &rows[i];
		if (rows[i].createdAt.ms <= ctx->now)
			break;
	}
	return best;
}

static bool
has_begun(struct ctx *ctx, const struct jwks_row *row)
{
	return row != NULL && row->createdAt.ms <= ctx->now;
}

/* Where the default algorithm has no key whose time has come, one of another algorithm
 * signs for it, as on the peer; but where there is no such one either, as when somebody
 * whose clock is a moment ahead has just made all of them, its own does. */
static const struct jwks_row *
choose_default(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char *alg,
    struct jwk **out)
{
	const struct jwks_row *row = choose(ctx, rows, n, alg, out), *other;
	struct jwk *k;

	if (has_begun(ctx, row))
		return row;
	other = choose(ctx, rows, n, NULL, &k);
	if (row != NULL && !has_begun(ctx, other)) {
		jwk_free(k);
		return row;
	}
	jwk_free(*out);
	*out = k;
	return other;
}

/* A signer per algorithm. */
static void
choose_signers(struct ctx *ctx, const struct jwks_row *rows, size_t n)
{
	const char *algs[KEYRING_ALGS];
	size_t i, count = keyring_algs(ctx, algs);

	forget_signers();
	for (i = 0; i < count; i++) {
		struct signing_key *s = &cache.signer[cache.signers];
		const struct jwks_row *row = i == 0 ? choose_default(ctx, rows, n, algs[i], &s->jwk)
		                                    : choose(ctx, rows, n, algs[i], &s->jwk);

		if (row == NULL)
			continue;
		strncpy(s->kid, row->id, KEYRING_KID_MAX - 1);
		cache.signers++;
	}
}

static enum err
read_signers(struct ctx *ctx)
{
	struct jwks_row *rows;
	bool changed = true;
	size_t n, i;
	enum err e = E_OK, tended = E_OK;

	for (i = 0; e == E_OK && tended == E_OK && changed && i < TENDINGS; i++) {
		e = jwks_private(ctx, &rows, &n);
		if (e == E_OK)
			tended = keyring_tend(ctx, rows, n, &changed);
		if (changed)
			cache.keys_until = 0; /* what is published has grown */
	}
	if (e == E_OK)
		choose_signers(ctx, rows, n);
	return cache.signers > 0 ? E_OK : tended != E_OK ? tended : e;
}

/* What is in memory goes on signing while the database does not answer, or cannot be
 * written. */
static enum err
load_signers(struct ctx *ctx)
{
	enum err e;

	if (cache.signers > 0 && ctx->now < cache.signing_until)
		return E_OK;
	e = read_signers(ctx);
	if (e == E_OK)
		keys_copy(ctx);
	cache.signing_until = ctx->now + (e == E_OK ? FRESH_MS : RETRY_MS);
	return cache.signers > 0 ? E_OK : e;
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

	for (i = 0; i < n && cache.n < KEYS_MAX; i++) {
		const struct js *js = keyring_public(ctx, &rows[i]);
		const char *alg = js != NULL ? keyring_alg(ctx, &rows[i]) : NULL;
		struct public_key *key = &cache.keys[cache.n];

		if (alg == NULL || str_eq(js_text(ctx, js_get(js, "kty")), "OKP") != okp)
			continue;
		if (!keyring_is_published(&rows[i], ctx->now) ||
		    strlen(rows[i].id) >= KEYRING_KID_MAX)
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
	cache.keys_until = ctx->now + (int64_t)conf()->jwks_refresh * 1000;
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

	if (e == E_OK && cache.n == 0) { /* the very first call of all, or all were retired */
		cache.signing_until = 0;
		e = load_signers(ctx);
		cache.keys_until = 0;
		if (e == E_OK)
			e = load_keys(ctx);
		if (e == E_OK && cache.n == 0)
			e = E_CRYPTO; /* what signs cannot be published */
	}
	*text = cache.jwks;
	*etag = cache.etag;
	return e;
}

void
keys_copy(struct ctx *ctx)
{
	const char *text, *etag;

	if (*conf()->jwks_file == '\0')
		return;
	cache.keys_until = 0;
	if (keys_published(ctx, &text, &etag) == E_OK)
		(void)file_replace(ctx, conf()->jwks_file, text);
}

void
keys_warm(struct ctx *ctx, bool signing)
{
	(void)load_keys(ctx);
	if (signing)
		(void)load_signers(ctx);
}

enum err
keys_signing(struct ctx *ctx, const char *alg, const struct jwk **key, const char **kid)
{
	enum err e = load_signers(ctx);
	size_t i;

	*key = NULL;
	*kid = NULL;
	if (e != E_OK)
		return e;
	for (i = 0; alg != NULL && i < cache.signers; i++)
		if (str_eq(jwk_alg(cache.signer[i].jwk), alg))
			break;
	if (i == cache.signers || (alg != NULL && !str_listed(conf()->jwt_alg, alg)))
		return E_ALG_NOT_SERVED;
	*key = cache.signer[i].jwk;
	*kid = cache.signer[i].kid;
	return E_OK;
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
	if (k != NULL || ctx->now < cache.last_look + RETRY_MS)
		return k;
	cache.last_look = ctx->now;
	cache.keys_until = 0;
	return load_keys(ctx) == E_OK ? key_by_kid(kid) : NULL;
}
