/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm-run.c - the loop of a guest thread: enter the guest, see what it did,
 * answer, enter again.
 *
 * Between two entries v->regs are the guest's registers, and everything that
 * wants to change them does it there.  The way back into the guest is mostly to
 * set them all; only a call on machines whose `syscall' works as documented
 * returns by the shim's sysretq.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mapped.h"
#include "base/table.h"
#include "syscall-xlate/dispatch.h"
#include "syscall-xlate/engine/direct-fixup.h"
#include "syscall-xlate/engine/direct.h"
#include "syscall-xlate/engine/kvm.h"
#include "syscall-xlate/xlate.h"

enum {
	VECTOR_BP = 3, VECTOR_UD = 6, VECTOR_GP = 13, VECTOR_PF = 14,
	FIRST_INT = 32, /* vectors from here on are "int n" of the program */
	INT_CALL = 0x2e, /* the gate of 32-bit code; also the NT of old */
	RFLAGS_USER = 0x240dd5, RFLAGS_FIXED = 0x202,
	PF_WRITE = 2, PF_FETCH = 16,
	ACCESS_WRITE = 1, ACCESS_EXEC = 8,
	MAX_REPEATS = 1000, /* of a fault at an address that is all right */
	MAX_EFAULTS = 50,   /* of one that the host has at an unknown address */
	VECTOR_FILE = 256,  /* the host cannot read the file behind a page */
};

static __thread struct vcpu *current_vcpu;
/* A knock came to a thread that runs no task, not yet or not any more. */
static _Atomic bool knocked;
static const struct personality *personality; /* of all tasks */

static const struct {
	uint8_t vector;
	enum fault_kind kind;
} vectors[] = {
	{ 0, FAULT_DIVIDE },   { 1, FAULT_STEP },     { 3, FAULT_BREAKPOINT },
	{ 4, FAULT_OVERFLOW }, { 5, FAULT_OVERFLOW }, { 6, FAULT_ILLEGAL },
	{ 16, FAULT_X87 },     { 17, FAULT_ALIGN },   { 19, FAULT_SIMD },
	{ 14, FAULT_ACCESS },
};

/* Of the processor's exceptions. */
static bool has_error_code(int vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 ||
	       vector == 21 || vector == 29 || vector == 30;
}

static uint64_t shim_call(void)
{
	return SHIM_VA + SHIM_CODE + (uint64_t)(kvm_shim_call - kvm_shim);
}

/* ---- registers --------------------------------------------------------------- */

/* Rbp and rsp change places; the rest is in the same order in both. */
static void regs_from_kvm(struct vcpu *v)
{
	const struct kvm_regs *k = &v->run->s.regs.regs;
	struct guest_regs *r = &v->regs;

	memcpy(&r->rax, &k->rax, 6 * sizeof k->rax);
	r->rbp = k->rbp;
	r->rsp = k->rsp;
	memcpy(&r->r8, &k->r8, 10 * sizeof k->r8); /* to rflags */
	r->cs = CS64;
	r->ss = DS32;
	r->fs_base = v->run->s.regs.sregs.fs.base;
	r->kind = REGS_NO_FPU;
}

static void set_cs(struct guest_regs *r, uint64_t selector)
{
	r->cs = (selector & 0xffff) == CS32 ? CS32 : CS64;
}

static void regs_to_kvm(struct kvm_regs *k, const struct guest_regs *r)
{
	memcpy(&k->rax, &r->rax, 6 * sizeof k->rax);
	k->rbp = r->rbp;
	k->rsp = r->rsp;
	memcpy(&k->r8, &r->r8, 8 * sizeof k->r8);
}

/* What the guest may not choose becomes what it must be. */
static void sanitize(struct guest_regs *r)
{
	set_cs(r, r->cs);
	r->ss = DS32;
	r->rflags = (r->rflags & RFLAGS_USER) | RFLAGS_FIXED;
	if (r->rip >= kvm_mem_table.high)
		r->rip = 0; /* faults in the guest, not at the entry */
}

static void load(struct vcpu *v)
{
	struct kvm_run *run = v->run;
	struct kvm_regs *k = &run->s.regs.regs;
	struct kvm_sregs *s = &run->s.regs.sregs;
	struct guest_regs *r = &v->regs;

	sanitize(r);
	if (r->kind != REGS_NO_FPU) {
		vcpu_load_fpu(v);
		r->kind = REGS_NO_FPU;
	}
	regs_to_kvm(k, r);
	run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
	if (r->fs_base != s->fs.base)
		v->full = true;
	if (!v->full) {
		/* rip stays at the shim, which returns by sysretq. */
		k->rcx = r->rip;
		k->r11 = r->rflags;
		return;
	}
	k->rip = r->rip;
	k->rflags = r->rflags;
	if (v->fresh) {
		if (r->cs == CS32)
			vcpu_set_fs32(v, (uint32_t)r->fs_base);
		else
			v->sregs.fs = v->sregs.gs;
		*s = v->sregs;
		s->gs.base = r->gs_base;
		v->fresh = false;
	}
	/* 32-bit code's goes with the selector. */
	if (r->cs != CS32)
		s->fs.base = r->fs_base;
	s->cs = r->cs == CS32 ? v->code32 : v->sregs.cs;
	s->ss = v->sregs.ss;
	run->kvm_dirty_regs |= KVM_SYNC_X86_SREGS;
}

/* ---- one entry ---------------------------------------------------------------- */

/* Is an exception on its way that new registers would drop or misplace? */
static bool event_on_its_way(struct vcpu *v)
{
	struct kvm_vcpu_events e;

	return ioctl(v->fd, KVM_GET_VCPU_EVENTS, &e) == 0 &&
	       (e.exception.injected || e.exception.pending || e.nmi.injected ||
		e.interrupt.injected);
}

/*
 * A signal came.  True: what the processor holds are registers of the guest.
 * Else it is in the shim or about to get there: one more entry brings the
 * event's own exit.
 */
static bool stopped_in_guest(struct vcpu *v)
{
	const struct kvm_regs *k = &v->run->s.regs.regs;

	if ((v->run->s.regs.sregs.cs.selector & 3) == 3)
		return !event_on_its_way(v);
	/* Behind `out', before sysretq: the call has been answered. */
	return k->rip > shim_call() && k->rip < shim_call() + SHIM_SLOT;
}

