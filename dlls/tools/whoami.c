/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* whoami.c - domain\user; of the switches none. */
#include "tool.h"

const WCHAR tool_usage[] =
	L"Prints the user's name, with the computer's before it.\r\n"
	L"\r\n"
	L"WHOAMI\r\n";

int tool_main(int argc, WCHAR **argv)
{
	WCHAR user[256], computer[256];
	DWORD n = COUNT_OF(user), m = COUNT_OF(computer);

	if (argc > 1) {
		err(L"ERROR: Invalid argument/option - '%ls'.\r\n", argv[1]);
		return 1;
	}
	if (!GetUserNameW(user, &n) || !GetComputerNameW(computer, &m)) {
		err_code(GetLastError());
		return 1;
	}
	out(L"%ls\\%ls\r\n", _wcslwr(computer), _wcslwr(user));
	return 0;
}
