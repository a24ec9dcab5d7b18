/* SPDX-License-Identifier: ISC */
/* place: where in a JSON text something stands, for messages to people. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stddef.h>

/* The value that a pointer (/questions/0/path) leads to in a text that json_valid passes;
 * the innermost value on the way where the rest is not there. */
size_t place_of(const char *text, const char *pointer);

/* A key that its object has twice; SIZE_MAX: there is none. */
size_t place_of_twin(const char *text);

/* The first byte of a sequence that is not UTF-8; len: there is none. */
size_t place_of_bad_text(const char *text, size_t len);

/* Both from 1; a column is a character. */
void place_line(const char *text, size_t at, size_t *line, size_t *column);

#endif
