/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exception-report.c - what a user sees of a program that crashed, and the
 * end of the process.
 *
 * Goes to stderr, a line at a time, whatever the program did to its own
 * handles.  A host program that started us sees the death of a native one:
 * 128 plus the signal's number.
 */
#include "syscall-xlate/nt/exception.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/table.h"
#include "base/utf.h"
#include "syscall-xlate/nt/console.h"

#define CXX_EXCEPTION 0xe06d7363 /* of Microsoft's compiler */

enum { MAX_FRAMES = 24, MAX_MODULES = 512, MAX_NAME = 64 };

static const struct {
	uint32_t code;
	int signal;
	const char *text;
} kinds[] = {
	{ STATUS_ACCESS_VIOLATION, SIGSEGV, "access violation" },
	{ STATUS_STACK_OVERFLOW, SIGSEGV, "stack overflow" },
	{ STATUS_GUARD_PAGE_VIOLATION, SIGSEGV, "touch of a guard page" },
	{ STATUS_PRIVILEGED_INSTRUCTION, SIGSEGV, "privileged instruction" },
	{ STATUS_IN_PAGE_ERROR, SIGBUS, "a mapped file is gone" },
	{ STATUS_DATATYPE_MISALIGNMENT, SIGBUS, "misaligned access" },
	{ STATUS_ILLEGAL_INSTRUCTION, SIGILL, "illegal instruction" },
	{ STATUS_INVALID_LOCK_SEQUENCE, SIGILL, "invalid lock prefix" },
	{ STATUS_INTEGER_DIVIDE_BY_ZERO, SIGFPE, "integer division by zero" },
	{ STATUS_INTEGER_OVERFLOW, SIGFPE, "integer overflow" },
	{ STATUS_FLOAT_DENORMAL_OPERAND, SIGFPE, "floating-point exception" },
	{ STATUS_FLOAT_DIVIDE_BY_ZERO, SIGFPE, "floating-point division by 0" },
	{ STATUS_FLOAT_INEXACT_RESULT, SIGFPE, "inexact result" },
	{ STATUS_FLOAT_INVALID_OPERATION, SIGFPE, "invalid float operation" },
	{ STATUS_FLOAT_OVERFLOW, SIGFPE, "floating-point overflow" },
	{ STATUS_FLOAT_STACK_CHECK, SIGFPE, "x87 stack over- or underflow" },
	{ STATUS_FLOAT_UNDERFLOW, SIGFPE, "floating-point underflow" },
	{ STATUS_BREAKPOINT, SIGTRAP, "breakpoint" },
	{ STATUS_SINGLE_STEP, SIGTRAP, "single step" },
	{ STATUS_ASSERTION_FAILURE, SIGABRT, "failed assertion" },
	{ STATUS_STACK_BUFFER_OVERRUN, SIGABRT, "fast fail" },
	{ STATUS_HEAP_CORRUPTION, SIGABRT, "heap corruption" },
	{ CXX_EXCEPTION, SIGABRT, "C++ exception" },
	{ 0x20474343, SIGABRT, "C++ exception (gcc)" },
	{ 0xe0434352, SIGABRT, ".NET exception" },
};

static int signal_of(uint32_t code)
{
	for (unsigned i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].code == code)
			return kinds[i].signal;
	return SIGABRT;
}

static const char *text_of(uint32_t code)
{
	for (unsigned i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].code == code)
			return kinds[i].text;
	return status_name(code);
}

/* ---- places -------------------------------------------------------------- */

/* Of a LDR_DATA_TABLE_ENTRY, from its InMemoryOrderLinks. */
struct ldr_entry {
	uint64_t next, prev, init_next, init_prev;
	uint64_t base, entry;
	uint32_t size, pad;
	struct unicode_string64 full_name, base_name;
};

enum { PEB_LDR = 0x18, LDR_MEMORY_LIST = 0x20 };

/* The same, 32 bits. */
struct ldr_entry32 {
	uint32_t next, prev, init_next, init_prev;
	uint32_t base, entry, size;
	uint16_t full_len, full_max;
	uint32_t full_at;
	uint16_t base_len, base_max;
	uint32_t base_at;
};

