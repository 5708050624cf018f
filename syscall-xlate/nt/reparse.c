/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reparse.c - file system controls on files and directories: reparse points
 * (reparse-link.c, reparse-tag.c), sparse ranges, and what volumes tell of
 * themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/ioctl-rows.h"
#include "syscall-xlate/nt/file-object-id.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/reparse-link.h"
#include "syscall-xlate/nt/reparse-tag.h"

/* ---- reparse points ------------------------------------------------------ */

static NTSTATUS set_reparse(struct task *t, struct file *f, struct irp *r)
{
	struct reparse_tag h, is;
	NTSTATUS status = reparse_request(t, r, false, &h);

	if (status)
		return status;
	if (!(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
		return STATUS_ACCESS_DENIED;
	if (is_link_tag(h.tag) ? !reparse_of(f, &is)
			       : f->kind == FILE_KIND_LINK)
		return STATUS_IO_REPARSE_TAG_MISMATCH;
	return is_link_tag(h.tag) ? reparse_link_set(t, f, r, h.tag)
				  : reparse_tag_set(t, f, r, &h);
}

static NTSTATUS get_reparse(struct task *t, struct file *f, struct irp *r)
{
	return f->kind == FILE_KIND_LINK ? reparse_link_get(t, f, r)
					 : reparse_tag_get(t, f, r);
}

static NTSTATUS delete_reparse(struct task *t, struct file *f, struct irp *r)
{
	struct reparse_tag h;
	NTSTATUS status = reparse_request(t, r, true, &h);

	if (status)
		return status;
	if (!(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
		return STATUS_ACCESS_DENIED;
	return f->kind == FILE_KIND_LINK ? reparse_link_delete(f, h.tag)
					 : reparse_tag_delete(f, &h);
}

/* ---- ranges -------------------------------------------------------------- */

static NTSTATUS set_sparse(struct task *t, struct file *f, struct irp *r)
{
	struct file_meta m;
	uint8_t on = 1;
	NTSTATUS status = meta_of_file(f, &m);

	if (status)
		return status;
	if (r->len && guest_read(t, &on, r->buf, 1) < 0)
		return STATUS_ACCESS_VIOLATION;
	if (f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	/* Host files are sparse where nobody wrote; this is for show. */
	return !(m.attributes & FILE_ATTRIBUTE_SPARSE_FILE) == !on
		       ? STATUS_SUCCESS
		       : meta_set_sparse(f, on);
}

static NTSTATUS zero_range(int fd, int64_t at, int64_t end)
{
	static const char zeros[16384];
	struct stat st;

	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at,
		      end - at) == 0)
		return STATUS_SUCCESS;
	if (errno != EOPNOTSUPP || fstat(fd, &st) < 0)
		return status_from_errno(errno);
	for (end = MIN(end, st.st_size); at < end;) {
		ssize_t n = pwrite(fd, zeros,
				   (size_t)MIN(end - at, (int64_t)sizeof zeros),
				   at);

		if (n < 0 && errno != EINTR)
			return status_from_errno(errno);
		at += MAX(n, 0);
	}
	return STATUS_SUCCESS;
}

static NTSTATUS zero_data(struct task *t, struct file *f, struct irp *r)
{
	int64_t range[2];
	NTSTATUS status = control_in(t, r, range, sizeof range);

	if (status)
		return status;
	if (range[0] < 0 || range[1] < range[0] || f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	return range[0] == range[1] ? STATUS_SUCCESS
				    : zero_range(f->fd, range[0], range[1]);
}

static NTSTATUS allocated_ranges(struct task *t, struct file *f, struct irp *r)
{
	int64_t range[2], at, end, keep;
	NTSTATUS status = control_in(t, r, range, sizeof range);

	if (status)
		return status;
	if (range[0] < 0 || range[1] < 0 || range[1] > INT64_MAX - range[0] ||
	    f->kind != FILE_KIND_DISK)
		return STATUS_INVALID_PARAMETER;
	/* Looking moves the descriptor's offset: it is put back. */
	keep = lseek(f->fd, 0, SEEK_CUR);
	at = range[0];
	end = range[0] + range[1];
	while (at < end && (at = lseek(f->fd, at, SEEK_DATA)) >= 0 &&
	       at < end) {
		int64_t hole = lseek(f->fd, at, SEEK_HOLE);
		int64_t out[2] = { at, MIN(hole, end) - at };

		if (hole <= at)
			break;
		if (r->information + sizeof out > r->out_len) {
			status = STATUS_BUFFER_OVERFLOW;
			break;
		}
		if (guest_write(t, r->out + r->information, out, sizeof out) <
		    0) {
			status = STATUS_ACCESS_VIOLATION;
			break;
		}
		r->information += sizeof out;
		at = hole;
	}
	lseek(f->fd, keep, SEEK_SET);
	if (status == STATUS_BUFFER_OVERFLOW && !r->information)
		status = STATUS_BUFFER_TOO_SMALL;
	return status;
}

static NTSTATUS duplicate_extents(struct task *t, struct file *f, struct irp *r)
{
	struct {
		uint64_t source;
		int64_t from, to, len;
	} d;
	struct file_clone_range c;
	struct file *source;
	NTSTATUS status = control_in(t, r, &d, sizeof d);

	if (status)
		return status;
	status = handle_get(t, d.source, &file_type, FILE_READ_DATA, &source);
	if (status)
		return status;
	c = (struct file_clone_range){ .src_fd = source->fd,
				       .src_offset = (uint64_t)d.from,
				       .src_length = (uint64_t)d.len,
				       .dest_offset = (uint64_t)d.to };
	if (ioctl(f->fd, FICLONERANGE, &c) < 0)
		status = errno == EXDEV ? STATUS_NOT_SAME_DEVICE
					: STATUS_INVALID_DEVICE_REQUEST;
	object_put(&source->object);
	return status;
}

/* ---- the rest ------------------------------------------------------------ */

static NTSTATUS get_compression(struct task *t, struct file *f, struct irp *r)
{
	uint16_t format = 0;

	(void)f;
	return control_out(t, r, &format, sizeof format);
}

static NTSTATUS set_compression(struct task *t, struct file *f, struct irp *r)
{
	uint16_t format;
	NTSTATUS status = control_in(t, r, &format, sizeof format);

	(void)f;
	if (status)
		return status;
	return format ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

static NTSTATUS volume_data(struct task *t, struct file *f, struct irp *r)
{
	struct {
		int64_t serial, sectors, clusters, free, reserved;
		uint32_t sector, cluster, record, clusters_per_record;
		int64_t mft_length, mft_start, mft2_start, zone_start, zone_end;
	} d = { 0 };
	struct file_meta m;
	struct statvfs fs;
	NTSTATUS status = meta_of_file(f, &m);

	_Static_assert(sizeof d == 96, "NTFS_VOLUME_DATA_BUFFER");
	if (status)
		return status;
	if (fstatvfs(f->fd, &fs) < 0)
		return status_from_errno(errno);
	d.serial = volume_serial(m.dev);
	d.sector = 512;
	d.cluster = 4096;
	d.record = 1024;
	d.sectors = (int64_t)(fs.f_blocks * (fs.f_frsize / 512));
	d.clusters = d.sectors / 8;
	d.free = (int64_t)(fs.f_bavail * (fs.f_frsize / 512) / 8);
	return control_out(t, r, &d, sizeof d);
}

static const struct control_row rows[] = { IOCTL_ROWS_FILE };

NTSTATUS disk_control(struct task *t, struct file *f, struct irp *r, bool fs)
{
	if (fs)
		return control_run(rows, COUNT_OF(rows), t, f, r);
	/* kernel32 asks everything whether it is a console. */
	if (r->code >> 16 == 0x50)
		return STATUS_OBJECT_TYPE_MISMATCH;
	return volume_control(t, f, r);
}
