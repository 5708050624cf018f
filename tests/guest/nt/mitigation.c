/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests mitigation policies: what is said to be in force is, nothing is taken
 * back, and a child has what its parent asked for.
 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#ifndef ERROR_DYNAMIC_CODE_BLOCKED
#define ERROR_DYNAMIC_CODE_BLOCKED 1655
#endif
#ifndef ERROR_CHILD_PROCESS_BLOCKED
#define ERROR_CHILD_PROCESS_BLOCKED 367
#endif

static char self[MAX_PATH];

static DWORD get(PROCESS_MITIGATION_POLICY which)
{
	DWORD v = 0xdead;

	CHECK(GetProcessMitigationPolicy(GetCurrentProcess(), which, &v,
					 sizeof v));
	return v;
}

static DWORD set(PROCESS_MITIGATION_POLICY which, DWORD v)
{
	return SetProcessMitigationPolicy(which, &v, sizeof v) ? ERROR_SUCCESS
							       : GetLastError();
}

/* A child with those options; its exit code, or why there is none. */
static DWORD run_with(const char *what, const DWORD64 *options, SIZE_T bytes)
{
	STARTUPINFOEXA si = { .StartupInfo.cb = sizeof si };
	char line[MAX_PATH + 40], list[200];
	SIZE_T size = sizeof list;
	PROCESS_INFORMATION pi;
	DWORD code = ~0u;

	wsprintfA(line, "\"%s\" %s", self, what);
	si.lpAttributeList = (void *)list;
	CHECK(InitializeProcThreadAttributeList(si.lpAttributeList, 1, 0,
						&size));
	CHECK(UpdateProcThreadAttribute(si.lpAttributeList, 0,
					PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY,
					(void *)options, bytes, NULL, NULL));
	if (!CreateProcessA(self, line, NULL, NULL, FALSE,
			    EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
			    &si.StartupInfo, &pi))
		return GetLastError();
	CHECK_EQ(WaitForSingleObject(pi.hProcess, 60000), WAIT_OBJECT_0);
	GetExitCodeProcess(pi.hProcess, &code);
	CloseHandle(pi.hProcess);
	CloseHandle(pi.hThread);
	return code;
}

static DWORD run(const char *what, DWORD64 options)
{
	return run_with(what, &options, sizeof options);
}

/*
 * Each option of CreateProcess holds in the child, or there is no child: what
 * it asked for may not be quietly missing.  (Windows has them all.)
 */
static void check_options(void)
{
	static const BYTE policy[16] = {
		[2] = ProcessASLRPolicy,
		[4] = ProcessASLRPolicy,
		[5] = ProcessASLRPolicy,
		[6] = ProcessStrictHandleCheckPolicy,
		[7] = ProcessSystemCallDisablePolicy,
		[8] = ProcessExtensionPointDisablePolicy,
		[9] = ProcessDynamicCodePolicy,
		[12] = ProcessFontDisablePolicy,
		[13] = ProcessImageLoadPolicy,
		[14] = ProcessImageLoadPolicy,
		[15] = ProcessImageLoadPolicy,
	};
	DWORD64 o[2] = { 0, 0 }, off[2] = { 0, 2ull << 16 | 2ull << 24 };
	char what[40];

	for (int i = 0; i < 16; i++) {
		DWORD code;

		if (!policy[i])
			continue;
		o[0] = 1ull << i * 4;
		off[0] |= 2ull << i * 4;
		wsprintfA(what, "has %d", policy[i]);
		code = run_with(what, o, sizeof o);
		CHECK(code == 1 || code == ERROR_NOT_SUPPORTED,
		      "option %d: %lu", i, code);
	}
	CHECK_EQ(run_with("nothing", off, sizeof off), 0);
	/* A damaged heap is the end of every program of 64 bits. */
	CHECK_EQ(run("nothing", 1ull << 12), 0);
	/* DEP; and what is reserved. */
	if (sizeof(void *) == 8)
		CHECK_EQ(run("has 0", 1), 1);
	CHECK_EQ(run("nothing", 8), ERROR_INVALID_PARAMETER);
	CHECK_EQ(run("nothing", 4ull << 24), ERROR_INVALID_PARAMETER);
	CHECK_EQ(run("nothing", 1ull << 4), ERROR_INVALID_PARAMETER);
}

/* ---- code ------------------------------------------------------------ */

/* 0, or which of the ways to code is open or wrongly closed. */
static int no_code(char *was_code)
{
	HANDLE section =
		CreateFileMappingA(INVALID_HANDLE_VALUE, NULL,
				   PAGE_EXECUTE_READWRITE, 0, 4096, NULL);
	char *p = VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_READWRITE);
	DWORD old;

	if (!p)
		return 1;
	if (VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_EXECUTE_READ) ||
	    GetLastError() != ERROR_DYNAMIC_CODE_BLOCKED)
		return 2;
	if (VirtualProtect(p, 4096, PAGE_EXECUTE_READ, &old) ||
	    GetLastError() != ERROR_DYNAMIC_CODE_BLOCKED)
		return 3;
	if (VirtualProtect((void *)no_code, 1, PAGE_EXECUTE_READWRITE, &old))
		return 4;
	if (VirtualProtect((void *)no_code, 1, PAGE_READWRITE, &old))
		return 5;
	if (section &&
	    MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0, 0))
		return 6;
	if (!VirtualProtect(p, 4096, PAGE_READONLY, &old))
		return 7;
	/* What was there runs, and other programs' DLLs are loaded. */
	if (was_code && ((int (*)(void))was_code)() != 7)
		return 8;
	if (!LoadLibraryA("version.dll"))
		return 9;
	return 0;
}

