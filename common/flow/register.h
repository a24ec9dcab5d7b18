/* SPDX-License-Identifier: ISC */
/* register: how accounts come to be (contract.md section 5, wire.md sections 13, 15.1). */
#ifndef FLOW_REGISTER_H
#define FLOW_REGISTER_H

#include "http/app.h"

/* Handler of /sign-up/email: user, account, session and profile in one transaction; a
 * guest who signs up keeps the row, its id and its threads. */
handler register_member;

/* Handler of /sign-in/anonymous. */
handler register_guest;

/* Chooses the password format: call once before the first request. */
void register_prepare(struct ctx *);

/* Length rules of a new password. */
enum err register_check_password(const char *password);

#endif
