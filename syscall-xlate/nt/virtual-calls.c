/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * virtual-calls.c - the calls on virtual memory: arguments in, results out.
 *
 * Other processes' memory is read and written by the host where that lets us
 * (process_vm_readv: guest addresses are host addresses there).  All else is
 * done by the process itself, which keeps its own book (remote.h).
 */
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/vad.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "syscall-xlate/nt/calls.h"
#include "syscall-xlate/nt/file.h"

enum {
	PROCESS_VM_OPERATION = 8,
	PROCESS_VM_READ = 0x10,
	PROCESS_VM_WRITE = 0x20,
};

NTSTATUS vm_own_process(struct task *t, uint64_t process, uint32_t access)
{
	struct nt_process *p;
	NTSTATUS status;
	bool own;

	if (process == NT_CURRENT_PROCESS)
		return STATUS_SUCCESS;
	status = handle_get(t, process, &process_type, access, &p);
	if (status != STATUS_SUCCESS)
		return status;
	own = p == nt_self;
	object_put(&p->object);
	return own ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* ---- allocate, free, protect ---------------------------------------- */

static NTSTATUS base_size_in(struct task *t, gaddr base, gaddr size, gaddr *a,
			     uint64_t *n)
{
	if (guest_get64(t, a, base) < 0 || guest_get64(t, n, size) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS base_size_out(struct task *t, gaddr base, gaddr size, gaddr a,
			      uint64_t n)
{
	if (guest_put64(t, base, a) < 0 || guest_put64(t, size, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

NTSTATUS nt_allocate_virtual_memory(struct task *t, uint64_t process,
				    gaddr base, uint64_t zero_bits, gaddr size,
				    uint32_t type, uint32_t protect)
{
	const uint64_t args[] = { process, base, zero_bits,
				  size,	   type, protect };
	gaddr a, high;
	uint64_t n;
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status != STATUS_SUCCESS)
		return status;
	if (remote_call(t, process, PROCESS_VM_OPERATION,
			"NtAllocateVirtualMemory", args, &status))
		return status;
	if (!vm_zero_bits(zero_bits, &high))
		return STATUS_INVALID_PARAMETER_3;
	status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status == STATUS_SUCCESS)
		status = vm_alloc(&a, &n, 0, a ? 0 : high, type, protect);
	if (status == STATUS_SUCCESS)
		status = base_size_out(t, base, size, a, n);
	return status;
}

/* MEM_EXTENDED_PARAMETER */
struct extended_parameter {
	uint64_t type; /* low 8 bits */
	uint64_t value;
};
enum {
	EXT_ADDRESS = 1,
	EXT_NODE = 2,
	EXT_PARTITION = 3,
	EXT_SECTION_HANDLE = 4,
	EXT_ATTRIBUTES = 5,
	EXT_MACHINE = 6
};

/* MEM_ADDRESS_REQUIREMENTS: highest is inclusive. */
struct address_requirements {
	uint64_t lowest, highest, alignment;
};

static NTSTATUS requirements_read(struct task *t, gaddr at,
				  struct vm_extended *x)
{
	struct address_requirements r;

	if (guest_read(t, &r, at, sizeof r) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (r.lowest & (VM_GRANULARITY - 1) ||
	    (r.highest && (r.highest + 1) & (PAGE - 1)) ||
	    (r.highest && r.lowest > r.highest) || r.highest > vm_highest() ||
	    r.alignment & (r.alignment - 1) ||
	    (r.alignment && r.alignment < VM_GRANULARITY))
		return STATUS_INVALID_PARAMETER;
	x->low = r.lowest;
	x->high = r.highest ? r.highest + 1 : 0;
	x->align = r.alignment;
	return STATUS_SUCCESS;
}

NTSTATUS vm_extended_read(struct task *t, gaddr at, uint32_t count,
			  struct vm_extended *x)
{
	struct extended_parameter p;
	uint32_t seen = 0, kind;
	NTSTATUS status;

	*x = (struct vm_extended){ 0 };
	if (count > 16 || (count && !at))
		return STATUS_INVALID_PARAMETER;
	for (uint32_t i = 0; i < count; i++) {
		if (guest_read(t, &p, at + i * sizeof p, sizeof p) < 0)
			return STATUS_ACCESS_VIOLATION;
		kind = p.type & 0xff;
		if (kind == 0 || kind > EXT_MACHINE || seen >> kind & 1)
			return STATUS_INVALID_PARAMETER;
		seen |= 1u << kind;
		/* The others are about placement that Linux decides. */
		if (kind == EXT_ADDRESS) {
			status = requirements_read(t, p.value, x);
			if (status != STATUS_SUCCESS)
				return status;
		} else if (kind == EXT_SECTION_HANDLE) {
			return STATUS_NOT_SUPPORTED;
		}
	}
	return STATUS_SUCCESS;
}

NTSTATUS nt_allocate_virtual_memory_ex(struct task *t, uint64_t process,
				       gaddr base, gaddr size, uint32_t type,
				       uint32_t protect, gaddr params,
				       uint32_t nparams)
{
	/* What Linux decides anyway does not go along to another process. */
	const uint64_t args[] = { process, base, size, type, protect, 0, 0 };
	struct vm_extended x;
	gaddr a;
	uint64_t n;
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status == STATUS_SUCCESS && !nparams &&
	    remote_call(t, process, PROCESS_VM_OPERATION,
			"NtAllocateVirtualMemoryEx", args, &status))
		return status;
	if (status == STATUS_SUCCESS)
		status = vm_extended_read(t, params, nparams, &x);
	if (status == STATUS_SUCCESS)
		status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status == STATUS_SUCCESS)
		status = vm_alloc_ex(&a, &n, &x, type, protect);
	if (status == STATUS_SUCCESS)
		status = base_size_out(t, base, size, a, n);
	return status;
}

NTSTATUS nt_free_virtual_memory(struct task *t, uint64_t process, gaddr base,
				gaddr size, uint32_t type)
{
	const uint64_t args[] = { process, base, size, type };
	gaddr a;
	uint64_t n;
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status == STATUS_SUCCESS &&
	    remote_call(t, process, PROCESS_VM_OPERATION, "NtFreeVirtualMemory",
			args, &status))
		return status;
	if (status == STATUS_SUCCESS)
		status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status == STATUS_SUCCESS)
		status = vm_free(&a, &n, type);
	if (status == STATUS_SUCCESS)
		status = base_size_out(t, base, size, a, n);
	return status;
}

NTSTATUS nt_protect_virtual_memory(struct task *t, uint64_t process, gaddr base,
				   gaddr size, uint32_t protect,
				   gaddr old_protect)
{
	const uint64_t args[] = { process, base, size, protect, old_protect };
	gaddr a;
	uint64_t n;
	uint32_t old;
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status == STATUS_SUCCESS &&
	    remote_call(t, process, PROCESS_VM_OPERATION,
			"NtProtectVirtualMemory", args, &status))
		return status;
	/* Windows checks that it can be stored before it changes anything. */
	if (status == STATUS_SUCCESS &&
	    (guest_get32(t, &old, old_protect) < 0 ||
	     guest_put32(t, old_protect, old) < 0))
		status = STATUS_ACCESS_VIOLATION;
	if (status == STATUS_SUCCESS)
		status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status == STATUS_SUCCESS)
		status = vm_protect(&a, &n, protect, &old);
	if (status != STATUS_SUCCESS)
		return status;
	/* base and size may lie in the pages just protected: no error then. */
	base_size_out(t, base, size, a, n);
	guest_put32(t, old_protect, old);
	return STATUS_SUCCESS;
}

