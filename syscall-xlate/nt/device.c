/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * device.c - NtDeviceIoControlFile and NtFsControlFile, and the devices that
 * are nothing but controls: random numbers, volumes, the mount manager.
 *
 * Which code does what is rows of a table; a code that is in none is
 * STATUS_INVALID_DEVICE_REQUEST, as from a driver that lacks it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/control.h"
#include "syscall-xlate/nt/ioctl-rows.h"
#include "syscall-xlate/nt/tls.h"
#include "syscall-xlate/nt/calls.h"

NTSTATUS control_out(struct task *t, struct irp *r, const void *data, size_t n)
{
	if (r->out_len < n)
		return STATUS_BUFFER_TOO_SMALL;
	if (guest_write(t, r->out, data, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	r->information = n;
	return STATUS_SUCCESS;
}

NTSTATUS control_in(struct task *t, struct irp *r, void *data, size_t n)
{
	if (r->len < n)
		return STATUS_INVALID_PARAMETER;
	return guest_read(t, data, r->buf, n) < 0 ? STATUS_ACCESS_VIOLATION
						  : STATUS_SUCCESS;
}

NTSTATUS control_run(const struct control_row *rows, size_t n, struct task *t,
		     struct file *f, struct irp *r)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].code == r->code)
			return rows[i].run(t, f, r);
	log_debug(LOG_FILE, "control %#x: none on this device", r->code);
	return STATUS_INVALID_DEVICE_REQUEST;
}

/* ---- random numbers ------------------------------------------------------ */

static NTSTATUS random_bytes(struct task *t, struct file *f, struct irp *r)
{
	uint8_t buf[1024];

	(void)f;
	for (uint32_t at = 0; at < r->out_len; at += sizeof buf) {
		size_t n = MIN(sizeof buf, r->out_len - at);

		random_fill(buf, n);
		if (guest_write(t, r->out + at, buf, n) < 0)
			return STATUS_ACCESS_VIOLATION;
	}
	r->information = r->out_len;
	return STATUS_SUCCESS;
}

/* ---- volumes ---- */

/* Room of the file system under the volume. */
static uint64_t volume_size(struct file *f)
{
	struct statvfs fs;

	if (f->fd >= 0 ? fstatvfs(f->fd, &fs) < 0 : statvfs("/", &fs) < 0)
		return 0;
	return (uint64_t)fs.f_blocks * fs.f_frsize;
}

static NTSTATUS disk_length(struct task *t, struct file *f, struct irp *r)
{
	uint64_t size = volume_size(f);

	return control_out(t, r, &size, sizeof size);
}

struct geometry {
	uint64_t cylinders;
	uint32_t media, tracks, sectors, bytes;
	uint64_t size; /* _EX only */
	uint8_t data[8];
};

static void fill_geometry(struct file *f, struct geometry *g)
{
	*g = (struct geometry){
		.media = 12, /* FixedMedia */
		.tracks = 255,
		.sectors = 63,
		.bytes = 512,
		.size = volume_size(f),
	};
	g->cylinders = g->size / (255 * 63 * 512);
}

static NTSTATUS disk_geometry(struct task *t, struct file *f, struct irp *r)
{
	struct geometry g;

	fill_geometry(f, &g);
	return control_out(t, r, &g, offsetof(struct geometry, size));
}

static NTSTATUS disk_geometry_ex(struct task *t, struct file *f, struct irp *r)
{
	struct geometry g;

	fill_geometry(f, &g);
	return control_out(t, r, &g, sizeof g);
}

static NTSTATUS device_number(struct task *t, struct file *f, struct irp *r)
{
	/* Device type, disk 0, and the volume's partition on it. */
	uint32_t n[3] = { DEVICE_TYPE_DISK, 0,
			  f->drive == 'C'   ? 1
			  : f->drive == 'Z' ? 2
			  : f->drive	    ? (uint32_t)(f->drive - 'A')
					    : 0 };

	return control_out(t, r, n, sizeof n);
}

/*
 * What the host says of the volume's disk in /sys, a number; what else, where that
 * is none of its own (overlayfs, btrfs) or cannot be seen (in a sandbox).
 */
