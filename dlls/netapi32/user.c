/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * user.c - accounts: there is one, the user's who runs the program, and the
 * groups are those of his token.
 */
#include "netapi.h"
#include <lmaccess.h>

struct user {
	WCHAR name[UNLEN + 1];
	union {
		SID sid;
		char room[SECURITY_MAX_SID_SIZE];
	};
	BOOL admin;
	TOKEN_GROUPS *groups;
};

/* ---- who ----------------------------------------------------------------- */

static PVOID token_info(TOKEN_INFORMATION_CLASS class)
{
	HANDLE token;
	DWORD n = 0;
	PVOID p = NULL;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return NULL;
	GetTokenInformation(token, class, NULL, 0, &n);
	if (n)
		p = HeapAlloc(GetProcessHeap(), 0, n);
	if (p && !GetTokenInformation(token, class, p, n, &n)) {
		HeapFree(GetProcessHeap(), 0, p);
		p = NULL;
	}
	CloseHandle(token);
	return p;
}

/* BUILTIN's; they are what is called local groups. */
static BOOL is_alias(PSID sid)
{
	static const SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
	const SID *s = sid;

	return s->SubAuthorityCount == 2 &&
	       !memcmp(&s->IdentifierAuthority, &nt, sizeof nt) &&
	       s->SubAuthority[0] == SECURITY_BUILTIN_DOMAIN_RID;
}

static NET_API_STATUS find_user(struct user *u)
{
	DWORD n = ARRAYSIZE(u->name);
	TOKEN_USER *me = token_info(TokenUser);

	u->groups = token_info(TokenGroups);
	u->admin = FALSE;
	if (!me || !u->groups || !GetUserNameW(u->name, &n) ||
	    !CopySid(sizeof u->room, &u->sid, me->User.Sid)) {
		HeapFree(GetProcessHeap(), 0, me);
		HeapFree(GetProcessHeap(), 0, u->groups);
		return GetLastError();
	}
	HeapFree(GetProcessHeap(), 0, me);
	for (DWORD i = 0; i < u->groups->GroupCount; i++) {
		const SID *s = u->groups->Groups[i].Sid;

		if (is_alias((PSID)s) &&
		    s->SubAuthority[1] == DOMAIN_ALIAS_RID_ADMINS &&
		    u->groups->Groups[i].Attributes & SE_GROUP_ENABLED)
			u->admin = TRUE;
	}
	return NERR_Success;
}

static void forget(struct user *u)
{
	HeapFree(GetProcessHeap(), 0, u->groups);
}

/* ---- as structures ------------------------------------------------------- */

/*
 * A member each, in their order (lmaccess.h):
 *   n name   p no password   e an empty text   v privilege   f flags
 *   0 a zero   N never, no limit   u hours of a week   l those of logons
 *   s the server of logons   r the SID's last part   g the group's   i SID
 */
#define LEVEL2 "np0veefe0eeee00NNul00s00"
static const struct {
	DWORD level;
	BOOL listed; /* NetUserEnum() has it, too */
	const char *members;
} levels[] = {
	{ 0, TRUE, "n" },
	{ 1, TRUE, "np0veefe" },
	{ 2, TRUE, LEVEL2 },
	{ 3, TRUE, LEVEL2 "rgee0" },
	{ 4, FALSE, LEVEL2 "igee0" },
	{ 10, TRUE, "neee" },
	{ 11, TRUE, "neeev00ee0000s0eNul0" },
	{ 20, TRUE, "neefr" },
	{ 23, TRUE, "neefi" },
};

struct filling {
	const struct user *u;
	const char *members;
};

static void fill_user(struct pack *p, const void *arg)
{
	const struct filling *f = arg;
	const SID *sid = &f->u->sid;
	BYTE hours[21];

	memset(hours, 0xff, sizeof hours);
	for (const char *m = f->members; *m; m++)
		switch (*m) {
		case 'n':
			pack_text(p, f->u->name);
			break;
		case 'p':
			pack_text(p, NULL);
			break;
		case 'e':
			pack_text(p, L"");
			break;
		case 's':
			pack_text(p, L"\\\\*");
			break;
		case 'i':
			pack_bytes(p, sid, GetLengthSid((PSID)sid),
				   sizeof(ULONG));
			break;
		case 'l':
			pack_bytes(p, hours, sizeof hours, 1);
			break;
		case 'v':
			pack_number(p, f->u->admin ? USER_PRIV_ADMIN
						   : USER_PRIV_USER);
			break;
		case 'f':
			pack_number(p, UF_SCRIPT | UF_NORMAL_ACCOUNT);
			break;
		case 'u':
			pack_number(p, UNITS_PER_WEEK);
			break;
		case 'r':
			pack_number(p, sid->SubAuthority[sid->SubAuthorityCount -
							 1]);
			break;
		case 'g':
			pack_number(p, DOMAIN_GROUP_RID_USERS);
			break;
		default:
			pack_number(p, *m == 'N' ? TIMEQ_FOREVER : 0);
		}
	pack_end(p);
}

