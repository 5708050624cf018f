/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-frame.c - the handler of x64 functions that have C++ objects or catch
 * blocks.
 *
 * A catch block is a function of its own (a funclet) that works in the frame of
 * the function it belongs to.  It runs before the stack of the throw is given
 * up: the exception object is down there.  So while it runs the stack has, from
 * deep to shallow: funclet, eh_call_catch, eh_catch_block, the unwinder, the
 * dead frames, and the function, standing at the call that threw.  An exception
 * that leaves the funclet comes to that function again, whose state is then
 * that of the catch block: struct active_catch remembers it.
 */
#include "eh-func.h"

/* A catch block that runs, or whose frame is being left; on the stack. */
struct active_catch {
	struct active_catch *next;
	ULONG64 frame; /* whose catch block: place.self */
	int state;     /* of the function, as seen from outside the block */
	int outer;     /* what it is unwound from when the block is left */
	BOOL left;     /* by an exception; the function is next */
	BOOL rethrown;
	struct eh_thread *thread;
	EXCEPTION_RECORD *rec, *saved_rec;
	CONTEXT *saved_context;
	FRAME_INFO info;
};

/* Destructors of a frame are running; should that be left, it goes on here. */
struct running_unwind {
	struct running_unwind *next;
	ULONG64 frame;
	int state;
};

/* What the search tells to eh_catch_block(); on the stack below the throw. */
struct request {
	struct eh_thread *thread;
	EXCEPTION_RECORD *rec;
	CONTEXT *context;
	ULONG64 frame, self;
	struct clause clause;
	int try_high, outer;
};

ULONG_PTR eh_call_catch(ULONG_PTR fn, ULONG64 frame, struct active_catch *c);
EXCEPTION_DISPOSITION __cdecl eh_leaving(EXCEPTION_RECORD *rec, PVOID frame,
					 CONTEXT *ctx, DISPATCHER_CONTEXT *d);
EXCEPTION_DISPOSITION __cdecl eh_no_throw(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, DISPATCHER_CONTEXT *d);
EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler(EXCEPTION_RECORD *rec,
						PVOID frame, CONTEXT *ctx,
						DISPATCHER_CONTEXT *d);
EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler4(EXCEPTION_RECORD *rec,
						 PVOID frame, CONTEXT *ctx,
						 DISPATCHER_CONTEXT *d);

/* ---- where we are ---- */

struct place {
	struct func f;
	ULONG64 frame;        /* of the function, also in a funclet */
	ULONG64 self;         /* whose states these are: the same, or a funclet's */
	struct try_block own; /* the try whose catch block this is */
	BOOL in_catch;        /* own is valid */
};

static void locate(struct place *p, ULONG64 frame, const DISPATCHER_CONTEXT *d,
		   BOOL packed)
{
	struct cursor tries;
	struct try_block t;
	struct clause c;

	func_open(&p->f, d->ImageBase, d->FunctionEntry, d->HandlerData,
		  packed);
	p->frame = p->self = frame;
	p->in_catch = FALSE;
	if (!p->f.maybe_funclet)
		return;
	tries = func_tries(&p->f);
	while (next_try(&p->f, &tries, &t)) {
		struct try_block whole = t;

		while (next_clause(&p->f, &t, &c)) {
			if (c.handler - p->f.base != p->f.begin)
				continue;
			p->own = whole;
			p->in_catch = TRUE;
			p->frame = p->self = *(ULONG64 *)(frame + c.frame);
			return;
		}
	}
	/* A packed funclet has tables and states of its own. */
	if (packed)
		p->frame = *(ULONG64 *)(frame + (ULONG64)p->f.frame);
}

static struct active_catch *innermost(const struct eh_thread *t, ULONG64 frame)
{
	for (struct active_catch *c = t->catches; c; c = c->next)
		if (c->frame == frame)
			return c;
	return NULL;
}

/* ---- catching ---- */

static void unlink_catch(struct eh_thread *t, struct active_catch *c)
{
	for (struct active_catch **p = &t->catches; *p; p = &(*p)->next) {
		if (*p == c) {
			*p = c->next;
			return;
		}
	}
}

static void unlink_info(struct eh_thread *t, FRAME_INFO *f)
{
	for (FRAME_INFO **p = &t->frames; *p; p = &(*p)->next) {
		if (*p == f) {
			*p = f->next;
			return;
		}
	}
}

/* The catch block has ended, either way. */
static void end_catch(struct active_catch *c)
{
	struct eh_thread *t = c->thread;

	unlink_info(t, &c->info);
	t->current = c->saved_rec;
	t->context = c->saved_context;
	if (is_cxx(c->rec) && !c->rethrown &&
	    _IsExceptionObjectToBeDestroyed(c->info.object))
		eh_destroy(c->rec);
}

