/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - the DLL's entry point, and each thread's block of data.
 *
 * Next to nothing happens at process start: a TLS slot, the inherited
 * descriptors.  Environment, arguments, locale and console are looked at when
 * first used.  A second thread's DLL_THREAD_ATTACH switches real locking on.
 */
#include "crt.h"

#if CRT_MSVCRT
/* dlls/vcruntime140/eh-*.c, which msvcrt holds as well */
BOOL eh_process_init(void);
void eh_process_free(void);
void eh_thread_free(void);
#endif

DWORD crt_tls = TLS_OUT_OF_INDEXES;
static struct crt_ptd main_ptd = { .rand_seed = 1 };
static DWORD main_tid;

CRT_COLD struct crt_ptd *crt_ptd_create(void)
{
	DWORD err = NtCurrentTeb()->LastErrorValue;
	struct crt_ptd *p;

	if (crt_tls >= 64) {
		p = TlsGetValue(crt_tls);
		if (p)
			goto out;
	}
	if (crt_tid() == main_tid && main_tid) {
		p = &main_ptd;
	} else {
		p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof(*p));
		if (!p)
			_amsg_exit(16);
		p->rand_seed = 1;
	}
	TlsSetValue(crt_tls, p);
out:
	NtCurrentTeb()->LastErrorValue = err;
	return p;
}

void crt_ptd_free(struct crt_ptd *p)
{
	free(p->errbuf);
	free(p->werrbuf);
	free(p->tmpnam);
	free(p->wtmpnam);
	free(p->asctime);
	free(p->wasctime);
	free(p->cvt);
	if (p->locale)
		crt_locale_release(p->locale);
	if (p != &main_ptd)
		free(p);
}

static void thread_detach(void)
{
	struct crt_ptd *p;

	p = crt_tls < 64 ? NtCurrentTeb()->TlsSlots[crt_tls]
			 : TlsGetValue(crt_tls);
	if (!p)
		return;
	TlsSetValue(crt_tls, NULL);
	if (p == &main_ptd) {
		main_tid = 0; /* the number may be used again */
		return;
	}
	crt_ptd_free(p);
}

int crt_quick_exit; /* _exit() of msvcrt: nothing is flushed */

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
	switch (reason) {
	case DLL_PROCESS_ATTACH:
		crt_tls = TlsAlloc();
		if (crt_tls == TLS_OUT_OF_INDEXES)
			return FALSE;
		if (reserved)
			main_tid = crt_tid();
		else
			crt_threads = 1; /* loaded late: who knows */
		crt_io_init();
#if CRT_MSVCRT
		if (!eh_process_init())
			return FALSE;
		crt_acmdln = GetCommandLineA();
		crt_wcmdln = GetCommandLineW();
#endif
		break;
	case DLL_THREAD_ATTACH:
		crt_threads = 1;
		break;
	case DLL_THREAD_DETACH:
		thread_detach();
#if CRT_MSVCRT
		eh_thread_free();
#endif
		break;
	case DLL_PROCESS_DETACH:
		if (reserved)
			crt_threads = 0; /* the others are gone, with locks */
		if (!crt_quick_exit) {
			if (CRT_MSVCRT)
				crt_run_exit(0, 0, 1);
			else
				crt_stdio_exit();
		}
		if (!reserved) {
			thread_detach();
			TlsFree(crt_tls);
#if CRT_MSVCRT
			eh_thread_free();
			eh_process_free();
#endif
		}
		break;
	}
	return TRUE;
}
