/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail-mounts.c - a file system that holds nothing but what is granted, each at
 * its own name, and no network: where users may make namespaces.
 *
 * Landlock decides what may be opened; this decides what is there at all, so
 * that looking at a name, or changing a file's mode by it, leads nowhere else
 * either, and what is only to be read is mounted so.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "loader/commit.h"
#include "loader/jail.h"

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* The same ids inside as outside. */
static int map_ids(uid_t uid, gid_t gid)
{
	char text[64];

	write_to("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "%u %u 1", uid, uid);
	if (write_to("/proc/self/uid_map", text))
		return -1;
	snprintf(text, sizeof text, "%u %u 1", gid, gid);
	return write_to("/proc/self/gid_map", text);
}

/* ---- places to mount on ---- */

struct root {
	const char *path;
	const char *own; /* the sandbox's folder */
	dev_t dev; /* its own file system; the host's may cover it */
};

static int make_in(int folder, dev_t dev, const char *name, bool is_dir)
{
	struct stat st;
	int fd;

	if (fstat(folder, &st) < 0)
		return -1;
	if (st.st_dev != dev) {
		errno = EROFS; /* it is the host's */
		return -1;
	}
	if (is_dir)
		return mkdirat(folder, name, 0755);
	fd = openat(folder, name,
		    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int jail_parents(int root, dev_t dev, const char *path, const char **last)
{
	const int how = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int at = openat(root, ".", how);
	const char *slash;

	for (path += strspn(path, "/");
	     at >= 0 && (slash = strchr(path, '/')) && slash[strspn(slash, "/")];
	     path = slash + strspn(slash, "/")) {
		char name[NAME_MAX + 1];
		int n = snprintf(name, sizeof name, "%.*s",
				 (int)MIN(slash - path, (long)sizeof name),
				 path);
		int next = -1;

		if (n >= (int)sizeof name)
			errno = ENAMETOOLONG;
		else if ((next = openat(at, name, how)) < 0 &&
			 errno == ENOENT && !make_in(at, dev, name, true))
			next = openat(at, name, how);
		close(at);
		at = next;
	}
	*last = path;
	return at;
}

/* The place for path below root, as it is called here; -1 if there is none. */
static int find_place(int root, const char *path, bool is_dir,
		      char place[PATH_MAX])
{
	const struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				      .resolve = RESOLVE_IN_ROOT |
						 RESOLVE_NO_MAGICLINKS };
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	char link[32];
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) == 0) {
		if (!S_ISDIR(st.st_mode) == is_dir)
			errno = is_dir ? ENOTDIR : EISDIR;
		else if ((n = readlink(link, place, PATH_MAX - 1)) >= 0)
			place[n] = 0;
	}
	close(fd);
	return n < 0 ? -1 : 0;
}

/* What a mount already shows is taken as it is; else an empty one is made. */
static int make_place(const struct root *r, const char *path, bool is_dir,
		      char place[PATH_MAX])
{
	int root = open(r->path, O_PATH | O_DIRECTORY | O_CLOEXEC), in;
	int ret = -1;
	const char *name;

	if (root < 0)
		return -1;
	ret = find_place(root, path, is_dir, place);
	if (ret && errno == ENOENT &&
	    (in = jail_parents(root, r->dev, path, &name)) >= 0) {
		if (!make_in(in, r->dev, name, is_dir))
			ret = find_place(root, path, is_dir, place);
		close(in);
	}
	close(root);
	return ret;
}

/* ---- mounts ---- */

/* deep: and what is mounted below it. */
static int make_readonly(const char *place, bool deep)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	return mount_setattr(AT_FDCWD, place, deep ? AT_RECURSIVE : 0, &attr,
			     sizeof attr);
}

enum how { AS_IT_IS, READONLY, IF_THERE = 2, ALONE = 4 };

