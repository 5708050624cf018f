/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remove-tree.c - see remove-tree.h. */
#include "loader/remove-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool remove_tree(int folder, const char *name)
{
	int fd, err = 0;
	struct dirent *x;
	DIR *d;

	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR)
		return false;
	fd = openat(folder, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Somebody else may be removing it, too. */
	if (fd < 0)
		return errno == ENOENT;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return false;
	}
	while ((x = readdir(d)))
		if (strcmp(x->d_name, ".") && strcmp(x->d_name, "..") &&
		    !remove_tree(fd, x->d_name))
			err = errno;
	closedir(d);
	errno = err;
	return !err && (unlinkat(folder, name, AT_REMOVEDIR) == 0 ||
			errno == ENOENT);
}
