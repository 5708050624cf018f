/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.c - signal handlers: their frame, and the way back.
 * Source: FreeBSD's sys/amd64: machine/ucontext.h, machine/sigframe.h, and the
 * machine-independent sys/_ucontext.h, sys/signal.h.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "syscall-xlate/freebsd/calls.h"
#include "syscall-xlate/freebsd/freebsd.h"

struct fb_siginfo {
	int32_t signo, error, code, pid;
	uint32_t uid;
	int32_t status;
	gaddr addr;
	uint64_t value;
	union {
		struct { int32_t trapno; } fault;
		struct { int32_t timerid, overrun; } timer;
		uint64_t spare[5];
	} reason;
};
_Static_assert(sizeof(struct fb_siginfo) == 80, "sys/signal.h");

struct fb_mcontext {
	uint64_t onstack;
	uint64_t rdi, rsi, rdx, rcx, r8, r9, rax, rbx, rbp, r10, r11, r12, r13,
		r14, r15;
	uint32_t trapno;
	uint16_t fs, gs;
	gaddr addr;
	uint32_t flags;
	uint16_t es, ds;
	uint64_t err, rip, cs, rflags, rsp, ss;
	uint64_t len, fpformat, ownedfp;
	uint8_t fpstate[512];
	uint64_t fsbase, gsbase;
	gaddr xfpustate;
	uint64_t xfpustate_len;
	uint64_t spare[4];
};
_Static_assert(sizeof(struct fb_mcontext) == 800, "machine/ucontext.h");
_Static_assert(offsetof(struct fb_mcontext, rip) == 160, "machine/ucontext.h");
_Static_assert(offsetof(struct fb_mcontext, fpstate) == 224, "fxsave's place");

struct fb_ucontext {
	struct bsd_sigset mask;
	struct fb_mcontext mc;
	gaddr link;
	struct bsd_stack stack;
	int32_t flags, spare[4];
	int32_t pad[3];
};
_Static_assert(sizeof(struct fb_ucontext) == 880, "sys/_ucontext.h");

/* Of the ucontext in a frame: what sigcode adds to rsp. */
#define FRAME_UC 16

enum {
	MC_HASSEGS = 1, MC_HASBASES = 2, MC_HASFPXSTATE = 4,
	FPOWNED_FPU = 0x20001, FPFMT_XMM = 0x10002,
	USER_CS = 0x43, USER_SS = 0x3b, /* FreeBSD's selectors */
	USER_DS = 0x3b, USER_FS = 0x13, USER_GS = 0x1b,
};

/*
 * The handler is called by this code, which finds its address where rsp points,
 * and afterwards gives the context behind it to sigreturn(2).
 *
 *	call	*(%rsp)
 *	lea	16(%rsp),%rdi
 *	push	$0
 *	mov	$417,%eax		sigreturn
 *	syscall
 *	hlt
 */
const uint8_t freebsd_sigcode_text[] = {
	0xff, 0x14, 0x24, 0x48, 0x8d, 0x7c, 0x24, FRAME_UC, 0x6a, 0x00,
	0xb8, 0xa1, 0x01, 0x00, 0x00, 0x0f, 0x05, 0xf4,
};
const size_t freebsd_sigcode_size = sizeof freebsd_sigcode_text;

/* Everything from rsp on: what sigcode works with. */
struct fb_frame {
	gaddr handler;
	uint64_t pad;
	struct fb_ucontext uc;
	struct fb_siginfo si;
	/* As large as the processor's: of what follows fpstate in XSAVE's area. */
	uint64_t xstate[XSTATE_SIZE_MAX / 8] __attribute__((aligned(64)));
};
_Static_assert(offsetof(struct fb_frame, uc) == FRAME_UC, "sigcode");

static void regs_to_mc(struct fb_mcontext *mc, const struct guest_regs *r)
{
	*mc = (struct fb_mcontext){
		.rdi = r->rdi, .rsi = r->rsi, .rdx = r->rdx, .rcx = r->rcx,
		.r8 = r->r8, .r9 = r->r9, .rax = r->rax, .rbx = r->rbx,
		.rbp = r->rbp, .r10 = r->r10, .r11 = r->r11, .r12 = r->r12,
		.r13 = r->r13, .r14 = r->r14, .r15 = r->r15,
		.fs = USER_FS, .gs = USER_GS, .es = USER_DS, .ds = USER_DS,
		.flags = MC_HASSEGS | MC_HASBASES,
		.rip = r->rip, .cs = USER_CS, .rflags = r->rflags,
		.rsp = r->rsp, .ss = USER_SS,
		.len = sizeof *mc, .fpformat = FPFMT_XMM, .ownedfp = FPOWNED_FPU,
		.fsbase = r->fs_base,
	};
	memcpy(mc->fpstate, r->fx, sizeof mc->fpstate);
}

