/* SPDX-License-Identifier: ISC */
/* posternctl user import: users of another system, a JSON object a line; all or none. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/questionnaire.h"
#include "flow/questions.h"
#include "http/field.h"
#include "port/db.h"
#include "port/js.h"
#include "port/pass.h"
#include "port/secret.h"
#include "posternctl.h"
#include "store/admin.h"
#include "store/gate.h"
#include "store/user.h"

#define ID_MAX 128
#define LINE_MAX_BYTES ((size_t)64 * 1024)
#define LINE_ARENA ((size_t)16 * 1024 * 1024)
#define COMPLAINTS_MAX 100
#define PATIENCE_MS 600000

struct import {
	struct ctx *ctx; /* of the whole */
	struct ctx line; /* of the line at hand */
	bool dry, skip, json;
	size_t number; /* of the line */
	size_t made, skipped, wrong;
	struct json errors;
};

/* What a line may have, and what it must be. */
static const struct {
	const char *name;
	enum js_type type;
} members[] = {
	{ "id", JS_STRING },
	{ "email", JS_STRING },
	{ "name", JS_STRING },
	{ "email_verified", JS_BOOL },
	{ "image", JS_STRING },
	{ "created_at", JS_STRING },
	{ "password_hash", JS_STRING },
	{ "hash_format", JS_STRING },
	{ "salt", JS_STRING },
	{ "salt_separator", JS_STRING },
	{ "signer_key", JS_STRING },
	{ "rounds", JS_NUMBER },
	{ "mem_cost", JS_NUMBER },
	{ "profile", JS_OBJECT },
};

struct reading {
	struct ctx *ctx;
	const char *why; /* what is wrong; NULL: nothing so far */
};

static bool
check_member(void *arg, const char *key, const struct js *value)
{
	struct reading *r = arg;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (str_eq(members[i].name, key))
			break;
	if (i == sizeof(members) / sizeof(members[0]))
		r->why = str_printf(r->ctx->arena, "there is no member %s", key);
	else if (js_type(value) != JS_NULL && js_type(value) != members[i].type)
		r->why = str_printf(r->ctx->arena, "%s is a %s, not a %s", key,
		    js_type_name(js_type(value)), js_type_name(members[i].type));
	else if (js_type(value) == JS_STRING && js_text(r->ctx, value) == NULL)
		r->why = str_printf(r->ctx->arena, "%s has a NUL", key);
	return r->why == NULL;
}

static const char *
text(struct ctx *ctx, const struct js *line, const char *key)
{
	return js_text(ctx, js_get(line, key));
}

static bool
is_id(const char *id)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strlen(id);

	return n > 0 && n <= ID_MAX && strspn(id, letters) == n;
}

/* Firebase's parameters and the user's salt and hash as one text (port/foreign.h). */
static const char *
firebase_hash(struct ctx *ctx, const struct js *line, const char *hash)
{
	const char *salt = text(ctx, line, "salt"), *key = text(ctx, line, "signer_key");
	const char *separator = text(ctx, line, "salt_separator");
	int64_t rounds, cost;

	if (salt == NULL || key == NULL || !js_int(js_get(line, "rounds"), &rounds) ||
	    !js_int(js_get(line, "mem_cost"), &cost))
		return NULL;
	return str_printf(ctx->arena,
	    "$fbscrypt$v=1,n=%" PRId64 ",r=%" PRId64 ",p=1,ss=%s,sk=%s$%s$%s", cost, rounds,
	    separator != NULL ? separator : "", key, salt, hash);
}

