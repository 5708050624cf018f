/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dispatch.h - the one function through which every guest call passes. */
#ifndef RF_DISPATCH_H
#define RF_DISPATCH_H

#include "syscall-xlate/regs.h"
#include "syscall-xlate/task.h"

/*
 * dispatch() - answer the call that t makes with regs; the result is in regs
 * when it returns.  Called by engines, in t's own thread, on the host stack.
 */
void dispatch(struct task *t, struct guest_regs *regs);

#endif
