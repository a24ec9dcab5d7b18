/* SPDX-License-Identifier: ISC */
/* enc: base64, base64url, hex and percent encoding. */
#include "base/enc.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static const char std_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hex_digits[] = "0123456789abcdef";

static char *
encode64(struct arena *a, const unsigned char *in, size_t len, const char *alphabet, bool pad)
{
	char *out = arena_alloc(a, (len + 2) / 3 * 4 + 1), *o = out;
	size_t i;

	for (i = 0; i < len; i += 3) {
		unsigned v = (unsigned)in[i] << 16;

		if (i + 1 < len)
			v |= (unsigned)in[i + 1] << 8;
		if (i + 2 < len)
			v |= in[i + 2];
		*o++ = alphabet[v >> 18];
		*o++ = alphabet[v >> 12 & 63];
		if (i + 1 < len)
			*o++ = alphabet[v >> 6 & 63];
		else if (pad)
			*o++ = '=';
		if (i + 2 < len)
			*o++ = alphabet[v & 63];
		else if (pad)
			*o++ = '=';
	}
	return out;
}

char *
enc_base64(struct arena *a, const void *in, size_t len)
{
	return encode64(a, in, len, std_alphabet, true);
}

char *
enc_base64url(struct arena *a, const void *in, size_t len)
{
	return encode64(a, in, len, url_alphabet, false);
}

static int
url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

unsigned char *
enc_base64url_decode(struct arena *a, const char *s, size_t n, size_t *len)
{
	unsigned char *out, *o;
	unsigned v = 0;
	size_t i;
	int bits = 0, digit;

	if (n % 4 == 1)
		return NULL;
	out = o = arena_alloc(a, n / 4 * 3 + 3);
	for (i = 0; i < n; i++) {
		digit = url_value(s[i]);
		if (digit < 0)
			return NULL;
		v = (v << 6 | (unsigned)digit) & 0xFFFFFF;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*o++ = (unsigned char)(v >> bits);
		}
	}
	if ((v & ((1u << bits) - 1)) != 0)
		return NULL;
	*len = (size_t)(o - out);
	return out;
}

char *
enc_hex(struct arena *a, const void *in, size_t len)
{
	const unsigned char *p = in;
	char *out = arena_alloc(a, 2 * len + 1);
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = hex_digits[p[i] >> 4];
		out[2 * i + 1] = hex_digits[p[i] & 15];
	}
	return out;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

unsigned char *
enc_hex_decode(struct arena *a, const char *s, size_t *len)
{
	size_t i, n = strlen(s);
	unsigned char *out;

	if (n % 2 != 0)
		return NULL;
	out = arena_alloc(a, n / 2 + 1);
	for (i = 0; i < n / 2; i++) {
		int hi = hex_value(s[2 * i]), lo = hex_value(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return NULL;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	*len = n / 2;
	return out;
}

/* Letters, digits and what is in kept stay. */
static char *
encode(struct arena *a, const char *s, const char *kept)
{
	char *out = arena_alloc(a, 3 * strlen(s) + 1), *o = out;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c < 0x80 && isalnum(c)) || strchr(kept, c) != NULL) {
			*o++ = (char)c;
			continue;
		}
		*o++ = '%';
		*o++ = "0123456789ABCDEF"[c >> 4];
		*o++ = "0123456789ABCDEF"[c & 15];
	}
	return out;
}

char *
enc_percent(struct arena *a, const char *s)
{
	return encode(a, s, "-_.!~*'()");
}

char *
enc_form(struct arena *a, const char *s)
{
	char *out = encode(a, s, "*-._ "), *p;

	for (p = out; *p != '\0'; p++)
		if (*p == ' ')
			*p = '+';
	return out;
}

static char *
decode(struct arena *a, const char *s, size_t n, bool form)
{
	char *out = arena_alloc(a, n + 1), *o = out;
	size_t i;

	for (i = 0; i < n; i++) {
		int hi, lo;

		if (s[i] != '%') {
			*o++ = form && s[i] == '+' ? ' ' : s[i];
			continue;
		}
		if (n - i < 3)
			return NULL;
		hi = hex_value(s[i + 1]);
		lo = hex_value(s[i + 2]);
		if (hi < 0 || lo < 0 || (hi == 0 && lo == 0))
			return NULL;
		*o++ = (char)(hi << 4 | lo);
		i += 2;
	}
	return str_utf8_valid(out, (size_t)(o - out)) ? out : NULL;
}

char *
enc_percent_decode(struct arena *a, const char *s, size_t n)
{
	return decode(a, s, n, false);
}

char *
enc_form_decode(struct arena *a, const char *s, size_t n)
{
	return decode(a, s, n, true);
}
