/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * invalid.c - what happens to a program that breaks the rules: invalid
 * parameters, failed assertions, abort(), terminate().
 *
 * Without a handler an invalid parameter ends the process with 0xC0000417 in
 * ucrt (fail fast); msvcrt's default handler lets the call return its error.
 */
#include "crt.h"

typedef void (*handler_fn)(const wchar_t *, const wchar_t *, const wchar_t *,
			   unsigned, uintptr_t);
typedef void (*void_fn)(void);

static handler_fn invalid_handler;

#ifndef STATUS_INVALID_CRUNTIME_PARAMETER
#define STATUS_INVALID_CRUNTIME_PARAMETER ((NTSTATUS)0xC0000417)
#endif
#ifndef FAST_FAIL_FATAL_APP_EXIT
#define FAST_FAIL_FATAL_APP_EXIT 7
#endif

handler_fn _set_invalid_parameter_handler(handler_fn h)
{
	return InterlockedExchangePointer((void **)&invalid_handler, h);
}

handler_fn _get_invalid_parameter_handler(void)
{
	return invalid_handler;
}

handler_fn _set_thread_local_invalid_parameter_handler(handler_fn h)
{
	struct crt_ptd *p = crt_ptd();
	handler_fn old = p->invalid;

	p->invalid = h;
	return old;
}

handler_fn _get_thread_local_invalid_parameter_handler(void)
{
	return crt_ptd()->invalid;
}

CRT_COLD __attribute__((noreturn)) void
_invoke_watson(const wchar_t *expr, const wchar_t *func, const wchar_t *file,
	       unsigned line, uintptr_t reserved)
{
	TerminateProcess(NtCurrentProcess(),
			 (UINT)STATUS_INVALID_CRUNTIME_PARAMETER);
	for (;;)
		ExitProcess((UINT)STATUS_INVALID_CRUNTIME_PARAMETER);
}

void _invalid_parameter(const wchar_t *expr, const wchar_t *func,
			const wchar_t *file, unsigned line, uintptr_t reserved)
{
	handler_fn h = crt_ptd()->invalid;

	if (!h)
		h = invalid_handler;
	if (h)
		h(expr, func, file, line, reserved);
	else if (!CRT_MSVCRT)
		_invoke_watson(expr, func, file, line, reserved);
}

void _invalid_parameter_noinfo(void)
{
	_invalid_parameter(NULL, NULL, NULL, 0, 0);
}

__attribute__((noreturn)) void _invalid_parameter_noinfo_noreturn(void)
{
	_invalid_parameter(NULL, NULL, NULL, 0, 0);
	_invoke_watson(NULL, NULL, NULL, 0, 0);
}

CRT_COLD void crt_invalid(int e)
{
	crt_errno = e;
	_invalid_parameter(NULL, NULL, NULL, 0, 0);
}

/* ------------------------------------------------- messages and abort */

static int error_mode; /* _OUT_TO_DEFAULT */

int _set_error_mode(int mode)
{
	int old = error_mode;

	CRT_REQUIRE(mode >= 0 && mode <= 3, EINVAL, -1);
	if (mode != 3)
		error_mode = mode;
	return old;
}

/* Straight to the handle: the streams may be what is broken. */
static void complain(const char *s)
{
	DWORD done;
	HANDLE h = GetStdHandle(STD_ERROR_HANDLE);

	if (h && h != INVALID_HANDLE_VALUE)
		WriteFile(h, s, (DWORD)strlen(s), &done, NULL);
}

/* _WRITE_ABORT_MSG; ucrt's default is _CALL_REPORTFAULT */
static unsigned abort_flags = CRT_MSVCRT ? 1 : 2;

unsigned _set_abort_behavior(unsigned flags, unsigned mask)
{
	unsigned old = abort_flags;

	abort_flags = (abort_flags & ~mask) | (flags & mask);
	return old;
}

int raise(int sig);
void _exit(int code);

/*
 * The program's SIGABRT handler, if any; then exit code 3, or in ucrt what a
 * fast fail leaves behind.
 */
void abort(void)
{
	if (CRT_MSVCRT && (abort_flags & 1))
		complain(
			"\r\nThis application has requested the Runtime to "
			"terminate it in an unusual way.\nPlease contact the "
			"application's support team for more information.\r\n");
	raise(22);
	if (!CRT_MSVCRT && (abort_flags & 2))
		TerminateProcess(NtCurrentProcess(),
				 (UINT)STATUS_STACK_BUFFER_OVERRUN);
	_exit(3);
}

