/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process-set.c - NtSetInformationProcess. */
#include <string.h>

#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
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

static NTSTATUS set_priority_class(struct nt_process *p, const void *v)
{
	uint8_t b[2]; /* foreground, class */

	memcpy(b, v, sizeof b);
	if (p == nt_self && is_priority_class(b[1]))
		jobs_fix(&b[1], NULL);
	return process_set_priority(p, b[1]);
}

static NTSTATUS set_affinity(struct nt_process *p, const void *v)
{
	uint64_t mask;

	memcpy(&mask, v, sizeof mask);
	if (!mask || mask & ~system_affinity())
		return STATUS_INVALID_PARAMETER;
	if (p == nt_self)
		jobs_fix(NULL, &mask);
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

static uint32_t number(const void *v)
{
	uint32_t n;

	memcpy(&n, v, sizeof n);
	return n;
}

NTSTATUS io_priority_check(uint32_t priority)
{
	enum { IO_CRITICAL = 4 };

	if (priority > IO_CRITICAL)
		return STATUS_INVALID_PARAMETER;
	return priority > IO_NORMAL ? STATUS_PRIVILEGE_NOT_HELD
				    : STATUS_SUCCESS;
}

NTSTATUS page_priority_check(uint32_t priority)
{
	enum { PAGE_HIGHEST = 7 };

	if (priority > PAGE_HIGHEST)
		return STATUS_INVALID_PARAMETER;
	return priority > PAGE_NORMAL ? STATUS_PRIVILEGE_NOT_HELD
				      : STATUS_SUCCESS;
}

static NTSTATUS set_io_priority(struct nt_process *p, const void *v)
{
	NTSTATUS status = io_priority_check(number(v));

	if (!status)
		process_set_io_priority(p, number(v));
	return status;
}

static NTSTATUS set_page_priority(struct nt_process *p, const void *v)
{
	NTSTATUS status = page_priority_check(number(v));

	if (!status)
		p->page_lowered = (uint8_t)(PAGE_NORMAL - number(v));
	return status;
}

/* Of all its threads, and of those to come. */
static NTSTATUS set_boost(struct nt_process *p, const void *v)
{
	struct nt_thread *th = NULL;

	p->boost_disabled = number(v) != 0;
	while (p == nt_self && (th = thread_next(th)))
		th->boost_disabled = p->boost_disabled;
	return STATUS_SUCCESS;
}

/* Nobody's end stops the machine. */
static NTSTATUS set_break(struct nt_process *p, const void *v)
{
	(void)p;
	return number(v) ? STATUS_PRIVILEGE_NOT_HELD : STATUS_SUCCESS;
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

static NTSTATUS set(struct task *t, struct nt_process *p, uint32_t class,
		    gaddr info, uint32_t len)
{
	NTSTATUS status = STATUS_INVALID_INFO_CLASS;
	uint8_t v[MAX_INFO] = { 0 };

	for (unsigned i = 0; i < COUNT_OF(setters); i++) {
		if (setters[i].class != class)
			continue;
		if (len == setters[i].size)
			return guest_read(t, v, info, len)
				       ? STATUS_ACCESS_VIOLATION
				       : setters[i].set(p, v);
		status = STATUS_INFO_LENGTH_MISMATCH;
	}
	return status;
}

NTSTATUS nt_set_information_process(struct task *t, uint64_t process,
				    uint32_t class, gaddr info, uint32_t len)
{
	enum { QUOTA_LIMITS = 1, MITIGATION = 52 };
	enum { MAY_SET_QUOTA = 0x100, MAY_SET = 0x200 };
	const uint32_t access = class == QUOTA_LIMITS ? MAY_SET_QUOTA : MAY_SET;
	const uint64_t args[] = { process, class, info, len };
	struct nt_process *p;
	NTSTATUS status;

	status = handle_get(t, process, &process_type, access, &p);
	if (status)
		return status;
	/* What another process of ours is, it says itself. */
	if (class == MITIGATION ||
	    !remote_call(t, process, access, "NtSetInformationProcess", args,
			 &status) ||
	    status == STATUS_NOT_SUPPORTED)
		status = set(t, p, class, info, len);
	object_put(&p->object);
	return status;
}
