/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xlate.h - what a personality's handlers may use.
 */
#ifndef RF_XLATE_H
#define RF_XLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/guest.h"
#include "base/log.h"
#include "base/table.h"
#include "loader/image/image.h"
#include "syscall-xlate/returns.h"
#include "syscall-xlate/task.h"

enum xlate_support { XLATE_FULL, XLATE_PARTIAL, XLATE_STUB, XLATE_ABSENT };

enum { XLATE_MAX_ARGS = 20 };

typedef int64_t xlate_thunk(struct task *t, const uint64_t *a);

/*
 * A row of a call table; made by gen-calls.awk.  The first four members are
 * distances from themselves to what they mean, 0 for nothing: addresses would
 * have to be relocated at each start, page by page, for tables that this
 * program may not even use.
 */
struct xlate_call {
	int32_t run, name, args, note;
	uint32_t handles; /* bit i: argument i is a handle or descriptor: signed */
	uint16_t nr;	  /* index in the table */
	uint8_t nargs;
	uint8_t support; /* enum xlate_support */
};
_Static_assert(sizeof(struct xlate_call) == 24, "gen-calls.awk counts on it");

/* NULL: absent */
static inline xlate_thunk *xlate_run(const struct xlate_call *c)
{
	return c->run ? (xlate_thunk *)((intptr_t)&c->run + c->run) : NULL;
}

static inline const char *xlate_name(const struct xlate_call *c)
{
	return (const char *)&c->name + c->name;
}

/* "kind:name ..." for the trace, as in the row */
static inline const char *xlate_args(const struct xlate_call *c)
{
	return (const char *)&c->args + c->args;
}

/* what is missing; "" where support is full */
static inline const char *xlate_note(const struct xlate_call *c)
{
	return (const char *)&c->note + c->note;
}

/* *to becomes *c with another handler.  Both are variables of the program. */
static inline void xlate_copy(struct xlate_call *to, const struct xlate_call *c,
			      xlate_thunk *run)
{
	int32_t moved = (int32_t)((intptr_t)c - (intptr_t)to);

	to->name = c->name + moved;
	to->args = c->args + moved;
	to->note = c->note + moved;
	to->handles = c->handles;
	to->nr = c->nr;
	to->nargs = c->nargs;
	to->support = c->support;
	/* Last: others take it as the sign that the rest is there. */
	__atomic_store_n(&to->run,
			 (int32_t)((intptr_t)run - (intptr_t)&to->run),
			 __ATOMIC_RELEASE);
}

/* What gen-calls.awk begins a thunk with; only assembly refers to it. */
#define XLATE_THUNK(name)                                                      \
	__attribute__((visibility("hidden"))) RETURNS_BY_CHOICE                \
		xlate_thunk name;                                              \
	int64_t name(struct task *t, const uint64_t *a)

/*
 * flags_to_host() - translate a word of guest flags bit by bit.
 *
 *   map, n    the pairs that have a host counterpart
 *   guest     the guest's word
 *   ret       set to the host's word on success, untouched on error
 *
 * Returns 0, or -EINVAL if guest has a bit that map lacks.
 */
int flags_to_host(const struct flag_pair *map, size_t n, uint32_t guest,
		  uint32_t *ret);

/* A hardware event in guest code, as the engine saw it. */
enum fault_kind {
	FAULT_ACCESS,	  /* a page that may not be used so */
	FAULT_GENERAL,	  /* privileged or malformed: #GP without address */
	FAULT_ILLEGAL,	  /* undefined instruction */
	FAULT_DIVIDE,	  /* integer division */
	FAULT_OVERFLOW,	  /* into, bound */
	FAULT_X87, FAULT_SIMD, /* unmasked floating-point exceptions */
	FAULT_BREAKPOINT, /* int3; rip is behind it */
	FAULT_STEP,	  /* single step or debug register */
	FAULT_ALIGN,	  /* alignment check */
	FAULT_INPAGE,	  /* the file behind a page is gone or short */
};

