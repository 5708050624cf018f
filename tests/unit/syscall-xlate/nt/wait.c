/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits, and the objects one waits for: refusals, then what wakes whom. */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/calls.h"

enum { ALL = 0x10000000, MANUAL = 0, AUTO = 1, WAIT_ALL = 0, WAIT_ANY = 1 };

static struct task *t;

static void setup(void)
{
	t = fake_start();
}

static uint64_t event(uint32_t type, bool set)
{
	uint64_t h = 0;

	ck_assert_uint_eq(nt_create_event(t, GADDR(&h), ALL, 0, type, set), 0);
	return h;
}

static uint64_t mutant(bool owned)
{
	uint64_t h = 0;

	ck_assert_uint_eq(nt_create_mutant(t, GADDR(&h), ALL, 0, owned), 0);
	return h;
}

static NTSTATUS poll(uint64_t h)
{
	return nt_wait_for_single_object(t, h, 0, AT_ONCE);
}

START_TEST(refusals)
{
	uint64_t h = 0, few = 0, list[65] = { 0 };
	struct object *key;

	ck_assert_uint_eq(poll(0), STATUS_INVALID_HANDLE);
	ck_assert_uint_eq(poll(0x1234), STATUS_INVALID_HANDLE);
	ck_assert_uint_eq(nt_create_event(t, GADDR(&h), ALL, 0, 2, 0),
			  STATUS_INVALID_PARAMETER);
	ck_assert_uint_eq(nt_create_event(t, 8, ALL, 0, 0, 0),
			  STATUS_ACCESS_VIOLATION);
	ck_assert_uint_eq(handles_count(), 0);
	ck_assert_uint_eq(nt_create_semaphore(t, GADDR(&h), ALL, 0, 2, 1),
			  STATUS_INVALID_PARAMETER);
	/* No right to wait, none to set. */
	ck_assert_uint_eq(nt_create_event(t, GADDR(&few), 1, 0, 0, 0), 0);
	ck_assert_uint_eq(poll(few), STATUS_ACCESS_DENIED);
	ck_assert_uint_eq(nt_set_event(t, few, 0), STATUS_ACCESS_DENIED);
	ck_assert_uint_eq(nt_release_mutant(t, few, 0),
			  STATUS_OBJECT_TYPE_MISMATCH);
	/* A type that nobody can wait for. */
	key = object_new(&directory_type);
	ck_assert_uint_eq(handle_add(t, key, 0xf000f, 0, &h), 0);
	ck_assert_uint_eq(poll(h), STATUS_ACCESS_DENIED);
	/* 0 and 65 objects; twice the same with wait-all. */
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 0, GADDR(list), 1, 0, 0),
		STATUS_INVALID_PARAMETER_1);
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 65, GADDR(list), 1, 0, 0),
		STATUS_INVALID_PARAMETER_1);
	list[0] = list[1] = event(AUTO, true);
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 2, GADDR(list), WAIT_ALL, 0, 0),
		STATUS_INVALID_PARAMETER_MIX);
	list[1] = 0x4444;
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 2, GADDR(list), WAIT_ANY, 0, 0),
		STATUS_INVALID_HANDLE);
}
END_TEST

