/* SPDX-License-Identifier: ISC */
/* merging: what a guest made joins an account, with proof of both (contract.md section 6). */
#ifndef FLOW_MERGING_H
#define FLOW_MERGING_H

#include "http/app.h"

/* Handler of POST /api/chatkit/merge.  The member asks by bearer token or cookie; the
 * guest is proved by "guest_token" in the body or, beside a bearer token, by the cookie; one
 * without a user row by "guest_secret".
 * A thread's id proves nothing. */
handler merging_join;

/* Handler of POST /api/chatkit/merge/:id/undo: what the merge moved belongs to a fresh guest
 * again, whose token the answer tells. */
handler merging_undo;

/* Handler of GET /api/chatkit/merge: the caller's merges. */
handler merging_list;

#endif
