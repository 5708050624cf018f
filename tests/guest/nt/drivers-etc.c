/*
 * drivers\etc: files to be read that the folder lists once each, and name
 * lookup that says what they say.  A sandbox may show none of them.
 */
#include <winsock2.h>
#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/check.h"

static char folder[MAX_PATH];

static char *path_of(const char *name)
{
	static char path[2 * MAX_PATH];

	wsprintfA(path, "%s\\%s", folder, name);
	return path;
}

/* The whole file as text; NULL: there is none. */
static char *text_of(const char *name, DWORD *size)
{
	HANDLE h = CreateFileA(path_of(name), GENERIC_READ, FILE_SHARE_READ,
			       NULL, OPEN_EXISTING, 0, NULL);
	DWORD n = 0;
	char *text;

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	*size = GetFileSize(h, NULL);
	text = malloc(*size + 1);
	CHECK(text && ReadFile(h, text, *size, &n, NULL));
	CHECK_EQ(n, *size);
	text[n] = 0;
	CloseHandle(h);
	return text;
}

static int listed(const char *name, WIN32_FIND_DATAA *d)
{
	WIN32_FIND_DATAA one;
	HANDLE h = FindFirstFileA(path_of("*"), &one);
	int n = 0;

	CHECK(h != INVALID_HANDLE_VALUE);
	do {
		if (!strcmp(one.cFileName, name)) {
			*d = one;
			n++;
		}
	} while (FindNextFileA(h, &one));
	CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
	FindClose(h);
	return n;
}

/* 1: the file is there; as it is if run-foreign's host has it. */
static int one_file(const char *name, const char *upper, const char *host)
{
	WIN32_FILE_ATTRIBUTE_DATA a;
	WIN32_FIND_DATAA d;
	char final[2 * MAX_PATH];
	DWORD size = 0;
	char *text;
	HANDLE h;

	if (!GetFileAttributesExA(path_of(name), GetFileExInfoStandard, &a)) {
		CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
		CHECK_EQ(listed(name, &d), 0);
		CHECK(GetFileAttributesA(host) == INVALID_FILE_ATTRIBUTES);
		return 0;
	}
	CHECK(!(a.dwFileAttributes &
		(FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)),
	      "%s %lx", name, a.dwFileAttributes);
	text = text_of(name, &size);
	CHECK(text);
	CHECK_EQ(a.nFileSizeLow, size);
	free(text);
	text = text_of(upper, &size);
	CHECK(text);
	free(text);
	CHECK_EQ(listed(name, &d), 1);
	CHECK_EQ(d.nFileSizeLow, size);
	CHECK_EQ(d.dwFileAttributes, a.dwFileAttributes);
	CHECK_EQ(CompareFileTime(&d.ftLastWriteTime, &a.ftLastWriteTime), 0);
	/* One name is asked for without a listing. */
	h = FindFirstFileA(path_of(upper), &d);
	CHECK(h != INVALID_HANDLE_VALUE && !strcmp(d.cFileName, name), "%s",
	      name);
	FindClose(h);

	h = CreateFileA(path_of(name), GENERIC_READ, FILE_SHARE_READ, NULL,
			OPEN_EXISTING, 0, NULL);
	CHECK(h != INVALID_HANDLE_VALUE);
	CHECK(GetFinalPathNameByHandleA(h, final, sizeof final, 0));
	CHECK(!lstrcmpiA(final + 4, path_of(name)), "%s", final);
	CloseHandle(h);
	return 1;
}

