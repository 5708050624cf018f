/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security.c - security descriptors of objects: given at birth, set, asked
 * for, inherited by keys, kept by the registry and in saved hives.
 */
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>
#include <string.h>

#include "check.h"
#include "named.h"
#include "privilege.h"

#define EVENT own_name("rf-test-security-event")
#define HERE  "Software\\rf-test-security"

#define PARTS                                                                  \
	(OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |             \
	 DACL_SECURITY_INFORMATION)

static SECURITY_ATTRIBUTES *sa_of(const char *sddl)
{
	static SECURITY_ATTRIBUTES sa = { .nLength = sizeof sa };

	if (sa.lpSecurityDescriptor)
		LocalFree(sa.lpSecurityDescriptor);
	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		      sddl, SDDL_REVISION_1, &sa.lpSecurityDescriptor, NULL),
	      "%s", sddl);
	return &sa;
}

static const char *text_of(PSECURITY_DESCRIPTOR sd, SECURITY_INFORMATION what)
{
	static char text[2048];
	char *s = NULL;

	if (!ConvertSecurityDescriptorToStringSecurityDescriptorA(
		    sd, SDDL_REVISION_1, what, &s, NULL))
		return "(no text)";
	snprintf(text, sizeof text, "%s", s);
	LocalFree(s);
	return text;
}

static const char *object_text(HANDLE h, SECURITY_INFORMATION what)
{
	static BYTE sd[4096];
	DWORD n;

	if (!GetKernelObjectSecurity(h, what, sd, sizeof sd, &n))
		return "(none)";
	return text_of(sd, what);
}

static const char *key_text(HKEY k)
{
	static BYTE sd[4096];
	DWORD n = sizeof sd;

	return RegGetKeySecurity(k, DACL_SECURITY_INFORMATION, sd, &n)
		       ? "(none)"
		       : text_of(sd, DACL_SECURITY_INFORMATION);
}

static void check_text(const char *got, const char *want, const char *of)
{
	CHECK(!strcmp(got, want), "%s: got %s, want %s", of, got, want);
}

static void set_dacl(HANDLE h, const char *sddl)
{
	CHECK(SetKernelObjectSecurity(h, DACL_SECURITY_INFORMATION,
				      sa_of(sddl)->lpSecurityDescriptor),
	      "error %lu", GetLastError());
}

/* ---- objects ----------------------------------------------------------- */

static void test_given(void)
{
	/* Generic rights become those of events. */
	HANDLE e = CreateEventA(sa_of("D:(A;;GA;;;WD)(A;;0x20000;;;BA)"), TRUE,
				FALSE, NULL);
	HANDLE n =
		CreateEventA(sa_of("D:NO_ACCESS_CONTROL"), TRUE, FALSE, NULL);
	SECURITY_DESCRIPTOR absolute;
	SECURITY_ATTRIBUTES sa = { sizeof sa, &absolute, FALSE };
	BYTE sd[256];
	BOOL present, defaulted;
	ACL *acl = (ACL *)sd;
	DWORD len;

	check_text(object_text(e, DACL_SECURITY_INFORMATION),
		   "D:(A;;0x1f0003;;;WD)(A;;RC;;;BA)", "an event");
	CHECK(GetKernelObjectSecurity(n, DACL_SECURITY_INFORMATION, sd,
				      sizeof sd, &len));
	CHECK(GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) &&
	      present && !acl);
	CloseHandle(e);
	CloseHandle(n);

	/* What is no descriptor makes no object. */
	InitializeSecurityDescriptor(&absolute, SECURITY_DESCRIPTOR_REVISION);
	SetSecurityDescriptorDacl(&absolute, TRUE, NULL, FALSE);
	absolute.Revision = 7;
	CHECK(!CreateEventA(&sa, TRUE, FALSE, NULL));
	CHECK_EQ(GetLastError(), ERROR_UNKNOWN_REVISION);
}

