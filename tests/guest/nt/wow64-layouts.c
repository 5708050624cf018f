/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments whose structures are laid out otherwise in 32-bit programs: what
 * comes and goes must be right in both widths.  Each layout that marks an
 * argument in syscall-xlate/nt/syscalls.tbl has a row at the end; information
 * classes are in wow64-classes.c (tests/tables/check-tables looks).
 */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <string.h>
#include <winternl.h>

#include "check.h"

#define SELF ((HANDLE)(LONG_PTR)-1)
#define THREAD ((HANDLE)(LONG_PTR)-2)
#define BYTES 0x55

static union {
	BYTE b[1 << 20];
	ULONGLONG align;
	UNICODE_STRING string;
} buf;

NTSYSAPI NTSTATUS NTAPI NtQueryInformationProcess(HANDLE, PROCESSINFOCLASS,
						  PVOID, ULONG, PULONG);
NTSYSAPI NTSTATUS NTAPI NtFilterToken(HANDLE, ULONG, PVOID, PVOID, PVOID,
				      PHANDLE);
NTSYSAPI NTSTATUS NTAPI NtAllocateVirtualMemoryEx(HANDLE, PVOID *, PSIZE_T,
						  ULONG, ULONG, PVOID, ULONG);
NTSYSAPI NTSTATUS NTAPI NtSetInformationVirtualMemory(HANDLE, ULONG, ULONG_PTR,
						      PVOID, PVOID, ULONG);
NTSYSAPI NTSTATUS NTAPI NtRaiseException(PEXCEPTION_RECORD, PCONTEXT, BOOLEAN);
NTSYSAPI NTSTATUS NTAPI NtRaiseHardError(NTSTATUS, ULONG, ULONG, PVOID *, ULONG,
					 PULONG);
NTSYSAPI NTSTATUS NTAPI NtQuerySection(HANDLE, ULONG, PVOID, SIZE_T, PSIZE_T);
NTSYSAPI NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE, PVOID, ULONG, PVOID,
					     SIZE_T, PSIZE_T);
NTSYSAPI NTSTATUS NTAPI NtRemoveIoCompletion(HANDLE, ULONG_PTR *, PVOID *,
					     IO_STATUS_BLOCK *,
					     LARGE_INTEGER *);
NTSYSAPI NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE, PVOID, ULONG, BOOLEAN,
					       BOOLEAN, PULONG, PULONG);
NTSYSAPI NTSTATUS NTAPI NtOpenDirectoryObject(PHANDLE, ULONG,
					      OBJECT_ATTRIBUTES *);
NTSYSAPI NTSTATUS NTAPI NtOpenSymbolicLinkObject(PHANDLE, ULONG,
						 OBJECT_ATTRIBUTES *);
NTSYSAPI NTSTATUS NTAPI NtQuerySymbolicLinkObject(HANDLE, UNICODE_STRING *,
						  PULONG);
NTSYSAPI NTSTATUS NTAPI NtOpenProcess(PHANDLE, ULONG, OBJECT_ATTRIBUTES *,
				      CLIENT_ID *);
NTSYSAPI NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE, PVOID *, ULONG_PTR,
						PSIZE_T, ULONG, ULONG);
NTSYSAPI NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE, PVOID *, PSIZE_T, ULONG);
NTSYSAPI NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE, PVOID *, PSIZE_T, ULONG,
					       PULONG);
NTSYSAPI NTSTATUS NTAPI NtReadVirtualMemory(HANDLE, PVOID, PVOID, SIZE_T,
					    PSIZE_T);
NTSYSAPI NTSTATUS NTAPI NtWriteVirtualMemory(HANDLE, PVOID, PVOID, SIZE_T,
					     PSIZE_T);

/* ---- contents --------------------------------------------------------- */

