/* SPDX-License-Identifier: ISC */
/* link: addresses that somebody is sent to, with a parameter added, as JavaScript's URL
 * writes them. */
#ifndef HTTP_LINK_H
#define HTTP_LINK_H

struct ctx;

/* The parameter behind the others; a path stays a path. */
const char *link_append(struct ctx *, const char *url, const char *key, const char *value);

/* The parameter in the place of its namesakes; a path becomes an address of this site. */
const char *link_set(struct ctx *, const char *url, const char *key, const char *value);

#endif