static void check_code(void)
{
	static const char seven[] = "\xb8\x07\0\0\0\xc3";
	char *code =
		VirtualAlloc(NULL, 4096, MEM_COMMIT, PAGE_EXECUTE_READWRITE);

	memcpy(code, seven, sizeof seven);
	CHECK_EQ(get(ProcessDynamicCodePolicy), 0);
	CHECK_EQ(set(ProcessDynamicCodePolicy, 1), 0);
	CHECK_EQ(get(ProcessDynamicCodePolicy), 1);
	CHECK_EQ(set(ProcessDynamicCodePolicy, 0), ERROR_ACCESS_DENIED);
	CHECK_EQ(get(ProcessDynamicCodePolicy), 1);
	CHECK_EQ(no_code(code), 0);
}

/* ---- handles --------------------------------------------------------- */

static DWORD raised;

static LONG CALLBACK count(EXCEPTION_POINTERS *e)
{
	if (e->ExceptionRecord->ExceptionCode != (DWORD)STATUS_INVALID_HANDLE)
		return EXCEPTION_CONTINUE_SEARCH;
	raised++;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void use_handles(void)
{
	HANDLE e = CreateEventA(NULL, TRUE, FALSE, NULL);

	raised = 0;
	CHECK(SetEvent(e));
	CloseHandle(e);
	CHECK_EQ(raised, 0);
	CHECK(!SetEvent(e));
	CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
	CHECK(!CloseHandle(e));
	CHECK_EQ(WaitForSingleObject((HANDLE)0xfff0, 0), WAIT_FAILED);
}

static void check_handles(void)
{
	AddVectoredExceptionHandler(1, count);
	use_handles();
	CHECK_EQ(raised, 0);
	CHECK_EQ(set(ProcessStrictHandleCheckPolicy, 3), 0);
	CHECK_EQ(get(ProcessStrictHandleCheckPolicy), 3);
	use_handles();
	CHECK_EQ(raised, 3);
}

/* ---- the others ------------------------------------------------------ */

static void check_facts(void)
{
	PROCESS_MITIGATION_DEP_POLICY dep;
	DWORD flags = 0;
	BOOL permanent = FALSE;

	CHECK(GetProcessMitigationPolicy(GetCurrentProcess(), ProcessDEPPolicy,
					 &dep, sizeof dep));
	if (sizeof(void *) == 8)
		CHECK_EQ(dep.Flags & 1, 1);
	else if (GetProcessDEPPolicy(GetCurrentProcess(), &flags, &permanent))
		CHECK_EQ(dep.Flags & 1, flags & PROCESS_DEP_ENABLE);
	CHECK(!GetProcessMitigationPolicy(GetCurrentProcess(), 99, &flags, 4));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(!GetProcessMitigationPolicy(GetCurrentProcess(),
					  ProcessDynamicCodePolicy, &flags, 2));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK_EQ(set(ProcessDynamicCodePolicy, 0x80000000),
		 ERROR_INVALID_PARAMETER);
}

static void check_children(void)
{
	STARTUPINFOA si = { .cb = sizeof si };
	PROCESS_INFORMATION pi;
	char line[] = "x";

	CHECK_EQ(set(ProcessExtensionPointDisablePolicy, 1), 0);
	CHECK_EQ(get(ProcessExtensionPointDisablePolicy), 1);
	CHECK_EQ(run("code", 1ull << 36), 0);
	CHECK_EQ(run("handles", 1ull << 24), 0);
	CHECK_EQ(run("nothing", 0), 0);
	check_options();
	CHECK_EQ(set(ProcessChildProcessPolicy, 1), 0);
	CHECK_EQ(get(ProcessChildProcessPolicy), 1);
	CHECK(!CreateProcessA(self, line, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			      &pi));
	CHECK_EQ(GetLastError(), ERROR_CHILD_PROCESS_BLOCKED);
}

static int child(const char *what, const char *which)
{
	if (!strcmp(what, "has")) {
		PROCESS_MITIGATION_DEP_POLICY dep = { 0 };

		if (atoi(which) != ProcessDEPPolicy)
			return get(atoi(which)) ? 1 : 30;
		GetProcessMitigationPolicy(GetCurrentProcess(),
					   ProcessDEPPolicy, &dep, sizeof dep);
		return dep.Flags & 1 ? 1 : 30;
	}
	if (!strcmp(what, "code"))
		return get(ProcessDynamicCodePolicy) == 1 ? no_code(NULL) : 20;
	if (!strcmp(what, "handles")) {
		AddVectoredExceptionHandler(1, count);
		CHECK_EQ(get(ProcessStrictHandleCheckPolicy), 3);
		use_handles();
		CHECK_EQ(raised, 3);
		return check_done();
	}
	return get(ProcessDynamicCodePolicy) ||
	       get(ProcessStrictHandleCheckPolicy);
}

int main(int argc, char **argv)
{
	GetModuleFileNameA(NULL, self, sizeof self);
	if (argc > 1)
		return child(argv[1], argc > 2 ? argv[2] : "");
	check_facts();
	check_children();
	check_handles();
	check_code();
	return check_done();
}
