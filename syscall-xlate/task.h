/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * task.h - one guest thread, and what a personality may ask of its engine.
 */
#ifndef RF_TASK_H
#define RF_TASK_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/guest.h"
#include "syscall-xlate/regs.h"

struct personality;

/*
 * Bits of task.pending.  Somebody who sets one calls task_kick(); the task
 * looks at them before it next executes guest code and then calls its
 * personality's pending().
 */
enum {
	TASK_SUSPEND = 1,   /* somebody wants the task to stand still */
	TASK_APC = 2,       /* something is queued that may run now */
	TASK_TERMINATE = 4, /* leave as soon as possible */
	TASK_KNOCK = 8,     /* another process has sent task_ops->knock */
	TASK_DEBUG = 16,    /* a debugger is to hear of it first */
	TASK_ENGINE = 1 << 16, /* the engine's own; not for pending() */
};

/*
 * Whether the task watches its wake word for a moment before it sleeps
 * (task-spin.c).  Only watching is seen by other threads.
 */
struct task_spin {
	_Atomic bool watching;
	bool hint;	  /* who was woken last did */
	uint8_t credit;	  /* 0: it does not */
	uint8_t back_off; /* how often trying has been in vain */
	uint32_t waits;	  /* slept since the last try */
};

struct task {
	const struct personality *personality;
	void *data;		  /* the personality's own part */
	struct guest_regs *regs;  /* of the call or fault being answered */
	_Atomic uint32_t pending; /* TASK_* */
	/*
	 * The task's wake word, on which it sleeps with FUTEX_WAIT; task_wake()
	 * increments it.  wake_fd is not 0 while the task sleeps in epoll_wait(2)
	 * instead: an eventfd that task_wake() then writes to.
	 */
	_Atomic uint32_t wake;
	struct task_spin spin;
	_Atomic int32_t wake_fd;
	/*
	 * Or the task sleeps on a word in memory that processes share; then
	 * task_wake() changes that, too.  Whoever is about to is counted in
	 * wakers, and the task keeps the memory until there are none.
	 */
	_Atomic(_Atomic uint32_t *) wake_shared;
	_Atomic uint32_t wakers;
	/*
	 * Counts the kicks that t has noticed (a futex word).  After
	 * task_kick(), once this has changed, t->regs is what the guest will
	 * resume with: t either stands in its personality's pending(), or is
	 * in a handler and cannot return to the guest without calling it.
	 */
	_Atomic uint32_t kicks;
	_Atomic int32_t tid;	 /* host thread id; 0 until it runs */
	void *engine;	 /* the engine's own part */
	struct task *engine_next; /* the same */
	bool in_call;	 /* between dispatch() and the return to the guest */
};

/* The task of the calling host thread; NULL in threads of our own. */
extern __thread struct task *current_task
	__attribute__((tls_model("local-exec")));

/* A breakpoint of the processor's, on one task. */
enum task_watch_type {
	TASK_WATCH_EXECUTE, /* the instruction at addr; before it */
	TASK_WATCH_WRITE,   /* after the access */
	TASK_WATCH_ACCESS,
};

enum { TASK_WATCHES = 4 };

struct task_watch {
	unsigned number; /* FAULT_STEP's addr has this bit set */
	enum task_watch_type type;
	unsigned len; /* 1, 2, 4, 8 */
	gaddr addr;   /* a multiple of len */
};

/*
 * What the chosen engine offers to personalities.  Filled in by the engine's
 * init(); called through the functions below.
 */
struct task_ops {
	int (*spawn)(struct task *t, const struct guest_regs *first,
		     struct err *e);
	void (*kick)(struct task *t);
	void (*resume)(struct task *t, struct guest_regs *regs)
		__attribute__((noreturn));
	void (*leave)(struct task *t) __attribute__((noreturn));
	void (*fetch_fpu)(struct guest_regs *regs); /* NULL: never needed */
	/* The signal by which another process makes some task of this one
	   look at TASK_KNOCK; 0: the engine has none. */
	int knock;
	/*
	 * Called first in a host thread of the personality's own that will
	 * touch guest memory: what such an access may raise is then answered
	 * as it would be in a task.
	 */
	void (*adopt)(void);
	/* Guest addresses are host addresses: the host can get at the memory
	   of another process by them. */
	bool host_addresses;
	/* Watch t, whose host thread runs.  A descriptor whose end is the
	   watch's, or -errno.  NULL: the engine cannot. */
	int (*watch)(struct task *t, const struct task_watch *w);
	int (*fork)(struct task *t, bool share);
	int (*catch_signal)(int sig, bool on);
	unsigned (*speed_calls)(gaddr code, uint64_t size, gaddr spare,
				uint64_t spare_size, uint32_t ncalls);
};
extern const struct task_ops *task_ops;

/*
 * task_spawn() - start a host thread that runs t from the registers first
 * (copied).  t is the caller's until the thread ends, then t->personality->
 * task_ended(t) is called in that thread.  Returns 0, or -1 with e set.
 */
static inline int task_spawn(struct task *t, const struct guest_regs *first,
			     struct err *e)
{
	return task_ops->spawn(t, first, e);
}

