/* SPDX-License-Identifier: ISC */
/* reply: what is answered; for app.c.  Programs and flows see it through app.h. */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include "http/app.h"

/* The error's status and body; headers go unless keep_headers says otherwise. */
void reply_render_error(struct reply *, enum err);

/* Names those headers of the answer that a page on another origin may read. */
void reply_expose_headers(struct reply *);

/* Sends it, in one write. */
void reply_send(struct reply *, struct http *, bool head_only);

#endif
