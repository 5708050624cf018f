/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests of base/mapped.c: what is left, and that it can be left again. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mapped.h"
#include "tests/lib/unit.h"

enum { PAGE = 4096, DEEP = 3 };

static int plain(void *arg)
{
	return *(int *)arg;
}

/* From frames below, which are not returned through. */
static __attribute__((noinline)) int deep(int n)
{
	volatile char frame[256] = { (char)n };

	if (!n)
		mapped_leave();
	else
		deep(n - 1);
	return frame[0];
}

static int leaves(void *arg)
{
	return deep(*(int *)arg);
}

static int reads(void *arg)
{
	return *(volatile char *)arg;
}

START_TEST(test_returns)
{
	int n = -7;

	ck_assert_int_eq(mapped_try(plain, &n), n);
	mapped_leave(); /* outside of any */
}
END_TEST

START_TEST(test_leaves)
{
	int n = DEEP;

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(mapped_try(leaves, &n), MAPPED_LEFT);
		mapped_leave();
	}
	ck_assert_int_eq(mapped_try(plain, &n), DEEP);
}
END_TEST

/* A page that the file no longer has; twice, as the signal is not to stay
   blocked. */
START_TEST(test_cut_off)
{
	char name[] = "/tmp/rf-mapped-XXXXXX";
	int fd = mkstemp(name);
	char *p;

	ck_assert_int_ge(fd, 0);
	unlink(name);
	ck_assert_int_eq(ftruncate(fd, PAGE), 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	mapped_catch();
	ck_assert_int_eq(mapped_try(reads, p), 0);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(mapped_try(reads, p), MAPPED_LEFT);
	munmap(p, PAGE);
	close(fd);
}
END_TEST

/* Outside of any it is what it always was. */
START_TEST(test_not_ours)
{
	mapped_catch();
	raise(SIGBUS);
	raise(SIGBUS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mapped");
	TCase *c = tcase_create("mapped");

	tcase_add_test(c, test_returns);
	tcase_add_test(c, test_leaves);
	tcase_add_test(c, test_cut_off);
	tcase_add_test_raise_signal(c, test_not_ours, SIGBUS);
	suite_add_tcase(s, c);
	return unit_run(s);
}