static bool module_of32(struct task *t, gaddr at, struct ldr_entry *e)
{
	enum { PEB_LDR32 = 0x0c, LDR_MEMORY_LIST32 = 0x14 };
	struct ldr_entry32 m;
	uint32_t ldr, head, p;

	if (!nt_self->peb || guest_get32(t, &ldr, nt_self->peb + PEB_LDR32) < 0)
		return false;
	head = ldr + LDR_MEMORY_LIST32;
	if (guest_get32(t, &p, head) < 0)
		return false;
	for (int n = 0; n < MAX_MODULES && p != head; n++, p = m.next) {
		if (guest_read(t, &m, p, sizeof m) < 0)
			return false;
		e->base = m.base;
		e->size = m.size;
		e->base_name.length = m.base_len;
		e->base_name.buffer = m.base_at;
		if (at >= e->base && at - e->base < e->size)
			return true;
	}
	return false;
}

/* The loaded module around at, by the guest's own list. */
static bool module_of(struct task *t, gaddr at, struct ldr_entry *e)
{
	gaddr ldr, head, p;

	if (nt_self->wow64)
		return module_of32(t, at, e);
	if (!nt_self->peb || guest_get64(t, &ldr, nt_self->peb + PEB_LDR) < 0)
		return false;
	head = ldr + LDR_MEMORY_LIST;
	if (guest_get64(t, &p, head) < 0)
		return false;
	for (int n = 0; n < MAX_MODULES && p != head; n++, p = e->next) {
		if (guest_read(t, e, p, sizeof *e) < 0)
			return false;
		if (at >= e->base && at - e->base < e->size)
			return true;
	}
	return false;
}

