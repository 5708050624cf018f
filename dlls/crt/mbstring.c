/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mbstring.c - _mbs*: strings of one- and two-byte characters.
 *
 * They go by their own code page, the system's ANSI one at first, not by the
 * locale.  Where that has no two-byte characters (UTF-8 counts as such here) a
 * byte is a character and most of these are the str functions.
 */
#include "crt.h"

typedef unsigned char uc;

static int mb_cp = -1; /* not looked up yet */
static uc lead_bits[32];
/* Exported: bit 2 of [c + 1] is a lead byte, bit 3 a trail byte. */
uc crt_mbctype[257];
uc crt_mbcasemap[256];

static void set_cp(unsigned cp)
{
	CPINFO ci;

	memset(lead_bits, 0, sizeof(lead_bits));
	memset(crt_mbctype, 0, sizeof(crt_mbctype));
	memset(crt_mbcasemap, 0, sizeof(crt_mbcasemap));
	mb_cp = (int)cp;
	if (!cp || cp == CP_UTF8 || !GetCPInfo(cp, &ci) || ci.MaxCharSize < 2)
		return;
	for (int i = 0; i < MAX_LEADBYTES && ci.LeadByte[i]; i += 2)
		for (int c = ci.LeadByte[i]; c <= ci.LeadByte[i + 1]; c++) {
			lead_bits[c >> 3] |= (uc)(1 << (c & 7));
			crt_mbctype[c + 1] |= 4;
		}
	for (int c = 0x40; c < 0xff; c++)
		if (c != 0x7f)
			crt_mbctype[c + 1] |= 8;
}

static void need_cp(void)
{
	if (mb_cp < 0)
		set_cp(GetACP());
}

static inline int lead(unsigned c)
{
	if (__builtin_expect(mb_cp < 0, 0))
		need_cp();
	return lead_bits[(c & 255) >> 3] >> (c & 7) & 1;
}

uc *__p__mbctype(void)
{
	need_cp();
	return crt_mbctype;
}

uc *__p__mbcasemap(void)
{
	return crt_mbcasemap;
}

int _getmbcp(void)
{
	need_cp();
	for (int i = 0; i < 32; i++)
		if (lead_bits[i])
			return mb_cp;
	return 0;
}

int _setmbcp(int cp)
{
	switch (cp) {
	case -2: /* _MB_CP_OEM */
		cp = (int)GetOEMCP();
		break;
	case -3: /* _MB_CP_ANSI */
		cp = (int)GetACP();
		break;
	case -4: /* _MB_CP_LOCALE */
		cp = (int)crt_cur()->codepage;
		break;
	}
	if (cp && !IsValidCodePage((unsigned)cp)) {
		crt_errno = EINVAL;
		return -1;
	}
	set_cp((unsigned)cp);
	return 0;
}

/* ------------------------------------------------------- one character */

int _ismbblead(unsigned c)
{
	return lead(c) ? 4 : 0;
}

int _ismbblead_l(unsigned c, _locale_t l)
{
	return lead(c) ? 4 : 0;
}

int _ismbbtrail(unsigned c)
{
	need_cp();
	return crt_mbctype[(uc)c + 1] & 8;
}

int _ismbbtrail_l(unsigned c, _locale_t l)
{
	return _ismbbtrail(c);
}

int _ismbslead(const uc *start, const uc *at)
{
	CRT_REQUIRE(start && at, EINVAL, 0);
	while (start <= at && *start) {
		if (lead(*start)) {
			if (start++ == at)
				return -1;
			if (!*start)
				return 0;
		}
		start++;
	}
	return 0;
}

int _ismbstrail(const uc *start, const uc *at)
{
	CRT_REQUIRE(start && at, EINVAL, 0);
	while (start <= at && *start) {
		if (lead(*start)) {
			if (++start == at)
				return -1;
			if (!*start)
				return 0;
		}
		start++;
	}
	return 0;
}

/* _MBC_SINGLE 0, _MBC_LEAD 1, _MBC_TRAIL 2, _MBC_ILLEGAL -1 */
int _mbbtype(uc c, int prev)
{
	if (prev == 1)
		return _ismbbtrail(c) ? 2 : -1;
	return lead(c) ? 1 : isprint(c) || c >= 0xa1 ? 0 : -1;
}

