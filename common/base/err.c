/* SPDX-License-Identifier: ISC */
/* err: the table behind the enum. */
#include "base/err.h"

static const struct {
	const char *name;
	int status;
	const char *code;
	const char *message;
} table[] = {
#define ERR(symbol, status, code, message) [E_##symbol] = { #symbol, status, code, message },
#include "base/err.def"
#undef ERR
};

int
err_status(enum err e)
{
	return table[e].status;
}

const char *
err_code(enum err e)
{
	return table[e].code;
}

const char *
err_message(enum err e)
{
	return table[e].message;
}

const char *
err_name(enum err e)
{
	return table[e].name;
}
