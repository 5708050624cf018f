/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct-signal.c - faults, traps and kicks of the direct engine.
 *
 * A handler decides by the interrupted address whose event it was.  Faults and
 * trapped system calls of the guest are not answered here: the handler puts
 * the guest's registers into a frame on the host stack and lets the thread go
 * on in the gate, so that nothing big ever runs in signal context.
 */
#include <cpuid.h>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/log.h"
#include "base/mapped.h"
#include "base/proc.h"
#include "base/table.h"
#include "syscall-xlate/dispatch.h"
#include "syscall-xlate/engine/direct-fixup.h"
#include "syscall-xlate/engine/direct-lazy.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/trap.h"
#include "syscall-xlate/hostcall.h"
#include "syscall-xlate/xlate.h"

/* The kick: a signal that programs and libraries leave alone. */
static int kick;

/* A knock came before there was a task to hear it. */
static _Atomic bool knocked;

int direct_kick_signal(void)
{
	return kick;
}

bool direct_was_knocked(void)
{
	return atomic_exchange(&knocked, false);
}

void direct_be_deaf(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, kick);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int direct_hear_knocks(bool heard)
{
	const int knock = proc_knock_signal();

	kick = heard ? knock : knock + 1;
	if (!heard)
		signal(knock, SIG_IGN);
	return heard ? knock : 0;
}

/* What direct_faulted() is to report; written by the handler. */
static __thread struct guest_fault last_fault;

static const struct {
	uint8_t vector;
	enum fault_kind kind;
} vectors[] = {
	{ 0, FAULT_DIVIDE },   { 1, FAULT_STEP },     { 3, FAULT_BREAKPOINT },
	{ 4, FAULT_OVERFLOW }, { 5, FAULT_OVERFLOW }, { 6, FAULT_ILLEGAL },
	{ 13, FAULT_GENERAL }, { 12, FAULT_GENERAL }, { 14, FAULT_ACCESS },
	{ 16, FAULT_X87 },     { 17, FAULT_ALIGN },   { 19, FAULT_SIMD },
};

enum { PF_WRITE = 2, PF_FETCH = 16, ACCESS_EXEC = 8 };

static struct guest_fault describe(int sig, const siginfo_t *si,
				   const greg_t *g)
{
	struct guest_fault f = {
		.kind = FAULT_GENERAL,
		.vector = (int)g[REG_TRAPNO],
		.error = (uint32_t)g[REG_ERR],
	};

	for (unsigned i = 0; i < COUNT_OF(vectors); i++)
		if (vectors[i].vector == f.vector)
			f.kind = vectors[i].kind;
	/* Also sent for #SS, a stack pointer that is not canonical. */
	if (sig == SIGBUS && f.vector == 14)
		f.kind = FAULT_INPAGE;
	if (direct_watch_hit(si) >= 0) {
		f.kind = FAULT_STEP;
		f.addr = 1ull << direct_watch_hit(si);
	}
	if (f.kind == FAULT_ACCESS || f.kind == FAULT_INPAGE) {
		f.addr = (gaddr)si->si_addr;
		f.access = f.error & PF_FETCH ? ACCESS_EXEC :
			   f.error & PF_WRITE ? 1 :
						0;
	}
	return f;
}

/* ---- registers ------------------------------------------------------- */

/* In the order of struct guest_regs from rax to rflags. */
static const signed char greg_of[] = {
	REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
	REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
	REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP, REG_EFL,
};

/* Linux's marks in the software-reserved bytes of a frame with XSAVE data. */
enum {
	SW_BYTES = 464,
	SW_SIZE = SW_BYTES + 16, /* of the area, these 512 bytes included */
	SW_MAGIC1 = 0x46505853,
	FX_SIZE = 512,
};

