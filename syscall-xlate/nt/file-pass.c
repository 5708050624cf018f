/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-pass.c - file objects from descriptors, to and from other processes,
 * and the names they go by.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/utf.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/file-xattr.h"

/* ---- descriptors we were started with ---- */

static uint32_t access_of_fd(int fd, uint32_t wanted)
{
	int flags = fcntl(fd, F_GETFL);
	uint32_t access = wanted;

	if (flags < 0)
		return wanted;
	if ((flags & O_ACCMODE) == O_RDONLY)
		access &= ~(uint32_t)(FILE_WRITE_DATA | FILE_APPEND_DATA);
	if ((flags & O_ACCMODE) == O_WRONLY)
		access &= ~(uint32_t)(FILE_READ_DATA | FILE_EXECUTE);
	return access;
}

/* What a descriptor is, as a file object.  NULL: no memory, or not open. */
static struct file *classify(int fd, uint32_t access, uint32_t options)
{
	struct stat st;
	struct file *f;

	if (fstat(fd, &st) < 0)
		return NULL;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		f = file_new(FILE_KIND_DISK, &disk_ops, fd,
			     access_of_fd(fd, access), 7, options);
		break;
	case S_IFDIR:
		f = file_new(FILE_KIND_DIR, &dir_ops, fd, access, 7, options);
		break;
	case S_IFIFO:
		f = pipe_from_fd(fd, access_of_fd(fd, access), options);
		break;
	case S_IFSOCK:
		f = file_new(FILE_KIND_SOCKET, &stream_ops, fd, access, 7,
			     options);
		break;
	default:
		if (isatty(fd))
			return console_file(fd, access, 7, options);
		if (S_ISCHR(st.st_mode) && major(st.st_rdev) == 1 &&
		    minor(st.st_rdev) == 3)
			f = file_new(FILE_KIND_NULL, &null_ops, fd, access, 7,
				     options);
		else
			f = file_new(FILE_KIND_CHAR, &stream_ops, fd, access, 7,
				     options);
	}
	if (f && (f->kind == FILE_KIND_DISK || f->kind == FILE_KIND_DIR))
		f->drive = 'Z';
	/* Appending is the host's (">>"); NT's view of it is plain writing. */
	if (f)
		f->append = false;
	return f;
}

struct object *file_object_from_fd(int fd, uint32_t access)
{
	struct file *f = classify(fd, access_map(&file_type, access),
				  FILE_SYNCHRONOUS_IO_NONALERT |
					  FILE_NON_DIRECTORY_FILE);

	return f ? &f->object : NULL;
}

/* ---- to a child process ---- */

enum { V_ACCESS, V_SHARE, V_OPTIONS, V_FLAGS, V_ASSOCIATION, V_OF_KIND };
/* In V_FLAGS: the drive, these, and the modes of notification. */
enum {
	F_LOWER = 0x100,
	F_PATH_ONLY = 0x200,
	F_APPEND = 0x400,
	F_KEEPS_TIME = 0x800, /* V_OF_KIND of a disk file: which */
	F_DELETE_ON_CLOSE = 0x1000,
	F_POSIX_DELETE = 0x2000,
};
enum { WAYS_SHIFT = 16, NOTIFY_SHIFT = 32 };

static bool pass(struct file *f, struct nt_passed *p)
{
	int64_t at = f->position;

	/* The child shares the host's position, so it must be there. */
	if (at != POSITION_HOST &&
	    atomic_compare_exchange_strong(&f->position, &at, POSITION_HOST))
		lseek(f->fd, at, SEEK_SET);

	oplock_ready(current_task, f); /* its descriptor is another then */
	f->in_others = true;
	p->fd = f->fd;
	p->kind = (uint32_t)f->kind | (uint32_t)f->device << 8;
	p->value[V_ACCESS] = f->access;
	p->value[V_SHARE] = f->share;
	p->value[V_OPTIONS] = f->options;
	p->value[V_FLAGS] =
		(uint64_t)(f->from_lower ? F_LOWER : 0) |
		(f->path_only ? F_PATH_ONLY : 0) | (f->append ? F_APPEND : 0) |
		(f->keeps_time ? F_KEEPS_TIME : 0) |
		(f->delete_on_close ? F_DELETE_ON_CLOSE : 0) |
		(f->posix_delete ? F_POSIX_DELETE : 0) | (uint8_t)f->drive |
		(uint64_t)f->ways << WAYS_SHIFT |
		(uint64_t)f->notify_modes << NOTIFY_SHIFT;
	p->value[V_ASSOCIATION] = file_port_pass(f);
	p->told = f->inode || f->path || file_port(f) ||
		  f->kind == FILE_KIND_MAILSLOT;
	p->value[V_OF_KIND] = (uint64_t)f->kept_time;
	p->len = 0;
	if (f->kind == FILE_KIND_CONSOLE)
		p->value[V_OF_KIND] = console_buffer_pass(f);
	if (f->kind == FILE_KIND_PIPE)
		return pipe_pass(f, p);
	if (f->kind == FILE_KIND_MAILSLOT)
		return mailslot_pass(f, p);
	if (f->kind == FILE_KIND_AFD)
		return afd_pass(f, p);
	if (f->path && strlen(f->path) < sizeof p->data) {
		p->len = (uint32_t)strlen(f->path) + 1;
		memcpy(p->data, f->path, p->len);
	}
	return true;
}

