/* SPDX-License-Identifier: ISC */
/* conf: the settings.  Default, then postern.conf, then environment; read once. */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/conf_claims.h"

/* One of BETTER_AUTH_SECRETS. */
struct conf_secret {
	long version;
	const char *text;
};

struct conf {
#define TEXT(key, member, def, flags, doc) const char *member;
#define ENUM(key, member, def, choices, doc) const char *member;
#define BOOL(key, member, def, doc) bool member;
#define INT(key, member, def, min, max, doc) long member;
#include "base/conf.def"
#undef TEXT
#undef ENUM
#undef BOOL
#undef INT
	/* Derived from only_secret and secret_list. */
	const char *secret;                 /* the current one: signs and encrypts */
	const struct conf_secret *versions; /* n of them, the current first; none without a list */
	size_t n_versions;
	int64_t old_secrets_end; /* ms; from then on only the current one checks signatures */
	/* Derived from profile_claims. */
	const struct conf_claim *claims;
	size_t n_claims;
	/* Derived from base_url. */
	const char *origin; /* scheme://host[:port], lower case, default port left out */
	bool secure;        /* https */
};

/* Reads the file named by POSTERN_CONF, else $(sysconfdir)/postern/postern.conf if there
 * is one, then the environment.  On a mistake writes what is wrong, with file and line,
 * to standard error and returns false. */
bool conf_load(void);

/* The settings; conf_load must have succeeded. */
const struct conf *conf(void);

/* The i-th secret that may have encrypted something, the current first; NULL behind the
 * last. */
const char *conf_secret(size_t i);

/* KEY=value lines, or one JSON object; secrets and passwords are ***. */
void conf_print(FILE *, bool json);

/* name, default, bounds and meaning of every setting, for documentation and tests. */
void conf_print_table(FILE *);

#endif
