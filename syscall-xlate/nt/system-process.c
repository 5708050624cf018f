/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system-process.c - SystemProcessInformation: all processes we may see.
 *
 * These are the host's, under NT's ids.  A program that run-foreign runs is
 * named by its .exe, others by what ps(1) shows; the kernel's own threads, which
 * are no programs, are left out.  Our own threads and the
 * first of each other Windows program are listed with NT's ids, which can be
 * opened, others with made-up ones; states are "running" or "waiting", no more
 * is known.
 */
#include "syscall-xlate/nt/system-info.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/proc.h"
#include "base/utf.h"
#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/process-create.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/time.h"

struct process_abi {
	uint32_t next, threads;
	int64_t private_set;
	uint32_t hard_faults, most_threads;
	uint64_t cycles;
	int64_t created, user, kernel;
	uint16_t name_len, name_max;
	uint32_t pad0;
	uint64_t name;
	int32_t priority;
	uint32_t pad1;
	uint64_t id, parent;
	uint32_t handles, session;
	uint64_t key;
	uint64_t peak_virtual, virtual;
	uint32_t faults, pad2;
	uint64_t peak_set, set;
	uint64_t quota[4];
	uint64_t pagefile, peak_pagefile, private;
	uint64_t operations[3], transfers[3];
};
_Static_assert(sizeof(struct process_abi) == 256, "abi");
_Static_assert(offsetof(struct process_abi, id) == 80, "abi");

struct thread_abi {
	int64_t kernel, user, created;
	uint32_t wait_time, pad0;
	uint64_t start, process, thread;
	int32_t priority, base_priority;
	uint32_t switches, state, reason, pad1;
};
_Static_assert(sizeof(struct thread_abi) == 80, "abi");

enum { KERNEL_THREAD = 0x200000 }; /* PF_KTHREAD, in field 9 of it */

/* The fields of /proc/pid/stat that are of use. */
struct proc_stat {
	char name[64], state;
	int parent, threads;
	unsigned flags;
	unsigned long long utime, stime, start;
	unsigned long long minor, major, virtual;
	long long set;
};

/* Of pid, or of its thread tid. */
static bool read_stat(int pid, int tid, struct proc_stat *p)
{
	char buf[1024], *open, *close;
	size_t n;

	if (proc_read(pid, tid ? PROC_THREAD_STAT : PROC_STAT, tid, buf,
		      sizeof buf) <= 0)
		return false;
	open = strchr(buf, '(');
	close = strrchr(buf, ')');
	if (!open || !close || close < open)
		return false;
	n = MIN((size_t)(close - open - 1), sizeof p->name - 1);
	memcpy(p->name, open + 1, n);
	p->name[n] = 0;
	return sscanf(close + 2,
		      "%c %d %*d %*d %*d %*d %u %llu %*u %llu %*u %llu %llu "
		      "%*d %*d %*d %*d %d %*d %llu %llu %lld",
		      &p->state, &p->parent, &p->flags, &p->minor, &p->major, &p->utime,
		      &p->stime, &p->threads, &p->start, &p->virtual,
		      &p->set) == 11;
}

static int64_t clock_ticks(unsigned long long v)
{
	long hz = sysconf(_SC_CLK_TCK);

	return (int64_t)v * (10000000 / (hz > 0 ? hz : 100));
}

/* Who started it may have done so for another: its start block knows.  0 */
static uint32_t parent_in_block(int pid, const char *channel)
{
	struct start_block b;
	char path[64];
	bool ok;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, atoi(channel));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	ok = pread(fd, &b, sizeof b, 0) == sizeof b &&
	     b.magic == START_MAGIC && b.version == START_VERSION;
	close(fd);
	return ok ? b.parent_id : 0;
}

