/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: APCs, alerts, suspending, registers, ends; completion ports. */
#include <check.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/fake-engine.h"
#include "tests/lib/unit.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/calls.h"

enum { GENERIC_ALL = 0x10000000 };

static struct task *t;
static _Atomic int going, apcs, last_apc;
static uint64_t port, gate;

static void setup(void)
{
	t = fake_start();
}

static void join(uint64_t th)
{
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, AFTER_MS(9000)),
			  0);
	nt_close(t, th);
}

static uint32_t id_of(uint64_t h)
{
	struct nt_thread *th;
	uint32_t id;

	ck_assert_uint_eq(handle_get(t, h, &thread_type, 0, &th), 0);
	id = th->id;
	object_put(&th->object);
	return id;
}

static void apc(uint64_t a, uint64_t b, uint64_t c)
{
	ck_assert_uint_eq(b, a + 1);
	ck_assert_uint_eq(c, a + 2);
	last_apc = (int)a;
	apcs++;
}

/* ---- APCs ---- */

static void wait_alertably(struct task *me, void *arg)
{
	NTSTATUS want = (NTSTATUS)(uintptr_t)arg;

	going = 1;
	if (CALL(me, nt_delay_execution(me, 1, AFTER_MS(9000))) != want)
		abort();
}

START_TEST(apc_wakes)
{
	uint64_t th = fake_thread(wait_alertably, (void *)STATUS_USER_APC);

	while (!going)
		sched_yield();
	ck_assert_uint_eq(nt_queue_apc_thread(t, th, GADDR(apc), 1, 2, 3), 0);
	/* It may have ended by now. */
	for (uint64_t i = 2; i <= 3; i++)
		nt_queue_apc_thread(t, th, GADDR(apc), i, i + 1, i + 2);
	join(th);
	/* All that are queued by then run; at least the first is. */
	ck_assert_int_ge(apcs, 1);
	ck_assert_int_eq(last_apc, apcs);
}
END_TEST

START_TEST(apc_to_self)
{
	const uint64_t self = NT_CURRENT_THREAD;

	nt_queue_apc_thread(t, self, GADDR(apc), 1, 2, 3);
	nt_queue_apc_thread(t, self, GADDR(apc), 5, 6, 7);
	ck_assert_uint_eq(CALL(t, nt_delay_execution(t, 0, AFTER_MS(1))), 0);
	ck_assert_int_eq(apcs, 0);
	ck_assert_uint_eq(CALL(t, nt_test_alert(t)), 0);
	ck_assert_int_eq(apcs, 2);
	ck_assert_int_eq(last_apc, 5);
	/* A special one does not wait. */
	ck_assert_uint_eq(CALL(t, nt_queue_apc_thread_ex(t, self, 1, GADDR(apc),
							 8, 9, 10)),
			  0);
	ck_assert_int_eq(apcs, 3);
	ck_assert_uint_eq(CALL(t, nt_delay_execution(t, 1, AT_ONCE)), 0);
}
END_TEST

START_TEST(object_before_apc)
{
	uint64_t e;

	nt_create_event(t, GADDR(&e), GENERIC_ALL, 0, 1, 1);
	nt_queue_apc_thread(t, NT_CURRENT_THREAD, GADDR(apc), 1, 2, 3);
	ck_assert_uint_eq(CALL(t, nt_wait_for_single_object(t, e, 1, 0)), 0);
	ck_assert_int_eq(apcs, 0);
	ck_assert_uint_eq(CALL(t, nt_wait_for_single_object(t, e, 1, AT_ONCE)),
			  STATUS_USER_APC);
	ck_assert_int_eq(apcs, 1);
}
END_TEST

START_TEST(alerts)
{
	uint64_t th = fake_thread(wait_alertably, (void *)STATUS_ALERTED);

	ck_assert_uint_eq(nt_alert_thread(t, th), 0);
	join(th);
	ck_assert_uint_eq(nt_alert_thread(t, NT_CURRENT_THREAD), 0);
	ck_assert_uint_eq(nt_test_alert(t), STATUS_ALERTED);
	ck_assert_uint_eq(nt_test_alert(t), 0);
}
END_TEST

