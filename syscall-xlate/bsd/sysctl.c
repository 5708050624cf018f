/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.c - the tree's leaves, which each system lists with its own numbers.
 */
#include "syscall-xlate/bsd/sysctl.h"
#include "base/clock.h"
#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { ANSWER = 8192 };

/* ---- values -------------------------------------------------------------------- */

int64_t sysctl_put_number(const struct bsd_sysctl *n, int64_t v, void *buf)
{
	int32_t v32 = (int32_t)v;

	if (n->type == SYSCTL_INT) {
		memcpy(buf, &v32, sizeof v32);
		return sizeof v32;
	}
	memcpy(buf, &v, sizeof v);
	return sizeof v;
}

int64_t sysctl_put_text(const char *text, void *buf, size_t room)
{
	snprintf(buf, room, "%s", text);
	return (int64_t)strlen(buf) + 1;
}

#define VALUE(name)                                                           \
	int64_t sysctl_##name(const struct bsd_sysctl *n, const int32_t *rest, \
			      unsigned nrest, void *buf, size_t room)

VALUE(number)
{
	return sysctl_put_number(n, n->number, buf);
}

VALUE(text)
{
	return sysctl_put_text(n->text, buf, room);
}

VALUE(ostype)
{
	return sysctl_put_text(bsd_sys->name, buf, room);
}

VALUE(osrelease)
{
	return sysctl_put_text(bsd_sys->release, buf, room);
}

VALUE(version)
{
	return sysctl_put_text(bsd_sys->version, buf, room);
}

VALUE(machine)
{
	return sysctl_put_text(bsd_sys->machine, buf, room);
}

VALUE(hostname)
{
	struct utsname u;

	uname(&u);
	return sysctl_put_text(u.nodename, buf, room);
}

VALUE(domainname)
{
	struct utsname u;

	uname(&u);
	return sysctl_put_text(strcmp(u.domainname, "(none)") ? u.domainname : "",
			       buf, room);
}

VALUE(model)
{
	char line[256] = "", *text = NULL;
	FILE *f = fopen("/proc/cpuinfo", "re");

	while (f && !text && fgets(line, sizeof line, f))
		if (!strncmp(line, "model name", 10))
			text = strchr(line, ':');
	if (f)
		fclose(f);
	if (text)
		text[strcspn(text, "\n")] = 0;
	return sysctl_put_text(text ? text + 2 : "amd64", buf, room);
}

VALUE(ncpu)
{
	return sysctl_put_number(n, sysconf(_SC_NPROCESSORS_ONLN), buf);
}

VALUE(physmem)
{
	struct sysinfo si;

	sysinfo(&si);
	return sysctl_put_number(n, (int64_t)si.totalram * si.mem_unit, buf);
}

VALUE(usermem)
{
	struct sysinfo si;

	sysinfo(&si);
	return sysctl_put_number(
		n, (int64_t)(si.freeram + si.bufferram) * si.mem_unit, buf);
}

VALUE(boottime)
{
	const int64_t tv[2] = { (clock_peek(CLOCK_REALTIME) -
				 clock_peek(CLOCK_BOOTTIME)) / 1000000000 };

	memcpy(buf, tv, sizeof tv);
	return sizeof tv;
}

/* struct clockinfo: hz, tick (us), spare or tickadj, stathz, profhz */
VALUE(clockrate)
{
	const int32_t info[] = { 100, 10000, 0, 100, 100 };

	memcpy(buf, info, sizeof info);
	return sizeof info;
}

/* struct loadavg: three numbers in units of 1/fscale */
VALUE(loadavg)
{
	struct {
		uint32_t load[3], pad;
		int64_t fscale;
	} l = { .fscale = 2048 };
	double avg[3];

	if (getloadavg(avg, 3) == 3)
		for (int i = 0; i < 3; i++)
			l.load[i] = (uint32_t)(avg[i] * 2048);
	memcpy(buf, &l, sizeof l);
	return sizeof l;
}

VALUE(openmax)
{
	return sysctl_put_number(n, sysconf(_SC_OPEN_MAX), buf);
}

