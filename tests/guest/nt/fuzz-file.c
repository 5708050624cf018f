/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-file.c - random sequences of file calls, against a model of what they
 * must do.
 *
 * A small tree (two levels, five names, each in any case), a handful of
 * handles with every access, share mode and disposition.  After each call the
 * model says what it had to return; now and then all is listed and compared.
 * What several names and several processes make of it is fuzz-names.c's.
 */
#include <windows.h>

#include <string.h>

#include "random-calls.h"

enum { NAMES = 5, OBJECTS = 64, HANDLES = 6, DATA = 3000 };

static const char *const spelled[NAMES] = { "alpha", "Beta", "gamma.txt",
					    "\xe4pfel", "a b.c" };

/* What a name can stand for. */
struct node {
	BOOL used; /* named, or open still */
	BOOL named, dir;
	int parent; /* a node, or -1 */
	int name;
	char as[16]; /* how it is spelled */
	DWORD attributes;
	DWORD size;
	unsigned char data[DATA];
};

struct open {
	HANDLE h; /* 0: free */
	int node;
	DWORD access, share;
	BOOL delete_on_close;
};

static struct node nodes[OBJECTS];
static struct open opens[HANDLES];

/* ---- the model ---------------------------------------------------------- */

static int find(int parent, int name)
{
	for (int i = 0; i < OBJECTS; i++)
		if (nodes[i].named && nodes[i].parent == parent &&
		    nodes[i].name == name)
			return i;
	return -1;
}

static BOOL is_open(int node)
{
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h && opens[i].node == node)
			return TRUE;
	return FALSE;
}

static BOOL has_children(int node)
{
	for (int i = 0; i < OBJECTS; i++)
		if (nodes[i].named && nodes[i].parent == node)
			return TRUE;
	return FALSE;
}

static void drop(int node)
{
	if (!nodes[node].named && !is_open(node))
		nodes[node].used = FALSE;
}

static int new_node(int parent, int name, const char *as, BOOL dir)
{
	for (int i = 0; i < OBJECTS; i++) {
		struct node *n = &nodes[i];

		if (n->used)
			continue;
		memset(n, 0, sizeof *n);
		n->used = n->named = TRUE;
		n->dir = dir;
		n->parent = parent;
		n->name = name;
		strcpy(n->as, as);
		return i;
	}
	return -1;
}

/* A path, and what the model knows of it. */
struct where {
	char text[48], last[16];
	int name;
	DWORD error; /* of its parent: 0, ERROR_PATH_NOT_FOUND */
	int parent, node;
};

static struct where place(void)
{
	struct where w = { .parent = -1, .node = -1 };
	char dir[16];

	if (pick(3) == 0) {
		int d = pick(NAMES);

		respell(dir, spelled[d]);
		w.parent = find(-1, d);
		if (w.parent < 0 || !nodes[w.parent].dir)
			w.error = ERROR_PATH_NOT_FOUND;
		strcpy(w.text, dir);
		strcat(w.text, "\\");
	}
	w.name = pick(NAMES);
	respell(w.last, spelled[w.name]);
	strcat(w.text, w.last);
	if (!w.error)
		w.node = find(w.parent, w.name);
	return w;
}

/* Would an open with this access and share mode be refused? */
static BOOL conflict(int node, DWORD access, DWORD share, BOOL overwrites)
{
	BOOL reads = access & GENERIC_READ;
	BOOL writes = access & GENERIC_WRITE;
	BOOL deletes = access & DELETE;

	if (!reads && !writes && !deletes && !overwrites)
		return FALSE;
	for (int i = 0; i < HANDLES; i++) {
		const struct open *o = &opens[i];

		if (!o->h || o->node != node ||
		    !(o->access & (GENERIC_READ | GENERIC_WRITE | DELETE)))
			continue;
		if ((reads && !(o->share & FILE_SHARE_READ)) ||
		    ((writes || overwrites) &&
		     !(o->share & FILE_SHARE_WRITE)) ||
		    (deletes && !(o->share & FILE_SHARE_DELETE)) ||
		    (o->access & GENERIC_READ && !(share & FILE_SHARE_READ)) ||
		    (o->access & GENERIC_WRITE &&
		     !(share & FILE_SHARE_WRITE)) ||
		    (o->access & DELETE && !(share & FILE_SHARE_DELETE)))
			return TRUE;
	}
	return FALSE;
}

