/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crt.h - what the C runtime's files share.
 *
 * ucrtbase.dll and msvcrt.dll are both built from dlls/crt/: CRT_MSVCRT is 1
 * in the one and 0 in the other, and the few rules that differ test it.  The
 * runtime is written over kernel32.  <stdio.h>, <io.h>, <time.h> and
 * <sys/stat.h> are left out on purpose: mingw-w64 redefines half of what they
 * declare as inline functions, which here are the functions to be written.
 */
#ifndef RF_CRT_H
#define RF_CRT_H

#include "nt.h"
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifndef CRT_MSVCRT
#define CRT_MSVCRT 0
#endif

#define COUNT_OF(a)   (sizeof(a) / sizeof((a)[0]))
#define CRT_LIKELY(x) __builtin_expect(!!(x), 1)
#define CRT_HOT       __attribute__((hot))
#define CRT_COLD      __attribute__((cold, noinline))
#define EOF           (-1)
/* <stdio.h> is not ours to include: it declares what we define. */
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#ifndef WEOF
#define WEOF ((wint_t)0xffff)
#endif
#ifndef STRUNCATE
#define STRUNCATE 80
#endif

/*
 * What <stdio.h>, <io.h>, <process.h> would declare and other files here use.
 */
typedef struct crt_file CRT_FILE;
#define FILE CRT_FILE
#ifndef _MBSTATE_T_DEFINED
typedef int mbstate_t;
#endif
FILE *_wfdopen(int fd, const wchar_t *mode);
int _close(int fd);
int _commit(int fd);
int _dup2(int fd, int to);
int _fileno(FILE *f);
int _getpid(void);
int _isatty(int fd);
int _open_osfhandle(intptr_t h, int flags);
int _read(int fd, void *buf, unsigned n);
int _write(int fd, const void *buf, unsigned n);
__int64 _lseeki64(int fd, __int64 off, int whence);
int fclose(FILE *f);
int fflush(FILE *f);
int _callnewh(size_t n);
int _set_new_mode(int mode);
void __declspec(noreturn) _amsg_exit(int nr);
void __declspec(noreturn) _exit(int code);
int raise(int sig);
int _waccess(const wchar_t *path, int mode);
int _wunlink(const wchar_t *path);
int iswctype(wint_t c, wctype_t mask);

/* ------------------------------------------------------------- streams */

/* Old compilers expanded getc() and putc() in the program: fixed layout. */
typedef struct crt_file {
	char *_ptr;
	int _cnt;
	char *_base;
	int _flag;
	int _file;
	int _charbuf;
	int _bufsiz;
	char *_tmpfname;
} CRT_FILE;

#define F_READ      0x0001
#define F_WRITE     0x0002
#define F_NBF       0x0004 /* unbuffered: the buffer is _charbuf */
#define F_MYBUF     0x0008 /* ours, to be freed */
#define F_EOF       0x0010
#define F_ERR       0x0020
#define F_STRING    0x0040
#define F_RW        0x0080 /* opened for both */
#define F_YOURBUF   0x0100
#define F_SETVBUF   0x0400
#define F_TEMPFLUSH 0x1000 /* stdout's buffer during one call */
#define F_CTRLZ     0x2000
#define F_COMMIT    0x4000
#define F_INUSE     0x10000
#define F_POPEN     0x20000

#define CRT_NFILE  20 /* those of _iob */
#define CRT_BUFSIZ 4096

extern FILE crt_iob[CRT_NFILE];
#define crt_stdin  (&crt_iob[0])
#define crt_stdout (&crt_iob[1])
#define crt_stderr (&crt_iob[2])

/*
 * A recursive lock that is all zeros when free.  While the process has had one
 * thread only (see DllMain), taking it costs two plain stores.
 */
struct crt_lock {
	SRWLOCK srw;
	volatile DWORD owner;
	LONG depth;
};

extern volatile LONG crt_threads; /* other threads have existed */

static inline DWORD crt_tid(void)
{
	return (DWORD)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread;
}

void crt_lock_slow(struct crt_lock *l, DWORD tid);
#define CRT_LOCK_PLAIN 0x40000000 /* in depth: the SRW lock is not held */
#define CRT_LOCK_CS    0x20000000 /* in depth: a critical section is */