static void test_set(void)
{
	static const char *const kinds[] = { "event",   "semaphore", "mutex",
					     "section", "timer",     "port",
					     "job",     "thread",    "token",
					     "pipe",    "process" };
	HANDLE h[COUNT_OF(kinds)] = {
		CreateEventA(NULL, TRUE, FALSE, NULL),
		CreateSemaphoreA(NULL, 0, 1, NULL),
		CreateMutexA(NULL, FALSE, NULL),
		CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				   0, 4096, NULL),
		CreateWaitableTimerA(NULL, TRUE, NULL),
		CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0),
		CreateJobObjectA(NULL, NULL),
		OpenThread(THREAD_ALL_ACCESS, FALSE, GetCurrentThreadId()),
	};

	OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &h[8]);
	h[9] = CreateNamedPipeA("\\\\.\\pipe\\rf-test-security",
				PIPE_ACCESS_DUPLEX | WRITE_DAC, 0, 1, 0, 0, 0,
				NULL);
	h[10] = OpenProcess(PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId());
	for (unsigned i = 0; i < COUNT_OF(kinds); i++) {
		char before[2048];

		snprintf(before, sizeof before, "%s",
			 object_text(h[i], DACL_SECURITY_INFORMATION));
		CHECK(before[0] == 'D' && strstr(before, "(A;"), "%s: %s",
		      kinds[i], before);
		set_dacl(h[i], "D:P(A;;0x20000;;;WD)(A;;0xf0000;;;CO)");
		check_text(object_text(h[i], DACL_SECURITY_INFORMATION),
			   "D:P(A;;RC;;;WD)(A;;SDRCWDWO;;;CO)", kinds[i]);
		set_dacl(h[i], before);
		check_text(object_text(h[i], DACL_SECURITY_INFORMATION), before,
			   kinds[i]);
		CloseHandle(h[i]);
	}
}

static void test_owner(void)
{
	HANDLE e = CreateEventA(NULL, TRUE, FALSE, NULL);
	SECURITY_ATTRIBUTES *sa = sa_of("O:S-1-5-21-1-2-3-1234");
	char before[2048];
	DWORD n;
	BYTE sd[512];

	snprintf(before, sizeof before, "%s",
		 object_text(e, OWNER_SECURITY_INFORMATION));
	CHECK(!SetKernelObjectSecurity(e, OWNER_SECURITY_INFORMATION,
				       sa->lpSecurityDescriptor));
	CHECK_EQ(GetLastError(), ERROR_INVALID_OWNER);
	check_text(object_text(e, OWNER_SECURITY_INFORMATION), before, "owner");
	/* One's own is allowed, and a group that one is not in. */
	CHECK(GetKernelObjectSecurity(e, OWNER_SECURITY_INFORMATION, sd,
				      sizeof sd, &n));
	CHECK(SetKernelObjectSecurity(e, OWNER_SECURITY_INFORMATION, sd));
	CHECK(SetKernelObjectSecurity(e, GROUP_SECURITY_INFORMATION,
				      sa_of("G:WD")->lpSecurityDescriptor));
	check_text(object_text(e, GROUP_SECURITY_INFORMATION), "G:WD", "group");
	/* No part given is no part to set. */
	CHECK(!SetKernelObjectSecurity(e, GROUP_SECURITY_INFORMATION,
				       sa_of("D:")->lpSecurityDescriptor));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PRIMARY_GROUP);
	CloseHandle(e);

	/* Who may not change it is told so. */
	e = CreateEventA(NULL, TRUE, FALSE, NULL);
	HANDLE weak;
	CHECK(DuplicateHandle(GetCurrentProcess(), e, GetCurrentProcess(),
			      &weak, EVENT_MODIFY_STATE, FALSE, 0));
	CHECK(!SetKernelObjectSecurity(weak, DACL_SECURITY_INFORMATION,
				       sa_of("D:")->lpSecurityDescriptor));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!GetKernelObjectSecurity(weak, DACL_SECURITY_INFORMATION, sd,
				       sizeof sd, &n));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	/* How much room it needs. */
	n = 0;
	CHECK(!GetKernelObjectSecurity(e, PARTS, NULL, 0, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > 20 && n <= sizeof sd, "%lu", n);
	CloseHandle(weak);
	CloseHandle(e);
}

static void test_label(void)
{
	HANDLE e = CreateEventA(sa_of("S:(ML;;NW;;;LW)"), TRUE, FALSE, NULL);

	check_text(object_text(e, LABEL_SECURITY_INFORMATION),
		   "S:(ML;;NW;;;LW)", "label");
	CloseHandle(e);
}