static void wait_by_id(struct task *me, void *arg)
{
	(void)arg;
	if (nt_wait_for_alert_by_thread_id(me, 0, 0) != STATUS_ALERTED)
		abort();
}

START_TEST(alert_by_id)
{
	uint64_t th = fake_thread(wait_by_id, NULL);

	ck_assert_uint_eq(nt_alert_thread_by_thread_id(t, id_of(th)), 0);
	join(th);
	ck_assert_uint_eq(nt_alert_thread_by_thread_id(t, 3),
			  STATUS_INVALID_CID);
	/* Remembered, but not counted. */
	nt_alert_thread_by_thread_id(t, nt_thread(t)->id);
	nt_alert_thread_by_thread_id(t, nt_thread(t)->id);
	ck_assert_uint_eq(nt_wait_for_alert_by_thread_id(t, 0, 0),
			  STATUS_ALERTED);
	ck_assert_uint_eq(nt_wait_for_alert_by_thread_id(t, 0, AFTER_MS(2)),
			  STATUS_TIMEOUT);
	ck_assert_uint_eq(nt_wait_for_alert_by_thread_id(t, 0, AT_ONCE),
			  STATUS_TIMEOUT);
}
END_TEST

/* ---- standing still ---- */

static _Atomic uint64_t turns;

static void turn(struct task *me, void *arg)
{
	(void)arg;
	for (;;) {
		turns++;
		fake_way_out(me);
	}
}

static void wait_gate(struct task *me, void *arg)
{
	(void)arg;
	going = 1;
	if (nt_wait_for_single_object(me, gate, 0, 0))
		abort();
	fake_way_out(me);
	going = 2;
}

START_TEST(suspended)
{
	struct nt_context c = { .flags = CONTEXT_AMD64 | CONTEXT_CONTROL };
	uint64_t th = fake_thread(turn, NULL), seen;
	uint32_t old;

	ck_assert_uint_eq(nt_suspend_thread(t, th, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 0);
	ck_assert_uint_eq(nt_suspend_thread(t, th, GADDR(&old)), 0);
	ck_assert_uint_eq(old, 1);
	/* Waits until it stands. */
	ck_assert_uint_eq(nt_get_context_thread(t, th, GADDR(&c)), 0);
	seen = turns;
	nt_delay_execution(t, 0, AFTER_MS(20));
	ck_assert_uint_le(turns, seen + 1);
	nt_resume_thread(t, th, GADDR(&old));
	ck_assert_uint_eq(old, 2);
	nt_resume_thread(t, th, GADDR(&old));
	ck_assert_uint_eq(old, 1);
	nt_resume_thread(t, th, GADDR(&old));
	ck_assert_uint_eq(old, 0);
	while (turns < seen + 2)
		sched_yield();
	for (int i = 0; i < 127; i++)
		ck_assert_uint_eq(nt_suspend_thread(t, th, 0), 0);
	ck_assert_uint_eq(nt_suspend_thread(t, th, 0),
			  STATUS_SUSPEND_COUNT_EXCEEDED);
	/* Ends although it stands still. */
	ck_assert_uint_eq(nt_terminate_thread(t, th, 5), 0);
	join(th);
}
END_TEST

/* What is signalled while the only waiter stands still is not lost. */
START_TEST(suspended_in_wait)
{
	uint64_t th;

	nt_create_event(t, GADDR(&gate), GENERIC_ALL, 0, 1, 0);
	th = fake_thread(wait_gate, NULL);
	while (!going)
		sched_yield();
	nt_delay_execution(t, 0, AFTER_MS(5));
	ck_assert_uint_eq(nt_suspend_thread(t, th, 0), 0);
	nt_delay_execution(t, 0, AFTER_MS(20));
	nt_set_event(t, gate, 0);
	nt_delay_execution(t, 0, AFTER_MS(20));
	ck_assert_int_eq(going, 1);
	/* And others may take it meanwhile. */
	ck_assert_uint_eq(nt_wait_for_single_object(t, gate, 0, AT_ONCE), 0);
	nt_resume_thread(t, th, 0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, AFTER_MS(20)),
			  STATUS_TIMEOUT);
	nt_set_event(t, gate, 0);
	join(th);
	ck_assert_int_eq(going, 2);
}
END_TEST

