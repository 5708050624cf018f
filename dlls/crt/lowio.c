/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lowio.c - file descriptors: the table, opening, closing, duplicating.
 *
 * A descriptor is a handle with flags.  The table grows in blocks of 32 whose
 * size a program may ask for with _msize: perl finds the size of an entry so.
 * What a handle is (file, pipe, device) costs a system call and is looked up
 * when somebody asks.  Descriptors go to a child in STARTUPINFO.lpReserved2:
 * a count, that many flag bytes, that many handles.
 */
#include "crt.h"

struct ioinfo *crt_pioinfo[IOINFO_BLOCKS];
struct ioinfo crt_badioinfo = {
	.osfhnd = -1, .osfile = FTEXT, .pipech = 10, .known = 1
};
int crt_nhandle;
int crt_fmode = O_TEXT_;
int crt_commode;
int crt_umask_value;

static struct crt_lock table_lock;

static int grow(void)
{
	int block = crt_nhandle / IOINFO_BLOCK;
	struct ioinfo *io;

	if (block == IOINFO_BLOCKS)
		return -1;
	io = calloc(IOINFO_BLOCK, sizeof(*io));
	if (!io)
		return -1;
	for (int i = 0; i < IOINFO_BLOCK; i++)
		io[i].osfhnd = -1;
	crt_pioinfo[block] = io;
	crt_nhandle += IOINFO_BLOCK;
	return 0;
}

void crt_io_init(void)
{
	PRTL_USER_PROCESS_PARAMETERS pp = rf_peb()->ProcessParameters;
	const BYTE *data = (const BYTE *)pp->RuntimeData.Buffer;
	size_t len = pp->RuntimeData.Length;
	HANDLE std[3] = { pp->StandardInput, pp->StandardOutput,
			  pp->StandardError };
	unsigned n = 0;
	int fd;

	if (grow() < 0)
		return;
	if (data && len >= 4) {
		memcpy(&n, data, 4);
		if (n > (len - 4) / (1 + sizeof(HANDLE)))
			n = 0;
	}
	if (n > CRT_NHANDLE)
		n = CRT_NHANDLE;
	while ((unsigned)crt_nhandle < n && grow() == 0)
		;
	for (fd = 0; fd < (int)n && fd < crt_nhandle; fd++) {
		BYTE flags = data[4 + fd];
		intptr_t h;

		memcpy(&h, data + 4 + n + (size_t)fd * sizeof(h), sizeof(h));
		if (!(flags & FOPEN) || h == -1 || h == -2)
			continue;
		crt_io(fd)->osfhnd = h;
		crt_io(fd)->osfile = flags;
		crt_io(fd)->known = (flags & (FPIPE | FDEV)) != 0;
		crt_io(fd)->pipech = 10;
	}
	for (fd = 0; fd < 3; fd++) {
		struct ioinfo *io = crt_io(fd);

		if ((io->osfile & FOPEN) && io->osfhnd != -1 &&
		    io->osfhnd != -2) {
			io->osfile |= FTEXT;
			continue;
		}
		/* Without a handle the descriptor is open and good for nothing.
		 */
		io->osfhnd = std[fd] ? (intptr_t)std[fd] : -2;
		io->osfile = FOPEN | FTEXT;
		io->pipech = 10;
		if (io->osfhnd == -1 || io->osfhnd == -2) {
			io->osfhnd = -2;
			io->osfile |= FDEV;
			io->known = 1;
		}
	}
}

CRT_COLD void crt_io_know(struct ioinfo *io)
{
	DWORD err, type;

	if (io->known)
		return;
	err = NtCurrentTeb()->LastErrorValue;
	type = GetFileType((HANDLE)io->osfhnd) & 0xff;
	if (type == FILE_TYPE_CHAR)
		io->osfile |= FDEV;
	else if (type == FILE_TYPE_PIPE)
		io->osfile |= FPIPE;
	io->known = 1;
	NtCurrentTeb()->LastErrorValue = err;
}

