/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* setupapi.c - sets of devices can be gone through, however few there are. */
// link: -lsetupapi
#include "check.h"

#include <windows.h>
#include <setupapi.h>

int main(void)
{
	SP_DEVINFO_DATA d = { .cbSize = sizeof d };
	DWORD n = 0, i;
	GUID ports;
	HDEVINFO h;

	CHECK(SetupDiClassGuidsFromNameA("Ports", &ports, 1, &n));
	CHECK_EQ(n, 1);
	CHECK_EQ(ports.Data1, 0x4d36e978);
	h = SetupDiGetClassDevsA(&ports, NULL, NULL, DIGCF_PRESENT);
	CHECK(h != INVALID_HANDLE_VALUE);
	for (i = 0; SetupDiEnumDeviceInfo(h, i, &d); i++)
		;
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_ITEMS);
	d.cbSize = 1;
	CHECK(!SetupDiEnumDeviceInfo(h, 0, &d));
	CHECK_EQ(GetLastError(), ERROR_INVALID_USER_BUFFER);
	CHECK(SetupDiDestroyDeviceInfoList(h));
	CHECK(SetupDiGetClassDevsA(NULL, NULL, NULL, 0) ==
	      INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!SetupDiDestroyDeviceInfoList(INVALID_HANDLE_VALUE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	return check_done();
}