static int show(const struct root *root, const char *path, int how, struct err *e)
{
	char place[PATH_MAX];
	struct stat st;

	if (stat(path, &st) < 0)
		return how & IF_THERE ? 0
				      : err_set(e, errno, "%s: %s", path,
						strerror(errno));
	if (make_place(root, path, S_ISDIR(st.st_mode), place) ||
	    mount(path, place, NULL, MS_BIND | (how & ALONE ? 0 : MS_REC),
		  NULL) < 0)
		return how & IF_THERE ? 0
				      : err_set(e, errno, "mounting %s: %s",
						path, strerror(errno));
	/* It is there now, so it has to be as it should. */
	if (how & READONLY && make_readonly(place, true) < 0)
		return err_set(e, errno, "mounting %s to be read only: %s",
			       path, strerror(errno));
	return 0;
}

/* Parents before what is mounted below them. */
static int by_name(const void *a, const void *b)
{
	const struct policy_mount *const *x = a, *const *y = b;

	return strcmp((*x)->host, (*y)->host);
}

/* ---- layers -------------------------------------------------------------------- */

/* A layer over the host's folder; n-th of this sandbox.  -1 with errno. */
static int lay_over(const struct root *root, const char *host, unsigned n)
{
	char place[PATH_MAX], dir[PATH_MAX + 32], text[3 * PATH_MAX + 128];

	/* The kernel's options end at a comma, and layers at a colon. */
	if (strpbrk(host, ",:\\")) {
		errno = ENOTSUP;
		return -1;
	}
	snprintf(dir, sizeof dir, "%s/cow%u", root->own, n);
	mkdir(dir, 0700);
	snprintf(dir, sizeof dir, "%s/cow%u/upper", root->own, n);
	mkdir(dir, 0755);
	snprintf(dir, sizeof dir, "%s/cow%u/work", root->own, n);
	mkdir(dir, 0700);
	snprintf(text, sizeof text,
		 "lowerdir=%s,upperdir=%s/cow%u/upper,workdir=%s/cow%u/work,"
		 "userxattr",
		 host, root->own, n, root->own, n);
	return make_place(root, host, true, place) ||
			       mount("sandbox", place, "overlay",
				     MS_NOSUID | MS_NODEV, text) < 0
		       ? -1
		       : 0;
}

/* The kernel's own file systems: nothing in them is for a program to change. */
static bool is_pseudo(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (fs.f_type == PROC_SUPER_MAGIC ||
					  fs.f_type == SYSFS_MAGIC);
}

static int split(const struct root *root, const char *host, unsigned *n,
		 unsigned depth, struct err *e);

static int split_entry(const struct root *root, const char *path,
		       const char *place, unsigned *n, unsigned depth,
		       struct err *e)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t len;

	/* What vanishes meanwhile, or is of no use, is left out. */
	if (lstat(path, &st) < 0)
		return 0;
	if (S_ISLNK(st.st_mode)) {
		len = readlink(path, target, sizeof target - 1);
		if (len > 0) {
			target[len] = 0;
			(void)!symlink(target, place);
		}
		return 0;
	}
	if (S_ISREG(st.st_mode))
		return show(root, path, READONLY | IF_THERE, e);
	if (!S_ISDIR(st.st_mode))
		return 0;
	if (is_pseudo(path))
		return show(root, path, READONLY | IF_THERE, e);
	if (lay_over(root, path, (*n)++) == 0)
		return 0;
	if (errno == EINVAL && depth)
		return split(root, path, n, depth - 1, e);
	return show(root, path, READONLY | IF_THERE, e);
}

/*
 * There are no layers over a folder with other file systems mounted in it, as
 * "/" has: then each folder in it gets its own, and what is in it directly can be
 * read.
 */
