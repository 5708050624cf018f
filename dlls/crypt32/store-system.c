/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store-system.c - the system's certificate stores.
 *
 * ROOT holds the authorities that the host trusts: its bundle of certificates,
 * read when somebody looks into the store.  The others begin empty.  Those of
 * one name are one, for all of a process: who adds an authority to ROOT trusts
 * it from then on.  None is kept for other processes: nobody could be asked
 * whether they should trust it, too.
 */
#include "store.h"

/* ---- the host's authorities ---------------------------------------------- */

static int digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
				      : -1;
}

/* The bytes of base 64 up to end, in their place; how many they are. */
static DWORD decode(char *start, const char *end)
{
	BYTE *to = (BYTE *)start;
	ULONG bits = 0, have = 0;

	for (const char *s = start; s < end; s++) {
		int v = digit(*s);

		if (v < 0)
			continue; /* line ends, and padding */
		bits = bits << 6 | (ULONG)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*to++ = (BYTE)(bits >> have);
		}
	}
	return (DWORD)(to - (BYTE *)start);
}

static void add_bundle(struct store *s, char *text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----",
			  end[] = "-----END CERTIFICATE-----";
	char *stop;
	struct cert *c;

	for (char *at = text; (at = strstr(at, begin)) != NULL; at = stop) {
		at += sizeof begin - 1;
		stop = strstr(at, end);
		if (!stop)
			return;
		c = cert_new((BYTE *)at, decode(at, stop), s);
		/* One that cannot be read is not in the store. */
		if (c && !store_append(s, c))
			cert_put(c);
	}
}

static char *read_text(const WCHAR *path)
{
	enum { MOST = 16 << 20 };
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);
	LARGE_INTEGER size;
	char *text = NULL;
	DWORD got = 0;

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	if (GetFileSizeEx(h, &size) && size.QuadPart < MOST)
		text = RtlAllocateHeap(rf_heap(), 0, (SIZE_T)size.QuadPart + 1);
	if (text && !ReadFile(h, text, (DWORD)size.QuadPart, &got, NULL))
		got = 0;
	if (text)
		text[got] = 0;
	NtClose(h);
	return text;
}

/* Under the lock.  Distributions have their bundle at one of these. */
void store_fill(struct store *s)
{
	static const WCHAR *const paths[] = {
		L"Z:\\etc\\ssl\\certs\\ca-certificates.crt",
		L"Z:\\etc\\pki\\tls\\certs\\ca-bundle.crt",
		L"Z:\\etc\\ssl\\ca-bundle.pem",
		L"Z:\\etc\\ssl\\cert.pem",
	};

	if (!s->roots)
		return;
	s->roots = FALSE;
	for (ULONG i = 0; !s->n && i < ARRAYSIZE(paths); i++) {
		char *text = read_text(paths[i]);

		if (text)
			add_bundle(s, text);
		RtlFreeHeap(rf_heap(), 0, text);
	}
}

/* ---- the system's -------------------------------------------------------- */

static struct system_store {
	struct system_store *next;
	struct store *store; /* with a reference */
	BOOL machine;        /* of MY, which each has for himself */
	WCHAR name[];
} * system_stores;
static RTL_SRWLOCK systems_lock = RTL_SRWLOCK_INIT;

/* Those that are there without anybody having made them. */
static BOOL is_windows_own(const WCHAR *name)
{
	static const WCHAR *const names[] = {
		L"MY",
		L"ROOT",
		L"CA",
		L"AuthRoot",
		L"Trust",
		L"Disallowed",
		L"TrustedPeople",
		L"AddressBook",
		L"SmartCardRoot",
		L"TrustedPublisher",
		L"TrustedDevices",
		L"UserDS",
		L"ClientAuthIssuer",
	};

	for (ULONG i = 0; i < ARRAYSIZE(names); i++)
		if (!lstrcmpiW(name, names[i]))
			return TRUE;
	return FALSE;
}

/* Under systems_lock. */
static struct system_store **find_system(const WCHAR *name, BOOL machine)
{
	struct system_store **s = &system_stores;

	while (*s && ((*s)->machine != machine || lstrcmpiW((*s)->name, name)))
		s = &(*s)->next;
	return s;
}

static struct system_store *new_system(const WCHAR *name, BOOL machine)
{
	SIZE_T size = (lstrlenW(name) + 1) * sizeof *name;
	struct system_store *s =
		RtlAllocateHeap(rf_heap(), 0, sizeof *s + size);

	if (!s) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	s->store = store_new();
	if (!s->store) {
		RtlFreeHeap(rf_heap(), 0, s);
		return NULL;
	}
	memcpy(s->name, name, size);
	s->machine = machine;
	s->store->roots = !lstrcmpiW(name, L"ROOT");
	s->next = NULL;
	return s;
}

/* Who has it open has an empty one.  Under systems_lock. */
static void delete_system(struct system_store **place)
{
	struct system_store *old = *place;
	struct store *s = old->store;

	RtlAcquireSRWLockExclusive(&s->lock);
	s->roots = FALSE;
	while (s->n)
		store_leave(s->items[--s->n]);
	RtlReleaseSRWLockExclusive(&s->lock);
	if (is_windows_own(old->name))
		return;
	*place = old->next;
	CertCloseStore(s, 0);
	RtlFreeHeap(rf_heap(), 0, old);
}

/* Under systems_lock: the store with a reference, or NULL and the last error.
 */
static struct store *open_system(const WCHAR *name, BOOL machine, DWORD flags)
{
	struct system_store **place = find_system(name, machine), *s = *place;
	BOOL there = s || is_windows_own(name);

	if (flags & (CERT_STORE_DELETE_FLAG | CERT_STORE_OPEN_EXISTING_FLAG) &&
	    !there) {
		SetLastError(ERROR_FILE_NOT_FOUND);
		return NULL;
	}
	if (flags & CERT_STORE_CREATE_NEW_FLAG && there) {
		SetLastError(ERROR_FILE_EXISTS);
		return NULL;
	}
	if (!s)
		s = *place = new_system(name, machine);
	if (!s)
		return NULL;
	if (flags & CERT_STORE_DELETE_FLAG) {
		delete_system(place);
		SetLastError(0);
		return NULL;
	}
	InterlockedIncrement(&s->store->refs);
	return s->store;
}

/* name: with or without whose it is, ".\ROOT", "LocalMachine\ROOT". */
struct store *system_store(const WCHAR *name, DWORD flags)
{
	const WCHAR *last = name ? wcsrchr(name, '\\') : NULL;
	const DWORD where = flags & CERT_SYSTEM_STORE_LOCATION_MASK;
	struct store *s;
	BOOL machine;

	if (!name) {
		SetLastError((DWORD)E_INVALIDARG);
		return NULL;
	}
	last = last ? last + 1 : name;
	/* A user's stores show what the machine's of that name have. */
	machine = where == CERT_SYSTEM_STORE_LOCAL_MACHINE &&
		  !lstrcmpiW(last, L"MY");
	RtlAcquireSRWLockExclusive(&systems_lock);
	s = open_system(last, machine, flags);
	RtlReleaseSRWLockExclusive(&systems_lock);
	return s;
}
