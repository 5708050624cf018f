/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rtl-process.h - errors, the process's facts, environment, time, debugging,
 * exceptions.
 *
 * A part of rtl.h; include that.
 */
#ifndef RF_DLL_RTL_PROCESS_H
#define RF_DLL_RTL_PROCESS_H

/* ---- errors, process facts --------------------------------------------- */

NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status);
NTSYSAPI ULONG NTAPI RtlGetLastWin32Error(void);
NTSYSAPI void NTAPI RtlSetLastWin32Error(ULONG error);
NTSYSAPI void NTAPI RtlRestoreLastWin32Error(ULONG error);
NTSYSAPI void NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS s);
NTSYSAPI NTSTATUS NTAPI RtlGetLastNtStatus(void);
NTSYSAPI ULONG NTAPI RtlGetThreadErrorMode(void);
NTSYSAPI NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, ULONG *old);
NTSYSAPI PPEB NTAPI RtlGetCurrentPeb(void);
NTSYSAPI void NTAPI RtlAcquirePebLock(void);
NTSYSAPI void NTAPI RtlReleasePebLock(void);
NTSYSAPI NTSTATUS NTAPI RtlGetVersion(OSVERSIONINFOW *info);
NTSYSAPI void NTAPI RtlGetNtVersionNumbers(ULONG *major, ULONG *minor,
					   ULONG *build);
NTSYSAPI NTSTATUS NTAPI RtlVerifyVersionInfo(const OSVERSIONINFOEXW *info,
					     ULONG mask, ULONGLONG conditions);
NTSYSAPI BOOLEAN NTAPI RtlGetNtProductType(ULONG *type);
NTSYSAPI ULONG NTAPI RtlGetCurrentProcessorNumber(void);
NTSYSAPI void NTAPI RtlGetCurrentProcessorNumberEx(PROCESSOR_NUMBER *n);
NTSYSAPI BOOLEAN NTAPI RtlIsCurrentProcess(HANDLE process);
NTSYSAPI BOOLEAN NTAPI RtlIsCurrentThread(HANDLE thread);
NTSYSAPI void NTAPI RtlSetProcessIsCritical(BOOLEAN new, BOOLEAN *old,
					    BOOLEAN check);

/*
 * rf_fatal() - print "run-foreign: <message>" where a person sees it and end
 * the process with status.  For damage that must not be carried on with.
 */
void __cdecl rf_fatal(NTSTATUS status, const char *format, ...)
	__attribute__((noreturn, format(ms_printf, 2, 3)));
/* One line on the process's standard error, without its newline. */
void __cdecl rf_complain(const char *format, ...)
	__attribute__((format(ms_printf, 1, 2)));

/* ---- environment, parameters -------------------------------------------- */

NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN inherit, PVOID *env);
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironmentEx(PVOID source, PVOID *env,
					       ULONG flags);
NTSYSAPI void NTAPI RtlDestroyEnvironment(PVOID env);
NTSYSAPI void NTAPI RtlSetCurrentEnvironment(PVOID env, PVOID *old);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID env,
						      PCUNICODE_STRING name,
						      PUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID env, PCWSTR name,
						    SIZE_T name_n, PWSTR value,
						    SIZE_T value_n,
						    SIZE_T *value_len);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *env,
						  PCUNICODE_STRING name,
						  PCUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *env, PCWSTR name,
					     SIZE_T name_n, PCWSTR value,
					     SIZE_T value_n);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentStrings(PCWSTR strings, SIZE_T size);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID env,
						      PCUNICODE_STRING from,
						      PUNICODE_STRING to,
						      ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID env, PCWSTR from,
						    SIZE_T from_n, PWSTR to,
						    SIZE_T to_n, SIZE_T *n);
/* Bytes of an environment block, its last NUL included. */
SIZE_T NTAPI rf_environment_size(const WCHAR *env);

#define RTL_USER_PROC_PARAMS_NORMALIZED 0x00000001
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParameters(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime);
/* flags: RTL_USER_PROC_PARAMS_NORMALIZED or 0 (strings as offsets) */
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParametersEx(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime, ULONG flags);
NTSYSAPI NTSTATUS NTAPI
RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *p);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p);

/* ---- time ------------------------------------------------------------------ */

typedef struct _TIME_FIELDS {
	SHORT Year, Month, Day;
	SHORT Hour, Minute, Second, Milliseconds;
	SHORT Weekday; /* 0 Sunday */
} TIME_FIELDS, *PTIME_FIELDS;
NTSYSAPI void NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *t,
					PTIME_FIELDS f);
NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS f, LARGE_INTEGER *t);
NTSYSAPI void NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *t,
					       PTIME_FIELDS f);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *t,
						 ULONG *s);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *t,
						 ULONG *s);
NTSYSAPI void NTAPI RtlSecondsSince1970ToTime(ULONG s, LARGE_INTEGER *t);
NTSYSAPI void NTAPI RtlSecondsSince1980ToTime(ULONG s, LARGE_INTEGER *t);
NTSYSAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system,
						 LARGE_INTEGER *local);
NTSYSAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local,
						 LARGE_INTEGER *system);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceCounter(LARGE_INTEGER *c);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceFrequency(LARGE_INTEGER *f);
NTSYSAPI BOOL NTAPI RtlQueryUnbiasedInterruptTime(ULONGLONG *t);
NTSYSAPI ULONGLONG NTAPI RtlGetSystemTimePrecise(void);
NTSYSAPI NTSTATUS NTAPI RtlQueryTimeZoneInformation(void *info);

/* ---- messages, debugging ------------------------------------------------------ */

NTSYSAPI NTSTATUS NTAPI RtlFindMessage(PVOID module, ULONG type, ULONG language,
				       ULONG id, PMESSAGE_RESOURCE_ENTRY *e);
NTSYSAPI ULONG __cdecl DbgPrint(PCSTR format, ...);
NTSYSAPI ULONG __cdecl DbgPrintEx(ULONG component, ULONG level, PCSTR format,
				  ...);
NTSYSAPI ULONG NTAPI vDbgPrintEx(ULONG component, ULONG level, PCSTR format,
				 va_list args);
NTSYSAPI void NTAPI DbgBreakPoint(void);
NTSYSAPI void NTAPI DbgUserBreakPoint(void);

/* ---- exceptions (except*.c), image (ldr*.c) ------------------------------------- */

NTSYSAPI void NTAPI RtlRaiseException(PEXCEPTION_RECORD record);
NTSYSAPI void NTAPI RtlRaiseStatus(NTSTATUS status);
NTSYSAPI PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base);
NTSYSAPI PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped,
						  USHORT directory,
						  ULONG *size);
NTSYSAPI NTSTATUS NTAPI RtlCreateUserThread(
	HANDLE process, PSECURITY_DESCRIPTOR sd, BOOLEAN suspended,
	ULONG zero_bits, SIZE_T reserve, SIZE_T commit, PVOID start,
	PVOID parameter, HANDLE *thread, CLIENT_ID *id);
NTSYSAPI void NTAPI RtlExitUserThread(NTSTATUS status);
NTSYSAPI void NTAPI RtlExitUserProcess(NTSTATUS status);

#endif
