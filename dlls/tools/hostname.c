/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hostname.c - the computer's name. */
#include "tool.h"

const WCHAR tool_usage[] = L"Prints the computer's name.\r\n"
			   L"\r\n"
			   L"HOSTNAME\r\n";

int tool_main(int argc, WCHAR **argv)
{
	WCHAR name[256];
	DWORD n = COUNT_OF(name);

	if (argc > 1) {
		err(L"sethostname: Use the Network Control Panel Applet to set "
		    L"hostname.\r\nhostname -s is not supported.\r\n");
		return 1;
	}
	if (!GetComputerNameExW(ComputerNameDnsHostname, name, &n)) {
		err_code(GetLastError());
		return 1;
	}
	out(L"%ls\r\n", name);
	return 0;
}
