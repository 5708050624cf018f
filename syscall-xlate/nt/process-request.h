/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-request.h - what NtCreateUserProcess is asked for, in host copies.
 */
#ifndef RF_NT_PROCESS_REQUEST_H
#define RF_NT_PROCESS_REQUEST_H

#include "base/bytes.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/path.h"

struct text {
	uint16_t *s; /* malloc'ed, terminated; NULL: none */
	size_t len;
};

enum { PARENT_JOBS = 16 }; /* jobs in each other */

struct request {
	struct text image; /* \??\X:\... */
	struct process_parameters64 p;
	struct text current_directory, command_line, image_path, dll_path,
		title, desktop, shell, runtime, environment;
	bool inherit, breakaway, suspended;
	bool wow64; /* the image is a 32-bit one */
	bool executes_data; /* and does not say NXCOMPAT */
	uint64_t *handles; /* only these are inherited; NULL: all */
	size_t nhandles;
	uint64_t *jobs;
	size_t njobs;
	struct object **job_objects;   /* references, of jobs */
	struct object *innermost_job; /* of ours that it is in, too */
	/* Or those of the other parent: references, the innermost first. */
	struct object *parent_jobs[PARENT_JOBS];
	/* Not ours but that process's child; a reference.  NULL: ours. */
	struct nt_process *parent;
	uint64_t debug_port;   /* handle of a debug object; 0 */
	struct object *debug_object; /* that; a reference */
	struct object *token;	     /* the same; NULL: as its parent's */
	/* Descriptors to be kept, malloc'ed; or of length 0. */
	struct bytes security, thread_security;
	bool debug_only_this;  /* not its children, too */
	uint32_t error_mode, priority_class;
	uint64_t affinity; /* of its first thread; 0: ours */
	bool childless;    /* it may not start others */
	uint64_t mitigations[2]; /* see mitigation.h */
	gaddr client_id, client_id_len, teb_address;
	char host[HOST_PATH_MAX]; /* the image */
	int held;		  /* open, for the child (file-mapped.h); -1 */
	char cwd[HOST_PATH_MAX];  /* "": ours */
	char pty[64];		  /* its console, if not ours: /dev/pts/N */
};

/* PS_ATTRIBUTE_LIST at list (0: none) into r.  What is read is r's to free. */
NTSTATUS request_read_attributes(struct task *t, gaddr list, struct request *r);
/* RTL_USER_PROCESS_PARAMETERS at at. */
NTSTATUS request_read_parameters(struct task *t, gaddr at, struct request *r);
/* r->cwd from the parameters' current directory. */
void request_find_cwd(struct request *r);
void request_free(struct request *r);

#endif
