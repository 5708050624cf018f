/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - the file object itself: its type, its name, and what a name given
 * to a call is relative to.
 */
#include "syscall-xlate/nt/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/file-case.h"
#include "syscall-xlate/nt/file-oplock.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/time.h"

/* ---- the type ---- */

static bool file_signaled(struct object *o, struct task *t)
{
	struct file *f = (struct file *)o;

	(void)t;
	return f->ops->signaled ? f->ops->signaled(f) : o->state != 0;
}

static void file_close(struct task *t, struct object *o, uint64_t handle,
		       bool last)
{
	struct file *f = (struct file *)o;

	(void)handle;
	if (!last)
		return;
	if (f->told_others)
		process_heirs_wait();
	lock_release_all(f);
	oplock_end(f);
	if (f->ops == file_disk_ops(f) && !f->synchronous)
		disk_close(f);
	file_keep_time_at_close(f);
	/* What waits for changes of a folder ends well, with none. */
	irp_end_all(f, f->kind == FILE_KIND_DIR ? STATUS_NOTIFY_CLEANUP
						: STATUS_CANCELLED);
	irp_queue_close(f);
	if (f->ops->close)
		f->ops->close(t, f);
	share_leave(f);
	oplock_close(f);
}

/*
 * The host's standard descriptors stay taken, or another file would be one; what
 * they lead to is left all the same, as who reads the other end waits for that.
 * Not at the process's own end: there may be something to be said.
 */