/* The handler of eh_call_catch(): something wants to leave the catch block. */
EXCEPTION_DISPOSITION __cdecl eh_leaving(EXCEPTION_RECORD *rec, PVOID frame,
					 CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	struct active_catch *c =
		*(struct active_catch **)((char *)frame + 0x20);

	if (!(rec->ExceptionFlags & EXCEPTION_UNWIND)) {
		c->rethrown = is_cxx(rec) && is_cxx(c->rec) &&
			      (is_rethrow(rec)
				       ? c->thread->current == c->rec
				       : thrown_object(rec) == c->info.object);
		return ExceptionContinueSearch;
	}
	/* c stays in the list: the function asks for its state. */
	c->left = TRUE;
	end_catch(c);
	return ExceptionContinueSearch;
}

/*
 * Called by RtlRestoreContext() with all frames up to the function's unwound,
 * but their stack still there.  Returns where the function goes on.
 */
static ULONG_PTR eh_catch_block(EXCEPTION_RECORD *consolidate)
{
	struct request *q =
		(struct request *)consolidate->ExceptionInformation[1];
	struct eh_thread *t = q->thread;
	struct active_catch c = {
		.next = t->catches,
		.frame = q->self,
		.state = q->try_high + 1, /* the first of its catch blocks */
		.outer = q->outer,
		.thread = t,
		.rec = q->rec,
		.saved_rec = t->current,
		.saved_context = t->context,
		.info.next = t->frames,
		.info.object = is_cxx(q->rec) ? thrown_object(q->rec) : NULL,
	};
	ULONG_PTR to;

	t->catches = &c;
	t->frames = &c.info;
	t->current = q->rec;
	t->context = q->context;
	to = eh_call_catch(q->clause.handler, q->frame, &c);
	unlink_catch(t, &c);
	end_catch(&c);
	if (to < q->clause.ncontinue)
		to = q->clause.go_on[to];
	return to;
}

/* ExceptionInformation of our STATUS_UNWIND_CONSOLIDATE. */
enum { U_CALLBACK, U_REQUEST, U_STATE, U_FRAME, U_PARAMETERS };

static DECLSPEC_NORETURN void
catch_it(const struct place *p, const struct try_block *try,
	 const struct clause *c, const CATCHABLE *how, EXCEPTION_RECORD *rec,
	 PVOID frame, CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	struct request q = {
		.thread = eh_thread(),
		.rec = rec,
		.context = ctx,
		.frame = p->frame,
		.self = p->self,
		.clause = *c,
		.try_high = try->high,
		/* Packed, a block's states are in the block's own tables. */
		.outer = p->f.packed ? try->low : try->high + 1,
	};
	EXCEPTION_RECORD unwind = {
		.ExceptionCode = (DWORD)STATUS_UNWIND_CONSOLIDATE,
		.ExceptionFlags = EXCEPTION_NONCONTINUABLE,
		.ExceptionAddress = (PVOID)d->ControlPc,
		.NumberParameters = U_PARAMETERS,
		.ExceptionInformation = {
			[U_CALLBACK] = (ULONG_PTR)eh_catch_block,
			[U_REQUEST] = (ULONG_PTR)&q,
			[U_STATE] = (ULONG_PTR)(LONG_PTR)try->low,
			[U_FRAME] = (ULONG_PTR)frame,
		},
	};

	if (how && c->object)
		eh_build_object(rec, c, how, (char *)p->frame + c->object);
	RtlUnwindEx(frame, (PVOID)d->ControlPc, &unwind, NULL, d->ContextRecord,
		    d->HistoryTable);
	__builtin_unreachable();
}

/* A clause of try for rec; FALSE: none. */
static BOOL find_clause(const struct place *p, struct try_block try,
			const EXCEPTION_RECORD *rec, struct clause *c,
			const CATCHABLE **how)
{
	while (next_clause(&p->f, &try, c)) {
		if (is_cxx(rec)) {
			if (eh_match(rec, c, how))
				return TRUE;
		} else if (!c->type && !(c->adjectives & HT_STD_DOTDOT)) {
			*how = NULL;
			return TRUE; /* catch (...) of code with /EHa */
		}
	}
	return FALSE;
}

/*
 * The state in which the exception left this frame.  If a catch block of this
 * frame was left before, the state is that block's.
 */
static int search_state(const struct place *p, const struct eh_thread *t,
			ULONG64 pc)
{
	struct active_catch *c = innermost(t, p->self);
	int state = func_state(&p->f, pc);

	return c && c->state > state ? c->state : state;
}

static void search(const struct place *p, EXCEPTION_RECORD *rec, PVOID frame,
		   CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	struct eh_thread *t = eh_thread();
	struct cursor tries = func_tries(&p->f);
	const CATCHABLE *how;
	struct try_block try;
	struct clause c;
	int state;

	if (is_rethrow(rec)) {
		if (!t->current)
			return; /* "throw;" outside: terminate() in the end */
		rec = t->current;
		ctx = t->context;
		if (is_rethrow(rec))
			terminate();
	}
	/* A debugger's business, even where catch (...) takes everything. */
	if (rec->ExceptionCode == (DWORD)STATUS_BREAKPOINT)
		return;
	state = search_state(p, t, d->ControlPc);
	if (p->f.ntries && rec->ExceptionCode != CXX_EXCEPTION &&
	    t->translator) {
		EXCEPTION_POINTERS ptrs = { rec, ctx };
		se_translator fn = t->translator;

		/* Most likely throws, which then finds this frame anew. */
		fn(rec->ExceptionCode, &ptrs);
	}
	while (next_try(&p->f, &tries, &try)) {
		if (state < try.low || state > try.high)
			continue;
		/* What is around a catch block belongs to outer frames. */
		if (p->in_catch &&
		    (try.low <= p->own.high || try.high > p->own.catch_high))
			continue;
		if (find_clause(p, try, rec, &c, &how))
			catch_it(p, &try, &c, how, rec, frame, ctx, d);
	}
	if (p->f.no_except && is_cxx(rec))
		terminate();
}

