/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system-info.c - NtQuerySystemInformation: the table of classes, and those
 * with a few fields.
 *
 * What Linux does not tell, or what a program has no business with (kernel
 * modules, other processes' handles), is answered by an empty list or the
 * failure that an ordinary user gets on Windows.
 */
#include "syscall-xlate/nt/system-info.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/time.h"
#include "syscall-xlate/nt/vad.h"

void *info_add(struct info_answer *a, size_t n)
{
	uint8_t *p;

	if (a->failed)
		return NULL;
	if (a->cap - a->len < n) {
		size_t cap = MAX(a->cap * 2, a->len + n + 256);

		p = realloc(a->data, cap);
		if (!p) {
			a->failed = true;
			return NULL;
		}
		a->data = p;
		a->cap = cap;
	}
	p = a->data + a->len;
	memset(p, 0, n);
	a->len += n;
	return p;
}

long read_small_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, total = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, buf + total, size - 1 - (size_t)total)) > 0)
		total += n;
	close(fd);
	buf[total] = 0;
	return total;
}

/* ---- memory --------------------------------------------------------- */

/* Numbers of /proc/meminfo, in pages. */
struct memory {
	uint64_t total, free, available, cached, swap_total, swap_free;
	uint64_t committed, limit;
};

static void memory_read(struct memory *m)
{
	static const struct {
		const char *name;
		size_t at;
	} lines[] = {
		{ "MemTotal:", offsetof(struct memory, total) },
		{ "MemFree:", offsetof(struct memory, free) },
		{ "MemAvailable:", offsetof(struct memory, available) },
		{ "Cached:", offsetof(struct memory, cached) },
		{ "SwapTotal:", offsetof(struct memory, swap_total) },
		{ "SwapFree:", offsetof(struct memory, swap_free) },
	};
	char buf[4096], *line, *save = NULL;

	memset(m, 0, sizeof *m);
	if (read_small_file("/proc/meminfo", buf, sizeof buf) < 0) {
		struct sysinfo si;

		if (sysinfo(&si) == 0) {
			m->total = si.totalram * si.mem_unit / PAGE;
			m->available = m->free =
				si.freeram * si.mem_unit / PAGE;
		}
		buf[0] = 0;
	}
	for (line = strtok_r(buf, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		for (size_t i = 0; i < COUNT_OF(lines); i++) {
			size_t n = strlen(lines[i].name);

			if (!strncmp(line, lines[i].name, n))
				*(uint64_t *)((char *)m + lines[i].at) =
					strtoull(line + n, NULL, 10) / 4;
		}
	/*
	 * Linux overcommits, so its own commit numbers mean nothing here: what
	 * is in use counts against RAM and swap, as Windows' commit does.
	 */
	m->limit = m->total + m->swap_total;
	m->committed = m->limit - MIN(m->limit, m->available + m->swap_free);
}

static NTSTATUS info_basic(struct task *t, struct info_answer *a)
{
	struct {
		uint32_t reserved, timer, page, pages, lowest, highest;
		uint32_t granularity, pad;
		uint64_t min, max, mask;
		uint8_t processors, pad2[7];
	} *s = info_add(a, sizeof *s);
	struct memory m;

	if (!s)
		return STATUS_NO_MEMORY;
	memory_read(&m);
	s->timer = NT_CLOCK_INTERVAL;
	s->page = PAGE;
	s->pages = (uint32_t)m.total;
	s->lowest = 1;
	s->highest = (uint32_t)m.total;
	s->granularity = VM_GRANULARITY;
	s->min = 0x10000;
	s->max = vm_highest();
	s->mask = system_affinity();
	s->processors = (uint8_t)MIN(processor_count(), 64);
	return STATUS_SUCCESS;
}

static NTSTATUS info_performance(struct task *t, struct info_answer *a)
{
	struct {
		int64_t idle, transfer[3];
		uint32_t operations[3];
		uint32_t available, committed, limit, peak;
		uint32_t rest[68];
	} *s = info_add(a, 344);
	struct memory m;
	char buf[64];
	double up, idle;

	if (!s)
		return STATUS_NO_MEMORY;
	memory_read(&m);
	if (read_small_file("/proc/uptime", buf, sizeof buf) > 0 &&
	    sscanf(buf, "%lf %lf", &up, &idle) == 2)
		s->idle = (int64_t)(idle * 1e7);
	s->available = (uint32_t)m.available;
	s->committed = (uint32_t)m.committed;
	s->limit = (uint32_t)m.limit;
	s->peak = (uint32_t)m.committed;
	return STATUS_SUCCESS;
}

static NTSTATUS info_basic_performance(struct task *t, struct info_answer *a)
{
	uint64_t *s = info_add(a, 32);
	struct memory m;

	if (!s)
		return STATUS_NO_MEMORY;
	memory_read(&m);
	s[0] = m.available;
	s[1] = m.committed;
	s[2] = m.limit;
	s[3] = m.committed;
	return STATUS_SUCCESS;
}

static NTSTATUS info_file_cache(struct task *t, struct info_answer *a)
{
	uint64_t *s = info_add(a, 64);
	struct memory m;

	if (!s)
		return STATUS_NO_MEMORY;
	memory_read(&m);
	s[0] = s[1] = m.cached * PAGE; /* size, peak */
	s[3] = 0x100;                  /* working set: minimum, */
	s[4] = m.total;                /* maximum */
	s[5] = s[6] = m.cached;
	return STATUS_SUCCESS;
}

static NTSTATUS info_memory_list(struct task *t, struct info_answer *a)
{
	uint64_t *s = info_add(a, 176);
	struct memory m;

	if (!s)
		return STATUS_NO_MEMORY;
	memory_read(&m);
	s[1] = m.free;
	s[5 + 5] = m.available - MIN(m.available, m.free); /* priority 5 */
	return STATUS_SUCCESS;
}

static NTSTATUS info_page_file(struct task *t, struct info_answer *a)
{
	static const char name[] = "\\??\\C:\\pagefile.sys";
	enum { HEAD = 32, NAME = 2 * (sizeof name - 1) };
	struct {
		uint32_t next, total, in_use, peak;
		uint16_t len, max;
		uint32_t pad;
		uint64_t buffer;
		uint16_t text[sizeof name];
	} * s;
	struct memory m;

	/*
	 * Without swap it is there, and empty: Cygwin's sysinfo(), and so each
	 * sort.exe, reads a first entry whatever the list's length is.
	 */
	memory_read(&m);
	s = info_add(a, sizeof *s);
	if (!s)
		return STATUS_NO_MEMORY;
	s->total = (uint32_t)m.swap_total;
	s->in_use = s->peak = (uint32_t)(m.swap_total - m.swap_free);
	s->len = NAME;
	s->max = NAME + 2;
	s->buffer = a->info + HEAD;
	for (size_t i = 0; i < sizeof name; i++)
		s->text[i] = (uint8_t)name[i];
	return STATUS_SUCCESS;
}

/* ---- time ----------------------------------------------------------- */

static NTSTATUS info_time_of_day(struct task *t, struct info_answer *a)
{
	struct {
		int64_t boot, now, bias;
		uint32_t zone_id, reserved;
		uint64_t boot_bias, sleep_bias;
	} *s = info_add(a, sizeof *s);
	bool daylight;

	if (!s)
		return STATUS_NO_MEMORY;
	s->boot = nt_boot_time();
	s->now = nt_time_now();
	s->bias = -zone_offset(&daylight) * NT_TICKS_PER_SECOND;
	s->zone_id = !zone_current()->has_daylight ? 0 : daylight ? 2 : 1;
	/* As much as is asked for. */
	a->len = MIN(a->len, a->info_len);
	return STATUS_SUCCESS;
}

static NTSTATUS info_time_adjustment(struct task *t, struct info_answer *a)
{
	uint32_t *s = info_add(a, 12);

	if (!s)
		return STATUS_NO_MEMORY;
	s[0] = s[1] = NT_CLOCK_INTERVAL;
	s[2] = 1; /* disabled: the clock is kept by others */
	return STATUS_SUCCESS;
}

/* RTL_TIME_ZONE_INFORMATION, and what the dynamic one adds. */
struct zone_abi {
	int32_t bias;
	uint16_t standard_name[32];
	uint16_t to_standard[8]; /* year month day h m s ms weekday */
	int32_t standard_bias;
	uint16_t daylight_name[32];
	uint16_t to_daylight[8];
	int32_t daylight_bias;
	uint16_t key[128];
	uint8_t disabled, pad[3];
};
_Static_assert(offsetof(struct zone_abi, key) == 172, "abi");
_Static_assert(sizeof(struct zone_abi) == 432, "abi");

static void put_change(uint16_t *f, const struct zone_change *c)
{
	f[1] = c->month;
	f[2] = c->week;
	f[3] = c->hour;
	f[4] = c->minute;
	f[5] = c->second;
	f[7] = c->weekday;
}

static void put_name(uint16_t *dst, size_t max, const char *s)
{
	utf8_to_utf16(dst, max - 1, s, strlen(s));
}

static NTSTATUS zone_info(struct info_answer *a, size_t size)
{
	const struct zone *z = zone_current();
	struct zone_abi *s = info_add(a, sizeof *s);

	if (!s)
		return STATUS_NO_MEMORY;
	s->bias = z->bias;
	s->daylight_bias = z->daylight_bias;
	put_name(s->standard_name, 32, z->standard_name);
	put_name(s->daylight_name, 32, z->daylight_name);
	put_name(s->key, 128, z->name);
	put_change(s->to_standard, &z->to_standard);
	put_change(s->to_daylight, &z->to_daylight);
	a->len = size;
	return STATUS_SUCCESS;
}

static NTSTATUS info_zone(struct task *t, struct info_answer *a)
{
	return zone_info(a, 172);
}

static NTSTATUS info_dynamic_zone(struct task *t, struct info_answer *a)
{
	return zone_info(a, sizeof(struct zone_abi));
}

/* ---- constants ------------------------------------------------------ */

static NTSTATUS put_bytes(struct info_answer *a, const void *p, size_t n)
{
	void *s = info_add(a, n);

	if (!s)
		return STATUS_NO_MEMORY;
	memcpy(s, p, n);
	return STATUS_SUCCESS;
}

static NTSTATUS info_debugger(struct task *t, struct info_answer *a)
{
	return put_bytes(a, "\0\1", 2); /* off, and not there */
}

static NTSTATUS info_debugger_ex(struct task *t, struct info_answer *a)
{
	return put_bytes(a, "\0\0\0", 3);
}

static NTSTATUS info_byte_zero(struct task *t, struct info_answer *a)
{
	return put_bytes(a, "", 1);
}

static NTSTATUS info_code_integrity(struct task *t, struct info_answer *a)
{
	/* Length, options: enabled, as on every Windows that has booted. */
	static const uint32_t s[2] = { 8, 1 };

	return put_bytes(a, s, sizeof s);
}

static NTSTATUS info_secure_boot(struct task *t, struct info_answer *a)
{
	return put_bytes(a, "\0\0", 2); /* neither on nor able */
}

static NTSTATUS info_speculation(struct task *t, struct info_answer *a)
{
	static const uint32_t s[2];

	return put_bytes(a, s, MIN(MAX(a->info_len, 4), 8));
}

/* A count of zero and no entries. */
static NTSTATUS info_empty8(struct task *t, struct info_answer *a)
{
	return info_add(a, 8) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS info_empty16(struct task *t, struct info_answer *a)
{
	return info_add(a, 16) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS info_registry_quota(struct task *t, struct info_answer *a)
{
	struct {
		uint32_t allowed, used;
		uint64_t pool;
	} *s = info_add(a, sizeof *s);

	if (!s)
		return STATUS_NO_MEMORY;
	s->allowed = 0x80000000;
	s->used = 0x1000000;
	s->pool = 0x10000000;
	return STATUS_SUCCESS;
}

static NTSTATUS info_range_start(struct task *t, struct info_answer *a)
{
	uint64_t start = 0xffff800000000000;

	return put_bytes(a, &start, sizeof start);
}

static NTSTATUS info_lookaside(struct task *t, struct info_answer *a)
{
	return info_add(a, 32) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS info_exceptions(struct task *t, struct info_answer *a)
{
	return info_add(a, 16) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS info_boot_environment(struct task *t, struct info_answer *a)
{
	struct {
		uint8_t id[16];
		uint32_t firmware, pad;
		uint64_t flags;
	} *s = info_add(a, sizeof *s);

	if (!s)
		return STATUS_NO_MEMORY;
	s->firmware = access("/sys/firmware/efi", F_OK) == 0 ? 2 : 1;
	return STATUS_SUCCESS;
}

/*
 * Firmware tables belong to root on Linux; SMBIOS is given where the host's
 * file may be read.
 */
static NTSTATUS info_firmware(struct task *t, struct info_answer *a)
{
	enum { ENUMERATE = 0, GET = 1 };
	struct {
		uint32_t provider, action, id, len;
	} head;
	struct {
		uint8_t calling, major, minor, revision;
		uint32_t len;
	} * smbios;
	char buf[64 << 10];
	uint8_t entry[64] = { 0 };
	long n;

	if (a->info_len < sizeof head)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &head, a->info, sizeof head) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (head.provider != 0x52534d42 && head.provider != 0x41435049 &&
	    head.provider != 0x4649524d)
		return STATUS_NOT_IMPLEMENTED;
	head.len = 0;
	if (head.action == ENUMERATE) {
		if (head.provider == 0x52534d42)
			head.len = 4;
		if (put_bytes(a, &head, sizeof head) || !info_add(a, head.len))
			return STATUS_NO_MEMORY;
	} else if (head.action == GET && head.provider == 0x52534d42) {
		n = read_small_file("/sys/firmware/dmi/tables/DMI", buf,
				    sizeof buf);
		if (n <= 0)
			return STATUS_NOT_FOUND;
		read_small_file("/sys/firmware/dmi/tables/smbios_entry_point",
				(char *)entry, sizeof entry);
		head.len = (uint32_t)n + sizeof *smbios;
		if (put_bytes(a, &head, sizeof head) ||
		    !(smbios = info_add(a, sizeof *smbios)))
			return STATUS_NO_MEMORY;
		/* "_SM3_" or "_SM_": the version is in different places. */
		smbios->major = entry[3] == '3' ? entry[7] : entry[6];
		smbios->minor = entry[3] == '3' ? entry[8] : entry[7];
		smbios->len = (uint32_t)n;
		if (put_bytes(a, buf, (size_t)n))
			return STATUS_NO_MEMORY;
	} else {
		return STATUS_NOT_FOUND;
	}
	/* The needed length is told in the structure as well. */
	if (a->info_len < a->len) {
		guest_write(t, a->info, &head, sizeof head);
		return STATUS_BUFFER_TOO_SMALL;
	}
	return STATUS_SUCCESS;
}

/* Which machines' programs run here; a process handle is the input. */
static NTSTATUS info_architectures(struct task *t, struct info_answer *a)
{
	enum {
		KERNEL = 1 << 16,
		USER = 1 << 17,
		NATIVE = 1 << 18,
		PROCESS = 1 << 19,
		WOW64 = 1 << 20
	};
	bool wow64 = nt_self->wow64;
	struct nt_process *p;
	uint64_t handle;
	uint32_t *s;

	if (a->input_len < 8 || guest_get64(t, &handle, a->input) < 0)
		return STATUS_INVALID_PARAMETER;
	if (handle) {
		NTSTATUS status = handle_get(t, handle, &process_type, 0, &p);

		if (status != STATUS_SUCCESS)
			return status;
		wow64 = p->wow64;
		object_put(&p->object);
	}
	s = info_add(a, 12);
	if (!s)
		return STATUS_NO_MEMORY;
	s[0] = 0x8664 | KERNEL | USER | NATIVE | (wow64 ? 0 : PROCESS);
	s[1] = 0x14c | USER | WOW64 | (wow64 ? PROCESS : 0);
	return STATUS_SUCCESS;
}

/* ---- the table ------------------------------------------------------ */

enum {
	EXACT = 1, /* the caller's length must be the answer's */
	EX = 2,    /* with NtQuerySystemInformationEx's input */
	BOTH = 4,  /* with and without */
	OWN = 8,   /* compares lengths itself */
};

static const struct info_class {
	uint16_t class;
	uint16_t size; /* for the table's sake: 0 */
	NTSTATUS (*get)(struct task *t, struct info_answer *a);
	uint16_t flags;
} classes[] = { INFO_ROWS_SYSTEM };

static NTSTATUS query(struct task *t, uint32_t class, gaddr input,
		      uint32_t input_len, gaddr info, uint32_t len,
		      gaddr ret_len)
{
	struct info_answer a = { .info = info,
				 .info_len = len,
				 .input = input,
				 .input_len = input_len };
	const struct info_class *c = NULL;
	NTSTATUS status;

	for (size_t i = 0; i < COUNT_OF(classes) && !c; i++)
		if (classes[i].class == class)
			c = &classes[i];
	if (!c) {
		log_debug(LOG_NT, "system information class %u", class);
		return STATUS_INVALID_INFO_CLASS;
	}
	if (!(c->flags & BOTH) && !!(c->flags & EX) != (input_len != 0))
		return STATUS_INVALID_INFO_CLASS;
	status = c->get(t, &a);
	if (a.failed)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_SUCCESS && !(c->flags & OWN) &&
	    (len < a.len || (c->flags & EXACT && len != a.len)))
		status = STATUS_INFO_LENGTH_MISMATCH;
	if (status == STATUS_SUCCESS && a.len && !(c->flags & OWN && !a.data) &&
	    guest_write(t, info, a.data, a.len) < 0)
		status = STATUS_ACCESS_VIOLATION;
	if (ret_len && status != STATUS_ACCESS_VIOLATION &&
	    guest_put32(t, ret_len, (uint32_t)a.len) < 0)
		status = STATUS_ACCESS_VIOLATION;
	free(a.data);
	return status;
}

NTSTATUS nt_query_system_information(struct task *t, uint32_t class, gaddr info,
				     uint32_t len, gaddr ret_len)
{
	return query(t, class, 0, 0, info, len, ret_len);
}

NTSTATUS nt_query_system_information_ex(struct task *t, uint32_t class,
					gaddr inbuf, uint32_t inlen, gaddr info,
					uint32_t len, gaddr ret_len)
{
	if (!inbuf || !inlen)
		return STATUS_INVALID_PARAMETER;
	return query(t, class, inbuf, inlen, info, len, ret_len);
}

/* Settings of the whole computer are its administrator's. */
NTSTATUS nt_set_system_information(struct task *t, uint32_t class, gaddr info,
				   uint32_t len)
{
	return STATUS_PRIVILEGE_NOT_HELD;
}
