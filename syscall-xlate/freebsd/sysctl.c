/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.c - FreeBSD's tree, as far as programs look at it.
 * Source: FreeBSD's sysctl(3), sys/sysctl.h.  Leaves that the system numbers
 * when it boots have numbers of ours, from OWN on; programs ask by name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/bsd/aio.h"
#include "syscall-xlate/bsd/rtmsg.h"
#include "syscall-xlate/bsd/sysctl.h"
#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

enum {
	CTL_SYSCTL = 0, CTL_KERN = 1, CTL_VM = 2, CTL_NET = 4, CTL_HW = 6, CTL_USER = 8,
	CTL_P1003_1B = 9, OWN = 0x10000, PF_ROUTE_ = 17,
	SYSCTL_NAME = 1, SYSCTL_NEXT = 2, SYSCTL_NAME2OID = 3,
	SYSCTL_OIDFMT = 4,
	MAX_MIB = 24,
};

static int64_t usrstack(const struct bsd_sysctl *n, const int32_t *rest,
			unsigned nrest, void *buf, size_t room)
{
	return sysctl_put_number(n, (int64_t)(guest_mem->high - PAGE), buf);
}

static int64_t ps_strings(const struct bsd_sysctl *n, const int32_t *rest,
			  unsigned nrest, void *buf, size_t room)
{
	return sysctl_put_number(n, (int64_t)freebsd_ps_strings, buf);
}

static int64_t pagesizes(const struct bsd_sysctl *n, const int32_t *rest,
			 unsigned nrest, void *buf, size_t room)
{
	const uint64_t sizes[] = { PAGE, 2 << 20, 1 << 30 };

	memcpy(buf, sizes, sizeof sizes);
	return sizeof sizes;
}

static int64_t nswapdev(const struct bsd_sysctl *n, const int32_t *rest,
			unsigned nrest, void *buf, size_t room)
{
	struct sysctl_memory m;

	sysctl_memory(&m);
	return sysctl_put_number(n, m.swap != 0, buf);
}

/* struct xswdev of the first device, which stands for all; sizes in pages. */
static int64_t swap_info(const struct bsd_sysctl *n, const int32_t *rest,
			 unsigned nrest, void *buf, size_t room)
{
	struct {
		uint32_t version;
		uint64_t dev;
		int32_t flags, nblks, used;
	} x = { .version = 2 };
	struct sysctl_memory m;

	if (nrest != 1)
		return -EINVAL;
	sysctl_memory(&m);
	if (rest[0] || !m.swap)
		return -ENOENT;
	x.nblks = (int32_t)m.swap;
	x.used = (int32_t)(m.swap - m.swap_free);
	memcpy(buf, &x, sizeof x);
	return sizeof x;
}