bool file_pass(struct object *o, struct nt_passed *p)
{
	struct file *f = (struct file *)o;
	bool passed = pass(f, p);

	f->told_others |= p->told;
	return passed;
}

static struct file *receive(const struct nt_passed *p)
{
	uint8_t kind = p->kind & 0xff, device = p->kind >> 8 & 0xff;
	uint32_t access = (uint32_t)p->value[V_ACCESS];
	uint32_t share = (uint32_t)p->value[V_SHARE];
	uint32_t options = (uint32_t)p->value[V_OPTIONS];
	struct statx st;
	struct file *f;

	switch (kind) {
	case FILE_KIND_PIPE:
		return pipe_receive(p);
	case FILE_KIND_MAILSLOT:
		return mailslot_receive(p);
	case FILE_KIND_AFD:
		return afd_receive_passed(p);
	case FILE_KIND_CONSOLE:
		f = console_file(p->fd, access, share, options);
		if (!f)
			return NULL;
		f->device = device; /* input or output: see console.h */
		console_buffer_receive(f, p->value[V_OF_KIND]);
		return f;
	case FILE_KIND_DEVICE:
		f = file_new(kind, &device_ops, p->fd, access, share, options);
		break;
	case FILE_KIND_DISK:
		f = file_new(kind,
			     p->value[V_FLAGS] & F_PATH_ONLY ? &plain_ops
							     : &disk_ops,
			     p->fd, access, share, options);
		break;
	case FILE_KIND_DIR:
		f = file_new(kind, &dir_ops, p->fd, access, share, options);
		break;
	case FILE_KIND_NULL:
		f = file_new(kind, &null_ops, p->fd, access, share, options);
		break;
	case FILE_KIND_LINK:
		f = file_new(kind, &plain_ops, p->fd, access, share, options);
		break;
	default:
		f = file_new(kind, &stream_ops, p->fd, access, share, options);
		break;
	}
	if (!f)
		return NULL;
	f->in_others = true;
	f->device = device;
	f->drive = (char)(p->value[V_FLAGS] & 0xff);
	f->from_lower = p->value[V_FLAGS] & F_LOWER;
	f->path_only = p->value[V_FLAGS] & F_PATH_ONLY;
	f->append = p->value[V_FLAGS] & F_APPEND;
	f->delete_on_close = p->value[V_FLAGS] & F_DELETE_ON_CLOSE;
	f->posix_delete = p->value[V_FLAGS] & F_POSIX_DELETE;
	file_set_ways(f, (uint8_t)(p->value[V_FLAGS] >> WAYS_SHIFT));
	if (p->value[V_FLAGS] & F_KEEPS_TIME)
		file_keep_time_of(f, (int64_t)p->value[V_OF_KIND]);
	if (p->len && p->len <= sizeof p->data)
		f->path = strndup((const char *)p->data, p->len);
	if (f->path && f->drive == 'C' && kind == FILE_KIND_DIR)
		f->dir = virtual_from_host(f->path);
	if ((kind == FILE_KIND_DISK || kind == FILE_KIND_DIR) && !f->dir &&
	    !statx(f->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st))
		share_enter(f, &st, true);
	return f;
}

struct object *file_receive(const struct nt_passed *p)
{
	struct file *f = receive(p);