/* Returns a descriptor marked open, its entry locked; or -1. */
static int alloc_fd(int min)
{
	int fd;

	crt_lock(&table_lock);
	for (fd = min;; fd++) {
		while (fd >= crt_nhandle)
			if (grow() < 0) {
				crt_unlock(&table_lock);
				crt_errno = EMFILE;
				return -1;
			}
		if (!(crt_io(fd)->osfile & FOPEN))
			break;
	}
	crt_lock(&crt_io(fd)->lock);
	crt_io(fd)->osfile = FOPEN;
	crt_io(fd)->osfhnd = -1;
	crt_io(fd)->textmode = CRT_ANSI;
	crt_io(fd)->known = 0;
	crt_io(fd)->pipech = 10;
	crt_io(fd)->npend = 0;
	crt_io(fd)->haspipech = 0;
	crt_unlock(&table_lock);
	return fd;
}

static const DWORD std_handle[3] = { STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
				     STD_ERROR_HANDLE };

/* A console program's descriptors 0 to 2 are its standard handles. */
static void set_handle(int fd, intptr_t h)
{
	crt_io(fd)->osfhnd = h;
	if (fd < 3 && crt_app_type != 2)
		SetStdHandle(std_handle[fd], (HANDLE)h);
}

int __cdecl _alloc_osfhnd(void)
{
	int fd = alloc_fd(0);

	if (fd >= 0)
		crt_unlock(&crt_io(fd)->lock);
	return fd;
}

int _set_osfhnd(int fd, intptr_t h)
{
	if (!crt_fd_ok(fd)) {
		crt_errno = EBADF;
		return -1;
	}
	set_handle(fd, h);
	return 0;
}

int _free_osfhnd(int fd)
{
	if (!crt_fd_ok(fd)) {
		crt_errno = EBADF;
		return -1;
	}
	crt_io(fd)->osfile = 0;
	set_handle(fd, -1);
	return 0;
}

intptr_t _get_osfhandle(int fd)
{
	if (fd == -2) {
		crt_errno = EBADF;
		return -1;
	}
	if (!crt_fd_ok(fd)) {
		crt_ptd()->doserr = 0;
		crt_invalid(EBADF);
		return -1;
	}
	return crt_io(fd)->osfhnd;
}

int _open_osfhandle(intptr_t h, int flags)
{
	DWORD type = GetFileType((HANDLE)h) & 0xff;
	struct ioinfo *io;
	int fd;

	if (type == FILE_TYPE_UNKNOWN && GetLastError() != NO_ERROR)
		return crt_fail_win32();
	fd = alloc_fd(0);
	if (fd < 0)
		return -1;
	io = crt_io(fd);
	set_handle(fd, h);
	io->osfile = FOPEN;
	if (flags & O_APPEND_)
		io->osfile |= FAPPEND;
	if (flags & (O_TEXT_ | O_WTEXT_ | O_U16TEXT_ | O_U8TEXT_))
		io->osfile |= FTEXT;
	if (flags & O_NOINHERIT_)
		io->osfile |= FNOINHERIT;
	if (type == FILE_TYPE_CHAR)
		io->osfile |= FDEV;
	else if (type == FILE_TYPE_PIPE)
		io->osfile |= FPIPE;
	io->textmode = flags & O_U8TEXT_                 ? CRT_UTF8
		       : flags & (O_WTEXT_ | O_U16TEXT_) ? CRT_UTF16
							 : CRT_ANSI;
	io->known = 1;
	crt_unlock(&io->lock);
	return fd;
}

/* ---------------------------------------------------------------- open */

static int bom_mode(struct ioinfo *io, int oflag)
{
	unsigned char b[3];
	DWORD n = 0;
	LARGE_INTEGER at = { .QuadPart = 0 };

	/* Only a file that may hold something has a byte order mark. */
	if (!(oflag & (O_WTEXT_ | O_U16TEXT_ | O_U8TEXT_)))
		return CRT_ANSI;
	crt_io_know(io);
	if (!(io->osfile & (FDEV | FPIPE)) && (oflag & 3) != O_WRONLY_ &&
	    ReadFile((HANDLE)io->osfhnd, b, 3, &n, NULL) && n >= 2) {
		if (b[0] == 0xff && b[1] == 0xfe) {
			at.QuadPart = 2;
			SetFilePointerEx((HANDLE)io->osfhnd, at, NULL,
					 FILE_BEGIN);
			return CRT_UTF16;
		}
		if (n == 3 && b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf)
			return CRT_UTF8;
	}
	if (n)
		SetFilePointerEx((HANDLE)io->osfhnd, at, NULL, FILE_BEGIN);
	if (oflag & O_U8TEXT_)
		return CRT_UTF8;
	if (oflag & O_U16TEXT_)
		return CRT_UTF16;
	/* _O_WTEXT without a mark: ANSI when reading, UTF-16 when new. */
	return (oflag & 3) == O_RDONLY_ || n ? CRT_ANSI : CRT_UTF16;
}

