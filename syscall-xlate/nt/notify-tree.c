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

/* Where wd is, or would have to be. */
static size_t place_of(const struct notify_tree *n, int wd)
{
	size_t low = 0, high = n->nwatched;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (n->watched[mid].wd < wd)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct watched *find(const struct notify_tree *n, int wd)
{
	size_t i = place_of(n, wd);

	return i < n->nwatched && n->watched[i].wd == wd ? &n->watched[i] : NULL;
}

static bool rename_watched(struct watched *w, const char *path)
{
	char *now = strdup(path);

	if (!now)
		return false;
	free(w->path);
	w->path = now;
	return true;
}

static bool set_path(struct notify_tree *n, int wd, const char *path)
{
	struct watched *w = find(n, wd);
	size_t i = place_of(n, wd);

	if (w)
		return rename_watched(w, path);
	if (n->nwatched == n->max_watched) {
		size_t max = n->max_watched ? n->max_watched * 2 : 8;

		w = realloc(n->watched, max * sizeof *w);
		if (!w)
			return false;
		n->watched = w;
		n->max_watched = max;
	}
	w = &n->watched[i];
	memmove(w + 1, w, (n->nwatched - i) * sizeof *w);
	*w = (struct watched){ wd, strdup(path) };
	n->nwatched++;
	if (w->path)
		return true;
	tree_ignored(n, wd);
	return false;
}

static bool is_dir(int dirfd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return !fstatat(dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

static int add(struct notify_tree *n, int dirfd, const char *path,
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
		    add(n, dirfd, sub, found, arg, depth + 1) < 0)
			n->incomplete = true;
	}
	closedir(d);
}

/* The host's name for path below the open folder dirfd. */
static int watch(struct notify_tree *n, int dirfd, const char *path,
		 uint32_t mask)
{
	char full[PATH_MAX + 64];

	snprintf(full, sizeof full, "/proc/self/fd/%d/%s", dirfd, path);
	return inotify_add_watch(n->fd, full, mask);
}

static int add(struct notify_tree *n, int dirfd, const char *path,
	       notify_found *found, void *arg, int depth)
{
	/* Below, a move is an event of the folder around it. */
	int wd =
		watch(n, dirfd, path, *path ? n->mask : n->mask | IN_MOVE_SELF);

	if (wd < 0 || !set_path(n, wd, path))
		return -1;
	if (n->whole)
		look_into(n, dirfd, path, wd, found, arg, depth);
	return wd;
}

int tree_add(struct notify_tree *n, int dirfd, const char *path,
	     notify_found *found, void *arg)
{
	return add(n, dirfd, path, found, arg, 0);
}

int tree_watch_parent(struct notify_tree *n, int dirfd)
{
	/* -1 too if it is watched already: the root's is the root. */
	return watch(n, dirfd, "..",
		     IN_ONLYDIR | IN_DELETE | IN_ONESHOT | IN_MASK_CREATE);
}

const char *tree_path(const struct notify_tree *n, int wd)
{
	const struct watched *w = find(n, wd);

	return w ? w->path : NULL;
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
	for (size_t i = 0; i < n->nwatched; i++) {
		const char *rest = below(n->watched[i].path, from);
		char now[PATH_MAX];

		if (rest && snprintf(now, sizeof now, "%s%s", to, rest) <
				    (int)sizeof now)
			rename_watched(&n->watched[i], now);
	}
}

void tree_ignored(struct notify_tree *n, int wd)
{
	struct watched *w = find(n, wd);

	if (!w)
		return;
	free(w->path);
	n->nwatched--;
	memmove(w, w + 1,
		(n->nwatched - (size_t)(w - n->watched)) * sizeof *w);
}

void tree_leave(struct notify_tree *n, const char *path)
{
	for (size_t i = n->nwatched; i-- > 0;)
		if (below(n->watched[i].path, path)) {
			inotify_rm_watch(n->fd, n->watched[i].wd);
			tree_ignored(n, n->watched[i].wd);
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
	for (size_t i = 0; i < n->nwatched; i++)
		free(n->watched[i].path);
	free(n->watched);
	tree_forget_told(n);
	free(n->told);
}
