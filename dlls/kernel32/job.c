/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * job.c - job objects.  Win32's information classes are NT's, but that a limit's
 * priority class is Win32's.
 */
#include "object-name.h"

#define JOB_OBJECT_ALL_RIGHTS 0x1f001f

HANDLE WINAPI CreateJobObjectW(LPSECURITY_ATTRIBUTES sa, LPCWSTR name)
{
	struct object_name n;
	OBJECT_ATTRIBUTES *oa;
	HANDLE h = NULL;

	if (!object_name_init(&n, sa, name, TRUE, &oa))
		return NULL;
	return object_created(NtCreateJobObject(&h, JOB_OBJECT_ALL_RIGHTS, oa),
			      &h);
}

HANDLE WINAPI CreateJobObjectA(LPSECURITY_ATTRIBUTES sa, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? CreateJobObjectW(sa, w.s) : NULL;
}

HANDLE WINAPI OpenJobObjectW(DWORD access, BOOL inherit, LPCWSTR name)
{
	struct object_name n;
	HANDLE h = NULL;

	if (!object_name_open(&n, inherit, name))
		return NULL;
	return object_opened(NtOpenJobObject(&h, access, &n.oa), &h);
}

HANDLE WINAPI OpenJobObjectA(DWORD access, BOOL inherit, LPCSTR name)
{
	WIDE(w);

	return wide_from_ansi(&w, name) ? OpenJobObjectW(access, inherit, w.s)
					: NULL;
}

BOOL WINAPI AssignProcessToJobObject(HANDLE job, HANDLE process)
{
	return rf_result(NtAssignProcessToJobObject(job, process));
}

BOOL WINAPI TerminateJobObject(HANDLE job, UINT code)
{
	return rf_result(NtTerminateJobObject(job, code));
}

static BOOL has_limits(JOBOBJECTINFOCLASS class)
{
	return class == JobObjectBasicLimitInformation ||
	       class == JobObjectExtendedLimitInformation;
}

BOOL WINAPI QueryInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class,
				      LPVOID info, DWORD size, LPDWORD needed)
{
	JOBOBJECT_BASIC_LIMIT_INFORMATION *l = info;
	NTSTATUS status;

	status = NtQueryInformationJobObject(job, class, info, size, needed);
	if (NT_SUCCESS(status) && has_limits(class) &&
	    l->PriorityClass < PRIORITY_CLASSES)
		l->PriorityClass = priority_classes[l->PriorityClass];
	return rf_result(status);
}

BOOL WINAPI SetInformationJobObject(HANDLE job, JOBOBJECTINFOCLASS class,
				    LPVOID info, DWORD size)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION copy;
	JOBOBJECT_BASIC_LIMIT_INFORMATION *l = &copy.BasicLimitInformation;
	DWORD number = 1;

	/* What has another size is refused as it is. */
	if (has_limits(class) && (size == sizeof copy || size == sizeof *l)) {
		memcpy(&copy, info, size);
		while (number < PRIORITY_CLASSES &&
		       priority_classes[number] != l->PriorityClass)
			number++;
		l->PriorityClass = number < PRIORITY_CLASSES ? number : 0;
		info = &copy;
	}
	return rf_result(NtSetInformationJobObject(job, class, info, size));
}

BOOL WINAPI IsProcessInJob(HANDLE process, HANDLE job, PBOOL in)
{
	NTSTATUS status = NtIsProcessInJob(process, job);

	if (status == STATUS_PROCESS_IN_JOB)
		*in = TRUE;
	else if (status == STATUS_PROCESS_NOT_IN_JOB)
		*in = FALSE;
	else
		return rf_fail(status);
	return TRUE;
}

BOOL WINAPI CreateJobSet(ULONG n, PJOB_SET_ARRAY jobs, ULONG flags)
{
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}
