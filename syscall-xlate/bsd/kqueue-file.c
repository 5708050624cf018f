/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kqueue-file.c - EVFILT_VNODE, and EVFILT_READ of files, which are always ready
 * on the host but not at their end here.  Both are told of by inotify(7), of which a
 * user may have as few as 128: so a queue has one for all its files.
 */
#include "syscall-xlate/bsd/kqueue-private.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/own-fd.h"
#include "base/table.h"

static uint32_t vnode_mask(uint32_t notes)
{
	static const struct flag_pair map[] = {
		{ NOTE_DELETE, IN_DELETE_SELF | IN_ATTRIB },
		{ NOTE_WRITE, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE },
		{ NOTE_EXTEND, IN_MODIFY | IN_MOVE },
		{ NOTE_ATTRIB, IN_ATTRIB | IN_MODIFY },
		{ NOTE_LINK, IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVE },
		{ NOTE_RENAME, IN_MOVE_SELF },
		{ NOTE_REVOKE, IN_UNMOUNT },
		{ NOTE_OPEN, IN_OPEN },
		{ NOTE_CLOSE, IN_CLOSE_NOWRITE },
		{ NOTE_CLOSE_WRITE, IN_CLOSE_WRITE },
		{ NOTE_READ, IN_ACCESS },
	};
	uint32_t mask = IN_DELETE_SELF; /* or else something */

	for (unsigned i = 0; i < COUNT_OF(map); i++)
		if (notes & map[i].guest)
			mask |= map[i].host;
	return mask;
}

/* A file's status has changed: which part of it? */
static uint32_t status_notes(const struct stat *was, const struct stat *st)
{
	uint32_t notes = 0;

	if (st->st_nlink != was->st_nlink)
		notes |= st->st_nlink ? NOTE_LINK : NOTE_DELETE;
	if (!notes || st->st_mode != was->st_mode || st->st_uid != was->st_uid ||
	    st->st_gid != was->st_gid)
		notes |= NOTE_ATTRIB;
	return notes;
}

/* Cutting a file off is no write there. */
static uint32_t size_notes(const struct stat *was, const struct stat *st)
{
	if (st->st_size < was->st_size)
		return bsd_sys->cut_is_attrib ? NOTE_ATTRIB : 0;
	return st->st_size > was->st_size ? NOTE_WRITE | NOTE_EXTEND :
					    NOTE_WRITE;
}

static uint32_t vnode_notes(struct knote *k, const struct inotify_event *e)
{
	enum { ENTRIES = IN_CREATE | IN_DELETE | IN_MOVE };
	const uint32_t m = e->mask;
	struct stat st = k->was;
	uint32_t notes = 0;

	/* With a name it is about a folder's entry. */
	if (e->len)
		return (m & ENTRIES ? NOTE_WRITE : 0) |
		       (m & IN_MOVE ? NOTE_EXTEND : 0) |
		       (m & ENTRIES && m & IN_ISDIR ? NOTE_LINK : 0);
	if (m & (IN_MODIFY | IN_ATTRIB))
		fstat((int)k->ev.ident, &st);
	notes |= m & IN_MODIFY ? size_notes(&k->was, &st) : 0;
	notes |= m & IN_ATTRIB ? status_notes(&k->was, &st) : 0;
	notes |= m & IN_DELETE_SELF ? NOTE_DELETE : 0;
	notes |= m & IN_MOVE_SELF ? NOTE_RENAME : 0;
	notes |= m & IN_UNMOUNT ? NOTE_REVOKE : 0;
	notes |= m & IN_OPEN ? NOTE_OPEN : 0;
	notes |= m & IN_CLOSE_NOWRITE ? NOTE_CLOSE : 0;
	notes |= m & IN_CLOSE_WRITE ? NOTE_CLOSE_WRITE : 0;
	notes |= m & IN_ACCESS ? NOTE_READ : 0;
	k->was = st;
	return notes;
}

/* ---- which files ------------------------------------------------------------------- */

static struct kq_wd **by_wd(struct kq *q, int wd)
{
	return &q->by_wd[(unsigned)wd % BUCKETS];
}

