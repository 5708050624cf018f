/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-watch.c - the processor's breakpoints, by perf_event_open(2).
 *
 * Each is an event of one thread whose overflow is a synchronous SIGTRAP (Linux
 * 5.13).  The signal carries the number of the breakpoint, since the host does
 * not show its debug registers.
 */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/task.h"

enum { TRAP_BY_PERF = 6, PERF_DATA_AT = 24 }; /* si_code; in siginfo_t */

int direct_watch(struct task *t, const struct task_watch *w)
{
	static const uint32_t types[] = {
		[TASK_WATCH_EXECUTE] = HW_BREAKPOINT_X,
		[TASK_WATCH_WRITE] = HW_BREAKPOINT_W,
		[TASK_WATCH_ACCESS] = HW_BREAKPOINT_RW,
	};
	struct perf_event_attr a = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof a,
		.sample_period = 1,
		.bp_type = types[w->type],
		.bp_addr = w->addr,
		.bp_len = w->type == TASK_WATCH_EXECUTE ? sizeof(long) : w->len,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.remove_on_exec = 1,
		.sigtrap = 1,
		/* Data 0 cannot be told from a signal without any. */
		.sig_data = w->number + 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &a, t->tid, -1, -1,
			      PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int direct_watch_hit(const siginfo_t *si)
{
	uint64_t data;

	if (si->si_signo != SIGTRAP || si->si_code != TRAP_BY_PERF)
		return -1;
	memcpy(&data, (const char *)si + PERF_DATA_AT, sizeof data);
	return data >= 1 && data <= TASK_WATCHES ? (int)data - 1 : -1;
}
