/* SPDX-License-Identifier: ISC */
/* pass: password hashes: yescrypt by libxcrypt, and Better Auth's scrypt
 * (wire.md section 10).  Passwords are normalised to NFKC first, as the peer does. */
#ifndef PORT_PASS_H
#define PORT_PASS_H

#include <stdbool.h>

struct ctx;

enum pass_format { PASS_YESCRYPT, PASS_SCRYPT };

/* The format of new hashes, until changed yescrypt. */
void pass_use(enum pass_format);

/* A new hash, or NULL when there is no memory for it or the password is no UTF-8. */
const char *pass_hash(struct ctx *, const char *password);

/* stored may be NULL or unreadable: that costs a whole derivation too, and is false. */
bool pass_verify(struct ctx *, const char *stored, const char *password);

#endif
