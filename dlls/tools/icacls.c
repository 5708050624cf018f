/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icacls.c - shows, changes, saves and restores access lists:
 *   icacls name [/grant[:r] | /deny | /remove[:g|:d] | /inheritance:e|d|r |
 * ...]
 *
 * A folder's new entries go to what is made in it later; what is in it already
 * gets them by /T, or by /reset and /inheritance:e there.
 */
#include "account.h"
#include "icacls.h"

enum command {
	SHOW,
	EDIT,
	RESET,
	SAVE,
	RESTORE,
	SET_OWNER,
	FIND_SID,
	VERIFY,
};

/* What /grant, /deny and /remove want, in the order they were given. */
struct change {
	enum { GRANT, GRANT_ANEW, DENY, REMOVE_GRANTS, REMOVE_DENIALS } what;
	struct entry e;
};

static struct {
	enum command command;
	const WCHAR *name, *file;
	bool tree, go_on, quiet, links;
	WCHAR inherit; /* E, D, R */
	const WCHAR *level;
	PSID sid; /* of /setowner and /findsid */
	struct change change[256];
	size_t changes;
	PSID from[64], to[64]; /* /substitute */
	size_t substitutes;
	HANDLE out;
	DWORD done, failed, code;
	const WCHAR *saved_from; /* what names in the file leave out */
} o;

/* ---- one file's ---- */

/* Without the right to wait, which CreateFile asks for: it may be what is
   denied. NULL: last error. */
static HANDLE open_path(const WCHAR *path, DWORD access)
{
	enum { FOR_BACKUP = 0x4000, THE_LINK = 0x200000 };
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;
	UNICODE_STRING nt;
	HANDLE h = NULL;
	NTSTATUS status;

	if (!RtlDosPathNameToNtPathName_U(path, &nt, NULL, NULL)) {
		SetLastError(ERROR_PATH_NOT_FOUND);
		return NULL;
	}
	InitializeObjectAttributes(&attr, &nt, OBJ_CASE_INSENSITIVE, NULL,
				   NULL);
	status = NtOpenFile(&h, access, &attr, &iosb,
			    FILE_SHARE_READ | FILE_SHARE_WRITE |
				    FILE_SHARE_DELETE,
			    FOR_BACKUP | (o.links ? THE_LINK : 0));
	RtlFreeUnicodeString(&nt);
	if (NT_SUCCESS(status))
		return h;
	SetLastError(RtlNtStatusToDosError(status));
	return NULL;
}

static DWORD load(HANDLE h, struct list *l, ACL **acl)
{
	SECURITY_DESCRIPTOR_CONTROL control = 0;
	PSECURITY_DESCRIPTOR sd;
	DWORD revision, error;

	error = GetSecurityInfo(h, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION,
				NULL, NULL, acl, NULL, &sd);
	if (error)
		return error;
	GetSecurityDescriptorControl(sd, &control, &revision);
	list_read(l, *acl);
	l->protected = control & SE_DACL_PROTECTED;
	l->handed_down = control & SE_DACL_AUTO_INHERITED;
	return 0;
}

static DWORD store(HANDLE h, const struct list *l)
{
	return SetSecurityInfo(
		h, SE_FILE_OBJECT,
		DACL_SECURITY_INFORMATION |
			(l->protected ? PROTECTED_DACL_SECURITY_INFORMATION
				      : UNPROTECTED_DACL_SECURITY_INFORMATION),
		NULL, NULL, list_make(l), NULL);
}

static WCHAR *parent_of(const WCHAR *path)
{
	DWORD n = GetFullPathNameW(path, 0, NULL, NULL);
	WCHAR *full = get((n + 1) * sizeof *full), *slash;

	GetFullPathNameW(path, n + 1, full, NULL);
	n = (DWORD)wcslen(full);
	if (n > 3 && full[n - 1] == '\\')
		full[n - 1] = 0;
	slash = wcsrchr(full, '\\');
	if (slash)
		slash[1] = 0;
	return full;
}

