/* SPDX-License-Identifier: ISC */
/* chatitem: the shapes of a thread's items (integrations.md section 2.2). */
#ifndef FLOW_CHATITEM_H
#define FLOW_CHATITEM_H

#include "base/err.h"

struct ctx;
struct js;
struct reply;

/* E_INVALID_ITEM, with the member and what is wrong with it, for what ChatKit could not
 * read back.  Members that no type names may be there. */
enum err chatitem_check(struct ctx *, const struct js *item, struct reply *);

#endif
