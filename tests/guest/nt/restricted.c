/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests processes with tokens that may do less than their user: restricting
 * SIDs, a low integrity, the user for denials only; and their children. */
#include <windows.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

/* Set by hand, so that it does not matter what the folder hands down. */
static const struct {
	const char *name, *dacl;
} files[] = {
	{ "restricted-own.tmp", "D:P(A;;FA;;;%s)" },
	{ "restricted-all.tmp", "D:P(A;;FA;;;%s)(A;;FR;;;BU)" },
};

enum { OWN, ALL, FILES };

/* What a child has to find; also its argument. */
enum kind { RESTRICTED, LOW, DENIED, PLAIN };

static HANDLE own_token(DWORD access)
{
	HANDLE t = NULL;

	CHECK(OpenProcessToken(GetCurrentProcess(), access, &t));
	return t;
}

static TOKEN_USER *user_of(HANDLE t, BYTE *buf, DWORD size)
{
	CHECK(GetTokenInformation(t, TokenUser, buf, size, &size));
	return (TOKEN_USER *)buf;
}

static DWORD opens(const char *name, DWORD access)
{
	HANDLE h = CreateFileA(name, access, 7, NULL, OPEN_EXISTING, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static DWORD makes(const char *name)
{
	HANDLE h = CreateFileA(name, GENERIC_WRITE | DELETE, 7, NULL, CREATE_NEW,
			       FILE_FLAG_DELETE_ON_CLOSE, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static DWORD integrity_of(HANDLE t)
{
	BYTE buf[128];
	TOKEN_MANDATORY_LABEL *l = (TOKEN_MANDATORY_LABEL *)buf;
	DWORD n;

	CHECK(GetTokenInformation(t, TokenIntegrityLevel, buf, sizeof buf, &n));
	return *GetSidSubAuthority(l->Label.Sid, 0);
}

static DWORD writes_key(void)
{
	HKEY k;
	DWORD err = RegOpenKeyExA(HKEY_CURRENT_USER, "Software", 0,
				  KEY_SET_VALUE, &k);

	if (!err)
		RegCloseKey(k);
	return err;
}

static DWORD run(HANDLE token, enum kind kind);

static int child(enum kind kind, BOOL grandchild)
{
	HANDLE t = own_token(TOKEN_QUERY);
	const DWORD no = ERROR_ACCESS_DENIED;
	BYTE buf[256];

	CHECK_EQ(IsTokenRestricted(t), kind == RESTRICTED);
	switch (kind) {
	case RESTRICTED:
		CHECK_EQ(opens(files[OWN].name, GENERIC_READ), no);
		CHECK_EQ(opens(files[ALL].name, GENERIC_READ), 0);
		CHECK_EQ(opens(files[ALL].name, GENERIC_WRITE), no);
		CHECK_EQ(opens(files[ALL].name, DELETE), no);
		CHECK(!DeleteFileA(files[ALL].name));
		CHECK_EQ(GetLastError(), no);
		CHECK_EQ(makes("restricted-new.tmp"), no);
		CHECK_EQ(writes_key(), no);
		break;
	case LOW:
		CHECK_EQ(integrity_of(t), SECURITY_MANDATORY_LOW_RID);
		CHECK_EQ(opens(files[OWN].name, GENERIC_READ), 0);
		CHECK_EQ(opens(files[OWN].name, GENERIC_WRITE), no);
		CHECK_EQ(opens(files[OWN].name, WRITE_DAC), no);
		CHECK(!DeleteFileA(files[ALL].name));
		CHECK_EQ(GetLastError(), no);
		CHECK_EQ(makes("restricted-new.tmp"), no);
		CHECK_EQ(writes_key(), no);
		break;
	case DENIED:
		CHECK_EQ(user_of(t, buf, sizeof buf)->User.Attributes,
			 SE_GROUP_USE_FOR_DENY_ONLY);
		CHECK_EQ(opens(files[OWN].name, GENERIC_READ), no);
		CHECK_EQ(opens(files[ALL].name, GENERIC_READ), 0);
		CHECK_EQ(opens(files[ALL].name, GENERIC_WRITE), no);
		break;
	default:
		CHECK_EQ(opens(files[OWN].name, GENERIC_WRITE), 0);
	}
	CloseHandle(t);
	/* It has no more to give to its own children. */
	if (!grandchild)
		CHECK_EQ(run(NULL, kind), 0);
	return check_done();
}

static DWORD run(HANDLE token, enum kind kind)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char self[MAX_PATH], line[MAX_PATH + 20];
	DWORD code = ~0u;

	GetModuleFileNameA(NULL, self, sizeof self);
	snprintf(line, sizeof line, "\"%s\" %d%s", self, kind,
		 token ? "" : " again");
	if (!CreateProcessAsUserA(token, NULL, line, NULL, NULL, TRUE, 0, NULL,
				  NULL, &si, &pi))
		return GetLastError();
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return code;
}

static void make_files(PSID user)
{
	SECURITY_ATTRIBUTES sa = { .nLength = sizeof sa };
	char dacl[300], *sid;

	CHECK(ConvertSidToStringSidA(user, &sid));
	for (int i = 0; i < FILES; i++) {
		HANDLE h;

		snprintf(dacl, sizeof dacl, files[i].dacl, sid);
		CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
			dacl, SDDL_REVISION_1, &sa.lpSecurityDescriptor, NULL));
		h = CreateFileA(files[i].name, GENERIC_WRITE, 0, &sa,
				CREATE_ALWAYS, 0, NULL);
		CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
		CloseHandle(h);
		LocalFree(sa.lpSecurityDescriptor);
	}
	LocalFree(sid);
}

static PSID sid_of(const char *text)
{
	PSID sid = NULL;

	CHECK(ConvertStringSidToSidA(text, &sid));
	return sid;
}

static HANDLE low_token(HANDLE own)
{
	TOKEN_MANDATORY_LABEL l = { { sid_of("S-1-16-4096"),
				      SE_GROUP_INTEGRITY } };
	HANDLE t = NULL;

	CHECK(DuplicateTokenEx(own, MAXIMUM_ALLOWED, NULL, SecurityAnonymous,
			       TokenPrimary, &t));
	CHECK(SetTokenInformation(t, TokenIntegrityLevel, &l, sizeof l));
	LocalFree(l.Label.Sid);
	return t;
}

/* A thread that impersonates is bound as well, and then no longer. */
static void impersonation(HANDLE t)
{
	HANDLE copy = NULL;

	CHECK(DuplicateTokenEx(t, MAXIMUM_ALLOWED, NULL, SecurityImpersonation,
			       TokenImpersonation, &copy));
	CHECK_EQ(run(copy, PLAIN), ERROR_BAD_TOKEN_TYPE);
	CHECK(SetThreadToken(NULL, copy));
	CHECK_EQ(opens(files[OWN].name, GENERIC_READ), ERROR_ACCESS_DENIED);
	CHECK_EQ(opens(files[ALL].name, GENERIC_READ), 0);
	CHECK(RevertToSelf());
	CHECK_EQ(opens(files[OWN].name, GENERIC_READ), 0);
	CloseHandle(copy);
}

int main(int argc, char **argv)
{
	SID_AND_ATTRIBUTES some[2] = { { sid_of("S-1-1-0"), 0 },
				       { sid_of("S-1-5-32-545"), 0 } };
	SID_AND_ATTRIBUTES me = { 0 };
	BYTE buf[256];
	HANDLE own, t = NULL, weak = NULL;

	if (argc > 1)
		return child((enum kind)atoi(argv[1]), argc > 2);
	own = own_token(TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY |
			TOKEN_ADJUST_DEFAULT);
	me.Sid = user_of(own, buf, sizeof buf)->User.Sid;
	make_files(me.Sid);

	CHECK(CreateRestrictedToken(own, DISABLE_MAX_PRIVILEGE, 0, NULL, 0,
				    NULL, 2, some, &t));
	CHECK_EQ(run(t, RESTRICTED), 0);
	impersonation(t);
	/* Rights to the handle are asked for. */
	CHECK(DuplicateHandle(GetCurrentProcess(), t, GetCurrentProcess(),
			      &weak, TOKEN_QUERY | TOKEN_DUPLICATE, FALSE, 0));
	CHECK_EQ(run(weak, RESTRICTED), ERROR_ACCESS_DENIED);
	CloseHandle(weak);
	CloseHandle(t);
	t = low_token(own);
	CHECK_EQ(run(t, LOW), 0);
	CloseHandle(t);
	CHECK(CreateRestrictedToken(own, 0, 1, &me, 0, NULL, 0, NULL, &t));
	CHECK_EQ(run(t, DENIED), 0);
	CloseHandle(t);
	CHECK_EQ(run(own, PLAIN), 0);
	CHECK_EQ(run((HANDLE)0xdead0, PLAIN), ERROR_INVALID_HANDLE);
	CloseHandle(own);
	for (int i = 0; i < FILES; i++)
		CHECK(DeleteFileA(files[i].name));
	return check_done();
}
