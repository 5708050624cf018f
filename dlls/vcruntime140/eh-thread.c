/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-thread.c - what C++ exception handling knows of each thread.
 */
#include "eh.h"

static DWORD slot = TLS_OUT_OF_INDEXES;

/* For the one who gets no memory in the middle of a throw. */
static struct eh_thread emergency;

BOOL eh_process_init(void)
{
	slot = TlsAlloc();
#ifdef _WIN64
	rf_set_cxx_destroy(eh_destroy);
#endif
	return slot != TLS_OUT_OF_INDEXES;
}

static __attribute__((noinline)) struct eh_thread *make(void)
{
	struct eh_thread *t =
		HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *t);

	if (!t)
		return &emergency;
	TlsSetValue(slot, t);
	return t;
}

struct eh_thread *eh_thread(void)
{
	TEB *teb = NtCurrentTeb();
	struct eh_thread *t;

	/* TlsGetValue() would clear the program's last error. */
	if (slot < 64)
		t = teb->TlsSlots[slot];
	else if (slot != TLS_OUT_OF_INDEXES && teb->TlsExpansionSlots)
		t = teb->TlsExpansionSlots[slot - 64];
	else
		t = NULL;
	return t ? t : make();
}

void eh_thread_free(void)
{
	struct eh_thread *t = eh_thread();

	if (t == &emergency)
		return;
	TlsSetValue(slot, NULL);
	HeapFree(GetProcessHeap(), 0, t);
}

void eh_process_free(void)
{
#ifdef _WIN64
	rf_set_cxx_destroy(NULL);
#endif
	eh_thread_free();
	TlsFree(slot);
	slot = TLS_OUT_OF_INDEXES;
}
