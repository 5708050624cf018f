/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * system.c - what a session without a screen answers: its metrics, window
 * station and desktop, keyboard.  The numbers are those of Windows' session 0,
 * where nobody looks on either.
 */
#include "nt.h"

static const struct {
	BYTE metric;
	short value;
} metrics[] = {
	{ SM_CXSCREEN, 1024 },
	{ SM_CYSCREEN, 768 },
	{ SM_CXVSCROLL, 17 },
	{ SM_CYHSCROLL, 17 },
	{ SM_CYCAPTION, 23 },
	{ SM_CXBORDER, 1 },
	{ SM_CYBORDER, 1 },
	{ SM_CXDLGFRAME, 3 },
	{ SM_CYDLGFRAME, 3 },
	{ SM_CXICON, 32 },
	{ SM_CYICON, 32 },
	{ SM_CXCURSOR, 32 },
	{ SM_CYCURSOR, 32 },
	{ SM_CYMENU, 20 },
	{ SM_CXFULLSCREEN, 1024 },
	{ SM_CYFULLSCREEN, 745 },
	{ SM_CXSIZE, 36 },
	{ SM_CYSIZE, 22 },
	{ SM_CXFRAME, 4 },
	{ SM_CYFRAME, 4 },
	{ SM_CXDOUBLECLK, 4 },
	{ SM_CYDOUBLECLK, 4 },
	{ SM_CXSMICON, 16 },
	{ SM_CYSMICON, 16 },
	{ SM_CXVIRTUALSCREEN, 1024 },
	{ SM_CYVIRTUALSCREEN, 768 },
	{ SM_CMONITORS, 1 },
	{ SM_SAMEDISPLAYFORMAT, 1 },
};

int WINAPI GetSystemMetrics(int metric)
{
	for (ULONG i = 0; i < ARRAYSIZE(metrics); i++)
		if (metrics[i].metric == metric)
			return metrics[i].value;
	return 0;
}

/* Handles that are nobody else's. */
#define STATION ((HWINSTA)(ULONG_PTR)0x50)
#define DESKTOP ((HDESK)(ULONG_PTR)0x54)

HWINSTA WINAPI GetProcessWindowStation(void)
{
	return STATION;
}

HDESK WINAPI GetThreadDesktop(DWORD thread)
{
	return DESKTOP;
}

BOOL WINAPI CloseWindowStation(HWINSTA h)
{
	return h == STATION;
}

BOOL WINAPI CloseDesktop(HDESK h)
{
	return h == DESKTOP;
}

HDESK WINAPI OpenInputDesktop(DWORD flags, BOOL inherit, ACCESS_MASK access)
{
	SetLastError(ERROR_ACCESS_DENIED);
	return NULL;
}