/* NULL, or what is wrong. */
static const char *
read_hash(struct ctx *ctx, const struct js *line, const char **out)
{
	const char *hash = text(ctx, line, "password_hash"), *format, *kind;

	*out = NULL;
	if (hash == NULL)
		return NULL;
	format = text(ctx, line, "hash_format");
	if (str_eq(format, "firebase") && *hash != '$')
		hash = firebase_hash(ctx, line, hash);
	if (hash == NULL)
		return "firebase needs salt, signer_key, rounds and mem_cost";
	kind = pass_kind(ctx, hash);
	if (kind == NULL)
		return "password_hash is of no known format, or costs too much to check";
	if (format != NULL && !str_eq(format, kind))
		return str_printf(ctx->arena, "password_hash is %s, not %s", kind, format);
	*out = hash;
	return NULL;
}

const char *
ctl_user_profile(struct ctx *ctx, const struct js *profile, struct admin_user *u)
{
	struct answers answers = { 0 };
	const char *faults = NULL;

	if (!questions_load(ctx))
		return "the questionnaire cannot be read";
	if (questionnaire_check(ctx, profile, &faults, &answers) != E_OK)
		return str_printf(ctx->arena, "the profile does not fit: %s", faults);
	u->software = answers.software;
	u->hardware = answers.hardware;
	u->version = answers.version;
	return NULL;
}

static const char *
read_user(struct ctx *ctx, const struct js *line, struct admin_user *u)
{
	const char *created = text(ctx, line, "created_at"), *why = NULL;

	u->id = text(ctx, line, "id");
	u->email = text(ctx, line, "email");
	u->name = text(ctx, line, "name");
	u->image = text(ctx, line, "image");
	u->verified = js_bool(js_get(line, "email_verified"));
	u->created = ctx->now;
	if (u->id == NULL)
		u->id = secret_id(ctx, SECRET_ID_LENGTH);
	if (!is_id(u->id))
		return "id has other characters than letters, digits, _ and -, or too many";
	if (u->email == NULL || !field_is_email(u->email))
		return "email is no address";
	if (u->name == NULL)
		return "name is missing";
	if (created != NULL && !clock_parse(created, &u->created))
		return "created_at is no date like 2026-11-22T16:45:35.487Z";
	u->email = str_lower(ctx->arena, u->email);
	if (js_get(line, "profile") != NULL)
		why = ctl_user_profile(ctx, js_get(line, "profile"), u);
	else if (str_eq(conf()->profile_gate, "atomic"))
		why = "profile is missing: PROFILE_GATE is atomic";
	return why != NULL ? why : read_hash(ctx, line, &u->hash);
}

static const char *
parse(struct ctx *ctx, const char *line, struct admin_user *u)
{
	struct reading r = { .ctx = ctx };
	bool ok;
	const struct js *js = js_parse(ctx, line, strlen(line), &ok);

	if (!ok || js_type(js) != JS_OBJECT)
		return "is no JSON object";
	js_each(js, check_member, &r);
	return r.why != NULL ? r.why : read_user(ctx, js, u);
}

static void
complain(struct import *m, const char *what)
{
	if (++m->wrong > COMPLAINTS_MAX)
		return;
	fprintf(stderr, "line %zu: %s\n", m->number, ctl_safe(m->ctx, what));
	json_open(&m->errors, NULL);
	json_int(&m->errors, "line", (int64_t)m->number);
	json_text(&m->errors, "message", what);
	json_close(&m->errors);
}

/* Whoever is there, also by an earlier line, which this transaction sees. */
static enum err
look_for(struct ctx *ctx, const struct admin_user *u, const char **taken)
{
	struct user there = { 0 };
	enum err e = user_by_email(ctx, u->email, &there);

	*taken = e == E_OK ? u->email : NULL;
	if (e != E_NO_ROW)
		return e;
	e = user_by_id(ctx, u->id, &there);
	*taken = e == E_OK ? u->id : NULL;
	return e == E_NO_ROW ? E_OK : e;
}

static enum err
add(struct import *m, const struct admin_user *u)
{
	struct ctx *ctx = &m->line;
	const char *taken;
	enum err e = look_for(ctx, u, &taken);

	if (e != E_OK)
		return e;
	if (taken != NULL && m->skip) {
		m->skipped++;
		return E_OK;
	}
	if (taken != NULL) {
		complain(m, str_printf(ctx->arena, "%s is there already", taken));
		return E_OK;
	}
	e = admin_add_user(ctx, u);
	m->made += e == E_OK;
	return e;
}

