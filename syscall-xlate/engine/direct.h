/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * direct.h - what the parts of the direct engine share; read by C and by the
 * assembler.
 *
 * Foreign code runs in this very process, below direct_high; the host's code
 * lies above.  Our ntdll jumps through a pointer in the gate page.
 */
#ifndef RF_DIRECT_H
#define RF_DIRECT_H

/* Fixed by the built-in DLLs' stubs: the page after KUSER_SHARED_DATA. */
#define GATE_PAGE 0x7ffe1000 /* +0: address of gate64 */
#define GATE_PTR32 0x7ffe1008 /* address of gate32 */
#define GATE_CODE32 0x7ffe1010 /* where 32-bit stubs call */
#define GATE_CODE64 0x7ffe1020 /* where that jumps */
#define GATE_NONE64 0x7ffe1040 /* in place of gate64: an invalid instruction */
#define GATE_RET32 0x7ffe1048 /* "ret", by which calls come back */

/*
 * 32-bit code's FS is its TEB; in a page behind that (GUEST_FS_ROOM, regs.h)
 * lie glibc's FS base and what is needed to answer a call without exchanging FS.
 */
#define FS_HOST 0x1000
#define FS_STACK 0x1010 /* host_sp */
#define FS_TASK 0x1018	/* current_task */

/* xlate.h: XLATE_LEAN_ROWS; and what the gate keeps during such a call. */
#define LEAN_ROWS 512
#define L_ESP 0
#define L_RSI 8
#define L_RDI 16
#define L_RAX 24
#define L_FSB 32
#define L_RET 40
#define L_SIZE 64

#define CS64 0x33
#define CS32 0x23
#define DS32 0x2b

/*
 * An alternate signal stack is aligned to its size; its first word is glibc's
 * FS base, so that the handler can find it whatever FS is.
 */
#define ALTSTACK 0x10000

/* struct guest_regs */
#define R_RAX 0
#define R_RBX 8
#define R_RCX 16
#define R_RDX 24
#define R_RSI 32
#define R_RDI 40
#define R_RBP 48
#define R_RSP 56
#define R_R8 64
#define R_R9 72
#define R_R10 80
#define R_R11 88
#define R_R12 96
#define R_R13 104
#define R_R14 112
#define R_R15 120
#define R_RIP 128
#define R_FLAGS 136
#define R_CS 144
#define R_SS 152
#define R_FSB 160
#define R_KIND 168
#define R_XSTATE 172
#define R_CALL_RSP 176
#define R_GSB 184
#define R_FX 192
#define R_XHEADER 704
#define R_YMM 768
#define R_OPMASK 1024
#define R_ZMM_HIGH 1088
#define R_ZMM_MORE 1600
#define R_SIZE 2624
#define FX_MXCSR (R_FX + 24)
#define FX_XMM(n) (R_FX + 160 + 16 * (n))

/* regs.h */
#define XSTATE_BIT_AVX 4
#define XSTATE_BIT_OPMASK 0x20
#define XSTATE_BIT_ZMM_HIGH 0x40
#define XSTATE_BIT_ZMM_MORE 0x80
#define XSTATE_BITS_AVX512 0xe0

/* struct task */
#define T_PENDING 24

#ifndef __ASSEMBLER__

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#include "base/err.h"
#include "base/guest.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/task.h"

extern const struct engine engine_direct;

/* Where the host begins; constant once direct_space_init() has run. */
extern uint64_t direct_high;

/*
 * Chooses direct_high; execs argv anew if the stack limit or a personality
 * flag has put the host's libraries where the guest belongs.
 */
int direct_space_init(char *const *argv, struct err *e);

/* PROT_* bits of enum guest_prot ones. */
int direct_prot(int prot);

/* The signal that makes a thread look at its pending bits. */
int direct_kick_signal(void);
/*
 * First: whether this process is one of those that knock at each other, by the
 * same signal.  To any other a knock would be the end of whatever call waits
 * (EINTR), so the host throws it away and kicks have a signal of their own.
 * Returns task_ops.knock.
 */
int direct_hear_knocks(bool heard);
/* Did one come that no task has heard?  Once. */
bool direct_was_knocked(void);
/*
 * The calling thread has no task any more: others are there to hear knocks, and
 * the host would rather tell this one.
 */
void direct_be_deaf(void);

/* direct-watch.c: task_ops.watch; which of them a signal tells of, or -1. */
struct task_watch;
int direct_watch(struct task *t, const struct task_watch *w);
int direct_watch_hit(const siginfo_t *si);
/* task_ops.catch_signal */
int direct_catch_signal(int sig, bool on);
/* Signal handlers; once. */
int direct_signals_init(struct err *e);
/* Whose memory faults are; NULL until the first task runs. */
extern const struct personality *direct_personality;

