/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale-ui.c - languages of the user interface.
 *
 * The user has one, which the host's LC_MESSAGES names; a thread or the process
 * may prefer others.  Lists are names, each with a NUL, and a NUL at the end.
 */
#include "locale-table.h"

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

/* ---- one language ---- */

LANGID WINAPI GetUserDefaultUILanguage(void)
{
	return locale_ui()->n[N_LCID];
}

LANGID WINAPI GetSystemDefaultUILanguage(void)
{
	return locale_ui()->n[N_LCID];
}

LANGID WINAPI GetThreadUILanguage(void)
{
	const WCHAR *mine = NtCurrentTeb()->PreferredLanguages;
	const struct locale *l = mine ? locale_by_name(mine) : NULL;

	return (l ? l : locale_ui())->n[N_LCID];
}

/* ---- lists ---- */

static SRWLOCK lock = SRWLOCK_INIT;
static WCHAR *process_list; /* under the lock; NULL: none */

static ULONG list_count(const WCHAR *list)
{
	ULONG count = 0;

	for (; *list; list += wide_len(list) + 1)
		count++;
	return count;
}

static BOOL list_has(const WCHAR *list, const WCHAR *name)
{
	for (; *list; list += wide_len(list) + 1)
		if (wide_same(list, name))
			return TRUE;
	return FALSE;
}

#define MAX_LIST 512

struct list {
	WCHAR at[MAX_LIST];
	ULONG n; /* without the last NUL */
	BOOL as_ids;
};

static void add(struct list *list, const WCHAR *name)
{
	const struct locale *l = locale_by_name(name);
	WCHAR id[5];
	int i;

	if (list->as_ids) {
		if (!l)
			return;
		for (i = 0; i < 4; i++)
			id[i] = L"0123456789ABCDEF"[l->n[N_LCID] >>
							    4 * (3 - i) &
						    15];
		id[4] = 0;
		name = id;
	}
	list->at[list->n] = 0;
	if (list_has(list->at, name) || list->n + wide_len(name) + 2 > MAX_LIST)
		return;
	list->n += locale_result(name, list->at + list->n, MAX_LIST - list->n);
	list->at[list->n] = 0;
}

static void add_all(struct list *list, const WCHAR *names)
{
	for (; names && *names; names += wide_len(names) + 1)
		add(list, names);
}

static BOOL give(struct list *list, PULONG count, PZZWSTR to, PULONG size)
{
	ULONG needed = list->n + 1;

	list->at[list->n] = 0;
	*count = list_count(list->at);
	if (!to && *size) {
		*size = needed;
		return fail(ERROR_INVALID_PARAMETER);
	}
	if (to && *size < needed) {
		*size = needed;
		return fail(ERROR_INSUFFICIENT_BUFFER);
	}
	if (to)
		memcpy(to, list->at, needed * sizeof *to);
	*size = needed;
	return TRUE;
}

static BOOL list_flags(DWORD flags, DWORD others, struct list *list)
{
	list->n = 0;
	list->as_ids = (flags & MUI_LANGUAGE_ID) != 0;
	if ((flags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME | others)) ||
	    (flags & (MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME)) ==
		    (MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME))
		return fail(ERROR_INVALID_PARAMETER);
	return TRUE;
}

BOOL WINAPI GetUserPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR to,
					PULONG size)
{
	struct list list;

	if (!list_flags(flags, 0, &list))
		return FALSE;
	add(&list, locale_text(locale_ui(), S_NAME));
	return give(&list, count, to, size);
}

BOOL WINAPI GetSystemPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR to,
					  PULONG size)
{
	struct list list;

	if (!list_flags(flags, 0x200 /* MUI_MACHINE_LANGUAGE_SETTINGS */,
			&list))
		return FALSE;
	add(&list, locale_text(locale_ui(), S_NAME));
	return give(&list, count, to, size);
}

BOOL WINAPI GetProcessPreferredUILanguages(DWORD flags, PULONG count,
					   PZZWSTR to, PULONG size)
{
	struct list list;

	if (!list_flags(flags, 0, &list))
		return FALSE;
	RtlAcquireSRWLockShared(&lock);
	add_all(&list, process_list);
	RtlReleaseSRWLockShared(&lock);
	return give(&list, count, to, size);
}

BOOL WINAPI GetThreadPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR to,
					  PULONG size)
{
	const DWORD merge = MUI_MERGE_USER_FALLBACK | MUI_MERGE_SYSTEM_FALLBACK;
	const struct locale *ui = locale_ui();
	struct list list;

	if (!list_flags(flags, merge | MUI_THREAD_LANGUAGES, &list))
		return FALSE;
	add_all(&list, NtCurrentTeb()->PreferredLanguages);
	if (flags & merge) {
		RtlAcquireSRWLockShared(&lock);
		add_all(&list, process_list);
		RtlReleaseSRWLockShared(&lock);
		add(&list, locale_text(ui, S_NAME));
		if (*locale_text(ui, S_PARENT))
			add(&list, locale_text(ui, S_PARENT));
	}
	if (flags & MUI_MERGE_SYSTEM_FALLBACK) {
		add(&list, L"en-US");
		add(&list, L"en");
	}
	return give(&list, count, to, size);
}