/* The header behind them; NULL and 0: there is none. */
static uint8_t *frame_xstate(const ucontext_t *uc, size_t *size)
{
	uint8_t *fp = (uint8_t *)uc->uc_mcontext.fpregs;
	uint32_t magic, all;

	memcpy(&magic, fp + SW_BYTES, sizeof magic);
	memcpy(&all, fp + SW_SIZE, sizeof all);
	if (magic != SW_MAGIC1 || all < FX_SIZE) {
		*size = 0;
		return NULL;
	}
	*size = all - FX_SIZE;
	return fp + FX_SIZE;
}

static void save_regs(struct guest_regs *r, const ucontext_t *uc,
		      uint64_t fs_base)
{
	const greg_t *g = uc->uc_mcontext.gregs;
	uint64_t *to = &r->rax;
	const uint8_t *x;
	size_t size;

	for (unsigned i = 0; i < COUNT_OF(greg_of); i++)
		to[i] = (uint64_t)g[(int)greg_of[i]];
	r->cs = (uint16_t)g[REG_CSGSFS];
	r->ss = DS32;
	r->fs_base = fs_base;
	r->kind = REGS_FULL;
	memcpy(r->fx, uc->uc_mcontext.fpregs, sizeof r->fx);
	x = frame_xstate(uc, &size);
	xstate_take(r, x, size);
}

static void load_regs(ucontext_t *uc, const struct guest_regs *r,
		      uint64_t *fs_base)
{
	greg_t *g = uc->uc_mcontext.gregs;
	const uint64_t *from = &r->rax;
	uint8_t *x;
	size_t size;

	for (unsigned i = 0; i < COUNT_OF(greg_of); i++)
		g[(int)greg_of[i]] = (greg_t)from[i];
	g[REG_CSGSFS] = (g[REG_CSGSFS] & ~0xffffll) | (greg_t)(uint16_t)r->cs;
	*fs_base = r->fs_base;
	/* The last 48 bytes are the kernel's marks. */
	memcpy(uc->uc_mcontext.fpregs, r->fx, SW_BYTES);
	x = frame_xstate(uc, &size);
	if (size >= xstate_size())
		xstate_put(r, x);
}

static uint64_t host_fs(void)
{
	uint64_t fs;

	asm("rdfsbase %0" : "=r"(fs));
	return fs;
}

/* The thread goes on in host code at fn, with its frame on the host stack. */
static void go_to(ucontext_t *uc, uint64_t *fs_base, const void *fn,
		  uint64_t rsp)
{
	greg_t *g = uc->uc_mcontext.gregs;

	g[REG_RIP] = (greg_t)fn;
	g[REG_RSP] = (greg_t)rsp;
	g[REG_RDI] = (greg_t)rsp;
	g[REG_CSGSFS] = (g[REG_CSGSFS] & ~0xffffll) | CS64;
	g[REG_EFL] &= ~0x40500; /* AC, DF, TF */
	/* Host code must not trip over exceptions that the guest unmasked. */
	uc->uc_mcontext.fpregs->cwd = 0x37f;
	uc->uc_mcontext.fpregs->swd = 0;
	uc->uc_mcontext.fpregs->mxcsr = 0x1f80;
	*fs_base = host_fs();
}

static struct guest_regs *frame(void)
{
	return (struct guest_regs *)(host_sp - R_SIZE);
}

const struct personality *direct_personality;

/* ---- called by the gate ---------------------------------------------- */

