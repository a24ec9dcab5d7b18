/* SPDX-License-Identifier: ISC */
/* letter: templates with {{placeholders}}, and the message around them. */
#include "flow/letter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/mime.h"
#include "base/str.h"
#include "store/outbox.h"

#define TEMPLATE_MAX 32768
#define URL_MAX 8192
#define NAME_MAX_CHARS 64
#define ID_MAX 64
#define DAY 86400

enum placeholder { NAME, URL, EMAIL, NEW_EMAIL, SITE, HOST, MINUTES, HOURS, PLACEHOLDERS };

static const char *const placeholder_names[PLACEHOLDERS] = {
	[NAME] = "name",
	[URL] = "url",
	[EMAIL] = "email",
	[NEW_EMAIL] = "newEmail",
	[SITE] = "site",
	[HOST] = "host",
	[MINUTES] = "minutes",
	[HOURS] = "hours",
};

/* How long the link works is the flow's business; what is not known cannot be said. */
enum life { LIFE_UNKNOWN, LIFE_VERIFICATION, LIFE_RESET, LIFE_DAY };

static const struct kind {
	const char *name;
	bool new_email;
	enum life life;
} kinds[] = {
	{ "verify-email", false, LIFE_VERIFICATION },
	{ "reset-password", false, LIFE_RESET },
	{ "change-email-confirmation", true, LIFE_VERIFICATION },
	{ "change-email-verification", true, LIFE_VERIFICATION },
	{ "delete-account", false, LIFE_DAY },
	{ "test", false, LIFE_UNKNOWN },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct template
{
	const char *subject;
	const char *text;
	const char *html;
};

struct letters {
	struct template templates[KINDS];
	const char *from;   /* local@domain */
	const char *sender; /* the value of From */
	const char *host;
};

static long
seconds_of(enum life life)
{
	switch (life) {
	case LIFE_VERIFICATION:
		return conf()->verification_expires;
	case LIFE_RESET:
		return conf()->reset_expires;
	case LIFE_DAY:
		return DAY;
	default:
		return 0;
	}
}

static bool
may_use(const struct kind *k, enum placeholder p)
{
	if (p == NEW_EMAIL)
		return k->new_email;
	return (p != MINUTES && p != HOURS) || k->life != LIFE_UNKNOWN;
}

/* The placeholder of {{name}} at s, PLACEHOLDERS when there is none of that name; *end is
 * behind its braces, NULL when they are not closed. */
static enum placeholder
placeholder_at(const char *s, const char **end)
{
	const char *name = s + 2, *close = strstr(name, "}}");
	int p;

	*end = close != NULL ? close + 2 : NULL;
	for (p = 0; close != NULL && p < PLACEHOLDERS; p++)
		if (strlen(placeholder_names[p]) == (size_t)(close - name) &&
		    strncmp(placeholder_names[p], name, (size_t)(close - name)) == 0)
			break;
	return close != NULL ? (enum placeholder)p : PLACEHOLDERS;
}

/* NULL, or what is wrong with the template, with its line. */
static const char *
find_mistake(struct arena *a, const struct kind *k, const char *path, const char *text)
{
	const char *at, *end, *s;
	enum placeholder p;
	unsigned line = 1;

	for (s = text; (at = strstr(s, "{{")) != NULL; s = end) {
		for (; s < at; s++)
			line += *s == '\n';
		p = placeholder_at(at, &end);
		if (p == PLACEHOLDERS || !may_use(k, p))
			return str_printf(a, "%s:%u: %.*s is nothing this mail has", path, line,
			    (int)strcspn(at, " \t\r\n") > 40 ? 40 : (int)strcspn(at, " \t\r\n"),
			    at);
	}
	return NULL;
}

static char *
read_template(struct arena *a, const char *path, const char **why)
{
	char *text = arena_alloc(a, TEMPLATE_MAX + 1);
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL) {
		*why = str_printf(a, "%s: %s", path, strerror(errno));
		return NULL;
	}
	n = fread(text, 1, TEMPLATE_MAX + 1, f);
	if (ferror(f) != 0)
		*why = str_printf(a, "%s: %s", path, strerror(errno));
	else if (n > TEMPLATE_MAX)
		*why = str_printf(a, "%s: is longer than %d bytes", path, TEMPLATE_MAX);
	else if (strlen(text) != n || !str_utf8_valid(text, n))
		*why = str_printf(a, "%s: is no text in UTF-8", path);
	else if (n == 0)
		*why = str_printf(a, "%s:1: is empty", path);
	fclose(f);
	return *why == NULL ? text : NULL;
}

