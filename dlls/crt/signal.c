/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signal.c - signal and raise; exceptions and console events as signals.
 *
 * SIGINT, SIGBREAK, SIGTERM and SIGABRT are the process's; SIGFPE, SIGILL and
 * SIGSEGV each thread's, and they happen only where start-up code wrapped the
 * program in a filter that asks _XcptFilter (or _seh_filter_exe).
 */
#include "crt.h"

typedef void (*sig_fn)(int);
#define SIG_DFL_ ((sig_fn)0)
#define SIG_IGN_ ((sig_fn)1)
#define SIG_GET_ ((sig_fn)2)
#define SIG_SGE_ ((sig_fn)3)
#define SIG_ACK_ ((sig_fn)4)
#define SIG_ERR_ ((sig_fn)-1)

enum {
	SIGINT_ = 2,
	SIGILL_ = 4,
	SIGABRT_COMPAT_ = 6,
	SIGFPE_ = 8,
	SIGSEGV_ = 11,
	SIGTERM_ = 15,
	SIGBREAK_ = 21,
	SIGABRT_ = 22,
};

static sig_fn on_int, on_break, on_term, on_abort;
static int console_handler;
static struct crt_lock signal_lock;

/* Exceptions that are signals; in the thread's table by this order. */
static const struct {
	DWORD code;
	int sig;
	int fpe; /* _FPE_*, what a SIGFPE handler gets as its second argument */
} exceptions[CRT_NSIG] = {
	{ EXCEPTION_ACCESS_VIOLATION, SIGSEGV_, 0 },
	{ EXCEPTION_ILLEGAL_INSTRUCTION, SIGILL_, 0 },
	{ EXCEPTION_PRIV_INSTRUCTION, SIGILL_, 0 },
	{ EXCEPTION_FLT_DENORMAL_OPERAND, SIGFPE_, 0x82 },
	{ EXCEPTION_FLT_DIVIDE_BY_ZERO, SIGFPE_, 0x83 },
	{ EXCEPTION_FLT_INEXACT_RESULT, SIGFPE_, 0x86 },
	{ EXCEPTION_FLT_INVALID_OPERATION, SIGFPE_, 0x81 },
	{ EXCEPTION_FLT_OVERFLOW, SIGFPE_, 0x84 },
	{ EXCEPTION_FLT_STACK_CHECK, SIGFPE_, 0x8a },
	{ EXCEPTION_FLT_UNDERFLOW, SIGFPE_, 0x85 },
	{ 0xC00002B4 /* multiple faults */, SIGFPE_, 0x8d },
	{ 0xC00002B5 /* multiple traps */, SIGFPE_, 0x8e },
};

static BOOL WINAPI on_console(DWORD event)
{
	sig_fn *slot, fn;
	int sig;

	if (event == CTRL_C_EVENT) {
		slot = &on_int;
		sig = SIGINT_;
	} else if (event == CTRL_BREAK_EVENT) {
		slot = &on_break;
		sig = SIGBREAK_;
	} else {
		return FALSE;
	}
	crt_lock(&signal_lock);
	fn = *slot;
	if (fn != SIG_DFL_ && fn != SIG_IGN_)
		*slot = SIG_DFL_;
	crt_unlock(&signal_lock);
	if (fn == SIG_DFL_)
		return FALSE;
	if (fn != SIG_IGN_)
		fn(sig);
	return TRUE;
}

static sig_fn *process_slot(int sig)
{
	switch (sig) {
	case SIGINT_:
		return &on_int;
	case SIGBREAK_:
		return &on_break;
	case SIGTERM_:
		return &on_term;
	case SIGABRT_:
	case SIGABRT_COMPAT_:
		return &on_abort;
	}
	return NULL;
}

static int thread_index(int sig)
{
	for (int i = 0; i < CRT_NSIG; i++)
		if (exceptions[i].sig == sig)
			return i;
	return -1;
}

sig_fn signal(int sig, sig_fn fn)
{
	sig_fn *slot = process_slot(sig), old;
	struct crt_ptd *p;
	int i;

	if (fn == SIG_ACK_ || fn == SIG_SGE_)
		goto bad;
	if (slot) {
		crt_lock(&signal_lock);
		if ((sig == SIGINT_ || sig == SIGBREAK_) && !console_handler &&
		    fn != SIG_GET_) {
			if (!SetConsoleCtrlHandler(on_console, TRUE)) {
				crt_ptd()->doserr = GetLastError();
				crt_unlock(&signal_lock);
				goto bad;
			}
			console_handler = 1;
		}
		old = *slot;
		if (fn != SIG_GET_)
			*slot = fn;
		crt_unlock(&signal_lock);
		return old;
	}
	i = thread_index(sig);
	if (i < 0)
		goto bad;
	p = crt_ptd();
	old = p->sig_action[i];
	if (fn != SIG_GET_)
		for (; i < CRT_NSIG; i++)
			if (exceptions[i].sig == sig)
				p->sig_action[i] = fn;
	return old;
bad:
	if (CRT_MSVCRT)
		crt_errno = EINVAL;
	else
		crt_invalid(EINVAL);
	return SIG_ERR_;
}

