/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Activation contexts: made of manifests, in force on a thread, asked. */
#include "check.h"

#include <string.h>
#include <windows.h>

static WCHAR dir[MAX_PATH];

static const WCHAR *in_dir(const WCHAR *name)
{
	static WCHAR path[2][MAX_PATH * 2];
	static int i;

	i = !i;
	swprintf(path[i], MAX_PATH * 2, L"%ls\\%ls", dir, name);
	return path[i];
}

static void write_file(const WCHAR *name, const char *text)
{
	HANDLE h = CreateFileW(in_dir(name), GENERIC_WRITE, 0, NULL,
			       CREATE_ALWAYS, 0, NULL);
	DWORD n;

	CHECK(WriteFile(h, text, (DWORD)strlen(text), &n, NULL));
	CloseHandle(h);
}

static HANDLE create(const char *text)
{
	ACTCTXW a = { .cbSize = sizeof a };

	write_file(L"test.manifest", text);
	a.lpSource = in_dir(L"test.manifest");
	return CreateActCtxW(&a);
}

#define HEAD                                                                   \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"    \
	"<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" "                \
	"manifestVersion=\"1.0\">\r\n"
#define IDENTITY                                                               \
	"<assemblyIdentity version=\"1.2.3.4\" name=\"Test.Main\" "            \
	"type=\"win32\"/>\n"

static const char whole[] = HEAD IDENTITY
	"<!-- a <comment> -->"
	"<file name=\"some.dll\">"
	"<windowClass>TestClass</windowClass>"
	"<comClass clsid=\"{12345678-1234-1234-1234-111122223333}\" "
	"threadingModel=\"Both\" progid=\"Some.Thing\"/>"
	"<typelib tlbid=\"{12345678-1234-1234-1234-111122225555}\" "
	"version=\"1.0\" helpdir=\"\"/></file>"
	"<file name=\"other &amp; dll\"/>"
	"<comInterfaceExternalProxyStub name=\"Iifc\" "
	"iid=\"{12345678-1234-1234-1234-111122224444}\" numMethods=\"7\"/>"
	"<trustInfo xmlns=\"urn:schemas-microsoft-com:asm.v3\"><security>"
	"<requestedPrivileges><requestedExecutionLevel "
	"level=\"highestAvailable\" uiAccess=\"false\"/>"
	"</requestedPrivileges></security></trustInfo>"
	"<compatibility xmlns=\"urn:schemas-microsoft-com:compatibility.v1\">"
	"<application>"
	"<supportedOS Id=\"{35138b9a-5d96-4fbd-8e2d-a2440225f93a}\"/>"
	"<supportedOS Id=\"{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}\"/>"
	"</application></compatibility>"
	"<asmv3:application xmlns:asmv3=\"urn:schemas-microsoft-com:asm.v3\">"
	"<asmv3:windowsSettings "
	"xmlns=\"http://schemas.microsoft.com/SMI/2005/WindowsSettings\">"
	"<dpiAware>true</dpiAware></asmv3:windowsSettings>"
	"</asmv3:application></assembly>\n";

