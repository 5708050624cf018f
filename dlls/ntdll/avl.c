/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avl.c - generic tables over AVL trees.
 *
 * The structure is public: the root is the right child of BalancedRoot, whose
 * own address ends every way up.  An element is RTL_BALANCED_LINKS and then
 * the caller's data.
 */
#include "ntdll-private.h"

typedef RTL_BALANCED_LINKS node;

static PVOID data_of(node *n)
{
	return n ? n + 1 : NULL;
}

static node *root_of(PRTL_AVL_TABLE t)
{
	return t->BalancedRoot.RightChild;
}

static void replace_child(node *parent, node *old, node *new)
{
	if (parent->LeftChild == old)
		parent->LeftChild = new;
	else
		parent->RightChild = new;
	if (new)
		new->Parent = parent;
}

/* x's child on the heavy side takes its place. */
static node *rotate(node *x, BOOL left)
{
	node *y = left ? x->RightChild : x->LeftChild;
	node *inner = left ? y->LeftChild : y->RightChild;

	replace_child(x->Parent, x, y);
	if (left) {
		x->RightChild = inner;
		y->LeftChild = x;
	} else {
		x->LeftChild = inner;
		y->RightChild = x;
	}
	if (inner)
		inner->Parent = x;
	x->Parent = y;
	return y;
}

/*
 * x leans by 2 towards side (1: right, -1: left).  Returns the new top;
 * *shorter: the whole is lower than it was before it leant.
 */
static node *rebalance(node *x, CHAR side, BOOL *shorter)
{
	node *y = side > 0 ? x->RightChild : x->LeftChild, *z;

	*shorter = TRUE;
	if (y->Balance != -side) { /* single */
		*shorter = y->Balance != 0;
		x->Balance = *shorter ? 0 : side;
		y->Balance = *shorter ? 0 : (CHAR)-side;
		return rotate(x, side > 0);
	}
	z = side > 0 ? y->LeftChild : y->RightChild;
	rotate(y, side < 0);
	rotate(x, side > 0);
	x->Balance = z->Balance == side ? (CHAR)-side : 0;
	y->Balance = z->Balance == -side ? side : 0;
	z->Balance = 0;
	return z;
}

static void grown(PRTL_AVL_TABLE t, node *n)
{
	for (node *p = n->Parent; p != &t->BalancedRoot; p = p->Parent) {
		CHAR side = p->RightChild == n ? 1 : -1;
		BOOL shorter;

		if (p->Balance == -side) {
			p->Balance = 0;
			return;
		}
		if (p->Balance == side) {
			rebalance(p, side, &shorter);
			return;
		}
		p->Balance = side;
		n = p;
	}
	t->DepthOfTree++;
}

/* The subtree of p on that side is one lower than it was. */
static void shrunk(PRTL_AVL_TABLE t, node *p, CHAR side)
{
	while (p != &t->BalancedRoot) {
		node *parent = p->Parent;
		CHAR next = parent->RightChild == p ? 1 : -1;
		BOOL shorter = TRUE;

		if (p->Balance == 0) {
			p->Balance = (CHAR)-side;
			return;
		}
		if (p->Balance == side)
			p->Balance = 0;
		else
			rebalance(p, (CHAR)-side, &shorter);
		if (!shorter)
			return;
		p = parent;
		side = next;
	}
	t->DepthOfTree--;
}

static void unlink_node(PRTL_AVL_TABLE t, node *n)
{
	node *p = n->Parent;
	CHAR side = p->RightChild == n ? 1 : -1;

	if (n->LeftChild && n->RightChild) {
		node *s = n->RightChild; /* the next takes its place */

		while (s->LeftChild)
			s = s->LeftChild;
		if (s->Parent == n) {
			p = s;
			side = 1;
		} else {
			p = s->Parent;
			side = -1;
			replace_child(p, s, s->RightChild);
			s->RightChild = n->RightChild;
			s->RightChild->Parent = s;
		}
		s->LeftChild = n->LeftChild;
		s->LeftChild->Parent = s;
		s->Balance = n->Balance;
		replace_child(n->Parent, n, s);
	} else {
		replace_child(p, n,
			      n->LeftChild ? n->LeftChild : n->RightChild);
	}
	shrunk(t, p, side);
}

static node *successor(PRTL_AVL_TABLE t, node *n)
{
	if (n->RightChild) {
		for (n = n->RightChild; n->LeftChild; n = n->LeftChild)
			;
		return n;
	}
	while (n->Parent != &t->BalancedRoot && n->Parent->RightChild == n)
		n = n->Parent;
	return n->Parent == &t->BalancedRoot ? NULL : n->Parent;
}

