/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * processor.c - which processors there are and which a thread may use:
 * affinity, groups, ideal processors, NUMA nodes, topology.
 *
 * Group 0 holds the first 64 processors, and so on, as Windows numbers them.
 * Everything about topology comes from one NT call (class 107).
 */
#include "kernel32-private.h"
#include "nt-thread.h"

/* ---- where a thread runs ---- */

DWORD_PTR WINAPI SetThreadAffinityMask(HANDLE thread, DWORD_PTR mask)
{
	RF_THREAD_BASIC_INFORMATION info;

	if (!rf_result(NtQueryInformationThread(thread,
						RfThreadBasicInformation, &info,
						sizeof info, NULL)) ||
	    !rf_result(NtSetInformationThread(thread, RfThreadAffinityMask,
					      &mask, sizeof mask)))
		return 0;
	return info.AffinityMask;
}

DWORD WINAPI SetThreadIdealProcessor(HANDLE thread, DWORD processor)
{
	ULONG nt = processor;
	/* This call's status is the old processor. */
	NTSTATUS status = NtSetInformationThread(thread, RfThreadIdealProcessor,
						 &nt, sizeof nt);

	if (NT_SUCCESS(status))
		return status;
	rf_fail(status);
	return (DWORD)-1;
}

BOOL WINAPI GetThreadIdealProcessorEx(HANDLE thread, PPROCESSOR_NUMBER n)
{
	return rf_result(NtQueryInformationThread(
		thread, RfThreadIdealProcessorEx, n, sizeof *n, NULL));
}

BOOL WINAPI SetThreadIdealProcessorEx(HANDLE thread, PPROCESSOR_NUMBER n,
				      PPROCESSOR_NUMBER old)
{
	PROCESSOR_NUMBER before;

	if (!rf_result(
		    NtQueryInformationThread(thread, RfThreadIdealProcessorEx,
					     &before, sizeof before, NULL)) ||
	    !rf_result(NtSetInformationThread(thread, RfThreadIdealProcessorEx,
					      n, sizeof *n)))
		return FALSE;
	if (old)
		*old = before;
	return TRUE;
}

BOOL WINAPI GetThreadGroupAffinity(HANDLE thread, PGROUP_AFFINITY affinity)
{
	return rf_result(
		NtQueryInformationThread(thread, RfThreadGroupInformation,
					 affinity, sizeof *affinity, NULL));
}

BOOL WINAPI SetThreadGroupAffinity(HANDLE thread,
				   const GROUP_AFFINITY *affinity,
				   PGROUP_AFFINITY old)
{
	GROUP_AFFINITY before;

	if (old && !GetThreadGroupAffinity(thread, &before))
		return FALSE;
	if (!rf_result(NtSetInformationThread(thread, RfThreadGroupInformation,
					      affinity, sizeof *affinity)))
		return FALSE;
	if (old)
		*old = before;
	return TRUE;
}

/* CPU sets are hints for the scheduler; a thread without any uses them all. */
BOOL WINAPI GetThreadSelectedCpuSets(HANDLE thread, PULONG ids, ULONG n,
				     PULONG needed)
{
	*needed = 0;
	return TRUE;
}

BOOL WINAPI GetProcessDefaultCpuSets(HANDLE process, PULONG ids, ULONG n,
				     PULONG needed)
{
	*needed = 0;
	return TRUE;
}