/*
 * With --deterministic the program may not read the time stamp counter.  CR4.TSD
 * says so to a processor; kvm_pvm runs the program with the host's CR4.
 */
static void trap_counter(bool on)
{
	if (__builtin_expect(clock_is_fixed(), 0))
		prctl(PR_SET_TSC, on ? PR_TSC_SIGSEGV : PR_TSC_ENABLE, 0, 0, 0);
}

int vcpu_enter(struct vcpu *v)
{
	int ret;

	load(v);
	for (;;) {
		trap_counter(true);
		ret = ioctl(v->fd, KVM_RUN, 0);
		trap_counter(false);
		v->run->kvm_dirty_regs = 0;
		if (ret == 0 || (errno != EINTR && errno != EAGAIN))
			return ret;
		if (stopped_in_guest(v))
			return ret;
		/* A kick sets it again; it is looked at after this event. */
		v->run->immediate_exit = 0;
	}
}

/* ---- what happened --------------------------------------------------------------- */

struct event vcpu_interrupted(struct vcpu *v)
{
	struct guest_regs *r = &v->regs;
	bool in_shim = (v->run->s.regs.sregs.cs.selector & 3) != 3;

	regs_from_kvm(v);
	if (in_shim) {
		r->rip = r->rcx;
		r->rflags = r->r11;
	} else if (r->rip == shim_call()) {
		/* kvm_pvm: a call, which was just about to fault there. */
		r->rip = r->rcx;
		r->rflags = r->r11;
		v->full = true;
		return (struct event){ .kind = EVENT_CALL };
	} else {
		set_cs(r, v->run->s.regs.sregs.cs.selector);
	}
	v->full = true;
	return (struct event){ .kind = EVENT_NONE };
}

