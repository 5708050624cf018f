/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* launch.c - the file of --exit-status. */
#include "syscall-xlate/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static pid_t whose; /* a fork of ours has no say */

int exit_status_begin(const struct launch *l, struct err *e)
{
	int fd;

	if (!l->exit_status_file)
		return 0;
	fd = open(l->exit_status_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0666);
	if (fd < 0)
		return err_set(e, EINVAL, "--exit-status=%s: %s",
			       l->exit_status_file, strerror(errno));
	close(fd);
	whose = getpid();
	return 0;
}

void exit_status_end(const struct launch *l, uint32_t code)
{
	char text[16];
	int n, fd;

	if (!l->exit_status_file || getpid() != whose)
		return;
	n = snprintf(text, sizeof text, "%u\n", code);
	fd = open(l->exit_status_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0666);
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		log_warn("%s: %s", l->exit_status_file, strerror(errno));
	if (fd >= 0)
		close(fd);
}