/* ---- the calls ---------------------------------------------------------- */

static void try_open(void)
{
	static const DWORD accesses[] = { GENERIC_READ,
					  GENERIC_WRITE,
					  GENERIC_READ | GENERIC_WRITE,
					  GENERIC_READ | DELETE,
					  0,
					  GENERIC_READ | GENERIC_WRITE |
						  DELETE };
	static const DWORD kept[] = { 0, FILE_ATTRIBUTE_HIDDEN,
				      FILE_ATTRIBUTE_READONLY,
				      FILE_ATTRIBUTE_SYSTEM };
	struct where w = place();
	DWORD access = accesses[pick(6)], share = pick(8);
	DWORD how = 1 + pick(5), attributes = kept[pick(8) ? 0 : pick(4)];
	DWORD flags = pick(12) ? 0 : FILE_FLAG_DELETE_ON_CLOSE;
	BOOL overwrites = how == CREATE_ALWAYS || how == TRUNCATE_EXISTING;
	struct node *n = w.node < 0 ? NULL : &nodes[w.node];
	DWORD want = 0, got;
	struct open *o = NULL;
	HANDLE h;

	for (int i = 0; i < HANDLES; i++)
		if (!opens[i].h)
			o = &opens[i];
	if (!o)
		return;
	if (flags) { /* whoever deletes so is alone here */
		share = 0;
		access |= DELETE | GENERIC_READ;
		attributes = 0;
	}
	/* Who asks for no data is let in beside it; then it lingers. */
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h && opens[i].node == w.node &&
		    (flags || opens[i].delete_on_close))
			return;
	if (how == TRUNCATE_EXISTING)
		access |= GENERIC_WRITE;
	if (w.error)
		want = w.error;
	else if (!n)
		want = how == OPEN_EXISTING || how == TRUNCATE_EXISTING
			       ? ERROR_FILE_NOT_FOUND
			       : 0;
	else if (how == CREATE_NEW)
		want = ERROR_FILE_EXISTS;
	else if (n->dir)
		want = ERROR_ACCESS_DENIED;
	else if (n->attributes & FILE_ATTRIBUTE_READONLY &&
		 (access & GENERIC_WRITE || overwrites || flags))
		want = ERROR_ACCESS_DENIED;
	else if (conflict(w.node, access, share, overwrites))
		want = ERROR_SHARING_VIOLATION;
	else if (overwrites &&
		 n->attributes & ~attributes &
			 (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM))
		want = ERROR_ACCESS_DENIED;
	/* A read-only file cannot be made to vanish. */
	if (!want && flags && attributes & FILE_ATTRIBUTE_READONLY)
		return;

	note("CreateFile(%s, %#lx, %lu, %lu, %#lx)", w.text, access, share, how,
	     flags | attributes);
	SetLastError(77);
	h = CreateFileA(w.text, access, share, NULL, how, flags | attributes,
			NULL);
	got = GetLastError();
	if ((h == INVALID_HANDLE_VALUE) != (want != 0) ||
	    (want && got != want)) {
		differ("CreateFile", h == INVALID_HANDLE_VALUE ? got : 0, want);
		return;
	}
	if (want)
		return;
	want = n && (how == CREATE_ALWAYS || how == OPEN_ALWAYS)
		       ? ERROR_ALREADY_EXISTS
		       : 0;
	if (got != want)
		differ("CreateFile's last error", got, want);
	if (!n) {
		w.node = new_node(w.parent, w.name, w.last, FALSE);
		n = &nodes[w.node];
		n->attributes = attributes;
	} else if (overwrites) {
		n->size = 0;
		n->attributes |= attributes;
	}
	*o = (struct open){ h, w.node, access, share, flags != 0 };
}

