/* SPDX-License-Identifier: ISC */
/* compact: a signed token in its compact form (RFC 7515 section 3.1), taken apart.  What
 * its parts say, and whether the signature holds, is the caller's business. */
#ifndef PORT_COMPACT_H
#define PORT_COMPACT_H

#include <stddef.h>

struct ctx;

enum compact_fault {
	COMPACT_OK,
	COMPACT_SIZE,
	COMPACT_PARTS,     /* not three of them */
	COMPACT_ENCRYPTED, /* five: RFC 7516 */
	COMPACT_BASE64
};

#define COMPACT_SIZE_MAX ((size_t)64 * 1024)

/* Decoded parts are ended by a NUL that is not part of them. */
struct compact {
	const char *text;
	size_t signed_len; /* of header and payload with the dot between */
	const char *header;
	size_t header_len;
	const char *payload;
	size_t payload_len;
	const unsigned char *sig;
	size_t sig_len;
};

enum compact_fault compact_read(struct ctx *, const char *text, size_t len, struct compact *out);

#endif
