/* SPDX-License-Identifier: ISC */
/* gate: the database's own rule that no member is without a whole profile
 * (sql/schema/0009_gate.sql). */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

#define GATE_TRIGGERS 5

struct gate {
	const char *mode;    /* off, warn, atomic */
	int64_t version;     /* of the questions that answers are held against; 0: none yet */
	int64_t triggers;    /* that are in force; GATE_TRIGGERS */
	int64_t members;     /* no guests */
	int64_t unanswered;  /* of them: no profile */
	int64_t outdated;    /* of them: answers that no longer fit */
	int64_t warned;      /* members that mode warn let pass */
	int64_t warnings;    /* how often it did */
	const char *lastBy;  /* the role; NULL: never */
	struct stamp lastAt; /* null: never */
};

enum err gate_read(struct ctx *, struct gate *out);

/* off, warn or atomic.  Lost triggers come back, unless off. */
enum err gate_set(struct ctx *, const char *mode);

/* Questions as rules (flow/questionnaire.h): from now on answers are held against them, and
 * those that do not fit are outdated. */
enum err gate_publish(struct ctx *, int64_t version, const char *rules);
enum err gate_is_published(struct ctx *, int64_t version, const char *rules, bool *out);

/* What a refusal of the gate is to a client: E_PROFILE_REQUIRED.  Other errors stay. */
enum err gate_told(enum err);

#endif
