/* VirtualAlloc, VirtualProtect, VirtualQuery, guard pages, write watch. */
#include <windows.h>

#include "../lib/check.h"

#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif

static DWORD protection(void *p)
{
	MEMORY_BASIC_INFORMATION m;

	return VirtualQuery(p, &m, sizeof m) ? m.Protect : ~0u;
}

static void basics(void)
{
	MEMORY_BASIC_INFORMATION m;
	char *p = VirtualAlloc(NULL, 0x25000, MEM_RESERVE, PAGE_READWRITE);
	DWORD old = 0;

	CHECK(p && !((ULONG_PTR)p & 0xffff), "%p", p);
	CHECK_EQ(VirtualQuery(p + 0x1234, &m, sizeof m), sizeof m);
	CHECK(m.BaseAddress == p + 0x1000, "%p", m.BaseAddress);
	CHECK(m.AllocationBase == p, "%p", m.AllocationBase);
	CHECK_EQ(m.AllocationProtect, PAGE_READWRITE);
	CHECK_EQ(m.RegionSize, 0x24000);
	CHECK_EQ(m.State, MEM_RESERVE);
	CHECK_EQ(m.Protect, 0);
	CHECK_EQ(m.Type, MEM_PRIVATE);

	/* A byte commits its page; two bytes across a boundary two. */
	CHECK(VirtualAlloc(p + 0x2fff, 2, MEM_COMMIT, PAGE_READWRITE) ==
	      p + 0x2000);
	VirtualQuery(p + 0x2000, &m, sizeof m);
	CHECK_EQ(m.RegionSize, 0x2000);
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK_EQ(p[0x3fff], 0);
	p[0x2000] = 42;
	/* Again: nothing is lost, the protection is the new one. */
	CHECK(VirtualAlloc(p + 0x1000, 0x3000, MEM_COMMIT, PAGE_READONLY) ==
	      p + 0x1000);
	CHECK_EQ(p[0x2000], 42);
	CHECK_EQ(protection(p + 0x1000), PAGE_READONLY);

	CHECK(VirtualProtect(p + 0x2800, 1, PAGE_READWRITE, &old));
	CHECK_EQ(old, PAGE_READONLY);
	VirtualQuery(p + 0x1000, &m, sizeof m);
	CHECK_EQ(m.RegionSize, 0x1000);
	SetLastError(0);
	CHECK(!VirtualProtect(p, 0x2000, PAGE_READWRITE, &old));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(!VirtualProtect(p + 0x1000, 1, 0x99, &old));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

	CHECK(VirtualFree(p + 0x2000, 0x1000, MEM_DECOMMIT));
	VirtualQuery(p + 0x2000, &m, sizeof m);
	CHECK_EQ(m.State, MEM_RESERVE);
	VirtualAlloc(p + 0x2000, 1, MEM_COMMIT, PAGE_READWRITE);
	CHECK_EQ(p[0x2000], 0);

	CHECK(!VirtualFree(p + 0x1000, 0, MEM_RELEASE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(!VirtualFree(p, 0x1000, MEM_RELEASE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
	VirtualQuery(p, &m, sizeof m);
	CHECK_EQ(m.State, MEM_FREE);
	CHECK_EQ(m.Protect, PAGE_NOACCESS);
	CHECK(m.AllocationBase == NULL);
	CHECK(!VirtualFree(p, 0, MEM_RELEASE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(!VirtualAlloc(p, 1, MEM_COMMIT, PAGE_READWRITE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(!VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void places(void)
{
	char *p = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_TOP_DOWN,
			       PAGE_NOACCESS);
	char *q;

	CHECK(p != NULL);
	VirtualFree(p, 0, MEM_RELEASE);
	/* The start is rounded down, the end up. */
	q = VirtualAlloc(p + 0x1234, 1, MEM_RESERVE | MEM_COMMIT,
			 PAGE_READWRITE);
	CHECK(q == p, "%p %p", q, p);
	q[0x1fff] = 1;
	CHECK(!VirtualAlloc(p, 1, MEM_RESERVE, PAGE_READWRITE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	VirtualFree(q, 0, MEM_RELEASE);
#ifdef _WIN64
	/* Reserving costs nothing. */
	p = VirtualAlloc(NULL, 1ull << 42, MEM_RESERVE, PAGE_NOACCESS);
	CHECK(p != NULL);
	q = VirtualAlloc(p + (1ull << 41), 0x1000, MEM_COMMIT, PAGE_READWRITE);
	CHECK(q == p + (1ull << 41));
	*q = 1;
	CHECK(VirtualFree(p, 0, MEM_RELEASE));
#endif
}

static int faults;
static ULONG_PTR fault_info[2];
static DWORD fault_code;

static LONG CALLBACK handler(EXCEPTION_POINTERS *e)
{
	DWORD old;

	fault_code = e->ExceptionRecord->ExceptionCode;
	fault_info[0] = e->ExceptionRecord->ExceptionInformation[0];
	fault_info[1] = e->ExceptionRecord->ExceptionInformation[1];
	faults++;
	if (fault_code == EXCEPTION_ACCESS_VIOLATION)
		VirtualProtect((void *)fault_info[1], 1, PAGE_READWRITE, &old);
	return EXCEPTION_CONTINUE_EXECUTION;
}

static void faulting(void)
{
	volatile char *p =
		VirtualAlloc(NULL, 0x3000, MEM_COMMIT, PAGE_READWRITE);
	void *h = AddVectoredExceptionHandler(1, handler);
	DWORD old;

	VirtualProtect((void *)p, 0x1000, PAGE_READWRITE | PAGE_GUARD, &old);
	CHECK_EQ(protection((void *)p), PAGE_READWRITE | PAGE_GUARD);
	p[5] = 7;
	CHECK_EQ(faults, 1);
	CHECK_EQ(fault_code, EXCEPTION_GUARD_PAGE);
	CHECK_EQ(fault_info[0], 1);
	CHECK_EQ(fault_info[1], (ULONG_PTR)(p + 5));
	CHECK_EQ(protection((void *)p), PAGE_READWRITE);
	CHECK_EQ(p[5], 7);
	CHECK_EQ(faults, 1);

	VirtualProtect((void *)(p + 0x1000), 1, PAGE_READONLY, &old);
	CHECK_EQ(p[0x1010], 0);
	p[0x1010] = 1;
	CHECK_EQ(faults, 2);
	CHECK_EQ(fault_code, EXCEPTION_ACCESS_VIOLATION);
	CHECK_EQ(fault_info[0], 1);
	CHECK_EQ(p[0x1010], 1);
	RemoveVectoredExceptionHandler(h);
	VirtualFree((void *)p, 0, MEM_RELEASE);
}

static void write_watch(void)
{
	char *p = VirtualAlloc(NULL, 16 * 0x1000,
			       MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH,
			       PAGE_READWRITE);
	void *pages[16];
	ULONG_PTR n = 16;
	DWORD granularity = 0;

	CHECK(p != NULL);
	if (!p)
		return;
	CHECK_EQ(p[0], 0);
	CHECK_EQ(GetWriteWatch(0, p, 16 * 0x1000, pages, &n, &granularity), 0);
	CHECK_EQ(n, 0);
	CHECK_EQ(granularity, 0x1000);
	p[0x3000] = 1;
	p[0x5fff] = 1;
	p[0x6000] = 1;
	n = 16;
	CHECK_EQ(GetWriteWatch(1, p, 16 * 0x1000, pages, &n, &granularity), 0);
	CHECK_EQ(n, 3);
	CHECK(pages[0] == p + 0x3000 && pages[1] == p + 0x5000 &&
	      pages[2] == p + 0x6000);
	n = 16;
	GetWriteWatch(0, p, 16 * 0x1000, pages, &n, &granularity);
	CHECK_EQ(n, 0);
	p[0x3000] = 2;
	CHECK_EQ(ResetWriteWatch(p, 16 * 0x1000), 0);
	GetWriteWatch(0, p, 16 * 0x1000, pages, &n, &granularity);
	CHECK_EQ(n, 0);
	VirtualFree(p, 0, MEM_RELEASE);
}

/* Deep enough to need many more pages than a stack starts with. */
static int (*volatile deeper)(int n);

static int deep(int n)
{
	volatile char frame[3000];

	frame[0] = (char)n;
	return n ? deeper(n - 1) + frame[0] : 0;
}

static void stack(void)
{
	MEMORY_BASIC_INFORMATION m;
	char here, *limit;

	deeper = deep;
	deep(200);
	VirtualQuery(&here, &m, sizeof m);
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK_EQ(m.Protect, PAGE_READWRITE);
	limit = ((NT_TIB *)NtCurrentTeb())->StackLimit;
	CHECK(&here - limit >= 200 * 3000 - 0x4000, "%p %p", &here, limit);
	VirtualQuery(limit, &m, sizeof m);
	CHECK_EQ(m.Protect, PAGE_READWRITE);
	CHECK((char *)m.BaseAddress + m.RegionSize > &here);
	/* The guard is right below. */
	VirtualQuery(limit - 1, &m, sizeof m);
	CHECK_EQ(m.Protect, PAGE_READWRITE | PAGE_GUARD);
}

static void image(void)
{
	MEMORY_BASIC_INFORMATION m;
	char *base = (char *)GetModuleHandleW(NULL);
	DWORD old;
	static int data = 1;

	VirtualQuery(base, &m, sizeof m);
	CHECK_EQ(m.Type, MEM_IMAGE);
	CHECK(m.AllocationBase == base);
	CHECK_EQ(m.Protect, PAGE_READONLY);
	CHECK_EQ(m.AllocationProtect, PAGE_EXECUTE_WRITECOPY);
	VirtualQuery((void *)image, &m, sizeof m);
	CHECK_EQ(m.Protect, PAGE_EXECUTE_READ);
	CHECK(m.AllocationBase == base);
	VirtualQuery(&data, &m, sizeof m);
	CHECK(m.Protect == PAGE_READWRITE || m.Protect == PAGE_WRITECOPY,
	      "%#lx", m.Protect);
	CHECK(VirtualProtect((void *)image, 1, PAGE_EXECUTE_READWRITE, &old));
	CHECK_EQ(old, PAGE_EXECUTE_READ);
	CHECK(VirtualProtect((void *)image, 1, old, &old));
}

static void copies(void)
{
	char from[10000],
		*to = VirtualAlloc(NULL, 0x4000, MEM_COMMIT, PAGE_READWRITE);
	SIZE_T n = 0;
	HANDLE self = GetCurrentProcess();

	for (unsigned i = 0; i < sizeof from; i++)
		from[i] = (char)(i * 7);
	CHECK(WriteProcessMemory(self, to + 1, from, sizeof from, &n));
	CHECK_EQ(n, sizeof from);
	CHECK(to[1 + 9999] == from[9999]);
	memset(from, 0, sizeof from);
	CHECK(ReadProcessMemory(self, to + 1, from, sizeof from, &n));
	CHECK(from[9999] == to[1 + 9999]);
	n = 1;
	CHECK(!ReadProcessMemory(self, (void *)16, from, 4, &n));
	CHECK_EQ(GetLastError(), ERROR_PARTIAL_COPY);
	CHECK_EQ(n, 0);
	VirtualFree(to, 0, MEM_RELEASE);
}

int main(void)
{
	basics();
	places();
	faulting();
	write_watch();
	stack();
	image();
	copies();
	return check_done();
}
