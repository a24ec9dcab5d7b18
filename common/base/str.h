/* SPDX-License-Identifier: ISC */
/* str: text in arenas.  Strings are UTF-8 and NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* A text that grows; p is NUL-terminated at every moment. */
struct buf {
	struct arena *arena;
	char *p;
	size_t len;
	size_t cap;
};

struct buf buf_new(struct arena *, size_t hint);
void buf_addn(struct buf *, const char *, size_t len);
void buf_add(struct buf *, const char *);
void buf_char(struct buf *, char);
void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

char *str_printf(struct arena *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whole texts; NULL equals only NULL. */
bool str_eq(const char *, const char *);
bool str_eq_nocase(const char *, const char *);

/* Time does not depend on where two texts of one length differ. */
bool str_eq_secret(const char *, const char *);

bool str_starts(const char *s, const char *prefix);
bool str_starts_nocase(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* ASCII letters only. */
char *str_lower(struct arena *, const char *);

/* A copy without spaces and tabs at both ends. */
char *str_trim(struct arena *, const char *, size_t len);

/* The next item of a list separated by sep, trimmed, or NULL at its end; *list moves on.
 * Empty items are passed over. */
char *str_next(struct arena *, const char **list, char sep);

/* One of the items of a comma-separated list, as str_next finds them. */
bool str_listed(const char *list, const char *item);

/* Length as JavaScript counts it: UTF-16 code units. */
size_t str_utf16_len(const char *);

/* Well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
bool str_utf8_valid(const char *, size_t len);

#endif
