/* SPDX-License-Identifier: ISC */
/* suffix: public suffixes, and hosts of many sites. */
#include "port/suffix.h"

#ifdef HAVE_LIBPSL
#include <libpsl.h>
#endif

#include <stddef.h>
#include <string.h>

#include "base/str.h"

/* Better no list than none of the hosts where sites like these live. */
static const char *const hosts[] = { "vercel.app", "now.sh", "netlify.app", "github.io",
	"gitlab.io", "herokuapp.com", "fly.dev", "pages.dev", "workers.dev", "onrender.com",
	"railway.app", "up.railway.app", "web.app", "firebaseapp.com", "azurewebsites.net",
	"cloudfront.net", "surge.sh", "glitch.me", "replit.app", "deno.dev" };

static bool
is_known_host(const char *host)
{
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (str_eq(host, hosts[i]))
			return true;
	return false;
}

/* co.uk, com.au and their like. */
static bool
is_second_level(const char *host)
{
	static const char *const labels[] = { "co", "com", "org", "net", "ac", "gov", "edu" };
	size_t i, n = strcspn(host, ".");

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strlen(labels[i]) == n && strncmp(host, labels[i], n) == 0)
			return strlen(host) == n + 3;
	return false;
}

static bool
is_listed(const char *host)
{
#ifdef HAVE_LIBPSL
	const psl_ctx_t *psl = psl_builtin();

	if (psl != NULL)
		return psl_is_public_suffix(psl, host) == 1;
#endif
	return is_second_level(host);
}

bool
suffix_is_public(const char *host)
{
	return strchr(host, '.') == NULL || is_known_host(host) || is_listed(host);
}

static bool
is_address(const char *host)
{
	return *host == '[' || host[strspn(host, "0123456789.")] == '\0';
}

const char *
suffix_site(const char *host)
{
	const char *rest, *site = host;

	if (is_address(host) || suffix_is_public(host))
		return host;
	while ((rest = strchr(site, '.')) != NULL && !suffix_is_public(rest + 1))
		site = rest + 1;
	return site;
}
