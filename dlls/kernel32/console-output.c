/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-output.c - the screen: cursor, colours, cells, scrolling, buffers. */
#include "console.h"

static BOOL get_info(HANDLE h, struct rf_console_info *i)
{
	return console_call(h, RF_CONSOLE_GET_INFO, NULL, 0, i, sizeof *i,
			    NULL);
}

/* ---- what it is like ------------------------------------------------ */

BOOL WINAPI GetConsoleScreenBufferInfo(HANDLE h, PCONSOLE_SCREEN_BUFFER_INFO o)
{
	struct rf_console_info i;

	if (!get_info(h, &i))
		return FALSE;
	o->dwSize = (COORD){ i.size_x, i.size_y };
	o->dwCursorPosition = (COORD){ i.cursor_x, i.cursor_y };
	o->wAttributes = i.attributes;
	o->srWindow = (SMALL_RECT){ i.left, i.top, i.right, i.bottom };
	o->dwMaximumWindowSize = (COORD){ i.max_x, i.max_y };
	return TRUE;
}

BOOL WINAPI GetConsoleScreenBufferInfoEx(HANDLE h,
					 PCONSOLE_SCREEN_BUFFER_INFOEX o)
{
	struct rf_console_info i;

	if (o->cbSize < sizeof *o) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!get_info(h, &i))
		return FALSE;
	o->dwSize = (COORD){ i.size_x, i.size_y };
	o->dwCursorPosition = (COORD){ i.cursor_x, i.cursor_y };
	o->wAttributes = i.attributes;
	o->srWindow = (SMALL_RECT){ i.left, i.top, i.right, i.bottom };
	o->dwMaximumWindowSize = (COORD){ i.max_x, i.max_y };
	o->wPopupAttributes = i.popup_attributes;
	o->bFullscreenSupported = FALSE;
	for (int c = 0; c < 16; c++)
		o->ColorTable[c] = i.colors[c];
	return TRUE;
}

BOOL WINAPI SetConsoleCursorPosition(HANDLE h, COORD at)
{
	int16_t xy[2] = { at.X, at.Y };

	return console_call(h, RF_CONSOLE_SET_CURSOR, xy, sizeof xy, NULL, 0,
			    NULL);
}

BOOL WINAPI SetConsoleTextAttribute(HANDLE h, WORD attributes)
{
	uint32_t a = attributes;

	return console_call(h, RF_CONSOLE_SET_ATTRIBUTES, &a, sizeof a, NULL, 0,
			    NULL);
}

BOOL WINAPI GetConsoleCursorInfo(HANDLE h, PCONSOLE_CURSOR_INFO o)
{
	struct rf_console_cursor c;

	if (!console_call(h, RF_CONSOLE_GET_CURSOR_INFO, NULL, 0, &c, sizeof c,
			  NULL))
		return FALSE;
	o->dwSize = c.size;
	o->bVisible = !!c.visible;
	return TRUE;
}

BOOL WINAPI SetConsoleCursorInfo(HANDLE h, const CONSOLE_CURSOR_INFO *i)
{
	struct rf_console_cursor c = { i->dwSize, !!i->bVisible };

	if (!i->dwSize || i->dwSize > 100) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return console_call(h, RF_CONSOLE_SET_CURSOR_INFO, &c, sizeof c, NULL,
			    0, NULL);
}

BOOL WINAPI SetConsoleScreenBufferSize(HANDLE h, COORD size)
{
	int16_t xy[2] = { size.X, size.Y };

	if (size.X <= 0 || size.Y <= 0) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	return console_call(h, RF_CONSOLE_SET_SIZE, xy, sizeof xy, NULL, 0,
			    NULL);
}

BOOL WINAPI SetConsoleWindowInfo(HANDLE h, BOOL absolute, const SMALL_RECT *r)
{
	struct rf_console_rect w = { r->Left, r->Top, r->Right, r->Bottom };
	struct rf_console_info i;

	if (!absolute) {
		if (!get_info(h, &i))
			return FALSE;
		w.left += i.left;
		w.top += i.top;
		w.right += i.right;
		w.bottom += i.bottom;
	}
	return console_call(h, RF_CONSOLE_SET_WINDOW, &w, sizeof w, NULL, 0,
			    NULL);
}

/* Those that differ from what they are, as a terminal changes more than that.
 */
