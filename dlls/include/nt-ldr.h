/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nt-ldr.h - ntdll's Ldr* functions that other DLLs of ours use.
 */
#ifndef RF_DLL_NT_LDR_H
#define RF_DLL_NT_LDR_H

#include "nt.h"

/*
 * The loader.  path is NULL (the usual order), a string (that list of folders),
 * or a number with bit 0 set: LOAD_LIBRARY_SEARCH_* and
 * LOAD_WITH_ALTERED_SEARCH_PATH bits, as Windows 8 and later pass them.
 * flags may be NULL; *flags is 2 for DONT_RESOLVE_DLL_REFERENCES.
 */
#define LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT 1
#define LDR_GET_DLL_HANDLE_EX_PIN 2
#define LDR_ADDREF_DLL_PIN 1

NTSYSAPI NTSTATUS NTAPI LdrLoadDll(PWSTR path, ULONG *flags,
				   const UNICODE_STRING *name, PVOID *base);
NTSYSAPI NTSTATUS NTAPI LdrUnloadDll(PVOID base);
NTSYSAPI NTSTATUS NTAPI LdrAddRefDll(ULONG flags, PVOID base);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandleEx(ULONG flags, PWSTR path,
					  ULONG *dll_flags,
					  const UNICODE_STRING *name,
					  PVOID *base);
/* Whether a DLL of ours answers to an API set's name, which may end in .dll. */
NTSTATUS NTAPI ApiSetQueryApiSetPresence(PCUNICODE_STRING name,
					 PBOOLEAN present);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandle(PWSTR path, ULONG *flags,
					const UNICODE_STRING *name,
					PVOID *base);
NTSYSAPI NTSTATUS NTAPI LdrGetDllFullName(PVOID base, UNICODE_STRING *name);
NTSYSAPI NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base,
					       const ANSI_STRING *name,
					       ULONG ordinal, PVOID *address);
NTSYSAPI NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base,
						 const ANSI_STRING *name,
						 ULONG ordinal, PVOID *address,
						 ULONG flags);
NTSYSAPI NTSTATUS NTAPI
LdrGetProcedureAddressForCaller(PVOID base, const ANSI_STRING *name,
				ULONG ordinal, PVOID *address, ULONG flags,
				PVOID *caller);
NTSYSAPI NTSTATUS NTAPI LdrFindEntryForAddress(PVOID address,
					       LDR_DATA_TABLE_ENTRY **entry);
NTSYSAPI NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base);
NTSYSAPI NTSTATUS NTAPI LdrEnumerateLoadedModules(
	BOOLEAN reserved,
	void(NTAPI *fn)(LDR_DATA_TABLE_ENTRY *, PVOID context, BOOLEAN *stop),
	PVOID context);
NTSYSAPI NTSTATUS NTAPI LdrLockLoaderLock(ULONG flags, ULONG *state,
					  ULONG_PTR *cookie);
NTSYSAPI NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG flags, ULONG_PTR cookie);
NTSYSAPI NTSTATUS NTAPI LdrSetDllDirectory(const UNICODE_STRING *dir);
NTSYSAPI NTSTATUS NTAPI LdrGetDllDirectory(UNICODE_STRING *dir);
/* Ours: the file that a DLL would be loaded from; LOAD_LIBRARY_SEARCH_* flags. */
NTSTATUS NTAPI rf_find_dll(const UNICODE_STRING *name, ULONG search,
			   UNICODE_STRING *path);
NTSYSAPI NTSTATUS NTAPI LdrAddDllDirectory(const UNICODE_STRING *path,
					   PVOID *cookie);
NTSYSAPI NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID cookie);
NTSYSAPI NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PVOID fn,
						   PVOID context,
						   PVOID *cookie);
NTSYSAPI NTSTATUS NTAPI LdrUnregisterDllNotification(PVOID cookie);
NTSYSAPI void NTAPI LdrShutdownThread(void);
NTSYSAPI void NTAPI LdrShutdownProcess(void);
NTSYSAPI BOOLEAN NTAPI RtlDllShutdownInProgress(void);
NTSYSAPI NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG flags);

/*
 * Resources.  id[] is type, name, language: an integer below 0x10000 or a
 * PCWSTR.  base may carry LoadLibraryEx's data file (1) or image (2) bit.
 */
typedef struct _LDR_RESOURCE_INFO {
	ULONG_PTR Type;
	ULONG_PTR Name;
	ULONG_PTR Language;
} LDR_RESOURCE_INFO, *PLDR_RESOURCE_INFO;

NTSYSAPI NTSTATUS NTAPI
LdrFindResource_U(PVOID base, PLDR_RESOURCE_INFO id, ULONG level,
		  PIMAGE_RESOURCE_DATA_ENTRY *entry);
NTSYSAPI NTSTATUS NTAPI
LdrFindResourceDirectory_U(PVOID base, PLDR_RESOURCE_INFO id, ULONG level,
			   PIMAGE_RESOURCE_DIRECTORY *directory);
NTSYSAPI NTSTATUS NTAPI LdrAccessResource(PVOID base,
					  PIMAGE_RESOURCE_DATA_ENTRY entry,
					  PVOID *address, PULONG size);

#endif
