/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.c - contexts and signal handlers.
 * Source: NetBSD's sys/arch/amd64: machine/mcontext.h, machine/frame_regs.h;
 * sys/ucontext.h, sys/siginfo.h, sys/signal.h; getcontext(2).
 *
 * A handler returns to the trampoline that sigaction named; it finds the
 * context in r15 and calls setcontext(2).
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "syscall-xlate/bsd/calls.h"
#include "syscall-xlate/netbsd/calls.h"
#include "syscall-xlate/netbsd/netbsd.h"

enum {
	UC_SIGMASK = 1, UC_STACK = 2, UC_CPU = 4, UC_FPU = 8,
	UC_TLSBASE = 0x80000, UC_SETSTACK = 0x10000,
	USER_CS = 0x47, USER_SS = 0x3f, /* NetBSD's selectors */
};

struct nb_gregs {
	uint64_t rdi, rsi, rdx, rcx, r8, r9, r10, r11, r12, r13, r14, r15, rbp,
		rbx, rax, gs, fs, es, ds, trapno, err, rip, cs, rflags, rsp,
		ss;
};
_Static_assert(sizeof(struct nb_gregs) == 26 * 8, "machine/frame_regs.h");

struct nb_ucontext {
	uint32_t flags, pad;
	gaddr link;
	struct bsd_sigset mask;
	struct bsd_stack stack;
	struct nb_gregs g;
	uint64_t tlsbase;
	uint8_t fpregs[512];
};
_Static_assert(sizeof(struct nb_ucontext) == 784, "sys/ucontext.h");

struct nb_siginfo {
	int32_t signo, code, error, pad;
	union {
		struct { int32_t pid; uint32_t uid; uint64_t value; } rt;
		struct { int32_t pid; uint32_t uid; int32_t status; } child;
		struct { gaddr addr; int32_t trap, trap2, trap3; } fault;
		uint8_t size[112];
	} u;
};
_Static_assert(sizeof(struct nb_siginfo) == 128, "sys/siginfo.h");

static void regs_to_uc(struct nb_ucontext *uc, const struct guest_regs *r)
{
	uc->g = (struct nb_gregs){
		.rdi = r->rdi, .rsi = r->rsi, .rdx = r->rdx, .rcx = r->rcx,
		.r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11,
		.r12 = r->r12, .r13 = r->r13, .r14 = r->r14, .r15 = r->r15,
		.rbp = r->rbp, .rbx = r->rbx, .rax = r->rax, .es = USER_SS,
		.ds = USER_SS, .rip = r->rip, .cs = USER_CS,
		.rflags = r->rflags, .rsp = r->rsp, .ss = USER_SS,
	};
	uc->tlsbase = r->fs_base;
	memcpy(uc->fpregs, r->fx, sizeof uc->fpregs);
}

int netbsd_get_context(struct task *t, gaddr ucp, struct guest_regs *r,
		       struct bsd_sigset *mask, bool *has_mask)
{
	struct nb_ucontext uc;

	if (guest_read(t, &uc, ucp, sizeof uc))
		return -EFAULT;
	if (uc.flags & UC_CPU) {
		const struct nb_gregs *g = &uc.g;

		if (g->rip >= guest_mem->high)
			return -EINVAL;
		r->rdi = g->rdi; r->rsi = g->rsi; r->rdx = g->rdx;
		r->rcx = g->rcx; r->r8 = g->r8; r->r9 = g->r9;
		r->r10 = g->r10; r->r11 = g->r11; r->r12 = g->r12;
		r->r13 = g->r13; r->r14 = g->r14; r->r15 = g->r15;
		r->rbp = g->rbp; r->rbx = g->rbx; r->rax = g->rax;
		r->rip = g->rip; r->rflags = g->rflags; r->rsp = g->rsp;
	}
	if (uc.flags & UC_TLSBASE)
		r->fs_base = uc.tlsbase;
	if (uc.flags & UC_FPU) {
		memcpy(r->fx, uc.fpregs, sizeof r->fx);
		r->xstate = 0;
	}
	*has_mask = uc.flags & UC_SIGMASK;
	*mask = uc.mask;
	return 0;
}

/* The host's SI_* to NetBSD's; others are alike. */
static int32_t code_of(const struct bsd_signal *s)
{
	switch (s->fault ? 1 : s->code) {
	case SI_KERNEL:
		return 0;
	case SI_MESGQ:
		return -4;
	case SI_ASYNCIO:
		return -3;
	case SI_TKILL:
		return -5; /* SI_LWP */
	default:
		return s->code;
	}
}

static void put_siginfo(struct nb_siginfo *si, const struct bsd_signal *s)
{
	*si = (struct nb_siginfo){
		.signo = s->sig, .code = code_of(s), .error = s->error,
	};
	if (s->fault) {
		si->u.fault.addr = s->addr;
		si->u.fault.trap = s->trap;
	} else if (s->sig == 20 && s->code > 0) {
		si->u.child.pid = s->pid;
		si->u.child.uid = s->uid;
		si->u.child.status = s->status;
	} else {
		si->u.rt.pid = s->pid;
		si->u.rt.uid = s->uid;
		si->u.rt.value = s->value;
	}
}

/*
 * From rsp up.  The context has room for SSE only: what AVX and AVX-512 add stays
 * where the handler does not look, and comes back with setcontext().
 */
