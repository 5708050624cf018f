/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every information class whose structure is laid out otherwise in 32-bit
 * programs: each class row of syscall-xlate/nt/wow64.tbl has its row here, of
 * the same call and number (tests/tables/check-tables looks).
 */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <stddef.h>
#include <string.h>
#include <winternl.h>

#include "check.h"

#define SELF ((HANDLE)(LONG_PTR)-1)
#define THREAD ((HANDLE)(LONG_PTR)-2)
#define WORD_SIZE sizeof(void *)
#define BYTES 0x55

static union {
	BYTE b[1 << 20];
	ULONGLONG align;
	ULONG n;
	ULONG_PTR word;
	UNICODE_STRING string;
} buf;

NTSYSAPI NTSTATUS NTAPI NtQuerySection(HANDLE, ULONG, PVOID, SIZE_T, PSIZE_T);
NTSYSAPI NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE, PVOID, ULONG, PVOID,
					     SIZE_T, PSIZE_T);
NTSYSAPI NTSTATUS NTAPI NtQueryInformationJobObject(HANDLE, ULONG, PVOID, ULONG,
						    PULONG);
NTSYSAPI NTSTATUS NTAPI NtSetInformationJobObject(HANDLE, ULONG, PVOID, ULONG);
NTSYSAPI NTSTATUS NTAPI NtQueryInformationToken(HANDLE, ULONG, PVOID, ULONG,
						PULONG);
NTSYSAPI NTSTATUS NTAPI NtSetInformationToken(HANDLE, ULONG, PVOID, ULONG);
NTSYSAPI NTSTATUS NTAPI NtSetInformationThread(HANDLE, ULONG, PVOID, ULONG);
NTSYSAPI NTSTATUS NTAPI NtQuerySystemInformationEx(ULONG, PVOID, ULONG, PVOID,
						   ULONG, PULONG);
NTSYSAPI NTSTATUS NTAPI NtSetTimerEx(HANDLE, ULONG, PVOID, ULONG);

/* What the calls are made on. */
static HANDLE token, impersonation, job, section, image_section, file, event;
static PVOID some_memory;

/* ---- the calls in one form ---- */

typedef NTSTATUS call_fn(ULONG class, PVOID info, ULONG n, ULONG *got);

static NTSTATUS process(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQueryInformationProcess(SELF, class, info, n, got);
}

static NTSTATUS set_process(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtSetInformationProcess(SELF, class, info, n);
}

static NTSTATUS thread(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQueryInformationThread(THREAD, class, info, n, got);
}

static NTSTATUS set_thread(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtSetInformationThread(THREAD, class, info, n);
}

static NTSTATUS query_job(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQueryInformationJobObject(job, class, info, n, got);
}

static NTSTATUS set_job(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtSetInformationJobObject(job, class, info, n);
}

static NTSTATUS object(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQueryObject(event, class, info, n, got);
}

static NTSTATUS query_token(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQueryInformationToken(token, class, info, n, got);
}

static NTSTATUS set_token(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtSetInformationToken(token, class, info, n);
}

static NTSTATUS query_memory(PVOID at, ULONG class, PVOID info, ULONG n,
			     ULONG *got)
{
	SIZE_T len = 0;
	NTSTATUS s = NtQueryVirtualMemory(SELF, at, class, info, n, &len);

	*got = (ULONG)len;
	return s;
}

static NTSTATUS memory(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return query_memory(some_memory, class, info, n, got);
}

static NTSTATUS image(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return query_memory(GetModuleHandleW(NULL), class, info, n, got);
}

static NTSTATUS query_section(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	SIZE_T len = 0;
	NTSTATUS s = NtQuerySection(class ? image_section : section, class,
				    info, n, &len);

	*got = (ULONG)len;
	return s;
}

static NTSTATUS system_info(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	return NtQuerySystemInformation(class, info, n, got);
}

/* Which of all: RelationAll. */
static NTSTATUS of_group(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	USHORT group = 0;

	return NtQuerySystemInformationEx(class, &group, sizeof group, info, n,
					  got);
}

