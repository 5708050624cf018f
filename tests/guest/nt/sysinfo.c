/* What programs ask about the computer: system, memory, processors. */
#include <windows.h>
#include <tlhelp32.h>

#include "../lib/check.h"

typedef LONG WINAPI query_system(ULONG class, void *info, ULONG len,
				 ULONG *ret_len);

static void kernel(void)
{
	query_system *query = (query_system *)(void *)GetProcAddress(
		GetModuleHandleA("ntdll.dll"), "NtQuerySystemInformation");
	BYTE small[4];
	ULONG n = 0, dbg[16];

	CHECK_EQ(query(0, small, sizeof small, &n), (LONG)0xc0000004);
	CHECK(n >= 44, "%lu", n);
	CHECK_EQ(query(0xffff, small, sizeof small, &n), (LONG)0xc0000003);
	memset(dbg, 0xff, sizeof dbg);
	CHECK_EQ(query(35, dbg, 2, &n), 0);
	CHECK_EQ(dbg[0] & 0xff, 0);
}

/* Some read the first entry without looking how long the list is. */
static void page_files(void)
{
	query_system *query = (query_system *)(void *)GetProcAddress(
		GetModuleHandleA("ntdll.dll"), "NtQuerySystemInformation");
	union {
		struct {
			ULONG next, total, in_use, peak;
		} file;
		BYTE room[4096];
	} p;
	ULONG n = 0;

	memset(&p, 0x55, sizeof p);
	CHECK_EQ(query(18, &p, sizeof p, &n), 0);
	CHECK(n > sizeof p.file, "%lu", n);
	CHECK(p.file.next < n && p.file.in_use <= p.file.total, "%lu %lu %lu",
	      p.file.next, p.file.in_use, p.file.total);
}

static void processors(void)
{
	SYSTEM_INFO s;
	SYSTEM_LOGICAL_PROCESSOR_INFORMATION p[256];
	DWORD len = sizeof p, cores = 0;
	ULONG_PTR all = 0;

	GetSystemInfo(&s);
	CHECK_EQ(s.dwPageSize, 4096);
	CHECK_EQ(s.dwAllocationGranularity, 0x10000);
	CHECK(s.dwNumberOfProcessors >= 1);
	CHECK_EQ(__builtin_popcountll(s.dwActiveProcessorMask),
		 s.dwNumberOfProcessors);
	CHECK(GetLogicalProcessorInformation(p, &len));
	for (DWORD i = 0; i < len / sizeof *p; i++)
		if (p[i].Relationship == RelationProcessorCore) {
			CHECK(!(all & p[i].ProcessorMask));
			all |= p[i].ProcessorMask;
			cores++;
		}
	CHECK(cores >= 1 && cores <= s.dwNumberOfProcessors);
	CHECK_EQ(all, s.dwActiveProcessorMask);
}

/* Records whose sizes depend on the width. */
static void records(void)
{
	static union {
		SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX x;
		BYTE b[65536];
	} buf;
	const GROUP_AFFINITY *a;
	ULONG_PTR cores = 0;
	DWORD len = 0, groups = 0, at = 0;
	SYSTEM_INFO s;

	GetSystemInfo(&s);
	CHECK(!GetLogicalProcessorInformationEx(RelationAll, NULL, &len));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(len && len <= sizeof buf, "%lu", len);
	CHECK(GetLogicalProcessorInformationEx(RelationAll, &buf.x, &len));
	while (at < len) {
		const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *x =
			(const void *)(buf.b + at);

		at += x->Size;
		switch (x->Relationship) {
		case RelationProcessorCore:
		case RelationProcessorPackage:
			a = x->Processor.GroupMask;
			CHECK_EQ(x->Processor.GroupCount, 1);
			CHECK_EQ(x->Size, (BYTE *)(a + 1) - (BYTE *)x);
			CHECK(a->Mask && !(a->Mask & ~s.dwActiveProcessorMask));
			if (x->Relationship == RelationProcessorCore)
				cores |= a->Mask;
			break;
		case RelationCache:
			a = &x->Cache.GroupMask;
			CHECK_EQ(x->Size, (BYTE *)(a + 1) - (BYTE *)x);
			CHECK(a->Mask && !(a->Mask & ~s.dwActiveProcessorMask));
			break;
		case RelationGroup:
			groups++;
			CHECK_EQ(x->Group.ActiveGroupCount, 1);
			CHECK_EQ(x->Size, (BYTE *)(x->Group.GroupInfo + 1) -
						  (BYTE *)x);
			CHECK_EQ(x->Group.GroupInfo->ActiveProcessorCount,
				 s.dwNumberOfProcessors);
			CHECK_EQ(x->Group.GroupInfo->ActiveProcessorMask,
				 s.dwActiveProcessorMask);
			break;
		default:
			break;
		}
		if (!x->Size)
			break;
	}
	CHECK_EQ(at, len);
	CHECK_EQ(groups, 1);
	CHECK_EQ(cores, s.dwActiveProcessorMask);
}

static void memory(void)
{
	MEMORYSTATUSEX m = { .dwLength = sizeof m };

	CHECK(GlobalMemoryStatusEx(&m));
	CHECK(m.ullTotalPhys > 16 << 20);
	CHECK(m.ullAvailPhys <= m.ullTotalPhys);
	CHECK(m.ullTotalPageFile >= m.ullTotalPhys);
	CHECK(m.dwMemoryLoad <= 100);
}

static void processes(void)
{
	HANDLE s = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32 e = { .dwSize = sizeof e };
	BOOL found = FALSE, more;

	CHECK(s != INVALID_HANDLE_VALUE);
	for (more = Process32First(s, &e); more; more = Process32Next(s, &e))
		if (e.th32ProcessID == GetCurrentProcessId()) {
			found = TRUE;
			CHECK(strstr(e.szExeFile, ".exe") != NULL, "%s",
			      e.szExeFile);
			CHECK(e.cntThreads >= 1);
		}
	CHECK(found);
	CloseHandle(s);
}

int main(void)
{
	kernel();
	processors();
	records();
	memory();
	page_files();
	processes();
	return check_done();
}
