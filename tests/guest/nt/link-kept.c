/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A symbolic link of the object manager lives as long as somebody has a handle:
 * Cygwin's processes are known by such links, which who starts them makes and
 * gives to the child, before that runs.  Its maker ends first.
 */
#include <windows.h>
#include <winternl.h>
#include <stdlib.h>

#include "named.h"
#include "self.h"

NTSTATUS NTAPI NtCreateSymbolicLinkObject(PHANDLE, ACCESS_MASK,
					  POBJECT_ATTRIBUTES, PUNICODE_STRING);
NTSTATUS NTAPI NtOpenSymbolicLinkObject(PHANDLE, ACCESS_MASK,
					POBJECT_ATTRIBUTES);
NTSTATUS NTAPI NtQuerySymbolicLinkObject(HANDLE, PUNICODE_STRING, PULONG);

#define NAME own_name_w("\\Sessions\\1\\BaseNamedObjects\\rf-link-kept")
#define DONE own_name("rf-link-kept-done")

static void attributes(OBJECT_ATTRIBUTES *oa, UNICODE_STRING *name)
{
	RtlInitUnicodeString(name, NAME);
	InitializeObjectAttributes(oa, name, OBJ_CASE_INSENSITIVE, NULL, NULL);
}

/* Makes it, starts a process that has it, and ends. */
static int maker(void)
{
	HANDLE self = GetCurrentProcess(), link;
	UNICODE_STRING name, to;
	PROCESS_INFORMATION pi;
	OBJECT_ATTRIBUTES oa;

	CHECK(start("holder", CREATE_SUSPENDED, &pi), "%lu", GetLastError());
	attributes(&oa, &name);
	RtlInitUnicodeString(&to, L"74");
	CHECK_EQ(NtCreateSymbolicLinkObject(&link, 0xf0001, &oa, &to), 0);
	CHECK(DuplicateHandle(self, link, pi.hProcess, NULL, 0, FALSE,
			      DUPLICATE_SAME_ACCESS),
	      "%lu", GetLastError());
	ResumeThread(pi.hThread);
	close_both(&pi);
	return check_failed ? 1 : 7;
}

static int holder(void)
{
	HANDLE done = OpenEventA(SYNCHRONIZE, FALSE, DONE);

	return WaitForSingleObject(done, PATIENCE) == WAIT_OBJECT_0 ? 0 : 1;
}

static NTSTATUS look(void)
{
	UNICODE_STRING name, to = { 0, 40, (WCHAR[20]){ 0 } };
	OBJECT_ATTRIBUTES oa;
	NTSTATUS status;
	HANDLE link;

	attributes(&oa, &name);
	status = NtOpenSymbolicLinkObject(&link, 1, &oa);
	if (status)
		return status;
	CHECK_EQ(NtQuerySymbolicLinkObject(link, &to, NULL), 0);
	CHECK(to.Length == 4 && !memcmp(to.Buffer, L"74", 4));
	CloseHandle(link);
	return 0;
}

int main(int argc, char **argv)
{
	HANDLE done;

	if (argc > 1)
		return strcmp(argv[1], "maker") ? holder() : maker();
	done = CreateEventA(NULL, TRUE, FALSE, DONE);
	CHECK(done != NULL);
	CHECK_EQ(run_self("maker"), 7);
	CHECK_EQ(look(), 0);
	SetEvent(done);
	for (int i = 0; i < PATIENCE / 10 && !look(); i++)
		Sleep(10);
	CHECK_EQ(look(), (NTSTATUS)0xc0000034);
	return check_done();
}
