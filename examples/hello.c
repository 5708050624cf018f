/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hello.c - what ./quickstart runs when it is given no program. */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
	WCHAR path[MAX_PATH];
	DWORD version = GetVersion();

	GetModuleFileNameW(NULL, path, MAX_PATH);
	printf("Hello from %ls\n", path);
	printf("This is a Windows program; it believes to run on Windows "
	       "%lu.%lu.\n",
	       version & 0xff, version >> 8 & 0xff);
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	return 0;
}
