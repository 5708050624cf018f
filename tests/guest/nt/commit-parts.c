/*
 * Memory that is committed in many small parts: what is committed is zero and
 * keeps what is written, what is only reserved faults, for the program and for
 * what it calls.  Against a model, in an order that is random but always the same.
 */
#include <stdbool.h>
#include <string.h>
#include <windows.h>

#include "check.h"

enum { PAGES = 1024, PAGE_BYTES = 4096, STEPS = 20000 };

static char *base;
static struct {
	bool committed, readonly;
	unsigned tag; /* what was written to it */
} model[PAGES];

static int faults, wrong_faults;
static ULONG_PTR expected_fault;

/* As programs with sparse arrays do: the page is committed when it is needed. */
static LONG CALLBACK commit_at_fault(EXCEPTION_POINTERS *e)
{
	const EXCEPTION_RECORD *r = e->ExceptionRecord;

	if (r->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
	    r->NumberParameters != 2 ||
	    r->ExceptionInformation[1] != expected_fault ||
	    !VirtualAlloc((void *)expected_fault, 1, MEM_COMMIT, PAGE_READWRITE)) {
		wrong_faults++;
		return EXCEPTION_CONTINUE_SEARCH;
	}
	faults++;
	return EXCEPTION_CONTINUE_EXECUTION;
}

static unsigned next_random(unsigned below)
{
	static unsigned long long x = 12345;

	x = x * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)((x >> 33) % below);
}

static unsigned *page(unsigned i)
{
	return (unsigned *)(base + (size_t)i * PAGE_BYTES);
}

static bool all_committed(unsigned i, unsigned n)
{
	for (unsigned k = i; k < i + n; k++)
		if (!model[k].committed)
			return false;
	return true;
}

/* Is page i as the model has it?  Pages without access are asked for by others. */
static bool right(unsigned i)
{
	unsigned v;
	SIZE_T n;
	MEMORY_BASIC_INFORMATION m;

	if (!VirtualQuery(page(i), &m, sizeof m) ||
	    m.State != (model[i].committed ? MEM_COMMIT : MEM_RESERVE))
		return false;
	if (model[i].committed)
		return *page(i) == model[i].tag;
	return !ReadProcessMemory(GetCurrentProcess(), page(i), &v, sizeof v, &n);
}

static void step(void)
{
	unsigned i = next_random(PAGES), n = 1 + next_random(next_random(8) ? 4 : 40);
	DWORD old;

	if (n > PAGES - i)
		n = PAGES - i;
	switch (next_random(8)) {
	case 0:
		CHECK(VirtualFree(page(i), n * PAGE_BYTES, MEM_DECOMMIT));
		memset(&model[i], 0, n * sizeof model[0]);
		break;
	case 1:
		if (!all_committed(i, n))
			break;
		CHECK(VirtualProtect(page(i), n * PAGE_BYTES, PAGE_READONLY, &old));
		for (unsigned k = i; k < i + n; k++)
			model[k].readonly = true;
		break;
	case 2:
		if (!all_committed(i, 1) || model[i].readonly)
			break;
		/* Afterwards it may be anything that it was, or zero. */
		CHECK(VirtualAlloc(page(i), PAGE_BYTES, MEM_RESET, PAGE_READWRITE) ==
		      page(i));
		CHECK(*page(i) == model[i].tag || !*page(i));
		*page(i) = model[i].tag;
		break;
	default:
		CHECK(VirtualAlloc(page(i), n * PAGE_BYTES, MEM_COMMIT,
				   PAGE_READWRITE) == page(i));
		for (unsigned k = i; k < i + n; k++) {
			if (!model[k].committed)
				model[k].tag = 0;
			model[k].committed = true;
			model[k].readonly = false;
		}
	}
	for (unsigned k = i; k < i + n; k++) {
		if (!model[k].committed || model[k].readonly)
			continue;
		CHECK_EQ(*page(k), model[k].tag);
		*page(k) = model[k].tag = next_random(1u << 30) + 1;
	}
}

static void random_parts(void)
{
	unsigned bad = 0;

	base = VirtualAlloc(NULL, PAGES * PAGE_BYTES, MEM_RESERVE, PAGE_READWRITE);
	CHECK(base != NULL);
	for (unsigned s = 0; s < STEPS && !check_failed; s++) {
		step();
		bad += !right(next_random(PAGES));
	}
	for (unsigned i = 0; i < PAGES; i++)
		bad += !right(i);
	CHECK_EQ(bad, 0);
	/* Another reservation there has nothing of this one. */
	CHECK(VirtualFree(base, 0, MEM_RELEASE));
	CHECK(VirtualAlloc(base, PAGES * PAGE_BYTES, MEM_RESERVE, PAGE_READWRITE) ==
	      base);
	memset(model, 0, sizeof model);
	for (unsigned i = 0; i < PAGES; i++)
		bad += !right(i);
	CHECK_EQ(bad, 0);
	CHECK(VirtualFree(base, 0, MEM_RELEASE));
}

