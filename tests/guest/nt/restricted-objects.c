/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what descriptors of kernel objects, processes and threads let one do:
 * anybody, and processes whose tokens may do less than their user. */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "named.h"

#define OWN own_name("Local\\run-foreign-restricted-own")
#define ALL own_name("Local\\run-foreign-restricted-all")
#define PLAIN own_name("Local\\run-foreign-restricted-plain")
#define LOWERED own_name("Local\\run-foreign-restricted-low")
#define PIPE	"\\\\.\\pipe\\run-foreign-restricted"
#define PIPE_SD "\\\\.\\pipe\\run-foreign-restricted-own"

enum kind { RESTRICTED, LOW, WRITES, UNBOUND, HARDENED };

static const DWORD no = ERROR_ACCESS_DENIED;
static HANDLE weak; /* which those that are started inherit */

static HANDLE own_token(DWORD access)
{
	HANDLE t = NULL;

	CHECK(OpenProcessToken(GetCurrentProcess(), access, &t));
	return t;
}

static PSID sid_of(const char *text)
{
	PSID sid = NULL;

	CHECK(ConvertStringSidToSidA(text, &sid));
	return sid;
}

/* The user's SID takes the place of %s. */
static SECURITY_ATTRIBUTES *attributes(const char *sddl)
{
	static SECURITY_ATTRIBUTES sa = { .nLength = sizeof sa };
	HANDLE t = own_token(TOKEN_QUERY);
	BYTE buf[256];
	char *user, text[300];
	DWORD n;

	CHECK(GetTokenInformation(t, TokenUser, buf, sizeof buf, &n));
	CHECK(ConvertSidToStringSidA(((TOKEN_USER *)buf)->User.Sid, &user));
	snprintf(text, sizeof text, sddl, user);
	LocalFree(user);
	CloseHandle(t);
	LocalFree(sa.lpSecurityDescriptor);
	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		text, SDDL_REVISION_1, &sa.lpSecurityDescriptor, NULL));
	return &sa;
}

/* What a call came to that made h. */
static DWORD result(HANDLE h)
{
	if (!h)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static DWORD opens(const char *name, DWORD access)
{
	return result(OpenEventA(access, FALSE, name));
}

static DWORD process(DWORD id, DWORD access)
{
	return result(OpenProcess(access, FALSE, id));
}

static DWORD thread(DWORD id, DWORD access)
{
	return result(OpenThread(access, FALSE, id));
}

static DWORD wider(HANDLE h, DWORD access)
{
	HANDLE copy = NULL;

	if (!DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(),
			     &copy, access, FALSE, 0))
		return GetLastError();
	CloseHandle(copy);
	return 0;
}

static DWORD label_of(HANDLE h)
{
	PSECURITY_DESCRIPTOR sd = NULL;
	DWORD level = 0;
	PACL acl = NULL;
	void *ace;

	CHECK_EQ(GetSecurityInfo(h, SE_KERNEL_OBJECT,
				 LABEL_SECURITY_INFORMATION, NULL, NULL, NULL,
				 &acl, &sd),
		 0);
	if (acl && acl->AceCount && GetAce(acl, 0, &ace))
		level = *GetSidSubAuthority(
			&((SYSTEM_MANDATORY_LABEL_ACE *)ace)->SidStart, 0);
	LocalFree(sd);
	return level;
}

/* Its server's only instance stays free if that is all that is asked. */
static DWORD connects(const char *name, DWORD access)
{
	HANDLE h = CreateFileA(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);

	return result(h == INVALID_HANDLE_VALUE ? NULL : h);
}

static HANDLE server(const char *name, SECURITY_ATTRIBUTES *sa)
{
	HANDLE h = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE,
				    PIPE_UNLIMITED_INSTANCES, 512, 512, 0, sa);

	return h == INVALID_HANDLE_VALUE ? NULL : h;
}