/* ---- lock, flush, advise -------------------------------------------- */

/* Whether all of the range is committed; page-rounded in place. */
static bool committed(gaddr *a, uint64_t *n)
{
	gaddr end, last = ROUND_UP(*a + *n, PAGE);
	struct vad *v;
	bool yes = true;

	*a = ROUND_DOWN(*a, PAGE);
	if (last <= *a)
		return false;
	pthread_mutex_lock(&vm_lock);
	for (gaddr at = *a; at < last && yes; at = end) {
		v = vad_find(at);
		yes = v && vad_run(v, at, &end);
	}
	pthread_mutex_unlock(&vm_lock);
	*n = last - *a;
	return yes;
}

/*
 * Memory is locked into the working set, which Linux would do by mlock(2)
 * within RLIMIT_MEMLOCK.  Nobody can see the difference but by timing, and a
 * refusal stops programs that only mean well; so it is kept as a promise that
 * the host's kernel decides.
 */
NTSTATUS nt_lock_virtual_memory(struct task *t, uint64_t process, gaddr base,
				gaddr size, uint32_t type)
{
	gaddr a;
	uint64_t n;
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status != STATUS_SUCCESS)
		return status;
	if (!type || type & ~3u)
		return STATUS_INVALID_PARAMETER;
	status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status != STATUS_SUCCESS)
		return status;
	if (!committed(&a, &n))
		return STATUS_ACCESS_VIOLATION;
	return base_size_out(t, base, size, a, n);
}

