/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ctype.c - classes and case of characters.
 *
 * Programs index the table themselves (_pctype, __pctype_func), from -1 on.
 * In the C locale bytes above 127 belong to no class; what a wide character is,
 * Unicode says.
 */
#include "crt.h"
#include <ctype.h>
#include <wctype.h>

#undef _isalpha_l
#undef _iswalpha_l
#undef _isupper_l
#undef _iswupper_l
#undef _islower_l
#undef _iswlower_l
#undef _isdigit_l
#undef _iswdigit_l
#undef _isxdigit_l
#undef _iswxdigit_l
#undef _isspace_l
#undef _iswspace_l
#undef _ispunct_l
#undef _iswpunct_l
#undef _isalnum_l
#undef _iswalnum_l
#undef _isprint_l
#undef _iswprint_l
#undef _isgraph_l
#undef _iswgraph_l
#undef _iscntrl_l
#undef _iswcntrl_l
#undef _isblank_l
#undef _iswblank_l
#undef _iscsym_l
#undef _iscsymf_l
#undef _iswcsym_l
#undef _iswcsymf_l
#undef _ctype1
#undef _isleadbyte_l
#undef _isctype_l
#undef __pwctype_func
#undef __pctype_func
#undef isalpha
#undef iswalpha
#undef isupper
#undef iswupper
#undef islower
#undef iswlower
#undef isdigit
#undef iswdigit
#undef isxdigit
#undef iswxdigit
#undef isspace
#undef iswspace
#undef ispunct
#undef iswpunct
#undef isalnum
#undef iswalnum
#undef isprint
#undef iswprint
#undef isgraph
#undef iswgraph
#undef iscntrl
#undef iswcntrl
#undef isblank
#undef iswblank
#undef _tolower
#undef _toupper
#undef __isascii
#undef __toascii
#undef __iscsym
#undef __iscsymf
#undef iswascii
#undef isleadbyte
#undef isblank
#undef __iswcsym
#undef __iswcsymf

#undef _pctype
#undef _pwctype

NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c);

/* clang-format off */
unsigned short crt_ctype_table[257] = { /* [0] is EOF's */
	0x000, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020,
	0x028, 0x028, 0x028, 0x028, 0x028, 0x020, 0x020, 0x020, 0x020, 0x020,
	0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020, 0x020,
	0x020, 0x020, 0x020, 0x048, 0x010, 0x010, 0x010, 0x010, 0x010, 0x010,
	0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x084,
	0x084, 0x084, 0x084, 0x084, 0x084, 0x084, 0x084, 0x084, 0x084, 0x010,
	0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x181, 0x181, 0x181, 0x181,
	0x181, 0x181, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101,
	0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101, 0x101,
	0x101, 0x101, 0x010, 0x010, 0x010, 0x010, 0x010, 0x010, 0x182, 0x182,
	0x182, 0x182, 0x182, 0x182, 0x102, 0x102, 0x102, 0x102, 0x102, 0x102,
	0x102, 0x102, 0x102, 0x102, 0x102, 0x102, 0x102, 0x102, 0x102, 0x102,
	0x102, 0x102, 0x102, 0x102, 0x010, 0x010, 0x010, 0x010, 0x020, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
	0x000, 0x000, 0x000, 0x000, 0x000, 0x000, 0x000,
};
/* clang-format on */

/* Data exports: what they point to follows setlocale. */
const unsigned short *crt_pctype = crt_ctype_table + 1;
const unsigned short *crt_pwctype = crt_ctype_table + 1;

const unsigned short *__pctype_func(void)
{
	return crt_cur()->pctype;
}

const unsigned short *__pwctype_func(void)
{
	return crt_pwctype;
}

const unsigned short **__p__pctype(void)
{
	return &crt_pctype;
}

const unsigned short **__p__pwctype(void)
{
	return &crt_pwctype;
}

/* -------------------------------------------------------------- narrow */

int _isctype_l(int c, int mask, _locale_t loc)
{
	struct crt_locale *l = crt_loc(loc);
	unsigned char two[2];
	WORD type = 0;
	wchar_t wc;

	if (c >= -1 && c <= 255)
		return l->pctype[c] & mask;
	if (l->mb_cur_max < 2 || !crt_is_lead(l, (unsigned char)(c >> 8)))
		return 0;
	two[0] = (unsigned char)(c >> 8);
	two[1] = (unsigned char)c;
	if (crt_mbtowc(&wc, (char *)two, 2, l) <= 0)
		return 0;
	GetStringTypeW(CT_CTYPE1, &wc, 1, &type);
	return type & mask;
}

int _isctype(int c, int mask)
{
	return _isctype_l(c, mask, NULL);
}

#define CLASS(name, mask)                                                      \
	int name(int c)                                                        \
	{                                                                      \
		if ((unsigned)(c + 1) <= 256)                                  \
			return crt_cur()->pctype[c] & (mask);                  \
		return _isctype_l(c, mask, NULL);                              \
	}                                                                      \
	int _##name##_l(int c, _locale_t l)                                    \
	{                                                                      \
		return _isctype_l(c, mask, l);                                 \
	}

CLASS(isalpha, CT_ALPHA)
CLASS(isupper, CT_UPPER)
CLASS(islower, CT_LOWER)
CLASS(isdigit, CT_DIGIT)
CLASS(isxdigit, CT_HEX)
CLASS(isspace, CT_SPACE)
CLASS(ispunct, CT_PUNCT)
CLASS(isalnum, CT_ALPHA | CT_DIGIT)
CLASS(isprint, CT_BLANK | CT_PUNCT | CT_ALPHA | CT_DIGIT)
CLASS(isgraph, CT_PUNCT | CT_ALPHA | CT_DIGIT)
CLASS(iscntrl, CT_CNTRL)

