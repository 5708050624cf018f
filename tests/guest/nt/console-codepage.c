/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-codepage.c - bytes written to a console and read from it are in its
 * code pages; what one process sets the next one on the console finds.
 */
#define NTDDI_VERSION 0x0a000006
#include <windows.h>

#include <string.h>

#include "check.h"
#include "pseudo-console.h"

static void say(const char *s)
{
	DWORD n = 0, len = (DWORD)strlen(s);

	CHECK(WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), s, len, &n, NULL));
	CHECK_EQ(n, len);
}

/* A line, by reads of that size. */
static void line_is(const char *want, DWORD size)
{
	char line[64];
	DWORD n, at = 0;

	while (at + size <= sizeof line &&
	       ReadFile(GetStdHandle(STD_INPUT_HANDLE), line + at, size, &n,
			NULL) &&
	       n) {
		CHECK(n <= size);
		at += n;
		if (line[at - 1] == '\n')
			break;
	}
	CHECK(at == strlen(want) && !memcmp(line, want, at), "%lu bytes", at);
}

static int child_finds(void)
{
	CHECK_EQ(GetConsoleCP(), 1252);
	CHECK_EQ(GetConsoleOutputCP(), 932);
	CHECK(SetConsoleOutputCP(1252));
	return check_done();
}

static int child(const char *self)
{
	PROCESS_INFORMATION pi;
	STARTUPINFOA si = { .cb = sizeof si };
	char command[MAX_PATH + 40];
	DWORD code = 99;

	CHECK(SetConsoleOutputCP(1252));
	CHECK_EQ(GetConsoleOutputCP(), 1252);
	say("<1252 \xe9\x80 plain>");
	/* Halves of characters. */
	CHECK(SetConsoleOutputCP(932));
	say("<932 \x82");
	say("\xa0\x83");
	say("A>");
	CHECK(!SetConsoleOutputCP(7));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(SetConsoleCP(1252));
	say("<type>");
	line_is("a\xe9\x80z\r\n", 32);
	say("<again>");
	line_is("\xfc\xf6\r\n", 1);

	sprintf(command, "\"%s\" finds", self);
	CHECK(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL,
			     &si, &pi));
	WaitForSingleObject(pi.hProcess, 60000);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	CHECK_EQ(GetConsoleOutputCP(), 1252);

	CHECK(SetConsoleCP(CP_UTF8));
	CHECK(SetConsoleOutputCP(CP_UTF8));
	say("<utf-8 \xc3\xa9>");
	return check_done();
}

int main(int argc, char **argv)
{
	struct on_pseudo_console p;
	DWORD n;

	if (argc > 1 && !strcmp(argv[1], "finds"))
		return child_finds();
	if (argc > 1)
		return child(argv[0]);
	if (!start_on_pseudo_console(&p, 80, 25, argv[0]))
		return check_done();
	CHECK(appears("<1252 \xc3\xa9\xe2\x82\xac plain>"));
	CHECK(appears("<932 \xe3\x81\x82\xe3\x82\xa2>"));
	CHECK(appears("<type>"));
	WriteFile(p.to, "a\xc3\xa9\xe2\x82\xacz\r", 8, &n, NULL);
	CHECK(appears("<again>"));
	WriteFile(p.to, "\xc3\xbc\xc3\xb6\r", 5, &n, NULL);
	CHECK(appears("<utf-8 \xc3\xa9>"));
	end_on_pseudo_console(&p, "");
	return check_done();
}
