/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sspi.c - the security support provider interface.  There is one package,
 * Schannel; no Kerberos, no NTLM.
 */
#include "tls.h"

#define NAME_MOST 256

void *buffer_new(SIZE_T n)
{
	return RtlAllocateHeap(rf_heap(), 0, n ? n : 1);
}

SECURITY_STATUS WINAPI FreeContextBuffer(PVOID buffer)
{
	RtlFreeHeap(rf_heap(), 0, buffer);
	return SEC_E_OK;
}

/* An ANSI name as UTF-16; FALSE: too long. */
static BOOL widen(const char *s, WCHAR to[NAME_MOST])
{
	return !s || MultiByteToWideChar(CP_ACP, 0, s, -1, to, NAME_MOST) > 0;
}

/* ---- handles ------------------------------------------------------------- */

static void put_credential(struct credential **c)
{
	if (*c)
		object_put(&(*c)->object);
}

static void put_context(struct tls_context **c)
{
	if (*c)
		object_put(&(*c)->object);
}

/*
 * What a handle stands for, as a variable that has a reference as long as it
 * lives; NULL: nothing of that kind.
 */
#define CREDENTIAL(name, h)                                                    \
	struct credential *name __attribute__((cleanup(put_credential))) =     \
		(struct credential *)handle_get(h, TLS_CREDENTIAL)
#define CONTEXT(name, h)                                                       \
	struct tls_context *name __attribute__((cleanup(put_context))) =       \
		(struct tls_context *)handle_get(h, TLS_CONTEXT)

/* ---- packages ------------------------------------------------------------ */

#define COMMENT "Schannel Security Package"

enum {
	CAPABILITIES = SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY |
		       SECPKG_FLAG_CONNECTION | SECPKG_FLAG_MULTI_REQUIRED |
		       SECPKG_FLAG_EXTENDED_ERROR | SECPKG_FLAG_IMPERSONATION |
		       SECPKG_FLAG_ACCEPT_WIN32_NAME | SECPKG_FLAG_STREAM |
		       SECPKG_FLAG_MUTUAL_AUTH | SECPKG_FLAG_APPCONTAINER_PASSTHROUGH,
	TOKEN_MOST = 0x6000,
};

static BOOL is_ours(const WCHAR *name)
{
	return name && (!lstrcmpiW(name, UNISP_NAME_W) ||
			!lstrcmpiW(name, SCHANNEL_NAME_W));
}

/* Is there somebody who does TLS?  Asked once. */
static BOOL available(void)
{
	static volatile LONG known; /* 1: yes, 2: no */
	HANDLE h;

	if (!known) {
		SECURITY_STATUS status = host_open(&h);

		if (!status)
			NtClose(h);
		known = status == SEC_E_SECPKG_NOT_FOUND ? 2 : 1;
	}
	return known == 1;
}

/* Two of it, under its two names, as Windows has them. */
SECURITY_STATUS WINAPI EnumerateSecurityPackagesW(PULONG n, PSecPkgInfoW *info)
{
	static const WCHAR *const names[] = { UNISP_NAME_W, SCHANNEL_NAME_W };
	static const WCHAR comment[] = L"" COMMENT;
	SecPkgInfoW *list;
	WCHAR *text;

	if (!n || !info)
		return SEC_E_INVALID_HANDLE;
	*n = 0;
	*info = NULL;
	if (!available())
		return SEC_E_OK;
	list = buffer_new(2 * (sizeof *list + sizeof comment) +
			  sizeof UNISP_NAME_W + sizeof SCHANNEL_NAME_W);
	if (!list)
		return SEC_E_INSUFFICIENT_MEMORY;
	text = (WCHAR *)(list + 2);
	for (int i = 0; i < 2; i++) {
		list[i] = (SecPkgInfoW){ CAPABILITIES, 1, UNISP_RPC_ID,
					 TOKEN_MOST, NULL, NULL };
		list[i].Name = lstrcpyW(text, names[i]);
		text += lstrlenW(text) + 1;
		list[i].Comment = lstrcpyW(text, comment);
		text += lstrlenW(text) + 1;
	}
	*n = 2;
	*info = list;
	return SEC_E_OK;
}

