/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * volume.c - NtQueryVolumeInformationFile.
 *
 * Z: and C: say NTFS, because programs take other names as a reason to do
 * without long names, symbolic links or large files, which work here.
 */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "base/utf.h"
#include "syscall-xlate/nt/file-object-id.h"
#include "syscall-xlate/nt/file-xattr.h"
#include "syscall-xlate/nt/file-rename.h"
#include "syscall-xlate/nt/info-rows.h"
#include "syscall-xlate/nt/calls.h"

enum { SECTOR = 512, UNIT_SECTORS = 8, UNIT = SECTOR * UNIT_SECTORS };

struct out {
	union {
		uint8_t bytes[128];
		struct fs_volume volume;
		struct fs_size size;
		struct fs_full_size full;
		struct fs_device device;
		struct fs_attribute attribute;
		struct fs_sector_size sector;
	};
	uint32_t len;
};

/* Kinds that lie on a volume, and whole volumes. */
static bool on_volume(const struct file *f)
{
	return f->drive || f->kind == FILE_KIND_DISK ||
	       f->kind == FILE_KIND_DIR;
}

static NTSTATUS host_volume(struct file *f, struct statvfs *fs)
{
	if (!on_volume(f))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->fd >= 0 ? fstatvfs(f->fd, fs) < 0 : statvfs("/", fs) < 0)
		return status_from_errno(errno);
	return STATUS_SUCCESS;
}

static NTSTATUS query_volume(struct file *f, struct out *o)
{
	uint64_t dev, ino;

	if (!on_volume(f))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!share_inode(f, &dev, &ino)) {
		struct file_meta m;
		NTSTATUS status = meta_of_file(f, &m);

		if (status)
			return status;
		dev = m.dev;
	}
	o->volume.created = 0;
	o->volume.serial = volume_serial(dev);
	o->volume.objects = 1;
	o->volume.label_len = 0;
	o->len = offsetof(struct fs_volume, label);
	return STATUS_SUCCESS;
}

static NTSTATUS query_size(struct file *f, struct out *o)
{
	struct statvfs fs;
	NTSTATUS status = host_volume(f, &fs);

	if (status)
		return status;
	o->size.total =
		(int64_t)(fs.f_blocks * (fs.f_frsize / SECTOR) / UNIT_SECTORS);
	o->size.available =
		(int64_t)(fs.f_bavail * (fs.f_frsize / SECTOR) / UNIT_SECTORS);
	o->size.sectors_per_unit = UNIT_SECTORS;
	o->size.bytes_per_sector = SECTOR;
	o->len = sizeof o->size;
	return STATUS_SUCCESS;
}

static NTSTATUS query_full_size(struct file *f, struct out *o)
{
	struct statvfs fs;
	NTSTATUS status = host_volume(f, &fs);

	if (status)
		return status;
	o->full.total =
		(int64_t)(fs.f_blocks * (fs.f_frsize / SECTOR) / UNIT_SECTORS);
	o->full.caller_available =
		(int64_t)(fs.f_bavail * (fs.f_frsize / SECTOR) / UNIT_SECTORS);
	o->full.available =
		(int64_t)(fs.f_bfree * (fs.f_frsize / SECTOR) / UNIT_SECTORS);
	o->full.sectors_per_unit = UNIT_SECTORS;
	o->full.bytes_per_sector = SECTOR;
	o->len = sizeof o->full;
	return STATUS_SUCCESS;
}

static NTSTATUS query_device(struct file *f, struct out *o)
{
	enum { MOUNTED = 0x20 };
	uint32_t type;

	switch (f->kind) {
	case FILE_KIND_NULL:
		type = DEVICE_TYPE_NULL;
		break;
	case FILE_KIND_CONSOLE:
		type = DEVICE_TYPE_CONSOLE;
		break;
	case FILE_KIND_PIPE:
	case FILE_KIND_SOCKET:
	case FILE_KIND_AFD:
		type = DEVICE_TYPE_NAMED_PIPE;
		break;
	case FILE_KIND_MAILSLOT:
		type = DEVICE_TYPE_MAILSLOT;
		break;
	case FILE_KIND_CHAR:
		type = DEVICE_TYPE_UNKNOWN;
		break;
	case FILE_KIND_DEVICE:
		type = f->is_volume                 ? DEVICE_TYPE_DISK
		       : f->device == DEVICE_PIPES  ? DEVICE_TYPE_NAMED_PIPE
		       : f->device == DEVICE_KSECDD ? DEVICE_TYPE_KSEC
						    : DEVICE_TYPE_UNKNOWN;
		break;
	default:
		type = DEVICE_TYPE_DISK;
	}
	o->device.type = type;
	o->device.characteristics = type == DEVICE_TYPE_DISK ? MOUNTED : 0;
	o->len = sizeof o->device;
	return STATUS_SUCCESS;
}