static int restricted(DWORD parent, DWORD parents_thread, HANDLE weak)
{
	HANDLE h;

	CHECK_EQ(opens(OWN, SYNCHRONIZE), no);
	CHECK_EQ(opens(PLAIN, SYNCHRONIZE), no);
	CHECK_EQ(opens(ALL, SYNCHRONIZE), 0);
	CHECK_EQ(opens(ALL, EVENT_MODIFY_STATE), no);
	CHECK_EQ(result(CreateEventA(NULL, FALSE, FALSE, ALL)), no);
	CHECK_EQ(result(CreateEventExA(NULL, ALL, 0, SYNCHRONIZE)), 0);
	h = OpenEventA(MAXIMUM_ALLOWED, FALSE, ALL);
	CHECK(h != NULL);
	CHECK(!SetEvent(h));
	CHECK_EQ(GetLastError(), no);
	CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
	CloseHandle(h);
	/* A handle that was inherited is as good as it was, and no better. */
	CHECK_EQ(WaitForSingleObject(weak, 0), WAIT_TIMEOUT);
	CHECK_EQ(wider(weak, SYNCHRONIZE), 0);
	CHECK_EQ(wider(weak, EVENT_MODIFY_STATE), no);
	CHECK_EQ(connects(PIPE_SD, GENERIC_READ), no);
	CHECK_EQ(connects(PIPE, GENERIC_READ | GENERIC_WRITE), no);
	CHECK_EQ(result(server(PIPE, NULL)), no);
	CHECK_EQ(process(parent, PROCESS_QUERY_LIMITED_INFORMATION), no);
	CHECK_EQ(process(parent, PROCESS_TERMINATE), no);
	CHECK_EQ(thread(parents_thread, THREAD_SUSPEND_RESUME), no);
	return check_done();
}

static DWORD run(HANDLE token, enum kind kind, SECURITY_ATTRIBUTES *sa,
		 HANDLE weak, PROCESS_INFORMATION *keep);

static DWORD set_level(HANDLE t, const char *sid)
{
	TOKEN_MANDATORY_LABEL l = { { sid_of(sid), SE_GROUP_INTEGRITY } };
	BOOL ok = SetTokenInformation(t, TokenIntegrityLevel, &l, sizeof l);
	DWORD err = ok ? 0 : GetLastError();

	LocalFree(l.Label.Sid);
	return err;
}

static int low(DWORD parent, DWORD parents_thread)
{
	PROCESS_INFORMATION pi;
	HANDLE h = own_token(TOKEN_ADJUST_DEFAULT);

	CHECK_EQ(set_level(h, "S-1-16-8192"), ERROR_PRIVILEGE_NOT_HELD);
	CHECK_EQ(set_level(h, "S-1-16-4096"), 0);
	CloseHandle(h);
	CHECK_EQ(opens(OWN, SYNCHRONIZE), 0);
	CHECK_EQ(opens(OWN, EVENT_MODIFY_STATE), no);
	CHECK_EQ(opens(PLAIN, EVENT_MODIFY_STATE), no);
	CHECK_EQ(opens(LOWERED, EVENT_MODIFY_STATE), 0);
	CHECK_EQ(connects(PIPE, GENERIC_READ | GENERIC_WRITE), no);
	CHECK_EQ(connects(PIPE, GENERIC_READ), 0);
	CHECK_EQ(process(parent, PROCESS_QUERY_LIMITED_INFORMATION), 0);
	CHECK_EQ(process(parent, SYNCHRONIZE), 0);
	CHECK_EQ(process(parent, PROCESS_VM_WRITE), no);
	CHECK_EQ(process(parent, PROCESS_VM_READ), no);
	CHECK_EQ(process(parent, PROCESS_DUP_HANDLE), no);
	CHECK_EQ(thread(parents_thread, THREAD_QUERY_LIMITED_INFORMATION), 0);
	CHECK_EQ(thread(parents_thread, THREAD_SET_CONTEXT), no);
	/* What it makes is of its own level, and its own. */
	h = CreateEventA(NULL, FALSE, FALSE,
			 own_name("Local\\run-foreign-restricted-lows"));
	CHECK(h != NULL, "%lu", GetLastError());
	CHECK_EQ(label_of(h), SECURITY_MANDATORY_LOW_RID);
	CHECK_EQ(opens(own_name("Local\\run-foreign-restricted-lows"),
		       EVENT_ALL_ACCESS),
		 0);
	CloseHandle(h);
	CHECK_EQ(process(GetCurrentProcessId(), PROCESS_ALL_ACCESS), 0);
	CHECK_EQ(thread(GetCurrentThreadId(), THREAD_ALL_ACCESS), 0);
	CHECK_EQ(label_of(GetCurrentProcess()), SECURITY_MANDATORY_LOW_RID);
	CHECK_EQ(label_of(GetCurrentThread()), SECURITY_MANDATORY_LOW_RID);
	CHECK_EQ(run(NULL, UNBOUND, NULL, NULL, &pi), 0);
	CHECK_EQ(process(pi.dwProcessId, PROCESS_VM_WRITE), 0);
	CHECK_EQ(thread(pi.dwThreadId, THREAD_SET_CONTEXT), 0);
	ResumeThread(pi.hThread);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	return check_done();
}

