/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct.c - guest code as code of this process; each guest thread is a host
 * thread with a stack of its own for the host side.
 */
#include "syscall-xlate/engine/direct.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "loader/image/image.h"
#include "syscall-xlate/dispatch.h"
#include "syscall-xlate/engine/trap.h"
#include "syscall-xlate/xlate.h"

_Static_assert(offsetof(struct guest_regs, rip) == R_RIP, "direct.h");
_Static_assert(offsetof(struct guest_regs, kind) == R_KIND, "direct.h");
_Static_assert(offsetof(struct guest_regs, call_rsp) == R_CALL_RSP,
	       "direct.h");
_Static_assert(offsetof(struct guest_regs, gs_base) == R_GSB, "direct.h");
_Static_assert(offsetof(struct guest_regs, fx) == R_FX, "direct.h");
_Static_assert(offsetof(struct guest_regs, xstate) == R_XSTATE, "direct.h");
_Static_assert(offsetof(struct guest_regs, xheader) == R_XHEADER, "direct.h");
_Static_assert(offsetof(struct guest_regs, ymm_high) == R_YMM, "direct.h");
_Static_assert(sizeof(struct guest_regs) == R_SIZE, "direct.h");
_Static_assert(XSTATE_AVX == XSTATE_BIT_AVX, "direct.h");
_Static_assert(offsetof(struct guest_regs, opmask) == R_OPMASK, "direct.h");
_Static_assert(offsetof(struct guest_regs, zmm_high) == R_ZMM_HIGH, "direct.h");
_Static_assert(offsetof(struct guest_regs, zmm_more) == R_ZMM_MORE, "direct.h");
_Static_assert(XSTATE_OPMASK == XSTATE_BIT_OPMASK, "direct.h");
_Static_assert(XSTATE_ZMM_HIGH == XSTATE_BIT_ZMM_HIGH, "direct.h");
_Static_assert(XSTATE_ZMM_MORE == XSTATE_BIT_ZMM_MORE, "direct.h");
_Static_assert(XSTATE_AVX512 == XSTATE_BITS_AVX512, "direct.h");
_Static_assert(offsetof(struct task, pending) == T_PENDING, "direct.h");
_Static_assert(XLATE_LEAN_ROWS == LEAN_ROWS, "direct.h");

__thread uint64_t host_sp __attribute__((tls_model("local-exec")));
__thread uint64_t recover __attribute__((tls_model("local-exec")));
__thread uint64_t guest_fs;
__thread uint64_t enter_sp __attribute__((tls_model("local-exec")));

enum {
	HOST_STACK = 0x40000, /* of a thread, glibc's parts included */
	HWCAP2_FSGSBASE = 2,
};

/*
 * One mapping: alternate stack (aligned to its size), then the host stack.
 * Threads that ended leave theirs for the next.
 */
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static void *cached[16]; /* under cache_lock */
static unsigned ncached;

static void *stacks_new(void)
{
	const size_t size = ALTSTACK + HOST_STACK;
	const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	char *p, *aligned;

	pthread_mutex_lock(&cache_lock);
	if (ncached) {
		p = cached[--ncached];
		pthread_mutex_unlock(&cache_lock);
		return p;
	}
	pthread_mutex_unlock(&cache_lock);
	/* Most often the kernel's choice can be aligned by asking again. */
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, how, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	aligned = (char *)ROUND_DOWN((uint64_t)p, ALTSTACK);
	if (aligned != p) {
		munmap(p, size);
		p = mmap(aligned, size, PROT_READ | PROT_WRITE,
			 how | MAP_FIXED_NOREPLACE, -1, 0);
	}
	if (p != aligned) {
		if (p != MAP_FAILED)
			munmap(p, size);
		p = mmap(NULL, size + ALTSTACK, PROT_READ | PROT_WRITE, how,
			 -1, 0);
		if (p == MAP_FAILED)
			return NULL;
		aligned = (char *)ROUND_UP((uint64_t)p, ALTSTACK);
		if (aligned != p)
			munmap(p, (size_t)(aligned - p));
		munmap(aligned + size, (size_t)(p + ALTSTACK - aligned));
	}
	/* The host stack must not run down into the alternate one. */
	mprotect(aligned + ALTSTACK, PAGE, PROT_NONE);
	return aligned;
}

static void stacks_free(void *p)
{
	pthread_mutex_lock(&cache_lock);
	if (ncached < COUNT_OF(cached)) {
		cached[ncached++] = p;
		p = NULL;
	}
	pthread_mutex_unlock(&cache_lock);
	if (p)
		munmap(p, ALTSTACK + HOST_STACK);
}

/* ---- running ----------------------------------------------------------- */

