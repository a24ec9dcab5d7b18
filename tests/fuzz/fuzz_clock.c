/* SPDX-License-Identifier: ISC */
/* clock: a text that is a date has an instant, and that instant a text. */
#include "base/clock.h"
#include "fuzz.h"

#define YEAR_1 INT64_C(-62135596800000)
#define YEAR_10000 INT64_C(253402300800000)

static void
run(const uint8_t *data, size_t size)
{
	char iso[CLOCK_ISO_SIZE];
	int64_t ms = 0, again = 0;

	if (!clock_parse(fuzz_text(data, size), &ms))
		return;
	clock_iso(ms, iso);
	FUZZ_CLAIM(strlen(iso) == CLOCK_ISO_SIZE - 1);
	FUZZ_CLAIM(clock_parse(iso, &again));
	FUZZ_CLAIM(again == ms || ms < YEAR_1 || ms >= YEAR_10000);
}

FUZZ_TARGET(fuzz_nothing, run)