/* What the folder hands down to a file or folder made in it. */
static DWORD inherited(const WCHAR *path, bool folder, struct list *to)
{
	const BYTE wanted = folder ? CONTAINER_INHERIT_ACE : OBJECT_INHERIT_ACE;
	HANDLE h = open_path(parent_of(path), READ_CONTROL);
	struct list l = { 0 };
	DWORD error;
	ACL *acl;

	if (!h)
		return GetLastError();
	error = load(h, &l, &acl);
	CloseHandle(h);
	for (size_t i = 0; !error && i < l.n; i++) {
		struct entry e = l.e[i];
		const bool passes =
			folder && !(e.flags & NO_PROPAGATE_INHERIT_ACE);

		if (e.raw)
			continue;
		if (e.flags & wanted)
			e.flags &= ~INHERIT_ONLY_ACE;
		else if (passes && e.flags & OBJECT_INHERIT_ACE)
			e.flags |= INHERIT_ONLY_ACE; /* for files below it */
		else
			continue;
		if (!passes)
			e.flags &=
				~(OBJECT_INHERIT_ACE | CONTAINER_INHERIT_ACE |
				  NO_PROPAGATE_INHERIT_ACE | INHERIT_ONLY_ACE);
		e.flags |= INHERITED_ACE;
		list_add(to, e);
	}
	return error;
}

/* As of a new file in a folder that hands nothing down. */
static void default_list(struct list *l)
{
	TOKEN_DEFAULT_DACL *d = get(4096);
	DWORD n;
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return;
	if (GetTokenInformation(token, TokenDefaultDacl, d, 4096, &n))
		list_read(l, d->DefaultDacl);
	CloseHandle(token);
}

static void show(const WCHAR *path, const struct list *l)
{
	size_t indent = wcslen(path);
	WCHAR *blank = get((indent + 1) * sizeof *blank);
	SID_NAME_USE use;

	for (size_t i = 0; i < indent; i++)
		blank[i] = ' ';
	out(L"%ls", path);
	if (l->none)
		out(L" No permissions are set. All users have full control."
		    L"\r\n");
	else if (!l->n)
		out(L"\r\n");
	for (size_t i = 0; i < l->n; i++)
		if (!l->e[i].raw)
			out(L"%ls %ls:%ls\r\n", i ? blank : L"",
			    account_name(l->e[i].sid, &use),
			    rights_text(&l->e[i]));
	out(L"\r\n");
}

/* ---- changes ---- */

static bool is_own(const struct entry *e, BYTE type, PSID sid)
{
	return !e->raw && e->type == type && !(e->flags & INHERITED_ACE) &&
	       EqualSid(e->sid, sid);
}

static void remove_all(struct list *l, BYTE type, PSID sid)
{
	for (size_t i = l->n; i-- > 0;)
		if (is_own(&l->e[i], type, sid))
			list_remove(l, i);
}

static void give(struct list *l, struct entry e)
{
	for (size_t i = 0; i < l->n; i++)
		if (is_own(&l->e[i], e.type, e.sid) &&
		    l->e[i].flags == e.flags) {
			l->e[i].mask |= e.mask;
			return;
		}
	list_add(l, e);
}

/* What is denied is granted no more. */
static void withdraw(struct list *l, const struct entry *e)
{
	for (size_t i = l->n; i-- > 0;)
		if (is_own(&l->e[i], ACCESS_ALLOWED_ACE_TYPE, e->sid)) {
			/* What is left needs to wait, and to be looked at. */
			l->e[i].mask &= ~e->mask | SYNCHRONIZE | READ_CONTROL;
			if (!(l->e[i].mask &
			      ~(ACCESS_MASK)(SYNCHRONIZE | READ_CONTROL)))
				list_remove(l, i);
		}
}

static void apply(struct list *l, const struct change *c, bool folder)
{
	struct entry e = c->e;

	if (!folder)
		e.flags = 0;
	switch (c->what) {
	case GRANT_ANEW:
		remove_all(l, ACCESS_ALLOWED_ACE_TYPE, e.sid);
		/* fallthrough */
	case GRANT:
		e.type = ACCESS_ALLOWED_ACE_TYPE;
		give(l, e);
		break;
	case DENY:
		e.type = ACCESS_DENIED_ACE_TYPE;
		withdraw(l, &e);
		give(l, e);
		break;
	case REMOVE_GRANTS:
		remove_all(l, ACCESS_ALLOWED_ACE_TYPE, e.sid);
		break;
	case REMOVE_DENIALS:
		remove_all(l, ACCESS_DENIED_ACE_TYPE, e.sid);
		break;
	}
}

