/* SPDX-License-Identifier: ISC */
/* clock: milliseconds since 1970 in UTC, and their two texts. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A point in time in a row; the struct keeps it apart from plain numbers. */
struct stamp {
	int64_t ms; /* STAMP_NULL: the column was null */
};

#define STAMP_NULL INT64_MIN
#define CLOCK_ISO_SIZE 25

int64_t clock_now(void);

/* Monotonic, for deadlines and durations: milliseconds, microseconds. */
int64_t clock_mono(void);
int64_t clock_mono_us(void);

/* Returns when clock_mono has come to this. */
void clock_sleep_until(int64_t mono_ms);

/* 2026-11-22T16:45:35.487Z (wire.md section 1) into CLOCK_ISO_SIZE bytes;
 * years outside 0..9999 are clamped. */
void clock_iso(int64_t ms, char *out);

/* PostgreSQL's ISO output, with or without a zone (then UTC); digits beyond the third are
 * cut off.  "infinity" is false, like anything else that is no date. */
bool clock_parse(const char *, int64_t *ms);

#endif
