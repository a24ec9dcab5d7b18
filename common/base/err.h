/* SPDX-License-Identifier: ISC */
/* err: the one enum for every failure. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
#define ERR(symbol, status, code, message) E_##symbol,
#include "base/err.def"
#undef ERR
	E_COUNT
};

/* Static text; never NULL. */
int err_status(enum err);
const char *err_code(enum err);
const char *err_message(enum err);
const char *err_name(enum err);

#endif
