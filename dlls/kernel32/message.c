/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - FormatMessage: texts of errors, of modules' message tables and
 * of the caller, with inserts put in and lines broken.
 */
#include <stdarg.h>

#include "kernel32-private.h"

#define MESSAGE_TABLE 11  /* RT_MESSAGETABLE */
#define WIDTH_NONE    0   /* lines as they are in the text */
#define WIDTH_MAX     255 /* one line, but for %n */

struct out {
	WCHAR *s;
	DWORD n, room;
	DWORD column; /* of the line under way */
	DWORD space;  /* where it may be broken: index of a blank, or 0 */
	DWORD width;
	BOOL failed;
};

static void put(struct out *o, WCHAR c)
{
	if (o->n + 1 >= o->room) {
		DWORD room = o->room ? o->room * 2 : 256;
		WCHAR *bigger = k32_alloc(room * sizeof(WCHAR));

		if (!bigger) {
			o->failed = TRUE;
			return;
		}
		memcpy(bigger, o->s, o->n * sizeof(WCHAR));
		k32_free(o->s);
		o->s = bigger;
		o->room = room;
	}
	o->s[o->n++] = c;
}

static void new_line(struct out *o)
{
	put(o, '\r');
	put(o, '\n');
	o->column = 0;
	o->space = 0;
}

/* Before what comes grows too long, break at the last blank. */
static void wrap(struct out *o)
{
	DWORD tail;

	if (o->width == WIDTH_NONE || o->width == WIDTH_MAX || !o->space ||
	    o->column <= o->width)
		return;
	tail = o->n - o->space - 1;
	put(o, 0); /* room for one more: a blank becomes CR LF */
	if (o->failed)
		return;
	memmove(o->s + o->space + 2, o->s + o->space + 1, tail * sizeof(WCHAR));
	o->s[o->space] = '\r';
	o->s[o->space + 1] = '\n';
	o->column = tail;
	o->space = 0;
}

static void put_text(struct out *o, WCHAR c)
{
	if (c == ' ' && o->n)
		o->space = o->n;
	put(o, c);
	o->column++;
	wrap(o);
}

/* ---- inserts -------------------------------------------------------- */

struct inserts {
	const ULONG_PTR *slot; /* both kinds of argument lists are such */
	BOOL ansi;             /* strings are narrow unless they say not */
};

static int print(WCHAR *to, size_t n, const WCHAR *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = rf_vsnwprintf(to, n, format, args);
	va_end(args);
	return r;
}

static void put_insert(struct out *o, const WCHAR *s)
{
	for (; *s; s++) {
		if (*s == '\n') {
			put(o, *s);
			o->column = 0;
			o->space = 0;
		} else {
			put_text(o, *s);
		}
	}
}

/* format is what stands between exclamation marks, n units. */
static void put_formatted(struct out *o, const struct inserts *in,
			  unsigned index, const WCHAR *format, DWORD n)
{
	const ULONG_PTR *a = in->slot + index - 1;
	WCHAR f[40], *buf;
	WCHAR type = n ? format[n - 1] : 's';
	BOOL narrow = in->ansi;
	DWORD len = 0, stars = 0;
	ULONG_PTR v[3];
	SIZE_T room = 0;
	WIDE(converted);

	if (n > ARRAY_LEN(f) - 4)
		return;
	f[len++] = '%';
	for (DWORD i = 0; i + 1 < n; i++) {
		if (format[i] == '*')
			stars++;
		if (type == 's' || type == 'S' || type == 'c' || type == 'C') {
			if (format[i] == 'h') {
				narrow = TRUE;
				continue;
			}
			if (format[i] == 'l' || format[i] == 'w') {
				narrow = FALSE;
				continue;
			}
		}
		f[len++] = format[i];
	}
	if (stars > 2)
		return;
	for (DWORD i = 0; i <= stars; i++)
		v[i] = a[i];
	switch (type) {
	case 'S':
	case 's':
		if (type == 'S')
			narrow = !narrow;
		if (!v[stars]) {
			v[stars] = (ULONG_PTR)L"(null)";
		} else if (narrow) {
			if (!wide_from_ansi(&converted, (const char *)v[stars]))
				return;
			v[stars] = (ULONG_PTR)converted.s;
		}
		f[len++] = 'l';
		f[len++] = 's';
		room += wide_len((const WCHAR *)v[stars]);
		break;
	case 'c':
	case 'C':
		if (type == 'C')
			narrow = !narrow;
		f[len++] = narrow ? 'h' : 'l';
		f[len++] = 'c';
		break;
	default:
		f[len++] = type;
	}
	f[len] = 0;
	/* A field of 1000 is as wide as anyone means. */
	room += 1024;
	buf = k32_alloc(room * sizeof(WCHAR));
	if (!buf) {
		o->failed = TRUE;
		return;
	}
	if (print(buf, room - 1, f, v[0], stars ? v[1] : a[0],
		  stars > 1 ? v[2] : a[0]) < 0)
		buf[0] = 0;
	buf[room - 1] = 0;
	put_insert(o, buf);
	k32_free(buf);
}

