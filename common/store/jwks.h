/* SPDX-License-Identifier: ISC */
/* jwks: rows of jwks, the stored keys; what is in them is flow/token's business. */
#ifndef STORE_JWKS_H
#define STORE_JWKS_H

#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct jwks_row {
	const char *id; /* the kid */
	const char *publicKey;
	const char *privateKey; /* NULL where only public keys were asked for */
	const char *alg;        /* NULL in rows of older peers */
	const char *crv;
	struct stamp createdAt;
	struct stamp expiresAt;
};

/* Newest first, at most 100. */
enum err jwks_public(struct ctx *, struct jwks_row **rows, size_t *n);

/* The same with private keys, without expired rows. */
enum err jwks_private(struct ctx *, struct jwks_row **rows, size_t *n);

/* Every row with its private key. */
enum err jwks_all(struct ctx *, struct jwks_row **rows, size_t *n);

/* Replaces a stored private key unless somebody else has by now. */
enum err jwks_reseal(struct ctx *, const struct jwks_row *, const char *private_key);

/* Within a transaction: nobody else adds a key before it ends. */
enum err jwks_lock(struct ctx *);
enum err jwks_insert(struct ctx *, const struct jwks_row *);

/* The others of its algorithm expire when it begins. */
enum err jwks_succeed(struct ctx *, const struct jwks_row *);

/* Expires a key at that time; E_NO_ROW when there is none of that id. */
enum err jwks_expire(struct ctx *, const char *id, int64_t at);

#endif
