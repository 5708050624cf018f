/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.h - run-foreign --check: will this program run? */
#ifndef RF_CHECK_H
#define RF_CHECK_H

#include <stdbool.h>

#include "loader/options.h"

/*
 * check_program() - says on stdout what o->program[0] is, what it imports, and
 * what of that is missing, a stub or partial; nothing is run.
 *
 * Returns the exit status: 0 it should run, 1 something it imports is missing
 * or a stub, 126 it is refused, 127 there is no such file, 125 our own files
 * are not complete.
 */
int check_program(const struct options *o);

#endif
