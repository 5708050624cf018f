/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * str.h - strings: searched, compared, cut and turned into numbers.  What ends
 * in "I" has no case.  Nothing here writes past the size it is given.  See text.h.
 */

#ifdef WIDE
typedef WCHAR WANTED;
#define CHAR_AT(p) (*(p))
#else
/* A character may be two bytes, the first one below. */
typedef WORD WANTED;
#define CHAR_AT(p) char_at(p)
static WORD char_at(PCSTR p)
{
	BYTE c = (BYTE)*p;

	return IsDBCSLeadByte(c) && p[1] ? (WORD)(c | (BYTE)p[1] << 8) : c;
}
#endif

/* ---- a character -------------------------------------------------------- */

BOOL WINAPI F(ChrCmpI)(WANTED one, WANTED other)
{
#ifdef WIDE
	return upper(one) != upper(other);
#else
	if ((one | other) >> 8)
		return one != other;
	return upper((CHAR)one) != upper((CHAR)other);
#endif
}

static BOOL differ(WANTED one, WANTED other)
{
	return one != other;
}

static CH *find_char(const CH *s, const CH *end, WANTED c,
		     BOOL(WINAPI *differ_i)(WANTED, WANTED), BOOL last)
{
	const CH *found = NULL;

	for (; s && (end ? s < end : *s); s = next(s)) {
		if (differ_i ? differ_i(CHAR_AT(s), c) : differ(CHAR_AT(s), c))
			continue;
		found = s;
		if (!last)
			break;
	}
	return (CH *)found;
}

CH *WINAPI F(StrChr)(const CH *s, WANTED c)
{
	return find_char(s, NULL, c, NULL, FALSE);
}

CH *WINAPI F(StrChrI)(const CH *s, WANTED c)
{
	return find_char(s, NULL, c, F(ChrCmpI), FALSE);
}

CH *WINAPI F(StrRChr)(const CH *s, const CH *end, WANTED c)
{
	return find_char(s, end, c, NULL, TRUE);
}

CH *WINAPI F(StrRChrI)(const CH *s, const CH *end, WANTED c)
{
	return find_char(s, end, c, F(ChrCmpI), TRUE);
}

/* ---- sets --------------------------------------------------------------- */

int WINAPI F(StrSpn)(const CH *s, const CH *set)
{
	const CH *p = s;

	while (p && set && *p && F(StrChr)(set, CHAR_AT(p)))
		p = next(p);
	return (int)(p - s);
}

int WINAPI F(StrCSpn)(const CH *s, const CH *set)
{
	const CH *p = s;

	while (p && set && *p && !F(StrChr)(set, CHAR_AT(p)))
		p = next(p);
	return (int)(p - s);
}

int WINAPI F(StrCSpnI)(const CH *s, const CH *set)
{
	const CH *p = s;

	while (p && set && *p && !F(StrChrI)(set, CHAR_AT(p)))
		p = next(p);
	return (int)(p - s);
}

CH *WINAPI F(StrPBrk)(const CH *s, const CH *set)
{
	const CH *p = s && set ? s + F(StrCSpn)(s, set) : NULL;

	return p && *p ? (CH *)p : NULL;
}

BOOL WINAPI F(StrTrim)(CH *s, const CH *set)
{
	CH *from, *end;
	BOOL cut;

	if (!s || !*s || !set)
		return FALSE;
	from = s + F(StrSpn)(s, set);
	end = from;
	for (const CH *p = from; *p; p = next(p))
		if (!F(StrChr)(set, CHAR_AT(p)))
			end = (CH *)next(p);
	cut = from != s || *end;
	*end = 0;
	copy(s, from, (SIZE_T)-1);
	return cut;
}

/* ---- strings in strings ------------------------------------------------- */

static BOOL begins(const CH *s, const CH *with, BOOL no_case)
{
	for (; *with; s++, with++)
		if (no_case ? upper(*s) != upper(*with) : *s != *with)
			return FALSE;
	return TRUE;
}

static CH *find(const CH *s, const CH *what, BOOL no_case)
{
	if (!s || !what || !*what)
		return NULL;
	for (; *s; s = next(s))
		if (begins(s, what, no_case))
			return (CH *)s;
	return NULL;
}

CH *WINAPI F(StrStr)(const CH *s, const CH *what)
{
	return find(s, what, FALSE);
}

CH *WINAPI F(StrStrI)(const CH *s, const CH *what)
{
	return find(s, what, TRUE);
}