BOOL WINAPI SetConsoleScreenBufferInfoEx(HANDLE h,
					 PCONSOLE_SCREEN_BUFFER_INFOEX o)
{
	struct rf_console_colors c = { .popup_attributes =
					       o->wPopupAttributes };
	struct rf_console_info i;

	if (o->cbSize < sizeof *o) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!get_info(h, &i))
		return FALSE;
	if ((o->dwSize.X != i.size_x || o->dwSize.Y != i.size_y) &&
	    !SetConsoleScreenBufferSize(h, o->dwSize))
		return FALSE;
	/* Of the window its place: its size is the terminal's. */
	if (o->srWindow.Top != i.top || o->srWindow.Left != i.left) {
		SMALL_RECT w = { o->srWindow.Left, o->srWindow.Top,
				 o->srWindow.Left + i.right - i.left,
				 o->srWindow.Top + i.bottom - i.top };

		if (!SetConsoleWindowInfo(h, TRUE, &w))
			return FALSE;
	}
	for (int k = 0; k < 16; k++)
		c.colors[k] = o->ColorTable[k];
	return console_call(h, RF_CONSOLE_SET_COLORS, &c, sizeof c, NULL, 0,
			    NULL) &&
	       (o->wAttributes == i.attributes ||
		SetConsoleTextAttribute(h, o->wAttributes));
}

COORD WINAPI GetLargestConsoleWindowSize(HANDLE h)
{
	struct rf_console_info i;

	if (!get_info(h, &i))
		return (COORD){ 0, 0 };
	return (COORD){ i.max_x, i.max_y };
}

/* ---- cells ---------------------------------------------------------- */

static BOOL fill(HANDLE h, WORD what, WORD value, DWORD n, COORD at,
		 LPDWORD done)
{
	struct rf_console_fill f = { at.X, at.Y, n, what, value };
	ULONG cells;

	if (!console_call(h, RF_CONSOLE_FILL, &f, sizeof f, NULL, 0, &cells))
		return FALSE;
	*done = cells;
	return TRUE;
}

static WCHAR widen(CHAR c)
{
	WCHAR w = (UCHAR)c;

	if (c < 0)
		MultiByteToWideChar(GetConsoleOutputCP(), 0, &c, 1, &w, 1);
	return w;
}

BOOL WINAPI FillConsoleOutputCharacterW(HANDLE h, WCHAR c, DWORD n, COORD at,
					LPDWORD done)
{
	return fill(h, RF_CONSOLE_CHARS, c, n, at, done);
}

BOOL WINAPI FillConsoleOutputCharacterA(HANDLE h, CHAR c, DWORD n, COORD at,
					LPDWORD done)
{
	return fill(h, RF_CONSOLE_CHARS, widen(c), n, at, done);
}

BOOL WINAPI FillConsoleOutputAttribute(HANDLE h, WORD attribute, DWORD n,
				       COORD at, LPDWORD done)
{
	return fill(h, RF_CONSOLE_ATTRS, attribute, n, at, done);
}

static BOOL write_cells(HANDLE h, WORD what, const void *data, DWORD n,
			COORD at, LPDWORD done)
{
	struct rf_console_fill *f = k32_alloc(sizeof *f + n * sizeof(WCHAR));
	ULONG cells;
	BOOL ok;

	if (!f)
		return FALSE;
	*f = (struct rf_console_fill){ at.X, at.Y, n, what, 0 };
	memcpy(f + 1, data, n * sizeof(WCHAR));
	ok = console_call(h, RF_CONSOLE_WRITE_CELLS, f,
			  sizeof *f + n * sizeof(WCHAR), NULL, 0, &cells);
	k32_free(f);
	if (ok)
		*done = cells;
	return ok;
}

BOOL WINAPI WriteConsoleOutputCharacterW(HANDLE h, LPCWSTR s, DWORD n, COORD at,
					 LPDWORD done)
{
	return write_cells(h, RF_CONSOLE_CHARS, s, n, at, done);
}

BOOL WINAPI WriteConsoleOutputCharacterA(HANDLE h, LPCSTR s, DWORD n, COORD at,
					 LPDWORD done)
{
	WCHAR *w = k32_alloc((n + 1) * sizeof(WCHAR));
	int units;
	BOOL ok;

	if (!w)
		return FALSE;
	units = n ? MultiByteToWideChar(GetConsoleOutputCP(), 0, s, n, w, n)
		  : 0;
	ok = write_cells(h, RF_CONSOLE_CHARS, w, units, at, done);
	k32_free(w);
	return ok;
}

BOOL WINAPI WriteConsoleOutputAttribute(HANDLE h, const WORD *a, DWORD n,
					COORD at, LPDWORD done)
{
	return write_cells(h, RF_CONSOLE_ATTRS, a, n, at, done);
}

/*
 * The part of region that lies in both the source and the screen, told back
 * in *region.  narrow: characters are bytes.
 */
