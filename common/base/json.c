/* SPDX-License-Identifier: ISC */
/* json: writer and grammar. */
#include "base/json.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

struct json
json_new(struct arena *a, size_t hint)
{
	return (struct json) { .buf = buf_new(a, hint) };
}

const char *
json_done(struct json *j)
{
	return j->buf.p;
}

static void
put_string(struct buf *b, const char *s)
{
	const char *plain = s;
	unsigned char c;

	buf_char(b, '"');
	for (; (c = (unsigned char)*s) != '\0'; s++) {
		const char *at;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_addn(b, plain, (size_t)(s - plain));
		plain = s + 1;
		at = strchr("\"\"\\\\\bb\ff\nn\rr\tt", c);
		if (at != NULL)
			buf_printf(b, "\\%c", at[1]);
		else
			buf_printf(b, "\\u%04x", c);
	}
	buf_addn(b, plain, (size_t)(s - plain));
	buf_char(b, '"');
}

static void
begin(struct json *j, const char *key)
{
	if (j->comma)
		buf_char(&j->buf, ',');
	j->comma = true;
	if (key == NULL)
		return;
	put_string(&j->buf, key);
	buf_char(&j->buf, ':');
}

void
json_open(struct json *j, const char *key)
{
	begin(j, key);
	buf_char(&j->buf, '{');
	j->comma = false;
}

void
json_close(struct json *j)
{
	buf_char(&j->buf, '}');
	j->comma = true;
}

void
json_open_array(struct json *j, const char *key)
{
	begin(j, key);
	buf_char(&j->buf, '[');
	j->comma = false;
}

void
json_close_array(struct json *j)
{
	buf_char(&j->buf, ']');
	j->comma = true;
}

void
json_text(struct json *j, const char *key, const char *text)
{
	if (text == NULL) {
		json_null(j, key);
		return;
	}
	begin(j, key);
	put_string(&j->buf, text);
}

void
json_int(struct json *j, const char *key, int64_t n)
{
	begin(j, key);
	buf_printf(&j->buf, "%" PRId64, n);
}

void
json_flag(struct json *j, const char *key, bool value)
{
	json_raw(j, key, value ? "true" : "false");
}

void
json_null(struct json *j, const char *key)
{
	json_raw(j, key, "null");
}

void
json_stamp(struct json *j, const char *key, struct stamp at)
{
	char text[CLOCK_ISO_SIZE];

	if (at.ms == STAMP_NULL) {
		json_null(j, key);
		return;
	}
	clock_iso(at.ms, text);
	json_text(j, key, text);
}

void
json_raw(struct json *j, const char *key, const char *text)
{
	begin(j, key);
	buf_add(&j->buf, text);
}

const char *
json_compact(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, strlen(text) + 1), *o = out;
	bool in_string = false;

	for (; *text != '\0'; text++) {
		if (!in_string && strchr(" \t\r\n", *text) != NULL)
			continue;
		*o++ = *text;
		if (*text == '"')
			in_string = !in_string;
		else if (in_string && *text == '\\' && text[1] != '\0')
			*o++ = *++text;
	}
	return out;
}

/* The grammar: a scanner with an explicit stack of one bit per level, so that depth costs
 * no C stack. */
#define DEPTH_LIMIT 512

struct scan {
	const char *p;
	const char *end;
	unsigned depth;
	bool nul;        /* an escape stood for U+0000 */
	bool nul_in_key; /* in a key */
	bool object[DEPTH_LIMIT];
};

static void
skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool
scan_digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && isdigit((unsigned char)*s->p))
		s->p++;
	return s->p > start;
}

static bool
scan_number(struct scan *s)
{
	if (s->p < s->end && *s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0')
		s->p++;
	else if (!scan_digits(s))
		return false;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (!scan_digits(s))
			return false;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		return scan_digits(s);
	}
	return true;
}

static bool
scan_escape(struct scan *s)
{
	const char *digits = s->p + 1;
	int i;

	if (s->p == s->end)
		return false;
	if (*s->p != 'u')
		return memchr("\"\\/bfnrt", *s->p++, 8) != NULL;
	s->p++;
	for (i = 0; i < 4; i++, s->p++)
		if (s->p == s->end || !isxdigit((unsigned char)*s->p))
			return false;
	s->nul = s->nul || strncmp(digits, "0000", 4) == 0;
	return true;
}

static bool
scan_string(struct scan *s)
{
	if (s->p == s->end || *s->p != '"')
		return false;
	for (s->p++; s->p < s->end;) {
		unsigned char c = (unsigned char)*s->p++;

		if (c == '"')
			return true;
		if (c < 0x20)
			return false;
		if (c == '\\' && !scan_escape(s))
			return false;
	}
	return false;
}

/* "key": */
static bool
scan_key(struct scan *s)
{
	skip_space(s);
	s->nul = false;
	if (!scan_string(s))
		return false;
	s->nul_in_key = s->nul_in_key || s->nul;
	skip_space(s);
	return scan_word(s, ":");
}

/* One value, or the opening of one; *open tells which. */
static bool
scan_value(struct scan *s, unsigned max_depth, bool *open)
{
	skip_space(s);
	*open = false;
	if (s->p == s->end)
		return false;
	switch (*s->p) {
	case '{':
	case '[':
		if (s->depth == max_depth)
			return false;
		s->object[s->depth++] = *s->p++ == '{';
		*open = true;
		return true;
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* After a value: closes what ends here; *more says that another member follows. */
static bool
scan_after(struct scan *s, bool *more)
{
	for (*more = false; s->depth > 0;) {
		bool object = s->object[s->depth - 1];

		skip_space(s);
		if (s->p == s->end)
			return false;
		if (*s->p == ',') {
			s->p++;
			*more = true;
			return !object || scan_key(s);
		}
		if (*s->p != (object ? '}' : ']'))
			return false;
		s->p++;
		s->depth--;
	}
	return true;
}

/* After an opening: an empty one closes at once, an object wants its first key. */
static bool
scan_opened(struct scan *s, bool *closed)
{
	bool object = s->object[s->depth - 1];

	skip_space(s);
	*closed = s->p < s->end && *s->p == (object ? '}' : ']');
	if (!*closed)
		return !object || scan_key(s);
	s->p++;
	s->depth--;
	return true;
}

static bool
scan_text(struct scan *s, unsigned max_depth)
{
	bool more = true, open, closed;

	assert(max_depth <= DEPTH_LIMIT);
	if (!str_utf8_valid(s->p, (size_t)(s->end - s->p)))
		return false;
	while (more) {
		if (!scan_value(s, max_depth, &open))
			return false;
		if (open && !scan_opened(s, &closed))
			return false;
		if (open && !closed)
			continue;
		if (!scan_after(s, &more))
			return false;
	}
	skip_space(s);
	return s->p == s->end;
}

bool
json_valid(const char *text, size_t len, unsigned max_depth)
{
	struct scan s = { .p = text, .end = text + len };

	return scan_text(&s, max_depth);
}

bool
json_readable(const char *text, size_t len, unsigned max_depth)
{
	struct scan s = { .p = text, .end = text + len };

	return scan_text(&s, max_depth) && !s.nul_in_key;
}

size_t
json_fault(const char *text, size_t len, unsigned max_depth)
{
	struct scan s = { .p = text, .end = text + len };

	return scan_text(&s, max_depth) ? len : (size_t)(s.p - text);
}
