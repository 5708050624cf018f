/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysinfo.c - the machine: processors, names, firmware, power.
 */
#include <cpuid.h>

#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- GetSystemInfo ---- */

static void system_info(SYSTEM_INFO *s)
{
	RF_SYSTEM_BASIC b;
	RF_SYSTEM_PROCESSOR p;

	memset(s, 0, sizeof *s);
	memset(&b, 0, sizeof b);
	memset(&p, 0, sizeof p);
	NtQuerySystemInformation(RfSystemBasicInformation, &b, sizeof b, NULL);
	NtQuerySystemInformation(RfSystemProcessorInformation, &p, sizeof p,
				 NULL);
	s->dwPageSize = b.PageSize ? b.PageSize : 0x1000;
	s->dwAllocationGranularity =
		b.AllocationGranularity ? b.AllocationGranularity : 0x10000;
	s->lpMinimumApplicationAddress = (PVOID)b.MinimumUserModeAddress;
	s->lpMaximumApplicationAddress = (PVOID)b.MaximumUserModeAddress;
	s->dwActiveProcessorMask = b.ActiveProcessorsAffinityMask;
	s->dwNumberOfProcessors = (UCHAR)b.NumberOfProcessors;
	s->wProcessorArchitecture = p.ProcessorArchitecture;
	s->wProcessorLevel = p.ProcessorLevel;
	s->wProcessorRevision = p.ProcessorRevision;
	s->dwProcessorType =
		p.ProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64
			? PROCESSOR_AMD_X8664
			: PROCESSOR_INTEL_PENTIUM;
}

void WINAPI GetSystemInfo(LPSYSTEM_INFO s)
{
	system_info(s);
#ifdef _WIN64
	s->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
	s->dwProcessorType = PROCESSOR_AMD_X8664;
#else
	s->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_INTEL;
	s->dwProcessorType = PROCESSOR_INTEL_PENTIUM;
#endif
}

/* What it would be outside of WOW64; the processor is always 64-bit. */
void WINAPI GetNativeSystemInfo(LPSYSTEM_INFO s)
{
	system_info(s);
	s->wProcessorArchitecture = PROCESSOR_ARCHITECTURE_AMD64;
	s->dwProcessorType = PROCESSOR_AMD_X8664;
}

BOOL WINAPI IsWow64Process(HANDLE process, PBOOL wow64)
{
	ULONG_PTR peb32;

	if (!rf_result(NtQueryInformationProcess(process,
						 RfProcessWow64Information,
						 &peb32, sizeof peb32, NULL)))
		return FALSE;
	*wow64 = peb32 != 0;
	return TRUE;
}

BOOL WINAPI IsWow64Process2(HANDLE process, USHORT *machine, USHORT *native)
{
	BOOL wow64;

	if (!IsWow64Process(process, &wow64))
		return FALSE;
	*machine = wow64 ? IMAGE_FILE_MACHINE_I386 : IMAGE_FILE_MACHINE_UNKNOWN;
	if (native)
		*native = IMAGE_FILE_MACHINE_AMD64;
	return TRUE;
}

HRESULT WINAPI IsWow64GuestMachineSupported(USHORT machine, BOOL *supported)
{
	*supported = machine == IMAGE_FILE_MACHINE_I386;
	return S_OK;
}

HRESULT WINAPI GetMachineTypeAttributes(USHORT machine,
					MACHINE_ATTRIBUTES *attributes)
{
	*attributes = 0;
	if (machine == IMAGE_FILE_MACHINE_AMD64)
		*attributes = UserEnabled | KernelEnabled;
	else if (machine == IMAGE_FILE_MACHINE_I386)
		*attributes = UserEnabled | Wow64Container;
	return S_OK;
}

/* ---- processor features ---- */

static ULONG64 xcr0(void)
{
	ULONG low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (ULONG64)high << 32 | low;
}

enum {
	LEAF_1_ECX,
	LEAF_1_EDX,
	LEAF_7_EBX,
	LEAF_7_ECX,
	LEAF_X1_ECX,
	LEAF_X1_EDX,
	ALWAYS,
	LEAVES
};

/* XCR0 bits that must be on as well. */
#define YMM 0x6
#define ZMM 0xe6

