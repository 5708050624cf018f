/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-resized.c - a program that wants to hear of its window's size hears
 * of a change before it has read or waited for anything, and not of one from
 * before it wanted to.
 */
#include <windows.h>

#include "check.h"
#include "pseudo-console.h"

#define BEFORE "rf-resized-before-%s"
#define AFTER  "rf-resized-after-%s"

static HANDLE event(const char *format, const char *of)
{
	char name[64];

	sprintf(name, format, of);
	return CreateEventA(NULL, FALSE, FALSE, name);
}

/* The program on it is told whose events these are by its environment. */
static int child(void)
{
	HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
	INPUT_RECORD r = { 0 };
	char of[16];
	DWORD n = 0;

	GetEnvironmentVariableA("RF_RESIZED", of, sizeof of);
	CHECK(SetConsoleMode(in, ENABLE_PROCESSED_INPUT));
	printf("first:\n");
	fflush(stdout);
	CHECK_EQ(WaitForSingleObject(event(BEFORE, of), 60000), 0);
	CHECK(SetConsoleMode(in, ENABLE_PROCESSED_INPUT | ENABLE_WINDOW_INPUT));
	printf("second:\n");
	fflush(stdout);
	CHECK_EQ(WaitForSingleObject(event(AFTER, of), 60000), 0);
	CHECK_EQ(WaitForSingleObject(in, 60000), 0);
	CHECK(GetNumberOfConsoleInputEvents(in, &n));
	CHECK_EQ(n, 1);
	CHECK(n && ReadConsoleInputA(in, &r, 1, &n));
	CHECK_EQ(r.EventType, WINDOW_BUFFER_SIZE_EVENT);
	CHECK_EQ(r.Event.WindowBufferSizeEvent.dwSize.X, 90);
	CHECK_EQ(r.Event.WindowBufferSizeEvent.dwSize.Y, 30);
	return check_done();
}

int main(int argc, char **argv)
{
	resize_fn resize = PSEUDO_CONSOLE(resize_fn, "ResizePseudoConsole");
	struct on_pseudo_console p;
	HANDLE before, after;
	char of[16];

	if (argc > 1)
		return child();
	sprintf(of, "%lu", GetCurrentProcessId());
	SetEnvironmentVariableA("RF_RESIZED", of);
	before = event(BEFORE, of);
	after = event(AFTER, of);
	if (!start_on_pseudo_console(&p, 60, 20, argv[0]))
		return check_done();
	CHECK(appears("first:"));
	CHECK_EQ(resize(p.pc, (COORD){ 70, 25 }), S_OK);
	SetEvent(before);
	CHECK(appears("second:"));
	CHECK_EQ(resize(p.pc, (COORD){ 90, 30 }), S_OK);
	SetEvent(after);
	end_on_pseudo_console(&p, "console-resized.c:");
	return check_done();
}
