/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * thread.h - what a thread's birth (thread-new.c) and its end (thread.c) need
 * of each other.  What others call is in nt.h and nt-private.h.
 */
#ifndef RF_NT_THREAD_H
#define RF_NT_THREAD_H

#include <stdbool.h>

struct nt_thread;

/* Into the list of all, with an id.  false: too many. */
bool thread_enrol(struct nt_thread *th);
/* Out of it.  Returns how many are left. */
unsigned thread_strike(struct nt_thread *th);
/* Its stack and TEB, kept for another thread or given back. */
void thread_stack_put(struct nt_thread *th);

#endif
