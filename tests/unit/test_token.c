/* SPDX-License-Identifier: ISC */
/* token: JWTs that must pass, and all that must not (RFC 7515, 7519, 8725). */
#include "flow/token.h"

#include <sodium.h>

#include <string.h>

#include "base/enc.h"
#include "base/str.h"
#include "flow/keys.h"
#include "keystub.h"
#include "port/js.h"
#include "port/jwk.h"
#include "store/user.h"
#include "suites.h"
#include "unit.h"

#include "store/catalogue.c" /* which columns there are is a static of its */

#define ORIGIN "http://localhost:4101"
#define NOW_S "1795366800" /* UNIT_NOW */
#define PASS true
#define FAIL false

/* The kid of the recorded EdDSA key and of the RS256 one. */
#define ED_KID "5s2omV6zoklZlODOnZM3R7Hv695UwJDl"
#define RSA_KID "1Wu87PSE9TU7XKts7ZTpMNvcang9Y6wL"
#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\"}"
#define TIMES "\"iat\":" NOW_S ",\"exp\":1795367700"
#define NAMES "\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\""
#define PAYLOAD "{" TIMES "," NAMES "}"

static void
publish_recorded(void)
{
	size_t i;

	keystub_reset();
	for (i = 0; i < 5; i++)
		keystub_add_recorded(i);
}

static const char *
part(const char *text)
{
	return enc_base64url(unit_arena, text, strlen(text));
}

/* Signed with the recorded EdDSA key, whatever the header says. */
static const char *
sign_parts(const char *header, const char *payload)
{
	const char *text = str_printf(unit_arena, "%s.%s", header, payload), *kid;
	const struct jwk *k;
	unsigned char *sig;
	size_t len;

	ck_assert_int_eq(keys_signing(unit_ctx, NULL, &k, &kid), E_OK);
	ck_assert_str_eq(kid, ED_KID);
	sig = jwk_sign(unit_ctx, k, text, strlen(text), &len);
	return str_printf(unit_arena, "%s.%s", text, enc_base64url(unit_arena, sig, len));
}

static const char *
sign(const char *header, const char *payload)
{
	return sign_parts(part(header), part(payload));
}

static bool
passes(const char *jwt)
{
	struct claims c;
	enum err e = token_check(unit_ctx, jwt, &c);

	ck_assert(e == E_OK || e == E_UNAUTHORIZED);
	return e == E_OK;
}

START_TEST(recorded_tokens_pass_where_they_were_issued)
{
	static const char *const origins[][2] = {
		{ ORIGIN, ORIGIN },
		{ "http://localhost:4115", "http://localhost:4115" },
		{ "https://iss.example.com", "api" },
		{ "http://localhost:4114", "http://localhost:4114" },
		{ "http://localhost:4116", "http://localhost:4116" },
	};
	const struct js *js = js_at(js_get(unit_vectors("peer.json"), "keys"), (size_t)_i);
	const char *jwt = js_text(unit_ctx, js_get(js, "token"));
	struct claims c = { 0 };

	publish_recorded();
	ck_assert_int_eq(passes(jwt), _i == 0);
	unit_conf()->jwt_issuer = origins[_i][0];
	unit_conf()->jwt_audience = origins[_i][1];
	ck_assert_int_eq(token_check(unit_ctx, jwt, &c), E_OK);
	ck_assert_uint_eq(strlen(c.sub), 32);
	ck_assert(!c.is_anonymous && !c.has_profile);
	keystub_reset();
	ck_assert(!passes(jwt));
}
END_TEST

