/* SPDX-License-Identifier: ISC */
/* password: changed, checked, and reset by mail (wire.md section 13). */
#ifndef FLOW_PASSWORD_H
#define FLOW_PASSWORD_H

#include "http/app.h"

struct ctx;

/* Handlers of /change-password, /verify-password, /request-password-reset,
 * /reset-password/:token and /reset-password. */
handler password_change;
handler password_verify;
handler password_request_reset;
handler password_follow_link;
handler password_reset;

/* E_INVALID_PASSWORD, or E_CREDENTIAL_ACCOUNT_NOT_FOUND; *hash is the stored one. */
enum err password_check(struct ctx *, const char *user_id, const char *password, const char **hash);

#endif
