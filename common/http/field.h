/* SPDX-License-Identifier: ISC */
/* field: the members that a route's body and query may have (wire.md section 2). */
#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stdbool.h>

#include "base/err.h"

struct req;
struct reply;

enum field_type {
	FIELD_STRING,
	FIELD_NONEMPTY, /* a string of at least one character */
	FIELD_EMAIL,    /* an address; checked here */
	FIELD_BOOL
};

enum field_flags {
	OPTIONAL = 0,
	REQUIRED = 1,
	SECRET = 2,
	QUERY = 4 /* a parameter of the address; these come last */
};

struct field { /* const, static; in the order in which mistakes are named; ends with { 0 } */
	const char *name;
	enum field_type type;
	unsigned flags;
};

/* E_VALIDATION with a message that names every mistake, or E_OK. */
enum err field_check(struct req *, struct reply *);

/* The address rule of wire.md section 2. */
bool field_is_email(const char *);

#endif