static uint64_t disk_says(const struct file *f, const char *what, uint64_t other)
{
	/* A partition's is its disk's. */
	static const char *const forms[] = { "/sys/dev/block/%u:%u/queue/%s",
					     "/sys/dev/block/%u:%u/../queue/%s" };
	char path[96], text[24] = "";
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (f->fd < 0 ? stat("/", &st) : fstat(f->fd, &st))
		return other;
	for (unsigned i = 0; i < COUNT_OF(forms) && n < 0; i++) {
		snprintf(path, sizeof path, forms[i], major(st.st_dev),
			 minor(st.st_dev), what);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	return n > 0 ? strtoull(text, NULL, 10) : other;
}

/* STORAGE_DEVICE_DESCRIPTOR, the seek penalty and trim, which Go, databases and
   tools for disks ask. */
static NTSTATUS storage_property(struct task *t, struct file *f, struct irp *r)
{
	uint32_t query[2];
	NTSTATUS status = control_in(t, r, query, sizeof query);
	uint32_t out[10] = { 0 };

	if (status)
		return status;
	if (query[1] == 1) /* does it exist? */
		return query[0] == 0 || (query[0] >= 6 && query[0] <= 8)
			       ? STATUS_SUCCESS
			       : STATUS_NOT_SUPPORTED;
	switch (query[0]) {
	case 0: /* descriptor: version, size, ..., bus type */
		out[0] = out[1] = sizeof out;
		out[7] = 17; /* BusTypeNvme */
		break;
	case 6: /* alignment: sector sizes */
		out[0] = out[1] = 28;
		out[2] = 64;
		out[4] = (uint32_t)disk_says(f, "logical_block_size", 512);
		out[5] = (uint32_t)disk_says(f, "physical_block_size", 4096);
		return control_out(t, r, out, MIN(r->out_len, 28u));
	case 7: /* seek penalty */
		out[0] = out[1] = 12;
		out[2] = disk_says(f, "rotational", 0) != 0;
		return control_out(t, r, out, MIN(r->out_len, 12u));
	case 8: /* trim */
		out[0] = out[1] = 12;
		out[2] = disk_says(f, "discard_max_bytes", 0) != 0;
		return control_out(t, r, out, MIN(r->out_len, 12u));
	default:
		return STATUS_NOT_SUPPORTED;
	}
	if (r->out_len < 8)
		return STATUS_BUFFER_TOO_SMALL;
	return control_out(t, r, out, MIN(r->out_len, sizeof out));
}

static NTSTATUS disk_extents(struct task *t, struct file *f, struct irp *r)
{
	struct {
		uint32_t count, pad;
		uint32_t disk, pad2;
		uint64_t start, size;
	} e = { .count = 1, .size = volume_size(f) };

	return control_out(t, r, &e, sizeof e);
}

static NTSTATUS device_name(struct task *t, struct file *f, struct irp *r)
{
	uint8_t buf[256];
	uint16_t bytes;
	uint16_t *name;
	size_t len;
	NTSTATUS status = file_device_name(f, &name, &len);

	if (status)
		return status;
	len = MIN(len, (sizeof buf - 2) / 2);
	bytes = (uint16_t)(len * 2);
	memcpy(buf, &bytes, 2);
	memcpy(buf + 2, name, bytes);
	free(name);
	if (r->out_len < 2u + bytes) {
		status = control_out(t, r, buf, MIN(r->out_len, 2u));
		return status ? status : STATUS_BUFFER_OVERFLOW;
	}
	return control_out(t, r, buf, 2u + bytes);
}

static NTSTATUS nothing(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_SUCCESS;
}

static NTSTATUS volume_in_use(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_ACCESS_DENIED;
}

static NTSTATUS volume_not_locked(struct task *t, struct file *f, struct irp *r)
{
	(void)t, (void)f, (void)r;
	return STATUS_NOT_LOCKED;
}

static const struct control_row volume_rows[] = { IOCTL_ROWS_VOLUME };

NTSTATUS volume_control(struct task *t, struct file *f, struct irp *r)
{
	return control_run(volume_rows, COUNT_OF(volume_rows), t, f, r);
}

/* ---- the mount manager ---- */

/* Is the name at [offset, offset+len) of in equal to text?  0 len: any. */
static bool name_is(const uint8_t *in, size_t in_len, uint32_t offset,
		    uint16_t len, const char *text)
{
	uint16_t name[128], want[128];
	size_t n;

	if (!len)
		return true;
	if (offset > in_len || len > in_len - offset || len > sizeof name)
		return false;
	memcpy(name, in + offset, len);
	n = utf8_to_utf16(want, COUNT_OF(want), text, strlen(text));
	return !units_compare_nocase(name, len / 2, want, n);
}

/*
 * MOUNTMGR_MOUNT_POINTS: size, count, then 24 bytes per point (offset and
 * length of link, id, device), then the names.
 */
static NTSTATUS query_points(struct task *t, struct file *f, struct irp *r)
{
	uint8_t in[1024], out[16384] = { 0 };
	uint32_t link, device, count = 0, size, at = 8;
	uint16_t link_len, device_len;
	size_t n = MIN(r->len, sizeof in);

	(void)f;
	if (n < 24)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, in, r->buf, n) < 0)
		return STATUS_ACCESS_VIOLATION;
	memcpy(&link, in, 4);
	memcpy(&link_len, in + 4, 2);
	memcpy(&device, in + 16, 4);
	memcpy(&device_len, in + 20, 2);

	for (char letter = 'A'; letter <= 'Z'; letter++)
		at += path_is_drive((uint16_t)letter) ? 2 * 24 : 0;
	for (char letter = 'A'; letter <= 'Z'; letter++) {
		char dos[] = "\\DosDevices\\?:", guid[PATH_VOLUME_GUID_SIZE];
		const char *volume = path_volume(letter);

		if (!path_is_drive((uint16_t)letter))
			continue;
		dos[12] = letter;
		path_volume_guid(letter, guid);
		for (int k = 0; k < 2; k++) {
			const char *name = k ? guid : dos;
			uint8_t *p = out + 8 + count * 24;
			const char *text[3] = { name, "", volume };

			if (!name_is(in, n, link, link_len, name) ||
			    !name_is(in, n, device, device_len, volume))
				continue;
			for (int s = 0; s < 3; s++) {
				uint16_t u[128];
				uint16_t len =
					(uint16_t)(2 *
						   utf8_to_utf16(
							   u, 128, text[s],
							   strlen(text[s])));

				memcpy(out + at, u, len);
				memcpy(p + s * 8, &at, 4);
				memcpy(p + s * 8 + 4, &len, 2);
				at += len;
			}
			count++;
		}
	}
	size = at;
	if (!count)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	memcpy(out, &size, 4);
	memcpy(out + 4, &count, 4);
	if (r->out_len < size) {
		NTSTATUS status = control_out(t, r, out, MIN(r->out_len, 8u));

		return status ? status : STATUS_BUFFER_OVERFLOW;
	}
	return control_out(t, r, out, size);
}

