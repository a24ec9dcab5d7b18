/* SPDX-License-Identifier: ISC */
/* http: one exchange with the web server, by FastCGI (libfcgi) or CGI. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct http;

/* Standard input is a listening socket; otherwise this is a CGI program. */
bool http_is_fastcgi(void);

/* In the role of an authorizer: there is no body, and its end may never come. */
bool http_is_authorizer(const struct http *);

/* A variable of the request (CGI names), NULL when absent. */
const char *http_param(const struct http *, const char *name);

/* Value of a header, by its lower-case name; NULL when absent. */
const char *http_header(const struct http *, const char *name);

/* Reads the whole body, at most max bytes; false when it is longer.  What is left is
 * drained in any case: a server that reuses connections would misread it. */
bool http_body(struct http *, struct arena *, size_t max, char **body, size_t *len);

/* Sends the complete answer, head and body, in one write. */
void http_send(struct http *, const char *text, size_t len);

/* Handles requests until told to stop by SIGTERM or SIGUSR1; then those that wait in the
 * queue, and returns.  As CGI: the one request. */
void http_loop(void (*handle)(struct http *));

#endif
