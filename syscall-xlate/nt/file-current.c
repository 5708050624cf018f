/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-current.c - the current folder of a process that has no handle to it.
 *
 * Windows opens it at the start, and so keeps it from being deleted, renamed or
 * opened by who shares nothing.  Here a program gets that handle with its first
 * relative name; many never use any, and have not joined the table of what
 * processes have open (file-shared.c).  What tells of them costs a start one
 * system call: a lock on our ntdll.dll, which each has open for as long as it
 * lives, at a place made of the folder's name and the process's id.  So whether
 * there is one of a folder is one question to the host; that it still stands
 * there is asked of the process itself, as it may have gone elsewhere, or have
 * its handle by now.
 */
#include "syscall-xlate/nt/file-current.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/table.h"
#include "syscall-xlate/nt/abi.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

enum {
	PID_BITS = 22, /* of the kernel's PID_MAX_LIMIT */
	NAME_BITS = 38,
	MOST = 256, /* of them that are looked at: anybody may have locks */
};

enum { ZFS = 0x2fc12fc1, BCACHEFS = 0xca451a4e };
#define PLACES ((off_t)1 << 62) /* no range of a program's is up there */

static bool stands; /* the host's current folder is ours */
/* ntdll.dll of programs of 32 and 64 bits, when others were looked for; 0: not
   yet, -1: nobody has such a lock. */
static _Atomic int ntdll[2];

static off_t place_of(const char *folder)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (; *folder; folder++)
		h = (h ^ (unsigned char)*folder) * 0x100000001b3ull;
	h = (h ^ h >> NAME_BITS) & (((uint64_t)1 << NAME_BITS) - 1);
	return PLACES | (off_t)(h << PID_BITS);
}

/*
 * Where a lock is a question to another machine it would be the slowest part of
 * a start, or its end where that machine does not answer.
 */
static bool locks_are_cheap(int fd)
{
	static const uint32_t local[] = {
		EXT4_SUPER_MAGIC,
		XFS_SUPER_MAGIC,
		BTRFS_SUPER_MAGIC,
		F2FS_SUPER_MAGIC,
		OVERLAYFS_SUPER_MAGIC,
		TMPFS_MAGIC,
		RAMFS_MAGIC,
		SQUASHFS_MAGIC,
		EROFS_SUPER_MAGIC_V1,
		ISOFS_SUPER_MAGIC,
		ZFS,
		BCACHEFS,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(local); i++)
		if ((uint32_t)fs.f_type == local[i])
			return true;
	return false;
}

void current_hold(int fd, const char *folder)
{
	struct flock l = { .l_type = F_RDLCK,
			   .l_whence = SEEK_SET,
			   .l_start = place_of(folder) | nt_self->host_pid,
			   .l_len = 1 };

	stands = true;
	/* Without a lock it is not held so early. */
	if (!locks_are_cheap(fd))
		return;
	fcntl(fd, F_OFD_SETLK, &l);
	/* Nobody meets his own lock in the file that he has it by. */
	ntdll[!nt_self->wow64] = fd;
}

bool current_folder(char path[HOST_PATH_MAX])
{
	enum { PARAMETERS32 = 0x10, HANDLE32 = 0x2c };
	uint64_t at, handle;
	uint32_t at32, handle32;

	if (!stands)
		return false;
	if (nt_self->wow64) {
		if (guest_get32(NULL, &at32, nt_self->peb + PARAMETERS32) ||
		    guest_get32(NULL, &handle32, at32 + (gaddr)HANDLE32))
			return false;
		handle = handle32;
	} else if (guest_get64(NULL, &at,
			       nt_self->peb +
				       offsetof(struct peb64, parameters)) ||
		   guest_get64(NULL, &handle,
			       at + offsetof(struct process_parameters64,
					     current_directory.handle))) {
		return false;
	}
	return !handle && getcwd(path, HOST_PATH_MAX) && *path == '/';
}

/* ---- others' ---- */

struct found {
	int pid[MOST];
	unsigned n, asked;
};

