/* SPDX-License-Identifier: ISC */
/* address: who the client is, for rate limits and session.ipAddress. */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>

struct ctx;

/* Each entry is an address or a network. */
bool address_is_list(struct ctx *, const char *proxies);

/* That address is one of the proxies. */
bool address_is_listed(struct ctx *, const char *remote, const char *proxies);

/* remote is REMOTE_ADDR.  When it is one of the proxies (addresses or networks,
 * comma-separated), the right-most entry of forwarded (X-Forwarded-For, may be NULL) that
 * is none of them counts.  IPv4-mapped addresses become IPv4, IPv6 is expanded and masked
 * to its /64 (wire.md sections 6 and 11).  "" when there is no address. */
const char *address_client(struct ctx *, const char *remote, const char *forwarded,
    const char *proxies);

#endif