/* A heap that grows, and what lies behind its end. */
static void growing(void)
{
	enum { PART = 0x2000, PARTS = 300 };
	volatile char *p = VirtualAlloc(NULL, 2 * PART * PARTS, MEM_RESERVE,
					PAGE_READWRITE);
	void *h = AddVectoredExceptionHandler(1, commit_at_fault);
	char name[MAX_PATH];
	HANDLE f;
	DWORD n;

	CHECK(p != NULL);
	for (int i = 0; i < PARTS; i++) {
		volatile char *part = p + i * PART;

		CHECK(VirtualAlloc((void *)part, PART, MEM_COMMIT,
				   PAGE_READWRITE) == part);
		part[0] = part[PART - 1] = (char)i;
		CHECK_EQ(part[1], 0);
	}
	for (int i = 0; i < PARTS; i++)
		CHECK(p[i * PART] == (char)i && p[i * PART + PART - 1] == (char)i);

	/* System calls see the end as well. */
	GetModuleFileNameA(NULL, name, sizeof name);
	f = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
			0, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CHECK(!ReadFile(f, (char *)p + PART * PARTS, 64, &n, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOACCESS);
	CHECK(ReadFile(f, (char *)p + PART * PARTS - 64, 64, &n, NULL) && n == 64);
	CloseHandle(f);

	/* Reads, writes, and at any distance. */
	for (int i = 0; i < 40; i++) {
		volatile char *at = p + PART * PARTS + i * i * 1000;

		expected_fault = (ULONG_PTR)at;
		if (i % 2)
			CHECK_EQ(*at, 0);
		*at = (char)i;
		CHECK_EQ(*at, i);
	}
	CHECK(faults > 30, "%d", faults);
	CHECK_EQ(wrong_faults, 0);
	RemoveVectoredExceptionHandler(h);
	CHECK(VirtualFree((void *)p, 0, MEM_RELEASE));
}

enum { RACERS = 3, PLACES = 200, PLACE_PAGES = 4 };
static volatile LONG *place[PLACES], arrived, not_access;

static LONG CALLBACK commit_for_any(EXCEPTION_POINTERS *e)
{
	const EXCEPTION_RECORD *r = e->ExceptionRecord;

	if (r->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
		InterlockedIncrement(&not_access);
	return VirtualAlloc((void *)r->ExceptionInformation[1], 1, MEM_COMMIT,
			    PAGE_READWRITE)
		       ? EXCEPTION_CONTINUE_EXECUTION
		       : EXCEPTION_CONTINUE_SEARCH;
}

static DWORD WINAPI racer(void *arg)
{
	LONG all = 0;

	(void)arg;
	for (int i = 0; i < PLACES; i++) {
		for (int k = 0; k < PLACE_PAGES; k++) {
			InterlockedIncrement(&arrived);
			for (all += RACERS; arrived < all;)
				SwitchToThread();
			InterlockedIncrement(&place[i][k * (PAGE_BYTES / 4)]);
		}
	}
	return 0;
}

/*
 * Threads that need the same page at once: each may find it missing, and what
 * any of them has written stays.
 */
static void racing(void)
{
	void *h = AddVectoredExceptionHandler(1, commit_for_any);
	HANDLE th[RACERS];
	unsigned lost = 0;

	for (int i = 0; i < PLACES; i++) {
		place[i] = VirtualAlloc(NULL, PLACE_PAGES * PAGE_BYTES,
					MEM_RESERVE, PAGE_READWRITE);
		CHECK(place[i] != NULL);
	}
	for (int i = 0; i < RACERS; i++)
		th[i] = CreateThread(NULL, 0, racer, NULL, 0, NULL);
	CHECK_EQ(WaitForMultipleObjects(RACERS, th, TRUE, INFINITE),
		 WAIT_OBJECT_0);
	for (int i = 0; i < PLACES; i++) {
		for (int k = 0; k < PLACE_PAGES; k++)
			lost += place[i][k * (PAGE_BYTES / 4)] != RACERS;
		CHECK(VirtualFree((void *)place[i], 0, MEM_RELEASE));
	}
	CHECK_EQ(lost, 0);
	CHECK_EQ(not_access, 0);
	RemoveVectoredExceptionHandler(h);
	for (int i = 0; i < RACERS; i++)
		CloseHandle(th[i]);
}

enum { SEEN_PART = 0x4000, SEEN_PARTS = 600 };
static volatile char *seen;

static DWORD WINAPI looker(void *arg)
{
	(void)arg;
	for (int i = 0; i < SEEN_PARTS; i++) {
		volatile char *p = seen + i * SEEN_PART;
		MEMORY_BASIC_INFORMATION m;

		while (!VirtualQuery((void *)p, &m, sizeof m) ||
		       m.State != MEM_COMMIT)
			SwitchToThread();
		for (int k = 0; k < SEEN_PART; k += PAGE_BYTES)
			p[k]++;
	}
	return 0;
}

/* As collectors of garbage do: what a thread finds committed it may touch. */
static void looked_at(void)
{
	void *h = AddVectoredExceptionHandler(1, commit_for_any);
	unsigned lost = 0;
	HANDLE th;

	seen = VirtualAlloc(NULL, SEEN_PARTS * SEEN_PART, MEM_RESERVE,
			    PAGE_READWRITE);
	CHECK(seen != NULL);
	not_access = 0;
	th = CreateThread(NULL, 0, looker, NULL, 0, NULL);
	for (int i = 0; i < SEEN_PARTS; i++) {
		volatile char *p = seen + i * SEEN_PART;

		CHECK(VirtualAlloc((void *)p, SEEN_PART, MEM_COMMIT,
				   PAGE_READWRITE) == p);
		for (int k = 1; k < SEEN_PART; k += PAGE_BYTES)
			p[k]++;
	}
	CHECK_EQ(WaitForSingleObject(th, INFINITE), WAIT_OBJECT_0);
	for (int i = 0; i < SEEN_PARTS * SEEN_PART; i += PAGE_BYTES)
		lost += seen[i] != 1 || seen[i + 1] != 1;
	CHECK_EQ(lost, 0);
	CHECK_EQ(not_access, 0);
	RemoveVectoredExceptionHandler(h);
	CloseHandle(th);
	CHECK(VirtualFree((void *)seen, 0, MEM_RELEASE));
}

int main(void)
{
	random_parts();
	growing();
	racing();
	looked_at();
	return check_done();
}
