/* SPDX-License-Identifier: ISC */
/* doctor: what the settings alone tell. */
#include "doctor.h"

#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "flow/claims.h"
#include "flow/posting.h"
#include "flow/questions.h"
#include "http/address.h"
#include "port/db.h"
#include "port/suffix.h"

#define SAYS(ctx, ...) str_printf((ctx)->arena, __VA_ARGS__)

static const char *
own_host(struct ctx *ctx)
{
	return doctor_host(ctx, conf()->origin);
}

enum err
doctor_check_https(struct ctx *ctx, struct doctor *d)
{
	const char *host = own_host(ctx);

	if (conf()->secure)
		doctor_fine(d, "%s, and cookies are Secure", conf()->origin);
	else if (doctor_is_local(host))
		doctor_fine(d, "%s: cookies are not Secure, and need not be here", conf()->origin);
	else
		doctor_fail(d, SAYS(ctx, "BETTER_AUTH_URL is %s: no https", conf()->origin),
		    "Passwords and cookies can be read on their way, and cookies are not Secure.",
		    SAYS(ctx, "BETTER_AUTH_URL=https://%s", host));
	return E_OK;
}

/* Browsers take a Domain that the host is or lies below, and no public suffix. */
enum err
doctor_check_cookie_domain(struct ctx *ctx, struct doctor *d)
{
	const char *domain = str_lower(ctx->arena, conf()->cookie_domain), *host = own_host(ctx);
	const char *mend = SAYS(ctx, "COOKIE_DOMAIN=%s, or none at all", suffix_site(host));

	domain += *domain == '.';
	if (*domain == '\0')
		doctor_fine(d, "none: cookies are for %s alone", host);
	else if (suffix_is_public(domain))
		doctor_fail(d,
		    SAYS(ctx, "COOKIE_DOMAIN is %s, where anybody can have a site", domain),
		    "Browsers refuse such a cookie, so that nobody can sign in.", "COOKIE_DOMAIN=");
	else if (!str_eq(host, domain) && !str_ends(host, SAYS(ctx, ".%s", domain)))
		doctor_fail(d, SAYS(ctx, "COOKIE_DOMAIN is %s, which %s is not in", domain, host),
		    "Browsers refuse such a cookie, so that nobody can sign in.", mend);
	else
		doctor_fine(d, "cookies are for %s and all hosts below it", domain);
	return E_OK;
}

/* A wildcard must leave a site's own name whole: *.example.com, not *.vercel.app. */
static bool
is_anybodys(const char *host)
{
	const char *star = strrchr(host, '*'), *rest;

	if (star == NULL)
		star = strrchr(host, '?');
	if (star == NULL)
		return false;
	rest = strchr(star, '.');
	return rest == NULL || suffix_is_public(rest + 1);
}

static void
judge_origin(struct ctx *ctx, struct doctor *d, const char *entry)
{
	const char *host = doctor_host(ctx, entry), *site = suffix_site(own_host(ctx));

	if (is_anybodys(host))
		doctor_fail(d, SAYS(ctx, "%s is trusted: anybody can have such a host", entry),
		    "Their pages may act in the name of whoever is signed in.",
		    "BETTER_AUTH_TRUSTED_ORIGINS=, with whole origins");
	else if (str_starts(entry, "http://") && !doctor_is_local(host))
		doctor_warn(d, SAYS(ctx, "%s is trusted, but not https", entry),
		    "Whoever is on the way can change its pages.",
		    SAYS(ctx, "BETTER_AUTH_TRUSTED_ORIGINS=https://%s", host));
	else if (str_eq(conf()->cookie_samesite, "lax") && !str_eq(suffix_site(host), site) &&
	    strpbrk(host, "*?") == NULL && !doctor_is_local(host))
		doctor_warn(d, SAYS(ctx, "%s is another site than %s", entry, site),
		    "Browsers send no cookie of SameSite=Lax from there: nobody stays signed in.",
		    "COOKIE_SAMESITE=partitioned, or a host of the same site");
}

enum err
doctor_check_origins(struct ctx *ctx, struct doctor *d)
{
	const char *list = conf()->trusted_origins, *entry;

	while ((entry = str_next(ctx->arena, &list, ',')) != NULL)
		judge_origin(ctx, d, str_lower(ctx->arena, entry));
	return E_OK;
}

/* conf_load has refused what is short, regular or published. */
enum err
doctor_check_secret(struct ctx *ctx, struct doctor *d)
{
	const struct conf *c = conf();
	const char *a, *b;
	size_t i, j;

	for (i = 0; (a = conf_secret(i)) != NULL; i++)
		for (j = 0; j < i && (b = conf_secret(j)) != NULL; j++)
			if (str_eq(a, b))
				doctor_fail(d,
				    SAYS(ctx, "secrets %zu and %zu are the same", j + 1, i + 1),
				    "The secret has a new number, but has not changed.",
				    "BETTER_AUTH_SECRETS= with a new one in front: "
				    "openssl rand -base64 48");
	for (i = 1; i < c->n_versions; i++)
		if (c->versions[i].version > c->versions[0].version)
			doctor_warn(d,
			    SAYS(ctx, "secret %ld comes first, but %ld is newer",
			        c->versions[0].version, c->versions[i].version),
			    "The first one signs: the newer one is not in use.",
			    SAYS(ctx, "BETTER_AUTH_SECRETS= with %ld in front",
			        c->versions[i].version));
	if (*c->old_secrets_until != '\0' && c->old_secrets_end <= ctx->now)
		doctor_warn(d, SAYS(ctx, "OLD_SECRETS_UNTIL is past: %s", c->old_secrets_until),
		    "Older secrets sign nobody in any more; they only open keys.",
		    "posternctl secret rotate, then leave older secrets and the date out");
	return E_OK;
}

