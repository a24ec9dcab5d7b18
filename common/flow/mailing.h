/* SPDX-License-Identifier: ISC */
/* mailing: the mails of the flows.  Each goes into the outbox, within the caller's
 * transaction; its link bears the configured address, never one of the request's. */
#ifndef FLOW_MAILING_H
#define FLOW_MAILING_H

#include "base/err.h"

struct ctx;
struct user;

/* What the token of a mail about an address says (wire.md section 12.5). */
struct proof {
	const char *email;
	const char *update_to;    /* NULL: the address itself is to be verified */
	const char *request_type; /* NULL where tokens are older than it */
	const char *user_id;      /* NULL in old tokens */
};

/* E_INVALID_TOKEN_401 or E_TOKEN_EXPIRED when it proves nothing. */
enum err mailing_open(struct ctx *, const char *token, struct proof *out);

/* "This is my address"; callback may be NULL. */
enum err mailing_verify(struct ctx *, const struct user *, const char *callback);

/* To the old address: "yes, it may change", and to the new one: "this is it". */
enum err mailing_confirm_change(struct ctx *, const struct user *, const char *email,
    const char *callback);
enum err mailing_verify_change(struct ctx *, const struct user *, const char *email,
    const char *callback);

enum err mailing_reset(struct ctx *, const struct user *, const char *token, const char *callback);
enum err mailing_delete(struct ctx *, const struct user *, const char *token, const char *callback);

#endif
