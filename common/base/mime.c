/* SPDX-License-Identifier: ISC */
/* mime: the encodings of mail. */
#include "base/mime.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/str.h"

#define LINE 76
#define WORD_BYTES 36 /* 60 characters with all around them: room for "Message-ID: " */
#define PLAIN_MAX 60
#define ADDRESS_MAX 254
#define LOCAL_MAX 64

void
mime_date(int64_t ms, char out[static MIME_DATE_SIZE])
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[CLOCK_ISO_SIZE];
	int64_t day, month;

	clock_iso(ms, iso);
	clock_parse(iso, &ms); /* clamped */
	day = ((ms - (ms < 0 ? 86399999 : 0)) / 86400000 % 7 + 7) % 7;
	month = (iso[5] - '0') * 10 + iso[6] - '1';
	snprintf(out, MIME_DATE_SIZE, "%.3s, %.2s %.3s %.4s %.8s +0000", days + 3 * day, iso + 8,
	    months + 3 * month, iso, iso + 11);
}

/* A space or tab that ends a line would be lost on the way. */
static bool
is_quoted_plain(const char *s)
{
	unsigned char c = (unsigned char)*s;

	if (c == ' ' || c == '\t')
		return s[1] != '\0' && s[1] != '\n' && s[1] != '\r';
	return c > 0x20 && c < 0x7F && c != '=';
}

void
mime_add_quoted(struct buf *b, const char *text)
{
	size_t column = 0, width;

	for (; *text != '\0'; text++) {
		if (*text == '\n' || (*text == '\r' && text[1] == '\n')) {
			text += *text == '\r';
			buf_add(b, "\r\n");
			column = 0;
			continue;
		}
		width = is_quoted_plain(text) ? 1 : 3;
		if (column + width > LINE - 1) {
			buf_add(b, "=\r\n");
			column = 0;
		}
		if (width == 1)
			buf_char(b, *text);
		else
			buf_printf(b, "=%02X", (unsigned char)*text);
		column += width;
	}
}

static bool
is_plain_value(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7E)
			return false;
	return p - text <= PLAIN_MAX && strstr(text, "=?") == NULL;
}

/* Bytes of the next encoded word; a word holds whole characters. */
static size_t
word_length(const char *text)
{
	size_t n = strnlen(text, WORD_BYTES), i;

	if (text[n] == '\0')
		return n;
	for (i = n; i > n - 4; i--)
		if (((unsigned char)text[i] & 0xC0) != 0x80)
			return i;
	return n; /* no UTF-8 */
}

void
mime_add_value(struct buf *b, const char *text)
{
	char word[WORD_BYTES];
	size_t n, i;

	if (is_plain_value(text)) {
		buf_add(b, text);
		return;
	}
	for (; *text != '\0'; text += n) {
		n = word_length(text);
		memcpy(word, text, n);
		for (i = 0; i < n; i++)
			if ((unsigned char)word[i] < 0x20 || word[i] == 0x7F)
				word[i] = ' ';
		buf_printf(b, "=?UTF-8?B?%s?=%s", enc_base64(b->arena, word, n),
		    text[n] != '\0' ? "\r\n " : "");
	}
}

static bool
is_label_end(char c)
{
	return c == '.' || c == '\0';
}

/* Labels of letters, digits and hyphens: no address literals. */
static bool
is_domain(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' &&
		    (*p != '.' || p == s || is_label_end(p[1])))
			return false;
	return p > s;
}

bool
mime_is_address(const char *s)
{
	const char *at = strrchr(s, '@'), *p;

	if (at == NULL || at == s || at - s > LOCAL_MAX || strlen(s) > ADDRESS_MAX)
		return false;
	for (p = s; p < at; p++)
		if (!isalnum((unsigned char)*p) && strchr("!#$%&'*+/=?^_`{|}~-.", *p) == NULL)
			return false;
	return *s != '-' && is_domain(at + 1);
}
