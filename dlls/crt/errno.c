/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * errno.c - errno, _doserrno, their texts, and Windows errors as errno.
 *
 * The table is the documented mapping of _dosmaperr; what it does not name is
 * EINVAL, save for two ranges.
 */
#include "crt.h"

#undef errno

int *_errno(void)
{
	return &crt_ptd()->err;
}

unsigned long *__doserrno(void)
{
	return &crt_ptd()->doserr;
}

errno_t _set_errno(int e)
{
	crt_ptd()->err = e;
	return 0;
}

errno_t _get_errno(int *e)
{
	CRT_REQUIRE_E(e, EINVAL);
	*e = crt_ptd()->err;
	return 0;
}

errno_t _set_doserrno(unsigned long e)
{
	crt_ptd()->doserr = e;
	return 0;
}

errno_t _get_doserrno(unsigned long *e)
{
	CRT_REQUIRE_E(e, EINVAL);
	*e = crt_ptd()->doserr;
	return 0;
}

static const struct {
	unsigned short win;
	unsigned char e;
} map[] = {
	{ ERROR_INVALID_FUNCTION, EINVAL },
	{ ERROR_FILE_NOT_FOUND, ENOENT },
	{ ERROR_PATH_NOT_FOUND, ENOENT },
	{ ERROR_TOO_MANY_OPEN_FILES, EMFILE },
	{ ERROR_ACCESS_DENIED, EACCES },
	{ ERROR_INVALID_HANDLE, EBADF },
	{ ERROR_ARENA_TRASHED, ENOMEM },
	{ ERROR_NOT_ENOUGH_MEMORY, ENOMEM },
	{ ERROR_INVALID_BLOCK, ENOMEM },
	{ ERROR_BAD_ENVIRONMENT, E2BIG },
	{ ERROR_BAD_FORMAT, ENOEXEC },
	{ ERROR_INVALID_ACCESS, EINVAL },
	{ ERROR_INVALID_DATA, EINVAL },
	{ ERROR_INVALID_DRIVE, ENOENT },
	{ ERROR_CURRENT_DIRECTORY, EACCES },
	{ ERROR_NOT_SAME_DEVICE, EXDEV },
	{ ERROR_NO_MORE_FILES, ENOENT },
	{ ERROR_LOCK_VIOLATION, EACCES },
	{ ERROR_BAD_NETPATH, ENOENT },
	{ ERROR_NETWORK_ACCESS_DENIED, EACCES },
	{ ERROR_BAD_NET_NAME, ENOENT },
	{ ERROR_FILE_EXISTS, EEXIST },
	{ ERROR_CANNOT_MAKE, EACCES },
	{ ERROR_FAIL_I24, EACCES },
	{ ERROR_INVALID_PARAMETER, EINVAL },
	{ ERROR_NO_PROC_SLOTS, EAGAIN },
	{ ERROR_DRIVE_LOCKED, EACCES },
	{ ERROR_BROKEN_PIPE, EPIPE },
	{ ERROR_DISK_FULL, ENOSPC },
	{ ERROR_INVALID_TARGET_HANDLE, EBADF },
	{ ERROR_WAIT_NO_CHILDREN, ECHILD },
	{ ERROR_CHILD_NOT_COMPLETE, ECHILD },
	{ ERROR_DIRECT_ACCESS_HANDLE, EBADF },
	{ ERROR_NEGATIVE_SEEK, EINVAL },
	{ ERROR_SEEK_ON_DEVICE, EACCES },
	{ ERROR_DIR_NOT_EMPTY, ENOTEMPTY },
	{ ERROR_NOT_LOCKED, EACCES },
	{ ERROR_BAD_PATHNAME, ENOENT },
	{ ERROR_MAX_THRDS_REACHED, EAGAIN },
	{ ERROR_LOCK_FAILED, EACCES },
	{ ERROR_ALREADY_EXISTS, EEXIST },
	{ ERROR_FILENAME_EXCED_RANGE, ENOENT },
	{ ERROR_NESTING_NOT_ALLOWED, EAGAIN },
	{ ERROR_NO_UNICODE_TRANSLATION, EILSEQ },
	{ ERROR_NOT_ENOUGH_QUOTA, ENOMEM },
};

static int errno_of(DWORD code)
{
	for (size_t i = 0; i < COUNT_OF(map); i++)
		if (map[i].win == code)
			return map[i].e;
	if (code >= ERROR_WRITE_PROTECT &&
	    code <= ERROR_SHARING_BUFFER_EXCEEDED)
		return EACCES;
	if (code >= ERROR_INVALID_STARTING_CODESEG &&
	    code <= ERROR_INFLOOP_IN_RELOC_CHAIN)
		return ENOEXEC;
	return EINVAL;
}

CRT_COLD void crt_set_doserr(DWORD code)
{
	struct crt_ptd *p = crt_ptd();

	p->doserr = code;
	p->err = errno_of(code);
}

void _dosmaperr(unsigned long code)
{
	crt_set_doserr(code);
}

int __crt_errno_from_os_error(unsigned long code)
{
	return errno_of(code);
}

static const char unknown[] = "Unknown error";

