/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cred.c - a user's credentials: written, read, listed and deleted.
 *
 * Each is a value in the user's registry, sealed for her (dlls/seal) and
 * named by a hash of its type and target, in capitals.  Those that are to end
 * with the session are in a volatile key, which this program alone sees.
 */
#include "cred.h"

#include "rf-hash.h"
#include "rf-seal.h"

#define PLACE L"Software\\Microsoft\\Protected Storage System Provider\\"
static const WCHAR kept_place[] = PLACE L"Credentials";
static const WCHAR session_place[] = PLACE L"Session";

enum { NAME_TEXT = 65 }; /* a SHA-256 in digits, and NUL */

/* ---- names ---- */

/* What CRED_ENUMERATE_ALL_CREDENTIALS puts before a target's name. */
static const WCHAR *type_prefix(DWORD type)
{
	return type == CRED_TYPE_GENERIC ||
			       type == CRED_TYPE_OF_GENERIC_CERTIFICATE
		       ? L"LegacyGeneric:target="
		       : L"Domain:target=";
}

/* The name behind that, if it is there. */
static const WCHAR *bare_name(const WCHAR *target, DWORD type)
{
	const WCHAR *prefix = type_prefix(type);
	SIZE_T n = wcslen(prefix);

	return _wcsnicmp(target, prefix, n) || !target[n] ? target : target + n;
}

static void value_name(const WCHAR *target, DWORD type, WCHAR name[NAME_TEXT])
{
	BYTE digest[32];
	struct hash h;

	hash_init(&h, HASH_SHA256);
	hash_add(&h, &type, sizeof type);
	for (target = bare_name(target, type); *target; target++) {
		WCHAR c = RtlUpcaseUnicodeChar(*target);

		hash_add(&h, &c, sizeof c);
	}
	hash_end(&h, digest);
	for (ULONG i = 0; i < sizeof digest; i++) {
		*name++ = L"0123456789abcdef"[digest[i] >> 4];
		*name++ = L"0123456789abcdef"[digest[i] & 15];
	}
	*name = 0;
}

/* ---- the store ---- */

/* What is not there is ERROR_NOT_FOUND. */
static BOOL open_store(BOOL session, REGSAM access, HKEY *key)
{
	const WCHAR *where = session ? session_place : kept_place;
	LSTATUS ret = RegOpenKeyExW(HKEY_CURRENT_USER, where, 0,
				    access | KEY_WOW64_64KEY, key);

	if (ret == ERROR_FILE_NOT_FOUND)
		ret = ERROR_NOT_FOUND;
	return !ret || cred_fail((DWORD)ret);
}

static BOOL make_store(BOOL session, HKEY *key)
{
	const WCHAR *where = session ? session_place : kept_place;
	LSTATUS ret = RegCreateKeyExW(HKEY_CURRENT_USER, where, 0, NULL,
				      session ? REG_OPTION_VOLATILE : 0,
				      KEY_SET_VALUE | KEY_WOW64_64KEY, NULL,
				      key, NULL);

	return !ret || cred_fail((DWORD)ret);
}

/* A sealed value as a record; LocalFree() data. */
static BOOL unseal(BYTE *value, DWORD n, DATA_BLOB *record)
{
	DATA_BLOB in = { n, value };

	return seal_open(&in, NULL, NULL, record);
}

static void free_record(DATA_BLOB *record)
{
	RtlSecureZeroMemory(record->pbData, record->cbData);
	LocalFree(record->pbData);
}

static BOOL load_from(BOOL session, const WCHAR *name, DATA_BLOB *record)
{
	BYTE *value = NULL;
	DWORD n = 0, type;
	LSTATUS ret;
	BOOL ok;
	HKEY key;

	if (!open_store(session, KEY_QUERY_VALUE, &key))
		return FALSE;
	/* Another may write a longer one in between. */
	while (!(ret = RegQueryValueExW(key, name, NULL, &type, value, &n)) ||
	       ret == ERROR_MORE_DATA) {
		if (!ret && value)
			break;
		RtlFreeHeap(rf_heap(), 0, value);
		value = RtlAllocateHeap(rf_heap(), 0, n);
		if (!value) {
			ret = ERROR_NOT_ENOUGH_MEMORY;
			break;
		}
	}
	RegCloseKey(key);
	ok = !ret && unseal(value, n, record);
	RtlFreeHeap(rf_heap(), 0, value);
	if (ret)
		cred_fail(ret == ERROR_FILE_NOT_FOUND ? ERROR_NOT_FOUND
						      : (DWORD)ret);
	return ok;
}

