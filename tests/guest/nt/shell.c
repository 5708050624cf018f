/* shell32: known folders, both ways of asking. */
#include <initguid.h>
#include <windows.h>
#include <knownfolders.h>
#include <shlobj.h>

#include "../lib/check.h"

int main(void)
{
	static const GUID none = { 1, 2, 3, { 4 } };
	WCHAR *path, old[MAX_PATH], env[MAX_PATH];
	char narrow[MAX_PATH];

	CHECK_EQ(SHGetKnownFolderPath(&FOLDERID_Profile, 0, NULL, &path), S_OK);
	GetEnvironmentVariableW(L"USERPROFILE", env, MAX_PATH);
	CHECK(!_wcsicmp(path, env), "%ls %ls", path, env);
	CoTaskMemFree(path);
	CHECK_EQ(SHGetKnownFolderPath(&FOLDERID_RoamingAppData, KF_FLAG_CREATE,
				      NULL, &path),
		 S_OK);
	CHECK_EQ(SHGetFolderPathW(NULL, CSIDL_APPDATA, NULL, 0, old), S_OK);
	CHECK(!_wcsicmp(path, old), "%ls %ls", path, old);
	CoTaskMemFree(path);
	CHECK_EQ(SHGetFolderPathA(NULL, CSIDL_SYSTEM, NULL, 0, narrow), S_OK);
	CHECK(!_stricmp(narrow + strlen(narrow) - 9, "\\system32"), "%s",
	      narrow);
	CHECK_EQ(SHGetKnownFolderPath(&none, 0, NULL, &path),
		 HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
	CHECK(!path);
	CHECK_EQ(SHGetFolderPathW(NULL, 0x7f, NULL, 0, old), E_INVALIDARG);
	return check_done();
}
