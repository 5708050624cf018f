/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.c - NetBSD's tree, as far as programs look at it.
 * Source: NetBSD's sysctl(7), sysctl(3), sys/sysctl.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/bsd/rtmsg.h"
#include "syscall-xlate/bsd/sysctl.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

/* OWN: numbers that the system gives out when it boots. */
enum { MAX_MIB = 12, PROC_PATHNAME = 5, OWN = 0x10000 };

/* kern.proc_args.PID.WHAT: the path of the program, of those there are. */
static int64_t proc_args(const struct bsd_sysctl *n, const int32_t *rest,
			 unsigned nrest, void *buf, size_t room)
{
	if (nrest != 2 || rest[1] != PROC_PATHNAME)
		return -EOPNOTSUPP;
	return sysctl_pathname(n, rest, 1, buf, room);
}

static const struct bsd_sysctl tree[] = {
	LEAF("kern.ostype", SYSCTL_STRING, sysctl_ostype, 1, 1),
	LEAF("kern.osrelease", SYSCTL_STRING, sysctl_osrelease, 1, 2),
	NUMBER("kern.osrevision", SYSCTL_INT, NETBSD_VERSION, 1, 3),
	LEAF("kern.version", SYSCTL_STRING, sysctl_version, 1, 4),
	NUMBER("kern.maxproc", SYSCTL_INT, 32768, 1, 6),
	LEAF("kern.maxfiles", SYSCTL_INT, sysctl_openmax, 1, 7),
	NUMBER("kern.argmax", SYSCTL_INT, 262144, 1, 8),
	NUMBER("kern.securelevel", SYSCTL_INT, -1, 1, 9),
	LEAF("kern.hostname", SYSCTL_STRING, sysctl_hostname, 1, 10),
	NUMBER("kern.hostid", SYSCTL_INT, 0, 1, 11),
	LEAF("kern.clockrate", SYSCTL_OPAQUE, sysctl_clockrate, 1, 12),
	NUMBER("kern.posix1version", SYSCTL_INT, 200112, 1, 17),
	NUMBER("kern.ngroups", SYSCTL_INT, 16, 1, 18),
	NUMBER("kern.job_control", SYSCTL_INT, 1, 1, 19),
	NUMBER("kern.saved_ids", SYSCTL_INT, 1, 1, 20),
	LEAF("kern.domainname", SYSCTL_STRING, sysctl_domainname, 1, 22),
	NUMBER("kern.maxpartitions", SYSCTL_INT, 16, 1, 23),
	NUMBER("kern.rawpartition", SYSCTL_INT, 3, 1, 24),
	NUMBER("kern.fsync", SYSCTL_INT, 1, 1, 32),
	NUMBER("kern.synchronized_io", SYSCTL_INT, 1, 1, 37),
	NUMBER("kern.iov_max", SYSCTL_INT, 1024, 1, 38),
	NUMBER("kern.mapped_files", SYSCTL_INT, 1, 1, 40),
	NUMBER("kern.memlock", SYSCTL_INT, 1, 1, 41),
	NUMBER("kern.memlock_range", SYSCTL_INT, 1, 1, 42),
	NUMBER("kern.memory_protection", SYSCTL_INT, 1, 1, 43),
	NUMBER("kern.login_name_max", SYSCTL_INT, 17, 1, 44),
	PREFIX("kern.proc2", SYSCTL_OPAQUE, netbsd_kinfo_proc2, 1, 47),
	PREFIX("kern.proc_args", SYSCTL_STRING, proc_args, 1, 48),
	NUMBER("kern.fscale", SYSCTL_INT, 2048, 1, 49),
	SIZED("kern.cp_time", SYSCTL_OPAQUE, sysctl_cp_time, 1, 51),
	NUMBER("kern.monotonic_clock", SYSCTL_INT, 200112, 1, 60),
	NUMBER("kern.posix_threads", SYSCTL_INT, 200112, 1, 66),
	NUMBER("kern.posix_semaphores", SYSCTL_INT, 200112, 1, 67),
	NUMBER("kern.posix_barriers", SYSCTL_INT, 200112, 1, 68),
	NUMBER("kern.posix_timers", SYSCTL_INT, 200112, 1, 69),
	NUMBER("kern.posix_spin_locks", SYSCTL_INT, 200112, 1, 70),
	NUMBER("kern.posix_reader_writer_locks", SYSCTL_INT, 200112, 1, 71),
	SIZED("kern.arandom", SYSCTL_OPAQUE, sysctl_random, 1, 81),
	NUMBER("kern.ipc.sysvmsg", SYSCTL_INT, 1, 1, 82, 2),
	NUMBER("kern.ipc.sysvsem", SYSCTL_INT, 1, 1, 82, 3),
	NUMBER("kern.ipc.sysvshm", SYSCTL_INT, 1, 1, 82, 4),
	LEAF("kern.boottime", SYSCTL_OPAQUE, sysctl_boottime, 1, 83),
	LEAF("vm.loadavg", SYSCTL_OPAQUE, sysctl_loadavg, 2, 2),
	LEAF("vm.uvmexp", SYSCTL_OPAQUE, netbsd_uvmexp, 2, 3),
	LEAF("vm.uvmexp2", SYSCTL_OPAQUE, netbsd_uvmexp2, 2, 5),
	LEAF("hw.machine", SYSCTL_STRING, sysctl_machine, 6, 1),
	LEAF("hw.model", SYSCTL_STRING, sysctl_model, 6, 2),
	LEAF("hw.ncpu", SYSCTL_INT, sysctl_ncpu, 6, 3),
	NUMBER("hw.byteorder", SYSCTL_INT, 1234, 6, 4),
	NUMBER("hw.physmem", SYSCTL_INT, -1, 6, 5), /* does not fit */
	NUMBER("hw.usermem", SYSCTL_INT, -1, 6, 6),
	NUMBER("hw.pagesize", SYSCTL_INT, 4096, 6, 7),
	/* "amd64" is the port; programs are compiled for x86_64. */
	TEXT("hw.machine_arch", "x86_64", 6, 10),
	NUMBER("hw.alignbytes", SYSCTL_INT, 7, 6, 11),
	LEAF("hw.physmem64", SYSCTL_LONG, sysctl_physmem, 6, 13),
	LEAF("hw.usermem64", SYSCTL_LONG, sysctl_usermem, 6, 14),
	LEAF("hw.ncpuonline", SYSCTL_INT, sysctl_ncpu, 6, 16),
	LEAF("machdep.cpu_brand", SYSCTL_STRING, sysctl_model, 7, OWN),
	TEXT("user.cs_path", "/usr/bin:/bin:/usr/sbin:/sbin", 8, 1),
};

