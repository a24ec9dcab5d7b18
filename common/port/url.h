/* SPDX-License-Identifier: ISC */
/* url: what an address of the operator's says, by libcurl. */
#ifndef PORT_URL_H
#define PORT_URL_H

#include <stdbool.h>

struct ctx;

struct url {
	const char *scheme; /* lower case */
	bool is_loopback;   /* the host is this machine */
};

/* False: it is no absolute address. */
bool url_read(struct ctx *, const char *text, struct url *out);

/* localhost, or an address that never leaves the machine; [] around IPv6 or not. */
bool url_host_is_loopback(const char *host);

#endif
