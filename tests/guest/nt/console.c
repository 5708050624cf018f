/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What console functions say with redirected output, and with a console if
 * there is one.  Run on a terminal with an argument "read" it also reads a
 * line and waits for Ctrl-C.
 */
#include <windows.h>

#include "check.h"

static volatile LONG interrupted;

static BOOL WINAPI on_ctrl(DWORD event)
{
	CHECK_EQ(event, CTRL_C_EVENT);
	InterlockedIncrement(&interrupted);
	return TRUE;
}

static void redirected(void)
{
	HANDLE r, w, nul;
	DWORD mode, n;
	CONSOLE_SCREEN_BUFFER_INFO info;

	CHECK(CreatePipe(&r, &w, NULL, 0));
	CHECK(!GetConsoleMode(w, &mode));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!WriteConsoleW(w, L"x", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!GetConsoleScreenBufferInfo(w, &info));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CloseHandle(r);
	CloseHandle(w);
	nul = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL,
			  OPEN_EXISTING, 0, NULL);
	CHECK(!GetConsoleMode(nul, &mode));
	CloseHandle(nul);
	CHECK(!GetConsoleMode(INVALID_HANDLE_VALUE, &mode));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void with_console(HANDLE in, HANDLE out)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	CONSOLE_CURSOR_INFO cursor;
	DWORD mode, n;

	CHECK_EQ(GetFileType(in), FILE_TYPE_CHAR);
	CHECK(GetConsoleMode(in, &mode));
	CHECK(mode & ENABLE_PROCESSED_INPUT);
	CHECK(mode & ENABLE_LINE_INPUT);
	CHECK(!SetConsoleMode(in, 0x80000000));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(SetConsoleMode(in, mode));
	CHECK(GetConsoleMode(out, &mode));
	CHECK(mode & ENABLE_PROCESSED_OUTPUT);
	CHECK(SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING));
	CHECK(GetConsoleScreenBufferInfo(out, &info));
	CHECK(info.dwSize.X > 0 && info.dwSize.Y > 0);
	CHECK(info.srWindow.Right >= info.srWindow.Left);
	CHECK(GetConsoleCursorInfo(out, &cursor));
	CHECK(WriteConsoleW(out, L"\x00e9\xd83d\xde00\r\n", 5, &n, NULL));
	CHECK_EQ(n, 5);
	CHECK(GetNumberOfConsoleInputEvents(in, &n));
	CHECK(GetConsoleCP() != 0);
	CHECK(GetConsoleOutputCP() != 0);
}

static void interactive(HANDLE in)
{
	WCHAR line[32];
	DWORD n;

	printf("type a line\n");
	fflush(stdout);
	CHECK(ReadConsoleW(in, line, 32, &n, NULL));
	CHECK(n >= 2 && line[n - 1] == '\n' && line[n - 2] == '\r', "n %lu", n);
	CHECK(SetConsoleCtrlHandler(on_ctrl, TRUE));
	printf("press Ctrl-C\n");
	fflush(stdout);
	for (int i = 0; i < 1200 && !interrupted; i++)
		Sleep(50);
	CHECK_EQ(interrupted, 1);
	CHECK(SetConsoleCtrlHandler(on_ctrl, FALSE));
	CHECK(!SetConsoleCtrlHandler(on_ctrl, FALSE));
}

int main(void)
{
	HANDLE in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE, 3,
				NULL, OPEN_EXISTING, 0, NULL);
	HANDLE out = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, 3,
				 NULL, OPEN_EXISTING, 0, NULL);
	const char *line = GetCommandLineA();

	redirected();
	if (in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE) {
		with_console(in, out);
		if (lstrlenA(line) > 5 &&
		    !lstrcmpA(line + lstrlenA(line) - 5, " read"))
			interactive(in);
	}
	return check_done();
}
