/* SPDX-License-Identifier: ISC */
/* token: keys in memory, and the JWTs made and checked with them. */
#include "flow/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "flow/present.h"
#include "port/db.h"
#include "port/js.h"
#include "port/jwk.h"
#include "port/secret.h"
#include "store/jwks.h"
#include "store/user.h"

#define KEYS_MAX 100
#define KID_MAX 128
#define FRESH_MS INT64_C(10000)      /* how long what was read is believed */
#define RETRY_MS INT64_C(1000)       /* at most this often for an unknown kid */
#define GRACE_MS INT64_C(2592000000) /* expired keys stay published for 30 days */
#define LEEWAY_S 30
#define JWT_MAX 8192

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
} token;

static void
forget_keys(void)
{
	size_t i;

	for (i = 0; i < token.n; i++)
		jwk_free(token.keys[i].jwk);
	token.n = 0;
	free(token.jwks);
	token.jwks = NULL;
	token.keys_until = 0;
}

void
token_forget(void)
{
	forget_keys();
	jwk_free(token.signing);
	token.signing = NULL;
	token.signing_until = 0;
	token.last_read = 0;
}

/* A key row's algorithm: rows of older peers have none. */
static const char *
row_alg(struct ctx *ctx, const struct jwks_row *row, const struct js *js)
{
	return row->alg != NULL ? row->alg : jwk_guess_alg(ctx, js);
}

/* The stored private key: a JSON string with the ciphertext, or the plain JWK. */
static struct jwk *
open_private(struct ctx *ctx, const struct jwks_row *row)
{
	const struct js *js;
	const char *text = NULL;
	bool ok;

	js = js_parse(ctx, row->privateKey, strlen(row->privateKey), &ok);
	if (ok && js_type(js) == JS_STRING)
		text = secret_decrypt(ctx, js_text(ctx, js));
	if (text != NULL)
		js = js_parse(ctx, text, strlen(text), &ok);
	if (!ok || js_type(js) != JS_OBJECT || js_type_of(js, "d") != JS_STRING)
		return NULL;
	return jwk_import(ctx, js, row_alg(ctx, row, js));
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

	if (token.signing != NULL && ctx->now < token.signing_until)
		return E_OK;
	e = jwks_private(ctx, &rows, &n);
	if (e != E_OK)
		return token.signing != NULL ? E_OK : e;
	k = choose_signing(ctx, rows, n, &kid);
	if (k == NULL)
		e = make_signing(ctx, &k, &kid);
	if (e != E_OK)
		return e;
	jwk_free(token.signing);
	token.signing = k;
	strncpy(token.signing_kid, kid, KID_MAX - 1);
	token.signing_until = ctx->now + FRESH_MS;
	return E_OK;
}

/* Publishing. */

struct jwk_members {
	struct json *j;
};

static bool
put_member(void *arg, const char *key, const struct js *v)
{
	struct jwk_members *m = arg;
	struct ctx ctx = { .arena = m->j->buf.arena };

	if (str_eq(key, "alg") || str_eq(key, "crv") || str_eq(key, "kid"))
		return true;
	json_text(m->j, key, js_text(&ctx, v));
	return true;
}

/* alg, crv, then what is stored, then kid, as the peer has it; private members of a row
 * that somebody else wrote never get out. */
static bool
put_jwk(struct ctx *ctx, struct json *j, const struct jwks_row *row, const struct js *js,
    const char *alg)
{
	struct jwk_members m = { j };

	if (js_has(js, "d") || js_has(js, "p") || js_has(js, "q") || js_has(js, "k"))
		return false;
	json_open(j, NULL);
	json_text(j, "alg", alg);
	if (js_type_of(js, "crv") == JS_STRING)
		json_text(j, "crv", js_text(ctx, js_get(js, "crv")));
	js_each(js, put_member, &m);
	json_text(j, "kid", row->id);
	json_close(j);
	return true;
}

/* One pass over the rows: OKP keys last, since python-jose gives up on a set that begins
 * with one. */
