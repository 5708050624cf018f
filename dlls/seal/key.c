/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * key.c - the keys that a user's secrets are sealed with.
 *
 * Windows keeps them in files, under a key made of the user's password, which
 * nobody here knows: whoever may read the user's registry may unseal.  That is
 * where they are, each a value named by its id: one is written as a whole or
 * not at all, and two programs that make the first one at the same time leave
 * two, neither of which is lost.  All take the one whose name comes first.
 */
#include "rf-seal.h"

static const WCHAR place[] = L"Software\\Microsoft\\"
			     L"Protected Storage System Provider\\Keys";

/* "{8-4-4-4-12}" and NUL */
enum { ID_TEXT = 39 };

static BOOL open_keys(BOOL machine, REGSAM access, HKEY *key)
{
	HKEY root = machine ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER;
	LSTATUS ret =
		RegCreateKeyExW(root, place, 0, NULL, 0,
				access | KEY_WOW64_64KEY, NULL, key, NULL);

	return !ret || seal_fail((DWORD)ret);
}

static BOOL id_of(const WCHAR *name, GUID *id)
{
	UNICODE_STRING s;

	RtlInitUnicodeString(&s, name);
	return NT_SUCCESS(RtlGUIDFromString(&s, id));
}

static BOOL text_of(const GUID *id, WCHAR text[ID_TEXT])
{
	UNICODE_STRING s;

	if (!NT_SUCCESS(RtlStringFromGUID((GUID *)id, &s)))
		return seal_fail(ERROR_NOT_ENOUGH_MEMORY);
	lstrcpynW(text, s.Buffer, ID_TEXT);
	RtlFreeUnicodeString(&s);
	return TRUE;
}

/* The first by its name; FALSE: there is none. */
static BOOL find_first(HKEY key, struct master *m)
{
	WCHAR best[ID_TEXT] = { 0 }, name[ID_TEXT];
	struct master found;
	DWORD n, type, size;
	LSTATUS ret;

	for (DWORD i = 0;; i++) {
		n = ARRAYSIZE(name);
		size = sizeof found.key;
		ret = RegEnumValueW(key, i, name, &n, NULL, &type, found.key,
				    &size);
		if (ret == ERROR_MORE_DATA)
			continue; /* nothing of ours */
		if (ret)
			break;
		if (type != REG_BINARY || size != sizeof found.key ||
		    !id_of(name, &found.id) ||
		    (*best && _wcsicmp(name, best) >= 0))
			continue;
		lstrcpynW(best, name, ARRAYSIZE(best));
		*m = found;
	}
	RtlSecureZeroMemory(&found, sizeof found);
	return !!*best;
}

static BOOL make(HKEY key, struct master *m)
{
	WCHAR name[ID_TEXT];
	LSTATUS ret;

	if (!rf_gen_random(m, sizeof *m))
		return seal_fail((DWORD)NTE_FAIL);
	m->id.Data3 = (USHORT)((m->id.Data3 & 0x0fff) | 0x4000);
	m->id.Data4[0] = (BYTE)((m->id.Data4[0] & 0x3f) | 0x80);
	if (!text_of(&m->id, name))
		return FALSE;
	ret = RegSetValueExW(key, name, 0, REG_BINARY, m->key, sizeof m->key);
	return !ret || seal_fail((DWORD)ret);
}

BOOL master_current(BOOL machine, struct master *m)
{
	BOOL ok;
	HKEY key;

	if (!open_keys(machine, KEY_QUERY_VALUE, &key))
		return FALSE;
	ok = find_first(key, m);
	RegCloseKey(key);
	if (ok)
		return TRUE;
	if (!open_keys(machine, KEY_QUERY_VALUE | KEY_SET_VALUE, &key))
		return FALSE;
	/* Whoever else has made one meanwhile: the first is everybody's. */
	ok = make(key, m) && find_first(key, m);
	RegCloseKey(key);
	return ok;
}

BOOL master_named(BOOL machine, const GUID *id, struct master *m)
{
	DWORD size = sizeof m->key, type = 0;
	WCHAR name[ID_TEXT];
	LSTATUS ret;
	HKEY key;

	if (!text_of(id, name) || !open_keys(machine, KEY_QUERY_VALUE, &key))
		return FALSE;
	ret = RegQueryValueExW(key, name, NULL, &type, m->key, &size);
	RegCloseKey(key);
	m->id = *id;
	return (!ret && type == REG_BINARY && size == sizeof m->key) ||
	       seal_fail((DWORD)NTE_BAD_KEY_STATE);
}
