/* SPDX-License-Identifier: ISC */
/* place: looks for a value in a JSON text.  The grammar has been checked before. */
#include "base/place.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *
skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *
skip_string(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

/* Behind a value; brackets within strings are none. */
static const char *
skip_value(const char *p)
{
	unsigned depth = 0;

	do {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
		if (depth == 0)
			p += strcspn(p, ",]} \t\r\n\"");
	} while (depth > 0);
	return p;
}

/* The next element or key, from behind the opening or behind a value; NULL at the end. */
static const char *
next_member(const char *p)
{
	p = skip_space(p);
	if (*p == ',')
		p = skip_space(p + 1);
	return *p == ']' || *p == '}' ? NULL : p;
}

static const char *
value_of_key(const char *key)
{
	return skip_space(skip_space(skip_string(key)) + 1);
}

static bool
is_key(const char *key, const char *name, size_t n)
{
	return (size_t)(skip_string(key) - key) == n + 2 && strncmp(key + 1, name, n) == 0;
}

/* The value of a step in an object or array; NULL when it is not there. */
static const char *
step(const char *p, const char *name, size_t n)
{
	size_t i, wanted = strtoul(name, NULL, 10);
	bool object = *p == '{';

	if (!object && *p != '[')
		return NULL;
	p++;
	for (i = 0; (p = next_member(p)) != NULL; i++) {
		if (object ? is_key(p, name, n) : i == wanted)
			return object ? value_of_key(p) : p;
		p = skip_value(object ? value_of_key(p) : p);
	}
	return NULL;
}

size_t
place_of(const char *text, const char *pointer)
{
	const char *p = skip_space(text), *next = p;

	while (next != NULL && *pointer == '/') {
		size_t n = strcspn(++pointer, "/");

		p = next;
		next = step(p, pointer, n);
		pointer += n;
	}
	return (size_t)((next != NULL ? next : p) - text);
}

static bool
is_twin(const char *object, const char *key)
{
	size_t n = (size_t)(skip_string(key) - key);
	const char *p = object + 1;

	while ((p = next_member(p)) != NULL && p < key) {
		if ((size_t)(skip_string(p) - p) == n && strncmp(p, key, n) == 0)
			return true;
		p = skip_value(value_of_key(p));
	}
	return false;
}

static const char *
twin_below(const char *p)
{
	const char *start = p, *twin = NULL;
	bool object = *p == '{';

	if (!object && *p != '[')
		return NULL;
	for (p++; twin == NULL && (p = next_member(p)) != NULL;) {
		if (object && is_twin(start, p))
			return p;
		p = object ? value_of_key(p) : p;
		twin = twin_below(p);
		p = skip_value(p);
	}
	return twin;
}

size_t
place_of_twin(const char *text)
{
	const char *twin = twin_below(skip_space(text));

	return twin != NULL ? (size_t)(twin - text) : SIZE_MAX;
}

size_t
place_of_bad_text(const char *text, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		for (n = 1; n <= 4 && i + n <= len && !str_utf8_valid(text + i, n); n++)
			;
		if (n > 4 || i + n > len)
			return i;
		i += n;
	}
	return len;
}

void
place_line(const char *text, size_t at, size_t *line, size_t *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < at; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xC0) != 0x80) {
			++*column;
		}
	}
}