/* Takes the line "Subject: ..." and the empty one that may follow off the text. */
static bool
split_subject(struct arena *a, struct template *t)
{
	const char *line = t->text + strlen("Subject:");
	size_t n;

	if (!str_starts(t->text, "Subject:"))
		return false;
	n = strcspn(line, "\n");
	t->subject = str_trim(a, line, strcspn(line, "\r\n"));
	t->text = line + n + (line[n] == '\n');
	t->text += strspn(t->text, "\r\n");
	return *t->subject != '\0' && *t->text != '\0';
}

static bool
load_template(struct arena *a, const struct kind *k, struct template *t, const char **why)
{
	const char *text_path = str_printf(a, "%s/%s.txt", conf()->mail_templates, k->name);
	const char *html_path = str_printf(a, "%s/%s.html", conf()->mail_templates, k->name);

	t->text = read_template(a, text_path, why);
	if (t->text == NULL || (*why = find_mistake(a, k, text_path, t->text)) != NULL)
		return false;
	t->html = read_template(a, html_path, why);
	if (t->html == NULL || (*why = find_mistake(a, k, html_path, t->html)) != NULL)
		return false;
	if (!split_subject(a, t))
		*why = str_printf(a, "%s:1: must be \"Subject: ...\", and a text must follow",
		    text_path);
	return *why == NULL;
}

/* "example.com" of the site's address; no port. */
static const char *
site_host(struct arena *a)
{
	const char *host = strstr(conf()->origin, "://") + 3;

	return arena_strndup(a, host, *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":"));
}

