/* SPDX-License-Identifier: ISC */
/* conf_claims: the list in PROFILE_CLAIMS. */
#ifndef BASE_CONF_CLAIMS_H
#define BASE_CONF_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define CONF_CLAIMS_MAX 16

/* An answer to the questionnaire that is told by that name. */
struct conf_claim {
	const char *name;
	const char *path; /* software_context.experience_level */
};

/* Reads NAME=PATH,...; NULL, or what is wrong with it. */
const char *conf_claims_read(struct arena *, const char *list,
    struct conf_claim out[CONF_CLAIMS_MAX], size_t *n);

/* The name means something else in a token. */
bool conf_claims_is_reserved(const char *name);

#endif
