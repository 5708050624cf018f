/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests __try, __except and __finally: filters, faults, nesting, unwinding
 * that meets itself, going on after an exception.
 *
 * Compiled by clang for the MSVC target, without headers.
 */
#include "events.h"

typedef unsigned long long u64;
typedef unsigned int u32;
typedef size_t word;
typedef struct record {
	u32 code, flags;
	struct record *next;
	void *address;
	u32 n;
	word info[15];
} record;
#ifdef __x86_64__
typedef struct {
	u64 home[6];
	u32 flags, mxcsr;
	unsigned short seg[6];
	u32 eflags;
	u64 dr[6];
	u64 rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8[8], rip;
} context;
#else
typedef struct {
	u32 flags, dr[6], x87[28], gs, fs, es, ds;
	u32 edi, esi, ebx, edx, ecx, eax, ebp, rip;
} context;
#endif
typedef struct {
	record *rec;
	context *ctx;
} pointers;

__declspec(dllimport) void *__stdcall VirtualAlloc(void *, word, u32, u32);
void *_exception_info(void);
int _abnormal_termination(void);

#define event(...) sprintf(events + strlen(events), __VA_ARGS__)

static int volatile zero;
static int *volatile null;

__attribute__((noinline)) static void raise(u32 code)
{
	RaiseException(code, 0, 0, 0);
}

static void simple(void)
{
	__try {
		raise(0xe0000001);
		event("not ");
	} __except (1) {
		event("%x ", (u32)_exception_code());
	}
	expect("simple", "e0000001 ");
}

static int filter(pointers *p, int verdict)
{
	event("f%x,%x,%d ", p->rec->code, p->rec->flags, p->rec->n);
	return verdict;
}

static void filters(void)
{
	__try {
		__try {
			raise(0xe0000002);
			event("not ");
		} __except (filter(_exception_info(), 0)) {
			event("not-inner ");
		}
	} __except (filter(_exception_info(), 1)) {
		event("outer ");
	}
	__try {
		raise(0xe0000003);
		event("went-on ");
	} __except (filter(_exception_info(), -1)) {
		event("not ");
	}
	expect("filters",
	       "fe0000002,0,0 fe0000002,0,0 outer fe0000003,0,0 went-on ");
}

static int fault_filter(pointers *p, word at)
{
	event("%x:%d:%d:%d ", p->rec->code, p->rec->n, (int)p->rec->info[0],
	      p->rec->info[1] == at);
	return p->rec->address == (void *)p->ctx->rip;
}

/* clang guards calls only, not single instructions. */
__attribute__((noinline)) static int read_int(int *at)
{
	return *(volatile int *)at;
}

__attribute__((noinline)) static void write_int(int *at, int n)
{
	*(volatile int *)at = n;
}

__attribute__((noinline)) static int divide(int a, int b)
{
	volatile int n = b; /* or it cannot throw, clang finds */

	return a / n;
}

static void faults(void)
{
	__try {
		event("%d ", read_int(null));
	} __except (fault_filter(_exception_info(), 0)) {
		event("read ");
	}
	__try {
		write_int(null + 3, 1);
	} __except (fault_filter(_exception_info(), 12)) {
		event("write ");
	}
	__try {
		event("%d ", divide(10, zero));
	} __except (_exception_code() == 0xc0000094) {
		event("divide ");
	}
	__try {
		((void (*)(void))0x10)();
	} __except (fault_filter(_exception_info(), 0x10)) {
		event("execute ");
	}
	expect("faults", "c0000005:2:0:1 read c0000005:2:1:1 write divide "
			 "c0000005:2:8:1 execute ");
}

static void go_on(void)
{
	int *page = VirtualAlloc((void *)0x10000000, 4096, 0x2000, 1);

	__try {
		write_int(page, 5);
		event("%d ", read_int(page));
	} __except (VirtualAlloc(page, 4096, 0x1000, 4) ? -1 : 1) {
		event("not ");
	}
	expect("go on", "5 ");
}

static void finally_order(void)
{
	__try {
		__try {
			__try {
				raise(0xe0000004);
			} __finally {
				event("a%d ", _abnormal_termination());
			}
		} __finally {
			event("b%d ", _abnormal_termination());
		}
	} __except (event("filter "), 1) {
		event("handler ");
	}
	__try {
		event("body ");
	} __finally {
		event("c%d ", _abnormal_termination());
	}
	expect("finally", "filter a1 b1 handler body c0 ");
}

__attribute__((noinline)) static void level2(void)
{
	__try {
		raise(0xe0000005);
	} __finally {
		event("l2 ");
	}
}

__attribute__((noinline)) static void level1(void)
{
	__try {
		level2();
	} __finally {
		event("l1 ");
	}
}

static void frames(void)
{
	__try {
		level1();
	} __except (1) {
		event("handler ");
	}
	expect("frames", "l2 l1 handler ");
}

static int raising_filter(void)
{
	__try {
		raise(0xe0000007);
	} __except (1) {
		event("in-filter ");
	}
	return 1;
}

static void exception_in_filter(void)
{
	__try {
		raise(0xe0000006);
	} __except (raising_filter()) {
		event("handler-%x ", (u32)_exception_code());
	}
	expect("exception in a filter", "in-filter handler-e0000006 ");
}

static void collided(void)
{
	__try {
		__try {
			__try {
				raise(0xe0000008);
			} __finally {
				event("first ");
				raise(0xe0000009);
			}
		} __finally {
			event("second ");
		}
	} __except (event("%x ", (u32)_exception_code()), 1) {
		event("handler-%x ", (u32)_exception_code());
	}
	expect("exception in finally",
	       "e0000008 first e0000009 second handler-e0000009 ");
}

static int nested_filter(pointers *p)
{
	event("%x%s ", p->rec->code, p->rec->flags & 0x10 ? "+nested" : "");
	return p->rec->code == 0xe000000b;
}

static int throwing_filter(pointers *p)
{
	nested_filter(p);
	if (p->rec->code == 0xe000000a)
		raise(0xe000000b); /* comes here first, too */
	return 0;
}

static void nested(void)
{
	__try {
		__try {
			raise(0xe000000a);
		} __except (throwing_filter(_exception_info())) {
			event("not ");
		}
	} __except (nested_filter(_exception_info())) {
		event("handler ");
	}
	expect("filter that throws",
	       "e000000a e000000b+nested e000000b+nested handler ");
}

static void noncontinuable(void)
{
	__try {
		RaiseException(0xe000000c, 1, 0, 0);
	} __except (event("%x ", (u32)_exception_code()),
		    _exception_code() == 0xe000000c ? -1 : 1) {
		event("handler-%x ", (u32)_exception_code());
	}
	expect("noncontinuable", "e000000c c0000025 handler-c0000025 ");
}

static void leave_by_return(void)
{
	for (int i = 0; i < 3; i++) {
		__try {
			if (i == 1)
				continue;
			event("%d ", i);
		} __finally {
			event("f%d ", i);
		}
	}
	expect("continue out of try", "0 f0 f1 2 f2 ");
}

static void many(void)
{
	volatile int sum = 0;

	for (int i = 0; i < 10000; i++) {
		__try {
			if (i & 1)
				write_int(null, 1);
			else
				raise(0xe000000d);
		} __except (1) {
			sum++;
		}
	}
	event("%d ", sum);
	expect("many", "10000 ");
}

int main(void)
{
	simple();
	filters();
	faults();
	go_on();
	finally_order();
	frames();
	exception_in_filter();
	collided();
	nested();
	noncontinuable();
	leave_by_return();
	many();
	return done();
}
