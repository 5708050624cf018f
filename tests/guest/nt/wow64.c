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

/* ---- the registry's views ---- */

enum { WIDE = KEY_WOW64_64KEY, THIN = KEY_WOW64_32KEY };

static BOOL there(HKEY root, const char *name, REGSAM view)
{
	HKEY k;

	if (RegOpenKeyExA(root, name, 0, KEY_READ | view, &k))
		return FALSE;
	RegCloseKey(k);
	return TRUE;
}

static void make(HKEY root, const char *name, REGSAM view)
{
	HKEY k;

	CHECK(!RegCreateKeyExA(root, name, 0, NULL, 0, KEY_ALL_ACCESS | view,
			       NULL, &k, NULL),
	      "%s", name);
	RegCloseKey(k);
}

static void delete(HKEY root, const char *name, REGSAM view)
{
	CHECK(!RegDeleteKeyExA(root, name, view, 0), "%s", name);
}

/* A key made in 32-bit programs' view has another name in the other. */
static void apart(HKEY root, const char *name, const char *as)
{
	make(root, name, THIN);
	CHECK(!there(root, name, WIDE), "%s", name);
	CHECK(there(root, name, THIN), "%s", name);
	CHECK_EQ(there(root, name, 0), NARROW);
	CHECK(there(root, as, WIDE), "%s", as);
	CHECK(there(root, as, THIN), "%s", as);
	delete(root, as, WIDE);
	CHECK(!there(root, name, THIN), "%s", name);
	make(root, name, WIDE);
	CHECK(!there(root, name, THIN), "%s", name);
	CHECK(!there(root, as, WIDE), "%s", as);
	delete(root, name, WIDE);
}

static void shared(HKEY root, const char *name)
{
	make(root, name, THIN);
	CHECK(there(root, name, WIDE), "%s", name);
	delete(root, name, WIDE);
	CHECK(!there(root, name, THIN), "%s", name);
}

static void program_files(REGSAM view, const char *want)
{
	char text[MAX_PATH] = "";
	DWORD n = sizeof text;
	HKEY k;

	CHECK(!RegOpenKeyExA(HKEY_LOCAL_MACHINE,
			     "SOFTWARE\\Microsoft\\Windows\\CurrentVersion", 0,
			     KEY_READ | view, &k));
	CHECK(!RegQueryValueExA(k, "ProgramFilesDir", NULL, NULL, (BYTE *)text,
				&n));
	CHECK(!strcmp(text, want), "%s", text);
	RegCloseKey(k);
}