BOOL WINAPI SetThreadSelectedCpuSets(HANDLE thread, const ULONG *ids, ULONG n)
{
	if (!n)
		return TRUE;
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI SetProcessDefaultCpuSets(HANDLE process, const ULONG *ids, ULONG n)
{
	if (!n)
		return TRUE;
	SetLastError(ERROR_NOT_SUPPORTED);
	return FALSE;
}

BOOL WINAPI GetSystemCpuSetInformation(PVOID info, ULONG size, PULONG needed,
				       HANDLE process, ULONG flags)
{
	/* SystemCpuSetInformation; the process is its input. */
	NTSTATUS status = NtQuerySystemInformationEx(
		175, &process, sizeof process, info, size, needed);

	return rf_result(status == STATUS_BUFFER_TOO_SMALL ||
					 status == STATUS_INFO_LENGTH_MISMATCH
				 ? STATUS_BUFFER_TOO_SMALL
				 : status);
}

/* ---- topology ---- */

typedef SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX LPI_EX;

BOOL WINAPI GetLogicalProcessorInformationEx(
	LOGICAL_PROCESSOR_RELATIONSHIP which, LPI_EX *info, PDWORD size)
{
	ULONG relation = which, needed = 0;
	NTSTATUS status;

	if (!size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	status = NtQuerySystemInformationEx(
		RfSystemLogicalProcessorAndGroupInformation, &relation,
		sizeof relation, info, info ? *size : 0, &needed);
	if (status == STATUS_INFO_LENGTH_MISMATCH)
		status = STATUS_BUFFER_TOO_SMALL;
	if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
		*size = needed;
	/* Asked for the size: an empty answer still wants a buffer. */
	return rf_result(status);
}

BOOL WINAPI GetLogicalProcessorInformation(
	PSYSTEM_LOGICAL_PROCESSOR_INFORMATION info, PDWORD size)
{
	ULONG needed = 0;
	NTSTATUS status;

	if (!size) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	status = NtQuerySystemInformation(RfSystemLogicalProcessorInformation,
					  info, info ? *size : 0, &needed);
	if (status == STATUS_INFO_LENGTH_MISMATCH)
		status = STATUS_BUFFER_TOO_SMALL;
	if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
		*size = needed;
	return rf_result(status);
}

/* The records of one relation on the heap; NULL and the last error. */
static LPI_EX *topology(LOGICAL_PROCESSOR_RELATIONSHIP which, DWORD *size)
{
	LPI_EX *info;

	*size = 0;
	if (!GetLogicalProcessorInformationEx(which, NULL, size) &&
	    GetLastError() != ERROR_INSUFFICIENT_BUFFER)
		return NULL;
	info = k32_alloc(*size);
	if (info && !GetLogicalProcessorInformationEx(which, info, size)) {
		k32_free(info);
		info = NULL;
	}
	return info;
}

static LPI_EX *next(LPI_EX *i)
{
	return (LPI_EX *)((char *)i + i->Size);
}

/* ---- groups ---- */

enum { ACTIVE, MAXIMUM };

/* Processors of a group, or of all; if group is -1: how many groups. */
static DWORD group_count(int group, int what)
{
	DWORD size, n = 0, i;
	LPI_EX *info = topology(RelationGroup, &size);

	if (!info)
		return group == -1 ? 1 : rf_peb()->NumberOfProcessors;
	if (group == -1) {
		n = what == ACTIVE ? info->Group.ActiveGroupCount
				   : info->Group.MaximumGroupCount;
	} else {
		for (i = 0; i < info->Group.ActiveGroupCount; i++) {
			PROCESSOR_GROUP_INFO *g = &info->Group.GroupInfo[i];

			if (group == ALL_PROCESSOR_GROUPS || group == (int)i)
				n += what == ACTIVE ? g->ActiveProcessorCount
						    : g->MaximumProcessorCount;
		}
		if (!n)
			SetLastError(ERROR_INVALID_PARAMETER);
	}
	k32_free(info);
	return n;
}

WORD WINAPI GetActiveProcessorGroupCount(void)
{
	return group_count(-1, ACTIVE);
}

WORD WINAPI GetMaximumProcessorGroupCount(void)
{
	return group_count(-1, MAXIMUM);
}

DWORD WINAPI GetActiveProcessorCount(WORD group)
{
	return group_count(group, ACTIVE);
}

DWORD WINAPI GetMaximumProcessorCount(WORD group)
{
	return group_count(group, MAXIMUM);
}

BOOL WINAPI GetProcessGroupAffinity(HANDLE process, PUSHORT count,
				    PUSHORT groups)
{
	ULONG needed = 0;
	NTSTATUS status;

	/* With one group there is nothing to ask. */
	if (GetActiveProcessorGroupCount() == 1) {
		BOOL fits = *count >= 1;

		*count = 1;
		if (!fits)
			return rf_fail(STATUS_BUFFER_TOO_SMALL);
		groups[0] = 0;
		return TRUE;
	}
	status = NtQueryInformationProcess(
		process, 47 /* ProcessGroupInformation */, groups,
		*count * sizeof *groups, &needed);
	if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
		*count = needed / sizeof *groups;
	return rf_result(status);
}

/* ---- NUMA ---- */

static BOOL numa_node(USHORT node, GROUP_AFFINITY *mask)
{
	DWORD size;
	LPI_EX *info = topology(RelationNumaNode, &size), *i;
	BOOL found = FALSE;

	if (!info)
		return FALSE;
	for (i = info; (char *)i < (char *)info + size && !found; i = next(i)) {
		if (i->NumaNode.NodeNumber == node) {
			*mask = i->NumaNode.GroupMask;
			found = TRUE;
		}
	}
	k32_free(info);
	if (!found)
		SetLastError(ERROR_INVALID_PARAMETER);
	return found;
}

BOOL WINAPI GetNumaHighestNodeNumber(PULONG highest)
{
	DWORD size;
	LPI_EX *info = topology(RelationNumaNode, &size), *i;

	if (!info)
		return FALSE;
	*highest = 0;
	for (i = info; (char *)i < (char *)info + size; i = next(i))
		if (i->NumaNode.NodeNumber > *highest)
			*highest = i->NumaNode.NodeNumber;
	k32_free(info);
	return TRUE;
}

BOOL WINAPI GetNumaNodeProcessorMaskEx(USHORT node, PGROUP_AFFINITY mask)
{
	return numa_node(node, mask);
}

BOOL WINAPI GetNumaNodeProcessorMask(UCHAR node, PULONGLONG mask)
{
	GROUP_AFFINITY m;

	if (!numa_node(node, &m))
		return FALSE;
	*mask = m.Mask;
	return TRUE;
}

BOOL WINAPI GetNumaProcessorNodeEx(PPROCESSOR_NUMBER n, PUSHORT node)
{
	DWORD size;
	LPI_EX *info = topology(RelationNumaNode, &size), *i;
	BOOL found = FALSE;

	*node = 0xffff;
	if (!info)
		return FALSE;
	for (i = info; (char *)i < (char *)info + size; i = next(i)) {
		if (i->NumaNode.GroupMask.Group == n->Group &&
		    n->Number < sizeof(KAFFINITY) * 8 &&
		    i->NumaNode.GroupMask.Mask >> n->Number & 1) {
			*node = i->NumaNode.NodeNumber;
			found = TRUE;
		}
	}
	k32_free(info);
	if (!found)
		SetLastError(ERROR_INVALID_PARAMETER);
	return found;
}

BOOL WINAPI GetNumaProcessorNode(UCHAR processor, PUCHAR node)
{
	PROCESSOR_NUMBER n = { .Group = 0, .Number = processor };
	USHORT wide;
	BOOL ok = GetNumaProcessorNodeEx(&n, &wide);

	*node = ok ? wide : 0xff;
	return ok;
}

/* Each node is its own proximity domain. */
BOOL WINAPI GetNumaProximityNodeEx(ULONG proximity, PUSHORT node)
{
	GROUP_AFFINITY m;

	if (!numa_node(proximity, &m))
		return FALSE;
	*node = proximity;
	return TRUE;
}

BOOL WINAPI GetNumaProximityNode(ULONG proximity, PUCHAR node)
{
	USHORT wide;

	if (!GetNumaProximityNodeEx(proximity, &wide))
		return FALSE;
	*node = wide;
	return TRUE;
}

/* Memory is not accounted per node: the machine's, divided evenly. */
BOOL WINAPI GetNumaAvailableMemoryNodeEx(USHORT node, PULONGLONG available)
{
	MEMORYSTATUSEX m = { .dwLength = sizeof m };
	GROUP_AFFINITY mask;
	ULONG highest;

	if (!numa_node(node, &mask) || !GetNumaHighestNodeNumber(&highest) ||
	    !GlobalMemoryStatusEx(&m))
		return FALSE;
	*available = m.ullAvailPhys / (highest + 1);
	return TRUE;
}

BOOL WINAPI GetNumaAvailableMemoryNode(UCHAR node, PULONGLONG available)
{
	return GetNumaAvailableMemoryNodeEx(node, available);
}

BOOL WINAPI GetNumaNodeNumberFromHandle(HANDLE file, PUSHORT node)
{
	*node = 0;
	return TRUE;
}
