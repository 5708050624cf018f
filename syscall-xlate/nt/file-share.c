/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-share.c - what the open handles of one file have to agree about: share
 * modes, deletion, and byte ranges; and its sections (file-mapped.c).
 *
 * Known are the handles of this process, by device and inode; what other
 * processes have open, file-shared.c knows.
 * A file is deleted when the last handle goes, or at once with POSIX
 * semantics; the name to unlink is asked of the host, since others may have
 * renamed the file meanwhile.  Of several processes the last one does it, and
 * who goes before tells the others that it is to be done.  Of a file with
 * several names one goes with the handle that it was opened by, and nothing
 * keeps the others from being opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/log.h"
#include "syscall-xlate/nt/file.h"
#include "syscall-xlate/nt/file-inode.h"

enum { BUCKETS = 512 };

pthread_mutex_t inode_lock = PTHREAD_MUTEX_INITIALIZER;
static struct inode *buckets[BUCKETS] SPARSE; /* under inode_lock, as all below */
_Atomic bool share_waits;

static struct inode **bucket(uint64_t dev, uint64_t ino)
{
	return &buckets[(ino ^ ino >> 9 ^ dev) % BUCKETS];
}

static struct inode *find(uint64_t dev, uint64_t ino)
{
	struct inode *i = *bucket(dev, ino);

	while (i && (i->ino != ino || i->dev != dev))
		i = i->next;
	return i;
}

static void tell_all(void)
{
	for (unsigned b = 0; b < BUCKETS; b++)
		for (struct inode *i = buckets[b]; i; i = i->next)
			peers_tell(i);
}

struct inode *inode_make(uint64_t dev, uint64_t ino)
{
	struct inode *i = find(dev, ino), **at = bucket(dev, ino);

	if (i)
		return i;
	i = calloc(1, sizeof *i);
	if (!i)
		return NULL;
	i->dev = dev;
	i->ino = ino;
	i->next = *at;
	*at = i;
	return i;
}

void inode_drop(struct inode *i)
{
	struct inode **at = bucket(i->dev, i->ino);

	if (i->handles || i->maps)
		return;
	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	free(i);
}

void inode_mapped(uint64_t dev, uint64_t ino, struct mapped *m)
{
	const struct inode *i = find(dev, ino), other = { .dev = dev, .ino = ino };

	if (i)
		*m = i->mapped;
	if (peers_attach())
		tell_all();
	peers_mapped(&other, m);
}

static struct inode inode_of(const struct statx *st)
{
	return (struct inode){
		.dev = makedev(st->stx_dev_major, st->stx_dev_minor),
		.ino = st->stx_ino,
	};
}

static bool wants(const struct file *f, uint32_t access)
{
	return f->access & access;
}

enum {
	READS = FILE_READ_DATA | FILE_EXECUTE,
	WRITES = FILE_WRITE_DATA | FILE_APPEND_DATA,
};

/* Does f keep others from something, or could it be kept? */
static bool takes_part(const struct file *f)
{
	return wants(f, READS | WRITES | ACCESS_DELETE);
}

static bool conflicts(const struct inode *i, const struct file *f)
{
	if (!takes_part(f))
		return false;
	return (wants(f, FILE_WRITE_DATA) && i->mapped.images) ||
	       (wants(f, READS) && i->share_read < i->opens) ||
	       (wants(f, WRITES) && i->share_write < i->opens) ||
	       (wants(f, ACCESS_DELETE) && i->share_delete < i->opens) ||
	       (i->readers && !(f->share & FILE_SHARE_READ)) ||
	       (i->writers && !(f->share & FILE_SHARE_WRITE)) ||
	       (i->deleters && !(f->share & FILE_SHARE_DELETE));
}

static void count(struct inode *i, const struct file *f, int by)
{
	i->handles += by;
	if (!takes_part(f))
		return;
	i->opens += by;
	i->readers += wants(f, READS) ? by : 0;
	i->writers += wants(f, WRITES) ? by : 0;
	i->deleters += wants(f, ACCESS_DELETE) ? by : 0;
	i->share_read += f->share & FILE_SHARE_READ ? by : 0;
	i->share_write += f->share & FILE_SHARE_WRITE ? by : 0;
	i->share_delete += f->share & FILE_SHARE_DELETE ? by : 0;
}

