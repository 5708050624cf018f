/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * slist.c - interlocked singly linked lists.
 *
 * The header holds the first entry, the depth and a sequence number that
 * changes with every push and pop, and is exchanged as a whole: 16 bytes on
 * x86_64 (cmpxchg16b), 8 on i686.  A pop reads the next pointer of an entry
 * that another thread may have popped and freed meanwhile: stale is harmless
 * (the sequence differs), unmapped is not, there as on Windows; our heap keeps
 * freed small blocks mapped.
 */
#include "ntdll-private.h"

typedef union {
	SLIST_HEADER h;
#ifdef _WIN64
	ULONGLONG half[2];
#else
	ULONGLONG whole;
#endif
} head_t;

#ifdef _WIN64
static inline head_t load(PSLIST_HEADER list)
{
	head_t v;

	/* Two loads may not belong together; then the exchange fails. */
	v.half[0] = ((volatile ULONGLONG *)list)[0];
	v.half[1] = ((volatile ULONGLONG *)list)[1];
	return v;
}

static inline BOOL exchange(PSLIST_HEADER list, head_t from, head_t to)
{
	BOOLEAN done;

	__asm__ volatile("lock cmpxchg16b %1"
			 : "=@ccz"(done), "+m"(*list), "+a"(from.half[0]),
			   "+d"(from.half[1])
			 : "b"(to.half[0]), "c"(to.half[1])
			 : "memory");
	return done;
}

static inline PSLIST_ENTRY first(head_t v)
{
	return (PSLIST_ENTRY)(ULONG_PTR)(v.h.HeaderX64.NextEntry << 4);
}

static inline USHORT depth(head_t v)
{
	return v.h.HeaderX64.Depth;
}

static inline head_t next_head(head_t v, PSLIST_ENTRY e, int change)
{
	v.h.HeaderX64.Depth = (USHORT)(v.h.HeaderX64.Depth + change);
	v.h.HeaderX64.Sequence = v.h.HeaderX64.Sequence + 1;
	v.h.HeaderX64.HeaderType = 1;
	v.h.HeaderX64.NextEntry = (ULONG_PTR)e >> 4;
	return v;
}
#else
static inline head_t load(PSLIST_HEADER list)
{
	head_t v;

	v.whole = *(volatile ULONGLONG *)list;
	return v;
}

static inline BOOL exchange(PSLIST_HEADER list, head_t from, head_t to)
{
	return __sync_bool_compare_and_swap((ULONGLONG *)list, from.whole,
					    to.whole);
}

static inline PSLIST_ENTRY first(head_t v)
{
	return (PSLIST_ENTRY)v.h.Next.Next;
}

static inline USHORT depth(head_t v)
{
	return v.h.Depth;
}

static inline head_t next_head(head_t v, PSLIST_ENTRY e, int change)
{
	v.h.Next.Next = e;
	v.h.Depth = (WORD)(v.h.Depth + change);
	v.h.Sequence++;
	return v;
}
#endif

void NTAPI RtlInitializeSListHead(PSLIST_HEADER list)
{
	memset(list, 0, sizeof *list);
#ifdef _WIN64
	list->HeaderX64.HeaderType = 1;
#endif
}

PSLIST_ENTRY NTAPI RtlFirstEntrySList(const SLIST_HEADER *list)
{
	return first(load((PSLIST_HEADER)list));
}

WORD NTAPI RtlQueryDepthSList(PSLIST_HEADER list)
{
	return depth(load(list));
}

PSLIST_ENTRY NTAPI RtlInterlockedPushListSListEx(PSLIST_HEADER list,
						 PSLIST_ENTRY from,
						 PSLIST_ENTRY to, DWORD n)
{
	head_t v;

	do {
		v = load(list);
		to->Next = first(v);
	} while (!exchange(list, v, next_head(v, from, (int)n)));
	return first(v);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushEntrySList(PSLIST_HEADER list,
						PSLIST_ENTRY e)
{
	return RtlInterlockedPushListSListEx(list, e, e, 1);
}

PSLIST_ENTRY NTAPI RtlInterlockedPopEntrySList(PSLIST_HEADER list)
{
	PSLIST_ENTRY e, next;
	head_t v;

	do {
		v = load(list);
		e = first(v);
		if (!e)
			return NULL;
		next = *(PSLIST_ENTRY volatile *)&e->Next;
	} while (!exchange(list, v, next_head(v, next, -1)));
	return e;
}

PSLIST_ENTRY NTAPI RtlInterlockedFlushSList(PSLIST_HEADER list)
{
	head_t v;

	do {
		v = load(list);
		if (!first(v))
			return NULL;
	} while (!exchange(list, v, next_head(v, NULL, -(int)depth(v))));
	return first(v);
}
