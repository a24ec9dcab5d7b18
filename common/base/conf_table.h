/* SPDX-License-Identifier: ISC */
/* conf_table: the settings as rows, for conf.c and conf_print.c. */
#ifndef BASE_CONF_TABLE_H
#define BASE_CONF_TABLE_H

#include <stddef.h>

enum conf_type { T_TEXT, T_ENUM, T_BOOL, T_INT };

enum conf_flags { CONF_PLAIN = 0, CONF_SECRET = 1, CONF_HIDE_PASSWORD = 2, CONF_URL = 4 };

struct conf_row {
	const char *key;
	enum conf_type type;
	size_t offset;
	const char *def;
	const char *choices;
	long min, max;
	int flags;
	const char *doc;
};

extern const struct conf_row conf_rows[];
extern const size_t conf_row_count;

#endif
