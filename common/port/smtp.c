/* SPDX-License-Identifier: ISC */
/* smtp: libcurl.  A connection per message: closing one that is kept could wait for a
 * server that hangs for longer than we may take to stop. */
#include "port/smtp.h"

#include <curl/curl.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "port/url.h"

#define CONNECT_SECONDS 15
#define CODE_SIZE 24

struct transfer {
	const struct smtp_mail *mail;
	size_t at; /* how much of it curl has taken */
	bool (*stop)(void);
	bool about_mail;             /* the server has been told the recipient */
	bool over;                   /* and that this was all */
	char code[CODE_SIZE];        /* "550 5.1.1" of the last answer */
	char doing[CURL_ERROR_SIZE]; /* curl's own words */
};

const char *
smtp_check(struct ctx *ctx)
{
	struct url url;

	if (!url_read(ctx, conf()->smtp_url, &url))
		return "is no address";
	return str_eq(url.scheme, "smtp") || str_eq(url.scheme, "smtps") ? NULL
	                                                                 : "is not smtp or smtps";
}

/* On this machine TLS would protect nothing. */
static long
tls_level(struct ctx *ctx)
{
	struct url url;

	if (*conf()->smtp_tls != '\0')
		return str_eq(conf()->smtp_tls, "off") ? CURLUSESSL_NONE : CURLUSESSL_ALL;
	(void)url_read(ctx, conf()->smtp_url, &url);
	return url.is_loopback ? CURLUSESSL_NONE : CURLUSESSL_ALL;
}

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t left = t->mail->len - t->at;

	n = size * n < left ? size * n : left;
	memcpy(to, t->mail->text + t->at, n);
	t->at += n;
	return n;
}

/* Keeps "550" or "550 5.1.1" (RFC 3463) of each answer, and nothing else of it. */
static size_t
hear(char *line, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	char head[CODE_SIZE] = { 0 };
	size_t digits, more;

	if (t->over)
		return size * n;
	memcpy(head, line, size * n < CODE_SIZE - 1 ? size * n : CODE_SIZE - 1);
	digits = strspn(head, "0123456789");
	more = head[digits] != '\0' ? strspn(head + digits + 1, "0123456789.") : 0;
	snprintf(t->code, sizeof(t->code), "%.*s", (int)digits, head);
	if (digits == 3 && more > 4 && head[4 + more] == ' ')
		snprintf(t->code + 3, sizeof(t->code) - 3, " %.*s", (int)more, head + 4);
	return size * n;
}

/* Of what we say only the verb is looked at: passwords are among it. */
static int
overhear(CURL *h, curl_infotype type, char *line, size_t n, void *arg)
{
	struct transfer *t = arg;

	(void)h;
	if (type != CURLINFO_HEADER_OUT || n < 4)
		return 0;
	t->about_mail = t->about_mail || memcmp(line, "RCPT", 4) == 0;
	t->over = t->over || memcmp(line, "QUIT", 4) == 0;
	return 0;
}

static int
may_go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct transfer *t = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return t->stop() ? 1 : 0;
}

static void
set_up(struct ctx *ctx, CURL *h, struct transfer *t, struct curl_slist *to)
{
	curl_easy_setopt(h, CURLOPT_URL, conf()->smtp_url);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
	curl_easy_setopt(h, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
	curl_easy_setopt(h, CURLOPT_USE_SSL, tls_level(ctx));
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, conf()->mail_timeout);
	curl_easy_setopt(h, CURLOPT_SERVER_RESPONSE_TIMEOUT, conf()->mail_timeout);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, t->doing);
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, t->mail->from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->mail->len);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(h, CURLOPT_READDATA, t);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(h, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(h, CURLOPT_DEBUGFUNCTION, overhear);
	curl_easy_setopt(h, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, may_go_on);
	curl_easy_setopt(h, CURLOPT_XFERINFODATA, t);
}

/* What the server said about this recipient or this message is about this mail; all that
 * comes earlier, about us. */
static enum smtp_end
judge(const struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK)
		return SMTP_SENT;
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return SMTP_STOPPED;
	if (!t->about_mail)
		return SMTP_DOWN;
	return *t->code == '5' && code != CURLE_OPERATION_TIMEDOUT ? SMTP_REFUSED : SMTP_LATER;
}

enum smtp_end
smtp_send(struct ctx *ctx, const struct smtp_mail *mail, bool (*stop)(void), const char **why)
{
	struct transfer t = { .mail = mail, .stop = stop };
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	CURL *h = curl_easy_init();
	enum smtp_end end = SMTP_DOWN;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (h == NULL || to == NULL)
		goto out;
	set_up(ctx, h, &t, to);
	code = curl_easy_perform(h);
	end = judge(&t, code);
out:
	*why = str_printf(ctx->arena, "%s%s%s", t.code, *t.code != '\0' ? ", " : "",
	    end == SMTP_DOWN && *t.doing != '\0' ? t.doing : curl_easy_strerror(code));
	curl_slist_free_all(to);
	curl_easy_cleanup(h);
	return end;
}
