/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-listing.c - listings of directories, cheaply had and never stale.
 *
 * The names of a directory are kept, hashed by upper-cased name.  One stat of
 * the directory tells whether they still hold: same mtime and ctime, and these
 * so old that a later change would have shown (file systems stamp with the
 * timer tick).  A directory that changes all the time (a compiler's output
 * folder) gets an inotify watch instead, so that each change costs one event
 * and not a new listing.  Network file systems tell inotify nothing of what
 * others do: there only the times count.
 */
#include "syscall-xlate/nt/path-listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-case.h"

enum {
	BUCKETS = 256,
	MAX_DIRS = 512,
	MAX_NAMES = 2000000, /* of all listings together */
	WATCH_AFTER = 2,     /* listings made before a watch pays */
	LOST_MAX = 20000,
	/* Longest tick of a stamping clock, times a few. */
	RACY_NS = 50 * 1000 * 1000,
};
#define RACY_COARSE_NS 3000000000ll /* FAT keeps every other second */

/* The file is gone; a program that makes it again finds its slot. */
#define GONE 0x80000000u
/*
 * Another file has got the name, by a rename.  Where the two changed places
 * (RENAME_EXCHANGE) that the old one has lost it is told afterwards.
 */
#define REPLACED 0x40000000u
#define NAME_AT (REPLACED - 1)

pthread_mutex_t listing_lock = PTHREAD_MUTEX_INITIALIZER;
static struct listing *buckets[BUCKETS] SPARSE; /* the rest under listing_lock */
static unsigned ndirs;
static size_t nnames;
static uint64_t versions;
static int inotify = -1;
static struct listing **by_wd; /* watch to listing */
static int nby_wd;

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* Upper-cased units of a name; at most 256. */
static size_t fold(uint16_t *u, const char *name, size_t n)
{
	size_t len = utf8_to_utf16(u, 256, name, n);

	len = MIN(len, 256u);
	for (size_t i = 0; i < len; i++)
		u[i] = utf16_upcase(u[i]);
	return len;
}

static uint32_t hash_units(const uint16_t *u, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++)
		h = (h ^ u[i]) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 32);
}

static bool grow(struct listing *l)
{
	size_t size = l->size ? l->size * 2 : 64;
	struct entry *e = calloc(size, sizeof *e);

	if (!e)
		return false;
	l->count = 0;
	for (size_t i = 0; i < l->size; i++) {
		if (!l->entries[i].name || l->entries[i].name & GONE)
			continue;
		size_t at = l->entries[i].hash & (size - 1);

		while (e[at].name)
			at = (at + 1) & (size - 1);
		e[at] = l->entries[i];
		l->count++;
	}
	free(l->entries);
	l->entries = e;
	l->size = size;
	return true;
}

/* The slot that holds exactly name, gone or not, or NULL. */
static struct entry *find_exact(struct listing *l, uint32_t hash,
				const char *name, size_t n)
{
	if (!l->size)
		return NULL;
	for (size_t at = hash & (l->size - 1); l->entries[at].name;
	     at = (at + 1) & (l->size - 1)) {
		struct entry *e = &l->entries[at];
		const char *s = l->names + (e->name & NAME_AT);

		if (e->hash == hash && !memcmp(s, name, n) && !s[n])
			return e;
	}
	return NULL;
}

static bool insert(struct listing *l, const char *name, size_t n, bool moved)
{
	uint16_t u[256];
	uint32_t hash = hash_units(u, fold(u, name, n));
	struct entry *e = find_exact(l, hash, name, n);
	size_t at;

	if (e) {
		if (e->name & GONE) {
			e->name &= NAME_AT;
			nnames++;
			l->lost--;
			l->version = ++versions;
		} else if (moved) {
			e->name |= REPLACED;
		}
		return true;
	}
	if (l->count * 4 >= l->size * 3 && !grow(l))
		return false;
	/* Slack: find_exact() compares n bytes before it sees the NUL. */
	if (l->names_len + n + 1 + 256 > l->names_max) {
		size_t max = MAX(l->names_max * 2, 4096u);
		char *names = realloc(l->names, max);

		if (!names || l->names_len + n > NAME_AT - 1024)
			return false;
		memset(names + l->names_max, 0, max - l->names_max);
		l->names = names;
		l->names_max = max;
		if (!l->names_len)
			l->names_len = 1; /* 0 means something else */
	}
	at = hash & (l->size - 1);
	while (l->entries[at].name)
		at = (at + 1) & (l->size - 1);
	l->entries[at].hash = hash;
	l->entries[at].name = (uint32_t)l->names_len;
	memcpy(l->names + l->names_len, name, n + 1);
	l->names_len += n + 1;
	l->count++;
	l->version = ++versions;
	nnames++;
	return true;
}