static void write_bom(struct ioinfo *io)
{
	DWORD n;

	if (io->textmode == CRT_UTF16)
		WriteFile((HANDLE)io->osfhnd, "\xff\xfe", 2, &n, NULL);
	else if (io->textmode == CRT_UTF8)
		WriteFile((HANDLE)io->osfhnd, "\xef\xbb\xbf", 3, &n, NULL);
}

int crt_open_fd(const wchar_t *path, int oflag, int share, int pmode)
{
	SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, !(oflag & O_NOINHERIT_) };
	DWORD access, shared, create, attr = FILE_ATTRIBUTE_NORMAL;
	struct ioinfo *io;
	int fd, text;
	HANDLE h;

	switch (oflag & 3) {
	case O_RDONLY_:
		access = GENERIC_READ;
		break;
	case O_WRONLY_:
		/* Appending UTF text has to read the byte order mark. */
		access = oflag & O_APPEND_ && oflag & (O_WTEXT_ | O_U16TEXT_ |
						       O_U8TEXT_)
				 ? GENERIC_READ | GENERIC_WRITE
				 : GENERIC_WRITE;
		break;
	case O_RDWR_:
		access = GENERIC_READ | GENERIC_WRITE;
		break;
	default:
		crt_ptd()->doserr = 0;
		crt_invalid(EINVAL);
		return -1;
	}
	switch (share) {
	case 0x10: /* _SH_DENYRW */
		shared = 0;
		break;
	case 0x20:
		shared = FILE_SHARE_READ;
		break;
	case 0x30:
		shared = FILE_SHARE_WRITE;
		break;
	case 0x40: /* _SH_DENYNO */
		shared = FILE_SHARE_READ | FILE_SHARE_WRITE;
		break;
	case 0x80: /* _SH_SECURE */
		shared = access == GENERIC_READ ? FILE_SHARE_READ : 0;
		break;
	default:
		crt_invalid(EINVAL);
		return -1;
	}
	switch (oflag & (O_CREAT_ | O_EXCL_ | O_TRUNC_)) {
	case O_CREAT_:
		create = OPEN_ALWAYS;
		break;
	case O_CREAT_ | O_EXCL_:
	case O_CREAT_ | O_EXCL_ | O_TRUNC_:
		create = CREATE_NEW;
		break;
	case O_CREAT_ | O_TRUNC_:
		create = CREATE_ALWAYS;
		break;
	case O_TRUNC_:
	case O_TRUNC_ | O_EXCL_:
		create = TRUNCATE_EXISTING;
		break;
	default:
		create = OPEN_EXISTING;
		break;
	}
	if ((oflag & O_CREAT_) && !((pmode & ~crt_umask_value) & 0x80))
		attr = FILE_ATTRIBUTE_READONLY;
	if (oflag & O_TEMP_) {
		attr |= FILE_FLAG_DELETE_ON_CLOSE;
		access |= DELETE;
		shared |= FILE_SHARE_DELETE;
	}
	if (oflag & O_SHORT_)
		attr |= FILE_ATTRIBUTE_TEMPORARY;
	if (oflag & O_OBTAINDIR_)
		attr |= FILE_FLAG_BACKUP_SEMANTICS;
	if (oflag & O_SEQ_)
		attr |= FILE_FLAG_SEQUENTIAL_SCAN;
	else if (oflag & O_RANDOM_)
		attr |= FILE_FLAG_RANDOM_ACCESS;

	text = oflag & O_BINARY_ ? 0
	       : oflag & (O_TEXT_ | O_WTEXT_ | O_U16TEXT_ | O_U8TEXT_)
		       ? 1
		       : crt_fmode != O_BINARY_;

	fd = alloc_fd(0);
	if (fd < 0) {
		crt_ptd()->doserr = 0;
		return -1;
	}
	io = crt_io(fd);
	h = CreateFileW(path, access, shared, &sa, create, attr, NULL);
	if (h == INVALID_HANDLE_VALUE) {
		crt_fail_win32();
		io->osfile = 0;
		crt_unlock(&io->lock);
		return -1;
	}
	set_handle(fd, (intptr_t)h);
	io->osfile = (unsigned char)(FOPEN | (text ? FTEXT : 0) |
				     (oflag & O_APPEND_ ? FAPPEND : 0) |
				     (oflag & O_NOINHERIT_ ? FNOINHERIT : 0));
	if (text) {
		io->textmode = (unsigned char)bom_mode(io, oflag);
		if (io->textmode && (oflag & 3) != O_RDONLY_) {
			LARGE_INTEGER size;

			if (GetFileSizeEx(h, &size) && !size.QuadPart)
				write_bom(io);
		}
	}
	/* Text that is appended to loses a Ctrl-Z at its end. */
	if (text && !io->textmode && (oflag & 3) == O_RDWR_) {
		LARGE_INTEGER at = { .QuadPart = -1 };
		char c = 0;
		DWORD n = 0;

		crt_io_know(io);
		if (!(io->osfile & (FDEV | FPIPE)) &&
		    SetFilePointerEx(h, at, NULL, FILE_END)) {
			if (ReadFile(h, &c, 1, &n, NULL) && n && c == 26) {
				SetFilePointerEx(h, at, NULL, FILE_END);
				SetEndOfFile(h);
			}
			at.QuadPart = 0;
			SetFilePointerEx(h, at, NULL, FILE_BEGIN);
		}
	}
	crt_unlock(&io->lock);
	return fd;
}