	if (!f)
		return NULL;
	f->notify_modes = (uint32_t)(p->value[V_FLAGS] >> NOTIFY_SHIFT);
	file_port_receive(f, p->value[V_ASSOCIATION]);
	return &f->object;
}

/* ---- names ---- */

static uint16_t *units(const char *ascii, size_t *len)
{
	size_t n = strlen(ascii);
	uint16_t *s = malloc((n + 1) * sizeof *s);

	if (!s)
		return NULL;
	utf8_to_utf16(s, n, ascii, n);
	*len = utf8_to_utf16(NULL, 0, ascii, n);
	s[*len] = 0;
	return s;
}

static const char *device_text(const struct file *f)
{
	switch (f->kind) {
	case FILE_KIND_NULL:
		return "\\Device\\Null";
	case FILE_KIND_CONSOLE:
		return "\\Device\\ConDrv";
	case FILE_KIND_SOCKET:
	case FILE_KIND_AFD:
		return "\\Device\\Afd";
	case FILE_KIND_PIPE:
		return "\\Device\\NamedPipe";
	case FILE_KIND_MAILSLOT:
		return "\\Device\\Mailslot";
	case FILE_KIND_CHAR:
		return "\\Device\\Serial0";
	}
	switch (f->device) {
	case DEVICE_PIPES:
		return "\\Device\\NamedPipe\\";
	case DEVICE_KSECDD:
		return "\\Device\\KsecDD";
	case DEVICE_CNG:
		return "\\Device\\CNG";
	case DEVICE_TLS:
		return "\\Device\\RfTls";
	case DEVICE_MOUNTS:
		return "\\Device\\MountPointManager";
	case DEVICE_DISK:
		return f->drive ? path_volume(f->drive)
				: "\\Device\\Harddisk0\\DR0";
	}
	return "\\Device\\Null";
}

NTSTATUS file_device_name(struct file *f, uint16_t **name, size_t *len)
{
	char text[600];
	uint16_t *path, *out;
	const char *device;
	size_t n, dn;

	if (!f->drive || f->kind == FILE_KIND_DEVICE) {
		const char *pipe =
			f->kind == FILE_KIND_PIPE ? pipe_name(f) : NULL;

		snprintf(text, sizeof text, "%s%s%s", device_text(f),
			 pipe ? "\\" : "", pipe ? pipe : "");
		*name = units(text, len);
		return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	path = file_object_nt_path(&f->object);
	if (!path)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	for (n = 0; path[n]; n++)
		;
	/* \??\C: becomes the volume's device. */
	device = path_volume((char)path[4]);
	dn = strlen(device);
	out = malloc((dn + n) * sizeof *out);
	if (!out) {
		free(path);
		return STATUS_NO_MEMORY;
	}
	utf8_to_utf16(out, dn, device, dn);
	memcpy(out + dn, path + 6, (n - 6 + 1) * sizeof *out);
	free(path);
	*name = out;
	*len = dn + n - 6;
	return STATUS_SUCCESS;
}

/* ":stream" behind the file's name. */
static NTSTATUS add_stream(struct file *f, uint16_t **name, size_t *len)
{
	size_t n = 0;
	uint16_t *own = stream_name(f, &n);
	uint16_t *both = own ? realloc(*name, (*len + n + 1) * 2) : NULL;

	if (!both) {
		free(own);
		free(*name);
		return STATUS_NO_MEMORY;
	}
	memcpy(both + *len, own, n * 2);
	free(own);
	*len += n;
	both[*len] = 0;
	*name = both;
	return STATUS_SUCCESS;
}

NTSTATUS file_short_name(struct file *f, uint16_t **name, size_t *len)
{
	uint16_t *path;
	size_t n;

	if (f->kind == FILE_KIND_PIPE) {
		char text[600];
		const char *pipe = pipe_name(f);

		snprintf(text, sizeof text, "\\%s", pipe ? pipe : "");
		*name = units(text, len);
		return *name ? STATUS_SUCCESS : STATUS_NO_MEMORY;
	}
	if (!f->drive || f->kind == FILE_KIND_DEVICE)
		return STATUS_INVALID_PARAMETER;
	path = file_object_nt_path(&f->object);
	if (!path)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	for (n = 0; path[n]; n++)
		;
	n -= 6;
	memmove(path, path + 6, (n + 1) * sizeof *path);
	*name = path;
	*len = n;
	return f->kind == FILE_KIND_STREAM ? add_stream(f, name, len)
					   : STATUS_SUCCESS;
}
