/* SPDX-License-Identifier: ISC */
/* conf_claims: answers that tokens and the gate tell. */
#include "base/conf_claims.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"

#define NAME_MAX_BYTES 64
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Claims of RFC 7519, and every member of a user, whatever plugins this database has. */
static const char reserved[] =
    "iss,sub,aud,exp,iat,nbf,jti,id,name,email,emailVerified,image,createdAt,updatedAt,"
    "isAnonymous,twoFactorEnabled,username,displayUsername,role,banned,banReason,banExpires,"
    "hasProfile";

/* Headers and variables do not tell capitals apart, so names must not differ by them alone. */
bool
conf_claims_is_reserved(const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < sizeof(reserved) - 1; i += strcspn(reserved + i, ",") + 1)
		if (strcspn(reserved + i, ",") == n && strncasecmp(reserved + i, name, n) == 0)
			return true;
	return false;
}

static bool
is_name(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= NAME_MAX_BYTES && strchr(LETTERS, *name) != NULL &&
	    strspn(name, LETTERS "0123456789_") == n;
}

static const char *
take(struct arena *a, char *entry, struct conf_claim out[CONF_CLAIMS_MAX], size_t n)
{
	char *eq = strchr(entry, '=');
	const char *name;
	size_t i;

	if (eq == NULL)
		return str_printf(a, "'%s' is not NAME=PATH", entry);
	name = str_trim(a, entry, (size_t)(eq - entry));
	if (!is_name(name))
		return str_printf(a, "'%s' is no name: letters, digits and _, a letter first",
		    name);
	if (conf_claims_is_reserved(name))
		return str_printf(a, "'%s' is a claim that tokens have already", name);
	if (n == CONF_CLAIMS_MAX)
		return "has more than 16 entries";
	for (i = 0; i < n; i++)
		if (str_eq_nocase(out[i].name, name))
			return str_printf(a, "'%s' is there twice", name);
	out[n].name = name;
	out[n].path = str_trim(a, eq + 1, strlen(eq + 1));
	return NULL;
}

const char *
conf_claims_read(struct arena *a, const char *list, struct conf_claim out[CONF_CLAIMS_MAX],
    size_t *n)
{
	const char *wrong;
	char *entry;

	*n = 0;
	while ((entry = str_next(a, &list, ',')) != NULL) {
		wrong = take(a, entry, out, *n);
		if (wrong != NULL)
			return wrong;
		++*n;
	}
	return NULL;
}