static void mc_to_regs(struct guest_regs *r, const struct fb_mcontext *mc)
{
	r->rdi = mc->rdi; r->rsi = mc->rsi; r->rdx = mc->rdx; r->rcx = mc->rcx;
	r->r8 = mc->r8; r->r9 = mc->r9; r->rax = mc->rax; r->rbx = mc->rbx;
	r->rbp = mc->rbp; r->r10 = mc->r10; r->r11 = mc->r11; r->r12 = mc->r12;
	r->r13 = mc->r13; r->r14 = mc->r14; r->r15 = mc->r15;
	r->rip = mc->rip; r->rflags = mc->rflags; r->rsp = mc->rsp;
	if (mc->flags & MC_HASBASES)
		r->fs_base = mc->fsbase;
	if (mc->ownedfp == FPOWNED_FPU || mc->ownedfp == 0x20002)
		memcpy(r->fx, mc->fpstate, sizeof r->fx);
}

/* A sender's code: the host's SI_* to FreeBSD's; others are alike. */
static int32_t code_of(const struct bsd_signal *s)
{
	switch (s->fault ? 1 : s->code) {
	case SI_USER:
	case SI_KERNEL:
		return 0x10001;
	case SI_TKILL:
		return 0x10007; /* SI_LWP */
	case SI_QUEUE:
		return 0x10002;
	case SI_TIMER:
		return 0x10003;
	case SI_ASYNCIO:
		return 0x10004;
	case SI_MESGQ:
		return 0x10005;
	default:
		return s->code;
	}
}

static void put_siginfo(struct fb_siginfo *si, const struct bsd_signal *s)
{
	*si = (struct fb_siginfo){
		.signo = s->sig, .error = s->error, .code = code_of(s),
		.pid = s->pid, .uid = s->uid, .status = s->status,
		.addr = s->addr, .value = s->value,
	};
	if (s->fault)
		si->reason.fault.trapno = s->trap;
}

int freebsd_push_frame(struct bsd_thread *th, struct guest_regs *regs,
		       const struct bsd_signal *s, const struct bsd_action *a,
		       const struct bsd_sigset *old_mask)
{
	struct fb_frame f = { .handler = a->handler };
	uint64_t xsize = xstate_features() ? xstate_size() : 0;
	uint64_t size = offsetof(struct fb_frame, xstate) + xsize;
	gaddr at = bsd_frame_place(th, regs, a, size, 64);

	regs_complete(regs);
	f.uc.mask = *old_mask;
	f.uc.stack = th->stack;
	if (bsd_on_stack(th, regs->rsp))
		f.uc.stack.flags |= BSD_SS_ONSTACK;
	regs_to_mc(&f.uc.mc, regs);
	f.uc.mc.onstack = bsd_on_stack(th, regs->rsp);
	if (s->fault) {
		f.uc.mc.trapno = (uint32_t)s->trap;
		f.uc.mc.err = s->trap_err;
		f.uc.mc.addr = s->addr;
	}
	if (xsize) {
		f.uc.mc.flags |= MC_HASFPXSTATE;
		f.uc.mc.xfpustate = at + offsetof(struct fb_frame, xstate);
		f.uc.mc.xfpustate_len = xsize;
		f.xstate[0] = XSTATE_LEGACY; /* XSTATE_BV */
		xstate_put(regs, f.xstate);
	}
	put_siginfo(&f.si, s);
	if (guest_write(&th->task, at, &f, size))
		return -EFAULT;
	regs->rsp = at;
	regs->rip = freebsd_sigcode;
	regs->rdi = (uint64_t)s->sig;
	/* Without SA_SIGINFO the second argument is the code, as it was once. */
	regs->rsi = a->flags & BSD_SA_SIGINFO ?
			    at + offsetof(struct fb_frame, si) :
			    (uint64_t)f.si.code;
	regs->rdx = at + offsetof(struct fb_frame, uc);
	regs->rcx = s->addr;
	regs->rflags &= ~(uint64_t)0x500; /* DF, TF */
	return 0;
}

/* ---- calls ------------------------------------------------------------------- */

