/* SPDX-License-Identifier: ISC */
/* posternctl gate: the database's own rule that no member is without a profile. */
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/questions.h"
#include "port/db.h"
#include "posternctl.h"
#include "store/catalogue.h"
#include "store/gate.h"

#define PATIENCE_MS 600000

static int
complain(const char *what)
{
	fprintf(stderr, "posternctl gate: %s\n", what);
	return 1;
}

/* What the database said is in the log, above. */
static int
complain_of(enum err e)
{
	if (e == E_NO_ROW)
		return complain("postern.gate has no row: INSERT INTO postern.gate DEFAULT VALUES");
	if (e == E_DB)
		return complain("the database refused it, as said above; "
		                "posternctl migrate makes what is not there");
	return complain(err_message(e));
}

static void
print_json(struct ctx *ctx, const struct gate *g)
{
	struct json j = json_new(ctx->arena, 256);

	json_open(&j, NULL);
	json_text(&j, "mode", g->mode);
	json_flag(&j, "in_force", !str_eq(g->mode, "off") && g->triggers == GATE_TRIGGERS);
	json_int(&j, "questionnaire_version", g->version);
	json_int(&j, "members", g->members);
	json_int(&j, "without_profile", g->unanswered);
	json_int(&j, "outdated", g->outdated);
	json_int(&j, "warned_members", g->warned);
	json_int(&j, "warnings", g->warnings);
	json_text(&j, "last_warning_by", g->lastBy);
	json_stamp(&j, "last_warning_at", g->lastAt);
	json_close(&j);
	printf("%s\n", json_done(&j));
}

static void
print(const struct gate *g)
{
	char at[CLOCK_ISO_SIZE];

	printf("gate      %s%s\n", g->mode,
	    str_eq(g->mode, "off")             ? ""
	        : g->triggers == GATE_TRIGGERS ? ""
	                                       : ", but some of its triggers are missing");
	if (g->version > 0)
		printf("questions version %" PRId64 "\n", g->version);
	printf("members   %" PRId64 ", of them %" PRId64 " without a profile, %" PRId64
	       " whose answers no longer fit\n",
	    g->members, g->unanswered, g->outdated);
	if (g->warnings == 0)
		return;
	clock_iso(g->lastAt.ms, at);
	printf("warnings  %" PRId64 " about %" PRId64 " members, the last at %s by %s\n",
	    g->warnings, g->warned, at, g->lastBy);
}

static int
status(struct ctx *ctx, bool json)
{
	struct gate g = { 0 };
	enum err e = gate_read(ctx, &g);

	if (e != E_OK)
		return complain_of(e);
	if (json)
		print_json(ctx, &g);
	else
		print(&g);
	return 0;
}

static enum err
set(struct ctx *ctx, const struct gate *now, const char *mode)
{
	if (str_eq(now->mode, mode) && (str_eq(mode, "off") || now->triggers == GATE_TRIGGERS))
		return E_OK;
	return gate_set(ctx, mode);
}

/* The questions first: the gate holds answers against them. */
static enum err
change(struct ctx *ctx, const char *mode, bool publish)
{
	const struct questions *q = questions_get();
	struct gate now = { 0 };
	enum err e = gate_read(ctx, &now);

	if (e == E_OK && publish)
		e = gate_publish(ctx, q->version, q->rules);
	return e == E_OK ? set(ctx, &now, mode) : e;
}

/* PROFILE_GATE=atomic switches the gate on, but for one that the operator has let warn. */
static const char *
wanted(const struct gate *now)
{
	if (!str_eq(conf()->profile_gate, "atomic"))
		return "off";
	return str_eq(now->mode, "warn") ? "warn" : "atomic";
}

int
ctl_gate_follow(struct ctx *ctx, bool quiet)
{
	bool gate = !str_eq(conf()->profile_gate, "off");
	bool atomic = str_eq(conf()->profile_gate, "atomic");
	struct gate now = { 0 };
	const char *mode;
	enum err e;

	catalogue_need(ctx);
	if (gate && !questions_load(ctx)) {
		complain("the questionnaire cannot be read");
		if (atomic)
			return 1;
		gate = false;
	}
	e = gate_read(ctx, &now);
	mode = wanted(&now);
	if (e == E_OK)
		e = change(ctx, mode, gate);
	if (e != E_OK)
		return complain_of(e);
	if (!quiet && !str_eq(mode, now.mode))
		printf("gate %s, as PROFILE_GATE=%s says\n", mode, conf()->profile_gate);
	return 0;
}

int
ctl_gate(struct ctx *ctx, int argc, char **argv)
{
	bool json = argc == 3 && str_eq(argv[2], "--json"), off, change_wanted;
	enum err e;

	if (argc < 2 || argc > 3 || (argc == 3 && !json) ||
	    !str_listed("status,atomic,warn,off", argv[1]))
		return CTL_USAGE;
	off = str_eq(argv[1], "off");
	change_wanted = !str_eq(argv[1], "status");
	catalogue_init();
	catalogue_need(ctx);
	db_set_timeout(PATIENCE_MS);
	if (change_wanted && !off && !questions_load(ctx))
		return complain("the questionnaire cannot be read");
	e = change_wanted ? change(ctx, argv[1], !off) : E_OK;
	if (e != E_OK)
		return complain_of(e);
	return status(ctx, json);
}
