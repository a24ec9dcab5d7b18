/* SPDX-License-Identifier: ISC */
/* gating: whether who asks may pass (contract.md section 7). */
#ifndef FLOW_GATING_H
#define FLOW_GATING_H

#include "http/app.h"

/* Judges by the web server's parameters GATE_REQUIRE, GATE_ANSWER and GATE_URI, which no
 * client can set, and never by the path: as an authorizer 200 with variables, else 204
 * with headers; or a refusal, which for a browser that opens a page is the way to the
 * page that helps.  Writes nothing, sets no cookie, extends no session. */
handler gating_judge;

#endif