/* Everything from the ucontext at uc; does not return if that is readable. */
static int64_t set_context(struct task *t, gaddr addr)
{
	struct guest_regs regs = *t->regs;
	uint64_t xstate[XSTATE_SIZE_MAX / 8];
	struct fb_ucontext uc;

	regs_complete(&regs);
	if (guest_read(t, &uc, addr, sizeof uc))
		return -EFAULT;
	if (uc.mc.len != sizeof uc.mc || uc.mc.cs != USER_CS)
		return -EINVAL;
	mc_to_regs(&regs, &uc.mc);
	regs.kind = REGS_FULL;
	if (uc.mc.flags & MC_HASFPXSTATE) {
		uint64_t size = uc.mc.xfpustate_len;

		if (size < XSTATE_HEADER || size > xstate_size())
			return -EINVAL;
		if (guest_read(t, xstate, uc.mc.xfpustate, size))
			return -EFAULT;
		if (xstate[0] & ~(uint64_t)(XSTATE_LEGACY | xstate_features()))
			return -EINVAL;
		xstate[1] = 0; /* the standard format, whatever it says */
		xstate_take(&regs, xstate, size);
	}
	bsd_set_mask(bsd_thread(t), &uc.mask);
	task_resume(t, &regs);
}

int64_t freebsd_sigreturn(struct task *t, gaddr ucp)
{
	return set_context(t, ucp);
}

int64_t freebsd_setcontext(struct task *t, gaddr ucp)
{
	return ucp ? set_context(t, ucp) : -EINVAL;
}

int64_t freebsd_getcontext(struct task *t, gaddr ucp)
{
	struct fb_ucontext uc = { 0 };
	struct guest_regs r = *t->regs;

	bsd_complete_regs(&r);
	/* When it is resumed, the call returns 0. */
	r.rax = 0;
	r.rdx = 0;
	r.rflags &= ~1ull;
	regs_to_mc(&uc.mc, &r);
	uc.mask = bsd_thread(t)->mask;
	/* uc_link and uc_stack are the caller's. */
	if (guest_write(t, ucp, &uc, offsetof(struct fb_ucontext, link)))
		return -EFAULT;
	return 0;
}

int64_t freebsd_swapcontext(struct task *t, gaddr oucp, gaddr ucp)
{
	int64_t ret = freebsd_getcontext(t, oucp);

	return ret ? ret : freebsd_setcontext(t, ucp);
}

struct fb_sigaction {
	gaddr handler;
	int32_t flags;
	struct bsd_sigset mask;
} __attribute__((packed));
_Static_assert(sizeof(struct fb_sigaction) == 28, "sys/signal.h");

int64_t freebsd_sigaction(struct task *t, int32_t sig, gaddr act, gaddr oact)
{
	struct { struct fb_sigaction a; uint32_t pad; } set, old;
	struct bsd_action in, out;
	int ret;

	if (act && guest_read(t, &set, act, sizeof set))
		return -EFAULT;
	if (act)
		in = (struct bsd_action){ .handler = set.a.handler,
					  .flags = (uint32_t)set.a.flags,
					  .mask = set.a.mask };
	ret = bsd_action(sig, act ? &in : NULL, &out);
	if (ret || !oact)
		return ret;
	old.a = (struct fb_sigaction){ out.handler, (int32_t)out.flags,
				       out.mask };
	old.pad = 0;
	return guest_write(t, oact, &old, sizeof old);
}

static int64_t wait_for(struct task *t, gaddr set, gaddr info, gaddr timeout,
			struct bsd_signal *s)
{
	struct fb_siginfo si;
	int64_t ret = bsd_sigwait(t, set, timeout, s);

	if (ret)
		return ret;
	put_siginfo(&si, s);
	return info ? guest_write(t, info, &si, sizeof si) : 0;
}

int64_t freebsd_sigtimedwait(struct task *t, gaddr set, gaddr info,
			     gaddr timeout)
{
	struct bsd_signal s;
	int64_t ret = wait_for(t, set, info, timeout, &s);

	return ret ? ret : s.sig;
}

int64_t freebsd_sigwaitinfo(struct task *t, gaddr set, gaddr info)
{
	return freebsd_sigtimedwait(t, set, info, 0);
}

/* Its result is the errno itself. */
int64_t freebsd_sigwait(struct task *t, gaddr set, gaddr sig)
{
	struct bsd_signal s;
	int64_t ret = wait_for(t, set, 0, 0, &s);

	if (ret == 0)
		ret = guest_put32(t, sig, (uint32_t)s.sig);
	return ret == -EINTR ? bsd_restart(t, ret) : ret;
}