/* Can other processes mind?  Nobody writes to the built-in files. */
static bool has_peers(const struct file *f)
{
	return takes_part(f) && !f->from_lower;
}

NTSTATUS share_enter(struct file *f, const struct statx *st, bool granted)
{
	uint64_t dev = makedev(st->stx_dev_major, st->stx_dev_minor);
	NTSTATUS status = STATUS_SUCCESS;
	struct inode *i;

	pthread_mutex_lock(&inode_lock);
	i = inode_make(dev, st->stx_ino);
	if (!i) {
		pthread_mutex_unlock(&inode_lock);
		return STATUS_NO_MEMORY;
	}
	if (granted) {
		/* inherited: whoever passed it on was asked */
	} else if (i->delete_pending && !i->unlinked) {
		status = STATUS_DELETE_PENDING;
	} else if (conflicts(i, f)) {
		status = STATUS_SHARING_VIOLATION;
	}
	if (!status && has_peers(f) && peers_attach())
		tell_all();
	if (!status) {
		count(i, f, 1);
		f->inode = i;
		if (has_peers(f))
			status = peers_enter(i, f, granted);
		if (status) {
			count(i, f, -1);
			f->inode = NULL;
		} else if (has_peers(f)) {
			i->peer_locks = peers_locks(i);
			i->peer_oplocks = peers_oplocks(i);
		}
	}
	inode_drop(i); /* if it was made for nothing */
	pthread_mutex_unlock(&inode_lock);
	return status;
}

