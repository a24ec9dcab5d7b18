/* SPDX-License-Identifier: ISC */
/* keyset: the JWKS of any issuer (RFC 7517 section 5), or one JWK, and which of its keys a
 * token is checked with.  Keys that are of no use do not keep the others from theirs. */
#ifndef FLOW_KEYSET_H
#define FLOW_KEYSET_H

#include <stddef.h>

#include "flow/jwt.h"
#include "port/jwk.h"

#define KEYSET_MAX 100
#define KEYSET_SIZE_MAX ((size_t)512 * 1024)

struct keyset {
	const struct js *keys[KEYSET_MAX];
	size_t n;
	const char *algs; /* the only ones, separated by commas; NULL: as each key says */
};

/* NULL, or what is wrong with the text. */
const char *keyset_read(struct ctx *, const char *text, size_t len, struct keyset *out);

/* What came of the search for a key. */
struct keyset_find {
	struct jwk *key;      /* ends with jwk_free; NULL unless JWT_OK */
	const struct js *jwk; /* the key, or the one that was refused; NULL: none fits */
	enum jwk_fault why;   /* for JWT_KEY */
};

/* The key of the token's kid, else of no kid; for a token without one, the only one that
 * fits its algorithm.  A key is for the algorithm that it names; one that names none is for
 * those of set->algs that it suits, or else for the usual one of its type. */
enum jwt_fault keyset_find(struct ctx *, const struct keyset *, const struct jwt *,
    struct keyset_find *out);

#endif