START_TEST(events)
{
	uint64_t a = event(AUTO, false), m = event(MANUAL, true);
	uint32_t old = 9, basic[2];

	ck_assert_uint_eq(poll(a), STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_set_event(t, a, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 0);
	ck_assert_uint_eq(nt_set_event(t, a, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 1);
	ck_assert_uint_eq(poll(a), 0);
	ck_assert_uint_eq(poll(a), STATUS_TIMEOUT);
	ck_assert_uint_eq(poll(m), 0);
	ck_assert_uint_eq(poll(m), 0);
	ck_assert_uint_eq(nt_query_event(t, m, 0, GADDR(basic), 8, 0), 0);
	ck_assert_uint_eq(basic[0], MANUAL);
	ck_assert_uint_eq(basic[1], 1);
	ck_assert_uint_eq(nt_reset_event(t, m, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 1);
	ck_assert_uint_eq(poll(m), STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_pulse_event(t, m, 0), 0);
	ck_assert_uint_eq(poll(m), STATUS_TIMEOUT);
}
END_TEST

START_TEST(semaphores)
{
	uint32_t old = 9;
	uint64_t s;

	ck_assert_uint_eq(nt_create_semaphore(t, GADDR(&s), ALL, 0, 1, 3), 0);
	ck_assert_uint_eq(nt_release_semaphore(t, s, 3, GADDR(&old)),
			  STATUS_SEMAPHORE_LIMIT_EXCEEDED);
	ck_assert_uint_eq(nt_release_semaphore(t, s, 0, 0),
			  STATUS_INVALID_PARAMETER);
	ck_assert_uint_eq(nt_release_semaphore(t, s, 2, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(poll(s), 0);
	ck_assert_uint_eq(poll(s), STATUS_TIMEOUT);
}
END_TEST

static void take_and_end(struct task *me, void *arg)
{
	uint64_t h = *(uint64_t *)arg;

	ck_assert_uint_eq(nt_wait_for_single_object(me, h, 0, 0), 0);
	ck_assert_uint_eq(nt_wait_for_single_object(me, h, 0, 0), 0);
}

START_TEST(mutants)
{
	uint64_t m = mutant(true), th;
	int32_t old = 9;

	ck_assert_uint_eq(poll(m), 0); /* recursion */
	ck_assert_uint_eq(nt_release_mutant(t, m, GADDR(&old)), 0);
	ck_assert_int_eq(old, -1);
	ck_assert_uint_eq(nt_release_mutant(t, m, GADDR(&old)), 0);
	ck_assert_int_eq(old, 0);
	ck_assert_uint_eq(nt_release_mutant(t, m, 0), STATUS_MUTANT_NOT_OWNED);

	th = fake_thread(take_and_end, &m);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, 0), 0);
	ck_assert_uint_eq(poll(m), STATUS_ABANDONED_WAIT_0);
	ck_assert_uint_eq(poll(m), 0);
	nt_release_mutant(t, m, 0);
	nt_release_mutant(t, m, 0);
	/* Closed while owned: the owner's list must not dangle. */
	m = mutant(true);
	ck_assert_uint_eq(nt_close(t, m), 0);
	m = mutant(true);
	nt_release_mutant(t, m, 0);
}
END_TEST

START_TEST(many)
{
	uint64_t h[3] = { event(AUTO, false), event(MANUAL, true),
			  mutant(false) };

	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 3, GADDR(h), WAIT_ANY, 0, 0),
		1);
	/* Not all: nothing may be taken. */
	ck_assert_uint_eq(nt_wait_for_multiple_objects(t, 3, GADDR(h), WAIT_ALL,
						       0, AFTER_MS(2)),
			  STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_release_mutant(t, h[2], 0),
			  STATUS_MUTANT_NOT_OWNED);
	nt_set_event(t, h[0], 0);
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 3, GADDR(h), WAIT_ALL, 0, 0),
		0);
	ck_assert_uint_eq(poll(h[0]), STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_release_mutant(t, h[2], 0), 0);
}
END_TEST

/* ---- with more threads ---- */

enum { THREADS = 4, ROUNDS = 3000 };

static uint64_t guard, ticket[THREADS], done;
static unsigned counter;

static void count_up(struct task *me, void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		nt_wait_for_single_object(me, guard, 0, 0);
		counter++;
		if (guard == done)
			nt_release_mutant(me, guard, 0);
		else
			nt_set_event(me, guard, 0);
	}
}

static void join(uint64_t *th)
{
	ck_assert_uint_eq(nt_wait_for_multiple_objects(t, THREADS, GADDR(th),
						       WAIT_ALL, 0,
						       AFTER_MS(20000)),
			  0);
	for (int i = 0; i < THREADS; i++)
		nt_close(t, th[i]);
}

/* _i 0: an auto-reset event as a lock; 1: a mutant. */
START_TEST(exclusion)
{
	uint64_t th[THREADS];

	guard = _i ? mutant(false) : event(AUTO, true);
	done = _i ? guard : 0;
	for (int i = 0; i < THREADS; i++)
		th[i] = fake_thread(count_up, NULL);
	join(th);
	ck_assert_uint_eq(counter, THREADS * ROUNDS);
}
END_TEST

/* Two of a ring of tickets are taken at once, as philosophers do. */
static void dine(struct task *me, void *arg)
{
	uint64_t i = (uint64_t)(uintptr_t)arg;
	uint64_t two[2] = { ticket[i], ticket[(i + 1) % THREADS] };

	for (int n = 0; n < ROUNDS / 3; n++) {
		if (nt_wait_for_multiple_objects(me, 2, GADDR(two), WAIT_ALL, 0,
						 0))
			abort();
		atomic_fetch_add((_Atomic unsigned *)&counter, 1);
		nt_set_event(me, two[n & 1], 0);
		nt_set_event(me, two[!(n & 1)], 0);
	}
}

START_TEST(all_at_once)
{
	uint64_t th[THREADS];

	for (int i = 0; i < THREADS; i++)
		ticket[i] = event(AUTO, true);
	for (uintptr_t i = 0; i < THREADS; i++)
		th[i] = fake_thread(dine, (void *)i);
	join(th);
	ck_assert_uint_eq(counter, THREADS * (ROUNDS / 3));
}
END_TEST

/* Each release lets exactly one waiter of any go, wherever it waits. */
static void take_any(struct task *me, void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		if (nt_wait_for_multiple_objects(me, THREADS, GADDR(ticket),
						 WAIT_ANY, 0, 0) >= THREADS)
			abort();
}