struct nb_frame {
	gaddr tramp; /* the handler's return address */
	struct nb_siginfo si;
	struct nb_ucontext uc;
	uint64_t magic;
	uint64_t xstate[XSTATE_SIZE_MAX / 8];
};
#define XSTATE_MAGIC 0x6d6d795f66725f32ull

int netbsd_push_frame(struct bsd_thread *th, struct guest_regs *regs,
		      const struct bsd_signal *s, const struct bsd_action *a,
		      const struct bsd_sigset *old_mask)
{
	struct nb_frame f = { .tramp = a->tramp };
	uint64_t size = offsetof(struct nb_frame, xstate) + xstate_size();
	/* At a function's entry rsp % 16 is 8. */
	gaddr at = bsd_frame_place(th, regs, a, size + 8, 16) - 8;

	regs_complete(regs);
	f.uc.flags = UC_SIGMASK | UC_CPU | UC_FPU | UC_TLSBASE |
		     (bsd_on_stack(th, regs->rsp) ? UC_SETSTACK : 0);
	f.uc.mask = *old_mask;
	f.uc.stack = th->stack;
	regs_to_uc(&f.uc, regs);
	if (s->fault) {
		f.uc.g.trapno = (uint64_t)s->trap;
		f.uc.g.err = s->trap_err;
	}
	f.magic = XSTATE_MAGIC;
	xstate_put(regs, f.xstate);
	put_siginfo(&f.si, s);
	if (guest_write(&th->task, at, &f, size))
		return -EFAULT;
	regs->rsp = at;
	regs->rip = a->handler;
	regs->rdi = (uint64_t)s->sig;
	regs->rsi = at + offsetof(struct nb_frame, si);
	regs->rdx = at + offsetof(struct nb_frame, uc);
	regs->r15 = regs->rdx;
	regs->rflags &= ~(uint64_t)0x500; /* DF, TF */
	return 0;
}

/* ---- calls ------------------------------------------------------------------- */

int64_t netbsd_setcontext(struct task *t, gaddr ucp)
{
	struct guest_regs regs = *t->regs;
	uint64_t behind[1 + XSTATE_SIZE_MAX / 8]; /* from the magic on */
	struct bsd_sigset mask;
	bool has_mask;
	int ret;

	if (!ucp) {
		/* The end of the last context: the thread's. */
		bsd_thread_leave(t);
	}
	regs_complete(&regs);
	ret = netbsd_get_context(t, ucp, &regs, &mask, &has_mask);
	if (ret)
		return ret;
	if (guest_read(t, behind, ucp + sizeof(struct nb_ucontext),
		       sizeof behind[0] + xstate_size()) == 0 &&
	    behind[0] == XSTATE_MAGIC)
		xstate_take(&regs, behind + 1, xstate_size());
	if (has_mask)
		bsd_set_mask(bsd_thread(t), &mask);
	regs.kind = REGS_FULL;
	task_resume(t, &regs);
}

int64_t netbsd_getcontext(struct task *t, gaddr ucp)
{
	struct bsd_thread *th = bsd_thread(t);
	struct nb_ucontext uc = { 0 };
	struct guest_regs r = *t->regs;

	bsd_complete_regs(&r);
	r.rax = 0;
	r.rflags &= ~1ull;
	uc.flags = UC_SIGMASK | UC_STACK | UC_CPU | UC_FPU | UC_TLSBASE;
	uc.mask = th->mask;
	uc.stack = th->stack;
	regs_to_uc(&uc, &r);
	return guest_write(t, ucp, &uc, sizeof uc);
}

struct nb_sigaction {
	gaddr handler;
	struct bsd_sigset mask;
	int32_t flags, pad;
};
_Static_assert(sizeof(struct nb_sigaction) == 32, "sys/signal.h");

int64_t netbsd_sigaction_sigtramp(struct task *t, int32_t sig, gaddr act,
				  gaddr oact, gaddr tramp, int32_t version)
{
	struct nb_sigaction set, old = { 0 };
	struct bsd_action in, out;
	int ret;

	if (act) {
		if (guest_read(t, &set, act, sizeof set))
			return -EFAULT;
		/* 2: with siginfo and ucontext; 1 was sigcontext, long gone. */
		if (set.handler > BSD_SIG_IGN && version != 2)
			return -EINVAL;
		in = (struct bsd_action){ .handler = set.handler,
					  .flags = (uint32_t)set.flags,
					  .mask = set.mask,
					  .tramp = tramp };
	}
	ret = bsd_action(sig, act ? &in : NULL, &out);
	if (ret || !oact)
		return ret;
	old.handler = out.handler;
	old.mask = out.mask;
	old.flags = (int32_t)out.flags;
	return guest_write(t, oact, &old, sizeof old);
}

int64_t netbsd_sigtimedwait50(struct task *t, gaddr set, gaddr info,
			      gaddr timeout)
{
	struct bsd_signal s;
	struct nb_siginfo si;
	int64_t ret = bsd_sigwait(t, set, timeout, &s);

	if (ret)
		return ret;
	put_siginfo(&si, &s);
	return info ? guest_write(t, info, &si, sizeof si) : 0;
}

int64_t netbsd_sigqueueinfo(struct task *t, int32_t pid, gaddr info)
{
	struct nb_siginfo si;

	if (guest_read(t, &si, info, sizeof si))
		return -EFAULT;
	return bsd_sigqueue(t, pid, si.signo, si.u.rt.value);
}
