/* File mappings: anonymous, of files, copy on write, named, SEC_RESERVE. */
#include <stdlib.h>
#include <windows.h>
#include <winternl.h>

#include "named.h"
#include "self.h"

NTSTATUS NTAPI NtCreateSection(HANDLE *, ACCESS_MASK, void *, LARGE_INTEGER *,
			       ULONG, ULONG, HANDLE);
NTSTATUS NTAPI NtMapViewOfSection(HANDLE, HANDLE, PVOID *, ULONG_PTR, SIZE_T,
				  LARGE_INTEGER *, SIZE_T *, ULONG, ULONG,
				  ULONG);
NTSTATUS NTAPI NtUnmapViewOfSection(HANDLE, PVOID);

static void anonymous(void)
{
	HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE, 0, 0x21000, NULL);
	char *a, *b, *c;
	MEMORY_BASIC_INFORMATION m;

	CHECK(h != NULL);
	a = MapViewOfFile(h, FILE_MAP_ALL_ACCESS, 0, 0, 0);
	b = MapViewOfFile(h, FILE_MAP_READ, 0, 0x10000, 0x1000);
	CHECK(a && b);
	if (!a || !b)
		return;
	a[0x10000] = 5;
	CHECK_EQ(b[0], 5);
	VirtualQuery(a, &m, sizeof m);
	CHECK_EQ(m.RegionSize, 0x21000);
	CHECK_EQ(m.Type, MEM_MAPPED);
	CHECK_EQ(m.Protect, PAGE_READWRITE);
	VirtualQuery(b, &m, sizeof m);
	CHECK_EQ(m.Protect, PAGE_READONLY);
	CHECK_EQ(m.RegionSize, 0x1000);

	/* A copy: its writes stay its own. */
	c = MapViewOfFile(h, FILE_MAP_COPY, 0, 0x10000, 0x1000);
	CHECK(c != NULL);
	CHECK_EQ(c[0], 5);
	c[0] = 6;
	CHECK_EQ(a[0x10000], 5);

	/* The view keeps the section alive. */
	CloseHandle(h);
	a[0x20fff] = 1;
	CHECK(!VirtualFree(a, 0, MEM_RELEASE));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
	CHECK(UnmapViewOfFile(a));
	CHECK(!UnmapViewOfFile(a));
	CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
	CHECK(UnmapViewOfFile(b));
	CHECK(UnmapViewOfFile(c));
}

static void refusals(void)
{
	HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY,
				      0, 0x10000, NULL);

	CHECK(!MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(!MapViewOfFile(h, FILE_MAP_READ, 0, 0x1000, 0));
	CHECK_EQ(GetLastError(), ERROR_MAPPED_ALIGNMENT);
	CHECK(!MapViewOfFile(h, FILE_MAP_READ, 0, 0, 0x20000));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CloseHandle(h);
	CHECK(!CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
				  0, NULL));
	CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void file(void)
{
	WCHAR dir[MAX_PATH], path[MAX_PATH];
	HANDLE f, h;
	DWORD n;
	char buf[16] = "", *p;

	GetTempPathW(MAX_PATH, dir);
	CHECK(GetTempFileNameW(dir, L"sec", 0, path));
	f = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(f != INVALID_HANDLE_VALUE);
	CHECK(!CreateFileMappingW(f, NULL, PAGE_READONLY, 0, 0, NULL));
	CHECK_EQ(GetLastError(), ERROR_FILE_INVALID);
	WriteFile(f, "hello", 5, &n, NULL);
	CHECK(!CreateFileMappingW(f, NULL, PAGE_READONLY, 0, 100, NULL));
	CHECK_EQ(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
	h = CreateFileMappingW(f, NULL, PAGE_READWRITE, 0, 0x3000, NULL);
	CHECK(h != NULL);
	CHECK_EQ(GetFileSize(f, NULL), 0x3000);
	p = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0);
	CHECK(p && !memcmp(p, "hello", 5));
	if (p) {
		memcpy(p + 0x2000, "world", 5);
		CHECK(FlushViewOfFile(p, 0));
		SetFilePointer(f, 0x2000, NULL, FILE_BEGIN);
		ReadFile(f, buf, 5, &n, NULL);
		CHECK(!strcmp(buf, "world"), "%s", buf);
	}
	CloseHandle(h);
	UnmapViewOfFile(p);
	CloseHandle(f);
}

