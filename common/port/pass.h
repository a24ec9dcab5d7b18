/* SPDX-License-Identifier: ISC */
/* pass: password hashes: yescrypt by libxcrypt, and Better Auth's scrypt
 * (wire.md section 10).  Passwords are normalised to NFKC first, as the peer does.  Hashes
 * of other systems are verified, but not made. */
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

/* What kind of hash a text is: better-auth, yescrypt, bcrypt, sha512crypt, sha256crypt, or
 * one of port/foreign.h; NULL: none that pass_verify takes, or one that costs too much. */
const char *pass_kind(struct ctx *, const char *stored);

/* The hash of a password that has just been verified is better made anew: it is another
 * system's.  Better Auth's and yescrypt stay, so that the site can go back to Better Auth,
 * unless PASSWORD_HASH names the other one. */
bool pass_is_dated(const char *stored);

#endif
