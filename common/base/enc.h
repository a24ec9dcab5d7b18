/* SPDX-License-Identifier: ISC */
/* enc: base64, base64url, hex and percent encoding (RFC 4648, RFC 3986). */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Standard alphabet with padding. */
char *enc_base64(struct arena *, const void *, size_t len);

/* URL alphabet without padding. */
char *enc_base64url(struct arena *, const void *, size_t len);

/* Strict: that alphabet only, no padding, no stray bits (RFC 7515 section 2).  The result
 * has a NUL after its *len bytes; NULL when the text is no base64url. */
unsigned char *enc_base64url_decode(struct arena *, const char *, size_t n, size_t *len);

/* Lower case. */
char *enc_hex(struct arena *, const void *, size_t len);

/* Both cases are read; NULL when odd or no hex. */
unsigned char *enc_hex_decode(struct arena *, const char *, size_t *len);

/* As encodeURIComponent does: keeps A-Z a-z 0-9 - _ . ! ~ * ' ( ). */
char *enc_percent(struct arena *, const char *);

/* As URLSearchParams does: keeps A-Z a-z 0-9 * - . _, a space is "+". */
char *enc_form(struct arena *, const char *);

/* NULL on a bad escape, on %00 and when the result is no UTF-8. */
char *enc_percent_decode(struct arena *, const char *, size_t n);

/* The same for application/x-www-form-urlencoded: "+" is a space. */
char *enc_form_decode(struct arena *, const char *, size_t n);

#endif
