/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console-pseudo.c - pseudo consoles: programs run on a terminal whose other
 * side is two pipes of ours.
 *
 * Two threads copy: from the input pipe to the terminal, and from the terminal
 * to the output pipe.  The second ends when the last program that has the
 * console open does, so nothing that was written is lost.
 */
#include "kernel32-private.h"
#include "console.h"
#include "rf-console.h"

typedef VOID *rf_hpcon;

HRESULT WINAPI CreatePseudoConsole(COORD size, HANDLE in, HANDLE out,
				   DWORD flags, rf_hpcon *console);
HRESULT WINAPI ResizePseudoConsole(rf_hpcon console, COORD size);
VOID WINAPI ClosePseudoConsole(rf_hpcon console);
HRESULT WINAPI ReleasePseudoConsole(rf_hpcon console);

#define PSEUDOCONSOLE_INHERIT_CURSOR 1u

/* How long programs may take to end when their console closes. */
#define LAST_WORDS_MS 5000

struct pseudo_console {
	HANDLE master, input, output; /* the terminal's three ends */
	HANDLE from, to;              /* the caller's pipes, duplicated */
	HANDLE thread[2];
	HANDLE begun; /* set: the first program is there, or the end */
	LONG titled;
};

static BOOL write_all(HANDLE h, const char *s, DWORD n)
{
	DWORD done;

	for (; n; s += done, n -= done)
		if (!WriteFile(h, s, n, &done, NULL) || !done)
			return FALSE;
	return TRUE;
}

/*
 * The caller's pipes may have names, and nobody at the other end yet: node-pty
 * has its own connected after the console is made, and before a program is.
 */
static BOOL not_yet(struct pseudo_console *c, BOOL *waited)
{
	if (*waited || GetLastError() != ERROR_PIPE_LISTENING)
		return FALSE;
	*waited = TRUE;
	return !WaitForSingleObject(c->begun, INFINITE);
}

static DWORD WINAPI copy_in(void *arg)
{
	struct pseudo_console *c = arg;
	BOOL waited = FALSE;
	char buf[4096];
	DWORD n;

	for (;;)
		if (ReadFile(c->from, buf, sizeof buf, &n, NULL)) {
			if (!n || !write_all(c->master, buf, n))
				break;
		} else if (!not_yet(c, &waited)) {
			break;
		}
	return 0;
}

static DWORD WINAPI copy_out(void *arg)
{
	struct pseudo_console *c = arg;
	BOOL ok = TRUE, waited = FALSE;
	char buf[4096];
	DWORD n;

	/* If nobody listens: programs must not wait for it. */
	while (ReadFile(c->master, buf, sizeof buf, &n, NULL) && n)
		ok = ok && (write_all(c->to, buf, n) ||
			    (not_yet(c, &waited) && write_all(c->to, buf, n)));
	/* That was all: who reads the other end hears of it. */
	NtClose(c->to);
	c->to = NULL;
	return 0;
}

static void close_handles(struct pseudo_console *c)
{
	HANDLE all[] = { c->master, c->input,     c->output,    c->from,
			 c->to,     c->thread[0], c->thread[1], c->begun };

	for (unsigned i = 0; i < ARRAY_LEN(all); i++)
		if (all[i])
			NtClose(all[i]);
	k32_free(c);
}

static HRESULT fail(struct pseudo_console *c)
{
	HRESULT hr = HRESULT_FROM_WIN32(GetLastError());

	close_handles(c);
	return hr;
}