/* %1, %12, %1!08x!: returns where the text goes on. */
static const WCHAR *insert(struct out *o, const WCHAR *s, const WCHAR *end,
			   const struct inserts *in)
{
	unsigned index = *s++ - '0';
	const WCHAR *bang;

	if (s < end && *s >= '0' && *s <= '9')
		index = index * 10 + (*s++ - '0');
	if (s < end && *s == '!') {
		for (bang = s + 1; bang < end && *bang != '!'; bang++)
			;
		if (bang < end) {
			put_formatted(o, in, index, s + 1, bang - s - 1);
			return bang + 1;
		}
	}
	put_formatted(o, in, index, L"s", 1);
	return s;
}

/* in NULL: inserts are left as they are written. */
static void format(struct out *o, const WCHAR *s, DWORD len,
		   const struct inserts *in)
{
	const WCHAR *end = s + len;

	while (s < end && *s) {
		WCHAR c = *s++;

		if (c == '\r' || c == '\n') {
			if (c == '\r' && s < end && *s == '\n')
				s++;
			if (o->width == WIDTH_NONE)
				new_line(o);
			else
				put_text(o, ' ');
			continue;
		}
		if (c != '%' || s >= end) {
			put_text(o, c);
			continue;
		}
		if (*s == '0')
			return;
		if (*s >= '1' && *s <= '9') {
			if (in) {
				s = insert(o, s, end, in);
			} else {
				put_text(o, '%');
				put_text(o, *s++);
			}
			continue;
		}
		c = *s++;
		if (!in && c != 'n' && c != 'r' && c != 't') {
			put_text(o, '%');
			put_text(o, c);
			continue;
		}
		switch (c) {
		case 'n':
			new_line(o);
			break;
		case 'r':
			put(o, '\r');
			break;
		case 't':
			put(o, '\t');
			break;
		case 'b':
			put_text(o, ' ');
			break;
		default:
			put_text(o, c);
		}
	}
}

/* ---- where texts come from ------------------------------------------ */

static WCHAR *widen(const char *a)
{
	DWORD n = lstrlenA(a);
	WCHAR *s = k32_alloc((n + 1) * sizeof(WCHAR));

	for (DWORD i = 0; s && i <= n; i++)
		s[i] = (UCHAR)a[i];
	return s;
}

/* Our own texts are all one line; Windows' end with CR LF. */
static WCHAR *system_text(DWORD id, DWORD language)
{
	const char *text;
	WCHAR *s, *t;
	DWORD n;

	if (language && PRIMARYLANGID(language) != LANG_ENGLISH &&
	    PRIMARYLANGID(language) != LANG_NEUTRAL) {
		SetLastError(ERROR_RESOURCE_LANG_NOT_FOUND);
		return NULL;
	}
	text = error_text(id);
	if (!text) {
		SetLastError(ERROR_MR_MID_NOT_FOUND);
		return NULL;
	}
	s = widen(text);
	if (!s)
		return NULL;
	n = wide_len(s);
	t = k32_alloc((n + 3) * sizeof(WCHAR));
	if (t) {
		memcpy(t, s, n * sizeof(WCHAR));
		memcpy(t + n, L"\r\n", 3 * sizeof(WCHAR));
	}
	k32_free(s);
	return t;
}