static void place(struct task *t, gaddr at, char *buf, size_t size)
{
	uint16_t name[MAX_NAME];
	char utf8[3 * MAX_NAME + 1];
	struct ldr_entry e;
	size_t n;

	if (!module_of(t, at, &e)) {
		snprintf(buf, size, "%#" PRIx64, at);
		return;
	}
	n = MIN(e.base_name.length / 2u, COUNT_OF(name));
	if (guest_read(t, name, e.base_name.buffer, 2 * n) < 0)
		n = 0;
	n = utf16_to_utf8(utf8, sizeof utf8 - 1, name, n);
	utf8[MIN(n, sizeof utf8 - 1)] = 0;
	for (char *p = utf8; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?'; /* it goes to a terminal */
	snprintf(buf, size, "%s+%#" PRIx64, utf8, at - e.base);
}

static void backtrace(struct task *t, const struct guest_regs *regs)
{
	struct guest_regs r = *regs;
	struct unwind_module m;
	struct ldr_entry e;
	char at[256];

	for (int n = 0; n < MAX_FRAMES; n++) {
		bool known = module_of(t, r.rip, &e) &&
			     unwind_module_at(t, e.base, &m);

		place(t, r.rip, at, sizeof at);
		log_line("run-foreign", "  #%-2d %s", n, at);
		/* Unknown code may be a leaf; two in a row are not. */
		if (!known && n && !module_of(t, regs->rip, &e))
			return;
		if (!unwind_step(t, known ? &m : NULL, &r))
			return;
	}
}

/* By the chain of saved ebp, as far as it is one. */
static void backtrace32(struct task *t, const struct guest_regs *r)
{
	uint32_t frame[2] = { (uint32_t)r->rbp, (uint32_t)r->rip }, at;
	struct ldr_entry e;
	char text[256];

	for (int n = 0; n < MAX_FRAMES; n++) {
		if (n && !module_of32(t, frame[1], &e))
			return;
		place(t, frame[1], text, sizeof text);
		log_line("run-foreign", "  #%-2d %s", n, text);
		at = frame[0];
		if (guest_read(t, frame, at, sizeof frame) < 0 ||
		    (frame[0] && frame[0] <= at))
			return;
	}
}

/*
 * The type that a program compiled by Microsoft's compiler has thrown, as it
 * is decorated: .?AVruntime_error@std@@.
 */
static void thrown_type(struct task *t, const struct nt_exception_record *rec,
			char *buf, size_t size)
{
	uint64_t base = rec->param[3];
	char name[MAX_NAME] = "";
	uint32_t list, first, type;

	/* ThrowInfo, CatchableTypeArray, CatchableType, TypeDescriptor */
	if (rec->nparams < 4 || guest_get32(t, &list, rec->param[2] + 12) < 0 ||
	    guest_get32(t, &first, base + list + 4) < 0 ||
	    guest_get32(t, &type, base + first + 4) < 0)
		return;
	for (unsigned i = 0; i < sizeof name - 1; i++)
		if (guest_read(t, name + i, base + type + 16 + i, 1) < 0 ||
		    name[i] <= ' ' || name[i] > '~') {
			name[i] = 0;
			break;
		}
	if (name[0])
		snprintf(buf, size, " of type %s", name);
}

static void describe(struct task *t, const struct nt_exception_record *rec,
		     char *buf, size_t size)
{
	const char *how = rec->param[0] == 0   ? "reading"
			  : rec->param[0] == 1 ? "writing"
					       : "executing";

	*buf = 0;
	switch (rec->code) {
	case STATUS_ACCESS_VIOLATION:
	case STATUS_IN_PAGE_ERROR:
	case STATUS_STACK_OVERFLOW:
		if (rec->nparams < 2)
			break;
		if (rec->param[1] == ~0ull)
			snprintf(buf, size, " (no valid address)");
		else
			snprintf(buf, size, " %s %#" PRIx64, how,
				 rec->param[1]);
		break;
	case STATUS_STACK_BUFFER_OVERRUN:
		if (rec->nparams)
			snprintf(buf, size, " %" PRIu64, rec->param[0]);
		break;
	case CXX_EXCEPTION:
		thrown_type(t, rec, buf, size);
		break;
	default:
		break;
	}
}

void exception_report(struct task *t, const struct nt_exception_record *rec,
		      const struct guest_regs *r)
{
	const char *text = text_of(rec->code);
	char at[256], detail[128];

	place(t, rec->address ? rec->address : (gaddr)r->rip, at, sizeof at);
	describe(t, rec, detail, sizeof detail);
	log_line("run-foreign",
		 "the program crashed: exception 0x%08" PRIx32 ", %s%s, at %s",
		 rec->code, text ? text : "not handled", detail, at);
	if (nt_self->wow64) {
		log_line("run-foreign",
			 "  eax %08" PRIx32 " ebx %08" PRIx32 " ecx %08" PRIx32
			 " edx %08" PRIx32,
			 (uint32_t)r->rax, (uint32_t)r->rbx, (uint32_t)r->rcx,
			 (uint32_t)r->rdx);
		log_line("run-foreign",
			 "  esi %08" PRIx32 " edi %08" PRIx32 " ebp %08" PRIx32
			 " esp %08" PRIx32,
			 (uint32_t)r->rsi, (uint32_t)r->rdi, (uint32_t)r->rbp,
			 (uint32_t)r->rsp);
		backtrace32(t, r);
		return;
	}
	log_line("run-foreign",
		 "  rax %016" PRIx64 " rbx %016" PRIx64 " rcx %016" PRIx64
		 " rdx %016" PRIx64,
		 r->rax, r->rbx, r->rcx, r->rdx);
	log_line("run-foreign",
		 "  rsi %016" PRIx64 " rdi %016" PRIx64 " rbp %016" PRIx64
		 " rsp %016" PRIx64,
		 r->rsi, r->rdi, r->rbp, r->rsp);
	log_line("run-foreign",
		 "  r8  %016" PRIx64 " r9  %016" PRIx64 " r10 %016" PRIx64
		 " r11 %016" PRIx64,
		 r->r8, r->r9, r->r10, r->r11);
	log_line("run-foreign",
		 "  r12 %016" PRIx64 " r13 %016" PRIx64 " r14 %016" PRIx64
		 " r15 %016" PRIx64,
		 r->r12, r->r13, r->r14, r->r15);
	backtrace(t, r);
}

_Noreturn void exception_fatal(struct task *t,
			       const struct nt_exception_record *rec,
			       const struct guest_regs *r)
{
	/* The other screen would take the report along. */
	console_restore(false);
	exception_report(t, rec, r);
	process_exit_status(rec->code, 128 + signal_of(rec->code));
}