static void notice_kick(struct task *t)
{
	atomic_fetch_add(&t->kicks, 1);
	syscall(SYS_futex, &t->kicks, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
}

/* Whatever a frame says.  64-bit code of a 32-bit program included. */
static void keep_fs(const struct task *t, struct guest_regs *r)
{
	if (!t->personality->raw_calls)
		r->fs_base = guest_fs;
}

void direct_pending(struct guest_regs *r)
{
	struct task *t = current_task;

	t->regs = r;
	if (t->pending & TASK_ENGINE)
		direct_trap_thread(t);
	notice_kick(t);
	if (t->pending)
		t->personality->pending(t, r);
	keep_fs(t, r);
}

void direct_trapped(struct guest_regs *r)
{
	dispatch(current_task, r);
	keep_fs(current_task, r);
}

void direct_faulted(struct guest_regs *r)
{
	struct task *t = current_task;
	struct guest_fault f = last_fault;

	t->regs = r;
	t->personality->fault(t, r, &f);
	r->cs = r->cs == CS32 ? CS32 : CS64;
	keep_fs(t, r);
}

/* ---- the handler ------------------------------------------------------ */

static bool in_range(uint64_t ip, const char *from, const char *to)
{
	return ip >= (uint64_t)from && ip < (uint64_t)to;
}

/* 64-bit code of the gate page, on 32-bit code's way to the gate? */
static bool in_page(uint64_t ip)
{
	return ip >= GATE_CODE64 && ip < GATE_NONE64;
}

/*
 * The program single-steps, and the step has led to a gate's first instruction:
 * as if the call had been trapped, so that the flag is in the frame and the next
 * step is the one behind the call.
 */
static bool step_into_gate(ucontext_t *uc, uint64_t *fs_base)
{
	const greg_t *g = uc->uc_mcontext.gregs;
	uint64_t ip = (uint64_t)g[REG_RIP], to = 0;
	const bool narrow = ip == GATE_CODE64;
	const unsigned size = narrow ? 4 : 8;
	struct guest_regs *r;

	if (!current_task || !host_sp || current_task->personality->raw_calls ||
	    (!narrow && ip != (uint64_t)direct_gate64) ||
	    guest_mem->read(&to, (gaddr)g[REG_RSP], size))
		return false;
	r = frame();
	save_regs(r, uc, *fs_base);
	/* What the gate makes of it. */
	r->kind = narrow ? REGS_CALL32 : REGS_CALL;
	r->cs = narrow ? CS32 : CS64;
	r->rip = to;
	r->rsp += size;
	if (!narrow)
		r->rcx = r->r10;
	go_to(uc, fs_base, direct_gate_trap, (uint64_t)r);
	return true;
}

/* The interrupted thread looks at t->pending before it runs guest code. */
static void look(ucontext_t *uc, uint64_t *fs_base)
{
	greg_t *g = uc->uc_mcontext.gregs;
	uint64_t ip = (uint64_t)g[REG_RIP];
	struct task *t = current_task;

	if (!t)
		return;
	if (in_range(ip, host_call_begin, host_call_end)) {
		g[REG_RIP] = (greg_t)host_call_cancel;
		if (t->in_call)
			notice_kick(t);
		return;
	}
	if (in_range(ip, direct_sysv_exit, direct_sysv_exit_end)) {
		go_to(uc, fs_base, direct_sysv_pending, (uint64_t)frame());
		return;
	}
	if (in_range(ip, direct_sysv_begin, direct_sysv_end))
		return;
	if (in_range(ip, direct_exit_begin, direct_exit_last) ||
	    in_range(ip, direct_jump_begin, direct_jump_last)) {
		/* rsp is the frame; what was reloaded is reloaded again. */
		go_to(uc, fs_base, direct_exit_pending, (uint64_t)frame());
		return;
	}
	if (in_range(ip, direct_resume_begin, direct_resume_end)) {
		go_to(uc, fs_base, direct_resume_begin, (uint64_t)frame());
		return;
	}
	if (in_range(ip, direct_exit32_begin, direct_exit32_end)) {
		go_to(uc, fs_base, direct_exit32_pending, (uint64_t)frame());
		return;
	}
	if (in_range(ip, direct_lean_exit, direct_lean_end)) {
		go_to(uc, fs_base, direct_lean_pending, host_sp - L_SIZE);
		return;
	}
	if (in_range(ip, direct_entry_begin, direct_entry_end) ||
	    in_range(ip, direct_lean_begin, direct_lean_last) ||
	    in_range(ip, direct_entry32_begin, direct_exit32_begin) ||
	    (ip >= GATE_CODE32 && ip < GATE_NONE64))
		return; /* dispatch() will see it */
	if (ip == (uint64_t)direct_exit_last) {
		/* "ret" to the guest: as if it had been done. */
		uint64_t to;

		if (guest_mem->read(&to, (gaddr)g[REG_RSP], sizeof to) == 0) {
			g[REG_RIP] = (greg_t)to;
			g[REG_RSP] += 8;
			ip = to;
		}
	}
	if (ip == (uint64_t)direct_jump_last) {
		ip = (uint64_t)g[REG_RCX];
		g[REG_RIP] = (greg_t)ip;
	}
	if (ip == GATE_RET32 && (g[REG_CSGSFS] & 0xffff) == CS32) {
		/* The same on 32-bit code's way back: who looks at the thread
		   now, or makes it go elsewhere, means its caller. */
		uint32_t to;

		if (guest_mem->read(&to, (gaddr)g[REG_RSP], sizeof to) == 0) {
			g[REG_RIP] = to;
			g[REG_RSP] += 4;
			ip = to;
		}
	}
	if (ip < direct_high && t->personality->raw_calls) {
		/* Not here: what pending() does to the signal mask has to
		   outlive this handler. */
		if (!t->pending)
			return;
		save_regs(frame(), uc, *fs_base);
		go_to(uc, fs_base, direct_gate_kick, (uint64_t)frame());
		return;
	}
	if (ip < direct_high) {
		struct guest_regs r;

		if (t->pending & TASK_ENGINE)
			direct_trap_thread(t);
		if (!t->pending) {
			notice_kick(t);
			return;
		}
		save_regs(&r, uc, *fs_base);
		t->regs = &r;
		notice_kick(t);
		t->personality->pending(t, &r);
		load_regs(uc, &r, fs_base);
		return;
	}
	if (t->in_call || t->pending & TASK_ENGINE)
		notice_kick(t);
}

static void on_kick(ucontext_t *uc, uint64_t *fs_base, const siginfo_t *si)
{
	struct task *t = current_task;

	/* Our own kicks are sent to a thread; this came to the process. */
	if (!t && si->si_code != SI_TKILL)
		atomic_store(&knocked, true);
	if (t && si->si_code != SI_TKILL) {
		atomic_fetch_or(&t->pending, TASK_KNOCK);
		task_wake(t);
	}
	look(uc, fs_base);
}

/* As if nobody had a handler; with a core file, if those are wanted. */
static _Noreturn void end_by(int sig)
{
	signal(sig, SIG_DFL);
	raise(sig);
	_exit(128 + sig);
}

static _Noreturn void host_bug(int sig, const siginfo_t *si, uint64_t ip)
{
	extern char __executable_start;

	log_line("run-foreign",
		 "internal error: signal %d at %#llx (program+%#llx), address "
		 "%p",
		 sig, (unsigned long long)ip,
		 (unsigned long long)(ip - (uint64_t)&__executable_start),
		 si->si_addr);
	end_by(sig);
}

/* Signals that a personality asked for; written before sigaction(2). */
static _Atomic bool caught[65];

void direct_unblock_faults(sigset_t *set)
{
	for (int i = 1; i < 32; i++)
		if (signal_is_of_faults(i))
			sigdelset(set, i);
}

/*
 * 32-bit `syscall` or `sysenter`: the kernel has replaced the caller's
 * instruction pointer, so it cannot go on.  (Under Syscall User Dispatch the
 * call may even have been made: the kernel asks with the wrong pointer.)
 */
static _Noreturn void bad_32bit_call(void)
{
	log_warn("a 32-bit system call instruction of the program was stopped");
	_exit(128 + SIGSYS);
}

/*
 * Is there nothing that only rt_sigreturn(2) could restore?  It is a quarter of a
 * trap's price; no signal is blocked here, and the gate loads all registers but
 * some: PKRU, which the kernel has set to its first value for the handler, and the
 * flag of alignment checks, which host code must not have.
 */
static bool leaves_nothing(const ucontext_t *uc)
{
	enum { PKRU = 1 << 9, AC = 0x40000, LEAF_XSAVE = 0xd, NUMBER = 9 };
	static _Atomic uint32_t at; /* PKRU in an area */
	const uint64_t known = XSTATE_LEGACY | XSTATE_AVX | XSTATE_AVX512;
	uint32_t was = 0, now, r[4], a, b, c, d;
	uint64_t bv;
	size_t size;
	const uint8_t *x = frame_xstate(uc, &size);

	if (uc->uc_mcontext.gregs[REG_EFL] & AC || size < XSTATE_HEADER)
		return false;
	memcpy(&bv, x, sizeof bv);
	if (bv & ~(known | PKRU))
		return false;
	cpu_leaf(CPU_LEAF_7, r);
	if (!(r[2] & bit_OSPKE))
		return true;
	if (bv & PKRU) {
		if (!at) {
			__cpuid_count(LEAF_XSAVE, NUMBER, a, b, c, d);
			at = b;
		}
		if (at < FX_SIZE || at - FX_SIZE > size - sizeof was)
			return false;
		memcpy(&was, x + (at - FX_SIZE), sizeof was);
	}
	asm("rdpkru" : "=a"(now), "=d"(d) : "c"(0));
	return was == now;
}

/*
 * What is to be done when the handler is left: NULL: rt_sigreturn(2), with *uc as it
 * is now; a frame: that for direct_gate_trap, at once.
 */
struct guest_regs *direct_on_signal(int sig, siginfo_t *si, ucontext_t *uc,
				    uint64_t *fs_base)
{
	greg_t *g = uc->uc_mcontext.gregs;
	uint64_t ip = (uint64_t)g[REG_RIP], fix;
	struct task *t = current_task;
	int saved_errno = errno;
	bool in_gate, int80 = false;

	if (sig == direct_kick_signal()) {
		on_kick(uc, fs_base, si);
		errno = saved_errno;
		return NULL;
	}
	if (signal_is_of_faults(sig) ? si->si_code <= 0 : caught[sig]) {
		if (direct_personality && !direct_personality->host_signal)
			end_by(sig); /* who sent it wants its end */
		if (!t)
			return NULL; /* a thread of ours, about to block it */
		t->personality->host_signal(t, sig, si);
		look(uc, fs_base);
		errno = saved_errno;
		return NULL;
	}
	if (sig == SIGSYS && !trap_is_call(si->si_arch)) {
		if (!t || ip >= direct_high)
			bad_32bit_call();
		/* int 80h: not an instruction of these systems. */
		g[REG_RIP] = (greg_t)(ip - 2);
		last_fault = (struct guest_fault){ .kind = FAULT_GENERAL,
						   .vector = 13,
						   .error = 0x80 * 8 + 2 };
		int80 = true;
	} else if (sig != SIGSYS) {
		struct guest_fault f = describe(sig, si, g);

		/* Memory that is made when first touched, by whomever. */
		if ((f.kind == FAULT_ACCESS || f.kind == FAULT_INPAGE) &&
		    f.addr < direct_high &&
		    (direct_lazy_fault(f.addr, ip) ||
		     (f.kind == FAULT_INPAGE && direct_commit_fault(f.addr)) ||
		     (f.kind == FAULT_ACCESS && direct_personality &&
		      !direct_only_looks &&
		      direct_personality->populate(t, f.addr, f.access)))) {
			errno = saved_errno;
			return NULL;
		}
		if (f.kind == FAULT_STEP && step_into_gate(uc, fs_base)) {
			errno = saved_errno;
			return NULL;
		}
		/*
		 * Flags that the guest set before it came through the gate:
		 * stepping and alignment checks are not for host code.
		 */
		if ((ip >= direct_high || in_page(ip)) &&
		    (f.kind == FAULT_STEP || f.kind == FAULT_ALIGN)) {
			g[REG_EFL] &= ~(f.kind == FAULT_STEP ? 0x100ll :
							       0x40000ll);
			errno = saved_errno;
			return NULL;
		}
		if (sig == SIGBUS && ip >= direct_high && direct_personality &&
		    direct_personality->restore_shared &&
		    direct_personality->restore_shared(si->si_addr)) {
			errno = saved_errno;
			return NULL;
		}
		if (f.kind == FAULT_INPAGE && ip >= direct_high)
			mapped_leave();
		fix = direct_fixup(ip);
		if (fix) {
			g[REG_RIP] = (greg_t)fix;
			return NULL;
		}
		if (recover && ip >= direct_high) {
			g[REG_RSP] = (greg_t)recover;
			g[REG_RIP] = (greg_t)direct_copy_fault;
			return NULL;
		}
		last_fault = f;
	}
	if (!t || !host_sp)
		host_bug(sig, si, ip);
	if (ip >= direct_high && sig == SIGTRAP) {
		/* The program single-steps; a call is one step too many. */
		g[REG_EFL] &= ~0x100;
		return NULL;
	}
	in_gate = in_range(ip, direct_entry_begin, direct_exit_end) ||
		  in_range(ip, direct_entry32_begin, direct_exit32_end) ||
		  in_range(ip, direct_lean_begin, direct_lean_last) ||
		  in_range(ip, direct_resume_begin, direct_resume_end) ||
		  in_range(ip, direct_sysv_begin, direct_sysv_end) ||
		  in_range(ip, direct_sysv_exit, direct_sysv_exit_end);
	/* The host never runs on the guest's stack: a stray jump got there. */
	if (ip >= direct_high && !in_gate &&
	    (uint64_t)g[REG_RSP] >= direct_high)
		host_bug(sig, si, ip);
	if (in_gate) {
		/* The gate could not use the guest's stack, or iretq its rip */
		log_warn("the program's stack at %p cannot be used",
			 si->si_addr);
		_exit(128 + SIGSEGV);
	}
	save_regs(frame(), uc, *fs_base);
	if (sig == SIGSYS && !int80 && leaves_nothing(uc)) {
		errno = saved_errno;
		return frame();
	}
	go_to(uc, fs_base,
	      sig == SIGSYS && !int80 ? direct_gate_trap : direct_gate_fault,
	      (uint64_t)frame());
	errno = saved_errno;
	return NULL;
}

static const struct sigaction entry = {
	.sa_sigaction = (void (*)(int, siginfo_t *, void *))direct_sig_entry,
	/* NODEFER: the handler itself makes guarded copies. */
	.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
};

int direct_catch_signal(int sig, bool on)
{
	struct sigaction sa = entry;

	caught[sig] = on;
	if (signal_is_of_faults(sig) || sig == direct_kick_signal())
		return 0; /* ours from the start */
	if (!on)
		return 0;
	/* Several may come before the task gets to pending(). */
	sigfillset(&sa.sa_mask);
	direct_unblock_faults(&sa.sa_mask);
	return sigaction(sig, &sa, NULL) ? -errno : 0;
}

int direct_signals_init(struct err *e)
{
	const int list[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE,
			     SIGTRAP, SIGSYS, direct_kick_signal() };
	struct sigaction sa = entry;

	for (unsigned i = 0; i < COUNT_OF(list); i++) {
		/* A task stands still in the kick's handler, and more kicks
		   must not pile up on its stack. */
		if (list[i] == direct_kick_signal())
			sa.sa_flags &= ~SA_NODEFER;
		if (sigaction(list[i], &sa, NULL))
			return err_set(e, errno, "sigaction: %s",
				       strerror(errno));
	}
	return 0;
}

void direct_signals_thread(void *stack)
{
	stack_t ss = { .ss_sp = stack, .ss_size = ALTSTACK };

	*(uint64_t *)stack = host_fs();
	sigaltstack(&ss, NULL);
}