static void
judge_proxies(struct ctx *ctx, struct doctor *d)
{
	const char *list = conf()->trusted_proxies, *entry;

	if (!address_is_list(ctx, list))
		doctor_fail(d, SAYS(ctx, "TRUSTED_PROXIES is no list of addresses: %s", list),
		    "The programs do not start.", "TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8");
	while ((entry = str_next(ctx->arena, &list, ',')) != NULL)
		if (str_ends(entry, "/0"))
			doctor_fail(d, SAYS(ctx, "TRUSTED_PROXIES has %s: everybody", entry),
			    "Each visitor can claim any address, and has no limit.",
			    "TRUSTED_PROXIES= with the proxy's own address");
	if (*conf()->trusted_proxies == '\0' && conf()->secure && conf()->rate_limit)
		doctor_warn(d, "TRUSTED_PROXIES is empty",
		    "Where a proxy ends https, all visitors have its address, and one limit.",
		    "TRUSTED_PROXIES=127.0.0.1, or the proxy's; nothing to do without one");
}

enum err
doctor_check_limits(struct ctx *ctx, struct doctor *d)
{
	if (!conf()->rate_limit)
		doctor_warn(d, "RATE_LIMIT is off", "Passwords can be tried without end.",
		    "RATE_LIMIT=on");
	judge_proxies(ctx, d);
	return E_OK;
}

enum err
doctor_check_mail(struct ctx *ctx, struct doctor *d)
{
	const struct conf *c = conf();
	const char *why;

	if (!c->mail && c->require_email_verification)
		doctor_fail(d, "MAIL is off, but REQUIRE_EMAIL_VERIFICATION on",
		    "Nobody can verify an address, and so nobody can sign in.", "MAIL=on");
	why = c->mail ? posting_open(ctx->arena) : NULL;
	if (why != NULL)
		doctor_fail(d, why, "No mail can be sent.", "SMTP_URL, MAIL_TEMPLATES");
	if (why != NULL || !c->mail || *c->smtp_url != '\0')
		return E_OK;
	why = posting_is_configured() ? "mails are files in MAIL_DIR"
	                              : "neither SMTP_URL nor MAIL_DIR is set";
	if (c->secure)
		doctor_fail(d, why, "Nobody gets the mail that resets a password.",
		    "SMTP_URL=smtp://user:password@host:587, or MAIL=off");
	else
		doctor_fine(d, "%s", why);
	return E_OK;
}

enum err
doctor_check_questionnaire(struct ctx *ctx, struct doctor *d)
{
	bool gate = !str_eq(conf()->profile_gate, "off");

	if (questions_load(ctx)) {
		if (!claims_load(ctx))
			doctor_fail(d, "PROFILE_CLAIMS has a path that nobody is asked for",
			    "No token is issued, and the gate is shut.",
			    "PROFILE_CLAIMS=NAME=PATH with paths of the questionnaire");
		return E_OK;
	}
	(gate ? doctor_fail : doctor_warn)(d,
	    SAYS(ctx, "%s is no questionnaire", conf()->questionnaire),
	    gate ? "Nobody gets through the gate." : "Nobody can answer it.",
	    "QUESTIONNAIRE= with the file; the log above says what is wrong with it");
	return E_OK;
}

/* Names without a dot and private addresses do not leave the operator's own net. */
static bool
is_private(const char *host)
{
	return strchr(host, '.') == NULL || str_ends(host, ".internal") ||
	    str_ends(host, ".local") || str_starts(host, "10.") || str_starts(host, "192.168.") ||
	    str_starts(host, "fd");
}

enum err
doctor_check_tls(struct ctx *ctx, struct doctor *d)
{
	const char *host = db_option(ctx, "host"), *mode = db_option(ctx, "sslmode"), *what;

	mode = mode != NULL ? mode : "prefer";
	if (host == NULL || *host == '\0' || *host == '/' || *host == '@' ||
	    doctor_is_local(host)) {
		doctor_fine(d, "the database is on this machine");
		return E_OK;
	}
	what = SAYS(ctx, "sslmode is %s for %s", mode, host);
	if (str_eq(mode, "verify-full"))
		doctor_fine(d, "%s", what);
	else if (str_eq(mode, "require") || str_eq(mode, "verify-ca") || is_private(host))
		doctor_warn(d, what, "Whoever can redirect the connection can be the database.",
		    "DATABASE_URL with sslmode=verify-full&sslrootcert="
		    "/etc/ssl/certs/ca-certificates.crt");
	else
		doctor_fail(d, what,
		    "Passwords' hashes and sessions may cross the net in the clear.",
		    "DATABASE_URL with sslmode=verify-full&sslrootcert="
		    "/etc/ssl/certs/ca-certificates.crt");
	return E_OK;
}

enum err
doctor_check_pooler(struct ctx *ctx, struct doctor *d)
{
	const char *host = db_option(ctx, "host"), *port = db_option(ctx, "port");

	if (!db_is_pooler(host, port))
		return E_OK;
	if (str_eq(conf()->database_prepare, "on"))
		doctor_fail(d, "prepared statements, through a pooler",
		    "In transaction mode a statement may be missing, or be another client's.",
		    "DATABASE_PREPARE=off");
	doctor_warn(d,
	    SAYS(ctx, "%s, port %s, is a pooler", host != NULL ? host : "this machine",
	        port != NULL ? port : "5432"),
	    "migrate takes a lock and minutes, which a pooler may not give it.",
	    "Run posternctl migrate with the DATABASE_URL of the database itself");
	return E_OK;
}