/*
 * task_wake() - end t's sleep on its wake word.  A sleeper sets wake_fd or
 * wake_shared, or takes back that it watches, and then looks at the word; here
 * it is the other way round: one of the two sees the other.  Any thread, signal
 * handlers too; t may have ended, but be there.
 */
void task_wake(struct task *t);

/* ---- watching a word before sleeping on it (task-spin.c) ----------------- */

/* A word in memory that processes share, which t is about to sleep on as well. */
struct task_shared_word {
	const _Atomic uint32_t *word;
	uint32_t value;
	/* In that memory, too: when, by the processor's clock, whoever watches
	   it stops.  A hint: task_spin_hint() believes it for a moment. */
	_Atomic uint64_t *watched;
};

enum { TASK_SPIN_TRY = 16 }; /* sleeps between tries; doubled by back_off */

/* Whether t, the caller's task, is to watch this time.  Counts. */
static inline bool task_spins(struct task *t)
{
	struct task_spin *s = &t->spin;

	return s->credit || s->hint ||
	       s->waits++ >= (uint32_t)TASK_SPIN_TRY << s->back_off;
}

/*
 * task_watch_word() - watch a word that only t sleeps on for a moment, and also's
 * if it is not NULL.  True: one of them has changed from value, or also's, by
 * now.  t->spin.watching is true meanwhile, for those who change the word to see:
 * then t need not be woken (task_woke_watcher()).
 */
bool task_watch_word(struct task *t, const _Atomic uint32_t *word,
		     uint32_t value, const struct task_shared_word *also);

/* task_watch_word(), on the wake word, if this time t is to. */
static inline bool task_spin(struct task *t, uint32_t seq)
{
	return task_spins(t) && task_watch_word(t, &t->wake, seq, NULL);
}

/* After a change of the word that t sleeps on: t is awake and watches it. */
static inline bool task_woke_watcher(const struct task *t)
{
	if (__builtin_expect(!atomic_load(&t->spin.watching), 1))
		return false;
	if (current_task)
		current_task->spin.hint = true;
	return true;
}

/* Called by who changes a shared word: is it watched?  Any thread. */
void task_spin_hint(const _Atomic uint64_t *watched);

/*
 * task_kick() - make t look at t->pending soon, wherever it is: guest code is
 * interrupted, a blocking host call of a handler returns EINTR.  Any thread.
 */
static inline void task_kick(struct task *t)
{
	task_ops->kick(t);
}

/*
 * task_resume() - leave the handler now and go on in the guest with exactly
 * these registers (copied; all of them; REGS_FULL).  For NtContinue, APCs,
 * exception dispatch.  The handler must hold no lock and own no memory.
 */
static inline __attribute__((noreturn)) void
task_resume(struct task *t, struct guest_regs *regs)
{
	task_ops->resume(t, regs);
}

/* task_adopt() - see task_ops.adopt; nothing without an engine (tests). */
static inline void task_adopt(void)
{
	if (task_ops && task_ops->adopt)
		task_ops->adopt();
}

/*
 * helper_thread() - a thread of our own, that runs no guest code: fn(arg), with
 * all signals blocked but those of faults in guest memory, and a small explicit
 * stack.  0 or an errno.
 */
int helper_thread(void *(*fn)(void *), void *arg);

/*
 * task_fork() - fork(2) with t, the calling task, as the only one in the child.
 * No lock of the engine's is held there.  Returns as fork(2), but -errno.
 * share: the caller's task will not run before the child has ended or executed
 * another program; an engine that can lets it use the parent's own memory, as
 * far as that is not of mapped private files.
 */
static inline int task_fork(struct task *t, bool share)
{
	return task_ops->fork(t, share);
}

/* The host's signals that faults come as. */
static inline bool signal_is_of_faults(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL ||
	       sig == SIGFPE || sig == SIGTRAP || sig == SIGSYS;
}

/*
 * task_catch_signal() - from now on the host's signal sig goes to the
 * personality's host_signal() (on), or the engine lets go of it (off; the
 * caller sets what it wants with sigaction(2)).  Those that faults have are the
 * engine's: never blocked, and when they were sent they come to host_signal(),
 * asked for or not.  Returns 0 or -errno.
 */
static inline int task_catch_signal(int sig, bool on)
{
	return task_ops->catch_signal(sig, on);
}

/*
 * task_speed_calls() - code at [code, code+size) has just been mapped, writable
 * and not yet executable, and no other task could run it.  Where it provably
 * makes system calls with numbers below ncalls, the engine may change it so
 * that they cost less.  [spare, spare+spare_size), writable too, lies within
 * 1 GB of it and becomes executable with it.  Returns how many places changed.
 */
static inline unsigned task_speed_calls(gaddr code, uint64_t size, gaddr spare,
					uint64_t spare_size, uint32_t ncalls)
{
	return task_ops->speed_calls(code, size, spare, spare_size, ncalls);
}

/* task_leave() - end the calling task; its host thread ends too. */
static inline __attribute__((noreturn)) void task_leave(struct task *t)
{
	task_ops->leave(t);
}

/*
 * regs_complete() - turn REGS_NO_FPU into REGS_FULL.  regs is a task's own or a
 * copy; the task must not be running guest code.  Others stay as they are.
 */
static inline void regs_complete(struct guest_regs *regs)
{
	if (regs->kind == REGS_NO_FPU)
		task_ops->fetch_fpu(regs);
}

#endif