static int open_inotify(struct kq *q)
{
	struct epoll_event e = { EPOLLIN, { .u64 = TAG_FILES } };
	int fd = own_fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
	int ret;

	if (fd >= 0 && !epoll_ctl(q->fd, EPOLL_CTL_ADD, fd, &e)) {
		q->files = fd;
		return 0;
	}
	ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

static void unwatch(struct kq *q, struct kq_wd *w)
{
	struct kq_wd **p, *other;

	if (w->wd < 0)
		return;
	for (p = by_wd(q, w->wd); *p != w;)
		p = &(*p)->next;
	*p = w->next;
	for (other = *by_wd(q, w->wd); other; other = other->next)
		if (other->wd == w->wd)
			break;
	if (!other)
		inotify_rm_watch(q->files, w->wd);
	w->wd = -1;
}

/* What suffix says, seen from k's file.  0 or -errno. */
static int watch(struct kq *q, struct knote *k, struct kq_wd *w,
		 const char *suffix, uint32_t mask)
{
	char path[48];
	int wd;

	snprintf(path, sizeof path, "/proc/self/fd/%d%s", (int)k->ev.ident,
		 suffix);
	/* The same file's other watches keep what they asked for. */
	wd = inotify_add_watch(q->files, path, mask | IN_MASK_ADD);
	if (wd < 0)
		return -errno;
	if (w->wd != wd) {
		/* Of one that is gone, which we have not heard yet. */
		unwatch(q, w);
		*w = (struct kq_wd){ wd, k, *by_wd(q, wd) };
		*by_wd(q, wd) = w;
	}
	return 0;
}

/* Where somebody has a folder open nothing tells of its end but its parent. */
static void watch_parent(struct kq *q, struct knote *k)
{
	unwatch(q, &k->above);
	if (k->ev.fflags & NOTE_DELETE && S_ISDIR(k->was.st_mode))
		watch(q, k, &k->above, "/..", IN_DELETE);
}

int kq_file_watch(struct kq *q, struct knote *k)
{
	const bool fresh = k->file.wd < 0;
	int ret = q->files < 0 ? open_inotify(q) : 0;

	if (!ret)
		ret = watch(q, k, &k->file, "",
			    k->ev.filter == KQ_READ ? IN_MODIFY :
						      vnode_mask(k->ev.fflags));
	if (ret || k->ev.filter == KQ_READ)
		return ret;
	if (fresh)
		fstat((int)k->ev.ident, &k->was);
	watch_parent(q, k);
	return 0;
}

void kq_list(struct kq *q, struct knote *k)
{
	if (k->is_listed)
		return;
	*(q->told ? q->told_end : &q->told) = k;
	q->told_end = &k->told_next;
	k->told_next = NULL;
	k->is_listed = true;
}

void kq_unlist(struct kq *q, struct knote *k)
{
	struct knote **p = &q->told;

	if (!k->is_listed)
		return;
	while (*p != k)
		p = &(*p)->told_next;
	*p = k->told_next;
	if (!*p)
		q->told_end = p;
	k->is_listed = false;
}

void kq_file_unwatch(struct kq *q, struct knote *k)
{
	unwatch(q, &k->file);
	unwatch(q, &k->above);
}

/* ---- what is told of them ------------------------------------------------------------ */

static void take(struct kq *q, const struct kq_wd *w,
		 const struct inotify_event *e)
{
	struct knote *k = w->note;
	uint32_t notes;

	if (k->ev.filter == KQ_READ) {
		k->reported = false;
		return;
	}
	if (w == &k->above) {
		struct stat was = k->was;

		notes = !fstat((int)k->ev.ident, &k->was) && was.st_nlink &&
					!k->was.st_nlink ?
				NOTE_DELETE :
				0;
	} else {
		notes = vnode_notes(k, e);
	}
	notes &= k->ev.fflags;
	if (notes)
		kq_list(q, k);
	k->pending |= notes;
}

/* Of those that have moved: which has another parent now?  NULL: none. */
static struct knote *moved(struct kq *q, int wd)
{
	for (struct kq_wd *w = *by_wd(q, wd); w; w = w->next)
		if (w->wd == wd && w->note->moved)
			return w->note;
	return NULL;
}

/* All watches of one descriptor. */
static void take_all(struct kq *q, const struct inotify_event *e)
{
	struct knote *k;

	for (struct kq_wd **p = by_wd(q, e->wd), *w; (w = *p);) {
		if (w->wd == e->wd && e->mask & IN_IGNORED) {
			*p = w->next;
			w->wd = -1;
			continue;
		}
		if (w->wd == e->wd) {
			take(q, w, e);
			w->note->moved = e->mask & IN_MOVE_SELF &&
					 w == &w->note->file;
		}
		p = &w->next;
	}
	while ((k = moved(q, e->wd))) {
		k->moved = false;
		watch_parent(q, k);
	}
}

static uint32_t seen(const struct knote *k)
{
	const struct stat *was = &k->was;
	struct stat st;

	if (fstat((int)k->ev.ident, &st))
		return 0;
	return (st.st_size != was->st_size ||
				st.st_mtim.tv_sec != was->st_mtim.tv_sec ||
				st.st_mtim.tv_nsec != was->st_mtim.tv_nsec ?
			IN_MODIFY :
			0) |
	       (st.st_nlink != was->st_nlink || st.st_mode != was->st_mode ||
				st.st_uid != was->st_uid ||
				st.st_gid != was->st_gid ?
			IN_ATTRIB :
			0);
}

/*
 * More has changed than the host keeps (IN_Q_OVERFLOW).  Of each file that is told
 * which still can be seen.
 */
static void take_lost(struct kq *q)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct knote *k = q->bucket[i]; k; k = k->next) {
			struct inotify_event e = { 0 };

			if (k->file.wd < 0)
				continue;
			if (k->ev.filter == KQ_VNODE)
				e.mask = seen(k);
			take(q, &k->file, &e);
			if (k->above.wd >= 0)
				watch_parent(q, k);
		}
}

void kq_files_hear(struct kq *q)
{
	char buf[4096] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(q->files, buf, sizeof buf)) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *e = (const void *)p;

			p += sizeof *e + e->len;
			if (e->mask & IN_Q_OVERFLOW)
				take_lost(q);
			else
				take_all(q, e);
		}
}

uint32_t kq_file_notes(struct kq *q, struct knote *k)
{
	uint32_t notes = k->pending;

	if (k->ev.flags & EV_CLEAR) {
		k->pending = 0;
		kq_unlist(q, k);
	}
	return notes;
}
