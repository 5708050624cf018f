/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kvm.h - what the parts of the KVM engine share; read by C and by the
 * assembler.
 *
 * Foreign code runs at CPL3 of a virtual machine that has no kernel: a shim
 * (kvm-shim.S) turns each event into a port access, and so into an exit to
 * this process, which plays the kernel.
 *
 *   guest-physical              what                  guest-virtual
 *   0 .. TABLES_GPA             shim and vCPU pages   SHIM_VA + the same
 *   TABLES_GPA .. SYSTEM_MAX    page tables           none: only we write them
 *   RAM_GPA ..                  the program's pages   where it maps them
 */
#ifndef RF_KVM_H
#define RF_KVM_H

/* Fixed by the built-in DLLs' stubs: the page after KUSER_SHARED_DATA. */
#define KVM_GATE_PAGE 0x7ffe1000
#define KVM_GATE_CLOCK 0x80 /* in it: struct clock_line */

#define SHIM_VA 0xffff800000000000
#define SHIM_CODE 0x0000   /* two pages */
#define SHIM_IDT 0x2000
#define SHIM_VCPUS 0x10000 /* a page for each vCPU */
#define SHIM_SLOT 16	   /* bytes of shim code per vector */

/*
 * Where `syscall' of 32-bit code arrives (CSTAR, of which kvm_pvm takes the low
 * half), at CPL0 and on a stack of the program's choice.  NT keeps the last
 * 64 KB below 4 GB free.
 */
#define SHIM_LOW 0xfffff000
#define SHIM_CODE_LOW 0x1000 /* the shim's second page */

#define PORT_EVENT 0xe0
#define PORT_CALL 0xe1
#define PORT_CALL32 0xe2

#ifndef __ASSEMBLER__

#include <linux/kvm.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/guest.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/task.h"

extern const struct engine engine_kvm;

/* ---- the machine (kvm-vm.c) ------------------------------------------- */

enum {
	MAX_VCPUS = 4096,	 /* threads at a time */
	MAX_VMS = 16,
	MAX_SLOTS = 512,
	TABLES_GPA = 24 << 20,
	SYSTEM_FIRST = 32 << 20, /* the size of the first slot */
	SYSTEM_MAX = 1 << 30,
};
#define RAM_GPA 0x100000000ull
#define RAM_MAX (1ull << 38) /* the host's address space reserved for it */

/*
 * A virtual machine has so many vCPUs and no more.  Where a program has more
 * threads, others are made with the same memory; to it they are one.
 */
struct kvm_machine {
	int kvm;
	int vm[MAX_VMS];
	unsigned per_vm;       /* vCPUs */
	size_t run_size;       /* of a vCPU's struct kvm_run */
	bool lstar_quirk;      /* `syscall' stays at CPL3: see kvm-probe.c */
	bool same_tsc;	       /* the program's rdtsc is ours */
	bool runs_32bit;       /* 32-bit code, as a processor does */
	struct kvm_cpuid2 *cpuid;
	uint64_t xcr0;	       /* 0: the virtual CPU has no XSAVE */
	bool has_fsgsbase;
	bool hides_fds;	       /* the program's descriptors are the host's */
	bool executes_data;    /* what can be read can be executed */
	bool forks;	       /* the program may: its memory is a file */
	char *system;	       /* host view of [0, SYSTEM_MAX) */
	char *ram;	       /* host view of guest-physical RAM_GPA... */
};
extern struct kvm_machine kvm_machine;

/* Is there a KVM that will do?  0, or -1 with e saying what is missing. */
int kvm_usable(struct err *e);
/* Makes the machine, without memory for the program and without vCPUs. */
int kvm_machine_init(struct err *e);
/* The machine for vCPU number index, made if need be; -1 with e set. */
int kvm_vm_of(unsigned index, struct err *e);
/* A new descriptor, where the program cannot meet it.  The machine is locked. */
int kvm_fd(int fd);
/* Guest-physical memory that is the host's [at, at+size).  0 or -errno. */
int kvm_memory_slot(uint64_t gpa, void *at, uint64_t size);

/* ---- vCPUs (kvm-vcpu.c) ------------------------------------------------ */

/*
 * One vCPU, which runs one guest thread at a time.  Those of threads that
 * ended are kept for the next: making one takes half a millisecond.
 */
struct vcpu {
	struct guest_regs regs;	   /* the guest's, whenever it is not running */
	struct kvm_xsave xsave;	   /* base for what struct guest_regs lacks */
	int fd;
	unsigned index;
	struct kvm_run *run;
	char *page;		   /* host view of its GDT, TSS and stack */
	struct kvm_sregs sregs;	   /* of CPL3, as a thread starts */
	struct kvm_segment code32;
	struct task *task;
	jmp_buf back;		   /* the loop; see kvm-run.c */
	bool full;		   /* load every register at the next entry */
	bool fresh;		   /* and everything else: a thread starts */
	bool answered;		   /* regs are those of a call, and its result */
	bool has_xsave;		   /* xsave is the guest's current state */
	uint64_t fault_at, fault_rip; /* of the last page fault that was none */
	unsigned fault_repeats;
	struct vcpu *next;	   /* free list */
	struct vcpu *all;	   /* list of all that were made */
};

/* What FS32 is to describe; for threads of 32-bit code. */
void vcpu_set_fs32(struct vcpu *v, uint32_t base);
/* A vCPU in its first state; NULL with e set. */
struct vcpu *vcpu_get(struct err *e);
void vcpu_put(struct vcpu *v);