/* Administrators may on Windows; nobody here. */
static void not_changed(const char *name)
{
	CHECK(CreateFileA(path_of(name), GENERIC_WRITE,
			  FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			  OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(CreateFileA(path_of(name), DELETE, 7, NULL, OPEN_EXISTING, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
	CHECK(CreateFileA(path_of(name), GENERIC_READ, 7, NULL, CREATE_NEW, 0,
			  NULL) == INVALID_HANDLE_VALUE);
	CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
}

/* ---- what they say ---- */

struct line {
	char *word[40];
	int n;
};

/* The next line that says something; 0: none.  Ends words with NULs. */
static int next_line(char **at, struct line *l)
{
	while (**at) {
		char *p = *at, *end = p + strcspn(p, "\n");
		char *w;

		*at = *end ? end + 1 : end;
		*end = 0;
		p[strcspn(p, "#;")] = 0;
		l->n = 0;
		for (w = strtok(p, " \t\r"); w; w = strtok(NULL, " \t\r"))
			if (l->n < 40)
				l->word[l->n++] = w;
		if (l->n >= 2)
			return 1;
	}
	return 0;
}

enum { MAX_LINES = 200 };

/* The first line that has a name for a protocol is the one that counts. */
static void services(void)
{
	static struct line lines[MAX_LINES];
	DWORD size;
	char *text = text_of("services", &size), *at = text;
	int n = 0;

	while (text && n < MAX_LINES && next_line(&at, &lines[n]))
		n += strchr(lines[n].word[1], '/') != NULL;
	for (int i = 0; i < n; i++) {
		const struct line *l = &lines[i];
		const char *protocol = strchr(l->word[1], '/') + 1;
		const char *name = l->word[l->n > 2 && i % 2 ? 2 : 0];
		int by_name = -1, by_port = -1;
		struct servent *s;

		for (int k = 0; k <= i; k++) {
			if (lstrcmpiA(strchr(lines[k].word[1], '/') + 1,
				      protocol))
				continue;
			if (by_port < 0 &&
			    atoi(lines[k].word[1]) == atoi(l->word[1]))
				by_port = k;
			for (int w = 0; w < lines[k].n && by_name < 0; w++)
				if (w != 1 &&
				    !lstrcmpiA(lines[k].word[w], name))
					by_name = k;
		}
		s = getservbyname(name, protocol);
		CHECK(s && ntohs(s->s_port) == atoi(lines[by_name].word[1]) &&
			      !strcmp(s->s_name, lines[by_name].word[0]) &&
			      !lstrcmpiA(s->s_proto, protocol),
		      "%s %s", name, protocol);
		for (int w = 2; s && w < lines[by_name].n; w++)
			CHECK(s->s_aliases[w - 2] &&
				      !strcmp(s->s_aliases[w - 2],
					      lines[by_name].word[w]),
			      "%s", lines[by_name].word[w]);
		s = getservbyport(htons((u_short)atoi(l->word[1])), protocol);
		CHECK(s && !strcmp(s->s_name, lines[by_port].word[0]), "%s",
		      l->word[1]);
	}
	free(text);
	/* Files or not. */
	CHECK(getservbyname("https", "tcp"));
	CHECK(!getservbyname("no such service", NULL));
	CHECK_EQ(WSAGetLastError(), WSANO_DATA);
	CHECK(!getservbyname("https", "no such protocol"));
}

static void protocols(void)
{
	DWORD size;
	char *text = text_of("protocol", &size), *at = text;
	static unsigned char seen[256];
	struct line l;

	while (text && next_line(&at, &l)) {
		struct protoent *p = getprotobyname(l.word[0]);
		int number = atoi(l.word[1]);

		CHECK(p && p->p_proto == number, "%s", l.word[0]);
		if (l.n > 2) {
			CHECK(p && p->p_aliases[0] &&
				      !strcmp(p->p_aliases[0], l.word[2]),
			      "%s", l.word[2]);
			p = getprotobyname(l.word[2]);
			CHECK(p && p->p_proto == number, "%s", l.word[2]);
		}
		if (number < 256 && !seen[number]++) {
			p = getprotobynumber(number);
			CHECK(p && !strcmp(p->p_name, l.word[0]), "%s",
			      l.word[0]);
		}
	}
	free(text);
	CHECK(getprotobyname("tcp") && getprotobyname("tcp")->p_proto == 6);
	CHECK(!getprotobyname("no such protocol"));
	CHECK_EQ(WSAGetLastError(), WSANO_DATA);
	CHECK(!getprotobynumber(-1));
}

int main(void)
{
	static const char *const names[][3] = {
		{ "hosts", "HOSTS", "Z:\\etc\\hosts" },
		{ "networks", "NetWorks", "Z:\\etc\\networks" },
		{ "protocol", "PROTOCOL", "Z:\\etc\\protocols" },
		{ "services", "Services", "Z:\\etc\\services" },
	};
	WSADATA data;

	CHECK(!getservbyname("http", NULL));
	CHECK_EQ(WSAGetLastError(), WSANOTINITIALISED);
	CHECK_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	GetSystemDirectoryA(folder, sizeof folder);
	strcat(folder, "\\drivers\\etc");
	for (int i = 0; i < 4; i++)
		if (one_file(names[i][0], names[i][1], names[i][2]))
			not_changed(names[i][0]);
	services();
	protocols();
	WSACleanup();
	return check_done();
}
