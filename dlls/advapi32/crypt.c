/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypt.c - the old CryptoAPI: providers, contexts, key containers, random
 * numbers.
 *
 * A container is a file of the user's, where and as Windows names it; who gives
 * no name has the one of the user's name.
 */
#include "crypt.h"

#define CONTEXT_MAGIC 0x43727978u

struct provider {
	DWORD type;
	const WCHAR *name;
};

/* The first of a type is its default. */
static const struct provider providers[] = {
	{ PROV_RSA_FULL, L"Microsoft Strong Cryptographic Provider" },
	{ PROV_RSA_FULL, L"Microsoft Base Cryptographic Provider v1.0" },
	{ PROV_RSA_FULL, L"Microsoft Enhanced Cryptographic Provider v1.0" },
	{ PROV_RSA_SIG, L"Microsoft RSA Signature Cryptographic Provider" },
	{ PROV_RSA_SCHANNEL, L"Microsoft RSA SChannel Cryptographic Provider" },
	{ PROV_RSA_AES,
	  L"Microsoft Enhanced RSA and AES Cryptographic Provider" },
	{ PROV_RSA_AES, L"Microsoft Enhanced RSA and AES Cryptographic "
			L"Provider (Prototype)" },
};

struct context *context_of(HCRYPTPROV h)
{
	struct context *c = (struct context *)h;

	if (c && c->magic == CONTEXT_MAGIC)
		return c;
	SetLastError(c ? (DWORD)NTE_BAD_UID : ERROR_INVALID_PARAMETER);
	return NULL;
}

static const struct provider *find_provider(DWORD type, const WCHAR *name)
{
	BOOL named = FALSE, typed = FALSE;

	for (ULONG i = 0; i < ARRAYSIZE(providers); i++) {
		BOOL same = !name || !lstrcmpiW(name, providers[i].name);

		if (same && providers[i].type == type)
			return &providers[i];
		named |= same;
		typed |= providers[i].type == type;
	}
	SetLastError((DWORD)(!typed  ? NTE_PROV_TYPE_NOT_DEF
			     : named ? NTE_PROV_TYPE_NO_MATCH
				     : NTE_KEYSET_NOT_DEF));
	return NULL;
}

/* ---- containers ------------------------------------------------------- */

static WCHAR *put(WCHAR *to, const WCHAR *s)
{
	while (*s)
		*to++ = *s++;
	*to = 0;
	return to;
}

static void put_hex(WCHAR *to, ULONG v)
{
	for (int i = 8; i--; v >>= 4)
		to[i] = L"0123456789abcdef"[v & 15];
	to[8] = 0;
}

/*
 * %APPDATA%\Microsoft\Crypto\RSA\SID\HASH_GUID: MD5 of the name in small
 * letters, and the machine's id.  The machine's own are below %ProgramData%,
 * in MachineKeys.  make: so are the folders.
 */
BOOL container_path(const WCHAR *name, BOOL machine, WCHAR path[MAX_PATH * 2],
		    BOOL make)
{
	static const WCHAR *const folder[] = { L"\\Microsoft", L"\\Crypto",
					       L"\\RSA" };
	BYTE sid[SECURITY_MAX_SID_SIZE];
	UNICODE_STRING text;
	char narrow[MAX_PATH * 3];
	ULONG md5[4];
	struct hash h;
	WCHAR guid[64], *o;
	DWORD n, size = sizeof guid;

	n = GetEnvironmentVariableW(machine ? L"ProgramData" : L"APPDATA", path,
				    MAX_PATH);
	if (!n || n >= MAX_PATH)
		return crypt_fail((DWORD)NTE_PERM);
	o = path + n;
	for (ULONG i = 0; i < ARRAYSIZE(folder); i++) {
		o = put(o, folder[i]);
		if (make)
			CreateDirectoryW(path, NULL);
	}
	if (!NT_SUCCESS(RtlGetCurrentUserSid(sid, sizeof sid)) ||
	    !NT_SUCCESS(RtlConvertSidToUnicodeString(&text, sid, TRUE)))
		return crypt_fail((DWORD)NTE_PERM);
	if (machine) {
		o = put(o, L"\\MachineKeys");
	} else {
		o = put(o, L"\\");
		memcpy(o, text.Buffer, text.Length);
		o += text.Length / sizeof *o;
		*o = 0;
	}
	RtlFreeUnicodeString(&text);
	if (make)
		CreateDirectoryW(path, NULL);
	n = (DWORD)WideCharToMultiByte(CP_ACP, 0, name, -1, narrow,
				       sizeof narrow, NULL, NULL);
	for (DWORD i = 0; i < n; i++)
		if (narrow[i] >= 'A' && narrow[i] <= 'Z')
			narrow[i] += 'a' - 'A';
	hash_init(&h, HASH_MD5);
	hash_add(&h, narrow, n); /* with its NUL */
	hash_end(&h, (BYTE *)md5);
	o = put(o, L"\\");
	for (int i = 0; i < 4; i++, o += 8)
		put_hex(o, md5[i]);
	if (RegGetValueW(HKEY_LOCAL_MACHINE,
			 L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid",
			 RRF_RT_REG_SZ, NULL, guid, &size) == ERROR_SUCCESS)
		put(put(o, L"_"), guid);
	return TRUE;
}