/* Restricted only where something would be changed. */
static int writes(DWORD parent)
{
	CHECK_EQ(opens(OWN, SYNCHRONIZE | READ_CONTROL), 0);
	CHECK_EQ(opens(OWN, EVENT_MODIFY_STATE), no);
	CHECK_EQ(opens(OWN, WRITE_DAC), no);
	CHECK_EQ(opens(LOWERED, EVENT_MODIFY_STATE), 0);
	CHECK_EQ(process(parent, PROCESS_QUERY_LIMITED_INFORMATION), 0);
	CHECK_EQ(process(parent, PROCESS_VM_WRITE), no);
	return check_done();
}

/* Its maker lets it, and everybody, know little of it. */
static int hardened(void)
{
	CHECK_EQ(process(GetCurrentProcessId(),
			 PROCESS_QUERY_LIMITED_INFORMATION),
		 0);
	CHECK_EQ(process(GetCurrentProcessId(), PROCESS_TERMINATE), no);
	CHECK_EQ(thread(GetCurrentThreadId(), THREAD_SUSPEND_RESUME), no);
	return check_done();
}

/* A process that keep names is left suspended. */
static DWORD run(HANDLE token, enum kind kind, SECURITY_ATTRIBUTES *sa,
		 HANDLE weak, PROCESS_INFORMATION *keep)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char self[MAX_PATH], line[MAX_PATH + 60];
	DWORD code = ~0u;

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %d %lu %lu %llu", self, kind,
		 GetCurrentProcessId(), GetCurrentThreadId(),
		 (unsigned long long)(ULONG_PTR)weak);
	if (!CreateProcessAsUserA(token, NULL, line, sa, sa, TRUE,
				  keep ? CREATE_SUSPENDED : 0, NULL, NULL, &si,
				  &pi))
		return GetLastError();
	if (keep) {
		*keep = pi;
		return 0;
	}
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return code;
}

/* The same rules for those who are nobody's children. */
static void unbound(void)
{
	const char *name = own_name("Local\\run-foreign-restricted-denied");
	SECURITY_DESCRIPTOR open;
	HANDLE h, file, copy = NULL;
	HKEY key;

	h = CreateEventA(attributes("D:(D;;0x2;;;WD)(A;;GA;;;WD)"), TRUE,
			 FALSE, name);
	CHECK(h != NULL);
	CHECK(SetEvent(h)); /* whoever makes it has what he asks for */
	CHECK_EQ(opens(name, EVENT_MODIFY_STATE), no);
	CHECK_EQ(opens(name, SYNCHRONIZE | READ_CONTROL), 0);
	CHECK_EQ(result(CreateEventA(NULL, TRUE, FALSE, name)), no);
	CHECK(DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(),
			      &copy, SYNCHRONIZE, FALSE, 0));
	CHECK_EQ(wider(copy, SYNCHRONIZE | READ_CONTROL), 0);
	CHECK_EQ(wider(copy, EVENT_MODIFY_STATE), no);
	CHECK_EQ(wider(h, EVENT_MODIFY_STATE), 0);
	CloseHandle(copy);
	/* Its owner may always change that. */
	copy = OpenEventA(WRITE_DAC, FALSE, name);
	CHECK(copy != NULL);
	CHECK(InitializeSecurityDescriptor(&open,
					   SECURITY_DESCRIPTOR_REVISION));
	CHECK(SetSecurityDescriptorDacl(&open, TRUE, NULL, FALSE));
	CHECK(SetKernelObjectSecurity(copy, DACL_SECURITY_INFORMATION, &open));
	CHECK_EQ(opens(name, EVENT_MODIFY_STATE), 0);
	CloseHandle(copy);
	CloseHandle(h);

	file = CreateFileA("restricted-objects.tmp", GENERIC_READ, 7, NULL,
			   CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(file != INVALID_HANDLE_VALUE);
	CHECK_EQ(wider(file, GENERIC_READ), 0);
	CHECK_EQ(wider(file, GENERIC_READ | GENERIC_WRITE), no);
	CloseHandle(file);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, "Software", 0, KEY_READ,
			       &key),
		 0);
	CHECK_EQ(wider(key, KEY_QUERY_VALUE), 0);
	CHECK_EQ(wider(key, KEY_WRITE), no);
	RegCloseKey(key);
}

