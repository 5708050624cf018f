/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * placement.c - see placement.h.
 *
 * A thread that has not begun has no host thread yet; it takes its place when
 * it does (placement_task_started()).  Until somebody asks for something out of
 * the ordinary, that costs nothing: all are where the first one was.
 */
#include "syscall-xlate/nt/placement.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/proc.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process-create.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/system-info.h"

enum { IDLE = 1, NORMAL = 2, REALTIME = 4, CLASSES = 7 };

static cpu_set_t machine;
static _Atomic bool out_of_the_ordinary;
/* So that what is set last is also what the host is told last. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- the host's processors, and the guest's ----------------------------- */

void placement_init(void)
{
	sched_getaffinity(0, sizeof machine, &machine);
	nt_self->affinity = system_affinity();
	nt_self->priority_class = NORMAL;
}

const cpu_set_t *machine_cpus(void)
{
	return &machine;
}

uint64_t system_affinity(void)
{
	uint64_t mask = 0;

	/* The guest's processors are numbered without holes. */
	for (int i = 0, n = MIN(CPU_COUNT(&machine), 64); i < n; i++)
		mask |= 1ull << i;
	return mask ? mask : 1;
}

/* The same set as the host has it; false: it is empty. */
static bool host_set(uint64_t mask, cpu_set_t *set)
{
	CPU_ZERO(set);
	for (unsigned i = 0; i < processor_count(); i++)
		if (mask >> i & 1)
			CPU_SET(processor_host(i), set);
	return CPU_COUNT(set) != 0;
}

static uint64_t guest_mask(const cpu_set_t *set)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < processor_count(); i++)
		if (CPU_ISSET(processor_host(i), set))
			mask |= 1ull << i;
	return mask;
}

static void set_cpus(int tid, uint64_t mask)
{
	cpu_set_t set;

	if (tid && host_set(mask, &set))
		sched_setaffinity(tid, sizeof set, &set);
}

/* ---- urgency ---- */

bool is_priority_class(uint32_t class)
{
	return class && class < CLASSES;
}

/* A class's level, in which its threads' priorities are offsets. */
int32_t class_level(uint32_t class)
{
	static const uint8_t level[CLASSES] = { 8, 4, 8, 13, 24, 6, 10 };

	return class < CLASSES ? level[class] : 8;
}

static int32_t level_of(uint32_t class, int32_t priority)
{
	bool realtime = class == REALTIME;

	if (priority >= 15)
		return realtime ? 31 : 15;
	if (priority <= -15)
		return realtime ? 16 : 1;
	return MIN(MAX(class_level(class) + priority, realtime ? 16 : 1),
		   realtime ? 31 : 15);
}

int32_t thread_level(const struct nt_thread *th)
{
	return level_of(process_priority(th->process), th->priority);
}

/* As nice(1) has it: 0 for the normal level, 19 for the lowest; more than
   normal is not ours to give. */
static void set_nice(int tid, int32_t level)
{
	struct rlimit r;

	/* Who may not raise a priority again had better not lower it:
	   programs do both. */
	if (tid &&
	    (!geteuid() || (!getrlimit(RLIMIT_NICE, &r) && r.rlim_cur >= 20)))
		setpriority(PRIO_PROCESS, (id_t)tid,
			    level >= 8 ? 0 : (8 - level) * 19 / 7);
}

/* Linux' idle class, the last of its best-effort levels, and none of them. */
static uint16_t io_value(uint64_t priority)
{
	enum { CLASS_SHIFT = 13, BEST_EFFORT = 2, LAST = 3 };
	static const uint16_t values[] = {
		[IO_VERY_LOW] = LAST << CLASS_SHIFT,
		[IO_LOW] = BEST_EFFORT << CLASS_SHIFT | 7,
		[IO_NORMAL] = 0,
	};

	return values[priority];
}

/* tid 0: the calling thread. */
static void set_host_io(int tid, uint16_t value)
{
	enum { WHO_PROCESS = 1 };

	syscall(SYS_ioprio_set, WHO_PROCESS, tid, value);
}

static void set_io(int tid, uint64_t priority)
{
	if (tid)
		set_host_io(tid, io_value(priority));
}

static uint32_t thread_io(const struct nt_thread *th)
{
	return (uint32_t)IO_NORMAL -
	       MAX(th->io_lowered, th->process->io_lowered);
}

/* ---- threads ---- */

enum { CPUS = 1, LEVEL = 2, IO = 4 };

/* Locked. */
static void place(const struct nt_thread *th, unsigned what)
{
	if (what & CPUS)
		set_cpus(th->task.tid, th->affinity);
	if (what & LEVEL)
		set_nice(th->task.tid, thread_level(th));
	if (what & IO)
		set_io(th->task.tid, thread_io(th));
}

/* Before anything is set: who begins meanwhile looks for itself. */
static void begin_change(void)
{
	pthread_mutex_lock(&lock);
	atomic_store(&out_of_the_ordinary, true);
}

static void end_change(void)
{
	pthread_mutex_unlock(&lock);
}

void thread_set_affinity(struct nt_thread *th, uint64_t mask)
{
	begin_change();
	th->affinity = mask;
	place(th, CPUS);
	end_change();
}

void thread_set_priority(struct nt_thread *th, int32_t priority)
{
	begin_change();
	th->priority = priority;
	place(th, LEVEL);
	end_change();
}

void thread_set_io_priority(struct nt_thread *th, uint32_t priority)
{
	begin_change();
	th->io_lowered = (uint8_t)(IO_NORMAL - priority);
	place(th, IO);
	end_change();
}

uint16_t io_priority_of(const struct nt_thread *th, uint8_t hint)
{
	return io_value(hint ? hint - 1u : thread_io(th));
}

