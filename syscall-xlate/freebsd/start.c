/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - a FreeBSD program's first thread.
 * Source: FreeBSD's elf(3) aux vector (sys/elf_common.h), sys/exec.h; its crt1
 * wants the vectors' address in rdi.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "loader/image/elf.h"
#include "syscall-xlate/bsd/start.h"
#include "syscall-xlate/freebsd/freebsd.h"

enum {
	AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7,
	AT_FLAGS = 8, AT_ENTRY = 9, AT_EXECPATH = 15, AT_CANARY = 16,
	AT_CANARYLEN = 17, AT_OSRELDATE = 18, AT_NCPUS = 19,
	AT_PAGESIZES = 20, AT_PAGESIZESLEN = 21, AT_STACKPROT = 23,
	AT_HWCAP = 25, AT_HWCAP2 = 26, AT_PS_STRINGS = 32,
	PHENT = 56,
};

gaddr freebsd_sigcode, freebsd_ps_strings;

static int map_sigcode(struct err *e)
{
	/* FreeBSD's shared page also lies at the top of the address space. */
	gaddr at = guest_mem->high - PAGE;
	int ret = guest_mem->map(at, PAGE, GUEST_READ | GUEST_WRITE, -1, 0, 0);

	if (ret == 0)
		ret = guest_mem->write(at, freebsd_sigcode_text,
				       freebsd_sigcode_size);
	if (ret == 0)
		ret = guest_mem->protect(at, PAGE, GUEST_READ | GUEST_EXEC);
	freebsd_sigcode = at;
	return ret ? err_set(e, -ret, "the signal page: %s", strerror(-ret)) : 0;
}

int freebsd_start(const struct launch *l, struct task **t,
		  struct guest_regs *first, struct err *e)
{
	struct bsd_first f;
	struct bsd_vectors v;
	uint64_t page_sizes[] = { PAGE, 2 << 20, 1 << 30 };
	uint8_t canary[64];
	gaddr canary_at, sizes_at;

	if (bsd_first_load(&f, &freebsd_system, l, e) || map_sigcode(e))
		return -1;
	freebsd_ps_strings = f.ps_strings;
	random_fill(canary, sizeof canary);
	canary_at = bsd_push(&f.b, canary, sizeof canary, 8);
	sizes_at = bsd_push(&f.b, page_sizes, sizeof page_sizes, 8);

	struct bsd_aux aux[] = {
		{ AT_PHDR, f.im.phdr },
		{ AT_PHENT, PHENT },
		{ AT_PHNUM, f.im.phnum },
		{ AT_PAGESZ, PAGE },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, f.im.entry },
		{ AT_BASE, f.im.base },
		{ AT_EXECPATH, f.path },
		{ AT_CANARY, canary_at },
		{ AT_CANARYLEN, sizeof canary },
		{ AT_OSRELDATE, FREEBSD_OSRELDATE },
		{ AT_NCPUS, (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) },
		{ AT_PAGESIZES, sizes_at },
		{ AT_PAGESIZESLEN, sizeof page_sizes },
		{ AT_STACKPROT, GUEST_READ | GUEST_WRITE },
		{ AT_PS_STRINGS, f.ps_strings },
	};
	v = bsd_push_vectors(&f.b, l, aux, COUNT_OF(aux), 8);
	if (bsd_first_thread(&f, &v, t, first, e))
		return -1;
	first->rdi = v.sp;
	return 0;
}