static DWORD inheritance(struct list *l, const WCHAR *path, bool folder)
{
	if (o.inherit == 'E' && !l->protected)
		return 0;
	l->protected = o.inherit != 'E';
	if (o.inherit == 'E')
		return inherited(path, folder, l);
	for (size_t i = l->n; i-- > 0;)
		if (!(l->e[i].flags & INHERITED_ACE))
			continue;
		else if (o.inherit == 'D')
			l->e[i].flags &= ~INHERITED_ACE;
		else
			list_remove(l, i);
	return 0;
}

/* [(CI)(OI)]L[ow], M[edium], H[igh] */
static bool level_parse(const WCHAR *s, BYTE *flags, WCHAR *letter)
{
	static const WCHAR *const names[] = { L"low", L"medium", L"high" };

	*flags = inheritance_parse(&s);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!_wcsicmp(s, names[i]) ||
		    (towlower(*s) == names[i][0] && !s[1])) {
			*letter = towupper(*s);
			return true;
		}
	return false;
}

static DWORD set_level(const WCHAR *path, bool folder)
{
	WCHAR text[64], letter;
	PSECURITY_DESCRIPTOR sd;
	BYTE flags;
	DWORD error;
	HANDLE h;

	level_parse(o.level, &flags, &letter);
	if (!folder)
		flags = 0;
	wcscpy(text, L"S:(ML;");
	wcscat(text, flags & OBJECT_INHERIT_ACE ? L"OI" : L"");
	wcscat(text, flags & CONTAINER_INHERIT_ACE ? L"CI" : L"");
	wcscat(text, letter == 'L'   ? L";NW;;;LW)"
		     : letter == 'M' ? L";NW;;;ME)"
				     : L";NW;;;HI)");
	if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
		    text, SDDL_REVISION_1, &sd, NULL))
		return GetLastError();
	h = open_path(path, READ_CONTROL | WRITE_OWNER);
	if (!h)
		return GetLastError();
	error = SetKernelObjectSecurity(h, LABEL_SECURITY_INFORMATION, sd)
			? 0
			: GetLastError();
	CloseHandle(h);
	return error;
}

static DWORD edit(HANDLE h, const WCHAR *path, struct list *l, bool folder)
{
	DWORD error = 0;

	if (o.command == RESET) {
		l->n = 0;
		l->none = l->protected = false;
		error = inherited(path, folder, l);
		if (!error && !l->n)
			default_list(l);
	} else if (o.inherit) {
		error = inheritance(l, path, folder);
	}
	for (size_t i = 0; i < o.changes; i++) {
		l->none = false;
		apply(l, &o.change[i], folder);
	}
	if (!error && (o.command == RESET || o.inherit || o.changes))
		error = store(h, l);
	if (!error && o.level)
		error = set_level(path, folder);
	return error;
}

/* ---- saved lists ---- */

static bool save_line(const WCHAR *s)
{
	DWORD n;

	return WriteFile(o.out, s, (DWORD)wcslen(s) * sizeof *s, &n, NULL) &&
	       WriteFile(o.out, L"\r\n", 2 * sizeof *s, &n, NULL);
}

static DWORD save(const WCHAR *path, const ACL *acl, const struct list *l)
{
	SECURITY_DESCRIPTOR sd;
	size_t skip = wcslen(o.saved_from);
	WCHAR *text;

	InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION);
	SetSecurityDescriptorDacl(&sd, TRUE, (ACL *)acl, FALSE);
	sd.Control |= (l->protected ? SE_DACL_PROTECTED : 0) |
		      (l->handed_down ? SE_DACL_AUTO_INHERITED : 0);
	if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(
		    &sd, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, &text,
		    NULL))
		return GetLastError();
	return save_line(path + skip) && save_line(text) ? 0 : GetLastError();
}

static void substitute(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; !l->e[i].raw && k < o.substitutes; k++)
			if (EqualSid(l->e[i].sid, o.from[k])) {
				l->e[i].sid = o.to[k];
				break;
			}
}

static DWORD restore_one(const WCHAR *path, const WCHAR *text)
{
	SECURITY_DESCRIPTOR_CONTROL control;
	PSECURITY_DESCRIPTOR sd;
	struct list l = { 0 };
	BOOL present, defaulted;
	DWORD revision, error;
	ACL *acl;
	HANDLE h;

	if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
		    text, SDDL_REVISION_1, &sd, NULL) ||
	    !GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) ||
	    !present)
		return ERROR_INVALID_ACL;
	GetSecurityDescriptorControl(sd, &control, &revision);
	list_read(&l, acl);
	l.protected = control & SE_DACL_PROTECTED;
	substitute(&l);
	h = open_path(path, READ_CONTROL | WRITE_DAC);
	if (!h)
		return GetLastError();
	error = store(h, &l);
	CloseHandle(h);
	return error;
}

