/* SPDX-License-Identifier: ISC */
/* present: users, sessions and profiles as JSON (wire.md section 16).  What comes from the
 * browser's copy has the order that the peer gives it then. */
#ifndef FLOW_PRESENT_H
#define FLOW_PRESENT_H

#include <stdbool.h>

struct ctx;
struct json;
struct profile;
struct session;
struct user;

/* The bit of struct user's shown that stands for the session's impersonatedBy. */
#define PRESENT_IMPERSONATION (1u << 31)

/* The user's members, with hasProfile before id when asked for and there is a gate. */
void present_user(struct json *, const char *key, const struct user *, bool has_profile);
void present_user_members(struct json *, const struct user *, bool has_profile);
void present_session(struct json *, const char *key, const struct session *);

/* faults: why it is outdated, JSON; NULL: nothing to tell. */
void present_profile(struct ctx *, struct json *, const struct profile *, const char *faults);

#endif