static void process(void)
{
	struct {
		NTSTATUS exit;
		PVOID peb;
		ULONG_PTR affinity;
		LONG priority;
		ULONG_PTR id, parent;
	} b;
	struct {
		NTSTATUS exit;
		PVOID teb;
		ULONG_PTR process, thread, affinity;
		LONG priority, base;
	} t;
	UNICODE_STRING *s = &buf.string;
	ULONG n = 0, need = 0;

	CHECK_EQ(NtQueryInformationProcess(SELF, 0, &b, sizeof b, &n), 0);
	CHECK_EQ(b.id, GetCurrentProcessId());
	CHECK(b.peb && b.affinity);
	CHECK_EQ(NtQueryInformationThread(THREAD, 0, &t, sizeof t, &n), 0);
	CHECK_EQ(t.process, GetCurrentProcessId());
	CHECK_EQ(t.thread, GetCurrentThreadId());
	CHECK(t.teb == (PVOID)NtCurrentTeb());

	/* A string and its text; what is too short says what is needed. */
	CHECK(NtQueryInformationProcess(SELF, 27, &buf, 4, &need) ==
	      STATUS_INFO_LENGTH_MISMATCH);
	memset(&buf, BYTES, 4096);
	CHECK_EQ(NtQueryInformationProcess(SELF, 27, &buf, need, &n), 0);
	CHECK(n <= need);
	CHECK((BYTE *)s->Buffer == buf.b + sizeof *s);
	CHECK(s->Length && s->Buffer[0] == '\\');
	CHECK_EQ(n, sizeof *s + s->MaximumLength);
	CHECK(buf.b[need] == BYTES);
	CHECK_EQ(NtQueryInformationProcess(SELF, 60, &buf, sizeof buf, &n), 0);
	CHECK(!wcsncmp(s->Buffer, GetCommandLineW(), s->Length / 2));
}

static void jobs(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION e, got;
	JOBOBJECT_BASIC_PROCESS_ID_LIST *ids = (PVOID)&buf;
	HANDLE j = CreateJobObjectW(NULL, NULL);
	DWORD n;

	memset(&e, 0, sizeof e);
	e.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY |
					     JOB_OBJECT_LIMIT_AFFINITY;
	e.BasicLimitInformation.Affinity = 1;
	e.ProcessMemoryLimit = 0x12345000;
	CHECK(SetInformationJobObject(j, JobObjectExtendedLimitInformation, &e,
				      sizeof e));
	CHECK(QueryInformationJobObject(j, JobObjectExtendedLimitInformation,
					&got, sizeof got, &n));
	CHECK_EQ(n, sizeof got);
	CHECK_EQ(got.ProcessMemoryLimit, e.ProcessMemoryLimit);
	CHECK_EQ(got.BasicLimitInformation.Affinity, 1);
	CHECK(AssignProcessToJobObject(j, GetCurrentProcess()));
	CHECK(QueryInformationJobObject(j, JobObjectBasicProcessIdList, ids,
					sizeof buf, &n));
	CHECK_EQ(ids->NumberOfProcessIdsInList, 1);
	CHECK_EQ(ids->ProcessIdList[0], GetCurrentProcessId());
	CloseHandle(j);
}

