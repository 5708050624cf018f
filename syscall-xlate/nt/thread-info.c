/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread-info.c - NtQueryInformationThread and NtSetInformationThread.
 *
 * Priorities are remembered and told; the host's are only lowered, as raising
 * them needs rights that a program does not have.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/proc.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/token.h"

enum {
	ACCESS_QUERY = 0x40,
	ACCESS_SET = 0x20,
	ACCESS_QUERY_LIMITED = 0x800,
	ACCESS_GET_CONTEXT = 8,
	ACCESS_SET_CONTEXT = 0x10,
	ACCESS_SET_LIMITED = 0x400,

	MAX_INFO = 64, /* the largest fixed class */
};

/* ---- structures ---- */

struct thread_basic {
	uint32_t exit_status, pad;
	uint64_t teb;
	struct client_id64 id;
	uint64_t affinity;
	int32_t priority, base_priority;
};
_Static_assert(sizeof(struct thread_basic) == 48, "ThreadBasicInformation");

struct thread_times {
	int64_t created, ended, kernel, user;
};

struct group_affinity {
	uint64_t mask;
	uint16_t group, reserved[3];
};

/* ---- reading ---- */

/* A class of fixed size: fills in *v. */
typedef NTSTATUS getter(struct nt_thread *th, void *v);

static NTSTATUS get_basic(struct nt_thread *th, void *v)
{
	struct thread_basic b = {
		.exit_status = th->state == THREAD_ENDED ? th->exit_code
							 : STATUS_PENDING,
		.teb = th->teb,
		.id = { th->process->id, th->id },
		.affinity = th->affinity,
		.priority = thread_level(th),
		.base_priority = th->priority,
	};

	memcpy(v, &b, sizeof b);
	return STATUS_SUCCESS;
}

/* "123 (name) S ..." of the host: clock ticks in fields 14 and 15. */
static bool host_times(int tid, uint64_t *user, uint64_t *kernel)
{
	char buf[512], *at;
	unsigned long ut, st;

	if (proc_read(getpid(), PROC_THREAD_STAT, tid, buf, sizeof buf) <= 0)
		return false;
	at = strrchr(buf, ')');
	if (!at || sscanf(at + 1,
			  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu "
			  "%lu",
			  &ut, &st) != 2)
		return false;
	*user = ut * (1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK));
	*kernel = st * (1000000000ull / (uint64_t)sysconf(_SC_CLK_TCK));
	return true;
}

static void times_of(struct nt_thread *th, uint64_t *user, uint64_t *kernel)
{
	struct rusage ru;

	*user = th->user_ns;
	*kernel = th->kernel_ns;
	if (th->state != THREAD_RUNS)
		return;
	if (&th->task != current_task) {
		host_times(th->task.tid, user, kernel);
	} else if (!getrusage(RUSAGE_THREAD, &ru)) {
		*user = (uint64_t)ru.ru_utime.tv_sec * 1000000000 +
			(uint64_t)ru.ru_utime.tv_usec * 1000;
		*kernel = (uint64_t)ru.ru_stime.tv_sec * 1000000000 +
			  (uint64_t)ru.ru_stime.tv_usec * 1000;
	}
}

static NTSTATUS get_times(struct nt_thread *th, void *v)
{
	struct thread_times times = { th->created, th->ended, 0, 0 };
	uint64_t user, kernel;

	times_of(th, &user, &kernel);
	times.user = (int64_t)user / 100;
	times.kernel = (int64_t)kernel / 100;
	memcpy(v, &times, sizeof times);
	return STATUS_SUCCESS;
}

static NTSTATUS get_cycles(struct nt_thread *th, void *v)
{
	uint64_t cycles[2] = { 0 };
	uint64_t user, kernel;
	struct timespec ts;

	/* Nanoseconds of processor time: a clock of 1 GHz. */
	if (&th->task == current_task &&
	    !clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts)) {
		cycles[0] =
			(uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	} else {
		times_of(th, &user, &kernel);
		cycles[0] = user + kernel;
	}
	memcpy(v, cycles, sizeof cycles);
	return STATUS_SUCCESS;
}