static struct open *any_open(void)
{
	struct open *o = &opens[pick(HANDLES)];

	return o->h ? o : NULL;
}

static void try_close(void)
{
	struct open *o = any_open();

	if (!o)
		return;
	note("CloseHandle(%s)", nodes[o->node].as);
	if (!CloseHandle(o->h))
		differ("CloseHandle", GetLastError(), 0);
	o->h = NULL;
	if (o->delete_on_close)
		nodes[o->node].named = FALSE;
	drop(o->node);
}

static void try_write(void)
{
	struct open *o = any_open();
	DWORD at = pick(DATA - 600), n = pick(600), done = 0, want;
	unsigned char buf[600];
	struct node *f;
	LARGE_INTEGER to = { .QuadPart = at };
	BOOL ok;

	if (!o)
		return;
	f = &nodes[o->node];
	memset(buf, 'a' + pick(26), sizeof buf);
	want = o->access & GENERIC_WRITE ? 0 : ERROR_ACCESS_DENIED;
	note("WriteFile(%s, %lu at %lu)", f->as, n, at);
	SetFilePointerEx(o->h, to, NULL, FILE_BEGIN);
	ok = WriteFile(o->h, buf, n, &done, NULL);
	if (!ok != (want != 0) || (ok && done != n))
		differ("WriteFile", ok ? done : GetLastError(),
		       want ? want : n);
	if (!ok || !n)
		return;
	if (at > f->size)
		memset(f->data + f->size, 0, at - f->size);
	memcpy(f->data + at, buf, n);
	if (at + n > f->size)
		f->size = at + n;
}

static void try_read(void)
{
	struct open *o = any_open();
	DWORD at = pick(DATA), n = pick(DATA), done = 0, want = 0;
	static unsigned char buf[DATA];
	LARGE_INTEGER to = { .QuadPart = at };
	struct node *f;
	BOOL ok;

	if (!o)
		return;
	f = &nodes[o->node];
	note("ReadFile(%s, %lu at %lu)", f->as, n, at);
	SetFilePointerEx(o->h, to, NULL, FILE_BEGIN);
	ok = ReadFile(o->h, buf, n, &done, NULL);
	if (!(o->access & GENERIC_READ)) {
		if (ok || GetLastError() != ERROR_ACCESS_DENIED)
			differ("ReadFile", ok, 0);
		return;
	}
	if (at < f->size)
		want = f->size - at < n ? f->size - at : n;
	if (!ok || done != want)
		differ("ReadFile", ok ? done : -(long long)GetLastError(),
		       want);
	else if (memcmp(buf, f->data + at, done))
		differ("ReadFile's bytes", buf[0], f->data[at]);
}

static void try_resize(void)
{
	struct open *o = any_open();
	DWORD at = pick(DATA), want;
	LARGE_INTEGER to = { .QuadPart = at }, size;
	struct node *f;
	BOOL ok;

	if (!o)
		return;
	f = &nodes[o->node];
	want = o->access & GENERIC_WRITE ? 0 : ERROR_ACCESS_DENIED;
	note("SetEndOfFile(%s, %lu)", f->as, at);
	SetFilePointerEx(o->h, to, NULL, FILE_BEGIN);
	ok = SetEndOfFile(o->h);
	if (!ok != (want != 0))
		differ("SetEndOfFile", ok ? 0 : GetLastError(), want);
	if (ok) {
		if (at > f->size)
			memset(f->data + f->size, 0, at - f->size);
		f->size = at;
	}
	if (!GetFileSizeEx(o->h, &size) || size.QuadPart != f->size)
		differ("GetFileSizeEx", size.QuadPart, f->size);
}

static void expect(const char *what, BOOL ok, DWORD want)
{
	DWORD got = ok ? 0 : GetLastError();

	if (got != want)
		differ(what, got, want);
}

