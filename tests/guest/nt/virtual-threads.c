/* Threads that allocate, protect, query and free at once, on growing stacks. */
#include <windows.h>

#include "../lib/check.h"

enum { THREADS = 6, ROUNDS = 1500 };

static volatile LONG errors;

static int (*volatile deeper)(int n);

static int deep(int n)
{
	volatile char frame[2000];

	frame[0] = (char)n;
	return n ? deeper(n - 1) + frame[0] : 0;
}

static DWORD WINAPI work(void *arg)
{
	unsigned seed = (unsigned)(ULONG_PTR)arg;

	for (int i = 0; i < ROUNDS; i++) {
		SIZE_T size =
			(1 + (seed = seed * 1103515245 + 12345) / 65536 % 30) *
			0x1000;
		MEMORY_BASIC_INFORMATION m;
		DWORD old;
		char *p = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT,
				       PAGE_READWRITE);

		if (!p) {
			InterlockedIncrement(&errors);
			continue;
		}
		/* Nobody else gets the same memory. */
		for (SIZE_T k = 0; k < size; k += 0x1000)
			p[k] = (char)seed;
		if (!VirtualProtect(p, 0x1000, PAGE_READONLY, &old) ||
		    old != PAGE_READWRITE || !VirtualQuery(p, &m, sizeof m) ||
		    m.AllocationBase != p || m.Protect != PAGE_READONLY)
			InterlockedIncrement(&errors);
		for (SIZE_T k = 0; k < size; k += 0x1000)
			if (p[k] != (char)seed)
				InterlockedIncrement(&errors);
		if (!VirtualFree(p, 0, MEM_RELEASE))
			InterlockedIncrement(&errors);
		if (i % 100 == 0)
			deep(i / 10);
	}
	return 0;
}

int main(void)
{
	HANDLE t[THREADS];

	deeper = deep;
	for (int i = 0; i < THREADS; i++) {
		t[i] = CreateThread(NULL, 0, work, (void *)(ULONG_PTR)(i + 1),
				    0, NULL);
		CHECK(t[i] != NULL);
	}
	for (int i = 0; i < THREADS; i++) {
		CHECK_EQ(WaitForSingleObject(t[i], INFINITE), WAIT_OBJECT_0);
		CloseHandle(t[i]);
	}
	CHECK_EQ(errors, 0);
	return check_done();
}