static NTSTATUS of_process(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	HANDLE self = SELF;

	return NtQuerySystemInformationEx(class, &self, sizeof self, info, n,
					  got);
}

static NTSTATUS set_file(ULONG class, PVOID info, ULONG n, ULONG *got)
{
	IO_STATUS_BLOCK io;

	return NtSetInformationFile(file, &io, info, n, class);
}

/* ---- checks ---- */

struct row {
	const char *call;
	ULONG class;
	void (*check)(const struct row *r);
	call_fn *fn;
	ULONG size32, size64; /* of what is fixed */
	ULONG at32, at64;     /* of a pointer in it */
};

static ULONG size_of(const struct row *r)
{
	return WORD_SIZE == 8 ? r->size64 : r->size32;
}

#define SAY(r, cond, ...)                                                      \
	do {                                                                   \
		char what_[128];                                               \
		snprintf(what_, sizeof what_, __VA_ARGS__);                    \
		CHECK(cond, "%s %lu: %s", (r)->call, (r)->class, what_);       \
	} while (0)

/* Exactly so many bytes; one fewer is too few, or an older version's. */
static void fixed(const struct row *r)
{
	ULONG size = size_of(r), got = 0x12345678;
	NTSTATUS s;

	memset(&buf, BYTES, 512);
	s = r->fn(r->class, &buf, size, &got);
	SAY(r, s == 0, "%lu bytes: %#lx", size, s);
	SAY(r, got == size, "%lu bytes came, not %lu", got, size);
	SAY(r, buf.b[size] == BYTES, "too much");
	s = r->fn(r->class, &buf, size - 1, &got);
	SAY(r,
	    s == STATUS_INFO_LENGTH_MISMATCH || s == STATUS_BUFFER_TOO_SMALL ||
		    s == STATUS_BUFFER_OVERFLOW || (s == 0 && got < size),
	    "one fewer: %#lx", s);
}

/* A head with a pointer to what follows it in the buffer, or to nothing. */
static void pointed(const struct row *r)
{
	ULONG need = 0, got = 0, at = WORD_SIZE == 8 ? r->at64 : r->at32;
	BYTE *to = NULL;
	NTSTATUS s;

	s = r->fn(r->class, &buf, sizeof buf, &need);
	SAY(r, s == 0, "%#lx", s);
	memset(&buf, BYTES, need + 1024);
	s = r->fn(r->class, &buf, need, &got);
	SAY(r, s == 0, "%lu bytes: %#lx", need, s);
	SAY(r, got == need && got >= size_of(r), "%lu of %lu", got, need);
	SAY(r, buf.b[need] == BYTES, "too much");
	memcpy(&to, buf.b + at, WORD_SIZE);
	SAY(r, !to || (to >= buf.b + size_of(r) && to <= buf.b + need),
	    "a pointer to %p, in %p", to, buf.b);
	s = r->fn(r->class, &buf, need - 1, &got);
	SAY(r,
	    s == STATUS_INFO_LENGTH_MISMATCH || s == STATUS_BUFFER_TOO_SMALL ||
		    s == STATUS_BUFFER_OVERFLOW || got < need,
	    "one fewer: %#lx", s);
}

/* Groups, each pointing into the buffer; perhaps none. */
static void groups(const struct row *r)
{
	TOKEN_GROUPS *g = (PVOID)&buf;
	ULONG got = 0;
	NTSTATUS s = r->fn(r->class, &buf, sizeof buf, &got);

	SAY(r, s == 0, "%#lx", s);
	for (ULONG i = 0; i < g->GroupCount; i++)
		SAY(r, (BYTE *)g->Groups[i].Sid < buf.b + got &&
			       IsValidSid(g->Groups[i].Sid),
		    "group %lu", i);
	if (!g->GroupCount)
		SAY(r, got == WORD_SIZE || got == sizeof *g, "%lu bytes", got);
}

