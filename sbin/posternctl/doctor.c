/* SPDX-License-Identifier: ISC */
/* posternctl doctor: looks at everything that can be wrong, and says how to mend it. */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "port/db.h"
#include "port/url.h"
#include "posternctl.h"
#include "store/catalogue.h"

#define PATIENCE_MS 60000
#define TEXT_MAX 1024

struct doctor {
	struct ctx *ctx;
	const char *check; /* the one at work */
	enum doctor_need known;
	bool silent; /* it has reported nothing yet */
	bool json;
	struct json out;
	unsigned count[DOCTOR_FAIL + 1];
};

static const struct check {
	const char *name;
	enum doctor_need need;
	const char *fine;
	enum err (*run)(struct ctx *, struct doctor *);
} checks[] = {
#define CHECK(name, need, fine) { #name, DOCTOR_##need, fine, doctor_check_##name },
#include "doctor.def"
#undef CHECK
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static const char *const levels[] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARN] = "warn",
	[DOCTOR_FAIL] = "fail",
};

static void
print(struct doctor *d, enum doctor_level level, const char *what, const char *why,
    const char *mend)
{
	printf("%-4s  %-13s  %s\n", levels[level], d->check, ctl_safe(d->ctx, what));
	if (why != NULL)
		printf("      %-13s  why: %s\n", "", ctl_safe(d->ctx, why));
	if (mend != NULL)
		printf("      %-13s  mend: %s\n", "", ctl_safe(d->ctx, mend));
	fflush(stdout);
}

static void
report(struct doctor *d, enum doctor_level level, const char *what, const char *why,
    const char *mend)
{
	d->silent = false;
	d->count[level]++;
	if (!d->json) {
		print(d, level, what, why, mend);
		return;
	}
	json_open(&d->out, NULL);
	json_text(&d->out, "check", d->check);
	json_text(&d->out, "level", levels[level]);
	json_text(&d->out, "what", what);
	json_text(&d->out, "why", why);
	json_text(&d->out, "mend", mend);
	json_close(&d->out);
}

void
doctor_fine(struct doctor *d, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report(d, DOCTOR_OK, text, NULL, NULL);
}

void
doctor_warn(struct doctor *d, const char *what, const char *why, const char *mend)
{
	report(d, DOCTOR_WARN, what, why, mend);
}

void
doctor_fail(struct doctor *d, const char *what, const char *why, const char *mend)
{
	report(d, DOCTOR_FAIL, what, why, mend);
}

void
doctor_knows(struct doctor *d, enum doctor_need known)
{
	d->known = known;
}

bool
doctor_has(const struct doctor *d, enum doctor_need need)
{
	return d->known >= need;
}

const char *
doctor_host(struct ctx *ctx, const char *origin)
{
	const char *at = strstr(origin, "://");

	origin = at != NULL ? at + 3 : origin;
	return arena_strndup(ctx->arena, origin,
	    *origin == '[' ? strcspn(origin, "]") + 1 : strcspn(origin, ":/"));
}

bool
doctor_is_local(const char *host)
{
	return url_host_is_loopback(host) || str_ends(host, ".localhost");
}

/* A check that says nothing has found nothing. */
static void
look(struct doctor *d, const struct check *c)
{
	enum err e;

	d->check = c->name;
	d->silent = true;
	e = c->run(d->ctx, d);
	if (e != E_OK)
		doctor_fail(d, err_message(e), "This could not be looked at.",
		    "The log above says what stood against it.");
	else if (d->silent)
		doctor_fine(d, "%s", c->fine);
}

static void
finish(struct doctor *d)
{
	if (!d->json) {
		printf("%u fine, %u warnings, %u failures\n", d->count[DOCTOR_OK],
		    d->count[DOCTOR_WARN], d->count[DOCTOR_FAIL]);
		return;
	}
	json_close_array(&d->out);
	json_close(&d->out);
	printf("%s\n", json_done(&d->out));
}

static int
list(void)
{
	size_t i;

	for (i = 0; i < CHECKS; i++)
		printf("%-13s  %s\n", checks[i].name, checks[i].fine);
	return 0;
}

int
ctl_doctor(struct ctx *ctx, int argc, char **argv)
{
	struct doctor d = { .ctx = ctx, .json = argc == 2 && str_eq(argv[1], "--json") };
	size_t i;

	if (argc == 2 && str_eq(argv[1], "--list"))
		return list();
	if (argc > (d.json ? 2 : 1))
		return CTL_USAGE;
	d.out = json_new(ctx->arena, 4096);
	json_open(&d.out, NULL);
	json_open_array(&d.out, "findings");
	catalogue_init();
	db_set_timeout(PATIENCE_MS);
	for (i = 0; i < CHECKS; i++)
		if (doctor_has(&d, checks[i].need))
			look(&d, &checks[i]);
	finish(&d);
	return d.count[DOCTOR_FAIL] > 0 ? 1 : 0;
}