/* The program's name, from the process itself: it was found in PATH. */
static void learnt_name(int pid, char *out, size_t size)
{
	struct nt_process *p;
	const uint16_t *s;
	size_t n = 0;

	if (pid == nt_self->host_pid)
		object_get(&(p = nt_self)->object);
	else if (process_open_host(process_id(pid), &p))
		return;
	process_learn(p);
	for (const uint16_t *at = s = p->image_nt_path; at && *at; at++) {
		n++;
		if (*at == '\\') {
			s = at + 1;
			n = 0;
		}
	}
	out[MIN(utf16_to_utf8(out, size - 1, s, n), size - 1)] = 0;
	object_put(&p->object);
}

/* The program that a run-foreign process runs, or only its name, "" if it is
   none; and whose child it is, if it says so. */
static void foreign_path(int pid, char *out, size_t size, uint32_t *parent)
{
	static const char channel[] = "--parent-channel=";
	static const char watch[] = "--console-watch=";
	static char self[4096] SPARSE;
	char link[64], exe[4096], args[8192];
	ssize_t len, n;

	out[0] = 0;
	if (!self[0] &&
	    (len = readlink("/proc/self/exe", self, sizeof self - 1)) > 0)
		self[len] = 0;
	snprintf(link, sizeof link, "/proc/%d/exe", pid);
	len = readlink(link, exe, sizeof exe - 1);
	if (len <= 0)
		return;
	exe[len] = 0;
	if (strcmp(exe, self))
		return;
	n = proc_read(pid, PROC_CMDLINE, 0, args, sizeof args);
	for (char *s = args; s < args + MAX(n, 0); s += strlen(s) + 1) {
		size_t m = strlen(s);

		if (parent && !strncmp(s, channel, sizeof channel - 1))
			*parent = parent_in_block(pid, s + sizeof channel - 1);
		/* Windows has one of these for each console. */
		if (!strncmp(s, watch, sizeof watch - 1)) {
			snprintf(out, size, "conhost.exe");
			return;
		}
		if (s != args && m > 4 && !strcasecmp(s + m - 4, ".exe")) {
			snprintf(out, size, "%s", s);
			return;
		}
	}
	learnt_name(pid, out, size);
}

static const char *last_part(const char *s)
{
	for (const char *p = s; *p; p++)
		if (*p == '/' || *p == '\\')
			s = p + 1;
	return s;
}

static void add_thread(struct info_answer *a, int pid, uint64_t id,
		       gaddr start, const struct proc_stat *p)
{
	struct thread_abi *s = info_add(a, sizeof *s);

	if (!s)
		return;
	s->start = start;
	s->kernel = clock_ticks(p->stime);
	s->user = clock_ticks(p->utime);
	s->created = nt_boot_time() + clock_ticks(p->start);
	s->process = process_id(pid);
	s->thread = id;
	s->priority = s->base_priority = 8;
	s->state = p->state == 'R' ? 2 : 5;  /* running, waiting */
	s->reason = p->state == 'R' ? 0 : 6; /* user request */
}

/* Only those that the program knows of: we have helpers beside them. */
static uint32_t add_own_threads(struct info_answer *a)
{
	struct nt_thread *th = NULL;
	struct proc_stat p;
	uint32_t n = 0;

	while ((th = thread_next(th))) {
		int tid = th->task.tid;

		if (!tid || !read_stat(nt_self->host_pid, tid, &p))
			memset(&p, 0, sizeof p);
		add_thread(a, nt_self->host_pid, th->id, th->start, &p);
		n++;
	}
	return n;
}

static uint32_t add_threads(struct info_answer *a, int pid, bool is_nt)
{
	struct proc_stat p;
	unsigned all;
	uint32_t n = 0;
	int *ids = proc_list(pid, &all);

	for (unsigned i = 0; i < all; i++) {
		int tid = ids[i];

		if (!read_stat(pid, tid, &p))
			continue;
		add_thread(a, pid,
			   is_nt && tid == pid
				   ? thread_first_id(process_id(pid))
				   : process_id(tid),
			   0, &p);
		n++;
	}
	free(ids);
	return n;
}

