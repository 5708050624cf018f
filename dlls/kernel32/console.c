/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c - console handles: modes, reading and writing text, input events.
 *
 * The console is the terminal, and the kernel side keeps its state; what is
 * here turns the API's forms into the codes of rf-console.h.
 */
#include "console.h"
#include "nt-file.h"

/* Open once and kept: \Device\ConDrv\Control. */
static HANDLE volatile control;

static NTSTATUS call(HANDLE h, ULONG code, const void *in, ULONG in_size,
		     void *out, ULONG out_size, ULONG *done)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	io.Information = 0;
	status = NtDeviceIoControlFile(h, NULL, NULL, NULL, &io, code, in,
				       in_size, out, out_size);
	if (status == STATUS_PENDING) {
		NtWaitForSingleObject(h, FALSE, NULL);
		status = io.Status;
	}
	if (done)
		*done = (ULONG)io.Information;
	return status;
}

static BOOL finish(NTSTATUS status)
{
	if (status == STATUS_SUCCESS)
		return TRUE;
	rf_fail(status);
	if (status == STATUS_INVALID_DEVICE_REQUEST ||
	    status == STATUS_OBJECT_TYPE_MISMATCH)
		SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

BOOL console_call(HANDLE h, ULONG code, const void *in, ULONG in_size,
		  void *out, ULONG out_size, ULONG *done)
{
	return finish(call(k32_std_handle(h), code, in, in_size, out, out_size,
			   done));
}

static HANDLE control_device(void)
{
	WCHAR name[] = L"\\Device\\ConDrv\\Control";
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	UNICODE_STRING u;
	HANDLE h = control;

	if (h)
		return h;
	RtlInitUnicodeString(&u, name);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	if (!rf_result(NtOpenFile(&h,
				  GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE,
				  &oa, &io, FILE_SHARE_READ | FILE_SHARE_WRITE,
				  FILE_SYNCHRONOUS_IO_NONALERT)))
		return NULL;
	if (InterlockedCompareExchangePointer((PVOID volatile *)&control, h,
					      NULL))
		NtClose(h);
	return control;
}

BOOL console_control(ULONG code, const void *in, ULONG in_size, void *out,
		     ULONG out_size, ULONG *done)
{
	HANDLE h = control_device();

	return h && finish(call(h, code, in, in_size, out, out_size, done));
}

BOOL console_check(HANDLE h)
{
	uint32_t mode;

	return console_call(h, RF_CONSOLE_GET_MODE, NULL, 0, &mode, sizeof mode,
			    NULL);
}

/* ---- modes ---------------------------------------------------------- */

BOOL WINAPI GetConsoleMode(HANDLE h, LPDWORD mode)
{
	uint32_t m;

	if (!console_call(h, RF_CONSOLE_GET_MODE, NULL, 0, &m, sizeof m, NULL))
		return FALSE;
	*mode = m;
	return TRUE;
}

BOOL WINAPI SetConsoleMode(HANDLE h, DWORD mode)
{
	uint32_t m = mode;

	return console_call(h, RF_CONSOLE_SET_MODE, &m, sizeof m, NULL, 0,
			    NULL);
}

BOOL WINAPI VerifyConsoleIoHandle(HANDLE h)
{
	return console_check(h);
}

/* ---- text ----------------------------------------------------------- */

BOOL WINAPI ReadConsoleW(HANDLE h, LPVOID buf, DWORD n, LPDWORD done,
			 LPVOID input_control)
{
	PCONSOLE_READCONSOLE_CONTROL c = input_control;
	struct rf_console_read in = { 0 };

	if (c) {
		if (c->nInitialChars > n) {
			SetLastError(ERROR_INVALID_PARAMETER);
			return FALSE;
		}
		in.initial_chars = c->nInitialChars;
		in.wakeup_mask = c->dwCtrlWakeupMask;
		in.keys = (ULONG_PTR)&c->dwControlKeyState;
		c->dwControlKeyState = 0;
	}
	return console_read_units(h, buf, n, done, &in);
}

BOOL console_read_units(HANDLE h, WCHAR *buf, DWORD n, DWORD *done,
			const struct rf_console_read *in)
{
	NTSTATUS status;
	ULONG bytes;

	*done = 0;
	status = call(k32_std_handle(h), RF_CONSOLE_READ, in, sizeof *in, buf,
		      n * sizeof(WCHAR), &bytes);
	/* Ctrl-C: a success that read nothing, and says why. */
	if (status == STATUS_ALERTED) {
		SetLastError(ERROR_OPERATION_ABORTED);
		return TRUE;
	}
	if (!finish(status))
		return FALSE;
	*done = bytes / sizeof(WCHAR);
	return TRUE;
}

/* In bytes of the input code page, reading a console handle is this already. */
BOOL WINAPI ReadConsoleA(HANDLE h, LPVOID buf, DWORD n, LPDWORD done,
			 LPVOID input_control)
{
	return console_check(h) && ReadFile(h, buf, n, done, NULL);
}

BOOL WINAPI WriteConsoleW(HANDLE h, const VOID *s, DWORD n, LPDWORD done,
			  LPVOID reserved)
{
	ULONG bytes;

	if (done)
		*done = 0;
	if (!console_call(h, RF_CONSOLE_WRITE, s, n * sizeof(WCHAR), NULL, 0,
			  &bytes))
		return FALSE;
	if (done)
		*done = bytes / sizeof(WCHAR);
	return TRUE;
}

BOOL WINAPI WriteConsoleA(HANDLE h, const VOID *s, DWORD n, LPDWORD done,
			  LPVOID reserved)
{
	return console_check(h) && WriteFile(h, s, n, done, NULL);
}

/* ---- input events --------------------------------------------------- */

#ifndef CONSOLE_READ_NOREMOVE
#define CONSOLE_READ_NOREMOVE 1
#define CONSOLE_READ_NOWAIT   2
#endif

static BOOL read_input(HANDLE h, PINPUT_RECORD r, DWORD n, LPDWORD done,
		       uint32_t flags)
{
	ULONG bytes;

	if (!console_call(h, RF_CONSOLE_READ_INPUT, &flags, sizeof flags, r,
			  n * sizeof *r, &bytes))
		return FALSE;
	*done = bytes / sizeof *r;
	return TRUE;
}

/* Characters of events as bytes of the input code page; the first, if more. */
static void narrow_input(PINPUT_RECORD r, DWORD n)
{
	UINT cp = GetConsoleCP();

	for (DWORD i = 0; i < n; i++) {
		KEY_EVENT_RECORD *k = &r[i].Event.KeyEvent;
		WCHAR c = k->uChar.UnicodeChar;
		char bytes[8];

		if (r[i].EventType != KEY_EVENT || c < 0x80)
			continue;
		k->uChar.UnicodeChar = 0;
		if (WideCharToMultiByte(cp, 0, &c, 1, bytes, sizeof bytes, NULL,
					NULL) > 0)
			k->uChar.AsciiChar = bytes[0];
	}
}

BOOL WINAPI ReadConsoleInputExW(HANDLE h, PINPUT_RECORD r, DWORD n,
				LPDWORD done, USHORT flags)
{
	return read_input(
		h, r, n, done,
		(flags & CONSOLE_READ_NOREMOVE ? RF_CONSOLE_PEEK : 0) |
			(flags & CONSOLE_READ_NOWAIT ? RF_CONSOLE_NOWAIT : 0));
}

BOOL WINAPI ReadConsoleInputExA(HANDLE h, PINPUT_RECORD r, DWORD n,
				LPDWORD done, USHORT flags)
{
	if (!ReadConsoleInputExW(h, r, n, done, flags))
		return FALSE;
	narrow_input(r, *done);
	return TRUE;
}

BOOL WINAPI ReadConsoleInputW(HANDLE h, PINPUT_RECORD r, DWORD n, LPDWORD done)
{
	return read_input(h, r, n, done, 0);
}

BOOL WINAPI ReadConsoleInputA(HANDLE h, PINPUT_RECORD r, DWORD n, LPDWORD done)
{
	return ReadConsoleInputExA(h, r, n, done, 0);
}

BOOL WINAPI PeekConsoleInputW(HANDLE h, PINPUT_RECORD r, DWORD n, LPDWORD done)
{
	return read_input(h, r, n, done, RF_CONSOLE_PEEK | RF_CONSOLE_NOWAIT);
}

BOOL WINAPI PeekConsoleInputA(HANDLE h, PINPUT_RECORD r, DWORD n, LPDWORD done)
{
	return ReadConsoleInputExA(h, r, n, done,
				   CONSOLE_READ_NOREMOVE | CONSOLE_READ_NOWAIT);
}

BOOL WINAPI WriteConsoleInputW(HANDLE h, const INPUT_RECORD *r, DWORD n,
			       LPDWORD done)
{
	ULONG bytes;

	if (!console_call(h, RF_CONSOLE_WRITE_INPUT, r, n * sizeof *r, NULL, 0,
			  &bytes))
		return FALSE;
	*done = bytes / sizeof *r;
	return TRUE;
}

BOOL WINAPI WriteConsoleInputA(HANDLE h, const INPUT_RECORD *r, DWORD n,
			       LPDWORD done)
{
	INPUT_RECORD *w = k32_alloc(n * sizeof *w);
	UINT cp = GetConsoleCP();
	BOOL ok;

	if (!w)
		return FALSE;
	memcpy(w, r, n * sizeof *w);
	for (DWORD i = 0; i < n; i++) {
		KEY_EVENT_RECORD *k = &w[i].Event.KeyEvent;
		char c = k->uChar.AsciiChar;

		if (w[i].EventType != KEY_EVENT)
			continue;
		k->uChar.UnicodeChar = (UCHAR)c;
		if (c < 0)
			MultiByteToWideChar(cp, 0, &c, 1, &k->uChar.UnicodeChar,
					    1);
	}
	ok = WriteConsoleInputW(h, w, n, done);
	k32_free(w);
	return ok;
}

BOOL WINAPI GetNumberOfConsoleInputEvents(HANDLE h, LPDWORD n)
{
	uint32_t count;

	if (!console_call(h, RF_CONSOLE_COUNT_INPUT, NULL, 0, &count,
			  sizeof count, NULL))
		return FALSE;
	*n = count;
	return TRUE;
}

BOOL WINAPI FlushConsoleInputBuffer(HANDLE h)
{
	return console_call(h, RF_CONSOLE_FLUSH_INPUT, NULL, 0, NULL, 0, NULL);
}

BOOL WINAPI GetNumberOfConsoleMouseButtons(LPDWORD n)
{
	*n = 3; /* what terminals report */
	return TRUE;
}

/* ---- having a console ----------------------------------------------- */

static BOOL attach(BOOL on, DWORD process)
{
	struct rf_console_attach a = { !!on, process };

	return console_control(RF_CONSOLE_ATTACH, &a, sizeof a, NULL, 0, NULL);
}

/* Which console it is; 0: none. */
static uint32_t attached(void)
{
	uint32_t id = 0;

	return console_control(RF_CONSOLE_IS_ATTACHED, NULL, 0, &id, sizeof id,
			       NULL)
		       ? id
		       : 0;
}

static HANDLE open_console(const WCHAR *name)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, &sa,
			       OPEN_EXISTING, 0, NULL);

	return h == INVALID_HANDLE_VALUE ? NULL : h;
}

