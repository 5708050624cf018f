/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fls.c - fiber-local storage: slots with callbacks.
 *
 * TEB.FlsData points to what the running fiber has; kernel32 exchanges it when
 * it switches fibers.  All of them are in a list, since freeing an index calls
 * its callback for every fiber that has a value there.
 */
#include "ntdll-private.h"

/* As Windows 10 has it; index 0 is never given out. */
enum { FLS_MAX = 4080, FIRST = 1, STEP = 32 };

struct fls {
	LIST_ENTRY links;
	ULONG n; /* of values */
	PVOID *values;
};

static RTL_SRWLOCK lock;
static LIST_ENTRY all = { &all, &all };
/* In use: not NULL; NO_CALLBACK stands for none. */
static PFLS_CALLBACK_FUNCTION *callbacks;
static ULONG count; /* of callbacks */
#define NO_CALLBACK ((PFLS_CALLBACK_FUNCTION)(LONG_PTR)-1)

static BOOL grow(PVOID **array, ULONG *n, ULONG want)
{
	ULONG more = (want + STEP) / STEP * STEP;
	PVOID *p;

	if (want < *n)
		return TRUE;
	if (more < *n * 2)
		more = *n * 2;
	if (more > FLS_MAX)
		more = FLS_MAX;
	p = *array ? RtlReAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, *array,
				       more * sizeof *p)
		   : RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
				     more * sizeof *p);
	if (!p)
		return FALSE;
	*array = p;
	*n = more;
	return TRUE;
}

NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION fn, ULONG *index)
{
	NTSTATUS status = STATUS_SUCCESS;
	ULONG i;

	RtlAcquireSRWLockExclusive(&lock);
	for (i = FIRST; i < count && callbacks[i]; i++)
		;
	if (i >= FLS_MAX || !grow((PVOID **)&callbacks, &count, i)) {
		status = STATUS_NO_MEMORY;
	} else {
		callbacks[i] = fn ? fn : NO_CALLBACK;
		*index = i;
	}
	RtlReleaseSRWLockExclusive(&lock);
	return status;
}

/*
 * Callbacks run without the lock: they may use FLS themselves, and free the
 * library that the next one lies in.
 */
static void call(PFLS_CALLBACK_FUNCTION fn, PVOID value)
{
	if (value && fn && fn != NO_CALLBACK)
		fn(value);
}

NTSTATUS NTAPI RtlFlsFree(ULONG index)
{
	PFLS_CALLBACK_FUNCTION fn;
	LIST_ENTRY *at;

	RtlAcquireSRWLockExclusive(&lock);
	if (index < FIRST || index >= count || !callbacks[index]) {
		RtlReleaseSRWLockExclusive(&lock);
		return STATUS_INVALID_PARAMETER;
	}
	fn = callbacks[index];
again:
	for (at = all.Flink; at != &all; at = at->Flink) {
		struct fls *f = CONTAINING_RECORD(at, struct fls, links);
		PVOID value;

		if (index >= f->n || !f->values[index])
			continue;
		value = f->values[index];
		f->values[index] = NULL;
		if (fn == NO_CALLBACK)
			continue;
		RtlReleaseSRWLockExclusive(&lock);
		call(fn, value);
		RtlAcquireSRWLockExclusive(&lock);
		goto again; /* the list may have changed */
	}
	callbacks[index] = NULL;
	RtlReleaseSRWLockExclusive(&lock);
	return STATUS_SUCCESS;
}

static struct fls *own_data(void)
{
	struct fls *f = NtCurrentTeb()->FlsData;

	if (f)
		return f;
	f = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *f);
	if (!f)
		return NULL;
	RtlAcquireSRWLockExclusive(&lock);
	f->links.Blink = &all;
	f->links.Flink = all.Flink;
	all.Flink->Blink = &f->links;
	all.Flink = &f->links;
	RtlReleaseSRWLockExclusive(&lock);
	NtCurrentTeb()->FlsData = f;
	return f;
}

NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value)
{
	struct fls *f;
	BOOL room = TRUE;

	if (index < FIRST || index >= FLS_MAX)
		return STATUS_INVALID_PARAMETER;
	f = own_data();
	if (!f)
		return STATUS_NO_MEMORY;
	if (index >= f->n) {
		RtlAcquireSRWLockExclusive(&lock);
		room = grow(&f->values, &f->n, index);
		RtlReleaseSRWLockExclusive(&lock);
	}
	if (!room)
		return STATUS_NO_MEMORY;
	f->values[index] = value;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value)
{
	struct fls *f = NtCurrentTeb()->FlsData;

	if (index < FIRST || index >= FLS_MAX)
		return STATUS_INVALID_PARAMETER;
	*value = f && index < f->n ? f->values[index] : NULL;
	return STATUS_SUCCESS;
}

void NTAPI RtlProcessFlsData(PVOID data, ULONG flags);

/*
 * RtlProcessFlsData() - what kernel32's DeleteFiber calls: flags 1 runs the
 * callbacks, 2 frees the data.
 */
void NTAPI RtlProcessFlsData(PVOID data, ULONG flags)
{
	struct fls *f = data;

	if (!f)
		return;
	for (ULONG i = FIRST; flags & 1 && i < f->n; i++) {
		PFLS_CALLBACK_FUNCTION fn = NULL;
		PVOID value = f->values[i];

		if (!value)
			continue;
		RtlAcquireSRWLockShared(&lock);
		if (i < count)
			fn = callbacks[i];
		RtlReleaseSRWLockShared(&lock);
		call(fn, value);
		if (i < f->n)
			f->values[i] = NULL;
	}
	if (!(flags & 2))
		return;
	RtlAcquireSRWLockExclusive(&lock);
	f->links.Blink->Flink = f->links.Flink;
	f->links.Flink->Blink = f->links.Blink;
	RtlReleaseSRWLockExclusive(&lock);
	if (f->values)
		RtlFreeHeap(rf_heap(), 0, f->values);
	RtlFreeHeap(rf_heap(), 0, f);
}

void NTAPI rf_fls_thread_detach(void)
{
	PVOID data = NtCurrentTeb()->FlsData;

	RtlProcessFlsData(data, 1);
	NtCurrentTeb()->FlsData = NULL;
	RtlProcessFlsData(data, 2);
}
