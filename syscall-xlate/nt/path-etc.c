/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-etc.c - C:\\Windows\\System32\\drivers\\etc: the host's /etc, as far as
 * Windows has the same files there.
 *
 * They are shown as they are and cannot be changed.  What somebody puts into
 * the folder itself goes before them, for name lookup (afd-net.c) as well, so
 * that what a program reads there is what is answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/policy-net.h"
#include "base/table.h"
#include "syscall-xlate/nt/path.h"

#define FOLDER "Windows/System32/drivers/etc"

static const struct {
	const char *name, *host;
} files[] = {
	{ "hosts", "/etc/hosts" },
	{ "networks", "/etc/networks" },
	{ "protocol", "/etc/protocols" },
	{ "services", "/etc/services" },
};

/* What was looked up for a sandbox is all the hosts that it knows. */
static char known_hosts[PATH_MAX] SPARSE;

static void set_up(void)
{
	snprintf(known_hosts, sizeof known_hosts, "%s/" POLICY_NET_HOSTS,
		 policy->own);
}

/* The network's files are shown with the network. */
static const char *host_of(size_t i)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (!policy || policy->net == POLICY_NET_ALL)
		return files[i].host;
	if (!(policy->net & POLICY_NET_PEERS) || strcmp(files[i].name, "hosts"))
		return NULL;
	pthread_once(&once, set_up);
	return known_hosts;
}

static bool has_files(const struct virtual_dir *d)
{
	return !strcmp(virtual_path(d), FOLDER);
}

const char *virtual_file_name(const struct virtual_dir *d, unsigned i)
{
	return has_files(d) && i < COUNT_OF(files) ? files[i].name : NULL;
}

const char *virtual_file(const struct virtual_dir *d, const char *name)
{
	if (!has_files(d))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(files); i++)
		if (!strcasecmp(files[i].name, name))
			return host_of(i);
	return NULL;
}

int path_open_etc(const char *name)
{
	char path[HOST_PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/" FOLDER "/%s", path_user_c(), name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	for (size_t i = 0; fd < 0 && i < COUNT_OF(files); i++)
		if (!strcmp(files[i].name, name) && host_of(i))
			fd = open(host_of(i), O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