static BOOL load(const WCHAR *target, DWORD type, DATA_BLOB *record)
{
	WCHAR name[NAME_TEXT];

	value_name(target, type, name);
	return load_from(TRUE, name, record) ||
	       (GetLastError() == ERROR_NOT_FOUND &&
		load_from(FALSE, name, record));
}

static BOOL forget(BOOL session, const WCHAR *name)
{
	LSTATUS ret;
	HKEY key;

	if (!open_store(session, KEY_SET_VALUE, &key))
		return FALSE;
	ret = RegDeleteValueW(key, name);
	RegCloseKey(key);
	return !ret || cred_fail(ret == ERROR_FILE_NOT_FOUND ? ERROR_NOT_FOUND
							     : (DWORD)ret);
}

static BOOL save(const WCHAR *name, BOOL session, struct record *r)
{
	DATA_BLOB in = { r->size, r->data }, out;
	LSTATUS ret;
	HKEY key;

	if (!seal_make(&in, L"Credential", NULL, 0, &out))
		return FALSE;
	if (!make_store(session, &key)) {
		LocalFree(out.pbData);
		return FALSE;
	}
	ret = RegSetValueExW(key, name, 0, REG_BINARY, out.pbData, out.cbData);
	RegCloseKey(key);
	LocalFree(out.pbData);
	if (ret)
		return cred_fail((DWORD)ret);
	/* It may have been one of the other kind. */
	return forget(!session, name) || GetLastError() == ERROR_NOT_FOUND;
}

/* ---- one ---- */

static WCHAR *wide_name(const void *text, BOOL narrow, UNICODE_STRING *room)
{
	ANSI_STRING s;

	memset(room, 0, sizeof *room);
	if (!narrow || !text)
		return (WCHAR *)text;
	RtlInitAnsiString(&s, text);
	if (!NT_SUCCESS(RtlAnsiStringToUnicodeString(room, &s, TRUE)))
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
	return room->Buffer;
}

/* The secret that is there already goes on. */
static BOOL write_kept(const CREDENTIALW *c, BOOL narrow, const WCHAR *target,
		       struct record *r)
{
	DATA_BLOB old;
	CREDENTIALW *was;
	SIZE_T size;
	BOOL ok = FALSE;

	if (c->CredentialBlobSize)
		return cred_fail(ERROR_INVALID_PARAMETER);
	if (!load(target, c->Type, &old))
		return FALSE;
	size = record_open(old.pbData, old.cbData, FALSE, NULL, NULL);
	was = size ? RtlAllocateHeap(rf_heap(), 0, size) : NULL;
	if (was) {
		record_open(old.pbData, old.cbData, FALSE, NULL, (BYTE *)was);
		ok = record_make(r, c, narrow, was->CredentialBlob,
				 was->CredentialBlobSize);
		RtlSecureZeroMemory(was, size);
		RtlFreeHeap(rf_heap(), 0, was);
	} else {
		cred_fail(size ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_DATA);
	}
	free_record(&old);
	return ok;
}

static BOOL cred_write(const CREDENTIALW *c, DWORD flags, BOOL narrow)
{
	WCHAR *target, name[NAME_TEXT];
	UNICODE_STRING room;
	struct record r;
	BOOL ok;

	if (flags & ~(DWORD)CRED_PRESERVE_CREDENTIAL_BLOB)
		return cred_fail(ERROR_INVALID_FLAGS);
	if (!record_check(c, narrow))
		return FALSE;
	target = wide_name(c->TargetName, narrow, &room);
	if (!target)
		return FALSE;
	ok = flags & CRED_PRESERVE_CREDENTIAL_BLOB
		     ? write_kept(c, narrow, target, &r)
		     : record_make(&r, c, narrow, c->CredentialBlob,
				   c->CredentialBlobSize);
	if (ok) {
		value_name(target, c->Type, name);
		ok = save(name, c->Persist == CRED_PERSIST_SESSION, &r);
		record_free(&r);
	}
	RtlFreeUnicodeString(&room);
	return ok;
}

/* What Read and Delete want said of what. */
static WCHAR *named(const void *text, DWORD type, DWORD flags, BOOL narrow,
		    UNICODE_STRING *room)
{
	WCHAR *target;

	memset(room, 0, sizeof *room);
	if (flags) {
		SetLastError(ERROR_INVALID_FLAGS);
		return NULL;
	}
	if (!text || !type || type >= CRED_TYPES) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	target = wide_name(text, narrow, room);
	if (!target || *target)
		return target;
	RtlFreeUnicodeString(room);
	SetLastError(ERROR_INVALID_PARAMETER);
	return NULL;
}