HRESULT WINAPI CreatePseudoConsole(COORD size, HANDLE in, HANDLE out,
				   DWORD flags, rf_hpcon *console)
{
	struct rf_console_pty_size wanted = {
		.cols = size.X,
		.rows = size.Y,
		.flags = flags & PSEUDOCONSOLE_INHERIT_CURSOR
				 ? RF_CONSOLE_PTY_INHERIT
				 : 0,
	};
	HANDLE self = NtCurrentProcess();
	struct rf_console_pty made;
	struct pseudo_console *c;

	if (!console || size.X <= 0 || size.Y <= 0 ||
	    flags & ~PSEUDOCONSOLE_INHERIT_CURSOR)
		return E_INVALIDARG;
	*console = NULL;
	c = k32_alloc(sizeof *c);
	if (!c)
		return E_OUTOFMEMORY;
	memset(c, 0, sizeof *c);
	if (!console_control(RF_CONSOLE_PTY_NEW, &wanted, sizeof wanted, &made,
			     sizeof made, NULL))
		return fail(c);
	c->master = (HANDLE)(ULONG_PTR)made.master;
	c->input = (HANDLE)(ULONG_PTR)made.input;
	c->output = (HANDLE)(ULONG_PTR)made.output;
	/* The caller may close its own. */
	if (!DuplicateHandle(self, in, self, &c->from, 0, FALSE,
			     DUPLICATE_SAME_ACCESS) ||
	    !DuplicateHandle(self, out, self, &c->to, 0, FALSE,
			     DUPLICATE_SAME_ACCESS))
		return fail(c);
	c->begun = CreateEventW(NULL, TRUE, FALSE, NULL);
	if (!c->begun)
		return fail(c);
	c->thread[0] =
		CreateThread(NULL, 0, copy_out, c, CREATE_SUSPENDED, NULL);
	c->thread[1] =
		CreateThread(NULL, 0, copy_in, c, CREATE_SUSPENDED, NULL);
	if (!c->thread[0] || !c->thread[1]) {
		for (int i = 0; i < 2; i++)
			if (c->thread[i])
				TerminateThread(c->thread[i], 0);
		return fail(c);
	}
	ResumeThread(c->thread[0]);
	ResumeThread(c->thread[1]);
	*console = c;
	return S_OK;
}

HRESULT WINAPI ResizePseudoConsole(rf_hpcon console, COORD size)
{
	struct pseudo_console *c = console;
	struct rf_console_pty_size wanted = { .cols = size.X, .rows = size.Y };

	if (!c || size.X <= 0 || size.Y <= 0)
		return E_INVALIDARG;
	wanted.master = (ULONG_PTR)c->master;
	return console_control(RF_CONSOLE_PTY_RESIZE, &wanted, sizeof wanted,
			       NULL, 0, NULL)
		       ? S_OK
		       : HRESULT_FROM_WIN32(GetLastError());
}

/* With ours open the terminal would outlive its programs. */
static void close_ends(struct pseudo_console *c)
{
	if (c->input)
		NtClose(c->input);
	if (c->output)
		NtClose(c->output);
	c->input = c->output = NULL;
}

HRESULT WINAPI ReleasePseudoConsole(rf_hpcon console)
{
	if (!console)
		return E_INVALIDARG;
	close_ends(console);
	return S_OK;
}

VOID WINAPI ClosePseudoConsole(rf_hpcon console)
{
	struct pseudo_console *c = console;
	uint64_t master;

	if (!c)
		return;
	master = (ULONG_PTR)c->master;
	console_control(RF_CONSOLE_PTY_HANG_UP, &master, sizeof master, NULL, 0,
			NULL);
	close_ends(c);
	SetEvent(c->begun);
	if (WaitForSingleObject(c->thread[0], LAST_WORDS_MS)) {
		CancelSynchronousIo(c->thread[0]);
		WaitForSingleObject(c->thread[0], LAST_WORDS_MS);
	}
	/* It is waiting for input, or about to: until it has heard. */
	do
		CancelSynchronousIo(c->thread[1]);
	while (WaitForSingleObject(c->thread[1], 10));
	close_handles(c);
}

/* The first program's is the window's, until one sets another. */
static void say_title(struct pseudo_console *c,
		      const RTL_USER_PROCESS_PARAMETERS *p)
{
	const UNICODE_STRING *t =
		p->WindowTitle.Length ? &p->WindowTitle : &p->ImagePathName;
	char s[1024] = "\33]0;";
	DWORD n;

	if (InterlockedExchange(&c->titled, 1))
		return;
	n = (DWORD)WideCharToMultiByte(CP_UTF8, 0, t->Buffer,
				       t->Length / sizeof(WCHAR), s + 4,
				       sizeof s - 5, NULL, NULL);
	s[4 + n] = '\a';
	if (n)
		write_all(c->output, s, n + 5);
}

void pseudo_console_params(PVOID console, PRTL_USER_PROCESS_PARAMETERS p,
			   BOOL given)
{
	struct pseudo_console *c = console;

	SetEvent(c->begun);
	say_title(c, p);

	p->ConsoleHandle = (HANDLE)((ULONG_PTR)c->output | RF_CONSOLE_IS_PTY);
	if (!given || !p->StandardInput)
		p->StandardInput = c->input;
	if (!given || !p->StandardOutput)
		p->StandardOutput = c->output;
	if (!given || !p->StandardError)
		p->StandardError = c->output;
}