static node *first(PRTL_AVL_TABLE t)
{
	node *n = root_of(t);

	while (n && n->LeftChild)
		n = n->LeftChild;
	return n;
}

static TABLE_SEARCH_RESULT find(PRTL_AVL_TABLE t, PVOID p, node **where)
{
	node *n = root_of(t);

	*where = &t->BalancedRoot;
	if (!n)
		return TableEmptyTree;
	for (;;) {
		RTL_GENERIC_COMPARE_RESULTS c =
			t->CompareRoutine(t, p, data_of(n));
		node *child =
			c == GenericLessThan ? n->LeftChild : n->RightChild;

		*where = n;
		if (c == GenericEqual)
			return TableFoundNode;
		if (!child)
			return c == GenericLessThan ? TableInsertAsLeft
						    : TableInsertAsRight;
		n = child;
	}
}

void NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE t,
					PRTL_AVL_COMPARE_ROUTINE compare,
					PRTL_AVL_ALLOCATE_ROUTINE alloc,
					PRTL_AVL_FREE_ROUTINE free,
					PVOID context)
{
	memset(t, 0, sizeof *t);
	t->BalancedRoot.Parent = &t->BalancedRoot;
	t->CompareRoutine = compare;
	t->AllocateRoutine = alloc;
	t->FreeRoutine = free;
	t->TableContext = context;
}

PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE t, PVOID p,
						ULONG size, BOOLEAN *new,
						PVOID where,
						TABLE_SEARCH_RESULT how)
{
	node *parent = where, *n;

	if (new)
		*new = FALSE;
	if (how == TableFoundNode)
		return data_of(parent);
	n = t->AllocateRoutine(t, (LONG)(size + sizeof *n));
	if (!n)
		return NULL;
	memset(n, 0, sizeof *n);
	if (how == TableEmptyTree)
		parent = &t->BalancedRoot;
	n->Parent = parent;
	if (how == TableInsertAsLeft)
		parent->LeftChild = n;
	else
		parent->RightChild = n;
	t->NumberGenericTableElements++;
	t->OrderedPointer = NULL;
	t->WhichOrderedElement = 0;
	grown(t, n);
	memcpy(data_of(n), p, size);
	if (new)
		*new = TRUE;
	return data_of(n);
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p,
					    ULONG size, BOOLEAN *new)
{
	node *where;
	TABLE_SEARCH_RESULT how = find(t, p, &where);

	return RtlInsertElementGenericTableFullAvl(t, p, size, new, where, how);
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p)
{
	node *n;

	if (find(t, p, &n) != TableFoundNode)
		return FALSE;
	/* An enumeration goes on with the one before, hence after this one. */
	if (t->RestartKey == n) {
		node *at = first(t), *before = NULL;

		for (; at != n; at = successor(t, at))
			before = at;
		t->RestartKey = before;
	}
	t->DeleteCount++;
	unlink_node(t, n);
	t->NumberGenericTableElements--;
	t->OrderedPointer = NULL;
	t->WhichOrderedElement = 0;
	t->FreeRoutine(t, n);
	return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE t, PVOID p,
						PVOID *where,
						TABLE_SEARCH_RESULT *how)
{
	node *n;

	*how = find(t, p, &n);
	*where = n;
	return *how == TableFoundNode ? data_of(n) : NULL;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE t, PVOID p)
{
	node *n;

	return find(t, p, &n) == TableFoundNode ? data_of(n) : NULL;
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE t,
						       PVOID *restart)
{
	node *n = *restart ? successor(t, *restart) : first(t);

	if (n)
		*restart = n;
	return data_of(n);
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE t, BOOLEAN restart)
{
	if (restart)
		t->RestartKey = NULL;
	return RtlEnumerateGenericTableWithoutSplayingAvl(
		t, (PVOID *)&t->RestartKey);
}

PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE t, ULONG i)
{
	node *n = t->OrderedPointer;
	ULONG at = t->WhichOrderedElement; /* counted from 1; 0: none */

	if (i >= t->NumberGenericTableElements)
		return NULL;
	if (!n || !at || at > i + 1) {
		n = first(t);
		at = 1;
	}
	for (; at < i + 1; at++)
		n = successor(t, n);
	t->OrderedPointer = n;
	t->WhichOrderedElement = at;
	return data_of(n);
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE t)
{
	return t->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE t)
{
	return !t->NumberGenericTableElements;
}
