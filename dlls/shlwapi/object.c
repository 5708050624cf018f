/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * object.c - what else shlwapi has for programs without windows: interface
 * tables, streams as a whole, the kind of system.
 */
#include "nt.h"
#include <ole2.h>
#include <shlwapi.h>

/* ---- interfaces --------------------------------------------------------- */

/* The first of the table is IUnknown as well. */
HRESULT WINAPI QISearch(void *object, LPCQITAB table, REFIID iid, void **out)
{
	static const GUID unknown = { 0, 0, 0, { 0xc0, 0, 0, 0, 0, 0, 0, 0x46 } };
	IUnknown *u = NULL;

	if (!out)
		return E_POINTER;
	*out = NULL;
	for (LPCQITAB t = table; t && t->piid; t++) {
		if (memcmp(t->piid, iid, sizeof *iid) &&
		    (t != table || memcmp(iid, &unknown, sizeof unknown)))
			continue;
		u = (IUnknown *)((char *)object + (INT)t->dwOffset);
		u->lpVtbl->AddRef(u);
		*out = u;
		return S_OK;
	}
	return E_NOINTERFACE;
}

void WINAPI IUnknown_Set(IUnknown **at, IUnknown *u)
{
	IUnknown *old = *at;

	if (u)
		u->lpVtbl->AddRef(u);
	*at = u;
	if (old)
		old->lpVtbl->Release(old);
}

void WINAPI IUnknown_AtomicRelease(void **at)
{
	IUnknown *old = at ? InterlockedExchangePointer(at, NULL) : NULL;

	if (old)
		old->lpVtbl->Release(old);
}

/* ---- streams ------------------------------------------------------------ */

/* All of it, or E_FAIL. */
HRESULT WINAPI IStream_Read(IStream *s, void *to, ULONG n)
{
	ULONG got = 0;
	HRESULT hr = s->lpVtbl->Read(s, to, n, &got);

	return FAILED(hr) ? hr : got == n ? S_OK : E_FAIL;
}

HRESULT WINAPI IStream_Write(IStream *s, const void *from, ULONG n)
{
	ULONG put = 0;
	HRESULT hr = s->lpVtbl->Write(s, from, n, &put);

	return FAILED(hr) ? hr : put == n ? S_OK : E_FAIL;
}

HRESULT WINAPI IStream_Reset(IStream *s)
{
	LARGE_INTEGER begin = { .QuadPart = 0 };

	return s->lpVtbl->Seek(s, begin, STREAM_SEEK_SET, NULL);
}

HRESULT WINAPI IStream_Size(IStream *s, ULARGE_INTEGER *size)
{
	STATSTG st;
	HRESULT hr = s->lpVtbl->Stat(s, &st, STATFLAG_NONAME);

	size->QuadPart = FAILED(hr) ? 0 : st.cbSize.QuadPart;
	return hr;
}

/* ---- the system --------------------------------------------------------- */

/* Windows 10 on NT, a workstation of one user with all that belongs to it. */
BOOL WINAPI IsOS(DWORD what)
{
	BOOL wow = FALSE;

	switch (what) {
	case OS_NT:
	case OS_NT4ORGREATER:
	case OS_WIN2000ORGREATER:
	case OS_XPORGREATER:
	case OS_PROFESSIONAL:
		return TRUE;
	case OS_WOW6432:
		return IsWow64Process(GetCurrentProcess(), &wow) && wow;
	default:
		return FALSE;
	}
}
