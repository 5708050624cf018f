/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine.c - buffers, and what machine this is: one of no domain. */
#include "netapi.h"
#include <lmjoin.h>
#include <lmwksta.h>

/* ---- buffers ------------------------------------------------------------- */

NET_API_STATUS WINAPI NetApiBufferAllocate(DWORD size, LPVOID *out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = HeapAlloc(GetProcessHeap(), 0, size);
	return *out ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buf)
{
	if (!buf || HeapFree(GetProcessHeap(), 0, buf))
		return NERR_Success;
	return ERROR_INVALID_PARAMETER;
}

NET_API_STATUS WINAPI NetApiBufferReallocate(LPVOID old, DWORD size, LPVOID *out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	if (!old)
		return NetApiBufferAllocate(size, out);
	*out = NULL;
	if (!size)
		return NetApiBufferFree(old);
	*out = HeapReAlloc(GetProcessHeap(), 0, old, size);
	return *out ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferSize(LPVOID buf, LPDWORD size)
{
	SIZE_T n = buf && size ? HeapSize(GetProcessHeap(), 0, buf) : (SIZE_T)-1;

	if (n == (SIZE_T)-1)
		return ERROR_INVALID_PARAMETER;
	*size = (DWORD)n;
	return NERR_Success;
}

/* ---- what they hold ------------------------------------------------------ */

static SIZE_T aligned(SIZE_T at, SIZE_T align)
{
	return (at + align - 1) & ~(align - 1);
}

void pack_number(struct pack *p, DWORD n)
{
	if (p->buf)
		memcpy(p->buf + p->fixed, &n, sizeof n);
	p->fixed += sizeof n;
}

static void pack_pointer(struct pack *p, const void *at)
{
	p->fixed = aligned(p->fixed, sizeof at);
	if (p->buf)
		memcpy(p->buf + p->fixed, &at, sizeof at);
	p->fixed += sizeof at;
}

void pack_bytes(struct pack *p, const void *data, SIZE_T n, SIZE_T align)
{
	p->rest = aligned(p->rest + n, align);
	if (p->buf)
		memcpy(p->buf + p->size - p->rest, data, n);
	pack_pointer(p, p->buf ? p->buf + p->size - p->rest : NULL);
}

void pack_text(struct pack *p, LPCWSTR s)
{
	if (s)
		pack_bytes(p, s, (wcslen(s) + 1) * sizeof *s, sizeof *s);
	else
		pack_pointer(p, NULL);
}

void pack_end(struct pack *p)
{
	p->fixed = aligned(p->fixed, sizeof(void *));
}

NET_API_STATUS pack(void (*fill)(struct pack *, const void *), const void *arg,
		    LPBYTE *out)
{
	struct pack p = { 0 };
	NET_API_STATUS s;

	fill(&p, arg);
	p.size = aligned(p.fixed + p.rest, 8);
	s = NetApiBufferAllocate((DWORD)p.size, (LPVOID *)&p.buf);
	if (s)
		return s;
	p.fixed = p.rest = 0;
	fill(&p, arg);
	*out = (LPBYTE)p.buf;
	return NERR_Success;
}

/* ---- the machine --------------------------------------------------------- */

static const WCHAR workgroup[] = L"WORKGROUP";

BOOL is_here(LPCWSTR server)
{
	WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
	DWORD n = ARRAYSIZE(name);

	if (!server || !*server)
		return TRUE;
	if (server[0] == '\\' && server[1] == '\\')
		server += 2;
	return GetComputerNameW(name, &n) && !_wcsicmp(server, name);
}

NET_API_STATUS WINAPI NetGetJoinInformation(LPCWSTR server, LPWSTR *name,
					    PNETSETUP_JOIN_STATUS status)
{
	NET_API_STATUS s;

	if (!name || !status)
		return ERROR_INVALID_PARAMETER;
	if (!is_here(server))
		return ERROR_BAD_NETPATH;
	s = NetApiBufferAllocate(sizeof workgroup, (LPVOID *)name);
	if (s)
		return s;
	memcpy(*name, workgroup, sizeof workgroup);
	*status = NetSetupWorkgroupName;
	return NERR_Success;
}

static void fill_machine(struct pack *p, const void *arg)
{
	const DWORD *level = arg;
	WCHAR name[MAX_COMPUTERNAME_LENGTH + 1] = L"";
	DWORD n = ARRAYSIZE(name);

	GetComputerNameW(name, &n);
	pack_number(p, 500); /* PLATFORM_ID_NT */
	pack_text(p, name);
	pack_text(p, workgroup);
	pack_number(p, rf_peb()->OSMajorVersion);
	pack_number(p, rf_peb()->OSMinorVersion);
	if (*level >= 101)
		pack_text(p, L"");
	if (*level == 102)
		pack_number(p, 1); /* users who are logged on */
	pack_end(p);
}

NET_API_STATUS WINAPI NetWkstaGetInfo(LMSTR server, DWORD level, LPBYTE *out)
{
	if (!out)
		return ERROR_INVALID_PARAMETER;
	if (level < 100 || level > 102)
		return ERROR_INVALID_LEVEL;
	if (!is_here(server))
		return ERROR_BAD_NETPATH;
	return pack(fill_machine, &level, out);
}
