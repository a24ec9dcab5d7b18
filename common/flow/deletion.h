/* SPDX-License-Identifier: ISC */
/* deletion: users who leave (wire.md sections 13 and 15.1). */
#ifndef FLOW_DELETION_H
#define FLOW_DELETION_H

#include "http/app.h"

/* Handlers of /delete-user, /delete-user/callback and /delete-anonymous-user. */
handler deletion_request;
handler deletion_follow_link;
handler deletion_of_guest;

/* All of a user, the rows of the tables that merge rules name too, in one transaction.
 * *rows: JSON, how many of each. */
enum err deletion_erase(struct ctx *, const char *user_id, const char **rows);

#endif
