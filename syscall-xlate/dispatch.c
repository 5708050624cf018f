/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dispatch.c - from a guest's registers to a handler, and back.
 *
 * Every system call of every guest passes here, whichever engine caught it.
 */
#include "syscall-xlate/dispatch.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscall-xlate/returns.h"
#include "syscall-xlate/trace.h"
#include "syscall-xlate/xlate.h"

uint8_t xlate_lean_rows[XLATE_LEAN_ROWS];
bool (*xlate_lean)(struct task *t, uint32_t nr, gaddr args, int64_t *ret);

/* Somebody waits to hear that this thread has left guest code. */
static __attribute__((noinline)) void notice_kick(struct task *t)
{
	atomic_fetch_add(&t->kicks, 1);
	syscall(SYS_futex, &t->kicks, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
}

RETURNS_BY_CHOICE
void dispatch(struct task *t, struct guest_regs *regs)
{
	const struct personality *p = t->personality;
	const struct xlate_call *call = p->find_call(regs);
	uint64_t args[XLATE_MAX_ARGS];
	int64_t ret;

	t->regs = regs;
	t->in_call = true;
	returns_spoiled = false;
	if (__builtin_expect(atomic_load(&t->pending) != 0, 0))
		notice_kick(t);
	if (__builtin_expect(!call || !call->run, 0)) {
		trace_absent(t, regs, call);
		p->set_result(regs, p->no_such_call);
		t->in_call = false;
		return;
	}
	if (__builtin_expect(p->fetch_args(t, regs, call, args) != 0, 0)) {
		ret = p->bad_args;
	} else if (__builtin_expect(trace_enabled, 0)) {
		int64_t began = trace_enter(t, call, args);

		ret = xlate_run(call)(t, args);
		trace_leave(t, call, args, ret, began);
	} else {
		ret = xlate_run(call)(t, args);
	}
	p->set_result(regs, ret);
	t->in_call = false;
}
