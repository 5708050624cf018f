/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debug-regs.c - Dr0 to Dr7, as CONTEXTs carry them.
 *
 * Each enabled breakpoint is one of the engine's watches on the host thread.
 * Most threads never have any, so that nothing is asked of them but a flag.
 * The thread itself and any number of others may set them at once.
 */
#include "syscall-xlate/nt/context.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/nt-private.h"

enum { DR6 = 4, DR7 = 5 };

/* Guards every thread's dr*. */
static pthread_mutex_t dr_lock = PTHREAD_MUTEX_INITIALIZER;

static void forget(struct nt_thread *th, unsigned i)
{
	if (th->dr_fd[i] > 0)
		close(th->dr_fd[i]);
	th->dr_fd[i] = 0;
}

void debug_regs_end(struct nt_thread *th)
{
	pthread_mutex_lock(&dr_lock);
	th->dr_over = true;
	for (unsigned i = 0; i < TASK_WATCHES; i++)
		forget(th, i);
	pthread_mutex_unlock(&dr_lock);
}

/* What Dr7 says of breakpoint i; false: it is off, or no such thing. */
static bool decode(const struct nt_thread *th, unsigned i, struct task_watch *w)
{
	static const uint8_t lengths[] = { 1, 2, 8, 4 };
	static const int8_t types[] = { TASK_WATCH_EXECUTE, TASK_WATCH_WRITE,
					-1, TASK_WATCH_ACCESS };
	uint64_t dr7 = th->dr[DR7];
	unsigned bits = dr7 >> (16 + 4 * i) & 15;

	if (!(dr7 >> (2 * i) & 3) || types[bits & 3] < 0)
		return false;
	*w = (struct task_watch){
		.number = i,
		.addr = th->dr[i],
		.type = (enum task_watch_type)types[bits & 3],
		.len = lengths[bits >> 2],
	};
	return true;
}

/* dr_lock held. */
static NTSTATUS apply(struct nt_thread *th)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct task_watch w;

	if (th->dr_over)
		return STATUS_SUCCESS;
	/* It has no host thread yet: when it begins. */
	if (!th->task.tid) {
		atomic_fetch_or(&th->task.pending, TASK_DEBUG);
		return STATUS_SUCCESS;
	}
	for (unsigned i = 0; i < TASK_WATCHES; i++) {
		int fd;

		forget(th, i);
		if (!decode(th, i, &w))
			continue;
		fd = task_ops->watch ? task_ops->watch(&th->task, &w) : -ENOSYS;
		if (fd > 0)
			th->dr_fd[i] = fd;
		else
			status = STATUS_NOT_SUPPORTED;
	}
	return status;
}

NTSTATUS debug_regs_apply(struct nt_thread *th)
{
	NTSTATUS status;

	pthread_mutex_lock(&dr_lock);
	status = apply(th);
	pthread_mutex_unlock(&dr_lock);
	return status;
}

/* Where they lie in a CONTEXT. */
static NTSTATUS read_regs(struct task *t, gaddr context, bool narrow,
			  uint64_t dr[6])
{
	uint32_t half[6];

	if (!narrow)
		return guest_read(t, dr,
				  context + offsetof(struct nt_context, dr0),
				  6 * sizeof *dr)
			       ? STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	if (guest_read(t, half, context + sizeof(uint32_t), sizeof half))
		return STATUS_ACCESS_VIOLATION;
	for (unsigned i = 0; i < COUNT_OF(half); i++)
		dr[i] = half[i];
	return STATUS_SUCCESS;
}

NTSTATUS debug_regs_take(struct task *t, struct nt_thread *th, gaddr context,
			 bool narrow)
{
	uint64_t dr[6];
	uint32_t flags;
	NTSTATUS status;

	status = narrow ? context_flags(t, context, &flags)
			: context64_flags(t, context, &flags);
	if (status || !(flags & CONTEXT_DEBUG_REGISTERS))
		return status;
	status = read_regs(t, context, narrow, dr);
	if (status)
		return status;
	pthread_mutex_lock(&dr_lock);
	/* Mostly a context that was read and only changed elsewhere. */
	if (th->dr_used ? memcmp(dr, th->dr, sizeof dr) != 0
			: (dr[0] | dr[1] | dr[2] | dr[3] |
			   (dr[DR7] & 0xffff00ff)) != 0) {
		th->dr_used = true;
		memcpy(th->dr, dr, sizeof dr);
		status = apply(th);
	}
	pthread_mutex_unlock(&dr_lock);
	return status;
}

NTSTATUS debug_regs_give(struct task *t, const struct nt_thread *th,
			 gaddr context, uint32_t flags, bool narrow)
{
	uint64_t dr[6];
	uint32_t half[6];

	if (!th->dr_used || !(flags & CONTEXT_DEBUG_REGISTERS))
		return STATUS_SUCCESS;
	pthread_mutex_lock(&dr_lock);
	memcpy(dr, th->dr, sizeof dr);
	pthread_mutex_unlock(&dr_lock);
	if (!narrow)
		return guest_write(t,
				   context + offsetof(struct nt_context, dr0),
				   dr, sizeof dr)
			       ? STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	for (unsigned i = 0; i < COUNT_OF(half); i++)
		half[i] = (uint32_t)dr[i];
	return guest_write(t, context + sizeof(uint32_t), half, sizeof half)
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

void debug_regs_step(struct nt_thread *th, gaddr which)
{
	enum { SINGLE_STEP = 0x4000, ALWAYS_ONE = 0xffff0ff0 };

	if (!th->dr_used)
		return;
	pthread_mutex_lock(&dr_lock);
	th->dr[DR6] = ALWAYS_ONE | (which ? which : (gaddr)SINGLE_STEP);
	pthread_mutex_unlock(&dr_lock);
}
