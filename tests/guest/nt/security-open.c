/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * security-open.c - what a key's or a file's security descriptor does not
 * allow, opening does not give: to nobody, its owner and administrators
 * included.
 */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <winternl.h>

#include <string.h>

#include "check.h"
#include "privilege.h"

#define HERE "Software\\rf-test-security-open"

/* Everybody may read; nobody may write or make anything in it. */
#define READ_ONLY "D:P(D;;0x6;;;WD)(A;;GA;;;WD)"

static void set_key(HKEY k, const char *sddl)
{
	PSECURITY_DESCRIPTOR sd;

	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		sddl, SDDL_REVISION_1, &sd, NULL));
	CHECK_EQ(RegSetKeySecurity(k, DACL_SECURITY_INFORMATION, sd), 0);
	LocalFree(sd);
}

static LSTATUS open_key(const char *name, REGSAM access)
{
	HKEY k;
	LSTATUS ret = RegOpenKeyExA(HKEY_CURRENT_USER, name, 0, access, &k);

	if (!ret)
		RegCloseKey(k);
	return ret;
}

static void test_keys(void)
{
	DWORD n = 5, how, type, len;
	HKEY k, all, sub;

	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &all, NULL),
		 0);
	CHECK_EQ(RegSetValueExA(all, "n", 0, REG_DWORD, (BYTE *)&n, 4), 0);
	CHECK_EQ(open_key(HERE, KEY_ALL_ACCESS), 0);

	/* What is open stays so. */
	set_key(all, "D:P(D;;KW;;;WD)(A;;KA;;;WD)");
	CHECK_EQ(RegSetValueExA(all, "n", 0, REG_DWORD, (BYTE *)&n, 4), 0);
	CHECK_EQ(open_key(HERE, KEY_WRITE), ERROR_ACCESS_DENIED);
	CHECK_EQ(open_key(HERE, KEY_ALL_ACCESS), ERROR_ACCESS_DENIED);
	CHECK_EQ(open_key(HERE, KEY_SET_VALUE), ERROR_ACCESS_DENIED);

	/* KEY_WRITE has READ_CONTROL in it, and the entry denies that. */
	set_key(all, "D:P(D;;0x6;;;WD)(A;;KA;;;WD)");
	CHECK_EQ(open_key(HERE, KEY_READ), 0);
	CHECK_EQ(open_key(HERE, KEY_QUERY_VALUE | KEY_WOW64_64KEY), 0);
	CHECK_EQ(open_key(HERE, KEY_READ | KEY_SET_VALUE), ERROR_ACCESS_DENIED);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE, 0, MAXIMUM_ALLOWED, &k),
		 0);
	len = sizeof n;
	CHECK_EQ(RegQueryValueExA(k, "n", NULL, &type, (BYTE *)&n, &len), 0);
	CHECK_EQ(RegSetValueExA(k, "n", 0, REG_DWORD, (BYTE *)&n, 4),
		 ERROR_ACCESS_DENIED);
	RegCloseKey(k);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE "\\sub", 0, NULL, 0,
				 KEY_READ, NULL, &sub, &how),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE, 0, NULL, 0, KEY_READ,
				 NULL, &k, &how),
		 0);
	CHECK_EQ(how, REG_OPENED_EXISTING_KEY);
	RegCloseKey(k);

	/* Its owner may always read and change the descriptor itself. */
	set_key(all, "D:P");
	CHECK_EQ(open_key(HERE, KEY_QUERY_VALUE), ERROR_ACCESS_DENIED);
	CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE, 0,
			       READ_CONTROL | WRITE_DAC, &k),
		 0);
	/* With the privileges, keys are saved and restored all the same. */
	if (enable_privilege("SeBackupPrivilege")) {
		CHECK_EQ(RegOpenKeyExA(HKEY_CURRENT_USER, HERE,
				       REG_OPTION_BACKUP_RESTORE, KEY_READ,
				       &sub),
			 0);
		RegCloseKey(sub);
	}
	set_key(k, "D:P(A;CI;KA;;;WD)");
	RegCloseKey(k);

	/* What is inherited counts as well. */
	CHECK_EQ(RegCreateKeyExA(HKEY_CURRENT_USER, HERE "\\sub", 0, NULL, 0,
				 KEY_ALL_ACCESS, NULL, &sub, NULL),
		 0);
	CHECK_EQ(open_key(HERE "\\sub", KEY_ALL_ACCESS), 0);
	set_key(sub, "D:P(A;;KR;;;WD)");
	CHECK_EQ(open_key(HERE "\\sub", KEY_SET_VALUE), ERROR_ACCESS_DENIED);
	CHECK_EQ(open_key(HERE "\\sub", DELETE), ERROR_ACCESS_DENIED);
	set_key(sub, "D:P(A;;KA;;;WD)");
	RegCloseKey(sub);
	RegCloseKey(all);
	CHECK_EQ(RegDeleteKeyA(HKEY_CURRENT_USER, HERE "\\sub"), 0);
	CHECK_EQ(RegDeleteKeyA(HKEY_CURRENT_USER, HERE), 0);
}

