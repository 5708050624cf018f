/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions that choose how to return do so by either way. */
#include <check.h>

#include "syscall-xlate/returns.h"
#include "tests/lib/unit.h"

static volatile int depth;

/* Spoils on its way down, and has more to do on its way back. */
RETURNS_BY_CHOICE __attribute__((noinline)) static int descend(int n, int stop)
{
	int kept = n * 3;

	if (n == stop) {
		returns_spoiled = !returns_spoiled;
		return n;
	}
	depth++;
	kept += descend(n + 1, stop);
	depth--;
	return kept - n * 3;
}

static void both_ways(bool first)
{
	returns_spoiled = first;
	depth = 0;
	ck_assert_int_eq(descend(0, 40), 40);
	ck_assert_int_eq(depth, 0);
	ck_assert(returns_spoiled == !first);
}

START_TEST(by_ret_and_by_jump)
{
	for (int i = 0; i < 100; i++)
		both_ways(i % 2);
	returns_spoiled = false;
}
END_TEST

START_TEST(asks_once)
{
	uint32_t calls = 0;

	atomic_store(&returns_cheap_calls, 0);
	returns_matter = true; /* as if the kernel had said so */
	while (atomic_load(&returns_cheap_calls) < RETURNS_ASK) {
		returns_spoiled = false;
		returns_spoil();
		ck_assert(returns_spoiled);
		calls++;
	}
	ck_assert_uint_eq(calls, RETURNS_ASK);
	/* What it says now counts, and nothing is counted any more. */
	returns_matter = false;
	returns_spoil();
	ck_assert(!returns_spoiled);
	ck_assert_uint_eq(atomic_load(&returns_cheap_calls), RETURNS_ASK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("returns");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, by_ret_and_by_jump);
	tcase_add_test(tc, asks_once);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
