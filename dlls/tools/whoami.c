/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whoami.c - the user of the process's token, his groups and privileges, as
 * tables, lists or CSV.
 */
#include "account.h"
#include "tool.h"

const WCHAR tool_usage[] =
	L"Prints who the user is: his name, his groups, his privileges.\r\n"
	L"\r\n"
	L"WHOAMI [/UPN | /FQDN | /LOGONID]\r\n"
	L"WHOAMI {[/USER] [/GROUPS] [/CLAIMS] [/PRIV]} [/FO format] [/NH]\r\n"
	L"WHOAMI /ALL [/FO format] [/NH]\r\n"
	L"\r\n"
	L"  /USER     name and SID\r\n"
	L"  /GROUPS   names, kinds, SIDs and attributes of the groups\r\n"
	L"  /PRIV     privileges and whether they are enabled\r\n"
	L"  /CLAIMS   claims: a machine without a domain has none\r\n"
	L"  /LOGONID  the SID of the logon session\r\n"
	L"  /FO       TABLE, LIST or CSV\r\n"
	L"  /NH       without headings, of TABLE and CSV\r\n";

enum { TABLE, LIST, CSV };
enum { USER = 1, GROUPS = 2, CLAIMS = 4, PRIVILEGES = 8 };
enum { MAX_COLUMNS = 4 };

static int format;
static bool no_headings;

/* ---- what is printed ---- */

struct listing {
	const WCHAR *title;
	const WCHAR *heading[MAX_COLUMNS];
	int columns;
	WCHAR *(*rows)[MAX_COLUMNS];
	int n;
};

static void pad(size_t n, WCHAR c)
{
	while (n--)
		out(L"%lc", c);
}

/* Every column is filled to its width, the last one as well. */
static void print_row(const struct listing *l, const WCHAR *const *text,
		      const size_t *width)
{
	for (int c = 0; c < l->columns; c++) {
		out(L"%ls%ls", c ? L" " : L"", text[c]);
		pad(width[c] - wcslen(text[c]), ' ');
	}
	out(L"\r\n");
}

static void print_table(const struct listing *l)
{
	size_t width[MAX_COLUMNS] = { 0 };

	for (int c = 0; c < l->columns; c++) {
		width[c] = no_headings ? 0 : wcslen(l->heading[c]);
		for (int i = 0; i < l->n; i++)
			width[c] = max(width[c], wcslen(l->rows[i][c]));
	}
	if (!no_headings) {
		print_row(l, l->heading, width);
		for (int c = 0; c < l->columns; c++) {
			if (c)
				out(L" ");
			pad(width[c], '=');
		}
		out(L"\r\n");
	}
	for (int i = 0; i < l->n; i++)
		print_row(l, (const WCHAR *const *)l->rows[i], width);
}

static void print_list(const struct listing *l)
{
	size_t width = 0;

	for (int c = 0; c < l->columns; c++)
		width = max(width, wcslen(l->heading[c]) + 1);
	for (int i = 0; i < l->n; i++) {
		if (i)
			out(L"\r\n");
		for (int c = 0; c < l->columns; c++) {
			out(L"%ls:", l->heading[c]);
			pad(width - wcslen(l->heading[c]), ' ');
			out(L"%ls\r\n", l->rows[i][c]);
		}
	}
}

static void print_quoted(const struct listing *l, const WCHAR *const *text)
{
	for (int c = 0; c < l->columns; c++)
		out(L"%ls\"%ls\"", c ? L"," : L"", text[c]);
	out(L"\r\n");
}

static void print_csv(const struct listing *l)
{
	if (!no_headings)
		print_quoted(l, l->heading);
	for (int i = 0; i < l->n; i++)
		print_quoted(l, (const WCHAR *const *)l->rows[i]);
}

static void print_title(const WCHAR *title)
{
	out(L"\r\n");
	if (no_headings)
		return;
	out(L"%ls\r\n", title);
	pad(wcslen(title), '-');
	out(L"\r\n\r\n");
}

static void print(const struct listing *l)
{
	static bool any;

	if (format != CSV)
		print_title(l->title);
	else if (any)
		out(L"\r\n");
	any = true;
	if (format == TABLE)
		print_table(l);
	else if (format == LIST)
		print_list(l);
	else
		print_csv(l);
}

/* ---- what the token says ---- */

static HANDLE token;

