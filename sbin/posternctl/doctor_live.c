/* SPDX-License-Identifier: ISC */
/* doctor: what is tried out: clock, hash, keys, a token, the site itself. */
#include "doctor.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/keyring.h"
#include "flow/register.h"
#include "flow/token.h"
#include "port/fetch.h"
#include "port/js.h"
#include "port/pass.h"
#include "store/doctor.h"
#include "store/jwks.h"
#include "store/user.h"

#define SAYS(ctx, ...) str_printf((ctx)->arena, __VA_ARGS__)

#define CLOCK_WARN_MS 2000
#define CLOCK_FAIL_MS 30000
#define HASH_LEAST_MS 50
#define HASH_MOST_MS 500
#define FETCH_MAX ((size_t)512 * 1024)

/* The middle of our own question is when the database looked at its clock. */
enum err
doctor_check_clock(struct ctx *ctx, struct doctor *d)
{
	struct doctor_server s = { 0 };
	int64_t before = clock_now(), off;
	enum err e = doctor_server(ctx, &s);
	const char *what;

	if (e != E_OK)
		return e;
	off = s.now.ms - (before + clock_now()) / 2;
	what = SAYS(ctx, "the database's clock is %" PRId64 ".%03d s %s this one",
	    (off < 0 ? -off : off) / 1000, (int)((off < 0 ? -off : off) % 1000),
	    off < 0 ? "behind" : "ahead of");
	if (off < CLOCK_WARN_MS && off > -CLOCK_WARN_MS)
		doctor_fine(d, "%s", what);
	else if (off < CLOCK_FAIL_MS && off > -CLOCK_FAIL_MS)
		doctor_warn(d, what, "Backends may take a new token for one of the future.",
		    "timedatectl set-ntp true");
	else
		doctor_fail(d, what, "Tokens are refused, and sessions end too early or too late.",
		    "timedatectl set-ntp true");
	return E_OK;
}

/* The better of two: the first one has its memory to fetch. */
static int64_t
hash_ms(struct ctx *ctx)
{
	int64_t start, us, best = INT64_MAX;
	int i;

	for (i = 0; i < 2; i++) {
		start = clock_mono_us();
		if (pass_hash(ctx, "correct horse battery staple") == NULL)
			return -1;
		us = clock_mono_us() - start;
		best = us < best ? us : best;
	}
	return best / 1000;
}

enum err
doctor_check_hash(struct ctx *ctx, struct doctor *d)
{
	int64_t ms;
	const char *what;

	if (doctor_has(d, DOCTOR_SCHEMA))
		register_choose_format(ctx);
	ms = hash_ms(ctx);
	what = SAYS(ctx, "a password hash takes %" PRId64 " ms", ms);
	if (ms < 0)
		doctor_fail(d, "no password hash can be made", "Nobody can sign in or up.",
		    "More memory: a hash needs 32 MiB");
	else if (ms < HASH_LEAST_MS)
		doctor_warn(d, what, "Who steals the hashes can guess as fast.",
		    "PASSWORD_MIN=15, or POSTURE=strict: length is what resists");
	else if (ms > HASH_MOST_MS)
		doctor_warn(d, what,
		    SAYS(ctx, "A core signs in %d people in ten seconds.", (int)(10000 / ms)),
		    "A faster machine, or less beside this on it");
	else
		doctor_fine(d, "%s", what);
	return E_OK;
}

static void
judge_key(struct ctx *ctx, struct doctor *d, const struct jwks_row *row)
{
	const char *alg = keyring_alg(ctx, row);

	if (alg == NULL || keyring_public(ctx, row) == NULL)
		doctor_fail(d, SAYS(ctx, "key %s cannot be read", row->id),
		    "It is not published, and tokens of it are refused.",
		    SAYS(ctx, "DELETE FROM jwks WHERE id = '%s'", row->id));
	else if (!keyring_opens(ctx, row))
		doctor_fail(d, SAYS(ctx, "key %s (%s): no secret here opens it", row->id, alg),
		    "The secret is another than it was, and everybody was signed out.  The key "
		    "stays "
		    "published, but signs no more.",
		    SAYS(ctx,
		        "BETTER_AUTH_SECRETS=2:new,1:old with the secret of before; or "
		        "posternctl keys retire %s",
		        row->id));
	else if (*row->privateKey == '{')
		doctor_warn(d, SAYS(ctx, "key %s is stored in the clear", row->id),
		    "Who reads the database can sign tokens.", "posternctl keys rotate");
}

enum err
doctor_check_keys(struct ctx *ctx, struct doctor *d)
{
	struct jwks_row *rows;
	size_t i, n;
	enum err e = jwks_all(ctx, &rows, &n);

	if (e == E_OK && n == 0)
		doctor_fine(d, "none yet: the first token makes one");
	for (i = 0; i < n; i++)
		if (keyring_is_published(&rows[i], ctx->now))
			judge_key(ctx, d, &rows[i]);
	return e;
}

/* A key that signs: asking for a token makes none then. */
static bool
has_signer(struct ctx *ctx, const struct jwks_row *rows, size_t n, const char *alg)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (keyring_state(&rows[i], ctx->now) == KEYRING_CURRENT &&
		    str_eq(keyring_alg(ctx, &rows[i]), alg) && keyring_opens(ctx, &rows[i]))
			return true;
	return false;
}

