/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-info.c - NtQueryInformationProcess.
 *
 * Memory and I/O numbers come from the host's /proc; for processes that are
 * not ours the host may not tell them, and then they are 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/proc.h"
#include "loader/image/image.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/debug.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process-name.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/info-rows.h"

enum {
	ACCESS_QUERY = 0x400,
	ACCESS_QUERY_LIMITED = 0x1000,

	MAX_INFO = 128,
};

/* ---- structures ---- */

struct process_basic {
	uint32_t exit_status, pad;
	uint64_t peb, affinity;
	int32_t base_priority, pad2;
	uint64_t id, parent_id;
};
_Static_assert(sizeof(struct process_basic) == 48, "ProcessBasicInformation");

struct process_basic_ex {
	uint64_t size;
	struct process_basic basic;
	uint32_t flags, pad;
};

struct quota_limits {
	uint64_t paged, nonpaged, min_working_set, max_working_set, pagefile;
	int64_t time;
};

struct vm_counters {
	uint64_t peak_virtual, virtual_size;
	uint32_t page_faults, pad;
	uint64_t peak_working_set, working_set;
	uint64_t peak_paged, paged, peak_nonpaged, nonpaged;
	uint64_t pagefile, peak_pagefile;
	uint64_t private_usage;                      /* _EX */
	uint64_t private_working_set, shared_commit; /* _EX2 */
};
_Static_assert(sizeof(struct vm_counters) == 112, "ProcessVmCounters");

struct process_times {
	int64_t created, ended, kernel, user;
};

struct image_information {
	uint64_t entry;
	uint32_t zero_bits, pad;
	uint64_t stack_reserve, stack_commit;
	uint32_t subsystem;
	uint16_t subsystem_minor, subsystem_major;
	uint16_t os_major, os_minor;
	uint16_t characteristics, dll_characteristics;
	uint16_t machine;
	uint8_t contains_code, flags;
	uint32_t loader_flags, file_size, checksum;
};
_Static_assert(sizeof(struct image_information) == 64, "SECTION_IMAGE_INFO");

/* ---- from the host ---- */

/* "Name:  123 kB" lines of a file in /proc: the number, 0 if it is not there.
 */
