/* SPDX-License-Identifier: ISC */
/* enc: the vectors of RFC 4648, and strictness. */
#include "base/enc.h"

#include <string.h>

#include "base/str.h"
#include "suites.h"
#include "unit.h"

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *base64, *base64url, *hex;
} rfc4648[] = {
	{ "", "", "", "" },
	{ "f", "Zg==", "Zg", "66" },
	{ "fo", "Zm8=", "Zm8", "666f" },
	{ "foo", "Zm9v", "Zm9v", "666f6f" },
	{ "foob", "Zm9vYg==", "Zm9vYg", "666f6f62" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
	{ "\xFB\xEF\xBE", "++++", "----", "fbefbe" },
	{ "\xFF\xFF\xFF", "////", "____", "ffffff" },
	{ "\xFB\xFF", "+/8=", "-_8", "fbff" },
};

START_TEST(the_vectors_of_rfc_4648_hold)
{
	const char *plain = rfc4648[_i].plain, *url = rfc4648[_i].base64url;
	size_t n = strlen(plain), len = 99;
	unsigned char *back;

	ck_assert_str_eq(enc_base64(unit_arena, plain, n), rfc4648[_i].base64);
	ck_assert_str_eq(enc_base64url(unit_arena, plain, n), url);
	ck_assert_str_eq(enc_hex(unit_arena, plain, n), rfc4648[_i].hex);
	back = enc_base64url_decode(unit_arena, url, strlen(url), &len);
	ck_assert_ptr_nonnull(back);
	ck_assert_uint_eq(len, n);
	ck_assert_mem_eq(back, plain, n + 1);
	back = enc_hex_decode(unit_arena, rfc4648[_i].hex, &len);
	ck_assert_ptr_nonnull(back);
	ck_assert_uint_eq(len, n);
	ck_assert_mem_eq(back, plain, n + 1);
}
END_TEST

START_TEST(any_bytes_come_back)
{
	unsigned char bytes[64], *back;
	size_t n, i, len;
	char *text;

	for (n = 0; n <= sizeof(bytes); n++) {
		for (i = 0; i < n; i++)
			bytes[i] = (unsigned char)(i * 37 + n * 11);
		text = enc_base64url(unit_arena, bytes, n);
		back = enc_base64url_decode(unit_arena, text, strlen(text), &len);
		ck_assert_ptr_nonnull(back);
		ck_assert_uint_eq(len, n);
		ck_assert_mem_eq(back, bytes, n);
		back = enc_hex_decode(unit_arena, enc_hex(unit_arena, bytes, n), &len);
		ck_assert_uint_eq(len, n);
		ck_assert_mem_eq(back, bytes, n);
	}
}
END_TEST

#define S(text) text, sizeof(text) - 1

static const struct {
	const char *s;
	size_t n;
} no_base64url[] = {
	{ S("Zg==") },
	{ S("Zm8=") },
	{ S("Zg=") },
	{ S("=") },
	{ S("====") }, /* padding */
	{ S("Z") },
	{ S("Zm9vY") }, /* one character says nothing */
	{ S("Zh") },
	{ S("Zm9") },
	{ S("Zm-") },
	{ S("_x") },
	{ S("AB") }, /* stray bits */
	{ S("Zm+/") },
	{ S("+A") },
	{ S("/w") }, /* the other alphabet */
	{ S(" Zg") },
	{ S("Zg ") },
	{ S("Zm9v\n") },
	{ S("Zm9v\r\n") },
	{ S("Zm 9v") },
	{ S("Zm9v.") },
	{ S("Zm\0v") },
	{ S("Zg\0\0") },
	{ S("Zm9\x80") },
	{ S("\xFF\xFF") },
	{ S("Zm9,") },
	{ S("Zm9@") },
	{ S("Zm9[") },
	{ S("Zm9`") },
	{ S("Zm9{") },
	{ S("Zm9:") },
};

START_TEST(base64url_is_read_strictly)
{
	size_t len;

	ck_assert_ptr_null(
	    enc_base64url_decode(unit_arena, no_base64url[_i].s, no_base64url[_i].n, &len));
}
END_TEST

/* A text of two characters is read if and only if writing its byte gives it again. */
START_TEST(base64url_has_one_text_for_each_value)
{
	size_t len, accepted = 0;
	unsigned a, b;

	for (a = 0; a < 256; a++) {
		for (b = 0; b < 256; b++) {
			char text[3] = { (char)a, (char)b, '\0' };
			unsigned char *v = enc_base64url_decode(unit_arena, text, 2, &len);

			if (v == NULL)
				continue;
			ck_assert_uint_eq(len, 1);
			ck_assert_str_eq(enc_base64url(unit_arena, v, 1), text);
			accepted++;
		}
	}
	ck_assert_uint_eq(accepted, 256);
}
END_TEST

START_TEST(decoding_stops_where_it_is_told)
{
	size_t len;

	ck_assert_str_eq((char *)enc_base64url_decode(unit_arena, "Zm9vYmFy!", 8, &len), "foobar");
	ck_assert_str_eq((char *)enc_base64url_decode(unit_arena, "Zm9vYmFy!", 4, &len), "foo");
	ck_assert_str_eq((char *)enc_base64url_decode(unit_arena, "Zm9v", 0, &len), "");
	ck_assert_uint_eq(len, 0);
}
END_TEST

static const char *const no_hex[] = {
	"0",
	"abc",
	"0g",
	"g0",
	" 00",
	"00 ",
	"0x00",
	"\xC3\xA4",
	"00\n0",
	"-1",
	"/0",
	":0",
	"@0",
	"`0",
	"G0",
	"0G",
};

START_TEST(hex_is_read_strictly)
{
	size_t len;

	ck_assert_ptr_null(enc_hex_decode(unit_arena, no_hex[_i], &len));
}
END_TEST

START_TEST(hex_of_both_cases_is_read)
{
	size_t len;

	ck_assert_mem_eq(enc_hex_decode(unit_arena, "00AbCdEfaBcDeF", &len),
	    "\x00\xAB\xCD\xEF\xAB\xCD\xEF", 8);
	ck_assert_uint_eq(len, 7);
}
END_TEST

static const struct {
	const char *plain, *escaped;
} percents[] = {
	{ "", "" },
	{ "AZaz09-_.!~*'()", "AZaz09-_.!~*'()" },
	{ " ", "%20" },
	{ "\"#$%&+,/:;<=>?@[\\]^`{|}",
	    "%22%23%24%25%26%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D" },
	{ "\x01\x1F\x7F", "%01%1F%7F" },
	{ "\xC3\xA4\xE2\x82\xAC", "%C3%A4%E2%82%AC" },
	{ "\xF0\x9F\x98\x80", "%F0%9F%98%80" },
};

START_TEST(percent_encoding_is_javascripts)
{
	const char *text = percents[_i].escaped;

	ck_assert_str_eq(enc_percent(unit_arena, percents[_i].plain), text);
	ck_assert_str_eq(enc_percent_decode(unit_arena, text, strlen(text)), percents[_i].plain);
	ck_assert_str_eq(enc_form_decode(unit_arena, text, strlen(text)), percents[_i].plain);
}
END_TEST

static const struct {
	const char *in, *percent, *form; /* NULL: refused */
} decodings[] = {
	{ "a+b", "a+b", "a b" },
	{ "a%2bb", "a+b", "a+b" },
	{ "a%2Bb", "a+b", "a+b" },
	{ "%41%4a%4A", "AJJ", "AJJ" },
	{ "%2541", "%41", "%41" },
	{ "%", NULL, NULL },
	{ "a%", NULL, NULL },
	{ "%4", NULL, NULL },
	{ "%zz", NULL, NULL },
	{ "%4g", NULL, NULL },
	{ "%g4", NULL, NULL },
	{ "% 4", NULL, NULL },
	{ "%+4", NULL, NULL },
	{ "%%41", NULL, NULL },
	{ "%00", NULL, NULL },
	{ "a%00b", NULL, NULL },
	{ "%C3%A4", "\xC3\xA4", "\xC3\xA4" },
	{ "%C3", NULL, NULL },
	{ "%A4", NULL, NULL },
	{ "%C0%80", NULL, NULL },
	{ "%ED%A0%80", NULL, NULL },
	{ "%FF", NULL, NULL },
	{ "\xC3%A4", "\xC3\xA4", "\xC3\xA4" },
	{ "\xFF", NULL, NULL },
};

START_TEST(escapes_are_read_strictly)
{
	const char *in = decodings[_i].in;
	const char *percent = enc_percent_decode(unit_arena, in, strlen(in));
	const char *form = enc_form_decode(unit_arena, in, strlen(in));

	ck_assert_pstr_eq(percent, decodings[_i].percent);
	ck_assert_pstr_eq(form, decodings[_i].form);
}
END_TEST

START_TEST(an_escape_is_not_read_beyond_its_text)
{
	ck_assert_ptr_null(enc_percent_decode(unit_arena, "a%41", 3));
	ck_assert_ptr_null(enc_percent_decode(unit_arena, "a%41", 2));
	ck_assert_str_eq(enc_percent_decode(unit_arena, "a%41", 1), "a");
}
END_TEST

Suite *
suite_enc(void)
{
	Suite *s = suite_create("enc");
	TCase *tc = unit_case(s, "enc");

	unit_table(tc, the_vectors_of_rfc_4648_hold, rfc4648);
	tcase_add_test(tc, any_bytes_come_back);
	unit_table(tc, base64url_is_read_strictly, no_base64url);
	tcase_add_test(tc, base64url_has_one_text_for_each_value);
	tcase_add_test(tc, decoding_stops_where_it_is_told);
	unit_table(tc, hex_is_read_strictly, no_hex);
	tcase_add_test(tc, hex_of_both_cases_is_read);
	unit_table(tc, percent_encoding_is_javascripts, percents);
	unit_table(tc, escapes_are_read_strictly, decodings);
	tcase_add_test(tc, an_escape_is_not_read_beyond_its_text);
	return s;
}