/* MOUNTMGR_TARGET_NAME in, MOUNTMGR_VOLUME_PATHS out: "X:" NUL NUL. */
static NTSTATUS dos_volume_path(struct task *t, struct file *f, struct irp *r)
{
	uint8_t in[512], out[16] = { 0 };
	size_t n = MIN(r->len, sizeof in);
	uint16_t len;

	(void)f;
	if (n < 2 || guest_read(t, in, r->buf, n) < 0)
		return STATUS_INVALID_PARAMETER;
	memcpy(&len, in, 2);
	for (char letter = 'A'; letter <= 'Z'; letter++) {
		uint32_t bytes = 8;
		uint16_t path[4] = { (uint16_t)letter, ':', 0, 0 };
		char guid[PATH_VOLUME_GUID_SIZE];

		if (!path_is_drive((uint16_t)letter) ||
		    (!name_is(in, n, 2, len, path_volume(letter)) &&
		     !name_is(in, n, 2, len, path_volume_guid(letter, guid))))
			continue;
		memcpy(out, &bytes, 4);
		memcpy(out + 4, path, sizeof path);
		if (r->out_len < 12) {
			NTSTATUS s =
				control_out(t, r, out, MIN(r->out_len, 4u));

			return s ? s : STATUS_BUFFER_OVERFLOW;
		}
		return control_out(t, r, out, 12);
	}
	return STATUS_OBJECT_NAME_NOT_FOUND;
}

static const struct control_row mount_rows[] = { IOCTL_ROWS_MOUNTS };

static const struct control_row random_rows[] = { IOCTL_ROWS_RANDOM };

/* ---- opening ---- */

