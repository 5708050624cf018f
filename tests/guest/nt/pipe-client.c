/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As whom a pipe's server may act, by what the client said when it connected and
 * whether something of it was read; and what the server may then open.
 */
#define _WIN32_WINNT 0x0a00
#include <windows.h>

#include <string.h>

#include "self.h"

static char name[64];

static HANDLE server(void)
{
	HANDLE h = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
				    4096, 4096, 0, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

static HANDLE client(DWORD flags)
{
	HANDLE h = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			       OPEN_EXISTING, flags, NULL);

	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	return h;
}

/* The level of the thread's token; -1: it has none. */
static int level(void)
{
	SECURITY_IMPERSONATION_LEVEL l;
	HANDLE token;
	DWORD n;

	if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token))
		return GetLastError() == ERROR_CANT_OPEN_ANONYMOUS
			       ? SecurityAnonymous
		       : GetLastError() == ERROR_NO_TOKEN ? -1
							  : -2;
	CHECK(GetTokenInformation(token, TokenImpersonationLevel, &l, sizeof l,
				  &n));
	CloseHandle(token);
	return l;
}

static void no_impersonation(HANDLE s, DWORD error)
{
	char user[300];

	CHECK(!ImpersonateNamedPipeClient(s));
	CHECK_EQ(GetLastError(), error);
	CHECK(!GetNamedPipeHandleStateA(s, NULL, NULL, NULL, NULL, user,
					sizeof user));
	CHECK_EQ(GetLastError(), error);
	CHECK_EQ(level(), -1);
}

static void user_name(HANDLE s)
{
	char want[300], got[300];
	WCHAR wide[300];
	DWORD n = sizeof want, mode;

	CHECK(GetUserNameA(want, &n));
	CHECK(GetNamedPipeHandleStateA(s, &mode, NULL, NULL, NULL, got,
				       sizeof got),
	      "%lu", GetLastError());
	CHECK(!strcmp(want, got), "%s, not %s", got, want);
	CHECK(GetNamedPipeHandleStateW(s, NULL, NULL, NULL, NULL, wide, 300));
	CHECK_EQ(lstrlenW(wide), n - 1);
	CHECK(GetNamedPipeHandleStateA(s, NULL, NULL, NULL, NULL, got, n));
	CHECK(!GetNamedPipeHandleStateA(s, NULL, NULL, NULL, NULL, got, n - 1));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(!GetNamedPipeHandleStateW(s, NULL, NULL, NULL, NULL, wide,
					n - 1));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

/* Whether the thread's token is for opening things. */
static void opens(BOOL may)
{
	char path[MAX_PATH];
	HANDLE h;
	HKEY key;

	GetModuleFileNameA(NULL, path, sizeof path);
	h = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK((h != INVALID_HANDLE_VALUE) == may, "%lu", GetLastError());
	CHECK(may || GetLastError() == ERROR_BAD_IMPERSONATION_LEVEL, "%lu",
	      GetLastError());
	if (h != INVALID_HANDLE_VALUE)
		CloseHandle(h);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "Software", 0, KEY_READ,
			       &key),
		 may ? 0 : ERROR_BAD_IMPERSONATION_LEVEL);
	if (may)
		RegCloseKey(key);
}

static void levels(DWORD flags, int want, BOOL at_once)
{
	HANDLE s = server(), c = client(flags);
	char buf[4];
	DWORD n;

	CHECK(WriteFile(c, "x", 1, &n, NULL));
	if (!at_once) {
		no_impersonation(s, ERROR_CANNOT_IMPERSONATE);
		CHECK(ReadFile(s, buf, 1, &n, NULL));
	}
	CHECK(ImpersonateNamedPipeClient(s), "%lu", GetLastError());
	CHECK_EQ(level(), want);
	opens(want >= SecurityImpersonation);
	CHECK(RevertToSelf());
	CHECK_EQ(level(), -1);
	opens(TRUE);
	if (want > SecurityAnonymous) {
		user_name(s);
		CHECK_EQ(level(), -1);
	}
	/* Of a client's own end nobody is told. */
	no_impersonation(c, ERROR_INVALID_FUNCTION);
	CHECK(DisconnectNamedPipe(s));
	no_impersonation(s, ERROR_PIPE_NOT_CONNECTED);
	CloseHandle(c);
	CloseHandle(c);
	CloseHandle(s);
}

