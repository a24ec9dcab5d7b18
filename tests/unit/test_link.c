/* SPDX-License-Identifier: ISC */
/* link: parameters added to addresses, as JavaScript's URL does. */
#include "http/link.h"

#include "suites.h"
#include "unit.h"

/* What appendQueryParams and searchParams.set of the peer made of them; the site is
 * http://localhost:4101. */
static const struct {
	const char *url, *appended, *set;
} rows[] = {
	{ "/", "/?e=A+b", "http://localhost:4101/?e=A+b" },
	{ "/ok", "/ok?e=A+b", "http://localhost:4101/ok?e=A+b" },
	{ "/ok?a=1", "/ok?a=1&e=A+b", "http://localhost:4101/ok?a=1&e=A+b" },
	{ "/ok?a=1&", "/ok?a=1&e=A+b", "http://localhost:4101/ok?a=1&e=A+b" },
	{ "/ok?e=1&a=2&e=3", "/ok?e=1&a=2&e=3&e=A+b", "http://localhost:4101/ok?e=A+b&a=2" },
	{ "/ok#h", "/ok?e=A+b#h", "http://localhost:4101/ok?e=A+b#h" },
	{ "/ok?a=1#h?x", "/ok?a=1&e=A+b#h?x", "http://localhost:4101/ok?a=1&e=A+b#h?x" },
	{ "/a b", "/a%20b?e=A+b", "http://localhost:4101/a%20b?e=A+b" },
	{ "/%C3%A4", "/%C3%A4?e=A+b", "http://localhost:4101/%C3%A4?e=A+b" },
	{ "/\xC3\xA4?\xC3\xA4", "/%C3%A4?%C3%A4&e=A+b",
	    "http://localhost:4101/%C3%A4?%C3%A4=&e=A+b" },
	{ "/?a=b%20c", "/?a=b%20c&e=A+b", "http://localhost:4101/?a=b+c&e=A+b" },
	{ "http://Localhost:3000", "http://localhost:3000/?e=A+b",
	    "http://localhost:3000/?e=A+b" },
	{ "http://localhost:3000/r?a=1#h", "http://localhost:3000/r?a=1&e=A+b#h",
	    "http://localhost:3000/r?a=1&e=A+b#h" },
	{ "https://x.example?a", "https://x.example/?a&e=A+b",
	    "https://x.example/?a=&e=A+b" },
	{ "myapp://cb/x", "myapp://cb/x?e=A+b", "myapp://cb/x?e=A+b" },
};

START_TEST(a_parameter_is_added)
{
	ck_assert_str_eq(link_append(unit_ctx, rows[_i].url, "e", "A b"), rows[_i].appended);
	ck_assert_str_eq(link_set(unit_ctx, rows[_i].url, "e", "A b"), rows[_i].set);
}
END_TEST

Suite *
suite_link(void)
{
	Suite *s = suite_create("link");

	unit_table(unit_case(s, "link"), a_parameter_is_added, rows);
	return s;
}