/* ---- files ---- */

/* false: that was enough. */
static bool result(const WCHAR *path, DWORD error)
{
	if (!error) {
		o.done++;
		if (!o.quiet && o.command != SHOW && o.command != FIND_SID &&
		    o.command != VERIFY)
			out(L"processed file: %ls\r\n", path);
		return true;
	}
	o.failed++;
	o.code = error;
	flush();
	err(L"%ls: ", path);
	err_code(error);
	flush();
	return o.go_on;
}

static DWORD process(const WCHAR *path, bool folder)
{
	static const DWORD needs[] = {
		[SHOW] = READ_CONTROL,
		[EDIT] = READ_CONTROL | WRITE_DAC,
		[RESET] = READ_CONTROL | WRITE_DAC,
		[SAVE] = READ_CONTROL,
		[SET_OWNER] = WRITE_OWNER,
		[FIND_SID] = READ_CONTROL,
		[VERIFY] = READ_CONTROL,
	};
	HANDLE h = open_path(path, needs[o.command]);
	struct list l = { 0 };
	DWORD error = 0;
	ACL *acl = NULL;

	if (!h)
		return GetLastError();
	if (o.command != SET_OWNER)
		error = load(h, &l, &acl);
	if (error)
		;
	else if (o.command == SHOW)
		show(path, &l);
	else if (o.command == SAVE)
		error = save(path, acl, &l);
	else if (o.command == SET_OWNER)
		error = SetSecurityInfo(h, SE_FILE_OBJECT,
					OWNER_SECURITY_INFORMATION, o.sid, NULL,
					NULL, NULL);
	else if (o.command == EDIT || o.command == RESET)
		error = edit(h, path, &l, folder);
	for (size_t i = 0; !error && o.command == FIND_SID && i < l.n; i++)
		if (!l.e[i].raw && EqualSid(l.e[i].sid, o.sid)) {
			out(L"SID Found: %ls.\r\n", path);
			break;
		}
	if (!error && o.command == VERIFY && !list_is_canonical(acl))
		out(L"%ls: Ace entries not in canonical order.\r\n", path);
	CloseHandle(h);
	return error;
}

static bool one(const WCHAR *path, DWORD attributes)
{
	return result(path,
		      process(path, attributes & FILE_ATTRIBUTE_DIRECTORY));
}

static void all(struct found *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!one(f->path[i], f->attributes[i]))
			return;
}

static void walk(void)
{
	const unsigned what = FIND_FILES | FIND_FOLDERS | FIND_HIDDEN |
			      (o.tree ? FIND_TREE : 0);
	bool pattern = wcspbrk(o.name, L"*?");
	DWORD a = GetFileAttributesW(o.name);
	struct found f = { 0 };

	if (pattern) {
		find_files(&f, o.name, what);
		if (!f.n)
			result(o.name, ERROR_FILE_NOT_FOUND);
		all(&f);
	} else if (a == INVALID_FILE_ATTRIBUTES) {
		result(o.name, GetLastError());
	} else if (one(o.name, a) && o.tree && a & FILE_ATTRIBUTE_DIRECTORY &&
		   !(a & FILE_ATTRIBUTE_REPARSE_POINT)) {
		find_files(&f, join_path(o.name, L"*"), what);
		all(&f);
	}
}

/* The part of a pattern or name that saved names are below. */
static WCHAR *folder_of(const WCHAR *name)
{
	size_t n = wcslen(name);

	if (n && (name[n - 1] == '\\' || name[n - 1] == '/'))
		n--;
	while (n && name[n - 1] != '\\' && name[n - 1] != '/' &&
	       name[n - 1] != ':')
		n--;
	return copy_text(name, n);
}