/* Standard handles that are none yet become the console's. */
static void fill_std_handles(void)
{
	PRTL_USER_PROCESS_PARAMETERS p = rf_peb()->ProcessParameters;

	if (!p->StandardInput)
		p->StandardInput = open_console(L"CONIN$");
	if (!p->StandardOutput)
		p->StandardOutput = open_console(L"CONOUT$");
	if (!p->StandardError)
		p->StandardError = open_console(L"CONOUT$");
}

BOOL WINAPI AllocConsole(VOID)
{
	if (attached()) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	if (!attach(TRUE, 0))
		return FALSE;
	fill_std_handles();
	return TRUE;
}

static BOOL exists(DWORD pid)
{
	HANDLE h = pid == ATTACH_PARENT_PROCESS
			   ? NULL
			   : OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION,
					 FALSE, pid);

	if (h)
		NtClose(h);
	return h || pid == ATTACH_PARENT_PROCESS ||
	       GetLastError() == ERROR_ACCESS_DENIED;
}

/* A process has the console that it was started with, and can have no other. */
BOOL WINAPI AttachConsole(DWORD pid)
{
	if (attached()) {
		SetLastError(ERROR_ACCESS_DENIED);
		return FALSE;
	}
	if (!exists(pid)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!attach(TRUE, pid == ATTACH_PARENT_PROCESS ? 0 : pid)) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	fill_std_handles();
	return TRUE;
}

BOOL WINAPI FreeConsole(VOID)
{
	return attach(FALSE, 0);
}

/*
 * As in a pseudo console: a handle by which a program knows that it has a console
 * and whether another's is the same; there is no window to do anything with.
 */
HWND WINAPI GetConsoleWindow(VOID)
{
	return (HWND)(ULONG_PTR)attached();
}

DWORD WINAPI GetConsoleProcessList(LPDWORD list, DWORD n)
{
	uint32_t ids[256];
	ULONG bytes;
	DWORD count;

	if (!list || !n) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (!console_control(RF_CONSOLE_PROCESSES, NULL, 0, ids, sizeof ids,
			     &bytes))
		return 0;
	count = bytes / sizeof ids[0];
	/* Too many: none is stored, and the number says how many there are. */
	if (count <= n)
		memcpy(list, ids, count * sizeof ids[0]);
	return count;
}
