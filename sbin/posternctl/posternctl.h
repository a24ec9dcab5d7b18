/* SPDX-License-Identifier: ISC */
/* posternctl: one function per noun; argv[0] is the noun.  Each returns the exit status,
 * CTL_USAGE for arguments that it does not know. */
#ifndef POSTERNCTL_H
#define POSTERNCTL_H

struct ctx;

#define CTL_USAGE 2

int ctl_migrate(struct ctx *, int argc, char **argv);
int ctl_conf(struct ctx *, int argc, char **argv);
int ctl_keys(struct ctx *, int argc, char **argv);
int ctl_secret(struct ctx *, int argc, char **argv);
int ctl_mail(struct ctx *, int argc, char **argv);

#endif
