/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * symbols.c - the debugging library where no symbols are: modules and unwind
 * tables of the calling process are found, names are not.
 */
#include "nt.h"
/* What the header would import is what this file defines. */
#undef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT
#include <dbghelp.h>

static DWORD options = SYMOPT_UNDNAME;
static HANDLE session; /* the one that is open */

BOOL IMAGEAPI SymInitialize(HANDLE process, PCSTR path, BOOL invade)
{
	if (InterlockedCompareExchangePointer(&session, process, NULL)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return TRUE;
}

BOOL IMAGEAPI SymInitializeW(HANDLE process, PCWSTR path, BOOL invade)
{
	return SymInitialize(process, NULL, invade);
}

BOOL IMAGEAPI SymCleanup(HANDLE process)
{
	if (process && InterlockedCompareExchangePointer(&session, NULL,
							 process) == process)
		return TRUE;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

DWORD IMAGEAPI SymGetOptions(VOID)
{
	return options;
}

DWORD IMAGEAPI SymSetOptions(DWORD new)
{
	return options = new;
}

/* The search path is what was set, and nothing is searched. */
static WCHAR search_path[1024];

BOOL IMAGEAPI SymGetSearchPathW(HANDLE process, PWSTR path, DWORD n)
{
	if (!n) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	lstrcpynW(path, search_path, (int)n);
	return TRUE;
}

BOOL IMAGEAPI SymSetSearchPathW(HANDLE process, PCWSTR path)
{
	lstrcpynW(search_path, path ? path : L"", ARRAYSIZE(search_path));
	return TRUE;
}

BOOL IMAGEAPI SymFromAddr(HANDLE process, DWORD64 address, PDWORD64 offset,
			  PSYMBOL_INFO symbol)
{
	SetLastError(ERROR_MOD_NOT_FOUND);
	return FALSE;
}

BOOL IMAGEAPI SymFromAddrW(HANDLE process, DWORD64 address, PDWORD64 offset,
			   PSYMBOL_INFOW symbol)
{
	SetLastError(ERROR_MOD_NOT_FOUND);
	return FALSE;
}

BOOL IMAGEAPI SymGetLineFromAddr64(HANDLE process, DWORD64 address,
				   PDWORD offset, PIMAGEHLP_LINE64 line)
{
	SetLastError(ERROR_INVALID_ADDRESS);
	return FALSE;
}

BOOL IMAGEAPI SymGetModuleInfo64(HANDLE process, DWORD64 address,
				 PIMAGEHLP_MODULE64 info)
{
	SetLastError(ERROR_MOD_NOT_FOUND);
	return FALSE;
}

DWORD64 IMAGEAPI SymGetModuleBase64(HANDLE process, DWORD64 address)
{
	PVOID base = NULL;

	RtlPcToFileHeader((PVOID)(ULONG_PTR)address, &base);
	if (!base)
		SetLastError(ERROR_MOD_NOT_FOUND);
	return (ULONG_PTR)base;
}

PVOID IMAGEAPI SymFunctionTableAccess64(HANDLE process, DWORD64 address)
{
#ifdef __x86_64__
	DWORD64 base;

	return RtlLookupFunctionEntry(address, &base, NULL);
#else
	return NULL; /* frame pointers: there are no records */
#endif
}

/* Addresses of frames, within the process and by its unwind tables. */
BOOL IMAGEAPI StackWalk64(DWORD machine, HANDLE process, HANDLE thread,
			  LPSTACKFRAME64 frame, PVOID record,
			  PREAD_PROCESS_MEMORY_ROUTINE64 read,
			  PFUNCTION_TABLE_ACCESS_ROUTINE64 table,
			  PGET_MODULE_BASE_ROUTINE64 module,
			  PTRANSLATE_ADDRESS_ROUTINE64 translate)
{
#ifdef __x86_64__
	CONTEXT *c = record;
	RUNTIME_FUNCTION *f;
	DWORD64 base, establisher;
	PVOID data;

	if (machine != IMAGE_FILE_MACHINE_AMD64 || !c)
		return FALSE;
	/* The first call gives the frame that the caller described. */
	if (frame->Virtual) {
		f = RtlLookupFunctionEntry(c->Rip, &base, NULL);
		if (f) {
			RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, c->Rip, f, c,
					 &data, &establisher, NULL);
		} else {
			c->Rip = *(DWORD64 *)c->Rsp;
			c->Rsp += sizeof c->Rip;
		}
	}
	if (!c->Rip || !module || !module(process, c->Rip))
		return FALSE;
	frame->Virtual = TRUE;
	frame->AddrPC = (ADDRESS64){ c->Rip, 0, AddrModeFlat };
	frame->AddrStack = (ADDRESS64){ c->Rsp, 0, AddrModeFlat };
	frame->AddrFrame = (ADDRESS64){ c->Rbp, 0, AddrModeFlat };
	frame->FuncTableEntry = RtlLookupFunctionEntry(c->Rip, &base, NULL);
	return TRUE;
#else
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
#endif
}

DWORD IMAGEAPI UnDecorateSymbolName(PCSTR name, PSTR to, DWORD n, DWORD flags)
{
	/* What is no C++ name comes back as it is; so do those here. */
	if (!name || !to || !n) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	lstrcpynA(to, name, (int)n);
	return (DWORD)lstrlenA(to);
}

BOOL WINAPI MiniDumpWriteDump(HANDLE process, DWORD id, HANDLE file,
			      MINIDUMP_TYPE type,
			      const PMINIDUMP_EXCEPTION_INFORMATION exception,
			      const PMINIDUMP_USER_STREAM_INFORMATION streams,
			      const PMINIDUMP_CALLBACK_INFORMATION callback)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}