/* ---- fork (kvm-fork.c) --------------------------------------------------- */

/* See task_fork(). */
int kvm_fork(struct task *t, bool share);
/*
 * Each part's locks, which nobody else may hold during a fork; in the order of
 * their nesting.
 */
void kvm_vcpu_lock(void);
void kvm_vcpu_unlock(void);
void kvm_space_lock(void);
void kvm_space_unlock(void);
void kvm_machine_lock(void);
void kvm_machine_unlock(void);
/* In the child, with none of them held: what was the parent's is made anew. */
int kvm_machine_forked(struct err *e);
int kvm_vcpu_forked(struct vcpu *v, struct err *e);
/* Before: a copy of the program's pages for the child, or -errno. */
int kvm_pool_copy(void);
/* In the child: copy is the pool from now on; -1: the parent's is used on. */
int kvm_pool_forked(int copy, struct err *e);
/* Does a vfork's child run on its parent's pages? */
bool kvm_pool_shared(void);

/* Loads regs' floating-point state (REGS_NO_FPU -> REGS_FULL). */
void vcpu_fetch_fpu(struct guest_regs *regs);
/* The other way: v->regs.fx and what follows become the processor's. */
void vcpu_load_fpu(struct vcpu *v);

/* ---- running (kvm-run.c) ------------------------------------------------- */

/* Runs v->task from v->regs until task_leave(). */
void vcpu_run(struct vcpu *v);
_Noreturn void vcpu_resume(struct task *t, struct guest_regs *regs);
_Noreturn void vcpu_leave(struct task *t);
void vcpu_kick(struct task *t);
int kvm_signals_init(struct err *e);
int kvm_catch_signal(int sig, bool on);
/* One entry; what came back, for kvm-probe.c.  Returns KVM_RUN's. */
int vcpu_enter(struct vcpu *v);

enum event_kind { EVENT_CALL, EVENT_FAULT, EVENT_NONE, EVENT_ODD };
struct event {
	enum event_kind kind;
	int vector;
	uint32_t error;
	uint64_t cr2;
};
/* What ended the last entry; v->regs are the guest's then (REGS_NO_FPU). */
struct event vcpu_event(struct vcpu *v);
/* The same after vcpu_enter() failed with EINTR. */
struct event vcpu_interrupted(struct vcpu *v);

/* ---- the self-test (kvm-probe.c) ------------------------------------------ */

/*
 * Does the virtual machine do what this engine needs?  Sets
 * kvm_machine.lstar_quirk, same_tsc and runs_32bit.  0, or -1 with e saying what
 * it did instead.
 */
int kvm_self_test(struct err *e);

/* ---- address space (kvm-space.c, kvm-pool.c) ------------------------------- */

/* Bits of a page-table entry; those of ours are ignored by the processor. */
#define PTE_P 0x1ull
#define PTE_W 0x2ull
#define PTE_U 0x4ull
#define PTE_A 0x20ull
#define PTE_D 0x40ull
#define PTE_MAPPED 0x200ull	 /* holds a page, perhaps not present */
#define PTE_FILE 0x400ull	 /* which is a file's, not the pool's */
#define PTE_READONLY 0x800ull	 /* the host may not write to it either */
#define PTE_PRIVATE (1ull << 52) /* of this process alone: dropped, it is lost */
#define PTE_NX (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull

int kvm_space_init(struct err *e);
uint64_t kvm_space_cr3(void);
/* The entry of a page, or NULL if there is no table for it.  Lock-free. */
_Atomic uint64_t *kvm_pte(gaddr at);

/* For entries that hold a page (PTE_MAPPED). */
static inline char *pte_host(uint64_t pte)
{
	return kvm_machine.ram + ((pte & PTE_ADDR) - RAM_GPA);
}

/* What KVM says of the page that the host could not provide: its address, or 0. */
gaddr kvm_fault_address(const struct vcpu *v);

/* ---- files that are gone (kvm-gone.c) -------------------------------------- */

/* Is a page there for the program, which the host cannot provide? */
bool kvm_page_gone(gaddr at);
/* After EFAULT: where the program has met one; 0 if that cannot be found out. */
gaddr kvm_gone_address(const struct vcpu *v, bool *write);

int kvm_map(gaddr at, uint64_t size, int prot, int fd, uint64_t off,
	    unsigned flags);
int kvm_protect(gaddr at, uint64_t size, int prot);
int kvm_unmap(gaddr at, uint64_t size);
int kvm_discard(gaddr at, uint64_t size);

/*
 * Guest-physical pages.  Contiguous; 0: none left.  file: something else will be
 * mapped in the place of the pool's.  The caller holds a lock.
 */
int kvm_pool_init(struct err *e);
/* Are its pages this process's own memory, not a file's? */
bool kvm_pool_private(void);
uint64_t kvm_pool_alloc(uint64_t pages, bool file);
/* Contents are gone, and what the host mapped there in place of the pool. */
void kvm_pool_free(uint64_t gpa, uint64_t pages, bool file);
/* Contents become zero. */
int kvm_pool_clear(uint64_t gpa, uint64_t pages);
/* madvise(2)'s MADV_DONTNEED, also of what the program has locked. */
int kvm_pool_drop(void *at, size_t n);

extern struct guest_mem kvm_mem_table; /* kvm-mem.c */

/* kvm-shim.S */
extern const char kvm_shim[], kvm_shim_call[], kvm_shim_end[];
extern const char kvm_test[], kvm_test32[], kvm_test_end[];

#endif
#endif
