/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remote.c - who can be asked something, and who never will be. */
#include <check.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscall-xlate/nt/remote.h"
#include "tests/lib/unit.h"

static void handler(int sig)
{
	(void)sig;
}

static enum remote_hearing hearing_of(void (*with)(int))
{
	const int sig = SIGRTMIN + 6;
	enum remote_hearing h;
	int there[2], over[2];
	char c = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(there), 0);
	ck_assert_int_eq(pipe(over), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(over[1]);
		signal(sig, with);
		if (write(there[1], &c, 1) == 1 && read(over[0], &c, 1) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(read(there[0], &c, 1), 1);
	h = remote_hearing(pid, sig);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(over[i]);
	}
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return h;
}

START_TEST(hearing)
{
	ck_assert_int_eq(hearing_of(handler), REMOTE_HEARS);
	ck_assert_int_eq(hearing_of(SIG_DFL), REMOTE_LATER);
	ck_assert_int_eq(hearing_of(SIG_IGN), REMOTE_NEVER);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("remote");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, hearing);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