/* ---- files ------------------------------------------------------------- */

static char base[MAX_PATH - 64];

static const char *in_base(const char *name)
{
	static char path[4][MAX_PATH];
	static int turn;
	char *p = path[turn++ % 4];

	snprintf(p, MAX_PATH, "%s%s", base, name);
	return p;
}

static void set_file(const char *name, const char *sddl)
{
	PSECURITY_DESCRIPTOR sd;

	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		sddl, SDDL_REVISION_1, &sd, NULL));
	CHECK(SetFileSecurityA(in_base(name),
			       DACL_SECURITY_INFORMATION |
				       PROTECTED_DACL_SECURITY_INFORMATION,
			       sd),
	      "%s: %lu", name, GetLastError());
	LocalFree(sd);
}

static const char *file_text(const char *name)
{
	static char text[1024];
	static BYTE sd[4096];
	DWORD n;
	char *s;

	if (!GetFileSecurityA(in_base(name), DACL_SECURITY_INFORMATION, sd,
			      sizeof sd, &n) ||
	    !ConvertSecurityDescriptorToStringSecurityDescriptorA(
		    sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &s, NULL))
		return "(none)";
	snprintf(text, sizeof text, "%s", s);
	LocalFree(s);
	return text;
}

/* 0, or the error of opening it so. */
static DWORD open_file(const char *name, DWORD access, DWORD how)
{
	HANDLE h = CreateFileA(in_base(name), access, 7, NULL, how,
			       FILE_FLAG_BACKUP_SEMANTICS, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return GetLastError();
	CloseHandle(h);
	return 0;
}

static void test_file(void)
{
	PSECURITY_DESCRIPTOR sd;
	SECURITY_ATTRIBUTES sa = { .nLength = sizeof sa };
	char byte[1];
	HANDLE h;
	DWORD n;

	h = CreateFileA(in_base("file"), GENERIC_ALL, 7, NULL, CREATE_NEW, 0,
			NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK_EQ(open_file("file", GENERIC_ALL, OPEN_EXISTING), 0);
	set_file("file", "D:(D;;0x116;;;WD)(A;;FA;;;WD)");
	CHECK(!strcmp(file_text("file"), "D:P(D;;0x116;;;WD)(A;;FA;;;WD)") ||
		      !strcmp(file_text("file"),
			      "D:P(D;;DCLCRPCR;;;WD)(A;;FA;;;WD)"),
	      "%s", file_text("file"));
	/* What is open stays so. */
	CHECK(WriteFile(h, "x", 1, &n, NULL));
	CloseHandle(h);
	CHECK_EQ(open_file("file", GENERIC_READ, OPEN_EXISTING), 0);
	CHECK_EQ(open_file("file", GENERIC_READ | GENERIC_EXECUTE | DELETE,
			   OPEN_EXISTING),
		 0);
	CHECK_EQ(open_file("file", GENERIC_WRITE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", FILE_APPEND_DATA, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", FILE_WRITE_ATTRIBUTES, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", GENERIC_ALL, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", GENERIC_READ, CREATE_ALWAYS),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", GENERIC_READ, OPEN_ALWAYS), 0);
	/* A stream is the file's. */
	CHECK_EQ(open_file("file:stream", GENERIC_WRITE, CREATE_NEW),
		 ERROR_ACCESS_DENIED);
	CHECK(GetFileAttributesA(in_base("file")) != INVALID_FILE_ATTRIBUTES);
	CHECK(!SetFileAttributesA(in_base("file"), FILE_ATTRIBUTE_HIDDEN));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);

	h = CreateFileA(in_base("file"), MAXIMUM_ALLOWED, 7, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(ReadFile(h, byte, 1, &n, NULL) && n == 1);
	CHECK(!WriteFile(h, "y", 1, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h);

	/* Nobody may anything, but the owner change that, and who may delete
	   in the folder delete it. */
	set_file("file", "D:P");
	CHECK_EQ(open_file("file", GENERIC_READ, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", FILE_EXECUTE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("file", WRITE_DAC, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED); /* and SYNCHRONIZE, which is refused */
	CHECK(!strcmp(file_text("file"), "D:P"), "%s", file_text("file"));
	CHECK(DeleteFileA(in_base("file")), "%lu", GetLastError());

	/* Given at birth; its maker has what he asked for all the same. */
	CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(
		"D:P(A;;FR;;;CO)(A;;SD;;;WD)", SDDL_REVISION_1, &sd, NULL));
	sa.lpSecurityDescriptor = sd;
	h = CreateFileA(in_base("given"), GENERIC_WRITE, 7, &sa, CREATE_NEW, 0,
			NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(WriteFile(h, "x", 1, &n, NULL));
	CloseHandle(h);
	LocalFree(sd);
	CHECK_EQ(open_file("given", GENERIC_READ, OPEN_EXISTING), 0);
	CHECK_EQ(open_file("given", GENERIC_WRITE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK(DeleteFileA(in_base("given")), "%lu", GetLastError());
}

static void test_folder(void)
{
	CHECK(CreateDirectoryA(in_base("dir"), NULL));
	CHECK_EQ(open_file("dir\\before", GENERIC_WRITE, CREATE_NEW), 0);
	set_file("dir", "D:(A;OICI;0x1f01f9;;;WD)");
	CHECK(!strcmp(file_text("dir"), "D:P(A;OICI;0x1f01f9;;;WD)"), "%s",
	      file_text("dir"));
	CHECK_EQ(open_file("dir\\new", GENERIC_WRITE, CREATE_NEW),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("dir\\new", GENERIC_WRITE, OPEN_ALWAYS),
		 ERROR_ACCESS_DENIED);
	CHECK(!CreateDirectoryA(in_base("dir\\sub"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("dir\\before", GENERIC_WRITE, OPEN_ALWAYS), 0);
	CHECK_EQ(open_file("mover", GENERIC_WRITE, CREATE_NEW), 0);
	CHECK(!MoveFileA(in_base("mover"), in_base("dir\\mover")));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!CreateHardLinkA(in_base("dir\\mover"), in_base("mover"), NULL));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(DeleteFileA(in_base("mover")));
	CHECK_EQ(open_file("dir", FILE_ADD_FILE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK_EQ(open_file("dir", FILE_LIST_DIRECTORY, OPEN_EXISTING), 0);

	/* Files may be made; what they are, may only be read and deleted. */
	set_file("dir", "D:(A;;FA;;;WD)(A;OICIIO;0x1300a9;;;WD)");
	CHECK_EQ(open_file("dir\\new", GENERIC_WRITE, CREATE_NEW), 0);
	CHECK(strstr(file_text("dir\\new"), "(A;;0x1300a9;;;WD)") ||
		      strstr(file_text("dir\\new"), "(A;ID;0x1300a9;;;WD)"),
	      "%s", file_text("dir\\new"));
	CHECK_EQ(open_file("dir\\new", GENERIC_READ, OPEN_EXISTING), 0);
	CHECK_EQ(open_file("dir\\new", GENERIC_WRITE, OPEN_EXISTING),
		 ERROR_ACCESS_DENIED);
	CHECK(CreateDirectoryA(in_base("dir\\sub"), NULL));
	CHECK_EQ(open_file("dir\\sub\\deep", GENERIC_WRITE, CREATE_NEW),
		 ERROR_ACCESS_DENIED);
	CHECK(DeleteFileA(in_base("dir\\new")), "%lu", GetLastError());
	CHECK(DeleteFileA(in_base("dir\\before")));
	CHECK(RemoveDirectoryA(in_base("dir\\sub")), "%lu", GetLastError());
	CHECK(RemoveDirectoryA(in_base("dir")));
}

/* A file system may keep none: FAT, or a Linux one without attributes. */
static BOOL has_security(void)
{
	BOOL yes;

	CHECK_EQ(open_file("probe", GENERIC_ALL, CREATE_NEW), 0);
	set_file("probe", "D:(A;;FR;;;WD)(A;;SD;;;WD)");
	yes = !strcmp(file_text("probe"), "D:P(A;;FR;;;WD)(A;;SD;;;WD)");
	CHECK(DeleteFileA(in_base("probe")));
	return yes;
}

int main(void)
{
	DWORD n = GetCurrentDirectoryA(sizeof base - 1, base);

	CHECK(n && n < sizeof base - 1);
	strcat(base, "\\");
	if (has_security()) {
		test_file();
		test_folder();
	} else {
		printf("# no descriptors are kept here\n");
	}
	test_keys(); /* enables a privilege that opens files, too */
	return check_done();
}
