/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh.h - C++ exceptions of Microsoft's compiler: the tables it emits and what
 * the parts of their runtime share.  In vcruntime140 and in msvcrt.
 *
 * Pointers in tables are relative to the image on x64, absolute on i686.
 * Source: the compiler's own declarations of these structures (clang's
 * lib/CodeGen/MicrosoftCXXABI.cpp and LLVM's WinException.cpp emit the same).
 */
#ifndef RF_VCRUNTIME_EH_H
#define RF_VCRUNTIME_EH_H

#include "nt.h"
#include <stdlib.h>
#include <string.h>

#define CXX_EXCEPTION 0xe06d7363 /* "msc" */
#define CXX_MAGIC     0x19930520
#define CXX_MAGIC_ES  0x19930521 /* FuncInfo has esTypeList */
#define CXX_MAGIC_EH  0x19930522 /* and ehFlags */
#define CXX_PURE      0x01994000

#ifndef EXCEPTION_UNWIND
#define EXCEPTION_UNWIND 0x66
#endif
#ifndef EXCEPTION_TARGET_UNWIND
#define EXCEPTION_TARGET_UNWIND 0x20
#endif

typedef struct type_desc {
	const void *vtable;
	char *name; /* undecorated; made at first use */
	char decorated[];
} TYPE_DESC;

/* How to get from an object to a base. */
typedef struct {
	int mdisp; /* offset of the base */
	int pdisp; /* offset of the vbtable pointer; < 0: none */
	int vdisp; /* offset inside the vbtable */
} PMD;

enum {
	CT_SIMPLE = 1,
	CT_REFERENCE_ONLY = 2,
	CT_VIRTUAL_BASE = 4,
	CT_BAD_ALLOC = 0x10
};
typedef struct {
	DWORD properties;
	DWORD type; /* TYPE_DESC */
	PMD this_displacement;
	int size;
	DWORD copy; /* constructor; 0: bytes */
} CATCHABLE;

typedef struct {
	int n;
	DWORD type[]; /* CATCHABLE */
} CATCHABLES;

enum {
	TI_CONST = 1,
	TI_VOLATILE = 2,
	TI_UNALIGNED = 4,
	TI_PURE = 8,
	TI_WINRT = 0x10
};
typedef struct {
	DWORD attributes;
	DWORD destructor;
	DWORD forward_compat;
	DWORD catchables;
} THROW_INFO;

/* Adjectives of a catch clause. */
enum {
	HT_CONST = 1,
	HT_VOLATILE = 2,
	HT_UNALIGNED = 4,
	HT_REFERENCE = 8,
	HT_STD_DOTDOT = 0x40,
	HT_BAD_ALLOC_COMPAT = 0x80
};

/* What _CxxThrowException() puts into an EXCEPTION_RECORD. */
enum { P_MAGIC, P_OBJECT, P_THROW_INFO, P_BASE };

static inline BOOL is_cxx(const EXCEPTION_RECORD *rec)
{
	return rec->ExceptionCode == CXX_EXCEPTION &&
	       rec->NumberParameters >= 3 &&
	       ((rec->ExceptionInformation[P_MAGIC] >= CXX_MAGIC &&
		 rec->ExceptionInformation[P_MAGIC] <= CXX_MAGIC_EH) ||
		rec->ExceptionInformation[P_MAGIC] == CXX_PURE);
}

static inline const THROW_INFO *throw_info(const EXCEPTION_RECORD *rec)
{
	return (const THROW_INFO *)rec->ExceptionInformation[P_THROW_INFO];
}

/* "throw;" */
static inline BOOL is_rethrow(const EXCEPTION_RECORD *rec)
{
	return is_cxx(rec) && !throw_info(rec);
}

static inline PVOID thrown_object(const EXCEPTION_RECORD *rec)
{
	return (PVOID)rec->ExceptionInformation[P_OBJECT];
}

/* The base of what rec's tables are relative to. */
static inline ULONG_PTR thrown_base(const EXCEPTION_RECORD *rec)
{
#ifdef _WIN64
	return rec->ExceptionInformation[P_BASE];
#else
	return 0;
#endif
}

static inline ULONG_PTR at_base(ULONG_PTR base, DWORD displacement)
{
#ifdef _WIN64
	return base + displacement;
#else
	return displacement;
#endif
}

/* A catch clause, whichever table it comes from. */
struct clause {
	ULONG adjectives;
	const TYPE_DESC *type; /* NULL: catch (...) */
	LONG object;           /* where it lies in the frame; 0: unnamed */
	ULONG_PTR handler;
	LONG frame; /* x64: where its funclet keeps the function's frame */
	unsigned ncontinue;
	ULONG_PTR go_on[2]; /* what the funclet may return by number */
};

/* ---- eh-thread.c ---- */

#ifdef _WIN64
/* ntdll's __C_specific_handler calls it for what an __except swallows. */
void NTAPI rf_set_cxx_destroy(void(__cdecl *fn)(EXCEPTION_RECORD *rec));
#endif

/* A list of the exception objects that catch blocks are using. */
typedef struct frame_info {
	PVOID object;
	struct frame_info *next;
} FRAME_INFO;

typedef void(__cdecl *se_translator)(unsigned code, EXCEPTION_POINTERS *p);

struct eh_thread {
	EXCEPTION_RECORD *current; /* of the innermost catch block */
	CONTEXT *context;
	FRAME_INFO *frames;
	int processing; /* unwinds that run destructors now */
	se_translator translator;
	struct active_catch *catches; /* innermost first */
	struct running_unwind *unwinds;
};

struct eh_thread *eh_thread(void);
/* The calling thread ends: for DllMain's DLL_THREAD_DETACH. */
void eh_thread_free(void);
/* For DllMain's DLL_PROCESS_DETACH and _ATTACH; FALSE: no slots. */
BOOL eh_process_init(void);
void eh_process_free(void);

/* ---- eh-throw.c ---- */

/*
 * eh_match() - does the clause catch rec's exception?  *how is set to the
 * conversion, NULL for catch (...).
 */
BOOL eh_match(const EXCEPTION_RECORD *rec, const struct clause *c,
	      const CATCHABLE **how);
/* Initializes the clause's object at to. */
void eh_build_object(const EXCEPTION_RECORD *rec, const struct clause *c,
		     const CATCHABLE *how, PVOID to);
void __cdecl eh_destroy(EXCEPTION_RECORD *rec);
PVOID __cdecl __AdjustPointer(PVOID p, const PMD *pmd);
DECLSPEC_NORETURN void __cdecl terminate(void);
DECLSPEC_NORETURN void __cdecl _CxxThrowException(PVOID object,
						  const THROW_INFO *ti);
BOOL __cdecl _IsExceptionObjectToBeDestroyed(PVOID object);
FRAME_INFO *__cdecl _CreateFrameInfo(FRAME_INFO *f, PVOID object);
void __cdecl _FindAndUnlinkFrame(FRAME_INFO *f);

/*
 * Calls of the program's code that may not let an exception out (that ends in
 * terminate()); assembly, for their unwind data.
 */
void __cdecl eh_call_destructor(ULONG_PTR fn, PVOID object);
void __cdecl eh_call_copy(ULONG_PTR fn, PVOID to, PVOID from, int most_derived);
/* A piece of a function: x64 passes the frame in rdx, i686 in ebp. */
void __cdecl eh_call_unwind(ULONG_PTR fn, PVOID frame);

#endif