/* What the guest may not choose becomes what it must be, or iretq would fault. */
static void sanitize(struct guest_regs *r)
{
	r->cs = r->cs == CS32 ? CS32 : CS64;
	r->ss = DS32;
	/* IF stays set; IOPL, VM, NT are not the guest's.  RF is, for who goes
	   on at a breakpoint of the processor's. */
	r->rflags = (r->rflags & 0x250dd5) | 0x202;
	/* Reserved bits of MXCSR would make fxrstor fault here. */
	r->fx[26] = r->fx[27] = 0;
	if (r->cs == CS32) {
		r->rip = (uint32_t)r->rip;
		r->rsp = (uint32_t)r->rsp;
	}
	if (r->rip >= direct_high)
		r->rip = 0; /* faults in the guest, not in iretq */
}

static _Noreturn void resume(struct task *t, struct guest_regs *regs)
{
	struct guest_regs *f = (struct guest_regs *)(host_sp - R_SIZE);

	sanitize(regs);
	if (!t->personality->raw_calls)
		regs->fs_base = guest_fs;
	if (f != regs)
		memmove(f, regs, sizeof *f);
	f->kind = REGS_FULL;
	t->in_call = false;
	direct_resume_frame(f);
}

static _Noreturn void leave(struct task *t)
{
	direct_leave_asm();
}

/* Enters the guest; returns when the task has left. */
static void run_here(struct task *t, const struct guest_regs *first,
		     uint64_t stack_top)
{
	struct guest_regs regs = *first;

	regs.kind = REGS_FULL;
	sanitize(&regs);
	if (regs.cs == CS32)
		direct_compat_thread(regs.fs_base);
	else if (t->personality->raw_calls)
		asm("rdfsbase %0" : "=r"(regs.gs_base)); /* direct-sysv.S */
	else
		asm("rdfsbase %0" : "=r"(regs.fs_base));
	guest_fs = regs.fs_base;
	t->tid = (int32_t)syscall(SYS_gettid);
	current_task = t;
	if (direct_was_knocked())
		atomic_fetch_or(&t->pending, TASK_KNOCK);
	direct_trap_add(t);
	if (t->personality->raw_calls)
		direct_trap_all();
	direct_trap_thread(t);
	if (t->personality->task_started)
		t->personality->task_started(t);
	asm volatile("wrgsbase %0" : : "r"(regs.gs_base));
	direct_enter(&regs, stack_top);
	direct_trap_remove(t);
}

struct start {
	struct task *t;
	struct guest_regs first;
	void *stacks;
};

static const sigset_t no_signals;

static void *thread_main(void *arg)
{
	struct start *s = arg;
	struct task *t = s->t;
	struct guest_regs first = s->first;
	void *stacks = s->stacks;

	free(s);
	direct_signals_thread(stacks);
	/* Where signals are the guest's, a task takes those of its own mask. */
	if (!t->personality->host_signal)
		pthread_sigmask(SIG_SETMASK, &no_signals, NULL);
	run_here(t, &first, 0);
	current_task = NULL;
	t->personality->task_ended(t);
	return stacks;
}

/*
 * A thread cannot give back the stack it runs on: the next thread that ends
 * or starts does, once the kernel says that it is gone.
 */
static struct zombie {
	pthread_t thread;
	struct zombie *next;
} *zombies;		     /* under cache_lock */

static void reap(void)
{
	struct zombie *z;

	pthread_mutex_lock(&cache_lock);
	z = zombies;
	zombies = NULL;
	pthread_mutex_unlock(&cache_lock);
	while (z) {
		struct zombie *next = z->next;
		void *stacks = NULL;

		pthread_join(z->thread, &stacks);
		if (stacks)
			stacks_free(stacks);
		free(z);
		z = next;
	}
}

static void *thread_entry(void *arg)
{
	void *stacks = thread_main(arg);
	struct zombie *z = malloc(sizeof *z);

	if (!z)
		return stacks; /* 320 KB are lost with the thread */
	z->thread = pthread_self();
	pthread_mutex_lock(&cache_lock);
	z->next = zombies;
	zombies = z;
	pthread_mutex_unlock(&cache_lock);
	return stacks;
}

static int spawn(struct task *t, const struct guest_regs *first, struct err *e)
{
	struct start *s = aligned_alloc(_Alignof(struct start),
					ROUND_UP(sizeof *s, 64));
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t blocked;
	int ret;

	reap();
	if (!s)
		return err_set(e, ENOMEM, "no memory");
	s->t = t;
	s->first = *first;
	s->stacks = stacks_new();
	if (!s->stacks) {
		free(s);
		return err_set(e, ENOMEM, "no memory for stacks");
	}
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, (char *)s->stacks + ALTSTACK, HOST_STACK);
	/* None must come before there is a stack for its handler. */
	sigfillset(&blocked);
	direct_unblock_faults(&blocked);
	pthread_attr_setsigmask_np(&attr, &blocked);
	ret = pthread_create(&thread, &attr, thread_entry, s);
	pthread_attr_destroy(&attr);
	if (ret) {
		stacks_free(s->stacks);
		free(s);
		return err_set(e, ret, "pthread_create: %s", strerror(ret));
	}
	return 0;
}