static const struct bsd_sysctl tree[] = {
	LEAF("kern.ostype", SYSCTL_STRING, sysctl_ostype, 1, 1),
	LEAF("kern.osrelease", SYSCTL_STRING, sysctl_osrelease, 1, 2),
	NUMBER("kern.osrevision", SYSCTL_INT, 199506, 1, 3),
	LEAF("kern.version", SYSCTL_STRING, sysctl_version, 1, 4),
	NUMBER("kern.maxproc", SYSCTL_INT, 32768, 1, 6),
	LEAF("kern.maxfiles", SYSCTL_INT, sysctl_openmax, 1, 7),
	NUMBER("kern.argmax", SYSCTL_INT, 524288, 1, 8),
	NUMBER("kern.securelevel", SYSCTL_INT, -1, 1, 9),
	LEAF("kern.hostname", SYSCTL_STRING, sysctl_hostname, 1, 10),
	NUMBER("kern.hostid", SYSCTL_LONG, 0, 1, 11),
	LEAF("kern.clockrate", SYSCTL_OPAQUE, sysctl_clockrate, 1, 12),
	PREFIX("kern.proc.pid", SYSCTL_OPAQUE, freebsd_kinfo_proc, 1, 14, 1),
	PREFIX("kern.proc.args", SYSCTL_STRING, sysctl_args, 1, 14, 7),
	PREFIX("kern.proc.pathname", SYSCTL_STRING, sysctl_pathname, 1, 14, 12),
	NUMBER("kern.posix1version", SYSCTL_INT, 200112, 1, 17),
	NUMBER("kern.ngroups", SYSCTL_INT, 1023, 1, 18),
	NUMBER("kern.job_control", SYSCTL_INT, 1, 1, 19),
	NUMBER("kern.saved_ids", SYSCTL_INT, 1, 1, 20),
	LEAF("kern.boottime", SYSCTL_OPAQUE, sysctl_boottime, 1, 21),
	LEAF("kern.domainname", SYSCTL_STRING, sysctl_domainname, 1, 22),
	NUMBER("kern.osreldate", SYSCTL_INT, FREEBSD_OSRELDATE, 1, 24),
	TEXT("kern.bootfile", "/boot/kernel/kernel", 1, 26),
	LEAF("kern.maxfilesperproc", SYSCTL_INT, sysctl_openmax, 1, 27),
	NUMBER("kern.maxprocperuid", SYSCTL_INT, 32768, 1, 28),
	LEAF("kern.ps_strings", SYSCTL_LONG, ps_strings, 1, 32),
	LEAF("kern.usrstack", SYSCTL_LONG, usrstack, 1, 33),
	NUMBER("kern.iov_max", SYSCTL_INT, 1024, 1, 35),
	TEXT("kern.hostuuid", "00000000-0000-0000-0000-000000000000", 1, 36),
	SIZED("kern.arandom", SYSCTL_OPAQUE, sysctl_random, 1, 37),
	NUMBER("kern.smp.maxcpus", SYSCTL_INT, 1024, 1, OWN, 1),
	NUMBER("kern.smp.active", SYSCTL_INT, 1, 1, OWN, 2),
	LEAF("kern.smp.cpus", SYSCTL_INT, sysctl_ncpu, 1, OWN, 3),
	NUMBER("kern.ipc.somaxconn", SYSCTL_INT, 128, 1, OWN, 10),
	NUMBER("kern.ipc.soacceptqueue", SYSCTL_INT, 128, 1, OWN, 11),
	LEAF("kern.cp_time", SYSCTL_OPAQUE, sysctl_cp_time, 1, OWN, 40),
	LEAF("kern.cp_times", SYSCTL_OPAQUE, sysctl_cp_times, 1, OWN, 41),
	NUMBER("kern.fscale", SYSCTL_INT, 2048, 1, OWN, 42),
	TEXT("kern.vm_guest", "none", 1, OWN, 43),
	NUMBER("kern.features.aio", SYSCTL_INT, 1, 1, OWN, 44),
	NUMBER("kern.features.sysv_msg", SYSCTL_INT, 1, 1, OWN, 45),
	NUMBER("kern.features.sysv_sem", SYSCTL_INT, 1, 1, OWN, 46),
	NUMBER("kern.features.sysv_shm", SYSCTL_INT, 1, 1, OWN, 47),
	NUMBER("kern.ipc.maxsockbuf", SYSCTL_LONG, 2097152, 1, OWN, 12),
	NUMBER("kern.sched.cpusetsizemin", SYSCTL_INT, 32, 1, OWN, 20),
	NUMBER("kern.features.compat_freebsd_32bit", SYSCTL_INT, 0, 1, OWN, 30),
	NUMBER("kern.trap_enotcap", SYSCTL_INT, 0, 1, OWN, 31),
	NUMBER("kern.elf64.aslr.enable", SYSCTL_INT, 0, 1, OWN, 32),
	LEAF("vm.loadavg", SYSCTL_OPAQUE, sysctl_loadavg, 2, 2),
	NUMBER("vm.overcommit", SYSCTL_INT, 0, 2, OWN, 1),
	NUMBER("vm.stats.vm.v_page_size", SYSCTL_INT, 4096, 2, OWN, 2),
	PAGES("vm.stats.vm.v_page_count", SYSCTL_INT, total, 2, OWN, 3),
	PAGES("vm.stats.vm.v_free_count", SYSCTL_INT, free, 2, OWN, 4),
	PAGES("vm.stats.vm.v_active_count", SYSCTL_INT, active, 2, OWN, 5),
	PAGES("vm.stats.vm.v_inactive_count", SYSCTL_INT, inactive, 2, OWN, 6),
	PAGES("vm.stats.vm.v_wire_count", SYSCTL_INT, wired, 2, OWN, 7),
	NUMBER("vm.stats.vm.v_cache_count", SYSCTL_INT, 0, 2, OWN, 8),
	NUMBER("vm.stats.vm.v_laundry_count", SYSCTL_INT, 0, 2, OWN, 9),
	BYTES("vm.swap_total", swap, 2, OWN, 10),
	BYTES("vm.swap_reserved", committed, 2, OWN, 11),
	LEAF("vm.nswapdev", SYSCTL_INT, nswapdev, 2, OWN, 13),
	PREFIX("vm.swap_info", SYSCTL_OPAQUE, swap_info, 2, OWN, 12),
	NUMBER("vfs.aio.enable_unsafe", SYSCTL_INT, 0, 3, OWN, 1),
	NUMBER("vfs.aio.max_aio_queue_per_proc", SYSCTL_INT, AIO_LISTIO_MAX, 3,
	       OWN, 2),
	NUMBER("vfs.aio.max_aio_per_proc", SYSCTL_INT, AIO_MAX, 3, OWN, 3),
	LEAF("hw.machine", SYSCTL_STRING, sysctl_machine, 6, 1),
	LEAF("hw.model", SYSCTL_STRING, sysctl_model, 6, 2),
	LEAF("hw.ncpu", SYSCTL_INT, sysctl_ncpu, 6, 3),
	NUMBER("hw.byteorder", SYSCTL_INT, 1234, 6, 4),
	LEAF("hw.physmem", SYSCTL_LONG, sysctl_physmem, 6, 5),
	LEAF("hw.usermem", SYSCTL_LONG, sysctl_usermem, 6, 6),
	NUMBER("hw.pagesize", SYSCTL_INT, 4096, 6, 7),
	NUMBER("hw.floatingpoint", SYSCTL_INT, 1, 6, 10),
	LEAF("hw.machine_arch", SYSCTL_STRING, sysctl_machine, 6, 11),
	LEAF("hw.realmem", SYSCTL_LONG, sysctl_physmem, 6, 12),
	LEAF("hw.clockrate", SYSCTL_INT, sysctl_cpu_mhz, 6, OWN, 2),
	PAGES("hw.availpages", SYSCTL_LONG, total, 6, OWN, 3),
	LEAF("hw.pagesizes", SYSCTL_OPAQUE, pagesizes, 6, OWN, 1),
	TEXT("user.cs_path", "/usr/bin:/bin:/usr/sbin:/sbin", 8, 1),
	NUMBER("user.posix2_version", SYSCTL_INT, 199212, 8, 11),
	NUMBER("security.jail.jailed", SYSCTL_INT, 0, OWN, 1, 1),
	NUMBER("p1003_1b.asynchronous_io", SYSCTL_INT, 200112, 9, 1),
	NUMBER("p1003_1b.aio_listio_max", SYSCTL_INT, AIO_LISTIO_MAX, 9, 13),
	NUMBER("p1003_1b.aio_max", SYSCTL_INT, AIO_MAX, 9, 14),
	NUMBER("p1003_1b.pagesize", SYSCTL_INT, 4096, 9, 17),
};