static void try_delete(void)
{
	struct where w = place();
	struct node *n = w.node < 0 ? NULL : &nodes[w.node];
	DWORD want = w.error;

	if (!want)
		want = !n                                        ? 2
		       : n->dir                                  ? 5
		       : n->attributes & FILE_ATTRIBUTE_READONLY ? 5
		       : conflict(w.node, DELETE, 7, FALSE)      ? 32
								 : 0;
	/* Read-only and shared badly: either may be told. */
	if (want == 5 && !n->dir && conflict(w.node, DELETE, 7, FALSE))
		return;
	note("DeleteFile(%s)", w.text);
	expect("DeleteFile", DeleteFileA(w.text), want);
	if (!want) {
		n->named = FALSE; /* at once, whoever has it open */
		drop(w.node);
	}
}

static void try_mkdir(void)
{
	struct where w = place();
	DWORD want = w.error ? w.error : w.node >= 0 ? 183 : 0;

	if (w.parent >= 0 && !w.error)
		return; /* two levels are enough */
	note("CreateDirectory(%s)", w.text);
	expect("CreateDirectory", CreateDirectoryA(w.text, NULL), want);
	if (!want)
		new_node(w.parent, w.name, w.last, TRUE);
}

static void try_rmdir(void)
{
	struct where w = place();
	DWORD want = w.error                ? w.error
		     : w.node < 0           ? 2
		     : !nodes[w.node].dir   ? ERROR_DIRECTORY
		     : has_children(w.node) ? ERROR_DIR_NOT_EMPTY
					    : 0;

	if (w.node >= 0 && nodes[w.node].dir &&
	    nodes[w.node].attributes & FILE_ATTRIBUTE_READONLY)
		return;
	note("RemoveDirectory(%s)", w.text);
	expect("RemoveDirectory", RemoveDirectoryA(w.text), want);
	if (!want) {
		nodes[w.node].named = FALSE;
		drop(w.node);
	}
}

static void try_rename(void)
{
	struct where from = place(), to = place();
	BOOL replace = pick(2);
	struct node *n = from.node < 0 ? NULL : &nodes[from.node];
	struct node *old = to.node < 0 ? NULL : &nodes[to.node];
	DWORD want = from.error;

	if (!want)
		want = !n                                      ? 2
		       : conflict(from.node, DELETE, 7, FALSE) ? 32
		       : to.error                              ? to.error
		       : old && old != n && !replace           ? 183
							       : 0;
	/* Moved folders would move what the model has open in them; a target
	   that is open, a folder or read-only has rules of its own. */
	if (n && n->dir && (to.error || to.parent >= 0 || old))
		return;
	if (n && n->dir)
		for (int i = 0; i < HANDLES; i++)
			if (opens[i].h &&
			    nodes[opens[i].node].parent == from.node)
				return;
	if (old && old != n && replace && !want &&
	    (old->dir || is_open(to.node) ||
	     old->attributes & FILE_ATTRIBUTE_READONLY))
		return;
	note("MoveFileEx(%s, %s, %d)", from.text, to.text, replace);
	expect("MoveFileEx",
	       MoveFileExA(from.text, to.text,
			   replace ? MOVEFILE_REPLACE_EXISTING : 0),
	       want);
	if (want)
		return;
	if (old && old != n) {
		old->named = FALSE;
		drop(to.node);
	}
	n->parent = to.parent;
	n->name = to.name;
	strcpy(n->as, to.last);
}

enum {
	COMPARED = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN |
		   FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_DIRECTORY
};

static DWORD attributes_of(const struct node *n)
{
	return n->attributes | (n->dir ? FILE_ATTRIBUTE_DIRECTORY : 0);
}

