/* What a program learns about its width, and System32 in both widths. */
#include <windows.h>
#include <string.h>

#include "check.h"

#ifdef __x86_64__
enum { NARROW = 0 };
#else
enum { NARROW = 1 };
#endif

static WORD machine_of(const char *path)
{
	BYTE head[1024];
	DWORD n = 0, at = 0;
	WORD machine = 0;
	HANDLE f = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);

	if (f == INVALID_HANDLE_VALUE)
		return 0;
	ReadFile(f, head, sizeof head, &n, NULL);
	CloseHandle(f);
	memcpy(&at, head + 0x3c, sizeof at);
	if (at < n - 6)
		memcpy(&machine, head + at + 4, sizeof machine);
	return machine;
}

#define DLL(folder) machine_of("C:\\Windows\\" folder "\\kernel32.dll")

static void folders(void)
{
	const WORD amd64 = IMAGE_FILE_MACHINE_AMD64;
	const WORD x86 = IMAGE_FILE_MACHINE_I386;
	PVOID old = NULL, inner = NULL;
	char path[MAX_PATH];

	CHECK_EQ(DLL("SysWOW64"), x86);
	CHECK_EQ(DLL("System32"), NARROW ? x86 : amd64);
	CHECK_EQ(DLL("sysnative"), NARROW ? amd64 : 0);
	CHECK_EQ(GetSystemWow64DirectoryA(path, sizeof path), 19);
	CHECK(!strcmp(path, "C:\\Windows\\SysWOW64"), "%s", path);
	CHECK(GetSystemDirectoryA(path, sizeof path));
	CHECK(!lstrcmpiA(path, "C:\\Windows\\System32"), "%s", path);
	CHECK_EQ(Wow64DisableWow64FsRedirection(&old), NARROW);
	if (!NARROW) {
		CHECK_EQ(GetLastError(), ERROR_INVALID_FUNCTION);
		return;
	}
	CHECK_EQ(DLL("System32"), amd64);
	CHECK_EQ(DLL("sysnative"), amd64);
	/* Switched off twice, it is on after both are undone. */
	CHECK(Wow64DisableWow64FsRedirection(&inner));
	CHECK(Wow64RevertWow64FsRedirection(inner));
	CHECK_EQ(DLL("System32"), amd64);
	CHECK(Wow64RevertWow64FsRedirection(old));
	CHECK_EQ(DLL("System32"), x86);
	CHECK(Wow64EnableWow64FsRedirection(FALSE));
	CHECK_EQ(DLL("System32"), amd64);
	CHECK(Wow64EnableWow64FsRedirection(TRUE));
	CHECK_EQ(DLL("System32"), x86);
}

static void width(void)
{
	SYSTEM_INFO own, native;
	USHORT machine = 1, host = 1;
	BOOL wow64 = 2;

	CHECK(IsWow64Process(GetCurrentProcess(), &wow64));
	CHECK_EQ(wow64, NARROW);
	CHECK(IsWow64Process2(GetCurrentProcess(), &machine, &host));
	CHECK_EQ(machine, NARROW ? IMAGE_FILE_MACHINE_I386 : 0);
	CHECK_EQ(host, IMAGE_FILE_MACHINE_AMD64);
	GetSystemInfo(&own);
	GetNativeSystemInfo(&native);
	CHECK_EQ(own.wProcessorArchitecture, NARROW ? 0 : 9);
	CHECK_EQ(native.wProcessorArchitecture, 9);
	CHECK_EQ(own.dwProcessorType, NARROW ? 586 : 8664);
	CHECK(own.lpMinimumApplicationAddress == (PVOID)0x10000);
	CHECK(VirtualAlloc(NULL, 1, MEM_RESERVE, PAGE_NOACCESS) <
	      own.lpMaximumApplicationAddress);
	if (NARROW)
		CHECK((DWORD_PTR)own.lpMaximumApplicationAddress ==
				      0x7ffeffff ||
			      (DWORD_PTR)own.lpMaximumApplicationAddress ==
				      0xfffeffff,
		      "%p", own.lpMaximumApplicationAddress);
	/* The same name in the environment. */
	CHECK_EQ(GetEnvironmentVariableA("PROCESSOR_ARCHITEW6432", NULL, 0) > 0,
		 NARROW);
}