NTSTATUS nt_unlock_virtual_memory(struct task *t, uint64_t process, gaddr base,
				  gaddr size, uint32_t type)
{
	return nt_lock_virtual_memory(t, process, base, size, type);
}

NTSTATUS nt_flush_virtual_memory(struct task *t, uint64_t process, gaddr base,
				 gaddr size, gaddr iosb)
{
	gaddr a, start, end;
	uint64_t n;
	struct vad *v;
	int fd = -1;
	const uint64_t args[] = { process, base, size, iosb };
	NTSTATUS status = base_size_in(t, base, size, &a, &n);

	if (status == STATUS_SUCCESS &&
	    remote_call(t, process, PROCESS_VM_OPERATION,
			"NtFlushVirtualMemory", args, &status))
		return status;
	if (status == STATUS_SUCCESS)
		status = vm_own_process(t, process, PROCESS_VM_OPERATION);
	if (status != STATUS_SUCCESS)
		return status;
	pthread_mutex_lock(&vm_lock);
	v = vad_find(a);
	if (!v || v->type != MEM_MAPPED) {
		status = STATUS_NOT_MAPPED_DATA;
	} else {
		start = ROUND_DOWN(a, PAGE);
		end = n ? MIN(ROUND_UP(a + n, PAGE), v->end) : v->end;
		if (v->section)
			fd = section_fd(v->section);
		/*
		 * Shared mappings are the page cache itself: other readers
		 * see the data already, so starting the write-back is what
		 * FlushViewOfFile promises.
		 */
		if (fd >= 0)
			sync_file_range(fd, v->offset + (start - v->start),
					end - start, SYNC_FILE_RANGE_WRITE);
		a = start;
		n = end - start;
	}
	pthread_mutex_unlock(&vm_lock);
	if (status != STATUS_SUCCESS)
		return status;
	if (iosb_write(t, iosb, STATUS_SUCCESS, 0) < 0)
		return STATUS_ACCESS_VIOLATION;
	return base_size_out(t, base, size, a, n);
}

/* MEMORY_RANGE_ENTRY */
struct memory_range {
	gaddr at;
	uint64_t size;
};

NTSTATUS nt_set_information_virtual_memory(struct task *t, uint64_t process,
					   uint32_t class, uint64_t count,
					   gaddr ranges, gaddr info,
					   uint32_t len)
{
	enum { VM_PREFETCH = 0, VM_PAGE_PRIORITY = 1, VM_CFG_CALL_TARGETS = 2 };
	struct memory_range r;
	uint32_t flags;

	if (!count || count > 0x10000)
		return STATUS_INVALID_PARAMETER_3;
	if (len < sizeof flags || guest_get32(t, &flags, info) < 0)
		return STATUS_INVALID_PARAMETER_6;
	switch (class) {
	case VM_PREFETCH: /* advice: read ahead happens anyway */
	case VM_PAGE_PRIORITY:
		for (uint64_t i = 0; i < count; i++)
			if (guest_read(t, &r, ranges + i * sizeof r, sizeof r) <
			    0)
				return STATUS_ACCESS_VIOLATION;
		return vm_own_process(t, process, PROCESS_VM_OPERATION);
	case VM_CFG_CALL_TARGETS: /* no CFG here, as without the hardware */
		return STATUS_INVALID_PARAMETER_2;
	}
	return STATUS_INVALID_PARAMETER_2;
}

/* ---- read and write ------------------------------------------------- */

