/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-frame-i686.c - the handler of 32-bit functions with C++ objects or catch
 * blocks.
 *
 * A function keeps its state in its registration record.  Its catch blocks
 * work with its ebp, called from eh_call_catch, whose own record stands for
 * the catch block: try blocks inside it are handled there.
 */
#include "eh.h"

typedef struct {
	ULONG magic;
	int max_state;
	const struct {
		int to_state;
		ULONG_PTR action;
	} * unwind;
	ULONG ntries;
	const struct try_entry *tries;
	ULONG nips;
	const void *ips;
	const void *es_types;
	ULONG flags;
} FUNC_INFO;

enum { FI_NO_SEH = 1, FI_NO_EXCEPT = 4, EMPTY_STATE = -1 };

struct clause_entry {
	ULONG adjectives;
	const TYPE_DESC *type;
	int object;
	ULONG_PTR handler;
};

struct try_entry {
	int low, high, catch_high, nclauses;
	const struct clause_entry *clauses;
};

/* Below it: the esp to go on with; above it: what ebp points to. */
typedef struct node {
	EXCEPTION_REGISTRATION_RECORD link;
	int state;
} NODE;

struct active_catch {
	struct active_catch *next;
	NODE *node;
	const FUNC_INFO *info;
	const struct try_entry *own;
	BOOL rethrown;
	struct eh_thread *thread;
	EXCEPTION_RECORD *rec, *saved_rec;
	CONTEXT *saved_context;
	ULONG_PTR saved_esp;
	FRAME_INFO frame;
};

/* The record of eh_call_catch(). */
struct guard {
	EXCEPTION_REGISTRATION_RECORD link;
	struct active_catch *c;
};

ULONG_PTR __cdecl eh_call_catch(ULONG_PTR fn, PVOID ebp,
				struct active_catch *c);
DECLSPEC_NORETURN void __cdecl eh_continue(ULONG_PTR ip, PVOID ebp,
					   ULONG_PTR esp);
EXCEPTION_DISPOSITION __cdecl eh_frame_handler(EXCEPTION_RECORD *rec,
					       NODE *node, CONTEXT *ctx,
					       PVOID dispatcher,
					       const FUNC_INFO *info);
EXCEPTION_DISPOSITION __cdecl eh_leaving(EXCEPTION_RECORD *rec, struct guard *g,
					 CONTEXT *ctx, PVOID dispatcher);
EXCEPTION_DISPOSITION __cdecl eh_no_throw(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, PVOID dispatcher);

static inline PVOID ebp_of(NODE *n)
{
	return n + 1;
}

static inline ULONG_PTR *esp_of(NODE *n)
{
	return (ULONG_PTR *)n - 1;
}

EXCEPTION_DISPOSITION __cdecl eh_no_throw(EXCEPTION_RECORD *rec, PVOID frame,
					  CONTEXT *ctx, PVOID dispatcher)
{
	if (!(rec->ExceptionFlags & EXCEPTION_UNWIND) && is_cxx(rec))
		terminate();
	return ExceptionContinueSearch;
}

static void leave_states(NODE *n, const FUNC_INFO *info, int target)
{
	struct eh_thread *t = eh_thread();

	t->processing++;
	while (n->state > target && n->state < info->max_state) {
		ULONG_PTR action = info->unwind[n->state].action;

		n->state = info->unwind[n->state].to_state;
		if (action)
			eh_call_unwind(action, ebp_of(n));
	}
	t->processing--;
}

static void end_catch(struct active_catch *c)
{
	struct eh_thread *t = c->thread;

	t->frames = c->frame.next;
	t->catches = c->next;
	t->current = c->saved_rec;
	t->context = c->saved_context;
	if (is_cxx(c->rec) && !c->rethrown &&
	    _IsExceptionObjectToBeDestroyed(c->frame.object))
		eh_destroy(c->rec);
}

/*
 * Runs the clause of try for rec and goes on behind it.  target: the record to
 * unwind to, the function's or that of the catch block around.
 */
