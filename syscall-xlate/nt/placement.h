/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.h - where threads run, and how urgent they and what they read are.
 *
 * The host knows these of its threads only and hands them down from thread to
 * thread.  Windows' belong to processes, which hand them down, and to threads,
 * which do not.
 */
#ifndef RF_NT_PLACEMENT_H
#define RF_NT_PLACEMENT_H

#include <sched.h>

#include "syscall-xlate/nt/nt.h"

struct start_block;

/* What we were started on is all there is, unless a parent knows of more. */
void placement_init(void);
void placement_of_child(const struct start_block *b); /* which we are */
/* So that others see what we have. */
void placement_publish(struct start_block *b);
/* For a child: b->cpus, b->affinity, b->thread_affinity (0: the same). */
void placement_hand_down(struct start_block *b, const struct nt_process *parent,
			 uint64_t first_thread);

/* The processors that there are; and as the guest numbers them. */
const cpu_set_t *machine_cpus(void);
uint64_t system_affinity(void);
static inline uint32_t processor_count(void)
{
	return (uint32_t)__builtin_popcountll(system_affinity());
}

bool is_priority_class(uint32_t class);
/* NtSetInformationProcess's and jobs'; masks are checked by the caller. */
void process_set_affinity(struct nt_process *p, uint64_t mask);
NTSTATUS process_set_priority(struct nt_process *p, uint8_t class);
/* What they are; of another process that has a block, as that has it. */
uint64_t process_affinity(const struct nt_process *p);
uint32_t process_priority(const struct nt_process *p);

void thread_set_affinity(struct nt_thread *th, uint64_t mask);
void thread_set_priority(struct nt_thread *th, int32_t priority);
/* IO_PRIORITY_HINT, up to normal: a thread's is never above its process's. */
enum { IO_VERY_LOW, IO_LOW, IO_NORMAL };
enum { PAGE_NORMAL = 5 }; /* MEMORY_PRIORITY_NORMAL */
/* 0, or why that is none that may be set. */
NTSTATUS io_priority_check(uint32_t priority);
NTSTATUS page_priority_check(uint32_t priority);
void thread_set_io_priority(struct nt_thread *th, uint32_t priority);
/*
 * Of requests on a file whose priority somebody has set, which hint is, and 1;
 * 0: the thread's.  io_priority_of(): as the host has it, 0: none.  borrow():
 * the calling thread, th's own, has it until give_back().
 */
uint16_t io_priority_of(const struct nt_thread *th, uint8_t hint);
void io_priority_borrow(const struct nt_thread *th, uint8_t hint);
void io_priority_give_back(const struct nt_thread *th);
/* The same of a thread of ours that has none. */
void io_priority_set_own(uint16_t host);
void process_set_io_priority(struct nt_process *p, uint32_t priority);
/* Windows' numbers, 1 to 31: of a class, and of a thread. */
int32_t class_level(uint32_t class);
int32_t thread_level(const struct nt_thread *th);
/* The calling thread is about to run t's guest code for the first time. */
void placement_task_started(struct task *t);

/*
 * What the calling host thread starts now is to be where our children are, or
 * on mask, and as urgent as any: until placement_end_spawn().
 */
struct placed {
	cpu_set_t cpus; /* that the thread goes back to, if it was moved */
	bool moved, hurried;
};
void placement_begin_spawn(uint64_t mask, struct placed *was);
void placement_end_spawn(const struct placed *was);

#endif