static NTSTATUS get_start(struct nt_thread *th, void *v)
{
	memcpy(v, &th->start, sizeof th->start);
	return STATUS_SUCCESS;
}

static NTSTATUS get_am_last(struct nt_thread *th, void *v)
{
	uint32_t last = threads_count() == 1;

	(void)th;
	memcpy(v, &last, sizeof last);
	return STATUS_SUCCESS;
}

static NTSTATUS put32(void *v, uint32_t n)
{
	memcpy(v, &n, sizeof n);
	return STATUS_SUCCESS;
}

static NTSTATUS get_boost(struct nt_thread *th, void *v)
{
	return put32(v, th->boost_disabled);
}

static NTSTATUS get_hidden(struct nt_thread *th, void *v)
{
	*(uint8_t *)v = th->hide_from_debugger;
	return STATUS_SUCCESS;
}

static NTSTATUS get_break(struct nt_thread *th, void *v)
{
	return put32(v, th->break_on_termination);
}

static NTSTATUS get_terminated(struct nt_thread *th, void *v)
{
	return put32(v, th->state == THREAD_ENDED);
}

static NTSTATUS get_zero32(struct nt_thread *th, void *v)
{
	(void)th;
	return put32(v, 0);
}

static NTSTATUS get_io_pending(struct nt_thread *th, void *v)
{
	return put32(v, th->irps != 0);
}

static NTSTATUS get_io_priority(struct nt_thread *th, void *v)
{
	return put32(v, (uint32_t)IO_NORMAL - th->io_lowered);
}

static NTSTATUS get_page_priority(struct nt_thread *th, void *v)
{
	return put32(v, (uint32_t)PAGE_NORMAL - th->page_lowered);
}

static NTSTATUS get_group(struct nt_thread *th, void *v)
{
	struct group_affinity g = { .mask = th->affinity };

	memcpy(v, &g, sizeof g);
	return STATUS_SUCCESS;
}

static NTSTATUS get_ideal(struct nt_thread *th, void *v)
{
	/* PROCESSOR_NUMBER: group 0 */
	return put32(v, (uint32_t)th->ideal_processor << 16);
}

static NTSTATUS get_suspend_count(struct nt_thread *th, void *v)
{
	return put32(v, th->suspend & 0xffff);
}

static const struct {
	uint32_t class, size;
	getter *get;
	uint32_t access; /* for the table's sake: 0 */
} getters[] = { INFO_ROWS_THREAD };

/* ThreadNameInformation: a UNICODE_STRING and its text. */
static NTSTATUS get_name(struct task *t, struct nt_thread *th, gaddr info,
			 uint32_t len, gaddr ret_len)
{
	struct unicode_string64 u = { 0 };
	uint16_t *text = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	size_t n = 0;
	uint32_t need;

	pthread_mutex_lock(&th->apc_lock);
	if (th->description) {
		n = th->description_len;
		text = malloc(n * 2 + 2);
		if (text)
			memcpy(text, th->description, n * 2);
		else
			status = STATUS_NO_MEMORY;
	}
	pthread_mutex_unlock(&th->apc_lock);
	if (status)
		return status;
	need = (uint32_t)(sizeof u + n * 2);
	u.length = u.maximum = (uint16_t)(n * 2);
	u.buffer = info + sizeof u;
	if (ret_len && guest_put32(t, ret_len, need))
		status = STATUS_ACCESS_VIOLATION;
	else if (len < need)
		status = STATUS_BUFFER_TOO_SMALL;
	else if (guest_write(t, info, &u, sizeof u) ||
		 guest_write(t, info + sizeof u, text, n * 2))
		status = STATUS_ACCESS_VIOLATION;
	free(text);
	return status;
}

