/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system-info.h - answers of NtQuerySystemInformation.
 *
 * An answer is built whole in host memory; system-info.c compares its size
 * with the caller's and copies it out.
 */
#ifndef RF_NT_SYSTEM_INFO_H
#define RF_NT_SYSTEM_INFO_H

#include "syscall-xlate/nt/nt.h"

struct info_answer {
	uint8_t *data; /* freed by the caller of the handler */
	size_t len, cap;
	bool failed; /* no memory */
	/* What the caller passed: some classes read it. */
	gaddr info;
	uint32_t info_len;
	gaddr input; /* NtQuerySystemInformationEx; 0 */
	uint32_t input_len;
};

/*
 * n zero bytes at the end; NULL without memory (and a->failed).  The pointer
 * is good until the next call.
 */
void *info_add(struct info_answer *a, size_t n);

NTSTATUS info_process_list(struct task *t, struct info_answer *a);
NTSTATUS info_process_id(struct task *t, struct info_answer *a);
NTSTATUS info_processor(struct task *t, struct info_answer *a);
NTSTATUS info_processor_times(struct task *t, struct info_answer *a);
NTSTATUS info_processor_idle(struct task *t, struct info_answer *a);
NTSTATUS info_interrupts(struct task *t, struct info_answer *a);
NTSTATUS info_processor_name(struct task *t, struct info_answer *a);
NTSTATUS info_logical(struct task *t, struct info_answer *a);
NTSTATUS info_logical_ex(struct task *t, struct info_answer *a);
NTSTATUS info_numa_map(struct task *t, struct info_answer *a);
NTSTATUS info_numa_memory(struct task *t, struct info_answer *a);
NTSTATUS info_cpu_sets(struct task *t, struct info_answer *a);

/* Our number of a host processor; 0 if it is not ours.  And back. */
unsigned processor_rank(int host);
int processor_host(unsigned rank);

/* Whole of a small file, terminated; bytes or -1. */
long read_small_file(const char *path, char *buf, size_t size);

#endif
