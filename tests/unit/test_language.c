/* SPDX-License-Identifier: ISC */
/* language: Accept-Language. */
#include "http/language.c"

#include "suites.h"
#include "unit.h"

static const char *const tags[] = { "en", "de", "de-CH", "pt-BR", "zh-Hant" };

static const struct {
	const char *accept;
	size_t chosen;
} choices[] = {
	{ NULL, 0 },
	{ "", 0 },
	{ "de", 1 },
	{ "DE", 1 },
	{ "de-DE", 1 },
	{ "de-CH", 2 },
	{ "de-CH-1996", 2 },
	{ "de-x-saxon", 1 },
	{ "zh-Hant-a-extend1-TW", 4 },
	{ "zh", 0 },
	{ "pt", 0 }, /* lookup makes ranges shorter, not tags */
	{ "pt-BR,en;q=0.5", 3 },
	{ "en;q=0.5,pt-BR", 3 },
	{ "en;q=0.5,de;q=0.6", 1 },
	{ "en;q=0.5,de;q=0.50,pt-BR;q=0.501", 3 },
	{ "de;q=0.9 , en ; q=0.8", 1 },
	{ "fr, de;q=0.1", 1 },
	{ "fr", 0 },
	{ "*", 0 },
	{ "fr,*;q=0.1", 0 },
	{ "en;q=0,*", 1 },
	{ "en;q=0,de;q=0,*", 3 },
	{ "de-CH;q=0,de-CH-1996,pt-BR;q=0.2", 3 },
	{ "de;q=0", 0 },
	{ "de;q=2", 0 },
	{ "de;q=", 0 },
	{ "de;q=0.1234", 0 },
	{ "de;x=1", 0 },
	{ "de;q=x", 0 },
	{ "de;q=1.000", 1 },
	{ "de;q=1.001", 0 },
	{ ",,;q=1,de", 1 },
	{ "-", 0 },
	{ "--,-de,de-", 1 },
	{ "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,a,b,c,d,e,f,de", 0 },
};

START_TEST(the_heaviest_language_that_is_there_is_chosen)
{
	ck_assert_msg(language_choose(choices[_i].accept, tags, 5) == choices[_i].chosen, "%s",
	    choices[_i].accept);
}
END_TEST

Suite *
suite_language(void)
{
	Suite *s = suite_create("language");
	TCase *tc = unit_case(s, "choices");

	unit_table(tc, the_heaviest_language_that_is_there_is_chosen, choices);
	return s;
}