static struct event event_of_call(struct vcpu *v)
{
	struct guest_regs *r = &v->regs;

	regs_from_kvm(v);
	r->rip = r->rcx;
	r->rflags = r->r11;
	return (struct event){ .kind = EVENT_CALL };
}

/*
 * `syscall' of 32-bit code, which Windows' is not for: as on processors that
 * do not know it.
 */
static struct event event_of_call32(struct vcpu *v)
{
	struct guest_regs *r = &v->regs;

	regs_from_kvm(v);
	r->rip = (uint32_t)(r->rcx - 2);
	r->rflags = r->r11;
	r->cs = CS32;
	v->full = true;
	return (struct event){ .kind = EVENT_FAULT, .vector = VECTOR_UD };
}

/* The bytes at rip; false if they cannot be read. */
static bool code_at(gaddr rip, uint8_t code[2])
{
	return guest_mem->read(code, rip, 2) == 0;
}

/*
 * kvm_pvm reports an "int n" that it does not pass on as an undefined
 * instruction: all of 32-bit code, and those whose gate is closed.
 */
static void undo_undefined(struct guest_regs *r, struct event *e)
{
	uint8_t code[2];

	if (!code_at(r->rip, code))
		return;
	if (code[0] == 0xcc) {
		e->vector = VECTOR_BP;
		r->rip += 1;
	} else if (code[0] == 0xcd) {
		e->vector = code[1];
		r->rip += 2;
		if (e->vector < FIRST_INT && e->vector != VECTOR_BP) {
			e->error = (uint32_t)e->vector * 8 + 2;
			e->vector = VECTOR_GP;
			r->rip -= 2;
		}
	}
}

/* An IDT slot: the frame is on the vCPU's page. */
static struct event event_of_slot(struct vcpu *v)
{
	const struct kvm_regs *k = &v->run->s.regs.regs;
	uint64_t page = SHIM_VA + SHIM_VCPUS + v->index * PAGE;
	uint64_t off = k->rsp - page, frame[6];
	struct guest_regs *r = &v->regs;
	struct event e = { .kind = EVENT_FAULT };
	uint64_t *f = frame;

	/* rip is at the `out', or behind it where that was interpreted. */
	e.vector = (int)((k->rip - (SHIM_VA + SHIM_CODE)) / SHIM_SLOT);
	if (e.vector > 255 || off > PAGE - sizeof frame + sizeof *f)
		return (struct event){ .kind = EVENT_ODD };
	memcpy(frame, v->page + off, MIN(sizeof frame, PAGE - off));
	if (has_error_code(e.vector))
		e.error = (uint32_t)*f++;
	e.cr2 = v->run->s.regs.sregs.cr2;
	if ((f[1] & 3) != 3)
		return (struct event){ .kind = EVENT_ODD, .vector = e.vector };
	regs_from_kvm(v);
	v->full = true;
	/*
	 * kvm_pvm's `syscall' loads rcx, r11 and rip, and stays at CPL3: it
	 * faults at the shim's entry.  (Who jumps there just makes a call.)
	 */
	if (e.vector == VECTOR_PF && f[0] == shim_call()) {
		r->rip = r->rcx;
		r->rflags = r->r11;
		r->rsp = f[3];
		e.kind = EVENT_CALL;
		return e;
	}
	r->rip = f[0];
	set_cs(r, f[1]);
	r->rflags = f[2];
	r->rsp = f[3];
	if (e.vector == VECTOR_UD)
		undo_undefined(r, &e);
	if (e.vector == INT_CALL) {
		e.kind = EVENT_CALL;
	} else if (e.vector >= FIRST_INT) {
		/* As without a gate, which is what Windows has for most. */
		r->rip -= 2;
		e.error = (uint32_t)e.vector * 8 + 2;
		e.vector = VECTOR_GP;
	}
	return e;
}

struct event vcpu_event(struct vcpu *v)
{
	const struct kvm_run *run = v->run;