static void objects(void)
{
	OBJECT_ATTRIBUTES oa = { .Length = sizeof oa };
	UNICODE_STRING name, *s = &buf.string;
	HANDLE h, e = CreateEventW(NULL, FALSE, FALSE, L"wow64-layouts");
	WCHAR text[300];
	ULONG n = 0, context = 0, count = 0;
	struct {
		UNICODE_STRING name, type;
	} *d = (PVOID)&buf;

	CHECK_EQ(NtQueryObject(e, 1, &buf, sizeof buf, &n), 0);
	CHECK(n == sizeof *s + s->MaximumLength, "%lu", n);
	CHECK((BYTE *)s->Buffer == buf.b + sizeof *s);
	CHECK(s->Length > 26 && !memcmp((BYTE *)s->Buffer + s->Length - 26,
					L"wow64-layouts", 26));
	CHECK_EQ(NtQueryObject(e, 2, &buf, sizeof buf, &n), 0);
	CHECK(s->Length == 10 && !memcmp(s->Buffer, L"Event", 10));
	CloseHandle(e);

	RtlInitUnicodeString(&name, L"\\??");
	oa.ObjectName = &name;
	oa.Attributes = OBJ_CASE_INSENSITIVE;
	CHECK_EQ(NtOpenDirectoryObject(&h, 1, &oa), 0);
	CHECK_EQ(NtQueryDirectoryObject(h, &buf, sizeof buf, TRUE, TRUE,
					&context, &n),
		 0);
	CHECK(d->name.Length && d->name.Buffer && d->type.Buffer);
	CHECK((BYTE *)d->name.Buffer > (BYTE *)(d + 1) - 1 &&
	      (BYTE *)d->name.Buffer < buf.b + n);
	for (; d[count].name.Buffer; count++)
		;
	CHECK_EQ(count, 1);
	NtClose(h);

	RtlInitUnicodeString(&name, L"\\??\\C:");
	CHECK_EQ(NtOpenSymbolicLinkObject(&h, 1, &oa), 0);
	name.Buffer = text;
	name.Length = 0;
	name.MaximumLength = sizeof text;
	CHECK_EQ(NtQuerySymbolicLinkObject(h, &name, &n), 0);
	CHECK(name.Length && text[0] == '\\' && name.Buffer == text);
	NtClose(h);
}

static BOOL within(const void *p, DWORD n)
{
	return (const BYTE *)p >= buf.b && (const BYTE *)p < buf.b + n;
}

static void groups_and_privileges(HANDLE t)
{
	TOKEN_GROUPS_AND_PRIVILEGES *a = (PVOID)&buf;
	TOKEN_PRIVILEGES *p = (PVOID)(buf.b + 65536);
	DWORD need = 0, n = 0, size = 0;

	CHECK(!GetTokenInformation(t, TokenGroupsAndPrivileges, NULL, 0,
				   &need));
	memset(&buf, BYTES, 65536);
	CHECK(GetTokenInformation(t, TokenGroupsAndPrivileges, &buf, need, &n));
	CHECK(n <= need && buf.b[need] == BYTES);
	CHECK(a->SidCount && within(a->Sids, n), "%p", a->Sids);
	for (DWORD i = 0; i < a->SidCount; i++) {
		CHECK(within(a->Sids[i].Sid, n) && IsValidSid(a->Sids[i].Sid));
		size += GetLengthSid(a->Sids[i].Sid);
	}
	CHECK(a->SidLength >= size, "%lu, not %lu", a->SidLength, size);
	CHECK(!a->RestrictedSidCount || within(a->RestrictedSids, n));
	CHECK(GetTokenInformation(t, TokenPrivileges, p, 4096, &n));
	CHECK_EQ(a->PrivilegeCount, p->PrivilegeCount);
	CHECK(within(a->Privileges, need) &&
	      !memcmp(a->Privileges, p->Privileges,
		      p->PrivilegeCount * sizeof *p->Privileges));
}