static NTSTATUS query(struct task *t, struct nt_thread *th, uint32_t class,
		      gaddr info, uint32_t len, gaddr ret_len)
{
	enum { NAME = 38 };
	uint8_t v[MAX_INFO] = { 0 };
	NTSTATUS status;

	if (class == NAME)
		return get_name(t, th, info, len, ret_len);
	for (unsigned i = 0; i < COUNT_OF(getters); i++) {
		if (getters[i].class != class)
			continue;
		if (len != getters[i].size)
			return STATUS_INFO_LENGTH_MISMATCH;
		status = getters[i].get(th, v);
		if (status)
			return status;
		if (guest_write(t, info, v, len) ||
		    (ret_len && guest_put32(t, ret_len, len)))
			return STATUS_ACCESS_VIOLATION;
		return STATUS_SUCCESS;
	}
	return STATUS_INVALID_INFO_CLASS;
}

/* What NtGetContextThread tells a 32-bit program. */
static NTSTATUS wow64_context(struct task *t, uint64_t thread, gaddr info,
			      uint32_t len, bool set)
{
	if (!nt_self->wow64)
		return STATUS_INVALID_PARAMETER;
	if (len < sizeof(struct nt_context32))
		return STATUS_INFO_LENGTH_MISMATCH;
	return set ? thread_set_context(t, thread, info, true)
		   : thread_get_context(t, thread, info, true);
}

NTSTATUS nt_query_information_thread(struct task *t, uint64_t thread,
				     uint32_t class, gaddr info, uint32_t len,
				     gaddr ret_len)
{
	enum { NAME = 38 };
	const uint64_t args[] = { thread, class, info, len, ret_len };
	struct nt_thread *th;
	NTSTATUS status;

	status = handle_get(t, thread, &thread_type, ACCESS_QUERY_LIMITED, &th);
	if (status == STATUS_ACCESS_DENIED)
		status = handle_get(t, thread, &thread_type, ACCESS_QUERY, &th);
	if (status)
		return status;
	/* What another's thread is asked while it runs only its process knows;
	   whether it runs we know. */
	if (th->process != nt_self && class && th->state != THREAD_ENDED &&
	    remote_call(t, thread,
			class == THREAD_WOW64_CONTEXT ? ACCESS_GET_CONTEXT : 0,
			"NtQueryInformationThread", args, &status)) {
		if (NT_SUCCESS(status) && class == NAME)
			guest_put64(t, info + 8, info + 16);
		object_put(&th->object);
		return status;
	}
	if (class == THREAD_WOW64_CONTEXT)
		status = wow64_context(t, thread, info, len, false);
	else
		status = query(t, th, class, info, len, ret_len);
	/* To 64-bit code a 32-bit thread's TEB is the 64-bit one. */
	if (!status && !class && t && !regs_code32(t->regs) &&
	    guest_put64(t, info + offsetof(struct thread_basic, teb),
			thread_teb64(th)))
		status = STATUS_ACCESS_VIOLATION;
	object_put(&th->object);
	return status;
}

/* ---- changing ---- */

typedef NTSTATUS setter(struct nt_thread *th, const void *v);

static int32_t int_at(const void *v)
{
	int32_t n;

	memcpy(&n, v, sizeof n);
	return n;
}

static NTSTATUS set_base_priority(struct nt_thread *th, const void *v)
{
	enum { REALTIME = 4, SATURATED = 15 };
	int32_t n = int_at(v);

	/* One beyond -15 and 15 means these, too. */
	if (n < -SATURATED - 1 || n > SATURATED + 1)
		return STATUS_INVALID_PARAMETER;
	if (n > -SATURATED && n < SATURATED && (n < -2 || n > 2) &&
	    (nt_self->priority_class != REALTIME || n < -7 || n > 6))
		return STATUS_INVALID_PARAMETER;
	thread_set_priority(th, MIN(MAX(n, -15), 15));
	return STATUS_SUCCESS;
}