	v->has_xsave = false;
	v->full = false;
	if (run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_CALL)
		return event_of_call(v);
	if (run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_EVENT)
		return event_of_slot(v);
	if (run->exit_reason == KVM_EXIT_IO && run->io.port == PORT_CALL32)
		return event_of_call32(v);
	return (struct event){ .kind = EVENT_ODD };
}

/*
 * The machine stopped in a way that nothing a program does should bring about.
 * An instruction of the guest that KVM had to interpret, and could not, is the
 * exception.
 */
static struct event event_of_odd(struct vcpu *v, int err)
{
	const struct kvm_run *run = v->run;
	bool in_guest = (run->s.regs.sregs.cs.selector & 3) == 3;
	struct event e = { .kind = EVENT_FAULT };

	if (in_guest && (err == EFAULT ||
			 run->exit_reason == KVM_EXIT_INTERNAL_ERROR)) {
		regs_from_kvm(v);
		set_cs(&v->regs, run->s.regs.sregs.cs.selector);
		v->full = true;
		e.vector = err == EFAULT ? VECTOR_FILE : VECTOR_UD;
		return e;
	}
	log_line("run-foreign",
		 "internal error: the virtual machine stopped (reason %u, %s, "
		 "cs %#x, rip %#llx, rsp %#llx, cr2 %#llx)",
		 run->exit_reason, err ? strerror(err) : "no error",
		 run->s.regs.sregs.cs.selector,
		 (unsigned long long)run->s.regs.regs.rip,
		 (unsigned long long)run->s.regs.regs.rsp,
		 (unsigned long long)run->s.regs.sregs.cr2);
	_exit(125);
}

/* ---- answers ------------------------------------------------------------------------ */

static bool allows(gaddr at, int access)
{
	_Atomic uint64_t *e = kvm_pte(at);
	uint64_t pte = e ? atomic_load(e) : 0;

	return (pte & (PTE_P | PTE_U)) == (PTE_P | PTE_U) &&
	       (access != ACCESS_WRITE || pte & PTE_W) &&
	       (access != ACCESS_EXEC || !(pte & PTE_NX));
}

/* The same fault again, too often to go on like that? */
static bool is_stuck(struct vcpu *v, gaddr at, unsigned max)
{
	if (v->fault_at != at || v->fault_rip != v->regs.rip) {
		v->fault_at = at;
		v->fault_rip = v->regs.rip;
		v->fault_repeats = 0;
	}
	return v->fault_repeats++ >= max;
}

/*
 * The host could not provide a page: for a moment, while another thread changes
 * what is mapped there, or for good, as the file has become shorter.
 */
static bool page_is_gone(struct vcpu *v, gaddr at)
{
	if (kvm_page_gone(at))
		return true;
	sched_yield();
	return is_stuck(v, at, MAX_EFAULTS);
}

/* A page fault that only wants to be tried again? */
static bool page_fault_done(struct vcpu *v, gaddr at, int access)
{
	struct task *t = v->task;

	if (at >= kvm_mem_table.high)
		return false;
	/* Changed meanwhile, or an old translation. */
	if (allows(at, access))
		return !is_stuck(v, at, MAX_REPEATS);
	return t->personality->populate(t, at, access);
}

/* rdtsc, rdtscp: the clock that moves when it is read, at 1 GHz. */
static bool read_counter(struct guest_regs *r)
{
	static const uint8_t rdtsc[] = { 0x0f, 0x31 },
			     rdtscp[] = { 0x0f, 0x01, 0xf9 };
	uint8_t code[3];
	uint64_t now;
	bool is_p;

	if (!clock_is_fixed() || guest_mem->read(code, r->rip, sizeof rdtsc))
		return false;
	is_p = code[1] == rdtscp[1] &&
	       !guest_mem->read(code, r->rip, sizeof rdtscp) &&
	       !memcmp(code, rdtscp, sizeof rdtscp);
	if (!is_p && memcmp(code, rdtsc, sizeof rdtsc))
		return false;
	now = (uint64_t)clock_ns(CLOCK_MONOTONIC);
	r->rax = (uint32_t)now;
	r->rdx = now >> 32;
	if (is_p)
		r->rcx = 0;
	r->rip += is_p ? sizeof rdtscp : sizeof rdtsc;
	return true;
}

