/*
 * Who runs here: the environment, the names of the machine and the user, his
 * token's SIDs and whoami.exe say the same.
 */
// link: -lsecur32
#define SECURITY_WIN32
#include <windows.h>
#include <security.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

static char machine[64], user[300], sid[200];

static char *variable(const char *name)
{
	static char text[512];

	*text = 0;
	CHECK(GetEnvironmentVariableA(name, text, sizeof text), "%s", name);
	return text;
}

static void *information(TOKEN_INFORMATION_CLASS class)
{
	HANDLE token;
	DWORD n = 0;
	void *p;

	CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
	GetTokenInformation(token, class, NULL, 0, &n);
	p = malloc(n);
	CHECK(GetTokenInformation(token, class, p, n, &n));
	CloseHandle(token);
	return p;
}

static void put_sid(char *to, PSID s)
{
	char *text;

	CHECK(ConvertSidToStringSidA(s, &text));
	strcpy(to, text);
	LocalFree(text);
}

static void names(void)
{
	char name[257], domain[257], both[600], server[300] = "\\\\";
	DWORD n = sizeof machine;
	ULONG size = sizeof both;
	TOKEN_USER *u = information(TokenUser);
	SID_NAME_USE use;

	CHECK(GetComputerNameA(machine, &n));
	CHECK(!strcmp(variable("COMPUTERNAME"), machine));
	n = sizeof name;
	size = sizeof domain;
	CHECK(LookupAccountSidA(NULL, u->User.Sid, name, &n, domain, &size,
				&use));
	CHECK_EQ(use, SidTypeUser);
	put_sid(sid, u->User.Sid);
	free(u);
	CHECK(!lstrcmpiA(variable("USERNAME"), name));
	CHECK(!lstrcmpiA(variable("USERDOMAIN"), domain));
	CHECK(!lstrcmpiA(variable("USERDOMAIN_ROAMINGPROFILE"), domain));
	strcat(server, domain);
	CHECK(!strcmp(variable("LOGONSERVER"), server));
	snprintf(user, sizeof user, "%s\\%s", domain, name);
	size = sizeof both;
	CHECK(GetUserNameExA(NameSamCompatible, both, &size));
	CHECK(!lstrcmpiA(both, user), "%s %s", both, user);
	CharLowerA(user);
}

static void display_names(void)
{
	char text[100];
	WCHAR wide[100];
	DWORD n = sizeof text, language = 0;

	CHECK(LookupPrivilegeDisplayNameA(NULL, "SeShutdownPrivilege", text, &n,
					  &language));
	CHECK(!strcmp(text, "Shut down the system") || language != 0x409);
	CHECK_EQ(n, strlen(text));
	n = 3;
	CHECK(!LookupPrivilegeDisplayNameW(NULL, L"SeTimeZonePrivilege", wide,
					   &n, &language));
	CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
	CHECK(n > 3 && n < 100);
	CHECK(LookupPrivilegeDisplayNameW(NULL, L"SeTimeZonePrivilege", wide,
					  &n, &language));
	CHECK_EQ(n, lstrlenW(wide));
	CHECK(!LookupPrivilegeDisplayNameW(NULL, L"SeNoPrivilege", wide, &n,
					   &language));
	CHECK_EQ(GetLastError(), ERROR_NO_SUCH_PRIVILEGE);
}

/* ---- whoami.exe ---- */

/* What it prints on either, and its exit code. */
static char *run(const char *arguments, DWORD *code)
{
	static char text[65536];
	SECURITY_ATTRIBUTES sa = { sizeof sa, NULL, TRUE };
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESTDHANDLES };
	PROCESS_INFORMATION p;
	char line[200];
	DWORD got, n = 0;
	HANDLE r, w;

	CHECK(CreatePipe(&r, &w, &sa, 0));
	SetHandleInformation(r, HANDLE_FLAG_INHERIT, 0);
	si.hStdOutput = si.hStdError = w;
	si.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
	snprintf(line, sizeof line, "whoami.exe %s", arguments);
	CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &si,
			     &p));
	CloseHandle(w);
	while (n < sizeof text - 1 &&
	       ReadFile(r, text + n, sizeof text - 1 - n, &got, NULL) && got)
		n += got;
	text[n] = 0;
	CloseHandle(r);
	WaitForSingleObject(p.hProcess, INFINITE);
	GetExitCodeProcess(p.hProcess, code);
	CloseHandle(p.hProcess);
	CloseHandle(p.hThread);
	return text;
}

