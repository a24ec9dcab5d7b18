/* SPDX-License-Identifier: ISC */
/* limit: a hash table of fixed size in a mapped file.  A full bucket drops its stalest
 * entry: under a flood of addresses the limit forgets, it never blocks. */
#include "port/limit.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <sodium.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/str.h"

#define BUCKETS 4096
#define WAYS 4

struct entry {
	uint64_t key;
	int64_t last; /* of the last allowed request, ms */
	int64_t count;
};

struct table {
	struct entry entries[BUCKETS][WAYS];
};

static struct {
	int fd;
	struct table *table; /* NULL: no limit */
} limit = { .fd = -1 };

static const struct limit_rule rules[] = {
	{ "/api/auth/sign-in", true, 10, 3 },
	{ "/api/auth/sign-up", true, 10, 3 },
	{ "/api/auth/change-password", true, 10, 3 },
	{ "/api/auth/change-email", true, 10, 3 },
	{ "/api/auth/request-password-reset", false, 60, 3 },
	{ "/api/auth/send-verification-email", false, 60, 3 },
	{ "/api/auth/forget-password", true, 60, 3 },
	{ "", true, 10, 100 },
};

const struct limit_rule *
limit_rule(const char *path)
{
	const struct limit_rule *r = rules;

	while (!(r->prefix ? str_starts(path, r->path) : str_eq(path, r->path)))
		r++;
	return r;
}

/* Keyed: nobody outside can tell which two keys share a bucket, and so push one out. */
static uint64_t
hash(const char *a, const char *b)
{
	unsigned char key[32], out[crypto_shorthash_BYTES];
	char text[512];
	uint64_t h;
	int n = snprintf(text, sizeof(text), "%s|%s", a, b);

	crypto_hash_sha256(key, (const unsigned char *)conf()->secret, strlen(conf()->secret));
	crypto_shorthash(out, (unsigned char *)text,
	    n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1, key);
	memcpy(&h, out, sizeof(h));
	return h;
}

/* Programs of one installation find each other by their database; the uid keeps other
 * users' installations apart. */
static const char *
file_name(char out[static 128])
{
	if (*conf()->rate_limit_file != '\0')
		return conf()->rate_limit_file;
	snprintf(out, 128, "/dev/shm/postern-%u-%016llx", (unsigned)geteuid(),
	    (unsigned long long)hash(conf()->database_url, ""));
	return out;
}

bool
limit_open(void)
{
	char buffer[128];
	const char *name;
	struct stat st;
	void *p;

	if (!conf()->rate_limit)
		return true;
	name = file_name(buffer);
	limit.fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (limit.fd < 0 || fstat(limit.fd, &st) != 0 || st.st_uid != geteuid() ||
	    ftruncate(limit.fd, sizeof(struct table)) != 0) {
		fprintf(stderr, "RATE_LIMIT_FILE: %s: %s\n", name,
		    errno != 0 ? strerror(errno) : "belongs to another user");
		return false;
	}
	p = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, limit.fd, 0);
	if (p == MAP_FAILED) {
		fprintf(stderr, "RATE_LIMIT_FILE: %s: %s\n", name, strerror(errno));
		return false;
	}
	limit.table = p;
	return true;
}

/* The entry of the key, else the stalest of its bucket, emptied. */
static struct entry *
find_entry(uint64_t key)
{
	struct entry *bucket = limit.table->entries[key % BUCKETS], *stalest = bucket;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (bucket[i].key == key)
			return &bucket[i];
		if (bucket[i].last < stalest->last)
			stalest = &bucket[i];
	}
	*stalest = (struct entry) { .key = key };
	return stalest;
}

/* The window starts anew after as many quiet seconds; refused requests do not count. */
static long
take(struct entry *e, const struct limit_rule *r, int64_t now)
{
	int64_t window = (int64_t)r->seconds * 1000, left = e->last + window - now;

	if (left > 2 * window) /* the clock was set back, or this is another's entry */
		left = 0;
	if (left <= 0)
		e->count = 0;
	if (e->count >= r->max)
		return (long)((left + 999) / 1000);
	if (left <= 0 || now > e->last) /* a slower worker's time may be a little older */
		e->last = now;
	e->count++;
	return 0;
}

/* A record lock on one byte per bucket: it belongs to the process, so that workers that
 * inherited the file exclude each other, and a killed one leaves none behind. */
static bool
lock_bucket(uint64_t key, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	lock.l_start = (off_t)(key % BUCKETS);
	lock.l_len = 1;
	return fcntl(limit.fd, F_SETLKW, &lock) == 0;
}

long
limit_take(const char *address, const char *path, int64_t now)
{
	const struct limit_rule *r = limit_rule(path);
	uint64_t key = hash(*address != '\0' ? address : LIMIT_NOBODY, path);
	long wait;

	if (limit.table == NULL || !lock_bucket(key, F_WRLCK))
		return 0;
	wait = take(find_entry(key), r, now);
	lock_bucket(key, F_UNLCK);
	return wait;
}