/* ids are four hexadecimal digits; a NULL or empty list means no preference. */
static BOOL make_list(DWORD flags, PCZZWSTR from, WCHAR **to, PULONG count)
{
	struct list list = { .n = 0 };

	*to = NULL;
	if (count)
		*count = 0;
	if (!from || !*from)
		return TRUE;
	for (; *from; from += wide_len(from) + 1) {
		const struct locale *l;

		if (flags & MUI_LANGUAGE_ID) {
			LCID id = 0;
			int i;

			for (i = 0; from[i]; i++) {
				WCHAR c = from[i] | 0x20;

				id = id * 16 +
				     (c >= 'a' ? c - 'a' + 10 : from[i] - '0');
			}
			l = locale_by_id(id);
		} else {
			l = locale_by_name(from);
		}
		if (!l)
			return fail(ERROR_INVALID_PARAMETER);
		add(&list, locale_text(l, S_NAME));
	}
	*to = k32_alloc((list.n + 1) * sizeof **to);
	if (!*to)
		return FALSE;
	memcpy(*to, list.at, (list.n + 1) * sizeof **to);
	if (count)
		*count = list_count(*to);
	return TRUE;
}

BOOL WINAPI SetProcessPreferredUILanguages(DWORD flags, PCZZWSTR names,
					   PULONG count)
{
	WCHAR *list, *old;

	if (!make_list(flags, names, &list, count))
		return FALSE;
	RtlAcquireSRWLockExclusive(&lock);
	old = process_list;
	process_list = list;
	RtlReleaseSRWLockExclusive(&lock);
	k32_free(old);
	return TRUE;
}

BOOL WINAPI SetThreadPreferredUILanguages(DWORD flags, PCZZWSTR names,
					  PULONG count)
{
	PTEB teb = NtCurrentTeb();
	WCHAR *list;

	/* Filters of MUI resources: nothing here would look at them. */
	if (flags & (MUI_COMPLEX_SCRIPT_FILTER | MUI_CONSOLE_FILTER |
		     MUI_RESET_FILTERS)) {
		if (count)
			*count = 0;
		return TRUE;
	}
	if (!make_list(flags, names, &list, count))
		return FALSE;
	k32_free(teb->PreferredLanguages);
	teb->PreferredLanguages = list;
	return TRUE;
}

LANGID WINAPI SetThreadUILanguage(LANGID id)
{
	const struct locale *l;
	WCHAR list[LOCALE_NAME_MAX_LENGTH + 1] = { 0 };
	ULONG count;

	if (!id) /* the console's choice: what there is */
		return GetThreadUILanguage();
	l = locale_by_id(id);
	if (!l)
		return 0;
	locale_result(locale_text(l, S_NAME), list, LOCALE_NAME_MAX_LENGTH);
	return SetThreadPreferredUILanguages(MUI_LANGUAGE_NAME, list, &count)
		       ? l->n[N_LCID]
		       : 0;
}

BOOL WINAPI GetUILanguageInfo(DWORD flags, PCZZWSTR names, PZZWSTR fallback,
			      PDWORD size, PDWORD attributes)
{
	const struct locale *l = names && *names ? locale_by_name(names) : NULL;
	struct list list;
	ULONG count;

	if (!l || !attributes || !list_flags(flags, 0, &list))
		return fail(ERROR_INVALID_PARAMETER);
	*attributes = MUI_FULL_LANGUAGE;
	if (l == locale_ui())
		*attributes |= MUI_LANGUAGE_INSTALLED | MUI_LANGUAGE_LICENSED;
	if (!size)
		return TRUE;
	if (*locale_text(l, S_PARENT))
		add(&list, locale_text(l, S_PARENT));
	return give(&list, &count, fallback, size);
}

/* ---- resources apart from their file: none are installed ---- */

BOOL WINAPI GetFileMUIPath(DWORD flags, PCWSTR file, PWSTR language,
			   PULONG language_size, PWSTR path, PULONG path_size,
			   PULONGLONG state)
{
	return fail(ERROR_NO_MORE_FILES);
}

BOOL WINAPI GetFileMUIInfo(DWORD flags, PCWSTR file, PFILEMUIINFO info,
			   DWORD *size)
{
	return fail(ERROR_RESOURCE_TYPE_NOT_FOUND);
}
