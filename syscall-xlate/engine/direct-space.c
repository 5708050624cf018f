/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-space.c - sees to it that the host's own mappings lie above the
 * guest's part of the address space.
 *
 * A PIE's normal layout puts everything of the host above 0x5500_0000_0000.
 * Two settings turn that upside down and are inherited: a huge soft stack
 * limit (`ulimit -s unlimited`) and ADDR_COMPAT_LAYOUT (`setarch -L`).  Both
 * are undone and the program starts itself anew, once.  Under the sysctl
 * vm.legacy_va_layout=1 that changes nothing, and a lower limit has to do.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "syscall-xlate/engine/direct-fixup.h"
#include "syscall-xlate/engine/direct.h"

enum { NORMAL_STACK = 8 << 20 };

#define HIGH_NORMAL 0x550000000000ull
#define HIGH_LEGACY 0x2a0000000000ull

/* Set in the environment of the second try. */
static const char again[] = "RUN_FOREIGN_LAYOUT";

uint64_t direct_high;

/* The lowest of what the host certainly has: program, libc, a new mapping. */
static uint64_t lowest_of_host(void)
{
	uint64_t low = MIN((uint64_t)&lowest_of_host, (uint64_t)&getenv);
	void *p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p != MAP_FAILED) {
		low = MIN(low, (uint64_t)p);
		munmap(p, PAGE);
	}
	return low;
}

static void start_anew(char *const *argv)
{
	struct rlimit r;
	int p = personality(0xffffffff);

	if (getrlimit(RLIMIT_STACK, &r) == 0 && r.rlim_cur > NORMAL_STACK) {
		/* The hard limit stays, so children can have theirs back. */
		r.rlim_cur = NORMAL_STACK;
		setrlimit(RLIMIT_STACK, &r);
	}
	if (p != -1 && (p & ADDR_COMPAT_LAYOUT))
		personality((unsigned long)(p & ~ADDR_COMPAT_LAYOUT));
	setenv(again, "1", 1);
	execv("/proc/self/exe", argv);
}

int direct_space_init(char *const *argv, struct err *e)
{
	uint64_t low = lowest_of_host();

	if (low < HIGH_NORMAL && !getenv(again))
		start_anew(argv); /* returns only if it could not */
	unsetenv(again);
	direct_high = low >= HIGH_NORMAL ? HIGH_NORMAL : HIGH_LEGACY;
	if (low < direct_high)
		return err_set(e, ENOTSUP,
			       "this kernel puts libraries at %#" PRIx64
			       ", where the guest belongs; try \"setarch "
			       "x86_64\" without options",
			       low);
	log_debug(LOG_ENGINE, "guest memory ends at %#" PRIx64, direct_high);
	direct_mem_table.high = direct_high;
	guest_mem = &direct_mem_table;
	guest_flat = direct_high - sizeof(uint64_t) + 1;
	return 0;
}
