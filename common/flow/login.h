/* SPDX-License-Identifier: ISC */
/* login: opening and closing sessions, and their cookies (wire.md sections 4 and 6). */
#ifndef FLOW_LOGIN_H
#define FLOW_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "http/app.h"

struct opening;
struct session;
struct user;

#define LOGIN_FORGETFUL_MS INT64_C(86400000)

/* Opens a session for a member who has proved who they are, in one transaction with the
 * merge of the guest that the request's token belongs to, and sets its cookies. */
enum err login_open(struct req *, struct reply *, const struct user *, bool remember,
    const char **token);

/* The same, answered as /sign-in/email does. */
enum err login_answer(struct req *, struct reply *, const struct user *, bool remember);

/* Handler of /sign-out: always a success. */
handler login_close;

/* A session that begins now, with new ids; nothing is written yet. */
struct opening login_opening(struct req *, const char *user_id, bool remember);

/* The row that the opening makes. */
struct session login_opened(const struct ctx *, const struct opening *, const struct user *);

/* session_token, dont_remember, session_data where there is one, and set-auth-token. */
void login_set_cookies(struct req *, struct reply *, const struct session *, bool remember);

/* The same for a session that goes on: remembered as it was. */
void login_renew_cookies(struct req *, struct reply *, const struct session *);
void login_clear_cookies(struct req *, struct reply *);

/* When a session that starts now ends. */
int64_t login_end(const struct ctx *, bool remember);

/* The request carries our dont_remember cookie. */
bool login_is_forgetful(struct req *);

/* Tells the client what became of its guest: failed is NULL when the merge stands. */
void login_report_merge(struct reply *, const char *guest_id, const char *failed, int64_t threads);

/* The session token of a guest who was to join that account here when a rule failed, by a
 * cookie; NULL: none. */
const char *login_left_guest(struct req *, const char *member);

/* The user agent as it is stored. */
const char *login_agent(struct req *);

#endif
