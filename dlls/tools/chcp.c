/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* chcp.c - shows or sets the console's code page. */
#include "tool.h"

const WCHAR tool_usage[] = L"Shows the console's code page, or sets it.\r\n"
			   L"\r\n"
			   L"CHCP [nnn]\r\n";

int tool_main(int argc, WCHAR **argv)
{
	WCHAR *end;
	UINT cp;

	if (argc > 2) {
		err(L"Parameter format not correct - %ls\r\n", argv[2]);
		return 1;
	}
	if (argc == 2) {
		cp = wcstoul(argv[1], &end, 10);
		if (end == argv[1] || *end) {
			err(L"Parameter format not correct - %ls\r\n", argv[1]);
			return 1;
		}
		if (!SetConsoleCP(cp) || !SetConsoleOutputCP(cp)) {
			err(L"Invalid code page\r\n");
			return 1;
		}
	}
	out(L"Active code page: %u\r\n", GetConsoleOutputCP());
	return 0;
}