/* A name in quotes or in encoded words; a quote within would end it. */
static const char *
sender_value(struct arena *a, const char *name, const char *address)
{
	struct buf b = buf_new(a, 128);
	const char *p;

	for (p = name; (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7F; p++)
		;
	if (*name != '\0' && *p == '\0')
		buf_printf(&b, "\"%s\" ", name);
	else if (*name != '\0')
		mime_add_value(&b, name), buf_add(&b, "\r\n ");
	buf_printf(&b, "<%s>", address);
	return b.p;
}

/* MAIL_FROM is "Name <local@domain>" or the address alone; unset, it is no-reply at the
 * site's host. */
static bool
load_sender(struct arena *a, struct letters *l)
{
	const char *from = conf()->mail_from, *open = strrchr(from, '<');
	char *name;

	if (*from == '\0')
		from = str_printf(a, "no-reply@%s", *l->host == '[' ? "localhost" : l->host);
	l->from = str_trim(a, from, strlen(from));
	name = arena_strdup(a, "");
	if (open != NULL && str_ends(l->from, ">")) {
		l->from = arena_strndup(a, open + 1, strcspn(open + 1, ">"));
		name = str_trim(a, from, (size_t)(open - from));
	}
	if (*name == '"' && strlen(name) > 1 && str_ends(name, "\"")) {
		name[strlen(name) - 1] = '\0';
		name++;
	}
	l->sender = sender_value(a, name, l->from);
	return mime_is_address(l->from) && strpbrk(name, "\"\\\r\n") == NULL &&
	    str_utf8_valid(name, strlen(name)) && strlen(name) < 200;
}

const struct letters *
letter_load(struct arena *a, const char **why)
{
	struct letters *l = arena_alloc(a, sizeof(*l));
	size_t i;

	*why = NULL;
	l->host = site_host(a);
	if (!load_sender(a, l)) {
		*why = str_printf(a, "MAIL_FROM: '%s' is no address", conf()->mail_from);
		return NULL;
	}
	for (i = 0; i < KINDS; i++)
		if (!load_template(a, &kinds[i], &l->templates[i], why))
			return NULL;
	return l;
}

/* Characters that turn the direction of text or end its line in disguise: U+2028 to
 * U+202E, U+2066 to U+2069. */
static bool
is_trick(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	return u[0] == 0xE2 &&
	    ((u[1] == 0x80 && u[2] >= 0xA8 && u[2] <= 0xAE) ||
	        (u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9));
}

/* Programs that show mail make a link of anything like an address: with a name of their
 * choice, strangers could send advertisements in ours to anybody. */
static bool
is_like_link(const char *name)
{
	const char *dot;

	if (strpbrk(name, "/@\\:<>") != NULL)
		return true;
	for (dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		if (dot[1] != '\0' && dot[1] != ' ' && dot[1] != '.')
			return true;
	return false;
}

/* The name in one line and at most 64 characters, or else the address. */
static const char *
shown_name(struct ctx *ctx, const char *name, const char *address)
{
	struct buf b = buf_new(ctx->arena, 128);
	size_t chars = 0;

	if (name == NULL || !str_utf8_valid(name, strlen(name)))
		return address;
	for (; *name != '\0'; name++) {
		if (is_trick(name)) {
			name += 2;
			continue;
		}
		if (((unsigned char)*name & 0xC0) != 0x80 && ++chars > NAME_MAX_CHARS)
			break;
		if ((unsigned char)*name > 0x20 && *name != 0x7F)
			buf_char(&b, *name);
		else if (b.len > 0 && b.p[b.len - 1] != ' ')
			buf_char(&b, ' ');
	}
	name = str_trim(ctx->arena, b.p, b.len);
	return *name == '\0' || is_like_link(name) ? address : name;
}

static const char *
html_escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void
add_value(struct buf *b, const char *value, bool html)
{
	const char *escaped;

	for (; *value != '\0'; value++) {
		escaped = html ? html_escape(*value) : NULL;
		if (escaped != NULL)
			buf_add(b, escaped);
		else
			buf_char(b, *value);
	}
}

/* The template was checked: every placeholder is one of ours. */
static const char *
fill(struct ctx *ctx, const char *template, const char *const *values, bool html)
{
	struct buf b = buf_new(ctx->arena, strlen(template) + 512);
	const char *at, *end;
	enum placeholder p;

	for (; (at = strstr(template, "{{")) != NULL; template = end) {
		buf_addn(&b, template, (size_t)(at - template));
		p = placeholder_at(at, &end);
		add_value(&b, values[p], html);
	}
	buf_add(&b, template);
	return b.p;
}

static bool
is_link(const char *url)
{
	const char *p;

	if (url == NULL || (!str_starts(url, "https://") && !str_starts(url, "http://")))
		return false;
	for (p = url; (unsigned char)*p > 0x20 && (unsigned char)*p < 0x7F; p++)
		;
	return *p == '\0' && p - url <= URL_MAX;
}

/* It becomes the Message-ID and a file's name. */
static bool
is_id(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return n > 0 && n <= ID_MAX && id[n] == '\0';
}

static const char *
find_fault(const struct outbox_row *row, const struct kind *k)
{
	if (k == NULL)
		return "no such template";
	if (!is_id(row->id))
		return "the id is no name";
	if (!mime_is_address(row->recipient))
		return "the recipient is no address in ASCII";
	if (!is_link(row->url))
		return "the url is no http address";
	if (k->new_email && (row->new_email == NULL || !mime_is_address(row->new_email)))
		return "newEmail is no address in ASCII";
	return NULL;
}

static void
add_head(struct buf *b, const struct letters *l, const struct outbox_row *row, const char *subject)
{
	char date[MIME_DATE_SIZE];

	mime_date(row->created_at.ms, date);
	buf_printf(b, "From: %s\r\nTo: <%s>\r\nSubject: ", l->sender, row->recipient);
	mime_add_value(b, subject);
	buf_printf(b, "\r\nDate: %s\r\nMessage-ID: <%s@%s>\r\n", date, row->id,
	    strrchr(l->from, '@') + 1);
	buf_add(b, "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n");
}

/* "=_" cannot be in quoted-printable text, hence no part can hold the boundary. */
static void
add_parts(struct buf *b, const char *text, const char *html)
{
	static const char *const types[] = { "plain", "html" };
	const char *const parts[] = { text, html };
	size_t i;

	buf_add(b, "Content-Type: multipart/alternative; boundary=\"=_postern\"\r\n\r\n");
	for (i = 0; i < 2; i++) {
		buf_printf(b,
		    "--=_postern\r\nContent-Type: text/%s; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    types[i]);
		mime_add_quoted(b, parts[i]);
		buf_add(b, "\r\n");
	}
	buf_add(b, "--=_postern--\r\n");
}

static const struct kind *
kind_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

const char *
letter_write(struct ctx *ctx, const struct letters *l, const struct outbox_row *row,
    struct letter *out)
{
	const struct kind *k = kind_by_name(row->template);
	const char *fault = find_fault(row, k);
	struct buf b = buf_new(ctx->arena, 8192);
	const struct template *t;
	long seconds;

	if (fault != NULL)
		return fault;
	t = &l->templates[k - kinds];
	seconds = seconds_of(k->life);
	const char *const values[PLACEHOLDERS] = {
		[NAME] = shown_name(ctx, row->name, row->recipient),
		[URL] = row->url,
		[EMAIL] = row->recipient,
		[NEW_EMAIL] = row->new_email != NULL ? row->new_email : "",
		[SITE] = conf()->origin,
		[HOST] = l->host,
		[MINUTES] = str_printf(ctx->arena, "%ld", seconds / 60),
		[HOURS] = str_printf(ctx->arena, "%ld", seconds / 3600),
	};
	add_head(&b, l, row, fill(ctx, t->subject, values, false));
	add_parts(&b, fill(ctx, t->text, values, false), fill(ctx, t->html, values, true));
	*out = (struct letter) { l->from, row->recipient, b.p, b.len };
	return NULL;
}