static void named(void)
{
	HANDLE a =
		CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				   0, 4096, own_name("rf-test-section"));
	HANDLE b = OpenFileMappingA(FILE_MAP_READ, FALSE,
				    own_name("rf-test-section"));
	HANDLE c;
	char *p, *q;

	CHECK(a && b);
	p = MapViewOfFile(a, FILE_MAP_WRITE, 0, 0, 0);
	q = MapViewOfFile(b, FILE_MAP_READ, 0, 0, 0);
	CHECK(p && q);
	if (p && q) {
		p[1] = 3;
		CHECK_EQ(q[1], 3);
	}
	CHECK(!MapViewOfFile(b, FILE_MAP_WRITE, 0, 0, 0));
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	SetLastError(0);
	c = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
			       4096, own_name("rf-test-section"));
	CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
	CloseHandle(a);
	CloseHandle(b);
	CloseHandle(c);
	UnmapViewOfFile(p);
	UnmapViewOfFile(q);
	CHECK(!OpenFileMappingA(FILE_MAP_READ, FALSE,
				own_name("rf-test-section")));
	CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void reserved(void)
{
	HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL,
				      PAGE_READWRITE | SEC_RESERVE, 0, 0x40000,
				      NULL);
	char *p = MapViewOfFile(h, FILE_MAP_WRITE, 0, 0, 0), *q;
	MEMORY_BASIC_INFORMATION m;

	CHECK(p != NULL);
	if (!p)
		return;
	VirtualQuery(p, &m, sizeof m);
	CHECK_EQ(m.State, MEM_RESERVE);
	CHECK(VirtualAlloc(p + 0x3000, 0x1000, MEM_COMMIT, PAGE_READWRITE) ==
	      p + 0x3000);
	p[0x3000] = 1;
	VirtualQuery(p + 0x3000, &m, sizeof m);
	CHECK_EQ(m.RegionSize, 0x1000);
	/* What one view commits, every view has. */
	q = MapViewOfFile(h, FILE_MAP_READ, 0, 0, 0);
	CHECK_EQ(q[0x3000], 1);
	VirtualQuery(q + 0x4000, &m, sizeof m);
	CHECK_EQ(m.State, MEM_RESERVE);
	UnmapViewOfFile(q);
	UnmapViewOfFile(p);
	CloseHandle(h);
}

/*
 * A view with more room than its file, which grows into it, as LMDB has it: by
 * commits, also in another process, and by what others write to the file.
 */