/* An error of the database ends it: the transaction is lost with it. */
static enum err
take_line(struct import *m, const char *line)
{
	struct admin_user u = { 0 };
	const char *why;
	enum err e = E_OK;

	m->number++;
	if (line[strspn(line, " \t\r\n")] == '\0')
		return E_OK;
	why = parse(&m->line, line, &u);
	if (why != NULL)
		complain(m, why);
	else
		e = add(m, &u);
	if (e != E_OK)
		complain(m, err_message(e));
	arena_reset(m->line.arena);
	return e;
}

static enum err
take_all(struct import *m, FILE *f)
{
	char *line = arena_alloc(m->ctx->arena, LINE_MAX_BYTES + 2);
	enum err e = E_OK;

	while (e == E_OK && fgets(line, (int)LINE_MAX_BYTES + 2, f) != NULL) {
		if (strlen(line) > LINE_MAX_BYTES) {
			m->number++;
			complain(m, "is longer than 64 KiB");
			break;
		}
		e = take_line(m, line);
	}
	if (ferror(f) != 0)
		complain(m, "cannot be read");
	return e;
}

static void
print(struct import *m)
{
	struct json j = json_new(m->ctx->arena, 256);
	bool kept = m->wrong == 0 && !m->dry;

	if (!m->json) {
		printf("%zu users %s, %zu were there already, %zu lines are wrong%s\n", m->made,
		    kept ? "imported" : "could be imported", m->skipped, m->wrong,
		    kept ? "" : "; nothing was changed");
		return;
	}
	json_open(&j, NULL);
	json_int(&j, "imported", kept ? (int64_t)m->made : 0);
	json_int(&j, "skipped", (int64_t)m->skipped);
	json_raw(&j, "errors", json_done(&m->errors));
	json_close(&j);
	printf("%s\n", json_done(&j));
}

/* One transaction: after a mistake in any line nothing is there. */
static int
run(struct import *m, FILE *f)
{
	enum err e = db_begin(m->ctx);

	m->errors = json_new(m->ctx->arena, 256);
	json_open_array(&m->errors, NULL);
	if (e == E_OK)
		e = take_all(m, f);
	if (e == E_OK && m->wrong == 0 && !m->dry)
		e = gate_told(db_commit(m->ctx));
	json_close_array(&m->errors);
	if (e != E_OK)
		fprintf(stderr, "posternctl user: %s; nothing was changed\n", err_message(e));
	else
		print(m);
	return e == E_OK && m->wrong == 0 ? 0 : 1;
}

int
ctl_user_import(struct ctx *ctx, int argc, char **argv)
{
	struct import m = { .ctx = ctx, .line = { .now = ctx->now } };
	const char *path = NULL;
	FILE *f = stdin;
	int i, status;

	for (i = 1; i < argc; i++)
		if (str_eq(argv[i], "--dry-run"))
			m.dry = true;
		else if (str_eq(argv[i], "--skip-existing"))
			m.skip = true;
		else if (str_eq(argv[i], "--json"))
			m.json = true;
		else if (path == NULL && (argv[i][0] != '-' || argv[i][1] == '\0'))
			path = argv[i];
		else
			return CTL_USAGE;
	if (path == NULL)
		return CTL_USAGE;
	if (!str_eq(path, "-") && (f = fopen(path, "re")) == NULL) {
		fprintf(stderr, "posternctl user: %s: %s\n", path, strerror(errno));
		return 1;
	}
	db_set_timeout(PATIENCE_MS);
	m.line.arena = arena_new(LINE_ARENA);
	status = run(&m, f);
	arena_free(m.line.arena);
	if (f != stdin)
		fclose(f);
	return status;
}
