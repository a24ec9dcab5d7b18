/* SPDX-License-Identifier: ISC */
/* clock: milliseconds since 1970 in UTC. */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

int64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_mono(void)
{
	return clock_mono_us() / 1000;
}

/* Days since 1970 of a date in the Gregorian calendar; March is the first month, so that
 * the leap day ends the year. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	of_era = (year - era * 400) * 365 + (year - era * 400) / 4 - (year - era * 400) / 100 +
	    of_year;
	return era * 146097 + of_era - 719468;
}

/* n digits and what follows them; snprintf would cost as much as the look-up it dates. */
static void
put_digits(char **out, int value, int n, char then)
{
	int i;

	for (i = n - 1; i >= 0; i--, value /= 10)
		(*out)[i] = (char)('0' + value % 10);
	(*out)[n] = then;
	*out += n + 1;
}

void
clock_sleep_until(int64_t mono_ms)
{
	struct timespec t = { .tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

void
clock_iso(int64_t ms, char *out)
{
	int64_t days, rest, era, of_era, of_year, year;
	int month, day;

	if (ms < INT64_C(-62167219200000))
		ms = INT64_C(-62167219200000);
	if (ms > INT64_C(253402300799999))
		ms = INT64_C(253402300799999);
	days = ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
	rest = ms - days * DAY_MS;
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (int)((5 * of_year + 2) / 153);
	day = (int)(of_year - (153 * month + 2) / 5 + 1);
	month += month < 10 ? 3 : -9;
	year += era * 400 + (month <= 2);
	put_digits(&out, (int)year, 4, '-');
	put_digits(&out, month, 2, '-');
	put_digits(&out, day, 2, 'T');
	put_digits(&out, (int)(rest / 3600000), 2, ':');
	put_digits(&out, (int)(rest / 60000 % 60), 2, ':');
	put_digits(&out, (int)(rest / 1000 % 60), 2, '.');
	put_digits(&out, (int)(rest % 1000), 3, 'Z');
	*out = '\0';
}

/* ".487123" gives 487; moves *s behind the digits. */
static bool
parse_fraction(const char **s, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (**s != '.')
		return true;
	for ((*s)++; isdigit((unsigned char)**s); (*s)++) {
		*ms += (**s - '0') * scale;
		scale /= 10;
	}
	return (*s)[-1] != '.';
}

/* Exactly n digits; moves *s behind them and behind the separator that follows, if one
 * is asked for. */
static bool
parse_digits(const char **s, int n, char separator, int *out)
{
	for (*out = 0; n > 0; n--, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return false;
		*out = *out * 10 + (**s - '0');
	}
	if (separator == '\0')
		return true;
	return *(*s)++ == separator;
}

/* ":30", or nothing. */
static bool
parse_sixtieths(const char **s, int *out)
{
	*out = 0;
	if (**s != ':')
		return true;
	(*s)++;
	return parse_digits(s, 2, '\0', out) && *out <= 59;
}

/* "+05", "-03:30", "+00:19:32" (an old local mean time), "Z" or nothing. */
static bool
parse_zone(const char *s, int *seconds)
{
	int h, m, sec, sign;

	*seconds = 0;
	if (*s == '\0' || (s[0] == 'Z' && s[1] == '\0'))
		return true;
	if (*s != '+' && *s != '-')
		return false;
	sign = *s++ == '-' ? -1 : 1;
	if (!parse_digits(&s, 2, '\0', &h) || h > 15 || !parse_sixtieths(&s, &m) ||
	    !parse_sixtieths(&s, &sec))
		return false;
	*seconds = sign * ((h * 60 + m) * 60 + sec);
	return *s == '\0';
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
parse_date(const char **s, int64_t *days)
{
	int year, month, day;

	if (!parse_digits(s, 4, '-', &year) || !parse_digits(s, 2, '-', &month) ||
	    !parse_digits(s, 2, '\0', &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*days = days_from_date(year, month, day);
	return true;
}

static bool
parse_time(const char **s, int64_t *seconds)
{
	int h, m, sec;

	if (!parse_digits(s, 2, ':', &h) || !parse_digits(s, 2, ':', &m) ||
	    !parse_digits(s, 2, '\0', &sec))
		return false;
	*seconds = (h * 60 + m) * INT64_C(60) + sec;
	return (h <= 23 && m <= 59 && sec <= 60) || *seconds == 86400;
}

bool
clock_parse(const char *s, int64_t *ms)
{
	int64_t days, seconds;
	int fraction, zone;

	if (!parse_date(&s, &days) || (*s != ' ' && *s != 'T'))
		return false;
	s++;
	if (!parse_time(&s, &seconds))
		return false;
	if (!parse_fraction(&s, &fraction) || !parse_zone(s, &zone))
		return false;
	*ms = days * DAY_MS + (seconds - zone) * 1000 + fraction;
	return true;
}
