/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * misc.c - small calls that have no family: ids, firmware variables, licences,
 * instruction caches.
 */
#include "base/clock.h"
#include "syscall-xlate/nt/nt.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/system-info.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/vad.h"

/* ---- ids ------------------------------------------------------------ */

NTSTATUS nt_allocate_locally_unique_id(struct task *t, gaddr luid)
{
	return guest_put64(t, luid, luid_new()) < 0 ? STATUS_ACCESS_VIOLATION
						    : STATUS_SUCCESS;
}

static pthread_mutex_t uuid_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool ready;
	uint8_t seed[6];
	uint32_t sequence;
	int64_t last;
} uuid;

/* A piece of time that nobody else gets, for time-based UUIDs. */
NTSTATUS nt_allocate_uuids(struct task *t, gaddr uuid_time, gaddr range,
			   gaddr sequence, gaddr seed)
{
	enum { PIECE = 100 };
	uint8_t copy[6];
	uint32_t seq;
	int64_t now;

	pthread_mutex_lock(&uuid_lock);
	if (!uuid.ready) {
		random_fill(uuid.seed, sizeof uuid.seed);
		uuid.seed[0] |= 0x83; /* no network card's address */
		random_fill(&uuid.sequence, sizeof uuid.sequence);
		uuid.sequence &= 0x3fff;
		uuid.ready = true;
	}
	/* From 15 October 1582, as in a UUID. */
	now = nt_time_now() + 5748192000000000ll;
	if (now < uuid.last + PIECE)
		now = uuid.last + PIECE;
	uuid.last = now;
	memcpy(copy, uuid.seed, sizeof copy);
	seq = uuid.sequence;
	pthread_mutex_unlock(&uuid_lock);
	if (guest_put64(t, uuid_time, (uint64_t)now) < 0 ||
	    guest_put32(t, range, PIECE) < 0 ||
	    guest_put32(t, sequence, seq) < 0 ||
	    guest_write(t, seed, copy, sizeof copy) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_set_uuid_seed(struct task *t, gaddr seed)
{
	return STATUS_ACCESS_DENIED; /* the RPC service's own */
}

/* ---- firmware variables: root's on Linux, a privilege on Windows ----- */

NTSTATUS nt_query_system_environment_value(struct task *t, gaddr name,
					   gaddr value, uint32_t len,
					   gaddr ret_len)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_query_system_environment_value_ex(struct task *t, gaddr name,
					      gaddr guid, gaddr value,
					      gaddr len, gaddr attributes)
{
	/* What programs take to mean "this is a BIOS machine". */
	return access("/sys/firmware/efi", F_OK) < 0
		       ? STATUS_NOT_IMPLEMENTED
		       : STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_set_system_environment_value(struct task *t, gaddr name,
					 gaddr value)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_set_system_environment_value_ex(struct task *t, gaddr name,
					    gaddr guid, gaddr value,
					    uint32_t len, uint32_t attributes)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_enumerate_system_environment_values_ex(struct task *t,
						   uint32_t class, gaddr buf,
						   gaddr len)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

/* ---- licence values -------------------------------------------------- */

static const struct licence {
	const char *name;
	uint32_t value;
} licences[] = {
	{ "Kernel-ProductInfo", 48 }, /* Professional */
	{ "Kernel-RegisteredProcessors", 2 },
	{ "Kernel-WindowsMaxMemAllowedx64", 0x200000 },
	{ "Kernel-MUI-Number-Allowed", 1000 },
	{ "Security-SPP-GenuineLocalStatus", 1 },
	{ "TerminalServices-RemoteConnectionManager-AllowAppServerMode", 0 },
	{ "Shell-InBoxGames-FreeCell-EnableGame", 0 },
};

NTSTATUS nt_query_license_value(struct task *t, gaddr name, gaddr type,
				gaddr data, uint32_t len, gaddr ret_len)
{
	char text[128];
	uint16_t *s;
	size_t n;
	NTSTATUS status;

	if (!ret_len)
		return STATUS_INVALID_PARAMETER;
	status = ustr_read(t, name, &s, &n);
	if (status != STATUS_SUCCESS)
		return status;
	n = utf16_to_utf8(text, sizeof text - 1, s, n);
	text[MIN(n, sizeof text - 1)] = 0;
	free(s);
	for (size_t i = 0; i < COUNT_OF(licences); i++) {
		if (strcasecmp(licences[i].name, text))
			continue;
		if (guest_put32(t, ret_len, 4) < 0 ||
		    (type && guest_put32(t, type, 4) < 0))
			return STATUS_ACCESS_VIOLATION;
		if (len < 4)
			return STATUS_BUFFER_TOO_SMALL;
		return guest_put32(t, data, licences[i].value) < 0
			       ? STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	}
	return STATUS_OBJECT_NAME_NOT_FOUND;
}

/* ---- processors ------------------------------------------------------ */

/* x86 keeps its caches coherent with code that is written. */
NTSTATUS nt_flush_instruction_cache(struct task *t, uint64_t process,
				    gaddr base, uint64_t len)
{
	return STATUS_SUCCESS;
}

NTSTATUS nt_flush_process_write_buffers(struct task *t)
{
	static _Atomic int registered;

	if (!registered) {
		syscall(SYS_membarrier,
			MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
		registered = 1;
	}
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) < 0)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	return STATUS_SUCCESS;
}

NTSTATUS nt_get_current_processor_number(struct task *t)
{
	return processor_rank(sched_getcpu());
}

NTSTATUS nt_get_current_processor_number_ex(struct task *t, gaddr number)
{
	uint32_t n = processor_rank(sched_getcpu());

	/* PROCESSOR_NUMBER: group 0, number, reserved. */
	if (number && guest_put32(t, number, (n & 0xff) << 16) < 0)
		return STATUS_ACCESS_VIOLATION;
	return n;
}

NTSTATUS nt_query_auxiliary_counter_frequency(struct task *t, gaddr frequency)
{
	return STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_convert_between_auxiliary_counter_and_performance_counter(
	struct task *t, uint8_t to_performance, gaddr value, gaddr result,
	gaddr error)
{
	return STATUS_NOT_SUPPORTED;
}

/* ---- what needs the system ------------------------------------------- */

NTSTATUS nt_load_driver(struct task *t, gaddr service)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_unload_driver(struct task *t, gaddr service)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_create_paging_file(struct task *t, gaddr name, gaddr min_size,
			       gaddr max_size, uint32_t priority)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

NTSTATUS nt_allocate_user_physical_pages(struct task *t, uint64_t process,
					 gaddr pages, gaddr pfns)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}

/* The compatibility database says nothing about any program. */
NTSTATUS nt_apphelp_cache_control(struct task *t, uint32_t command, gaddr data)
{
	return STATUS_NOT_FOUND;
}
