/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit tests of loader/outside-proc.c: it tells of its parent's other
 * descendants, and of nobody else.  Here that parent is this process.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pass-fd.h"
#include "base/proc.h"
#include "loader/outside-proc.h"
#include "tests/lib/unit.h"

static char own[] = "/tmp/rf-outside-XXXXXX";
static struct proc_answer answer;

static int ask(int pid, int file, unsigned skip)
{
	const struct proc_request r = { .pid = pid, .file = file, .skip = skip };
	int s = policy_dial(PROC_DOOR);
	ssize_t n;

	ck_assert_int_ge(s, 0);
	ck_assert(pass_send(s, &r, sizeof r, NULL, 0, 0) == 0);
	memset(&answer, 0, sizeof answer);
	n = pass_receive(s, &answer, sizeof answer, NULL, 0, 0);
	close(s);
	ck_assert(n >= (ssize_t)offsetof(struct proc_answer, text));
	return answer.result;
}

static bool lists(int pid, int n)
{
	for (int i = 0; i < n; i++)
		if (answer.list[i] == pid)
			return true;
	return false;
}

START_TEST(family_only)
{
	struct policy p = { .own = own };
	struct err e = { 0 };
	int door, pair[2], grandchild, n;
	pid_t child;
	char path[64];

	ck_assert(mkdtemp(own) != NULL && pipe(pair) == 0);
	door = outside_proc_open(&p, &e);
	ck_assert_msg(door >= 0, "%s", e.text);
	ck_assert(outside_proc_serve(door, &e) == 0);
	policy = &p;
	child = fork();
	if (child == 0) {
		grandchild = fork();
		if (grandchild) {
			(void)!write(pair[1], &grandchild, sizeof grandchild);
			waitpid(grandchild, NULL, 0);
			_exit(0);
		}
		pause();
	}
	ck_assert(read(pair[0], &grandchild, sizeof grandchild) ==
		  sizeof grandchild);

	ck_assert_int_gt(ask(child, PROC_STAT, 0), 0);
	ck_assert_int_eq(atoi(answer.text), child);
	ck_assert_int_gt(ask(grandchild, PROC_STATUS, 0), 0);
	ck_assert(strstr(answer.text, "SigCgt:"));
	ck_assert_int_eq(ask(getpid(), PROC_STAT, 0), -ENOENT);
	ck_assert_int_eq(ask(getppid(), PROC_STAT, 0), -ENOENT);
	ck_assert_int_eq(ask(1, PROC_CMDLINE, 0), -ENOENT);
	ck_assert_int_eq(ask(0, PROC_STAT, 0), -ENOENT);
	ck_assert_int_eq(ask(child, 99, 0), -EINVAL);

	/* The list, from its beginning and from later on. */
	n = ask(0, -1, 0);
	ck_assert_int_eq(n, 2);
	ck_assert(lists(child, n) && lists(grandchild, n));
	ck_assert_int_eq(ask(0, -1, 1), 1);
	ck_assert_int_eq(ask(0, -1, 2), 0);
	ck_assert_int_eq(ask(child, -1, 0), 1);
	ck_assert_int_eq(ask(getppid(), -1, 0), -ENOENT);

	kill(grandchild, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(ask(child, PROC_STAT, 0), -ENOENT);
	snprintf(path, sizeof path, "%s/" PROC_DOOR, own);
	unlink(path);
	rmdir(own);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("outside-proc");
	TCase *tc = tcase_create("outside-proc");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, family_only);
	/* In this process, whose children it asks for. */
	return unit_run_as(s, CK_NOFORK);
}
