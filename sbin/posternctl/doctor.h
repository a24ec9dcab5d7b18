/* SPDX-License-Identifier: ISC */
/* doctor: the checks of posternctl doctor, and what they report with. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct doctor;

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

/* What is known so far; a check that needs more is left out. */
enum doctor_need { DOCTOR_NOTHING, DOCTOR_DATABASE, DOCTOR_SCHEMA };

/* A check reports what it finds, one thing or several; an error that it returns is
 * reported as a failure. */
#define CHECK(name, need, fine) enum err doctor_check_##name(struct ctx *, struct doctor *);
#include "doctor.def"
#undef CHECK

/* All is well: what was seen. */
void doctor_fine(struct doctor *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What is wrong, why that hurts, and the line that mends it. */
void doctor_warn(struct doctor *, const char *what, const char *why, const char *mend);
void doctor_fail(struct doctor *, const char *what, const char *why, const char *mend);

void doctor_knows(struct doctor *, enum doctor_need);
bool doctor_has(const struct doctor *, enum doctor_need);

/* The host of an origin, without its port; and whether that is this machine. */
const char *doctor_host(struct ctx *, const char *origin);
bool doctor_is_local(const char *host);

#endif