static DECLSPEC_NORETURN void
catch_it(NODE *n, const FUNC_INFO *info, const struct try_entry *try,
	 const struct clause *k, const CATCHABLE *how, EXCEPTION_RECORD *rec,
	 CONTEXT *ctx, PVOID target)
{
	struct eh_thread *t = eh_thread();
	struct active_catch c;
	ULONG_PTR to;

	if (how && k->object)
		eh_build_object(rec, k, how, (char *)ebp_of(n) + k->object);
	RtlUnwind(target, NULL, rec, NULL);
	rec->ExceptionFlags &= ~EXCEPTION_UNWINDING;
	leave_states(n, info, try->low);
	n->state = try->high + 1;

	c.next = t->catches;
	c.node = n;
	c.info = info;
	c.own = try;
	c.rethrown = FALSE;
	c.thread = t;
	c.rec = rec;
	c.saved_rec = t->current;
	c.saved_context = t->context;
	c.saved_esp = *esp_of(n);
	c.frame.next = t->frames;
	c.frame.object = is_cxx(rec) ? thrown_object(rec) : NULL;
	t->catches = &c;
	t->frames = &c.frame;
	t->current = rec;
	t->context = ctx;
	to = eh_call_catch(k->handler, ebp_of(n), &c);
	end_catch(&c);
	*esp_of(n) = c.saved_esp;
	eh_continue(to, ebp_of(n), c.saved_esp);
}

/* own: the try block whose catch block is running; NULL: in the function. */
static void search(NODE *n, const FUNC_INFO *info, const struct try_entry *own,
		   EXCEPTION_RECORD *rec, CONTEXT *ctx, PVOID target)
{
	struct eh_thread *t = eh_thread();

	if (is_rethrow(rec)) {
		if (!t->current)
			return;
		rec = t->current;
		ctx = t->context;
	}
	if (rec->ExceptionCode == (DWORD)STATUS_BREAKPOINT)
		return;
	if (info->ntries && rec->ExceptionCode != CXX_EXCEPTION &&
	    t->translator) {
		EXCEPTION_POINTERS p = { rec, ctx };

		t->translator(rec->ExceptionCode, &p);
	}
	for (ULONG i = 0; i < info->ntries; i++) {
		const struct try_entry *try = &info->tries[i];

		if (n->state < try->low || n->state > try->high)
			continue;
		if (own &&
		    (try->low <= own->high || try->high > own->catch_high))
			continue;
		for (int j = 0; j < try->nclauses; j++) {
			const struct clause_entry *e = &try->clauses[j];
			struct clause k = {
				.adjectives = e->adjectives,
				.type = e->type,
				.object = e->object,
				.handler = e->handler,
			};
			const CATCHABLE *how = NULL;

			if (is_cxx(rec) ? eh_match(rec, &k, &how)
					: !k.type && !(k.adjectives &
						       HT_STD_DOTDOT))
				catch_it(n, info, try, &k, how, rec, ctx,
					 target);
		}
	}
}

EXCEPTION_DISPOSITION __cdecl eh_leaving(EXCEPTION_RECORD *rec, struct guard *g,
					 CONTEXT *ctx, PVOID dispatcher)
{
	struct active_catch *c = g->c;

	if (rec->ExceptionFlags & EXCEPTION_UNWIND) {
		leave_states(c->node, c->info, c->own->high);
		end_catch(c);
		*esp_of(c->node) = c->saved_esp;
		return ExceptionContinueSearch;
	}
	search(c->node, c->info, c->own, rec, ctx, g);
	c->rethrown = is_cxx(rec) && is_cxx(c->rec) &&
		      (is_rethrow(rec) ? c->thread->current == c->rec
				       : thrown_object(rec) == c->frame.object);
	return ExceptionContinueSearch;
}

EXCEPTION_DISPOSITION __cdecl eh_frame_handler(EXCEPTION_RECORD *rec,
					       NODE *node, CONTEXT *ctx,
					       PVOID dispatcher,
					       const FUNC_INFO *info)
{
	ULONG magic = info->magic & 0x1fffffff;
	ULONG flags = magic >= CXX_MAGIC_EH ? info->flags : 0;

	if (flags & FI_NO_SEH && rec->ExceptionCode != CXX_EXCEPTION &&
	    rec->ExceptionCode != (DWORD)STATUS_LONGJUMP)
		return ExceptionContinueSearch;
	if (rec->ExceptionFlags & EXCEPTION_UNWIND) {
		leave_states(node, info, EMPTY_STATE);
		return ExceptionContinueSearch;
	}
	search(node, info, NULL, rec, ctx, node);
	if (flags & FI_NO_EXCEPT && is_cxx(rec))
		terminate();
	return ExceptionContinueSearch;
}