static void tokens(void)
{
	TOKEN_USER *u = (PVOID)&buf;
	TOKEN_GROUPS *g = (PVOID)&buf;
	TOKEN_OWNER *o = (PVOID)&buf;
	DWORD need = 0, n = 0;
	HANDLE t;

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &t));
	CHECK(!GetTokenInformation(t, TokenUser, NULL, 0, &need));
	CHECK(GetTokenInformation(t, TokenUser, &buf, need, &n));
	CHECK_EQ(n, need);
	CHECK((BYTE *)u->User.Sid == buf.b + sizeof *u);
	CHECK_EQ(n, sizeof *u + GetLengthSid(u->User.Sid));
	CHECK(!GetTokenInformation(t, TokenGroups, NULL, 0, &need));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	memset(&buf, BYTES, 65536);
	CHECK(GetTokenInformation(t, TokenGroups, &buf, need, &n));
	CHECK_EQ(n, need);
	CHECK(buf.b[need] == BYTES);
	for (DWORD i = 0; i < g->GroupCount; i++)
		CHECK(IsValidSid(g->Groups[i].Sid) &&
		      (BYTE *)g->Groups[i].Sid < buf.b + n);
	CHECK(!GetTokenInformation(t, TokenGroups, &buf, need - 4, &n));
	CHECK(GetTokenInformation(t, TokenOwner, &buf, sizeof buf, &n));
	CHECK(IsValidSid(o->Owner));
	CHECK(GetTokenInformation(t, TokenDefaultDacl, &buf, sizeof buf, &n));
	CHECK(IsValidAcl(((TOKEN_DEFAULT_DACL *)&buf)->DefaultDacl));
	groups_and_privileges(t);
	CloseHandle(t);
}

static void memory(void)
{
	MEMORY_BASIC_INFORMATION m;
	struct {
		PVOID address;
		ULONG_PTR flags;
	} w[2];
	struct {
		PVOID base;
		ULONG attributes;
		LARGE_INTEGER size;
	} basic;
	PVOID p = NULL;
	SIZE_T size = 0x23456, n = 0;
	ULONG old;
	HANDLE s;
	BYTE x = 7, y = 0;

	CHECK_EQ(NtAllocateVirtualMemory(SELF, &p, 0, &size, MEM_COMMIT |
					 MEM_RESERVE, PAGE_READWRITE), 0);
	CHECK(p && size == 0x24000);
	CHECK_EQ(NtProtectVirtualMemory(SELF, &p, &size, PAGE_READONLY, &old),
		 0);
	CHECK_EQ(old, PAGE_READWRITE);
	CHECK_EQ(NtQueryVirtualMemory(SELF, p, 0, &m, sizeof m, &n), 0);
	CHECK_EQ(n, sizeof m);
	CHECK(m.BaseAddress == p && m.RegionSize == 0x24000);
	CHECK_EQ(m.Protect, PAGE_READONLY);
	CHECK_EQ(m.Type, MEM_PRIVATE);
	w[0].address = p;
	w[1].address = (BYTE *)p + 0x1000;
	CHECK_EQ(NtQueryVirtualMemory(SELF, NULL, 4, w, sizeof w, &n), 0);
	CHECK_EQ(n, sizeof w);
	CHECK(w[1].address == (BYTE *)p + 0x1000);
	size = 0;
	CHECK_EQ(NtFreeVirtualMemory(SELF, &p, &size, MEM_RELEASE), 0);
	CHECK_EQ(NtQueryVirtualMemory(SELF, GetModuleHandleW(NULL), 2, &buf,
				      sizeof buf, &n), 0);
	CHECK((BYTE *)buf.string.Buffer == buf.b + sizeof buf.string);
	CHECK_EQ(NtReadVirtualMemory(SELF, &x, &y, 1, &n), 0);
	CHECK(n == 1 && y == 7);
	n = 0;
	CHECK_EQ(NtWriteVirtualMemory(SELF, &x, &y, 1, &n), 0);
	CHECK_EQ(n, 1);

	s = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
			       0x5000, NULL);
	CHECK_EQ(NtQuerySection(s, 0, &basic, sizeof basic, &n), 0);
	CHECK_EQ(n, sizeof basic);
	CHECK_EQ(basic.size.QuadPart, 0x5000);
	CloseHandle(s);
}

