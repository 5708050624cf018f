/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.c - files by name: stat, find, access, chmod, rename, remove, utime.
 *
 * Four layouts of struct stat and of the find data come from 32- and 64-bit
 * times and sizes; each is filled from one 64-bit internal form.  Volumes have
 * no inode numbers in Microsoft's C library: st_ino is 0.
 */
#include "crt.h"

#define EPOCH_1601 116444736000000000ULL

#define S_IFDIR_ 0x4000
#define S_IFCHR_ 0x2000
#define S_IFIFO_ 0x1000
#define S_IFREG_ 0x8000

struct info {
	unsigned dev;
	unsigned short mode;
	short nlink;
	__int64 size, atime, mtime, ctime;
};

/* <sys/stat.h>'s structures, by width of time and of size. */
#define STAT_FIELDS(TIME, SIZE)                                                \
	{                                                                      \
		unsigned st_dev;                                               \
		unsigned short st_ino, st_mode;                                \
		short st_nlink, st_uid, st_gid;                                \
		unsigned st_rdev;                                              \
		SIZE st_size;                                                  \
		TIME st_atime, st_mtime, st_ctime;                             \
	}
struct stat32 STAT_FIELDS(__int32, __int32);
struct stat32i64 STAT_FIELDS(__int32, __int64);
struct stat64i32 STAT_FIELDS(__int64, __int32);
struct stat64 STAT_FIELDS(__int64, __int64);
_Static_assert(sizeof(struct stat64) == 56 && sizeof(struct stat64i32) == 48 &&
		       sizeof(struct stat32) == 36,
	       "struct stat");

static __int64 unix_time(FILETIME ft)
{
	uint64_t t = (uint64_t)ft.dwHighDateTime << 32 | ft.dwLowDateTime;

	return t ? (__int64)((t - EPOCH_1601) / 10000000) : 0;
}

static int is_executable(const wchar_t *path)
{
	const wchar_t *dot = wcsrchr(path, '.');

	return dot && (!_wcsicmp(dot, L".exe") || !_wcsicmp(dot, L".cmd") ||
		       !_wcsicmp(dot, L".bat") || !_wcsicmp(dot, L".com"));
}

static unsigned short mode_of(DWORD attr, const wchar_t *path)
{
	unsigned m =
		attr & FILE_ATTRIBUTE_DIRECTORY ? S_IFDIR_ | 0x40 : S_IFREG_;

	m |= attr & FILE_ATTRIBUTE_READONLY ? 0x100 : 0x180;
	if (path && is_executable(path))
		m |= 0x40;
	/* The owner's bits, for group and others as well. */
	m |= (m & 0x1c0) >> 3;
	m |= (m & 0x1c0) >> 6;
	return (unsigned short)m;
}

/* 0 is A:; what has no letter lies on the current drive. */
static unsigned drive_of(const wchar_t *path)
{
	wchar_t cwd[512];
	unsigned c = 0;

	if (path[0] && path[1] == ':')
		c = path[0] | 0x20U;
	else if (GetCurrentDirectoryW(512, cwd) < 512 && cwd[1] == ':')
		c = cwd[0] | 0x20U;
	return c >= 'a' && c <= 'z' ? c - 'a' : 0;
}

