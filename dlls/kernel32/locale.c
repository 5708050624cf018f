/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale.c - which locales there are, and which is the user's.
 *
 * The user's locale is what the host's LC_ALL or LANG says; C and POSIX are
 * en-US.  Everything else is locale-data.tbl (CLDR's).
 */
#include "locale-table.h"

#include "locale-data.tbl"

/* ---- the table ---- */

const struct locale *locale_at(unsigned i)
{
	return i < ARRAY_LEN(locales) ? &locales[i] : NULL;
}

unsigned locale_count(void)
{
	return ARRAY_LEN(locales);
}

const WCHAR *locale_text(const struct locale *l, int s)
{
	const struct named_sort *sort = s == S_NAME ? locale_sort(l) : NULL;

	return sort ? sort->name : pool + 2u * l->s[s];
}

static const struct locale *find_name(const WCHAR *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(locales); i++)
		if (wide_same(pool + 2u * locales[i].s[S_NAME], name))
			return &locales[i];
	return locale_named_sort(name);
}

static const struct locale *find_id(LCID id)
{
	unsigned i;

	if (id == LOCALE_CUSTOM_UNSPECIFIED) /* many have no id of their own */
		return NULL;
	for (i = 0; i < ARRAY_LEN(locales); i++)
		if (locales[i].n[N_LCID] == id)
			return &locales[i];
	return locale_named_sort_by_id(id);
}

const struct locale *locale_specific(const struct locale *l)
{
	return &locales[l->n[N_SPECIFIC]];
}

/* ---- the user's ---- */

/* "de_DE.UTF-8@euro" in an environment variable. */
static const struct locale *from_environment(const WCHAR *variable)
{
	WCHAR name[LOCALE_NAME_MAX_LENGTH];
	const struct locale *l;
	DWORD n = GetEnvironmentVariableW(variable, name, ARRAY_LEN(name));
	DWORD i;

	if (!n || n >= ARRAY_LEN(name))
		return NULL;
	for (i = 0; i < n && name[i] != '.' && name[i] != '@'; i++)
		if (name[i] == '_')
			name[i] = '-';
	name[i] = 0;
	if (!name[0] || wide_same(name, L"C") || wide_same(name, L"POSIX"))
		return find_name(L"en-US");
	l = find_name(name);
	/* A country that the table lacks: its language will do. */
	for (; !l && i > 0; i--) {
		if (name[i] == '-') {
			name[i] = 0;
			l = find_name(name);
		}
	}
	return l ? locale_specific(l) : NULL;
}

static const struct locale *from_host(const WCHAR *category)
{
	DWORD error = GetLastError();
	const struct locale *l = from_environment(L"LC_ALL");

	if (!l && category)
		l = from_environment(category);
	if (!l)
		l = from_environment(L"LANG");
	SetLastError(error);
	return l ? l : find_name(L"en-US");
}

const struct locale *locale_user(void)
{
	static const struct locale *found;

	if (!found)
		found = from_host(NULL);
	return found;
}

const struct locale *locale_ui(void)
{
	static const struct locale *found;

	if (!found)
		found = from_host(L"LC_MESSAGES");
	return found;
}

const struct locale *locale_by_name(const WCHAR *name)
{
	if (!name)
		return locale_user();
	if (*name ==
	    '!') /* LOCALE_NAME_SYSTEM_DEFAULT, "!x-sys-default-locale" */
		return locale_user();
	return find_name(name);
}

const struct locale *locale_by_id(LCID id)
{
	switch (id & 0xffff) {
	case LOCALE_NEUTRAL:
	case LOCALE_USER_DEFAULT:
	case LOCALE_SYSTEM_DEFAULT:
	case LOCALE_CUSTOM_DEFAULT:
	case LOCALE_CUSTOM_UNSPECIFIED:
		return locale_user();
	case LOCALE_CUSTOM_UI_DEFAULT:
		return locale_ui();
	}
	return find_id(id & 0xfffff); /* without the version */
}

UINT locale_codepage(LCID id)
{
	const struct locale *l = locale_by_id(id);

	/* The user's own text is in the process's code page. */
	if (!l || l == locale_user() || !l->n[N_ANSI])
		return CP_ACP;
	return l->n[N_ANSI];
}

