/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * args.c - the command line as argc and argv.
 *
 * Microsoft's rules: 2n backslashes before a quote are n and the quote toggles,
 * 2n+1 are n and a literal quote, two quotes inside a quoted part are one; the
 * program's own name knows no backslashes.  Wildcards are expanded when the
 * start-up code asks for it, and only where they were not quoted.
 */
#include "crt.h"

#undef __argc
#undef __argv
#undef __wargv

char *crt_acmdln;
wchar_t *crt_wcmdln;
int crt_argc;
char **crt_argv;
wchar_t **crt_wargv;
char *crt_pgmptr;
wchar_t *crt_wpgmptr;
char **crt_initenv;
wchar_t **crt_winitenv;
int crt_app_type;

struct arg_list {
	wchar_t **v;
	int n, room;
};

static int add_arg(struct arg_list *l, wchar_t *arg)
{
	if (l->n == l->room) {
		int room = l->room ? l->room * 2 : 16;
		wchar_t **v = realloc(l->v, (size_t)room * sizeof(*v));

		if (!v)
			return -1;
		l->v = v;
		l->room = room;
	}
	l->v[l->n++] = arg;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return _wcsicmp(*(wchar_t *const *)a, *(wchar_t *const *)b);
}

/* Adds the files that match; the pattern itself when there are none. */
static int add_expanded(struct arg_list *l, wchar_t *pattern)
{
	WIN32_FIND_DATAW d;
	wchar_t *base = pattern, *p;
	int first = l->n;
	HANDLE h;

	for (p = pattern; *p; p++)
		if (*p == '\\' || *p == '/' || (*p == ':' && p == pattern + 1))
			base = p + 1;
	if (!wcspbrk(pattern, L"*?"))
		return add_arg(l, pattern);
	h = FindFirstFileW(pattern, &d);
	if (h == INVALID_HANDLE_VALUE)
		return add_arg(l, pattern);
	do {
		size_t dir = (size_t)(base - pattern);
		size_t n = wcslen(d.cFileName) + 1;

		if (!wcscmp(d.cFileName, L".") || !wcscmp(d.cFileName, L".."))
			continue;
		p = malloc((dir + n) * sizeof(*p));
		if (!p || add_arg(l, p) < 0) {
			FindClose(h);
			return -1;
		}
		memcpy(p, pattern, dir * sizeof(*p));
		memcpy(p + dir, d.cFileName, n * sizeof(*p));
	} while (FindNextFileW(h, &d));
	FindClose(h);
	if (l->n == first)
		return add_arg(l, pattern);
	qsort(l->v + first, (size_t)(l->n - first), sizeof(*l->v), by_name);
	return 0;
}

/* The vector is malloc'ed and ends with NULL; returns argc or -1. */
int crt_split_args(const wchar_t *cmd, int expand, wchar_t ***argv)
{
	struct arg_list l = { NULL, 0, 0 };
	wchar_t *text = malloc((wcslen(cmd) + 2) * sizeof(*text));
	wchar_t *out = text, *arg;
	int quoted, wild;

	if (!text)
		return -1;
	arg = out;
	for (quoted = 0; *cmd && (quoted || (*cmd != ' ' && *cmd != '\t'));
	     cmd++) {
		if (*cmd == '"')
			quoted = !quoted;
		else
			*out++ = *cmd;
	}
	*out++ = 0;
	if (add_arg(&l, arg) < 0)
		return -1;

	for (;;) {
		while (*cmd == ' ' || *cmd == '\t')
			cmd++;
		if (!*cmd)
			break;
		arg = out;
		for (quoted = wild = 0;
		     *cmd && (quoted || (*cmd != ' ' && *cmd != '\t'));) {
			size_t slashes = 0;

			while (*cmd == '\\') {
				slashes++;
				cmd++;
			}
			if (*cmd == '"') {
				for (size_t i = slashes / 2; i; i--)
					*out++ = '\\';
				if (slashes & 1) {
					*out++ = '"';
				} else if (quoted && cmd[1] == '"') {
					*out++ = '"';
					cmd++;
				} else {
					quoted = !quoted;
				}
				cmd++;
				continue;
			}
			while (slashes--)
				*out++ = '\\';
			if (!*cmd || (!quoted && (*cmd == ' ' || *cmd == '\t')))
				break;
			if (!quoted && (*cmd == '*' || *cmd == '?'))
				wild = 1;
			*out++ = *cmd++;
		}
		*out++ = 0;
		if ((expand && wild ? add_expanded(&l, arg)
				    : add_arg(&l, arg)) < 0)
			return -1;
	}
	if (add_arg(&l, NULL) < 0)
		return -1;
	*argv = l.v;
	return l.n - 1;
}

static wchar_t *command_line(void)
{
	if (!crt_wcmdln)
		crt_wcmdln = GetCommandLineW();
	return crt_wcmdln;
}