static void test_file(void)
{
	char path[MAX_PATH], dir[MAX_PATH], owner[128];
	HANDLE f;

	GetTempPathA(sizeof path, path);
	snprintf(dir, sizeof dir, "%srf-test-security.d", path);
	strcat(path, "rf-test-security.txt");
	DeleteFileA(path);
	/* Private from the beginning, and for good. */
	f = CreateFileA(path, GENERIC_ALL, 0, sa_of("D:P(A;;FA;;;OW)"),
			CREATE_NEW, 0, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CHECK(!strstr(object_text(f, DACL_SECURITY_INFORMATION), ";;;WD)"),
	      "%s", object_text(f, DACL_SECURITY_INFORMATION));
	snprintf(owner, sizeof owner, "%s",
		 object_text(f, OWNER_SECURITY_INFORMATION));
	CloseHandle(f);
	DeleteFileA(path);
	RemoveDirectoryA(dir);
	CHECK(CreateDirectoryA(dir, sa_of("D:P(A;;FA;;;OW)")));
	f = CreateFileA(dir, READ_CONTROL, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	CHECK(!strstr(object_text(f, DACL_SECURITY_INFORMATION), ";;;WD)"),
	      "%s", object_text(f, DACL_SECURITY_INFORMATION));
	/* Directories have owners as files do. */
	check_text(object_text(f, OWNER_SECURITY_INFORMATION), owner, dir);
	CloseHandle(f);
	CHECK(RemoveDirectoryA(dir));
	/* ... and are as open as they are made. */
	CHECK(CreateDirectoryA(dir, NULL));
	f = CreateFileA(dir, READ_CONTROL | WRITE_DAC, 7, NULL, OPEN_EXISTING,
			FILE_FLAG_BACKUP_SEMANTICS, NULL);
	check_text(object_text(f, OWNER_SECURITY_INFORMATION), owner, dir);
	set_dacl(f, "D:P(A;;FA;;;OW)");
	CHECK(!strstr(object_text(f, DACL_SECURITY_INFORMATION), ";;;WD)"),
	      "%s", object_text(f, DACL_SECURITY_INFORMATION));
	CloseHandle(f);
	CHECK(RemoveDirectoryA(dir));
}

/* ---- keys -------------------------------------------------------------- */

static void test_keys(void)
{
	HKEY k, sub, below, other;
	DWORD how;

	RegDeleteTreeA(HKEY_CURRENT_USER, HERE);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &k, NULL),
		 0);
	CHECK(strstr(key_text(k), "(A;"), "%s", key_text(k));

	/* Set, told, and what new keys below get of it. */
	CHECK_EQ(RegSetKeySecurity(k, DACL_SECURITY_INFORMATION,
				   sa_of("D:P(A;CI;KA;;;WD)(A;;KR;;;BU)"
					 "(A;CIIO;GA;;;CO)(A;CINP;KR;;;BA)")
					   ->lpSecurityDescriptor),
		 0);
	check_text(key_text(k),
		   "D:P(A;CI;KA;;;WD)(A;;KR;;;BU)"
		   "(A;CIIO;GA;;;CO)(A;CINP;KR;;;BA)",
		   "key");
	CHECK_EQ(RegCreateKeyExA(k, "sub", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
				 &sub, &how),
		 0);
	CHECK_EQ(how, REG_CREATED_NEW_KEY);
	CHECK(!strncmp(key_text(sub), "D:(A;CI;KA;;;WD)(A;;KA;;;S-1-5-21-",
		       34) ||
		      !strncmp(key_text(sub), "D:(A;CI;KA;;;WD)(A;;KA;;;BA)",
			       28) ||
		      !strncmp(key_text(sub), "D:(A;CI;KA;;;WD)(A;;KA;;;LA)",
			       28),
	      "%s", key_text(sub));
	CHECK(strstr(key_text(sub), "(A;CIIO;GA;;;CO)(A;;KR;;;BA)"), "%s",
	      key_text(sub));
	/* And keys below those. */
	CHECK_EQ(RegCreateKeyExA(sub, "below", 0, NULL, 0, KEY_ALL_ACCESS, NULL,
				 &below, NULL),
		 0);
	CHECK(strstr(key_text(below), "(A;CI;KA;;;WD)") &&
		      strstr(key_text(below), "(A;CIIO;GA;;;CO)") &&
		      !strstr(key_text(below), ";KR;"),
	      "%s", key_text(below));
	/* One given and protected stands alone. */
	CHECK_EQ(RegCreateKeyExA(k, "other", 0, NULL, 0, KEY_ALL_ACCESS,
				 sa_of("D:P(A;;GR;;;WD)(A;;GA;;;CO)"), &other,
				 NULL),
		 0);
	CHECK(!strncmp(key_text(other), "D:P(A;;KR;;;WD)(A;;KA;;;", 24) &&
		      !strstr(key_text(other), ";;;CO)"),
	      "%s", key_text(other));
	RegCloseKey(other);
	RegCloseKey(below);
	RegCloseKey(sub);
	RegCloseKey(k);
}