/* All instances of a pipe have the first one's. */
static void pipes(void)
{
	HANDLE h = server(PIPE_SD "-none", attributes("D:(A;;FR;;;WD)")), more;

	CHECK(h != NULL);
	CHECK_EQ(connects(PIPE_SD "-none", GENERIC_WRITE), no);
	CHECK_EQ(result(server(PIPE_SD "-none", NULL)), no);
	CHECK_EQ(connects(PIPE_SD "-NONE", GENERIC_READ), 0);
	CloseHandle(h);
	/* And none when they are gone. */
	h = server(PIPE_SD "-none", NULL);
	CHECK(h != NULL);
	more = server(PIPE_SD "-none", attributes("D:(A;;FR;;;WD)"));
	CHECK(more != NULL);
	CHECK_EQ(connects(PIPE_SD "-none", GENERIC_WRITE), 0);
	CHECK_EQ(connects(PIPE_SD "-none", GENERIC_WRITE), 0);
	CloseHandle(more);
	CloseHandle(h);
}

/* A process and its first thread with descriptors of their own. */
static void processes(void)
{
	SECURITY_DESCRIPTOR open;
	PROCESS_INFORMATION pi;
	DWORD code;
	HANDLE h;

	CHECK_EQ(run(NULL, HARDENED,
		     attributes("D:(A;;0x1000;;;WD)(A;;0x800;;;WD)"), NULL,
		     &pi),
		 0);
	CHECK_EQ(process(pi.dwProcessId, PROCESS_QUERY_LIMITED_INFORMATION),
		 0);
	CHECK_EQ(process(pi.dwProcessId, PROCESS_VM_READ), no);
	CHECK_EQ(thread(pi.dwThreadId, THREAD_QUERY_LIMITED_INFORMATION), 0);
	CHECK_EQ(thread(pi.dwThreadId, THREAD_TERMINATE), no);
	ResumeThread(pi.hThread);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(pi.hProcess, &code));
	CHECK_EQ(code, 0);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);

	CHECK_EQ(run(NULL, UNBOUND, attributes("D:(A;;0x1000;;;WD)"), NULL,
		     &pi),
		 0);
	h = OpenProcess(WRITE_DAC, FALSE, pi.dwProcessId);
	CHECK(h != NULL);
	CHECK(InitializeSecurityDescriptor(&open,
					   SECURITY_DESCRIPTOR_REVISION));
	CHECK(SetSecurityDescriptorDacl(&open, TRUE, NULL, FALSE));
	CHECK_EQ(process(pi.dwProcessId, PROCESS_TERMINATE), no);
	CHECK(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION, &open));
	CHECK_EQ(process(pi.dwProcessId, PROCESS_TERMINATE), 0);
	CloseHandle(h);
	ResumeThread(pi.hThread);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
}

static HANDLE low_token(HANDLE own)
{
	HANDLE t = NULL;

	CHECK(DuplicateTokenEx(own, MAXIMUM_ALLOWED, NULL, SecurityAnonymous,
			       TokenPrimary, &t));
	CHECK_EQ(set_level(t, "S-1-16-4096"), 0);
	return t;
}

