/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-policy.c - what a sandbox's policy says of a file that was opened.
 *
 * Asked with the descriptor in hand: what counts is the file that it is, not
 * the name that led there.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/policy.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"

void file_policy_say(const char *what, const char *host)
{
	size_t n = 0;
	uint16_t *nt = path_to_nt(host, &n);
	char *text = nt ? malloc(3 * n + 1) : NULL;

	/* Without the leading \??\ */
	if (text && n > 4)
		text[utf16_to_utf8(text, 3 * n, nt + 4, n - 4)] = 0;
	policy_refused("%s %s", what, text && n > 4 ? text : "?");
	free(text);
	free(nt);
}

/* The name of what fd is; false: it has none, as a pipe or terminal. */
static bool name_of(int fd, char host[PATH_MAX])
{
	char link[32];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, host, PATH_MAX - 1);
	if (n <= 0 || host[0] != '/')
		return false;
	host[n] = 0;
	return true;
}

NTSTATUS file_policy_check(struct file_open *o)
{
	bool change = o->access & FILE_CHANGE_BITS, may_read;
	char host[PATH_MAX];

	if (!policy || o->p->from_lower || !name_of(o->fd, host) ||
	    !strcmp(host, "/dev/null") || policy_allows(policy, host, change))
		return STATUS_SUCCESS;
	may_read = policy_allows(policy, host, false);
	if (may_read && file_open_without(o, FILE_CHANGE_BITS))
		return STATUS_SUCCESS;
	if (may_read)
		file_policy_say("changing", host);
	else
		file_policy_say("a way out at", o->p->host);
	return STATUS_ACCESS_DENIED;
}

NTSTATUS file_policy_target(const struct nt_path *p)
{
	const char *slash = strrchr(p->host, '/');
	char folder[HOST_PATH_MAX];
	bool ok;
	int fd;

	if (!policy)
		return STATUS_SUCCESS;
	snprintf(folder, sizeof folder, "%.*s",
		 slash ? (int)(slash - p->host) : 0, p->host);
	if (!slash)
		strcpy(folder, ".");
	fd = openat(p->dirfd, *folder ? folder : "/",
		    O_PATH | O_DIRECTORY | O_CLOEXEC);
	ok = fd >= 0 && name_of(fd, folder) &&
	     policy_allows(policy, folder, true);
	if (fd >= 0)
		close(fd);
	if (ok)
		return STATUS_SUCCESS;
	file_policy_say("making", p->host);
	return STATUS_ACCESS_DENIED;
}

NTSTATUS file_policy_failed(const struct file_open *o, int err, NTSTATUS status)
{
	if (!policy || (err != EACCES && err != EROFS && err != EPERM))
		return status;
	file_policy_say(o->access & FILE_CHANGE_BITS || o->disposition != FILE_OPEN
		    ? "making or changing"
		    : "reading",
	    o->p->host);
	return STATUS_ACCESS_DENIED;
}