static BOOL write_rect(HANDLE h, const CHAR_INFO *cells, COORD size, COORD from,
		       PSMALL_RECT region, BOOL narrow)
{
	struct rf_console_rect *r;
	struct rf_console_info i;
	SMALL_RECT to = *region;
	CHAR_INFO *out;
	DWORD w, rows;
	BOOL ok;

	if (!get_info(h, &i))
		return FALSE;
	if (to.Left < 0) {
		from.X -= to.Left;
		to.Left = 0;
	}
	if (to.Top < 0) {
		from.Y -= to.Top;
		to.Top = 0;
	}
	if (to.Right >= i.size_x)
		to.Right = i.size_x - 1;
	if (to.Bottom >= i.size_y)
		to.Bottom = i.size_y - 1;
	if (to.Right - to.Left > size.X - from.X - 1)
		to.Right = to.Left + size.X - from.X - 1;
	if (to.Bottom - to.Top > size.Y - from.Y - 1)
		to.Bottom = to.Top + size.Y - from.Y - 1;
	if (to.Right < to.Left || to.Bottom < to.Top || from.X < 0 ||
	    from.Y < 0) {
		region->Right = region->Left - 1;
		region->Bottom = region->Top - 1;
		return TRUE;
	}
	w = to.Right - to.Left + 1;
	rows = to.Bottom - to.Top + 1;
	r = k32_alloc(sizeof *r + w * rows * sizeof *out);
	if (!r)
		return FALSE;
	*r = (struct rf_console_rect){ to.Left, to.Top, to.Right, to.Bottom };
	out = (CHAR_INFO *)(r + 1);
	for (DWORD y = 0; y < rows; y++)
		memcpy(out + y * w, cells + (from.Y + y) * size.X + from.X,
		       w * sizeof *out);
	for (DWORD k = 0; narrow && k < w * rows; k++)
		out[k].Char.UnicodeChar = widen(out[k].Char.AsciiChar);
	ok = console_call(h, RF_CONSOLE_WRITE_RECT, r,
			  sizeof *r + w * rows * sizeof *out, NULL, 0, NULL);
	k32_free(r);
	if (ok)
		*region = to;
	return ok;
}

BOOL WINAPI WriteConsoleOutputW(HANDLE h, const CHAR_INFO *cells, COORD size,
				COORD from, PSMALL_RECT region)
{
	return write_rect(h, cells, size, from, region, FALSE);
}

BOOL WINAPI WriteConsoleOutputA(HANDLE h, const CHAR_INFO *cells, COORD size,
				COORD from, PSMALL_RECT region)
{
	return write_rect(h, cells, size, from, region, TRUE);
}

static BOOL scroll(HANDLE h, const SMALL_RECT *r, const SMALL_RECT *clip,
		   COORD to, WCHAR c, WORD attributes)
{
	struct rf_console_scroll s;
	struct rf_console_info i;

	if (!get_info(h, &i))
		return FALSE;
	s.rect = (struct rf_console_rect){ r->Left, r->Top, r->Right,
					   r->Bottom };
	s.clip = (struct rf_console_rect){ 0, 0, i.size_x - 1, i.size_y - 1 };
	if (clip)
		s.clip = (struct rf_console_rect){ clip->Left, clip->Top,
						   clip->Right, clip->Bottom };
	s.to_x = to.X;
	s.to_y = to.Y;
	s.fill_char = c;
	s.fill_attributes = attributes;
	return console_call(h, RF_CONSOLE_SCROLL, &s, sizeof s, NULL, 0, NULL);
}

BOOL WINAPI ScrollConsoleScreenBufferW(HANDLE h, const SMALL_RECT *r,
				       const SMALL_RECT *clip, COORD to,
				       const CHAR_INFO *f)
{
	return scroll(h, r, clip, to, f->Char.UnicodeChar, f->Attributes);
}

BOOL WINAPI ScrollConsoleScreenBufferA(HANDLE h, const SMALL_RECT *r,
				       const SMALL_RECT *clip, COORD to,
				       const CHAR_INFO *f)
{
	return scroll(h, r, clip, to, widen(f->Char.AsciiChar), f->Attributes);
}

/* ---- reading the screen --------------------------------------------- */

static CHAR narrow(WCHAR c)
{
	CHAR a[8];

	return WideCharToMultiByte(GetConsoleOutputCP(), 0, &c, 1, a, sizeof a,
				   NULL, NULL) > 0
		       ? a[0]
		       : '?';
}

/*
 * The part of *region that is on the screen and has room, told back; that it
 * is empty is no error.
 */