static inline void crt_lock(struct crt_lock *l)
{
	DWORD tid = crt_tid();

	if (l->owner == tid) {
		l->depth++;
	} else if (CRT_LIKELY(!crt_threads)) {
		l->owner = tid;
		l->depth = CRT_LOCK_PLAIN + 1;
	} else {
		crt_lock_slow(l, tid);
	}
}

static inline void crt_unlock(struct crt_lock *l)
{
	LONG d = --l->depth;

	if (d == CRT_LOCK_PLAIN) {
		l->depth = 0;
		l->owner = 0;
	} else if (d == 0) {
		l->owner = 0;
		ReleaseSRWLockExclusive(&l->srw);
	}
}

/*
 * One not in _iob.  mingw-w64's printf enters the critical section behind the
 * FILE, as msvcrt's _FILEX has it, and _lock(16 + i) for those in _iob.
 */
struct crt_stream {
	FILE f;
	CRITICAL_SECTION cs;
	struct crt_lock lock;
	struct crt_stream *next;
	HANDLE process; /* of _popen */
	unsigned char popen;
};
extern struct crt_lock crt_iob_locks[CRT_NFILE];

static inline struct crt_lock *crt_file_lock(FILE *f)
{
	size_t i = (size_t)((char *)f - (char *)crt_iob);

	return i < sizeof(crt_iob) ? &crt_iob_locks[i / sizeof(FILE)]
				   : &((struct crt_stream *)f)->lock;
}

void crt_lock_stream(struct crt_stream *s, DWORD tid);
void crt_unlock_stream(struct crt_stream *s);

static inline void crt_lock_file(FILE *f)
{
	struct crt_lock *l = crt_file_lock(f);
	DWORD tid = crt_tid();

	if (l->owner == tid) {
		l->depth++;
	} else if (CRT_LIKELY(!crt_threads)) {
		l->owner = tid;
		l->depth = CRT_LOCK_PLAIN + 1;
	} else if ((size_t)((char *)f - (char *)crt_iob) < sizeof(crt_iob)) {
		crt_lock_slow(l, tid);
	} else {
		crt_lock_stream((struct crt_stream *)f, tid);
	}
}

static inline void crt_unlock_file(FILE *f)
{
	struct crt_lock *l = crt_file_lock(f);

	if (l->depth == CRT_LOCK_CS + 1)
		crt_unlock_stream((struct crt_stream *)f);
	else
		crt_unlock(l);
}

/* Locked by the caller. */
int crt_filbuf(FILE *f);
int crt_flsbuf(int c, FILE *f);
int crt_flush_file(FILE *f);
size_t crt_write_file(FILE *f, const void *p, size_t n);
size_t crt_read_file(FILE *f, void *p, size_t n);
int crt_ungetc_file(int c, FILE *f);
wint_t crt_getwc_file(FILE *f);
wint_t crt_putwc_file(wchar_t c, FILE *f);
wint_t crt_ungetwc_file(wint_t c, FILE *f);
int crt_stbuf(FILE *f);
void crt_ftbuf(int begun, FILE *f);
FILE *crt_new_file(void);
void crt_free_file(FILE *f);
int crt_close_file(FILE *f);
void crt_stdio_exit(void);
int crt_parse_mode(const wchar_t *mode, int *oflag, int *fflag);
FILE *crt_open_stream(const wchar_t *name, const wchar_t *mode, int share,
		      FILE *into);

static inline int crt_getc_file(FILE *f)
{
	return --f->_cnt >= 0 ? (unsigned char)*f->_ptr++ : crt_filbuf(f);
}

static inline int crt_putc_file(int c, FILE *f)
{
	return --f->_cnt >= 0 ? (unsigned char)(*f->_ptr++ = (char)c)
			      : crt_flsbuf(c, f);
}

/* --------------------------------------------------------- descriptors */

/* The first two fields are public knowledge: perl goes by __pioinfo. */
struct ioinfo {
	intptr_t osfhnd;
	unsigned char osfile;
	char pipech;            /* a byte read too far from a pipe or device */
	unsigned char textmode; /* CRT_ANSI, CRT_UTF8, CRT_UTF16 */
	unsigned char known;    /* osfile's FDEV/FPIPE have been looked up */
	unsigned char pend[6];  /* UTF-8 bytes that began a character */
	unsigned char npend;
	unsigned char haspipech;
	wchar_t pipewc;
	unsigned rawlen; /* bytes of the file behind the last text read */
	struct crt_lock lock;
};