static void grows(void)
{
	enum { ROOM = 0x20000, VIEW_UNMAP = 2, ACCESS_VIOLATION = 0xc0000005 };
	LARGE_INTEGER at = { .QuadPart = 0x6000 }, size;
	char path[MAX_PATH], *p = NULL, buf[0x2000] = "begin";
	MEMORY_BASIC_INFORMATION m;
	HANDLE f, s;
	SIZE_T n = ROOM, got;
	DWORD done;
	PVOID base = NULL;

	GetTempPathA(MAX_PATH - 32, path);
	strcat(path, "rf-test-grows.dat");
	f = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 3, NULL,
			CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
	CHECK(WriteFile(f, buf, sizeof buf, &done, NULL));
	CHECK_EQ(NtCreateSection(&s, SECTION_MAP_READ, NULL, NULL,
				 PAGE_READWRITE, SEC_RESERVE, f),
		 0);
	/* Without room asked for, a view is no larger than its section. */
	CHECK(NtMapViewOfSection(s, GetCurrentProcess(), &base, 0, 0, NULL, &n,
				 VIEW_UNMAP, 0, PAGE_READONLY) < 0);
	n = ROOM;
	CHECK_EQ(NtMapViewOfSection(s, GetCurrentProcess(), &base, 0, 0, NULL,
				    &n, VIEW_UNMAP, MEM_RESERVE, PAGE_READONLY),
		 0);
	p = base;
	CHECK_EQ(n, ROOM);
	if (!p)
		return;
	CHECK(!strcmp(p, "begin"));
	CHECK(VirtualQuery(p, &m, sizeof m) && m.RegionSize == sizeof buf);
	CHECK_EQ(m.State, MEM_COMMIT);
	CHECK(VirtualQuery(p + sizeof buf, &m, sizeof m));
	CHECK_EQ(m.State, MEM_RESERVE);
	CHECK_EQ(m.RegionSize, ROOM - sizeof buf);
	CHECK(!ReadProcessMemory(GetCurrentProcess(), p + sizeof buf, buf, 1,
				 &got));

	/* What is committed is the file's, and what is there may be again. */
	CHECK(VirtualAlloc(p + 0x1000, 0x3000, MEM_COMMIT, PAGE_READONLY) ==
	      p + 0x1000);
	CHECK(GetFileSizeEx(f, &size) && size.QuadPart == 0x4000);
	CHECK_EQ(p[0x3fff], 0);
	SetFilePointer(f, 0x3000, NULL, FILE_BEGIN);
	CHECK(WriteFile(f, "here", 5, &done, NULL));
	CHECK(!strcmp(p + 0x3000, "here"));

	/* The file grows first. */
	CHECK(SetFilePointerEx(f, at, NULL, FILE_BEGIN));
	CHECK(WriteFile(f, "there", 6, &done, NULL));
	CHECK(VirtualAlloc(p + 0x6000, 0x1000, MEM_COMMIT, PAGE_READONLY) ==
	      p + 0x6000);
	CHECK(!strcmp(p + 0x6000, "there"));

	/* So it does in another process that has the section. */
	SetHandleInformation(s, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	snprintf(buf, sizeof buf, "grow %d", (int)(INT_PTR)s);
	CHECK_EQ(run_heir(buf, TRUE), 0);
	CHECK(GetFileSizeEx(f, &size) && size.QuadPart == 0x9000);
	CloseHandle(s);
	CHECK(NtUnmapViewOfSection(GetCurrentProcess(), p) == 0);
	CloseHandle(f);
}

/* In another process: the section of grows(). */
static int child_grows(HANDLE s)
{
	enum { ROOM = 0x20000, VIEW_UNMAP = 2 };
	SIZE_T n = ROOM;
	PVOID base = NULL;
	char *p;

	CHECK_EQ(NtMapViewOfSection(s, GetCurrentProcess(), &base, 0, 0, NULL,
				    &n, VIEW_UNMAP, MEM_RESERVE, PAGE_READONLY),
		 0);
	p = base;
	if (p) {
		CHECK(VirtualAlloc(p + 0x6000, 0x3000, MEM_COMMIT,
				   PAGE_READONLY) == p + 0x6000);
		CHECK(!strcmp(p, "begin"));
		CHECK(!strcmp(p + 0x6000, "there"));
		CHECK_EQ(p[0x8fff], 0);
	}
	return check_done();
}

/* In another process: what the parent made is there by its name. */
static int child(void)
{
	HANDLE m = OpenFileMappingA(FILE_MAP_WRITE, FALSE,
				    own_name("rf-test-shared"));
	HANDLE f = OpenFileMappingA(FILE_MAP_READ, FALSE,
				    own_name("rf-test-file"));
	char *p, *q;

	CHECK(m && f, "%p %p", m, f);
	p = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	q = MapViewOfFile(f, FILE_MAP_READ, 0, 0, 0);
	CHECK(p && q);
	if (p && q) {
		CHECK_EQ(p[0x10000], 7);
		CHECK(!memcmp(q, "MZ", 2));
		p[1] = 8;
	}
	return check_done();
}

static void processes(void)
{
	HANDLE m =
		CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				   0, 0x20000, own_name("rf-test-shared"));
	char *p = MapViewOfFile(m, FILE_MAP_WRITE, 0, 0, 0);
	char exe[MAX_PATH];
	HANDLE file, f;

	GetModuleFileNameA(NULL, exe, MAX_PATH);
	file = CreateFileA(exe, GENERIC_READ, FILE_SHARE_READ, NULL,
			   OPEN_EXISTING, 0, NULL);
	f = CreateFileMappingA(file, NULL, PAGE_READONLY, 0, 0,
			       own_name("rf-test-file"));
	CHECK(p && f);
	p[0x10000] = 7;
	CHECK_EQ(run_self("child"), 0);
	CHECK_EQ(p[1], 8);
	UnmapViewOfFile(p);
	CloseHandle(m);
	CloseHandle(f);
	CloseHandle(file);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return child_grows((HANDLE)(INT_PTR)atoi(argv[2]));
	if (argc == 2)
		return child();
	anonymous();
	refusals();
	file();
	named();
	reserved();
	grows();
	processes();
	return check_done();
}
