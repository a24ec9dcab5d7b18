/* SPDX-License-Identifier: ISC */
/* field: any JSON body against the fields of a sign-up, and the address rule against a
 * regular expression that says the same. */
#include <regex.h>

#include "fuzz.h"
#include "http/app.h"
#include "port/js.h"

static regex_t address;

static const struct field fields[] = {
	{ "name", FIELD_STRING, REQUIRED },
	{ "email", FIELD_EMAIL, REQUIRED },
	{ "password", FIELD_NONEMPTY, REQUIRED | SECRET },
	{ "rememberMe", FIELD_BOOL, OPTIONAL },
	{ 0 },
};

static void
prepare(void)
{
	FUZZ_CLAIM(regcomp(&address,
	               "^([A-Za-z0-9_'+-][A-Za-z0-9_'+.-]*)?[A-Za-z0-9_+-]@"
	               "([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$",
	               REG_EXTENDED | REG_NOSUB) == 0);
}

/* libFuzzer has no use for the quadratic time of regexec. */
static void
check_address(const char *text)
{
	if (strlen(text) < 200)
		FUZZ_CLAIM(field_is_email(text) ==
		    (regexec(&address, text, 0, NULL, 0) == 0 && strstr(text, "..") == NULL));
}

static void
run(const uint8_t *data, size_t size)
{
	struct route route = { .method = POST, .path = "/", .fields = fields };
	struct req req = { .ctx = &fuzz_ctx, .method = POST, .route = &route };
	struct reply reply = { .ctx = &fuzz_ctx, .status = 200 };
	bool ok;

	check_address(fuzz_text(data, size));
	req.body = js_parse(&fuzz_ctx, (const char *)data, size, &ok);
	if (!ok)
		return;
	if (field_check(&req, &reply) != E_OK) {
		FUZZ_CLAIM(reply.message != NULL && strncmp(reply.message, "[body", 5) == 0);
		return;
	}
	FUZZ_CLAIM(js_text(&fuzz_ctx, js_get(req.body, "name")) != NULL);
	FUZZ_CLAIM(*js_text(&fuzz_ctx, js_get(req.body, "password")) != '\0');
	check_address(js_text(&fuzz_ctx, js_get(req.body, "email")));
}

FUZZ_TARGET(prepare, run)