/* PF_* to where CPUID says it. */
static const struct {
	UCHAR leaf, bit, xstate;
} features[] = {
	[PF_COMPARE_EXCHANGE_DOUBLE] = { LEAF_1_EDX, 8, 0 },
	[PF_MMX_INSTRUCTIONS_AVAILABLE] = { LEAF_1_EDX, 23, 0 },
	[PF_XMMI_INSTRUCTIONS_AVAILABLE] = { LEAF_1_EDX, 25, 0 },
	[PF_3DNOW_INSTRUCTIONS_AVAILABLE] = { LEAF_X1_EDX, 31, 0 },
	[PF_RDTSC_INSTRUCTION_AVAILABLE] = { LEAF_1_EDX, 4, 0 },
	[PF_PAE_ENABLED] = { ALWAYS, 0, 0 },
	[PF_XMMI64_INSTRUCTIONS_AVAILABLE] = { LEAF_1_EDX, 26, 0 },
	[PF_NX_ENABLED] = { ALWAYS, 0, 0 },
	[PF_SSE3_INSTRUCTIONS_AVAILABLE] = { LEAF_1_ECX, 0, 0 },
	[PF_COMPARE_EXCHANGE128] = { LEAF_1_ECX, 13, 0 },
	[PF_COMPARE64_EXCHANGE128] = { LEAF_1_ECX, 13, 0 },
	[PF_XSAVE_ENABLED] = { LEAF_1_ECX, 27, 0 },
	[PF_RDWRFSGSBASE_AVAILABLE] = { LEAF_7_EBX, 0, 0 },
	[PF_FASTFAIL_AVAILABLE] = { ALWAYS, 0, 0 },
	[28 /* PF_RDRAND */] = { LEAF_1_ECX, 30, 0 },
	[32 /* PF_RDTSCP */] = { LEAF_X1_EDX, 27, 0 },
	[33 /* PF_RDPID */] = { LEAF_7_ECX, 22, 0 },
	[35 /* PF_MONITORX */] = { LEAF_X1_ECX, 29, 0 },
	[36 /* PF_SSSE3 */] = { LEAF_1_ECX, 9, 0 },
	[37 /* PF_SSE4_1 */] = { LEAF_1_ECX, 19, 0 },
	[38 /* PF_SSE4_2 */] = { LEAF_1_ECX, 20, 0 },
	[39 /* PF_AVX */] = { LEAF_1_ECX, 28, YMM },
	[40 /* PF_AVX2 */] = { LEAF_7_EBX, 5, YMM },
	[41 /* PF_AVX512F */] = { LEAF_7_EBX, 16, ZMM },
	[42 /* PF_ERMS */] = { LEAF_7_EBX, 9, 0 },
};

static void read_cpuid(ULONG leaf[LEAVES])
{
	unsigned a, b, c, d;

	memset(leaf, 0, LEAVES * sizeof *leaf);
	leaf[ALWAYS] = 1;
	if (__get_cpuid(1, &a, &b, &c, &d)) {
		leaf[LEAF_1_ECX] = c;
		leaf[LEAF_1_EDX] = d;
	}
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		leaf[LEAF_7_EBX] = b;
		leaf[LEAF_7_ECX] = c;
	}
	if (__get_cpuid(0x80000001, &a, &b, &c, &d)) {
		leaf[LEAF_X1_ECX] = c;
		leaf[LEAF_X1_EDX] = d;
	}
}

#define OSXSAVE (1u << 27)

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature)
{
	static ULONG64 present, known; /* bit per feature; known: bit 63 */
	ULONG64 bits = 0;

	if (feature >= ARRAY_LEN(features))
		return FALSE;
	if (!__atomic_load_n(&known, __ATOMIC_ACQUIRE)) {
		ULONG leaf[LEAVES];
		ULONG64 state = 0;
		unsigned i;

		read_cpuid(leaf);
		if (leaf[LEAF_1_ECX] & OSXSAVE)
			state = xcr0();
		for (i = 0; i < ARRAY_LEN(features); i++) {
			/* A gap is leaf 0, bit 0 (SSE3), but for SSE3 itself.
			 */
			if (!features[i].leaf && !features[i].bit &&
			    i != PF_SSE3_INSTRUCTIONS_AVAILABLE)
				continue;
			if ((leaf[features[i].leaf] >> features[i].bit & 1) &&
			    (state & features[i].xstate) == features[i].xstate)
				bits |= 1ull << i;
		}
		__atomic_store_n(&present, bits, __ATOMIC_RELAXED);
		__atomic_store_n(&known, 1, __ATOMIC_RELEASE);
	}
	return present >> feature & 1;
}

