/* SPDX-License-Identifier: ISC */
/* claims: the answers to the questionnaire that tokens and the gate tell (PROFILE_CLAIMS). */
#ifndef FLOW_CLAIMS_H
#define FLOW_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf_claims.h"
#include "base/err.h"

struct ctx;
struct js;
struct json;

/* In the order of the setting; NULL: not answered, or neither a text nor a list of them. */
struct told {
	const struct js *value[CONF_CLAIMS_MAX];
};

/* The questionnaire asks for every path of the setting; looks once, and logs the first that
 * it does not ask for. */
bool claims_load(struct ctx *);

/* A user's answers, with one query if there is anything to tell; none without a profile.
 * E_NOT_READY when the setting is wrong. */
enum err claims_find(struct ctx *, const char *user_id, struct told *out);

/* What a payload of ours says. */
void claims_read(const struct js *payload, struct told *out);

/* Members of a payload. */
void claims_write(struct ctx *, struct json *, const struct told *);

/* The i-th as the value of a header: percent-encoded, a list with commas between; "" for
 * none. */
const char *claims_text(struct ctx *, const struct told *, size_t i);

#endif
