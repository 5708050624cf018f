/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job.h - jobs: what job.c (the calls), job-object.c, job-member.c (who is in
 * one) and job-end.c share.
 *
 * A job is a page of shared.h with an area behind it, in which every member
 * process has a slot, and a pipe.  Who has a handle holds the pipe's writing
 * end; members hold the other, and the kernel sends them a signal when the last
 * handle is closed, however that comes about.
 */
#ifndef RF_NT_JOB_H
#define RF_NT_JOB_H

#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/process.h"

enum {
	JOB_LIMIT_WORKING_SET = 0x1,
	JOB_LIMIT_PROCESS_TIME = 0x2,
	JOB_LIMIT_JOB_TIME = 0x4,
	JOB_LIMIT_ACTIVE_PROCESS = 0x8,
	JOB_LIMIT_AFFINITY = 0x10,
	JOB_LIMIT_PRIORITY_CLASS = 0x20,
	JOB_LIMIT_PRESERVE_JOB_TIME = 0x40,
	JOB_LIMIT_SCHEDULING_CLASS = 0x80,
	JOB_LIMIT_PROCESS_MEMORY = 0x100,
	JOB_LIMIT_JOB_MEMORY = 0x200,
	JOB_LIMIT_BREAKAWAY_OK = 0x800,
	JOB_LIMIT_SILENT_BREAKAWAY = 0x1000,
	JOB_LIMIT_KILL_ON_CLOSE = 0x2000,

	JOB_MSG_END_OF_JOB_TIME = 1,
	JOB_MSG_END_OF_PROCESS_TIME = 2,
	JOB_MSG_ACTIVE_PROCESS_LIMIT = 3,
	JOB_MSG_ACTIVE_PROCESS_ZERO = 4,
	JOB_MSG_NEW_PROCESS = 6,
	JOB_MSG_EXIT_PROCESS = 7,
	JOB_MSG_ABNORMAL_EXIT = 8,
	JOB_MSG_PROCESS_MEMORY_LIMIT = 9,
	JOB_MSG_JOB_MEMORY_LIMIT = 10,
	JOB_MSG_NOTIFICATION_LIMIT = 11,

	JOB_NOTE_TIME = 0x4,
	JOB_NOTE_MEMORY = 0x200,
	JOB_NOTE_READ = 0x10000,
	JOB_NOTE_WRITE = 0x20000,
	JOB_NOTE_RATE = 0x40000,

	JOB_POST_AT_END = 1, /* end_action */
	JOB_SLOTS = 2048,
	JOB_LETTERS = 64,
	NOT_ENOUGH_QUOTA = 1816, /* with which limits end processes */
};

struct basic_limits {
	int64_t process_time, job_time;
	uint32_t flags, pad;
	uint64_t min_working_set, max_working_set;
	uint32_t active_processes, pad2;
	uint64_t affinity;
	uint32_t priority_class, scheduling_class;
};
_Static_assert(sizeof(struct basic_limits) == 64, "BASIC_LIMIT_INFORMATION");

struct extended_limits {
	struct basic_limits basic;
	struct io_counts io;
	uint64_t process_memory, job_memory, peak_process_memory,
		peak_job_memory;
};
_Static_assert(sizeof(struct extended_limits) == 144, "EXTENDED_LIMIT");

struct notification_limits {
	uint64_t read, write;
	int64_t user;
	uint64_t memory;
	uint32_t tolerance, interval, flags, pad;
};
_Static_assert(sizeof(struct notification_limits) == 48, "NOTIFICATION_LIMIT");

struct limit_violation {
	uint32_t flags, violated;
	uint64_t read, read_limit, write, write_limit;
	int64_t user, user_limit;
	uint64_t memory, memory_limit;
	uint32_t tolerance, tolerance_limit;
};
_Static_assert(sizeof(struct limit_violation) == 80, "LIMIT_VIOLATION");

struct accounting {
	int64_t user, kernel, period_user, period_kernel;
	uint32_t faults, total, active, terminated;
};
_Static_assert(sizeof(struct accounting) == 48, "BASIC_ACCOUNTING");


/* Empty while pid is 0. */
struct job_slot {
	uint32_t pid; /* the host's */
	uint32_t started; /* and when it was started, cut to 32 bits */
	uint32_t is_nt;
	uint32_t counted; /* its times are among those of the dead */
	uint64_t committed; /* where a limit says that it matters */
};

/* A message for the port, on its way to the process that has it. */
struct job_letter {
	uint32_t message, id;
};