/* The calling thread's alternate stack at stack, ALTSTACK bytes and aligned */
/* Those that are faults come whether blocked or not, and kill if they are. */
void direct_unblock_faults(sigset_t *set);
void direct_signals_thread(void *stack);

/*
 * Before the calling thread first runs 32-bit code: DS, ES and a selector for
 * FS, whose base (the guest's) is at fs_base.  direct-compat.c
 */
void direct_compat_thread(uint64_t fs_base);
/* This thread reads where there may be nothing: no memory is made for it. */
extern __thread bool direct_only_looks;

/*
 * Larger code is not searched for system calls: it costs more time than the
 * program could save, and so much code holds one of the byte pairs by chance.
 */
#define DIRECT_SEARCH_MAX (2u << 20)

/* Whether memory that becomes executable has to be shown to direct_new_code() */
bool direct_code_unknown(bool trusted);
/*
 * The readable memory (at, size) is about to become executable: whatever it
 * takes so that a system call instruction in it cannot reach Linux.
 */
void direct_new_code(uint64_t at, uint64_t size, bool writable);
/* The calling task starts, or has forked: it is armed if the process is. */
void direct_trap_thread(struct task *t);
/* Puts t on, or off, the list of those that direct_new_code() must reach. */
void direct_trap_add(struct task *t);
void direct_trap_remove(struct task *t);
/* Child of fork: only t is left. */
void direct_trap_forked(struct task *t);
/* From now on every thread is armed. */
void direct_trap_all(void);

/* struct task_ops, direct-patch.c */
unsigned direct_speed_calls(gaddr code, uint64_t size, gaddr spare,
			    uint64_t spare_size, uint32_t ncalls);

/* direct-x86_64.S */
extern __thread uint64_t host_sp;  /* top of the host stack for gates */
extern __thread uint64_t recover; /* guest_copy's rsp while it may fault */
/* FS's base in a program that leaves it alone: ours, or 32 bits' TEB. */
extern __thread uint64_t guest_fs;

/*
 * Runs the guest from the registers first until direct_leave_asm().  The gates
 * use the stack below stack_top, or the rest of the current one if it is 0.
 */
void direct_enter(const struct guest_regs *first, uint64_t stack_top);
_Noreturn void direct_leave_asm(void);
/* The frame at host_sp - R_SIZE becomes the guest's registers. */
_Noreturn void direct_resume_frame(struct guest_regs *frame);
void direct_gate64(void);
void direct_gate32(void);
extern const char direct_page_begin[], direct_page_end[];
void direct_gate_sysv(void);
void direct_gate_kick(void);
void direct_gate_trap(void);
void direct_gate_fault(void);
void direct_sig_entry(int sig, siginfo_t *si, void *uc);
/* See struct guest_mem, commit (direct-commit.c). */
int direct_commit(gaddr at, uint64_t size, uint64_t room);
int direct_commit_put(int promise);
bool direct_commit_promised(gaddr at, uint64_t size);
int direct_commit_put_promised(gaddr at, uint64_t size);
/* [at, at+size) is about to be mapped anew, or unmapped. */
void direct_commit_leave(gaddr at, uint64_t size);
/*
 * An access to `at` was a SIGBUS.  True: it was promised, and is there now.  Safe in
 * a signal handler.
 */
bool direct_commit_fault(gaddr at);
int direct_copy(void *dst, const void *src, size_t n);

/* Address ranges of the assembly that signals must know. */
extern const char direct_entry_begin[], direct_entry_end[];
extern const char direct_exit_begin[], direct_exit_last[], direct_exit_end[];
extern const char direct_jump_begin[], direct_jump_last[];
extern const char direct_exit_pending[];
extern const char direct_entry32_begin[], direct_exit32_begin[];
extern const char direct_exit32_end[], direct_exit32_pending[];
extern const char direct_lean_begin[], direct_lean_exit[], direct_lean_end[];
extern const char direct_lean_pending[], direct_lean_last[];
extern const char direct_resume_begin[], direct_resume_end[];
extern const char direct_copy_fault[];
extern const char direct_sysv_begin[], direct_sysv_end[];
extern const char direct_sysv_exit[], direct_sysv_exit_end[];
extern const char direct_sysv_pending[];

/* Called by the assembly. */
void direct_pending(struct guest_regs *frame);
void direct_trapped(struct guest_regs *frame);
void direct_faulted(struct guest_regs *frame);
struct guest_regs *direct_on_signal(int sig, siginfo_t *si, ucontext_t *uc,
				    uint64_t *fsb);

#endif
#endif
