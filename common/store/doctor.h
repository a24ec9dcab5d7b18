/* SPDX-License-Identifier: ISC */
/* doctor: what the database says of itself to posternctl doctor; nothing is changed. */
#ifndef STORE_DOCTOR_H
#define STORE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct doctor_server {
	const char *version;
	struct stamp now;
};

enum err doctor_server(struct ctx *, struct doctor_server *out);

struct doctor_shape {
	const char *missing;      /* table.column, comma-separated; "" */
	bool migrated;            /* there is a table of migrations */
	bool byUserId;            /* user_profiles has ids of its own */
	bool userIdIsUnique;      /* as it must be then */
	const char *user_columns; /* comma-separated */
	const char *unwritten;    /* required, and no statement of ours sets them; "" */
	const char *unusable;     /* ids that are no text; "" */
};

enum err doctor_shape(struct ctx *, struct doctor_shape *out);

struct doctor_accounts {
	int64_t twins; /* pairs of providerId and accountId that are there twice; and one */
	const char *twin;
	int64_t namesakes; /* addresses that differ in case alone */
	const char *namesake;
	int64_t capitals; /* addresses that nobody finds */
	const char *capital;
	int64_t bare;    /* members without any account */
	int64_t doubles; /* members with two passwords */
};

enum err doctor_accounts(struct ctx *, struct doctor_accounts *out);

struct doctor_password {
	const char *sample; /* a stored hash */
	int64_t n;
};

enum err doctor_passwords(struct ctx *, struct doctor_password **rows, size_t *n);

struct doctor_owner {
	const char *schema;
	const char *table;
	const char *column;
	const char *action; /* pg_constraint.confdeltype */
};

/* Foreign keys to "user" that no merge rule covers. */
enum err doctor_cascades(struct ctx *, struct doctor_owner **rows, size_t *n);

struct doctor_outbox {
	int64_t waiting; /* due for a quarter of an hour */
	int64_t failing;
	int64_t lost; /* given up */
	const char *error;
};

enum err doctor_outbox(struct ctx *, struct doctor_outbox *out);

struct doctor_addresses {
	int64_t sessions;
	int64_t addresses;
	const char *address; /* one of them */
};

enum err doctor_addresses(struct ctx *, struct doctor_addresses *out);

#endif
