/* SPDX-License-Identifier: ISC */
/* questionnaire: the operator's JSON file of closed questions (contract.md section 5), and
 * whether answers fit it. */
#ifndef FLOW_QUESTIONNAIRE_H
#define FLOW_QUESTIONNAIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ctx;
struct js;
struct reply;

/* Reads the file named by QUESTIONNAIRE once; on a mistake logs where and what, and is
 * false: every later check then fails and the gate stays shut. */
bool questionnaire_load(struct ctx *);

/* The questionnaire as it is served, and its quoted tag; NULL when it could not be read. */
const char *questionnaire_text(void);
const char *questionnaire_etag(void);

/* There is a question of that path; false while nothing is loaded. */
bool questionnaire_asks(const char *path);

struct answers {
	const char *software; /* JSON */
	const char *hardware; /* JSON */
	int64_t version;
};

/* E_OK with the two texts to store, or E_PROFILE_INVALID with an entry in "errors" for
 * every bad field. */
enum err questionnaire_check(struct ctx *, struct reply *, const struct js *profile,
    struct answers *out);

#endif