/* The processes whose locks are in [from, to], in no order. */
static void find(int fd, off_t from, off_t to, struct found *s)
{
	while (from <= to && s->n < MOST && s->asked++ < 4 * MOST) {
		struct flock l = { .l_type = F_WRLCK,
				   .l_whence = SEEK_SET,
				   .l_start = from,
				   .l_len = to - from + 1 };
		int pid;

		if (fcntl(fd, F_OFD_GETLK, &l) < 0 || l.l_type == F_UNLCK)
			return;
		/* What is longer is nobody's of ours. */
		if (l.l_len != 1 || l.l_start < from)
			return;
		pid = (int)(l.l_start & ((1 << PID_BITS) - 1));
		if (pid != nt_self->host_pid)
			s->pid[s->n++] = pid;
		/* Any of them may be the first that the host tells of. */
		find(fd, from, l.l_start - 1, s);
		from = l.l_start + 1;
	}
}

static int open_ntdll(bool wide)
{
	int fd = ntdll[wide], was = 0;

	if (fd)
		return fd;
	fd = path_open_ntdll(wide);
	if (fd > 0 && !locks_are_cheap(fd)) {
		close(fd);
		ntdll[wide] = -1;
		return -1;
	}
	if (fd > 0 && !atomic_compare_exchange_strong(&ntdll[wide], &was, fd)) {
		close(fd);
		fd = was;
	}
	return fd;
}

/* Programs of both widths; what there are no DLLs for there is no process of.
 */
static void find_all(off_t from, off_t to, struct found *s)
{
	for (int wide = 0; wide < 2; wide++) {
		int fd = open_ntdll(wide);

		if (fd > 0)
			find(fd, from, to, s);
	}
}

int *current_pids(unsigned *n)
{
	struct found *s = calloc(1, sizeof *s);
	int *list = NULL;

	*n = 0;
	if (!s)
		return NULL;
	find_all(PLACES, PLACES | (((off_t)1 << (NAME_BITS + PID_BITS)) - 1),
		 s);
	list = s->n ? malloc(s->n * sizeof *list) : NULL;
	if (list) {
		memcpy(list, s->pid, s->n * sizeof *list);
		*n = s->n;
	}
	free(s);
	return list;
}

static bool stands_there(int pid, const char *folder)
{
	struct remote_msg *m;
	struct nt_process *p;
	bool yes = false;

	if (process_open_host(process_id(pid), &p))
		return false;
	m = remote_msg(REMOTE_BELOW);
	if (m) {
		m->args[0] = true;
		m->len = (uint32_t)strlen(folder);
		memcpy(m->data, folder, m->len);
		/* Stopped by the host, or about to start: it stands where it
		   stood. */
		switch (remote_ask(p, m)) {
		case STATUS_SUCCESS:
			yes = m->args[0];
			break;
		case STATUS_IO_TIMEOUT:
			yes = true;
			break;
		}
		free(m);
	}
	object_put(&p->object);
	return yes;
}

bool current_is(const char *folder)
{
	char path[HOST_PATH_MAX];

	return current_folder(path) && !strcmp(path, folder);
}

/* What the handle would be opened for: to go through, by who shares all but
   deletion. */
static bool minds(const struct file *f)
{
	const uint32_t any = FILE_READ_DATA | FILE_EXECUTE | FILE_WRITE_DATA |
			     FILE_APPEND_DATA | ACCESS_DELETE;

	return f->access & ACCESS_DELETE ||
	       (f->access & any && !(f->share & FILE_SHARE_READ));
}

bool current_forbids(struct file *f)
{
	char path[HOST_PATH_MAX];
	struct found s = { .n = 0 };
	off_t at;

	if (f->kind != FILE_KIND_DIR || f->dir || !minds(f) ||
	    file_host_name(f, path) != HOST_NAME_KNOWN)
		return false;
	if (current_is(path))
		return true;
	at = place_of(path);
	find_all(at, at | ((1 << PID_BITS) - 1), &s);
	for (unsigned i = 0; i < s.n; i++)
		if (stands_there(s.pid[i], path))
			return true;
	return false;
}
