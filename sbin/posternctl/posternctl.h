/* SPDX-License-Identifier: ISC */
/* posternctl: one function per noun; argv[0] is the noun.  Each returns the exit status,
 * CTL_USAGE for arguments that it does not know. */
#ifndef POSTERNCTL_H
#define POSTERNCTL_H

#include <stdbool.h>

struct admin_user;
struct ctx;
struct js;

#define CTL_USAGE 2

int ctl_migrate(struct ctx *, int argc, char **argv);
int ctl_conf(struct ctx *, int argc, char **argv);
int ctl_keys(struct ctx *, int argc, char **argv);
int ctl_secret(struct ctx *, int argc, char **argv);
int ctl_doctor(struct ctx *, int argc, char **argv);
int ctl_gate(struct ctx *, int argc, char **argv);
int ctl_cleanup(struct ctx *, int argc, char **argv);
int ctl_bench(struct ctx *, int argc, char **argv);
int ctl_routes(struct ctx *, int argc, char **argv);
int ctl_user(struct ctx *, int argc, char **argv);
int ctl_user_import(struct ctx *, int argc, char **argv);
int ctl_merge(struct ctx *, int argc, char **argv);

/* Answers into a user to be made; NULL, or what is wrong with them. */
const char *ctl_user_profile(struct ctx *, const struct js *profile, struct admin_user *);

int ctl_mail(struct ctx *, int argc, char **argv);
int ctl_jwt(struct ctx *, int argc, char **argv);

/* The database's gate as PROFILE_GATE says; what was done is on standard output, unless
 * quiet.  An exit status. */
int ctl_gate_follow(struct ctx *, bool quiet);

/* Loads the settings, for a command that is run without; false when something is wrong with
 * them, which it has said. */
bool ctl_settings(void);

/* What others wrote may hold anything: what moves a terminal's cursor becomes \u001b, as in
 * JSON.  NULL stays NULL. */
const char *ctl_safe(struct ctx *, const char *text);

#endif