int _mbsbtype(const uc *s, size_t n)
{
	int type = 0;

	CRT_REQUIRE(s, EINVAL, -1);
	for (size_t i = 0; i <= n; i++) {
		if (!s[i])
			return -1;
		type = type == 1 ? 2 : lead(s[i]) ? 1 : 0;
	}
	return type;
}

size_t _mbclen(const uc *s)
{
	return lead(*s) && s[1] ? 2 : 1;
}

size_t _mbclen_l(const uc *s, _locale_t l)
{
	return _mbclen(s);
}

static const uc *next(const uc *s)
{
	return s + (lead(*s) && s[1] ? 2 : 1);
}

static unsigned get(const uc *s)
{
	return lead(*s) && s[1] ? (unsigned)*s << 8 | s[1] : *s;
}

unsigned _mbsnextc(const uc *s)
{
	CRT_REQUIRE(s, EINVAL, 0);
	return get(s);
}

uc *_mbsinc(const uc *s)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	return (uc *)next(s);
}

uc *_mbsdec(const uc *start, const uc *at)
{
	const uc *p = start, *last = NULL;

	CRT_REQUIRE(start && at, EINVAL, NULL);
	while (p < at) {
		last = p;
		p = next(p);
	}
	return (uc *)last;
}

uc *_mbsninc(const uc *s, size_t n)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	for (; n && *s; n--)
		s = next(s);
	return (uc *)s;
}

void _mbccpy(uc *d, const uc *s)
{
	*d++ = *s;
	if (lead(*s))
		*d = s[1];
}

unsigned _mbctolower(unsigned c)
{
	return c < 256 ? (unsigned)tolower((int)c) : c;
}

unsigned _mbctoupper(unsigned c)
{
	return c < 256 ? (unsigned)toupper((int)c) : c;
}

#define MBCLASS(NAME, HOW)                                                     \
	int NAME(unsigned c)                                                   \
	{                                                                      \
		return HOW;                                                    \
	}
MBCLASS(_ismbcalpha, c < 256 ? isalpha((int)c) : 0)
MBCLASS(_ismbcalnum, c < 256 ? isalnum((int)c) : 0)
MBCLASS(_ismbcdigit, c < 256 ? isdigit((int)c) : 0)
MBCLASS(_ismbcspace, c < 256 ? isspace((int)c) : 0)
MBCLASS(_ismbcupper, c < 256 ? isupper((int)c) : 0)
MBCLASS(_ismbclower, c < 256 ? islower((int)c) : 0)
MBCLASS(_ismbcpunct, c < 256 ? ispunct((int)c) : 0)
MBCLASS(_ismbcprint, c < 256 ? isprint((int)c) : _ismbbtrail(c & 255))
MBCLASS(_ismbcgraph, c < 256 ? isgraph((int)c) : _ismbbtrail(c & 255))
MBCLASS(_ismbclegal, lead(c >> 8) && _ismbbtrail(c & 255))
MBCLASS(_ismbbalpha, isalpha((int)(c & 255)))
MBCLASS(_ismbbalnum, isalnum((int)(c & 255)))
MBCLASS(_ismbbprint, isprint((int)(c & 255)))
MBCLASS(_ismbbpunct, ispunct((int)(c & 255)))
MBCLASS(_ismbbgraph, isgraph((int)(c & 255)))

/* -------------------------------------------------------------- lengths */

size_t _mbslen(const uc *s)
{
	size_t n = 0;

	for (; *s; s = next(s))
		n++;
	return n;
}

size_t _mbsnccnt(const uc *s, size_t bytes)
{
	const uc *end = s + bytes;
	size_t n = 0;

	for (; s < end && *s; s = next(s))
		n++;
	return n;
}

size_t _mbsnbcnt(const uc *s, size_t chars)
{
	const uc *p = s;

	for (; chars && *p; chars--)
		p = next(p);
	return (size_t)(p - s);
}