static int split(const struct root *root, const char *host, unsigned *n,
		 unsigned depth, struct err *e)
{
	char place[PATH_MAX], path[PATH_MAX], at[2 * PATH_MAX];
	const char *slash = host[1] ? "/" : "";
	struct dirent *x;
	DIR *d = opendir(host);
	int ret = 0;

	if (!d || make_place(root, host, true, place)) {
		if (d)
			closedir(d);
		return err_set(e, errno, "%s: %s", host, strerror(errno));
	}
	while (!ret && (x = readdir(d))) {
		if (!strcmp(x->d_name, ".") || !strcmp(x->d_name, ".."))
			continue;
		if (snprintf(path, sizeof path, "%s%s%s", host, slash,
			     x->d_name) >= (int)sizeof path)
			continue;
		snprintf(at, sizeof at, "%s/%s", place, x->d_name);
		ret = split_entry(root, path, at, n, depth, e);
	}
	closedir(d);
	return ret;
}

/* A layer in p->own takes the changes. */
static int show_cow(const struct root *root, const struct policy *p,
		    const struct policy_mount *m, unsigned *n, struct err *e)
{
	enum { DEPTH = 4 };
	char dir[PATH_MAX + 32];

	if (lay_over(root, m->host, *n)) {
		if (errno != EINVAL)
			return err_set(e, errno, "a layer over %s: %s", m->host,
				       strerror(errno));
		if (p->commit)
			return err_set(e, ENOTSUP,
				       "--commit: other file systems are mounted "
				       "in %s; mount what is to be written by "
				       "itself",
				       m->host);
		(*n)++;
		return split(root, m->host, n, DEPTH, e);
	}
	snprintf(dir, sizeof dir, "%s/cow%u/upper", p->own, (*n)++);
	return commit_send((unsigned)(m - p->mounts), dir)
		       ? err_set(e, errno, "a layer over %s: %s", m->host,
				 strerror(errno))
		       : 0;
}

static int show_mounts(const struct root *root, const struct policy *p, struct err *e)
{
	const struct policy_mount **v = calloc(p->nmounts + 1, sizeof *v);
	unsigned layers = 0;
	int ret = 0;

	if (!v)
		return err_set(e, ENOMEM, "no memory");
	for (size_t i = 0; i < p->nmounts; i++)
		v[i] = &p->mounts[i];
	qsort(v, p->nmounts, sizeof *v, by_name);
	for (size_t i = 0; i < p->nmounts && !ret; i++)
		ret = v[i]->mode == MOUNT_COW
			      ? show_cow(root, p, v[i], &layers, e)
			      : show(root, v[i]->host,
				     v[i]->mode == MOUNT_RO ? READONLY
							    : AS_IT_IS,
				     e);
	free(v);
	commit_sent();
	return ret;
}

/* Terminals of the sandbox's own, for its pseudo consoles; or none. */
static void show_terminals(const struct root *root)
{
	char place[PATH_MAX], master[PATH_MAX], at[PATH_MAX];

	if (make_place(root, "/dev/pts", true, place) ||
	    mount("devpts", place, "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=0600") < 0)
		return;
	snprintf(master, sizeof master, "%.*s/ptmx", (int)sizeof master - 8,
		 place);
	jail_has_terminals = !make_place(root, "/dev/ptmx", false, at) &&
			     mount(master, at, NULL, MS_BIND, NULL) == 0;
	if (!jail_has_terminals)
		umount2(place, MNT_DETACH);
}

/*
 * Devices can be written to all the same; but their mode, owner and times, and
 * those of files in /proc, are not for a program of their owner's to change.
 */
