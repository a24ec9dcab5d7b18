/* SPDX-License-Identifier: ISC */
/* questions: the operator's JSON file of closed questions; see THE QUESTIONNAIRE in
 * postern.conf(5). */
#ifndef FLOW_QUESTIONS_H
#define FLOW_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ctx;

#define QUESTIONS_MAX 64
#define OPTIONS_MAX 64
#define LANGUAGES_MAX 16

struct option {
	const char *value;
	bool exclusive;
};

struct question {
	const char *path; /* software_context.languages */
	bool multi;
	bool required;
	struct option options[OPTIONS_MAX];
	size_t n;
};

/* The questionnaire in one language, as it is served. */
struct wording {
	const char *language;
	const char *text;
	char etag[40]; /* quoted */
};

struct questions {
	const struct question *list;
	size_t n;
	int64_t version;
	const char *rules; /* what answers must fit, as postern.gate has it */
	const struct wording *wordings;
	size_t n_wordings; /* the file's own language first */
};

/* Reads the file named by QUESTIONNAIRE once; on a mistake logs where and what, and is
 * false. */
bool questions_load(struct ctx *);

/* NULL when they could not be read. */
const struct questions *questions_get(void);

#endif