static const struct {
	const char *header;
	bool ok;
} headers[] = {
	{ HEADER, PASS },
	{ "{\"kid\":\"" ED_KID "\",\"alg\":\"EdDSA\"}", PASS },
	{ " { \"alg\" : \"EdDSA\" , \"kid\" : \"" ED_KID "\" } ", PASS },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"typ\":\"JWT\"}", PASS },
	{ "{\"alg\":\"none\",\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"alg\":\"none\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"none\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"None\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":null,\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":[\"EdDSA\"],\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"EdDSA\\u0000\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"eddsa\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"EDDSA\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"Ed25519\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"HS256\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"RS256\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "{\"alg\":\"RS256\",\"kid\":\"" RSA_KID "\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" RSA_KID "\"}", FAIL },
	{ "{\"alg\":\"EdDSA\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":null}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":1}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"unknown\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\\u0000\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID " \"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"5S2OMV6ZOKLZLODONZM3R7HV695UWJDL\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"../../dev/null\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"' OR 1=1 --\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"crit\":[\"exp\"]}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"crit\":[]}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"crit\":null}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"b64\":false,\"crit\":[\"b64\"]}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"jku\":\"https://evil.example/jwks\"}",
	    FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"jwk\":{\"kty\":\"OKP\"}}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"x5u\":\"https://evil.example/x\"}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",\"x5c\":[\"AA==\"]}", FAIL },
	{ "{\"alg\\u0000\":\"EdDSA\",\"kid\":\"" ED_KID "\"}", FAIL },
	{ "", FAIL },
	{ "{}", FAIL },
	{ "[]", FAIL },
	{ "null", FAIL },
	{ "\"EdDSA\"", FAIL },
	{ "1", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\"", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\"}x", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"" ED_KID "\",}", FAIL },
	{ "{'alg':'EdDSA','kid':'" ED_KID "'}", FAIL },
	{ "{\"alg\":\"EdDSA\",\"kid\":\"\xFF\"}", FAIL },
};

START_TEST(only_the_keys_own_algorithm_counts)
{
	publish_recorded();
	ck_assert_msg(passes(sign(headers[_i].header, PAYLOAD)) == headers[_i].ok, "%s",
	    headers[_i].header);
}
END_TEST

