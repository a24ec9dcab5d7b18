/* SPDX-License-Identifier: ISC */
/* jws: signatures (RFC 7515, 7518, 8037) with the numbers of a key.  For port/jwk and its
 * jwk_import alone: for all others a key is a handle. */
#ifndef PORT_JWS_H
#define PORT_JWS_H

#include <stdbool.h>
#include <stddef.h>

struct ctx;
struct evp_pkey_st;

enum jws_family { JWS_ED25519, JWS_EC, JWS_RSA_PKCS1, JWS_RSA_PSS, JWS_HMAC };

struct jws_alg {
	const char *name;
	enum jws_family family;
	const char *kty;
	const char *crv; /* OpenSSL has the same names; NULL for RSA and oct */
	const char *digest;
	size_t size; /* bytes of one EC coordinate, and of r and s; of an HMAC */
	bool issued; /* signed with here; the others are checked only */
};

/* NULL: there is none of that name, or so many. */
const struct jws_alg *jws_alg(const char *name);
const struct jws_alg *jws_alg_at(size_t);

struct jwk {
	const struct jws_alg *alg;
	bool is_private;
	struct evp_pkey_st *pkey; /* EC and RSA */
	unsigned char *secret;    /* HMAC */
	size_t secret_len;
	unsigned char id[16]; /* of this handle, random: no two are alike */
	unsigned char ed_public[32];
	unsigned char ed_secret[64]; /* seed and public key */
};

/* Without its numbers; NULL when there is no memory.  Ends with jwk_free. */
struct jwk *jwk_new(const struct jws_alg *, bool is_private);

/* As jwk_sign and jwk_verify. */
unsigned char *jws_sign(struct ctx *, const struct jwk *, const char *text, size_t len,
    size_t *out_len);
bool jws_verify(struct ctx *, const struct jwk *, const char *text, size_t len,
    const unsigned char *sig, size_t sig_len);

#endif