/* Copy within this process, through the host; bytes done in *done. */
static NTSTATUS copy_own(struct task *t, gaddr dst, gaddr src, uint64_t n,
			 uint64_t *done)
{
	char buf[4096];

	for (*done = 0; *done < n;) {
		/* Up to the next page boundary of src, so that what can be
		   copied before a bad page is. */
		uint64_t step = PAGE - ((src + *done) & (PAGE - 1));

		step = MIN(step, n - *done);
		if (guest_read(t, buf, src + *done, step) < 0 ||
		    guest_write(t, dst + *done, buf, step) < 0)
			return *done ? STATUS_PARTIAL_COPY
				     : STATUS_ACCESS_VIOLATION;
		*done += step;
	}
	return STATUS_SUCCESS;
}

typedef ssize_t vm_transfer(pid_t pid, const struct iovec *local,
			    unsigned long nlocal, const struct iovec *remote,
			    unsigned long nremote, unsigned long flags);

/*
 * The host forbids it, as most do that trust ptrace(2) to parents only, or there
 * is something that only the process itself can put there (a large image's bytes).
 */
static ssize_t by_itself(struct nt_process *p, const struct iovec *local,
			 int nlocal, uint64_t at, bool write)
{
	ssize_t done = 0;

	for (int i = 0; i < nlocal; i++) {
		void *b = local[i].iov_base;
		size_t n = local[i].iov_len;

		if (write ? remote_write(p, at + (size_t)done, b, n)
			  : remote_read(p, b, at + (size_t)done, n))
			break;
		done += (ssize_t)n;
	}
	return done;
}

static NTSTATUS copy_other(struct task *t, struct nt_process *p, gaddr address,
			   gaddr buf, uint64_t n, bool write, uint64_t *done)
{
	vm_transfer *transfer = write ? process_vm_writev : process_vm_readv;
	struct iovec local[16], remote;
	ssize_t got;
	int nlocal;

	for (*done = 0; *done < n; *done += got) {
		nlocal = guest_iov(t, buf + *done, n - *done, !write, local,
				   COUNT_OF(local));
		if (nlocal < 0)
			return STATUS_ACCESS_VIOLATION;
		remote.iov_base = (void *)(uintptr_t)(address + *done);
		remote.iov_len = 0;
		for (int i = 0; i < nlocal; i++)
			remote.iov_len += local[i].iov_len;
		got = -1;
		errno = EPERM;
		if (task_ops->host_addresses)
			got = transfer(p->host_pid, local, nlocal, &remote, 1,
				       0);
		if (got < 0 && errno == EFAULT) {
			/* Behind this page the host may do again. */
			local[0].iov_len =
				MIN(local[0].iov_len,
				    PAGE - (address + *done) % PAGE);
			nlocal = 1;
		}
		if (got < 0 && (errno == EPERM || errno == EFAULT))
			got = by_itself(p, local, nlocal,
					(uintptr_t)remote.iov_base, write);
		if (got <= 0)
			return STATUS_PARTIAL_COPY;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS transfer(struct task *t, uint64_t process, gaddr address,
			 gaddr buf, uint64_t n, gaddr count, bool write)
{
	struct nt_process *p;
	uint64_t done = 0;
	NTSTATUS status;

	status = handle_get(t, process, &process_type,
			    write ? PROCESS_VM_WRITE : PROCESS_VM_READ, &p);
	if (status != STATUS_SUCCESS)
		return status;
	if (address + n < address || buf + n < buf)
		status = STATUS_ACCESS_VIOLATION;
	else if (p == nt_self)
		status = copy_own(t, write ? address : buf,
				  write ? buf : address, n, &done);
	else
		status = copy_other(t, p, address, buf, n, write, &done);
	/* Reading another's bad address is a partial copy, of 0 bytes. */
	if (status == STATUS_ACCESS_VIOLATION && p == nt_self)
		status = STATUS_PARTIAL_COPY;
	object_put(&p->object);
	if (count && guest_put64(t, count, done) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_read_virtual_memory(struct task *t, uint64_t process, gaddr address,
				gaddr buf, uint64_t len, gaddr nread)
{
	return transfer(t, process, address, buf, len, nread, false);
}

NTSTATUS nt_write_virtual_memory(struct task *t, uint64_t process,
				 gaddr address, gaddr buf, uint64_t len,
				 gaddr nwritten)
{
	return transfer(t, process, address, buf, len, nwritten, true);
}