/* What flags say about the container; FALSE and the last error. */
static BOOL use_container(const WCHAR *name, DWORD flags)
{
	WCHAR path[MAX_PATH * 2];
	HANDLE h;

	if (!container_path(name, !!(flags & CRYPT_MACHINE_KEYSET), path,
			    flags & CRYPT_NEWKEYSET))
		return FALSE;
	if (flags & CRYPT_DELETEKEYSET)
		return DeleteFileW(path) || crypt_fail((DWORD)NTE_BAD_KEYSET);
	if (!(flags & CRYPT_NEWKEYSET))
		return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES ||
		       crypt_fail((DWORD)NTE_BAD_KEYSET);
	h = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW,
			FILE_ATTRIBUTE_SYSTEM, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return crypt_fail((DWORD)(GetLastError() == ERROR_FILE_EXISTS
						  ? NTE_EXISTS
						  : NTE_PERM));
	NtClose(h);
	return TRUE;
}

/* ---- contexts --------------------------------------------------------- */

BOOL WINAPI CryptAcquireContextW(HCRYPTPROV *out, LPCWSTR container,
				 LPCWSTR provider, DWORD type, DWORD flags)
{
	const struct provider *p;
	struct context *c;
	WCHAR user[MAX_PATH];
	DWORD n = ARRAYSIZE(user);

	if (!out)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (!type || type > 999)
		return crypt_fail((DWORD)NTE_BAD_PROV_TYPE);
	if (flags & ~(CRYPT_VERIFYCONTEXT | CRYPT_NEWKEYSET |
		      CRYPT_DELETEKEYSET | CRYPT_MACHINE_KEYSET | CRYPT_SILENT |
		      CRYPT_DEFAULT_CONTAINER_OPTIONAL))
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	p = find_provider(type, provider && *provider ? provider : NULL);
	if (!p)
		return FALSE;
	if (container && !*container)
		container = NULL;
	if (container && lstrlenW(container) >= MAX_PATH)
		return crypt_fail((DWORD)NTE_BAD_KEYSET_PARAM);
	if (!container && !(flags & CRYPT_VERIFYCONTEXT)) {
		if (!GetUserNameW(user, &n))
			return crypt_fail((DWORD)NTE_BAD_KEYSET_PARAM);
		container = user;
	}
	if (container && !(flags & CRYPT_VERIFYCONTEXT) &&
	    !use_container(container, flags))
		return FALSE;
	if (flags & CRYPT_DELETEKEYSET) {
		*out = 0;
		return TRUE;
	}
	c = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *c);
	if (!c)
		return crypt_fail(ERROR_NOT_ENOUGH_MEMORY);
	c->magic = CONTEXT_MAGIC;
	c->refs = 1;
	c->type = type;
	c->provider = p;
	if (container && !(flags & CRYPT_VERIFYCONTEXT))
		lstrcpyW(c->container, container);
	c->machine = !!(flags & CRYPT_MACHINE_KEYSET);
	*out = (HCRYPTPROV)c;
	return TRUE;
}

static BOOL widen(const char *s, WCHAR *to)
{
	*to = 0;
	return !s || MultiByteToWideChar(CP_ACP, 0, s, -1, to, MAX_PATH) ||
	       crypt_fail((DWORD)NTE_BAD_KEYSET_PARAM);
}

