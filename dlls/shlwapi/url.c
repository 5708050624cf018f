/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * url.c - whether a string is a URL and of what kind; file URLs to paths and
 * back.
 */
#include "nt.h"
#include <shlwapi.h>
#include <wchar.h>

/* ---- schemes ------------------------------------------------------------- */

enum {
	OPAQUE_URL = 1,	 /* no path after it: UrlIs(URLIS_OPAQUE) */
	NO_HISTORY = 2,
};

static const struct {
	const WCHAR *name;
	int flags;
} schemes[] = {
	{ L"about", OPAQUE_URL | NO_HISTORY },
	{ L"javascript", OPAQUE_URL | NO_HISTORY },
	{ L"vbscript", OPAQUE_URL | NO_HISTORY },
	{ L"mailto", OPAQUE_URL | NO_HISTORY },
	{ L"news", OPAQUE_URL },
	{ L"shell", OPAQUE_URL },
};

/* The length of a URL's scheme, 0 if s is none: "C:" is a drive. */
static SIZE_T scheme_of(PCWSTR s)
{
	SIZE_T n = 0;

	while ((s[n] >= '0' && s[n] <= '9') ||
	       ((s[n] | 0x20) >= 'a' && (s[n] | 0x20) <= 'z') || s[n] == '+' ||
	       s[n] == '-' || s[n] == '.')
		n++;
	return n > 1 && s[n] == ':' ? n : 0;
}

static BOOL is_scheme(PCWSTR s, SIZE_T n, PCWSTR name)
{
	return n == wcslen(name) && !_wcsnicmp(s, name, n);
}

static int scheme_flags(PCWSTR s, SIZE_T n)
{
	for (SIZE_T i = 0; i < ARRAYSIZE(schemes); i++)
		if (is_scheme(s, n, schemes[i].name))
			return schemes[i].flags;
	return 0;
}

static PCWSTR skip_blanks(PCWSTR s)
{
	while (*s && *s <= ' ')
		s++;
	return s;
}

BOOL WINAPI UrlIsW(PCWSTR url, URLIS what)
{
	SIZE_T n, len;

	if (!url)
		return FALSE;
	url = skip_blanks(url);
	n = scheme_of(url);
	if (!n)
		return FALSE;
	len = wcslen(url);
	switch (what) {
	case URLIS_URL:
		return TRUE;
	case URLIS_OPAQUE:
		return !!(scheme_flags(url, n) & OPAQUE_URL);
	case URLIS_NOHISTORY:
		return !!(scheme_flags(url, n) & NO_HISTORY);
	case URLIS_FILEURL:
		return is_scheme(url, n, L"file");
	case URLIS_DIRECTORY:
		return url[len - 1] == '/' || url[len - 1] == '\\';
	case URLIS_HASQUERY:
		return wcschr(url, '?') != NULL;
	case URLIS_APPLIABLE: /* nobody registers handlers here */
	default:
		return FALSE;
	}
}

BOOL WINAPI PathIsURLW(PCWSTR path)
{
	return UrlIsW(path, URLIS_URL);
}

/* ---- file URLs ----------------------------------------------------------- */

static int hex(WCHAR c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 :
						       -1;
}

/* n characters into a buffer of *size, which becomes n or what is needed. */
static HRESULT give(PCWSTR s, SIZE_T n, PWSTR to, DWORD *size)
{
	if (n >= *size) {
		*size = (DWORD)n + 1;
		return E_POINTER;
	}
	memcpy(to, s, n * sizeof *to);
	to[n] = 0;
	*size = (DWORD)n;
	return S_OK;
}

/* What a URL's path is on disk: backslashes, and no %20. */
static PWSTR unescape(PWSTR to, PCWSTR from)
{
	while (*from && *from != '?' && *from != '#') {
		int high = *from == '%' ? hex(from[1]) : -1;
		int low = high >= 0 ? hex(from[2]) : -1;

		if (low >= 0) {
			*to++ = (WCHAR)(high << 4 | low);
			from += 3;
		} else {
			*to++ = *from == '/' ? '\\' : *from;
			from++;
		}
	}
	*to = 0;
	return to;
}

/* Where the path of a file URL begins, behind slashes that mean nothing. */
static PCWSTR file_path(PCWSTR s, BOOL *server)
{
	SIZE_T n = wcsspn(s, L"/\\");

	*server = FALSE;
	if (n == 2 && !_wcsnicmp(s + 2, L"localhost/", 10)) {
		s += 2 + 9;
		n = 1;
	} else if (n == 2 && s[2] && s[3] != ':' && s[3] != '|') {
		*server = TRUE;
		return s + 2;
	} else if (n > 3) {
		/* file:////server/share */
		*server = TRUE;
		return s + n;
	}
	/* "/C:/x" is a drive's, "/x" below the current one. */
	if (s[n] && (s[n + 1] == ':' || s[n + 1] == '|'))
		return s + n;
	return n ? s + n - 1 : s;
}

