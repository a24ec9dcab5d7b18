/* SPDX-License-Identifier: ISC */
/* log: one line per event on standard error. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ctx.h"

#define LINE_MAX_BYTES 1024

static const char *const names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static struct {
	const char *prog;
	enum log_level level;
	int pid;
} logger = { "postern", LOG_INFO, 0 };

void
log_open(const char *prog, const char *level)
{
	unsigned i;

	logger.prog = prog;
	logger.pid = (int)getpid();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(level, names[i]) == 0)
			logger.level = (enum log_level)i;
}

/* Appends text so that it cannot end the line or the quotes it stands in. */
static size_t
append_escaped(char *line, size_t len, const char *text)
{
	for (; *text != '\0' && len < LINE_MAX_BYTES - 8; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			line[len++] = '\\';
			line[len++] = (char)c;
		} else if (c < 0x20 || c == 0x7F) {
			len += (size_t)snprintf(line + len, LINE_MAX_BYTES - len, "\\x%02x", c);
		} else {
			line[len++] = (char)c;
		}
	}
	return len;
}

static size_t
append_head(char *line, const struct ctx *ctx, enum log_level level)
{
	char now[CLOCK_ISO_SIZE];

	clock_iso(clock_now(), now);
	return (size_t)snprintf(line, LINE_MAX_BYTES, "ts=%s level=%s prog=%s pid=%d rid=%s", now,
	    names[level], logger.prog, logger.pid,
	    ctx != NULL && ctx->request_id != NULL ? ctx->request_id : "-");
}

/* One write, so that lines of several processes do not mix. */
static void
put_line(char *line, size_t len)
{
	ssize_t n;

	line[len++] = '\n';
	n = write(STDERR_FILENO, line, len);
	(void)n; /* there is nobody left to tell */
}

void
log_event(const struct ctx *ctx, enum log_level level, const char *event, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES], text[LINE_MAX_BYTES / 2];
	va_list ap;
	size_t len;

	if (level > logger.level)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = append_head(line, ctx, level);
	len += (size_t)snprintf(line + len, sizeof(line) - len, " event=%s text=\"", event);
	len = append_escaped(line, len, text);
	line[len++] = '"';
	put_line(line, len);
}

void
log_request(const struct ctx *ctx, const struct log_request *r)
{
	char line[LINE_MAX_BYTES];
	enum log_level level = r->status >= 500 ? LOG_ERROR : r->aside ? LOG_DEBUG : LOG_INFO;
	size_t len;

	if (level > logger.level)
		return;
	len = append_head(line, ctx, level);
	len += (size_t)snprintf(line + len, sizeof(line) - len,
	    " method=%.16s route=%.128s status=%d code=%.64s us=%d ip=%.64s user=", r->method,
	    r->route, r->status, *r->code != '\0' ? r->code : "-", r->us, r->ip);
	len = append_escaped(line, len, r->user != NULL ? r->user : "-");
	put_line(line, len);
}