static void save_all(void)
{
	o.out = CreateFileW(o.file, GENERIC_WRITE, FILE_SHARE_READ, NULL,
			    CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
	if (o.out == INVALID_HANDLE_VALUE) {
		result(o.file, GetLastError());
		return;
	}
	o.saved_from = folder_of(o.name);
	walk();
	CloseHandle(o.out);
}

/* The next line of UTF-16 text; NULL: no more. */
static WCHAR *line(WCHAR **text)
{
	WCHAR *s = *text, *end = s + wcscspn(s, L"\r\n");

	if (!*s)
		return NULL;
	*text = end + (*end == '\r') + (end[*end == '\r'] == '\n');
	*end = 0;
	return s;
}

static void restore_all(void)
{
	HANDLE h = open_file(o.file);
	LARGE_INTEGER size = { 0 };
	WCHAR *text, *name, *list;
	DWORD n = 0;

	if (h == INVALID_HANDLE_VALUE || !GetFileSizeEx(h, &size) ||
	    size.QuadPart > 1 << 30) {
		result(o.file, h == INVALID_HANDLE_VALUE
				       ? GetLastError()
				       : ERROR_FILE_TOO_LARGE);
		return;
	}
	text = get((size_t)size.QuadPart + 2 * sizeof *text);
	if (!ReadFile(h, text, (DWORD)size.QuadPart, &n, NULL)) {
		result(o.file, GetLastError());
		CloseHandle(h);
		return;
	}
	CloseHandle(h);
	if (*text == 0xfeff)
		text++;
	while ((name = line(&text)) && (list = line(&text))) {
		WCHAR *path = join_path(o.name, name);

		if (!result(path, restore_one(path, list)))
			return;
	}
}

/* ---- arguments ---- */

static void invalid(const WCHAR *s)
{
	err(L"Invalid parameter \"%ls\"\r\n", s);
	flush();
	ExitProcess(ERROR_INVALID_PARAMETER);
}

static PSID sid_of(const WCHAR *name)
{
	PSID sid = account_sid(name);

	if (sid)
		return sid;
	result(name, ERROR_NONE_MAPPED);
	out(L"Successfully processed 0 files; Failed processing 1 files\r\n");
	flush();
	ExitProcess(ERROR_NONE_MAPPED);
}

/* account:rights, or only account. */
static void take_change(int what, const WCHAR *s)
{
	struct change *c = &o.change[o.changes];
	const WCHAR *colon = wcsrchr(s, ':');

	if (o.changes == COUNT_OF(o.change))
		invalid(s);
	c->what = what;
	if (what >= REMOVE_GRANTS) {
		c->e.sid = sid_of(s);
	} else {
		if (!colon || !rights_parse(colon + 1, &c->e))
			invalid(s);
		c->e.sid = sid_of(copy_text(s, (size_t)(colon - s)));
	}
	o.changes++;
}

/* Arguments up to the next switch; how many. */
static int take_changes(int what, int also, WCHAR **argv)
{
	int n = 0;

	for (; argv[n] && *argv[n] != '/'; n++) {
		take_change(what, argv[n]);
		if (also >= 0)
			take_change(also, argv[n]);
	}
	if (!n)
		invalid(argv[-1]);
	return n;
}

static const struct {
	const WCHAR *text;
	enum command command;
	int what, also; /* of EDIT */
} switches[] = {
	{ L"grant", EDIT, GRANT, -1 },
	{ L"grant:r", EDIT, GRANT_ANEW, -1 },
	{ L"deny", EDIT, DENY, -1 },
	{ L"remove", EDIT, REMOVE_GRANTS, REMOVE_DENIALS },
	{ L"remove:g", EDIT, REMOVE_GRANTS, -1 },
	{ L"remove:d", EDIT, REMOVE_DENIALS, -1 },
	{ L"reset", RESET, -1, -1 },
	{ L"verify", VERIFY, -1, -1 },
	{ L"save", SAVE, -1, -1 },
	{ L"restore", RESTORE, -1, -1 },
	{ L"setowner", SET_OWNER, -1, -1 },
	{ L"findsid", FIND_SID, -1, -1 },
};

static bool take_flag(const WCHAR *s)
{
	bool *flag = is_switch(s, L"t")   ? &o.tree
		     : is_switch(s, L"c") ? &o.go_on
		     : is_switch(s, L"q") ? &o.quiet
		     : is_switch(s, L"l") ? &o.links
					  : NULL;

	if (flag)
		*flag = true;
	return flag;
}

/* One that is a command; how many arguments it took, 0: it is none. */
static int take_command(WCHAR **argv)
{
	size_t i = 0;

	while (i < COUNT_OF(switches) && !is_switch(*argv, switches[i].text))
		i++;
	if (i == COUNT_OF(switches))
		return 0;
	/* Changes go together, and with nothing else. */
	if (o.command != SHOW &&
	    (o.command != EDIT || switches[i].command != EDIT))
		invalid(*argv);
	o.command = switches[i].command;
	switch (o.command) {
	case EDIT:
		return 1 + take_changes(switches[i].what, switches[i].also,
					argv + 1);
	case SAVE:
	case RESTORE:
	case SET_OWNER:
	case FIND_SID:
		if (!argv[1])
			invalid(*argv);
		if (o.command == SAVE || o.command == RESTORE)
			o.file = argv[1];
		else
			o.sid = sid_of(argv[1]);
		return 2;
	default:
		return 1;
	}
}

static int take_others(WCHAR **argv)
{
	WCHAR letter;
	BYTE flags;
	int n = 1;

	if (!_wcsnicmp(*argv, L"/inheritance:", 13)) {
		o.inherit = towupper((*argv)[13]);
		if (!o.inherit || !wcschr(L"EDR", o.inherit) || (*argv)[14])
			invalid(*argv);
	} else if (is_switch(*argv, L"setintegritylevel")) {
		o.level = argv[1];
		if (!o.level || !level_parse(o.level, &flags, &letter))
			invalid(o.level ? o.level : *argv);
		n = 2;
	} else if (is_switch(*argv, L"substitute")) {
		for (; argv[n] && argv[n + 1] && *argv[n] != '/'; n += 2) {
			if (o.substitutes == COUNT_OF(o.from))
				invalid(argv[n]);
			o.from[o.substitutes] = sid_of(argv[n]);
			o.to[o.substitutes++] = sid_of(argv[n + 1]);
		}
		return n;
	} else {
		invalid(*argv);
	}
	if (o.command != SHOW && o.command != EDIT)
		invalid(*argv);
	o.command = EDIT;
	return n;
}

const WCHAR tool_usage[] =
	L"Shows or changes the access lists of files and folders.\r\n"
	L"\r\n"
	L"ICACLS name [/grant[:r] account:rights ...] [/deny account:rights "
	L"...]"
	L"\r\n"
	L"       [/remove[:g|:d] account ...] [/inheritance:e|d|r]\r\n"
	L"       [/setintegritylevel level] [/T] [/C] [/L] [/Q]\r\n"
	L"ICACLS name /reset | /verify | /setowner account | /findsid account "
	L"[/T] [/C] [/L] [/Q]\r\n"
	L"ICACLS name /save file [/T] [/C] [/L] [/Q]\r\n"
	L"ICACLS folder [/substitute old new ...] /restore file [/C] [/L] [/Q]"
	L"\r\n"
	L"\r\n"
	L"  account  a name, or *S-1-...\r\n"
	L"  rights   a sequence of N, F, M, RX, R, W and D, or in parentheses "
	L"and "
	L"with commas\r\n"
	L"           DE, RC, WDAC, WO, S, AS, MA, GR, GW, GE, GA, RD, WD, AD, "
	L"REA, WEA, X,\r\n"
	L"           DC, RA, WA; before them, of folders, (OI)(CI)(IO)(NP).\r\n"
	L"  :r       in place of what the account was granted; :g, :d only "
	L"grants, denials.\r\n"
	L"  e, d, r  inherits; does not, and keeps copies; does not.\r\n"
	L"  /T       all below, too.  /C goes on after errors.  /L a link "
	L"itself.  /Q says less.\r\n";

int tool_main(int argc, WCHAR **argv)
{
	if (argc < 2) {
		out(L"%ls", tool_usage);
		return 0;
	}
	o.name = argv[1];
	for (int i = 2; i < argc;) {
		int n = *argv[i] == '/' && take_flag(argv[i]);

		if (!n && *argv[i] == '/')
			n = take_command(argv + i);
		i += n ? n : take_others(argv + i);
	}
	if (o.substitutes && o.command != RESTORE)
		invalid(L"/substitute");
	if (o.command == SAVE)
		save_all();
	else if (o.command == RESTORE)
		restore_all();
	else
		walk();
	out(L"Successfully processed %lu files; Failed processing %lu "
	    L"files\r\n",
	    o.done, o.failed);
	return (int)o.code;
}
