/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-names.c - random calls of two processes on files with several names,
 * against a model of which name goes when.
 *
 * Hard links, deletion by name, by handle and at the close, renaming over what
 * is open, other spellings, share modes: each call is made by one process or the
 * other, and the model says what it had to return.  A file's contents are a
 * number, so that a handle can say which file it is of.
 */
#include <windows.h>

#include <string.h>

#include "name-calls.h"
#include "random-calls.h"

enum {
	NAMES = 4,
	FILES = 40,
	LINKS = 60,
};

/* ---- the model ---------------------------------------------------------- */

static const char *const spelled[NAMES] = { "one", "Two.txt", "t\xe4r",
					    "sub dir" };

struct file {
	BOOL used; /* has a name, or is open */
	BOOL dir, readonly;
	DWORD value;
};

struct link {
	BOOL used;
	int file, parent, name; /* parent: a link, or -1 */
	char as[12];
	BOOL pending; /* goes with the last handle that was opened by it */
	BOOL quiet;   /* that is known to one handle only */
};

struct open {
	BOOL used;
	int process, file, link; /* -1: that name has gone */
	DWORD access, share;
	BOOL on_close; /* delete */
};

static struct file files[FILES];
static struct link links[LINKS];
static struct open opens[OPENS];
static DWORD last_value;

static int find(int parent, int name)
{
	for (int i = 0; i < LINKS; i++)
		if (links[i].used && links[i].parent == parent &&
		    links[i].name == name)
			return i;
	return -1;
}

static int new_file(BOOL dir)
{
	for (int i = 0; i < FILES; i++)
		if (!files[i].used) {
			files[i] = (struct file){ .used = TRUE, .dir = dir };
			return i;
		}
	return -1;
}

static int new_link(int file, int parent, int name, const char *as)
{
	for (int i = 0; i < LINKS; i++)
		if (!links[i].used) {
			links[i] = (struct link){ .used = TRUE,
						  .file = file,
						  .parent = parent,
						  .name = name };
			strcpy(links[i].as, as);
			return i;
		}
	return -1;
}

static int count_links(int file)
{
	int n = 0;

	for (int i = 0; i < LINKS; i++)
		n += links[i].used && links[i].file == file;
	return n;
}

static int count_opens(int file, int link, int process)
{
	int n = 0;

	for (int i = 0; i < OPENS; i++)
		n += opens[i].used && opens[i].file == file &&
		     (link < 0 || opens[i].link == link) &&
		     (process < 0 || opens[i].process == process);
	return n;
}

static void drop(int file)
{
	if (!count_links(file) && !count_opens(file, -1, -1))
		files[file].used = FALSE;
}

static void remove_link(int link)
{
	for (int i = 0; i < OPENS; i++)
		if (opens[i].used && opens[i].link == link)
			opens[i].link = -1;
	links[link].used = FALSE;
	drop(links[link].file);
}

/* A path, and what the model knows of it. */
struct where {
	char text[48], last[12];
	int name, parent, link;
	BOOL no_path;
};

static struct where place(void)
{
	struct where w = { .parent = -1, .link = -1 };

	if (pick(3) == 0) {
		int d = pick(NAMES);

		respell(w.text, spelled[d]);
		strcat(w.text, "\\");
		w.parent = find(-1, d);
		w.no_path = w.parent < 0 || !files[links[w.parent].file].dir;
	}
	w.name = pick(NAMES);
	respell(w.last, spelled[w.name]);
	strcat(w.text, w.last);
	if (!w.no_path)
		w.link = find(w.parent, w.name);
	return w;
}

static struct file *file_of(const struct where *w)
{
	return w->link < 0 ? NULL : &files[links[w->link].file];
}

/*
 * That a name waits for its deletion is known to the process that wants it
 * deleted; and of a file with several names, to that handle (README).
 */
static BOOL unknown_here(int link, int process)
{
	if (link < 0 || !links[link].pending)
		return FALSE;
	return links[link].quiet || count_links(links[link].file) > 1 ||
	       !count_opens(links[link].file, link, process);
}

