/* SPDX-License-Identifier: ISC */
/* language: Accept-Language. */
#include "http/language.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define RANGES_MAX 32
#define NO_TAG SIZE_MAX

struct range {
	const char *text; /* within the header, n long */
	size_t n;
	int weight; /* thousandths */
};

/* 0.8 is 800; what is no weight is none at all, and the range with it. */
static int
weight_of(const char *p, size_t n)
{
	int weight, i, unit = 100;

	if (n == 0 || n > 5 || (*p != '0' && *p != '1') || (n > 1 && p[1] != '.'))
		return 0;
	weight = (*p - '0') * 1000;
	for (i = 2; i < (int)n; i++, unit /= 10) {
		if (!isdigit((unsigned char)p[i]))
			return 0;
		weight += (p[i] - '0') * unit;
	}
	return weight <= 1000 ? weight : 0;
}

static struct range
read_range(const char *p, size_t n)
{
	struct range r = { .weight = 1000 };
	const char *end = p + n, *at;

	p += strspn(p, " \t");
	r.text = p;
	while (p < end && strchr(" \t;", *p) == NULL)
		p++;
	r.n = (size_t)(p - r.text);
	at = p + strcspn(p, ";,");
	if (*at != ';')
		return r;
	at += 1 + strspn(at + 1, " \t");
	if (end - at < 2 || tolower((unsigned char)*at) != 'q' || at[1] != '=') {
		r.weight = 0;
		return r;
	}
	at += 2;
	r.weight = weight_of(at, strcspn(at, " \t,;"));
	return r;
}

static size_t
read_ranges(const char *accept, struct range *out)
{
	size_t n = 0, len;

	for (; n < RANGES_MAX; accept += len + 1) {
		len = strcspn(accept, ",");
		out[n] = read_range(accept, len);
		n += out[n].n > 0 && out[n].text < accept + len;
		if (accept[len] == '\0')
			break;
	}
	return n;
}

static bool
is_any(const struct range *r)
{
	return r->n == 1 && *r->text == '*';
}

static bool
is_refused(const struct range *r, size_t n, const char *tag)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (r[i].weight == 0 && strncasecmp(r[i].text, tag, r[i].n) == 0 &&
		    (tag[r[i].n] == '\0' || tag[r[i].n] == '-'))
			return true;
	return false;
}

static size_t
find_exact(const char *text, size_t len, const char *const *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(tags[i]) == len && strncasecmp(tags[i], text, len) == 0)
			return i;
	return NO_TAG;
}

/* de-CH-1996, de-CH, de; with a subtag of one letter goes what it introduced. */
static size_t
look_up(const struct range *r, const char *const *tags, size_t n)
{
	size_t len = r->n, found = NO_TAG;

	while (len > 0) {
		found = find_exact(r->text, len, tags, n);
		if (found != NO_TAG)
			break;
		while (len > 0 && r->text[len - 1] != '-')
			len--;
		len -= len > 0;
		if (len > 1 && r->text[len - 2] == '-')
			len -= 2;
	}
	return found;
}

/* The heaviest that is left, the first of equals; NULL: none. */
static struct range *
heaviest(struct range *r, size_t n)
{
	struct range *best = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (r[i].weight > 0 && (best == NULL || r[i].weight > best->weight))
			best = &r[i];
	return best;
}

static size_t
first_allowed(const struct range *refused, size_t n_refused, const char *const *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_refused(refused, n_refused, tags[i]))
			return i;
	return NO_TAG;
}

size_t
language_choose(const char *accept, const char *const *tags, size_t n)
{
	struct range given[RANGES_MAX] = { 0 }, left[RANGES_MAX], *r;
	size_t found, n_given;

	if (accept == NULL)
		return 0;
	n_given = read_ranges(accept, given);
	memcpy(left, given, sizeof(left));
	while ((r = heaviest(left, n_given)) != NULL) {
		found = is_any(r) ? first_allowed(given, n_given, tags, n) : look_up(r, tags, n);
		if (found != NO_TAG && !is_refused(given, n_given, tags[found]))
			return found;
		r->weight = 0;
	}
	return 0;
}