BOOL WINAPI GetUserObjectInformationW(HANDLE h, int what, PVOID to, DWORD size,
				      LPDWORD needed)
{
	/* Not WSF_VISIBLE: message boxes are not seen. */
	static const USEROBJECTFLAGS flags = { FALSE, FALSE, 0 };
	const void *from;
	DWORD n;

	if (h != STATION && h != DESKTOP) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	switch (what) {
	case UOI_FLAGS:
		from = &flags;
		n = sizeof flags;
		break;
	case UOI_NAME:
		from = h == STATION ? L"WinSta0" : L"Default";
		n = 16;
		break;
	case UOI_TYPE:
		from = h == STATION ? L"WindowStation" : L"Desktop";
		n = h == STATION ? 28 : 16;
		break;
	default:
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (needed)
		*needed = n;
	if (!to || size < n) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(to, from, n);
	return TRUE;
}

/* ---- keyboard
 * ------------------------------------------------------------------ */

HKL WINAPI GetKeyboardLayout(DWORD thread)
{
	DWORD lang = GetUserDefaultLangID();

	return (HKL)(ULONG_PTR)(lang << 16 | lang);
}

int WINAPI GetKeyboardLayoutList(int n, HKL *list)
{
	if (n > 0 && list)
		list[0] = GetKeyboardLayout(0);
	return 1;
}

BOOL WINAPI GetKeyboardLayoutNameW(LPWSTR name)
{
	wsprintfW(name, L"%08x", GetUserDefaultLangID());
	return TRUE;
}

/* Scan codes 2 to 0x39 of the American keyboard; 0: none. */
static const BYTE keys[] = {
	'1',           '2',         '3',         '4',         '5',
	'6',           '7',         '8',         '9',         '0',
	VK_OEM_MINUS,  VK_OEM_PLUS, VK_BACK,     VK_TAB,      'Q',
	'W',           'E',         'R',         'T',         'Y',
	'U',           'I',         'O',         'P',         VK_OEM_4,
	VK_OEM_6,      VK_RETURN,   VK_LCONTROL, 'A',         'S',
	'D',           'F',         'G',         'H',         'J',
	'K',           'L',         VK_OEM_1,    VK_OEM_7,    VK_OEM_3,
	VK_LSHIFT,     VK_OEM_5,    'Z',         'X',         'C',
	'V',           'B',         'N',         'M',         VK_OEM_COMMA,
	VK_OEM_PERIOD, VK_OEM_2,    VK_RSHIFT,   VK_MULTIPLY, VK_LMENU,
	VK_SPACE,
};

static const struct {
	BYTE key, scan;
} more_keys[] = {
	{ VK_ESCAPE, 0x01 },  { VK_SHIFT, 0x2a },   { VK_CONTROL, 0x1d },
	{ VK_MENU, 0x38 },    { VK_CAPITAL, 0x3a }, { VK_F1, 0x3b },
	{ VK_F2, 0x3c },      { VK_F3, 0x3d },      { VK_F4, 0x3e },
	{ VK_F5, 0x3f },      { VK_F6, 0x40 },      { VK_F7, 0x41 },
	{ VK_F8, 0x42 },      { VK_F9, 0x43 },      { VK_F10, 0x44 },
	{ VK_NUMLOCK, 0x45 }, { VK_SCROLL, 0x46 },  { VK_HOME, 0x47 },
	{ VK_UP, 0x48 },      { VK_PRIOR, 0x49 },   { VK_LEFT, 0x4b },
	{ VK_RIGHT, 0x4d },   { VK_END, 0x4f },     { VK_DOWN, 0x50 },
	{ VK_NEXT, 0x51 },    { VK_INSERT, 0x52 },  { VK_DELETE, 0x53 },
	{ VK_F11, 0x57 },     { VK_F12, 0x58 },
};

static UINT scan_of(UINT key)
{
	for (UINT i = 0; i < ARRAYSIZE(keys); i++)
		if (keys[i] == key)
			return i + 2;
	for (UINT i = 0; i < ARRAYSIZE(more_keys); i++)
		if (more_keys[i].key == key)
			return more_keys[i].scan;
	return 0;
}

static UINT key_of(UINT scan)
{
	if (scan >= 2 && scan - 2 < ARRAYSIZE(keys))
		return keys[scan - 2];
	for (UINT i = 0; i < ARRAYSIZE(more_keys); i++)
		if (more_keys[i].scan == scan)
			return more_keys[i].key;
	return 0;
}

static UINT char_of(UINT key)
{
	static const struct {
		BYTE key;
		char c;
	} punctuation[] = {
		{ VK_OEM_MINUS, '-' }, { VK_OEM_PLUS, '=' },
		{ VK_OEM_4, '[' },     { VK_OEM_6, ']' },
		{ VK_OEM_1, ';' },     { VK_OEM_7, '\'' },
		{ VK_OEM_3, '`' },     { VK_OEM_5, '\\' },
		{ VK_OEM_COMMA, ',' }, { VK_OEM_PERIOD, '.' },
		{ VK_OEM_2, '/' },     { VK_MULTIPLY, '*' },
	};

	if ((key >= '0' && key <= '9') || (key >= 'A' && key <= 'Z') ||
	    key == VK_SPACE || key == VK_RETURN || key == VK_TAB ||
	    key == VK_BACK || key == VK_ESCAPE)
		return key;
	for (UINT i = 0; i < ARRAYSIZE(punctuation); i++)
		if (punctuation[i].key == key)
			return (UINT)punctuation[i].c;
	return 0;
}

UINT WINAPI MapVirtualKeyW(UINT code, UINT how)
{
	UINT key;

	switch (how) {
	case MAPVK_VK_TO_VSC:
	case 4: /* MAPVK_VK_TO_VSC_EX */
		return scan_of(code);
	case MAPVK_VSC_TO_VK:
		key = key_of(code);
		return key == VK_LSHIFT || key == VK_RSHIFT ? VK_SHIFT
		       : key == VK_LCONTROL                 ? VK_CONTROL
		       : key == VK_LMENU                    ? VK_MENU
							    : key;
	case MAPVK_VSC_TO_VK_EX:
		return key_of(code);
	case MAPVK_VK_TO_CHAR:
		return char_of(code);
	}
	return 0;
}

UINT WINAPI MapVirtualKeyA(UINT code, UINT how)
{
	return MapVirtualKeyW(code, how);
}

UINT WINAPI MapVirtualKeyExW(UINT code, UINT how, HKL layout)
{
	return MapVirtualKeyW(code, how);
}

SHORT WINAPI GetKeyState(int key)
{
	return 0; /* nothing is pressed */
}

SHORT WINAPI GetAsyncKeyState(int key)
{
	return 0;
}

SHORT WINAPI VkKeyScanW(WCHAR c)
{
	if (c >= 'a' && c <= 'z')
		return (SHORT)(c - 'a' + 'A');
	if (c >= 'A' && c <= 'Z')
		return (SHORT)(0x100 | c);
	if ((c >= '0' && c <= '9') || c == ' ' || c == '\t' || c == '\r' ||
	    c == '\b' || c == 27)
		return (SHORT)c;
	return -1;
}
