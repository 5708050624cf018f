/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mbstring-l.c - _mbs*_l: the _mbs functions with a locale as last argument.
 *
 * The multibyte code page is the process's here, so the locale says nothing.
 */
#include "crt.h"

typedef unsigned char uc;

int _ismbbalnum(unsigned c);
int _ismbbalpha(unsigned c);
int _ismbbgraph(unsigned c);
int _ismbbprint(unsigned c);
int _ismbbpunct(unsigned c);
int _ismbcalnum(unsigned c);
int _ismbcalpha(unsigned c);
int _ismbcdigit(unsigned c);
int _ismbcgraph(unsigned c);
int _ismbclegal(unsigned c);
int _ismbclower(unsigned c);
int _ismbcprint(unsigned c);
int _ismbcpunct(unsigned c);
int _ismbcspace(unsigned c);
int _ismbcupper(unsigned c);
int _ismbslead(const uc *start, const uc *at);
int _ismbstrail(const uc *start, const uc *at);
int _mbbtype(uc c, int prev);
void _mbccpy(uc *d, const uc *s);
unsigned _mbctolower(unsigned c);
unsigned _mbctoupper(unsigned c);
int _mbsbtype(const uc *s, size_t n);
errno_t _mbscat_s(uc *d, size_t n, const uc *s);
uc *_mbschr(const uc *s, unsigned c);
int _mbscmp(const uc *a, const uc *b);
int _mbscoll(const uc *a, const uc *b);
errno_t _mbscpy_s(uc *d, size_t n, const uc *s);
size_t _mbscspn(const uc *s, const uc *set);
uc *_mbsdec(const uc *start, const uc *at);
int _mbsicmp(const uc *a, const uc *b);
int _mbsicoll(const uc *a, const uc *b);
uc *_mbsinc(const uc *s);
size_t _mbslen(const uc *s);
uc *_mbslwr(uc *s);
errno_t _mbslwr_s(uc *s, size_t n);
uc *_mbsnbcat(uc *d, const uc *s, size_t n);
errno_t _mbsnbcat_s(uc *d, size_t room, const uc *s, size_t n);
int _mbsnbcmp(const uc *a, const uc *b, size_t n);
size_t _mbsnbcnt(const uc *s, size_t chars);
int _mbsnbcoll(const uc *a, const uc *b, size_t n);
uc *_mbsnbcpy(uc *d, const uc *s, size_t n);
errno_t _mbsnbcpy_s(uc *d, size_t room, const uc *s, size_t n);
int _mbsnbicmp(const uc *a, const uc *b, size_t n);
int _mbsnbicoll(const uc *a, const uc *b, size_t n);
uc *_mbsncat(uc *d, const uc *s, size_t chars);
size_t _mbsnccnt(const uc *s, size_t bytes);
int _mbsncmp(const uc *a, const uc *b, size_t n);
uc *_mbsncpy(uc *d, const uc *s, size_t chars);
unsigned _mbsnextc(const uc *s);
int _mbsnicmp(const uc *a, const uc *b, size_t n);
uc *_mbsninc(const uc *s, size_t n);
uc *_mbspbrk(const uc *s, const uc *set);
uc *_mbsrchr(const uc *s, unsigned c);
uc *_mbsrev(uc *s);
uc *_mbsset(uc *s, unsigned c);
size_t _mbsspn(const uc *s, const uc *set);
uc *_mbsspnp(const uc *s, const uc *set);
uc *_mbsstr(const uc *s, const uc *t);
uc *_mbstok(uc *s, const uc *delim);
uc *_mbstok_s(uc *s, const uc *delim, uc **at);
size_t _mbstrlen(const char *s);
uc *_mbsupr(uc *s);
errno_t _mbsupr_s(uc *s, size_t n);

int _ismbbalnum_l(unsigned c, _locale_t l)
{
	return _ismbbalnum(c);
}

int _ismbbalpha_l(unsigned c, _locale_t l)
{
	return _ismbbalpha(c);
}

int _ismbbgraph_l(unsigned c, _locale_t l)
{
	return _ismbbgraph(c);
}

int _ismbbprint_l(unsigned c, _locale_t l)
{
	return _ismbbprint(c);
}

int _ismbbpunct_l(unsigned c, _locale_t l)
{
	return _ismbbpunct(c);
}

int _ismbcalnum_l(unsigned c, _locale_t l)
{
	return _ismbcalnum(c);
}

int _ismbcalpha_l(unsigned c, _locale_t l)
{
	return _ismbcalpha(c);
}

int _ismbcdigit_l(unsigned c, _locale_t l)
{
	return _ismbcdigit(c);
}

int _ismbcgraph_l(unsigned c, _locale_t l)
{
	return _ismbcgraph(c);
}

int _ismbclegal_l(unsigned c, _locale_t l)
{
	return _ismbclegal(c);
}

int _ismbclower_l(unsigned c, _locale_t l)
{
	return _ismbclower(c);
}

int _ismbcprint_l(unsigned c, _locale_t l)
{
	return _ismbcprint(c);
}

int _ismbcpunct_l(unsigned c, _locale_t l)
{
	return _ismbcpunct(c);
}

int _ismbcspace_l(unsigned c, _locale_t l)
{
	return _ismbcspace(c);
}

int _ismbcupper_l(unsigned c, _locale_t l)
{
	return _ismbcupper(c);
}

int _ismbslead_l(const uc *start, const uc *at, _locale_t l)
{
	return _ismbslead(start, at);
}

int _ismbstrail_l(const uc *start, const uc *at, _locale_t l)
{
	return _ismbstrail(start, at);
}

