/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keys type: letters, digits and control characters of every layout. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "check.h"

static int type(UINT key, UINT with, UINT scan, WCHAR *to)
{
	BYTE state[256] = { 0 };

	if (with)
		state[with] = 0x80;
	*to = 0;
	return ToUnicodeEx(key, scan, state, to, 4, 0, GetKeyboardLayout(0));
}

int main(void)
{
	BYTE state[256] = { 0 };
	WCHAR c[4];
	WORD w = 0;

	CHECK_EQ(type('A', 0, 0, c), 1);
	CHECK_EQ(c[0], 'a');
	CHECK_EQ(type('A', VK_SHIFT, 0, c), 1);
	CHECK_EQ(c[0], 'A');
	CHECK_EQ(type('C', VK_CONTROL, 0, c), 1);
	CHECK_EQ(c[0], 3);
	CHECK_EQ(type(VK_SPACE, 0, 0, c), 1);
	CHECK_EQ(c[0], ' ');
	CHECK_EQ(type(VK_F1, 0, 0, c), 0);
	CHECK_EQ(type(VK_SHIFT, 0, 0, c), 0);
	state[VK_CAPITAL] = 1;
	CHECK_EQ(ToAscii('Q', 0, state, &w, 0), 1);
	CHECK_EQ(w, 'Q');
	CHECK_EQ(VkKeyScanW('z'), 'Z');
	CHECK_EQ(VkKeyScanW('Z'), 0x100 | 'Z');
	CHECK_EQ(VkKeyScanW(0x4e2d), -1);
	CHECK_EQ(MapVirtualKeyW(VK_RETURN, MAPVK_VK_TO_VSC), 0x1c);
	return check_done();
}