/* Of the class; NULL and the error is printed. */
static void *information(TOKEN_INFORMATION_CLASS class)
{
	DWORD n = 0;
	void *p;

	GetTokenInformation(token, class, NULL, 0, &n);
	p = get(n + 8);
	if (GetTokenInformation(token, class, p, n, &n))
		return p;
	err_code(GetLastError());
	return NULL;
}

static WCHAR *user_name(void)
{
	const TOKEN_USER *u = information(TokenUser);
	SID_NAME_USE use;

	return u ? _wcslwr(account_name(u->User.Sid, &use)) : NULL;
}

static int print_user(void)
{
	struct listing l = { .title = L"USER INFORMATION",
			     .heading = { L"User Name", L"SID" },
			     .columns = 2,
			     .n = 1 };
	const TOKEN_USER *u = information(TokenUser);
	WCHAR *row[1][MAX_COLUMNS];

	if (!u)
		return 1;
	row[0][0] = user_name();
	row[0][1] = sid_text(u->User.Sid);
	l.rows = row;
	print(&l);
	return 0;
}

static const WCHAR *kind(SID_NAME_USE use)
{
	static const WCHAR *const names[] = {
		[SidTypeUser] = L"User",
		[SidTypeGroup] = L"Group",
		[SidTypeDomain] = L"Domain",
		[SidTypeAlias] = L"Alias",
		[SidTypeWellKnownGroup] = L"Well-known group",
		[SidTypeDeletedAccount] = L"Deleted account",
		[SidTypeInvalid] = L"Invalid SID type",
		[SidTypeUnknown] = L"Unknown SID type",
		[SidTypeComputer] = L"Computer",
		[SidTypeLabel] = L"Label",
	};

	return use > 0 && use < COUNT_OF(names) ? names[use]
						: names[SidTypeUnknown];
}

static WCHAR *attributes(DWORD a)
{
	static const struct {
		DWORD bit;
		const WCHAR *name;
	} names[] = {
		{ SE_GROUP_MANDATORY, L"Mandatory group" },
		{ SE_GROUP_ENABLED_BY_DEFAULT, L"Enabled by default" },
		{ SE_GROUP_ENABLED, L"Enabled group" },
		{ SE_GROUP_OWNER, L"Group owner" },
		{ SE_GROUP_USE_FOR_DENY_ONLY, L"Group used for deny only" },
		{ SE_GROUP_RESOURCE, L"Local Group" },
	};
	WCHAR *text = get(256 * sizeof *text);

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (a & names[i].bit) {
			if (*text)
				wcscat(text, L", ");
			wcscat(text, names[i].name);
		}
	return text;
}