static void add_process(struct info_answer *a, int pid, size_t *last)
{
	char path[4096];
	const char *name;
	struct proc_stat p;
	struct process_abi *s;
	size_t at = a->len, units;
	uint32_t threads, parent = 0;
	bool is_nt;
	uint16_t *text;

	if (!read_stat(pid, 0, &p) || p.flags & KERNEL_THREAD)
		return;
	foreign_path(pid, path, sizeof path, &parent);
	is_nt = path[0];
	/* A path has folders; the name that another process gave itself is whole. */
	name = is_nt ? last_part(path) : p.name;
	if (!info_add(a, sizeof *s))
		return;
	threads = pid == nt_self->host_pid ? add_own_threads(a)
					   : add_threads(a, pid, is_nt);
	units = utf8_to_utf16(NULL, 0, name, strlen(name));
	text = info_add(a, ROUND_UP((units + 1) * 2, 8));
	if (!text)
		return;
	utf8_to_utf16(text, units, name, strlen(name));
	s = (struct process_abi *)(a->data + at);
	s->threads = s->most_threads = threads;
	s->created = nt_boot_time() + clock_ticks(p.start);
	s->user = clock_ticks(p.utime);
	s->kernel = clock_ticks(p.stime);
	s->name_len = (uint16_t)(units * 2);
	s->name_max = (uint16_t)(units * 2 + 2);
	s->name = a->info + (uint64_t)((uint8_t *)text - a->data);
	s->priority = 8;
	s->id = process_id(pid);
	s->parent = parent ? parent : process_id(p.parent);
	s->session = 1;
	s->virtual = s->peak_virtual = p.virtual;
	s->faults = (uint32_t)(p.minor + p.major);
	s->hard_faults = (uint32_t)p.major;
	s->set = s->peak_set = (uint64_t)p.set * PAGE;
	s->private_set = (int64_t)s->set;
	s->pagefile = s->peak_pagefile = s->private = s->set;
	if (*last != SIZE_MAX)
		((struct process_abi *)(a->data + *last))->next =
			(uint32_t)(at - *last);
	*last = at;
}

NTSTATUS info_process_list(struct task *t, struct info_answer *a)
{
	size_t last = SIZE_MAX;
	struct process_abi *idle;
	unsigned n;
	int *ids = proc_list(0, &n);

	/* Process 0, which every such list begins with. */
	idle = info_add(a, sizeof *idle);
	if (idle) {
		idle->threads = 0;
		last = 0;
	}
	for (unsigned i = 0; i < n; i++)
		add_process(a, ids[i], &last);
	free(ids);
	return a->failed ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}

/* SYSTEM_PROCESS_ID_INFORMATION: a process id in, its file's name out. */
NTSTATUS info_process_id(struct task *t, struct info_answer *a)
{
	struct {
		uint64_t id;
		uint16_t len, max;
		uint32_t pad;
		uint64_t buffer;
	} s;
	char path[4096], link[64], real[4096];
	uint16_t *name;
	size_t n;
	ssize_t len;
	int pid;
	NTSTATUS status = STATUS_SUCCESS;

	if (a->info_len != sizeof s)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_read(t, &s, a->info, sizeof s) < 0)
		return STATUS_ACCESS_VIOLATION;
	pid = process_host_pid(s.id);
	if (pid <= 0)
		return STATUS_INVALID_CID;
	foreign_path(pid, path, sizeof path, NULL);
	if (path[0] != '/') {
		snprintf(link, sizeof link, "/proc/%d/exe", pid);
		len = readlink(link, path, sizeof path - 1);
		if (len <= 0)
			return STATUS_INVALID_CID;
		path[len] = 0;
	}
	name = path_to_nt(realpath(path, real) ? real : path, &n);
	if (!name)
		return STATUS_NO_MEMORY;
	n *= 2;
	if (s.max < n + 2) {
		s.max = (uint16_t)(n + 2);
		status = STATUS_INFO_LENGTH_MISMATCH;
	} else {
		s.len = (uint16_t)n;
		if (guest_write(t, s.buffer, name, n + 2) < 0)
			status = STATUS_ACCESS_VIOLATION;
	}
	free(name);
	if (guest_write(t, a->info, &s, sizeof s) < 0)
		status = STATUS_ACCESS_VIOLATION;
	return status;
}