static void kick(struct task *t)
{
	/* Its wait, if it is in one, ends with this; see nt/wait.c. */
	task_wake(t);
	if (t->tid)
		syscall(SYS_tgkill, getpid(), t->tid, direct_kick_signal());
}

static void adopt(void)
{
	void *stacks = stacks_new();

	if (stacks)
		direct_signals_thread(stacks);
}

/* Two processes with one memory would share this program's state as well. */
static int do_fork(struct task *t, bool share)
{
	pid_t pid;

	(void)share;
	pthread_mutex_lock(&cache_lock);
	pid = fork();
	if (pid) {
		int ret = pid < 0 ? -errno : pid;

		pthread_mutex_unlock(&cache_lock);
		return ret;
	}
	/* Only this thread is left; the others' stacks are lost memory. */
	pthread_mutex_init(&cache_lock, NULL);
	zombies = NULL;
	t->tid = (int32_t)syscall(SYS_gettid);
	direct_trap_forked(t);
	trap_forked();
	direct_trap_thread(t);
	return 0;
}

static struct task_ops ops = {
	.spawn = spawn,
	.kick = kick,
	.resume = resume,
	.leave = leave,
	.adopt = adopt,
	.host_addresses = true,
	.watch = direct_watch,
	.fork = do_fork,
	.catch_signal = direct_catch_signal,
	.speed_calls = direct_speed_calls,
};

/* ---- the engine -------------------------------------------------------- */

static int probe(const struct image *img, struct err *e)
{
	if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE))
		return err_set(e, ENOTSUP,
			       "the processor or kernel lacks FSGSBASE (Linux "
			       "5.9 and later offer it)");
	return 0;
}

static bool runs_32bit(void)
{
	return true;
}

static int map_gate(const struct image *img, struct err *e)
{
	const uint16_t ud2 = 0x0b0f;
	uint64_t gates[] = { (uint64_t)direct_gate64,
			     (uint64_t)direct_gate32 };
	const uint32_t features = engine_features();
	int prot = GUEST_READ, ret;

	/* 64-bit code of a 32-bit program has the wrong FS for that gate. */
	if (img->bits == 32)
		gates[0] = GATE_NONE64;
	ret = guest_mem->map(GATE_PAGE, PAGE, GUEST_READ | GUEST_WRITE, -1, 0,
			     0);
	if (ret == 0)
		ret = guest_mem->write(GATE_PAGE, gates, sizeof gates);
	if (ret == 0)
		ret = guest_mem->write(GATE_PAGE + GATE_FEATURES, &features,
				       sizeof features);
	if (ret == 0 && img->bits == 32) {
		prot |= GUEST_EXEC;
		ret = guest_mem->write(GATE_CODE32, direct_page_begin,
				       (size_t)(direct_page_end -
						direct_page_begin));
		if (ret == 0)
			ret = guest_mem->write(GATE_NONE64, &ud2, sizeof ud2);
	}
	if (ret == 0)
		ret = guest_mem->protect(GATE_PAGE, PAGE, prot | GUEST_OURS);
	return ret ? err_set(e, -ret, "gate page: %s", strerror(-ret)) : 0;
}

/* Of the thread that main() runs in. */
static void *first_stacks;

static int init(const struct image *img, char *const *argv, struct err *e)
{
	first_stacks = stacks_new();
	if (!first_stacks)
		return err_set(e, ENOMEM, "no memory for stacks");
	/* Before there are handlers: another process may knock any time. */
	direct_signals_thread(first_stacks);
	ops.knock = direct_hear_knocks(img->format == IMAGE_PE);
	if (direct_space_init(argv, e) || direct_signals_init(e) || map_gate(img, e) ||
	    trap_init(engine_trap, direct_high, e))
		return -1;
	/* These programs make their calls by the processor's instruction. */
	if (img->format == IMAGE_ELF)
		direct_trap_all();
	if (image_executes_data(img))
		personality((unsigned long)personality(0xffffffff) |
			    READ_IMPLIES_EXEC);
	task_ops = &ops;
	return 0;
}

static int run(struct task *t, const struct guest_regs *first, struct err *e)
{
	direct_personality = t->personality;
	if (t->personality->raw_calls && engine_trap == TRAP_OFF)
		return err_set(e, EINVAL,
			       "--trap=off: its calls would be Linux calls");
	run_here(t, first, (uint64_t)first_stacks + ALTSTACK + HOST_STACK);
	direct_be_deaf();
	current_task = NULL;
	t->personality->task_ended(t);
	/* Others go on; the last of them ends the process. */
	for (;;)
		pause();
	return 0;
}

const struct engine engine_direct = {
	.name = "direct",
	.summary = "the program's code runs in this process; no sandbox",
	.probe = probe,
	.init = init,
	.runs_32bit = runs_32bit,
	.run = run,
};