static NTSTATUS set_priority(struct nt_thread *th, const void *v)
{
	int32_t n = int_at(v);

	if (n < 1 || n > 31)
		return STATUS_INVALID_PARAMETER;
	thread_set_priority(th, MIN(MAX(n - 8, -15), 15));
	return STATUS_SUCCESS;
}

static NTSTATUS set_affinity_mask(struct nt_thread *th, uint64_t mask)
{
	if (!(mask & nt_self->affinity))
		return STATUS_INVALID_PARAMETER;
	thread_set_affinity(th, mask & nt_self->affinity);
	return STATUS_SUCCESS;
}

static NTSTATUS set_affinity(struct nt_thread *th, const void *v)
{
	uint64_t mask;

	memcpy(&mask, v, sizeof mask);
	return set_affinity_mask(th, mask);
}

static NTSTATUS set_group(struct nt_thread *th, const void *v)
{
	struct group_affinity g;

	memcpy(&g, v, sizeof g);
	return g.group ? STATUS_INVALID_PARAMETER
		       : set_affinity_mask(th, g.mask);
}

static NTSTATUS set_start(struct nt_thread *th, const void *v)
{
	memcpy(&th->start, v, sizeof th->start);
	return STATUS_SUCCESS;
}

static NTSTATUS set_boost(struct nt_thread *th, const void *v)
{
	th->boost_disabled = int_at(v) != 0;
	return STATUS_SUCCESS;
}

static NTSTATUS set_break(struct nt_thread *th, const void *v)
{
	th->break_on_termination = int_at(v) != 0;
	return STATUS_SUCCESS;
}

static NTSTATUS set_hidden(struct nt_thread *th, const void *v)
{
	(void)v;
	th->hide_from_debugger = true;
	return STATUS_SUCCESS;
}

/* ThreadImpersonationToken: 0 stops it. */
static NTSTATUS set_token(struct nt_thread *th, const void *v)
{
	uint64_t handle;

	memcpy(&handle, v, sizeof handle);
	return token_set_thread(current_task, th, handle);
}

static NTSTATUS set_io_priority(struct nt_thread *th, const void *v)
{
	uint32_t n = (uint32_t)int_at(v);
	NTSTATUS status = io_priority_check(n);

	if (!status)
		thread_set_io_priority(th, n);
	return status;
}

/* Linux has no such thing: it is told again. */
static NTSTATUS set_page_priority(struct nt_thread *th, const void *v)
{
	uint32_t n = (uint32_t)int_at(v);
	NTSTATUS status = page_priority_check(n);

	if (!status)
		th->page_lowered = (uint8_t)(PAGE_NORMAL - n);
	return status;
}

/* The status is the one before, and asking for none only tells it. */
static NTSTATUS set_ideal(struct nt_thread *th, const void *v)
{
	const uint32_t none = nt_self->wow64 ? 32 : 64; /* MAXIMUM_PROCESSORS */
	uint32_t n = (uint32_t)int_at(v), before = th->ideal_processor;

	if (n != none && n >= processor_count())
		return STATUS_INVALID_PARAMETER;
	if (n != none)
		th->ideal_processor = (uint8_t)n;
	return (NTSTATUS)before;
}

static NTSTATUS set_ideal_ex(struct nt_thread *th, const void *v)
{
	uint32_t n = (uint32_t)int_at(v); /* group, number, reserved */

	if (n & 0xff00ffff || n >> 16 >= processor_count())
		return STATUS_INVALID_PARAMETER;
	th->ideal_processor = (uint8_t)(n >> 16);
	return STATUS_SUCCESS;
}

/* What only hints at how to schedule. */
static NTSTATUS set_hint(struct nt_thread *th, const void *v)
{
	(void)th;
	(void)v;
	return STATUS_SUCCESS;
}

/* One TLS slot becomes 0 in every thread of the process. */
enum { IN_TEB = 64, EXPANSION = 1024 }; /* TLS slots */