static BOOL cred_read(const void *text, DWORD type, DWORD flags,
		      CREDENTIALW **out, BOOL narrow)
{
	UNICODE_STRING room;
	DATA_BLOB record;
	WCHAR *target;
	BYTE *to;
	SIZE_T n;
	BOOL ok;

	if (!out)
		return cred_fail(ERROR_INVALID_PARAMETER);
	target = named(text, type, flags, narrow, &room);
	if (!target)
		return FALSE;
	ok = load(target, type, &record);
	RtlFreeUnicodeString(&room);
	if (!ok)
		return FALSE;
	n = record_open(record.pbData, record.cbData, narrow, NULL, NULL);
	to = n ? LocalAlloc(LMEM_FIXED, n) : NULL;
	if (to) {
		record_open(record.pbData, record.cbData, narrow, NULL, to);
		*out = (CREDENTIALW *)to;
	}
	free_record(&record);
	return to ||
	       cred_fail(n ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_DATA);
}

static BOOL cred_delete(const void *text, DWORD type, DWORD flags, BOOL narrow)
{
	WCHAR *target, name[NAME_TEXT];
	UNICODE_STRING room;

	target = named(text, type, flags, narrow, &room);
	if (!target)
		return FALSE;
	value_name(target, type, name);
	RtlFreeUnicodeString(&room);
	return forget(TRUE, name) ||
	       (GetLastError() == ERROR_NOT_FOUND && forget(FALSE, name));
}

/* ---- all ---- */

struct found {
	DATA_BLOB *list;
	DWORD count, room;
};

static BOOL found_add(struct found *f, const DATA_BLOB *record)
{
	if (f->count == f->room) {
		DWORD room = f->room * 2 + 8;
		DATA_BLOB *p = RtlAllocateHeap(rf_heap(), 0, room * sizeof *p);

		if (!p)
			return cred_fail(ERROR_NOT_ENOUGH_MEMORY);
		if (f->count)
			memcpy(p, f->list, f->count * sizeof *p);
		RtlFreeHeap(rf_heap(), 0, f->list);
		f->list = p;
		f->room = room;
	}
	f->list[f->count++] = *record;
	return TRUE;
}

/* "name", or "start*"; NULL is everything. */
static BOOL matches(const DATA_BLOB *record, const WCHAR *filter)
{
	DWORD type, n;
	const WCHAR *target =
		record_target(record->pbData, record->cbData, &type, &n);
	SIZE_T length;

	if (!target || !filter)
		return !!target;
	filter = bare_name(filter, type);
	length = wcslen(filter);
	if (length && filter[length - 1] == '*')
		return n >= length - 1 &&
		       !_wcsnicmp(target, filter, length - 1);
	return n == length && !_wcsnicmp(target, filter, length);
}

/* A list that others change meanwhile may lack what they add. */
static BOOL collect(BOOL session, const WCHAR *filter, struct found *f)
{
	DWORD most, n, size, type;
	WCHAR name[NAME_TEXT];
	DATA_BLOB record;
	BYTE *value;
	BOOL ok = TRUE;
	LSTATUS ret;
	HKEY key;

	if (!open_store(session, KEY_QUERY_VALUE, &key))
		return GetLastError() == ERROR_NOT_FOUND;
	ret = RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			       NULL, &most, NULL, NULL);
	value = ret ? NULL : RtlAllocateHeap(rf_heap(), 0, most + 1);
	if (!ret && !value)
		ret = ERROR_NOT_ENOUGH_MEMORY;
	for (DWORD i = 0; !ret && ok; i++) {
		n = ARRAYSIZE(name);
		size = most;
		ret = RegEnumValueW(key, i, name, &n, NULL, &type, value,
				    &size);
		if (ret == ERROR_MORE_DATA) {
			ret = 0;
			continue;
		}
		if (ret || !unseal(value, size, &record))
			continue; /* the end; another's, or damaged */
		if (!matches(&record, filter)) {
			free_record(&record);
			continue;
		}
		ok = found_add(f, &record);
		if (!ok)
			free_record(&record);
	}
	RegCloseKey(key);
	RtlFreeHeap(rf_heap(), 0, value);
	return ok && (ret == ERROR_NO_MORE_ITEMS || cred_fail((DWORD)ret));
}

static SIZE_T open_found(const DATA_BLOB *b, BOOL narrow, BOOL all, BYTE *to)
{
	DWORD type = 0, n;

	record_target(b->pbData, b->cbData, &type, &n);
	return record_open(b->pbData, b->cbData, narrow,
			   all ? type_prefix(type) : NULL, to);
}

