/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keyboard.c - a keyboard that nobody touches, with the American layout: keys,
 * scan codes and what they type.
 */
#include "nt.h"

/* ---- layouts ------------------------------------------------------------- */

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

/* What a key types by itself, and with shift. */
static const struct typed {
	BYTE key;
	char plain, shifted;
} typed[] = {
	{ '1', '1', '!' },	      { '2', '2', '@' },
	{ '3', '3', '#' },	      { '4', '4', '$' },
	{ '5', '5', '%' },	      { '6', '6', '^' },
	{ '7', '7', '&' },	      { '8', '8', '*' },
	{ '9', '9', '(' },	      { '0', '0', ')' },
	{ VK_OEM_MINUS, '-', '_' },   { VK_OEM_PLUS, '=', '+' },
	{ VK_OEM_4, '[', '{' },	      { VK_OEM_6, ']', '}' },
	{ VK_OEM_1, ';', ':' },	      { VK_OEM_7, '\'', '"' },
	{ VK_OEM_3, '`', '~' },	      { VK_OEM_5, '\\', '|' },
	{ VK_OEM_COMMA, ',', '<' },   { VK_OEM_PERIOD, '.', '>' },
	{ VK_OEM_2, '/', '?' },	      { VK_OEM_102, '\\', '|' },
	{ VK_SPACE, ' ', ' ' },	      { VK_RETURN, '\r', '\r' },
	{ VK_TAB, '\t', '\t' },	      { VK_BACK, '\b', '\b' },
	{ VK_ESCAPE, 27, 27 },	      { VK_MULTIPLY, '*', '*' },
	{ VK_ADD, '+', '+' },	      { VK_SUBTRACT, '-', '-' },
	{ VK_DIVIDE, '/', '/' },      { VK_DECIMAL, '.', '.' },
	{ VK_NUMPAD0, '0', '0' },     { VK_NUMPAD1, '1', '1' },
	{ VK_NUMPAD2, '2', '2' },     { VK_NUMPAD3, '3', '3' },
	{ VK_NUMPAD4, '4', '4' },     { VK_NUMPAD5, '5', '5' },
	{ VK_NUMPAD6, '6', '6' },     { VK_NUMPAD7, '7', '7' },
	{ VK_NUMPAD8, '8', '8' },     { VK_NUMPAD9, '9', '9' },
	{ VK_CANCEL, 3, 3 },
};

static const struct typed *typed_by(UINT key)
{
	for (UINT i = 0; i < ARRAYSIZE(typed); i++)
		if (typed[i].key == key)
			return &typed[i];
	return NULL;
}

static UINT char_of(UINT key)
{
	const struct typed *t = typed_by(key);

	if (key >= 'A' && key <= 'Z')
		return key;
	return t ? (UINT)t->plain : 0;
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

UINT WINAPI MapVirtualKeyExA(UINT code, UINT how, HKL layout)
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

BOOL WINAPI GetKeyboardState(PBYTE state)
{
	memset(state, 0, 256);
	return TRUE;
}

enum { SHIFT = 0x100, CONTROL = 0x200 };

SHORT WINAPI VkKeyScanW(WCHAR c)
{
	if (c >= 'a' && c <= 'z')
		return (SHORT)(c - 'a' + 'A');
	if (c >= 'A' && c <= 'Z')
		return (SHORT)(SHIFT | c);
	/* Those above the letters first: the keypad has some of them too. */
	for (UINT i = 0; i < ARRAYSIZE(typed) && c; i++) {
		if (typed[i].plain == c)
			return typed[i].key;
		if (typed[i].shifted == c)
			return (SHORT)(SHIFT | typed[i].key);
	}
	if (c == 0x7f)
		return CONTROL | VK_BACK;
	if (c == '\n')
		return CONTROL | VK_RETURN;
	if (c >= 1 && c <= 26)
		return (SHORT)(CONTROL | (c - 1 + 'A'));
	if (c >= 27 && c <= 29)
		return (SHORT)(CONTROL | (c == 27   ? VK_OEM_4 :
					  c == 28 ? VK_OEM_5 :
						    VK_OEM_6));
	return -1;
}

SHORT WINAPI VkKeyScanA(CHAR c)
{
	return VkKeyScanW((UCHAR)c < 0x80 ? (WCHAR)c : 0xffff);
}

SHORT WINAPI VkKeyScanExW(WCHAR c, HKL layout)
{
	return VkKeyScanW(c);
}

SHORT WINAPI VkKeyScanExA(CHAR c, HKL layout)
{
	return VkKeyScanA(c);
}

/* ---- what keys type ------------------------------------------------------ */

static BOOL down(const BYTE *state, UINT key)
{
	return state[key] & 0x80;
}

/*
 * The American keyboard has neither dead keys nor AltGr: a key types one
 * character or none.
 */
int WINAPI ToUnicodeEx(UINT key, UINT scan, const BYTE *state, LPWSTR to, int n,
		       UINT flags, HKL layout)
{
	const struct typed *t = typed_by(key);
	BOOL shift, control;
	WCHAR c;

	/* Bit 15 of the scan code: the key is released. */
	if (!state || !to || n < 1 || (scan & 0x8000))
		return 0;
	shift = down(state, VK_SHIFT);
	control = down(state, VK_CONTROL);
	if (down(state, VK_MENU) && control)
		return 0;
	if (key >= 'A' && key <= 'Z') {
		if (shift ^ (state[VK_CAPITAL] & 1))
			c = (WCHAR)key;
		else
			c = (WCHAR)(key - 'A' + 'a');
		if (control)
			c = (WCHAR)(key - 'A' + 1);
	} else if (!t) {
		return 0;
	} else if (!control) {
		c = (WCHAR)(shift ? t->shifted : t->plain);
	} else {
		switch (key) {
		case VK_OEM_4:
			c = 27;
			break;
		case VK_OEM_5:
		case VK_OEM_102:
			c = 28;
			break;
		case VK_OEM_6:
			c = 29;
			break;
		case '6':
			c = shift ? 30 : 0;
			break;
		case VK_OEM_MINUS:
			c = shift ? 31 : 0;
			break;
		case VK_BACK:
			c = 0x7f;
			break;
		case VK_RETURN:
			c = '\n';
			break;
		case VK_ESCAPE:
		case VK_SPACE:
		case VK_CANCEL:
			c = (WCHAR)t->plain;
			break;
		default:
			c = 0;
		}
		if (!c)
			return 0;
	}
	to[0] = c;
	if (n > 1)
		to[1] = 0;
	return 1;
}

int WINAPI ToUnicode(UINT key, UINT scan, const BYTE *state, LPWSTR to, int n,
		     UINT flags)
{
	return ToUnicodeEx(key, scan, state, to, n, flags, NULL);
}

int WINAPI ToAsciiEx(UINT key, UINT scan, const BYTE *state, LPWORD to,
		     UINT flags, HKL layout)
{
	WCHAR c[2];
	int n = to ? ToUnicodeEx(key, scan, state, c, 2, flags, layout) : 0;

	if (n)
		*to = c[0];
	return n;
}

int WINAPI ToAscii(UINT key, UINT scan, const BYTE *state, LPWORD to,
		   UINT flags)
{
	return ToAsciiEx(key, scan, state, to, flags, NULL);
}
