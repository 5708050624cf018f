/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* protect.c - secrets sealed for a user, a machine (dlls/seal), a process. */
#include "cert.h"

#include "rf-seal.h"

/*
 * Neither flag nor prompt is answered by a person here: who wants to be asked
 * gets what a program gets that forbids the question.
 */
static BOOL may_run(const DATA_BLOB *in, const DATA_BLOB *out,
		    const CRYPTPROTECT_PROMPTSTRUCT *prompt, DWORD asks)
{
	if (!in || !in->pbData || !out)
		return cert_fail(ERROR_INVALID_PARAMETER);
	if (prompt && prompt->cbSize != sizeof *prompt)
		return cert_fail(ERROR_INVALID_PARAMETER);
	if (prompt && prompt->dwPromptFlags & asks)
		return cert_fail(ERROR_PASSWORD_RESTRICTION);
	return TRUE;
}

BOOL WINAPI CryptProtectData(DATA_BLOB *in, LPCWSTR text, DATA_BLOB *entropy,
			     PVOID reserved, CRYPTPROTECT_PROMPTSTRUCT *prompt,
			     DWORD flags, DATA_BLOB *out)
{
	return may_run(in, out, prompt,
		       CRYPTPROTECT_PROMPT_ON_PROTECT |
			       CRYPTPROTECT_PROMPT_ON_UNPROTECT) &&
	       seal_make(in, text, entropy, flags, out);
}

BOOL WINAPI CryptUnprotectData(DATA_BLOB *in, LPWSTR *text, DATA_BLOB *entropy,
			       PVOID reserved,
			       CRYPTPROTECT_PROMPTSTRUCT *prompt, DWORD flags,
			       DATA_BLOB *out)
{
	return may_run(in, out, prompt, 0) && seal_open(in, text, entropy, out);
}

/* ---- memory ---- */

/* Of this process: made when it is first wanted, kept nowhere. */
static BOOL process_key(BYTE key[SEAL_MAC])
{
	static RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;
	static BYTE own[SEAL_MAC];
	static BOOL made;
	BOOL ok;

	RtlAcquireSRWLockExclusive(&lock);
	made = made || rf_gen_random(own, sizeof own);
	ok = made;
	memcpy(key, own, sizeof own);
	RtlReleaseSRWLockExclusive(&lock);
	return ok || cert_fail((DWORD)NTE_FAIL);
}

static BOOL run_memory(void *data, DWORD n, DWORD flags, BOOL encrypt)
{
	BYTE key[SEAL_MAC];
	BOOL ok;

	if (!data || n % CRYPTPROTECTMEMORY_BLOCK_SIZE)
		return cert_fail(ERROR_INVALID_PARAMETER);
	if (flags == CRYPTPROTECTMEMORY_SAME_PROCESS)
		ok = process_key(key);
	else if (flags == CRYPTPROTECTMEMORY_CROSS_PROCESS)
		ok = seal_key(TRUE, "memory", key);
	else if (flags == CRYPTPROTECTMEMORY_SAME_LOGON)
		ok = seal_key(FALSE, "memory", key);
	else
		return cert_fail(ERROR_INVALID_PARAMETER);
	ok = ok && seal_blocks(key, encrypt, data, n);
	RtlSecureZeroMemory(key, sizeof key);
	return ok;
}

BOOL WINAPI CryptProtectMemory(LPVOID data, DWORD n, DWORD flags)
{
	return run_memory(data, n, flags, TRUE);
}

BOOL WINAPI CryptUnprotectMemory(LPVOID data, DWORD n, DWORD flags)
{
	return run_memory(data, n, flags, FALSE);
}
