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

#include "syscall-xlate/nt/file-current.h"
#include "syscall-xlate/nt/file-inode.h"
#include "syscall-xlate/nt/file-oplock.h"
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

/* A program that has not used its current folder yet has no handle to it. */
static bool current_below(const struct search *s)
{
	char path[HOST_PATH_MAX];

	return current_folder(path) && is_below(s, path);
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

/*
 * Who does not answer, being stopped by the host or about to start, is taken at
 * what his descriptors say; where they cannot be seen, at nothing.
 */
static bool has_below(struct task *t, const struct search *s, int pid)
{
	struct remote_msg *m;
	struct nt_process *p;
	NTSTATUS status;
	bool yes = false;

	if (!may_have(s, pid) || process_open_host(process_id(pid), &p))
		return false;
	do {
		m = remote_msg(REMOTE_BELOW);
		if (!m)
			break;
		memcpy(m->data, s->folder, s->len);
		m->len = (uint32_t)s->len;
		status = remote_ask(p, m);
		yes = status ? status == STATUS_IO_TIMEOUT &&
				       !access("/proc/self/fd", R_OK)
			     : m->args[0];
		free(m);
	} while (yes && !status &&
		 oplock_folder_below(t, s->but, s->folder, p));
	object_put(&p->object);
	return yes;
}

static bool is_among(int pid, const int *pids, unsigned n)
{
	while (n && pids[n - 1] != pid)
		n--;
	return n;
}

bool file_open_below(struct task *t, const struct file *f, const char *folder)
{
	struct search s = { .folder = folder, .len = strlen(folder), .but = f };
	unsigned n, nstand = 0;
	int *pids, *stand = NULL;

	while (below_here(&s)) {
		if (!oplock_folder_below(t, f, folder, NULL))
			return true;
		s.found = false;
	}
	pthread_mutex_lock(&inode_lock);
	pids = peers_list(&n);
	pthread_mutex_unlock(&inode_lock);
	for (unsigned i = 0; i < n && !s.found; i++)
		s.found = has_below(t, &s, pids[i]);
	/* Who has opened nothing stands somewhere all the same. */
	if (!s.found)
		stand = current_pids(&nstand);
	for (unsigned i = 0; i < nstand && !s.found; i++)
		s.found = !is_among(stand[i], pids, n) &&
			  has_below(t, &s, stand[i]);
	free(stand);
	free(pids);
	return s.found;
}
