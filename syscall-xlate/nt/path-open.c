/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-open.c - finding on disk what path.c has parsed.
 *
 * Opening costs one system call if the name is spelled as it is on disk.  Only
 * when that fails is the name searched for, component by component
 * (path-case.c).
 */
#include "syscall-xlate/nt/path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/policy.h"

static bool is_missing(int err)
{
	return err == ENOENT || err == ENOTDIR;
}

/* Where the last component of host begins; 0 if there is only one. */
static size_t last_component(const char *host, size_t len)
{
	const char *slash = memrchr(host, '/', len);

	return slash ? (size_t)(slash + 1 - host) : 0;
}

/* Looks in the folder of host[at..at+n) for that component. */
static int find_in_parent(struct nt_path *p, size_t at, size_t n, char *found)
{
	char name[256 * 3];
	size_t end = at > 1 ? at - 1 : at;
	char cut = p->host[end];
	int r;

	if (n >= sizeof name)
		return -ENAMETOOLONG;
	/* The name is copied because ending the folder's may hit it. */
	memcpy(name, p->host + at, n);
	name[n] = 0;
	p->host[end] = 0;
	r = case_find(p->dirfd, p->host, name, n, p->exact, found, &p->folder);
	p->host[end] = cut;
	return r;
}

/* Puts another spelling in the place of host[at..at+n). */
static int put_spelling(struct nt_path *p, size_t at, size_t n,
			const char *found)
{
	size_t got = strlen(found);

	if (p->len + got - n >= sizeof p->host)
		return -ENAMETOOLONG;
	memmove(p->host + at + got, p->host + at + n, p->len - at - n + 1);
	memcpy(p->host + at, found, got);
	p->len += got - n;
	return 0;
}

/*
 * Replaces what of host[0..len) is spelled otherwise on disk.  host may grow
 * up to 256 bytes beyond HOST_PATH_MAX in all; *len follows.  Returns as
 * path_find().
 */
static int respell(struct nt_path *p, size_t *len)
{
	size_t at = last_component(p->host, *len), n = *len - at;
	char found[256];
	int r;

	r = find_in_parent(p, at, n, found);
	if (is_missing(-r)) {
		size_t parent = at ? at - 1 : 0, before = parent;
		int err = parent > p->fixed ? respell(p, &parent) : -ENOTDIR;

		if (err)
			return err == -ENOENT ? -ENOTDIR : err;
		at += parent - before;
		*len += parent - before;
		r = find_in_parent(p, at, n, found);
		if (r == -ENOENT)
			r = -ENOTDIR;
	}
	/* A folder we may pass through but not list: nothing is to be found
	   in it but what has the exact name. */
	if (r == -EACCES)
		return faccessat(p->dirfd, p->host, F_OK, AT_SYMLINK_NOFOLLOW) <
				       0
			       ? -ENOENT
			       : 0;
	if (r < 0)
		return r;
	if (!r)
		return -ENOENT;

	*len += strlen(found) - n;
	return put_spelling(p, at, n, found);
}