enum { CRT_ANSI, CRT_UTF8, CRT_UTF16 };

#define FOPEN      0x01
#define FEOFLAG    0x02
#define FCRLF      0x04
#define FPIPE      0x08
#define FNOINHERIT 0x10
#define FAPPEND    0x20
#define FDEV       0x40
#define FTEXT      0x80

#define IOINFO_BLOCK  32
#define IOINFO_BLOCKS 64
#define CRT_NHANDLE   (IOINFO_BLOCK * IOINFO_BLOCKS)
extern struct ioinfo *crt_pioinfo[IOINFO_BLOCKS];
extern int crt_nhandle; /* how many have memory */

static inline struct ioinfo *crt_io(int fd)
{
	return &crt_pioinfo[fd / IOINFO_BLOCK][fd % IOINFO_BLOCK];
}

static inline int crt_fd_ok(int fd)
{
	return (unsigned)fd < (unsigned)crt_nhandle &&
	       (crt_io(fd)->osfile & FOPEN);
}

/* If it is not, it has been said so: -2 is a standard stream that is not there. */
int crt_fd_usable(int fd);
void crt_io_init(void);
void crt_io_know(struct ioinfo *io); /* fill in FDEV, FPIPE */
int crt_read_nolock(int fd, void *buf, unsigned n);
int crt_write_nolock(int fd, const void *buf, unsigned n);
__int64 crt_lseek_nolock(int fd, __int64 off, int whence);
int crt_close_nolock(int fd);
int crt_open_fd(const wchar_t *path, int oflag, int share, int pmode);
BYTE *crt_inherit_block(WORD *size, int detached);

#define O_RDONLY_    0x0000
#define O_WRONLY_    0x0001
#define O_RDWR_      0x0002
#define O_APPEND_    0x0008
#define O_RANDOM_    0x0010
#define O_SEQ_       0x0020
#define O_TEMP_      0x0040
#define O_NOINHERIT_ 0x0080
#define O_CREAT_     0x0100
#define O_TRUNC_     0x0200
#define O_EXCL_      0x0400
#define O_SHORT_     0x1000
#define O_OBTAINDIR_ 0x2000
#define O_TEXT_      0x4000
#define O_BINARY_    0x8000
#define O_WTEXT_     0x10000
#define O_U16TEXT_   0x20000
#define O_U8TEXT_    0x40000

extern int crt_fmode, crt_commode, crt_umask_value;

/* -------------------------------------------------------------- locale */

#define CRT_NLC 6 /* LC_ALL, COLLATE, CTYPE, MONETARY, NUMERIC, TIME */
enum { L_ALL, L_COLLATE, L_CTYPE, L_MONETARY, L_NUMERIC, L_TIME };

struct crt_lconv { /* struct lconv, with the wide members */
	char *decimal_point, *thousands_sep, *grouping, *int_curr_symbol,
		*currency_symbol, *mon_decimal_point, *mon_thousands_sep,
		*mon_grouping, *positive_sign, *negative_sign;
	char int_frac_digits, frac_digits, p_cs_precedes, p_sep_by_space,
		n_cs_precedes, n_sep_by_space, p_sign_posn, n_sign_posn;
	wchar_t *w_decimal_point, *w_thousands_sep, *w_int_curr_symbol,
		*w_currency_symbol, *w_mon_decimal_point, *w_mon_thousands_sep,
		*w_positive_sign, *w_negative_sign;
};

/* What programs see behind a _locale_t's first pointer. */
#if CRT_MSVCRT
struct crt_locinfo {
	int refcount;
	unsigned lc_codepage, lc_collate_cp;
	unsigned long lc_handle[6];
	struct {
		unsigned short lang, country, cp;
	} lc_id[6];
	struct {
		char *locale;
		wchar_t *wlocale;
		int *refcount, *wrefcount;
	} lc_category[6];
	int lc_clike, mb_cur_max;
	int *lconv_intl_refcount, *lconv_num_refcount, *lconv_mon_refcount;
	struct crt_lconv *lconv;
	int *ctype1_refcount;
	unsigned short *ctype1;
	const unsigned short *pctype;
	const unsigned char *pclmap, *pcumap;
	void *lc_time_curr;
};
#else
struct crt_locinfo {
	const unsigned short *pctype;
	int mb_cur_max;
	unsigned lc_codepage;
};
#endif

