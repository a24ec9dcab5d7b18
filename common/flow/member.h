/* SPDX-License-Identifier: ISC */
/* member: what a user may change of the own row, and the accounts linked to it
 * (wire.md sections 13 and 14). */
#ifndef FLOW_MEMBER_H
#define FLOW_MEMBER_H

#include "http/app.h"

/* Handlers of /update-user, /list-accounts and /unlink-account. */
handler member_update;
handler member_accounts;
handler member_unlink;

#endif