/* ---- questions about the tree ----------------------------------------------- */

enum { CTL_NET = 4, PF_ROUTE_ = 34 };
enum { QUERY = -2, VERSION_1 = 0x01000000, NODES = 64,
       TYPE_NODE = 1, TYPE_INT = 2, TYPE_STRING = 3, TYPE_QUAD = 4,
       TYPE_STRUCT = 5 };

struct nb_sysctlnode {
	uint32_t flags;
	int32_t num;
	char name[32];
	uint32_t version, reserved;
	uint64_t un[2], size, func, parent, desc;
};
_Static_assert(sizeof(struct nb_sysctlnode) == 96, "sys/sysctl.h");

static const struct {
	const char *name;
	int32_t num;
} tops[] = {
	{ "kern", 1 }, { "vm", 2 },	 { "hw", 6 }, { "machdep", 7 },
	{ "user", 8 },
};

/* The children of mib, n numbers long (0 or 1). */
static int64_t query(struct task *t, const int32_t *mib, unsigned n, gaddr old,
		     gaddr old_len)
{
	static const uint32_t types[] = {
		[SYSCTL_INT] = TYPE_INT, [SYSCTL_LONG] = TYPE_QUAD,
		[SYSCTL_STRING] = TYPE_STRING, [SYSCTL_OPAQUE] = TYPE_STRUCT,
	};
	struct nb_sysctlnode nodes[NODES] = { 0 };
	unsigned count = 0;

	for (unsigned i = 0; n == 0 && i < COUNT_OF(tops); i++, count++) {
		nodes[count].flags = VERSION_1 | TYPE_NODE;
		nodes[count].num = tops[i].num;
		snprintf(nodes[count].name, sizeof nodes->name, "%s",
			 tops[i].name);
	}
	for (unsigned i = 0; n == 1 && i < COUNT_OF(tree); i++) {
		/* What is deeper is asked for by number. */
		if (tree[i].mib[0] != mib[0] || tree[i].nmib != 2)
			continue;
		nodes[count].flags = VERSION_1 | types[tree[i].type];
		nodes[count].num = tree[i].mib[1];
		snprintf(nodes[count].name, sizeof nodes->name, "%s",
			 strchr(tree[i].name, '.') + 1);
		count++;
	}
	if (!count)
		return -ENOENT;
	return sysctl_reply(t, nodes, count * sizeof *nodes, old, old_len);
}