static int show_all(const struct root *root, const struct policy *p,
		    const struct jail_paths *paths, struct err *e)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n < 0)
		return err_set(e, errno, "/proc/self/exe: %s", strerror(errno));
	exe[n] = 0;
	if (show_mounts(root, p, e) || show(root, p->own, ALONE, e) ||
	    show(root, paths->dlls, READONLY, e) ||
	    show(root, exe, READONLY, e) ||
	    show(root, "/proc", ALONE | READONLY, e) ||
	    show(root, "/dev/null", READONLY, e) ||
	    (paths->policy_file && show(root, paths->policy_file, READONLY, e)))
		return -1;
	show_terminals(root);
	if (show(root, "/dev/kvm", READONLY | IF_THERE, e))
		return -1;
	for (unsigned i = 0; jail_for_all[i]; i++)
		if (strncmp(jail_for_all[i], "/proc/", 6))
			show(root, jail_for_all[i], READONLY | IF_THERE, e);
	for (unsigned i = 0; p->net == POLICY_NET_ALL && jail_for_net[i]; i++)
		show(root, jail_for_net[i], READONLY | IF_THERE, e);
	for (unsigned i = 0; getauxval(AT_BASE) && jail_libraries[i]; i++)
		show(root, jail_libraries[i], READONLY | IF_THERE, e);
	return 0;
}

/* covered: the host's root is shown as it is, which may be to change. */
static int become_root(const char *root, bool covered, struct err *e)
{
	char cwd[PATH_MAX];

	if (!getcwd(cwd, sizeof cwd))
		return err_set(e, errno, "getcwd: %s", strerror(errno));
	if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ||
	    (!covered && make_readonly("/", false) < 0) || chdir(cwd) < 0)
		return err_set(e, errno, "changing the root: %s",
			       strerror(errno));
	return 0;
}

int jail_spaces(struct err *e)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (getenv(JAIL_NO_SPACES) ||
	    unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC) < 0) {
		log_debug(LOG_PROCESS, "no namespaces: %s", strerror(errno));
		return 0;
	}
	if (map_ids(uid, gid))
		return err_set(e, errno, "ids of a user namespace: %s",
			       strerror(errno));
	return 1;
}

/* A new network has a loopback, which is down. */
static int raise_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -1;
	ret = ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return ret;
}

int jail_leave(const struct policy *p, struct err *e)
{
	const int net = p->net == POLICY_NET_ALL ? 0 : CLONE_NEWNET;
	char size[64] = "mode=700";

	if (p->memory)
		snprintf(size, sizeof size, "mode=700,size=%llu",
			 (unsigned long long)p->memory);
	/* Containers that hide parts of /proc do not let us show them here. */
	if (unshare(CLONE_NEWNS | net) < 0 ||
	    (p->net & POLICY_NET_LOOPBACK && raise_loopback() < 0) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0 ||
	    mount("sandbox", p->own, "tmpfs", MS_NOSUID | MS_NODEV, size) < 0) {
		err_set(e, errno, "namespaces: %s", strerror(errno));
		return 0;
	}
	return 1;
}

int jail_mounts(const struct policy *p, const struct jail_paths *paths,
		struct err *e)
{
	char path[PATH_MAX];
	struct root root = { .path = path, .own = p->own };
	const char *name = strrchr(p->own, '/') + 1, *rest;
	struct stat st;
	int outside;

	snprintf(path, sizeof path, "%.*s", (int)(name - p->own), p->own);
	outside = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof path, "%s/root", p->own);
	if (outside < 0 || mkdir(path, 0700) < 0 ||
	    mount("sandbox", path, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=755,size=1m") < 0 ||
	    stat(path, &st) < 0)
		return err_set(e, errno, "a root for the sandbox: %s",
			       strerror(errno));
	root.dev = st.st_dev;
	if (show_all(&root, p, paths, e) ||
	    become_root(path, policy_find(p, "/", &rest), e))
		return -1;
	/*
	 * Nothing of ours is mounted on the user's folder any more, so it need
	 * not wait for somebody who lives to remove it; unless a mount shows
	 * it, and we are mounted there.
	 */
	if (!policy_find(p, p->own, &rest) &&
	    unlinkat(outside, name, AT_REMOVEDIR) < 0)
		log_debug(LOG_PROCESS, "%s: %s", p->own, strerror(errno));
	close(outside);
	return 0;
}
