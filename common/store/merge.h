/* SPDX-License-Identifier: ISC */
/* merge: the engine of sql/schema/0009_merge_engine.sql and its log. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct ctx;

struct merge_result {
	bool done;          /* false: there was no such guest */
	const char *failed; /* why nothing was moved; NULL: it was */
	const char *rows;   /* JSON, rows per table */
	int64_t threadsMoved;
};

/* Moves a guest's rows to a member and deletes the guest, all or nothing. */
enum err merge_guest(struct ctx *, const char *id, const char *guest, const char *member,
    struct merge_result *out);

/* The threads that a guest without a user row left under a secret; done is false when there
 * are none.  rows, JSON, is what joined already: out->rows has both. */
enum err merge_claim(struct ctx *, const char *id, const char *secret, const char *member,
    const char *rows, struct merge_result *out);

/* E_NO_ROW: no thread of that id is under that secret. */
enum err merge_secret_thread(struct ctx *, const char *thread, const char *secret);

struct merge_undone {
	const char *refused; /* undone, late, final or changed; NULL: it is undone */
	const char *rows;    /* JSON, rows per table */
	const char *guestId; /* of merge_undone */
	const char *token;   /* likewise */
};

/* Gives what a merge moved to a fresh guest, within the caller's transaction, which must not
 * be committed when it was refused.  E_NO_ROW: that member has no such merge. */
enum err merge_undo(struct ctx *, const char *id, const char *member, const char *guest,
    int64_t since, struct merge_undone *out);

/* What an undo of late made: the guest and their session.  E_NO_ROW: none that the member
 * may still ask for. */
enum err merge_undone(struct ctx *, const char *id, const char *member, struct merge_undone *out);

/* Notes who asked for what was not proven to be theirs. */
enum err merge_refuse(struct ctx *, const char *member, const char *thread, const char *reason,
    const char *address);

struct merge_row {
	const char *merge_id;
	const char *guest_id;
	struct stamp merged_at;
	const char *rows;
	bool promoted;
	struct stamp undone_at;
};

struct merge_rule {
	const char *schema;
	const char *table;
	const char *column;
	const char *strategy;
	const char *match;    /* comma-separated, may be empty */
	const char *value;    /* likewise */
	const char *function; /* NULL unless the strategy is call */
};

/* An error keeps every merge from working; a warning costs something. */
struct merge_fault {
	bool is_error;
	const char *what;
	const char *mend;
};

enum err merge_rules(struct ctx *, struct merge_rule **rows, size_t *n);
enum err merge_faults(struct ctx *, const struct merge_rule *, struct merge_fault **rows,
    size_t *n);

/* Adds or replaces. */
enum err merge_rule_put(struct ctx *, const struct merge_rule *);

/* E_NO_ROW: there is none. */
enum err merge_rule_remove(struct ctx *, const char *schema, const char *table, const char *column);

/* Of all members when member is NULL, newest first, at most 100. */
struct merge_entry {
	const char *id;
	const char *guest;
	const char *member;
	struct stamp at;
	const char *rows; /* JSON, rows per table */
	bool promoted;
	struct stamp undone_at;
};

enum err merge_entries(struct ctx *, const char *member, struct merge_entry **rows, size_t *n);
enum err merge_entry(struct ctx *, const char *id, struct merge_entry *out);

/* A member's merges, newest first, at most 100. */
enum err merge_list(struct ctx *, const char *member, struct merge_row **rows, size_t *n);

#endif