/* MSVC's texts; the last is for everything beyond. */
char *crt_sys_errlist[] = {
	"No error",
	"Operation not permitted",
	"No such file or directory",
	"No such process",
	"Interrupted function call",
	"Input/output error",
	"No such device or address",
	"Arg list too long",
	"Exec format error",
	"Bad file descriptor",
	"No child processes",
	"Resource temporarily unavailable",
	"Not enough space",
	"Permission denied",
	"Bad address",
	(char *)unknown,
	"Resource device",
	"File exists",
	"Improper link",
	"No such device",
	"Not a directory",
	"Is a directory",
	"Invalid argument",
	"Too many open files in system",
	"Too many open files",
	"Inappropriate I/O control operation",
	(char *)unknown,
	"File too large",
	"No space left on device",
	"Invalid seek",
	"Read-only file system",
	"Too many links",
	"Broken pipe",
	"Domain error",
	"Result too large",
	(char *)unknown,
	"Resource deadlock avoided",
	(char *)unknown,
	"Filename too long",
	"No locks available",
	"Function not implemented",
	"Directory not empty",
	"Illegal byte sequence",
	(char *)unknown,
};
int crt_sys_nerr = COUNT_OF(crt_sys_errlist) - 1;

/* ucrt names the POSIX additions, 100 and on, as well. */
static const char *const posix_errors[] = {
	"address in use",
	"address not available",
	"address family not supported",
	"connection already in progress",
	"bad message",
	"connection aborted",
	"connection refused",
	"connection reset",
	"destination address required",
	"host unreachable",
	"identifier removed",
	"operation in progress",
	"already connected",
	"too many symbolic link levels",
	"message size",
	"network down",
	"network reset",
	"network unreachable",
	"no buffer space",
	"no message available",
	"no link",
	"no message",
	"no protocol option",
	"no stream resources",
	"not a stream",
	"not connected",
	"state not recoverable",
	"not a socket",
	"not supported",
	"operation not supported",
	"Unknown error",
	"value too large",
	"owner dead",
	"protocol error",
	"protocol not supported",
	"wrong protocol type",
	"stream timeout",
	"timed out",
	"text file busy",
	"operation would block",
};

static const char *error_text(int e)
{
	if ((unsigned)e < (unsigned)crt_sys_nerr)
		return crt_sys_errlist[e];
	if (!CRT_MSVCRT && e >= 100 && e - 100 < (int)COUNT_OF(posix_errors))
		return posix_errors[e - 100];
	return unknown;
}

char **__sys_errlist(void)
{
	return crt_sys_errlist;
}

int *__sys_nerr(void)
{
	return &crt_sys_nerr;
}

static char *error_buffer(void)
{
	struct crt_ptd *p = crt_ptd();

	if (!p->errbuf)
		p->errbuf = malloc(256);
	return p->errbuf;
}

static wchar_t *error_wbuffer(void)
{
	struct crt_ptd *p = crt_ptd();

	if (!p->werrbuf)
		p->werrbuf = malloc(256 * sizeof(wchar_t));
	return p->werrbuf;
}

static void widen(wchar_t *to, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n && s[i]; i++)
		to[i] = (unsigned char)s[i];
	to[i] = 0;
}

char *strerror(int e)
{
	char *b = error_buffer();

	return b ? strcpy(b, error_text(e)) : (char *)error_text(e);
}

wchar_t *_wcserror(int e)
{
	wchar_t *b = error_wbuffer();

	if (b)
		widen(b, error_text(e), 256);
	return b;
}

errno_t strerror_s(char *buf, size_t n, int e)
{
	CRT_REQUIRE_E(buf && n, EINVAL);
	strncpy_s(buf, n, error_text(e), _TRUNCATE);
	return 0;
}

errno_t _wcserror_s(wchar_t *buf, size_t n, int e)
{
	CRT_REQUIRE_E(buf && n, EINVAL);
	widen(buf, error_text(e), n);
	return 0;
}

/* "message: error text\n", as perror() would print. */
char *_strerror(const char *msg)
{
	char *b = error_buffer();

	if (!b)
		return NULL;
	b[0] = 0;
	if (msg && *msg) {
		strncpy_s(b, 256, msg, 90);
		strcat(b, ": ");
	}
	strcat(b, error_text(crt_errno));
	return strcat(b, "\n");
}

errno_t _strerror_s(char *buf, size_t n, const char *msg)
{
	const char *text = error_text(crt_errno);

	CRT_REQUIRE_E(buf && n, EINVAL);
	buf[0] = 0;
	if (msg && *msg) {
		strncpy_s(buf, n, msg, _TRUNCATE);
		strncat_s(buf, n, ": ", _TRUNCATE);
	}
	strncat_s(buf, n, text, _TRUNCATE);
	strncat_s(buf, n, "\n", _TRUNCATE);
	return 0;
}

wchar_t *__wcserror(const wchar_t *msg)
{
	wchar_t *b = error_wbuffer();
	size_t n = 0;

	if (!b)
		return NULL;
	for (; msg && msg[n] && n < 90; n++)
		b[n] = msg[n];
	if (n) {
		b[n++] = ':';
		b[n++] = ' ';
	}
	widen(b + n, error_text(crt_errno), 256 - n - 1);
	return wcscat(b, L"\n");
}

errno_t __wcserror_s(wchar_t *buf, size_t n, const wchar_t *msg)
{
	wchar_t *b = __wcserror(msg);

	CRT_REQUIRE_E(buf && n, EINVAL);
	if (!b)
		return ENOMEM;
	wcsncpy_s(buf, n, b, _TRUNCATE);
	return 0;
}

static void write_stderr(const char *s)
{
	crt_lock_file(crt_stderr);
	crt_write_file(crt_stderr, s, strlen(s));
	crt_flush_file(crt_stderr);
	crt_unlock_file(crt_stderr);
}

void perror(const char *msg)
{
	const char *text = error_text(crt_errno);

	if (msg && *msg) {
		write_stderr(msg);
		write_stderr(": ");
	}
	write_stderr(text);
	write_stderr("\n");
}

void _wperror(const wchar_t *msg)
{
	int e = crt_errno;
	char *m = msg ? crt_narrow(msg) : NULL;

	crt_errno = e;
	perror(m);
	free(m);
}