/* An array that its first number counts. */
static void counted(const struct row *r)
{
	ULONG got = 0, head = (ULONG)(r->at64 ? WORD_SIZE : 4);
	NTSTATUS s;

	memset(&buf, 0, 64);
	s = r->fn(r->class, &buf, sizeof buf, &got);
	SAY(r, s == 0, "%#lx", s);
	head = WORD_SIZE == 8 ? r->at64 : r->at32;
	SAY(r, got >= head && (got - head) % size_of(r) == 0 &&
		       (got - head) / size_of(r) >= buf.n,
	    "%lu bytes for %lu of %lu", got, buf.n, size_of(r));
}

/* As many as there are. */
static void many(const struct row *r)
{
	ULONG got = 0;
	NTSTATUS s = r->fn(r->class, &buf, sizeof buf, &got);

	SAY(r, s == 0, "%#lx", s);
	SAY(r, got && got % size_of(r) == 0, "%lu bytes", got);
}

/* Records of size_of() at least, with the text of a UNICODE_STRING in each. */
static void records(const struct row *r)
{
	ULONG got = 0, next, at = WORD_SIZE == 8 ? r->at64 : r->at32, n = 0;
	BYTE *p = buf.b;
	NTSTATUS s = r->fn(r->class, &buf, sizeof buf, &got);

	SAY(r, s == 0, "%#lx", s);
	if (!got)
		return; /* no page file */
	do {
		UNICODE_STRING *u = (PVOID)(p + at);

		memcpy(&next, p, sizeof next);
		SAY(r, !next || next >= size_of(r), "%lu", next);
		SAY(r, !u->Length || ((BYTE *)u->Buffer >= p + size_of(r) &&
				      (BYTE *)u->Buffer + u->Length <=
					      buf.b + got),
		    "the name is at %p of %p", u->Buffer, buf.b);
		p += next;
	} while (next && ++n < 10000);
}

/* What is asked for comes with the answer. */
static void working_set(const struct row *r)
{
	struct {
		PVOID at;
		ULONG_PTR flags;
	} w[2] = { { some_memory, 0 }, { &buf, 0 } };
	ULONG got = 0;

	*(volatile BYTE *)some_memory = 1;
	CHECK_EQ(query_memory(NULL, r->class, w, sizeof w, &got), 0);
	CHECK_EQ(got, sizeof w);
	CHECK(w[0].at == some_memory && w[0].flags & 1);
	CHECK(w[1].at == &buf && w[1].flags & 1);
}

static void process_name(const struct row *r)
{
	struct {
		ULONG_PTR id;
		UNICODE_STRING name;
	} p = { GetCurrentProcessId(), { 0, 1024, (PWSTR)buf.b } };
	ULONG got = 0;

	CHECK_EQ(system_info(r->class, &p, sizeof p, &got), 0);
	CHECK(p.name.Length && p.name.Buffer == (PWSTR)buf.b);
	CHECK(!memcmp(buf.b, L"\\", 2));
}

/* There is no debugger; an answer would have a handle's size. */
static void no_debugger(const struct row *r)
{
	ULONG got;

	SAY(r,
	    r->fn(r->class, &buf, WORD_SIZE, &got) == STATUS_PORT_NOT_SET &&
		    r->fn(r->class, &buf, WORD_SIZE - 1, &got) ==
			    STATUS_INFO_LENGTH_MISMATCH,
	    "a debugger's handle");
}

/* A token without a twin; one with has a handle. */
static void linked(const struct row *r)
{
	ULONG got = 0;
	HANDLE h = NULL;
	NTSTATUS s = r->fn(r->class, &h, sizeof h, &got);

	SAY(r, s == STATUS_NO_SUCH_LOGON_SESSION || (s == 0 && h), "%#lx", s);
	if (!s)
		CloseHandle(h);
}

/* Set to what was asked for before. */
static void set_back(const struct row *r)
{
	static const struct {
		call_fn *set, *query;
	} pairs[] = { { set_process, process },
		      { set_thread, thread },
		      { set_job, query_job },
		      { set_token, query_token } };
	ULONG got = 0;
	NTSTATUS s;

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (pairs[i].set != r->fn)
			continue;
		s = pairs[i].query(r->class, &buf, size_of(r) ? size_of(r) :
								sizeof buf,
				   &got);
		SAY(r, s == 0, "asked: %#lx", s);
		s = r->fn(r->class, &buf, got, NULL);
		SAY(r, s == 0, "set: %#lx", s);
	}
}

