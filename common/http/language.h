/* SPDX-License-Identifier: ISC */
/* language: which of several languages a request prefers. */
#ifndef HTTP_LANGUAGE_H
#define HTTP_LANGUAGE_H

#include <stddef.h>

/* Index of the one of n tags that an Accept-Language chooses (RFC 9110 section 12.5.4,
 * lookup of RFC 4647 section 3.4); 0 without a header, or when nothing fits. */
size_t language_choose(const char *accept, const char *const *tags, size_t n);

#endif
