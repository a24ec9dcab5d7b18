/* SPDX-License-Identifier: ISC */
/* app: a program is a table of routes; this runs it. */
#ifndef HTTP_APP_H
#define HTTP_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "http/field.h"

struct ctx;
struct http;
struct identity;
struct js;
struct req;
struct reply;
struct session;

enum method { GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD, METHOD_OTHER };

/* What a route asks of app_run before its handler. */
enum policy {
	ORIGIN = 1,         /* cookies only from trusted origins; targets in the body checked */
	FORM = 2,           /* a way in: origin_check_form after validation */
	FORM_BODY = 4,      /* application/x-www-form-urlencoded is taken too */
	BODY_IGNORED = 8,   /* a body is neither required nor parsed */
	SLOW = 16,          /* costs a password hash: its own rate class, a worker per core */
	UNLIMITED = 32,     /* no rate limit */
	HEAD_TOO = 64,      /* answers HEAD as GET */
	OBJECT_TWICE = 128, /* a body that is no object is named twice (wire.md section 2) */
	RECORD = 256,       /* and is called a record in the message */
	LINK = 512,         /* followed from a mail: callbackURL of the query must be trusted */
	REFRESH = 1024,     /* extends a session that is due, SESSION_DEFER_REFRESH or not */
	AUTHORIZER = 2048   /* judges every request that the server asks about in that role */
};

typedef enum err handler(struct req *, struct reply *);

/* Who may call: run after validation, before the handler. */
struct guard {
	const char *name; /* as --routes prints it */
	handler *check;
};

#define ROUTE_PARAMS 2

struct route { /* const, static; the table ends with { 0 } */
	enum method method;
	const char *path; /* literal segments and ":name" ones */
	handler *run;
	const struct field *fields; /* of the body; NULL: none are checked */
	unsigned policies;
	const struct guard *guard; /* NULL: anybody */
};

struct req {
	struct ctx *ctx;
	enum method method;
	const char *path;
	const struct route *route;
	const char *params[ROUTE_PARAMS]; /* values of the ":name" segments, in order */
	const struct js *body;            /* NULL: none */
	const char *body_text;            /* as it came */
	const char *address;              /* of the client, "" if unknown */
	const char *user_id;              /* who was found out to ask, for the log; or NULL */
	const struct session *session;    /* set by a guard that looks one up */
	const struct identity *identity;  /* the same */
	struct http *http;
};

/* Buffered until the handler has returned: a failing one leaves nothing behind. */
struct reply {
	struct ctx *ctx;
	int status;
	const char *type; /* NULL: no body */
	const char *body;
	struct header *headers;
	const char *message; /* replaces the error's own */
	const char *details; /* further members of an error's body, JSON without braces */
	bool keep_headers;   /* an error keeps what the handler has set */
	int floor_ms;        /* the answer takes at least so long; 0: no floor */
};

/* A program: name, its routes, and what it prepares before its first request (may be
 * NULL).  Returns the exit status. */
int app_run(int argc, char **argv, const char *name, const struct route *routes,
    void (*prepare)(struct ctx *));

/* Header of the request by lower-case name, NULL when absent. */
const char *req_header(struct req *, const char *name);

/* A variable that the web server sets and no header can, NULL when absent. */
const char *req_parameter(struct req *, const char *name);

/* The server asks whether the request may pass (FastCGI's role of an authorizer); path and
 * method are those of what it would serve. */
bool req_is_authorizer(struct req *);

/* Decoded query parameter: the first of its name, NULL when absent. */
const char *req_query(struct req *, const char *name);

/* How often it is there. */
unsigned req_query_count(struct req *, const char *name);

/* If-None-Match names this (quoted) tag: alone, in a list, or as a weak one. */
bool req_has_tag(struct req *, const char *etag);

/* Value of a ":name" segment of the route. */
const char *req_param(const struct req *, size_t i);

/* Members of the checked body; NULL or the default when absent. */
const char *req_text(struct req *, const char *field);
bool req_bool(struct req *, const char *field, bool absent);

/* Adds a header (lower case); set-cookie and vary may repeat. */
void reply_header(struct reply *, const char *name, const char *value);

/* Takes back the headers of that name whose value begins so. */
void reply_drop(struct reply *, const char *name, const char *beginning);

/* Value of a header of the answer, NULL when there is none. */
const char *reply_get(const struct reply *, const char *name);

/* A JSON body with status 200. */
void reply_json(struct reply *, const char *json);

/* A page with status 200, which may load and run nothing. */
void reply_html(struct reply *, const char *html);

/* Sends the browser there: 302; what is no ASCII is escaped. */
void reply_redirect(struct reply *, const char *url);

/* The location header alone, for a client that goes there by itself. */
void reply_location(struct reply *, const char *url);

/* What an answer takes at least where its time would tell whether an address is known. */
#define REPLY_EVEN_MS 60
void reply_not_before(struct reply *, int ms);

/* The error, with a message of this case's own. */
enum err fail(struct reply *, enum err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
