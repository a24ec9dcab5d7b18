/* SPDX-License-Identifier: ISC */
/* profile: rows of user_profiles. */
#ifndef STORE_PROFILE_H
#define STORE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct profile {
	const char *id;
	const char *user_id;
	const char *software_context; /* JSON */
	const char *hardware_context; /* JSON */
	int64_t questionnaire_version;
	bool outdated; /* the answers no longer fit what is asked */
	struct stamp created_at;
	struct stamp updated_at;
};

/* E_NO_ROW: no answers yet. */
enum err profile_find(struct ctx *, const char *user_id, struct profile *out);

/* Creates or replaces.  E_NO_ROW: there is no such member (guests have no profile). */
enum err profile_put(struct ctx *, const char *user_id, const char *software, const char *hardware,
    int64_t version, struct profile *out);

#endif