SECURITY_STATUS WINAPI EnumerateSecurityPackagesA(PULONG n, PSecPkgInfoA *info)
{
	static const char *const names[] = { UNISP_NAME_A, SCHANNEL_NAME_A };
	SecPkgInfoA *list;
	char *text;

	if (!n || !info)
		return SEC_E_INVALID_HANDLE;
	*n = 0;
	*info = NULL;
	if (!available())
		return SEC_E_OK;
	list = buffer_new(2 * (sizeof *list + sizeof COMMENT) +
			  sizeof UNISP_NAME_A + sizeof SCHANNEL_NAME_A);
	if (!list)
		return SEC_E_INSUFFICIENT_MEMORY;
	text = (char *)(list + 2);
	for (int i = 0; i < 2; i++) {
		list[i] = (SecPkgInfoA){ CAPABILITIES, 1, UNISP_RPC_ID,
					 TOKEN_MOST, NULL, NULL };
		list[i].Name = lstrcpyA(text, names[i]);
		text += lstrlenA(text) + 1;
		list[i].Comment = lstrcpyA(text, COMMENT);
		text += lstrlenA(text) + 1;
	}
	*n = 2;
	*info = list;
	return SEC_E_OK;
}

/* The second's texts lie behind both; that it is one too many harms nobody. */
SECURITY_STATUS WINAPI QuerySecurityPackageInfoW(SEC_WCHAR *name,
						 PSecPkgInfoW *info)
{
	SECURITY_STATUS status;
	ULONG n;

	if (!info)
		return SEC_E_INVALID_HANDLE;
	*info = NULL;
	if (!is_ours(name))
		return SEC_E_SECPKG_NOT_FOUND;
	status = EnumerateSecurityPackagesW(&n, info);
	if (status || !n)
		return status ? status : SEC_E_SECPKG_NOT_FOUND;
	if (!lstrcmpiW(name, SCHANNEL_NAME_W))
		(*info)[0] = (*info)[1];
	return SEC_E_OK;
}

SECURITY_STATUS WINAPI QuerySecurityPackageInfoA(SEC_CHAR *name,
						 PSecPkgInfoA *info)
{
	SECURITY_STATUS status;
	WCHAR wide[NAME_MOST];
	ULONG n;

	if (!info)
		return SEC_E_INVALID_HANDLE;
	*info = NULL;
	if (!name || !widen(name, wide) || !is_ours(wide))
		return SEC_E_SECPKG_NOT_FOUND;
	status = EnumerateSecurityPackagesA(&n, info);
	if (status || !n)
		return status ? status : SEC_E_SECPKG_NOT_FOUND;
	if (!lstrcmpiW(wide, SCHANNEL_NAME_W))
		(*info)[0] = (*info)[1];
	return SEC_E_OK;
}

/* ---- credentials --------------------------------------------------------- */

SECURITY_STATUS WINAPI AcquireCredentialsHandleW(
	SEC_WCHAR *principal, SEC_WCHAR *package, ULONG use, void *logon,
	void *data, SEC_GET_KEY_FN get_key, void *get_key_arg, PCredHandle out,
	PTimeStamp expiry)
{
	SECURITY_STATUS status;
	struct credential *c;

	if (!out)
		return SEC_E_INVALID_HANDLE;
	if (!is_ours(package) || !available())
		return SEC_E_SECPKG_NOT_FOUND;
	status = credential_new(use, data, &c);
	if (status)
		return status;
	if (expiry) {
		expiry->LowPart = c->expiry.dwLowDateTime;
		expiry->HighPart = (LONG)c->expiry.dwHighDateTime;
	}
	status = handle_new(&c->object, out);
	if (status)
		object_put(&c->object);
	return status;
}

SECURITY_STATUS WINAPI AcquireCredentialsHandleA(
	SEC_CHAR *principal, SEC_CHAR *package, ULONG use, void *logon,
	void *data, SEC_GET_KEY_FN get_key, void *get_key_arg, PCredHandle out,
	PTimeStamp expiry)
{
	WCHAR wide[NAME_MOST];

	if (!package || !widen(package, wide))
		return SEC_E_SECPKG_NOT_FOUND;
	return AcquireCredentialsHandleW(NULL, wide, use, logon, data, get_key,
					 get_key_arg, out, expiry);
}

