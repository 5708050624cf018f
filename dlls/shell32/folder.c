/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * folder.c - where known folders are: below the user's profile, %ProgramData%,
 * %SystemRoot%.  Nobody can redirect them here.
 */
#include <initguid.h>

#include "nt.h"
#include <shellapi.h>
#include <knownfolders.h>
#include <objbase.h>
#include <shlobj.h>

static const struct {
	const KNOWNFOLDERID *id;
	int csidl; /* -1: none */
	const WCHAR *base, *below;
} folders[] = {
	{ &FOLDERID_Profile, CSIDL_PROFILE, L"USERPROFILE", L"" },
	{ &FOLDERID_RoamingAppData, CSIDL_APPDATA, L"APPDATA", L"" },
	{ &FOLDERID_LocalAppData, CSIDL_LOCAL_APPDATA, L"LOCALAPPDATA", L"" },
	{ &FOLDERID_LocalAppDataLow, -1, L"USERPROFILE",
	  L"\\AppData\\LocalLow" },
	{ &FOLDERID_ProgramData, CSIDL_COMMON_APPDATA, L"ProgramData", L"" },
	{ &FOLDERID_Desktop, CSIDL_DESKTOPDIRECTORY, L"USERPROFILE",
	  L"\\Desktop" },
	{ &FOLDERID_Desktop, CSIDL_DESKTOP, L"USERPROFILE", L"\\Desktop" },
	{ &FOLDERID_Documents, CSIDL_PERSONAL, L"USERPROFILE", L"\\Documents" },
	{ &FOLDERID_Downloads, -1, L"USERPROFILE", L"\\Downloads" },
	{ &FOLDERID_Music, CSIDL_MYMUSIC, L"USERPROFILE", L"\\Music" },
	{ &FOLDERID_Pictures, CSIDL_MYPICTURES, L"USERPROFILE", L"\\Pictures" },
	{ &FOLDERID_Videos, CSIDL_MYVIDEO, L"USERPROFILE", L"\\Videos" },
	{ &FOLDERID_Favorites, CSIDL_FAVORITES, L"USERPROFILE",
	  L"\\Favorites" },
	{ &FOLDERID_Cookies, CSIDL_COOKIES, L"LOCALAPPDATA",
	  L"\\Microsoft\\Windows\\INetCookies" },
	{ &FOLDERID_InternetCache, CSIDL_INTERNET_CACHE, L"LOCALAPPDATA",
	  L"\\Microsoft\\Windows\\INetCache" },
	{ &FOLDERID_History, CSIDL_HISTORY, L"LOCALAPPDATA",
	  L"\\Microsoft\\Windows\\History" },
	{ &FOLDERID_StartMenu, CSIDL_STARTMENU, L"APPDATA",
	  L"\\Microsoft\\Windows\\Start Menu" },
	{ &FOLDERID_Programs, CSIDL_PROGRAMS, L"APPDATA",
	  L"\\Microsoft\\Windows\\Start Menu\\Programs" },
	{ &FOLDERID_Startup, CSIDL_STARTUP, L"APPDATA",
	  L"\\Microsoft\\Windows\\Start Menu\\Programs\\Startup" },
	{ &FOLDERID_SendTo, CSIDL_SENDTO, L"APPDATA",
	  L"\\Microsoft\\Windows\\SendTo" },
	{ &FOLDERID_Recent, CSIDL_RECENT, L"APPDATA",
	  L"\\Microsoft\\Windows\\Recent" },
	{ &FOLDERID_Templates, CSIDL_TEMPLATES, L"APPDATA",
	  L"\\Microsoft\\Windows\\Templates" },
	{ &FOLDERID_CommonStartMenu, CSIDL_COMMON_STARTMENU, L"ProgramData",
	  L"\\Microsoft\\Windows\\Start Menu" },
	{ &FOLDERID_CommonPrograms, CSIDL_COMMON_PROGRAMS, L"ProgramData",
	  L"\\Microsoft\\Windows\\Start Menu\\Programs" },
	{ &FOLDERID_PublicDesktop, CSIDL_COMMON_DESKTOPDIRECTORY, L"PUBLIC",
	  L"\\Desktop" },
	{ &FOLDERID_PublicDocuments, CSIDL_COMMON_DOCUMENTS, L"PUBLIC",
	  L"\\Documents" },
	{ &FOLDERID_Public, -1, L"PUBLIC", L"" },
	{ &FOLDERID_Windows, CSIDL_WINDOWS, L"SystemRoot", L"" },
	{ &FOLDERID_System, CSIDL_SYSTEM, L"SystemRoot", L"\\System32" },
	{ &FOLDERID_SystemX86, CSIDL_SYSTEMX86, L"SystemRoot",
#ifdef _WIN64
	  L"\\SysWOW64" },
#else
	  L"\\System32" },
