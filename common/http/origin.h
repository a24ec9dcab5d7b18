/* SPDX-License-Identifier: ISC */
/* origin: which origins and addresses are trusted (wire.md section 3), and what of that
 * the browser is told (CORS, integrations.md section 4.1). */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stdbool.h>

#include "base/err.h"

struct ctx;
struct req;
struct reply;

/* An absolute address whose origin is ours or listed in BETTER_AUTH_TRUSTED_ORIGINS. */
bool origin_trusts(struct ctx *, const char *url);

/* The same, or a path on this site that no browser can read as another site. */
bool origin_trusts_target(struct ctx *, const char *url);

/* A request with cookies must come from a trusted origin. */
enum err origin_check(struct req *);

/* callbackURL, redirectTo, errorCallbackURL and newUserCallbackURL, where given. */
enum err origin_check_targets(struct req *, struct reply *);

/* callbackURL of a link's query, where given. */
enum err origin_check_link(struct req *);

/* Ways in: a browser's request without cookies must come from a trusted origin too, and
 * not by a navigation from another site. */
enum err origin_check_form(struct req *);

/* CORS headers for a trusted origin; nothing for others. */
void origin_allow(struct req *, struct reply *);

/* Answers a preflight; false when the request is none. */
bool origin_preflight(struct req *, struct reply *);

#endif