/* ---- unwinding ---- */

/* Do nothing else than to end if a destructor throws. */
EXCEPTION_DISPOSITION __cdecl eh_no_throw(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, DISPATCHER_CONTEXT *d)
{
	if (!(rec->ExceptionFlags & EXCEPTION_UNWIND) && is_cxx(rec))
		terminate();
	return ExceptionContinueSearch;
}

static void act(const struct place *p, const struct action *a)
{
	switch (a->kind) {
	case ACTION_FUNCLET:
		eh_call_unwind(a->fn, (PVOID)p->frame);
		break;
	case ACTION_OBJECT:
		eh_call_destructor(a->fn, (PVOID)(p->frame + a->object));
		break;
	case ACTION_POINTER:
		eh_call_destructor(a->fn, *(PVOID *)(p->frame + a->object));
		break;
	case NO_ACTION:
		break;
	}
}

/* Destroys what lives in states above target.  Returns the state then. */
static int leave_states(const struct place *p, struct eh_thread *t, int state,
			int target)
{
	struct running_unwind u = { t->unwinds, p->self, state };
	struct action a;

	if (state <= target)
		return state;
	t->unwinds = &u;
	t->processing++;
	while (u.state > target) {
		u.state = func_leave(&p->f, u.state, &a);
		if (a.kind != NO_ACTION)
			act(p, &a);
	}
	t->processing--;
	t->unwinds = u.next;
	return u.state;
}

static int unwind_state(const struct place *p, struct eh_thread *t, ULONG64 pc)
{
	struct active_catch *c = innermost(t, p->self);
	int state = func_state(&p->f, pc);

	/* Another unwind of this frame was abandoned by this one. */
	for (struct running_unwind *u = t->unwinds; u; u = u->next) {
		if (u->frame != p->self || u->state >= state)
			continue;
		t->unwinds = u->next;
		if (t->processing)
			t->processing--;
		state = u->state;
		break;
	}
	if (c && c->left) {
		state = c->outer;
		/* Blocks inside that one were left before it. */
		t->catches = c->next;
	}
	return state;
}

static void unwind(const struct place *p, EXCEPTION_RECORD *rec,
		   DISPATCHER_CONTEXT *d)
{
	struct eh_thread *t = eh_thread();
	int state = unwind_state(p, t, d->ControlPc);
	int target = p->in_catch ? p->own.high : EMPTY_STATE;
	struct active_catch *c;

	if (rec->ExceptionFlags & EXCEPTION_TARGET_UNWIND) {
		if (rec->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE &&
		    rec->ExceptionInformation[U_CALLBACK] ==
			    (ULONG_PTR)eh_catch_block)
			target = (int)rec->ExceptionInformation[U_STATE];
		else
			target = func_state(&p->f, d->TargetIp);
	}
	state = leave_states(p, t, state, target);
	if (p->in_catch && !(rec->ExceptionFlags & EXCEPTION_TARGET_UNWIND)) {
		c = innermost(t, p->self);
		if (c)
			c->state = c->outer = state;
	}
}

/* ---- the handlers ---- */

static EXCEPTION_DISPOSITION handle(EXCEPTION_RECORD *rec, PVOID frame,
				    CONTEXT *ctx, DISPATCHER_CONTEXT *d,
				    BOOL packed)
{
	struct place p;

	locate(&p, (ULONG64)frame, d, packed);
	/* Compiled for C++ exceptions only: others pass without a trace. */
	if (p.f.no_seh && rec->ExceptionCode != CXX_EXCEPTION &&
	    rec->ExceptionCode != (DWORD)STATUS_LONGJUMP &&
	    rec->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
		return ExceptionContinueSearch;
	if (rec->ExceptionFlags & EXCEPTION_UNWIND)
		unwind(&p, rec, d);
	else if (p.f.ntries || p.f.no_except)
		search(&p, rec, frame, ctx, d);
	return ExceptionContinueSearch;
}

/* __CxxFrameHandler2 and 3 are the same: the tables say what they have. */
EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler(EXCEPTION_RECORD *rec,
						PVOID frame, CONTEXT *ctx,
						DISPATCHER_CONTEXT *d)
{
	return handle(rec, frame, ctx, d, FALSE);
}

EXCEPTION_DISPOSITION __cdecl __CxxFrameHandler4(EXCEPTION_RECORD *rec,
						 PVOID frame, CONTEXT *ctx,
						 DISPATCHER_CONTEXT *d)
{
	return handle(rec, frame, ctx, d, TRUE);
}
