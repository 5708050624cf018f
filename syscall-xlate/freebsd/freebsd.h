/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* freebsd.h - inside the FreeBSD personality. */
#ifndef RF_FREEBSD_H
#define RF_FREEBSD_H

#include "syscall-xlate/bsd/bsd.h"

enum {
	FREEBSD_OSRELDATE = 1400097, /* 14.0-RELEASE: param.h */
};

struct fb_sigevent {
	int32_t notify, signo;
	uint64_t value;
	union {
		int32_t tid;
		uint64_t spare[8];
	} u;
};
_Static_assert(sizeof(struct fb_sigevent) == 80, "sys/signal.h");

extern const struct xlate_call freebsd_calls[];
extern const size_t freebsd_ncalls;

extern const struct bsd_system freebsd_system;
extern const struct sysv_layout freebsd_sysv; /* of it */

int freebsd_start(const struct launch *l, struct task **t,
		  struct guest_regs *first, struct err *e);
int freebsd_push_frame(struct bsd_thread *th, struct guest_regs *regs,
		       const struct bsd_signal *s, const struct bsd_action *a,
		       const struct bsd_sigset *old_mask);
int freebsd_put_stat(struct task *t, gaddr addr, const struct stat *st);

/* The page with the code that signal handlers return to. */
extern gaddr freebsd_sigcode;
extern gaddr freebsd_ps_strings;
/* procdesc.c: of struct bsd_system; in a fork's child */
void freebsd_procdesc_closing(int fd);
void freebsd_procdesc_forked(void);

/* umtx.c: after a fork; when a thread ends */
void freebsd_umtx_forked(void);
void freebsd_umtx_release(struct task *t, struct bsd_thread *th);
/* kinfo.c: kern.proc.pid */
struct bsd_sysctl;
int64_t freebsd_kinfo_proc(const struct bsd_sysctl *n, const int32_t *rest,
			   unsigned nrest, void *buf, size_t room);

/* umtx-shm.c: at the process's end; in a fork's child */
void freebsd_umtx_shm_leave(void);
void freebsd_umtx_shm_forked(void);

/* bytes of it, and what they are */
extern const uint8_t freebsd_sigcode_text[];
extern const size_t freebsd_sigcode_size;

#endif