/* As many bytes as are asked for. */
VALUE(random)
{
	size_t want = MIN(room, 256);

	random_fill(buf, want);
	return (int64_t)want;
}

/* rest[0]: a process id; its own is -1 or 0. */
VALUE(pathname)
{
	int32_t pid = nrest ? rest[0] : -1;
	char link[40];
	ssize_t len;

	if (pid <= 0 || pid == getpid())
		return sysctl_put_text(bsd_exe, buf, room);
	snprintf(link, sizeof link, "/proc/%d/exe", pid);
	len = readlink(link, buf, room - 1);
	if (len < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	((char *)buf)[len] = 0;
	return len + 1;
}

/* rest[0]: a process id.  Its arguments, each with its zero. */
VALUE(args)
{
	int32_t pid = nrest ? rest[0] : -1;
	ssize_t len;
	size_t used = 0;

	if (pid <= 0 || pid == getpid()) {
		/* Ours begin with run-foreign's own. */
		for (char *const *a = bsd_launch->argv; *a; a++) {
			const char *s = a == bsd_launch->argv &&
							bsd_launch->argv0 ?
						bsd_launch->argv0 :
						*a;
			size_t k = strlen(s) + 1;

			if (k > room - used)
				break;
			memcpy((char *)buf + used, s, k);
			used += k;
		}
		return (int64_t)used;
	}
	len = proc_read(pid, PROC_CMDLINE, 0, buf, room);
	return len == -ENOENT ? -ESRCH : len;
}

/* ---- finding and answering --------------------------------------------------------- */

const struct bsd_sysctl *sysctl_by_mib(const struct bsd_sysctl *tree, size_t n,
				       const int32_t *mib, unsigned nmib)
{
	for (size_t i = 0; i < n; i++)
		if ((nmib == tree[i].nmib ||
		     (nmib > tree[i].nmib && tree[i].prefix)) &&
		    !memcmp(mib, tree[i].mib, tree[i].nmib * sizeof *mib))
			return &tree[i];
	return NULL;
}

const struct bsd_sysctl *sysctl_by_name(const struct bsd_sysctl *tree, size_t n,
					const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(tree[i].name, name))
			return &tree[i];
	return NULL;
}

int64_t sysctl_reply(struct task *t, const void *value, size_t size, gaddr old,
		     gaddr old_len)
{
	uint64_t room = 0, n = size;

	if (!old_len)
		return 0;
	if (old && guest_get64(t, &room, old_len))
		return -EFAULT;
	if (old) {
		n = MIN(n, room);
		if (guest_write(t, old, value, n))
			return -EFAULT;
	}
	/* What was written, or what there is. */
	if (guest_put64(t, old_len, old ? n : size))
		return -EFAULT;
	return old && n < size ? -ENOMEM : 0;
}

int64_t sysctl_read(struct task *t, const struct bsd_sysctl *leaf,
		    const int32_t *rest, unsigned nrest, gaddr old,
		    gaddr old_len)
{
	uint8_t buf[ANSWER];
	uint64_t room = sizeof buf;
	int64_t n;

	/* Random bytes: exactly as many as there is room for. */
	if (leaf->sized && old && old_len) {
		if (guest_get64(t, &room, old_len))
			return -EFAULT;
		room = MIN(room, sizeof buf);
	}
	n = leaf->get(leaf, rest, nrest, buf, room);
	return n < 0 ? n : sysctl_reply(t, buf, (size_t)n, old, old_len);
}

int64_t sysctl_call(struct task *t, const struct bsd_sysctl *tree, size_t n,
		    const int32_t *mib, unsigned nmib, gaddr old, gaddr old_len,
		    gaddr new_value)
{
	const struct bsd_sysctl *leaf = sysctl_by_mib(tree, n, mib, nmib);

	if (!leaf)
		return -ENOENT;
	if (new_value)
		return -EPERM;
	return sysctl_read(t, leaf, mib + leaf->nmib, nmib - leaf->nmib, old,
			   old_len);
}