static BOOL read_rect(HANDLE h, CHAR_INFO *cells, COORD size, COORD to,
		      PSMALL_RECT region, BOOL to_bytes)
{
	struct rf_console_rect r;
	struct rf_console_info i;
	CHAR_INFO *got;
	int w, rows;
	BOOL ok;

	if (!get_info(h, &i))
		return FALSE;
	r = (struct rf_console_rect){ max(region->Left, 0), max(region->Top, 0),
				      min(region->Right, i.size_x - 1),
				      min(region->Bottom, i.size_y - 1) };
	to.X += r.left - region->Left;
	to.Y += r.top - region->Top;
	r.right = min(r.right, r.left + size.X - to.X - 1);
	r.bottom = min(r.bottom, r.top + size.Y - to.Y - 1);
	w = r.right - r.left + 1;
	rows = r.bottom - r.top + 1;
	if (w <= 0 || rows <= 0 || to.X < 0 || to.Y < 0) {
		region->Right = region->Left - 1;
		region->Bottom = region->Top - 1;
		return TRUE;
	}
	got = k32_alloc((SIZE_T)w * rows * sizeof *got);
	if (!got)
		return FALSE;
	ok = console_call(h, RF_CONSOLE_READ_RECT, &r, sizeof r, got,
			  (ULONG)(w * rows * (int)sizeof *got), NULL);
	for (int y = 0; ok && y < rows; y++)
		for (int x = 0; x < w; x++) {
			CHAR_INFO c = got[y * w + x];

			if (to_bytes) {
				CHAR a = narrow(c.Char.UnicodeChar);

				c.Char.UnicodeChar = 0;
				c.Char.AsciiChar = a;
			}
			cells[(to.Y + y) * size.X + to.X + x] = c;
		}
	k32_free(got);
	if (ok)
		*region = (SMALL_RECT){ r.left, r.top, r.right, r.bottom };
	return ok;
}

BOOL WINAPI ReadConsoleOutputW(HANDLE h, PCHAR_INFO cells, COORD size,
			       COORD from, PSMALL_RECT region)
{
	return read_rect(h, cells, size, from, region, FALSE);
}

BOOL WINAPI ReadConsoleOutputA(HANDLE h, PCHAR_INFO cells, COORD size,
			       COORD from, PSMALL_RECT region)
{
	return read_rect(h, cells, size, from, region, TRUE);
}

static BOOL read_cells(HANDLE h, WORD what, void *to, DWORD n, COORD at,
		       LPDWORD done)
{
	struct rf_console_fill f = { at.X, at.Y, n, what, 0 };
	ULONG cells;

	if (!console_call(h, RF_CONSOLE_READ_CELLS, &f, sizeof f, to,
			  n * sizeof(WCHAR), &cells))
		return FALSE;
	*done = cells;
	return TRUE;
}

BOOL WINAPI ReadConsoleOutputCharacterW(HANDLE h, LPWSTR s, DWORD n, COORD at,
					LPDWORD done)
{
	return read_cells(h, RF_CONSOLE_CHARS, s, n, at, done);
}

BOOL WINAPI ReadConsoleOutputCharacterA(HANDLE h, LPSTR s, DWORD n, COORD at,
					LPDWORD done)
{
	WCHAR *w = k32_alloc((n + 1) * sizeof *w);
	DWORD got;
	BOOL ok;

	if (!w)
		return FALSE;
	ok = read_cells(h, RF_CONSOLE_CHARS, w, n, at, &got);
	for (DWORD i = 0; ok && i < got; i++)
		s[i] = narrow(w[i]);
	k32_free(w);
	if (ok)
		*done = got;
	return ok;
}

BOOL WINAPI ReadConsoleOutputAttribute(HANDLE h, LPWORD a, DWORD n, COORD at,
				       LPDWORD done)
{
	return read_cells(h, RF_CONSOLE_ATTRS, a, n, at, done);
}

/* ---- buffers -------------------------------------------------------- */

HANDLE WINAPI CreateConsoleScreenBuffer(DWORD access, DWORD share,
					const SECURITY_ATTRIBUTES *sa,
					DWORD flags, LPVOID data)
{
	WCHAR name[] = L"\\Device\\ConDrv\\ScreenBuffer";
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	UNICODE_STRING u;
	HANDLE h;

	if (flags != CONSOLE_TEXTMODE_BUFFER || data ||
	    access & ~(DWORD)(GENERIC_READ | GENERIC_WRITE) ||
	    share & ~(DWORD)(FILE_SHARE_READ | FILE_SHARE_WRITE)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	RtlInitUnicodeString(&u, name);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL,
				   sa ? sa->lpSecurityDescriptor : NULL);
	if (sa && sa->bInheritHandle)
		oa.Attributes |= OBJ_INHERIT;
	return rf_result(NtCreateFile(
		       &h, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &oa,
		       &io, NULL, 0, share, FILE_OPEN,
		       FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0))
		       ? h
		       : INVALID_HANDLE_VALUE;
}

BOOL WINAPI SetConsoleActiveScreenBuffer(HANDLE h)
{
	return console_call(h, RF_CONSOLE_SHOW, NULL, 0, NULL, 0, NULL);
}