/* False: it may be there. */
static bool erase(struct listing *l, const char *name, size_t n, bool moved)
{
	uint16_t u[256];
	struct entry *e =
		find_exact(l, hash_units(u, fold(u, name, n)), name, n);

	if (!e || e->name & GONE)
		return true;
	if (moved && e->name & REPLACED)
		return false;
	e->name |= GONE;
	nnames--;
	l->lost++;
	l->version = ++versions;
	return true;
}

static void forget_names(struct listing *l)
{
	for (size_t i = 0; i < l->size; i++)
		nnames -= l->entries[i].name && !(l->entries[i].name & GONE);
	free(l->entries);
	free(l->names);
	l->entries = NULL;
	l->names = NULL;
	l->size = l->count = l->names_len = l->names_max = l->lost = 0;
	l->settled = false;
	l->version = ++versions;
}

static void drop(struct listing **at)
{
	struct listing *l = *at;

	*at = l->next;
	if (l->wd >= 0) {
		inotify_rm_watch(inotify, l->wd);
		by_wd[l->wd] = NULL;
	}
	forget_names(l);
	free(l);
	ndirs--;
}

static void drop_oldest(void)
{
	struct listing **oldest = NULL;

	for (unsigned b = 0; b < BUCKETS; b++)
		for (struct listing **p = &buckets[b]; *p; p = &(*p)->next)
			if (!oldest || (*p)->used < (*oldest)->used)
				oldest = p;
	if (oldest)
		drop(oldest);
}

static struct listing *listing_of_watch(int wd)
{
	return wd >= 0 && wd < nby_wd ? by_wd[wd] : NULL;
}

/* wd -1: none any more. */
static bool set_watch(struct listing *l, int wd)
{
	if (wd >= nby_wd) {
		int n = wd * 2 + 16;
		struct listing **grown =
			realloc(by_wd, (size_t)n * sizeof *grown);

		if (!grown)
			return false;
		memset(grown + nby_wd, 0, (size_t)(n - nby_wd) * sizeof *grown);
		by_wd = grown;
		nby_wd = n;
	}
	if (l->wd >= 0)
		by_wd[l->wd] = NULL;
	l->wd = wd;
	if (wd >= 0)
		by_wd[wd] = l;
	return true;
}

static void apply(const struct inotify_event *ev)
{
	struct listing *l;
	size_t n = strnlen(ev->name, ev->len);

	if (ev->mask & IN_Q_OVERFLOW) {
		for (unsigned b = 0; b < BUCKETS; b++)
			for (l = buckets[b]; l; l = l->next)
				forget_names(l);
		return;
	}
	l = listing_of_watch(ev->wd);
	if (!l)
		return;
	if (ev->mask & IN_IGNORED) {
		set_watch(l, -1);
		forget_names(l);
	} else if (ev->mask & IN_ATTRIB) {
		/* Of the directory itself: it may be case-sensitive now. */
		if (!n)
			forget_names(l);
	} else if (ev->mask & (IN_CREATE | IN_MOVED_TO)) {
		/* A listing forgotten meanwhile is made anew anyway. */
		if (l->size && n &&
		    !insert(l, ev->name, n, ev->mask & IN_MOVED_TO))
			forget_names(l);
	} else if (ev->mask & (IN_DELETE | IN_MOVED_FROM)) {
		if (l->size && n &&
		    !erase(l, ev->name, n, ev->mask & IN_MOVED_FROM))
			forget_names(l);
	}
}

static void drain(void)
{
	char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(inotify, buf, sizeof buf)) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (void *)(buf + at);

			apply(ev);
			at += (ssize_t)(sizeof *ev + ev->len);
		}
		if ((size_t)n < sizeof buf / 2)
			break;
	}
}

