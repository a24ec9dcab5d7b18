/* SPDX-License-Identifier: ISC */
/* str: text in arenas. */
#include "base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

struct buf
buf_new(struct arena *a, size_t hint)
{
	struct buf b = { .arena = a, .cap = hint < 64 ? 64 : hint };

	b.p = arena_alloc(a, b.cap);
	return b;
}

static void
buf_reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap;
	char *p;

	assert(more < SIZE_MAX / 4);
	if (more < b->cap - b->len)
		return;
	while (cap - b->len <= more)
		cap *= 2;
	p = arena_alloc(b->arena, cap);
	memcpy(p, b->p, b->len);
	b->p = p;
	b->cap = cap;
}

void
buf_addn(struct buf *b, const char *s, size_t len)
{
	buf_reserve(b, len);
	memcpy(b->p + b->len, s, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_add(struct buf *b, const char *s)
{
	buf_addn(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_addn(b, &c, 1);
}

static void __attribute__((format(printf, 2, 0)))
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
	assert(n >= 0);
	if ((size_t)n >= b->cap - b->len) {
		buf_reserve(b, (size_t)n + 1);
		vsnprintf(b->p + b->len, b->cap - b->len, fmt, again);
	}
	b->len += (size_t)n;
	va_end(again);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

char *
str_printf(struct arena *a, const char *fmt, ...)
{
	struct buf b = buf_new(a, 64);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return b.p;
}

bool
str_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
str_eq_nocase(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcasecmp(a, b) == 0;
}

bool
str_eq_secret(const char *a, const char *b)
{
	size_t i, n;
	unsigned char diff = 0;

	if (a == NULL || b == NULL)
		return false;
	n = strlen(a);
	if (n != strlen(b))
		return false;
	for (i = 0; i < n; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return diff == 0;
}

bool
str_starts(const char *s, const char *prefix)
{
	return s != NULL && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_starts_nocase(const char *s, const char *prefix)
{
	return s != NULL && strncasecmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s != NULL && strlen(s) >= n && strcmp(s + strlen(s) - n, suffix) == 0;
}

char *
str_lower(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s), *p;

	for (p = copy; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

char *
str_trim(struct arena *a, const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return arena_strndup(a, s, len);
}

char *
str_next(struct arena *a, const char **list, char sep)
{
	const char *end;
	char *item;

	while (*list != NULL && **list != '\0') {
		end = strchr(*list, sep);
		if (end == NULL)
			end = *list + strlen(*list);
		item = str_trim(a, *list, (size_t)(end - *list));
		*list = *end == '\0' ? end : end + 1;
		if (*item != '\0')
			return item;
	}
	return NULL;
}

bool
str_listed(const char *list, const char *item)
{
	size_t len, n = item != NULL ? strlen(item) : 0;

	while (n > 0 && list != NULL && *list != '\0') {
		list += strspn(list, ", \t");
		len = strcspn(list, ",");
		while (len > 0 && (list[len - 1] == ' ' || list[len - 1] == '\t'))
			len--;
		if (len == n && memcmp(list, item, n) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

size_t
str_utf16_len(const char *s)
{
	const unsigned char *p;
	size_t n = 0;

	for (p = (const unsigned char *)s; *p != '\0'; p++) {
		if ((*p & 0xC0) != 0x80)
			n++;
		if (*p >= 0xF0) /* four bytes: a surrogate pair */
			n++;
	}
	return n;
}

/* The second byte of some sequences is bounded: no overlong form, no surrogate, nothing
 * beyond U+10FFFF. */
static bool
second_byte_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xE0:
		return second >= 0xA0;
	case 0xED:
		return second <= 0x9F;
	case 0xF0:
		return second >= 0x90;
	case 0xF4:
		return second <= 0x8F;
	default:
		return true;
	}
}

/* Length of the well-formed sequence at p, or 0. */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
	size_t i, n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (left < n || !second_byte_fits(p[0], p[1]))
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

bool
str_utf8_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0, n;

	while (i < len) {
		n = utf8_sequence(p + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