SECURITY_STATUS WINAPI FreeCredentialsHandle(PCredHandle h)
{
	return handle_close(h, TLS_CREDENTIAL);
}

SECURITY_STATUS WINAPI QueryCredentialsAttributesW(PCredHandle h, ULONG what,
						   void *to)
{
	CREDENTIAL(c, h);

	if (!c)
		return SEC_E_INVALID_HANDLE;
	return to ? credential_query(c, what, to) : SEC_E_INVALID_PARAMETER;
}

SECURITY_STATUS WINAPI QueryCredentialsAttributesA(PCredHandle h, ULONG what,
						   void *to)
{
	return QueryCredentialsAttributesW(h, what, to);
}

/* ---- contexts ------------------------------------------------------------ */

static BOOL is_null(const SecHandle *h)
{
	return !h || (!h->dwLower && !h->dwUpper);
}

/*
 * What *x is known by after a call that gave status: h, or if it was made by
 * the call, a handle of its own, which takes the reference over.
 */
static SECURITY_STATUS publish(struct tls_context **x, const SecHandle *h,
			       PCtxtHandle next, SECURITY_STATUS status)
{
	SECURITY_STATUS made;

	if (!is_null(h)) {
		if (next)
			*next = *h;
		return status;
	}
	if (!*x || (status < 0 && status != SEC_E_INCOMPLETE_MESSAGE))
		return status;
	made = handle_new(&(*x)->object, next);
	if (made)
		return made;
	*x = NULL;
	return status;
}

static void never_expires(PTimeStamp t)
{
	if (t) {
		t->LowPart = 0xffffffff;
		t->HighPart = 0x7fffffff;
	}
}

SECURITY_STATUS WINAPI InitializeSecurityContextW(
	PCredHandle cred, PCtxtHandle h, SEC_WCHAR *target, ULONG flags,
	ULONG reserved, ULONG data, PSecBufferDesc in, ULONG reserved2,
	PCtxtHandle next, PSecBufferDesc out, ULONG *got, PTimeStamp expiry)
{
	BOOL first = is_null(h);
	CREDENTIAL(c, cred);
	CONTEXT(x, first ? NULL : h);
	ULONG none;

	never_expires(expiry);
	if (first ? !c || !next : !x || x->server)
		return SEC_E_INVALID_HANDLE;
	return publish(&x, h, next,
		       tls_initialize(c, &x, target, flags, in, out,
				      got ? got : &none));
}

SECURITY_STATUS WINAPI InitializeSecurityContextA(
	PCredHandle cred, PCtxtHandle h, SEC_CHAR *target, ULONG flags,
	ULONG reserved, ULONG data, PSecBufferDesc in, ULONG reserved2,
	PCtxtHandle next, PSecBufferDesc out, ULONG *got, PTimeStamp expiry)
{
	WCHAR wide[NAME_MOST];

	if (!widen(target, wide))
		return SEC_E_TARGET_UNKNOWN;
	return InitializeSecurityContextW(cred, h, target ? wide : NULL, flags,
					  reserved, data, in, reserved2, next,
					  out, got, expiry);
}

SECURITY_STATUS WINAPI AcceptSecurityContext(PCredHandle cred, PCtxtHandle h,
					     PSecBufferDesc in, ULONG flags,
					     ULONG data, PCtxtHandle next,
					     PSecBufferDesc out, ULONG *got,
					     PTimeStamp expiry)
{
	BOOL first = is_null(h);
	CREDENTIAL(c, cred);
	CONTEXT(x, first ? NULL : h);
	ULONG none;

	never_expires(expiry);
	if (first ? !c || !next : !x || !x->server)
		return SEC_E_INVALID_HANDLE;
	return publish(&x, h, next,
		       tls_accept(c, &x, flags, in, out, got ? got : &none));
}

SECURITY_STATUS WINAPI DeleteSecurityContext(PCtxtHandle h)
{
	return handle_close(h, TLS_CONTEXT);
}

/* ---- what is done with one ------------------------------------------------- */