static const char *
audience(struct ctx *ctx)
{
	const char *list = conf()->jwt_audience, *first = str_next(ctx->arena, &list, ',');

	return first != NULL ? first : conf()->origin;
}

static void
judge_token(struct ctx *ctx, struct doctor *d, const char *alg)
{
	struct user u = { .id = "doctor",
		.name = "Doctor",
		.email = "doctor@invalid",
		.createdAt = { ctx->now },
		.updatedAt = { ctx->now } };
	struct claims claims = { 0 };
	const char *jwt;

	if (token_issue(ctx, &u, alg, &jwt) != E_OK || token_check(ctx, jwt, &claims) != E_OK ||
	    !str_eq(claims.sub, u.id))
		doctor_fail(d, SAYS(ctx, "a token of %s could not be made and verified", alg),
		    "Backends refuse whoever is signed in.", "posternctl keys list; the log above");
	else
		doctor_fine(d,
		    "alg %s, iss %s, aud %s; PyJWT: jwt.decode(token, "
		    "jwt.PyJWKClient(\"%s/api/auth/"
		    "jwks\").get_signing_key_from_jwt(token).key, algorithms=[\"%s\"], "
		    "issuer=\"%s\", "
		    "audience=\"%s\")",
		    alg, token_issuer(), audience(ctx), conf()->origin, alg, token_issuer(),
		    audience(ctx));
}

/* Asking for a token would make the keys that are missing: it is left to the programs. */
static void
judge_algs(struct ctx *ctx, struct doctor *d, const struct jwks_row *rows, size_t n)
{
	const char *algs[KEYRING_ALGS];
	size_t i, count = keyring_algs(ctx, algs), signers = 0;

	for (i = 0; i < count; i++)
		signers += has_signer(ctx, rows, n, algs[i]);
	for (i = 0; i < count; i++)
		if (signers == count)
			judge_token(ctx, d, algs[i]);
		else if (n > 0 && !has_signer(ctx, rows, n, algs[i]))
			doctor_fail(d, SAYS(ctx, "no key of %s signs", algs[i]),
			    "The next token makes a new key, which backends do not know at once.",
			    SAYS(ctx, "posternctl keys list; posternctl keys rotate --alg %s",
			        algs[i]));
		else
			doctor_fine(d, "alg %s, iss %s, aud %s; not tried: %s", algs[i],
			    token_issuer(), audience(ctx),
			    n == 0 ? "there is no key yet" : "a key is missing");
}

enum err
doctor_check_token(struct ctx *ctx, struct doctor *d)
{
	struct jwks_row *rows;
	size_t n;
	enum err e = jwks_private(ctx, &rows, &n);

	if (e == E_OK)
		judge_algs(ctx, d, rows, n);
	return e;
}

static const struct js *
get(struct ctx *ctx, const char *path, const char **why)
{
	size_t len;
	const char *text = fetch_text(ctx, SAYS(ctx, "%s%s", conf()->origin, path), FETCH_MAX, &len,
	    why);
	const struct js *js;
	bool ok;

	if (text == NULL)
		return NULL;
	js = js_parse(ctx, text, len, &ok);
	if (ok && js_type(js) == JS_OBJECT)
		return js;
	*why = "answers something else";
	return NULL;
}

static bool
is_served(struct ctx *ctx, const struct js *keys, const char *kid)
{
	size_t i;

	for (i = 0; i < js_length(keys); i++)
		if (str_eq(js_text(ctx, js_get(js_at(keys, i), "kid")), kid))
			return true;
	return false;
}

/* What is served may be behind by the cache time of whoever serves it. */
static enum err
compare_keys(struct ctx *ctx, struct doctor *d)
{
	const char *why = "has other keys";
	const struct js *set = get(ctx, "/api/auth/jwks", &why);
	struct jwks_row *rows;
	size_t i, n;
	enum err e = jwks_public(ctx, &rows, &n);

	for (i = 0; i < n; i++)
		if (keyring_state(&rows[i], ctx->now) == KEYRING_CURRENT &&
		    !is_served(ctx, js_get(set, "keys"), rows[i].id))
			doctor_fail(d,
			    SAYS(ctx, "%s/api/auth/jwks has no key %s: it %s", conf()->origin,
			        rows[i].id, why),
			    "Backends refuse its tokens.",
			    "DATABASE_URL and JWKS_FILE of the running programs; their restart");
	return e;
}

enum err
doctor_check_served(struct ctx *ctx, struct doctor *d)
{
	const char *why = "answers something else";
	const struct js *js = get(ctx, "/api/auth/ok", &why);

	if (js != NULL && js_bool(js_get(js, "ok")))
		return doctor_has(d, DOCTOR_SCHEMA) ? compare_keys(ctx, d) : E_OK;
	why = SAYS(ctx, "%s/api/auth/ok %s", conf()->origin, why);
	if (strstr(why, " answers ") == NULL)
		doctor_warn(d, why, "Not reachable from here; perhaps it is for others.",
		    SAYS(ctx, "curl -i %s/api/auth/ok, elsewhere", conf()->origin));
	else
		doctor_fail(d, why, "Links in mails, cookies and tokens name this address.",
		    "BETTER_AUTH_URL, or the web server's rules for /api/auth");
	return E_OK;
}