static WCHAR *module_text(HMODULE module, DWORD id, DWORD language)
{
	PMESSAGE_RESOURCE_ENTRY e;
	NTSTATUS status;
	WCHAR *s;
	DWORD n;

	if (!module)
		module = rf_peb()->ImageBaseAddress;
	status = RtlFindMessage(module, MESSAGE_TABLE, language, id, &e);
	if (!NT_SUCCESS(status)) {
		rf_fail(status);
		return NULL;
	}
	if (!(e->Flags & MESSAGE_RESOURCE_UNICODE))
		return widen((const char *)e->Text);
	n = (e->Length - FIELD_OFFSET(MESSAGE_RESOURCE_ENTRY, Text)) /
	    sizeof(WCHAR);
	s = k32_alloc((n + 1) * sizeof(WCHAR));
	if (s) {
		memcpy(s, e->Text, n * sizeof(WCHAR));
		s[n] = 0;
	}
	return s;
}

/* ---- the calls ------------------------------------------------------ */

/* The finished text on the heap, *len units; NULL and the last error. */
static WCHAR *make(DWORD flags, const void *source, const WCHAR *string,
		   DWORD id, DWORD language, void *args, BOOL ansi, DWORD *len)
{
	struct out o = { .width = flags & FORMAT_MESSAGE_MAX_WIDTH_MASK };
	struct inserts in = { NULL, ansi };
	WCHAR *own = NULL;

	if (!(flags & FORMAT_MESSAGE_FROM_STRING)) {
		if (!(flags & (FORMAT_MESSAGE_FROM_HMODULE |
			       FORMAT_MESSAGE_FROM_SYSTEM))) {
			SetLastError(ERROR_INVALID_PARAMETER);
			return NULL;
		}
		if (flags & FORMAT_MESSAGE_FROM_HMODULE)
			own = module_text((HMODULE)source, id, language);
		if (!own && flags & FORMAT_MESSAGE_FROM_SYSTEM)
			own = system_text(id, language);
		if (!own)
			return NULL;
		string = own;
	}
	if (args)
		in.slot = flags & FORMAT_MESSAGE_ARGUMENT_ARRAY
				  ? args
				  : *(const ULONG_PTR **)args;
	format(&o, string, wide_len(string),
	       flags & FORMAT_MESSAGE_IGNORE_INSERTS || !in.slot ? NULL : &in);
	put(&o, 0);
	k32_free(own);
	if (o.failed) {
		k32_free(o.s);
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	*len = o.n - 1;
	return o.s;
}

DWORD WINAPI FormatMessageW(DWORD flags, LPCVOID source, DWORD id,
			    DWORD language, LPWSTR buf, DWORD size,
			    va_list *args)
{
	WCHAR *s, *to = buf;
	DWORD n;

	if (!buf) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
		*(LPWSTR *)buf = NULL;
	s = make(flags, source, source, id, language, args, FALSE, &n);
	if (!s)
		return 0;
	if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
		to = n ? LocalAlloc(LMEM_ZEROINIT,
				    (n >= size ? n + 1 : size) * sizeof(WCHAR))
		       : NULL;
		*(LPWSTR *)buf = to;
	} else if (n >= size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		to = NULL;
	}
	if (to)
		memcpy(to, s, (n + 1) * sizeof(WCHAR));
	else
		n = 0;
	k32_free(s);
	return n;
}

DWORD WINAPI FormatMessageA(DWORD flags, LPCVOID source, DWORD id,
			    DWORD language, LPSTR buf, DWORD size,
			    va_list *args)
{
	DWORD n, bytes;
	WCHAR *s;
	char *to = buf;
	WIDE(w);

	if (!buf) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return 0;
	}
	if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
		*(LPSTR *)buf = NULL;
	if (flags & FORMAT_MESSAGE_FROM_STRING && !wide_from_ansi(&w, source))
		return 0;
	s = make(flags, source, w.s, id, language, args, TRUE, &n);
	if (!s)
		return 0;
	bytes = ansi_from_wide(s, n, NULL, 0); /* with the NUL */
	if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
		to = n ? LocalAlloc(LMEM_ZEROINIT, bytes > size ? bytes : size)
		       : NULL;
		*(LPSTR *)buf = to;
	} else if (bytes > size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		to = NULL;
	}
	n = to ? ansi_from_wide(s, n, to, bytes) : 0;
	k32_free(s);
	return n;
}
