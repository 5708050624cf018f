/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* jail.c - see jail.h. */
#include "loader/jail.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/table.h"

/* Root's powers, and those of a user namespace's owner. */
static int drop_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
						 0 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	/* Those that are not in this kernel end the list. */
	for (int cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno == EINVAL)
			break;
	if (syscall(SYS_capset, &head, none) < 0)
		return err_set(e, errno, "capset: %s", strerror(errno));
	return 0;
}

/* Some of the processors that we have, not always the same. */
static void limit_cpus(unsigned n)
{
	cpu_set_t have, some;
	unsigned skip;

	if (!n || sched_getaffinity(0, sizeof have, &have) ||
	    n >= (unsigned)CPU_COUNT(&have))
		return;
	skip = (unsigned)getpid() % (unsigned)CPU_COUNT(&have);
	CPU_ZERO(&some);
	for (int cpu = 0; n; cpu = (cpu + 1) % CPU_SETSIZE) {
		if (!CPU_ISSET(cpu, &have) || CPU_ISSET(cpu, &some))
			continue;
		if (skip) {
			skip--;
			continue;
		}
		CPU_SET(cpu, &some);
		n--;
	}
	sched_setaffinity(0, sizeof some, &some);
}

/* What we ourselves may use; the engine limits our memory (kvm-pool.c). */
static int limit_ourselves(struct err *e)
{
	static const struct {
		int which;
		rlim_t max;
		const char *name;
	} limits[] = {
		{ RLIMIT_CORE, 0, "core" },
		{ RLIMIT_NOFILE, 65536, "nofile" },
	};

	for (unsigned i = 0; i < COUNT_OF(limits); i++) {
		struct rlimit l;

		if (getrlimit(limits[i].which, &l) == 0 &&
		    l.rlim_max <= limits[i].max)
			continue;
		l.rlim_max = limits[i].max;
		l.rlim_cur = MIN(l.rlim_cur, l.rlim_max);
		if (setrlimit(limits[i].which, &l) < 0)
			return err_set(e, errno, "limit %s: %s", limits[i].name,
				       strerror(errno));
	}
	return 0;
}

int jail_enter(const struct policy *p, const struct jail_paths *paths,
	       bool is_vm, bool alone, struct err *e)
{
	limit_cpus(p->cpus);
	if (limit_ourselves(e))
		return -1;
	for (size_t i = 0; !alone && i < p->nmounts; i++)
		if (p->mounts[i].mode == MOUNT_COW)
			return err_set(e, ENOTSUP,
				       "mount %s: :cow needs namespaces, which "
				       "users may not make here",
				       p->mounts[i].host);
	if (!alone && p->net & (POLICY_NET_LOOPBACK | POLICY_NET_PEERS))
		return err_set(e, ENOTSUP,
			       "net: loopback and single hosts need namespaces, "
			       "which users may not make here");
	if (alone && jail_mounts(p, paths, e))
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "no_new_privs: %s", strerror(errno));
	if (jail_files(p, paths, alone, e) || drop_capabilities(e) ||
	    jail_calls(p->net, is_vm, alone, e))
		return -1;
	return 0;
}
