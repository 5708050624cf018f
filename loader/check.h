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

/*
 * detect_program() - for binfmt_misc and file managers: is the file at the host
 * path a program that run-foreign is for?  Says nothing.
 *
 * Returns the exit status: 0 yes, 1 no (DOS, EFI, .NET, another processor, a
 * Linux program, damaged) or not to be read.
 */
int detect_program(const char *path);

#endif
