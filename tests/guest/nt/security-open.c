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

int main(void)
{
	test_keys();
	return check_done();
}
