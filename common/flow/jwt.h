/* SPDX-License-Identifier: ISC */
/* jwt: whether a signed token holds (RFC 7515 compact form, RFC 7519, RFC 8725), and if not,
 * why: the one place where tokens are checked, ours and those of other issuers.
 *
 * What a caller does: jwt_read, then find the key, jwt_verify, jwt_payload, jwt_claims. */
#ifndef FLOW_JWT_H
#define FLOW_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "port/compact.h"

struct ctx;
struct js;
struct jwk;

enum jwt_fault {
#define FAULT(symbol, name, text) JWT_##symbol,
#include "flow/jwt.def"
#undef FAULT
	JWT_FAULTS
};

const char *jwt_fault_name(enum jwt_fault);
const char *jwt_fault_text(enum jwt_fault);

/* A set of them; 0 is none. */
typedef uint64_t jwt_faults;

/* The first of the set, JWT_OK of none. */
enum jwt_fault jwt_first(jwt_faults);

/* A token taken apart.  Nothing in it is true yet. */
struct jwt {
	struct compact compact;
	const struct js *header;
	const char *alg; /* NULL: none that is a text */
	const char *kid; /* the same */
};

/* All that is wrong with form and header; header is NULL when it cannot be read. */
jwt_faults jwt_read(struct ctx *, const char *text, size_t len, struct jwt *out);

/* The algorithm is the key's, never the header's, which must only say the same. */
enum jwt_fault jwt_verify(struct ctx *, const struct jwt *, const struct jwk *);

/* The payload as an object. */
enum jwt_fault jwt_payload(struct ctx *, const struct jwt *, const struct js **out);

#define JWT_LEEWAY_MAX INT64_C(3000000000)

/* What the claims must say. */
struct jwt_rules {
	const char *issuer;   /* NULL: any */
	const char *audience; /* one of these, separated by commas; NULL: any */
	int64_t leeway;       /* seconds that clocks may differ, up to JWT_LEEWAY_MAX */
	bool foreign;         /* exp, iat and sub may be missing, and dates have fractions */
};

/* All that is wrong with the claims. */
jwt_faults jwt_claims(struct ctx *, const struct js *payload, const struct jwt_rules *);

/* A date among the claims (NumericDate) in ms; beyond what fits, the last that does. */
bool jwt_date(struct ctx *, const struct js *, bool fraction, int64_t *ms);

#endif
