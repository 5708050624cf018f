/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netbsd.h - inside the NetBSD personality. */
#ifndef RF_NETBSD_H
#define RF_NETBSD_H

#include "syscall-xlate/bsd/bsd.h"

enum {
	NETBSD_VERSION = 1000000000, /* 10.0: sys/param.h */
};

extern const struct xlate_call netbsd_calls[];
extern const size_t netbsd_ncalls;

extern const struct bsd_system netbsd_system;
extern const struct sysv_layout netbsd_sysv; /* of it */

int netbsd_start(const struct launch *l, struct task **t,
		 struct guest_regs *first, struct err *e);
int netbsd_push_frame(struct bsd_thread *th, struct guest_regs *regs,
		      const struct bsd_signal *s, const struct bsd_action *a,
		      const struct bsd_sigset *old_mask);
int netbsd_put_stat(struct task *t, gaddr addr, const struct stat *st);

/*
 * Registers and mask from a ucontext, as far as it has them.  0, -EFAULT or
 * -EINVAL.
 */
int netbsd_get_context(struct task *t, gaddr ucp, struct guest_regs *regs,
		       struct bsd_sigset *mask, bool *has_mask);
/* kinfo.c: kern.proc2, vm.uvmexp2, vm.uvmexp */
struct bsd_sysctl;
int64_t netbsd_kinfo_proc2(const struct bsd_sysctl *n, const int32_t *rest,
			   unsigned nrest, void *buf, size_t room);
int64_t netbsd_uvmexp2(const struct bsd_sysctl *n, const int32_t *rest,
		       unsigned nrest, void *buf, size_t room);
int64_t netbsd_uvmexp(const struct bsd_sysctl *n, const int32_t *rest,
		      unsigned nrest, void *buf, size_t room);
/* One less, or one that can be waited for: who waits looks again. */
void netbsd_lwp_gone(void);
void netbsd_lwp_forked(void);
void netbsd_futex_release(struct task *t, struct bsd_thread *th);
void netbsd_aio_done(gaddr cb, int64_t result); /* of struct bsd_system */

#endif
