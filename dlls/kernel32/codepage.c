/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * codepage.c - MultiByteToWideChar, WideCharToMultiByte and what code pages
 * say of themselves.
 *
 * ntdll converts by table (rf_cp_*); UTF-8 and UTF-7 are utf.c's.  Here are the
 * rules about arguments, which differ by code page, and the composite flags.
 */
#include "dlls/unicode/unicode.h"
#include "locale-private.h"
#include "utf.h"

/* ---- which one ---- */

UINT WINAPI GetACP(void)
{
	USHORT ansi, oem;

	RtlGetDefaultCodePage(&ansi, &oem);
	return ansi;
}

UINT WINAPI GetOEMCP(void)
{
	USHORT ansi, oem;

	RtlGetDefaultCodePage(&ansi, &oem);
	return oem;
}

/* ntdll's; what it converts ANSI and OEM strings by. */
__declspec(dllimport) extern USHORT NlsAnsiCodePage, RfOemCodePage;

/* <activeCodePage>UTF-8</activeCodePage> in the program's manifest? */
static BOOL manifest_says_utf8(void)
{
	static const char value[] = "UTF-8";
	ULONG left = 0, i = 0, j = 0;
	/* without its <, behind which a prefix may stand */
	const char *p = manifest_find("activeCodePage", &left);

	if (!p)
		return FALSE;
	/* Attributes (xmlns) may stand before the text. */
	while (i < left && p[i] != '>')
		i++;
	for (i++; i < left && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r');)
		i++;
	while (j < 5 && i + j < left &&
	       (p[i + j] & ~0x20) == (value[j] & ~0x20))
		j++;
	return j == 5;
}

/*
 * The process's code pages: UTF-8 if the program asks for it, else what the
 * user's locale has on Windows (1252 and 437 for en-US, which C and POSIX
 * count as).  A locale without code pages of its own has UTF-8.
 */
void codepage_attach(void)
{
	const struct locale *l;
	DWORD ansi, oem;

	if (manifest_says_utf8()) {
		NlsAnsiCodePage = RfOemCodePage = CP_UTF8;
		return;
	}
	l = locale_by_name(NULL);
	ansi = l ? locale_number(l, LOCALE_IDEFAULTANSICODEPAGE) : 0;
	oem = l ? locale_number(l, LOCALE_IDEFAULTCODEPAGE) : 0;
	NlsAnsiCodePage = rf_cp_open(ansi) && ansi ? ansi : CP_UTF8;
	RfOemCodePage = rf_cp_open(oem) && oem > 3 ? oem : CP_UTF8;
}

/* CP_ACP, CP_OEMCP, CP_MACCP and CP_THREAD_ACP by number. */
static UINT resolve(UINT cp)
{
	WCHAR digits[6];

	switch (cp) {
	case CP_ACP:
		return GetACP();
	case CP_OEMCP:
		return GetOEMCP();
	case CP_MACCP:
		return 10000;
	case CP_THREAD_ACP:
		/* The thread's locale may differ from the system's. */
		if (GetLocaleInfoW(GetThreadLocale(),
				   LOCALE_IDEFAULTANSICODEPAGE |
					   LOCALE_RETURN_NUMBER,
				   digits, 2) == 2 &&
		    *(DWORD *)digits)
			return *(DWORD *)digits;
		return GetACP();
	}
	return cp;
}

/* Are bytes below 80 ASCII in it? */
static BOOL has_ascii(UINT cp)
{
	return cp >= 1250 ||
	       (cp >= 437 && cp < 1000 && cp != 500 && cp != 864 && cp != 875);
}

BOOL WINAPI IsValidCodePage(UINT cp)
{
	/* The four symbolic numbers are none. */
	if (cp <= CP_THREAD_ACP)
		return FALSE;
	return cp == CP_UTF7 || cp == CP_UTF8 || rf_cp_open(cp) != NULL;
}

/* ---- to Unicode ---- */

static int bad_parameter(void)
{
	SetLastError(ERROR_INVALID_PARAMETER);
	return 0;
}

static int bad_flags(void)
{
	SetLastError(ERROR_INVALID_FLAGS);
	return 0;
}

static int from_utf(SSIZE_T n)
{
	if (n == UTF_NO_ROOM)
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	else if (n == UTF_INVALID)
		SetLastError(ERROR_NO_UNICODE_TRANSLATION);
	return n < 0 ? 0 : (int)n;
}

static int from_status(NTSTATUS status, SIZE_T n)
{
	if (NT_SUCCESS(status))
		return n;
	if (status == STATUS_BUFFER_TOO_SMALL)
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
	else if (status == STATUS_NO_UNICODE_TRANSLATION)
		SetLastError(ERROR_NO_UNICODE_TRANSLATION);
	else
		rf_fail(status);
	return 0;
}

/* MB_COMPOSITE: what the table gave, with its accents apart. */
static int composite(const struct rf_cp *cp, BOOL strict, const char *s, int n,
		     WCHAR *to, int room)
{
	WCHAR *wide = k32_alloc(n * 2 * sizeof *wide);
	SIZE_T got = 0, i;
	int out = 0, result;
	NTSTATUS status;

	if (!wide)
		return 0;
	status = rf_cp_to_wide(cp, strict, s, n, wide, n * 2, &got);
	result = from_status(status, got);
	for (i = 0; result && i < got; i++) {
		ULONG parts[RF_MAX_PARTS];
		ULONG count = RfDecompose(wide[i], FALSE, parts), j;

		for (j = 0; j < count; j++, out++) {
			if (!room)
				continue;
			if (out >= room) {
				k32_free(wide);
				return from_utf(UTF_NO_ROOM);
			}
			to[out] = parts[j];
		}
	}
	k32_free(wide);
	return result ? out : 0;
}

/* MB_USEGLYPHCHARS: control characters as the PC's screen showed them. */
static void show_glyphs(UINT codepage, WCHAR *s, int n)
{
	static const WCHAR glyphs[32] = {
		0,      0x263a, 0x263b, 0x2665, 0x2666, 0x2663, 0x2660, 0x2022,
		0x25d8, 0x25cb, 0x25d9, 0x2642, 0x2640, 0x266a, 0x266b, 0x263c,
		0x25ba, 0x25c4, 0x2195, 0x203c, 0x00b6, 0x00a7, 0x25ac, 0x21a8,
		0x2191, 0x2193, 0x2192, 0x2190, 0x221f, 0x2194, 0x25b2, 0x25bc,
	};

	/* Of all that is below 900 and has ASCII: the OEM pages. */
	if (codepage >= 900 || !has_ascii(codepage))
		return;
	for (int i = 0; i < n; i++) {
		if (s[i] < 32)
			s[i] = glyphs[s[i]];
		else if (s[i] == 0x7f)
			s[i] = 0x2302;
	}
}

static int string_length(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s + 1;
}

int WINAPI MultiByteToWideChar(UINT codepage, DWORD flags, LPCCH s, int n,
			       LPWSTR to, int room)
{
	BOOL strict = (flags & MB_ERR_INVALID_CHARS) != 0;
	const struct rf_cp *cp;
	BOOL measure = !room;
	SIZE_T ascii = 0, out = 0;
	NTSTATUS status;
	int result;

	if (!s || !n || room < 0 || (room && (!to || (void *)to == (void *)s)))
		return bad_parameter();
	if (n < 0)
		n = string_length(s);
	codepage = resolve(codepage);
	if (codepage == CP_UTF8) {
		if (flags & ~MB_ERR_INVALID_CHARS)
			return bad_flags();
		return from_utf(utf8_to_wide(s, n, strict, to, room));
	}
	if (codepage == CP_UTF7) {
		if (flags)
			return bad_flags();
		return from_utf(utf7_to_wide(s, n, to, room));
	}
	cp = rf_cp_open(codepage);
	if (!cp)
		return bad_parameter();
	if (flags & ~(MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS |
		      MB_ERR_INVALID_CHARS) ||
	    (flags & (MB_PRECOMPOSED | MB_COMPOSITE)) ==
		    (MB_PRECOMPOSED | MB_COMPOSITE))
		return bad_flags();
	if (has_ascii(codepage) && !(flags & MB_USEGLYPHCHARS)) {
		ascii = ascii_run(s, n);
		if (!measure) {
			if (ascii > (SIZE_T)room)
				return from_utf(UTF_NO_ROOM);
			ascii_widen(s, ascii, to);
			to += ascii;
			room -= ascii;
		}
		if (ascii == (SIZE_T)n)
			return n;
		/* Full, with more to come: 0 would ask for the size. */
		if (!measure && !room)
			return from_utf(UTF_NO_ROOM);
		s += ascii;
		n -= ascii;
	}
	if (flags & MB_COMPOSITE) {
		result = composite(cp, strict, s, n, to, room);
	} else {
		status = rf_cp_to_wide(cp, strict, s, n, to, room, &out);
		result = from_status(status, out);
	}
	if (!measure && (flags & MB_USEGLYPHCHARS))
		show_glyphs(codepage, to, result);
	return result ? result + (int)ascii : 0;
}

/* ---- from Unicode ---- */

/*
 * WC_COMPOSITECHECK: base and accent together, where there is such a character.
 * What does not compose is kept, dropped (WC_DISCARDNS) or replaced with its
 * base by a default character (WC_DEFAULTCHAR).  Returns the new length.
 */
static int compose(DWORD flags, const WCHAR *s, int n, WCHAR *to)
{
	int i, out = 0;

	for (i = 0; i < n; i++) {
		ULONG c = 0;

		if (out && RfCombiningClass(s[i]))
			c = RfCompose(to[out - 1], s[i]);
		if (c && c < 0x10000)
			to[out - 1] = c;
		else if (out && RfCombiningClass(s[i]) &&
			 (flags & WC_DISCARDNS))
			continue;
		else if (out && RfCombiningClass(s[i]) &&
			 (flags & WC_DEFAULTCHAR))
			to[out - 1] = 0xffff; /* in no code page */
		else
			to[out++] = s[i];
	}
	return out;
}

static int wide_length(const WCHAR *s)
{
	return wide_len(s) + 1;
}

int WINAPI WideCharToMultiByte(UINT codepage, DWORD flags, LPCWCH s, int n,
			       LPSTR to, int room, LPCCH default_char,
			       LPBOOL used_default)
{
	const struct rf_cp *cp;
	WCHAR *composed = NULL;
	SIZE_T ascii = 0, out = 0;
	BOOL used = FALSE, measure;
	NTSTATUS status;
	int result;

	if (!s || !n || room < 0 || (room && (!to || (void *)to == (void *)s)))
		return bad_parameter();
	if (n < 0)
		n = wide_length(s);
	codepage = resolve(codepage);
	if (codepage == CP_UTF8 || codepage == CP_UTF7) {
		if (default_char || used_default)
			return bad_parameter();
		if (flags &
		    (codepage == CP_UTF8 ? ~(DWORD)WC_ERR_INVALID_CHARS : ~0u))
			return bad_flags();
		return from_utf(
			codepage == CP_UTF8
				? wide_to_utf8(s, n, flags != 0, to, room)
				: wide_to_utf7(s, n, to, room));
	}
	cp = rf_cp_open(codepage);
	if (!cp)
		return bad_parameter();
	if (flags & ~(WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS |
		      WC_DEFAULTCHAR | WC_NO_BEST_FIT_CHARS))
		return bad_flags();
	if (used_default)
		*used_default = FALSE;
	measure = !room;
	if (has_ascii(codepage)) {
		ascii = ascii_run_wide(s, n);
		/* An accent may follow the last one. */
		if (ascii && ascii < (SIZE_T)n && (flags & WC_COMPOSITECHECK))
			ascii--;
		if (!measure) {
			if (ascii > (SIZE_T)room)
				return from_utf(UTF_NO_ROOM);
			ascii_narrow(s, ascii, to);
			to += ascii;
			room -= ascii;
		}
		if (ascii == (SIZE_T)n)
			return n;
		if (!measure && !room)
			return from_utf(UTF_NO_ROOM);
		s += ascii;
		n -= ascii;
	}
	if (flags & WC_COMPOSITECHECK) {
		composed = k32_alloc(n * sizeof *composed);
		if (!composed)
			return 0;
		n = compose(flags, s, n, composed);
		s = composed;
	}
	status = rf_cp_from_wide(cp, flags & WC_NO_BEST_FIT_CHARS, s, n, to,
				 room, &out, default_char,
				 used_default ? &used : NULL);
	result = from_status(status, out);
	if (result && used_default)
		*used_default = used;
	k32_free(composed);
	return result ? result + (int)ascii : 0;
}

/* ---- facts about a code page ---- */

BOOL WINAPI GetCPInfo(UINT codepage, LPCPINFO info)
{
	const struct rf_cp *cp;
	UCHAR mb[2] = { '?', 0 };
	WCHAR wc;

	if (!info)
		return bad_parameter();
	codepage = resolve(codepage);
	if (codepage == CP_UTF8 || codepage == CP_UTF7) {
		memset(info, 0, sizeof *info);
		info->MaxCharSize = codepage == CP_UTF8 ? 4 : 5;
		info->DefaultChar[0] = '?';
		return TRUE;
	}
	cp = rf_cp_open(codepage);
	if (!cp)
		return bad_parameter();
	memset(info, 0, sizeof *info);
	info->MaxCharSize = rf_cp_max_char_size(cp);
	rf_cp_default_char(cp, mb, &wc);
	info->DefaultChar[0] = mb[0];
	info->DefaultChar[1] = mb[1];
	rf_cp_lead_ranges(cp, info->LeadByte);
	return TRUE;
}

/* "1252  (ANSI - Latin I)", as the control panel lists them. */
static void full_name(UINT codepage, const WCHAR *name, WCHAR *to)
{
	WCHAR digits[10];
	int n = 0;

	do
		digits[n++] = '0' + codepage % 10;
	while ((codepage /= 10));
	while (n)
		*to++ = digits[--n];
	*to++ = ' ';
	*to++ = ' ';
	*to++ = '(';
	while (*name)
		*to++ = *name++;
	*to++ = ')';
	*to = 0;
}

BOOL WINAPI GetCPInfoExW(UINT codepage, DWORD flags, LPCPINFOEXW info)
{
	const struct rf_cp *cp;
	UCHAR mb[2];
	CPINFO basic;

	if (!GetCPInfo(codepage, &basic))
		return FALSE;
	memset(info, 0, sizeof *info);
	memcpy(info, &basic, offsetof(CPINFO, LeadByte) + MAX_LEADBYTES);
	codepage = resolve(codepage);
	info->CodePage = codepage;
	info->UnicodeDefaultChar = '?';
	if (codepage == CP_UTF8 || codepage == CP_UTF7) {
		info->UnicodeDefaultChar = 0xfffd;
		full_name(codepage, codepage == CP_UTF8 ? L"UTF-8" : L"UTF-7",
			  info->CodePageName);
		return TRUE;
	}
	cp = rf_cp_open(codepage);
	if (!cp)
		return bad_parameter();
	rf_cp_default_char(cp, mb, &info->UnicodeDefaultChar);
	full_name(codepage, rf_cp_name(cp) ? rf_cp_name(cp) : L"",
		  info->CodePageName);
	return TRUE;
}

BOOL WINAPI GetCPInfoExA(UINT codepage, DWORD flags, LPCPINFOEXA info)
{
	CPINFOEXW w;

	if (!GetCPInfoExW(codepage, flags, &w))
		return FALSE;
	memcpy(info, &w, offsetof(CPINFOEXA, CodePageName));
	ansi_copy(w.CodePageName, info->CodePageName,
		  sizeof info->CodePageName);
	return TRUE;
}

BOOL WINAPI IsDBCSLeadByteEx(UINT codepage, BYTE c)
{
	const struct rf_cp *cp;

	if (c < 0x80)
		return FALSE;
	codepage = resolve(codepage);
	if (codepage == CP_UTF8 || codepage == CP_UTF7)
		return FALSE;
	cp = rf_cp_open(codepage);
	if (!cp)
		return bad_parameter();
	return rf_cp_is_lead_byte(cp, c);
}

BOOL WINAPI IsDBCSLeadByte(BYTE c)
{
	return IsDBCSLeadByteEx(CP_ACP, c);
}

/* ---- enumeration ---- */

static void to_digits(UINT n, WCHAR *to)
{
	WCHAR digits[10];
	int i = 0;

	do
		digits[i++] = '0' + n % 10;
	while ((n /= 10));
	while (i)
		*to++ = digits[--i];
	*to = 0;
}

BOOL WINAPI EnumSystemCodePagesW(CODEPAGE_ENUMPROCW fn, DWORD flags)
{
	WCHAR digits[12];
	UINT i, cp;

	for (i = 0; (cp = rf_cp_enum(i)) != 0; i++) {
		to_digits(cp, digits);
		if (!fn(digits))
			return TRUE;
	}
	return TRUE;
}

BOOL WINAPI EnumSystemCodePagesA(CODEPAGE_ENUMPROCA fn, DWORD flags)
{
	WCHAR digits[12];
	char narrow[12];
	UINT i, cp;

	for (i = 0; (cp = rf_cp_enum(i)) != 0; i++) {
		to_digits(cp, digits);
		ascii_narrow(digits, wide_length(digits), narrow);
		if (!fn(narrow))
			return TRUE;
	}
	return TRUE;
}