/* A word that is set. */
static void affinity(const struct row *r)
{
	DWORD_PTR mine = 0, all = 0;
	NTSTATUS s;

	GetProcessAffinityMask(SELF, &mine, &all);
	s = r->fn(r->class, &mine, sizeof mine, NULL);
	SAY(r, s == 0, "%#lx", s);
	mine = 0;
	s = r->fn(r->class, &mine, sizeof mine, NULL);
	SAY(r, s == STATUS_INVALID_PARAMETER, "none: %#lx", s);
}

static void impersonate(const struct row *r)
{
	HANDLE h = NULL;

	CHECK_EQ(r->fn(r->class, &impersonation, sizeof(HANDLE), NULL), 0);
	CHECK(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &h));
	CloseHandle(h);
	h = NULL;
	CHECK_EQ(r->fn(r->class, &h, sizeof h, NULL), 0);
	CHECK(!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &h));
}

static void thread_name(const struct row *r)
{
	UNICODE_STRING u = { 8, 10, L"name" };
	ULONG got = 0;

	if (r->fn == set_thread) {
		CHECK_EQ(r->fn(r->class, &u, sizeof u, NULL), 0);
		return;
	}
	CHECK_EQ(set_thread(r->class, &u, sizeof u, NULL), 0);
	pointed(r);
	CHECK_EQ(r->fn(r->class, &buf, sizeof buf, &got), 0);
	CHECK(buf.string.Length == 8 && !memcmp(buf.string.Buffer, L"name", 8));
}

static void port(const struct row *r)
{
	struct {
		union {
			PVOID key;
			HANDLE port;
		} first, second;
	} v;
	HANDLE p = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
	NTSTATUS s;

	/* Of a job: key and port; of a file: port and key. */
	v.first.key = r->fn == set_job ? (PVOID)7 : p;
	v.second.key = r->fn == set_job ? p : (PVOID)7;
	s = r->fn(r->class, &v, sizeof v, NULL);
	SAY(r, s == 0, "%#lx", s);
	/* FileReplaceCompletionInformation without a port takes it away. */
	if (r->fn == set_file && r->class == 61) {
		v.first.key = v.second.key = NULL;
		s = r->fn(r->class, &v, sizeof v, NULL);
		SAY(r, s == 0, "taken away: %#lx", s);
	}
	CloseHandle(p);
}

/* The structure is a pointer to the time. */
static void slot_time(const struct row *r)
{
	LARGE_INTEGER time = { .QuadPart = -50000 }, *at = &time;
	HANDLE before = file;
	char name[64];
	DWORD ms = 0;
	NTSTATUS s;

	snprintf(name, sizeof name, "\\\\.\\mailslot\\rf-classes-%lu",
		 GetCurrentProcessId());
	file = CreateMailslotA(name, 0, 0, NULL);
	s = r->fn(r->class, &at, sizeof at, NULL);
	SAY(r, s == 0, "%#lx", s);
	SAY(r, GetMailslotInfo(file, NULL, NULL, NULL, &ms) && ms == 5, "%lu",
	    ms);
	CloseHandle(file);
	file = before;
}

static void renamed(const struct row *r)
{
	struct {
		ULONG flags;
		HANDLE root;
		ULONG bytes;
		WCHAR name[64];
	} v = { .flags = 1 };
	NTSTATUS s;

	GetCurrentDirectoryW(60, v.name);
	wsprintfW(v.name, L"other%lu", r->class);
	v.bytes = lstrlenW(v.name) * 2;
	s = r->fn(r->class, &v, offsetof(__typeof__(v), name) + v.bytes, NULL);
	SAY(r, s == 0, "%#lx", s);
	SAY(r, GetFileAttributesW(v.name) != INVALID_FILE_ATTRIBUTES,
	    "no such file");
}