static const struct {
	const char *payload;
	bool ok;
} payloads[] = {
	{ PAYLOAD, PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":1795366771," NAMES "}", PASS }, /* 29 s ago */
	{ "{\"iat\":" NOW_S ",\"exp\":1795366770," NAMES "}", FAIL }, /* 30 s ago */
	{ "{\"iat\":" NOW_S ",\"exp\":1795366769," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":1795366800," NAMES "}", PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":0," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":-1," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":1795367700.0," NAMES "}", PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":1795367700.5," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":1.7953677e9," NAMES "}", PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":9223372036854775807," NAMES "}", PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":9223372036854775800," NAMES "}", PASS },
	{ "{\"iat\":" NOW_S ",\"exp\":-9223372036854775808," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":99999999999999999999," NAMES "}", FAIL }, /* no int64 */
	{ "{\"iat\":" NOW_S ",\"exp\":1e400," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":\"1795367700\"," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":null," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":true," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S ",\"exp\":[1795367700]," NAMES "}", FAIL },
	{ "{\"iat\":" NOW_S "," NAMES "}", FAIL },
	{ "{\"exp\":1795366000,\"exp\":1795367700,\"iat\":" NOW_S "," NAMES "}", FAIL },
	{ "{\"exp\":1795367700,\"exp\":1795366000,\"iat\":" NOW_S "," NAMES "}", FAIL },
	{ "{\"exp\":1795367700,\"iat\":1795366830," NAMES "}", PASS }, /* in 30 s */
	{ "{\"exp\":1795367700,\"iat\":1795366831," NAMES "}", FAIL },
	{ "{\"exp\":1795367700,\"iat\":0," NAMES "}", PASS },
	{ "{\"exp\":1795367700,\"iat\":\"" NOW_S "\"," NAMES "}", FAIL },
	{ "{\"exp\":1795367700,\"iat\":null," NAMES "}", FAIL },
	{ "{\"exp\":1795367700," NAMES "}", FAIL },
	{ "{" TIMES ",\"nbf\":1795366830," NAMES "}", PASS },
	{ "{" TIMES ",\"nbf\":1795366831," NAMES "}", FAIL },
	{ "{" TIMES ",\"nbf\":9223372036854775807," NAMES "}", FAIL },
	{ "{" TIMES ",\"nbf\":\"0\"," NAMES "}", FAIL },
	{ "{" TIMES ",\"nbf\":null," NAMES "}", FAIL },
	{ "{" TIMES ",\"nbf\":0," NAMES "}", PASS },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":\"" ORIGIN "/\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":\"https://evil.example\"}",
	    FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":\"HTTP://LOCALHOST:4101\"}",
	    FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":[\"" ORIGIN "\"]}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":null}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"aud\":\"" ORIGIN "\",\"iss\":\"" ORIGIN "\\u0000\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":\"other\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":\"\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":null}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":{}}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":{\"0\":\"" ORIGIN "\"}}",
	    FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":1}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[]}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[\"" ORIGIN "\"]}", PASS },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[\"other\",\"" ORIGIN "\"]}",
	    PASS },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[null,1,\"" ORIGIN "\"]}",
	    FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[\"other\"]}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":[[\"" ORIGIN "\"]]}", FAIL },
	{ "{" TIMES ",\"sub\":\"u1\",\"iss\":\"" ORIGIN "\",\"aud\":\"a," ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"\",\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":1,\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":null,\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "{" TIMES ",\"sub\":\"u\\u00001\",\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}", FAIL },
	{ "", FAIL },
	{ "{}", FAIL },
	{ "[]", FAIL },
	{ "null", FAIL },
	{ "\"\"", FAIL },
	{ "{", FAIL },
	{ PAYLOAD " ", PASS },
	{ "\n" PAYLOAD, PASS },
	{ PAYLOAD "x", FAIL },
	{ PAYLOAD PAYLOAD, FAIL },
};

START_TEST(every_claim_must_hold)
{
	publish_recorded();
	ck_assert_msg(passes(sign(HEADER, payloads[_i].payload)) == payloads[_i].ok, "%s",
	    payloads[_i].payload);
}
END_TEST

static const struct {
	const char *members;
	bool anonymous, profile;
} flags[] = {
	{ "", false, false },
	{ ",\"isAnonymous\":true", true, false },
	{ ",\"hasProfile\":true", false, true },
	{ ",\"isAnonymous\":false,\"hasProfile\":false", false, false },
	{ ",\"isAnonymous\":\"true\",\"hasProfile\":\"true\"", false, false },
	{ ",\"isAnonymous\":1,\"hasProfile\":1", false, false },
	{ ",\"isAnonymous\":null,\"hasProfile\":null", false, false },
	{ ",\"isAnonymous\":true,\"hasProfile\":true", true, true },
	{ ",\"hasProfile\":[true]", false, false },
};

START_TEST(only_true_is_true)
{
	struct claims c = { 0 };

	publish_recorded();
	ck_assert_int_eq(token_check(unit_ctx,
	                     sign(HEADER,
	                         str_printf(unit_arena, "{%s,%s%s}", TIMES, NAMES,
	                             flags[_i].members)),
	                     &c),
	    E_OK);
	ck_assert_str_eq(c.sub, "u1");
	ck_assert_int_eq(c.is_anonymous, flags[_i].anonymous);
	ck_assert_int_eq(c.has_profile, flags[_i].profile);
}
END_TEST

START_TEST(one_of_several_audiences_is_enough)
{
	publish_recorded();
	unit_conf()->jwt_audience = "api, admin";
	unit_conf()->jwt_issuer = "me";
	ck_assert(
	    passes(sign(HEADER, "{" TIMES ",\"sub\":\"u\",\"iss\":\"me\",\"aud\":\"admin\"}")));
	ck_assert(passes(
	    sign(HEADER, "{" TIMES ",\"sub\":\"u\",\"iss\":\"me\",\"aud\":[\"x\",\"api\"]}")));
	ck_assert(!passes(
	    sign(HEADER, "{" TIMES ",\"sub\":\"u\",\"iss\":\"me\",\"aud\":\"api, admin\"}")));
	ck_assert(!passes(
	    sign(HEADER, "{" TIMES ",\"sub\":\"u\",\"iss\":\"me\",\"aud\":\"" ORIGIN "\"}")));
	ck_assert(!passes(sign(HEADER, PAYLOAD)));
}
END_TEST

/* Anything done to the text of a good token. */
START_TEST(a_token_has_one_spelling)
{
	const char *good, *dot, *body, *sig;
	size_t i;

	publish_recorded();
	good = sign(HEADER, PAYLOAD);
	dot = strchr(good, '.');
	body = arena_strndup(unit_arena, good, (size_t)(strrchr(good, '.') - good));
	sig = strrchr(good, '.') + 1;
	const char *const texts[] = {
		str_printf(unit_arena, "%s ", good),
		str_printf(unit_arena, " %s", good),
		str_printf(unit_arena, "%s\n", good),
		str_printf(unit_arena, "\t%s", good),
		str_printf(unit_arena, "%s=", good),
		str_printf(unit_arena, "%s==", good),
		str_printf(unit_arena, "%s.", good),
		str_printf(unit_arena, ".%s", good),
		str_printf(unit_arena, "%s.%s", good, sig),
		str_printf(unit_arena, "%s.%s", body, ""),
		str_printf(unit_arena, "%s", body),
		str_printf(unit_arena, "%s..%s", body, sig),
		str_printf(unit_arena, "%.*s..%s", (int)(dot - good), good, sig),
		str_printf(unit_arena, ".%s", dot + 1),
		str_printf(unit_arena, "%sA", good),
		str_printf(unit_arena, "%s%s", good, sig),
		str_printf(unit_arena, "Bearer %s", good),
		str_printf(unit_arena, "\"%s\"", good),
		str_printf(unit_arena, "%s,%s", good, good),
		str_printf(unit_arena, "%.*s=%s", (int)(dot - good), good, dot),
		str_printf(unit_arena, "%.*s %s", (int)(dot - good), good, dot),
		arena_strndup(unit_arena, good, strlen(good) - 1),
		"",
		".",
		"..",
		"...",
		"a.b.c",
		"a.b",
	};

	ck_assert(passes(good));
	for (i = 0; i < COUNT(texts); i++)
		ck_assert_msg(!passes(texts[i]), "%s", texts[i]);
}
END_TEST

START_TEST(a_changed_character_is_noticed)
{
	char *text;
	size_t i, n;

	publish_recorded();
	text = arena_strdup(unit_arena, sign(HEADER, PAYLOAD));
	n = strlen(text);
	for (i = 0; i < n; i++) {
		char was = text[i];

		if (was == '.')
			continue;
		text[i] = was == 'A' ? 'Q' : 'A';
		ck_assert_msg(!passes(text), "character %zu", i);
		text[i] = was;
	}
	ck_assert(passes(text));
}
END_TEST

/* RFC 8725 section 2.1: the public key as the secret of a MAC. */
START_TEST(the_public_key_is_no_secret)
{
	const char *header = "{\"alg\":\"HS256\",\"kid\":\"" ED_KID "\"}", *text, *jwks, *etag;
	unsigned char tag[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;
	const char *keys[4];
	size_t i, len;

	publish_recorded();
	ck_assert_int_eq(keys_published(unit_ctx, &jwks, &etag), E_OK);
	keys[0] = keystub.rows[0].publicKey;
	keys[1] = jwks;
	keys[2] = (char *)enc_base64url_decode(unit_arena,
	    "YSg1uY72rka5AKYDwhzh91Pq25vD0Rz1i6aXer7KXys", 43, &len);
	keys[3] = conf()->secret; /* that of the e-mail tokens: another kind of token */
	text = str_printf(unit_arena, "%s.%s", part(header), part(PAYLOAD));
	for (i = 0; i < COUNT(keys); i++) {
		size_t n = i == 2 ? len : strlen(keys[i]);

		crypto_auth_hmacsha256_init(&st, (const unsigned char *)keys[i], n);
		crypto_auth_hmacsha256_update(&st, (const unsigned char *)text, strlen(text));
		crypto_auth_hmacsha256_final(&st, tag);
		ck_assert(!passes(str_printf(unit_arena, "%s.%s", text,
		    enc_base64url(unit_arena, tag, sizeof(tag)))));
	}
}
END_TEST

/* With a filler claim of n bytes. */
static const char *
long_token(size_t n)
{
	char *filler = arena_alloc(unit_arena, n + 1);

	memset(filler, 'x', n);
	return sign(HEADER, str_printf(unit_arena, "{%s,%s,\"f\":\"%s\"}", TIMES, NAMES, filler));
}

START_TEST(a_long_token_passes_and_a_huge_one_does_not)
{
	publish_recorded();
	ck_assert(passes(long_token(4000)));
	ck_assert(!passes(long_token(100000)));
	ck_assert(!passes(long_token(1000000)));
}
END_TEST

START_TEST(deep_json_is_refused)
{
	struct buf b = buf_new(unit_arena, 4096);
	int i;

	publish_recorded();
	for (i = 0; i < 2000; i++)
		buf_add(&b, "[");
	ck_assert(!passes(sign(HEADER, b.p)));
	ck_assert(!passes(sign(b.p, PAYLOAD)));
}
END_TEST

START_TEST(a_refused_token_leaves_no_leak_behind)
{
	publish_recorded();
	ck_assert(!passes(sign_parts("!!", part(PAYLOAD))));
	ck_assert(!passes(sign_parts(part(HEADER), "!!")));
	ck_assert(!passes(sign_parts(part(HEADER), "")));
	ck_assert(!passes(sign_parts("", part(PAYLOAD))));
}
END_TEST

static const struct {
	const char *text;
	bool is;
} shapes[] = {
	{ "a.b.c", true },
	{ "..", true },
	{ "a..c", true },
	{ "a.b.", true },
	{ "", false },
	{ "a", false },
	{ "a.b", false },
	{ "a.b.c.d", false },
	{ "...", false },
	{ ".", false },
};

START_TEST(three_parts_look_like_a_jwt)
{
	ck_assert_int_eq(token_is_jwt(shapes[_i].text), shapes[_i].is);
}
END_TEST

/* Issuing. */

static struct user
recorded_user(void)
{
	struct user u = { .id = "bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES",
		.name = "Test User",
		.email = "vecc488c8@example.com",
		.createdAt = { INT64_C(1795366783501) },
		.updatedAt = { INT64_C(1795366783501) } };

	u.plugin[USER_IS_ANONYMOUS] = u.plugin[USER_TWO_FACTOR_ENABLED] = u.plugin[USER_BANNED] =
	    "false";
	u.plugin[USER_ROLE] = "user";
	return u;
}

static const char *
issue(const struct user *u)
{
	const char *jwt = NULL;

	ck_assert_int_eq(token_issue(unit_ctx, u, NULL, &jwt), E_OK);
	return jwt;
}

static const char *
payload_of(const char *jwt)
{
	const char *at = strchr(jwt, '.') + 1;
	size_t len;

	return (char *)enc_base64url_decode(unit_arena, at, strcspn(at, "."), &len);
}

START_TEST(a_token_is_issued_as_recorded_byte_for_byte)
{
	const struct js *js = js_at(js_get(unit_vectors("peer.json"), "keys"), 0);
	struct user u = recorded_user();

	memset(catalogue.user, true, sizeof(catalogue.user));
	publish_recorded();
	unit_conf()->profile_gate = "off";
	unit_ctx->now = INT64_C(1795366783999);
	ck_assert_str_eq(issue(&u), js_text(unit_ctx, js_get(js, "token")));
}
END_TEST

static const struct {
	const char *claims, *gate, *audience, *issuer;
	bool guest, profile;
	const char *payload; /* after iat */
} issues[] = {
	{ "minimal", "after", "", "", false, true,
	    "\"isAnonymous\":false,\"hasProfile\":true,\"sub\":"
	    "\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\","
	    "\"exp\":1795367700,\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}" },
	{ "minimal", "off", "", "", false, true,
	    "\"isAnonymous\":false,\"sub\":\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\",\"exp\":1795367700,"
	    "\"iss\":\"" ORIGIN "\",\"aud\":\"" ORIGIN "\"}" },
	{ "minimal", "off", "api", "me", true, false,
	    "\"isAnonymous\":true,\"sub\":\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\",\"exp\":1795367700,"
	    "\"iss\":\"me\",\"aud\":\"api\"}" },
	{ "minimal", "off", "api, admin,x", "me", false, false,
	    "\"isAnonymous\":false,\"sub\":\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\",\"exp\":1795367700,"
	    "\"iss\":\"me\",\"aud\":[\"api\",\"admin\",\"x\"]}" },
	{ "better-auth", "after", "", "", false, true,
	    "\"name\":\"Test "
	    "User\",\"email\":\"vecc488c8@example.com\",\"emailVerified\":false,\"image\":null,"
	    "\"createdAt\":\"2026-11-22T16:59:43.501Z\",\"updatedAt\":\"2026-11-22T16:59:43.501Z\","
	    "\"hasProfile\":true,\"id\":\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\",\"isAnonymous\":false,"
	    "\"sub\":\"bpomiZ2eHsQQnS21SJjnNCpxKjx7D4ES\",\"exp\":1795367700,\"iss\":\"" ORIGIN
	    "\","
	    "\"aud\":\"" ORIGIN "\"}" },
};

START_TEST(claims_follow_the_settings_and_pass_the_check)
{
	struct user u = recorded_user();
	struct claims c = { 0 };
	const char *jwt;

	memset(catalogue.user, false, sizeof(catalogue.user));
	publish_recorded();
	u.hasProfile = issues[_i].profile;
	u.plugin[USER_IS_ANONYMOUS] = issues[_i].guest ? "true" : "false";
	unit_conf()->jwt_claims = issues[_i].claims;
	unit_conf()->profile_gate = issues[_i].gate;
	unit_conf()->jwt_audience = issues[_i].audience;
	unit_conf()->jwt_issuer = issues[_i].issuer;
	jwt = issue(&u);
	ck_assert_str_eq(payload_of(jwt),
	    str_printf(unit_arena, "{\"iat\":%s,%s", NOW_S, issues[_i].payload));
	ck_assert_int_eq(token_check(unit_ctx, jwt, &c), E_OK);
	ck_assert_str_eq(c.sub, u.id);
	ck_assert_int_eq(c.is_anonymous, issues[_i].guest);
}
END_TEST

START_TEST(a_token_ends_when_it_says)
{
	struct user u = recorded_user();
	const char *jwt;

	publish_recorded();
	unit_conf()->jwt_expires = 60;
	jwt = issue(&u);
	ck_assert(passes(jwt));
	unit_ctx->now += 89 * 1000;
	ck_assert(passes(jwt));
	unit_ctx->now += 1000;
	ck_assert(!passes(jwt));
}
END_TEST

static const char *const algs[] = { "EdDSA", "ES256", "ES512", "RS256", "PS256" };

START_TEST(tokens_of_every_algorithm_pass)
{
	struct user u = recorded_user();

	publish_recorded();
	unit_conf()->jwt_alg = algs[_i];
	ck_assert(passes(issue(&u)));
}
END_TEST

START_TEST(without_a_key_nothing_is_issued)
{
	struct user u = recorded_user();
	const char *jwt = NULL;

	keystub_reset();
	keystub.answer = E_DB_DOWN;
	ck_assert_int_eq(token_issue(unit_ctx, &u, NULL, &jwt), E_DB_DOWN);
	ck_assert_ptr_null(jwt);
}
END_TEST

Suite *
suite_token(void)
{
	Suite *s = suite_create("token");
	TCase *tc = unit_case(s, "checking");

	tcase_add_loop_test(tc, recorded_tokens_pass_where_they_were_issued, 0, 5);
	unit_table(tc, only_the_keys_own_algorithm_counts, headers);
	unit_table(tc, every_claim_must_hold, payloads);
	unit_table(tc, only_true_is_true, flags);
	tcase_add_test(tc, one_of_several_audiences_is_enough);
	tcase_add_test(tc, a_token_has_one_spelling);
	tcase_add_test(tc, a_changed_character_is_noticed);
	tcase_add_test(tc, the_public_key_is_no_secret);
	tcase_add_test(tc, a_long_token_passes_and_a_huge_one_does_not);
	tcase_add_test(tc, deep_json_is_refused);
	tcase_add_test(tc, a_refused_token_leaves_no_leak_behind);
	unit_table(tc, three_parts_look_like_a_jwt, shapes);
	tc = unit_case(s, "issuing");
	tcase_add_test(tc, a_token_is_issued_as_recorded_byte_for_byte);
	unit_table(tc, claims_follow_the_settings_and_pass_the_check, issues);
	tcase_add_test(tc, a_token_ends_when_it_says);
	unit_table(tc, tokens_of_every_algorithm_pass, algs);
	tcase_add_test(tc, without_a_key_nothing_is_issued);
	return s;
}
