/* SPDX-License-Identifier: ISC */
/* mime: the encodings of mail (RFC 2045, RFC 2047, RFC 5322).  Any bytes may come in; what
 * goes out is ASCII in lines of at most 76 columns. */
#ifndef BASE_MIME_H
#define BASE_MIME_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* "Sun, 22 Nov 2026 16:45:35 +0000" and a NUL. */
#define MIME_DATE_SIZE 32
void mime_date(int64_t ms, char out[static MIME_DATE_SIZE]);

/* Appends a text in quoted-printable; its lines may end in LF or CRLF. */
void mime_add_quoted(struct buf *, const char *text);

/* Appends the value of an unstructured header: as it stands, or as encoded words.  Control
 * characters become spaces, so that no value can end its line. */
void mime_add_value(struct buf *, const char *text);

/* local@domain in ASCII, without what would need quotes. */
bool mime_is_address(const char *);

#endif