static bool is_at(int dirfd, const char *path, uint64_t dev, uint64_t ino,
		  bool *directory)
{
	struct stat st;

	if (!path || fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*directory = S_ISDIR(st.st_mode);
	return st.st_ino == ino && st.st_dev == dev;
}

/* The name f goes by, in now, or NULL: it is gone.  The one it was opened by can
   be another file's, or meanwhile another name of this one. */
static const char *find_name(struct file *f, uint64_t dev, uint64_t ino,
			     int *dirfd, char *now, bool *directory)
{
	const enum host_name known = file_host_name(f, now);
	const char *path = f->path;

	*dirfd = AT_FDCWD;
	if (known == HOST_NAME_KNOWN && is_at(*dirfd, now, dev, ino, directory))
		return now;
	if (known == HOST_NAME_GONE || !path)
		return NULL;
	if (f->base) {
		*dirfd = f->base->fd;
		path += f->base_at;
	}
	return is_at(*dirfd, path, dev, ino, directory) ? path : NULL;
}

/* Unlinks that name, or the other if that is still one of the file.  0 or an errno. */
static int unlink_file(struct file *f, uint64_t dev, uint64_t ino,
		       const char *other)
{
	char now[HOST_PATH_MAX];
	bool directory = false;
	int err = 0, dirfd;
	const char *path = find_name(f, dev, ino, &dirfd, now, &directory);

	if (!path && is_at(AT_FDCWD, other, dev, ino, &directory))
		path = other;
	if (path && unlinkat(dirfd, path, directory ? AT_REMOVEDIR : 0) < 0) {
		err = errno;
		log_debug(LOG_FILE, "delete %s: %s", path, strerror(err));
	}
	return err;
}

/* Would the file have a name without the one f goes by? */
static bool has_other_names(struct file *f)
{
	char now[HOST_PATH_MAX];
	struct stat st;
	bool directory;
	int dirfd;

	if ((f->kind != FILE_KIND_DISK && f->kind != FILE_KIND_LINK) ||
	    fstat(f->fd, &st) < 0)
		return false;
	if (st.st_nlink != 1)
		return st.st_nlink > 1;
	return !find_name(f, st.st_dev, st.st_ino, &dirfd, now, &directory);
}

/*
 * f is closed here, and goes with its last handle.  If another process has that
 * (it may have one of the same file object), it goes with that one.
 */
static void goes_with(struct file *f, struct inode *i, bool last)
{
	const bool open_there = peers_open(i);

	/* Who is the last unlinks his name in either case. */
	f->name_goes =
		(!last || open_there || i->unlinked || f->posix_delete) &&
		has_other_names(f);
	if (f->name_goes)
		return;
	if (f->in_others && open_there) {
		i->doom |= DOOM_GOES;
		return;
	}
	i->delete_pending = true;
	notify_delete_pending(i);
}

static void leave(struct file *f, bool may_unlink)
{
	struct inode *i = f->inode;
	bool gone = false, last;
	char *going = NULL;
	uint64_t dev, ino;

	if (!i)
		return;
	f->inode = NULL;
	dev = i->dev;
	ino = i->ino;
	pthread_mutex_lock(&inode_lock);
	last = i->handles == 1;
	if (f->delete_on_close && !f->name_goes)
		goes_with(f, i, last);
	if (!may_unlink) {
		/* a look at the share modes, no more */
	} else if (f->name_goes) {
		gone = !f->posix_delete;
	} else if (f->posix_delete && i->delete_pending) {
		/* The name goes now; who has the file open keeps it. */
		gone = !i->unlinked;
		i->unlinked = true;
	}
	if (i->unlinked)
		i->doom = 0;
	else if (i->delete_pending)
		i->doom = DOOM_GOES | DOOM_WAITS;
	count(i, f, -1);
	/* The last one to go may be of a name that is gone. */
	if (i->delete_pending && !i->unlinked && !last && !i->going) {
		share_waits = true;
		i->going = file_host_path(f);
	}
	if (has_peers(f) || (last && i->doom))
		gone |= peers_leave(i, last) && may_unlink && !i->unlinked;
	if (last) {
		/* What a section may keep of it has no such state. */
		i->delete_pending = i->unlinked = false;
		i->doom = 0;
		going = i->going;
		i->going = NULL;
		lock_forget(i);
	}
	inode_drop(i);
	pthread_mutex_unlock(&inode_lock);
	if (gone)
		unlink_file(f, dev, ino, going);
	free(going);
}

void share_leave(struct file *f)
{
	leave(f, true);
}

void share_forget(struct file *f)
{
	leave(f, false);
}

bool share_delete_pending(struct file *f)
{
	bool pending;

	pthread_mutex_lock(&inode_lock);
	pending = f->name_goes || (f->inode && f->inode->delete_pending);
	pthread_mutex_unlock(&inode_lock);
	return pending;
}

bool share_name_pending(const struct statx *st)
{
	const struct inode *i;
	bool pending;

	pthread_mutex_lock(&inode_lock);
	i = find(makedev(st->stx_dev_major, st->stx_dev_minor), st->stx_ino);
	pending = i && i->delete_pending && !i->unlinked;
	pthread_mutex_unlock(&inode_lock);
	return pending;
}

bool share_inode(struct file *f, uint64_t *dev, uint64_t *ino)
{
	bool known;

	pthread_mutex_lock(&inode_lock);
	known = f->inode != NULL;
	if (known) {
		*dev = f->inode->dev;
		*ino = f->inode->ino;
	}
	pthread_mutex_unlock(&inode_lock);
	return known;
}

void share_set_delete(struct file *f, bool on)
{
	pthread_mutex_lock(&inode_lock);
	if (f->inode) {
		f->name_goes = on && ((f->name_goes && f->posix_delete) ||
				      has_other_names(f));
		f->inode->delete_pending = on && !f->name_goes;
		peers_doom(f->inode, f->inode->delete_pending);
		share_waits = true;
		if (f->inode->delete_pending)
			notify_delete_pending(f->inode);
	}
	pthread_mutex_unlock(&inode_lock);
}

static NTSTATUS delete_status(int err)
{
	return err == ENOTEMPTY || err == EEXIST ? STATUS_DIRECTORY_NOT_EMPTY
	       : err == EBUSY ? STATUS_CANNOT_DELETE /* a mount point */
			      : status_from_errno(err);
}

NTSTATUS share_delete_now(struct file *f)
{
	struct inode *i = f->inode;
	bool was_pending, went;
	int err;

	if (!i)
		return STATUS_INVALID_PARAMETER;
	pthread_mutex_lock(&inode_lock);
	was_pending = i->delete_pending;
	went = f->name_goes;
	if (i->unlinked || (f->name_goes && f->posix_delete)) {
		pthread_mutex_unlock(&inode_lock);
		return STATUS_SUCCESS;
	}
	f->name_goes = went || has_other_names(f);
	if (!f->name_goes)
		i->delete_pending = i->unlinked = true;
	pthread_mutex_unlock(&inode_lock);
	err = unlink_file(f, i->dev, i->ino, NULL);
	if (!err)
		return STATUS_SUCCESS;
	pthread_mutex_lock(&inode_lock);
	if (f->name_goes) {
		f->name_goes = went;
	} else {
		i->delete_pending = was_pending;
		i->unlinked = false;
	}
	pthread_mutex_unlock(&inode_lock);
	return delete_status(err);
}

NTSTATUS share_delete_name(const struct statx *st, int dirfd, const char *path)
{
	struct file probe = { .access = ACCESS_DELETE, .share = 7 };
	struct inode other = inode_of(st), *i;
	const _Atomic uint32_t *oplocks;
	struct mapped mapped = { 0 };
	NTSTATUS status = STATUS_SUCCESS;

	pthread_mutex_lock(&inode_lock);
	i = find(other.dev, other.ino);
	if (i && i->delete_pending && !i->unlinked)
		status = STATUS_DELETE_PENDING;
	else if (i && conflicts(i, &probe))
		status = STATUS_SHARING_VIOLATION;
	if (!status && peers_attach())
		tell_all();
	/* Somebody has to be asked first: the long way does that. */
	oplocks = peers_oplocks(&other);
	if (oplocks && atomic_load(oplocks)) {
		pthread_mutex_unlock(&inode_lock);
		return STATUS_NOT_SUPPORTED;
	}
	if (!status)
		status = peers_allow(&other, &probe);
	if (!status)
		inode_mapped(other.dev, other.ino, &mapped);
	if (mapped.images || mapped.size)
		status = STATUS_CANNOT_DELETE;
	if (!status && unlinkat(dirfd, path, 0) < 0)
		status = delete_status(errno);
	if (!status && i && st->stx_nlink < 2)
		i->delete_pending = i->unlinked = true;
	pthread_mutex_unlock(&inode_lock);
	return status;
}

NTSTATUS share_may_delete(struct file *f)
{
	char dir[HOST_PATH_MAX], *slash;

	if (file_host_name(f, dir) != HOST_NAME_KNOWN)
		return STATUS_SUCCESS;
	slash = strrchr(dir, '/');
	slash[slash == dir] = 0;
	if (!faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) ||
	    errno == ENOENT || errno == ENOTDIR)
		return STATUS_SUCCESS;
	return status_from_errno(errno);
}

bool share_others(struct file *f, bool anywhere)
{
	bool others;

	pthread_mutex_lock(&inode_lock);
	others = f->inode &&
		 (f->inode->handles > 1 ||
		  (anywhere && peers_open(f->inode)));
	pthread_mutex_unlock(&inode_lock);
	return others;
}

void share_will_have_oplock(struct file *f)
{
	pthread_mutex_lock(&inode_lock);
	if (f->inode)
		peers_oplock(f->inode);
	pthread_mutex_unlock(&inode_lock);
}

bool share_has_oplocks(const struct statx *st)
{
	const struct inode i = inode_of(st);
	const _Atomic uint32_t *had;
	bool has;

	pthread_mutex_lock(&inode_lock);
	if (peers_attach())
		tell_all();
	had = peers_oplocks(&i);
	has = had && atomic_load(had);
	pthread_mutex_unlock(&inode_lock);
	return has;
}

void files_at_exit(void)
{
	peers_detach();
}
