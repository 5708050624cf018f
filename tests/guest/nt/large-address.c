/*
 * A large address aware program: 32 bits have all of 4 GB, and calls take
 * pointers above 2 GB, which are not negative numbers.
 */
// link-i686: -Wl,--large-address-aware
#include <windows.h>
#include <string.h>

#include "check.h"

static DWORD WINAPI on_high_stack(void *arg)
{
	return (DWORD)(ULONG_PTR)arg + 1;
}

int main(void)
{
	SYSTEM_INFO si;
	const BOOL narrow = sizeof(void *) == 4;
	char *high, text[6] = "";
	HANDLE f, *h, th;
	DWORD *n, old, code = 0;
	LARGE_INTEGER *at;
	MEMORY_BASIC_INFORMATION m;

	GetSystemInfo(&si);
	if (narrow)
		CHECK_EQ((DWORD_PTR)si.lpMaximumApplicationAddress, 0xfffeffff);
	high = VirtualAlloc(NULL, 0x10000,
			    MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN,
			    PAGE_READWRITE);
	CHECK((ULONG_PTR)high >= 0x80000000u, "%p", high);
	CHECK_EQ(VirtualQuery(high, &m, sizeof m), sizeof m);
	CHECK(m.BaseAddress == high && m.RegionSize == 0x10000);

	/* Buffers, structures, out parameters and strings up there. */
	strcpy(high, "large-address.tmp");
	f = CreateFileA(high, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	n = (DWORD *)(high + 0x1000);
	strcpy(high + 0x2000, "high");
	CHECK(WriteFile(f, high + 0x2000, 5, n, NULL));
	CHECK_EQ(*n, 5);
	at = (LARGE_INTEGER *)(high + 0x3000);
	at->QuadPart = 0;
	CHECK(SetFilePointerEx(f, *at, at, FILE_BEGIN));
	CHECK(ReadFile(f, high + 0x4000, 5, n, NULL));
	CHECK(!strcmp(high + 0x4000, "high"));
	CHECK(GetFileSizeEx(f, at));
	CHECK_EQ(at->QuadPart, 5);
	CloseHandle(f);
	h = (HANDLE *)(high + 0x5000);
	h[0] = CreateEventA(NULL, TRUE, FALSE, NULL);
	h[1] = CreateEventA(NULL, TRUE, TRUE, NULL);
	CHECK_EQ(WaitForMultipleObjects(2, h, FALSE, 0), 1);
	CHECK(DuplicateHandle(GetCurrentProcess(), h[0], GetCurrentProcess(),
			      &h[2], 0, FALSE, DUPLICATE_SAME_ACCESS));
	CHECK(h[2] && h[2] != h[0]);
	CHECK(VirtualProtect(high + 0x6000, 0x1000, PAGE_READONLY,
			     (DWORD *)(high + 0x7000)));
	CHECK_EQ(*(DWORD *)(high + 0x7000), PAGE_READWRITE);
	CHECK(ReadProcessMemory(GetCurrentProcess(), high + 0x2000, text, 5,
				NULL));
	CHECK(!strcmp(text, "high"));
	/* A bad pointer there is one, and no crash. */
	CHECK(!VirtualProtect(high + 0x6000, 0x1000, PAGE_READONLY,
			      (DWORD *)0xfffff000u) ||
	      !narrow);

	/* Code, and a thread's argument. */
	CHECK(VirtualProtect(high + 0x8000, 0x1000, PAGE_EXECUTE_READWRITE,
			     &old));
	memcpy(high + 0x8000, "\xb8\x2a\0\0\0\xc3", 6);
	CHECK_EQ(((int (*)(void))(ULONG_PTR)(high + 0x8000))(), 42);
	th = CreateThread(NULL, 0, on_high_stack, high, 0, NULL);
	CHECK_EQ(WaitForSingleObject(th, 60000), WAIT_OBJECT_0);
	CHECK(GetExitCodeThread(th, &code));
	CHECK_EQ(code, (DWORD)(ULONG_PTR)high + 1);
	return check_done();
}