static void test_hive(void)
{
	char file[MAX_PATH], saved[4][2048];
	static const char *const names[] = { "", "sub", "sub\\below", "other" };
	HKEY k, sub;

	if (!enable_privilege("SeBackupPrivilege") ||
	    !enable_privilege("SeRestorePrivilege")) {
		printf("# no privilege to save keys\n");
		return;
	}
	GetTempPathA(sizeof file, file);
	strcat(file, "rf-test-security.hiv");
	DeleteFileA(file);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE, 0, KEY_ALL_ACCESS, &k),
		 0);
	for (int i = 0; i < 4; i++) {
		RegOpenKeyExA(k, names[i], 0, READ_CONTROL, &sub);
		snprintf(saved[i], sizeof saved[i], "%s", key_text(sub));
		RegCloseKey(sub);
	}
	CHECK_EQ(RegSaveKeyA(k, file, NULL), 0);
	CHECK_EQ(RegSetKeySecurity(
			 k, DACL_SECURITY_INFORMATION,
			 sa_of("D:(A;CI;KA;;;WD)")->lpSecurityDescriptor),
		 0);
	CHECK_EQ(RegRestoreKeyA(k, file, 8), 0); /* REG_FORCE_RESTORE */
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(RegOpenKeyExA(k, names[i], 0, READ_CONTROL, &sub), 0);
		check_text(key_text(sub), saved[i], names[i]);
		RegCloseKey(sub);
	}
	RegCloseKey(k);
	DeleteFileA(file);
}

/* ---- other processes --------------------------------------------------- */

static int child(void)
{
	HANDLE e = OpenEventA(READ_CONTROL | WRITE_DAC, FALSE, EVENT);
	HKEY k;

	check_text(object_text(e, DACL_SECURITY_INFORMATION),
		   "D:(A;;0x1f0003;;;WD)(A;;0x1f0003;;;BA)",
		   "a named event, elsewhere");
	set_dacl(e, "D:(A;;RC;;;WD)(A;;0x1f0003;;;BA)");
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE "\\sub", 0, READ_CONTROL,
			       &k),
		 0);
	CHECK(strstr(key_text(k), "(A;CIIO;GA;;;CO)(A;;KR;;;BA)"), "%s",
	      key_text(k));
	return check_done();
}

static void test_elsewhere(void)
{
	HANDLE e = CreateEventA(sa_of("D:(A;;GA;;;WD)(A;;GA;;;BA)"), TRUE,
				FALSE, EVENT);
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char exe[MAX_PATH], line[MAX_PATH + 16];
	DWORD code = 99;

	GetModuleFileNameA(NULL, exe, sizeof exe);
	snprintf(line, sizeof line, "\"%s\" child", exe);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			     &pi));
	WaitForSingleObject(pi.hProcess, INFINITE);
	GetExitCodeProcess(pi.hProcess, &code);
	CHECK_EQ(code, 0);
	check_text(object_text(e, DACL_SECURITY_INFORMATION),
		   "D:(A;;RC;;;WD)(A;;0x1f0003;;;BA)", "set elsewhere");
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	CloseHandle(e);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child();
	test_given();
	test_set();
	test_owner();
	test_label();
	test_file();
	test_keys();
	test_elsewhere();
	test_hive();
	CHECK_EQ(RegDeleteTreeA(HKEY_CURRENT_USER, HERE), 0);
	return check_done();
}