static BOOL pending(const struct where *w)
{
	return w->link >= 0 && links[w->link].pending;
}

/* Would an open with this access and share mode be refused? */
static BOOL conflict(int file, DWORD access, DWORD share)
{
	for (int i = 0; i < OPENS; i++) {
		const struct open *o = &opens[i];

		if (!o->used || o->file != file || !access || !o->access)
			continue;
		if ((access & GENERIC_READ && !(o->share & FILE_SHARE_READ)) ||
		    (access & GENERIC_WRITE && !(o->share & FILE_SHARE_WRITE)) ||
		    (access & DELETE && !(o->share & FILE_SHARE_DELETE)) ||
		    (o->access & GENERIC_READ && !(share & FILE_SHARE_READ)) ||
		    (o->access & GENERIC_WRITE && !(share & FILE_SHARE_WRITE)) ||
		    (o->access & DELETE && !(share & FILE_SHARE_DELETE)))
			return TRUE;
	}
	return FALSE;
}

static BOOL expect(const char *what, const struct reply *r, DWORD want)
{
	if (r->error != want)
		differ(what, r->error, want);
	return !r->error && !want;
}

/* ---- the calls ---------------------------------------------------------- */

static void try_open(void)
{
	static const DWORD accesses[] = { GENERIC_READ,
					  GENERIC_READ | GENERIC_WRITE,
					  GENERIC_READ | DELETE,
					  GENERIC_READ | GENERIC_WRITE | DELETE,
					  DELETE,
					  0 };
	static const DWORD ways[] = { OPEN_EXISTING, OPEN_EXISTING, OPEN_ALWAYS,
				      CREATE_NEW, CREATE_ALWAYS };
	struct where w = place();
	const BOOL on_close = pick(8) == 0;
	const int process = pick(2);
	struct request q = { .call = OPEN,
			     .access = accesses[pick(6)] |
				       (on_close ? DELETE : 0),
			     .share = pick(3) ? 7 : pick(8),
			     .how = ways[pick(5)],
			     .flags = on_close ? FILE_FLAG_DELETE_ON_CLOSE : 0 };
	const DWORD needs = q.access |
			    (q.how == CREATE_ALWAYS ? GENERIC_WRITE : 0);
	struct file *f = file_of(&w);
	DWORD want = 0;
	struct reply r;
	int slot = -1;

	for (int i = 0; i < OPENS; i++)
		if (!opens[i].used)
			slot = i;
	if (slot < 0 || unknown_here(w.link, process) ||
	    (f && pending(&w) && q.how == CREATE_NEW))
		return;
	if (w.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = q.how == OPEN_EXISTING ? ERROR_FILE_NOT_FOUND : 0;
	else if (q.how == CREATE_NEW)
		want = ERROR_FILE_EXISTS;
	else if (pending(&w) || f->dir ||
		 (f->readonly && (needs & GENERIC_WRITE || on_close)))
		want = ERROR_ACCESS_DENIED;
	else if (conflict((int)(f - files), needs, q.share))
		want = ERROR_SHARING_VIOLATION;
	q.slot = slot;
	strcpy(q.path, w.text);
	note("%d: CreateFile(%s, %#lx, %lu, %lu%s)", process, w.text, q.access,
	     q.share, q.how, on_close ? ", delete on close" : "");
	r = ask(process, &q);
	if (!expect("CreateFile", &r, want))
		return;
	if (!f) {
		int file = new_file(FALSE);

		w.link = new_link(file, w.parent, w.name, w.last);
		f = &files[file];
	} else if (q.how == CREATE_ALWAYS) {
		f->value = 0;
	}
	opens[slot] = (struct open){ TRUE,   process,  (int)(f - files),
				     w.link, q.access, q.share,
				     on_close };
}

static struct open *any_open(struct request *q)
{
	struct open *o = &opens[pick(OPENS)];

	q->slot = (int)(o - opens);
	return o->used ? o : NULL;
}

static const char *name_of(const struct open *o)
{
	return o->link < 0 ? "a file without that name" : links[o->link].as;
}

/* Would it wait for others, of which not all would know? */
static BOOL others_matter(const struct open *o)
{
	const int all = count_opens(o->file, -1, -1);

	return o->link >= 0 && all > 1 &&
	       (count_links(o->file) > 1 ||
		all != count_opens(o->file, o->link, o->process));
}

static void close_open(struct open *o)
{
	struct request q = { .call = CLOSE, .slot = (int)(o - opens) };
	struct reply r;

	note("%d: CloseHandle(%d, %s)", o->process, q.slot, name_of(o));
	r = ask(o->process, &q);
	expect("CloseHandle", &r, 0);
	o->used = FALSE;
	if (o->link >= 0) {
		links[o->link].pending |= o->on_close;
		if (links[o->link].pending &&
		    !count_opens(o->file, o->link, -1))
			remove_link(o->link);
	}
	drop(o->file);
}

static void try_close(void)
{
	struct request q;
	struct open *o = any_open(&q);

	if (!o || (o->on_close && others_matter(o)))
		return;
	close_open(o);
}

static void try_read(void)
{
	struct request q = { .call = READ };
	struct open *o = any_open(&q);
	struct reply r;

	if (!o)
		return;
	note("%d: ReadFile(%d, %s)", o->process, q.slot, name_of(o));
	r = ask(o->process, &q);
	if (expect("ReadFile", &r,
		   o->access & GENERIC_READ ? 0 : ERROR_ACCESS_DENIED) &&
	    r.value != files[o->file].value)
		differ("the file's number", r.value, files[o->file].value);
}

static void try_write(void)
{
	struct request q = { .call = WRITE, .flags = ++last_value };
	struct open *o = any_open(&q);
	struct reply r;

	if (!o)
		return;
	note("%d: WriteFile(%d, %s)", o->process, q.slot, name_of(o));
	r = ask(o->process, &q);
	if (expect("WriteFile", &r,
		   o->access & GENERIC_WRITE ? 0 : ERROR_ACCESS_DENIED))
		files[o->file].value = q.flags;
}

static void try_info(void)
{
	struct request q = { .call = INFO };
	struct open *o = any_open(&q);
	int waiting = 0;
	struct reply r;

	if (!o || o->link < 0)
		return;
	for (int i = 0; i < LINKS; i++)
		waiting += links[i].used && links[i].pending &&
			   links[i].file == o->file;
	/* Others' wishes are not known to all. */
	if (waiting && (count_links(o->file) > 1 || links[o->link].quiet ||
			unknown_here(o->link, o->process)))
		return;
	note("%d: FileStandardInfo(%d, %s)", o->process, q.slot, name_of(o));
	r = ask(o->process, &q);
	if (!expect("FileStandardInfo", &r, 0))
		return;
	if (r.pending != (DWORD)links[o->link].pending)
		differ("DeletePending", r.pending, links[o->link].pending);
	if (r.links != (DWORD)(count_links(o->file) - waiting))
		differ("NumberOfLinks", r.links,
		       count_links(o->file) - waiting);
}

/* Deletion by a handle; with POSIX semantics the name goes as that closes. */
static void try_dispose(void)
{
	static const DWORD ways[] = { 0, DELETES, DELETES | POSIX_DELETE,
				      DELETES | POSIX_DELETE | READONLY_TOO };
	struct request q = { .call = DISPOSE, .flags = ways[pick(4)] };
	struct open *o = any_open(&q);
	DWORD want = 0;
	struct reply r;
	int link;

	if (!o || o->link < 0)
		return;
	link = o->link;
	if (!(o->access & DELETE))
		want = ERROR_ACCESS_DENIED;
	else if (q.flags && files[o->file].readonly && !(q.flags & READONLY_TOO))
		want = ERROR_ACCESS_DENIED;
	/* A pending name that others know of, or must. */
	if (!want && (q.flags & POSIX_DELETE ? links[link].pending
					     : others_matter(o) ||
						       o->on_close))
		return;
	note("%d: FileDispositionInfoEx(%d, %s, %#lx)", o->process, q.slot,
	     name_of(o), q.flags);
	r = ask(o->process, &q);
	if (!expect("FileDispositionInfoEx", &r, want))
		return;
	if (q.flags & POSIX_DELETE) {
		/* It may go now or as the handle closes. */
		remove_link(link);
		close_open(o);
		return;
	}
	links[link].pending = q.flags != 0;
	links[link].quiet = count_links(o->file) > 1;
}

/* May the file that has the name be replaced? */
static DWORD may_replace(const struct file *from, const struct where *to,
			 DWORD flags)
{
	const struct file *f = file_of(to);

	if (!(flags & REPLACE) && f != from)
		return ERROR_ALREADY_EXISTS;
	if (f->dir || pending(to) || (f->readonly && f != from))
		return ERROR_ACCESS_DENIED;
	if (f == from)
		return 0;
	if (flags & POSIX_RENAME)
		return conflict((int)(f - files), DELETE, 7)
			       ? ERROR_ACCESS_DENIED
			       : 0;
	return count_opens((int)(f - files), -1, -1) ? ERROR_ACCESS_DENIED : 0;
}

/* What opens nothing but attributes is not known to other processes. */
static BOOL attributes_only(int file, int process)
{
	for (int i = 0; i < OPENS; i++)
		if (opens[i].used && opens[i].file == file &&
		    opens[i].process != process && !opens[i].access)
			return TRUE;
	return FALSE;
}

/* Can nobody know for sure what becomes of this target? */
static BOOL doubtful_target(const struct file *from, const struct where *to,
			    int process)
{
	const struct file *f = file_of(to);

	if (!f)
		return FALSE;
	return unknown_here(to->link, process) || pending(to) ||
	       attributes_only((int)(f - files), process) ||
	       (f == from && f->readonly);
}

static void moved(int link, const struct where *to)
{
	if (to->link >= 0 && to->link != link)
		remove_link(to->link);
	links[link].parent = to->parent;
	links[link].name = to->name;
	strcpy(links[link].as, to->last);
}

static void try_rename(void)
{
	static const DWORD ways[] = { 0, REPLACE, REPLACE | POSIX_RENAME };
	struct request q = { .call = RENAME, .flags = ways[pick(3)] };
	struct open *o = any_open(&q);
	struct where to = place();
	DWORD want = 0;
	struct reply r;

	if (!o || o->link < 0 || links[o->link].pending ||
	    doubtful_target(&files[o->file], &to, o->process))
		return;
	if (!(o->access & DELETE))
		want = ERROR_ACCESS_DENIED;
	else if (to.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (to.link >= 0 && to.link != o->link)
		want = may_replace(&files[o->file], &to, q.flags);
	strcpy(q.to, to.text);
	note("%d: FileRenameInfoEx(%d, %s, %s, %lu)", o->process, q.slot,
	     name_of(o), to.text, q.flags);
	r = ask(o->process, &q);
	if (expect("FileRenameInfoEx", &r, want))
		moved(o->link, &to);
}

static void try_move(void)
{
	struct where from = place(), to = place();
	const int process = pick(2);
	struct request q = { .call = MOVE, .flags = pick(2) };
	struct file *f = file_of(&from);
	DWORD want = 0;
	struct reply r;

	if (unknown_here(from.link, process) ||
	    doubtful_target(f, &to, process))
		return;
	/* Folders: of those there are rules that file-deletes.c does not test. */
	if (f && f->dir) {
		if (to.no_path || to.parent >= 0 ||
		    (to.link >= 0 && to.link != from.link))
			return;
		for (int i = 0; i < OPENS; i++)
			if (opens[i].used && opens[i].link >= 0 &&
			    links[opens[i].link].parent == from.link)
				return;
	}
	if (from.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = ERROR_FILE_NOT_FOUND;
	else if (pending(&from))
		want = ERROR_ACCESS_DENIED;
	else if (conflict((int)(f - files), DELETE, 7))
		want = ERROR_SHARING_VIOLATION;
	else if (to.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (to.link >= 0 && to.link != from.link)
		want = may_replace(f, &to, q.flags);
	strcpy(q.path, from.text);
	strcpy(q.to, to.text);
	note("%d: MoveFileEx(%s, %s, %lu)", process, from.text, to.text,
	     q.flags);
	r = ask(process, &q);
	if (expect("MoveFileEx", &r, want))
		moved(from.link, &to);
}

static void try_link(void)
{
	struct where from = place(), to = place();
	const int process = pick(2);
	struct request q = { .call = LINK };
	struct file *f = file_of(&from);
	DWORD want = 0;
	struct reply r;

	if (unknown_here(from.link, process) || pending(&to) ||
	    (f && count_links((int)(f - files)) > 3))
		return;
	if (from.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = ERROR_FILE_NOT_FOUND;
	else if (f->dir || pending(&from))
		want = ERROR_ACCESS_DENIED;
	else if (to.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (to.link >= 0)
		want = ERROR_ALREADY_EXISTS;
	strcpy(q.path, from.text);
	strcpy(q.to, to.text);
	note("%d: CreateHardLink(%s, %s)", process, to.text, from.text);
	r = ask(process, &q);
	if (expect("CreateHardLink", &r, want))
		new_link((int)(f - files), to.parent, to.name, to.last);
}

static void try_delete(void)
{
	struct where w = place();
	const int process = pick(2);
	struct request q = { .call = REMOVE };
	struct file *f = file_of(&w);
	DWORD want = 0;
	struct reply r;

	/* Read-only and shared badly: either may be told. */
	if (unknown_here(w.link, process) ||
	    (f && !f->dir && f->readonly &&
	     conflict((int)(f - files), DELETE, 7)))
		return;
	if (w.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = ERROR_FILE_NOT_FOUND;
	else if (f->dir || f->readonly || pending(&w))
		want = ERROR_ACCESS_DENIED;
	else if (conflict((int)(f - files), DELETE, 7))
		want = ERROR_SHARING_VIOLATION;
	strcpy(q.path, w.text);
	note("%d: DeleteFile(%s)", process, w.text);
	r = ask(process, &q);
	if (expect("DeleteFile", &r, want))
		remove_link(w.link); /* at once, whoever has it open */
}

static void try_mkdir(void)
{
	struct where w = place();
	const int process = pick(2);
	struct request q = { .call = MKDIR };
	struct reply r;

	if (pending(&w) || (w.parent >= 0 && !w.no_path))
		return; /* two levels are enough */
	strcpy(q.path, w.text);
	note("%d: CreateDirectory(%s)", process, w.text);
	r = ask(process, &q);
	if (expect("CreateDirectory", &r,
		   w.no_path	 ? ERROR_PATH_NOT_FOUND
		   : w.link >= 0 ? ERROR_ALREADY_EXISTS
				 : 0))
		new_link(new_file(TRUE), w.parent, w.name, w.last);
}

static void try_rmdir(void)
{
	struct where w = place();
	const int process = pick(2);
	struct request q = { .call = RMDIR };
	struct file *f = file_of(&w);
	DWORD want = 0;
	struct reply r;

	if (pending(&w))
		return;
	if (w.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = ERROR_FILE_NOT_FOUND;
	else if (!f->dir)
		want = ERROR_DIRECTORY;
	for (int i = 0; i < LINKS; i++)
		if (!want && links[i].used && links[i].parent == w.link)
			want = ERROR_DIR_NOT_EMPTY;
	strcpy(q.path, w.text);
	note("%d: RemoveDirectory(%s)", process, w.text);
	r = ask(process, &q);
	if (expect("RemoveDirectory", &r, want))
		remove_link(w.link);
}

static void try_attributes(void)
{
	struct where w = place();
	const int process = pick(2);
	struct request q = { .call = pick(3) ? GET_ATTRIBUTES : SET_ATTRIBUTES,
			     .flags = pick(3) ? FILE_ATTRIBUTE_NORMAL
					      : FILE_ATTRIBUTE_READONLY };
	struct file *f = file_of(&w);
	DWORD want = 0;
	struct reply r;

	if (unknown_here(w.link, process))
		return;
	/* Who is to be deleted at a close must be able to. */
	for (int i = 0; i < OPENS && q.call == SET_ATTRIBUTES; i++)
		if (f && (f->dir || (opens[i].used && opens[i].on_close &&
				     &files[opens[i].file] == f)))
			return;
	for (int i = 0; i < LINKS && q.call == SET_ATTRIBUTES; i++)
		if (f && links[i].used && links[i].pending &&
		    &files[links[i].file] == f)
			return;
	if (w.no_path)
		want = ERROR_PATH_NOT_FOUND;
	else if (!f)
		want = ERROR_FILE_NOT_FOUND;
	else if (pending(&w))
		want = ERROR_ACCESS_DENIED;
	strcpy(q.path, w.text);
	note("%d: %sFileAttributes(%s, %#lx)", process,
	     q.call == SET_ATTRIBUTES ? "Set" : "Get", w.text, q.flags);
	r = ask(process, &q);
	if (!expect("attributes", &r, want))
		return;
	if (q.call == SET_ATTRIBUTES) {
		f->readonly = q.flags == FILE_ATTRIBUTE_READONLY;
		return;
	}
	if (!(r.value & FILE_ATTRIBUTE_READONLY) != !f->readonly ||
	    !(r.value & FILE_ATTRIBUTE_DIRECTORY) != !f->dir)
		differ("attributes", r.value, f->readonly);
}

/* Names that wait for their deletion are there still. */
static void try_list(void)
{
	int dir = pick(2) ? -1 : find(-1, pick(NAMES)), n = 0, want = 0;
	char pattern[32] = "*";
	WIN32_FIND_DATAA d;
	HANDLE h;

	if (dir >= 0 && !files[links[dir].file].dir)
		return;
	if (dir >= 0)
		sprintf(pattern, "%s\\*", links[dir].as);
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
		for (i = 0; i < LINKS; i++)
			if (links[i].used && links[i].parent == dir &&
			    !strcmp(links[i].as, d.cFileName))
				break;
		if (i == LINKS)
			differ(d.cFileName, 1, 0);
		n++;
	} while (FindNextFileA(h, &d));
	FindClose(h);
	for (int i = 0; i < LINKS; i++)
		want += links[i].used && links[i].parent == dir;
	if (n != want)
		differ("entries listed", n, want);
}

/* ---- a run -------------------------------------------------------------- */

/* Children first; what is read-only or open still must go as well. */
static void clean(void)
{
	for (int i = 0; i < OPENS; i++)
		if (opens[i].used) {
			opens[i].on_close &= opens[i].link >= 0;
			close_open(&opens[i]);
		}
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < LINKS; i++) {
			struct link *l = &links[i];
			char path[64] = "";

			if (!l->used || (l->parent >= 0) == pass)
				continue;
			if (l->parent >= 0)
				sprintf(path, "%s\\", links[l->parent].as);
			strcat(path, l->as);
			SetFileAttributesA(path, FILE_ATTRIBUTE_NORMAL);
			/* One that waited where that is not known may be gone. */
			if ((files[l->file].dir ? !RemoveDirectoryA(path)
						: !DeleteFileA(path)) &&
			    !l->pending)
				differ(path, GetLastError(), 0);
			l->used = FALSE;
		}
	memset(files, 0, sizeof files);
	memset(links, 0, sizeof links);
}

int main(int argc, char **argv)
{
	static void (*const calls[])(void) = {
		try_open,   try_open,  try_open,  try_open,   try_close,
		try_close,  try_read,  try_write, try_info,   try_dispose,
		try_rename, try_move,  try_move,  try_link,   try_link,
		try_delete, try_mkdir, try_rmdir, try_attributes, try_list,
	};
	char here[MAX_PATH];
	HANDLE other;

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve();
	enter_own_folder(here, "names");
	other = start_other();
	random_calls(calls, COUNT_OF(calls), clean);
	CloseHandle(to_other);
	CHECK_EQ(WaitForSingleObject(other, 60000), WAIT_OBJECT_0);
	leave_own_folder(here);
	return check_done();
}