/* All our DLLs have lower-case names, so no listing is needed. */
static void lower_case(char *host)
{
	char *last = strrchr(host, '/');

	for (char *c = last ? last + 1 : host; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 32;
}

int path_find(struct nt_path *p)
{
	size_t len = p->len;
	struct stat st;
	int r;

	if (p->dir)
		return 0;
	if (p->len <= p->fixed)
		return 0;
	r = respell(p, &len);
	if (r == -ENOENT || r == -ENOTDIR) {
		if (p->has_lower) {
			lower_case(p->lower);
			p->from_lower = !lstat(p->lower, &st);
			if (p->from_lower)
				return 0;
		}
		/* The overlay's folder is made when something is put there. */
		if (r == -ENOTDIR && p->child)
			return -ENOENT;
	}
	return r;
}

/*
 * Runs "at(dirfd, path)" on the spellings of p in order; at returns a result
 * >= 0 or -errno.  Inline, and at with it: what is between the host's call and
 * the guest costs a mispredicted return each, as the kernel leaves none of the
 * processor's predictions in place.
 */
static inline __attribute__((always_inline)) int
try_all(struct nt_path *p, int (*at)(int dirfd, const char *path, void *arg),
	void *arg)
{
	size_t len = p->len, name = last_component(p->host, len);
	size_t dir = name > 1 ? name - 1 : name;
	bool search = len > p->fixed && name < len;
	int r = -ENOENT, missing, known = CASE_UNKNOWN;
	uint64_t learn = 0;
	char found[256];

	if (search)
		known = case_guess(p->dirfd, p->host, dir, p->host + name,
				   len - name, p->exact, found, &p->folder,
				   &learn);
	if (known == CASE_OTHER) {
		r = put_spelling(p, name, len - name, found);
		len = p->len;
		if (r < 0)
			return r;
	}
	if (known != CASE_ABSENT)
		r = at(p->dirfd, *p->host ? p->host : ".", arg);
	if (r >= 0 && search && known == CASE_UNKNOWN)
		case_learn_found(learn);
	if (r >= 0 || !is_missing(-r))
		return r;
	if (p->has_lower) {
		int low = at(AT_FDCWD, p->lower, arg);

		if (low == -ENOENT) {
			lower_case(p->lower);
			low = at(AT_FDCWD, p->lower, arg);
		}
		if (low >= 0)
			p->from_lower = true;
		/* It is there, and not to be changed, by whomever. */
		if (low >= 0 || !is_missing(-low))
			return low == -EROFS ? -EACCES : low;
	}
	if (p->dir) {
		p->from_lower = true;
		return at(AT_FDCWD, policy ? policy->root['Z' - 'A'] : "/", arg);
	}
	if (!search || known == CASE_ABSENT)
		return r;
	missing = respell(p, &len);
	if (missing == 0)
		return at(p->dirfd, p->host, arg);
	if (missing == -ENOTDIR && p->child)
		return -ENOENT;
	return missing;
}

static int open_at(int dirfd, const char *path, void *arg)
{
	int fd = openat(dirfd, path, *(int *)arg);

	return fd < 0 ? -errno : fd;
}

int path_open(struct nt_path *p, int flags)
{
	flags |= O_CLOEXEC | O_NOCTTY;
	return try_all(p, open_at, &flags);
}

struct statx_arg {
	int flags;
	unsigned mask;
	struct statx *st;
};

static int statx_at(int dirfd, const char *path, void *arg)
{
	struct statx_arg *a = arg;

	return statx(dirfd, path, a->flags, a->mask, a->st) < 0 ? -errno : 0;
}

int path_statx(struct nt_path *p, int flags, unsigned mask, struct statx *st)
{
	struct statx_arg a = { flags, mask, st };

	return try_all(p, statx_at, &a);
}

int path_make_parents(const struct nt_path *p)
{
	char dir[sizeof p->host];
	size_t end = p->fixed;

	if (p->drive != 'C' || !p->parent)
		return 0;
	memcpy(dir, p->host, end);
	dir[end] = 0;
	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return 0;
	for (size_t i = 1; i <= end; i++) {
		if (i < end && dir[i] != '/')
			continue;
		dir[i] = 0;
		if (mkdir(dir, 0777) < 0 && errno != EEXIST &&
		    errno != EISDIR && errno != EROFS)
			return -errno;
		if (i < end)
			dir[i] = '/';
	}
	return access(dir, F_OK) < 0 ? -errno : 0;
}

NTSTATUS path_from_nt(const uint16_t *name, size_t n, char *out)
{
	struct nt_path p;
	NTSTATUS status = path_parse(name, n, NULL, &p);
	struct statx st;
	int r;

	if (status)
		return status;
	if (p.kind == PATH_DEVICE && p.device == DEVICE_NULL) {
		strcpy(out, "/dev/null");
		return STATUS_SUCCESS;
	}
	if (p.kind != PATH_DISK)
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (p.stream)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	r = path_statx(&p, 0, STATX_TYPE, &st);
	if (r == -ENOENT)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (r == -ENOTDIR)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	if (r < 0)
		return STATUS_ACCESS_DENIED;
	if (p.len >= HOST_PATH_MAX)
		return STATUS_NAME_TOO_LONG;
	strcpy(out, p.from_lower && p.has_lower ? p.lower : p.host);
	return STATUS_SUCCESS;
}