void io_priority_set_own(uint16_t host)
{
	set_host_io(0, host);
}

void io_priority_borrow(const struct nt_thread *th, uint8_t hint)
{
	set_host_io(0, io_priority_of(th, hint));
}

/* Which may have been changed meanwhile. */
void io_priority_give_back(const struct nt_thread *th)
{
	pthread_mutex_lock(&lock);
	set_host_io(0, io_priority_of(th, 0));
	pthread_mutex_unlock(&lock);
}

void placement_task_started(struct task *t)
{
	struct nt_thread *th = nt_thread(t);

	if (!atomic_load(&out_of_the_ordinary))
		return;
	pthread_mutex_lock(&lock);
	/* The process's may have changed since it was made. */
	if (!(th->affinity & nt_self->affinity))
		th->affinity = nt_self->affinity;
	place(th, CPUS | LEVEL | IO);
	pthread_mutex_unlock(&lock);
}

/* ---- processes ---- */

void placement_publish(struct start_block *b)
{
	b->affinity = nt_self->affinity;
	b->priority_class = nt_self->priority_class;
}

static void publish(void)
{
	if (nt_self->block)
		placement_publish(nt_self->block);
	if (nt_self->exit_block)
		placement_publish(nt_self->exit_block);
}

uint64_t process_affinity(const struct nt_process *p)
{
	uint64_t mask = 0;
	cpu_set_t set;

	if (p == nt_self)
		return p->affinity;
	if (p->is_nt)
		mask = p->block ? p->block->affinity & system_affinity() : 0;
	else if (!sched_getaffinity(p->host_pid, sizeof set, &set))
		mask = guest_mask(&set);
	return mask ? mask : p->affinity;
}

uint32_t process_priority(const struct nt_process *p)
{
	uint32_t class = p != nt_self && p->is_nt && p->block
				 ? p->block->priority_class
				 : 0;

	return is_priority_class(class) ? class : p->priority_class;
}

/* Those of a process that is none of ours. */
static void each_host_thread(int pid, void (*set)(int tid, uint64_t v),
			     uint64_t v)
{
	unsigned n;
	int *ids = proc_list(pid, &n);

	for (unsigned i = 0; i < n; i++)
		set(ids[i], v);
	free(ids);
}

static void set_level(int tid, uint64_t level)
{
	set_nice(tid, (int32_t)level);
}

void process_set_affinity(struct nt_process *p, uint64_t mask)
{
	struct nt_thread *th = NULL;

	begin_change();
	p->affinity = mask;
	if (p != nt_self)
		each_host_thread(p->host_pid, set_cpus, mask);
	if (p == nt_self)
		publish();
	while (p == nt_self && (th = thread_next(th))) {
		th->affinity = th->affinity & mask ? th->affinity & mask : mask;
		place(th, CPUS);
	}
	end_change();
}

NTSTATUS process_set_priority(struct nt_process *p, uint8_t class)
{
	struct nt_thread *th = NULL;

	if (!is_priority_class(class))
		return STATUS_INVALID_PARAMETER;
	begin_change();
	p->priority_class = class;
	if (p != nt_self)
		each_host_thread(p->host_pid, set_level,
				 (uint64_t)level_of(class, 0));
	if (p == nt_self)
		publish();
	while (p == nt_self && (th = thread_next(th)))
		place(th, LEVEL);
	end_change();
	return STATUS_SUCCESS;
}

void process_set_io_priority(struct nt_process *p, uint32_t priority)
{
	struct nt_thread *th = NULL;

	begin_change();
	p->io_lowered = (uint8_t)(IO_NORMAL - priority);
	if (p != nt_self)
		each_host_thread(p->host_pid, set_io, priority);
	while (p == nt_self && (th = thread_next(th)))
		place(th, IO);
	end_change();
}

/* ---- children ---- */

void placement_hand_down(struct start_block *b, const struct nt_process *parent,
			 uint64_t first_thread)
{
	_Static_assert(sizeof b->cpus == sizeof machine, "a set as it is");
	memcpy(b->cpus, &machine, sizeof machine);
	b->affinity = process_affinity(parent);
	b->thread_affinity = first_thread;
}

void placement_of_child(const struct start_block *b)
{
	cpu_set_t set;

	memcpy(&set, b->cpus, sizeof set);
	if (CPU_COUNT(&set))
		machine = set;
	nt_self->affinity = b->affinity & system_affinity();
	if (!nt_self->affinity)
		nt_self->affinity = system_affinity();
	if (is_priority_class(b->priority_class))
		nt_self->priority_class = b->priority_class;
	/* Our first thread has what the parent's had that started us. */
	if (nt_self->priority_class != NORMAL || b->thread_affinity)
		out_of_the_ordinary = true;
}

void placement_begin_spawn(uint64_t mask, struct placed *was)
{
	const struct nt_thread *th =
		current_task ? nt_thread(current_task) : NULL;
	cpu_set_t set;

	was->moved = was->hurried = false;
	if (!mask)
		mask = nt_self->affinity;
	if (!atomic_load(&out_of_the_ordinary) && mask == nt_self->affinity)
		return;
	was->moved = !sched_getaffinity(0, sizeof was->cpus, &was->cpus) &&
		     host_set(mask, &set) && !CPU_EQUAL(&set, &was->cpus) &&
		     !sched_setaffinity(0, sizeof set, &set);
	was->hurried = th && thread_io(th) != IO_NORMAL;
	if (was->hurried)
		set_io(th->task.tid, IO_NORMAL);
}

void placement_end_spawn(const struct placed *was)
{
	const struct nt_thread *th;

	if (was->moved)
		sched_setaffinity(0, sizeof was->cpus, &was->cpus);
	if (was->hurried) {
		th = nt_thread(current_task);
		set_io(th->task.tid, thread_io(th));
	}
}