/* HKLM\SOFTWARE of 32-bit programs is its Wow6432Node. */
static void registry(void)
{
	static const char name[] = "Software\\rf-wow64-test";
	HKEY own, other, node;
	DWORD v = 1, n = sizeof v;

	CHECK_EQ(RegCreateKeyExA(HKEY_LOCAL_MACHINE, name, 0, NULL, 0,
				 KEY_ALL_ACCESS | KEY_WOW64_32KEY, NULL, &own,
				 NULL),
		 0);
	CHECK_EQ(RegSetValueExA(own, "v", 0, REG_DWORD, (BYTE *)&v, 4), 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, name, 0,
			       KEY_READ | KEY_WOW64_64KEY, &other),
		 ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, name, 0, KEY_READ, &other),
		 NARROW ? 0 : ERROR_FILE_NOT_FOUND);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE,
			       "SOFTWARE\\Wow6432Node\\rf-wow64-test", 0,
			       KEY_READ, &node),
		 0);
	v = 0;
	CHECK_EQ(RegQueryValueExA(node, "v", NULL, NULL, (BYTE *)&v, &n), 0);
	CHECK_EQ(v, 1);
	RegCloseKey(node);
	RegCloseKey(own);
	CHECK_EQ(RegDeleteKeyExA(HKEY_LOCAL_MACHINE, name, KEY_WOW64_32KEY, 0),
		 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, name, 0,
			       KEY_READ | KEY_WOW64_32KEY, &other),
		 ERROR_FILE_NOT_FOUND);
	/* Shared. */
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Classes\\.txt", 0,
			       KEY_READ, &own),
		 0);
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE,
			       "SOFTWARE\\Microsoft\\Windows NT", 0,
			       KEY_READ | KEY_WOW64_32KEY, &other),
		 0);
}

/* Memory and registers of a process of either width. */
static void inside(const PROCESS_INFORMATION *p, BOOL narrow)
{
	char in[8] = "wow", out[8] = "";
	MEMORY_BASIC_INFORMATION m;
	SIZE_T n = 0;
	BYTE *at = VirtualAllocEx(p->hProcess, NULL, 0x3000,
				  MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);

	CHECK(at != NULL, "%lu", GetLastError());
	CHECK(WriteProcessMemory(p->hProcess, at, in, sizeof in, &n));
	CHECK_EQ(n, sizeof in);
	CHECK(ReadProcessMemory(p->hProcess, at, out, sizeof out, &n));
	CHECK(!strcmp(out, "wow"));
	CHECK_EQ(VirtualQueryEx(p->hProcess, at + 0x1000, &m, sizeof m),
		 sizeof m);
	CHECK(m.AllocationBase == at && m.RegionSize == 0x2000);
#ifdef __x86_64__
	if (narrow) {
		WOW64_CONTEXT c = { .ContextFlags = WOW64_CONTEXT_FULL };

		CHECK_EQ(SuspendThread(p->hThread), 0);
		CHECK(Wow64GetThreadContext(p->hThread, &c), "%lu",
		      GetLastError());
		CHECK_EQ(c.SegCs, 0x23);
		CHECK(c.Eip && c.Esp);
		CHECK(Wow64SetThreadContext(p->hThread, &c));
		CHECK_EQ(ResumeThread(p->hThread), 1);
	}
#endif
}

/* A child of our own width, and one of the other, if it is where it is made. */
static void child(const char *name, BOOL want)
{
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	HANDLE ev = CreateEventA(&sa, TRUE, FALSE, NULL);
	HANDLE go = CreateEventA(&sa, TRUE, FALSE, NULL);
	STARTUPINFOA s = { .cb = sizeof s };
	PROCESS_INFORMATION p;
	char line[2 * MAX_PATH];
	BOOL wow64 = 2;
	DWORD code = 0;

	snprintf(line, sizeof line, "\"%s\" child %lu %lu", name,
		 (unsigned long)(ULONG_PTR)ev, (unsigned long)(ULONG_PTR)go);
	if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &s,
			    &p)) {
		/* A system for programs of one width, which says so. */
		CHECK(GetLastError() == ERROR_EXE_MACHINE_TYPE_MISMATCH,
		      "%s: %lu", name, GetLastError());
		CloseHandle(ev);
		CloseHandle(go);
		return;
	}
	CHECK(IsWow64Process(p.hProcess, &wow64));
	CHECK_EQ(wow64, want);
	CHECK_EQ(WaitForSingleObject(ev, 20000), WAIT_OBJECT_0);
	inside(&p, want);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(p.hProcess, 20000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(p.hProcess, &code));
	CHECK_EQ(code, 43 + want);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	CloseHandle(ev);
	CloseHandle(go);
}

int main(int argc, char **argv)
{
	char self[MAX_PATH], other[MAX_PATH], *arch;

	if (argc == 4 && !strcmp(argv[1], "child")) {
		HANDLE ev = (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 0);
		HANDLE go = (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 0);

		return SetEvent(ev) && !WaitForSingleObject(go, 20000)
			       ? 43 + NARROW
			       : 1;
	}
	width();
	folders();
	registry();
	GetModuleFileNameA(NULL, self, sizeof self);
	child(self, NARROW);
	/* .../x86_64/wow64.exe and .../i686/wow64.exe */
	strcpy(other, self);
	arch = strstr(other, NARROW ? "\\i686\\" : "\\x86_64\\");
	if (arch) {
		strcpy(arch,
		       NARROW ? "\\x86_64\\wow64.exe" : "\\i686\\wow64.exe");
		if (GetFileAttributesA(other) != INVALID_FILE_ATTRIBUTES)
			child(other, !NARROW);
	}
	return check_done();
}