static void on_fault(struct vcpu *v, const struct event *e)
{
	struct task *t = v->task;
	struct guest_regs *r = &v->regs;
	bool write;
	struct guest_fault f = {
		.kind = FAULT_GENERAL,
		.vector = e->vector,
		.error = e->error,
	};

	t->regs = r;
	if (e->vector == VECTOR_GP && read_counter(r))
		return;
	for (unsigned i = 0; i < COUNT_OF(vectors); i++)
		if (vectors[i].vector == e->vector)
			f.kind = vectors[i].kind;
	if (f.kind == FAULT_ACCESS) {
		f.addr = e->cr2;
		f.access = e->error & PF_FETCH ? ACCESS_EXEC :
			   e->error & PF_WRITE ? ACCESS_WRITE :
						 0;
		if (page_fault_done(v, f.addr, f.access))
			return;
	} else if (e->vector == VECTOR_FILE) {
		f.kind = FAULT_INPAGE;
		f.vector = VECTOR_PF;
		f.addr = kvm_gone_address(v, &write);
		f.access = write ? ACCESS_WRITE : 0;
		if (!page_is_gone(v, f.addr))
			return;
	} else if (f.kind == FAULT_X87 || f.kind == FAULT_SIMD) {
		regs_complete(r);
	}
	t->personality->fault(t, r, &f);
}

static void notice_kick(struct task *t)
{
	atomic_fetch_add(&t->kicks, 1);
	syscall(SYS_futex, &t->kicks, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL,
		0);
}

static void on_pending(struct vcpu *v)
{
	struct task *t = v->task;

	v->full = true;
	t->regs = &v->regs;
	/* Personalities tell a call's registers by this from others, all of which
	   may be set. */
	if (!v->answered)
		regs_complete(&v->regs);
	notice_kick(t);
	t->personality->pending(t, &v->regs);
}

/* ---- the loop ------------------------------------------------------------------------ */

static void step(struct vcpu *v)
{
	struct task *t = v->task;
	struct event e;

	/*
	 * A kick after this line makes the entry return at once; before it, it
	 * is seen in t->pending.
	 */
	v->run->immediate_exit = 0;
	atomic_signal_fence(memory_order_seq_cst);
	if (__builtin_expect(atomic_load(&knocked), 0) &&
	    atomic_exchange(&knocked, false))
		atomic_fetch_or(&t->pending, TASK_KNOCK);
	if (atomic_load(&t->pending)) {
		on_pending(v);
		return;
	}
	if (vcpu_enter(v) == 0)
		e = vcpu_event(v);
	else if (errno == EINTR || errno == EAGAIN)
		e = vcpu_interrupted(v);
	else
		e = event_of_odd(v, errno);
	if (e.kind == EVENT_ODD)
		e = event_of_odd(v, 0);
	v->answered = e.kind == EVENT_CALL;
	if (e.kind == EVENT_CALL)
		dispatch(t, &v->regs);
	else if (e.kind == EVENT_FAULT)
		on_fault(v, &e);
}

enum { BACK_RESUMED = 1, BACK_LEFT };

void vcpu_run(struct vcpu *v)
{
	struct task *t = v->task;

	v->fresh = v->full = true;
	v->answered = false;
	v->regs.kind = REGS_FULL;
	v->regs.engine = (uintptr_t)v;
	t->engine = v;
	t->tid = (int32_t)syscall(SYS_gettid);
	current_task = t;
	current_vcpu = v;
	personality = t->personality;
	if (personality->task_started)
		personality->task_started(t);
	if (_setjmp(v->back) != BACK_LEFT)
		for (;;)
			step(v);
	current_vcpu = NULL;
	t->engine = NULL;
}

_Noreturn void vcpu_resume(struct task *t, struct guest_regs *regs)
{
	struct vcpu *v = t->engine;

	if (regs != &v->regs)
		v->regs = *regs;
	v->regs.engine = (uintptr_t)v;
	v->full = true;
	t->in_call = false;
	_longjmp(v->back, BACK_RESUMED);
}

