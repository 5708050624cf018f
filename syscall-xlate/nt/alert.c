/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * alert.c - NtAlertThreadByThreadId and NtWaitForAlertByThreadId.
 *
 * ntdll's critical sections, SRW locks, condition variables and WaitOnAddress
 * sleep with these two, so they do as little as can be: one exchange each, and
 * a futex call only if the other side sleeps.  No reference to the thread is
 * taken; an alert that reaches a thread which was born at the same id a moment
 * ago is one of the spurious ones that its users expect.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

/* nt_thread.alert_word */
enum { NOTHING, ALERTED, ASLEEP };

NTSTATUS nt_alert_thread_by_thread_id(struct task *t, uint64_t thread_id)
{
	struct nt_thread *th = thread_peek(thread_id);

	(void)t;
	if (!th)
		return STATUS_INVALID_CID;
	if (atomic_exchange_explicit(&th->alert_word, ALERTED,
				     memory_order_acq_rel) == ASLEEP)
		futex_wake(&th->alert_word, 1);
	else
		task_woke_watcher(&th->task);
	return STATUS_SUCCESS;
}

/* Takes an alert that is there. */
static inline bool take(struct nt_thread *th)
{
	uint32_t v = ALERTED;

	return atomic_compare_exchange_strong(&th->alert_word, &v, NOTHING);
}

/* From asleep to awake; false: an alert came first. */
static inline bool give_up(struct nt_thread *th)
{
	uint32_t v = ASLEEP;

	return atomic_compare_exchange_strong(&th->alert_word, &v, NOTHING) ||
	       v == NOTHING;
}

static NTSTATUS sleep_for_alert(struct task *t, struct nt_thread *th,
				int64_t deadline)
{
	for (;;) {
		uint32_t v = NOTHING;
		int err = 0;

		if (task_spins(t))
			task_watch_word(t, &th->alert_word, NOTHING, NULL);
		if (!atomic_compare_exchange_strong(&th->alert_word, &v,
						    ASLEEP) &&
		    take(th))
			return STATUS_ALERTED;
		/* Who sets pending bits puts the word back to NOTHING after. */
		if (!(t->pending & (TASK_SUSPEND | TASK_TERMINATE)))
			err = futex_wait(&th->alert_word, ASLEEP, deadline);
		if (take(th))
			return STATUS_ALERTED;
		if (err == ETIMEDOUT) {
			if (give_up(th))
				return STATUS_TIMEOUT;
		} else if (t->pending & (TASK_SUSPEND | TASK_TERMINATE)) {
			give_up(th);
			if (nt_interrupted(t, false))
				return STATUS_THREAD_IS_TERMINATING;
		}
	}
}

NTSTATUS nt_wait_for_alert_by_thread_id(struct task *t, gaddr address,
					gaddr timeout)
{
	struct nt_thread *th = nt_thread(t);
	struct nt_timeout to;
	NTSTATUS status;

	(void)address; /* for debuggers */
	if (take(th))
		return STATUS_ALERTED;
	status = timeout_read(t, timeout, &to);
	if (status)
		return status;
	if (!to.infinite && !timeout_deadline(&to))
		return STATUS_TIMEOUT;
	if (th->port_active)
		iocp_thread_blocks(th);
	status = sleep_for_alert(t, th, timeout_deadline(&to));
	if (th->port)
		iocp_thread_runs(th);
	return status;
}
