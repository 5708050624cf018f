/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conio.c - the console, one key at a time: _getch, _kbhit, _putch, _cprintf.
 *
 * CONIN$ and CONOUT$ are opened at the first use, whatever the standard handles
 * are.  Function keys come as two values, 0 or 0xe0 first.
 */
#include "crt.h"

static struct crt_lock con_lock;
static HANDLE con_in = NULL, con_out = NULL;
static int pending = -1, pushed = EOF;

static HANDLE open_console(HANDLE *slot, const wchar_t *name)
{
	if (!*slot)
		*slot = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
				    FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
				    OPEN_EXISTING, 0, NULL);
	return *slot == INVALID_HANDLE_VALUE ? NULL : *slot;
}

/* Scan codes of keys without a character: what follows 0 or 0xe0. */
static int extended_key(const KEY_EVENT_RECORD *k, int *first)
{
	static const unsigned char arrows[] = {
		/* from VK_PRIOR: page up, down, end, home, left, up, right,
		   down */
		0x49, 0x51, 0x4f, 0x47, 0x4b, 0x48, 0x4d, 0x50,
	};
	WORD vk = k->wVirtualKeyCode;

	if (vk >= VK_F1 && vk <= VK_F10) {
		*first = 0;
		return 0x3b + vk - VK_F1;
	}
	*first = 0xe0;
	if (vk >= VK_PRIOR && vk <= VK_DOWN)
		return arrows[vk - VK_PRIOR];
	if (vk == VK_INSERT)
		return 0x52;
	if (vk == VK_DELETE)
		return 0x53;
	if (vk == VK_F11)
		return 0x85;
	if (vk == VK_F12)
		return 0x86;
	return -1;
}

static int get_key(void)
{
	HANDLE h = open_console(&con_in, L"CONIN$");
	INPUT_RECORD r;
	DWORD n, mode;
	int c = EOF;

	if (pushed != EOF) {
		c = pushed;
		pushed = EOF;
		return c;
	}
	if (pending >= 0) {
		c = pending;
		pending = -1;
		return c;
	}
	if (!h)
		return EOF;
	GetConsoleMode(h, &mode);
	SetConsoleMode(h, 0);
	while (ReadConsoleInputW(h, &r, 1, &n) && n) {
		const KEY_EVENT_RECORD *k = &r.Event.KeyEvent;
		int first, code;

		if (r.EventType != KEY_EVENT || !k->bKeyDown)
			continue;
		if (k->uChar.UnicodeChar) {
			c = k->uChar.UnicodeChar;
			break;
		}
		code = extended_key(k, &first);
		if (code >= 0) {
			c = first;
			pending = code;
			break;
		}
	}
	SetConsoleMode(h, mode);
	return c;
}

wint_t _getwch(void)
{
	int c;

	crt_lock(&con_lock);
	c = get_key();
	crt_unlock(&con_lock);
	return c == EOF ? WEOF : (wint_t)c;
}

int _getch(void)
{
	wint_t c = _getwch();
	char b[8];

	if (c == WEOF)
		return EOF;
	if (c < 0x80 || c == 0xe0)
		return c;
	return WideCharToMultiByte(CP_ACP, 0, (wchar_t *)&c, 1, b, 8, NULL,
				   NULL) > 0
		       ? (unsigned char)b[0]
		       : '?';
}

static int put(const wchar_t *s, size_t n)
{
	HANDLE h = open_console(&con_out, L"CONOUT$");
	DWORD done;

	return h && WriteConsoleW(h, s, (DWORD)n, &done, NULL) ? 0 : -1;
}

wint_t _putwch(wchar_t c)
{
	return put(&c, 1) ? WEOF : c;
}

int _putch(int c)
{
	char b = (char)c;
	wchar_t wc;

	if (MultiByteToWideChar(CP_ACP, 0, &b, 1, &wc, 1) != 1)
		wc = (unsigned char)c;
	return put(&wc, 1) ? EOF : c;
}

int _getche(void)
{
	int c = _getch();

	if (c != EOF)
		_putch(c);
	return c;
}

wint_t _getwche(void)
{
	wint_t c = _getwch();

	if (c != WEOF)
		_putwch((wchar_t)c);
	return c;
}

int _ungetch(int c)
{
	if (c == EOF || pushed != EOF)
		return EOF;
	return pushed = c;
}

wint_t _ungetwch(wint_t c)
{
	if (c == WEOF || pushed != EOF)
		return WEOF;
	return (wint_t)(pushed = c);
}

/* msvcrt's and ucrt's: without the lock. */
int _getch_nolock(void)
{
	return _getch();
}

int _getche_nolock(void)
{
	return _getche();
}

int _putch_nolock(int c)
{
	return _putch(c);
}

int _ungetch_nolock(int c)
{
	return _ungetch(c);
}

int _kbhit(void)
{
	HANDLE h = open_console(&con_in, L"CONIN$");
	INPUT_RECORD r[64];
	DWORD n;
	int hit = 0, first;

	if (pushed != EOF || pending >= 0)
		return 1;
	if (!h)
		return 0;
	crt_lock(&con_lock);
	if (PeekConsoleInputW(h, r, 64, &n))
		for (DWORD i = 0; i < n && !hit; i++)
			hit = r[i].EventType == KEY_EVENT &&
			      r[i].Event.KeyEvent.bKeyDown &&
			      (r[i].Event.KeyEvent.uChar.UnicodeChar ||
			       extended_key(&r[i].Event.KeyEvent, &first) >= 0);
	crt_unlock(&con_lock);
	return hit;
}

int _cputs(const char *s)
{
	wchar_t *w;
	int ret;

	CRT_REQUIRE(s, EINVAL, -1);
	w = crt_wide(s);
	ret = w ? put(w, wcslen(w)) : -1;
	free(w);
	return ret;
}

int _cputws(const wchar_t *s)
{
	CRT_REQUIRE(s, EINVAL, -1);
	return put(s, wcslen(s));
}

/* The first byte is the room, the second gets the length: as in DOS. */
char *_cgets(char *s)
{
	int room = (unsigned char)s[0], n = 0, c;

	while (n < room - 1 && (c = _getche()) != EOF && c != '\r')
		s[2 + n++] = (char)c;
	s[1] = (char)n;
	s[2 + n] = 0;
	return s + 2;
}

int __conio_common_vcprintf(unsigned __int64 opt, const char *fmt, _locale_t l,
			    va_list ap)
{
	char small[1024], *buf = small;
	int n;

	CRT_REQUIRE(fmt, EINVAL, -1);
	n = crt_format(small, sizeof(small) - 1, (unsigned)opt, fmt, crt_loc(l),
		       ap);
	if (n < 0)
		return n;
	if (n >= (int)sizeof(small)) {
		buf = malloc((size_t)n + 1);
		if (!buf)
			return -1;
		crt_format(buf, (size_t)n, (unsigned)opt, fmt, crt_loc(l), ap);
	}
	buf[n] = 0;
	_cputs(buf);
	if (buf != small)
		free(buf);
	return n;
}

int _vcprintf(const char *fmt, va_list ap)
{
	return __conio_common_vcprintf(PRINTF_DEFAULT, fmt, NULL, ap);
}

int _cprintf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = _vcprintf(fmt, ap);
	va_end(ap);
	return n;
}