#endif
	{ &FOLDERID_Fonts, CSIDL_FONTS, L"SystemRoot", L"\\Fonts" },
	{ &FOLDERID_ProgramFiles, CSIDL_PROGRAM_FILES, L"ProgramFiles", L"" },
	{ &FOLDERID_ProgramFilesX64, -1, L"ProgramW6432", L"" },
	{ &FOLDERID_ProgramFilesX86, CSIDL_PROGRAM_FILESX86,
	  L"ProgramFiles(x86)", L"" },
	{ &FOLDERID_ProgramFilesCommon, CSIDL_PROGRAM_FILES_COMMON,
	  L"CommonProgramFiles", L"" },
	{ &FOLDERID_UserProgramFiles, -1, L"LOCALAPPDATA", L"\\Programs" },
};

/* Makes the folder and those above it. */
static BOOL make(WCHAR *path)
{
	for (WCHAR *s = path + 3; *s; s++) {
		if (*s != '\\')
			continue;
		*s = 0;
		CreateDirectoryW(path, NULL);
		*s = '\\';
	}
	return CreateDirectoryW(path, NULL) ||
	       GetLastError() == ERROR_ALREADY_EXISTS;
}

static HRESULT folder(ULONG i, BOOL create, BOOL verify, WCHAR *path)
{
	DWORD n = GetEnvironmentVariableW(folders[i].base, path, MAX_PATH);

	if (!n || n + (DWORD)lstrlenW(folders[i].below) >= MAX_PATH)
		return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
	lstrcpyW(path + n, folders[i].below);
	if (create)
		return make(path) ? S_OK : HRESULT_FROM_WIN32(GetLastError());
	if (verify && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
		return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
	return S_OK;
}

HRESULT WINAPI SHGetKnownFolderPath(REFKNOWNFOLDERID id, DWORD flags,
				    HANDLE token, PWSTR *out)
{
	WCHAR path[MAX_PATH];
	HRESULT hr = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
	SIZE_T n;

	if (!out)
		return E_INVALIDARG;
	*out = NULL;
	for (ULONG i = 0; i < ARRAYSIZE(folders); i++) {
		if (!IsEqualGUID(folders[i].id, id))
			continue;
		hr = folder(i, !!(flags & KF_FLAG_CREATE),
			    !(flags & KF_FLAG_DONT_VERIFY), path);
		break;
	}
	if (FAILED(hr))
		return hr;
	/* What CoTaskMemFree takes is of the process's heap. */
	n = ((SIZE_T)lstrlenW(path) + 1) * sizeof(WCHAR);
	*out = HeapAlloc(GetProcessHeap(), 0, n);
	if (!*out)
		return E_OUTOFMEMORY;
	memcpy(*out, path, n);
	return S_OK;
}

HRESULT WINAPI SHGetFolderPathW(HWND owner, int csidl, HANDLE token,
				DWORD flags, LPWSTR path)
{
	if (!path)
		return E_INVALIDARG;
	*path = 0;
	for (ULONG i = 0; i < ARRAYSIZE(folders); i++) {
		HRESULT hr;

		if (folders[i].csidl != (csidl & 0xff))
			continue;
		hr = folder(i, !!(csidl & CSIDL_FLAG_CREATE),
			    !(csidl & CSIDL_FLAG_DONT_VERIFY), path);
		if (SUCCEEDED(hr))
			return hr;
		/* One that is not there is no error but empty. */
		*path = 0;
		return S_FALSE;
	}
	return E_INVALIDARG;
}

HRESULT WINAPI SHGetFolderPathA(HWND owner, int csidl, HANDLE token,
				DWORD flags, LPSTR path)
{
	WCHAR wide[MAX_PATH];
	HRESULT hr;

	if (!path)
		return E_INVALIDARG;
	hr = SHGetFolderPathW(owner, csidl, token, flags, wide);
	*path = 0;
	if (SUCCEEDED(hr) && !WideCharToMultiByte(CP_ACP, 0, wide, -1, path,
						  MAX_PATH, NULL, NULL))
		return HRESULT_FROM_WIN32(GetLastError());
	return hr;
}

BOOL WINAPI SHGetSpecialFolderPathW(HWND owner, LPWSTR path, int csidl,
				    BOOL create)
{
	return SHGetFolderPathW(owner, csidl | (create ? CSIDL_FLAG_CREATE : 0),
				NULL, 0, path) == S_OK;
}

BOOL WINAPI SHGetSpecialFolderPathA(HWND owner, LPSTR path, int csidl,
				    BOOL create)
{
	return SHGetFolderPathA(owner, csidl | (create ? CSIDL_FLAG_CREATE : 0),
				NULL, 0, path) == S_OK;
}