START_TEST(terminated_in_wait)
{
	uint64_t th, info[6];

	nt_create_event(t, GADDR(&gate), GENERIC_ALL, 0, 1, 0);
	th = fake_thread(wait_alertably, NULL);
	while (!going)
		sched_yield();
	ck_assert_uint_eq(nt_terminate_thread(t, th, 1234), 0);
	ck_assert_uint_eq(nt_wait_for_single_object(t, th, 0, AFTER_MS(9000)),
			  0);
	ck_assert_uint_eq(nt_query_information_thread(t, th, 0, GADDR(info),
						      sizeof info, 0),
			  0);
	ck_assert_uint_eq((uint32_t)info[0], 1234);
	ck_assert_uint_eq(nt_queue_apc_thread(t, th, GADDR(apc), 1, 2, 3),
			  STATUS_UNSUCCESSFUL);
	ck_assert_uint_eq(nt_suspend_thread(t, th, 0),
			  STATUS_THREAD_IS_TERMINATING);
	ck_assert_uint_eq(threads_count(), 1);
}
END_TEST

static void come_and_go(struct task *me, void *arg)
{
	(void)me;
	(void)arg;
}

START_TEST(many_threads)
{
	for (int i = 0; i < 300; i++)
		join(fake_thread(come_and_go, NULL));
	ck_assert_uint_eq(threads_count(), 1);
	ck_assert_uint_eq(handles_count(), 0);
}
END_TEST

/* ---- completion ports ---- */

static NTSTATUS take(struct task *me, uint64_t *key, gaddr timeout)
{
	uint64_t value, io[2];

	return CALL(me,
		    nt_remove_io_completion(me, port, GADDR(key), GADDR(&value),
					    GADDR(io), timeout));
}

static _Atomic int taken, most_active, active;

static void work(struct task *me, void *arg)
{
	uint64_t key;

	(void)arg;
	while (take(me, &key, 0) == 0 && key) {
		int now = ++active, most = most_active;

		while (now > most &&
		       !atomic_compare_exchange_weak(&most_active, &most, now))
			;
		for (int i = 0; i < 50; i++)
			sched_yield();
		taken++;
		active--;
	}
}

START_TEST(port_order)
{
	uint64_t key, removed_at[4 * 3] = { 0 };
	uint32_t n;

	nt_create_io_completion(t, GADDR(&port), GENERIC_ALL, 0, 1);
	ck_assert_uint_eq(take(t, &key, AT_ONCE), STATUS_TIMEOUT);
	for (uint64_t i = 1; i <= 5; i++)
		nt_set_io_completion(t, port, i, 0, 0, 0);
	ck_assert_uint_eq(take(t, &key, 0), 0);
	ck_assert_uint_eq(key, 1);
	ck_assert_uint_eq(nt_remove_io_completion_ex(t, port, GADDR(removed_at),
						     3, GADDR(&n), 0, 0),
			  0);
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(removed_at[0], 2);
	ck_assert_uint_eq(removed_at[8], 4);
	nt_query_io_completion(t, port, 0, GADDR(&n), 4, 0);
	ck_assert_uint_eq(n, 1);
	nt_queue_apc_thread(t, NT_CURRENT_THREAD, GADDR(apc), 1, 2, 3);
	ck_assert_uint_eq(take(t, &key, 0), 0);
	ck_assert_uint_eq(
		CALL(t, nt_remove_io_completion_ex(t, port, GADDR(removed_at),
						   3, GADDR(&n), 0, 1)),
		STATUS_USER_APC);
	ck_assert_int_eq(apcs, 1);
}
END_TEST