size_t _mbstrlen(const char *s)
{
	size_t n = mbstowcs(NULL, s, 0);

	return n;
}

/* -------------------------------------------------------------- searching */

uc *_mbschr(const uc *s, unsigned c)
{
	CRT_REQUIRE(s, EINVAL, NULL);
	for (;; s = next(s)) {
		if (get(s) == c)
			return (uc *)s;
		if (!*s)
			return NULL;
	}
}

uc *_mbsrchr(const uc *s, unsigned c)
{
	const uc *last = NULL;

	CRT_REQUIRE(s, EINVAL, NULL);
	for (;; s = next(s)) {
		if (get(s) == c)
			last = s;
		if (!*s)
			return (uc *)last;
	}
}

uc *_mbsstr(const uc *s, const uc *t)
{
	size_t n;

	CRT_REQUIRE(s && t, EINVAL, NULL);
	n = strlen((const char *)t);
	for (;; s = next(s)) {
		if (!strncmp((const char *)s, (const char *)t, n))
			return (uc *)s;
		if (!*s)
			return NULL;
	}
}

static const uc *span(const uc *s, const uc *set, int in)
{
	for (; *s; s = next(s))
		if ((_mbschr(set, get(s)) != NULL) != in)
			break;
	return s;
}

size_t _mbsspn(const uc *s, const uc *set)
{
	return (size_t)(span(s, set, 1) - s);
}

size_t _mbscspn(const uc *s, const uc *set)
{
	return (size_t)(span(s, set, 0) - s);
}

uc *_mbspbrk(const uc *s, const uc *set)
{
	s = span(s, set, 0);
	return *s ? (uc *)s : NULL;
}

uc *_mbsspnp(const uc *s, const uc *set)
{
	s = span(s, set, 1);
	return *s ? (uc *)s : NULL;
}

uc *_mbstok_s(uc *s, const uc *delim, uc **at)
{
	const uc *end;

	CRT_REQUIRE(delim && at && (s || *at), EINVAL, NULL);
	if (!s)
		s = *at;
	s = (uc *)span(s, delim, 1);
	if (!*s) {
		*at = s;
		return NULL;
	}
	end = span(s, delim, 0);
	*at = (uc *)end;
	if (*end) {
		*at = (uc *)next(end);
		*(uc *)end = 0;
	}
	return s;
}

uc *_mbstok(uc *s, const uc *delim)
{
	struct crt_ptd *p = crt_ptd();

	if (!s && !p->mbstok_next)
		return NULL;
	return _mbstok_s(s, delim, &p->mbstok_next);
}

/* -------------------------------------------------------------- comparing */

static int compare(const uc *a, const uc *b, size_t bytes, size_t chars,
		   int fold)
{
	const uc *end = bytes > (size_t)-1 - (uintptr_t)a
				? (const uc *)UINTPTR_MAX
				: a + bytes;

	for (; a < end && chars; chars--) {
		unsigned x = get(a), y = get(b);

		if (fold) {
			x = _mbctolower(x);
			y = _mbctolower(y);
		}
		if (x != y)
			return x < y ? -1 : 1;
		if (!x)
			break;
		a = next(a);
		b = next(b);
	}
	return 0;
}

#define ALL ((size_t)-1)
int _mbscmp(const uc *a, const uc *b)
{
	return compare(a, b, ALL, ALL, 0);
}

int _mbsicmp(const uc *a, const uc *b)
{
	return compare(a, b, ALL, ALL, 1);
}

int _mbsncmp(const uc *a, const uc *b, size_t n)
{
	return compare(a, b, ALL, n, 0);
}

int _mbsnicmp(const uc *a, const uc *b, size_t n)
{
	return compare(a, b, ALL, n, 1);
}

int _mbsnbcmp(const uc *a, const uc *b, size_t n)
{
	return compare(a, b, n, ALL, 0);
}

int _mbsnbicmp(const uc *a, const uc *b, size_t n)
{
	return compare(a, b, n, ALL, 1);
}

int _mbscoll(const uc *a, const uc *b)
{
	return strcoll((const char *)a, (const char *)b);
}

