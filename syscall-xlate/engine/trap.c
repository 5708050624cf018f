/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trap.c - arms threads by Syscall User Dispatch or by a seccomp filter.
 *
 * Both ask where the instruction lies: the host's code may call Linux, foreign
 * code may not.  Neither is a security boundary; they are for compatibility.
 * An armed thread's own small calls cost 20 % (dispatch) or 35 % (filter) more,
 * which is why nothing is armed before foreign code could need it.
 */
#include "syscall-xlate/engine/trap.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"

/* Linux 5.11; the headers may be older. */
#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif

#define USER_END 0x7ffffffff000ull

static enum trap_mode chosen = TRAP_OFF;
static uint64_t low;
static __thread bool armed;

static int sud_on(void)
{
	/* Without a selector byte: outside the range every call is caught. */
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, low,
		     USER_END - low, NULL);
}

static bool have_sud(void)
{
	/* Refused for its arguments where it exists, else unknown. */
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0,
		     0) == 0;
}

static bool have_seccomp(void)
{
	uint32_t action = SECCOMP_RET_TRAP;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/*
 * The architecture comes first: 32-bit `syscall` leaves an instruction pointer
 * in the vDSO, above every limit.
 */
static int seccomp_on(void)
{
	const uint32_t ip_high =
		offsetof(struct seccomp_data, instruction_pointer) + 4;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip_high),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)(low >> 32), 1,
			 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { COUNT_OF(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_TSYNC, &prog);
}

int trap_init(enum trap_mode mode, uint64_t host_low, struct err *e)
{
	low = host_low;
	chosen = mode;
	if (mode == TRAP_SUD && !have_sud())
		return err_set(e, ENOTSUP,
			       "--trap=sud: this kernel has no Syscall User "
			       "Dispatch (Linux 5.11 and later do)");
	if (mode == TRAP_SECCOMP && !have_seccomp())
		return err_set(e, ENOTSUP,
			       "--trap=seccomp: no seccomp filters here");
	if (mode == TRAP_AUTO)
		chosen = have_sud()	? TRAP_SUD :
			 have_seccomp() ? TRAP_SECCOMP :
					  TRAP_OFF;
	if (mode == TRAP_AUTO && chosen == TRAP_OFF)
		return err_set(e, ENOTSUP,
			       "this kernel has neither Syscall User Dispatch "
			       "nor seccomp filters; --trap=off runs programs "
			       "all the same, unless they make system calls "
			       "of their own");
	return 0;
}

bool trap_is_global(void)
{
	return chosen == TRAP_SECCOMP;
}

void trap_forked(void)
{
	armed = chosen == TRAP_SECCOMP && armed;
}

void trap_arm_thread(void)
{
	static _Atomic bool filtered;

	if (armed)
		return;
	armed = true;
	if (chosen == TRAP_SUD && sud_on())
		log_warn("Syscall User Dispatch: %s", strerror(errno));
	if (chosen == TRAP_SECCOMP && !filtered) {
		filtered = true;
		if (seccomp_on())
			log_warn("seccomp: %s", strerror(errno));
	}
}

bool trap_is_call(unsigned arch)
{
	return arch == AUDIT_ARCH_X86_64;
}