static void try_attributes(void)
{
	static const DWORD some[] = {
		FILE_ATTRIBUTE_NORMAL,
		FILE_ATTRIBUTE_NORMAL,
		FILE_ATTRIBUTE_NORMAL,
		FILE_ATTRIBUTE_READONLY,
		FILE_ATTRIBUTE_HIDDEN,
		FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM
	};
	struct where w = place();
	DWORD want = w.error ? w.error : w.node < 0 ? 2 : 0, got;

	if (pick(3)) {
		note("GetFileAttributes(%s)", w.text);
		got = GetFileAttributesA(w.text);
		expect("GetFileAttributes", got != INVALID_FILE_ATTRIBUTES,
		       want);
		if (!want && (got & COMPARED) != attributes_of(&nodes[w.node]))
			differ("attributes", got,
			       attributes_of(&nodes[w.node]));
		return;
	}
	if (w.node >= 0 && nodes[w.node].dir)
		return;
	got = some[pick(6)];
	note("SetFileAttributes(%s, %#lx)", w.text, got);
	expect("SetFileAttributes", SetFileAttributesA(w.text, got), want);
	if (!want)
		nodes[w.node].attributes = got & COMPARED;
}

static BOOL is_written(int node)
{
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h && opens[i].node == node &&
		    opens[i].access & GENERIC_WRITE)
			return TRUE;
	return FALSE;
}

static void try_list(void)
{
	int dir = pick(2) ? -1 : find(-1, pick(NAMES)), n = 0, want = 0;
	char pattern[32] = "*";
	WIN32_FIND_DATAA d;
	HANDLE h;

	if (dir >= 0 && !nodes[dir].dir)
		return;
	if (dir >= 0)
		sprintf(pattern, "%s\\*", nodes[dir].as);
	note("FindFirstFile(%s)", pattern);
	h = FindFirstFileA(pattern, &d);
	if (h == INVALID_HANDLE_VALUE) {
		differ("FindFirstFile", GetLastError(), 0);
		return;
	}
	do {
		int i;

		if (!strcmp(d.cFileName, ".") || !strcmp(d.cFileName, ".."))
			continue;
		for (i = 0; i < OBJECTS; i++)
			if (nodes[i].named && nodes[i].parent == dir &&
			    !strcmp(nodes[i].as, d.cFileName))
				break;
		if (i == OBJECTS) {
			differ(d.cFileName, 1, 0);
			for (i = 0; i < OBJECTS; i++)
				if (nodes[i].named && nodes[i].parent == dir)
					printf("has %s\n", nodes[i].as);
			break;
		}
		n++;
		if ((d.dwFileAttributes & COMPARED) != attributes_of(&nodes[i]))
			differ(d.cFileName, d.dwFileAttributes,
			       attributes_of(&nodes[i]));
		if (!nodes[i].dir && !is_written(i) &&
		    d.nFileSizeLow != nodes[i].size)
			differ(d.cFileName, d.nFileSizeLow, nodes[i].size);
	} while (FindNextFileA(h, &d));
	FindClose(h);
	for (int i = 0; i < OBJECTS; i++)
		want += nodes[i].named && nodes[i].parent == dir;
	if (n != want)
		differ("entries listed", n, want);
}

/* ---- a run -------------------------------------------------------------- */

/* Children first; what is read-only or open still must go as well. */
static void clean(void)
{
	for (int i = 0; i < HANDLES; i++)
		if (opens[i].h) {
			CloseHandle(opens[i].h);
			opens[i].h = NULL;
			if (opens[i].delete_on_close)
				nodes[opens[i].node].named = FALSE;
		}
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < OBJECTS; i++) {
			struct node *n = &nodes[i];
			char path[64] = "";

			if (!n->named || (n->parent >= 0) == pass)
				continue;
			if (n->parent >= 0)
				sprintf(path, "%s\\", nodes[n->parent].as);
			strcat(path, n->as);
			SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL);
			if (n->dir ? !RemoveDirectoryA(path)
				   : !DeleteFileA(path))
				differ(path, GetLastError(), 0);
			n->named = FALSE;
		}
	memset(nodes, 0, sizeof nodes);
}

int main(void)
{
	static void (*const calls[])(void) = {
		try_open,  try_open,   try_open,       try_close,
		try_close, try_write,  try_write,      try_read,
		try_read,  try_resize, try_delete,     try_mkdir,
		try_rmdir, try_rename, try_attributes, try_list,
	};
	char here[MAX_PATH];

	enter_own_folder(here, "fuzz");
	random_calls(calls, COUNT_OF(calls), clean);
	leave_own_folder(here);
	return check_done();
}
