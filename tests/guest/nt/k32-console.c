/* kernel32: console calls on what is no console; Ctrl-C handlers. */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <windows.h>
#include "check.h"

static BOOL CALLBACK handler(DWORD event)
{
	return TRUE;
}

static void no_console(HANDLE h)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	INPUT_RECORD record;
	WCHAR text[4];
	DWORD n;

	SetLastError(0);
	CHECK(!GetConsoleMode(h, &n));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!SetConsoleMode(h, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!GetConsoleScreenBufferInfo(h, &info));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!WriteConsoleW(h, L"x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!WriteConsoleA(h, "x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!ReadConsoleW(h, text, 4, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!ReadConsoleInputW(h, &record, 1, &n));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!GetNumberOfConsoleInputEvents(h, &n));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

int main(void)
{
	HANDLE r, w, nul;
	HANDLE old;

	CHECK(CreatePipe(&r, &w, NULL, 0));
	no_console(r);
	no_console(w);
	CloseHandle(r);
	CloseHandle(w);
	nul = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL,
			  OPEN_EXISTING, 0, NULL);
	CHECK(nul != INVALID_HANDLE_VALUE, "error %lu", GetLastError());
	CHECK_EQ(GetFileType(nul), FILE_TYPE_CHAR);
	no_console(nul);
	CloseHandle(nul);
	no_console((HANDLE)0x7ff0);

	CHECK(SetConsoleCtrlHandler(handler, TRUE));
	CHECK(SetConsoleCtrlHandler(handler, FALSE));
	CHECK(!SetConsoleCtrlHandler(handler, FALSE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!GenerateConsoleCtrlEvent(99, 0));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	/* Nobody's number: they are multiples of four. */
	FreeConsole();
	CHECK(!AttachConsole(0x7ffffffe));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	old = GetStdHandle(STD_ERROR_HANDLE);
	CHECK(SetStdHandle(STD_ERROR_HANDLE, (HANDLE)4));
	CHECK(GetStdHandle(STD_ERROR_HANDLE) == (HANDLE)4);
	SetStdHandle(STD_ERROR_HANDLE, old);
	CHECK(GetStdHandle(5) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	return check_done();
}