BOOL locale_is_turkic(const struct locale *l)
{
	const WCHAR *language = locale_text(l, S_ISO639);

	return (language[0] == 't' && language[1] == 'r' && !language[2]) ||
	       (language[0] == 'a' && language[1] == 'z' && !language[2]);
}

static int fail(DWORD error)
{
	SetLastError(error);
	return 0;
}

/* ---- names and ids ---- */

LCID WINAPI LocaleNameToLCID(LPCWSTR name, DWORD flags)
{
	const struct locale *l = locale_by_name(name);

	if (!l || (flags & ~0x08000000ul))
		return fail(ERROR_INVALID_PARAMETER);
	/* A neutral name means its main country unless neutrals are asked for.
	 */
	if (l->n[N_NEUTRAL] && !(flags & 0x08000000))
		l = locale_specific(l);
	return l->n[N_LCID];
}

int WINAPI LCIDToLocaleName(LCID id, LPWSTR to, int room, DWORD flags)
{
	const struct locale *l = locale_by_id(id);

	if (!l || room < 0 || (room && !to))
		return fail(ERROR_INVALID_PARAMETER);
	if (l->n[N_NEUTRAL] && !(flags & 0x08000000))
		l = locale_specific(l);
	return locale_result(locale_text(l, S_NAME), to, room);
}

int WINAPI ResolveLocaleName(LPCWSTR name, LPWSTR to, int room)
{
	WCHAR copy[LOCALE_NAME_MAX_LENGTH];
	const struct locale *l = locale_by_name(name);
	DWORD n;

	if (room < 0 || (room && !to) ||
	    (name && wide_len(name) >= LOCALE_NAME_MAX_LENGTH))
		return fail(ERROR_INVALID_PARAMETER);
	if (!l) {
		/* Cut from the right until something is known. */
		n = wide_len(name);
		memcpy(copy, name, (n + 1) * sizeof *copy);
		while (!l && n > 0) {
			n--;
			if (copy[n] == '-' || copy[n] == '_') {
				copy[n] = 0;
				l = locale_by_name(copy);
			}
		}
	}
	if (!l)
		return locale_result(L"", to, room);
	return locale_result(locale_text(locale_specific(l), S_NAME), to, room);
}

BOOL WINAPI IsValidLocale(LCID id, DWORD flags)
{
	/* The symbolic ids are not themselves locales. */
	return find_id(id & 0xfffff) != NULL;
}

BOOL WINAPI IsValidLocaleName(LPCWSTR name)
{
	return name && find_name(name) != NULL;
}

LCID WINAPI ConvertDefaultLocale(LCID id)
{
	const struct locale *l = locale_by_id(id);

	if (!l)
		return id;
	return l->n[N_NEUTRAL] ? locale_specific(l)->n[N_LCID] : l->n[N_LCID];
}

/* ---- defaults ---- */

LCID WINAPI GetUserDefaultLCID(void)
{
	return locale_user()->n[N_LCID];
}

LCID WINAPI GetSystemDefaultLCID(void)
{
	return locale_user()->n[N_LCID];
}

LANGID WINAPI GetUserDefaultLangID(void)
{
	return locale_user()->n[N_LCID];
}

LANGID WINAPI GetSystemDefaultLangID(void)
{
	return locale_user()->n[N_LCID];
}

int WINAPI GetUserDefaultLocaleName(LPWSTR to, int room)
{
	if (room <= 0 || !to)
		return fail(ERROR_INVALID_PARAMETER);
	return locale_result(locale_text(locale_user(), S_NAME), to, room);
}

int WINAPI GetSystemDefaultLocaleName(LPWSTR to, int room)
{
	return GetUserDefaultLocaleName(to, room);
}

LCID WINAPI GetThreadLocale(void)
{
	LCID id = NtCurrentTeb()->CurrentLocale;

	return id ? id : GetUserDefaultLCID();
}

BOOL WINAPI SetThreadLocale(LCID id)
{
	const struct locale *l = locale_by_id(id);

	if (!l)
		return fail(ERROR_INVALID_PARAMETER);
	NtCurrentTeb()->CurrentLocale = l->n[N_LCID];
	return TRUE;
}