int _wopen(const wchar_t *path, int oflag, ...)
{
	int pmode = 0;
	va_list ap;

	CRT_REQUIRE(path, EINVAL, -1);
	va_start(ap, oflag);
	if (oflag & O_CREAT_)
		pmode = va_arg(ap, int);
	va_end(ap);
	return crt_open_fd(path, oflag, 0x40, pmode);
}

static int open_narrow(const char *path, int oflag, int share, int pmode)
{
	wchar_t *w = crt_wide(path);
	int fd;

	if (!w)
		return -1;
	fd = crt_open_fd(w, oflag, share, pmode);
	free(w);
	return fd;
}

int _open(const char *path, int oflag, ...)
{
	int pmode = 0;
	va_list ap;

	CRT_REQUIRE(path, EINVAL, -1);
	va_start(ap, oflag);
	if (oflag & O_CREAT_)
		pmode = va_arg(ap, int);
	va_end(ap);
	return open_narrow(path, oflag, 0x40, pmode);
}

int _sopen(const char *path, int oflag, int share, ...)
{
	int pmode = 0;
	va_list ap;

	CRT_REQUIRE(path, EINVAL, -1);
	va_start(ap, share);
	if (oflag & O_CREAT_)
		pmode = va_arg(ap, int);
	va_end(ap);
	return open_narrow(path, oflag, share, pmode);
}

int _wsopen(const wchar_t *path, int oflag, int share, ...)
{
	int pmode = 0;
	va_list ap;

	CRT_REQUIRE(path, EINVAL, -1);
	va_start(ap, share);
	if (oflag & O_CREAT_)
		pmode = va_arg(ap, int);
	va_end(ap);
	return crt_open_fd(path, oflag, share, pmode);
}

errno_t _sopen_s(int *fd, const char *path, int oflag, int share, int pmode)
{
	CRT_REQUIRE_E(fd, EINVAL);
	*fd = -1;
	CRT_REQUIRE_E(path && !(pmode & ~0x180), EINVAL);
	*fd = open_narrow(path, oflag, share, pmode);
	return *fd < 0 ? crt_errno : 0;
}

errno_t _wsopen_s(int *fd, const wchar_t *path, int oflag, int share, int pmode)
{
	CRT_REQUIRE_E(fd, EINVAL);
	*fd = -1;
	CRT_REQUIRE_E(path && !(pmode & ~0x180), EINVAL);
	*fd = crt_open_fd(path, oflag, share, pmode);
	return *fd < 0 ? crt_errno : 0;
}

errno_t _sopen_dispatch(const char *path, int oflag, int share, int pmode,
			int *fd, int secure)
{
	return _sopen_s(fd, path, oflag, share, secure ? pmode : pmode & 0x180);
}

