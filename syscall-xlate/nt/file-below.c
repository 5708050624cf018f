/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-below.c - is anything open below a folder, which then keeps its name?
 *
 * An open costs nothing for that: who wants to rename a folder looks at what he
 * has open, and asks each process that may have something below it, which looks
 * for itself.  Whether it may, the names of its descriptors tell, where the
 * host shows them; a sandbox's processes do not see each other's, and are
 * asked.
 *
 * What counts is where a handle's file has been opened: another link of it,
 * elsewhere, does not (MS-FSA, 2.1.4.2).  What is mapped does not either.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/abi.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"

struct search {
	const char *folder;
	size_t len;
	const struct file *but; /* the handle that renames it, or NULL */
	bool found;
};

static bool is_below(const struct search *s, const char *path)
{
	return !strncmp(path, s->folder, s->len) && path[s->len] == '/';
}

static bool look_at(uint64_t h, struct object *o, uint32_t access,
		    uint32_t attributes, void *arg)
{
	struct search *s = arg;
	struct file *f = (struct file *)o;
	char path[HOST_PATH_MAX];

	(void)h, (void)access, (void)attributes;
	if (o->type != &file_type || f == s->but || f->fd < 0 || !f->drive)
		return true;
	s->found =
		file_host_name(f, path) == HOST_NAME_KNOWN && is_below(s, path);
	return !s->found;
}

/* A program that has not used its current folder yet has no handle to it; it is
   the host's then. */
static bool current_below(const struct search *s)
{
	enum { PARAMETERS32 = 0x10, HANDLE32 = 0x2c };
	char path[HOST_PATH_MAX];
	uint64_t at, handle;
	uint32_t at32, handle32;
	ssize_t n;

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
	if (handle)
		return false;
	n = readlink("/proc/self/cwd", path, sizeof path - 1);
	if (n <= 0)
		return false;
	path[n] = 0;
	return is_below(s, path);
}

static bool below_here(struct search *s)
{
	if (!current_below(s))
		handles_each(look_at, s);
	else
		s->found = true;
	return s->found;
}

bool file_open_below_here(const char *folder)
{
	struct search s = { .folder = folder, .len = strlen(folder) };

	process_late_handle();
	return below_here(&s);
}

/* ---- other processes ----------------------------------------------------- */

/* Has the process a descriptor below it?  True as well if nobody may know. */
static bool may_have(const struct search *s, int pid)
{
	char path[HOST_PATH_MAX], link[64];
	struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *d;

	snprintf(link, sizeof link, "/proc/%d/cwd", pid);
	n = readlink(link, path, sizeof path - 1);
	if (n <= 0)
		return true;
	path[n] = 0;
	if (is_below(s, path))
		return true;
	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d)
		return true;
	while (!found && (e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, path, sizeof path - 1);
		path[MAX(n, 0)] = 0;
		found = is_below(s, path);
	}
	closedir(d);
	return found;
}

/* A child of ours, which may not have taken it in yet (process-dup.c). */
static bool has_been_given(int pid)
{
	struct nt_process *p = process_find(process_id(pid));
	bool given = p && p->given;

	if (p)
		object_put(&p->object);
	return given;
}

/*
 * Who does not answer, being stopped by the host or about to start, is taken at
 * what his descriptors say; where they cannot be seen, at nothing.
 */
static bool has_below(const struct search *s, int pid)
{
	struct remote_msg *m;
	struct nt_process *p;
	NTSTATUS status;
	bool yes = false;

	if ((!has_been_given(pid) && !may_have(s, pid)) ||
	    process_open_host(process_id(pid), &p))
		return false;
	m = remote_msg(REMOTE_BELOW);
	if (m) {
		memcpy(m->data, s->folder, s->len);
		m->len = (uint32_t)s->len;
		status = remote_ask(p, m);
		yes = status ? status == STATUS_IO_TIMEOUT &&
				       !access("/proc/self/fd", R_OK)
			     : m->args[0];
		free(m);
	}
	object_put(&p->object);
	return yes;
}

bool file_open_below(const struct file *f, const char *folder)
{
	struct search s = { .folder = folder, .len = strlen(folder), .but = f };
	unsigned n;
	int *pids;

	if (below_here(&s))
		return true;
	pthread_mutex_lock(&inode_lock);
	pids = peers_list(&n);
	pthread_mutex_unlock(&inode_lock);
	for (unsigned i = 0; i < n && !s.found; i++)
		s.found = has_below(&s, pids[i]);
	free(pids);
	return s.found;
}
