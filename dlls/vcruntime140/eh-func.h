/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * eh-func.h - a function's exception tables, read from either of the two forms
 * that x64 has: FuncInfo (__CxxFrameHandler3) and the packed FuncInfo4.
 *
 * A state is a number that says which objects of a function live; -1: none.
 */
#ifndef RF_VCRUNTIME_EH_FUNC_H
#define RF_VCRUNTIME_EH_FUNC_H

#include "eh.h"

enum { EMPTY_STATE = -1, NO_TRY = -1 };

struct func {
	ULONG64 base;
	ULONG begin; /* of the function or funclet, relative */
	BOOL packed;
	BOOL no_seh;    /* compiled for C++ exceptions only (/EHs) */
	BOOL no_except; /* declared so: nothing may leave it */
	BOOL maybe_funclet;
	LONG frame; /* packed funclets: where the function's frame is */
	ULONG nstates;
	ULONG ntries;
	const UCHAR *unwind, *tries, *states;
	ULONG nips; /* not packed: entries in states */
};

struct try_block {
	int low, high;  /* states inside try */
	int catch_high; /* states of its catch blocks: (high, catch_high] */
	ULONG nclauses;
	const UCHAR *clauses; /* the next to be read */
};

/* Step through try blocks, inner ones first, or clauses, in order. */
struct cursor {
	const UCHAR *at;
	ULONG left;
};

enum action_kind { NO_ACTION, ACTION_FUNCLET, ACTION_OBJECT, ACTION_POINTER };

struct action {
	enum action_kind kind;
	ULONG64 fn;
	ULONG object; /* offset in the frame, for the last two */
};

/* data: what the unwinder says lies behind the handler's address. */
void func_open(struct func *f, ULONG64 base, const RUNTIME_FUNCTION *entry,
	       const void *data, BOOL packed);
int func_state(const struct func *f, ULONG64 pc);
struct cursor func_tries(const struct func *f);
BOOL next_try(const struct func *f, struct cursor *c, struct try_block *t);
BOOL next_clause(const struct func *f, struct try_block *t, struct clause *c);
/* The state after state is left, and what has to be done for that. */
int func_leave(const struct func *f, int state, struct action *a);

#endif
