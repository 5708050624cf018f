/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-set.c - NtSetInformationProcess.
 *
 * Priority and affinity are the host's, thread by thread; of another process
 * its first thread's.
 */
#include <string.h>

#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/info-rows.h"

enum { MAX_INFO = 128 };

typedef NTSTATUS setter(struct nt_process *p, const void *v);

static NTSTATUS set_error_mode(struct nt_process *p, const void *v)
{
	memcpy(&p->error_mode, v, sizeof p->error_mode);
	p->error_mode ^= 1;
	return STATUS_SUCCESS;
}

NTSTATUS process_set_priority(struct nt_process *p, uint8_t class)
{
	/* idle, below normal; nothing above normal is ours to give */
	static const int8_t nice[] = { 0, 15, 0, 0, 0, 5, 0 };
	struct nt_thread *th = NULL;

	if (!class || class >= COUNT_OF(nice))
		return STATUS_INVALID_PARAMETER;
	p->priority_class = class;
	if (p != nt_self) {
		process_set_nice(p->host_pid, nice[class]);
		return STATUS_SUCCESS;
	}
	while ((th = thread_next(th)))
		process_set_nice(th->task.tid, nice[class]);
	return STATUS_SUCCESS;
}

static NTSTATUS set_priority_class(struct nt_process *p, const void *v)
{
	uint8_t b[2]; /* foreground, class */

	memcpy(b, v, sizeof b);
	return process_set_priority(p, b[1]);
}

void process_set_affinity(struct nt_process *p, uint64_t mask)
{
	struct nt_thread *th = NULL;

	p->affinity = mask;
	if (p != nt_self) {
		process_set_cpus(p->host_pid, mask);
		return;
	}
	while ((th = thread_next(th))) {
		th->affinity = th->affinity & mask ? th->affinity & mask : mask;
		process_set_cpus(th->task.tid, th->affinity);
	}
}

static NTSTATUS set_affinity(struct nt_process *p, const void *v)
{
	uint64_t mask;

	memcpy(&mask, v, sizeof mask);
	if (!mask || mask & ~system_affinity())
		return STATUS_INVALID_PARAMETER;
	process_set_affinity(p, mask);
	return STATUS_SUCCESS;
}

static NTSTATUS set_debug_flags(struct nt_process *p, const void *v)
{
	enum { DEBUG_INHERIT = 1 };
	uint32_t f;

	memcpy(&f, v, sizeof f);
	if (f & ~(uint32_t)DEBUG_INHERIT)
		return STATUS_INVALID_PARAMETER;
	if (p != nt_self)
		return STATUS_NOT_SUPPORTED;
	debug_set_inherit(f);
	return STATUS_SUCCESS;
}

static NTSTATUS set_mitigation(struct nt_process *p, const void *v)
{
	uint32_t policy[2]; /* which, bits */

	memcpy(policy, v, sizeof policy);
	return p == nt_self ? mitigation_set(policy[0], policy[1])
			    : STATUS_NOT_SUPPORTED;
}

static NTSTATUS set_hint(struct nt_process *p, const void *v)
{
	(void)p;
	(void)v;
	return STATUS_SUCCESS;
}

static const struct {
	uint32_t class, size;
	setter *set;
	uint32_t access; /* for the table's sake: 0 */
} setters[] = { INFO_ROWS_SETPROCESS };

NTSTATUS nt_set_information_process(struct task *t, uint64_t process,
				    uint32_t class, gaddr info, uint32_t len)
{
	uint8_t v[MAX_INFO] = { 0 };
	struct nt_process *p;
	bool known = false;
	NTSTATUS status;

	status = handle_get(t, process, &process_type, 0, &p);
	if (status)
		return status;
	status = STATUS_INVALID_INFO_CLASS;
	for (unsigned i = 0; i < COUNT_OF(setters); i++) {
		if (setters[i].class != class)
			continue;
		known = true;
		if (len != setters[i].size)
			continue;
		status = guest_read(t, v, info, len) ? STATUS_ACCESS_VIOLATION
						     : setters[i].set(p, v);
		known = false;
		break;
	}
	object_put(&p->object);
	return known ? STATUS_INFO_LENGTH_MISMATCH : status;
}
