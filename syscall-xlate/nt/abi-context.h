/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * abi-context.h - CONTEXT, EXCEPTION_RECORD and what surrounds them on the
 * guest's stack, x64.  Source: winnt.h; CONTEXT_EX and XSTATE_CONTEXT from the
 * same, the dispatcher's frame from the unwind data that Windows' own
 * KiUserExceptionDispatcher carries (machine frame at 0x590).
 */
#ifndef RF_NT_ABI_CONTEXT_H
#define RF_NT_ABI_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/guest.h"

/* ContextFlags. */
enum {
	CONTEXT_AMD64 = 0x00100000,
	CONTEXT_CONTROL = 0x1, /* SegSs, Rsp, SegCs, Rip, EFlags */
	CONTEXT_INTEGER = 0x2,
	CONTEXT_SEGMENTS = 0x4, /* DS, ES, FS, GS */
	CONTEXT_FLOATING_POINT = 0x8,
	CONTEXT_DEBUG_REGISTERS = 0x10,
	CONTEXT_XSTATE = 0x40, /* a context_ex follows the context */
	CONTEXT_ALL = 0x1f,
	CONTEXT_EXCEPTION_REQUEST = 0x40000000,
	CONTEXT_EXCEPTION_REPORTING = (int)0x80000000,
};

/* What segment registers read as. */
enum {
	SEL_CODE32 = 0x23,
	SEL_DATA = 0x2b,
	SEL_CODE64 = 0x33,
	SEL_FS = 0x53,
};

struct nt_context {
	uint64_t home[6];
	uint32_t flags, mxcsr;
	uint16_t cs, ds, es, fs, gs, ss;
	uint32_t eflags;
	uint64_t dr0, dr1, dr2, dr3, dr6, dr7;
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip;
	uint8_t fx[512];
	uint8_t vector[26][16];
	uint64_t vector_control;
	uint64_t debug_control, last_branch_to, last_branch_from;
	uint64_t last_exception_to, last_exception_from;
};
_Static_assert(offsetof(struct nt_context, flags) == 0x30, "abi");
_Static_assert(offsetof(struct nt_context, rax) == 0x78, "abi");
_Static_assert(offsetof(struct nt_context, rip) == 0xf8, "abi");
_Static_assert(offsetof(struct nt_context, fx) == 0x100, "abi");
_Static_assert(offsetof(struct nt_context, vector) == 0x300, "abi");
_Static_assert(sizeof(struct nt_context) == 1232, "abi");

struct nt_chunk {
	int32_t offset; /* from the context_ex */
	uint32_t length;
};

/* Directly behind the context if its flags say CONTEXT_XSTATE. */
struct nt_context_ex {
	struct nt_chunk all, legacy, xstate;
	uint64_t pad; /* the dispatcher's frame counts 32 bytes */
};
_Static_assert(sizeof(struct nt_context_ex) == 0x20, "abi");

#define XSTATE_COMPACTED (1ull << 63)

/*
 * Behind the header the features that have a place, in order: AVX's upper
 * halves, then AVX-512's masks and the rest of its registers.
 */
struct nt_xstate {
	uint64_t mask;       /* features that follow, not in their init state */
	uint64_t compaction; /* features that have a place */
	uint64_t reserved[6];
	uint8_t avx[256];
	uint8_t avx512[1600];
};
_Static_assert(offsetof(struct nt_xstate, avx512) == 320, "abi");
_Static_assert(sizeof(struct nt_xstate) == 1920, "abi");

enum {
	EXCEPTION_NONCONTINUABLE = 0x1,
	EXCEPTION_UNWINDING = 0x2,
	EXCEPTION_EXIT_UNWIND = 0x4,
	EXCEPTION_STACK_INVALID = 0x8,
	EXCEPTION_NESTED_CALL = 0x10,
	EXCEPTION_SOFTWARE_ORIGINATE = 0x80,
	EXCEPTION_MAXIMUM_PARAMETERS = 15,
};

struct nt_exception_record {
	uint32_t code, flags;
	gaddr next;
	gaddr address;
	uint32_t nparams, pad;
	uint64_t param[EXCEPTION_MAXIMUM_PARAMETERS];
};
_Static_assert(sizeof(struct nt_exception_record) == 0x98, "abi");
_Static_assert(offsetof(struct nt_exception_record, param) == 0x20, "abi");

/* As the processor pushes it for an interrupt. */
struct nt_machine_frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/* What KiUserExceptionDispatcher finds at rsp. */
struct nt_exception_frame {
	struct nt_context context;
	struct nt_context_ex ex;
	struct nt_exception_record record;
	uint64_t pad;
	struct nt_machine_frame machine;
	uint64_t pad2;
};
_Static_assert(offsetof(struct nt_exception_frame, ex) == 0x4d0, "abi");
_Static_assert(offsetof(struct nt_exception_frame, record) == 0x4f0, "abi");
_Static_assert(offsetof(struct nt_exception_frame, machine) == 0x590, "abi");
_Static_assert(sizeof(struct nt_exception_frame) % 16 == 0, "abi");

/* ---- 32 bits ---------------------------------------------------------- */

enum {
	CONTEXT_I386 = 0x00010000,
	CONTEXT_EXTENDED_REGISTERS = 0x20, /* the FXSAVE image */
	CONTEXT_ALL32 = 0x3f,
};

struct nt_float_save {
	uint32_t control, status, tag, error_offset, error_selector;
	uint32_t data_offset, data_selector;
	uint8_t st[8][10];
	uint32_t cr0;
};

struct nt_context32 {
	uint32_t flags, dr[6];
	struct nt_float_save x87;
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebx, edx, ecx, eax;
	uint32_t ebp, eip, cs, eflags, esp, ss;
	uint8_t fx[512];
};
_Static_assert(offsetof(struct nt_context32, x87) == 0x1c, "abi");
_Static_assert(offsetof(struct nt_context32, edi) == 0x9c, "abi");
_Static_assert(offsetof(struct nt_context32, eip) == 0xb8, "abi");
_Static_assert(sizeof(struct nt_context32) == 0x2cc, "abi");

struct nt_exception_record32 {
	uint32_t code, flags, next, address, nparams;
	uint32_t param[EXCEPTION_MAXIMUM_PARAMETERS];
};
_Static_assert(sizeof(struct nt_exception_record32) == 80, "abi");

/* What KiUserExceptionDispatcher finds at esp. */
struct nt_exception_frame32 {
	uint32_t record_at, context_at;
	struct nt_exception_record32 record;
	struct nt_context32 context;
	struct nt_chunk ex[3]; /* a context_ex, without its padding */
	uint32_t pad;
};
_Static_assert(sizeof(struct nt_exception_frame32) % 16 == 0, "abi");

#endif
