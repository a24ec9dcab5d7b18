/* SPDX-License-Identifier: ISC */
/* roca: RSA keys that can be broken by whoever sees them (CVE-2017-15361). */
#ifndef PORT_ROCA_H
#define PORT_ROCA_H

#include <stdbool.h>

struct bignum_st;

/* The modulus, of 2048 bits at least, was made by such a chip. */
bool roca_made(const struct bignum_st *n);

#endif
