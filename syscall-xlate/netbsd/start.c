/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - a NetBSD program's first thread.
 * Source: NetBSD's elf(5), sys/exec_elf.h (AuxInfo), sys/exec.h; its crt0 wants
 * struct ps_strings in rbx, and a clean-up function in rdx (of the dynamic
 * linker; 0 from the kernel).
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
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
	struct bsd_builder b;
	struct bsd_image im;
	struct bsd_thread *th;
	struct bsd_vectors v;
	struct bsd_ps_strings ps = { 0 };
	gaddr ps_at, exec_at;

	bsd_exe = realpath(l->path, NULL);
	if (!bsd_exe)
		return err_set(e, errno, "%s", strerror(errno));
	bsd_signals_init();
	if (bsd_map_program(l, (uint32_t)netbsd_ncalls, &im, e) ||
	    bsd_stack_new(&b, e))
		return -1;
	bsd_brk_init(im.end);
	ps_at = bsd_push(&b, &ps, sizeof ps, 16);
	exec_at = bsd_push(&b, bsd_exe, strlen(bsd_exe) + 1, 8);

	struct bsd_aux aux[] = {
		{ AT_PHDR, im.phdr },
		{ AT_PHENT, PHENT },
		{ AT_PHNUM, im.phnum },
		{ AT_PAGESZ, PAGE },
		{ AT_BASE, im.base },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, im.entry },
		{ AT_EUID, geteuid() },
		{ AT_RUID, getuid() },
		{ AT_EGID, getegid() },
		{ AT_RGID, getgid() },
		{ AT_STACKBASE, b.top },
		{ AT_SUN_EXECNAME, exec_at },
	};
	v = bsd_push_vectors(&b, l, aux, COUNT_OF(aux), 0);
	ps = (struct bsd_ps_strings){ v.argv, (uint32_t)v.argc, 0, v.envp,
				      (uint32_t)v.envc, 0 };
	if (b.err || guest_mem->write(ps_at, &ps, sizeof ps))
		return err_set(e, b.err ? b.err : EFAULT,
			       "arguments and environment: %s",
			       strerror(b.err ? b.err : EFAULT));
	th = bsd_thread_new(NULL);
	if (!th)
		return err_set(e, ENOMEM, "no memory");
	*first = (struct guest_regs){
		.rip = im.run,
		.rsp = v.sp,
		.rbx = ps_at,
		.rflags = 0x202,
		.cs = 0x33,
		.ss = 0x2b,
		.kind = REGS_FULL,
	};
	memcpy(first->fx, &(uint16_t){ 0x37f }, 2);
	memcpy(first->fx + 24, &(uint32_t){ 0x1f80 }, 4);
	*t = &th->task;
	return 0;
}
