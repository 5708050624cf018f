// SPDX-License-Identifier: LGPL-2.1-or-later
// Tests exceptions that leave a callback through the frames of the system's own
// DLLs: C++ and structured ones, __finally and destructors on the way, going on
// inside, longjmp, and the function that called back works again afterwards.
//
// Compiled by clang for the MSVC target, without headers.

#include "events.h"

typedef unsigned u32;
extern "C" {
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void *bsearch(const void *, const void *, size_t, size_t,
	      int (*)(const void *, const void *));
#define API __declspec(dllimport)
API int __stdcall EnumSystemLocalesA(int(__stdcall *)(char *), u32);
API int __stdcall EnumSystemCodePagesA(int(__stdcall *)(char *), u32);
API int __stdcall EnumDateFormatsA(int(__stdcall *)(char *), u32, u32);
API int __stdcall EnumTimeFormatsA(int(__stdcall *)(char *), u32, u32);
API int __stdcall EnumUILanguagesA(int(__stdcall *)(char *, size_t), u32,
				   size_t);
API void *__stdcall CreateThread(void *, size_t, u32(__stdcall *)(void *),
				 void *, u32, u32 *);
API u32 __stdcall WaitForSingleObject(void *, u32);
API int __stdcall GetExitCodeThread(void *, u32 *);
API int __stdcall CloseHandle(void *);
}

struct Noisy {
	~Noisy()
	{
		event("~ ");
	}
};

/* ---- what a callback does -------------------------------------------- */

enum act { RETURN, THROW, RAISE, FAULT, CARRY_ON };
static act todo;
static int volatile *volatile nowhere;

__declspec(noinline) static void leave()
{
	Noisy n;

	switch (todo) {
	case THROW:
		throw 7;
	case RAISE:
		RaiseException(0xe0000009, 0, 0, 0);
		break;
	case FAULT:
		*nowhere = 1;
		break;
	case CARRY_ON:
		RaiseException(0xe0000010, 0, 0, 0);
		event("on ");
		break;
	default:
		break;
	}
}

static int order(const void *a, const void *b)
{
	leave();
	return *(const int *)a - *(const int *)b;
}

static int __stdcall on_text(char *)
{
	leave();
	return 0;
}

static int __stdcall on_text_with(char *, size_t)
{
	leave();
	return 0;
}

/* ---- who calls back -------------------------------------------------- */

static void by_qsort()
{
	int v[] = { 3, 1 };

	qsort(v, 2, sizeof *v, order);
	event("%d%d ", v[0], v[1]);
}

static void by_bsearch()
{
	int v = 3;

	event("%d ", bsearch(&v, &v, 1, sizeof v, order) == &v);
}

static void by_locales()
{
	event("%d ", EnumSystemLocalesA(on_text, 1));
}

static void by_code_pages()
{
	event("%d ", EnumSystemCodePagesA(on_text, 1));
}

static void by_dates()
{
	event("%d ", EnumDateFormatsA(on_text, 0x409, 1));
}

static void by_times()
{
	event("%d ", EnumTimeFormatsA(on_text, 0x409, 0));
}

static void by_languages()
{
	event("%d ", EnumUILanguagesA(on_text_with, 0, 0));
}

static const struct {
	const char *name;
	void (*fn)();
	const char *done;
} callers[] = {
	{ "qsort", by_qsort, "~ 13 " },
	{ "bsearch", by_bsearch, "~ 1 " },
	{ "EnumSystemLocales", by_locales, "~ 1 " },
	{ "EnumSystemCodePages", by_code_pages, "~ 1 " },
	{ "EnumDateFormats", by_dates, "~ 1 " },
	{ "EnumTimeFormats", by_times, "~ 1 " },
	{ "EnumUILanguages", by_languages, "~ 1 " },
};

/* ---- who catches ----------------------------------------------------- */

static void catching(void (*fn)())
{
	Noisy n;

	try {
		fn();
		event("not ");
	} catch (int i) {
		event("caught%d ", i);
	}
}

static void finally(void (*fn)())
{
	__try {
		fn();
		event("not ");
	} __finally {
		event("finally ");
	}
}

static void handling(void (*fn)())
{
	__try {
		finally(fn);
	} __except (1) {
		event("%x ", (u32)_exception_code());
	}
}

static void going_on(void (*fn)())
{
	__try {
		fn();
	} __except (_exception_code() == 0xe0000010 ? -1 : 0) {
		event("not ");
	}
}

static u32 __stdcall thread(void *)
{
	todo = THROW;
	catching(by_qsort);
	todo = FAULT;
	handling(by_locales);
	return 5;
}

static void in_thread()
{
	void *th = CreateThread(0, 0, thread, 0, 0, 0);
	u32 code = 0;

	WaitForSingleObject(th, ~0u);
	GetExitCodeThread(th, &code);
	CloseHandle(th);
	event("%d", code);
	expect("thread", "~ caught7 ~ finally c0000005 5");
}

int main()
{
	char want[64];

	for (auto &c : callers) {
		/* Twice: nothing is left locked, or half done. */
		for (int i = 0; i < 2; i++) {
			todo = THROW;
			catching(c.fn);
			expect(c.name, "~ caught7 ~ ");
			todo = RAISE;
			handling(c.fn);
			expect(c.name, "finally e0000009 ");
			todo = FAULT;
			handling(c.fn);
			expect(c.name, "finally c0000005 ");
			todo = CARRY_ON;
			going_on(c.fn);
			sprintf(want, "on %s", c.done);
			expect(c.name, want);
			todo = RETURN;
			c.fn();
			expect(c.name, c.done);
		}
	}
	in_thread();
	return done();
}