static void watch(void)
{
	ULONG_PTR n = 4;
	PVOID at[4];
	DWORD page = 0;
	volatile BYTE *p = VirtualAlloc(NULL, 0x10000,
					MEM_COMMIT | MEM_RESERVE |
						MEM_WRITE_WATCH,
					PAGE_READWRITE);

	p[0x1234] = p[0x5678] = 1;
	CHECK_EQ(GetWriteWatch(0, (PVOID)p, 0x10000, at, &n, &page), 0);
	CHECK_EQ(n, 2);
	CHECK(at[0] == p + 0x1000 && at[1] == p + 0x5000);
	CHECK_EQ(page, 0x1000);
	VirtualFree((PVOID)p, 0, MEM_RELEASE);
}

static void system_wide(void)
{
	struct process {
		ULONG next, threads;
		LARGE_INTEGER reserved[3], times[3];
		UNICODE_STRING name;
		LONG priority;
		HANDLE id, parent;
	} *p = (PVOID)&buf;
	struct {
		ULONG reserved[5], highest, granularity;
		ULONG_PTR min, max, mask;
		CHAR processors;
	} b;
	ULONG n, found = 0;

	CHECK_EQ(NtQuerySystemInformation(0, &b, sizeof b, &n), 0);
	CHECK_EQ(n, sizeof b);
	CHECK_EQ(b.granularity, 0x10000);
	CHECK(b.min == 0x10000 && b.max > b.min && b.mask);
	CHECK_EQ(NtQuerySystemInformation(5, &buf, sizeof buf, &n), 0);
	for (;;) {
		if ((ULONG_PTR)p->id == GetCurrentProcessId()) {
			found++;
			CHECK(p->threads >= 1);
			CHECK(p->name.Length > 12 &&
			      (BYTE *)p->name.Buffer > (BYTE *)p &&
			      (BYTE *)p->name.Buffer < buf.b + n);
			if (p->name.Length > 12)
				CHECK(!wcsncmp(p->name.Buffer, L"wow64-", 6));
		}
		if (!p->next)
			break;
		p = (PVOID)((BYTE *)p + p->next);
	}
	CHECK_EQ(found, 1);
}

static void waits(void)
{
	HANDLE h[3], port, p = NULL;
	CLIENT_ID id = { (HANDLE)(ULONG_PTR)GetCurrentProcessId(), 0 };
	OBJECT_ATTRIBUTES oa = { .Length = sizeof oa };
	IO_STATUS_BLOCK io = { .Information = 0 };
	OVERLAPPED_ENTRY e[2] = { { 0 } };
	ULONG_PTR key = 0;
	PVOID value = NULL;
	ULONG n = 0;

	for (int i = 0; i < 3; i++)
		h[i] = CreateEventW(NULL, TRUE, i == 2, NULL);
	CHECK_EQ(WaitForMultipleObjects(3, h, FALSE, 0), 2);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	PostQueuedCompletionStatus(port, 5, 6, (OVERLAPPED *)7);
	CHECK_EQ(NtRemoveIoCompletion(port, &key, &value, &io, NULL), 0);
	CHECK(io.Information == 5 && key == 6 && value == (PVOID)7);
	PostQueuedCompletionStatus(port, 1, 2, (OVERLAPPED *)3);
	PostQueuedCompletionStatus(port, 4, 5, (OVERLAPPED *)6);
	CHECK(GetQueuedCompletionStatusEx(port, e, 2, &n, 0, FALSE));
	CHECK_EQ(n, 2);
	CHECK(e[1].dwNumberOfBytesTransferred == 4 &&
	      e[1].lpCompletionKey == 5 && e[1].lpOverlapped == (PVOID)6);
	CHECK_EQ(NtOpenProcess(&p, PROCESS_QUERY_LIMITED_INFORMATION, &oa, &id),
		 0);
	CHECK_EQ(GetProcessId(p), GetCurrentProcessId());
	/* A handle that cannot be stored: no handle, and no crash. */
	CHECK_EQ(NtOpenProcess((PHANDLE)16, PROCESS_QUERY_LIMITED_INFORMATION,
			       &oa, &id),
		 STATUS_ACCESS_VIOLATION);
	oa.Length--;
	CHECK_EQ(NtOpenProcess(&p, PROCESS_QUERY_LIMITED_INFORMATION, &oa, &id),
		 STATUS_INVALID_PARAMETER);
}

