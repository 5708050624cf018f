/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a task watches its wake word, and what whoever wakes it makes of that.
 */
#include <check.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/futex.h"
#include "syscall-xlate/task.h"
#include "tests/lib/unit.h"

static struct task a, b;

static void setup(void)
{
	a = b = (struct task){ 0 };
	current_task = &a;
}

/* How many waits a does not watch for before it does. */
static unsigned until_watched(void)
{
	unsigned n = 0;

	while (!task_spins(&a))
		n++;
	return n;
}

START_TEST(tries)
{
	/* In vain: more and more rarely, up to a limit. */
	for (unsigned i = 0; i < 12; i++) {
		ck_assert_uint_eq(until_watched(),
				  TASK_SPIN_TRY << (i < 8 ? i : 8));
		ck_assert(!task_watch_word(&a, &a.wake, a.wake, NULL));
		ck_assert(!a.spin.watching);
	}
}
END_TEST

START_TEST(proves_itself)
{
	unsigned n;

	until_watched();
	for (n = 0; n < 100; n++) {
		ck_assert(task_watch_word(&a, &a.wake, a.wake - 1, NULL));
		ck_assert(task_spins(&a));
	}
	/* What went well so often is not given up at once, but soon. */
	for (n = 0; task_spins(&a); n++)
		ck_assert(!task_watch_word(&a, &a.wake, a.wake, NULL));
	ck_assert_uint_gt(n, 2);
	ck_assert_uint_lt(n, 10);
}
END_TEST

/* Who wakes somebody that watches tries, too; who wakes a sleeper does not. */
START_TEST(hint)
{
	task_wake(&b);
	ck_assert(!task_spins(&a));
	b.spin.watching = true;
	task_wake(&b);
	ck_assert_uint_eq(b.wake, 2);
	ck_assert(task_spins(&a));
	/* Once. */
	ck_assert(!task_watch_word(&a, &a.wake, a.wake, NULL));
	ck_assert(!task_spins(&a));
	/* Threads of our own have no waits. */
	current_task = NULL;
	task_wake(&b);
	ck_assert_uint_eq(b.wake, 3);
}
END_TEST

START_TEST(shared)
{
	_Atomic uint32_t word = 5;
	_Atomic uint64_t watched = 0;
	struct task_shared_word w = { &word, 5, &watched };

	task_spin_hint(&watched);
	ck_assert(!task_spins(&a));
	/* It says so where others see it, and for how long. */
	ck_assert(!task_watch_word(&a, &a.wake, a.wake, &w));
	ck_assert_uint_ne(watched, 0);
	ck_assert(!a.spin.watching);
	w.value = 4;
	ck_assert(task_watch_word(&a, &a.wake, a.wake, &w));
	setup();
	task_spin_hint(&watched);
	ck_assert(task_spins(&a));
	/* What a killed one left behind, or somebody hostile wrote, is not
	   believed for ever. */
	setup();
	watched = 1;
	task_spin_hint(&watched);
	watched = UINT64_MAX;
	task_spin_hint(&watched);
	ck_assert(!task_spins(&a));
}
END_TEST

START_TEST(fixed_clock)
{
	clock_fix(1, 0);
	until_watched();
	ck_assert(!task_watch_word(&a, &a.wake, a.wake - 1, NULL));
}
END_TEST

/* Two that answer each other: no answer is lost, watched for or slept for. */
enum { ROUNDS = 20000 };
static _Atomic unsigned turns[2];

static void turn(struct task *me, struct task *other, unsigned i)
{
	while (!atomic_load(&turns[i])) {
		uint32_t seq = atomic_load(&me->wake);

		if (atomic_load(&turns[i]))
			break;
		if (!task_spin(me, seq))
			futex_call(&me->wake, FUTEX_WAIT_PRIVATE, seq, NULL, 0);
	}
	atomic_store(&turns[i], 0);
	atomic_store(&turns[!i], 1);
	task_wake(other);
}

static void *answer(void *arg)
{
	(void)arg;
	current_task = &b;
	for (unsigned i = 0; i < ROUNDS; i++)
		turn(&b, &a, 1);
	return NULL;
}

START_TEST(answers)
{
	pthread_t other;

	turns[0] = 1;
	ck_assert_int_eq(pthread_create(&other, NULL, answer, NULL), 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		turn(&a, &b, 0);
	pthread_join(other, NULL);
	ck_assert_uint_eq(turns[0], 1);
	ck_assert(!a.spin.watching && !b.spin.watching);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("task-spin");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, tries);
	tcase_add_test(tc, proves_itself);
	tcase_add_test(tc, hint);
	tcase_add_test(tc, shared);
	tcase_add_test(tc, fixed_clock);
	tcase_add_test(tc, answers);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