static void assert_line(const wchar_t *expr, const wchar_t *file, unsigned line)
{
	char text[1024];
	char num[12];
	int n, k = 0;

	fflush(NULL);
	n = WideCharToMultiByte(CP_ACP, 0, L"Assertion failed: ", -1, text, 64,
				NULL, NULL) -
	    1;
	n += WideCharToMultiByte(CP_ACP, 0, expr, -1, text + n, 400, NULL,
				 NULL);
	if (text[n - 1] == 0)
		n--;
	memcpy(text + n, ", file ", 7);
	n += 7;
	n += WideCharToMultiByte(CP_ACP, 0, file, -1, text + n, 400, NULL,
				 NULL);
	if (text[n - 1] == 0)
		n--;
	memcpy(text + n, ", line ", 7);
	n += 7;
	do
		num[k++] = (char)('0' + line % 10);
	while (line /= 10);
	while (k)
		text[n++] = num[--k];
	text[n++] = '\r';
	text[n++] = '\n';
	text[n] = 0;
	complain(text);
}

void _wassert(const wchar_t *expr, const wchar_t *file, unsigned line)
{
	assert_line(expr ? expr : L"", file ? file : L"", line);
	abort();
}

void _assert(const char *expr, const char *file, unsigned line)
{
	wchar_t *e = crt_wide(expr), *f = crt_wide(file);

	_wassert(e, f, line);
}

static const struct {
	int nr;
	const char *text;
} runtime_errors[] = {
	{ 2, "R6002\r\n- floating point support not loaded\r\n" },
	{ 8, "R6008\r\n- not enough space for arguments\r\n" },
	{ 9, "R6009\r\n- not enough space for environment\r\n" },
	{ 10, "R6010\r\n- abort() has been called\r\n" },
	{ 16, "R6016\r\n- not enough space for thread data\r\n" },
	{ 17, "R6017\r\n- unexpected multithread lock error\r\n" },
	{ 18, "R6018\r\n- unexpected heap error\r\n" },
	{ 19, "R6019\r\n- unable to open console device\r\n" },
	{ 24, "R6024\r\n- not enough space for _onexit/atexit table\r\n" },
	{ 25, "R6025\r\n- pure virtual function call\r\n" },
	{ 26, "R6026\r\n- not enough space for stdio initialization\r\n" },
	{ 27, "R6027\r\n- not enough space for lowio initialization\r\n" },
	{ 28, "R6028\r\n- unable to initialize heap\r\n" },
	{ 30, "R6030\r\n- CRT not initialized\r\n" },
	{ 31, "R6031\r\n- Attempt to initialize the CRT more than once.\r\n" },
};

void _amsg_exit(int nr)
{
	complain("runtime error ");
	for (size_t i = 0; i < COUNT_OF(runtime_errors); i++)
		if (runtime_errors[i].nr == nr)
			complain(runtime_errors[i].text);
	_exit(255);
}

static void_fn purecall_handler;

void_fn _set_purecall_handler(void_fn h)
{
	return InterlockedExchangePointer((void **)&purecall_handler, h);
}

void_fn _get_purecall_handler(void)
{
	return purecall_handler;
}

int _purecall(void)
{
	if (purecall_handler)
		purecall_handler();
	abort();
	return 0;
}

/* ----------------------------------------------------------- terminate */

/*
 * set_terminate() is per thread, as Microsoft documents; a handler that
 * returns, or none, means abort().
 */
void_fn set_terminate(void_fn h)
{
	struct crt_ptd *p = crt_ptd();
	void_fn old = p->terminate ? p->terminate : (void_fn)abort;

	p->terminate = h;
	return old;
}

void_fn _get_terminate(void)
{
	void_fn h = crt_ptd()->terminate;

	return h ? h : (void_fn)abort;
}

__attribute__((noreturn)) void terminate(void)
{
	void_fn h = crt_ptd()->terminate;

	if (h)
		h();
	abort();
	for (;;)
		_exit(3);
}

void_fn set_unexpected(void_fn h)
{
	struct crt_ptd *p = crt_ptd();
	void_fn old = p->unexpected;

	p->unexpected = h;
	return old;
}

void_fn _get_unexpected(void)
{
	return crt_ptd()->unexpected;
}

void unexpected(void)
{
	void_fn h = crt_ptd()->unexpected;

	if (h)
		h();
	terminate();
}
