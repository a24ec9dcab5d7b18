/* SPDX-License-Identifier: ISC */
/* failing: what a person sees when a link did not work. */
#include "flow/failing.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "http/link.h"

static const struct words {
	const char *code, *text;
} known[] = {
	{ "INVALID_TOKEN", "This link is not valid, or it was used before. Ask for a new one." },
	{ "TOKEN_EXPIRED", "This link is too old. Ask for a new one." },
	{ "USER_NOT_FOUND", "There is no such account (any more)." },
	{ "INVALID_USER", "This link belongs to another account than the one signed in here." },
	{ "state_mismatch", "Signing in took too long or began in another window. Try again." },
	{ "", "Something did not work. Go back and try again." },
};

const char *
failing_code(struct req *req)
{
	const char *code = req_query(req, "error"), *p;

	for (p = code; p != NULL && *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-' && *p != '\'')
			return "UNKNOWN";
	return code != NULL && *code != '\0' ? code : "UNKNOWN";
}

const char *
failing_url(struct req *req, const char *code)
{
	const char *more = req_query(req, "error_description");
	const char *url = link_append(req->ctx, conf()->error_url, "error", code);

	if (more != NULL && *more != '\0')
		url = link_append(req->ctx, url, "error_description", more);
	return url;
}

/* No script, no image, nothing from elsewhere; the code is letters, digits, "_-'" only. */
const char *
failing_page(struct ctx *ctx, const char *code)
{
	const struct words *w = known;

	while (*w->code != '\0' && !str_eq(w->code, code))
		w++;
	return str_printf(ctx->arena,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>That did not "
	    "work</title>\n"
	    "<main style=\"max-width:32rem;margin:15vh auto;padding:0 1rem;"
	    "font:1.1rem/1.6 system-ui,sans-serif\">\n<h1>That did not work</h1>\n<p>%s</p>\n"
	    "<p><a href=\"/\">To the first page</a></p>\n<p><small>%s</small></p>\n</main>\n",
	    w->text, code);
}