struct crt_locale {
	struct crt_locinfo *locinfo; /* a _locale_t points here */
	void *mbcinfo;
	LONG refs; /* never freed when negative */
	struct crt_locinfo info;
	const unsigned short *pctype; /* [-1..255] */
	const unsigned char *lower, *upper;
	unsigned codepage, collate_cp; /* 0 in the C locale */
	int mb_cur_max;
	unsigned char lead[32]; /* bitmap: first bytes of two-byte characters */
	char *name[CRT_NLC];
	wchar_t *wname[CRT_NLC];
	wchar_t *lcname[CRT_NLC]; /* "en-US"; NULL in the C locale */
	struct crt_lconv *lconv;
	struct crt_time_names *time;
	unsigned char dp; /* decimal point */
	wchar_t wdp;
};

struct crt_time_names { /* of strftime; NULL in a locale means English */
	wchar_t *day[14], *month[24], *ampm[2];
	wchar_t *short_date, *long_date, *time;
};

extern struct crt_locale crt_c_locale;
extern struct crt_locale *crt_global_locale;
extern LONG crt_thread_locales; /* some thread has its own */
extern unsigned short crt_ctype_table[];
struct crt_locale *crt_thread_locale(void);
void crt_locale_release(struct crt_locale *l);
const char *crt_setlocale_startup(void);

static inline struct crt_locale *crt_cur(void)
{
	return CRT_LIKELY(!crt_thread_locales) ? crt_global_locale
					       : crt_thread_locale();
}

static inline struct crt_locale *crt_loc(_locale_t l)
{
	return l ? (struct crt_locale *)l : crt_cur();
}

static inline int crt_is_lead(const struct crt_locale *l, unsigned char c)
{
	return l->lead[c >> 3] >> (c & 7) & 1;
}

#define CT_UPPER 0x001
#define CT_LOWER 0x002
#define CT_DIGIT 0x004
#define CT_SPACE 0x008
#define CT_PUNCT 0x010
#define CT_CNTRL 0x020
#define CT_BLANK 0x040
#define CT_HEX   0x080
#define CT_LEAD  0x8000
#define CT_ALPHA 0x103

unsigned crt_wctype(wchar_t c); /* CT_ bits of a wide character */
wchar_t crt_wlower(wchar_t c);
wchar_t crt_wupper(wchar_t c);

/*
 * One multibyte character to UTF-16 and back.  mbtowc: bytes used, 0 for NUL,
 * -1 invalid, -2 incomplete.  wctomb: bytes written (up to 5), -1.
 */
typedef struct {
	unsigned long wchar;
	unsigned short byte, state;
} crt_mbstate;
int crt_mbtowc(wchar_t *wc, const char *s, size_t n, struct crt_locale *l);
int crt_wctomb(char *s, wchar_t wc, struct crt_locale *l);
wchar_t *crt_wide(const char *s); /* malloc'ed, from the file code page */
char *crt_narrow(const wchar_t *s);
unsigned crt_file_cp(void);

/* ---------------------------------------------------------- one thread */

struct crt_tm {
	int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday,
		tm_isdst;
};

#define CRT_NSIG 12
struct crt_ptd {
	int err;
	unsigned long doserr;
	unsigned rand_seed;
	char *strtok_next;
	wchar_t *wcstok_next;
	unsigned char *mbstok_next;
	char *errbuf;
	wchar_t *werrbuf;
	char *tmpnam;
	wchar_t *wtmpnam;
	char *asctime;
	wchar_t *wasctime;
	struct crt_tm tm;
	char *cvt;                 /* of _ecvt */
	struct crt_locale *locale; /* own one, or NULL */
	int own_locale;
	HANDLE handle; /* of _beginthread */
	void *start, *start_arg;
	HMODULE module;
	void *tpxcptinfoptrs;
	int fpecode;
	void (*sig_action[CRT_NSIG])(int);
	unsigned char sig_set;
	void *terminate, *unexpected, *new_handler_;
	void *invalid;
	crt_mbstate mbtowc, mblen, mbrlen, mbrtowc, mbsrtowcs, wcrtomb,
		wcsrtombs;
	void *spare[8];
};

