/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-name.c - the texts among a process's information: the image's name
 * in both forms, and the command line.
 */
#include "syscall-xlate/nt/process-name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/wow64.h"

/* A UNICODE_STRING and, behind it, its text. */
static NTSTATUS put_text(struct task *t, gaddr info, uint32_t len,
			 gaddr ret_len, const uint16_t *s, size_t n)
{
	struct unicode_string64 u = {
		.length = (uint16_t)(n * 2),
		.maximum = (uint16_t)(n * 2 + 2),
		.buffer = info + sizeof u,
	};
	uint32_t need = (uint32_t)(sizeof u + n * 2 + 2);
	uint16_t nul = 0;

	if (ret_len && guest_put32(t, ret_len, need))
		return STATUS_ACCESS_VIOLATION;
	if (len < need)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (guest_write(t, info, &u, sizeof u) ||
	    guest_write(t, u.buffer, s, n * 2) ||
	    guest_write(t, u.buffer + n * 2, &nul, 2))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* The image as \??\X:\..., malloc'ed. */
static uint16_t *image_path(const struct nt_process *p)
{
	char link[64], host[HOST_PATH_MAX];
	const uint16_t *s = p->image_nt_path;
	ssize_t n = 0;
	uint16_t *copy;

	if (!s) {
		process_learn((struct nt_process *)p);
		s = p->image_nt_path;
	}
	if (!s) {
		snprintf(link, sizeof link, "/proc/%d/exe", p->host_pid);
		n = readlink(link, host, sizeof host - 1);
		if (n <= 0)
			return NULL;
		host[n] = 0;
		return path_to_nt(host, NULL);
	}
	while (s[n])
		n++;
	copy = malloc((size_t)(n + 1) * 2);
	if (copy)
		memcpy(copy, s, (size_t)(n + 1) * 2);
	return copy;
}

/* \??\X:\a as \Device\HarddiskVolumeN\a. */
static size_t device_path(const uint16_t *s, uint16_t *out, size_t max)
{
	char head[40];
	size_t n = 0;

	/* As virtual-query.c names mapped files: the letter's place. */
	snprintf(head, sizeof head, "\\Device\\HarddiskVolume%d",
		 (s[4] | 0x20) - 'a' + 1);
	while (head[n]) {
		out[n] = (uint8_t)head[n];
		n++;
	}
	for (s += 6; *s && n < max; s++)
		out[n++] = *s;
	return n;
}

NTSTATUS process_image_name(struct task *t, struct nt_process *p, gaddr info,
			    uint32_t len, gaddr ret_len, bool win32)
{
	uint16_t *path = image_path(p), *device;
	NTSTATUS status = STATUS_NO_MEMORY;
	size_t n = 0;

	if (!path)
		return p->object.state ? STATUS_PROCESS_IS_TERMINATING
				       : STATUS_UNSUCCESSFUL;
	while (path[n])
		n++;
	if (win32) {
		status = put_text(t, info, len, ret_len, path + 4, n - 4);
	} else {
		device = malloc((n + 40) * 2);
		if (device) {
			n = device_path(path, device, n + 40);
			status = put_text(t, info, len, ret_len, device, n);
		}
		free(device);
	}
	free(path);
	return status;
}

/* The same of another process, out of its memory. */
static NTSTATUS get_others_line(struct task *t, struct nt_process *p,
				gaddr info, uint32_t len, gaddr ret_len)
{
	struct process_parameters64 params;
	NTSTATUS status;
	uint64_t at;
	uint16_t *s;

	process_learn(p);
	if (!p->peb)
		return STATUS_NOT_SUPPORTED;
	status = remote_read(p, &at,
			     process_peb64(p) +
				     offsetof(struct peb64, parameters),
			     sizeof at);
	if (!status)
		status = remote_read(p, &params, at, sizeof params);
	if (status)
		return status;
	s = malloc(params.command_line.length + 2u);
	if (!s)
		return STATUS_NO_MEMORY;
	status = remote_read(p, s, params.command_line.buffer,
			     params.command_line.length);
	if (!status)
		status = put_text(t, info, len, ret_len, s,
				  params.command_line.length / 2u);
	free(s);
	return status;
}

NTSTATUS process_command_line(struct task *t, struct nt_process *p, gaddr info,
			      uint32_t len, gaddr ret_len)
{
	enum { PEB32_PARAMETERS = 0x10, COMMAND_LINE32 = 0x40 };
	struct unicode_string64 u;
	NTSTATUS status;
	uint64_t at = 0;
	uint16_t *s;
	int err;

	if (p != nt_self)
		return get_others_line(t, p, info, len, ret_len);
	if (p->wow64) {
		uint8_t narrow[8];

		err = guest_read(t, &at, p->peb + PEB32_PARAMETERS, 4) ||
		      guest_read(t, narrow, at + COMMAND_LINE32, sizeof narrow);
		if (!err)
			wow64_widen(&wow64_ustr, &u, narrow);
	} else {
		err = guest_get64(t, &at,
				  p->peb +
					  offsetof(struct peb64, parameters)) ||
		      guest_read(t, &u,
				 at + offsetof(struct process_parameters64,
					       command_line),
				 sizeof u);
	}
	if (err)
		return STATUS_ACCESS_VIOLATION;
	s = malloc(u.length + 2u);
	if (!s)
		return STATUS_NO_MEMORY;
	status = guest_read(t, s, u.buffer, u.length)
			 ? STATUS_ACCESS_VIOLATION
			 : put_text(t, info, len, ret_len, s, u.length / 2);
	free(s);
	return status;
}
