/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify-tree.c - a tree of folders under inotify, which watches one folder at
 * a time.
 *
 * A watch belongs to the folder and not to its name, so a folder that is
 * renamed keeps it and only the names kept here change.  What appears in a new
 * folder before its watch is set has no event: it is found by looking, after
 * the watch is set, and what has an event as well is told only once.
 */
#include "syscall-xlate/nt/notify-tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 64 };

static bool join(char *to, size_t size, const char *dir, const char *name)
{
	return snprintf(to, size, "%s%s%s", dir, *dir ? "/" : "", name) <
	       (int)size;
}

static void tell(struct notify_tree *n, int wd, const char *name)
{
	if (n->ntold == n->max_told) {
		size_t max = n->max_told ? n->max_told * 2 : 64;
		struct told *t = realloc(n->told, max * sizeof *t);

		if (!t)
			return;
		n->told = t;
		n->max_told = max;
	}
	n->told[n->ntold].wd = wd;
	n->told[n->ntold].name = strdup(name);
	n->ntold += n->told[n->ntold].name != NULL;
}

static bool set_path(struct notify_tree *n, int wd, const char *path)
{
	if ((size_t)wd >= n->npaths) {
		size_t max = (size_t)wd * 2 + 8;
		char **p = realloc(n->paths, max * sizeof *p);

		if (!p)
			return false;
		memset(p + n->npaths, 0, (max - n->npaths) * sizeof *p);
		n->paths = p;
		n->npaths = max;
	}
	free(n->paths[wd]);
	n->paths[wd] = strdup(path);
	return n->paths[wd] != NULL;
}

static bool is_dir(int dirfd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return !fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

static bool add(struct notify_tree *n, int dirfd, const char *path,
		notify_found *found, void *arg, int depth);

static void look_into(struct notify_tree *n, int dirfd, const char *path,
		      int wd, notify_found *found, void *arg, int depth)
{
	int fd = openat(dirfd, *path ? path : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	char sub[PATH_MAX];

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		bool folder = is_dir(fd, e);

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (found) {
			tell(n, wd, e->d_name);
			found(arg, path, e->d_name, folder);
		}
		if (folder && depth < MAX_DEPTH &&
		    join(sub, sizeof sub, path, e->d_name) &&
		    !add(n, dirfd, sub, found, arg, depth + 1))
			n->incomplete = true;
	}
	closedir(d);
}

static bool add(struct notify_tree *n, int dirfd, const char *path,
		notify_found *found, void *arg, int depth)
{
	char full[PATH_MAX + 64];
	int wd;

	snprintf(full, sizeof full, "/proc/self/fd/%d/%s", dirfd, path);
	wd = inotify_add_watch(n->fd, full, n->mask);
	if (wd < 0 || !set_path(n, wd, path))
		return false;
	if (n->whole)
		look_into(n, dirfd, path, wd, found, arg, depth);
	return true;
}

bool tree_add(struct notify_tree *n, int dirfd, const char *path,
	      notify_found *found, void *arg)
{
	return add(n, dirfd, path, found, arg, 0);
}

const char *tree_path(const struct notify_tree *n, int wd)
{
	return wd >= 0 && (size_t)wd < n->npaths ? n->paths[wd] : NULL;
}

/* What follows folder in path, with its slash, or ""; NULL: not below it. */
static const char *below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return path && !strncmp(path, folder, n) && (!path[n] || path[n] == '/')
		       ? path + n
		       : NULL;
}

void tree_move(struct notify_tree *n, const char *from, const char *to)
{
	for (size_t i = 0; i < n->npaths; i++) {
		const char *rest = below(n->paths[i], from);
		char now[PATH_MAX];

		if (rest && snprintf(now, sizeof now, "%s%s", to, rest) <
				    (int)sizeof now)
			set_path(n, (int)i, now);
	}
}

void tree_ignored(struct notify_tree *n, int wd)
{
	if (!tree_path(n, wd))
		return;
	free(n->paths[wd]);
	n->paths[wd] = NULL;
}

void tree_leave(struct notify_tree *n, const char *path)
{
	for (size_t i = 0; i < n->npaths; i++)
		if (below(n->paths[i], path)) {
			inotify_rm_watch(n->fd, (int)i);
			tree_ignored(n, (int)i);
		}
}

bool tree_was_told(struct notify_tree *n, int wd, const char *name)
{
	for (size_t i = 0; i < n->ntold; i++)
		if (n->told[i].wd == wd && !strcmp(n->told[i].name, name)) {
			free(n->told[i].name);
			n->told[i] = n->told[--n->ntold];
			return true;
		}
	return false;
}

void tree_forget_told(struct notify_tree *n)
{
	while (n->ntold)
		free(n->told[--n->ntold].name);
}

void tree_free(struct notify_tree *n)
{
	if (n->fd >= 0)
		close(n->fd);
	for (size_t i = 0; i < n->npaths; i++)
		free(n->paths[i]);
	free(n->paths);
	tree_forget_told(n);
	free(n->told);
}
