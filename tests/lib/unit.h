/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unit.h - what every unit test ends with: its cases run, TAP, an exit status. */
#ifndef RF_UNIT_H
#define RF_UNIT_H

#include <check.h>
#include <stdlib.h>

/*
 * Check's own four seconds are nothing on a busy host.  What never ends is
 * ended here or by `make check`; who does not wait says $CK_DEFAULT_TIMEOUT.
 */
__attribute__((constructor)) static void unit_patience(void)
{
	setenv("CK_DEFAULT_TIMEOUT", "300", 0);
}

static inline int unit_run_as(Suite *s, enum fork_status fork)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_set_tap(r, "-");
	srunner_set_fork_status(r, fork);
	srunner_run_all(r, CK_SILENT);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

/* main()'s last line.  Each test is a process of its own; $CK_FORK=no: none is. */
static inline int unit_run(Suite *s)
{
	return unit_run_as(s, CK_FORK_GETENV);
}

#endif