static void
put_keys(struct ctx *ctx, struct json *j, const struct jwks_row *rows, size_t n, bool okp)
{
	size_t i;
	bool ok;

	for (i = 0; i < n && token.n < KEYS_MAX; i++) {
		const struct js *js = js_parse(ctx, rows[i].publicKey, strlen(rows[i].publicKey), &ok);
		const char *alg = ok ? row_alg(ctx, &rows[i], js) : NULL;
		struct public_key *key = &token.keys[token.n];

		if (alg == NULL || str_eq(js_text(ctx, js_get(js, "kty")), "OKP") != okp)
			continue;
		if (rows[i].expiresAt.ms != STAMP_NULL && rows[i].expiresAt.ms + GRACE_MS < ctx->now)
			continue;
		if (strlen(rows[i].id) >= KID_MAX)
			continue;
		key->jwk = jwk_import(ctx, js, alg);
		if (key->jwk == NULL || !put_jwk(ctx, j, &rows[i], js, alg)) {
			log_event(ctx, LOG_WARN, "key-unusable", "kid %s", rows[i].id);
			jwk_free(key->jwk);
			continue;
		}
		strcpy(key->kid, rows[i].id);
		token.n++;
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
	token.jwks = strdup(text);
	secret_sha256(text, strlen(text), digest);
	strcpy(token.etag, "\"");
	strcat(token.etag, enc_base64url(ctx->arena, digest, 24));
	strcat(token.etag, "\"");
	token.keys_until = ctx->now + FRESH_MS;
}

/* What is in memory stays good when the database does not answer. */
static enum err
load_keys(struct ctx *ctx)
{
	struct jwks_row *rows;
	size_t n;
	enum err e;

	if (token.jwks != NULL && ctx->now < token.keys_until)
		return E_OK;
	token.last_read = ctx->now;
	e = jwks_public(ctx, &rows, &n);
	if (e != E_OK)
		return token.n > 0 ? E_OK : e;
	build_jwks(ctx, rows, n);
	return E_OK;
}

enum err
token_jwks(struct ctx *ctx, const char **text, const char **etag)
{
	enum err e = load_keys(ctx);

	if (e == E_OK && token.n == 0) { /* the very first call of all */
		e = load_signing(ctx);
		token.keys_until = 0;
		if (e == E_OK)
			e = load_keys(ctx);
	}
	*text = token.jwks;
	*etag = token.etag;
	return e;
}

void
token_warm(struct ctx *ctx, bool signing)
{
	(void)load_keys(ctx);
	if (signing)
		(void)load_signing(ctx);
}

/* Issuing. */

static void
put_audience(struct ctx *ctx, struct json *j)
{
	const char *list = conf()->jwt_audience, *one, *next;

	one = str_next(ctx->arena, &list, ',');
	next = str_next(ctx->arena, &list, ',');
	if (next == NULL) {
		json_text(j, "aud", one != NULL ? one : conf()->origin);
		return;
	}
	json_open_array(j, "aud");
	json_text(j, NULL, one);
	for (; next != NULL; next = str_next(ctx->arena, &list, ','))
		json_text(j, NULL, next);
	json_close_array(j);
}

static const char *
issuer(void)
{
	return *conf()->jwt_issuer != '\0' ? conf()->jwt_issuer : conf()->origin;
}

static const char *
payload(struct ctx *ctx, const struct user *u)
{
	struct json j = json_new(ctx->arena, 768);
	int64_t now = ctx->now / 1000; /* cut off, never ahead of the clock */

	json_open(&j, NULL);
	json_int(&j, "iat", now);
	if (str_eq(conf()->jwt_claims, "better-auth")) {
		present_user_members(&j, u, true);
	} else {
		json_flag(&j, "isAnonymous", user_is_guest(u));
		if (!str_eq(conf()->profile_gate, "off"))
			json_flag(&j, "hasProfile", u->hasProfile);
	}
	json_text(&j, "sub", u->id);
	json_int(&j, "exp", now + conf()->jwt_expires);
	json_text(&j, "iss", issuer());
	put_audience(ctx, &j);
	json_close(&j);
	return json_done(&j);
}

enum err
token_issue(struct ctx *ctx, const struct user *u, const char **out)
{
	struct arena *a = ctx->arena;
	struct json header = json_new(a, 128);
	const char *body;
	struct buf b;
	unsigned char *sig;
	size_t len;
	enum err e = load_signing(ctx);

	if (e != E_OK)
		return e;
	json_open(&header, NULL);
	json_text(&header, "alg", jwk_alg(token.signing));
	json_text(&header, "kid", token.signing_kid);
	json_close(&header);
	body = payload(ctx, u);
	b = buf_new(a, 1536);
	buf_add(&b, enc_base64url(a, json_done(&header), header.buf.len));
	buf_char(&b, '.');
	buf_add(&b, enc_base64url(a, body, strlen(body)));
	sig = jwk_sign(ctx, token.signing, b.p, b.len, &len);
	if (sig == NULL) {
		log_event(ctx, LOG_ERROR, "sign", "kid %s", token.signing_kid);
		return E_CRYPTO;
	}
	buf_char(&b, '.');
	buf_add(&b, enc_base64url(a, sig, len));
	*out = b.p;
	return E_OK;
}

/* Checking. */

bool
token_is_jwt(const char *text)
{
	const char *dot = strchr(text, '.');

	dot = dot != NULL ? strchr(dot + 1, '.') : NULL;
	return dot != NULL && strchr(dot + 1, '.') == NULL;
}

static const struct js *
decode_part(struct ctx *ctx, const char *part, size_t n)
{
	const struct js *js;
	unsigned char *text;
	size_t len;
	bool ok;

	text = enc_base64url_decode(ctx->arena, part, n, &len);
	if (text == NULL)
		return NULL;
	js = js_parse(ctx, (const char *)text, len, &ok);
	return ok && js_type(js) == JS_OBJECT ? js : NULL;
}

static const struct jwk *
key_by_kid(const char *kid)
{
	size_t i;

	for (i = 0; i < token.n; i++)
		if (str_eq(token.keys[i].kid, kid))
			return token.keys[i].jwk;
	return NULL;
}

/* An unknown kid may be a new key, but it may also be anybody's invention: it makes us
 * look again only once in a while. */
static const struct jwk *
find_key(struct ctx *ctx, const char *kid)
{
	const struct jwk *k;

	if (load_keys(ctx) != E_OK)
		return NULL;
	k = key_by_kid(kid);
	if (k != NULL || ctx->now < token.last_read + RETRY_MS)
		return k;
	token.keys_until = 0;
	return load_keys(ctx) == E_OK ? key_by_kid(kid) : NULL;
}

/* The header may name the key; everything else in it is no word of ours. */
static const struct jwk *
key_for_header(struct ctx *ctx, const struct js *header)
{
	static const char *const refused[] = { "crit", "jku", "jwk", "x5u", "x5c" };
	const char *kid = js_text(ctx, js_get(header, "kid"));
	const struct jwk *k;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (js_has(header, refused[i]))
			return NULL;
	k = kid != NULL ? find_key(ctx, kid) : NULL;
	if (k == NULL || !str_eq(js_text(ctx, js_get(header, "alg")), jwk_alg(k)))
		return NULL;
	return k;
}

static bool
times_hold(struct ctx *ctx, const struct js *body)
{
	int64_t now = ctx->now / 1000, exp, iat, nbf;

	if (!js_int(js_get(body, "exp"), &exp) || exp + LEEWAY_S <= now)
		return false;
	if (!js_int(js_get(body, "iat"), &iat) || iat > now + LEEWAY_S)
		return false;
	return !js_has(body, "nbf") ||
	    (js_int(js_get(body, "nbf"), &nbf) && nbf <= now + LEEWAY_S);
}

static bool
is_our_audience(struct ctx *ctx, const char *aud)
{
	const char *list = conf()->jwt_audience, *one;

	if (*list == '\0')
		return str_eq(aud, conf()->origin);
	while ((one = str_next(ctx->arena, &list, ',')) != NULL)
		if (str_eq(one, aud))
			return true;
	return false;
}

static bool
audience_holds(struct ctx *ctx, const struct js *aud)
{
	size_t i;

	if (js_type(aud) == JS_STRING)
		return is_our_audience(ctx, js_text(ctx, aud));
	for (i = 0; i < js_length(aud); i++)
		if (is_our_audience(ctx, js_text(ctx, js_at(aud, i))))
			return true;
	return false;
}

static bool
signature_holds(struct ctx *ctx, const struct jwk *k, const char *jwt, const char *dot)
{
	unsigned char *sig;
	size_t len;

	sig = enc_base64url_decode(ctx->arena, dot + 1, strlen(dot + 1), &len);
	return sig != NULL && jwk_verify(ctx, k, jwt, (size_t)(dot - jwt), sig, len);
}

enum err
token_check(struct ctx *ctx, const char *jwt, struct claims *out)
{
	const char *first, *second;
	const struct js *header, *body;
	const struct jwk *k;

	if (strlen(jwt) > JWT_MAX || !token_is_jwt(jwt))
		return E_UNAUTHORIZED;
	first = strchr(jwt, '.');
	second = strchr(first + 1, '.');
	header = decode_part(ctx, jwt, (size_t)(first - jwt));
	k = header != NULL ? key_for_header(ctx, header) : NULL;
	if (k == NULL || !signature_holds(ctx, k, jwt, second))
		return E_UNAUTHORIZED;
	body = decode_part(ctx, first + 1, (size_t)(second - first - 1));
	if (body == NULL || !times_hold(ctx, body) ||
	    !str_eq(js_text(ctx, js_get(body, "iss")), issuer()) ||
	    !audience_holds(ctx, js_get(body, "aud")))
		return E_UNAUTHORIZED;
	out->sub = js_text(ctx, js_get(body, "sub"));
	out->is_anonymous = js_type_of(body, "isAnonymous") == JS_BOOL &&
	    js_bool(js_get(body, "isAnonymous"));
	out->has_profile = js_type_of(body, "hasProfile") == JS_BOOL &&
	    js_bool(js_get(body, "hasProfile"));
	return out->sub != NULL && *out->sub != '\0' ? E_OK : E_UNAUTHORIZED;
}
