/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-create.h - what a parent hands to a child that is an NT process.
 *
 * It lies in a memfd that both map: first words that live on (struct
 * start_block), then the parameters, read once by the child at its start.
 */
#ifndef RF_NT_PROCESS_CREATE_H
#define RF_NT_PROCESS_CREATE_H

#include "syscall-xlate/nt/shared.h"

enum { START_MAGIC = 0x31424652, START_VERSION = 12 };

/* A string in the block: units of UTF-16, terminated; at 0: absent. */
struct start_string {
	uint32_t at, len; /* bytes from the block's start; units */
};

/* A descriptor, self-relative; len 0: none was set. */
struct start_security {
	uint32_t len;
	uint8_t at[SHARED_SECURITY_MAX];
};

struct start_block {
	uint32_t magic, version;
	uint32_t size; /* of it all */
	/* The child's first thread stands still while this is not 0. */
	_Atomic uint32_t suspend;
	/* The full exit code, and the times (100 ns), once exited is 1. */
	_Atomic uint32_t exit_code, exited;
	_Atomic int64_t user, kernel;
	_Atomic uint32_t thread_id; /* the first thread's; 0 until it is made */
	/* 1: the child has the handles that it inherits; a futex. */
	_Atomic uint32_t taken;
	uint32_t told; /* the parent waits for that */

	int32_t control; /* the child's end of a socket to its parent; -1 */
	int32_t debug;   /* its end of one to its debugger (debug.h); -1 */
	int32_t console_fd; /* its console's shared state; -1 */
	int32_t held;    /* its program, which this holds (file-mapped.h); -1 */
	uint32_t debug_flags;
	uint32_t parent_id;
	uint32_t starter_id; /* the parent's, or whoever acts for it */
	uint32_t flags, window_flags, show_window, console_flags;
	uint32_t x, y, cx, cy, chars_x, chars_y, fill, process_group;
	uint32_t error_mode;
	/* The process keeps these two current (placement.c). */
	_Atomic uint32_t priority_class;
	_Atomic uint64_t affinity;
	uint64_t thread_affinity; /* the first thread's; 0: the same */
	uint64_t cpus[16]; /* the machine's, as the host numbers them */
	uint32_t childless; /* it may not start others */
	uint32_t stands; /* its current folder is the one it has on the host */
	uint64_t mitigations; /* as mitigation_options() takes them */
	uint32_t console_root; /* 0: the child gets a console of its own */
	uint64_t console, std_in, std_out, std_err;
	struct start_string image, command_line, current_directory, dll_path,
		title, desktop, shell;
	/* Bytes as they are: RuntimeData, Environment. */
	struct start_string runtime, environment;
	/* struct start_handle, each cut to passed.len, multiples of 8 */
	uint32_t handles_at, nhandles;
	/*
	 * The process's descriptor: that with the version's lowest bit, so that
	 * it is never seen half written.  Only the process itself changes it.
	 * And what its first thread's is to be.
	 */
	_Atomic uint32_t security_version;
	struct start_security security[2], thread_security;
};

struct start_handle {
	uint64_t handle;
	uint32_t access, attributes;
	uint32_t type; /* index into the list of types that can be passed */
	uint32_t same; /* n: the same object as the n-th of these; 0: new */
	struct nt_passed passed;
};

/* What the parent passed; NULL if we were started from a shell. */
const struct start_block *process_start_block(void);
/* In the child: maps l->parent_channel and makes the handles in it. */
int start_block_open(const struct launch *l, struct err *e);
/* In the child, before its first instruction: as long as it is suspended. */
void start_wait_for_resume(void);
/* The number of a type whose handles are passed, -1: none; and back. */
int passed_type(const struct object_type *type);
const struct object_type *passed_type_at(uint32_t number); /* or NULL */
/* Units of s, terminated; *len units.  NULL if it is absent. */
const uint16_t *start_text(const struct start_block *b, struct start_string s,
			   size_t *len);
/*
 * The place that start.c takes parameters from instead of the host's: true if
 * there is a block (then p's numbers are filled in; strings are the caller's).
 */
bool start_numbers(struct process_parameters64 *p);

#endif
