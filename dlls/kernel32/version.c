/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version.c - which Windows this is: 10.0.19045.
 *
 * Since Windows 8.1 a program is told no newer version than its manifest says
 * it knows (supportedOS); one without a manifest gets 6.2.  ntdll's
 * RtlGetVersion always tells the truth.
 */
#include "kernel32-private.h"

struct version {
	ULONG major, minor, build;
};

/* Newest first.  Source: "Targeting your application for Windows". */
static const struct {
	const char *guid;
	struct version v;
} known[] = {
	{ "8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a", { 10, 0, 19045 } },
	{ "1f676c76-80e1-4239-95bb-83d0f6d0da78", { 6, 3, 9600 } },
};

static const struct version oldest = { 6, 2, 9200 };

static const struct version *find_version(void)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(known); i++)
		if (manifest_find(known[i].guid, NULL))
			return &known[i].v;
	return &oldest;
}

static const struct version *version(void)
{
	static const struct version *found;

	if (!found)
		found = find_version();
	return found;
}

DWORD WINAPI GetVersion(void)
{
	const struct version *v = version();

	return v->major | v->minor << 8 | v->build << 16;
}

BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW info)
{
	const struct version *v = version();
	OSVERSIONINFOEXW *ex = (OSVERSIONINFOEXW *)info;

	if (info->dwOSVersionInfoSize != sizeof *info &&
	    info->dwOSVersionInfoSize != sizeof *ex) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	info->dwMajorVersion = v->major;
	info->dwMinorVersion = v->minor;
	info->dwBuildNumber = v->build;
	info->dwPlatformId = VER_PLATFORM_WIN32_NT;
	memset(info->szCSDVersion, 0, sizeof info->szCSDVersion);
	if (info->dwOSVersionInfoSize == sizeof *ex) {
		ex->wServicePackMajor = 0;
		ex->wServicePackMinor = 0;
		ex->wSuiteMask = VER_SUITE_SINGLEUSERTS;
		ex->wProductType = VER_NT_WORKSTATION;
		ex->wReserved = 0;
	}
	return TRUE;
}

BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA info)
{
	OSVERSIONINFOEXA *ex = (OSVERSIONINFOEXA *)info;
	OSVERSIONINFOEXW w = { .dwOSVersionInfoSize = sizeof w };

	if (info->dwOSVersionInfoSize != sizeof *info &&
	    info->dwOSVersionInfoSize != sizeof *ex) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	GetVersionExW((OSVERSIONINFOW *)&w);
	info->dwMajorVersion = w.dwMajorVersion;
	info->dwMinorVersion = w.dwMinorVersion;
	info->dwBuildNumber = w.dwBuildNumber;
	info->dwPlatformId = w.dwPlatformId;
	memset(info->szCSDVersion, 0, sizeof info->szCSDVersion);
	if (info->dwOSVersionInfoSize == sizeof *ex) {
		ex->wServicePackMajor = 0;
		ex->wServicePackMinor = 0;
		ex->wSuiteMask = w.wSuiteMask;
		ex->wProductType = w.wProductType;
		ex->wReserved = 0;
	}
	return TRUE;
}

/* ---- comparing ---- */

/* The condition of the type whose bit is 1 << n: three bits at 3 * n. */
static int condition(DWORDLONG mask, int n)
{
	return mask >> 3 * n & 7;
}

static BOOL holds(ULONG ours, ULONG wanted, int cond)
{
	switch (cond) {
	case VER_EQUAL:
		return ours == wanted;
	case VER_GREATER:
		return ours > wanted;
	case VER_GREATER_EQUAL:
		return ours >= wanted;
	case VER_LESS:
		return ours < wanted;
	case VER_LESS_EQUAL:
		return ours <= wanted;
	}
	return FALSE;
}

/*
 * Major, minor and service pack are one number of several digits: the first
 * that differs decides, by the condition of the most significant one given.
 */
static BOOL digits_hold(const OSVERSIONINFOEXW *us, const OSVERSIONINFOEXW *w,
			DWORD types, DWORDLONG mask)
{
	const struct {
		DWORD type;
		int bit;
		ULONG ours, wanted;
	} digit[] = {
		{ VER_MAJORVERSION, 1, us->dwMajorVersion, w->dwMajorVersion },
		{ VER_MINORVERSION, 0, us->dwMinorVersion, w->dwMinorVersion },
		{ VER_SERVICEPACKMAJOR, 5, us->wServicePackMajor,
		  w->wServicePackMajor },
		{ VER_SERVICEPACKMINOR, 4, us->wServicePackMinor,
		  w->wServicePackMinor },
	};
	int cond = -1;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(digit); i++) {
		if (!(types & digit[i].type))
			continue;
		if (cond < 0)
			cond = condition(mask, digit[i].bit);
		if (digit[i].ours != digit[i].wanted)
			return holds(digit[i].ours, digit[i].wanted, cond);
	}
	return cond < 0 || cond == VER_EQUAL || cond == VER_GREATER_EQUAL ||
	       cond == VER_LESS_EQUAL;
}

BOOL WINAPI VerifyVersionInfoW(LPOSVERSIONINFOEXW wanted, DWORD types,
			       DWORDLONG mask)
{
	OSVERSIONINFOEXW us = { .dwOSVersionInfoSize = sizeof us };
	BOOL ok = TRUE;

	if (!types || !mask) {
		SetLastError(ERROR_BAD_ARGUMENTS);
		return FALSE;
	}
	GetVersionExW((OSVERSIONINFOW *)&us);
	if (types & VER_PRODUCT_TYPE)
		ok = holds(us.wProductType, wanted->wProductType,
			   condition(mask, 7));
	if (ok && (types & VER_SUITENAME)) {
		ULONG both = us.wSuiteMask & wanted->wSuiteMask;

		ok = condition(mask, 6) == VER_OR ? both || !wanted->wSuiteMask
						  : both == wanted->wSuiteMask;
	}
	if (ok && (types & VER_PLATFORMID))
		ok = holds(us.dwPlatformId, wanted->dwPlatformId,
			   condition(mask, 3));
	if (ok && (types & VER_BUILDNUMBER))
		ok = holds(us.dwBuildNumber, wanted->dwBuildNumber,
			   condition(mask, 2));
	if (ok)
		ok = digits_hold(&us, wanted, types, mask);
	if (!ok)
		SetLastError(ERROR_OLD_WIN_VERSION);
	return ok;
}

BOOL WINAPI VerifyVersionInfoA(LPOSVERSIONINFOEXA wanted, DWORD types,
			       DWORDLONG mask)
{
	OSVERSIONINFOEXW w = {
		.dwOSVersionInfoSize = sizeof w,
		.dwMajorVersion = wanted->dwMajorVersion,
		.dwMinorVersion = wanted->dwMinorVersion,
		.dwBuildNumber = wanted->dwBuildNumber,
		.dwPlatformId = wanted->dwPlatformId,
		.wServicePackMajor = wanted->wServicePackMajor,
		.wServicePackMinor = wanted->wServicePackMinor,
		.wSuiteMask = wanted->wSuiteMask,
		.wProductType = wanted->wProductType,
	};

	return VerifyVersionInfoW(&w, types, mask);
}

BOOL WINAPI GetProductInfo(DWORD major, DWORD minor, DWORD sp_major,
			   DWORD sp_minor, PDWORD type)
{
	if (!type || !major) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*type = major < 6 ? PRODUCT_UNDEFINED : PRODUCT_PROFESSIONAL;
	return major >= 6;
}