HRESULT WINAPI PathCreateFromUrlW(PCWSTR url, PWSTR path, DWORD *size,
				  DWORD reserved)
{
	PWSTR room, end;
	PCWSTR from;
	SIZE_T skip;
	BOOL server;
	HRESULT hr;

	if (!url || !path || !size || !*size)
		return E_INVALIDARG;
	url = skip_blanks(url);
	skip = scheme_of(url);
	if (!skip || !is_scheme(url, skip, L"file"))
		return E_INVALIDARG;
	room = RtlAllocateHeap(rf_heap(), 0,
			       (wcslen(url) + 3) * sizeof *room);
	if (!room)
		return E_OUTOFMEMORY;
	from = file_path(url + skip + 1, &server);
	end = room;
	if (server) {
		*end++ = '\\';
		*end++ = '\\';
	}
	end = unescape(end, from);
	if (!server && room[0] && room[1] == '|')
		room[1] = ':';
	hr = give(room, (SIZE_T)(end - room), path, size);
	RtlFreeHeap(rf_heap(), 0, room);
	return hr;
}

HRESULT WINAPI UrlCreateFromPathW(PCWSTR path, PWSTR url, DWORD *size,
				  DWORD reserved)
{
	static const WCHAR digits[] = L"0123456789ABCDEF";
	PWSTR room, to;
	HRESULT hr;

	if (!path || !url || !size || !*size)
		return E_INVALIDARG;
	if (scheme_of(path)) { /* is one already */
		hr = give(path, wcslen(path), url, size);
		return hr ? hr : S_FALSE;
	}
	room = RtlAllocateHeap(rf_heap(), 0,
			       (wcslen(path) * 3 + 16) * sizeof *room);
	if (!room)
		return E_OUTOFMEMORY;
	memcpy(room, L"file:", 5 * sizeof *room);
	to = room + 5;
	if (path[0] && path[1] == ':') {
		memcpy(to, L"///", 3 * sizeof *room);
		to += 3;
	} else if (path[0] == '\\' && path[1] != '\\') {
		memcpy(to, L"//", 2 * sizeof *room);
		to += 2;
	}
	for (; *path; path++) {
		WCHAR c = *path;

		if (c == '\\') {
			*to++ = '/';
		} else if (c <= ' ' || wcschr(L"\"#%<>?[]^`{|}", c)) {
			*to++ = '%';
			*to++ = digits[c >> 4 & 15];
			*to++ = digits[c & 15];
		} else {
			*to++ = c;
		}
	}
	hr = give(room, (SIZE_T)(to - room), url, size);
	RtlFreeHeap(rf_heap(), 0, room);
	return hr;
}

/* ---- narrow -------------------------------------------------------------- */

static PWSTR widen(PCSTR s)
{
	int n = MultiByteToWideChar(CP_ACP, 0, s, -1, NULL, 0);
	PWSTR w = RtlAllocateHeap(rf_heap(), 0, (SIZE_T)n * sizeof *w);

	if (w)
		MultiByteToWideChar(CP_ACP, 0, s, -1, w, n);
	return w;
}

BOOL WINAPI UrlIsA(PCSTR url, URLIS what)
{
	PWSTR w = url ? widen(url) : NULL;
	BOOL ret = w && UrlIsW(w, what);

	RtlFreeHeap(rf_heap(), 0, w);
	return ret;
}

BOOL WINAPI PathIsURLA(PCSTR path)
{
	return UrlIsA(path, URLIS_URL);
}

/* One of the two above, for narrow strings. */
static HRESULT narrow(HRESULT(WINAPI *wide)(PCWSTR, PWSTR, DWORD *, DWORD),
		      PCSTR from, PSTR to, DWORD *size)
{
	PWSTR w, room;
	DWORD n;
	int need;
	HRESULT hr;

	if (!from || !to || !size || !*size)
		return E_INVALIDARG;
	w = widen(from);
	n = w ? (DWORD)wcslen(w) * 3 + 16 : 0;
	room = w ? RtlAllocateHeap(rf_heap(), 0, n * sizeof *room) : NULL;
	hr = room ? wide(w, room, &n, 0) : E_OUTOFMEMORY;
	if (SUCCEEDED(hr)) {
		need = WideCharToMultiByte(CP_ACP, 0, room, -1, NULL, 0, NULL,
					   NULL);
		if ((DWORD)need > *size) {
			*size = (DWORD)need;
			hr = E_POINTER;
		} else {
			WideCharToMultiByte(CP_ACP, 0, room, -1, to, need, NULL,
					    NULL);
			*size = (DWORD)need - 1;
		}
	}
	RtlFreeHeap(rf_heap(), 0, room);
	RtlFreeHeap(rf_heap(), 0, w);
	return hr;
}

HRESULT WINAPI PathCreateFromUrlA(PCSTR url, PSTR path, DWORD *size,
				  DWORD reserved)
{
	return narrow(PathCreateFromUrlW, url, path, size);
}

HRESULT WINAPI UrlCreateFromPathA(PCSTR path, PSTR url, DWORD *size,
				  DWORD reserved)
{
	return narrow(UrlCreateFromPathW, path, url, size);
}
