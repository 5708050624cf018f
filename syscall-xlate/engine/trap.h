/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trap.h - raw system call instructions in foreign code come to us.
 *
 * `syscall` and `int 80h` are Linux calls as far as the processor is concerned.
 * While a thread is armed, those made below direct_high become SIGSYS.
 */
#ifndef RF_TRAP_H
#define RF_TRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "syscall-xlate/engine/engine.h"

/*
 * trap_init() - choose the means; host_low is where the host's code begins.
 * Arms nothing.  Returns 0, or -1 with e set if this kernel lacks what mode
 * asks for.
 */
int trap_init(enum trap_mode mode, uint64_t host_low, struct err *e);

/* The calling thread is armed from now on. */
void trap_arm_thread(void);

/* The child of fork(2) has to be armed anew where that is not inherited. */
void trap_forked(void);

/* Whether the means arms all threads at once, and children too (seccomp). */
bool trap_is_global(void);

/*
 * trap_is_call() - is this SIGSYS the 64-bit system call instruction?  False:
 * int 80h, or 32-bit syscall/sysenter.
 */
bool trap_is_call(unsigned arch);

#endif
