/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * splay.c - splay trees, and generic tables over them.
 *
 * A root is its own parent.  Elements are also in a list in the order of
 * their insertion, which RtlGetElementGenericTable counts along.
 */
#include "ntdll-private.h"

typedef RTL_SPLAY_LINKS node;

static BOOL is_root(const node *n)
{
	return n->Parent == n;
}

static BOOL is_left(const node *n)
{
	return n->Parent->LeftChild == n;
}

/* n takes its parent's place. */
static void rotate(node *n)
{
	node *p = n->Parent, *g = p->Parent;
	BOOL root = is_root(p), p_left = !root && is_left(p);
	node *inner;

	if (p->LeftChild == n) {
		inner = n->RightChild;
		p->LeftChild = inner;
		n->RightChild = p;
	} else {
		inner = n->LeftChild;
		p->RightChild = inner;
		n->LeftChild = p;
	}
	if (inner)
		inner->Parent = p;
	p->Parent = n;
	if (root) {
		n->Parent = n;
		return;
	}
	n->Parent = g;
	if (p_left)
		g->LeftChild = n;
	else
		g->RightChild = n;
}

PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS n)
{
	while (!is_root(n)) {
		node *p = n->Parent;

		if (!is_root(p))
			rotate((p->LeftChild == n) == is_left(p) ? p : n);
		rotate(n);
	}
	return n;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS n)
{
	n = n->RightChild;
	while (n && n->LeftChild)
		n = n->LeftChild;
	return n;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS n)
{
	n = n->LeftChild;
	while (n && n->RightChild)
		n = n->RightChild;
	return n;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS n)
{
	if (n->RightChild)
		return RtlSubtreeSuccessor(n);
	while (!is_root(n) && !is_left(n))
		n = n->Parent;
	return is_root(n) ? NULL : n->Parent;
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS n)
{
	if (n->LeftChild)
		return RtlSubtreePredecessor(n);
	while (!is_root(n) && is_left(n))
		n = n->Parent;
	return is_root(n) ? NULL : n->Parent;
}

/* n, of at most one child, leaves.  Returns the root; NULL: it was the last. */
static node *cut(node *n)
{
	node *child = n->LeftChild ? n->LeftChild : n->RightChild;

	if (is_root(n)) {
		if (child)
			child->Parent = child;
		return child;
	}
	if (is_left(n))
		n->Parent->LeftChild = child;
	else
		n->Parent->RightChild = child;
	if (child)
		child->Parent = n->Parent;
	for (n = n->Parent; !is_root(n); n = n->Parent)
		;
	return n;
}

/* by takes the place that n has. */
static void stand_in(node *by, node *n)
{
	*by = *n;
	if (is_root(n))
		by->Parent = by;
	else if (is_left(n))
		n->Parent->LeftChild = by;
	else
		n->Parent->RightChild = by;
	if (by->LeftChild)
		by->LeftChild->Parent = by;
	if (by->RightChild)
		by->RightChild->Parent = by;
}

void NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS n, PRTL_SPLAY_LINKS *root)
{
	if (n->LeftChild && n->RightChild) {
		node *by = RtlSubtreePredecessor(n);

		cut(by);
		stand_in(by, n);
		if (*root == n)
			*root = by;
	} else {
		*root = cut(n);
	}
}

PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS n)
{
	node *root = n, *parent;

	while (!is_root(root))
		root = root->Parent;
	parent = is_root(n) ? NULL : n->Parent;
	RtlDeleteNoSplay(n, &root);
	return parent ? RtlSplay(parent) : root;
}

/* ---- generic tables ---- */

struct element {
	node links;
	LIST_ENTRY order;
	LONGLONG data[];
};

static PVOID data_of(node *n)
{
	return n ? CONTAINING_RECORD(n, struct element, links)->data : NULL;
}

static node *find(PRTL_GENERIC_TABLE t, PVOID p, TABLE_SEARCH_RESULT *how)
{
	node *n = t->TableRoot;

	*how = TableEmptyTree;
	while (n) {
		RTL_GENERIC_COMPARE_RESULTS c =
			t->CompareRoutine(t, p, data_of(n));
		node *child =
			c == GenericLessThan ? n->LeftChild : n->RightChild;

		*how = c == GenericEqual      ? TableFoundNode
		       : c == GenericLessThan ? TableInsertAsLeft
					      : TableInsertAsRight;
		if (c == GenericEqual || !child)
			break;
		n = child;
	}
	return n;
}

void NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE t,
				     PRTL_GENERIC_COMPARE_ROUTINE compare,
				     PRTL_GENERIC_ALLOCATE_ROUTINE alloc,
				     PRTL_GENERIC_FREE_ROUTINE free,
				     PVOID context)
{
	memset(t, 0, sizeof *t);
	t->InsertOrderList.Flink = t->InsertOrderList.Blink =
		&t->InsertOrderList;
	t->OrderedPointer = &t->InsertOrderList;
	t->CompareRoutine = compare;
	t->AllocateRoutine = alloc;
	t->FreeRoutine = free;
	t->TableContext = context;
}

PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE t, PVOID p,
					 ULONG size, BOOLEAN *new)
{
	TABLE_SEARCH_RESULT how;
	node *where = find(t, p, &how);
	struct element *e;

	if (new)
		*new = how != TableFoundNode;
	if (how == TableFoundNode) {
		t->TableRoot = RtlSplay(where);
		return data_of(where);
	}
	e = t->AllocateRoutine(t, (LONG)(size + sizeof *e));
	if (!e) {
		if (new)
			*new = FALSE;
		return NULL;
	}
	e->links.LeftChild = e->links.RightChild = NULL;
	e->links.Parent = where ? where : &e->links;
	if (how == TableInsertAsLeft)
		where->LeftChild = &e->links;
	else if (how == TableInsertAsRight)
		where->RightChild = &e->links;
	e->order.Flink = &t->InsertOrderList;
	e->order.Blink = t->InsertOrderList.Blink;
	t->InsertOrderList.Blink->Flink = &e->order;
	t->InsertOrderList.Blink = &e->order;
	t->NumberGenericTableElements++;
	memcpy(e->data, p, size);
	t->TableRoot = RtlSplay(&e->links);
	return e->data;
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE t, PVOID p)
{
	TABLE_SEARCH_RESULT how;
	node *n = find(t, p, &how);
	struct element *e;

	if (how != TableFoundNode)
		return FALSE;
	t->TableRoot = RtlDelete(n);
	e = CONTAINING_RECORD(n, struct element, links);
	e->order.Blink->Flink = e->order.Flink;
	e->order.Flink->Blink = e->order.Blink;
	t->NumberGenericTableElements--;
	t->OrderedPointer = &t->InsertOrderList;
	t->WhichOrderedElement = 0;
	t->FreeRoutine(t, e);
	return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE t, PVOID p)
{
	TABLE_SEARCH_RESULT how;
	node *n = find(t, p, &how);

	if (n)
		t->TableRoot = RtlSplay(n);
	return how == TableFoundNode ? data_of(n) : NULL;
}

static node *leftmost(node *n)
{
	while (n && n->LeftChild)
		n = n->LeftChild;
	return n;
}

PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE t, BOOLEAN restart)
{
	node *n;

	if (!t->TableRoot)
		return NULL;
	/* The root is the one that was given last. */
	n = restart ? leftmost(t->TableRoot) : RtlRealSuccessor(t->TableRoot);
	if (n)
		t->TableRoot = RtlSplay(n);
	return data_of(n);
}

PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE t,
						    PVOID *restart)
{
	node *n =
		*restart ? RtlRealSuccessor(*restart) : leftmost(t->TableRoot);

	if (n)
		*restart = n;
	return data_of(n);
}

PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE t, ULONG i)
{
	PLIST_ENTRY at = t->OrderedPointer;
	ULONG which = t->WhichOrderedElement; /* from 1; 0: the list's head */

	if (i >= t->NumberGenericTableElements)
		return NULL;
	if (which > i + 1) {
		at = &t->InsertOrderList;
		which = 0;
	}
	for (; which < i + 1; which++)
		at = at->Flink;
	t->OrderedPointer = at;
	t->WhichOrderedElement = which;
	return CONTAINING_RECORD(at, struct element, order)->data;
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE t)
{
	return t->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE t)
{
	return !t->TableRoot;
}