BOOL WINAPI CryptAcquireContextA(HCRYPTPROV *out, LPCSTR container,
				 LPCSTR provider, DWORD type, DWORD flags)
{
	WCHAR c[MAX_PATH], p[MAX_PATH];

	return widen(container, c) && widen(provider, p) &&
	       CryptAcquireContextW(out, container ? c : NULL,
				    provider ? p : NULL, type, flags);
}

BOOL WINAPI CryptContextAddRef(HCRYPTPROV h, DWORD *reserved, DWORD flags)
{
	struct context *c = context_of(h);

	if (!c)
		return FALSE;
	InterlockedIncrement(&c->refs);
	return TRUE;
}

void context_put(struct context *c)
{
	if (InterlockedDecrement(&c->refs))
		return;
	pairs_drop(c);
	c->magic = 0;
	RtlFreeHeap(rf_heap(), 0, c);
}

BOOL WINAPI CryptReleaseContext(HCRYPTPROV h, DWORD flags)
{
	struct context *c = context_of(h);

	if (!c)
		return FALSE;
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	context_put(c);
	return TRUE;
}

BOOL WINAPI CryptGenRandom(HCRYPTPROV h, DWORD n, BYTE *buffer)
{
	return context_of(h) && rf_gen_random(buffer, n);
}

BOOL crypt_give(const void *from, DWORD n, BYTE *to, DWORD *size)
{
	DWORD room = *size;

	*size = n;
	if (!to)
		return TRUE;
	if (room < n)
		return crypt_fail(ERROR_MORE_DATA);
	memcpy(to, from, n);
	return TRUE;
}

static BOOL give_text(const WCHAR *s, BYTE *to, DWORD *size)
{
	char narrow[MAX_PATH * 3];
	int n = WideCharToMultiByte(CP_ACP, 0, s, -1, narrow, sizeof narrow,
				    NULL, NULL);

	return crypt_give(narrow, (DWORD)n, to, size);
}

BOOL WINAPI CryptGetProvParam(HCRYPTPROV h, DWORD what, BYTE *data, DWORD *size,
			      DWORD flags)
{
	static const DWORD version = 0x200, kind = CRYPT_IMPL_SOFTWARE;
	struct context *c = context_of(h);
	WCHAR path[MAX_PATH * 2];

	if (!c)
		return FALSE;
	if (!size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	switch (what) {
	case PP_NAME:
		return give_text(c->provider->name, data, size);
	case PP_PROVTYPE:
		return crypt_give(&c->type, sizeof c->type, data, size);
	case PP_IMPTYPE:
		return crypt_give(&kind, sizeof kind, data, size);
	case PP_VERSION:
		return crypt_give(&version, sizeof version, data, size);
	case PP_CONTAINER:
		return give_text(c->container, data, size);
	case PP_UNIQUE_CONTAINER:
		if (!*c->container ||
		    !container_path(c->container, c->machine, path, FALSE))
			return crypt_fail((DWORD)NTE_NO_KEY);
		return give_text(wcsrchr(path, '\\') + 1, data, size);
	case PP_ENUMCONTAINERS:
		return crypt_fail(ERROR_NO_MORE_ITEMS);
	}
	return crypt_fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptSetProvParam(HCRYPTPROV h, DWORD what, const BYTE *data,
			      DWORD flags)
{
	return context_of(h) && crypt_fail((DWORD)NTE_BAD_TYPE);
}

BOOL WINAPI CryptEnumProvidersW(DWORD index, DWORD *reserved, DWORD flags,
				DWORD *type, LPWSTR name, DWORD *size)
{
	if (reserved || !type || !size)
		return crypt_fail(ERROR_INVALID_PARAMETER);
	if (flags)
		return crypt_fail((DWORD)NTE_BAD_FLAGS);
	if (index >= ARRAYSIZE(providers))
		return crypt_fail(ERROR_NO_MORE_ITEMS);
	*type = providers[index].type;
	return crypt_give(
		providers[index].name,
		(DWORD)((lstrlenW(providers[index].name) + 1) * sizeof(WCHAR)),
		(BYTE *)name, size);
}