static NTSTATUS query_attributes(struct file *f, struct out *o)
{
	enum {
		CASE_SENSITIVE_SEARCH = 1, /* folders can be (file-case.c) */
		CASE_PRESERVED = 2,
		UNICODE = 4,
		SPARSE_FILES = 0x40,
		REPARSE = 0x80,
		HARD_LINKS = 0x400000,
		POSIX_DELETE = 0x400,
		NAMED_STREAMS = 0x40000,
		EXTENDED_ATTRIBUTES = 0x800000,
		OBJECT_IDS = 0x10000,
		READ_ONLY_VOLUME = 0x80000,
	};
	struct statvfs host;
	static const char name[] = "NTFS", npfs[] = "NPFS";
	const char *fs = on_volume(f) ? name : npfs;

	if (!on_volume(f) && f->kind != FILE_KIND_PIPE)
		return STATUS_INVALID_DEVICE_REQUEST;
	o->attribute.attributes = CASE_PRESERVED | UNICODE;
	if (on_volume(f))
		o->attribute.attributes |=
			SPARSE_FILES | REPARSE | HARD_LINKS | POSIX_DELETE;
	if (on_volume(f) && f->fd >= 0 && xattr_supported(f))
		o->attribute.attributes |= NAMED_STREAMS | EXTENDED_ATTRIBUTES |
					   CASE_SENSITIVE_SEARCH | OBJECT_IDS;
	if (!host_volume(f, &host) && host.f_flag & ST_RDONLY)
		o->attribute.attributes |= READ_ONLY_VOLUME;
	o->attribute.max_name = 255;
	o->attribute.name_len = 8;
	utf8_to_utf16(
		(uint16_t *)(o->bytes + offsetof(struct fs_attribute, name)), 4,
		fs, 4);
	o->len = offsetof(struct fs_attribute, name) + 8;
	return STATUS_SUCCESS;
}

static NTSTATUS query_object_id(struct file *f, struct out *o)
{
	if (!on_volume(f))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (f->fd < 0 || !object_id_of_volume(f->fd, o->bytes))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	o->len = OBJECT_ID_BUFFER;
	return STATUS_SUCCESS;
}

static NTSTATUS query_sector(struct file *f, struct out *o)
{
	if (!on_volume(f))
		return STATUS_INVALID_DEVICE_REQUEST;
	o->sector = (struct fs_sector_size){
		.logical = SECTOR,
		.physical_atomic = 4096,
		.physical_perf = 4096,
		.effective = 4096,
		.flags = 3, /* aligned device, aligned partition */
	};
	o->len = sizeof o->sector;
	return STATUS_SUCCESS;
}

static const struct {
	uint32_t class, size;
	NTSTATUS (*run)(struct file *f, struct out *o);
	uint32_t access;
} rows[] = { INFO_ROWS_VOLUME };

NTSTATUS nt_query_volume_information_file(struct task *t, uint64_t file,
					  gaddr iosb, gaddr info, uint32_t len,
					  uint32_t class)
{
	struct out o = { 0 };
	struct file *f;
	NTSTATUS status = handle_get(t, file, &file_type, 0, &f);
	uint32_t n;

	if (status)
		return status;
	status = STATUS_INVALID_INFO_CLASS;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].class != class)
			continue;
		status = len < rows[i].size ? STATUS_INFO_LENGTH_MISMATCH
					    : rows[i].run(f, &o);
	}
	object_put(&f->object);
	if (status) {
		log_debug(LOG_FILE, "query volume class %u: %#x", class,
			  status);
		return status;
	}
	n = MIN(len, o.len);
	if (n < o.len)
		status = STATUS_BUFFER_OVERFLOW;
	if (guest_write(t, info, o.bytes, n) < 0 ||
	    iosb_write(t, iosb, status, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	return status;
}

NTSTATUS nt_set_volume_information_file(struct task *t, uint64_t file,
					gaddr iosb, gaddr info, uint32_t len,
					uint32_t class)
{
	struct file *f;
	NTSTATUS status = handle_get(t, file, &file_type, 0, &f);

	(void)iosb, (void)info, (void)len, (void)class;
	if (status)
		return status;
	object_put(&f->object);
	return STATUS_ACCESS_DENIED; /* labels are the administrator's */
}