static void coalescable(const struct row *r)
{
	struct {
		LARGE_INTEGER due;
		PVOID apc, context, wake;
		ULONG period, delay;
		PULONG previous;
	} v = { .due.QuadPart = -10000 };
	HANDLE t = CreateWaitableTimerW(NULL, FALSE, NULL);
	BOOLEAN state[4] = { 9 };

	v.previous = (PULONG)state;
	CHECK_EQ(NtSetTimerEx(t, r->class, &v, sizeof v), 0);
	CHECK_EQ(state[0], FALSE);
	CHECK_EQ(WaitForSingleObject(t, 60000), WAIT_OBJECT_0);
	CloseHandle(t);
}

/* Few file systems share blocks; but what is wrong is said of all. */
static void duplicate(const struct row *r)
{
	struct {
		HANDLE from;
		LARGE_INTEGER at, to, n;
	} v = { .from = (HANDLE)(LONG_PTR)-4, .n.QuadPart = 4096 };
	IO_STATUS_BLOCK io;
	NTSTATUS s;

	s = NtFsControlFile(file, NULL, NULL, NULL, &io, r->class, &v, sizeof v,
			    NULL, 0);
	SAY(r, s == STATUS_INVALID_HANDLE || s == STATUS_OBJECT_TYPE_MISMATCH,
	    "%#lx", s);
	v.from = file;
	s = NtFsControlFile(file, NULL, NULL, NULL, &io, r->class, &v,
			    sizeof v - 1, NULL, 0);
	SAY(r, s == STATUS_BUFFER_TOO_SMALL || s == STATUS_INVALID_PARAMETER,
	    "too short: %#lx", s);
}