/* Source: "Registry Keys Affected by WOW64". */
static void registry(void)
{
#define SW "SOFTWARE\\"
#define NODE SW "Wow6432Node\\"
	HKEY k, sub;

	apart(HKEY_LOCAL_MACHINE, SW "rf-wow64-test", NODE "rf-wow64-test");
	apart(HKEY_LOCAL_MACHINE, SW "Microsoft\\rf-wow64-test",
	      NODE "Microsoft\\rf-wow64-test");
	apart(HKEY_LOCAL_MACHINE,
	      SW "Microsoft\\Windows\\CurrentVersion\\Uninstall\\rf-test",
	      NODE "Microsoft\\Windows\\CurrentVersion\\Uninstall\\rf-test");
	shared(HKEY_LOCAL_MACHINE, SW "Microsoft\\SystemCertificates\\rf-test");
	shared(HKEY_LOCAL_MACHINE,
	       SW "Microsoft\\Windows NT\\CurrentVersion\\Fonts\\rf-test");
	shared(HKEY_LOCAL_MACHINE, SW "Policies\\rf-test");
	shared(HKEY_LOCAL_MACHINE, "SYSTEM\\rf-test");
	program_files(WIDE, "C:\\Program Files");
	program_files(THIN, "C:\\Program Files (x86)");

	/* Classes are shared, but for those of code. */
	shared(HKEY_LOCAL_MACHINE, SW "Classes\\.rf-test");
	shared(HKEY_CURRENT_USER, SW "Classes\\.rf-test");
	shared(HKEY_CLASSES_ROOT, "AppID\\rf-test");
	apart(HKEY_LOCAL_MACHINE, SW "Classes\\CLSID\\{rf-test}",
	      SW "Classes\\Wow6432Node\\CLSID\\{rf-test}");
	apart(HKEY_LOCAL_MACHINE, SW "Classes\\CLSID\\{rf-test}",
	      NODE "Classes\\CLSID\\{rf-test}");
	apart(HKEY_LOCAL_MACHINE, SW "Classes\\Interface\\{rf-test}",
	      SW "Classes\\Wow6432Node\\Interface\\{rf-test}");
	apart(HKEY_CURRENT_USER, SW "Classes\\CLSID\\{rf-test}",
	      SW "Classes\\Wow6432Node\\CLSID\\{rf-test}");

	/* Below a key that is open already, too. */
	CHECK(!RegOpenKeyExA(HKEY_LOCAL_MACHINE, SW "Classes", 0,
			     KEY_READ | WIDE, &k));
	apart(k, "CLSID\\{rf-test}", "Wow6432Node\\CLSID\\{rf-test}");
	CHECK(!RegOpenKeyExA(k, "CLSID", 0, KEY_READ | WIDE, &sub));
	make(sub, "{rf-test}", THIN);
	CHECK(!there(k, "CLSID\\{rf-test}", WIDE));
	delete(k, "Wow6432Node\\CLSID\\{rf-test}", WIDE);
	RegCloseKey(sub);
	RegCloseKey(k);
	CHECK(!there(HKEY_LOCAL_MACHINE, SW "nothing", THIN));
	CHECK(there(HKEY_LOCAL_MACHINE, "SOFTWARE", THIN | 0));
	CHECK_EQ(RegOpenKeyExA(HKEY_LOCAL_MACHINE, "SOFTWARE", 0,
			       KEY_READ | THIN | WIDE, &k),
		 ERROR_INVALID_PARAMETER);
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
	CHECK_EQ(WaitForSingleObject(ev, 60000), WAIT_OBJECT_0);
	inside(&p, want);
	SetEvent(go);
	CHECK_EQ(WaitForSingleObject(p.hProcess, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeProcess(p.hProcess, &code));
	CHECK_EQ(code, 43 + want);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	CloseHandle(ev);
	CloseHandle(go);
}

#ifdef __i386__
/* Calls stdcall f with its arguments at args, and room for the return before. */
static NTSTATUS call_with(FARPROC f, DWORD *args)
{
	NTSTATUS status;

	__asm__ volatile("movl %%esp, %%ebx\n\t"
			 "movl %2, %%esp\n\t"
			 "call *%1\n\t"
			 "movl %%ebx, %%esp"
			 : "=a"(status)
			 : "S"(f), "D"(args)
			 : "ebx", "ecx", "edx", "memory", "cc");
	return status;
}
#endif

/* A call reads as many arguments as it has: behind them may be nothing. */
static void arguments_at_an_edge(void)
{
#ifdef __i386__
	static const struct {
		const char *name;
		unsigned n;
	} calls[] = {
		{ "NtFlushBuffersFile", 2 },	{ "NtQueryEvent", 5 },
		{ "NtReadFile", 9 },		{ "NtDeviceIoControlFile", 10 },
		{ "NtQueryDirectoryFile", 11 },
	};
	enum { PAGE = 0x1000 };
	char *page = VirtualAlloc(NULL, 3 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
	DWORD *end;

	page = VirtualAlloc(page, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
	end = (DWORD *)(page + 2 * PAGE);
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		FARPROC f = GetProcAddress(GetModuleHandleA("ntdll.dll"),
					   calls[i].name);

		/* All zero: no such handle, or no such class. */
		memset(page, 0, 2 * PAGE);
		CHECK(call_with(f, end - calls[i].n) != (NTSTATUS)0xc0000005,
		      "%s", calls[i].name);
		for (unsigned k = 1; k < calls[i].n; k++) {
			DWORD *at = end - calls[i].n + k;

			/* "ret $n" leaves the stack beyond, and nobody pushes. */
			CHECK(call_with(f, at) == (NTSTATUS)0xc0000005,
			      "%s, %u behind the edge", calls[i].name, k);
		}
	}
	VirtualFree(page, 0, MEM_RELEASE);
#endif
}

int main(int argc, char **argv)
{
	char self[MAX_PATH], other[MAX_PATH], *arch;

	if (argc == 4 && !strcmp(argv[1], "child")) {
		HANDLE ev = (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 0);
		HANDLE go = (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 0);

		return SetEvent(ev) && !WaitForSingleObject(go, 60000)
			       ? 43 + NARROW
			       : 1;
	}
	arguments_at_an_edge();
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
