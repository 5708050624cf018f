/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify-tree.h - the folders that one directory notification watches; for
 * notify.c alone.
 */
#ifndef RF_NT_NOTIFY_TREE_H
#define RF_NT_NOTIFY_TREE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A name that was found in a folder when its watch was set.  The event of its
 * making may be in the queue as well.
 */
struct told {
	int wd;
	char *name;
};

struct watched {
	int wd;
	char *path; /* relative to the directory */
};

struct notify_tree {
	int fd; /* inotify's */
	uint32_t mask;
	bool whole;      /* folders below, too */
	bool incomplete; /* a folder could not be watched */
	/* By watch: numbers only grow, and some are not of the tree. */
	struct watched *watched;
	size_t nwatched, max_watched;
	struct told *told;
	size_t ntold, max_told;
};

/* Called for what a new folder is found to hold. */
typedef void notify_found(void *arg, const char *dir, const char *name,
			  bool is_dir);

/*
 * Watches the folder path below dirfd and, if the whole tree is wanted, what
 * is below it.  found, if not NULL, hears of everything in there.  Returns its
 * watch, or -1 if path itself cannot be watched.
 */
int tree_add(struct notify_tree *n, int dirfd, const char *path,
	     notify_found *found, void *arg);
/* Watches for one deletion in the folder around dirfd: a watch, or -1. */
int tree_watch_parent(struct notify_tree *n, int dirfd);
/* The path of a watched folder; NULL: it is none any more. */
const char *tree_path(const struct notify_tree *n, int wd);
/* A folder goes by another name now, and all below it. */
void tree_move(struct notify_tree *n, const char *from, const char *to);
/* It has left the tree. */
void tree_leave(struct notify_tree *n, const char *path);
/* The host watches wd no longer. */
void tree_ignored(struct notify_tree *n, int wd);
/* Has found heard of this name?  True once. */
bool tree_was_told(struct notify_tree *n, int wd, const char *name);
/* The queue is empty: what was found has no event to come. */
void tree_forget_told(struct notify_tree *n);
void tree_free(struct notify_tree *n);

#endif
