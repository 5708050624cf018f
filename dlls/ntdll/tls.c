/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tls.c - the slots behind TlsAlloc: 64 in the TEB, 1024 more in an array that
 * a thread gets when it first sets one of them.
 *
 * Which are taken stands in the PEB's two bitmaps, as on Windows; slot 0 always
 * is (ldr-start.c).
 */
#include "ntdll-private.h"

enum { SLOTS = 64, MORE = 1024, THREAD_ZERO_TLS_CELL = 10 };

static ULONG *word_of(PPEB peb, ULONG index)
{
	if (index < SLOTS)
		return &peb->TlsBitmapBits[index / 32];
	return &peb->TlsExpansionBitmapBits[(index - SLOTS) / 32];
}

NTSTATUS NTAPI rf_tls_alloc(ULONG *index)
{
	PPEB peb = rf_peb();

	for (ULONG base = 0; base < SLOTS + MORE; base += 32) {
		ULONG *word = word_of(peb, base);
		ULONG v = *(volatile ULONG *)word;

		while (~v) {
			ULONG bit = __builtin_ctz(~v);
			ULONG old = InterlockedCompareExchange(
				(LONG *)word, (LONG)(v | 1u << bit), (LONG)v);

			if (old == v) {
				*index = base + bit;
				return STATUS_SUCCESS;
			}
			v = old;
		}
	}
	return STATUS_NO_MEMORY;
}

NTSTATUS NTAPI rf_tls_free(ULONG index)
{
	ULONG bit = 1u << index % 32;

	if (!index || index >= SLOTS + MORE ||
	    !(*word_of(rf_peb(), index) & bit))
		return STATUS_INVALID_PARAMETER;
	/* The next owner finds NULL in every thread. */
	if (!NT_SUCCESS(NtSetInformationThread(NtCurrentThread(),
					       THREAD_ZERO_TLS_CELL, &index,
					       sizeof index)))
		rf_tls_set(index, NULL);
	InterlockedAnd((LONG *)word_of(rf_peb(), index), (LONG)~bit);
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI rf_tls_get(ULONG index, PVOID *value)
{
	PTEB teb = NtCurrentTeb();

	if (index < SLOTS)
		*value = teb->TlsSlots[index];
	else if (index < SLOTS + MORE)
		*value = teb->TlsExpansionSlots
				 ? teb->TlsExpansionSlots[index - SLOTS]
				 : NULL;
	else
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

NTSTATUS NTAPI rf_tls_set(ULONG index, PVOID value)
{
	PTEB teb = NtCurrentTeb();

	if (index < SLOTS) {
		teb->TlsSlots[index] = value;
		return STATUS_SUCCESS;
	}
	if (index >= SLOTS + MORE)
		return STATUS_INVALID_PARAMETER;
	if (!teb->TlsExpansionSlots) {
		if (!value)
			return STATUS_SUCCESS;
		teb->TlsExpansionSlots = RtlAllocateHeap(
			rf_heap(), HEAP_ZERO_MEMORY, MORE * sizeof value);
		if (!teb->TlsExpansionSlots)
			return STATUS_NO_MEMORY;
	}
	teb->TlsExpansionSlots[index - SLOTS] = value;
	return STATUS_SUCCESS;
}