/* What all processes see of a job; under the object's lock. */
struct job_area {
	struct extended_limits limits;
	uint32_t ui_restrictions, end_action;
	uint32_t total, active, terminated;
	uint32_t port_pid; /* host process that has the port; 0: none */
	int64_t dead_user, dead_kernel; /* 100 ns, of those that ended */
	struct io_counts dead_io;
	/* All members' user time at which theirs is over; 0: no such limit. */
	int64_t time_end;
	int64_t period_user, period_kernel; /* at which the period began */
	uint32_t time_over; /* nobody may enter any more */
	uint32_t pad;
	uint64_t peak_process, peak_job; /* bytes, as slots' committed */
	/* What the port is to be told of, and what it has been told of. */
	struct notification_limits notes;
	struct limit_violation violation;
	uint32_t letters_put, letters_taken;
	struct job_letter letter[JOB_LETTERS];
	uint32_t ends, end_code; /* how often all were ended by a call */
	uint32_t used; /* slots that were ever in use */
	struct job_slot slot[JOB_SLOTS];
};

/* A member that this process tells the completion port of. */
struct job_told {
	struct job_told *next;
	struct nt_process *process; /* a reference */
};

struct job {
	struct object object;
	struct object *outer; /* a reference; the job this one is nested in */
	struct job_area *area;
	int reading, writing; /* ends of the pipe; -1 */
	int alarm;            /* reading end that signals us; -1 */
	int parcels[8];       /* sockets with fds on their way; see pass */
	unsigned next_parcel;
	bool listed;
	/* Under jobs_lock: */
	struct job *next, *prev; /* of all that this process knows */
	struct object *port;     /* a reference */
	uint64_t port_key;
	struct job_told *told;
};

extern pthread_mutex_t jobs_lock;
extern struct job *jobs_first; /* of all; under jobs_lock */

static inline struct job *job_of_object(struct object *o)
{
	return (struct job *)o;
}

/* Area, pipe and place in the list for a new job; false: no memory. */
bool job_init(struct job *j);
/* The same for one that has a name: the pipe lies beside the page's file. */
bool job_named(struct object *o, bool created);
void job_destroy(struct object *o);
void job_closed(struct task *t, struct object *o, uint64_t h, bool last);
bool job_pass(struct object *o, struct nt_passed *p);
struct object *job_receive(const struct nt_passed *p);
/* If it is open; *fd is -1 then. */
void job_close_fd(int *fd);
/* An end of a pipe of which the other is at fd. */
int job_other_end(int fd, int flags);

/* The host ids in the job that still run, malloc'ed; others leave it. */
struct job_slot *job_members(struct job *j, unsigned *n);
bool job_has(struct job *j, int host_pid);
/* p is of the job from now on.  STATUS_QUOTA_EXCEEDED, _NO_MEMORY. */
NTSTATUS job_enter(struct job *j, struct nt_process *p);
/* The same without telling anybody. */
NTSTATUS job_take_slot(struct job *j, const struct nt_process *p);
/* The process in a slot: one we know, or one to watch from now on; a reference.
   NULL: it is gone. */
struct nt_process *job_process_of(const struct job_slot *s);
/* End all members but ourselves; whether we are one. */
bool job_end_all(struct job *j, uint32_t code);
/*
 * With jobs_lock held: tell j's port, whoever has it.  What does not reach a
 * process that is ending, or a port that is told more than it asks for, is
 * lost, as on Windows.
 */
void job_tell(struct job *j, uint32_t message, uint32_t id);
/* With jobs_lock held: what others have to tell our port. */
void job_take_letters(struct job *j);
/* Times of all members that there have been, 100 ns; page faults of those that
   still run.  io, of all, may be NULL. */
void job_times(struct job *j, int64_t *user, int64_t *kernel,
	       uint32_t *faults, struct io_counts *io);
/* With jobs_lock held: those that the port has not heard of. */
void job_announce(struct job *j);
/*
 * job-notes.c.  With jobs_lock held: look whether a limit has been exceeded of
 * which the port is to be told; and do so again for those whose port we have.
 */
void job_notes_look(struct job *j);
/* The limits of those that have not been exceeded yet, as flags. */
uint32_t job_notes_open(struct job *j);
void job_notes_watch(void);
NTSTATUS job_notes_set(struct job *j, const struct notification_limits *l);
/* Limits have changed: the members are to look. */
void job_limits_changed(struct job *j);

#endif
