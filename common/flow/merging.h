/* SPDX-License-Identifier: ISC */
/* merging: what a guest made joins an account, with proof of both (contract.md section 6). */
#ifndef FLOW_MERGING_H
#define FLOW_MERGING_H

#include "http/app.h"

struct ctx;
struct merge_undone;
struct opening;
struct user;

/* Handler of POST /api/chatkit/merge.  The member asks by bearer token or cookie; the
 * guest is proved by "guest_token" in the body or, beside a bearer token, by the cookie; one
 * without a user row by "guest_secret".
 * A thread's id proves nothing. */
handler merging_join;

/* Handler of POST /api/chatkit/merge/:id/undo: what the merge moved belongs to a fresh guest
 * again, whose token the answer tells. */
handler merging_undo;

/* The same for the operator: guest is made with the session that opening describes.
 * E_MERGE_NOT_FOUND, E_MERGE_UNDONE, _TOO_OLD, _FINAL, _CHANGED. */
enum err merging_part(struct ctx *, const char *id, const char *member, const struct opening *,
    struct user *guest, struct merge_undone *);

/* Handler of GET /api/chatkit/merge: the caller's merges. */
handler merging_list;

#endif
