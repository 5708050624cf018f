/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * engine.h - how a system call gets from guest code to dispatch().
 *
 * An engine runs guest instructions and, each time the guest asks its kernel
 * for something, calls dispatch() with the guest's registers.  It knows
 * processors and host kernels; it knows no guest system.  What it promises to
 * whatever dispatch() calls:
 *
 *   - it runs on the host's stack, with the host's TLS (%fs) in place;
 *   - regs is the guest's state at the instruction after the call, and what
 *     is left there is what the guest resumes with;
 *   - calls by one guest thread never overlap; calls by two may.
 */
#ifndef RF_ENGINE_H
#define RF_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct image;
struct task;
struct guest_regs;

/* How raw system call instructions of foreign code are caught (--trap). */
enum trap_mode {
	TRAP_AUTO,    /* the first of the next two that this kernel has */
	TRAP_SUD,     /* Syscall User Dispatch, Linux 5.11 */
	TRAP_SECCOMP, /* a filter; inherited by children, cannot be undone */
	TRAP_OFF,     /* foreign code can make Linux calls */
};
extern enum trap_mode engine_trap; /* set before init() */

struct engine {
	const char *name;    /* for --engine and the man page */
	const char *summary; /* one line for --list-engines */

	/*
	 * Can this engine run img on this machine?  Returns 0, or -1 with e
	 * saying what is missing ("/dev/kvm: Permission denied").  Changes
	 * nothing; may be called for engines that are then not used.
	 */
	int (*probe)(const struct image *img, struct err *e);
	/*
	 * For --list-engines and --check, after probe(): tries, in a process of its
	 * own, what only trying tells; NULL if that is nothing.  0, with limit NULL
	 * or words that say that only 64-bit programs run and why; or -1 with e set.
	 */
	int (*try)(const char **limit, struct err *e);

	/*
	 * Makes the address space: sets guest_mem and task_ops.  May exec the
	 * program anew (argv) if the host's layout is in the way.  Called once,
	 * before the personality's start().  0, or -1 with e set.
	 */
	int (*init)(const struct image *img, char *const *argv, struct err *e);
	/* After init(): can it run programs of 32 bits, too? */
	bool (*runs_32bit)(void);

	/*
	 * Run t, the first task, from the registers first, until its guest
	 * thread ends; then wait until the process is ended by another.
	 * Returns only -1 with e set, if the guest never got to run.
	 */
	int (*run)(struct task *t, const struct guest_regs *first,
		   struct err *e);
};

/*
 * What the processor can do, for our DLLs, which would pay 4 us to ask it: a word
 * in the gate page at this offset (dlls/crt/scan.h has the same).
 */
#define GATE_FEATURES 0xc0
#define GATE_HAS_AVX2 1u
uint32_t engine_features(void);

/* In the order they are tried; ends with NULL.  New engines go here. */
extern const struct engine *const engines[];

/*
 * engine_choose() - the engine called name, or the first whose probe succeeds
 * if name is NULL.  NULL with e set otherwise.
 */
const struct engine *engine_choose(const char *name, const struct image *img,
				   struct err *e);

/*
 * engine_attach() - for engines' map(): the System V segment id, whole, in place
 * of the size bytes at at.  0 or -errno; -EINVAL: it has another size.
 */
int engine_attach(void *at, size_t size, int id, bool write);

#endif