/* The last that begins before end. */
CH *WINAPI F(StrRStrI)(const CH *s, const CH *end, const CH *what)
{
	const CH *found = NULL;

	if (!s || !what || !*what)
		return NULL;
	for (; *s && (!end || s < end); s = next(s))
		if (begins(s, what, TRUE))
			found = s;
	return (CH *)found;
}

/* ---- compared ----------------------------------------------------------- */

/* As words are sorted by the user's locale; n < 0: all of them. */
static int compare(const CH *one, const CH *other, int n, DWORD flags)
{
	int a = 0, b = 0;

	if (!one || !other)
		return one ? 1 : other ? -1 : 0;
	if (n < 0)
		a = b = -1;
	for (; n >= 0 && a < n && one[a]; a++)
		;
	for (; n >= 0 && b < n && other[b]; b++)
		;
	return F(CompareString)(LOCALE_USER_DEFAULT, flags, one, a, other, b) -
	       CSTR_EQUAL;
}

int WINAPI F(StrCmpN)(const CH *one, const CH *other, int n)
{
	return compare(one, other, n > 0 ? n : 0, 0);
}

int WINAPI F(StrCmpNI)(const CH *one, const CH *other, int n)
{
	return compare(one, other, n > 0 ? n : 0, NORM_IGNORECASE);
}

BOOL WINAPI F(StrIsIntlEqual)(BOOL with_case, const CH *one, const CH *other,
			      int n)
{
	return !compare(one, other, n,
			with_case ? 0x10000000 :
				    0x10000000 | NORM_IGNORECASE);
}

BOOL WINAPI F(IntlStrEqWorker)(BOOL with_case, const CH *one, const CH *other,
			       int n)
{
	return F(StrIsIntlEqual)(with_case, one, other, n);
}

/* By value, as C does; ASCII's case. */
static int compare_c(const CH *one, const CH *other, int n, BOOL no_case)
{
	for (int i = 0; n < 0 || i < n; i++) {
		CH a = one[i], b = other[i];

		if (no_case && a >= 'A' && a <= 'Z')
			a |= 0x20;
		if (no_case && b >= 'A' && b <= 'Z')
			b |= 0x20;
#ifdef WIDE
		if (a != b || !a)
			return a - b;
#else
		if (a != b || !a)
			return (BYTE)a - (BYTE)b;
#endif
	}
	return 0;
}

int WINAPI F(StrCmpC)(const CH *one, const CH *other)
{
	return compare_c(one, other, -1, FALSE);
}

int WINAPI F(StrCmpIC)(const CH *one, const CH *other)
{
	return compare_c(one, other, -1, TRUE);
}

int WINAPI F(StrCmpNC)(const CH *one, const CH *other, int n)
{
	return compare_c(one, other, n > 0 ? n : 0, FALSE);
}

int WINAPI F(StrCmpNIC)(const CH *one, const CH *other, int n)
{
	return compare_c(one, other, n > 0 ? n : 0, TRUE);
}

/* ---- copied ------------------------------------------------------------- */

/* What fits, and always an end. */
static void copy_some(CH *to, const CH *s, int size)
{
	const CH *end = s, *after;

	if (size <= 0)
		return;
	while (*end && (after = next(end)) - s < size)
		end = after;
	memmove(to, s, (SIZE_T)(end - s) * sizeof *s);
	to[end - s] = 0;
}

CH *WINAPI F(StrCatBuff)(CH *to, const CH *s, int size)
{
	int n;

	if (!to || !s)
		return to;
	n = (int)len_of(to);
	copy_some(to + n, s, size - n);
	return to;
}

/* max characters of s at most, which the end is one of. */
CH *WINAPI F(StrNCat)(CH *to, const CH *s, int max)
{
	if (to && s)
		copy_some(to + len_of(to), s, max);
	return to;
}

CH *WINAPI F(StrDup)(const CH *s)
{
	SIZE_T n = s ? (len_of(s) + 1) * sizeof *s : sizeof *s;
	CH *to = LocalAlloc(LPTR, n);

	if (to && s)
		memcpy(to, s, n);
	return to;
}

/* ---- numbers ------------------------------------------------------------ */