static bool is_logon(const SID_AND_ATTRIBUTES *g)
{
	return (g->Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID;
}

static int print_groups(void)
{
	struct listing l = { .title = L"GROUP INFORMATION",
			     .heading = { L"Group Name", L"Type", L"SID",
					  L"Attributes" },
			     .columns = 4 };
	const TOKEN_GROUPS *g = information(TokenGroups);

	if (!g)
		return 1;
	l.rows = get((g->GroupCount + 1) * sizeof *l.rows);
	for (DWORD i = 0; i < g->GroupCount; i++) {
		const SID_AND_ATTRIBUTES *s = &g->Groups[i];
		SID_NAME_USE use;

		if (is_logon(s)) /* /LOGONID */
			continue;
		l.rows[l.n][0] = account_name(s->Sid, &use);
		l.rows[l.n][1] = (WCHAR *)kind(use);
		l.rows[l.n][2] = sid_text(s->Sid);
		l.rows[l.n][3] = attributes(s->Attributes);
		l.n++;
	}
	print(&l);
	return 0;
}

static int print_privileges(void)
{
	struct listing l = { .title = L"PRIVILEGES INFORMATION",
			     .heading = { L"Privilege Name", L"Description",
					  L"State" },
			     .columns = 3 };
	TOKEN_PRIVILEGES *p = information(TokenPrivileges);

	if (!p)
		return 1;
	l.rows = get((p->PrivilegeCount + 1) * sizeof *l.rows);
	for (DWORD i = 0; i < p->PrivilegeCount; i++) {
		LUID_AND_ATTRIBUTES *a = &p->Privileges[i];
		WCHAR name[64], text[128] = L"";
		DWORD n = COUNT_OF(name), m = COUNT_OF(text), language;

		if (!LookupPrivilegeNameW(NULL, &a->Luid, name, &n))
			continue;
		LookupPrivilegeDisplayNameW(NULL, name, text, &m, &language);
		l.rows[l.n][0] = copy_text(name, wcslen(name));
		l.rows[l.n][1] = copy_text(text, wcslen(text));
		l.rows[l.n][2] = a->Attributes & SE_PRIVILEGE_ENABLED
					 ? L"Enabled"
					 : L"Disabled";
		l.n++;
	}
	print(&l);
	return 0;
}

/* They come from a domain's controller. */
static int print_claims(void)
{
	if (format == CSV)
		return 0;
	print_title(L"USER CLAIMS INFORMATION");
	out(L"User claims unknown.\r\n");
	return 0;
}

static int print_logon(void)
{
	const TOKEN_GROUPS *g = information(TokenGroups);

	for (DWORD i = 0; g && i < g->GroupCount; i++)
		if (is_logon(&g->Groups[i])) {
			out(L"%ls\r\n", sid_text(g->Groups[i].Sid));
			return 0;
		}
	if (g)
		err(L"ERROR: Unable to get logon ID.\r\n");
	return 1;
}

static int print_name(void)
{
	const WCHAR *name = user_name();

	if (!name)
		return 1;
	out(L"%ls\r\n", name);
	return 0;
}

static int no_domain(const WCHAR *what)
{
	err(L"ERROR: Unable to get %ls as the current logged-on user\r\n"
	    L"       is not a domain user.\r\n",
	    what);
	return 1;
}

/* ---- the command line ---- */

static int bad(const WCHAR *why, const WCHAR *what)
{
	err(L"ERROR: Invalid %ls - '%ls'.\r\n"
	    L"Type \"WHOAMI /?\" for usage.\r\n",
	    why, what);
	return 1;
}

static bool set_format(const WCHAR *name)
{
	static const WCHAR *const names[] = { L"TABLE", L"LIST", L"CSV" };

	for (format = 0; format < (int)COUNT_OF(names); format++)
		if (!_wcsicmp(name, names[format]))
			return true;
	return false;
}

/* 0: none of those that say what is to be printed. */
static unsigned part_of(const WCHAR *s)
{
	return is_switch(s, L"user")     ? USER
	       : is_switch(s, L"groups") ? GROUPS
	       : is_switch(s, L"claims") ? CLAIMS
	       : is_switch(s, L"priv")   ? PRIVILEGES
	       : is_switch(s, L"all")    ? USER | GROUPS | CLAIMS | PRIVILEGES
					 : 0;
}

static int print_parts(unsigned parts)
{
	return (parts & USER && print_user()) ||
	       (parts & GROUPS && print_groups()) ||
	       (parts & PRIVILEGES && print_privileges()) ||
	       (parts & CLAIMS && print_claims());
}

int tool_main(int argc, WCHAR **argv)
{
	const WCHAR *alone = NULL;
	bool has_format = false;
	unsigned parts = 0, part;

	for (int i = 1; i < argc; i++) {
		const WCHAR *s = argv[i];

		part = part_of(s);
		if (part & parts)
			return bad(L"syntax: given twice", s);
		parts |= part;
		if (part)
			continue;
		if (is_switch(s, L"fo")) {
			if (has_format || i + 1 == argc)
				return bad(L"syntax", s);
			has_format = true;
			if (!set_format(argv[++i]))
				return bad(L"syntax: format", argv[i]);
		} else if (is_switch(s, L"nh")) {
			if (no_headings)
				return bad(L"syntax: given twice", s);
			no_headings = true;
		} else if (is_switch(s, L"upn") || is_switch(s, L"fqdn") ||
			   is_switch(s, L"logonid")) {
			if (alone)
				return bad(L"syntax", s);
			alone = s + 1;
		} else {
			return bad(L"argument/option", s);
		}
	}
	if (alone && (parts || has_format || no_headings))
		return bad(L"syntax: stands alone", alone - 1);
	if (!parts && (has_format || no_headings))
		return bad(L"syntax: nothing to format", argv[1]);
	if (no_headings && format == LIST)
		return bad(L"syntax: not for LIST", L"/NH");
	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
		err_code(GetLastError());
		return 1;
	}
	if (parts)
		return print_parts(parts);
	if (!alone)
		return print_name();
	if (!_wcsicmp(alone, L"logonid"))
		return print_logon();
	return no_domain(
		!_wcsicmp(alone, L"upn")
			? L"User Principal Name (UPN)"
			: L"Fully Qualified Distinguished Name (FQDN)");
}
