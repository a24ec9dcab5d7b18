/* SPDX-License-Identifier: ISC */
/* req: what is asked; for app.c.  Programs and flows see it through app.h. */
#ifndef HTTP_REQ_H
#define HTTP_REQ_H

#include "http/app.h"

/* Fills in method and path.  path is as all servers decode it; NULL when the raw one has
 * escapes, bytes beyond ASCII, empty or dot segments: the peer serves none of these either,
 * and no two servers agree on them. */
void req_read_line(struct req *);

const char *req_method_name(enum method);

/* Reads the body, whatever comes next, and parses it where the route wants one. */
enum err req_take_body(struct req *, struct reply *);

#endif
