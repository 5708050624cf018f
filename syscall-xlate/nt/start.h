/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.h - the first process; what the personality's struct points to. */
#ifndef RF_NT_START_H
#define RF_NT_START_H

#include "syscall-xlate/nt/nt.h"

struct launch;

/* personality.start; start.c */
int nt_start(const struct launch *l, struct task **t, struct guest_regs *first,
	     struct err *e);

/* suspend.c and thread.c: personality.pending and .task_ended */
void nt_pending(struct task *t, struct guest_regs *regs);
void nt_task_ended(struct task *t);

/* exception.c: personality.fault */
void nt_fault(struct task *t, struct guest_regs *regs,
	      const struct guest_fault *f);

/* shared-data.c: is addr in KUSER_SHARED_DATA, and readable now? */
bool shared_data_populate(gaddr addr);

#endif
