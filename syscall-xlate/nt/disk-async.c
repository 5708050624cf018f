/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-async.c - overlapped reads and writes of regular files, as far as they
 * can be done in the call.
 *
 * What is in the page cache is moved at once (RWF_NOWAIT), as Windows' cache
 * does it, and the rest is queued.  Some file systems cannot be asked: then it
 * matters where their data come from.  Writes to a local disk go to the page
 * cache, and are made in the call, unless they go through it; what a server or
 * another process answers is queued.
 */
#include <errno.h>
#include <linux/magic.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include "syscall-xlate/nt/disk-queue.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/vad.h"

enum pace {
	UNKNOWN,
	ASK,    /* RWF_NOWAIT tells whether it would block */
	LOOK,   /* what is in memory can be seen */
	CALL,   /* it does not, or not for long */
	MEMORY, /* it never does */
	QUEUE,
};

/* Bytes to be looked for, at most. */
enum { LOOK_MAX = 4 << 20 };

/* Those without a number in linux/magic.h. */
enum {
	EXFAT = 0x2011bab0,
	NTFS3 = 0x7366746e,
	ZFS = 0x2fc12fc1,
	JFS = 0x3153464a
};

static bool is_one_of(uint32_t type, const uint32_t *list, unsigned n)
{
	while (n--)
		if (list[n] == type)
			return true;
	return false;
}

static uint32_t file_system_of(const struct file *f)
{
	struct statfs fs;

	return fstatfs(f->fd, &fs) < 0 ? 0 : (uint32_t)fs.f_type;
}

static bool is_memory(uint32_t type)
{
	static const uint32_t memory[] = {
		TMPFS_MAGIC,      RAMFS_MAGIC,   HUGETLBFS_MAGIC,
		PROC_SUPER_MAGIC, SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
		DEBUGFS_MAGIC,    TRACEFS_MAGIC, CGROUP2_SUPER_MAGIC,
	};

	return is_one_of(type, memory, COUNT_OF(memory));
}

static bool is_local(uint32_t type)
{
	static const uint32_t local[] = {
		EXT4_SUPER_MAGIC,
		XFS_SUPER_MAGIC,
		BTRFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC,
		MSDOS_SUPER_MAGIC,
		OVERLAYFS_SUPER_MAGIC,
		REISERFS_SUPER_MAGIC,
		EXFAT,
		NTFS3,
		ZFS,
		JFS,
	};

	return is_one_of(type, local, COUNT_OF(local));
}

/* The page with the byte at is not here, and could be asked for. */
static bool is_cold(const struct file *f, int64_t at)
{
	char byte;
	struct iovec v = { &byte, 1 };

	return preadv2(f->fd, &v, 1, at, RWF_NOWAIT) < 0 && errno == EAGAIN;
}

/* Of the pages that are written to in part the host reads the rest first. */
static bool edges_are_cold(const struct file *f, int64_t offset, uint32_t len)
{
	int64_t end = offset + len;

	return (f->read_pace == ASK || f->read_pace == UNKNOWN) &&
	       offset >= 0 &&
	       ((offset % PAGE && is_cold(f, offset)) ||
		(end % PAGE && is_cold(f, end)));
}

/*
 * A mapping of the whole file shows which pages are in memory, also those of
 * the file below one of overlayfs.  It is kept: making one costs ten times a
 * look.
 */
static pthread_mutex_t look_lock = PTHREAD_MUTEX_INITIALIZER;

static void look_again(struct file *f, uint64_t end)
{
	struct stat st;

	if (end <= f->look_size || fstat(f->fd, &st) < 0 ||
	    (uint64_t)st.st_size <= f->look_size)
		return;
	if (f->look_at)
		munmap(f->look_at, f->look_size);
	f->look_at = NULL;
	f->look_size = ROUND_UP((uint64_t)st.st_size, PAGE);
	f->look_at = mmap(NULL, f->look_size, PROT_READ, MAP_SHARED, f->fd, 0);
	if (f->look_at == MAP_FAILED)
		f->look_at = NULL;
}

static bool is_in_memory(struct file *f, int64_t offset, uint32_t len)
{
	unsigned char there[LOOK_MAX / PAGE + 2];
	uint64_t start = ROUND_DOWN((uint64_t)offset, PAGE);
	uint64_t end = (uint64_t)offset + len;
	bool all = true;

	if (len > LOOK_MAX)
		return false;
	pthread_mutex_lock(&look_lock);
	look_again(f, end);
	end = MIN(end, f->look_size);
	if (start < end) {
		all = f->look_at && mincore((char *)f->look_at + start,
					    end - start, there) == 0;
		for (uint64_t i = 0;
		     all && i < ROUND_UP(end - start, PAGE) / PAGE; i++)
			all = there[i] & 1;
	}
	pthread_mutex_unlock(&look_lock);
	return all;
}

void disk_destroy(struct file *f)
{
	if (f->look_at)
		munmap(f->look_at, f->look_size);
}

static bool is_through(const struct file *f)
{
	return f->options & FILE_WRITE_THROUGH;
}

bool disk_can_ask(const struct file *f, bool write)
{
	/* A ring would do what is written through with one thread of its own,
	   one after the other (Linux 6.18): half as much, with 32 under way. */
	return write ? f->write_pace == ASK && !is_through(f)
		     : f->read_pace == ASK;
}

NTSTATUS disk_try(struct task *t, struct irp *r, int64_t offset, bool write,
		  size_t *n)
{
	struct file *f = r->file;
	_Atomic uint8_t *pace = write ? &f->write_pace : &f->read_pace;

	*n = 0;
	if (!r->len)
		return io_transfer(t, r, f->fd, offset, write, 0, n);
	/* Appends are made in their order. */
	if (write && f->last_append && offset < 0)
		return STATUS_PENDING;
	if (*pace == UNKNOWN)
		*pace = is_memory(file_system_of(f)) ? MEMORY : ASK;
	/* To the disk and back: that takes its time. */
	if (write && is_through(f) && *pace != MEMORY)
		return STATUS_PENDING;
	if (*pace == ASK) {
		NTSTATUS status =
			io_transfer(t, r, f->fd, offset, write, RWF_NOWAIT, n);

		if (status != STATUS_NOT_SUPPORTED)
			return status;
		*pace = !is_local(file_system_of(f)) ? QUEUE
			: write                      ? CALL
						     : LOOK;
	}
	if (*pace == MEMORY ||
	    (*pace == CALL && !edges_are_cold(f, offset, r->len)) ||
	    (*pace == LOOK && is_in_memory(f, offset, r->len)))
		return io_transfer(t, r, f->fd, offset, write, 0, n);
	/* What is to be written is read soon. */
	if (!write && !vm_may_write(r->buf, r->len))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_PENDING;
}

NTSTATUS disk_async(struct task *t, struct irp *r, int64_t offset, bool write,
		    size_t *n)
{
	NTSTATUS status = disk_try(t, r, offset, write, n);
	size_t more;

	if (status == STATUS_PENDING)
		status = disk_queue(t, r, offset, write, NULL, *n);
	if (status != STATUS_INSUFFICIENT_RESOURCES)
		return status;
	/* There is nobody to do it but the caller. */
	r->buf += *n;
	r->len -= (uint32_t)*n;
	status = io_transfer(t, r, r->file->fd,
			     offset < 0 ? offset : offset + (int64_t)*n, write,
			     0, &more);
	*n += more;
	return status;
}
