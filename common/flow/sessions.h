/* SPDX-License-Identifier: ISC */
/* sessions: a user's own sessions, shown and ended (wire.md section 13). */
#ifndef FLOW_SESSIONS_H
#define FLOW_SESSIONS_H

#include "http/app.h"

/* Handlers of /list-sessions, /revoke-session, /revoke-sessions, /revoke-other-sessions
 * and /update-session. */
handler sessions_list;
handler sessions_revoke;
handler sessions_revoke_all;
handler sessions_revoke_others;
handler sessions_update;

#endif
