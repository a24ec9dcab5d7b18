/* SPDX-License-Identifier: ISC */
/* posternctl jwt: why a token holds, or does not; of any issuer.  Without --jwks ours, for
 * which alone settings and database are needed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/jwt.h"
#include "flow/keys.h"
#include "flow/keyset.h"
#include "flow/token.h"
#include "port/fetch.h"
#include "port/js.h"
#include "port/jwk.h"
#include "posternctl.h"

struct options {
	bool json;
	bool signature_only;
	const char *jwks, *algs;
	struct jwt_rules rules;
};

/* What is known of the token so far; the answer is made of it. */
struct finding {
	const struct options *o;
	struct jwt jwt;
	struct keyset set;
	struct keyset_find found;
	const struct js *body;
};

/* --- reading */

/* To the end, or up to one byte more than max. */
static char *
read_all(struct ctx *ctx, FILE *f, size_t max, size_t *len)
{
	char *text = arena_alloc(ctx->arena, max + 2);

	*len = fread(text, 1, max + 1, f);
	text[*len] = '\0';
	return ferror(f) ? NULL : text;
}

/* The end of its line is not part of a token. */
static const char *
read_token(struct ctx *ctx, size_t *len)
{
	char *text = read_all(ctx, stdin, COMPACT_SIZE_MAX + 2, len);

	if (text == NULL)
		return NULL;
	if (*len > 0 && text[*len - 1] == '\n')
		--*len;
	if (*len > 0 && text[*len - 1] == '\r')
		--*len;
	return text;
}