static int handle_info(HANDLE h, struct info *i, const wchar_t *path)
{
	BY_HANDLE_FILE_INFORMATION b;

	if (!GetFileInformationByHandle(h, &b))
		return crt_fail_win32();
	memset(i, 0, sizeof(*i));
	i->nlink =
		CRT_MSVCRT || !b.nNumberOfLinks ? 1 : (short)b.nNumberOfLinks;
	i->mode = mode_of(b.dwFileAttributes, path);
	i->size = (__int64)((uint64_t)b.nFileSizeHigh << 32 | b.nFileSizeLow);
	if (b.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
		i->size = 0;
	i->mtime = unix_time(b.ftLastWriteTime);
	i->atime = unix_time(b.ftLastAccessTime);
	i->ctime = unix_time(b.ftCreationTime);
	if (!i->atime)
		i->atime = i->mtime;
	if (!i->ctime)
		i->ctime = i->mtime;
	return 0;
}

static int path_info(const wchar_t *path, struct info *i)
{
	WIN32_FILE_ATTRIBUTE_DATA d;
	size_t n = wcslen(path);

	memset(i, 0, sizeof(*i));
	if (wcspbrk(path, L"?*")) {
		crt_errno = ENOENT;
		crt_ptd()->doserr = ERROR_FILE_NOT_FOUND;
		return -1;
	}
	/* "dir\" is not found in msvcrt, unless it is a root. */
	if (CRT_MSVCRT && n > 1 &&
	    (path[n - 1] == '\\' || path[n - 1] == '/') &&
	    !(n == 3 && path[1] == ':')) {
		crt_errno = ENOENT;
		crt_ptd()->doserr = ERROR_PATH_NOT_FOUND;
		return -1;
	}
	if (!GetFileAttributesExW(path, GetFileExInfoStandard, &d)) {
		crt_fail_win32();
		if (crt_errno == EINVAL)
			crt_errno = ENOENT;
		return -1;
	}
	i->dev = drive_of(path);
	i->nlink = 1;
	i->mode = mode_of(d.dwFileAttributes, path);
	if (!(d.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
		i->size = (__int64)((uint64_t)d.nFileSizeHigh << 32 |
				    d.nFileSizeLow);
	i->mtime = unix_time(d.ftLastWriteTime);
	i->atime = unix_time(d.ftLastAccessTime);
	i->ctime = unix_time(d.ftCreationTime);
	if (!i->atime)
		i->atime = i->mtime;
	if (!i->ctime)
		i->ctime = i->mtime;
	return 0;
}

static int fd_info(int fd, struct info *i)
{
	struct ioinfo *io;
	int ret = 0;

	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	io = crt_io(fd);
	crt_lock(&io->lock);
	crt_io_know(io);
	if (io->osfile & (FDEV | FPIPE)) {
		DWORD avail = 0;

		memset(i, 0, sizeof(*i));
		i->mode = io->osfile & FDEV ? S_IFCHR_ : S_IFIFO_;
		i->dev = (unsigned)fd;
		i->nlink = 1;
		if ((io->osfile & FPIPE) &&
		    PeekNamedPipe((HANDLE)io->osfhnd, NULL, 0, NULL, &avail,
				  NULL))
			i->size = avail;
	} else {
		ret = handle_info((HANDLE)io->osfhnd, i, NULL);
	}
	crt_unlock(&io->lock);
	return ret;
}

#define STAT(T, FILL, STATN, WSTATN, FSTATN)                                   \
	static int FILL(struct T *s, const struct info *i)                     \
	{                                                                      \
		memset(s, 0, sizeof(*s));                                      \
		s->st_dev = s->st_rdev = i->dev;                               \
		s->st_mode = i->mode;                                          \
		s->st_nlink = i->nlink;                                        \
		s->st_size = (__typeof__(s->st_size))i->size;                  \
		s->st_atime = (__typeof__(s->st_atime))i->atime;               \
		s->st_mtime = (__typeof__(s->st_mtime))i->mtime;               \
		s->st_ctime = (__typeof__(s->st_ctime))i->ctime;               \
		if (s->st_size != i->size) {                                   \
			crt_errno = EOVERFLOW;                                 \
			return -1;                                             \
		}                                                              \
		return 0;                                                      \
	}                                                                      \
	int WSTATN(const wchar_t *path, struct T *s)                           \
	{                                                                      \
		struct info i;                                                 \
                                                                               \
		CRT_REQUIRE(path &&s, EINVAL, -1);                             \
		return path_info(path, &i) < 0 ? -1 : FILL(s, &i);             \
	}                                                                      \
	int STATN(const char *path, struct T *s)                               \
	{                                                                      \
		wchar_t *w;                                                    \
		int ret;                                                       \
                                                                               \
		CRT_REQUIRE(path &&s, EINVAL, -1);                             \
		w = crt_wide(path);                                            \
		ret = w ? WSTATN(w, s) : -1;                                   \
		free(w);                                                       \
		return ret;                                                    \
	}                                                                      \
	int FSTATN(int fd, struct T *s)                                        \
	{                                                                      \
		struct info i;                                                 \
                                                                               \
		CRT_REQUIRE(s, EINVAL, -1);                                    \
		return fd_info(fd, &i) < 0 ? -1 : FILL(s, &i);                 \
	}

STAT(stat32, fill32, _stat32, _wstat32, _fstat32)
STAT(stat32i64, fill32i64, _stat32i64, _wstat32i64, _fstat32i64)
STAT(stat64i32, fill64i32, _stat64i32, _wstat64i32, _fstat64i32)
STAT(stat64, fill64, _stat64, _wstat64, _fstat64)

/* ----------------------------------------------------------- findfirst */

#define FIND_FIELDS(TIME, SIZE, CH)                                            \
	{                                                                      \
		unsigned attrib;                                               \
		TIME time_create, time_access, time_write;                     \
		SIZE size;                                                     \
		CH name[260];                                                  \
	}
struct find32 FIND_FIELDS(__int32, unsigned long, char);
struct find32i64 FIND_FIELDS(__int32, __int64, char);
struct find64i32 FIND_FIELDS(__int64, unsigned long, char);
struct find64 FIND_FIELDS(__int64, __int64, char);
struct wfind32 FIND_FIELDS(__int32, unsigned long, wchar_t);
struct wfind32i64 FIND_FIELDS(__int32, __int64, wchar_t);
struct wfind64i32 FIND_FIELDS(__int64, unsigned long, wchar_t);
struct wfind64 FIND_FIELDS(__int64, __int64, wchar_t);

static __int64 find_time(FILETIME ft)
{
	return ft.dwLowDateTime || ft.dwHighDateTime ? unix_time(ft) : -1;
}

static int find_error(void)
{
	switch (NtCurrentTeb()->LastErrorValue) {
	case ERROR_NO_MORE_FILES:
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
		crt_errno = ENOENT;
		break;
	case ERROR_NOT_ENOUGH_MEMORY:
		crt_errno = ENOMEM;
		break;
	default:
		crt_errno = EINVAL;
	}
	return -1;
}

static void name_wide(wchar_t *to, const wchar_t *from)
{
	wcsncpy(to, from, 259);
	to[259] = 0;
}

static void name_narrow(char *to, const wchar_t *from)
{
	if (WideCharToMultiByte(crt_file_cp(), 0, from, -1, to, 260, NULL,
				NULL) <= 0)
		to[259] = 0;
}

#define FIND(T, NAME, FILL, FIRST, NEXT, CH, WIDEN, RELEASE)                   \
	static void FILL(struct T *f, const WIN32_FIND_DATAW *d)               \
	{                                                                      \
		f->attrib = d->dwFileAttributes == FILE_ATTRIBUTE_NORMAL       \
				    ? 0                                        \
				    : d->dwFileAttributes;                     \
		f->time_create = (__typeof__(f->time_create))find_time(        \
			d->ftCreationTime);                                    \
		f->time_access = (__typeof__(f->time_create))find_time(        \
			d->ftLastAccessTime);                                  \
		f->time_write = (__typeof__(f->time_create))find_time(         \
			d->ftLastWriteTime);                                   \
		f->size = (__typeof__(f->size))((uint64_t)d->nFileSizeHigh     \
							<< 32 |                \
						d->nFileSizeLow);              \
		NAME(f->name, d->cFileName);                                   \
	}                                                                      \
	intptr_t FIRST(const CH *pattern, struct T *f)                         \
	{                                                                      \
		WIN32_FIND_DATAW d;                                            \
		wchar_t *w;                                                    \
		HANDLE h;                                                      \
                                                                               \
		CRT_REQUIRE(pattern &&f, EINVAL, -1);                          \
		w = WIDEN(pattern);                                            \
		if (!w)                                                        \
			return -1;                                             \
		h = FindFirstFileW(w, &d);                                     \
		RELEASE(w);                                                    \
		if (h == INVALID_HANDLE_VALUE)                                 \
			return find_error();                                   \
		FILL(f, &d);                                                   \
		return (intptr_t)h;                                            \
	}                                                                      \
	int NEXT(intptr_t h, struct T *f)                                      \
	{                                                                      \
		WIN32_FIND_DATAW d;                                            \
                                                                               \
		CRT_REQUIRE(h != -1 && f, EINVAL, -1);                         \
		if (!FindNextFileW((HANDLE)h, &d))                             \
			return find_error();                                   \
		FILL(f, &d);                                                   \
		return 0;                                                      \
	}

#define SAME(p)    ((wchar_t *)(p))
#define NOTHING(p) ((void)(p))
FIND(find32, name_narrow, ffill32, _findfirst32, _findnext32, char, crt_wide,
     free)
FIND(find32i64, name_narrow, ffill32i64, _findfirst32i64, _findnext32i64, char,
     crt_wide, free)
FIND(find64i32, name_narrow, ffill64i32, _findfirst64i32, _findnext64i32, char,
     crt_wide, free)
FIND(find64, name_narrow, ffill64, _findfirst64, _findnext64, char, crt_wide,
     free)
FIND(wfind32, name_wide, wffill32, _wfindfirst32, _wfindnext32, wchar_t, SAME,
     NOTHING)
FIND(wfind32i64, name_wide, wffill32i64, _wfindfirst32i64, _wfindnext32i64,
     wchar_t, SAME, NOTHING)
FIND(wfind64i32, name_wide, wffill64i32, _wfindfirst64i32, _wfindnext64i32,
     wchar_t, SAME, NOTHING)
FIND(wfind64, name_wide, wffill64, _wfindfirst64, _wfindnext64, wchar_t, SAME,
     NOTHING)

int _findclose(intptr_t h)
{
	if (!FindClose((HANDLE)h)) {
		crt_errno = EINVAL;
		return -1;
	}
	return 0;
}

/* msvcrt's names without numbers: 32-bit time on i686 only. */
#ifdef _WIN64
#define BARE(name)     name##64i32
#define BARE_I64(name) name##64
#else
#define BARE(name)     name##32
#define BARE_I64(name) name##32i64
#endif

int crt_stat(const char *p, void *s)
{
	return BARE(_stat)(p, s);
}

int crt_stati64(const char *p, void *s)
{
	return BARE_I64(_stat)(p, s);
}

int crt_wstat(const wchar_t *p, void *s)
{
	return BARE(_wstat)(p, s);
}

int crt_wstati64(const wchar_t *p, void *s)
{
	return BARE_I64(_wstat)(p, s);
}

int crt_fstat(int fd, void *s)
{
	return BARE(_fstat)(fd, s);
}

int crt_fstati64(int fd, void *s)
{
	return BARE_I64(_fstat)(fd, s);
}

intptr_t crt_findfirst(const char *p, void *f)
{
	return BARE(_findfirst)(p, f);
}

intptr_t crt_findfirsti64(const char *p, void *f)
{
	return BARE_I64(_findfirst)(p, f);
}

int crt_findnext(intptr_t h, void *f)
{
	return BARE(_findnext)(h, f);
}

int crt_findnexti64(intptr_t h, void *f)
{
	return BARE_I64(_findnext)(h, f);
}

intptr_t crt_wfindfirst(const wchar_t *p, void *f)
{
	return BARE(_wfindfirst)(p, f);
}

intptr_t crt_wfindfirsti64(const wchar_t *p, void *f)
{
	return BARE_I64(_wfindfirst)(p, f);
}

int crt_wfindnext(intptr_t h, void *f)
{
	return BARE(_wfindnext)(h, f);
}

int crt_wfindnexti64(intptr_t h, void *f)
{
	return BARE_I64(_wfindnext)(h, f);
}

/* ------------------------------------------------------- by wide path */

errno_t _waccess_s(const wchar_t *path, int mode)
{
	DWORD attr;

	CRT_REQUIRE_E(path && !(mode & ~6), EINVAL);
	attr = GetFileAttributesW(path);
	if (attr == INVALID_FILE_ATTRIBUTES) {
		crt_fail_win32();
		return crt_errno;
	}
	if (!(attr & FILE_ATTRIBUTE_DIRECTORY) &&
	    (attr & FILE_ATTRIBUTE_READONLY) && (mode & 2)) {
		crt_ptd()->doserr = ERROR_ACCESS_DENIED;
		crt_errno = EACCES;
		return EACCES;
	}
	return 0;
}

/* X_OK is an invalid mode to ucrt; msvcrt looks at W_OK alone. */
int _waccess(const wchar_t *path, int mode)
{
	if (CRT_MSVCRT)
		mode &= 6;
	return _waccess_s(path, mode) ? -1 : 0;
}

int _wchmod(const wchar_t *path, int mode)
{
	DWORD attr;

	CRT_REQUIRE(path, EINVAL, -1);
	attr = GetFileAttributesW(path);
	if (attr == INVALID_FILE_ATTRIBUTES)
		return crt_fail_win32();
	if (mode & 0x80)
		attr &= ~(DWORD)FILE_ATTRIBUTE_READONLY;
	else
		attr |= FILE_ATTRIBUTE_READONLY;
	return SetFileAttributesW(path, attr) ? 0 : crt_fail_win32();
}

int _wunlink(const wchar_t *path)
{
	CRT_REQUIRE(path, EINVAL, -1);
	return DeleteFileW(path) ? 0 : crt_fail_win32();
}

int _wremove(const wchar_t *path)
{
	return _wunlink(path);
}

int _wrename(const wchar_t *from, const wchar_t *to)
{
	CRT_REQUIRE(from && to, EINVAL, -1);
	return MoveFileExW(from, to, MOVEFILE_COPY_ALLOWED) ? 0
							    : crt_fail_win32();
}

int _wmkdir(const wchar_t *path)
{
	CRT_REQUIRE(path, EINVAL, -1);
	return CreateDirectoryW(path, NULL) ? 0 : crt_fail_win32();
}

int _wrmdir(const wchar_t *path)
{
	CRT_REQUIRE(path, EINVAL, -1);
	return RemoveDirectoryW(path) ? 0 : crt_fail_win32();
}

int _wchdir(const wchar_t *path)
{
	wchar_t cwd[512], var[4] = L"=A:";

	CRT_REQUIRE(path, EINVAL, -1);
	if (!SetCurrentDirectoryW(path))
		return crt_fail_win32();
	/* Each drive's directory is kept in the environment. */
	if (GetCurrentDirectoryW(512, cwd) < 512 && cwd[1] == ':') {
		var[1] = (wchar_t)(cwd[0] & ~0x20);
		SetEnvironmentVariableW(var, cwd);
	}
	return 0;
}

#define NARROW1(NAME, WNAME)                                                   \
	int NAME(const char *path)                                             \
	{                                                                      \
		wchar_t *w;                                                    \
		int ret;                                                       \
                                                                               \
		CRT_REQUIRE(path, EINVAL, -1);                                 \
		w = crt_wide(path);                                            \
		ret = w ? WNAME(w) : -1;                                       \
		free(w);                                                       \
		return ret;                                                    \
	}

#define NARROW2(NAME, WNAME, ERROR)                                            \
	int NAME(const char *path, int mode)                                   \
	{                                                                      \
		wchar_t *w;                                                    \
		int ret;                                                       \
                                                                               \
		CRT_REQUIRE(path, EINVAL, ERROR);                              \
		w = crt_wide(path);                                            \
		ret = w ? WNAME(w, mode) : ERROR;                              \
		free(w);                                                       \
		return ret;                                                    \
	}

NARROW1(_unlink, _wunlink)
NARROW1(remove, _wremove)
NARROW1(_mkdir, _wmkdir)
NARROW1(_rmdir, _wrmdir)
NARROW1(_chdir, _wchdir)
NARROW2(_access, _waccess, -1)
NARROW2(_access_s, _waccess_s, EINVAL)
NARROW2(_chmod, _wchmod, -1)

int rename(const char *from, const char *to)
{
	wchar_t *a, *b;
	int ret = -1;

	CRT_REQUIRE(from && to, EINVAL, -1);
	a = crt_wide(from);
	b = crt_wide(to);
	if (a && b)
		ret = _wrename(a, b);
	free(a);
	free(b);
	return ret;
}

/* ---------------------------------------------------------------- utime */

struct utimbuf64 {
	__int64 actime, modtime;
};
struct utimbuf32 {
	__int32 actime, modtime;
};

static FILETIME file_time(__int64 t)
{
	uint64_t v = (uint64_t)t * 10000000 + EPOCH_1601;

	return (FILETIME){ (DWORD)v, (DWORD)(v >> 32) };
}

static int set_times(HANDLE h, const struct utimbuf64 *tb)
{
	FILETIME a, m;

	if (tb) {
		a = file_time(tb->actime);
		m = file_time(tb->modtime);
	} else {
		GetSystemTimeAsFileTime(&a);
		m = a;
	}
	if (!SetFileTime(h, NULL, &a, &m)) {
		crt_errno = EINVAL;
		return -1;
	}
	return 0;
}

int _futime64(int fd, const struct utimbuf64 *tb)
{
	if (!crt_fd_ok(fd)) {
		crt_invalid(EBADF);
		return -1;
	}
	return set_times((HANDLE)crt_io(fd)->osfhnd, tb);
}

int _wutime64(const wchar_t *path, const struct utimbuf64 *tb)
{
	HANDLE h;
	int ret;

	CRT_REQUIRE(path, EINVAL, -1);
	h = CreateFileW(path, FILE_WRITE_ATTRIBUTES,
			FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return crt_fail_win32();
	ret = set_times(h, tb);
	CloseHandle(h);
	return ret;
}

int _utime64(const char *path, const struct utimbuf64 *tb)
{
	wchar_t *w;
	int ret;

	CRT_REQUIRE(path, EINVAL, -1);
	w = crt_wide(path);
	ret = w ? _wutime64(w, tb) : -1;
	free(w);
	return ret;
}

static const struct utimbuf64 *widen_times(const struct utimbuf32 *tb,
					   struct utimbuf64 *out)
{
	if (!tb)
		return NULL;
	out->actime = tb->actime;
	out->modtime = tb->modtime;
	return out;
}

int _futime32(int fd, const struct utimbuf32 *tb)
{
	struct utimbuf64 t;

	return _futime64(fd, widen_times(tb, &t));
}

int _wutime32(const wchar_t *path, const struct utimbuf32 *tb)
{
	struct utimbuf64 t;

	return _wutime64(path, widen_times(tb, &t));
}

int _utime32(const char *path, const struct utimbuf32 *tb)
{
	struct utimbuf64 t;

	return _utime64(path, widen_times(tb, &t));
}

#ifdef _WIN64
#define BARE_TIME(name) name##64
#else
#define BARE_TIME(name) name##32
#endif

int crt_utime(const char *path, const void *tb)
{
	return BARE_TIME(_utime)(path, tb);
}

int crt_wutime(const wchar_t *path, const void *tb)
{
	return BARE_TIME(_wutime)(path, tb);
}

int crt_futime(int fd, const void *tb)
{
	return BARE_TIME(_futime)(fd, tb);
}
