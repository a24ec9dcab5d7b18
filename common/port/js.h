/* SPDX-License-Identifier: ISC */
/* js: reading JSON by json-c.  Everything belongs to the request's arena. */
#ifndef PORT_JS_H
#define PORT_JS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;
struct js;

enum js_type { JS_ABSENT, JS_NULL, JS_BOOL, JS_NUMBER, JS_STRING, JS_ARRAY, JS_OBJECT };

/* The value of one JSON text (RFC 8259, at most JS_DEPTH deep, a byte order mark allowed,
 * of duplicate keys the last wins); NULL is also the value null, hence *ok. */
#define JS_DEPTH 64
const struct js *js_parse(struct ctx *, const char *text, size_t len, bool *ok);

/* Overwrites every string below the value: for bodies that hold a password. */
void js_wipe(const struct js *);

/* A member by key, NULL when there is none or it is null: js_has tells. */
const struct js *js_get(const struct js *object, const char *key);
bool js_has(const struct js *object, const char *key);

/* Type of a member, JS_ABSENT when there is none. */
enum js_type js_type_of(const struct js *object, const char *key);
enum js_type js_type(const struct js *);

/* undefined, null, string, number, boolean, array, object: as in wire.md section 2. */
const char *js_type_name(enum js_type);

/* What JavaScript takes for true. */
bool js_truthy(struct ctx *, const struct js *);

/* A copy of a string, or NULL when the value is no string or has a NUL within. */
const char *js_text(struct ctx *, const struct js *);
bool js_bool(const struct js *);

/* A whole number within int64; false otherwise. */
bool js_int(const struct js *, int64_t *out);

size_t js_length(const struct js *array);
const struct js *js_at(const struct js *array, size_t i);

/* Calls fn for each member in order until it is false. */
void js_each(const struct js *object, bool (*fn)(void *, const char *key, const struct js *),
    void *arg);

/* JSON text of target with patch merged in (RFC 7396): objects member by member, null
 * removes, anything else replaces. */
const char *js_patch(struct ctx *, const struct js *target, const struct js *patch);

/* Compact JSON text. */
const char *js_print(struct ctx *, const struct js *);
/* False where PostgreSQL's jsonb would refuse the value (a NUL in a string) or a number
 * would lose digits. */
bool js_storable(const struct js *);

#endif
