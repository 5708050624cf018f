/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests for the errno and signal tables of both systems. */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/table.h"
#include "syscall-xlate/bsd/bsd.h"
#include "syscall-xlate/freebsd/errno.h"
#include "syscall-xlate/freebsd/signals.h"
#include "syscall-xlate/netbsd/errno.h"
#include "syscall-xlate/netbsd/signals.h"
#include "tests/lib/unit.h"

/* From errno(2) of both systems, written down a second time. */
static const struct {
	int host, freebsd, netbsd;
} errors[] = {
	{ EPERM, 1, 1 }, { ENOENT, 2, 2 }, { EINTR, 4, 4 }, { E2BIG, 7, 7 },
	{ EBADF, 9, 9 }, { EDEADLK, 11, 11 }, { EFAULT, 14, 14 },
	{ EINVAL, 22, 22 }, { EPIPE, 32, 32 }, { ERANGE, 34, 34 },
	{ EAGAIN, 35, 35 }, { EINPROGRESS, 36, 36 }, { EALREADY, 37, 37 },
	{ ENOTSOCK, 38, 38 }, { EOPNOTSUPP, 45, 45 },
	{ EAFNOSUPPORT, 47, 47 }, { EADDRINUSE, 48, 48 },
	{ ECONNRESET, 54, 54 }, { ENOTCONN, 57, 57 }, { ETIMEDOUT, 60, 60 },
	{ ECONNREFUSED, 61, 61 }, { ELOOP, 62, 62 }, { ENAMETOOLONG, 63, 63 },
	{ ENOTEMPTY, 66, 66 }, { EDQUOT, 69, 69 }, { ESTALE, 70, 70 },
	{ ENOLCK, 77, 77 }, { ENOSYS, 78, 78 }, { EIDRM, 82, 82 },
	{ EOVERFLOW, 84, 84 }, { ECANCELED, 85, 87 }, { EILSEQ, 86, 85 },
	{ EBADMSG, 89, 88 }, { EPROTO, 92, 96 }, { EOWNERDEAD, 96, 97 },
};

START_TEST(errno_values)
{
	ck_assert_uint_eq(freebsd_errno_of[errors[_i].host], errors[_i].freebsd);
	ck_assert_uint_eq(netbsd_errno_of[errors[_i].host], errors[_i].netbsd);
}
END_TEST

/* From signal(3). */
static const struct {
	int guest, host;
} signals[] = {
	{ 1, SIGHUP }, { 5, SIGTRAP }, { 6, SIGABRT }, { 8, SIGFPE },
	{ 9, SIGKILL }, { 10, SIGBUS }, { 11, SIGSEGV }, { 12, SIGSYS },
	{ 16, SIGURG }, { 17, SIGSTOP }, { 18, SIGTSTP }, { 19, SIGCONT },
	{ 20, SIGCHLD }, { 23, SIGIO }, { 28, SIGWINCH }, { 30, SIGUSR1 },
	{ 31, SIGUSR2 },
};

START_TEST(signal_values)
{
	ck_assert_int_eq(freebsd_sig_of[signals[_i].guest], signals[_i].host);
	ck_assert_int_eq(netbsd_sig_of[signals[_i].guest], signals[_i].host);
}
END_TEST

static void one_carrier_each(const int8_t *sig_of)
{
	bool taken[65] = { false };

	for (int sig = 1; sig <= BSD_NSIG; sig++) {
		int host = sig_of[sig];

		if (!host)
			continue;
		ck_assert_int_gt(host, 0);
		ck_assert_int_le(host, 64);
		ck_assert_msg(!taken[host], "host signal %d carries two", host);
		taken[host] = true;
	}
	/* glibc's own two, and the engine's kick */
	ck_assert(!taken[32] && !taken[33] && !taken[SIGRTMIN + 6]);
}

START_TEST(carriers)
{
	one_carrier_each(freebsd_sig_of);
	one_carrier_each(netbsd_sig_of);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("names");
	TCase *tc = tcase_create("names");

	tcase_add_loop_test(tc, errno_values, 0, COUNT_OF(errors));
	tcase_add_loop_test(tc, signal_values, 0, COUNT_OF(signals));
	tcase_add_test(tc, carriers);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