int raise(int sig)
{
	sig_fn *slot = process_slot(sig), fn;
	struct crt_ptd *p = NULL;
	void *xcpt = NULL;
	int i = -1, fpe = 0;

	if (!slot) {
		i = thread_index(sig);
		CRT_REQUIRE(i >= 0, EINVAL, -1);
		p = crt_ptd();
		slot = &p->sig_action[i];
	}
	crt_lock(&signal_lock);
	fn = *slot;
	if (fn != SIG_DFL_ && fn != SIG_IGN_) {
		*slot = SIG_DFL_;
		if (p) {
			for (; i < CRT_NSIG; i++)
				if (exceptions[i].sig == sig)
					p->sig_action[i] = SIG_DFL_;
		}
	}
	crt_unlock(&signal_lock);
	if (fn == SIG_IGN_)
		return 0;
	if (fn == SIG_DFL_) {
		if (sig == SIGABRT_ || sig == SIGABRT_COMPAT_)
			return 0; /* abort() ends the process itself */
		_exit(3);
	}
	if (p) {
		xcpt = p->tpxcptinfoptrs;
		fpe = p->fpecode;
		p->tpxcptinfoptrs = NULL;
		if (sig == SIGFPE_)
			p->fpecode = 0x8c; /* _FPE_EXPLICITGEN */
	}
	if (sig == SIGFPE_)
		((void (*)(int, int))(void *)fn)(SIGFPE_, 0x8c);
	else
		fn(sig);
	if (p) {
		p->tpxcptinfoptrs = xcpt;
		p->fpecode = fpe;
	}
	return 0;
}

sig_fn __get_sigabrt(void)
{
	return on_abort;
}

void **__pxcptinfoptrs(void)
{
	return &crt_ptd()->tpxcptinfoptrs;
}

int *__fpecode(void)
{
	return &crt_ptd()->fpecode;
}

/* The filter around main(): a signal's handler, or on to the debugger. */
int _XcptFilter(unsigned long code, EXCEPTION_POINTERS *ep)
{
	struct crt_ptd *p = crt_ptd();
	void *old;
	sig_fn fn;
	int i, old_fpe, sig;

	for (i = 0; i < CRT_NSIG && exceptions[i].code != code; i++)
		;
	fn = i < CRT_NSIG ? p->sig_action[i] : SIG_DFL_;
	if (fn == SIG_DFL_)
		return UnhandledExceptionFilter(ep);
	if (fn == (sig_fn)5) { /* SIG_DIE */
		p->sig_action[i] = SIG_DFL_;
		return EXCEPTION_EXECUTE_HANDLER;
	}
	if (fn == SIG_IGN_)
		return EXCEPTION_CONTINUE_EXECUTION;
	old = p->tpxcptinfoptrs;
	p->tpxcptinfoptrs = ep;
	sig = exceptions[i].sig;
	if (sig == SIGFPE_) {
		for (int k = 0; k < CRT_NSIG; k++)
			if (exceptions[k].sig == SIGFPE_)
				p->sig_action[k] = SIG_DFL_;
		old_fpe = p->fpecode;
		p->fpecode = exceptions[i].fpe;
		((void (*)(int, int))(void *)fn)(SIGFPE_, p->fpecode);
		p->fpecode = old_fpe;
	} else {
		p->sig_action[i] = SIG_DFL_;
		fn(sig);
	}
	p->tpxcptinfoptrs = old;
	return EXCEPTION_CONTINUE_EXECUTION;
}

int _seh_filter_exe(unsigned long code, EXCEPTION_POINTERS *ep)
{
	return _XcptFilter(code, ep);
}

/* In a DLL's initialisation C++ exceptions are let through. */
int _seh_filter_dll(unsigned long code, EXCEPTION_POINTERS *ep)
{
	if (code != 0xE06D7363)
		return EXCEPTION_CONTINUE_SEARCH;
	return _XcptFilter(code, ep);
}

int __CppXcptFilter(unsigned long code, EXCEPTION_POINTERS *ep)
{
	return _seh_filter_dll(code, ep);
}