DWORD64 WINAPI GetEnabledXStateFeatures(void)
{
	ULONG leaf[LEAVES];

	read_cpuid(leaf);
	return leaf[LEAF_1_ECX] & OSXSAVE ? xcr0() : XSTATE_MASK_LEGACY;
}

/* Contexts here hold what CONTEXT holds: no AVX state behind it. */
BOOL WINAPI InitializeContext(PVOID buffer, DWORD flags, PCONTEXT *context,
			      PDWORD size)
{
	/* 16 aligned, and the caller's buffer may not be. */
	DWORD needed = sizeof(CONTEXT) + 15;

	if ((flags & 0x40) == 0x40) { /* CONTEXT_XSTATE */
		SetLastError(ERROR_NOT_SUPPORTED);
		return FALSE;
	}
	if (!buffer || *size < needed) {
		*size = needed;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	*size = needed;
	*context = (PCONTEXT)(((ULONG_PTR)buffer + 15) & ~(ULONG_PTR)15);
	memset(*context, 0, sizeof **context);
	(*context)->ContextFlags = flags;
	return TRUE;
}

BOOL WINAPI InitializeContext2(PVOID buffer, DWORD flags, PCONTEXT *context,
			       PDWORD size, ULONG64 mask)
{
	return InitializeContext(buffer, flags, context, size);
}

BOOL WINAPI CopyContext(PCONTEXT to, DWORD flags, PCONTEXT from)
{
	if ((flags & 0x40) == 0x40 || (to->ContextFlags & flags) != flags) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	memcpy(to, from, sizeof *to);
	to->ContextFlags = flags;
	return TRUE;
}

BOOL WINAPI GetXStateFeaturesMask(PCONTEXT context, PDWORD64 mask)
{
	*mask = XSTATE_MASK_LEGACY;
	return (context->ContextFlags & 0x40) == 0x40;
}

BOOL WINAPI SetXStateFeaturesMask(PCONTEXT context, DWORD64 mask)
{
	return !(mask & ~(DWORD64)XSTATE_MASK_LEGACY);
}

PVOID WINAPI LocateXStateFeature(PCONTEXT context, DWORD feature, PDWORD size)
{
#ifdef _WIN64
	if (feature == XSTATE_LEGACY_FLOATING_POINT) {
		if (size)
			*size = offsetof(XMM_SAVE_AREA32, XmmRegisters);
		return &context->FltSave;
	}
	if (feature == XSTATE_LEGACY_SSE) {
		if (size)
			*size = sizeof context->FltSave.XmmRegisters;
		return context->FltSave.XmmRegisters;
	}
#endif
	return NULL;
}

/* ---- names ---- */

/* A REG_SZ value below HKLM; FALSE without touching the last error. */
static BOOL registry_string(const WCHAR *key, const WCHAR *value, WCHAR *to,
			    ULONG size)
{
	struct {
		ULONG title, type, len; /* KEY_VALUE_PARTIAL_INFORMATION */
		WCHAR data[MAX_PATH];
	} info;
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	ULONG needed, n;
	HANDLE h;

	RtlInitUnicodeString(&name, key);
	InitializeObjectAttributes(&oa, &name, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	if (!NT_SUCCESS(NtOpenKey(&h, KEY_QUERY_VALUE, &oa)))
		return FALSE;
	RtlInitUnicodeString(&name, value);
	status = NtQueryValueKey(h, &name, 2, &info, sizeof info, &needed);
	NtClose(h);
	if (!NT_SUCCESS(status) || info.type != REG_SZ)
		return FALSE;
	n = info.len / sizeof(WCHAR);
	while (n && !info.data[n - 1])
		n--;
	if (!n || n >= size)
		return FALSE;
	memcpy(to, info.data, n * sizeof(WCHAR));
	to[n] = 0;
	return TRUE;
}

#define CONTROL L"\\Registry\\Machine\\System\\CurrentControlSet\\"

static void netbios_name(WCHAR *to, ULONG size)
{
	if (registry_string(CONTROL L"Control\\ComputerName\\"
				    L"ActiveComputerName",
			    L"ComputerName", to, size) ||
	    (GetEnvironmentVariableW(L"COMPUTERNAME", to, size) - 1 < size - 1))
		return;
	memcpy(to, L"LOCALHOST", sizeof L"LOCALHOST");
}

static void dns_name(WCHAR *to, ULONG size)
{
	ULONG i;

	if (registry_string(CONTROL L"Services\\Tcpip\\Parameters", L"Hostname",
			    to, size))
		return;
	netbios_name(to, size);
	for (i = 0; to[i]; i++)
		to[i] = RtlDowncaseUnicodeChar(to[i]);
}

static void dns_domain(WCHAR *to, ULONG size)
{
	if (!registry_string(CONTROL L"Services\\Tcpip\\Parameters", L"Domain",
			     to, size))
		*to = 0;
}

BOOL WINAPI GetComputerNameExW(COMPUTER_NAME_FORMAT format, LPWSTR to,
			       LPDWORD size)
{
	WCHAR name[2 * MAX_PATH];
	DWORD n;

	switch (format) {
	case ComputerNameNetBIOS:
	case ComputerNamePhysicalNetBIOS:
		netbios_name(name, MAX_PATH);
		break;
	case ComputerNameDnsHostname:
	case ComputerNamePhysicalDnsHostname:
		dns_name(name, MAX_PATH);
		break;
	case ComputerNameDnsDomain:
	case ComputerNamePhysicalDnsDomain:
		dns_domain(name, MAX_PATH);
		break;
	case ComputerNameDnsFullyQualified:
	case ComputerNamePhysicalDnsFullyQualified:
		dns_name(name, MAX_PATH);
		n = wide_len(name);
		dns_domain(name + n + 1, MAX_PATH);
		if (name[n + 1])
			name[n] = '.';
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	n = wide_len(name);
	if (!to || *size <= n) {
		*size = n + 1;
		SetLastError(ERROR_MORE_DATA);
		return FALSE;
	}
	memcpy(to, name, (n + 1) * sizeof *to);
	*size = n;
	return TRUE;
}

BOOL WINAPI GetComputerNameExA(COMPUTER_NAME_FORMAT format, LPSTR to,
			       LPDWORD size)
{
	WCHAR name[2 * MAX_PATH];
	DWORD n = ARRAY_LEN(name), needed;

	if (!GetComputerNameExW(format, name, &n))
		return FALSE;
	needed = ansi_from_wide(name, n, NULL, 0);
	if (!to || *size < needed) {
		*size = needed;
		SetLastError(ERROR_MORE_DATA);
		return FALSE;
	}
	*size = ansi_from_wide(name, n, to, *size);
	return TRUE;
}

/* The old functions say "too small" in another way. */
BOOL WINAPI GetComputerNameW(LPWSTR to, LPDWORD size)
{
	if (GetComputerNameExW(ComputerNameNetBIOS, to, size))
		return TRUE;
	if (GetLastError() == ERROR_MORE_DATA)
		SetLastError(ERROR_BUFFER_OVERFLOW);
	return FALSE;
}

BOOL WINAPI GetComputerNameA(LPSTR to, LPDWORD size)
{
	if (GetComputerNameExA(ComputerNameNetBIOS, to, size))
		return TRUE;
	if (GetLastError() == ERROR_MORE_DATA)
		SetLastError(ERROR_BUFFER_OVERFLOW);
	return FALSE;
}

static BOOL no_privilege(void)
{
	SetLastError(ERROR_ACCESS_DENIED);
	return FALSE;
}

BOOL WINAPI SetComputerNameW(LPCWSTR name)
{
	return no_privilege();
}

BOOL WINAPI SetComputerNameA(LPCSTR name)
{
	return no_privilege();
}

BOOL WINAPI SetComputerNameExW(COMPUTER_NAME_FORMAT format, LPCWSTR name)
{
	return no_privilege();
}

BOOL WINAPI SetComputerNameExA(COMPUTER_NAME_FORMAT format, LPCSTR name)
{
	return no_privilege();
}

BOOL WINAPI DnsHostnameToComputerNameW(LPCWSTR host, LPWSTR to, LPDWORD size)
{
	DWORD n = 0;

	/* 15 characters of the first label, upper case. */
	while (host[n] && host[n] != '.' && n < MAX_COMPUTERNAME_LENGTH)
		n++;
	if (!to || *size <= n) {
		*size = n + 1;
		SetLastError(ERROR_MORE_DATA);
		return FALSE;
	}
	*size = n;
	to[n] = 0;
	while (n--)
		to[n] = RtlUpcaseUnicodeChar(host[n]);
	return TRUE;
}

/* ---- firmware ---- */

/* As on a machine with a BIOS, whatever the host has: nothing to ask it. */
BOOL WINAPI GetFirmwareType(PFIRMWARE_TYPE type)
{
	if (!type) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*type = FirmwareTypeBios;
	return TRUE;
}

static BOOL no_firmware(void)
{
	SetLastError(ERROR_INVALID_FUNCTION);
	return FALSE;
}

DWORD WINAPI GetFirmwareEnvironmentVariableW(LPCWSTR name, LPCWSTR guid,
					     PVOID buffer, DWORD size)
{
	return no_firmware();
}

DWORD WINAPI GetFirmwareEnvironmentVariableA(LPCSTR name, LPCSTR guid,
					     PVOID buffer, DWORD size)
{
	return no_firmware();
}

DWORD WINAPI GetFirmwareEnvironmentVariableExW(LPCWSTR name, LPCWSTR guid,
					       PVOID buffer, DWORD size,
					       PDWORD attributes)
{
	return no_firmware();
}

DWORD WINAPI GetFirmwareEnvironmentVariableExA(LPCSTR name, LPCSTR guid,
					       PVOID buffer, DWORD size,
					       PDWORD attributes)
{
	return no_firmware();
}

BOOL WINAPI SetFirmwareEnvironmentVariableW(LPCWSTR name, LPCWSTR guid,
					    PVOID buffer, DWORD size)
{
	return no_firmware();
}

BOOL WINAPI SetFirmwareEnvironmentVariableA(LPCSTR name, LPCSTR guid,
					    PVOID buffer, DWORD size)
{
	return no_firmware();
}

/* SYSTEM_FIRMWARE_TABLE_INFORMATION, the data behind it. */
struct firmware_table {
	ULONG provider, action, id, size;
	UCHAR data[1];
};

static UINT firmware(DWORD provider, ULONG action, DWORD id, PVOID buffer,
		     DWORD size)
{
	ULONG head = offsetof(struct firmware_table, data);
	struct firmware_table *t = k32_alloc(head + size);
	ULONG needed = 0, n = 0;
	NTSTATUS status;

	if (!t)
		return 0;
	t->provider = provider;
	t->action = action;
	t->id = id;
	t->size = size;
	status = NtQuerySystemInformation(RfSystemFirmwareTableInformation, t,
					  head + size, &needed);
	if (NT_SUCCESS(status)) {
		n = t->size;
		if (buffer && n <= size)
			memcpy(buffer, t->data, n);
	} else if (status == STATUS_BUFFER_TOO_SMALL) {
		n = needed > head ? needed - head : t->size;
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	} else {
		rf_fail(status);
	}
	k32_free(t);
	return n;
}

UINT WINAPI EnumSystemFirmwareTables(DWORD provider, PVOID buffer, DWORD size)
{
	return firmware(provider, 0, 0, buffer, size);
}

UINT WINAPI GetSystemFirmwareTable(DWORD provider, DWORD id, PVOID buffer,
				   DWORD size)
{
	return firmware(provider, 1, id, buffer, size);
}

/* ---- power ---- */

/* A machine on mains without a battery. */
BOOL WINAPI GetSystemPowerStatus(LPSYSTEM_POWER_STATUS s)
{
	memset(s, 0, sizeof *s);
	s->ACLineStatus = AC_LINE_ONLINE;
	s->BatteryFlag = BATTERY_FLAG_NO_BATTERY;
	s->BatteryLifePercent = BATTERY_PERCENTAGE_UNKNOWN;
	s->BatteryLifeTime = BATTERY_LIFE_UNKNOWN;
	s->BatteryFullLifeTime = BATTERY_LIFE_UNKNOWN;
	return TRUE;
}

BOOL WINAPI SetSystemPowerState(BOOL suspend, BOOL force)
{
	SetLastError(ERROR_PRIVILEGE_NOT_HELD);
	return FALSE;
}

BOOL WINAPI GetDevicePowerState(HANDLE device, WINBOOL *on)
{
	*on = TRUE;
	return TRUE;
}

BOOL WINAPI IsSystemResumeAutomatic(void)
{
	return FALSE;
}

HANDLE WINAPI PowerCreateRequest(PREASON_CONTEXT context)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return INVALID_HANDLE_VALUE;
}

BOOL WINAPI PowerSetRequest(HANDLE request, POWER_REQUEST_TYPE type)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI PowerClearRequest(HANDLE request, POWER_REQUEST_TYPE type)
{
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL WINAPI GetOsSafeBootMode(PDWORD flags)
{
	*flags = 0;
	return TRUE;
}
