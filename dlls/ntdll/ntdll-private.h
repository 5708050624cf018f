/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ntdll-private.h - what ntdll's own files share and nobody else sees.
 */
#ifndef RF_NTDLL_PRIVATE_H
#define RF_NTDLL_PRIVATE_H

#include "nt.h"

/*
 * A field of the calling thread's TEB, in one instruction: NtCurrentTeb()
 * would load the self pointer first.
 */
#ifdef _WIN64
#define TEB_PTR(field) ((PVOID)__readgsqword((unsigned)offsetof(TEB, field)))
#define TEB_SET_PTR(field, v)                                                  \
	__writegsqword((unsigned)offsetof(TEB, field), (ULONGLONG)(v))
#else
#define TEB_PTR(field) ((PVOID)__readfsdword((unsigned)offsetof(TEB, field)))
#define TEB_SET_PTR(field, v)                                                  \
	__writefsdword((unsigned)offsetof(TEB, field), (ULONG)(v))
#endif

static inline HANDLE current_tid(void)
{
	return TEB_PTR(ClientId.UniqueThread);
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof *(a))

/* dbgui.c: a breakpoint for the debugger, and what to do if none takes it. */
void rf_attention(void);
/* Where a 32-bit process has its DbgUiRemoteBreakin; NULL: nowhere. */
PVOID rf_breakin32(HANDLE process);
BOOL rf_only_for_debugger(const EXCEPTION_RECORD *rec, CONTEXT *ctx);

/* ---- park.c: threads asleep on an address -------------------------------- */

enum park_kind {
	PARK_ADDRESS = 1, /* RtlWaitOnAddress */
	PARK_CS,
	PARK_SRW,
	PARK_CV,
	PARK_ONCE,
};

/*
 * park() - sleep until unpark() names this address and kind.
 *
 *   may_sleep  called with the queue locked, before the thread joins it; FALSE
 *              (the world has changed): do not sleep.  No locks, no faults.
 *   arg        for both functions
 *   before     called after joining, with nothing locked: gives up the lock
 *              that a condition variable releases; may be NULL
 *   tag        for unpark(): who am I?
 *   timeout    as of NtWaitForSingleObject; NULL: for ever
 *
 * STATUS_SUCCESS: unparked; STATUS_ALERTED: did not sleep; STATUS_TIMEOUT.
 */
NTSTATUS park(const volatile void *address, enum park_kind kind,
	      BOOL (*may_sleep)(void *arg), void (*before)(void *arg),
	      void *arg, ULONG tag, const LARGE_INTEGER *timeout);

/* What unpark() does with the next thread of the queue. */
enum unpark_step { UNPARK_WAKE, UNPARK_SKIP, UNPARK_STOP };
/*
 * unpark() - wake threads asleep on an address, oldest first.
 *
 *   choose  called with the queue locked for each in turn; NULL: max of them
 *   done    called with the queue locked at the end; left: how many sleep on
 *           there; woken: how many were let go; may be NULL
 *
 * Returns the number woken.
 */
ULONG unpark(const volatile void *address, enum park_kind kind, ULONG max,
	     enum unpark_step (*choose)(void *arg, ULONG tag),
	     void (*done)(void *arg, ULONG woken, ULONG left), void *arg);
/* Nobody can be asleep there: the caller made its store visible already. */
BOOL park_is_empty(const volatile void *address);

/*
 * The process is ending, and every other thread is no more: a lock that one of
 * them held will never be released, and is taken instead.
 */
BOOL only_thread_left(void);

/* How often to look again before going to sleep; 0 on one processor. */
ULONG spin_limit(void);

/* ---- image.c ---- */

/* A row of the data directory, of an image of either width; NULL: too short. */
const IMAGE_DATA_DIRECTORY *rf_image_directory(const IMAGE_NT_HEADERS *nt,
					       ULONG directory);

/* ---- process.c ---- */

void rtl_process_init(void);

/* ---- heap.c ---- */

/* The process's first heap; called once, before anything allocates. */
PVOID heap_create_process_heap(void);

#endif