int _mbbtype_l(uc c, int prev, _locale_t l)
{
	return _mbbtype(c, prev);
}

void _mbccpy_l(uc *d, const uc *s, _locale_t l)
{
	_mbccpy(d, s);
}

unsigned _mbctolower_l(unsigned c, _locale_t l)
{
	return _mbctolower(c);
}

unsigned _mbctoupper_l(unsigned c, _locale_t l)
{
	return _mbctoupper(c);
}

int _mbsbtype_l(const uc *s, size_t n, _locale_t l)
{
	return _mbsbtype(s, n);
}

errno_t _mbscat_s_l(uc *d, size_t n, const uc *s, _locale_t l)
{
	return _mbscat_s(d, n, s);
}

uc *_mbschr_l(const uc *s, unsigned c, _locale_t l)
{
	return _mbschr(s, c);
}

int _mbscmp_l(const uc *a, const uc *b, _locale_t l)
{
	return _mbscmp(a, b);
}

int _mbscoll_l(const uc *a, const uc *b, _locale_t l)
{
	return _mbscoll(a, b);
}

errno_t _mbscpy_s_l(uc *d, size_t n, const uc *s, _locale_t l)
{
	return _mbscpy_s(d, n, s);
}

size_t _mbscspn_l(const uc *s, const uc *set, _locale_t l)
{
	return _mbscspn(s, set);
}

uc *_mbsdec_l(const uc *start, const uc *at, _locale_t l)
{
	return _mbsdec(start, at);
}

int _mbsicmp_l(const uc *a, const uc *b, _locale_t l)
{
	return _mbsicmp(a, b);
}

int _mbsicoll_l(const uc *a, const uc *b, _locale_t l)
{
	return _mbsicoll(a, b);
}

uc *_mbsinc_l(const uc *s, _locale_t l)
{
	return _mbsinc(s);
}

size_t _mbslen_l(const uc *s, _locale_t l)
{
	return _mbslen(s);
}

uc *_mbslwr_l(uc *s, _locale_t l)
{
	return _mbslwr(s);
}

errno_t _mbslwr_s_l(uc *s, size_t n, _locale_t l)
{
	return _mbslwr_s(s, n);
}

uc *_mbsnbcat_l(uc *d, const uc *s, size_t n, _locale_t l)
{
	return _mbsnbcat(d, s, n);
}

errno_t _mbsnbcat_s_l(uc *d, size_t room, const uc *s, size_t n, _locale_t l)
{
	return _mbsnbcat_s(d, room, s, n);
}

int _mbsnbcmp_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsnbcmp(a, b, n);
}

size_t _mbsnbcnt_l(const uc *s, size_t chars, _locale_t l)
{
	return _mbsnbcnt(s, chars);
}

int _mbsnbcoll_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsnbcoll(a, b, n);
}

uc *_mbsnbcpy_l(uc *d, const uc *s, size_t n, _locale_t l)
{
	return _mbsnbcpy(d, s, n);
}

errno_t _mbsnbcpy_s_l(uc *d, size_t room, const uc *s, size_t n, _locale_t l)
{
	return _mbsnbcpy_s(d, room, s, n);
}

int _mbsnbicmp_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsnbicmp(a, b, n);
}

int _mbsnbicoll_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsnbicoll(a, b, n);
}

uc *_mbsncat_l(uc *d, const uc *s, size_t chars, _locale_t l)
{
	return _mbsncat(d, s, chars);
}

size_t _mbsnccnt_l(const uc *s, size_t bytes, _locale_t l)
{
	return _mbsnccnt(s, bytes);
}

int _mbsncmp_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsncmp(a, b, n);
}

uc *_mbsncpy_l(uc *d, const uc *s, size_t chars, _locale_t l)
{
	return _mbsncpy(d, s, chars);
}

unsigned _mbsnextc_l(const uc *s, _locale_t l)
{
	return _mbsnextc(s);
}

int _mbsnicmp_l(const uc *a, const uc *b, size_t n, _locale_t l)
{
	return _mbsnicmp(a, b, n);
}

uc *_mbsninc_l(const uc *s, size_t n, _locale_t l)
{
	return _mbsninc(s, n);
}

uc *_mbspbrk_l(const uc *s, const uc *set, _locale_t l)
{
	return _mbspbrk(s, set);
}

uc *_mbsrchr_l(const uc *s, unsigned c, _locale_t l)
{
	return _mbsrchr(s, c);
}

uc *_mbsrev_l(uc *s, _locale_t l)
{
	return _mbsrev(s);
}

uc *_mbsset_l(uc *s, unsigned c, _locale_t l)
{
	return _mbsset(s, c);
}

size_t _mbsspn_l(const uc *s, const uc *set, _locale_t l)
{
	return _mbsspn(s, set);
}

uc *_mbsspnp_l(const uc *s, const uc *set, _locale_t l)
{
	return _mbsspnp(s, set);
}

uc *_mbsstr_l(const uc *s, const uc *t, _locale_t l)
{
	return _mbsstr(s, t);
}

uc *_mbstok_l(uc *s, const uc *delim, _locale_t l)
{
	return _mbstok(s, delim);
}

uc *_mbstok_s_l(uc *s, const uc *delim, uc **at, _locale_t l)
{
	return _mbstok_s(s, delim, at);
}

size_t _mbstrlen_l(const char *s, _locale_t l)
{
	return _mbstrlen(s);
}

uc *_mbsupr_l(uc *s, _locale_t l)
{
	return _mbsupr(s);
}

errno_t _mbsupr_s_l(uc *s, size_t n, _locale_t l)
{
	return _mbsupr_s(s, n);
}