static void files(void)
{
	FILE_RENAME_INFO *r = (PVOID)&buf;
	HANDLE f = CreateFileW(L"before", GENERIC_WRITE | DELETE,
			       FILE_SHARE_DELETE, NULL, CREATE_ALWAYS, 0, NULL);

	CHECK(f != INVALID_HANDLE_VALUE);
	memset(r, 0, sizeof *r);
	r->FileNameLength = 10;
	memcpy(r->FileName, L"after", 12);
	CHECK(SetFileInformationByHandle(f, FileRenameInfo, r,
					 sizeof *r + 10));
	CloseHandle(f);
	CHECK(GetFileAttributesW(L"before") == INVALID_FILE_ATTRIBUTES);
	CHECK(DeleteFileW(L"after"));
}

/* ---- what only few calls take ---- */

static void token_groups(void)
{
	struct {
		DWORD n;
		SID_AND_ATTRIBUTES g[2];
	} disable = { 0 };
	TOKEN_GROUPS *g = (PVOID)&buf;
	HANDLE t, u = NULL;
	BYTE sid[SECURITY_MAX_SID_SIZE];
	DWORD n = 0;

	CHECK(OpenProcessToken(SELF, TOKEN_ALL_ACCESS, &t));
	CHECK(GetTokenInformation(t, TokenGroups, &buf, sizeof buf, &n));
	CHECK(g->GroupCount > 0);
	CopySid(sizeof sid, sid, g->Groups[0].Sid);
	disable.n = 1;
	disable.g[0].Sid = sid;
	CHECK_EQ(NtFilterToken(t, 0, &disable, NULL, &disable, &u), 0);
	CHECK(GetTokenInformation(u, TokenGroups, &buf, sizeof buf, &n));
	CHECK(EqualSid(g->Groups[0].Sid, sid));
	CHECK(g->Groups[0].Attributes & SE_GROUP_USE_FOR_DENY_ONLY);
	CHECK(GetTokenInformation(u, TokenRestrictedSids, &buf, sizeof buf,
				  &n));
	CHECK_EQ(g->GroupCount, 1);
	if (g->GroupCount)
		CHECK(EqualSid(g->Groups[0].Sid, sid));
	CloseHandle(u);
	CloseHandle(t);
}

/* An absolute descriptor: four pointers. */
static void descriptors(void)
{
	SECURITY_DESCRIPTOR sd;
	SID_IDENTIFIER_AUTHORITY world = SECURITY_WORLD_SID_AUTHORITY;
	GENERIC_MAPPING m = { 1, 2, 4, 7 };
	GUID first = { .Data1 = 1 }, second = { .Data1 = 2 };
	OBJECT_TYPE_LIST types[] = { { 0, 0, &first }, { 1, 0, &second } };
	PRIVILEGE_SET ps = { 0 };
	PSID everyone;
	HANDLE t = NULL, e = CreateEventW(NULL, FALSE, FALSE, NULL);
	DWORD n = sizeof ps, granted = 0;
	BOOL ok = FALSE;
	BYTE acl[128];

	AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0,
				 &everyone);
	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	InitializeAcl((PACL)acl, sizeof acl, ACL_REVISION);
	AddAccessAllowedAce((PACL)acl, ACL_REVISION, 3, everyone);
	SetSecurityDescriptorOwner(&sd, everyone, FALSE);
	SetSecurityDescriptorGroup(&sd, everyone, FALSE);
	SetSecurityDescriptorDacl(&sd, TRUE, (PACL)acl, FALSE);
	CHECK(ImpersonateSelf(SecurityImpersonation));
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &t));
	CHECK(AccessCheck(&sd, t, 2, &m, &ps, &n, &granted, &ok));
	CHECK(ok && granted == 2);
	CHECK(AccessCheck(&sd, t, 4, &m, &ps, &n, &granted, &ok));
	CHECK(!ok);
	/* And a list of types. */
	CHECK(AccessCheckByType(&sd, NULL, t, 2, types, 2, &m, &ps, &n,
				&granted, &ok));
	CHECK(ok && granted == 2);
	RevertToSelf();
	CHECK(SetKernelObjectSecurity(e, DACL_SECURITY_INFORMATION, &sd));
	CloseHandle(t);
	CloseHandle(e);
	FreeSid(everyone);
}