extern DWORD crt_tls;
struct crt_ptd *crt_ptd_create(void);
void crt_ptd_free(struct crt_ptd *p);

static inline struct crt_ptd *crt_ptd(void)
{
	struct crt_ptd *p = NULL;

	if (CRT_LIKELY(crt_tls < 64))
		p = NtCurrentTeb()->TlsSlots[crt_tls];
	return CRT_LIKELY(p != NULL) ? p : crt_ptd_create();
}

#define crt_errno (crt_ptd()->err)
#undef errno
#define errno crt_errno

void crt_set_doserr(DWORD code); /* _doserrno and the errno for it */
static inline int crt_fail_win32(void)
{
	crt_set_doserr(NtCurrentTeb()->LastErrorValue);
	return -1;
}

/* Calls the invalid parameter handler. */
CRT_COLD void crt_invalid(int e);
#define CRT_REQUIRE(cond, e, ret)                                              \
	do {                                                                   \
		if (__builtin_expect(!(cond), 0)) {                            \
			crt_invalid(e);                                        \
			return ret;                                            \
		}                                                              \
	} while (0)
#define CRT_REQUIRE_E(cond, e) CRT_REQUIRE(cond, e, e)

/* --------------------------------------------------------------- others */

extern char **crt_environ;
extern wchar_t **crt_wenviron;
char **crt_get_environ(void);
wchar_t **crt_get_wenviron(void);
wchar_t *crt_env_block(const wchar_t *const *envp);
void crt_env_lock(void);
void crt_env_unlock(void);

int crt_split_args(const wchar_t *cmd, int expand, wchar_t ***argv);
extern char *crt_acmdln;
extern wchar_t *crt_wcmdln;

void crt_run_exit(int code, int quick, int ret);
extern int crt_app_type;
int crt_call_new_handler(size_t n);
extern int crt_new_mode;
double crt_domain(const char *name, double x); /* EDOM, NaN */

/* Formatting. */
#define PRINTF_LEGACY_NULL     0x01
#define PRINTF_STANDARD_N      0x02
#define PRINTF_LEGACY_WIDE     0x04
#define PRINTF_LEGACY_MSVCRT   0x08
#define PRINTF_3DIGIT_EXPONENT 0x10
#define PRINTF_ROUNDING        0x20
#define PRINTF_POSITIONAL      0x1000
#define PRINTF_VALIDATE        0x2000
/* What msvcrt's own printf does. */
#define PRINTF_MSVCRT                                                          \
	(PRINTF_LEGACY_WIDE | PRINTF_LEGACY_MSVCRT | PRINTF_3DIGIT_EXPONENT)
#define PRINTF_DEFAULT (CRT_MSVCRT ? PRINTF_MSVCRT : PRINTF_LEGACY_WIDE)

int crt_vfprintf(FILE *f, unsigned opt, const char *fmt, struct crt_locale *l,
		 va_list ap);
int crt_vfwprintf(FILE *f, unsigned opt, const wchar_t *fmt,
		  struct crt_locale *l, va_list ap);
/* Up to n characters, no NUL added; returns the full length, or -1. */
int crt_format(char *buf, size_t n, unsigned opt, const char *fmt,
	       struct crt_locale *l, va_list ap);
int crt_wformat(wchar_t *buf, size_t n, unsigned opt, const wchar_t *fmt,
		struct crt_locale *l, va_list ap);

#define SCANF_SECURE        0x1
#define SCANF_LEGACY_WIDE   0x2
#define SCANF_LEGACY_MSVCRT 0x4
#define SCANF_DEFAULT                                                          \
	(CRT_MSVCRT ? SCANF_LEGACY_WIDE | SCANF_LEGACY_MSVCRT                  \
		    : SCANF_LEGACY_WIDE)

double crt_strtod(const char *s, char **end, struct crt_locale *l);
float crt_strtof(const char *s, char **end, struct crt_locale *l);
double crt_wcstod(const wchar_t *s, wchar_t **end, struct crt_locale *l);
float crt_wcstof(const wchar_t *s, wchar_t **end, struct crt_locale *l);

/* gdtoa, of libmingwex. */
char *__dtoa(double d, int mode, int ndigits, int *decpt, int *sign,
	     char **rve);
void __freedtoa(char *s);
double __strtod(const char *s, char **end);
float __strtof(const char *s, char **end);

#endif
