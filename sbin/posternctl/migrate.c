/* SPDX-License-Identifier: ISC */
/* posternctl migrate: the numbered files of sql/schema, embedded, each run once. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "port/db.h"
#include "posternctl.h"
#include "store/catalogue.h"
#include "store/health.h"

#define PATIENCE_MS 600000

static const struct migration {
	int version;
	const char *name;
	const char *text;
} migrations[] = {
#define MIGRATION(version, name, text) { version, name, text },
#include "schema.def"
#undef MIGRATION
};

#define MIGRATIONS ((int)(sizeof(migrations) / sizeof(migrations[0])))

/* A role called postern has the schema of that name first in its search_path, where Better
 * Auth's tables neither are nor belong. */
static const char start_text[] =
    "SELECT pg_advisory_xact_lock(7251464);\n"
    "SELECT set_config('search_path', coalesce(string_agg(quote_ident(s), ','), 'public'),\n"
    "                  true)\n"
    "  FROM unnest(current_schemas(false)) s WHERE s <> 'postern';\n"
    "CREATE SCHEMA IF NOT EXISTS postern;\n"
    "CREATE TABLE IF NOT EXISTS postern.migration (\n"
    "  version integer PRIMARY KEY,\n"
    "  name text NOT NULL,\n"
    "  applied_at timestamptz NOT NULL DEFAULT now());\n";

static enum err
apply(struct ctx *ctx, const struct migration *m)
{
	enum err e = db_script(ctx, m->text);

	if (e != E_OK)
		return e;
	return db_script(ctx,
	    str_printf(ctx->arena,
	        "INSERT INTO postern.migration (version, name) VALUES (%d, '%s')", m->version,
	        m->name));
}

/* All that is pending is one transaction: after a failure the database is as before. */
static enum err
apply_pending(struct ctx *ctx, bool *applied)
{
	int64_t version = 0;
	enum err e;
	int i;

	e = db_begin(ctx);
	if (e == E_OK)
		e = db_script(ctx, start_text);
	if (e == E_OK)
		e = health_version(ctx, &version);
	for (i = 0; e == E_OK && i < MIGRATIONS; i++) {
		if (migrations[i].version <= version)
			continue;
		applied[i] = true;
		e = apply(ctx, &migrations[i]);
		if (e != E_OK)
			fprintf(stderr, "migration %04d_%s failed; nothing was changed\n",
			    migrations[i].version, migrations[i].name);
	}
	return e == E_OK ? db_commit(ctx) : e;
}

/* Before the first migration there is no table to ask. */
static enum err
find_pending(struct ctx *ctx, bool *pending)
{
	int64_t version = 0;
	enum err e = health_version(ctx, &version);
	int i;

	if (e == E_DB_DOWN)
		return e;
	for (i = 0; i < MIGRATIONS; i++)
		pending[i] = migrations[i].version > version;
	return E_OK;
}

static void
print(struct ctx *ctx, const bool *chosen, bool plan, bool json)
{
	struct json j = json_new(ctx->arena, 256);
	int i, n = 0;

	json_open(&j, NULL);
	json_open_array(&j, plan ? "pending" : "applied");
	for (i = 0; i < MIGRATIONS; i++) {
		if (!chosen[i])
			continue;
		n++;
		json_text(&j, NULL,
		    str_printf(ctx->arena, "%04d_%s", migrations[i].version, migrations[i].name));
		if (!json)
			printf("%s %04d_%s\n", plan ? "pending" : "applied", migrations[i].version,
			    migrations[i].name);
	}
	json_close_array(&j);
	json_close(&j);
	if (json)
		printf("%s\n", json_done(&j));
	else if (n == 0)
		printf("nothing to do: the database is at %04d\n",
		    migrations[MIGRATIONS - 1].version);
}

int
ctl_migrate(struct ctx *ctx, int argc, char **argv)
{
	bool chosen[MIGRATIONS] = { false }, plan = false, json = false;
	enum err e;
	int i;

	for (i = 1; i < argc; i++) {
		if (str_eq(argv[i], "--plan"))
			plan = true;
		else if (str_eq(argv[i], "--json"))
			json = true;
		else
			return CTL_USAGE;
	}
	db_set_timeout(PATIENCE_MS);
	e = plan ? find_pending(ctx, chosen) : apply_pending(ctx, chosen);
	if (e != E_OK) {
		fprintf(stderr, "posternctl migrate: %s\n", err_message(e));
		return 1;
	}
	print(ctx, chosen, plan, json);
	catalogue_init(); /* the tables are there now */
	db_close();
	return plan ? 0 : ctl_gate_follow(ctx, json);
}