static uint8_t trust_of(int fd)
{
	static const struct {
		uint32_t type;
		enum listing_trust trust;
	} known[] = {
		{ 0xef53, TRUST_ALL },       /* ext2, ext3, ext4 */
		{ 0x58465342, TRUST_ALL },   /* XFS */
		{ 0x9123683e, TRUST_ALL },   /* Btrfs */
		{ 0x01021994, TRUST_ALL },   /* tmpfs */
		{ 0x858458f6, TRUST_ALL },   /* ramfs */
		{ 0x794c7630, TRUST_ALL },   /* overlayfs */
		{ 0xf2f52010, TRUST_ALL },   /* F2FS */
		{ 0x2fc12fc1, TRUST_ALL },   /* ZFS */
		{ 0xca451a4e, TRUST_ALL },   /* bcachefs */
		{ 0x73717368, TRUST_ALL },   /* squashfs */
		{ 0xe0f5e1e2, TRUST_ALL },   /* EROFS */
		{ 0x6969, TRUST_TIMES },     /* NFS */
		{ 0xff534d42, TRUST_TIMES }, /* CIFS */
		{ 0xfe534d42, TRUST_TIMES }, /* SMB2 */
		{ 0x01021997, TRUST_TIMES }, /* 9p */
		{ 0x65735546, TRUST_TIMES }, /* FUSE */
		{ 0x00c36400, TRUST_TIMES }, /* Ceph */
		{ 0x5346414f, TRUST_TIMES }, /* AFS */
		{ 0x01161970, TRUST_TIMES }, /* GFS2 */
		{ 0x7461636f, TRUST_TIMES }, /* OCFS2 */
		{ 0x786f4256, TRUST_TIMES }, /* vboxsf */
		{ 0x0bd00bd0, TRUST_TIMES }, /* Lustre */
		{ 0x4d44, TRUST_TIMES },     /* FAT */
		{ 0x2011bab0, TRUST_TIMES }, /* exFAT */
		{ 0x5346544e, TRUST_TIMES }, /* NTFS */
		{ 0x7366746e, TRUST_TIMES }, /* NTFS3 */
		{ 0x3153464a, TRUST_TIMES }, /* JFS */
		{ 0x9660, TRUST_TIMES },     /* ISO 9660 */
		{ 0x15013346, TRUST_TIMES }, /* UDF */
		{ 0x482b, TRUST_TIMES },     /* HFS+ */
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return TRUST_NOTHING;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if ((uint32_t)fs.f_type == known[i].type)
			return known[i].trust;
	return TRUST_NOTHING;
}

static void watch(struct listing *l, int fd)
{
	char self[32];
	int wd;

	if (inotify < 0)
		inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (inotify < 0)
		return;
	snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(inotify, self,
			       IN_CREATE | IN_DELETE | IN_MOVED_FROM |
				       IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR);
	if (wd >= 0 && !set_watch(l, wd))
		inotify_rm_watch(inotify, wd);
	log_debug(LOG_FILE, "watch %d for %s", wd, self);
}

/* Reads the directory.  Returns 0 or -errno; l is empty then. */
static int list(struct listing *l, int fd)
{
	char buf[32768] __attribute__((aligned(8)));
	long n;

	forget_names(l);
	if (!grow(l))
		return -ENOMEM;
	/* Before the names: one that is set later is a change of the times. */
	l->exact = file_case_of(fd);
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0) {
		for (long at = 0; at < n;) {
			struct linux_dirent64 *d = (void *)(buf + at);

			if (!insert(l, d->name, strlen(d->name), false)) {
				forget_names(l);
				return -ENOMEM;
			}
			at += d->reclen;
		}
	}
	if (n < 0) {
		forget_names(l);
		return -errno;
	}
	l->made++;
	return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_old(const struct timespec *then, int64_t racy)
{
	struct timespec now;

	/* By the clock that stamps files (see file-attr.c). */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	/* A stamp from the future (another machine's clock) never settles. */
	return (now.tv_sec - then->tv_sec) * 1000000000ll + now.tv_nsec -
		       then->tv_nsec >
	       racy;
}

static void take_times(struct listing *l, const struct stat *st)
{
	/* Whole seconds: perhaps all that the file system keeps. */
	bool coarse = !st->st_mtim.tv_nsec && !st->st_ctim.tv_nsec;
	int64_t racy = coarse ? RACY_COARSE_NS : RACY_NS;

	l->mtime = st->st_mtim;
	l->ctime = st->st_ctim;
	l->settled = is_old(&st->st_mtim, racy) && is_old(&st->st_ctim, racy);
}

static unsigned bucket_of(uint64_t dev, uint64_t ino)
{
	return (unsigned)(ino ^ ino >> 8 ^ dev) % BUCKETS;
}

struct listing *listing_find(uint64_t dev, uint64_t ino)
{
	static uint64_t clock;
	struct listing *l;

	for (l = buckets[bucket_of(dev, ino)]; l; l = l->next)
		if (l->ino == ino && l->dev == dev) {
			l->used = ++clock;
			return l;
		}
	return NULL;
}

struct listing *listing_get(uint64_t dev, uint64_t ino)
{
	struct listing *l = listing_find(dev, ino);
	unsigned b = bucket_of(dev, ino);

	if (l)
		return l;
	if (ndirs >= MAX_DIRS || nnames > MAX_NAMES)
		drop_oldest();
	l = calloc(1, sizeof *l);
	if (!l)
		return NULL;
	l->dev = dev;
	l->ino = ino;
	l->wd = -1;
	l->next = buckets[b];
	buckets[b] = l;
	ndirs++;
	return listing_find(dev, ino);
}

bool listing_is_current(struct listing *l, const struct stat *st)
{
	if (!l->size || l->trust == TRUST_NOTHING)
		return false;
	if (l->settled && same_time(&l->mtime, &st->st_mtim) &&
	    same_time(&l->ctime, &st->st_ctim))
		return true;
	if (l->wd < 0)
		return false;
	drain();
	/* Thousands of temporary names: begin anew. */
	if (l->lost > LOST_MAX && l->lost > l->count / 2)
		forget_names(l);
	if (l->wd < 0 || !l->size)
		return false;
	/*
	 * A change is stamped before its event is queued, so only stamps that
	 * have settled let us skip the next drain.
	 */
	take_times(l, st);
	return true;
}

int listing_refresh(struct listing *l, int dirfd, const char *dir,
		    const struct stat *st)
{
	struct stat now;
	int fd, err;

	if (listing_is_current(l, st))
		return 0;
	fd = openat(dirfd, *dir ? dir : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* It may be another one by now; what is cached is by inode. */
	if (fstat(fd, &now) < 0 || now.st_ino != l->ino ||
	    now.st_dev != l->dev) {
		close(fd);
		return -EAGAIN;
	}
	if (!l->made)
		l->trust = trust_of(fd);
	if (l->trust == TRUST_ALL && l->wd < 0 && l->made >= WATCH_AFTER)
		watch(l, fd);
	err = list(l, fd);
	if (!err)
		take_times(l, &now);
	close(fd);
	return err;
}

const char *listing_look(const struct listing *l, const char *name, size_t n,
			 bool exact)
{
	uint16_t want[256], got[256];
	size_t nwant = fold(want, name, n);
	uint32_t hash = hash_units(want, nwant);
	const char *best = NULL;

	for (size_t at = hash & (l->size - 1); l->entries[at].name;
	     at = (at + 1) & (l->size - 1)) {
		const struct entry *e = &l->entries[at];
		const char *s;

		if (e->name & GONE || e->hash != hash)
			continue;
		s = l->names + (e->name & NAME_AT);
		if (n <= 255 && !memcmp(s, name, n) && !s[n])
			return s;
		if (exact || l->exact || fold(got, s, strlen(s)) != nwant ||
		    memcmp(got, want, nwant * 2))
			continue;
		/* Several spellings: always the same one, whatever the order
		   of the directory. */
		if (!best || strcmp(s, best) < 0)
			best = s;
	}
	return best && strlen(best) <= 255 ? best : NULL;
}

bool listing_has_twins(const struct listing *l)
{
	uint16_t one[256], other[256];

	for (size_t i = 0; i < l->size; i++) {
		const struct entry *e = &l->entries[i];
		size_t n;

		if (!e->name || e->name & GONE)
			continue;
		n = fold(one, l->names + (e->name & NAME_AT),
			 strlen(l->names + (e->name & NAME_AT)));
		/* Those of its hash lie where this one was looked for. */
		for (size_t at = e->hash & (l->size - 1); l->entries[at].name;
		     at = (at + 1) & (l->size - 1)) {
			const struct entry *x = &l->entries[at];
			const char *s = l->names + (x->name & NAME_AT);

			if (x != e && !(x->name & GONE) && x->hash == e->hash &&
			    fold(other, s, strlen(s)) == n &&
			    !memcmp(one, other, n * 2))
				return true;
		}
	}
	return false;
}
