/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.c - sets of devices, of which there are none: programs that list
 * serial ports or what is plugged in find an empty machine.
 */
#include "nt.h"
#include <setupapi.h>

/* A set is its own memory, with a mark that tells it from other pointers. */
struct set {
	ULONG mark;
	GUID class;
};

enum { MARK = 0x76654474 };

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

static struct set *set_of(HDEVINFO h)
{
	struct set *s = h;

	if (s && s != INVALID_HANDLE_VALUE && s->mark == MARK)
		return s;
	SetLastError(ERROR_INVALID_HANDLE);
	return NULL;
}

HDEVINFO WINAPI SetupDiCreateDeviceInfoList(const GUID *class, HWND parent)
{
	struct set *s = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *s);

	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return INVALID_HANDLE_VALUE;
	}
	s->mark = MARK;
	if (class)
		s->class = *class;
	return s;
}

static HDEVINFO list(const GUID *class, const void *enumerator, DWORD flags,
		     HDEVINFO into)
{
	if (flags & ~(DWORD)(DIGCF_DEFAULT | DIGCF_PRESENT | DIGCF_ALLCLASSES |
			     DIGCF_PROFILE | DIGCF_DEVICEINTERFACE)) {
		SetLastError(ERROR_INVALID_FLAGS);
		return INVALID_HANDLE_VALUE;
	}
	if (!class && !enumerator && !(flags & DIGCF_ALLCLASSES)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (into)
		return set_of(into) ? into : INVALID_HANDLE_VALUE;
	return SetupDiCreateDeviceInfoList(class, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *class, PCWSTR enumerator,
				     HWND parent, DWORD flags)
{
	return list(class, enumerator, flags, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsA(const GUID *class, PCSTR enumerator,
				     HWND parent, DWORD flags)
{
	return list(class, enumerator, flags, NULL);
}

HDEVINFO WINAPI SetupDiGetClassDevsExW(const GUID *class, PCWSTR enumerator,
				       HWND parent, DWORD flags, HDEVINFO into,
				       PCWSTR machine, PVOID reserved)
{
	if (!machine)
		return list(class, enumerator, flags, into);
	SetLastError(ERROR_MACHINE_UNAVAILABLE);
	return INVALID_HANDLE_VALUE;
}

HDEVINFO WINAPI SetupDiGetClassDevsExA(const GUID *class, PCSTR enumerator,
				       HWND parent, DWORD flags, HDEVINFO into,
				       PCSTR machine, PVOID reserved)
{
	return SetupDiGetClassDevsExW(class, enumerator ? L"" : NULL, parent,
				      flags, into, machine ? L"" : NULL, NULL);
}

BOOL WINAPI SetupDiDestroyDeviceInfoList(HDEVINFO h)
{
	struct set *s = set_of(h);

	if (!s)
		return FALSE;
	s->mark = 0;
	RtlFreeHeap(rf_heap(), 0, s);
	return TRUE;
}

/* ---- what is in a set ---------------------------------------------------- */

BOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO h, DWORD i, PSP_DEVINFO_DATA d)
{
	if (!set_of(h))
		return FALSE;
	if (!d || d->cbSize != sizeof *d)
		return fail(ERROR_INVALID_USER_BUFFER);
	return fail(ERROR_NO_MORE_ITEMS);
}

BOOL WINAPI SetupDiEnumDeviceInterfaces(HDEVINFO h, PSP_DEVINFO_DATA device,
					const GUID *class, DWORD i,
					PSP_DEVICE_INTERFACE_DATA d)
{
	if (!set_of(h))
		return FALSE;
	if (!d || d->cbSize != sizeof *d)
		return fail(ERROR_INVALID_USER_BUFFER);
	return fail(ERROR_NO_MORE_ITEMS);
}

/* Of a device that somebody made up. */
static BOOL no_device(HDEVINFO h)
{
	return set_of(h) && fail(ERROR_NO_SUCH_DEVINST);
}

BOOL WINAPI SetupDiGetDeviceRegistryPropertyW(HDEVINFO h, PSP_DEVINFO_DATA d,
					      DWORD property, PDWORD type,
					      PBYTE buf, DWORD size,
					      PDWORD need)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDeviceRegistryPropertyA(HDEVINFO h, PSP_DEVINFO_DATA d,
					      DWORD property, PDWORD type,
					      PBYTE buf, DWORD size,
					      PDWORD need)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDevicePropertyW(HDEVINFO h, PSP_DEVINFO_DATA d,
				      const DEVPROPKEY *key, DEVPROPTYPE *type,
				      PBYTE buf, DWORD size, PDWORD need,
				      DWORD flags)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDeviceInstanceIdW(HDEVINFO h, PSP_DEVINFO_DATA d, PWSTR id,
					DWORD size, PDWORD need)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDeviceInstanceIdA(HDEVINFO h, PSP_DEVINFO_DATA d, PSTR id,
					DWORD size, PDWORD need)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDeviceInterfaceDetailW(
	HDEVINFO h, PSP_DEVICE_INTERFACE_DATA i,
	PSP_DEVICE_INTERFACE_DETAIL_DATA_W detail, DWORD size, PDWORD need,
	PSP_DEVINFO_DATA d)
{
	return no_device(h);
}

BOOL WINAPI SetupDiGetDeviceInterfaceDetailA(
	HDEVINFO h, PSP_DEVICE_INTERFACE_DATA i,
	PSP_DEVICE_INTERFACE_DETAIL_DATA_A detail, DWORD size, PDWORD need,
	PSP_DEVINFO_DATA d)
{
	return no_device(h);
}

HKEY WINAPI SetupDiOpenDevRegKey(HDEVINFO h, PSP_DEVINFO_DATA d, DWORD scope,
				 DWORD profile, DWORD kind, REGSAM access)
{
	no_device(h);
	return INVALID_HANDLE_VALUE;
}

/* ---- classes ------------------------------------------------------------- */

/* devguid.h; most of Windows' own classes share all but the first part. */
#define OF_WINDOWS(first)                                                      \
	{ first, 0xe325, 0x11ce,                                               \
	  { 0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18 } }

static const struct {
	const WCHAR *name;
	GUID guid;
} classes[] = {
	{ L"Ports", OF_WINDOWS(0x4d36e978) },
	{ L"Net", OF_WINDOWS(0x4d36e972) },
	{ L"DiskDrive", OF_WINDOWS(0x4d36e967) },
	{ L"USB",
	  { 0x36fc9e60, 0xc465, 0x11cf,
	    { 0x80, 0x56, 0x44, 0x45, 0x53, 0x54, 0x00, 0x00 } } },
	{ L"HIDClass",
	  { 0x745a17a0, 0x74d3, 0x11d0,
	    { 0xb6, 0xfe, 0x00, 0xa0, 0xc9, 0x0f, 0x57, 0xda } } },
};

BOOL WINAPI SetupDiClassGuidsFromNameW(PCWSTR name, GUID *list, DWORD size,
				       PDWORD need)
{
	DWORD n = 0;

	if (!name || !need || (!list && size))
		return fail(ERROR_INVALID_PARAMETER);
	for (DWORD i = 0; i < ARRAYSIZE(classes); i++) {
		if (_wcsicmp(name, classes[i].name))
			continue;
		if (n < size)
			list[n] = classes[i].guid;
		n++;
	}
	*need = n;
	return n <= size || fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI SetupDiClassGuidsFromNameA(PCSTR name, GUID *list, DWORD size,
				       PDWORD need)
{
	WCHAR w[64];

	if (!name || !MultiByteToWideChar(CP_ACP, 0, name, -1, w, 64))
		return fail(ERROR_INVALID_PARAMETER);
	return SetupDiClassGuidsFromNameW(w, list, size, need);
}
