/* SPDX-License-Identifier: ISC */
/* suffix: which part of a host name belongs to one owner, by libpsl where it is there. */
#ifndef PORT_SUFFIX_H
#define PORT_SUFFIX_H

#include <stdbool.h>

/* Anybody can have a name below it: com, co.uk, vercel.app.  Lower case, no dot in front. */
bool suffix_is_public(const char *host);

/* The end of host that stands for its site: a public suffix and one label more; all of it
 * when that cannot be told (an address, a suffix itself). */
const char *suffix_site(const char *host);

#endif