static void prints(const char *arguments, const char *want)
{
	DWORD code = 1;
	char *got = run(arguments, &code);

	CHECK(!strcmp(got, want), "%s: %s", arguments, got);
	CHECK_EQ(code, 0);
}

static void has(const char *arguments, const char *part)
{
	DWORD code = 1;
	char *got = run(arguments, &code);

	CHECK(strstr(got, part), "%s: %s", arguments, got);
	CHECK_EQ(code, 0);
}

static void fails(const char *arguments)
{
	DWORD code = 0;
	char *got = run(arguments, &code);

	CHECK(!strncmp(got, "ERROR:", 6), "%s: %s", arguments, got);
	CHECK_EQ(code, 1);
}

static void user_in_all_forms(void)
{
	char want[2000], rule[600];
	size_t n = strlen(user), m = strlen(sid);

	n = n < 9 ? 9 : n;
	snprintf(want, sizeof want, "%s\r\n", user);
	prints("", want);
	snprintf(want, sizeof want, "\"%s\",\"%s\"\r\n", user, sid);
	prints("/user /fo csv /nh", want);
	snprintf(want, sizeof want,
		 "\"User Name\",\"SID\"\r\n\"%s\",\"%s\"\r\n", user, sid);
	prints("/USER -FO CSV", want);
	memset(rule, '=', n + 1 + m);
	rule[n] = ' ';
	rule[n + 1 + m] = 0;
	snprintf(want, sizeof want,
		 "\r\nUSER INFORMATION\r\n----------------\r\n\r\n"
		 "%-*s %-*s\r\n%s\r\n%-*s %s\r\n",
		 (int)n, "User Name", (int)m, "SID", rule, (int)n, user, sid);
	prints("/user", want);
	snprintf(want, sizeof want,
		 "\r\nUSER INFORMATION\r\n----------------\r\n\r\n"
		 "User Name: %s\r\nSID:       %s\r\n",
		 user, sid);
	prints("/fo list /user", want);
}

static void groups_and_privileges(void)
{
	TOKEN_GROUPS *g = information(TokenGroups);
	TOKEN_PRIVILEGES *p = information(TokenPrivileges);
	char text[300], name[64];

	for (DWORD i = 0; i < g->GroupCount; i++) {
		DWORD a = g->Groups[i].Attributes;

		if ((a & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID) {
			put_sid(text, g->Groups[i].Sid);
			strcat(text, "\r\n");
			prints("/logonid", text);
			continue;
		}
	}
	has("/groups /fo csv",
	    "\"Group Name\",\"Type\",\"SID\",\"Attributes\"");
	has("/groups /fo csv",
	    "\"Everyone\",\"Well-known group\",\"S-1-1-0\",\"Mandatory group, "
	    "Enabled by default, Enabled group\"");
	has("/groups /nh", "Mandatory Label\\");
	for (DWORD i = 0; i < p->PrivilegeCount && i < 3; i++) {
		DWORD n = sizeof name;

		CHECK(LookupPrivilegeNameA(NULL, &p->Privileges[i].Luid, name,
					   &n));
		snprintf(text, sizeof text, "\r\n%s ", name);
		has("/priv", text);
	}
	has("/priv /fo csv /nh",
	    "\"SeChangeNotifyPrivilege\",\"Bypass traverse checking\","
	    "\"Enabled\"");
	has("/all", "\r\nGROUP INFORMATION\r\n-----------------\r\n");
	has("/all", "\r\nPRIVILEGES INFORMATION\r\n----------------------\r\n");
	free(g);
	free(p);
}

int main(void)
{
	names();
	display_names();
	user_in_all_forms();
	groups_and_privileges();
	fails("/fo csv");
	fails("/user /fo xml");
	fails("/user /fo list /nh");
	fails("/logonid /user");
	fails("/user /user");
	fails("/nothing");
	fails("/fqdn");
	fails("/upn");
	return check_done();
}
