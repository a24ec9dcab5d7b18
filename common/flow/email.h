/* SPDX-License-Identifier: ISC */
/* email: addresses, verified and changed (wire.md sections 12.5 and 13). */
#ifndef FLOW_EMAIL_H
#define FLOW_EMAIL_H

#include "http/app.h"

/* Handlers of /send-verification-email, /verify-email and /change-email. */
handler email_send_verification;
handler email_follow_link;
handler email_change;

#endif