int isblank(int c)
{
	return c == '\t' ? CT_BLANK : _isctype_l(c, CT_BLANK, NULL);
}

int _isblank_l(int c, _locale_t l)
{
	return c == '\t' ? CT_BLANK : _isctype_l(c, CT_BLANK, l);
}

int isleadbyte(int c)
{
	return crt_cur()->pctype[(unsigned char)c] & CT_LEAD;
}

int _isleadbyte_l(int c, _locale_t l)
{
	return crt_loc(l)->pctype[(unsigned char)c] & CT_LEAD;
}

int _tolower_l(int c, _locale_t l)
{
	return (unsigned)c < 256 ? crt_loc(l)->lower[c] : c;
}

int _toupper_l(int c, _locale_t l)
{
	return (unsigned)c < 256 ? crt_loc(l)->upper[c] : c;
}

int tolower(int c)
{
	return (unsigned)c < 256 ? crt_cur()->lower[c] : c;
}

int toupper(int c)
{
	return (unsigned)c < 256 ? crt_cur()->upper[c] : c;
}

int _tolower(int c)
{
	return c - 'A' + 'a';
}

int _toupper(int c)
{
	return c - 'a' + 'A';
}

int __isascii(int c)
{
	return (unsigned)c < 128;
}

int __toascii(int c)
{
	return c & 127;
}

int __iscsym(int c)
{
	return c == '_' || isalnum(c & 255);
}

int __iscsymf(int c)
{
	return c == '_' || isalpha(c & 255);
}

int _iscsym_l(int c, _locale_t l)
{
	return c == '_' || _isalnum_l(c & 255, l);
}

int _iscsymf_l(int c, _locale_t l)
{
	return c == '_' || _isalpha_l(c & 255, l);
}

/* ---------------------------------------------------------------- wide */

unsigned crt_wctype(wchar_t c)
{
	WORD type = 0;

	if (c < 0x80)
		return crt_ctype_table[c + 1];
	GetStringTypeW(CT_CTYPE1, &c, 1, &type);
	return type;
}

wchar_t crt_wlower(wchar_t c)
{
	return RtlDowncaseUnicodeChar(c);
}

wchar_t crt_wupper(wchar_t c)
{
	return RtlUpcaseUnicodeChar(c);
}

int iswctype(wint_t c, wctype_t mask)
{
	return c == WEOF ? 0 : (int)(crt_wctype((wchar_t)c) & mask);
}

int _iswctype_l(wint_t c, wctype_t mask, _locale_t l)
{
	return iswctype(c, mask);
}

int is_wctype(wint_t c, wctype_t mask)
{
	return iswctype(c, mask);
}

#define WCLASS(name, mask)                                                     \
	int name(wint_t c)                                                     \
	{                                                                      \
		return iswctype(c, mask);                                      \
	}                                                                      \
	int _##name##_l(wint_t c, _locale_t l)                                 \
	{                                                                      \
		return iswctype(c, mask);                                      \
	}

WCLASS(iswalpha, CT_ALPHA)
WCLASS(iswupper, CT_UPPER)
WCLASS(iswlower, CT_LOWER)
WCLASS(iswdigit, CT_DIGIT)
WCLASS(iswxdigit, CT_HEX)
WCLASS(iswspace, CT_SPACE)
WCLASS(iswpunct, CT_PUNCT)
WCLASS(iswalnum, CT_ALPHA | CT_DIGIT)
WCLASS(iswprint, CT_BLANK | CT_PUNCT | CT_ALPHA | CT_DIGIT)
WCLASS(iswgraph, CT_PUNCT | CT_ALPHA | CT_DIGIT)
WCLASS(iswcntrl, CT_CNTRL)

int iswblank(wint_t c)
{
	return c == '\t' ? CT_BLANK : iswctype(c, CT_BLANK);
}

int _iswblank_l(wint_t c, _locale_t l)
{
	return iswblank(c);
}

int iswascii(wint_t c)
{
	return c < 128;
}

int __iswcsym(wint_t c)
{
	return c == '_' || iswalnum(c);
}

int __iswcsymf(wint_t c)
{
	return c == '_' || iswalpha(c);
}

int _iswcsym_l(wint_t c, _locale_t l)
{
	return __iswcsym(c);
}

int _iswcsymf_l(wint_t c, _locale_t l)
{
	return __iswcsymf(c);
}

wctype_t wctype(const char *name)
{
	static const struct {
		const char *name;
		wctype_t mask;
	} classes[] = {
		{ "alnum", CT_ALPHA | CT_DIGIT },
		{ "alpha", CT_ALPHA },
		{ "blank", CT_BLANK },
		{ "cntrl", CT_CNTRL },
		{ "digit", CT_DIGIT },
		{ "graph", CT_PUNCT | CT_ALPHA | CT_DIGIT },
		{ "lower", CT_LOWER },
		{ "print", CT_BLANK | CT_PUNCT | CT_ALPHA | CT_DIGIT },
		{ "punct", CT_PUNCT },
		{ "space", CT_SPACE },
		{ "upper", CT_UPPER },
		{ "xdigit", CT_HEX },
	};

	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (!strcmp(classes[i].name, name))
			return classes[i].mask;
	return 0;
}

wctrans_t wctrans(const char *name)
{
	return !strcmp(name, "tolower") ? 1 : !strcmp(name, "toupper") ? 2 : 0;
}

wint_t towctrans(wint_t c, wctrans_t to)
{
	return to == 1 ? towlower(c) : towupper(c);
}