int _mbsicoll(const uc *a, const uc *b)
{
	return _stricoll((const char *)a, (const char *)b);
}

int _mbsnbcoll(const uc *a, const uc *b, size_t n)
{
	return _strncoll((const char *)a, (const char *)b, n);
}

int _mbsnbicoll(const uc *a, const uc *b, size_t n)
{
	return _strnicoll((const char *)a, (const char *)b, n);
}

/* --------------------------------------------------------------- changing */

uc *crt_mbscpy(uc *d, const uc *s)
{
	return (uc *)strcpy((char *)d, (const char *)s);
}

uc *crt_mbscat(uc *d, const uc *s)
{
	return (uc *)strcat((char *)d, (const char *)s);
}

uc *_mbsdup(const uc *s)
{
	return (uc *)_strdup((const char *)s);
}

/* n bytes; a two-byte character that does not fit whole is left out. */
uc *_mbsnbcpy(uc *d, const uc *s, size_t n)
{
	uc *ret = d;

	while (n && *s) {
		if (lead(*s) && s[1]) {
			if (n < 2)
				break;
			*d++ = *s++;
			n--;
		}
		*d++ = *s++;
		n--;
	}
	memset(d, 0, n);
	return ret;
}

uc *_mbsncpy(uc *d, const uc *s, size_t chars)
{
	uc *ret = d;

	for (; chars && *s; chars--) {
		if (lead(*s) && s[1])
			*d++ = *s++;
		*d++ = *s++;
	}
	memset(d, 0, chars);
	return ret;
}

uc *_mbsncat(uc *d, const uc *s, size_t chars)
{
	size_t n = _mbsnbcnt(s, chars);
	uc *end = d + strlen((char *)d);

	memcpy(end, s, n);
	end[n] = 0;
	return d;
}

uc *_mbsnbcat(uc *d, const uc *s, size_t n)
{
	uc *end = d + strlen((char *)d);

	n = strnlen((const char *)s, n);
	_mbsnbcpy(end, s, n);
	end[n] = 0;
	return d;
}

uc *_mbslwr(uc *s)
{
	for (uc *p = s; *p; p = (uc *)next(p))
		if (!lead(*p))
			*p = (uc)tolower(*p);
	return s;
}

uc *_mbsupr(uc *s)
{
	for (uc *p = s; *p; p = (uc *)next(p))
		if (!lead(*p))
			*p = (uc)toupper(*p);
	return s;
}

errno_t _mbslwr_s(uc *s, size_t n)
{
	CRT_REQUIRE_E(s && strnlen((char *)s, n) < n, EINVAL);
	_mbslwr(s);
	return 0;
}

errno_t _mbsupr_s(uc *s, size_t n)
{
	CRT_REQUIRE_E(s && strnlen((char *)s, n) < n, EINVAL);
	_mbsupr(s);
	return 0;
}

uc *_mbsrev(uc *s)
{
	uc *p;

	_strrev((char *)s);
	/* Two-byte characters stand the wrong way round now. */
	for (p = s; *p; p++)
		if (p[1] && lead(p[1])) {
			uc c = *p;

			*p = p[1];
			p[1] = c;
			p++;
		}
	return s;
}

uc *_mbsset(uc *s, unsigned c)
{
	uc *p = s;

	if (c < 256)
		return (uc *)_strset((char *)s, (int)c);
	while (p[0] && p[1]) {
		*p++ = (uc)(c >> 8);
		*p++ = (uc)c;
	}
	if (*p)
		*p = ' ';
	return s;
}

errno_t _mbscpy_s(uc *d, size_t n, const uc *s)
{
	return strcpy_s((char *)d, n, (const char *)s);
}

errno_t _mbscat_s(uc *d, size_t n, const uc *s)
{
	return strcat_s((char *)d, n, (const char *)s);
}

errno_t _mbsnbcpy_s(uc *d, size_t room, const uc *s, size_t n)
{
	return strncpy_s((char *)d, room, (const char *)s, n);
}

errno_t _mbsnbcat_s(uc *d, size_t room, const uc *s, size_t n)
{
	return strncat_s((char *)d, room, (const char *)s, n);
}