/* call, class, check, how it is made, sizes, where the pointer is */
static const struct row rows[] = {
	{ "NtQueryInformationProcess", 0, fixed, process, 24, 48, 0, 0 },
	{ "NtQueryInformationProcess", 0, fixed, process, 32, 64, 0, 0 },
	{ "NtQueryInformationProcess", 1, fixed, process, 32, 48, 0, 0 },
	{ "NtQueryInformationProcess", 1, fixed, process, 56, 88, 0, 0 },
	{ "NtQueryInformationProcess", 3, fixed, process, 44, 88, 0, 0 },
	{ "NtQueryInformationProcess", 3, fixed, process, 48, 96, 0, 0 },
	{ "NtQueryInformationProcess", 3, fixed, process, 64, 112, 0, 0 },
	{ "NtQueryInformationProcess", 7, fixed, process, 4, 8, 0, 0 },
	{ "NtQueryInformationProcess", 21, fixed, process, 4, 8, 0, 0 },
	{ "NtQueryInformationProcess", 26, fixed, process, 4, 8, 0, 0 },
	{ "NtQueryInformationProcess", 27, pointed, process, 8, 16, 4, 8 },
	{ "NtQueryInformationProcess", 30, no_debugger, process, 4, 8, 0, 0 },
	{ "NtQueryInformationProcess", 37, fixed, process, 48, 64, 0, 0 },
	{ "NtQueryInformationProcess", 43, pointed, process, 8, 16, 4, 8 },
	{ "NtQueryInformationProcess", 49, fixed, process, 4, 8, 0, 0 },
	{ "NtQueryInformationProcess", 60, pointed, process, 8, 16, 4, 8 },
	{ "NtSetInformationProcess", 1, set_back, set_process, 32, 48, 0, 0 },
	{ "NtSetInformationProcess", 1, set_back, set_process, 56, 88, 0, 0 },
	{ "NtSetInformationProcess", 21, affinity, set_process, 4, 8, 0, 0 },
	{ "NtQueryInformationThread", 0, fixed, thread, 28, 48, 0, 0 },
	{ "NtQueryInformationThread", 9, fixed, thread, 4, 8, 0, 0 },
	{ "NtQueryInformationThread", 30, fixed, thread, 12, 16, 0, 0 },
	{ "NtQueryInformationThread", 38, thread_name, thread, 8, 16, 4, 8 },
	{ "NtSetInformationThread", 4, affinity, set_thread, 4, 8, 0, 0 },
	{ "NtSetInformationThread", 5, impersonate, set_thread, 4, 8, 0, 0 },
	{ "NtSetInformationThread", 9, set_back, set_thread, 4, 8, 0, 0 },
	{ "NtSetInformationThread", 30, set_back, set_thread, 12, 16, 0, 0 },
	{ "NtSetInformationThread", 38, thread_name, set_thread, 8, 16, 0, 0 },

	{ "NtQueryInformationJobObject", 2, fixed, query_job, 48, 64, 0, 0 },
	{ "NtQueryInformationJobObject", 3, counted, query_job, 4, 8, 8, 8 },
	{ "NtQueryInformationJobObject", 9, fixed, query_job, 112, 144, 0, 0 },
	{ "NtQueryInformationJobObject", 14, fixed, query_job, 12, 16, 0, 0 },
	{ "NtSetInformationJobObject", 2, set_back, set_job, 48, 64, 0, 0 },
	{ "NtSetInformationJobObject", 7, port, set_job, 8, 16, 0, 0 },
	{ "NtSetInformationJobObject", 9, set_back, set_job, 112, 144, 0, 0 },

	{ "NtQueryObject", 1, pointed, object, 8, 16, 4, 8 },
	{ "NtQueryObject", 2, pointed, object, 96, 104, 4, 8 },

	{ "NtQueryInformationToken", 1, pointed, query_token, 8, 16, 0, 0 },
	{ "NtQueryInformationToken", 2, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 4, pointed, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 5, pointed, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 6, pointed, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 11, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 13, pointed, query_token, 44, 56, 8, 8 },
	{ "NtQueryInformationToken", 19, linked, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 22, pointed, query_token, 48, 88, 0, 0 },
	{ "NtQueryInformationToken", 25, pointed, query_token, 8, 16, 0, 0 },
	{ "NtQueryInformationToken", 28, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 30, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 31, pointed, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 33, pointed, query_token, 12, 16, 8, 8 },
	{ "NtQueryInformationToken", 34, pointed, query_token, 12, 16, 8, 8 },
	{ "NtQueryInformationToken", 35, pointed, query_token, 12, 16, 8, 8 },
	{ "NtQueryInformationToken", 36, pointed, query_token, 12, 16, 8, 8 },
	{ "NtQueryInformationToken", 37, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 38, groups, query_token, 0, 0, 0, 0 },
	{ "NtQueryInformationToken", 39, pointed, query_token, 12, 16, 8, 8 },
	{ "NtQueryInformationToken", 41, pointed, query_token, 4, 8, 0, 0 },
	{ "NtQueryInformationToken", 43, pointed, query_token, 12, 16, 8, 8 },
	{ "NtSetInformationToken", 4, set_back, set_token, 0, 0, 0, 0 },
	{ "NtSetInformationToken", 5, set_back, set_token, 0, 0, 0, 0 },
	{ "NtSetInformationToken", 6, set_back, set_token, 0, 0, 0, 0 },
	{ "NtSetInformationToken", 25, set_back, set_token, 0, 0, 0, 0 },

	{ "NtQueryVirtualMemory", 0, fixed, memory, 28, 48, 0, 0 },
	{ "NtQueryVirtualMemory", 2, pointed, image, 8, 16, 4, 8 },
	{ "NtQueryVirtualMemory", 3, fixed, memory, 20, 32, 0, 0 },
	{ "NtQueryVirtualMemory", 3, fixed, memory, 28, 48, 0, 0 },
	{ "NtQueryVirtualMemory", 4, working_set, memory, 8, 16, 0, 0 },
	{ "NtQueryVirtualMemory", 6, fixed, image, 12, 24, 0, 0 },
	{ "NtQueryVirtualMemory", 7, fixed, memory, 20, 32, 0, 0 },
	{ "NtQueryVirtualMemory", 7, fixed, memory, 28, 48, 0, 0 },
	{ "NtQueryVirtualMemory", 8, fixed, memory, 28, 48, 0, 0 },
	{ "NtQuerySection", 0, fixed, query_section, 16, 24, 0, 0 },
	{ "NtQuerySection", 1, fixed, query_section, 48, 64, 0, 0 },
	{ "NtQuerySection", 3, fixed, query_section, 4, 8, 0, 0 },

	{ "NtQuerySystemInformation", 0, fixed, system_info, 44, 64, 0, 0 },
	{ "NtQuerySystemInformation", 5, records, system_info, 184, 256, 56, 56 },
	{ "NtQuerySystemInformation", 11, counted, system_info, 284, 296, 4, 8 },
	{ "NtQuerySystemInformation", 16, counted, system_info, 16, 24, 4, 8 },
	{ "NtQuerySystemInformation", 18, records, system_info, 24, 32, 16, 16 },
	{ "NtQuerySystemInformation", 21, fixed, system_info, 36, 64, 0, 0 },
	{ "NtQuerySystemInformation", 37, fixed, system_info, 12, 16, 0, 0 },
	{ "NtQuerySystemInformation", 50, fixed, system_info, 4, 8, 0, 0 },
	{ "NtQuerySystemInformation", 55, many, system_info, 4, 8, 0, 0 },
	{ "NtQuerySystemInformation", 57, records, system_info, 184, 256, 56, 56 },
	{ "NtQuerySystemInformation", 62, fixed, system_info, 44, 64, 0, 0 },
	{ "NtQuerySystemInformation", 64, counted, system_info, 28, 40, 8, 16 },
	{ "NtQuerySystemInformation", 73, many, system_info, 24, 32, 0, 0 },
	{ "NtQuerySystemInformation", 80, fixed, system_info, 88, 176, 0, 0 },
	{ "NtQuerySystemInformation", 81, fixed, system_info, 36, 64, 0, 0 },
	{ "NtQuerySystemInformation", 88, process_name, system_info, 0, 0, 0, 0 },
	{ "NtQuerySystemInformation", 123, fixed, system_info, 16, 32, 0, 0 },
	{ "NtQuerySystemInformationEx", 73, many, of_group, 24, 32, 0, 0 },
	{ "NtQuerySystemInformationEx", 181, many, of_process, 4, 4, 0, 0 },

	{ "NtSetTimerEx", 0, coalescable, NULL, 0, 0, 0, 0 },
	{ "NtFsControlFile", 0x98344, duplicate, NULL, 0, 0, 0, 0 },
	{ "NtSetInformationFile", 10, renamed, set_file, 0, 0, 0, 0 },
	{ "NtSetInformationFile", 11, renamed, set_file, 0, 0, 0, 0 },
	{ "NtSetInformationFile", 27, slot_time, set_file, 4, 8, 0, 0 },
	{ "NtSetInformationFile", 30, port, set_file, 8, 16, 0, 0 },
	{ "NtSetInformationFile", 61, port, set_file, 8, 16, 0, 0 },
	{ "NtSetInformationFile", 65, renamed, set_file, 0, 0, 0, 0 },
	{ "NtSetInformationFile", 72, renamed, set_file, 0, 0, 0, 0 },
};

int main(void)
{
	WCHAR self[MAX_PATH];
	HANDLE f;

	OpenProcessToken(SELF, MAXIMUM_ALLOWED, &token);
	DuplicateToken(token, SecurityImpersonation, &impersonation);
	job = CreateJobObjectW(NULL, NULL);
	AssignProcessToJobObject(job, SELF);
	section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
				     0, 0x5000, NULL);
	GetModuleFileNameW(NULL, self, MAX_PATH);
	f = CreateFileW(self, GENERIC_READ | GENERIC_EXECUTE, FILE_SHARE_READ,
			NULL, OPEN_EXISTING, 0, NULL);
	image_section = CreateFileMappingW(f, NULL, PAGE_READONLY | SEC_IMAGE,
					   0, 0, NULL);
	CHECK(image_section != NULL, "%lu", GetLastError());
	event = CreateEventW(NULL, FALSE, FALSE, L"wow64-classes");
	some_memory = VirtualAlloc(NULL, 0x10000, MEM_COMMIT, PAGE_READWRITE);
	file = CreateFileW(L"some", GENERIC_READ | GENERIC_WRITE | DELETE,
			   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
			   NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		rows[i].check(&rows[i]);
	return check_done();
}