errno_t _wsopen_dispatch(const wchar_t *path, int oflag, int share, int pmode,
			 int *fd, int secure)
{
	return _wsopen_s(fd, path, oflag, share,
			 secure ? pmode : pmode & 0x180);
}

int _creat(const char *path, int pmode)
{
	return _open(path, O_CREAT_ | O_TRUNC_ | O_RDWR_, pmode);
}

int _wcreat(const wchar_t *path, int pmode)
{
	return _wopen(path, O_CREAT_ | O_TRUNC_ | O_RDWR_, pmode);
}

/* --------------------------------------------------------------- close */

int crt_close_nolock(int fd)
{
	struct ioinfo *io = crt_io(fd);
	intptr_t h = io->osfhnd;
	int ret = 0;

	/* stdout and stderr often share a handle: the last one closes it. */
	if (h != -1 && h != -2 &&
	    !((fd == 1 && crt_fd_ok(2) && crt_io(2)->osfhnd == h) ||
	      (fd == 2 && crt_fd_ok(1) && crt_io(1)->osfhnd == h))) {
		if (!CloseHandle((HANDLE)h))
			ret = crt_fail_win32();
	}
	set_handle(fd, -1);
	io->osfile = 0;
	io->known = 0;
	return ret;
}

int crt_fd_usable(int fd)
{
	if (crt_fd_ok(fd))
		return 1;
	crt_ptd()->doserr = 0;
	if (fd == -2)
		crt_errno = EBADF;
	else
		crt_invalid(EBADF);
	return 0;
}

int _close(int fd)
{
	struct ioinfo *io;
	int ret;

	if (!crt_fd_usable(fd))
		return -1;
	io = crt_io(fd);
	crt_lock(&io->lock);
	ret = io->osfile & FOPEN ? crt_close_nolock(fd) : -1;
	crt_unlock(&io->lock);
	return ret;
}

/* ----------------------------------------------------------------- dup */

static int dup_to(int from, int to)
{
	struct ioinfo *a = crt_io(from), *b = crt_io(to);
	HANDLE h;

	if (!DuplicateHandle(NtCurrentProcess(), (HANDLE)a->osfhnd,
			     NtCurrentProcess(), &h, 0, TRUE,
			     DUPLICATE_SAME_ACCESS))
		return crt_fail_win32();
	set_handle(to, (intptr_t)h);
	b->osfile = (unsigned char)(a->osfile & ~FNOINHERIT);
	b->textmode = a->textmode;
	b->known = a->known;
	b->npend = 0;
	b->haspipech = 0;
	b->pipech = 10;
	return 0;
}

int _dup(int fd)
{
	int to;

	if (!crt_fd_ok(fd)) {
		crt_ptd()->doserr = 0;
		crt_invalid(EBADF);
		return -1;
	}
	to = alloc_fd(0);
	if (to < 0)
		return -1;
	if (dup_to(fd, to) < 0) {
		crt_io(to)->osfile = 0;
		crt_unlock(&crt_io(to)->lock);
		return -1;
	}
	crt_unlock(&crt_io(to)->lock);
	return to;
}

/* Returns 0, not the descriptor. */
int _dup2(int fd, int to)
{
	struct ioinfo *io;
	int ret;

	if (!crt_fd_ok(fd) || (unsigned)to >= CRT_NHANDLE) {
		crt_ptd()->doserr = 0;
		crt_invalid(EBADF);
		return -1;
	}
	crt_lock(&table_lock);
	while (to >= crt_nhandle)
		if (grow() < 0) {
			crt_unlock(&table_lock);
			return -1;
		}
	crt_unlock(&table_lock);
	if (fd == to)
		return 0;
	io = crt_io(to);
	crt_lock(&io->lock);
	if (io->osfile & FOPEN)
		crt_close_nolock(to);
	ret = dup_to(fd, to);
	crt_unlock(&io->lock);
	return ret;
}

