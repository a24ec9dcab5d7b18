/* SPDX-License-Identifier: ISC */
/* questionnaire: whether answers fit the questions (contract.md section 5). */
#ifndef FLOW_QUESTIONNAIRE_H
#define FLOW_QUESTIONNAIRE_H

#include <stdint.h>

#include "base/err.h"

struct ctx;
struct js;
struct reply;

struct answers {
	const char *software; /* JSON */
	const char *hardware; /* JSON */
	int64_t version;
};

/* What is wrong with them, an array of {"path","message"} as JSON text, an entry for every
 * bad field; NULL: they fit.  questions_load must have succeeded. */
const char *questionnaire_faults(struct ctx *, const struct js *profile);

/* E_OK with the two texts to store, or E_PROFILE_INVALID with *faults; E_NOT_READY while
 * there are no questions. */
enum err questionnaire_check(struct ctx *, const struct js *profile, const char **faults,
    struct answers *out);

/* The same, with the faults in "errors" of the answer. */
enum err questionnaire_take(struct ctx *, struct reply *, const struct js *profile,
    struct answers *out);

#endif
