/* SPDX-License-Identifier: ISC */
/* json: a writer that keeps the order of its calls and escapes as JSON.stringify does,
 * and the grammar of RFC 8259.  Reading values is port/js. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct stamp;

struct json {
	struct buf buf;
	bool comma; /* the next member needs one before it */
};

struct json json_new(struct arena *, size_t hint);

/* The finished text. */
const char *json_done(struct json *);

/* key is NULL for elements of arrays and for the outermost value. */
void json_open(struct json *, const char *key);
void json_close(struct json *);
void json_open_array(struct json *, const char *key);
void json_close_array(struct json *);
void json_text(struct json *, const char *key, const char *text); /* NULL: null */
void json_int(struct json *, const char *key, int64_t);
void json_flag(struct json *, const char *key, bool);
void json_null(struct json *, const char *key);
void json_stamp(struct json *, const char *key, struct stamp);   /* ISO text or null */
void json_raw(struct json *, const char *key, const char *text); /* JSON already */

/* A JSON text without the spaces between its parts; jsonb puts them in. */
const char *json_compact(struct arena *, const char *text);

/* One JSON text and nothing else, nested at most max_depth deep, in well-formed UTF-8.
 * A byte order mark must have been taken off. */
bool json_valid(const char *, size_t len, unsigned max_depth);

/* The same, and no key has U+0000, which would end it early for whoever reads keys as C
 * strings. */
bool json_readable(const char *, size_t len, unsigned max_depth);

/* How much of it was read before it was no longer a JSON text; len when it is one. */
size_t json_fault(const char *, size_t len, unsigned max_depth);

#endif