/* One block: pointers, then what they point to. */
static BOOL hand_over(const struct found *f, BOOL narrow, BOOL all,
		      DWORD *count, CREDENTIALW ***out)
{
	SIZE_T size = (f->count * sizeof **out + 7) & ~(SIZE_T)7, at = size, n;
	CREDENTIALW **list;
	DWORD good = 0;

	for (DWORD i = 0; i < f->count; i++)
		size += open_found(&f->list[i], narrow, all, NULL);
	list = LocalAlloc(LMEM_FIXED, size);
	if (!list)
		return cred_fail(ERROR_NOT_ENOUGH_MEMORY);
	for (DWORD i = 0; i < f->count; i++) {
		BYTE *to = (BYTE *)list + at;

		/* A damaged record may be found out with some of it written. */
		if (!open_found(&f->list[i], narrow, all, NULL))
			continue;
		n = open_found(&f->list[i], narrow, all, to);
		list[good++] = (CREDENTIALW *)to;
		at += n;
	}
	if (!good) {
		LocalFree(list);
		return cred_fail(ERROR_NOT_FOUND);
	}
	*count = good;
	*out = list;
	return TRUE;
}

static BOOL cred_enumerate(const void *text, DWORD flags, DWORD *count,
			   CREDENTIALW ***out, BOOL narrow)
{
	BOOL all = !!(flags & CRED_ALL_CREDENTIALS), ok;
	struct found f = { 0 };
	UNICODE_STRING room;
	WCHAR *filter;

	if (flags & ~(DWORD)CRED_ALL_CREDENTIALS || (all && text))
		return cred_fail(ERROR_INVALID_FLAGS);
	if (!count || !out)
		return cred_fail(ERROR_INVALID_PARAMETER);
	filter = wide_name(text, narrow, &room);
	if (text && !filter)
		return FALSE;
	ok = collect(TRUE, filter, &f) && collect(FALSE, filter, &f) &&
	     hand_over(&f, narrow, all, count, out);
	while (f.count)
		free_record(&f.list[--f.count]);
	RtlFreeHeap(rf_heap(), 0, f.list);
	RtlFreeUnicodeString(&room);
	return ok;
}

/* ---- as they are called ---- */

BOOL WINAPI CredWriteW(PCREDENTIALW c, DWORD flags)
{
	return cred_write(c, flags, FALSE);
}

BOOL WINAPI CredWriteA(PCREDENTIALA c, DWORD flags)
{
	return cred_write((CREDENTIALW *)c, flags, TRUE);
}

BOOL WINAPI CredReadW(LPCWSTR target, DWORD type, DWORD flags,
		      PCREDENTIALW *out)
{
	return cred_read(target, type, flags, out, FALSE);
}

BOOL WINAPI CredReadA(LPCSTR target, DWORD type, DWORD flags, PCREDENTIALA *out)
{
	return cred_read(target, type, flags, (CREDENTIALW **)out, TRUE);
}

BOOL WINAPI CredDeleteW(LPCWSTR target, DWORD type, DWORD flags)
{
	return cred_delete(target, type, flags, FALSE);
}

BOOL WINAPI CredDeleteA(LPCSTR target, DWORD type, DWORD flags)
{
	return cred_delete(target, type, flags, TRUE);
}

BOOL WINAPI CredEnumerateW(LPCWSTR filter, DWORD flags, DWORD *count,
			   PCREDENTIALW **out)
{
	return cred_enumerate(filter, flags, count, out, FALSE);
}

BOOL WINAPI CredEnumerateA(LPCSTR filter, DWORD flags, DWORD *count,
			   PCREDENTIALA **out)
{
	return cred_enumerate(filter, flags, count, (CREDENTIALW ***)out, TRUE);
}

/* Windows gave it up with Vista. */
BOOL WINAPI CredRenameW(LPCWSTR from, LPCWSTR to, DWORD type, DWORD flags)
{
	return cred_fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI CredRenameA(LPCSTR from, LPCSTR to, DWORD type, DWORD flags)
{
	return cred_fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI CredGetSessionTypes(DWORD count, LPDWORD most)
{
	if (!most)
		return cred_fail(ERROR_INVALID_PARAMETER);
	for (DWORD i = 0; i < count; i++)
		most[i] = i && i < CRED_TYPES ? CRED_PERSIST_ENTERPRISE
					      : CRED_PERSIST_NONE;
	return TRUE;
}

VOID WINAPI CredFree(PVOID buffer)
{
	SIZE_T n = buffer ? LocalSize(buffer) : 0;

	if (n)
		RtlSecureZeroMemory(buffer, n);
	LocalFree(buffer);
}
