/* SPDX-License-Identifier: ISC */
/* suites: one a module. */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>

#define SUITE(module) Suite *suite_##module(void);
#include "suites.def"
#undef SUITE

#endif
