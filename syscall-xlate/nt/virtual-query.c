/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtual-query.c - NtQueryVirtualMemory: what the book says of an address.
 *
 * Free space counts as one region up to the next allocation.  A region ends
 * where state or protection changes, and never spans two allocations.
 */
#include "syscall-xlate/nt/abi-memory.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/vad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/image/image.h"
#include "syscall-xlate/nt/calls.h"

enum { PROCESS_QUERY_INFORMATION = 0x400 };

struct query {
	gaddr at, info;
	uint64_t len, ret_len;
};

/* Stores what there is room for; what is returned goes to q->ret_len. */
static NTSTATUS put(struct task *t, struct query *q, const void *p, uint64_t n)
{
	if (guest_write(t, q->info, p, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	q->ret_len = n;
	return STATUS_SUCCESS;
}

static NTSTATUS query_basic(struct task *t, struct query *q)
{
	struct memory_basic_information m = { 0 };
	gaddr end;
	struct vad *v;

	if (q->len < sizeof m)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (q->at >= vm_space_end())
		return STATUS_INVALID_PARAMETER;
	m.base = ROUND_DOWN(q->at, PAGE);
	pthread_mutex_lock(&vm_lock);
	v = vad_next(m.base);
	if (!v || v->start > m.base) {
		end = v ? v->start : vm_space_end();
		m.state = MEM_FREE;
		m.protect = PAGE_NOACCESS;
	} else {
		uint16_t state = vad_run(v, m.base, &end);

		m.allocation_base = v->start;
		m.allocation_protect = v->prot;
		m.state = state ? MEM_COMMIT : MEM_RESERVE;
		m.protect = state;
		m.type = v->type;
	}
	pthread_mutex_unlock(&vm_lock);
	m.region_size = end - m.base;
	return put(t, q, &m, sizeof m);
}

static NTSTATUS query_region(struct task *t, struct query *q)
{
	struct memory_region_information m = { 0 };
	struct vad *v;
	gaddr end;

	if (q->len < 24)
		return STATUS_INFO_LENGTH_MISMATCH;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(q->at);
	if (v) {
		m.allocation_base = v->start;
		m.allocation_protect = v->prot;
		m.region_size = v->end - v->start;
		m.type = v->type == MEM_PRIVATE ? 1
			 : v->type == MEM_IMAGE ? 4
			 : v->nt_path           ? 2
						: 8;
		for (gaddr at = v->start; at < v->end; at = end)
			if (vad_run(v, at, &end))
				m.commit_size += end - at;
	}
	pthread_mutex_unlock(&vm_lock);
	if (!v)
		return STATUS_INVALID_ADDRESS;
	return put(t, q, &m, MIN(q->len, sizeof m));
}

/*
 * The file's name in device form: \??\Z:\dir is \Device\HarddiskVolume26\dir,
 * the letter's place in the alphabet, which is what \??\Z: links to.
 */
static uint16_t *device_name(const uint16_t *path, size_t *len)
{
	static const char device[] = "\\Device\\HarddiskVolume";
	static const char unc[] = "\\Device\\Mup\\";
	size_t n = 0, out = 0, skip = 0;
	const char *prefix = "";
	char text[40];
	uint16_t *name;

	while (path[n])
		n++;
	if (n > 6 && path[1] == '?' && path[5] == ':') {
		snprintf(text, sizeof text, "%s%d", device, (path[4] & 0x1f));
		prefix = text;
		skip = 6;
	} else if (n > 8 && path[1] == '?' && (path[4] | 32) == 'u') {
		prefix = unc;
		skip = 8;
	}
	name = malloc((strlen(prefix) + n - skip + 1) * 2);
	if (!name)
		return NULL;
	while (*prefix)
		name[out++] = (uint8_t)*prefix++;
	memcpy(name + out, path + skip, (n - skip + 1) * 2);
	*len = out + n - skip;
	return name;
}

static const uint16_t *path_of(const struct vad *v)
{
	if (v->nt_path)
		return v->nt_path;
	return v->section ? ((struct nt_section *)v->section)->nt_path : NULL;
}

static NTSTATUS query_file_name(struct task *t, struct query *q)
{
	struct {
		uint16_t len, max;
		uint32_t pad;
		uint64_t buffer;
	} s = { 0 };
	const uint16_t *path = NULL;
	uint16_t *name = NULL;
	size_t n = 0;
	uint64_t need;
	struct vad *v;
	uint32_t type = MEM_PRIVATE;
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(q->at);
	if (v) {
		type = v->type;
		path = path_of(v);
		if (path)
			name = device_name(path, &n);
	}
	pthread_mutex_unlock(&vm_lock);
	if (!v || type == MEM_PRIVATE)
		return STATUS_INVALID_ADDRESS;
	if (!path)
		return STATUS_FILE_INVALID; /* the page file has no name */
	if (!name)
		return STATUS_NO_MEMORY;
	need = sizeof s + (n + 1) * 2;
	s.len = (uint16_t)(n * 2);
	s.max = s.len + 2;
	s.buffer = q->info + sizeof s;
	if (q->len < sizeof s)
		status = STATUS_INFO_LENGTH_MISMATCH;
	else if (q->len < need)
		status = STATUS_BUFFER_OVERFLOW;
	else if (guest_write(t, q->info, &s, sizeof s) < 0 ||
		 guest_write(t, s.buffer, name, (n + 1) * 2) < 0)
		status = STATUS_ACCESS_VIOLATION;
	q->ret_len = need;
	free(name);
	return status;
}

static NTSTATUS query_working_set_ex(struct task *t, struct query *q)
{
	struct memory_working_set_ex m;
	struct vad *v;
	uint16_t state;
	uint32_t type;

	if (q->len < sizeof m)
		return STATUS_INFO_LENGTH_MISMATCH;
	for (uint64_t off = 0; off + sizeof m <= q->len; off += sizeof m) {
		if (guest_read(t, &m, q->info + off, sizeof m) < 0)
			return STATUS_ACCESS_VIOLATION;
		pthread_mutex_lock(&vm_lock);
		v = vad_find(m.address);
		state = v ? vad_run(v, m.address, NULL) : 0;
		type = v ? v->type : 0;
		pthread_mutex_unlock(&vm_lock);
		m.attributes = 0;
		if (state && !(state & (PAGE_GUARD | PAGE_NOACCESS)))
			m.attributes =
				1 | (uint64_t)(state & 0x7ff) << 4 |
				(type == MEM_PRIVATE ? 0 : 1ull << 15 | 2);
		if (guest_write(t, q->info + off, &m, sizeof m) < 0)
			return STATUS_ACCESS_VIOLATION;
	}
	q->ret_len = q->len;
	return STATUS_SUCCESS;
}

static NTSTATUS query_image(struct task *t, struct query *q)
{
	struct memory_image_information m = { 0 };
	struct vad *v;

	if (q->len < sizeof m)
		return STATUS_INFO_LENGTH_MISMATCH;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(q->at);
	if (v && v->type == MEM_IMAGE) {
		m.base = v->start;
		m.size = v->end - v->start;
	}
	pthread_mutex_unlock(&vm_lock);
	if (!m.base)
		return STATUS_INVALID_ADDRESS;
	return put(t, q, &m, sizeof m);
}

static NTSTATUS (*const classes[])(struct task *t, struct query *q) = {
	[0] = query_basic,          [2] = query_file_name, [3] = query_region,
	[4] = query_working_set_ex, [6] = query_image,     [7] = query_region,
	[8] = query_basic,
};

NTSTATUS nt_query_virtual_memory(struct task *t, uint64_t process,
				 gaddr address, uint32_t class, gaddr info,
				 uint64_t len, gaddr ret_len)
{
	const uint64_t args[] = { process, address, class,
				  info,	   len,	    ret_len };
	struct query q = { address, info, len, 0 };
	NTSTATUS status;

	if (class >= COUNT_OF(classes) || !classes[class])
		return STATUS_INVALID_INFO_CLASS;
	if (remote_call(t, process, PROCESS_QUERY_INFORMATION,
			"NtQueryVirtualMemory", args, &status)) {
		/* A name is behind its structure, here as there. */
		if (NT_SUCCESS(status) && classes[class] == query_file_name)
			guest_put64(t, info + 8, info + 16);
		return status;
	}
	status = vm_own_process(t, process, PROCESS_QUERY_INFORMATION);
	if (status != STATUS_SUCCESS)
		return status;
	status = classes[class](t, &q);
	if (ret_len && q.ret_len && guest_put64(t, ret_len, q.ret_len) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

struct usage {
	uint64_t committed, all;
};

static void add_usage(struct vad *v, void *arg)
{
	struct usage *u = arg;
	gaddr end;

	u->all += v->end - v->start;
	if (v->type != MEM_PRIVATE)
		return;
	for (gaddr at = v->start; at < v->end; at = end)
		if (vad_run(v, at, &end))
			u->committed += end - at;
}

void vm_usage(uint64_t *committed, uint64_t *reserved)
{
	struct usage u = { 0 };

	pthread_mutex_lock(&vm_lock);
	vad_each(add_usage, &u);
	pthread_mutex_unlock(&vm_lock);
	*committed = u.committed;
	*reserved = u.all;
}

bool vm_file_behind(gaddr addr)
{
	struct vad *v;
	bool file;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(addr);
	file = v && v->type != MEM_PRIVATE;
	pthread_mutex_unlock(&vm_lock);
	return file;
}