static void query(HANDLE h)
{
	union {
		ACTIVATION_CONTEXT_DETAILED_INFORMATION all;
		ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION assembly;
		ASSEMBLY_FILE_DETAILED_INFORMATION file;
		ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION level;
		ACTIVATION_CONTEXT_COMPATIBILITY_INFORMATION compatible;
		BYTE room[4096];
	} u;
	ACTIVATION_CONTEXT_QUERY_INDEX at = { 0, 1 };
	SIZE_T n = 0;
	ULONG i = 1;

	CHECK(!QueryActCtxW(0, h, NULL, ActivationContextDetailedInformation,
			    NULL, 0, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > sizeof u.all && n < sizeof u, "%zu", n);
	CHECK(QueryActCtxW(0, h, NULL, ActivationContextDetailedInformation, &u,
			   n, &n));
	CHECK_EQ(u.all.ulFormatVersion, 1);
	CHECK_EQ(u.all.ulAssemblyCount, 1);
	CHECK_EQ(u.all.ulRootManifestPathType,
		 ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE);
	CHECK(u.all.lpRootManifestPath &&
		      !_wcsicmp(u.all.lpRootManifestPath,
				in_dir(L"test.manifest")) &&
		      u.all.ulRootManifestPathChars ==
			      wcslen(u.all.lpRootManifestPath),
	      "%ls", u.all.lpRootManifestPath);

	CHECK(QueryActCtxW(0, h, &i,
			   AssemblyDetailedInformationInActivationContext, &u,
			   sizeof u, &n));
	CHECK(!wcscmp(u.assembly.lpAssemblyEncodedAssemblyIdentity,
		      L"Test.Main,type=\"win32\",version=\"1.2.3.4\""),
	      "%ls", u.assembly.lpAssemblyEncodedAssemblyIdentity);
	CHECK_EQ(u.assembly.ulFileCount, 2);
	CHECK_EQ(u.assembly.ulManifestVersionMajor, 1);
	i = 2;
	CHECK(!QueryActCtxW(0, h, &i,
			    AssemblyDetailedInformationInActivationContext, &u,
			    sizeof u, &n));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(QueryActCtxW(
		0, h, &at,
		FileInformationInAssemblyOfAssemblyInActivationContext, &u,
		sizeof u, &n));
	CHECK(!wcscmp(u.file.lpFileName, L"other & dll"), "%ls",
	      u.file.lpFileName);

	CHECK(QueryActCtxW(0, h, NULL, RunlevelInformationInActivationContext,
			   &u, sizeof u, &n));
	CHECK_EQ(u.level.RunLevel, ACTCTX_RUN_LEVEL_HIGHEST_AVAILABLE);
	CHECK(QueryActCtxW(0, h, NULL,
			   CompatibilityInformationInActivationContext, &u,
			   sizeof u, &n));
	CHECK_EQ(u.compatible.ElementCount, 2);
}

static void find(HANDLE h)
{
	static const GUID clsid = { 0x12345678,
				    0x1234,
				    0x1234,
				    { 0x12, 0x34, 0x11, 0x11, 0x22, 0x22, 0x33,
				      0x33 } };
	static const GUID iid = { 0x12345678,
				  0x1234,
				  0x1234,
				  { 0x12, 0x34, 0x11, 0x11, 0x22, 0x22, 0x44,
				    0x44 } };
	ACTCTX_SECTION_KEYED_DATA d = { .cbSize = sizeof d };
	ULONG_PTR cookie;
	HANDLE now;

	CHECK(ActivateActCtx(h, &cookie));
	CHECK(GetCurrentActCtx(&now) && now == h);
	ReleaseActCtx(now);
	CHECK(FindActCtxSectionStringW(
		0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
		L"SOME.dll", &d));
	CHECK_EQ(d.ulAssemblyRosterIndex, 1);
	CHECK_EQ(d.ulLength, 20);
	CHECK(!d.hActCtx);
	CHECK(FindActCtxSectionStringA(
		FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX, NULL,
		ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION,
		"testclass", &d));
	CHECK(d.hActCtx == h);
	ReleaseActCtx(h);
	CHECK_EQ(d.ulLength, 24 + 36 + 18); /* with its strings */
	CHECK(FindActCtxSectionGuid(
		0, NULL, ACTIVATION_CONTEXT_SECTION_COM_SERVER_REDIRECTION,
		&clsid, &d));
	CHECK(FindActCtxSectionGuid(
		0, NULL, ACTIVATION_CONTEXT_SECTION_COM_INTERFACE_REDIRECTION,
		&iid, &d));
	CHECK(FindActCtxSectionStringW(
		0, NULL, ACTIVATION_CONTEXT_SECTION_COM_PROGID_REDIRECTION,
		L"Some.Thing", &d));
	CHECK(!FindActCtxSectionStringW(
		0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
		L"missing.dll", &d));
	CHECK_EQ(GetLastError(), ERROR_SXS_KEY_NOT_FOUND);
	CHECK(!FindActCtxSectionStringW(
		4711, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
		L"some.dll", &d));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(DeactivateActCtx(0, cookie));
	CHECK(!FindActCtxSectionStringW(
		0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
		L"some.dll", &d));
}

static void settings(HANDLE h)
{
	/* Not in every import library. */
	BOOL(WINAPI * ask)
	(DWORD, HANDLE, PCWSTR, PCWSTR, PWSTR, SIZE_T, SIZE_T *) =
		(void *)GetProcAddress(GetModuleHandleA("kernel32.dll"),
				       "QueryActCtxSettingsW");
	WCHAR v[16];
	SIZE_T n;

	CHECK(ask(0, h, NULL, L"dpiAware", v, 16, &n) && !wcscmp(v, L"true") &&
	      n == 5);
	CHECK(!ask(0, h, NULL, L"dpiAware", v, 4, &n));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(!ask(0, h, NULL, L"autoElevate", v, 16, &n));
	CHECK_EQ(GetLastError(), ERROR_SXS_KEY_NOT_FOUND);
}

static void dependencies(void)
{
	static const char private[] =
		HEAD "<assemblyIdentity version=\"1.0.0.0\" name=\"Test.Part\" "
		     "type=\"win32\"/><file name=\"part.dll\"/></assembly>";
	static const char needs[] = HEAD IDENTITY
		"<dependency><dependentAssembly><assemblyIdentity "
		"type=\"win32\" name=\"Test.Part\" version=\"1.0.0.0\"/>"
		"</dependentAssembly></dependency></assembly>";
	ACTCTX_SECTION_KEYED_DATA d = { .cbSize = sizeof d };
	ULONG_PTR cookie;
	HANDLE h = create(needs);

	CHECK(h == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_SXS_CANT_GEN_ACTCTX);
	write_file(L"Test.Part.manifest", private);
	h = create(needs);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	if (h != INVALID_HANDLE_VALUE) {
		CHECK(ActivateActCtx(h, &cookie));
		CHECK(FindActCtxSectionStringW(
			0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION,
			L"part.dll", &d));
		CHECK_EQ(d.ulAssemblyRosterIndex, 2);
		DeactivateActCtx(0, cookie);
		ReleaseActCtx(h);
	}
	DeleteFileW(in_dir(L"Test.Part.manifest"));
	h = create(HEAD IDENTITY
		   "<dependency><dependentAssembly><assemblyIdentity "
		   "type=\"win32\" name=\"Microsoft.Windows.Common-Controls\" "
		   "version=\"6.0.0.0\" processorArchitecture=\"*\" "
		   "publicKeyToken=\"6595b64144ccf1df\" language=\"*\"/>"
		   "</dependentAssembly></dependency></assembly>");
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	ReleaseActCtx(h);
}

static void wrong(void)
{
	static const char *const text[] = {
		"",
		"no XML",
		"<?xml version=\"1.0\"?>",
		HEAD,
		HEAD "<assemblyIdentity",
		HEAD "<assemblyIdentity version=\"1.0.0.0></assembly>",
		HEAD IDENTITY "</assembl>",
		HEAD IDENTITY "<file></file></assembly>",
		HEAD IDENTITY "<a></b></assembly>",
		"<assembly manifestVersion=\"1.0\"><x/>",
		"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]>"
		"<assembly xmlns=\"urn:schemas-microsoft-com:asm.v1\" "
		"manifestVersion=\"1.0\">" IDENTITY "<x",
	};
	ACTCTXW a = { .cbSize = sizeof a };
	char deep[8192] = HEAD IDENTITY;

	for (unsigned i = 0; i < sizeof text / sizeof *text; i++) {
		HANDLE h = create(text[i]);

		CHECK(h == INVALID_HANDLE_VALUE, "%u", i);
		CHECK(GetLastError() == (i ? ERROR_SXS_CANT_GEN_ACTCTX
					   : ERROR_FILE_INVALID),
		      "%u: %lu", i, GetLastError());
	}
	while (strlen(deep) < sizeof deep - 10)
		strcat(deep, "<a>");
	CHECK(create(deep) == INVALID_HANDLE_VALUE);
	a.lpSource = in_dir(L"missing.manifest");
	CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
	a.cbSize = 8;
	CHECK(CreateActCtxW(&a) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(CreateActCtxW(NULL) == INVALID_HANDLE_VALUE);
}

static void query_nothing(HANDLE h)
{
	BYTE room[4096];
	SIZE_T n;

	for (ULONG class = 1; class <= 6; class ++) {
		ULONG index[2] = { 1, 0 };

		QueryActCtxW(0, h, index, class, room, sizeof room, &n);
		if (class == ActivationContextBasicInformation)
			ReleaseActCtx(h);
	}
}

/* Cut short anywhere, or with a byte changed: refused or read, no more. */
static void damaged(void)
{
	static char text[sizeof whole];
	unsigned seed = 1, made = 0;

	for (size_t n = 0; n < sizeof whole - 3; n += 23) {
		HANDLE h;

		memcpy(text, whole, n);
		text[n] = 0;
		CHECK(create(text) == INVALID_HANDLE_VALUE, "cut at %zu", n);
		memcpy(text, whole, sizeof whole);
		seed = seed * 1103515245 + 12345;
		text[n] = "<>\"'&/= a"[(seed >> 16) % 9];
		h = create(text);
		if (h != INVALID_HANDLE_VALUE) {
			query_nothing(h);
			ReleaseActCtx(h);
			made++;
		}
	}
	CHECK(made > 0); /* blanks and comments may change */
}

int main(void)
{
	ACTIVATION_CONTEXT_BASIC_INFORMATION basic;
	WCHAR temp[MAX_PATH];
	HANDLE h;

	GetTempPathW(MAX_PATH, temp);
	GetLongPathNameW(temp, temp, MAX_PATH);
	CHECK(GetTempFileNameW(temp, L"act", 0, dir));
	DeleteFileW(dir);
	CHECK(CreateDirectoryW(dir, NULL));
	/* This program has none of its own, or mingw-w64's default one. */
	CHECK(QueryActCtxW(QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX, NULL, NULL,
			   ActivationContextBasicInformation, &basic,
			   sizeof basic, NULL));
	CHECK(!basic.hActCtx);
	h = create(whole);
	CHECK(h != INVALID_HANDLE_VALUE, "%lu", GetLastError());
	if (h != INVALID_HANDLE_VALUE) {
		query(h);
		find(h);
		settings(h);
		ReleaseActCtx(h);
	}
	dependencies();
	wrong();
	damaged();
	DeleteFileW(in_dir(L"test.manifest"));
	CHECK(RemoveDirectoryW(dir));
	return check_done();
}
