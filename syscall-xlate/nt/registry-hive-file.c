/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry-hive-file.c - hive files on the disk, which are written as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscall-xlate/nt/registry-hive.h"

NTSTATUS hive_store(int fd, const uint8_t *b, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t put = pwrite(fd, b + at, n - at, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return status_from_errno(put ? errno : ENOSPC);
		at += (size_t)put;
	}
	return ftruncate(fd, (off_t)n) < 0 ? status_from_errno(errno)
					   : STATUS_SUCCESS;
}

/*
 * A file that nobody sees before it is whole: a killed process leaves none.
 * Where the host has no such files (FUSE, some networks') it has its name at once.
 */
static int new_file(const char *hive, const char *new, mode_t mode,
		    bool *has_name)
{
	const char *slash = strrchr(hive, '/');
	char *folder = strndup(hive, slash ? (size_t)(slash - hive) + 1 : 0);
	int fd = folder ? open(*folder ? folder : ".",
			       O_RDWR | O_TMPFILE | O_CLOEXEC, mode)
			: -1;

	free(folder);
	*has_name = fd < 0;
	if (fd < 0)
		fd = open(new,
			  O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			  mode);
	return fd;
}

/* fd's file, which is whole, gets the hive's name; 0 or -1 and errno. */
static int give_name(int fd, const char *new, const char *hive, bool has_name)
{
	char own[64];

	snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
	if (!has_name) {
		unlink(new); /* of one killed between the next two */
		if (linkat(AT_FDCWD, own, AT_FDCWD, new, AT_SYMLINK_FOLLOW) < 0)
			return -1;
	}
	return rename(new, hive);
}

NTSTATUS hive_replace(const char *hive, const uint8_t *b, size_t n, int *made)
{
	NTSTATUS status;
	struct stat own;
	bool has_name;
	char *new;
	int fd;

	if (asprintf(&new, "%s.%u.new", hive, (unsigned)getpid()) < 0)
		return STATUS_NO_MEMORY;
	if (stat(hive, &own) < 0)
		own.st_mode = 0600;
	fd = new_file(hive, new, own.st_mode & 0777, &has_name);
	status = fd < 0 ? status_from_errno(errno) : hive_store(fd, b, n);
	if (!status &&
	    (fsync(fd) < 0 || give_name(fd, new, hive, has_name) < 0))
		status = status_from_errno(errno);
	if (status) {
		unlink(new);
		if (fd >= 0)
			close(fd);
	}
	*made = fd;
	free(new);
	return status;
}