struct guest_fault {
	enum fault_kind kind;
	gaddr addr;  /* FAULT_ACCESS, FAULT_INPAGE: the address used;
			FAULT_STEP: bits of watches that were hit */
	int access;  /* FAULT_ACCESS: 0 read, 1 write, 8 execute */
	int vector;  /* processor's exception number */
	uint32_t error; /* processor's error code */
};

struct launch;

/*
 * A foreign system.  Everything but start() is called with the task's FS and
 * stack being the host's, and may sleep.
 */
struct personality {
	/*
	 * Its programs make system calls by the processor's instruction, and
	 * the FS base is theirs: every task is caught from its first step.
	 */
	bool raw_calls;

	const char *name;    /* for --list-personalities and the trace */
	const char *summary;
	enum image_system system;
	const struct xlate_call *calls; /* for --list-calls */
	const size_t *ncalls;
	int64_t no_such_call;

	/*
	 * Can this image of its system be run?  0, or -1 with e saying why
	 * not.  NULL: all can.
	 */
	int (*accepts)(const struct image *img, struct err *e);

	/*
	 * Maps the program and fills in the first task and its registers.
	 * Returns 0, or -1 with e set.
	 */
	int (*start)(const struct launch *l, struct task **t,
		     struct guest_regs *first, struct err *e);

	const struct xlate_call *(*find_call)(const struct guest_regs *regs);
	int (*fetch_args)(struct task *t, const struct guest_regs *regs,
			  const struct xlate_call *call, uint64_t *args);
	void (*set_result)(struct guest_regs *regs, int64_t ret);
	/* Value returned in place of a handler's when arguments fault. */
	int64_t bad_args;

	/*
	 * A fault in guest code: edit *regs to continue as that system
	 * would (its exception dispatcher, say).  Does not return if the
	 * process ends.
	 */
	void (*fault)(struct task *t, struct guest_regs *regs,
		      const struct guest_fault *f);

	/*
	 * t->pending is not zero and t is about to execute guest code with
	 * *regs.  May be called in a signal handler under the direct engine
	 * (the interrupted code was the guest's, so no host lock is held).
	 */
	void (*pending)(struct task *t, struct guest_regs *regs);

	/* t's host thread runs, t->tid is set, the guest not yet.  Or NULL. */
	void (*task_started)(struct task *t);

	/*
	 * A signal that task_catch_signal() asked for.  t is the calling
	 * thread's task (never NULL).  Signal context; what it sets in
	 * t->pending is looked at before guest code runs again.
	 */
	void (*host_signal)(struct task *t, int sig, const void *siginfo);

	/* The task's host thread is about to end; frees t. */
	void (*task_ended)(struct task *t);

	/*
	 * A touch of guest memory that is not there, by guest or handler,
	 * before it counts as a fault.  Returns true if the memory is there
	 * now (lazily made pages, guard pages, growing stacks).  Signal
	 * context under the direct engine: async-signal-safe only.
	 */
	bool (*populate)(struct task *t, gaddr addr, int access);
	/*
	 * The host's own code got SIGBUS at addr.  true: it was memory shared
	 * with others, one of whom has cut its file short; there is something
	 * to read there now.  Async-signal-safe.  May be NULL.
	 */
	bool (*restore_shared)(const void *addr);
};

/*
 * Calls of 32-bit code that can mostly be answered without the host's
 * thread-locals (FS), whose exchange would cost more than they do.  A
 * personality fills both in; an engine may ignore them.
 *
 * xlate_lean_rows[nr] is not 0: xlate_lean may know nr.  It answers the call
 * whose arguments are at args, or returns false and has done nothing: then
 * dispatch() follows.  It runs with the guest's FS: no thread-local, so no
 * errno and no library function that could set it, may be touched.
 */
enum { XLATE_LEAN_ROWS = 512 };
extern uint8_t xlate_lean_rows[XLATE_LEAN_ROWS];
extern bool (*xlate_lean)(struct task *t, uint32_t nr, gaddr args,
			  int64_t *ret);

#endif