static void zero_tls32(gaddr teb, uint32_t i)
{
	uint32_t more = 0;

	if (i < IN_TEB)
		guest_put32(NULL, teb + 0xe10 + i * 4, 0);
	else if (!guest_get32(NULL, &more, teb + 0xf94) && more)
		guest_put32(NULL, more + (i - IN_TEB) * 4, 0);
}

static NTSTATUS set_zero_tls(struct nt_thread *th, const void *v)
{
	uint32_t i = (uint32_t)int_at(v);

	(void)th;
	if (i >= IN_TEB + EXPANSION)
		return STATUS_INVALID_PARAMETER;
	th = NULL;
	while ((th = thread_next(th))) {
		uint64_t more = 0;

		if (th->state == THREAD_ENDED)
			continue;
		if (nt_self->wow64)
			zero_tls32(th->teb, i);
		else if (i < IN_TEB)
			guest_put64(NULL, th->teb + 0x1480 + i * 8, 0);
		else if (!guest_get64(NULL, &more, th->teb + 0x1780) && more)
			guest_put64(NULL, more + (i - IN_TEB) * 8, 0);
	}
	return STATUS_SUCCESS;
}

static const struct {
	uint32_t class, size;
	setter *set;
	uint32_t access; /* for the table's sake: 0 */
} setters[] = { INFO_ROWS_SETTHREAD };

static NTSTATUS set_name(struct task *t, struct nt_thread *th, gaddr info,
			 uint32_t len)
{
	uint16_t *name, *old;
	NTSTATUS status;
	size_t n;

	if (len != sizeof(struct unicode_string64))
		return STATUS_INFO_LENGTH_MISMATCH;
	status = ustr_read(t, info, &name, &n);
	if (status)
		return status;
	pthread_mutex_lock(&th->apc_lock);
	old = th->description;
	th->description = name;
	th->description_len = n;
	pthread_mutex_unlock(&th->apc_lock);
	free(old);
	return STATUS_SUCCESS;
}

static NTSTATUS set(struct task *t, struct nt_thread *th, uint32_t class,
		    gaddr info, uint32_t len)
{
	enum { NAME = 38 };
	uint8_t v[MAX_INFO] = { 0 };

	if (class == NAME)
		return set_name(t, th, info, len);
	for (unsigned i = 0; i < COUNT_OF(setters); i++) {
		if (setters[i].class != class)
			continue;
		if (len != setters[i].size)
			return STATUS_INFO_LENGTH_MISMATCH;
		if (guest_read(t, v, info, len))
			return STATUS_ACCESS_VIOLATION;
		return setters[i].set(th, v);
	}
	return STATUS_INVALID_INFO_CLASS;
}

NTSTATUS nt_set_information_thread(struct task *t, uint64_t thread,
				   uint32_t class, gaddr info, uint32_t len)
{
	enum { TOKEN = 5, NAME = 38 };
	const uint64_t args[] = { thread, class, info, len };
	struct nt_thread *th;
	NTSTATUS status;

	status = handle_get(t, thread, &thread_type, ACCESS_SET_LIMITED, &th);
	if (status == STATUS_ACCESS_DENIED)
		status = handle_get(t, thread, &thread_type, ACCESS_SET, &th);
	if (status)
		return status;
	if (th->process == nt_self && class == THREAD_WOW64_CONTEXT)
		status = wow64_context(t, thread, info, len, true);
	else if (th->process == nt_self)
		status = set(t, th, class, info, len);
	else if (class == TOKEN || class == NAME)
		/* They point further than a message reaches. */
		status = STATUS_NOT_SUPPORTED;
	else if (!remote_call(
			 t, thread,
			 class == THREAD_WOW64_CONTEXT ? ACCESS_SET_CONTEXT : 0,
			 "NtSetInformationThread", args, &status))
		status = STATUS_NOT_SUPPORTED;
	object_put(&th->object);
	return status;
}