START_TEST(any_of_many)
{
	uint64_t th[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_uint_eq(nt_create_semaphore(t, GADDR(&ticket[i]), ALL,
						      0, 0, 1 << 30),
				  0);
	for (int i = 0; i < THREADS; i++)
		th[i] = fake_thread(take_any, NULL);
	for (int i = 0; i < THREADS * ROUNDS; i++)
		nt_release_semaphore(t, ticket[i % THREADS], 1, 0);
	join(th);
	for (int i = 0; i < THREADS; i++)
		ck_assert_uint_eq(poll(ticket[i]), STATUS_TIMEOUT);
}
END_TEST

static void close_it(struct task *me, void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t h;

		nt_create_event(me, GADDR(&h), ALL, 0, AUTO, 1);
		nt_wait_for_single_object(me, h, 0, AT_ONCE);
		nt_close(me, h);
	}
}

static void use_it(struct task *me, void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS * 3; i++) {
		/* Whatever these handles mean at the moment. */
		uint64_t h = 4 + 4 * (uint64_t)(i % 16);

		nt_set_event(me, h, 0);
		nt_wait_for_single_object(me, h, 0, AT_ONCE);
	}
}

START_TEST(closing_races)
{
	uint64_t th[THREADS];

	for (int i = 0; i < THREADS; i++)
		th[i] = fake_thread(i & 1 ? use_it : close_it, NULL);
	join(th);
	ck_assert_uint_eq(handles_count(), 0);
}
END_TEST

START_TEST(timers)
{
	int64_t began = monotonic_ns();
	uint64_t tm, both[2];

	ck_assert_uint_eq(nt_create_timer(t, GADDR(&tm), ALL, 0, AUTO), 0);
	ck_assert_uint_eq(nt_set_timer(t, tm, AFTER_MS(20), 0, 0, 0, 0, 0), 0);
	ck_assert_uint_eq(poll(tm), STATUS_TIMEOUT);
	both[0] = event(AUTO, false);
	both[1] = tm;
	ck_assert_uint_eq(
		nt_wait_for_multiple_objects(t, 2, GADDR(both), WAIT_ANY, 0, 0),
		1);
	ck_assert_int_ge(monotonic_ns() - began, 20000000);
	ck_assert_uint_eq(poll(tm), STATUS_TIMEOUT);
	/* A period; the first at once. */
	ck_assert_uint_eq(nt_set_timer(t, tm, AT_ONCE, 0, 0, 0, 5, 0), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(nt_wait_for_single_object(t, tm, 0, 0), 0);
	ck_assert_int_ge(monotonic_ns() - began, 35000000);
	ck_assert_uint_eq(nt_cancel_timer(t, tm, 0), 0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, tm, 0, AFTER_MS(10)),
			  STATUS_TIMEOUT);
}
END_TEST

static void set_later(struct task *me, void *arg)
{
	nt_delay_execution(me, 0, AFTER_MS(5));
	nt_set_timer(me, *(uint64_t *)arg, AFTER_MS(1), 0, 0, 0, 0, 0);
}

/* Who waits for a timer learns of a new time. */
START_TEST(timer_set_anew)
{
	uint64_t tm, th;

	ck_assert_uint_eq(nt_create_timer(t, GADDR(&tm), ALL, 0, MANUAL), 0);
	nt_set_timer(t, tm, AFTER_MS(100000), 0, 0, 0, 0, 0);
	th = fake_thread(set_later, &tm);
	ck_assert_uint_eq(nt_wait_for_single_object(t, tm, 0, AFTER_MS(9000)),
			  0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, 0), 0);
}
END_TEST

static void release_key(struct task *me, void *arg)
{
	if (nt_release_keyed_event(me, 0, GADDR(arg), 0, 0))
		abort();
}

START_TEST(keyed_events)
{
	uint64_t th;
	int a, b;

	ck_assert_uint_eq(nt_wait_for_keyed_event(t, 0, 1, 0, 0),
			  STATUS_INVALID_PARAMETER_1);
	ck_assert_uint_eq(
		nt_wait_for_keyed_event(t, 0, GADDR(&a), 0, AFTER_MS(2)),
		STATUS_TIMEOUT);
	th = fake_thread(release_key, &b);
	ck_assert_uint_eq(
		nt_wait_for_keyed_event(t, 0, GADDR(&a), 0, AFTER_MS(20)),
		STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_wait_for_keyed_event(t, 0, GADDR(&b), 0, 0), 0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, 0), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wait");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, events);
	tcase_add_test(tc, semaphores);
	tcase_add_test(tc, mutants);
	tcase_add_test(tc, many);
	tcase_add_loop_test(tc, exclusion, 0, 2);
	tcase_add_test(tc, all_at_once);
	tcase_add_test(tc, any_of_many);
	tcase_add_test(tc, closing_races);
	tcase_add_test(tc, timers);
	tcase_add_test(tc, timer_set_anew);
	tcase_add_test(tc, keyed_events);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