static DWORD integrity(HANDLE token)
{
	union {
		TOKEN_MANDATORY_LABEL label;
		char room[100];
	} u;
	DWORD n;

	CHECK(GetTokenInformation(token, TokenIntegrityLevel, &u, sizeof u,
				  &n));
	return *GetSidSubAuthority(u.label.Label.Sid, 0);
}

/* The client's token goes with it: one of low integrity is no more here. */
static void low_client(void)
{
	SID low = { SID_REVISION,
		    1,
		    { SECURITY_MANDATORY_LABEL_AUTHORITY },
		    { SECURITY_MANDATORY_LOW_RID } };
	TOKEN_MANDATORY_LABEL label = { { &low, SE_GROUP_INTEGRITY } };
	/* A pipe that such a client may open. */
	SECURITY_DESCRIPTOR sd;
	SECURITY_ATTRIBUTES sa = { sizeof sa, &sd, FALSE };
	union {
		ACL acl;
		char room[64];
	} sacl;
	PROCESS_INFORMATION pi;
	STARTUPINFOA si = { .cb = sizeof si };
	char line[MAX_PATH + 100], buf[4];
	HANDLE own, token, s, mine;
	DWORD n;

	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	SetSecurityDescriptorDacl(&sd, TRUE, NULL, FALSE);
	InitializeAcl(&sacl.acl, sizeof sacl, ACL_REVISION);
	CHECK(AddMandatoryAce(&sacl.acl, ACL_REVISION, 0,
			      SYSTEM_MANDATORY_LABEL_NO_WRITE_UP, &low));
	SetSecurityDescriptorSacl(&sd, TRUE, &sacl.acl, FALSE);
	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &own));
	CHECK(DuplicateTokenEx(own, TOKEN_ALL_ACCESS, NULL,
			       SecurityImpersonation, TokenPrimary, &token));
	CHECK(SetTokenInformation(token, TokenIntegrityLevel, &label,
				  sizeof label));
	s = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 4096,
			     4096, 0, &sa);
	CHECK(s != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	snprintf(line, sizeof line, "\"%s\" %s", own_path(), name);
	CHECK(CreateProcessAsUserA(token, own_path(), line, NULL, NULL, FALSE,
				   0, NULL, NULL, &si, &pi),
	      "%lu", GetLastError());
	CHECK(ConnectNamedPipe(s, NULL) ||
		      GetLastError() == ERROR_PIPE_CONNECTED,
	      "%lu", GetLastError());
	CHECK(ReadFile(s, buf, 1, &n, NULL), "%lu", GetLastError());
	CHECK(ImpersonateNamedPipeClient(s), "%lu", GetLastError());
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &mine));
	CHECK_EQ(integrity(mine), SECURITY_MANDATORY_LOW_RID);
	CloseHandle(mine);
	CHECK(RevertToSelf());
	CHECK(WriteFile(s, "x", 1, &n, NULL));
	WaitForSingleObject(pi.hProcess, PATIENCE);
	CHECK(GetExitCodeProcess(pi.hProcess, &n) && n == 0);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(s);
	CloseHandle(token);
	CloseHandle(own);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		DWORD n;
		char buf[4];

		strcpy(name, argv[1]);
		HANDLE c = client(0);
		CHECK(WriteFile(c, "x", 1, &n, NULL));
		CHECK(ReadFile(c, buf, 1, &n, NULL), "%lu", GetLastError());
		return check_done();
	}
	sprintf(name, "\\\\.\\pipe\\rf-client-%lu", GetCurrentProcessId());
	levels(0, SecurityImpersonation, FALSE);
	levels(SECURITY_SQOS_PRESENT | SECURITY_CONTEXT_TRACKING |
		       SECURITY_IDENTIFICATION,
	       SecurityIdentification, FALSE);
	levels(SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
	       SecurityIdentification, TRUE);
	levels(SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, SecurityAnonymous,
	       TRUE);
	levels(SECURITY_SQOS_PRESENT | SECURITY_DELEGATION, SecurityDelegation,
	       TRUE);
	low_client();
	return check_done();
}