static void address_requirements(void)
{
	struct {
		PVOID low, high;
		SIZE_T align;
	} want = { (PVOID)0x30000000, (PVOID)0x3fffffff, 0x200000 };
	struct {
		ULONG64 type;
		union {
			ULONG64 number;
			PVOID at;
		} v;
	} p = { 1, { 0 } };
	PVOID base = NULL;
	SIZE_T size = 0x1000;

	p.v.at = &want;
	CHECK_EQ(NtAllocateVirtualMemoryEx(SELF, &base, &size,
					   MEM_RESERVE | MEM_COMMIT,
					   PAGE_READWRITE, &p, 1),
		 0);
	CHECK((ULONG_PTR)base >= 0x30000000 && (ULONG_PTR)base < 0x40000000 &&
		      !((ULONG_PTR)base & 0x1fffff),
	      "%p", base);
	VirtualFree(base, 0, MEM_RELEASE);
}

static void ranges(void)
{
	struct {
		PVOID at;
		SIZE_T n;
	} r[2] = { { &buf, 4096 }, { r, 16 } };
	ULONG flags = 0;

	/* VmPrefetchInformation */
	CHECK_EQ(NtSetInformationVirtualMemory(SELF, 0, 2, r, &flags,
					       sizeof flags),
		 0);
	CHECK(NtSetInformationVirtualMemory(SELF, 0, 2, (PVOID)16, &flags,
					    sizeof flags) ==
	      STATUS_ACCESS_VIOLATION);
}

static void values(void)
{
	UNICODE_STRING names[2];
	struct {
		UNICODE_STRING *name;
		ULONG len, offset, type;
	} v[2] = { { &names[0], 0, 0, 0 }, { &names[1], 0, 0, 0 } };
	DWORD one = 1;
	ULONG n = 256, need = 0;
	HKEY k;

	RtlInitUnicodeString(&names[0], L"one");
	RtlInitUnicodeString(&names[1], L"two");
	CHECK(!RegCreateKeyW(HKEY_CURRENT_USER, L"Software\\rf-layouts", &k));
	RegSetValueExW(k, L"one", 0, REG_DWORD, (BYTE *)&one, 4);
	RegSetValueExW(k, L"two", 0, REG_SZ, (BYTE *)L"II", 6);
	CHECK_EQ(NtQueryMultipleValueKey((HANDLE)k, (PVOID)v, 2, &buf, &n, &need), 0);
	CHECK(v[0].type == REG_DWORD && v[0].len == 4 &&
	      !memcmp(buf.b + v[0].offset, &one, 4));
	CHECK(v[1].type == REG_SZ && v[1].len == 6 &&
	      !memcmp(buf.b + v[1].offset, L"II", 6));
	CHECK(v[1].name == &names[1]);
	RegCloseKey(k);
	RegDeleteKeyW(HKEY_CURRENT_USER, L"Software\\rf-layouts");
}

static EXCEPTION_RECORD raised;
static volatile int raises;
static void *go_back[5];

static LONG CALLBACK note(EXCEPTION_POINTERS *p)
{
	if (p->ExceptionRecord->ExceptionCode != 0xe0000077)
		return EXCEPTION_CONTINUE_SEARCH;
	raised = *p->ExceptionRecord;
	raises++;
	__builtin_longjmp(go_back, 1);
}