int _pipe(int *fds, unsigned size, int mode)
{
	SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, !(mode & O_NOINHERIT_) };
	int text = mode & O_BINARY_ ? 0
		   : mode & (O_TEXT_ | O_WTEXT_ | O_U16TEXT_ | O_U8TEXT_)
			   ? 1
			   : crt_fmode != O_BINARY_;
	HANDLE h[2];

	CRT_REQUIRE(fds, EINVAL, -1);
	fds[0] = fds[1] = -1;
	if (!CreatePipe(&h[0], &h[1], &sa, size))
		return crt_fail_win32();
	for (int i = 0; i < 2; i++) {
		fds[i] = alloc_fd(0);
		if (fds[i] < 0) {
			CloseHandle(h[1]);
			if (i)
				_close(fds[0]);
			else
				CloseHandle(h[0]);
			fds[0] = -1;
			return -1;
		}
		set_handle(fds[i], (intptr_t)h[i]);
		crt_io(fds[i])->osfile =
			(unsigned char)(FOPEN | FPIPE | (text ? FTEXT : 0) |
					(mode & O_NOINHERIT_ ? FNOINHERIT : 0));
		crt_io(fds[i])->known = 1;
		crt_unlock(&crt_io(fds[i])->lock);
	}
	return 0;
}

int _isatty(int fd)
{
	if (fd == -2) {
		crt_errno = EBADF;
		return 0;
	}
	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return 0;
	}
	crt_io_know(crt_io(fd));
	return crt_io(fd)->osfile & FDEV;
}

int _setmode(int fd, int mode)
{
	struct ioinfo *io;
	int old;

	CRT_REQUIRE(mode == O_TEXT_ || mode == O_BINARY_ || mode == O_WTEXT_ ||
			    mode == O_U8TEXT_ || mode == O_U16TEXT_,
		    EINVAL, -1);
	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	io = crt_io(fd);
	crt_lock(&io->lock);
	old = !(io->osfile & FTEXT)      ? O_BINARY_
	      : io->textmode == CRT_ANSI ? O_TEXT_
					 : O_WTEXT_;
	io->osfile = (unsigned char)(mode == O_BINARY_ ? io->osfile & ~FTEXT
						       : io->osfile | FTEXT);
	io->textmode = mode == O_U8TEXT_                        ? CRT_UTF8
		       : mode == O_U16TEXT_ || mode == O_WTEXT_ ? CRT_UTF16
								: CRT_ANSI;
	crt_unlock(&io->lock);
	return old;
}

int *__p__fmode(void)
{
	return &crt_fmode;
}

errno_t _set_fmode(int mode)
{
	CRT_REQUIRE_E(mode == O_TEXT_ || mode == O_BINARY_ || mode == O_WTEXT_,
		      EINVAL);
	crt_fmode = mode;
	return 0;
}

errno_t _get_fmode(int *mode)
{
	CRT_REQUIRE_E(mode, EINVAL);
	*mode = crt_fmode;
	return 0;
}

int *__p__commode(void)
{
	return &crt_commode;
}

int _umask(int mode)
{
	int old = crt_umask_value;

	crt_umask_value = mode & 0x180;
	return old;
}

errno_t _umask_s(int mode, int *old)
{
	CRT_REQUIRE_E(old, EINVAL);
	*old = crt_umask_value;
	CRT_REQUIRE_E(!(mode & ~0x180), EINVAL);
	crt_umask_value = mode;
	return 0;
}

/* What a child gets; freed by the caller.  Standard ones not when detached. */
BYTE *crt_inherit_block(WORD *size, int detached)
{
	int n, fd;
	BYTE *block;

	for (n = crt_nhandle; n > 0 && !crt_io(n - 1)->osfile; n--)
		;
	if ((size_t)n > (65534 - 4) / (1 + sizeof(intptr_t)))
		n = (65535 - 4) / (1 + sizeof(intptr_t));
	/* Even: it travels as a UNICODE_STRING. */
	*size = (WORD)((4 + (size_t)n * (1 + sizeof(intptr_t)) + 1) & ~1UL);
	block = calloc(1, *size);
	if (!block)
		return NULL;
	memcpy(block, &n, 4);
	for (fd = 0; fd < n; fd++) {
		struct ioinfo *io = crt_io(fd);
		intptr_t h = -1;

		if (!(io->osfile & FNOINHERIT) && !(detached && fd < 3)) {
			if (io->osfile & FOPEN)
				crt_io_know(io);
			block[4 + fd] = io->osfile;
			h = io->osfhnd;
		}
		memcpy(block + 4 + n + (size_t)fd * sizeof(h), &h, sizeof(h));
	}
	return block;
}