BOOL WINAPI F(StrToInt64Ex)(const CH *s, STIF_FLAGS flags, LONGLONG *value)
{
	BOOL minus = FALSE, some = FALSE;
	ULONGLONG n = 0;

	if (value)
		*value = 0;
	if (!s || !value)
		return FALSE;
	while (*s == ' ' || *s == '\t' || *s == '\n')
		s++;
	if (*s == '-' || *s == '+')
		minus = *s++ == '-';
	if (flags & STIF_SUPPORT_HEX && s[0] == '0' && (s[1] | 0x20) == 'x') {
		for (s += 2;; s++, some = TRUE) {
			int c = *s | 0x20;

			if (*s >= '0' && *s <= '9')
				n = n * 16 + (ULONGLONG)(*s - '0');
			else if (c >= 'a' && c <= 'f')
				n = n * 16 + (ULONGLONG)(c - 'a' + 10);
			else
				break;
		}
		minus = FALSE;
	} else {
		for (; *s >= '0' && *s <= '9'; s++, some = TRUE)
			n = n * 10 + (ULONGLONG)(*s - '0');
	}
	*value = (LONGLONG)(minus ? 0 - n : n);
	return some;
}

BOOL WINAPI F(StrToIntEx)(const CH *s, STIF_FLAGS flags, int *value)
{
	LONGLONG n;
	BOOL ok;

	if (!value)
		return FALSE;
	ok = F(StrToInt64Ex)(s, flags, &n);
	*value = (int)n;
	return ok;
}

/* No blanks before it, and nothing but "-". */
int WINAPI F(StrToInt)(const CH *s)
{
	int n;

	if (!s || (*s != '-' && (*s < '0' || *s > '9')))
		return 0;
	return F(StrToIntEx)(s, STIF_DEFAULT, &n) ? n : 0;
}

/* ---- sizes -------------------------------------------------------------- */

/* To the end of it. */
static CH *put_number(CH *to, ULONGLONG n, UINT least)
{
	CH digits[24], *d = digits;

	do {
		*d++ = (CH)('0' + n % 10);
		n /= 10;
	} while (n || d < digits + least);
	while (d > digits)
		*to++ = *--d;
	return to;
}

static int at_most(UINT size)
{
	return size < 1u << 30 ? (int)size : 1 << 30;
}

/* Three digits, and what is behind them cut off: 23506 is "22.9 KB". */
static void byte_size(ULONGLONG n, CH *to, UINT size)
{
	static const CH *const units[] = { T("KB"), T("MB"), T("GB"),
					   T("TB"), T("PB"), T("EB") };
	CH room[64], *p = room;
	UINT unit = 0, whole, part;

	if (n < 1024) {
		p = put_number(p, n, 1);
		copy(p, n == 1 ? T(" byte") : T(" bytes"), 32);
		copy_some(to, room, at_most(size));
		return;
	}
	while (n >= 1000 << 10 && unit + 1 < ARRAYSIZE(units)) {
		n >>= 10;
		unit++;
	}
	whole = (UINT)(n >> 10);
	part = (UINT)(n & 1023) * 1000 >> 10;
	p = put_number(p, whole, 1);
	if (whole < 100) {
		*p++ = '.';
		p = whole < 10 ? put_number(p, part / 10, 2)
			       : put_number(p, part / 100, 1);
	}
	*p++ = ' ';
	copy(p, units[unit], 8);
	copy_some(to, room, at_most(size));
}

CH *WINAPI F(StrFormatKBSize)(LONGLONG n, CH *to, UINT size)
{
	CH digits[24], room[64], *p = room, *end;
	ULONGLONG kb = ((ULONGLONG)n + 1023) >> 10;

	end = put_number(digits, kb, 1);
	for (CH *d = digits; d < end; d++) {
		*p++ = *d;
		if (d + 1 < end && (end - d - 1) % 3 == 0)
			*p++ = ',';
	}
	copy(p, T(" KB"), 8);
	if (to && size)
		copy_some(to, room, at_most(size));
	return to;
}

/* ---- formatted ----------------------------------------------------------- */

/* -1: cut off to fit. */
int WINAPI F(wvnsprintf)(CH *to, int size, const CH *format, va_list args)
{
	int n;

	if (size <= 0)
		return -1;
	n = vprint(to, (size_t)size, format, args);
	if (n >= 0 && n < size)
		return n;
	to[size - 1] = 0;
	return -1;
}

int WINAPIV F(wnsprintf)(CH *to, int size, const CH *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = F(wvnsprintf)(to, size, format, args);
	va_end(args);
	return n;
}