/* ---- net.route: { 4, 34, 0, family, what, index } --------------------------------- */

/* struct if_data */
static void put_if_data(uint8_t *data, unsigned type, unsigned addrlen,
			unsigned link, int mtu)
{
	const uint64_t mtu64 = (uint64_t)mtu;

	data[0] = (uint8_t)type;
	data[1] = (uint8_t)addrlen;
	memcpy(data + 4, &link, 4);
	memcpy(data + 8, &mtu64, 8);
}

static int64_t route(struct task *t, const int32_t *mib, unsigned n, gaddr old,
		     gaddr old_len)
{
	enum { DUMP = 1, FLAGS, OIFLIST = 5, IFLIST, LLINFO = 0x400 };
	/* As NetBSD 7 had it, which programs of then and Go's ask for. */
	static const struct bsd_iflist older = {
		.version = 4, .info = 0x14, .addr = 0xc, .info_size = 152,
		.addr_size = 24, .data = 16, .addr_index = 16, .addr_which = 4,
		.put_data = put_if_data,
	}, list = {
		.version = 4, .info = 0x14, .addr = 0x16, .info_size = 152,
		.addr_size = 32, .data = 16, .addr_index = 4, .addr_which = 12,
		.put_data = put_if_data,
	};

	if (n != 6 || mib[2] != 0)
		return -EINVAL;
	if (mib[4] == DUMP)
		return bsd_route_list(t, mib[3], 0, old, old_len);
	/* Not the addresses of neighbours. */
	if (mib[4] == FLAGS && mib[5] && !(mib[5] & LLINFO))
		return bsd_route_list(t, mib[3], (uint32_t)mib[5], old, old_len);
	if (mib[4] != OIFLIST && mib[4] != IFLIST)
		return -EOPNOTSUPP;
	return bsd_iflist(t, mib[4] == IFLIST ? &list : &older, mib[3], mib[5],
			  old, old_len);
}

int64_t netbsd_sysctl(struct task *t, gaddr name, uint32_t n, gaddr old,
		      gaddr old_len, gaddr new_value, uint64_t new_len)
{
	int32_t mib[MAX_MIB];

	if (n < 1 || n > MAX_MIB)
		return -EINVAL;
	if (guest_read(t, mib, name, n * sizeof *mib))
		return -EFAULT;
	if (mib[n - 1] == QUERY && n <= 2)
		return query(t, mib, n - 1, old, old_len);
	/* Other negative numbers change the tree. */
	if (mib[n - 1] < 0 && n <= 2)
		return -EPERM;
	if (n > 1 && mib[0] == CTL_NET && mib[1] == PF_ROUTE_)
		return new_value ? -EPERM : route(t, mib, n, old, old_len);
	return sysctl_call(t, tree, COUNT_OF(tree), mib, n, old, old_len,
			   new_value);
}