SECURITY_STATUS WINAPI ApplyControlToken(PCtxtHandle h, PSecBufferDesc in)
{
	CONTEXT(c, h);

	return c ? tls_control(c, in) : SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI EncryptMessage(PCtxtHandle h, ULONG qop,
				      PSecBufferDesc m, ULONG seq)
{
	CONTEXT(c, h);

	return c ? tls_encrypt(c, m) : SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI DecryptMessage(PCtxtHandle h, PSecBufferDesc m,
				      ULONG seq, PULONG qop)
{
	CONTEXT(c, h);

	if (c && qop)
		*qop = 0;
	return c ? tls_decrypt(c, m) : SEC_E_INVALID_HANDLE;
}

static SECURITY_STATUS package_info(void *to, BOOL wide)
{
	if (wide)
		return QuerySecurityPackageInfoW((WCHAR *)UNISP_NAME_W,
						 (PSecPkgInfoW *)to);
	return QuerySecurityPackageInfoA((char *)UNISP_NAME_A,
					 (PSecPkgInfoA *)to);
}

static SECURITY_STATUS query(PCtxtHandle h, ULONG what, void *to, BOOL wide)
{
	CONTEXT(c, h);

	if (!c)
		return SEC_E_INVALID_HANDLE;
	return what == SECPKG_ATTR_PACKAGE_INFO && to
		       ? package_info(to, wide)
		       : tls_query(c, what, to, wide);
}

SECURITY_STATUS WINAPI QueryContextAttributesW(PCtxtHandle h, ULONG what,
					       void *to)
{
	return query(h, what, to, TRUE);
}

SECURITY_STATUS WINAPI QueryContextAttributesA(PCtxtHandle h, ULONG what,
					       void *to)
{
	return query(h, what, to, FALSE);
}

/* The structures are as long as they are: who says less has another one. */
SECURITY_STATUS WINAPI QueryContextAttributesExW(PCtxtHandle h, ULONG what,
						 void *to, ULONG n)
{
	return query(h, what, to, TRUE);
}

SECURITY_STATUS WINAPI QueryContextAttributesExA(PCtxtHandle h, ULONG what,
						 void *to, ULONG n)
{
	return query(h, what, to, FALSE);
}

SECURITY_STATUS WINAPI SetContextAttributesW(PCtxtHandle h, ULONG what,
					     void *from, ULONG n)
{
	CONTEXT(c, h);

	return c ? tls_set(c, what, from, n) : SEC_E_INVALID_HANDLE;
}

SECURITY_STATUS WINAPI SetContextAttributesA(PCtxtHandle h, ULONG what,
					     void *from, ULONG n)
{
	return SetContextAttributesW(h, what, from, n);
}

/* ---- what TLS has not -------------------------------------------------------- */

/* clang-format off */
#define NOT_OF_TLS(name, ...)                                                  \
	SECURITY_STATUS WINAPI name(PCtxtHandle h, ##__VA_ARGS__)              \
	{                                                                      \
		CONTEXT(c, h);                                                 \
                                                                               \
		return c ? SEC_E_UNSUPPORTED_FUNCTION : SEC_E_INVALID_HANDLE;  \
	}

NOT_OF_TLS(CompleteAuthToken, PSecBufferDesc token)
NOT_OF_TLS(ImpersonateSecurityContext)
NOT_OF_TLS(RevertSecurityContext)
NOT_OF_TLS(MakeSignature, ULONG qop, PSecBufferDesc m, ULONG seq)
NOT_OF_TLS(VerifySignature, PSecBufferDesc m, ULONG seq, PULONG qop)
NOT_OF_TLS(ExportSecurityContext, ULONG flags, PSecBuffer to, void **token)
NOT_OF_TLS(QuerySecurityContextToken, void **token)
/* clang-format on */

SECURITY_STATUS WINAPI ImportSecurityContextW(SEC_WCHAR *package,
					      PSecBuffer from, void *token,
					      PCtxtHandle out)
{
	return is_ours(package) ? SEC_E_UNSUPPORTED_FUNCTION
				: SEC_E_SECPKG_NOT_FOUND;
}

SECURITY_STATUS WINAPI ImportSecurityContextA(SEC_CHAR *package,
					      PSecBuffer from, void *token,
					      PCtxtHandle out)
{
	WCHAR wide[NAME_MOST];

	return ImportSecurityContextW(package && widen(package, wide) ? wide
								      : NULL,
				      from, token, out);
}