static void leave_standard(int fd)
{
	struct stat st;
	int null;

	if (process_is_ending() || fstat(fd, &st) < 0 ||
	    !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return;
	dup2(null, fd);
	close(null);
}

void file_is_standard(struct object *o, int fd)
{
	if (o->type == &file_type)
		((struct file *)o)->standard |= (uint8_t)(1 << fd);
}

static void file_destroy(struct object *o)
{
	struct file *f = (struct file *)o;

	irp_queue_free(f);
	if (f->ops->destroy)
		f->ops->destroy(f);
	dir_scan_free(f->scan);
	share_leave(f); /* a handle that never came to be */
	if (f->fd > 2)
		close(f->fd);
	for (int fd = 0; fd <= 2; fd++)
		if (f->fd == fd || f->standard >> fd & 1)
			leave_standard(fd);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	file_port_free(f);
	file_forget_base(f);
	free(f->path);
}

static NTSTATUS file_query_name(struct object *o, uint16_t **name, size_t *len)
{
	return file_device_name((struct file *)o, name, len);
}

const struct object_type file_type = {
	.name = "File",
	.size = sizeof(struct file),
	.generic = { 0x120089, 0x120116, 0x1200a0, FILE_ALL_ACCESS },
	.valid_access = FILE_ALL_ACCESS,
	.waitable = true,
	.signaled = file_signaled,
	.close = file_close,
	.destroy = file_destroy,
	.close_at_exit = true,
	.query_name = file_query_name,
	.pass = file_pass,
	.receive = file_receive,
};

/* From here on a program may run out of them. */
enum { MANY_DESCRIPTORS = 32 };

struct file *file_new(enum file_kind kind, const struct file_ops *ops, int fd,
		      uint32_t access, uint32_t share, uint32_t options)
{
	struct file *f = object_new(&file_type);

	if (!f)
		return NULL;
	f->kind = (uint8_t)kind;
	f->ops = ops;
	f->fd = fd;
	if (__builtin_expect(fd >= MANY_DESCRIPTORS, 0))
		shared_data_descriptor();
	f->lock_fd = -1;
	f->access = access;
	f->share = share;
	f->options = options;
	f->synchronous = options & (FILE_SYNCHRONOUS_IO_ALERT |
				    FILE_SYNCHRONOUS_IO_NONALERT);
	f->alertable = options & FILE_SYNCHRONOUS_IO_ALERT;
	f->append = (access & FILE_WRITE_BITS) == FILE_APPEND_DATA;
	f->position = POSITION_HOST;
	f->object.state = 1;
	return f;
}

/* ---- names ---- */

enum host_name file_host_name(struct file *f, char *path)
{
	static const char deleted[] = " (deleted)";
	const size_t tail = sizeof deleted - 1;
	struct stat own, there;
	char self[32];
	ssize_t n;

	file_proc_path(f, self, sizeof self);
	n = readlink(self, path, HOST_PATH_MAX - 1);
	if (n <= 0 || *path != '/')
		return HOST_NAME_UNKNOWN;
	path[n] = 0;
	if ((size_t)n <= tail || strcmp(path + n - tail, deleted))
		return HOST_NAME_KNOWN;
	/* Files may be called that. */
	return fstat(f->fd, &own) == 0 && lstat(path, &there) == 0 &&
			       own.st_ino == there.st_ino &&
			       own.st_dev == there.st_dev
		       ? HOST_NAME_KNOWN
		       : HOST_NAME_GONE;
}

char *file_host_path(struct file *f)
{
	char path[HOST_PATH_MAX];

	if (f->fd < 0)
		return NULL;
	/* A built-in file keeps the name that it goes by on C:. */
	if (f->from_lower && f->path)
		return strdup(f->path);
	if (file_host_name(f, path) == HOST_NAME_KNOWN)
		return strdup(path);
	return f->path ? strdup(f->path) : NULL;
}

uint16_t *file_object_nt_path(struct object *o)
{
	char *host = file_host_path((struct file *)o);
	uint16_t *name = host ? path_to_nt(host, NULL) : NULL;

	free(host);
	return name;
}

int file_object_fd(struct object *o)
{
	struct file *f = (struct file *)o;

	if (oplock_ready(current_task, f))
		return -1;
	return f->kind == FILE_KIND_DISK && !f->path_only ? f->fd : -1;
}

bool file_object_built_in(struct object *o)
{
	return ((struct file *)o)->from_lower;
}

/* The name of an open file and, behind it, a stream's. */
static NTSTATUS parse_own(struct file *f, const uint16_t *stream, size_t n,
			  struct nt_path *p)
{
	char *host = file_host_path(f);
	size_t len = 0;
	uint16_t *own = host ? path_to_nt(host, &len) : NULL;
	uint16_t *all = own ? realloc(own, (len + n + 1) * 2) : NULL;
	NTSTATUS status = host ? STATUS_NO_MEMORY : STATUS_OBJECT_PATH_NOT_FOUND;

	free(host);
	if (!all) {
		free(own);
		return status;
	}
	memcpy(all + len, stream, n * 2);
	status = path_parse(all, len + n, NULL, p);
	/* What p keeps of the name has to outlive all. */
	p->rest = stream + 1;
	free(all);
	return status;
}

/* ---- parsing what to open ---- */

NTSTATUS file_parse(struct task *t, const struct nt_oa *oa, struct nt_path *p,
		    struct file **root)
{
	static const uint16_t none[1];
	const uint16_t *name = oa->name ? oa->name : none;
	struct nt_path_root at;
	struct file *f;
	NTSTATUS status;

	*root = NULL;
	if (!oa->root) {
		status = path_parse(name, oa->name_len, NULL, p);
		p->exact = file_case_wanted(oa, p);
		return status;
	}
	status = handle_get(t, oa->root, &file_type, 0, &f);
	if (status)
		return status;
	at = (struct nt_path_root){
		.fd = f->fd,
		.drive = f->kind == FILE_KIND_DIR ? f->drive : 0,
		.host = f->path,
		.dir = f->dir,
		.kind = f->kind == FILE_KIND_DEVICE ||
					f->kind == FILE_KIND_CONSOLE
				? PATH_DEVICE
				: PATH_DISK,
		.device = f->device,
	};
	if (!oa->name_len && f->kind == FILE_KIND_PIPE) {
		/* The other end of an anonymous pipe. */
		memset(p, 0, offsetof(struct nt_path, host));
		p->kind = PATH_PIPE;
		status = STATUS_SUCCESS;
	} else if (!at.drive && f->kind != FILE_KIND_DEVICE &&
		   f->kind != FILE_KIND_CONSOLE) {
		/* A file opens again by an empty name, a stream by ":name". */
		if ((!oa->name_len || *name == ':') && f->drive &&
		    f->kind != FILE_KIND_DEVICE) {
			status = parse_own(f, name, oa->name_len, p);
		} else {
			status = oa->name_len ? STATUS_OBJECT_PATH_NOT_FOUND
					      : STATUS_INVALID_PARAMETER;
		}
	} else {
		status = path_parse(name, oa->name_len, &at, p);
	}
	p->exact = !status && file_case_wanted(oa, p);
	if (status)
		object_put(&f->object);
	else
		*root = f;
	return status;
}
