/* SPDX-License-Identifier: ISC */
/* posternctl: the operator's command.  See docs/man/posternctl.8. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "port/db.h"
#include "port/secret.h"
#include "posternctl.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)

static const struct command {
	const char *noun;
	int (*run)(struct ctx *, int argc, char **argv);
	const char *usage;
} commands[] = {
	{ "migrate", ctl_migrate, "migrate [--plan] [--json]   make or update the tables" },
	{ "conf", ctl_conf, "conf [--json]               print the effective settings" },
	{ "doctor", ctl_doctor, "doctor [--json | --list]    what is wrong, and what mends it" },
	{ "gate", ctl_gate, "gate status|atomic|warn|off [--json]   no member without a profile" },
	{ "keys", ctl_keys, "keys list [--json] | rotate [--alg ALG] [--now] | retire KID" },
	{ "secret", ctl_secret, "secret rotate               keys under the current secret" },
	{ "merge", ctl_merge,
	    "merge rules [--json] | rules add TABLE COLUMN [--strategy S] [--match C,...]\n"
	    "      [--value C,...] [--function F] | rules remove TABLE COLUMN\n"
	    "      | list [EMAIL|ID] [--json] | undo MERGE" },
	{ "mail", ctl_mail, "mail test ADDRESS [--json]  put a test mail in the outbox" },
	{ "jwt", ctl_jwt,
	    "jwt decode [--json] | verify [--jwks FILE|URL] [--alg ALG,...] [--issuer ISS]\n"
	    "      [--audience AUD,...] [--leeway SECONDS] [--json | --signature-only]\n"
	    "      of the token on standard input" },
	{ "user", ctl_user,
	    "user show|ban|unban|delete|export EMAIL|ID\n"
	    "      | create --email EMAIL --name NAME [--profile FILE]\n"
	    "      | import FILE|-; options: see posternctl(8)" },
	{ "cleanup", ctl_cleanup, "cleanup [--json]            delete what has expired" },
	{ "bench", ctl_bench,
	    "bench peer --url URL [--ours URL] [--session FILE|-] [--seconds N]\n"
	    "      [--connections N] [--remote] [--json]   beside a Better Auth server" },
	{ "routes", ctl_routes, "routes [-l LIBEXEC]         what every program answers" },
	{ 0 },
};

static int
usage(void)
{
	const struct command *c;

	fputs("usage: posternctl COMMAND\n", stderr);
	for (c = commands; c->noun != NULL; c++)
		fprintf(stderr, "  %s\n", c->usage);
	return CTL_USAGE;
}

bool
ctl_settings(void)
{
	if (!conf_load())
		return false;
	log_open("posternctl", conf()->log_level);
	return true;
}

const char *
ctl_safe(struct ctx *ctx, const char *text)
{
	struct buf b = buf_new(ctx->arena, 256);
	const unsigned char *p;

	if (text == NULL)
		return NULL;
	for (p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p == 0x7F || *p < 0x20)
			buf_printf(&b, "\\u%04x", *p);
		else if (*p == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
			buf_printf(&b, "\\u%04x", *++p);
		else
			buf_char(&b, (char)*p);
	return b.p;
}

int
main(int argc, char **argv)
{
	const struct command *c;
	struct ctx ctx = { 0 };
	int status;

	for (c = commands; argc > 1 && c->noun != NULL; c++)
		if (str_eq(c->noun, argv[1]))
			break;
	if (argc < 2 || c->noun == NULL)
		return usage();
	/* jwt loads the settings itself, if it needs any. */
	if (!secret_init() || (c->run != ctl_jwt && !ctl_settings()))
		return 1;
	ctx.arena = arena_new(ARENA_MAX);
	ctx.now = clock_now();
	status = c->run(&ctx, argc - 1, argv + 1);
	db_close();
	arena_free(ctx.arena);
	return status == CTL_USAGE ? usage() : status;
}
