/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.h - this process, and those it started or opened.
 */
#ifndef RF_NT_PROCESS_H
#define RF_NT_PROCESS_H

#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/process-create.h"

/*
 * process_init() - makes nt_self: ids, times, and the handles that a parent's
 * start block holds.  0, or -1 with e set.  nt_start() calls it first.
 */
int process_init(const struct launch *l, struct err *e);

/* Suspend and resume a child's first thread; counts as thread_suspend(). */
NTSTATUS child_suspend(struct nt_process *p, uint32_t *previous);
NTSTATUS child_resume(struct nt_process *p, uint32_t *previous);

/* NT's id of a host process, and back. */
static inline uint32_t process_id(int host_pid)
{
	return (uint32_t)host_pid * 4;
}

static inline int process_host_pid(uint64_t id)
{
	return id % 4 || id / 4 > 0x7fffffff ? 0 : (int)(id / 4);
}

/*
 * A process that is not ourselves, as an object with one reference that is
 * signalled when it ends.  pidfd becomes the object's.  NULL: no memory.
 */
struct nt_process *process_new(int host_pid, int pidfd);
/* One of those we know; a reference.  NULL: none. */
struct nt_process *process_find(uint32_t id);
/* The next one we know after prev; puts prev.  NULL: first. */
struct nt_process *process_next(struct nt_process *prev);

/* Any process of the host by NT's id, as far as the host lets us. */
NTSTATUS process_open_host(uint64_t id, struct nt_process **p);
/*
 * process_read_id() - what NtOpenProcess and NtOpenThread are given: ids without the
 * two bits that do not count, and oa, which has been freed but for its numbers and
 * whether there was a name.
 */
struct client_id64;
NTSTATUS process_read_id(struct task *t, gaddr attr, gaddr client_id,
			 struct nt_oa *oa, struct client_id64 *id);

/* process-pass.c: handles to processes and threads, between processes. */
bool process_pass(struct object *o, struct nt_passed *p);
struct object *process_receive(const struct nt_passed *p);
bool thread_pass(struct object *o, struct nt_passed *p);
struct object *thread_receive(const struct nt_passed *p);
/* Asks another process of the session who it is; once. */
void process_learn(struct nt_process *p);
/* An object for a thread of another process; nobody watches its end yet. */
struct nt_thread *thread_of_other(struct nt_process *p, uint32_t id);
/* One that is no thread of ours, by id. STATUS_INVALID_CID. */
NTSTATUS thread_open_other(uint32_t id, struct nt_thread **th);
/* Tells those who have th elsewhere that it ends; its apc_lock held. */
void thread_say_end(struct nt_thread *th);

/* process-dup.c: answer what the child asks on p->control; and no more. */
void process_control_start(struct nt_process *p);
void process_control_end(struct nt_process *p);
/* Take in handles that the parent gave us.  Whether there were any. */
bool process_late_handle(void);
/*
 * process_heirs_wait() - before an object is let go that goes to other
 * processes: until those that were started have what they inherit, and have
 * told whom they must (process-dup.c).
 */
void process_heirs_wait(void);

/* Notice its end, which signals the object.  0 or -errno. */
int process_watch(struct nt_process *p);
/* End it with this exit code.  STATUS_PROCESS_IS_TERMINATING, _ACCESS_DENIED.
 */
NTSTATUS process_kill(struct nt_process *p, uint32_t code);
/* End ourselves at once, from any host thread. */
_Noreturn void process_die(uint32_t code);
/* job.c: p becomes a member; a child of ours becomes one of our jobs'. */
NTSTATUS job_assign(struct object *job, struct nt_process *p);
/* The innermost job that a child of ours will be in, NULL: none; and the next.
   STATUS_ACCESS_DENIED: it may not break away. */
NTSTATUS jobs_of_child(bool breakaway, struct object **innermost);
/* Is a child of a member in o, too, or not, or may it not be started so? */
enum job_stay { JOB_STAY, JOB_LEAVE, JOB_REFUSES };
enum job_stay job_keeps_child(struct object *o, bool breakaway);
struct object *job_outer(struct object *job);
/* What our jobs fix for all members instead of what is asked for; or NULL. */
void jobs_fix(uint8_t *class, uint64_t *affinity);
/* p, which was started as a member, takes its place. */
NTSTATUS job_register(struct object *job, struct nt_process *p);
/* Before one is started; tells the job's port if there is none. */
bool job_has_room(struct object *job);
/* We were started as a member, when all had been ended so many times. */
void job_born(struct object *job, uint64_t ends);
/* This process is a member (its place is taken). */
void job_adopt(struct object *job);
/* Somebody has knocked: look at our jobs' limits and whether they end. */
void jobs_check(void);
/* Something of a process that only the host knows; 0 if it is gone. */
uint64_t process_host_started(int host_pid);
void process_host_times(int host_pid, int64_t *user, int64_t *kernel,
			uint32_t *faults);
/* IO_COUNTERS: how often read, written and otherwise; bytes. */
struct io_counts {
	uint64_t reads, writes, others, read_bytes, write_bytes, other_bytes;
};
void process_host_io(int host_pid, struct io_counts *c);
/* A process that may be in a job has ended. */
void job_process_ended(struct nt_process *p);
/* p, which is about to be gone, has used so much: its jobs count it. */
void job_count_times(const struct nt_process *p, int64_t user, int64_t kernel);

/* A process handle that must mean ourselves; STATUS_NOT_SUPPORTED: another. */
NTSTATUS process_is_self(struct task *t, uint64_t h, uint32_t access);

#endif