static NET_API_STATUS describe(struct user *u, DWORD level, BOOL listed,
			       LPBYTE *out)
{
	for (ULONG i = 0; i < ARRAYSIZE(levels); i++) {
		struct filling f = { u, levels[i].members };

		if (levels[i].level == level && (!listed || levels[i].listed))
			return pack(fill_user, &f, out);
	}
	return ERROR_INVALID_LEVEL;
}

/* Only the one name is known. */
static NET_API_STATUS check(LPCWSTR server, LPCWSTR name, struct user *u)
{
	NET_API_STATUS s;

	if (!is_here(server))
		return ERROR_BAD_NETPATH;
	if (!name)
		return ERROR_INVALID_PARAMETER;
	s = find_user(u);
	if (s || !_wcsicmp(name, u->name))
		return s;
	forget(u);
	return NERR_UserNotFound;
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR name, DWORD level,
				     LPBYTE *out)
{
	struct user u;
	NET_API_STATUS s;

	if (!out)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	s = check(server, name, &u);
	if (s)
		return s;
	s = describe(&u, level, FALSE, out);
	forget(&u);
	return s;
}

NET_API_STATUS WINAPI NetUserEnum(LPCWSTR server, DWORD level, DWORD filter,
				  LPBYTE *out, DWORD most, LPDWORD read,
				  LPDWORD total, LPDWORD resume)
{
	BOOL wanted = !filter || filter & FILTER_NORMAL_ACCOUNT;
	struct user u;
	NET_API_STATUS s;

	if (!out || !read || !total)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	*read = *total = 0;
	if (!is_here(server))
		return ERROR_BAD_NETPATH;
	s = find_user(&u);
	if (s)
		return s;
	s = describe(&u, level, TRUE, out);
	forget(&u);
	if (s)
		return s;
	if (wanted && !(resume && *resume)) {
		DWORD size;

		NetApiBufferSize(*out, &size);
		if (size > most) {
			NetApiBufferFree(*out);
			*out = NULL;
			return NERR_BufTooSmall;
		}
		*read = *total = 1;
	}
	if (resume)
		*resume = 0;
	return NERR_Success;
}

/* ---- groups -------------------------------------------------------------- */

struct group_list {
	const struct user *u;
	DWORD count, level;
};

static void fill_aliases(struct pack *p, const void *arg)
{
	struct group_list *g = (struct group_list *)arg;
	const TOKEN_GROUPS *t = g->u->groups;

	g->count = 0;
	for (DWORD i = 0; i < t->GroupCount; i++) {
		WCHAR name[GNLEN + 1], domain[DNLEN + 1];
		DWORD n = ARRAYSIZE(name), d = ARRAYSIZE(domain);
		SID_NAME_USE use;

		if (!is_alias(t->Groups[i].Sid) ||
		    !LookupAccountSidW(NULL, t->Groups[i].Sid, name, &n, domain,
				       &d, &use))
			continue;
		pack_text(p, name);
		g->count++;
	}
	pack_end(p);
}

static void fill_groups(struct pack *p, const void *arg)
{
	struct group_list *g = (struct group_list *)arg;

	/* What all have who are in no domain. */
	g->count = 1;
	pack_text(p, L"None");
	if (g->level)
		pack_number(p, SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT |
				       SE_GROUP_ENABLED);
	pack_end(p);
}

static NET_API_STATUS groups(LPCWSTR server, LPCWSTR name,
			     void (*fill)(struct pack *, const void *),
			     DWORD level, LPBYTE *out, DWORD most, LPDWORD read,
			     LPDWORD total)
{
	struct group_list g = { .level = level };
	struct user u;
	NET_API_STATUS s;
	DWORD size;

	if (!out || !read || !total)
		return ERROR_INVALID_PARAMETER;
	*out = NULL;
	*read = *total = 0;
	s = check(server, name, &u);
	if (s)
		return s;
	g.u = &u;
	s = pack(fill, &g, out);
	forget(&u);
	if (s)
		return s;
	NetApiBufferSize(*out, &size);
	if (size > most) {
		NetApiBufferFree(*out);
		*out = NULL;
		return NERR_BufTooSmall;
	}
	*read = *total = g.count;
	return NERR_Success;
}

NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR name,
					    DWORD level, DWORD flags,
					    LPBYTE *out, DWORD most,
					    LPDWORD read, LPDWORD total)
{
	if (level)
		return ERROR_INVALID_LEVEL;
	if (flags & ~(DWORD)LG_INCLUDE_INDIRECT)
		return ERROR_INVALID_PARAMETER;
	return groups(server, name, fill_aliases, level, out, most, read, total);
}

NET_API_STATUS WINAPI NetUserGetGroups(LPCWSTR server, LPCWSTR name,
				       DWORD level, LPBYTE *out, DWORD most,
				       LPDWORD read, LPDWORD total)
{
	if (level > 1)
		return ERROR_INVALID_LEVEL;
	return groups(server, name, fill_groups, level, out, most, read, total);
}