static NTSTATUS device_control(struct task *t, struct file *f, struct irp *r,
			       bool fs)
{
	switch (f->device) {
	case DEVICE_KSECDD:
	case DEVICE_CNG:
		return control_run(random_rows, COUNT_OF(random_rows), t, f, r);
	case DEVICE_MOUNTS:
		return control_run(mount_rows, COUNT_OF(mount_rows), t, f, r);
	case DEVICE_DISK:
		return volume_control(t, f, r);
	case DEVICE_PIPES:
		return fs && r->code == 0x00110018
			       ? /* FSCTL_PIPE_WAIT */
			       pipe_wait_name(t, r->buf, r->len)
			       : STATUS_INVALID_DEVICE_REQUEST;
	}
	return STATUS_INVALID_DEVICE_REQUEST;
}

const struct file_ops device_ops = {
	.control = device_control,
};

NTSTATUS device_open(struct task *t, const struct nt_path *p, uint32_t access,
		     uint32_t share, uint32_t options, gaddr ea,
		     uint32_t ea_len, struct file **f)
{
	int fd = -1;

	switch (p->device) {
	case DEVICE_CONSOLE:
		return console_open(t, p, access, share, options, f);
	case DEVICE_NULL:
		if (options & FILE_DIRECTORY_FILE)
			return STATUS_NOT_A_DIRECTORY;
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		*f = file_new(FILE_KIND_NULL, &null_ops, fd, access, share,
			      options);
		break;
	case DEVICE_AFD:
		return afd_open(t, p, access, share, options, ea, ea_len, f);
	case DEVICE_TLS: {
		NTSTATUS status = tls_open(access, share, options, f);

		if (!status)
			(*f)->device = DEVICE_TLS;
		return status;
	}
	case DEVICE_DISK:
		if (!p->drive || access & (FILE_WRITE_DATA | FILE_APPEND_DATA |
					   FILE_READ_DATA))
			return STATUS_ACCESS_DENIED;
		fd = open("/", O_PATH | O_CLOEXEC);
		/* fall through */
	default:
		*f = file_new(FILE_KIND_DEVICE, &device_ops, fd, access, share,
			      options);
	}
	if (!*f) {
		if (fd >= 0)
			close(fd);
		return STATUS_NO_MEMORY;
	}
	(*f)->device = (uint8_t)p->device;
	(*f)->drive = p->device == DEVICE_DISK ? p->drive : 0;
	(*f)->is_volume = p->device == DEVICE_DISK;
	(*f)->path_only = p->device == DEVICE_DISK;
	return STATUS_SUCCESS;
}

/* ---- calls ---- */

static NTSTATUS control(struct task *t, uint64_t file, uint64_t event,
			gaddr apc, gaddr apc_context, gaddr iosb, uint32_t code,
			gaddr in, uint32_t in_len, gaddr out, uint32_t out_len,
			bool fs)
{
	enum { ACCESS_SHIFT = 14 };
	struct irp r;
	/* Bits 14 and 15 of a code: the access that its handle needs. */
	uint32_t need = code >> ACCESS_SHIFT & 3;
	NTSTATUS status =
		irp_begin(t, &r, file, event, apc, apc_context, iosb,
			  need == 1   ? FILE_READ_DATA
			  : need == 2 ? FILE_WRITE_DATA | FILE_APPEND_DATA
			  : need == 3 ? FILE_READ_DATA | FILE_WRITE_DATA
				      : 0);

	if (status)
		return status;
	r.code = code;
	r.buf = in;
	r.len = in_len;
	r.out = out;
	r.out_len = out_len;
	r.offset = OFFSET_CURRENT;
	sync_begin(nt_thread(t), &r);
	status = r.file->ops->control ? r.file->ops->control(t, r.file, &r, fs)
				      : STATUS_INVALID_DEVICE_REQUEST;
	sync_end(nt_thread(t));
	return irp_end(t, &r, status);
}

NTSTATUS nt_device_io_control_file(struct task *t, uint64_t file,
				   uint64_t event, gaddr apc, gaddr apc_context,
				   gaddr iosb, uint32_t code, gaddr inbuf,
				   uint32_t inlen, gaddr outbuf,
				   uint32_t outlen)
{
	return control(t, file, event, apc, apc_context, iosb, code, inbuf,
		       inlen, outbuf, outlen, false);
}

NTSTATUS nt_fs_control_file(struct task *t, uint64_t file, uint64_t event,
			    gaddr apc, gaddr apc_context, gaddr iosb,
			    uint32_t code, gaddr inbuf, uint32_t inlen,
			    gaddr outbuf, uint32_t outlen)
{
	return control(t, file, event, apc, apc_context, iosb, code, inbuf,
		       inlen, outbuf, outlen, true);
}
