/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io-calls.c - the relatives of NtReadFile and NtWriteFile (file-io.c): from the
 * call's arguments to a request, which the kind of file then answers.
 */
#include <stdlib.h>

#include "syscall-xlate/nt/disk-queue.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

/* One page per segment. */
static NTSTATUS move_pages(struct task *t, struct irp *r, const gaddr *pages,
			   bool out, size_t *total)
{
	uint32_t len = r->len;
	NTSTATUS status;
	size_t n = 0;

	*total = 0;
	for (uint32_t i = 0; i < len / 4096; i++) {
		int64_t offset = r->offset + i * 4096ll;

		r->buf = pages[i];
		r->len = 4096;
		if (!r->file->synchronous)
			status = disk_try(t, r, offset, out, &n);
		else if (out)
			status = io_write_fd(t, r, r->file->fd, offset, &n);
		else
			status = io_read_fd(t, r, r->file->fd, offset, &n);
		r->len = len;
		*total += n;
		if (status || n < 4096)
			return status;
	}
	return STATUS_SUCCESS;
}

/* The list is as long as len needs. */
static NTSTATUS segments(struct task *t, struct irp *r, gaddr list, bool out)
{
	size_t size = r->len / 4096 * sizeof(gaddr), total;
	NTSTATUS status = STATUS_SUCCESS;
	gaddr *pages;

	if (r->offset < 0 || r->len % 4096)
		return STATUS_INVALID_PARAMETER;
	if (inode_locked(r->file->inode))
		status = lock_check(r->file, r->offset, r->len, out);
	if (status)
		return status;
	pages = malloc(size);
	if (!pages && size)
		return STATUS_NO_MEMORY;
	if (guest_read(t, pages, list, size) < 0) {
		free(pages);
		return STATUS_ACCESS_VIOLATION;
	}
	status = move_pages(t, r, pages, out, &total);
	if (out)
		file_written(r->file, status);
	if (status == STATUS_PENDING)
		return disk_queue(t, r, r->offset, out, pages, total);
	free(pages);
	if (status)
		return status;
	r->information = total;
	return total || out ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS scatter(struct task *t, uint64_t file, uint64_t event,
			gaddr apc, gaddr apc_context, gaddr iosb, gaddr list,
			uint32_t len, gaddr offset, bool out)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, event, apc, apc_context, iosb,
				    out ? FILE_WRITE_DATA : FILE_READ_DATA);

	if (status)
		return status;
	r.len = len;
	status = io_read_offset(t, r.file, offset, &r.offset);
	if (!status && r.file->kind != FILE_KIND_DISK)
		status = STATUS_INVALID_PARAMETER;
	if (!status)
		status = segments(t, &r, list, out);
	return irp_end(t, &r, status);
}

NTSTATUS nt_read_file_scatter(struct task *t, uint64_t file, uint64_t event,
			      gaddr apc, gaddr apc_context, gaddr iosb,
			      gaddr list, uint32_t len, gaddr offset, gaddr key)
{
	(void)key;
	return scatter(t, file, event, apc, apc_context, iosb, list, len,
		       offset, false);
}

NTSTATUS nt_write_file_gather(struct task *t, uint64_t file, uint64_t event,
			      gaddr apc, gaddr apc_context, gaddr iosb,
			      gaddr list, uint32_t len, gaddr offset, gaddr key)
{
	(void)key;
	return scatter(t, file, event, apc, apc_context, iosb, list, len,
		       offset, true);
}

NTSTATUS nt_flush_buffers_file(struct task *t, uint64_t file, gaddr iosb)
{
	struct irp r;
	NTSTATUS status = irp_begin(t, &r, file, 0, 0, 0, iosb,
				    FILE_WRITE_DATA | FILE_APPEND_DATA);

	if (status)
		return status;
	status = r.file->ops->flush ? r.file->ops->flush(t, r.file)
				    : STATUS_INVALID_DEVICE_REQUEST;
	return irp_end(t, &r, status);
}

NTSTATUS nt_flush_buffers_file_ex(struct task *t, uint64_t file, uint32_t flags,
				  gaddr params, uint32_t len, gaddr iosb)
{
	(void)flags, (void)params, (void)len;
	return nt_flush_buffers_file(t, file, iosb);
}