static int make_wargv(int expand)
{
	if (crt_wargv)
		return 0;
	if (*command_line() == 0) { /* a program needs its name */
		static wchar_t name[MAX_PATH];

		GetModuleFileNameW(NULL, name, MAX_PATH);
		crt_wargv = malloc(2 * sizeof(*crt_wargv));
		if (!crt_wargv)
			return -1;
		crt_wargv[0] = name;
		crt_wargv[1] = NULL;
		crt_argc = 1;
		return 0;
	}
	crt_argc = crt_split_args(command_line(), expand, &crt_wargv);
	return crt_argc < 0 ? -1 : 0;
}

static int make_argv(int expand)
{
	size_t bytes = 0;
	int i, n;
	char *p, *end;

	if (crt_argv)
		return 0;
	if (make_wargv(expand) < 0)
		return -1;
	n = crt_argc;
	for (i = 0; i < n; i++)
		bytes += wcslen(crt_wargv[i]) * 3 + 1;
	crt_argv = malloc((size_t)(n + 1) * sizeof(*crt_argv) + bytes);
	if (!crt_argv)
		return -1;
	p = (char *)(crt_argv + n + 1);
	end = p + bytes;
	for (i = 0; i < n; i++) {
		crt_argv[i] = p;
		p += WideCharToMultiByte(crt_file_cp(), 0, crt_wargv[i], -1, p,
					 (int)(end - p), NULL, NULL);
	}
	crt_argv[n] = NULL;
	return 0;
}

int _configure_narrow_argv(int mode) /* 0 none, 1 plain, 2 expanded */
{
	CRT_REQUIRE_E(mode >= 0 && mode <= 2, EINVAL);
	return mode && make_argv(mode == 2) < 0 ? ENOMEM : 0;
}

int _configure_wide_argv(int mode)
{
	CRT_REQUIRE_E(mode >= 0 && mode <= 2, EINVAL);
	return mode && make_wargv(mode == 2) < 0 ? ENOMEM : 0;
}

static void program_name(void)
{
	wchar_t name[1024];
	DWORD n;

	if (crt_wpgmptr)
		return;
	n = GetModuleFileNameW(NULL, name, 1023);

	name[n] = 0;
	crt_wpgmptr = _wcsdup(name);
	crt_pgmptr = crt_narrow(name);
}

/* msvcrt's start-up; the last argument is { int newmode; }. */
int __getmainargs(int *argc, char ***argv, char ***env, int expand,
		  int *startinfo)
{
	if (startinfo)
		_set_new_mode(*startinfo);
	if (make_argv(expand) < 0)
		return -1;
	program_name(); /* msvcrt's _pgmptr and _wpgmptr are variables */
	*argc = crt_argc;
	*argv = crt_argv;
	*env = crt_initenv = crt_get_environ();
	return 0;
}

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***env, int expand,
		   int *startinfo)
{
	if (startinfo)
		_set_new_mode(*startinfo);
	if (make_wargv(expand) < 0)
		return -1;
	program_name();
	*argc = crt_argc;
	*argv = crt_wargv;
	*env = crt_winitenv = crt_get_wenviron();
	return 0;
}

int *__p___argc(void)
{
	return &crt_argc;
}

char ***__p___argv(void)
{
	return &crt_argv;
}

wchar_t ***__p___wargv(void)
{
	return &crt_wargv;
}

char **__p__acmdln(void)
{
	if (!crt_acmdln)
		crt_acmdln = GetCommandLineA();
	return &crt_acmdln;
}

wchar_t **__p__wcmdln(void)
{
	command_line();
	return &crt_wcmdln;
}

/* The command line behind the program's name. */
char *_get_narrow_winmain_command_line(void)
{
	char *p = *__p__acmdln();
	int quoted = 0;

	for (; *p && (quoted || (unsigned char)*p > ' '); p++)
		if (*p == '"')
			quoted = !quoted;
	while (*p && (unsigned char)*p <= ' ')
		p++;
	return p;
}

wchar_t *_get_wide_winmain_command_line(void)
{
	wchar_t *p = command_line();
	int quoted = 0;

	for (; *p && (quoted || *p > ' '); p++)
		if (*p == '"')
			quoted = !quoted;
	while (*p && *p <= ' ')
		p++;
	return p;
}

char **__p__pgmptr(void)
{
	program_name();
	return &crt_pgmptr;
}

wchar_t **__p__wpgmptr(void)
{
	program_name();
	return &crt_wpgmptr;
}

errno_t _get_pgmptr(char **p)
{
	CRT_REQUIRE_E(p, EINVAL);
	*p = *__p__pgmptr();
	return 0;
}

errno_t _get_wpgmptr(wchar_t **p)
{
	CRT_REQUIRE_E(p, EINVAL);
	*p = *__p__wpgmptr();
	return 0;
}

char ***__p___initenv(void)
{
	if (!crt_initenv)
		crt_initenv = crt_get_environ();
	return &crt_initenv;
}

wchar_t ***__p___winitenv(void)
{
	if (!crt_winitenv)
		crt_winitenv = crt_get_wenviron();
	return &crt_winitenv;
}

void __set_app_type(int type)
{
	crt_app_type = type;
}

int __query_app_type(void)
{
	return crt_app_type;
}