static uint64_t proc_number(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static uint64_t clock_of(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 10000000 + (uint64_t)tv->tv_usec * 10;
}

/* ---- classes of fixed size ---- */

typedef NTSTATUS getter(struct nt_process *p, void *v, uint32_t len);

static uint32_t exit_status(const struct nt_process *p)
{
	return p->object.state ? p->exit_code : STATUS_PENDING;
}

/* Of the priority classes 1 idle .. 4 realtime, 5 below, 6 above normal. */
static void fill_basic(const struct nt_process *p, struct process_basic *b)
{
	*b = (struct process_basic){
		.exit_status = exit_status(p),
		.peb = p->peb,
		.affinity = process_affinity(p),
		.base_priority = class_level(process_priority(p)),
		.id = p->id,
		.parent_id = p->parent_id,
	};
}

static NTSTATUS get_basic(struct nt_process *p, void *v, uint32_t len)
{
	struct process_basic_ex ex = { .size = sizeof ex };

	/* The PEB is what debuggers and ps look at. */
	process_learn(p);
	fill_basic(p, &ex.basic);
	if (len == sizeof ex)
		memcpy(v, &ex, sizeof ex);
	else
		memcpy(v, &ex.basic, sizeof ex.basic);
	return STATUS_SUCCESS;
}

static NTSTATUS get_quota(struct nt_process *p, void *v, uint32_t len)
{
	/* Working set limits as a fresh process of Windows has them. */
	const struct quota_limits q = {
		.paged = ~0ull,
		.nonpaged = ~0ull,
		.min_working_set = 50 * PAGE,
		.max_working_set = 345 * PAGE,
		.pagefile = ~0ull,
	};

	(void)p;
	memcpy(v, &q, MIN(len, sizeof q));
	return STATUS_SUCCESS;
}

static NTSTATUS get_io(struct nt_process *p, void *v, uint32_t len)
{
	struct io_counts c;

	(void)len;
	process_host_io(p->host_pid, &c);
	memcpy(v, &c, sizeof c);
	return STATUS_SUCCESS;
}

static NTSTATUS get_vm(struct nt_process *p, void *v, uint32_t len)
{
	struct vm_counters c = { 0 };
	struct rusage ru = { 0 };
	char text[4096];

	proc_read(p->host_pid, PROC_STATUS, 0, text, sizeof text);
	if (p == nt_self)
		getrusage(RUSAGE_SELF, &ru);
	c.peak_virtual = proc_number(text, "VmPeak:") * 1024;
	c.virtual_size = proc_number(text, "VmSize:") * 1024;
	c.page_faults = (uint32_t)(ru.ru_minflt + ru.ru_majflt);
	c.peak_working_set = proc_number(text, "VmHWM:") * 1024;
	c.working_set = proc_number(text, "VmRSS:") * 1024;
	c.pagefile = proc_number(text, "RssAnon:") * 1024 +
		     proc_number(text, "VmSwap:") * 1024;
	c.private_usage = c.private_working_set = c.pagefile;
	c.peak_pagefile = MAX(c.pagefile, c.peak_working_set);
	c.shared_commit = proc_number(text, "RssShmem:") * 1024;
	memcpy(v, &c, MIN(len, sizeof c));
	return STATUS_SUCCESS;
}

static NTSTATUS get_times(struct nt_process *p, void *v, uint32_t len)
{
	struct process_times times = { p->created, p->ended, 0, 0 };
	struct rusage ru;
	uint32_t faults;

	(void)len;
	if (p == nt_self && !getrusage(RUSAGE_SELF, &ru)) {
		times.user = (int64_t)clock_of(&ru.ru_utime);
		times.kernel = (int64_t)clock_of(&ru.ru_stime);
	} else if (p != nt_self) {
		if (!p->object.state)
			process_host_times(p->host_pid, &p->last_user,
					   &p->last_kernel, &faults);
		times.user = p->last_user;
		times.kernel = p->last_kernel;
	}
	memcpy(v, &times, sizeof times);
	return STATUS_SUCCESS;
}

static NTSTATUS put32(void *v, uint32_t n)
{
	memcpy(v, &n, sizeof n);
	return STATUS_SUCCESS;
}

static NTSTATUS put64(void *v, uint64_t n)
{
	memcpy(v, &n, sizeof n);
	return STATUS_SUCCESS;
}

static NTSTATUS get_debug_port(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	/* Others answer for themselves. */
	return put64(v, p == nt_self && nt_debugged ? ~0ull : 0);
}

/* Who has a console has it from the first process there: there is no host. */
static NTSTATUS get_console_host(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	if (p == nt_self)
		return put64(v, console.detached ? 0 : p->console_root);
	process_learn(p);
	return put64(v, p->detached ? 0 : p->console_root);
}

/* Only the debugger itself gets a handle: the object is in its process. */
static NTSTATUS get_debug_object(struct nt_process *p, void *v, uint32_t len)
{
	struct object *o = debug_object_of(p);
	NTSTATUS status;
	uint64_t h;

	(void)len;
	if (!o)
		return p == nt_self && nt_debugged ? STATUS_ACCESS_DENIED
						   : STATUS_PORT_NOT_SET;
	status = handle_add(NULL, o, 0x1f000f, 0, &h);
	object_put(o);
	return status ? status : put64(v, h);
}

static NTSTATUS get_debug_flags(struct nt_process *p, void *v, uint32_t len)
{
	(void)p;
	(void)len;
	return put32(v, debug_inherited()); /* PROCESS_DEBUG_INHERIT */
}

static NTSTATUS get_error_mode(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	/* The first bit says that errors are shown: SEM_* upside down. */
	return put32(v, p->error_mode ^ 1);
}

static NTSTATUS get_wow64(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	/* The 32-bit PEB's address, for what only programs of that width have:
	   of a child that has not begun, any. */
	if (p != nt_self && !p->block)
		process_learn(p);
	return put64(v, !p->wow64 ? 0 : p->peb ? p->peb : PAGE);
}

static NTSTATUS get_priority_class(struct nt_process *p, void *v, uint32_t len)
{
	uint8_t b[2] = { 0 };

	(void)len;
	process_learn(p);
	b[1] = (uint8_t)process_priority(p);
	memcpy(v, b, sizeof b);
	return STATUS_SUCCESS;
}

static NTSTATUS get_handle_count(struct nt_process *p, void *v, uint32_t len)
{
	uint32_t n[2] = { p == nt_self ? handles_count() : 0, 0 };

	n[1] = n[0];
	memcpy(v, n, MIN(len, sizeof n));
	return STATUS_SUCCESS;
}

static NTSTATUS get_session(struct nt_process *p, void *v, uint32_t len)
{
	(void)p;
	(void)len;
	return put32(v, 1);
}

static NTSTATUS get_zero(struct nt_process *p, void *v, uint32_t len)
{
	(void)p;
	memset(v, 0, len);
	return STATUS_SUCCESS;
}

static NTSTATUS get_affinity(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	process_learn(p);
	return put64(v, process_affinity(p));
}

static NTSTATUS get_cookie(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	return p == nt_self ? put32(v, p->cookie) : STATUS_INVALID_PARAMETER;
}

static NTSTATUS get_io_priority(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	return put32(v, (uint32_t)IO_NORMAL - p->io_lowered);
}

static NTSTATUS get_boost(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	return put32(v, p->boost_disabled);
}

static NTSTATUS get_page_priority(struct nt_process *p, void *v, uint32_t len)
{
	(void)len;
	return put32(v, (uint32_t)PAGE_NORMAL - p->page_lowered);
}

static NTSTATUS get_execute_flags(struct nt_process *p, void *v, uint32_t len)
{
	enum { DISABLE_EXECUTE = 1, ENABLE = 2, PERMANENT = 8, NO_THUNKS = 4 };
	/* Exception handlers: in memory without code, outside of images. */
	enum { EXECUTE_DISPATCH = 0x10, IMAGE_DISPATCH = 0x20 };

	(void)len;
	/* Only of ourselves it is known what the program says. */
	if (p == nt_self && image_executes_data(p->launch->image))
		return put32(v, ENABLE | EXECUTE_DISPATCH | IMAGE_DISPATCH);
	return put32(v, DISABLE_EXECUTE | NO_THUNKS | PERMANENT);
}

static NTSTATUS get_cycles(struct nt_process *p, void *v, uint32_t len)
{
	struct process_times times;
	uint64_t cycles[2] = { 0 };

	(void)len;
	get_times(p, &times, sizeof times);
	cycles[0] = (uint64_t)(times.kernel + times.user) * 100;
	memcpy(v, cycles, sizeof cycles);
	return STATUS_SUCCESS;
}

static NTSTATUS get_image_info(struct nt_process *p, void *v, uint32_t len)
{
	const struct image *img;
	struct image_information i;

	(void)len;
	if (p != nt_self)
		return STATUS_NOT_SUPPORTED;
	img = p->launch->image;
	i = (struct image_information){
		.entry = p->image_base + img->entry_rva,
		.stack_reserve = img->stack_reserve,
		.stack_commit = img->stack_commit,
		.subsystem = img->subsystem,
		.subsystem_minor = img->subsystem_minor,
		.subsystem_major = img->subsystem_major,
		.os_major = img->os_major,
		.os_minor = img->os_minor,
		.characteristics = img->characteristics,
		.dll_characteristics = img->dll_characteristics,
		.machine = img->machine,
		.contains_code = img->contains_code,
		.loader_flags = img->loader_flags,
		.file_size = (uint32_t)img->file_size,
		.checksum = img->checksum,
	};
	memcpy(v, &i, sizeof i);
	return STATUS_SUCCESS;
}

static NTSTATUS get_mitigation(struct nt_process *p, void *v, uint32_t len)
{
	uint32_t policy[2]; /* which, as the caller says; what of it is in force
			     */
	NTSTATUS status;

	(void)len;
	memcpy(policy, v, sizeof policy);
	status = mitigation_query(p, policy[0], &policy[1]);
	memcpy(v, policy, sizeof policy);
	return status;
}

static NTSTATUS get_protection(struct nt_process *p, void *v, uint32_t len)
{
	(void)p;
	(void)len;
	*(uint8_t *)v = 0;
	return STATUS_SUCCESS;
}

/* A class whose structure grew has a row for each size. */
static const struct {
	uint32_t class, size;
	getter *get;
	uint32_t access; /* for the table's sake: 0 */
} getters[] = { INFO_ROWS_PROCESS };

/* ---- the calls ---- */

static NTSTATUS query_fixed(struct task *t, struct nt_process *p,
			    uint32_t class, gaddr info, uint32_t len,
			    gaddr ret_len)
{
	enum { MITIGATION = 52 };
	uint8_t v[MAX_INFO] = { 0 };
	bool known = false;
	NTSTATUS status;

	for (unsigned i = 0; i < COUNT_OF(getters); i++) {
		if (getters[i].class != class)
			continue;
		known = true;
		if (len != getters[i].size)
			continue;
		if (class == MITIGATION && guest_read(t, v, info, len))
			return STATUS_ACCESS_VIOLATION;
		status = getters[i].get(p, v, len);
		if (status)
			return status;
		if (guest_write(t, info, v, len) ||
		    (ret_len && guest_put32(t, ret_len, len)))
			return STATUS_ACCESS_VIOLATION;
		return STATUS_SUCCESS;
	}
	return known ? STATUS_INFO_LENGTH_MISMATCH : STATUS_INVALID_INFO_CLASS;
}

/* Classes that only the process itself can answer: debugger, its flags,
   cookie, handle count, error mode, image, mitigation policies. */
static bool only_itself(uint32_t class)
{
	return class == 7 || class == 31 || class == 12 || class == 20 ||
	       class == 36 || class == 37 || class == 52;
}

static NTSTATUS query(struct task *t, struct nt_process *p, uint32_t class,
		      gaddr info, uint32_t len, gaddr ret_len)
{
	enum { IMAGE_NAME = 27, IMAGE_NAME_WIN32 = 43, COMMAND_LINE = 60 };

	switch (class) {
	case IMAGE_NAME:
	case IMAGE_NAME_WIN32:
		return process_image_name(t, p, info, len, ret_len,
					  class == IMAGE_NAME_WIN32);
	case COMMAND_LINE:
		return process_command_line(t, p, info, len, ret_len);
	default:
		return query_fixed(t, p, class, info, len, ret_len);
	}
}

/* To 64-bit code a 32-bit program's PEB is the 64-bit one. */
static NTSTATUS wide_peb(struct task *t, struct nt_process *p, gaddr info,
			 uint32_t len)
{
	const gaddr at = info + offsetof(struct process_basic, peb) +
			 (len == sizeof(struct process_basic_ex)
				  ? offsetof(struct process_basic_ex, basic)
				  : 0);

	return p->wow64 && guest_put64(t, at, process_peb64(p))
		       ? STATUS_ACCESS_VIOLATION
		       : STATUS_SUCCESS;
}

NTSTATUS nt_query_information_process(struct task *t, uint64_t process,
				      uint32_t class, gaddr info, uint32_t len,
				      gaddr ret_len)
{
	const uint64_t args[] = { process, class, info, len, ret_len };
	struct nt_process *p;
	NTSTATUS status;

	status =
		handle_get(t, process, &process_type, ACCESS_QUERY_LIMITED, &p);
	if (status == STATUS_ACCESS_DENIED)
		status =
			handle_get(t, process, &process_type, ACCESS_QUERY, &p);
	if (status)
		return status;
	if (!only_itself(class) ||
	    !remote_call(t, process, 0, "NtQueryInformationProcess", args,
			 &status) ||
	    status == STATUS_NOT_SUPPORTED)
		status = query(t, p, class, info, len, ret_len);
	if (!status && !class && t && !regs_code32(t->regs))
		status = wide_peb(t, p, info, len);
	object_put(&p->object);
	return status;
}
