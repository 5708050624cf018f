/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - a NetBSD program's first thread.
 * Source: NetBSD's elf(5), sys/exec_elf.h (AuxInfo), sys/exec.h; its crt0 wants
 * struct ps_strings in rbx, and a clean-up function in rdx (of the dynamic
 * linker; 0 from the kernel).
 */
#include <unistd.h>

#include "loader/image/elf.h"
#include "syscall-xlate/bsd/start.h"
#include "syscall-xlate/netbsd/netbsd.h"

enum {
	AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7,
	AT_FLAGS = 8, AT_ENTRY = 9, AT_STACKBASE = 13, AT_EUID = 2000,
	AT_RUID = 2001, AT_EGID = 2002, AT_RGID = 2003,
	AT_SUN_EXECNAME = 2014,
	PHENT = 56,
};

int netbsd_start(const struct launch *l, struct task **t,
		 struct guest_regs *first, struct err *e)
{
	struct bsd_first f;
	struct bsd_vectors v;

	if (bsd_first_load(&f, &netbsd_system, l, e))
		return -1;

	struct bsd_aux aux[] = {
		{ AT_PHDR, f.im.phdr },
		{ AT_PHENT, PHENT },
		{ AT_PHNUM, f.im.phnum },
		{ AT_PAGESZ, PAGE },
		{ AT_BASE, f.im.base },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, f.im.entry },
		{ AT_EUID, geteuid() },
		{ AT_RUID, getuid() },
		{ AT_EGID, getegid() },
		{ AT_RGID, getgid() },
		{ AT_STACKBASE, f.b.top },
		{ AT_SUN_EXECNAME, f.path },
	};
	v = bsd_push_vectors(&f.b, l, aux, COUNT_OF(aux), 0);
	if (bsd_first_thread(&f, &v, t, first, e))
		return -1;
	first->rbx = f.ps_strings;
	return 0;
}
