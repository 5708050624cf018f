/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In which order a DLL's TLS callback and entry point are called, with what,
 * and when they are not.  The DLLs are this program: its file with another
 * entry point and the mark of a DLL.
 */
#include "self-dll.h"

enum { MOST = 32 };

struct log {
	volatile LONG n;
	DWORD refuse; /* the entry point fails for this reason */
	struct {
		HMODULE module;
		BOOL tls; /* the callback, else the entry point */
		DWORD reason;
		BOOL reserved;
	} call[MOST];
};

static void note(HMODULE module, BOOL tls, DWORD reason, BOOL reserved)
{
	struct log *log = find_log();
	LONG i = log ? InterlockedIncrement(&log->n) - 1 : MOST;

	if (i >= MOST)
		return;
	log->call[i].module = module;
	log->call[i].tls = tls;
	log->call[i].reason = reason;
	log->call[i].reserved = reserved;
}

static void NTAPI on_tls(PVOID module, DWORD reason, PVOID reserved)
{
	if (module != GetModuleHandleW(NULL))
		note(module, TRUE, reason, reserved != NULL);
}

static const PIMAGE_TLS_CALLBACK callback
	__attribute__((section(".CRT$XLF"), used)) = on_tls;

__attribute__((used)) static BOOL WINAPI entry(HINSTANCE module, DWORD reason,
					       PVOID reserved)
{
	struct log *log = find_log();

	note(module, FALSE, reason, reserved != NULL);
	return !log || log->refuse != reason;
}

static struct log log_;

/* The calls since the last look were these: pairs of callback and entry. */
static void expect_pairs(int line, HMODULE module, DWORD reason, BOOL reserved)
{
	check_count++;
	if (log_.n != 2 || !log_.call[0].tls || log_.call[1].tls)
		check_fail(__FILE__, line, "TLS callback, then entry point",
			   "%ld calls, %d %d", log_.n, log_.call[0].tls,
			   log_.call[1].tls);
	for (int i = 0; i < 2 && i < log_.n; i++)
		if (log_.call[i].reason != reason ||
		    log_.call[i].reserved != reserved ||
		    (module && log_.call[i].module != module))
			check_fail(__FILE__, line, "the call", "%lu %d",
				   log_.call[i].reason, log_.call[i].reserved);
	log_.n = 0;
}

static DWORD WINAPI thread(void *arg)
{
	expect_pairs(__LINE__, arg, DLL_THREAD_ATTACH, FALSE);
	return 0;
}

static void run_thread(HMODULE dll)
{
	HANDLE h = CreateThread(NULL, 0, thread, dll, 0, NULL);

	WaitForSingleObject(h, INFINITE);
	CloseHandle(h);
}

static void loaded(void)
{
	HMODULE h = LoadLibraryA("rf-order.dll");

	CHECK(h != NULL, "%lu", GetLastError());
	expect_pairs(__LINE__, h, DLL_PROCESS_ATTACH, FALSE);
	run_thread(h);
	expect_pairs(__LINE__, h, DLL_THREAD_DETACH, FALSE);
	CHECK(LoadLibraryA("rf-order.dll") == h);
	CHECK(FreeLibrary(h));
	CHECK_EQ(log_.n, 0);
	CHECK(FreeLibrary(h));
	expect_pairs(__LINE__, h, DLL_PROCESS_DETACH, FALSE);
	CHECK(!GetModuleHandleA("rf-order.dll"));
}

/* Who refuses is called once more. */
static void refused(void)
{
	log_.refuse = DLL_PROCESS_ATTACH;
	CHECK(!LoadLibraryA("rf-order.dll"));
	CHECK_EQ(GetLastError(), ERROR_DLL_INIT_FAILED);
	log_.refuse = ~0u;
	CHECK_EQ(log_.n, 4);
	for (int i = 0; i < 4 && i < log_.n; i++) {
		CHECK_EQ(log_.call[i].tls, i % 2 == 0);
		CHECK_EQ(log_.call[i].reason,
			 i < 2 ? DLL_PROCESS_ATTACH : DLL_PROCESS_DETACH);
	}
	log_.n = 0;
	CHECK(!GetModuleHandleA("rf-order.dll"));
}

/* Mapped, and nothing else: not by what is loaded after it either. */
static void inert(void)
{
	HMODULE h = LoadLibraryExA("rf-order.dll", NULL,
				   DONT_RESOLVE_DLL_REFERENCES),
		other;

	CHECK(h != NULL, "%lu", GetLastError());
	CHECK_EQ(log_.n, 0);
	other = LoadLibraryA("rf-other.dll");
	CHECK(other && other != h);
	expect_pairs(__LINE__, other, DLL_PROCESS_ATTACH, FALSE);
	CHECK(FreeLibrary(other));
	expect_pairs(__LINE__, other, DLL_PROCESS_DETACH, FALSE);
	CHECK(FreeLibrary(h));
	CHECK_EQ(log_.n, 0);
	CHECK(!GetModuleHandleA("rf-order.dll"));
}

int main(void)
{
	give_log(&log_);
	log_.refuse = ~0u;
	make_dll("rf-order.dll", entry, NULL, NULL);
	make_dll("rf-other.dll", entry, NULL, NULL);
	loaded();
	refused();
	inert();
	DeleteFileA("rf-order.dll");
	DeleteFileA("rf-other.dll");
	return check_done();
}