/* What a leaf is called, and how it is read: the answers to questions below 0. */
static int64_t about(struct task *t, const int32_t *mib, unsigned n, gaddr old,
		     gaddr old_len, gaddr new_value, uint64_t new_len)
{
	static const struct {
		uint32_t kind;
		const char *format;
	} types[] = {
		[SYSCTL_INT] = { 2, "I" },
		[SYSCTL_LONG] = { 8, "LU" },
		[SYSCTL_STRING] = { 3, "A" },
		[SYSCTL_OPAQUE] = { 5, "S" },
	};
	const struct bsd_sysctl *leaf;
	char name[256] = "";

	if (mib[1] == SYSCTL_NAME2OID) {
		if (new_len >= sizeof name)
			return -ENAMETOOLONG;
		if (guest_read(t, name, new_value, new_len))
			return -EFAULT;
		leaf = sysctl_by_name(tree, COUNT_OF(tree), name);
		return leaf ? sysctl_reply(t, leaf->mib,
					   leaf->nmib * sizeof *leaf->mib, old,
					   old_len) :
			      -ENOENT;
	}
	leaf = sysctl_by_mib(tree, COUNT_OF(tree), mib + 2, n - 2);
	if (mib[1] == SYSCTL_NEXT) {
		size_t next = leaf ? (size_t)(leaf - tree) + 1 : 0;

		return next == COUNT_OF(tree) ?
			       -ENOENT :
			       sysctl_reply(t, tree[next].mib,
					    tree[next].nmib * sizeof *mib, old,
					    old_len);
	}
	if (!leaf)
		return -ENOENT;
	if (mib[1] == SYSCTL_NAME)
		return sysctl_reply(t, leaf->name, strlen(leaf->name) + 1, old,
				    old_len);
	if (mib[1] == SYSCTL_OIDFMT) {
		struct {
			uint32_t kind;
			char format[8];
		} f = { types[leaf->type].kind | 0x80000000u, "" };

		snprintf(f.format, sizeof f.format, "%s",
			 types[leaf->type].format);
		return sysctl_reply(t, &f, 4 + strlen(f.format) + 1, old,
				    old_len);
	}
	return -ENOENT;
}

