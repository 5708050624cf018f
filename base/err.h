/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * err.h - a failure, worded for the person at the terminal.
 *
 * The leaf that knows says what, where and which limit it broke, with values;
 * callers may put what they were doing in front of it; main() prints.
 */
#ifndef RF_ERR_H
#define RF_ERR_H

struct err {
	int code;       /* errno-style; 0: no error */
	char text[400]; /* no newline, no program name */
};

/*
 * Records a failure.  code is an errno value, ENOEXEC for a file that cannot
 * be run.  e may be NULL.  Returns -1, so that a caller can return err_set().
 */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "fmt: " in front of e's text.  Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
