/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file-policy.c - what a sandbox's policy says of a file that was opened.
 *
 * Asked with the descriptor in hand: what counts is the file that it is, not
 * the name that led there.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/policy.h"
#include "base/utf.h"
#include "syscall-xlate/nt/file-private.h"

static void say(const char *what, const char *host)
{
	size_t n = 0;
	uint16_t *nt = path_to_nt(host, &n);
	char *text = nt ? malloc(3 * n + 1) : NULL;

	/* Without the leading \??\ */
	if (text && n > 4)
		text[utf16_to_utf8(text, 3 * n, nt + 4, n - 4)] = 0;
	log_warn("sandbox: refused: %s %s", what, text && n > 4 ? text : "?");
	free(text);
	free(nt);
}

static bool is_below(const char *host, const char *folder)
{
	size_t n = strlen(folder);

	return !strncmp(host, folder, n) && (!host[n] || host[n] == '/');
}

NTSTATUS file_policy_check(const struct file_open *o)
{
	const struct policy_mount *m;
	char link[32], host[PATH_MAX];
	const char *rest;
	ssize_t n;

	if (!policy || o->p->from_lower)
		return STATUS_SUCCESS;
	snprintf(link, sizeof link, "/proc/self/fd/%d", o->fd);
	n = readlink(link, host, sizeof host - 1);
	/* Terminals, pipes and the like, which it was given. */
	if (n <= 0 || host[0] != '/')
		return STATUS_SUCCESS;
	host[n] = 0;
	m = policy_find(policy, host, &rest);
	if (!m) {
		if (is_below(host, policy->own) || !strcmp(host, "/dev/null"))
			return STATUS_SUCCESS;
		say("a way out at", o->p->host);
		return STATUS_ACCESS_DENIED;
	}
	if (m->mode == MOUNT_RO && o->access & FILE_CHANGE_BITS) {
		say("changing", host);
		return STATUS_ACCESS_DENIED;
	}
	return STATUS_SUCCESS;
}

NTSTATUS file_policy_failed(const struct file_open *o, int err, NTSTATUS status)
{
	if (!policy || (err != EACCES && err != EROFS && err != EPERM))
		return status;
	say(o->access & FILE_CHANGE_BITS || o->disposition != FILE_OPEN
		    ? "making or changing"
		    : "reading",
	    o->p->host);
	return STATUS_ACCESS_DENIED;
}