static const char *
read_file(struct ctx *ctx, const char *path, size_t *len, const char **why)
{
	FILE *f = fopen(path, "re");
	const char *text;

	if (f == NULL) {
		*why = str_printf(ctx->arena, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	text = read_all(ctx, f, KEYSET_SIZE_MAX, len);
	if (text == NULL)
		*why = str_printf(ctx->arena, "cannot be read: %s", strerror(errno));
	fclose(f);
	return text;
}

/* NULL, or what is in the way. */
static const char *
read_keys(struct ctx *ctx, const char *from, struct keyset *set)
{
	const char *text, *why = NULL;
	size_t len = 0;

	text = strstr(from, "://") != NULL ? fetch_text(ctx, from, KEYSET_SIZE_MAX, &len, &why)
	                                   : read_file(ctx, from, &len, &why);
	if (text != NULL)
		why = keyset_read(ctx, text, len, set);
	return why == NULL ? NULL : str_printf(ctx->arena, "%s %s", from, why);
}

static const char *
read_own_keys(struct ctx *ctx, struct keyset *set)
{
	const char *text, *etag;
	enum err e = keys_published(ctx, &text, &etag);

	return e == E_OK ? keyset_read(ctx, text, strlen(text), set) : err_message(e);
}

/* --- answers */

static const char *
shown(struct ctx *ctx, const char *json)
{
	return ctl_safe(ctx, json_compact(ctx->arena, json));
}

static const char *
claim(struct ctx *ctx, const struct js *object, const char *name)
{
	return js_has(object, name) ? ctl_safe(ctx, js_print(ctx, js_get(object, name)))
	                            : "nothing";
}

static const char *
date_detail(struct ctx *ctx, const struct finding *f, const char *name)
{
	char date[CLOCK_ISO_SIZE], now[CLOCK_ISO_SIZE];
	int64_t ms;

	if (!jwt_date(ctx, js_get(f->body, name), true, &ms) || ms < 0 ||
	    ms > INT64_C(253402300799000))
		return str_printf(ctx->arena, "%s %s", name, claim(ctx, f->body, name));
	clock_iso(ms, date);
	clock_iso(ctx->now, now);
	return str_printf(ctx->arena, "%s %s, now %s", name, date, now);
}

/* What the fault is about, in this token; NULL: there is no more to say. */
static const char *
detail_of(struct ctx *ctx, const struct finding *f, enum jwt_fault fault)
{
	const struct jwt_rules *r = &f->o->rules;

	switch (fault) {
	case JWT_ALG:
		return str_printf(ctx->arena, "alg %s", claim(ctx, f->jwt.header, "alg"));
	case JWT_NO_KEY:
	case JWT_AMBIGUOUS:
	case JWT_OTHER_ALG:
		return str_printf(ctx->arena, "alg %s, kid %s", claim(ctx, f->jwt.header, "alg"),
		    claim(ctx, f->jwt.header, "kid"));
	case JWT_KEY:
		return jwk_fault_text(f->found.why);
	case JWT_EXPIRED:
		return date_detail(ctx, f, "exp");
	case JWT_FUTURE:
		return date_detail(ctx, f, "iat");
	case JWT_EARLY:
		return date_detail(ctx, f, "nbf");
	case JWT_ISS:
		return str_printf(ctx->arena, "%s, wanted %s", claim(ctx, f->body, "iss"),
		    r->issuer != NULL ? r->issuer : "a text");
	case JWT_AUD:
		return str_printf(ctx->arena, "%s, wanted %s", claim(ctx, f->body, "aud"),
		    r->audience != NULL ? r->audience : "texts");
	default:
		return NULL;
	}
}

static int
refuse_for(struct ctx *ctx, const struct options *o, const char *name, const char *text,
    const char *detail)
{
	struct json j = json_new(ctx->arena, 512);

	fprintf(stderr, "posternctl jwt: %s: %s%s%s%s\n", name, text, detail != NULL ? " (" : "",
	    detail != NULL ? detail : "", detail != NULL ? ")" : "");
	if (!o->json)
		return 1;
	json_open(&j, NULL);
	json_flag(&j, "valid", false);
	json_text(&j, "fault", name);
	json_text(&j, "reason", text);
	json_text(&j, "detail", detail);
	json_close(&j);
	printf("%s\n", json_done(&j));
	return 1;
}

static int
refuse(struct ctx *ctx, const struct finding *f, enum jwt_fault fault)
{
	return refuse_for(ctx, f->o,
	    fault == JWT_KEY ? jwk_fault_name(f->found.why) : jwt_fault_name(fault),
	    jwt_fault_text(fault), detail_of(ctx, f, fault));
}

/* What nobody asked to be looked at, and might have. */
static size_t
unchecked(const struct finding *f, const char *out[static 3])
{
	const struct jwt_rules *r = &f->o->rules;
	size_t n = 0;

	if (!js_has(f->body, "exp"))
		out[n++] = "exp";
	if (r->issuer == NULL && js_has(f->body, "iss"))
		out[n++] = "iss";
	if (r->audience == NULL && js_has(f->body, "aud"))
		out[n++] = "aud";
	return n;
}

static void
note_unchecked(const char *name)
{
	if (str_eq(name, "exp"))
		fputs("posternctl jwt: note: there is no exp: it never ends\n", stderr);
	else
		fprintf(stderr,
		    "posternctl jwt: note: %s was not checked: --%s says what it must be\n", name,
		    str_eq(name, "iss") ? "issuer" : "audience");
}

static int
accept(struct ctx *ctx, const struct finding *f)
{
	struct json j = json_new(ctx->arena, 2048);
	const char *names[3];
	size_t i, n = unchecked(f, names);

	for (i = 0; i < n; i++)
		note_unchecked(names[i]);
	if (!f->o->json) {
		printf("%s\n", shown(ctx, f->jwt.compact.payload));
		return 0;
	}
	json_open(&j, NULL);
	json_flag(&j, "valid", true);
	json_text(&j, "alg", f->jwt.alg);
	json_text(&j, "kid", f->jwt.kid);
	json_text(&j, "thumbprint", jwk_thumbprint(ctx, f->found.jwk));
	json_raw(&j, "header", shown(ctx, f->jwt.compact.header));
	json_raw(&j, "payload", shown(ctx, f->jwt.compact.payload));
	json_open_array(&j, "unchecked");
	for (i = 0; i < n; i++)
		json_text(&j, NULL, names[i]);
	json_close_array(&j);
	json_close(&j);
	printf("%s\n", json_done(&j));
	return 0;
}

/* --- verify */

static enum jwt_fault
check(struct ctx *ctx, struct finding *f)
{
	enum jwt_fault fault = keyset_find(ctx, &f->set, &f->jwt, &f->found);

	if (fault == JWT_OK)
		fault = jwt_verify(ctx, &f->jwt, f->found.key);
	jwk_free(f->found.key);
	if (fault != JWT_OK || f->o->signature_only)
		return fault;
	fault = jwt_payload(ctx, &f->jwt, &f->body);
	return fault == JWT_OK ? jwt_first(jwt_claims(ctx, f->body, &f->o->rules)) : fault;
}

/* Ours: the rules are those of the settings, where nobody says otherwise. */
static const char *
prepare(struct ctx *ctx, struct options *o, struct keyset *set)
{
	if (o->jwks != NULL) {
		o->rules.foreign = true;
		return read_keys(ctx, o->jwks, set);
	}
	if (!ctl_settings())
		return "there are no settings; --jwks does without";
	if (o->rules.issuer == NULL)
		o->rules.issuer = token_issuer();
	if (o->rules.audience == NULL)
		o->rules.audience = token_audience();
	return read_own_keys(ctx, set);
}

static int
verify(struct ctx *ctx, struct options *o)
{
	struct finding f = { .o = o, .set.algs = o->algs };
	const char *text, *why;
	enum jwt_fault fault;
	size_t len;

	text = read_token(ctx, &len);
	if (text == NULL)
		return refuse_for(ctx, o, "input", strerror(errno), NULL);
	fault = jwt_first(jwt_read(ctx, text, len, &f.jwt));
	if (fault != JWT_OK)
		return refuse(ctx, &f, fault);
	why = prepare(ctx, o, &f.set);
	if (why != NULL)
		return refuse_for(ctx, o, "keys", why, NULL);
	fault = check(ctx, &f);
	if (fault != JWT_OK)
		return refuse(ctx, &f, fault);
	if (!o->signature_only)
		return accept(ctx, &f);
	fwrite(f.jwt.compact.payload, 1, f.jwt.compact.payload_len, stdout);
	return 0;
}

/* --- decode */

static void
print_decoded(struct ctx *ctx, const struct finding *f, jwt_faults set)
{
	struct json j = json_new(ctx->arena, 2048);
	int i;

	if (!f->o->json) {
		printf("%s\n", shown(ctx, f->jwt.compact.header));
		if (f->body != NULL)
			printf("%s\n", shown(ctx, f->jwt.compact.payload));
		return;
	}
	json_open(&j, NULL);
	json_flag(&j, "verified", false);
	json_raw(&j, "header", shown(ctx, f->jwt.compact.header));
	json_raw(&j, "payload", f->body != NULL ? shown(ctx, f->jwt.compact.payload) : "null");
	json_open_array(&j, "faults");
	for (i = 1; i < JWT_FAULTS; i++)
		if ((set >> i & 1) != 0)
			json_text(&j, NULL, jwt_fault_name((enum jwt_fault)i));
	json_close_array(&j);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

static void
print_faults(struct ctx *ctx, const struct finding *f, jwt_faults set)
{
	int i;

	for (i = 1; i < JWT_FAULTS; i++) {
		enum jwt_fault fault = (enum jwt_fault)i;
		const char *detail = (set >> i & 1) != 0 ? detail_of(ctx, f, fault) : NULL;

		if ((set >> i & 1) != 0)
			fprintf(stderr, "posternctl jwt: %s: %s%s%s%s\n", jwt_fault_name(fault),
			    jwt_fault_text(fault), detail != NULL ? " (" : "",
			    detail != NULL ? detail : "", detail != NULL ? ")" : "");
	}
	fputs("posternctl jwt: nothing was verified: anybody could have written this\n", stderr);
}

static int
decode(struct ctx *ctx, struct options *o)
{
	struct finding f = { .o = o };
	const char *text;
	enum jwt_fault fault;
	jwt_faults set;
	size_t len;

	o->rules.foreign = true;
	text = read_token(ctx, &len);
	if (text == NULL)
		return refuse_for(ctx, o, "input", strerror(errno), NULL);
	set = jwt_read(ctx, text, len, &f.jwt);
	if (f.jwt.header == NULL)
		return refuse(ctx, &f, jwt_first(set));
	fault = jwt_payload(ctx, &f.jwt, &f.body);
	if (fault != JWT_OK)
		set |= (jwt_faults)1 << fault;
	if (f.body != NULL)
		set |= jwt_claims(ctx, f.body, &o->rules);
	print_decoded(ctx, &f, set);
	print_faults(ctx, &f, set);
	return 0;
}

/* --- options */

static bool
read_leeway(const char *text, int64_t *out)
{
	if (*text == '\0' || strlen(text) > 10 || text[strspn(text, "0123456789")] != '\0')
		return false;
	*out = strtoll(text, NULL, 10);
	return *out <= JWT_LEEWAY_MAX;
}

static bool
are_known(struct ctx *ctx, const char *algs)
{
	const char *list = algs, *one;
	size_t n = 0;

	for (; (one = str_next(ctx->arena, &list, ',')) != NULL; n++)
		if (!jwk_knows(one)) {
			fprintf(stderr, "posternctl jwt: there is no algorithm %s\n", one);
			return false;
		}
	return n > 0;
}

static bool
take(struct ctx *ctx, struct options *o, const char *name, const char *value)
{
	if (str_eq(name, "--jwks"))
		o->jwks = value;
	else if (str_eq(name, "--issuer"))
		o->rules.issuer = value;
	else if (str_eq(name, "--audience"))
		o->rules.audience = value;
	else if (str_eq(name, "--alg"))
		o->algs = value;
	else
		return str_eq(name, "--leeway") && read_leeway(value, &o->rules.leeway);
	return o->algs == NULL || are_known(ctx, o->algs);
}

static bool
parse(struct ctx *ctx, int argc, char **argv, struct options *o)
{
	bool verifies = str_eq(argv[1], "verify");
	int i;

	for (i = 2; i < argc; i++) {
		if (str_eq(argv[i], "--json"))
			o->json = true;
		else if (verifies && str_eq(argv[i], "--signature-only"))
			o->signature_only = true;
		else if (!verifies || i + 1 == argc || !take(ctx, o, argv[i], argv[i + 1]))
			return false;
		else
			i++;
	}
	return !(o->json && o->signature_only);
}

int
ctl_jwt(struct ctx *ctx, int argc, char **argv)
{
	struct options o = { .rules.leeway = TOKEN_LEEWAY_S };

	if (argc < 2 || !parse(ctx, argc, argv, &o))
		return CTL_USAGE;
	if (str_eq(argv[1], "verify"))
		return verify(ctx, &o);
	return str_eq(argv[1], "decode") ? decode(ctx, &o) : CTL_USAGE;
}
