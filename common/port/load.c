/* SPDX-License-Identifier: ISC */
/* load: libcurl's multi interface, one thread. */
#include "port/load.h"

#include <curl/curl.h>

#include <assert.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "port/fetch.h"

#define STEPS 32 /* parts of a power of two */
#define STEP_BITS 5
#define PATIENCE_MS 100

struct load {
	CURLM *multi;
	unsigned n;
	CURL *handles[LOAD_CONNECTIONS_MAX];
};

void
load_close(struct load *l)
{
	unsigned i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++)
		curl_easy_cleanup(l->handles[i]);
	curl_multi_cleanup(l->multi);
}

static size_t
drop(char *from, size_t size, size_t n, void *arg)
{
	(void)from;
	(void)arg;
	return size * n;
}

struct load *
load_open(struct ctx *ctx, const char *url, const char *cookie, unsigned connections)
{
	struct load *l = arena_alloc(ctx->arena, sizeof(*l));
	CURL *h;

	assert(connections <= LOAD_CONNECTIONS_MAX);
	l->multi = curl_multi_init();
	while (l->multi != NULL && l->n < connections && (h = curl_easy_init()) != NULL) {
		l->handles[l->n++] = h;
		fetch_limits(h, url);
		curl_easy_setopt(h, CURLOPT_COOKIE, cookie);
		curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, drop);
	}
	if (l->n == connections)
		return l;
	load_close(l);
	return NULL;
}

/* Below 32 each number has a place of its own, above every power of two has 32. */
static size_t
place_of(uint64_t us)
{
	unsigned shift;

	if (us < STEPS)
		return (size_t)us;
	shift = 63 - (unsigned)__builtin_clzll(us) - STEP_BITS;
	us = (shift + 1) * STEPS + (us >> shift) - STEPS;
	return us < LOAD_TIMES ? (size_t)us : LOAD_TIMES - 1;
}

/* The largest that has this place. */
static int64_t
time_at(size_t place)
{
	unsigned shift;

	if (place < STEPS)
		return (int64_t)place;
	shift = (unsigned)(place / STEPS) - 1;
	return (int64_t)((place % STEPS + STEPS + 1) << shift) - 1;
}

static void
note(struct load_count *c, CURL *h, CURLcode code)
{
	curl_off_t us = 0;
	long status = 0;

	if (code == CURLE_OK)
		curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h, CURLINFO_TOTAL_TIME_T, &us);
	if (status == 200) {
		c->done++;
		c->times[place_of((uint64_t)us)]++;
	} else {
		c->failed++;
		c->status = status;
	}
}

/* Notes what has ended, and begins it anew unless it is time; how many have not begun. */
static unsigned
turn(struct load *l, struct load_count *c, int64_t end)
{
	CURLMsg *m;
	unsigned over = 0;
	int left;

	while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
		CURL *h = m->easy_handle;

		note(c, h, m->data.result);
		curl_multi_remove_handle(l->multi, h);
		if (clock_mono_us() >= end)
			over++;
		else
			curl_multi_add_handle(l->multi, h);
	}
	return over;
}

void
load_run(struct load *l, int64_t ms, struct load_count *c)
{
	int64_t start = clock_mono_us(), end = start + ms * 1000;
	unsigned i, under_way = l->n;
	int running;

	for (i = 0; i < l->n; i++)
		curl_multi_add_handle(l->multi, l->handles[i]);
	while (under_way > 0) {
		(void)curl_multi_perform(l->multi, &running);
		i = turn(l, c, end);
		under_way -= i;
		if (running > 0 && i == 0)
			(void)curl_multi_poll(l->multi, NULL, 0, PATIENCE_MS, NULL);
	}
	c->us += clock_mono_us() - start;
}

int64_t
load_percentile(const struct load_count *c, unsigned percent)
{
	uint64_t seen = 0, wanted = (c->done * percent + 99) / 100;
	size_t i;

	for (i = 0; i < LOAD_TIMES; i++) {
		seen += c->times[i];
		if (seen > 0 && seen >= wanted)
			return time_at(i);
	}
	return 0;
}