/* ---- net.route: { 4, 17, 0, family, what, index } --------------------------------- */

/* struct if_data */
static void put_if_data(uint8_t *data, unsigned type, unsigned addrlen,
			unsigned link, int mtu)
{
	enum { SIZE = 152 };

	data[0] = (uint8_t)type;
	data[2] = (uint8_t)addrlen;
	data[4] = (uint8_t)link;
	memcpy(data + 6, &(uint16_t){ SIZE }, 2);
	memcpy(data + 8, &mtu, 4);
}

static int64_t route(struct task *t, const int32_t *mib, unsigned n, gaddr old,
		     gaddr old_len)
{
	enum { DUMP = 1, FLAGS, IFLIST, IFMALIST, IFLISTL, LLINFO = 0x400 };
	static const struct bsd_iflist classic = {
		.version = 5, .info = 0xe, .addr = 0xc, .group = 0xf,
		.info_size = 168,
		.addr_size = 20, .data = 16, .addr_index = 12, .addr_which = 4,
		.put_data = put_if_data,
	}, extended = {
		.version = 5, .info = 0xe, .addr = 0xc, .extended = true,
		.info_size = 176, .addr_size = 176, .data = 24,
		.addr_index = 12, .addr_which = 4, .put_data = put_if_data,
	};

	/* The seventh is a routing table's number, of which there is one. */
	if (n != 6 && (n != 7 || mib[6] != 0))
		return -EINVAL;
	if (mib[2] != 0)
		return -EINVAL;
	if (mib[4] == DUMP)
		return bsd_route_list(t, mib[3], 0, old, old_len);
	/* Not the addresses of neighbours. */
	if (mib[4] == FLAGS && mib[5] && !(mib[5] & LLINFO))
		return bsd_route_list(t, mib[3], (uint32_t)mib[5], old, old_len);
	if (mib[4] == IFMALIST)
		return bsd_iflist_groups(t, &classic, mib[3], mib[5], old,
					 old_len);
	if (mib[4] != IFLIST && mib[4] != IFLISTL)
		return -EOPNOTSUPP;
	return bsd_iflist(t, mib[4] == IFLISTL ? &extended : &classic, mib[3],
			  mib[5], old, old_len);
}

int64_t freebsd_sysctl(struct task *t, gaddr name, uint32_t n, gaddr old,
		       gaddr old_len, gaddr new_value, uint64_t new_len)
{
	int32_t mib[MAX_MIB];

	if (n < 2 || n > MAX_MIB)
		return -EINVAL;
	if (guest_read(t, mib, name, n * sizeof *mib))
		return -EFAULT;
	if (mib[0] == CTL_SYSCTL)
		return about(t, mib, n, old, old_len, new_value, new_len);
	if (mib[0] == CTL_NET && mib[1] == PF_ROUTE_)
		return new_value ? -EPERM : route(t, mib, n, old, old_len);
	return sysctl_call(t, tree, COUNT_OF(tree), mib, n, old, old_len,
			   new_value);
}

int64_t freebsd_sysctlbyname(struct task *t, gaddr name, uint64_t len,
			     gaddr old, gaddr old_len, gaddr new_value,
			     uint64_t new_len)
{
	const struct bsd_sysctl *leaf;
	char text[256] = "";

	if (len >= sizeof text)
		return -ENAMETOOLONG;
	if (guest_read(t, text, name, len))
		return -EFAULT;
	leaf = sysctl_by_name(tree, COUNT_OF(tree), text);
	if (!leaf)
		return -ENOENT;
	return new_value ? -EPERM :
			   sysctl_read(t, leaf, NULL, 0, old, old_len);
}