/* _i: how many threads may run at once. */
START_TEST(port_limit)
{
	uint64_t th[4];

	nt_create_io_completion(t, GADDR(&port), GENERIC_ALL, 0, (uint32_t)_i);
	for (int i = 0; i < 4; i++)
		th[i] = fake_thread(work, NULL);
	for (int i = 0; i < 400; i++)
		nt_set_io_completion(t, port, 7, 0, 0, 0);
	for (int i = 0; i < 4; i++)
		nt_set_io_completion(t, port, 0, 0, 0, 0);
	for (int i = 0; i < 4; i++)
		join(th[i]);
	ck_assert_int_eq(taken, 400);
	ck_assert_int_le(most_active, _i);
}
END_TEST

static void take_closed(struct task *me, void *arg)
{
	uint64_t key;

	(void)arg;
	going = 1;
	if (take(me, &key, 0) != STATUS_ABANDONED_WAIT_0)
		abort();
}

START_TEST(port_closed)
{
	uint64_t th;

	nt_create_io_completion(t, GADDR(&port), GENERIC_ALL, 0, 0);
	th = fake_thread(take_closed, NULL);
	while (!going)
		sched_yield();
	nt_delay_execution(t, 0, AFTER_MS(10));
	nt_close(t, port);
	join(th);
}
END_TEST

START_TEST(wait_packets)
{
	uint64_t e, packet, key;
	uint8_t signaled = 9;

	nt_create_io_completion(t, GADDR(&port), GENERIC_ALL, 0, 0);
	nt_create_event(t, GADDR(&e), GENERIC_ALL, 0, 1, 0);
	nt_create_wait_completion_packet(t, GADDR(&packet), 1, 0);
	ck_assert_uint_eq(nt_cancel_wait_completion_packet(t, packet, 0),
			  STATUS_CANCELLED);
	for (uint64_t i = 1; i < 4; i++) {
		ck_assert_uint_eq(nt_associate_wait_completion_packet(
					  t, packet, port, e, i, 0, 0, 0,
					  GADDR(&signaled)),
				  0);
		ck_assert_uint_eq(signaled, 0);
		ck_assert_uint_eq(nt_associate_wait_completion_packet(
					  t, packet, port, e, i, 0, 0, 0, 0),
				  STATUS_INVALID_PARAMETER_1);
		ck_assert_uint_eq(take(t, &key, AT_ONCE), STATUS_TIMEOUT);
		nt_set_event(t, e, 0);
		ck_assert_uint_eq(take(t, &key, 0), 0);
		ck_assert_uint_eq(key, i);
		ck_assert_uint_eq(nt_wait_for_single_object(t, e, 0, AT_ONCE),
				  STATUS_TIMEOUT);
	}
	nt_set_event(t, e, 0);
	nt_associate_wait_completion_packet(t, packet, port, e, 9, 0, 0, 0,
					    GADDR(&signaled));
	ck_assert_uint_eq(signaled, 1);
	ck_assert_uint_eq(nt_cancel_wait_completion_packet(t, packet, 0),
			  STATUS_PENDING);
	ck_assert_uint_eq(nt_cancel_wait_completion_packet(t, packet, 1), 0);
	ck_assert_uint_eq(take(t, &key, AT_ONCE), STATUS_TIMEOUT);
	nt_associate_wait_completion_packet(t, packet, port, e, 9, 0, 0, 0, 0);
	nt_close(t, packet);
	nt_set_event(t, e, 0);
	ck_assert_uint_eq(take(t, &key, AT_ONCE), STATUS_TIMEOUT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("thread");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, apc_wakes);
	tcase_add_test(tc, apc_to_self);
	tcase_add_test(tc, object_before_apc);
	tcase_add_test(tc, alerts);
	tcase_add_test(tc, alert_by_id);
	tcase_add_test(tc, suspended);
	tcase_add_test(tc, suspended_in_wait);
	tcase_add_test(tc, terminated_in_wait);
	tcase_add_test(tc, many_threads);
	tcase_add_test(tc, port_order);
	tcase_add_loop_test(tc, port_limit, 1, 4);
	tcase_add_test(tc, port_closed);
	tcase_add_test(tc, wait_packets);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