/* A token that is made of a restricted one is no less restricted. */
static void again(HANDLE t, SID_AND_ATTRIBUTES *some)
{
	SID_AND_ATTRIBUTES other = { sid_of("S-1-5-11"), 0 };
	BYTE buf[512];
	HANDLE more;
	DWORD n;

	CHECK(CreateRestrictedToken(t, 0, 0, NULL, 0, NULL, 0, NULL, &more));
	CHECK(IsTokenRestricted(more));
	CHECK_EQ(run(more, RESTRICTED, NULL, weak, NULL), 0);
	CloseHandle(more);
	CHECK(CreateRestrictedToken(t, WRITE_RESTRICTED, 0, NULL, 0, NULL, 1,
				    some, &more));
	CHECK(GetTokenInformation(more, TokenRestrictedSids, buf, sizeof buf,
				  &n));
	CHECK_EQ(((TOKEN_GROUPS *)buf)->GroupCount, 1);
	CloseHandle(more);
	/* With nothing in common nothing is left. */
	CHECK(CreateRestrictedToken(t, 0, 0, NULL, 0, NULL, 1, &other, &more));
	CHECK(GetTokenInformation(more, TokenRestrictedSids, buf, sizeof buf,
				  &n));
	CHECK_EQ(((TOKEN_GROUPS *)buf)->GroupCount, 0);
	CloseHandle(more);
	LocalFree(other.Sid);
}

/* A process's token is its own, whoever asks. */
static void whose_token(HANDLE t)
{
	PROCESS_INFORMATION pi;
	HANDLE its = NULL;

	CHECK_EQ(run(t, UNBOUND, NULL, NULL, &pi), 0);
	CHECK(OpenProcessToken(pi.hProcess, TOKEN_QUERY, &its));
	CHECK(IsTokenRestricted(its));
	CloseHandle(its);
	TerminateProcess(pi.hProcess, 1);
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
}

int main(int argc, char **argv)
{
	SID_AND_ATTRIBUTES some[2] = { { sid_of("S-1-1-0"), 0 },
				       { sid_of("S-1-5-32-545"), 0 } };
	SECURITY_ATTRIBUTES inherit = { sizeof inherit, NULL, TRUE };
	HANDLE own, t = NULL, events[4], ends[2];

	if (argc > 4)
		switch (atoi(argv[1])) {
		case RESTRICTED:
			return restricted(
				strtoul(argv[2], NULL, 10),
				strtoul(argv[3], NULL, 10),
				(HANDLE)(ULONG_PTR)strtoul(argv[4], NULL, 10));
		case LOW:
			return low(strtoul(argv[2], NULL, 10),
				   strtoul(argv[3], NULL, 10));
		case WRITES:
			return writes(strtoul(argv[2], NULL, 10));
		case HARDENED:
			return hardened();
		default:
			return 0;
		}
	own = own_token(TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY |
			TOKEN_ADJUST_DEFAULT);
	events[0] = CreateEventA(attributes("D:(A;;GA;;;%s)"), TRUE, FALSE,
				 OWN);
	events[1] = CreateEventA(
		attributes("D:(A;;GA;;;%s)(A;;0x100001;;;BU)"), TRUE, FALSE,
		ALL);
	events[2] = CreateEventA(NULL, TRUE, FALSE, PLAIN);
	events[3] = CreateEventA(attributes("D:(A;;GA;;;WD)S:(ML;;NW;;;LW)"),
				 TRUE, FALSE, LOWERED);
	for (int i = 0; i < 4; i++)
		CHECK(events[i] != NULL, "%d", i);
	ends[0] = server(PIPE, NULL);
	ends[1] = server(PIPE_SD, attributes("D:(A;;GA;;;%s)"));
	CHECK(ends[0] && ends[1]);
	unbound();
	pipes();
	processes();

	weak = CreateEventExA(&inherit, NULL, 0, SYNCHRONIZE);
	CHECK(CreateRestrictedToken(own, DISABLE_MAX_PRIVILEGE, 0, NULL, 0,
				    NULL, 2, some, &t));
	CHECK_EQ(run(t, RESTRICTED, NULL, weak, NULL), 0);
	whose_token(t);
	again(t, some);
	CloseHandle(t);
	CHECK(CreateRestrictedToken(own, WRITE_RESTRICTED, 0, NULL, 0, NULL, 2,
				    some, &t));
	CHECK_EQ(run(t, WRITES, NULL, NULL, NULL), 0);
	CloseHandle(t);
	t = low_token(own);
	CHECK_EQ(run(t, LOW, NULL, NULL, NULL), 0);
	CloseHandle(t);
	CHECK_EQ(process(GetCurrentProcessId(), PROCESS_ALL_ACCESS), 0);
	return check_done();
}
