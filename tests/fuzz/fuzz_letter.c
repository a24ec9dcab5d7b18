/* SPDX-License-Identifier: ISC */
/* letter: any row and any template; what comes out is a message with our headers and no
 * others.  Input: kind, recipient, name, link and new address, a line each, then a
 * template. */
#include "fuzz.h"

#include "flow/letter.c"

static struct letters letters;

static void
prepare(void)
{
	fuzz_settings("");
	letters.host = "localhost";
	FUZZ_CLAIM(load_sender(fuzz_ctx.arena, &letters));
	letters.from = "no-reply@localhost";
	letters.sender = "<no-reply@localhost>";
	letters.host = "localhost";
}

/* Lines of ASCII, ended by CRLF; of at most 76 columns, but for headers with addresses. */
static void
claim_lines(const struct letter *l)
{
	const char *body = strstr(l->text, "\r\n\r\n");
	size_t i, column = 0;

	for (i = 0; i < l->len; i++) {
		unsigned char c = (unsigned char)l->text[i];

		FUZZ_CLAIM(c < 0x7F && c != '\0');
		FUZZ_CLAIM((c == '\r') == (l->text[i + 1] == '\n'));
		column = c == '\n' ? 0 : column + 1;
		FUZZ_CLAIM(column <= (l->text + i > body ? 77 : 400));
	}
	FUZZ_CLAIM(column == 0 && l->text[l->len] == '\0');
}

static void
claim_head(const char *text)
{
	static const char *const names[] = { "From: ", "To: <",
		"Subject: ", "Date: ", "Message-ID: <", "MIME-Version: 1.0",
		"Auto-Submitted: ", "Content-Type: " };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		FUZZ_CLAIM(str_starts(text, names[i]));
		do
			text = strstr(text, "\r\n") + 2;
		while (*text == ' ');
	}
	FUZZ_CLAIM(str_starts(text, "\r\n--=_postern\r\n"));
}

static void
run(const uint8_t *data, size_t size)
{
	char *rest = fuzz_text(data, size);
	struct outbox_row row = { .id = "a1", .created_at = { FUZZ_NOW } };
	const struct kind *k;
	struct template t = { 0 };
	struct letter l;

	row.template = fuzz_line(&rest);
	row.recipient = fuzz_line(&rest);
	row.name = fuzz_line(&rest);
	row.url = fuzz_line(&rest);
	row.new_email = fuzz_line(&rest);
	k = kind_by_name(row.template);
	t.text = t.html = rest;
	if (k == NULL || strlen(rest) > TEMPLATE_MAX || !str_utf8_valid(rest, strlen(rest)) ||
	    find_mistake(fuzz_ctx.arena, k, "x", rest) != NULL ||
	    !split_subject(fuzz_ctx.arena, &t))
		return;
	letters.templates[k - kinds] = t;
	if (letter_write(&fuzz_ctx, &letters, &row, &l) != NULL)
		return;
	claim_lines(&l);
	claim_head(l.text);
}

FUZZ_TARGET(prepare, run)
