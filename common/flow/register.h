/* SPDX-License-Identifier: ISC */
/* register: how accounts come to be (contract.md section 5, wire.md sections 13, 15.1). */
#ifndef FLOW_REGISTER_H
#define FLOW_REGISTER_H

#include <stdbool.h>

#include "http/app.h"

struct ctx;
struct opening;
struct user;

/* Handler of /sign-up/email: user, account, session and profile in one transaction; a
 * guest who signs up keeps the row, its id and its threads. */
handler register_member;

/* Handler of /sign-in/anonymous. */
handler register_guest;

/* A guest's row and the session that opening describes. */
enum err register_new_guest(struct ctx *, const struct opening *, struct user *guest);

/* Chooses the password format and reads the questionnaire: before the first request. */
void register_prepare(struct ctx *);

/* Chooses the format if the database could not be asked yet. */
void register_choose_format(struct ctx *);

/* E_FIELD_NOT_ALLOWED for members of the body that only the server sets. */
enum err register_check_protected(struct req *, struct reply *, bool making);

/* Length rules of a new password. */
enum err register_check_password(const char *password);

#endif
