/* SPDX-License-Identifier: ISC */
/* foreign: password hashes that other systems made, verified as they stand:
 *
 *   argon2    $argon2id$v=19$m=65536,t=3,p=4$SALT$HASH, argon2i too
 *   pbkdf2    $pbkdf2-sha256$i=600000,l=32$SALT$HASH, $pbkdf2-sha256$29000$SALT$HASH (sha1,
 *             sha512 too), pbkdf2_sha256$600000$SALT$HASH as Django writes it
 *   firebase  $fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=SIGNERKEY$SALT$HASH
 *
 * What costs more than a second or 256 MiB is none of them. */
#ifndef PORT_FOREIGN_H
#define PORT_FOREIGN_H

#include <stdbool.h>

struct ctx;

/* The word of the list above; NULL for any other text. */
const char *foreign_kind(struct ctx *, const char *stored);

/* The password as its bytes came.  False at once for what has no kind. */
bool foreign_verify(struct ctx *, const char *stored, const char *password);

#endif