_Noreturn void vcpu_leave(struct task *t)
{
	struct vcpu *v = t->engine;

	_longjmp(v->back, BACK_LEFT);
}

/* ---- signals --------------------------------------------------------------------------- */

void vcpu_kick(struct task *t)
{
	/* Its wait, if it is in one, ends with this; see nt/wait.c. */
	task_wake(t);
	if (t->tid)
		syscall(SYS_tgkill, getpid(), t->tid, direct_kick_signal());
}

static void on_kick(int sig, siginfo_t *si, void *context)
{
	struct vcpu *v = current_vcpu;
	int saved = errno;

	(void)sig;
	(void)context;
	if (!v && si->si_code != SI_TKILL)
		atomic_store(&knocked, true);
	if (v) {
		/* Our own kicks are sent to a thread, a knock to the process */
		if (si->si_code != SI_TKILL) {
			atomic_fetch_or(&v->task->pending, TASK_KNOCK);
			task_wake(v->task);
		}
		v->run->immediate_exit = 1;
		if (v->task->in_call)
			notice_kick(v->task);
	}
	errno = saved;
}

/* The program's own (task_catch_signal). */
static void on_host_signal(int sig, siginfo_t *si, void *context)
{
	struct vcpu *v = current_vcpu;
	int saved = errno;

	(void)context;
	/* Else a thread of ours, about to block it. */
	if (v) {
		v->task->personality->host_signal(v->task, sig, si);
		v->run->immediate_exit = 1;
	}
	errno = saved;
}

/* Guarded copies (direct_copy, the exception table); else a bug of ours. */
static void on_fault_signal(int sig, siginfo_t *si, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint64_t fix = direct_fixup((uint64_t)g[REG_RIP]);

	if (si->si_code <= 0) {
		/* It was sent, by kill(2). */
		if (personality && personality->host_signal) {
			on_host_signal(sig, si, context);
		} else {
			signal(sig, SIG_DFL);
			raise(sig);
		}
		return;
	}
	if (sig == SIGBUS && personality && personality->restore_shared &&
	    personality->restore_shared(si->si_addr))
		return;
	if (sig == SIGBUS)
		mapped_leave();
	if (fix) {
		g[REG_RIP] = (greg_t)fix;
	} else if (recover) {
		g[REG_RSP] = (greg_t)recover;
		g[REG_RIP] = (greg_t)direct_copy_fault;
	} else {
		extern char __executable_start;

		log_line("run-foreign",
			 "internal error: signal %d at program+%#llx, address "
			 "%p",
			 sig,
			 (unsigned long long)g[REG_RIP] -
				 (unsigned long long)&__executable_start,
			 si->si_addr);
		signal(sig, SIG_DFL); /* again, for a core file */
	}
}

int kvm_catch_signal(int sig, bool on)
{
	struct sigaction sa = { .sa_sigaction = on_host_signal,
				.sa_flags = SA_SIGINFO };

	if (!on || signal_is_of_faults(sig) || sig == direct_kick_signal())
		return 0;
	sigfillset(&sa.sa_mask);
	direct_unblock_faults(&sa.sa_mask);
	return sigaction(sig, &sa, NULL) ? -errno : 0;
}

int kvm_signals_init(struct err *e)
{
	struct sigaction kick = { .sa_sigaction = on_kick,
				  .sa_flags = SA_SIGINFO };
	struct sigaction fault = { .sa_sigaction = on_fault_signal,
				   .sa_flags = SA_SIGINFO | SA_NODEFER };

	int ret = sigaction(direct_kick_signal(), &kick, NULL);

	/* The guest's come as exits. */
	for (int sig = 1; sig <= SIGSYS && !ret; sig++)
		if (signal_is_of_faults(sig))
			ret = sigaction(sig, &fault, NULL);
	return ret ? err_set(e, errno, "sigaction: %s", strerror(errno)) : 0;
}