static void exceptions(void)
{
	EXCEPTION_RECORD r = { .ExceptionCode = 0xe0000077,
			       .NumberParameters = 2 };
	PVOID h = AddVectoredExceptionHandler(1, note);
	CONTEXT c;

	r.ExceptionInformation[1] = 0x87654321;
	r.ExceptionAddress = &raised;
	RtlCaptureContext(&c);
	c.ContextFlags = CONTEXT_FULL;
	if (!__builtin_setjmp(go_back))
		NtRaiseException(&r, &c, TRUE);
	CHECK_EQ(raises, 1);
	CHECK_EQ(raised.NumberParameters, 2);
	CHECK_EQ(raised.ExceptionInformation[1], 0x87654321);
	CHECK(raised.ExceptionAddress == &raised);
	RemoveVectoredExceptionHandler(h);
}

static void hard_error(void)
{
	UNICODE_STRING text;
	PVOID params[1] = { &text };
	ULONG answer = 0;
	UINT mode = SetErrorMode(SEM_FAILCRITICALERRORS);

	RtlInitUnicodeString(&text, L"wow64-layouts");
	CHECK(NtRaiseHardError(STATUS_DLL_NOT_FOUND, 1, 1, params, 1,
			       &answer) == 0);
	CHECK(NtRaiseHardError(STATUS_DLL_NOT_FOUND, 6, 1, params, 1,
			       &answer) < 0);
	SetErrorMode(mode);
}

/* Handles in a list, and what CreateProcess hands to the kernel. */
static void processes(void)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE e = CreateEventW(&sa, TRUE, FALSE, NULL);
	STARTUPINFOEXW s = { .StartupInfo.cb = sizeof s };
	PROCESS_INFORMATION p;
	WCHAR self[MAX_PATH], line[2 * MAX_PATH];
	SIZE_T n = sizeof buf;
	DWORD code = 0;

	GetModuleFileNameW(NULL, self, MAX_PATH);
	wsprintfW(line, L"\"%s\" %lu", self, (DWORD)(ULONG_PTR)e);
	s.lpAttributeList = (PVOID)&buf;
	CHECK(InitializeProcThreadAttributeList(s.lpAttributeList, 1, 0, &n));
	CHECK(UpdateProcThreadAttribute(s.lpAttributeList, 0,
					PROC_THREAD_ATTRIBUTE_HANDLE_LIST, &e,
					sizeof e, NULL, NULL));
	CHECK(CreateProcessW(self, line, NULL, NULL, TRUE,
			     EXTENDED_STARTUPINFO_PRESENT, NULL, L"C:\\",
			     &s.StartupInfo, &p));
	CHECK_EQ(WaitForSingleObject(p.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(p.hProcess, &code);
	CHECK_EQ(code, 43);
	CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	CloseHandle(e);
}

static const struct {
	const char *layout;
	void (*check)(void);
} checks[] = {
	{ "ptr", memory },
	{ "handle", waits },
	{ "client_id", waits },
	{ "completion", waits },
	{ "object_type", descriptors },
	{ "oa", objects },
	{ "ustr", objects },
	{ "directory_entries", objects },
	{ "sd", descriptors },
	{ "token_groups", token_groups },
	{ "mem_parameter", address_requirements },
	{ "range", ranges },
	{ "value_entry", values },
	{ "exception_record", exceptions },
	{ "hard_error", hard_error },
	{ "attributes", processes },
	{ "parameters", processes },
	{ "create_info", processes },
};

int main(int argc, char **argv)
{
	if (argc == 2)
		return SetEvent((HANDLE)(ULONG_PTR)strtoul(argv[1], NULL, 0))
			       ? 43
			       : 1;
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		checks[i].check();
	process();
	tokens();
	watch();
	system_wide();
	files();
	jobs();
	return check_done();
}
