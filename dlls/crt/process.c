/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - _spawn, _exec, system, _popen, _cwait.
 *
 * Arguments are joined with single spaces and no quoting, as Microsoft
 * documents.  _exec starts the new program and ends this one; who waits for
 * this one's process sees its end at once: so it is on Windows.
 */
#include "crt.h"

enum { P_WAIT_, P_NOWAIT_, P_OVERLAY_, P_NOWAITO_, P_DETACH_ };

static wchar_t *join(const wchar_t *const *argv)
{
	size_t n = 2;
	wchar_t *line, *p;

	for (int i = 0; argv[i]; i++)
		n += wcslen(argv[i]) + 1;
	p = line = malloc(n * sizeof(*p));
	if (!line)
		return NULL;
	for (int i = 0; argv[i]; i++) {
		size_t k = wcslen(argv[i]);

		if (i)
			*p++ = ' ';
		memcpy(p, argv[i], k * sizeof(*p));
		p += k;
	}
	*p = 0;
	return line;
}

static intptr_t start(int mode, const wchar_t *file, wchar_t *line,
		      wchar_t *env)
{
	STARTUPINFOW si = { .cb = sizeof(si) };
	PROCESS_INFORMATION pi;
	DWORD flags = CREATE_UNICODE_ENVIRONMENT, code;
	WORD size;

	si.lpReserved2 = crt_inherit_block(&size, mode == P_DETACH_);
	si.cbReserved2 = size;
	if (!si.lpReserved2)
		return -1;
	if (mode == P_DETACH_)
		flags |= DETACHED_PROCESS;
	crt_ptd()->doserr = 0;
	if (!CreateProcessW(file, line, NULL, NULL, TRUE, flags, env, NULL, &si,
			    &pi)) {
		free(si.lpReserved2);
		return crt_fail_win32();
	}
	free(si.lpReserved2);
	CloseHandle(pi.hThread);
	switch (mode) {
	case P_OVERLAY_:
		_exit(0);
	case P_WAIT_:
		WaitForSingleObject(pi.hProcess, INFINITE);
		GetExitCodeProcess(pi.hProcess, &code);
		CloseHandle(pi.hProcess);
		return (intptr_t)(int)code;
	case P_DETACH_:
		CloseHandle(pi.hProcess);
		return 0;
	default:
		return (intptr_t)pi.hProcess;
	}
}

/* As written, then with .com .exe .bat .cmd where it has no extension. */
static intptr_t try_file(int mode, const wchar_t *file, const wchar_t *line,
			 wchar_t *env)
{
	static const wchar_t *const ext[] = { L".com", L".exe", L".bat",
					      L".cmd" };
	size_t n = wcslen(file);
	const wchar_t *base = file, *p;
	wchar_t *full, *copy;
	intptr_t ret = -1;
	int found = 0;

	for (p = file; *p; p++)
		if (*p == '\\' || *p == '/' || *p == ':')
			base = p + 1;
	full = malloc((n + 7) * sizeof(*full));
	if (!full)
		return -1;
	wcscpy(full, file);
	/* CreateProcess wants a path that is not searched for. */
	if (wcschr(base, '.')) {
		found = _waccess(full, 0) == 0;
	} else {
		for (size_t i = 0; i < COUNT_OF(ext) && !found; i++) {
			wcscpy(full + n, ext[i]);
			found = _waccess(full, 0) == 0;
		}
	}
	if (!found) {
		crt_errno = ENOENT;
		crt_ptd()->doserr = ERROR_FILE_NOT_FOUND;
	} else {
		copy = _wcsdup(line);
		if (copy)
			ret = start(mode, full, copy, env);
		free(copy);
	}
	free(full);
	return ret;
}

static intptr_t spawn(int mode, const wchar_t *file, const wchar_t *const *argv,
		      const wchar_t *const *envp, int search)
{
	wchar_t *line, *env = NULL, *path;
	const wchar_t *p;
	intptr_t ret;
	int e;

	CRT_REQUIRE(file && *file && argv && argv[0] && *argv[0], EINVAL, -1);
	CRT_REQUIRE(mode >= P_WAIT_ && mode <= P_DETACH_, EINVAL, -1);
	line = join(argv);
	if (envp)
		env = crt_env_block(envp);
	if (!line || (envp && !env)) {
		free(line);
		return -1;
	}
	e = crt_errno;
	crt_errno = 0;
	ret = try_file(mode, file, line, env);
	if (ret == -1 && search && crt_errno == ENOENT &&
	    !wcspbrk(file, L"\\/:") && (p = _wgetenv(L"PATH"))) {
		path = malloc((wcslen(p) + wcslen(file) + 8) * sizeof(*path));
		while (path && *p && ret == -1) {
			size_t n = wcscspn(p, L";"), k = 0;

			for (size_t i = 0; i < n; i++)
				if (p[i] != '"')
					path[k++] = p[i];
			if (k && path[k - 1] != '\\' && path[k - 1] != '/')
				path[k++] = '\\';
			wcscpy(path + k, file);
			if (k) {
				crt_errno = 0;
				ret = try_file(mode, path, line, env);
				if (ret == -1 && crt_errno != ENOENT)
					break;
			}
			p += n + (p[n] == ';');
		}
		free(path);
	}
	if (ret != -1 || !crt_errno)
		crt_errno = ret != -1 ? e : ENOENT;
	free(line);
	free(env);
	return ret;
}

intptr_t _wspawnv(int mode, const wchar_t *file, const wchar_t *const *argv)
{
	return spawn(mode, file, argv, NULL, 0);
}

intptr_t _wspawnve(int mode, const wchar_t *file, const wchar_t *const *argv,
		   const wchar_t *const *envp)
{
	return spawn(mode, file, argv, envp, 0);
}

intptr_t _wspawnvp(int mode, const wchar_t *file, const wchar_t *const *argv)
{
	return spawn(mode, file, argv, NULL, 1);
}

intptr_t _wspawnvpe(int mode, const wchar_t *file, const wchar_t *const *argv,
		    const wchar_t *const *envp)
{
	return spawn(mode, file, argv, envp, 1);
}

static wchar_t **widen(const char *const *v)
{
	size_t n = 0;
	wchar_t **w;

	if (!v)
		return NULL;
	while (v[n])
		n++;
	w = calloc(n + 1, sizeof(*w));
	for (size_t i = 0; w && i < n; i++)
		w[i] = crt_wide(v[i]);
	return w;
}

static void release(wchar_t **w)
{
	for (size_t i = 0; w && w[i]; i++)
		free(w[i]);
	free(w);
}

static intptr_t spawn_narrow(int mode, const char *file,
			     const char *const *argv, const char *const *envp,
			     int search)
{
	wchar_t *wfile, **wargv, **wenvp;
	intptr_t ret = -1;

	CRT_REQUIRE(file && *file && argv && argv[0] && *argv[0], EINVAL, -1);
	wfile = crt_wide(file);
	wargv = widen(argv);
	wenvp = widen(envp);
	if (wfile && wargv && (wenvp || !envp))
		ret = spawn(mode, wfile, (const wchar_t *const *)wargv,
			    (const wchar_t *const *)wenvp, search);
	free(wfile);
	release(wargv);
	release(wenvp);
	return ret;
}

intptr_t _spawnv(int mode, const char *file, const char *const *argv)
{
	return spawn_narrow(mode, file, argv, NULL, 0);
}

intptr_t _spawnve(int mode, const char *file, const char *const *argv,
		  const char *const *envp)
{
	return spawn_narrow(mode, file, argv, envp, 0);
}

intptr_t _spawnvp(int mode, const char *file, const char *const *argv)
{
	return spawn_narrow(mode, file, argv, NULL, 1);
}

intptr_t _spawnvpe(int mode, const char *file, const char *const *argv,
		   const char *const *envp)
{
	return spawn_narrow(mode, file, argv, envp, 1);
}

intptr_t _execv(const char *file, const char *const *argv)
{
	return spawn_narrow(P_OVERLAY_, file, argv, NULL, 0);
}

intptr_t _execve(const char *file, const char *const *argv,
		 const char *const *envp)
{
	return spawn_narrow(P_OVERLAY_, file, argv, envp, 0);
}

intptr_t _execvp(const char *file, const char *const *argv)
{
	return spawn_narrow(P_OVERLAY_, file, argv, NULL, 1);
}

intptr_t _execvpe(const char *file, const char *const *argv,
		  const char *const *envp)
{
	return spawn_narrow(P_OVERLAY_, file, argv, envp, 1);
}

intptr_t _wexecv(const wchar_t *file, const wchar_t *const *argv)
{
	return spawn(P_OVERLAY_, file, argv, NULL, 0);
}

intptr_t _wexecve(const wchar_t *file, const wchar_t *const *argv,
		  const wchar_t *const *envp)
{
	return spawn(P_OVERLAY_, file, argv, envp, 0);
}

intptr_t _wexecvp(const wchar_t *file, const wchar_t *const *argv)
{
	return spawn(P_OVERLAY_, file, argv, NULL, 1);
}

intptr_t _wexecvpe(const wchar_t *file, const wchar_t *const *argv,
		   const wchar_t *const *envp)
{
	return spawn(P_OVERLAY_, file, argv, envp, 1);
}

/* The l forms: arguments up to NULL, then perhaps the environment. */
#define LIST_MAX 512
#define COLLECT(CH)                                                            \
	const CH *argv[LIST_MAX];                                              \
	const CH *const *envp = NULL;                                          \
	va_list ap;                                                            \
	int n = 0;                                                             \
                                                                               \
	va_start(ap, arg0);                                                    \
	argv[n++] = arg0;                                                      \
	while (argv[n - 1] && n < LIST_MAX)                                    \
		argv[n++] = va_arg(ap, const CH *);                            \
	argv[n - 1] = NULL

#define SPAWNL(NAME, CH, HOW, WITH_ENV, SEARCH)                                \
	intptr_t NAME(int mode, const CH *file, const CH *arg0, ...)           \
	{                                                                      \
		COLLECT(CH);                                                   \
		if (WITH_ENV)                                                  \
			envp = va_arg(ap, const CH *const *);                  \
		va_end(ap);                                                    \
		return HOW(mode, file, argv, envp, SEARCH);                    \
	}

#define EXECL(NAME, CH, HOW, WITH_ENV, SEARCH)                                 \
	intptr_t NAME(const CH *file, const CH *arg0, ...)                     \
	{                                                                      \
		COLLECT(CH);                                                   \
		if (WITH_ENV)                                                  \
			envp = va_arg(ap, const CH *const *);                  \
		va_end(ap);                                                    \
		return HOW(P_OVERLAY_, file, argv, envp, SEARCH);              \
	}

SPAWNL(_spawnl, char, spawn_narrow, 0, 0)
SPAWNL(_spawnle, char, spawn_narrow, 1, 0)
SPAWNL(_spawnlp, char, spawn_narrow, 0, 1)
SPAWNL(_spawnlpe, char, spawn_narrow, 1, 1)
SPAWNL(_wspawnl, wchar_t, spawn, 0, 0)
SPAWNL(_wspawnle, wchar_t, spawn, 1, 0)
SPAWNL(_wspawnlp, wchar_t, spawn, 0, 1)
SPAWNL(_wspawnlpe, wchar_t, spawn, 1, 1)
EXECL(_execl, char, spawn_narrow, 0, 0)
EXECL(_execle, char, spawn_narrow, 1, 0)
EXECL(_execlp, char, spawn_narrow, 0, 1)
EXECL(_execlpe, char, spawn_narrow, 1, 1)
EXECL(_wexecl, wchar_t, spawn, 0, 0)
EXECL(_wexecle, wchar_t, spawn, 1, 0)
EXECL(_wexeclp, wchar_t, spawn, 0, 1)
EXECL(_wexeclpe, wchar_t, spawn, 1, 1)

intptr_t _cwait(int *status, intptr_t h, int action)
{
	DWORD code;

	if (WaitForSingleObject((HANDLE)h, INFINITE) != WAIT_OBJECT_0 ||
	    !GetExitCodeProcess((HANDLE)h, &code)) {
		crt_ptd()->doserr = NtCurrentTeb()->LastErrorValue;
		crt_errno = ECHILD;
		if (status)
			*status = -1;
		return -1;
	}
	if (status)
		*status = (int)code;
	CloseHandle((HANDLE)h);
	return h;
}

/* --------------------------------------------------------------- system */

static wchar_t *shell_line(const wchar_t *command, const wchar_t **shell)
{
	wchar_t *line;

	*shell = _wgetenv(L"COMSPEC");
	if (!*shell || !**shell)
		*shell = L"cmd.exe";
	line = malloc((wcslen(*shell) + wcslen(command) + 8) * sizeof(*line));
	if (!line)
		return NULL;
	wcscpy(line, *shell);
	wcscat(line, L" /c ");
	wcscat(line, command);
	return line;
}

/* NULL for the path when the shell is only a name: then it is searched. */
static const wchar_t *shell_path(const wchar_t *shell)
{
	return wcspbrk(shell, L"\\/") ? shell : NULL;
}

int _wsystem(const wchar_t *command)
{
	const wchar_t *shell;
	wchar_t *line;
	int ret;

	if (!command) {
		shell = _wgetenv(L"COMSPEC");
		return shell && _waccess(shell, 0) == 0;
	}
	line = shell_line(command, &shell);
	if (!line)
		return -1;
	fflush(NULL);
	ret = (int)start(P_WAIT_, shell_path(shell), line, NULL);
	free(line);
	return ret;
}

int system(const char *command)
{
	wchar_t *w;
	int ret;

	if (!command)
		return _wsystem(NULL);
	w = crt_wide(command);
	ret = w ? _wsystem(w) : -1;
	free(w);
	return ret;
}

/* ---------------------------------------------------------------- popen */

FILE *_wpopen(const wchar_t *command, const wchar_t *mode)
{
	STARTUPINFOW si = { .cb = sizeof(si), .dwFlags = STARTF_USESTDHANDLES };
	SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
	PROCESS_INFORMATION pi;
	const wchar_t *shell;
	wchar_t *line, fmode[3] = { 0 };
	HANDLE ours, theirs, rd, wr;
	int reading, fd;
	FILE *f = NULL;

	CRT_REQUIRE(command && mode, EINVAL, NULL);
	while (*mode == ' ')
		mode++;
	CRT_REQUIRE(*mode == 'r' || *mode == 'w', EINVAL, NULL);
	reading = *mode == 'r';
	fmode[0] = *mode++;
	while (*mode == ' ')
		mode++;
	CRT_REQUIRE(!*mode || *mode == 't' || *mode == 'b', EINVAL, NULL);
	fmode[1] = *mode;
	if (!CreatePipe(&rd, &wr, &sa, 1024)) {
		crt_fail_win32();
		return NULL;
	}
	ours = reading ? rd : wr;
	theirs = reading ? wr : rd;
	SetHandleInformation(ours, HANDLE_FLAG_INHERIT, 0);
	si.hStdInput = reading ? GetStdHandle(STD_INPUT_HANDLE) : theirs;
	si.hStdOutput = reading ? theirs : GetStdHandle(STD_OUTPUT_HANDLE);
	si.hStdError = GetStdHandle(STD_ERROR_HANDLE);
	line = shell_line(command, &shell);
	fflush(NULL);
	if (!line ||
	    !CreateProcessW(shell_path(shell), line, NULL, NULL, TRUE,
			    CREATE_UNICODE_ENVIRONMENT, NULL, NULL, &si, &pi)) {
		if (line)
			crt_fail_win32();
		free(line);
		CloseHandle(ours);
		CloseHandle(theirs);
		return NULL;
	}
	free(line);
	CloseHandle(theirs);
	CloseHandle(pi.hThread);
	fd = _open_osfhandle((intptr_t)ours,
			     (fmode[1] == 'b' ? O_BINARY_
			      : fmode[1] == 't' || crt_fmode != O_BINARY_
				      ? O_TEXT_
				      : O_BINARY_) |
				     O_NOINHERIT_);
	if (fd >= 0)
		f = _wfdopen(fd, fmode);
	if (!f) {
		if (fd >= 0)
			_close(fd);
		else
			CloseHandle(ours);
		CloseHandle(pi.hProcess);
		return NULL;
	}
	((struct crt_stream *)f)->process = pi.hProcess;
	((struct crt_stream *)f)->popen = 1;
	return f;
}

FILE *_popen(const char *command, const char *mode)
{
	wchar_t *c, *m;
	FILE *f = NULL;

	CRT_REQUIRE(command && mode, EINVAL, NULL);
	c = crt_wide(command);
	m = crt_wide(mode);
	if (c && m)
		f = _wpopen(c, m);
	free(c);
	free(m);
	return f;
}

int _pclose(FILE *f)
{
	HANDLE process;
	DWORD code;

	CRT_REQUIRE(f, EINVAL, -1);
	if ((f >= crt_iob && f < crt_iob + CRT_NFILE) ||
	    !((struct crt_stream *)f)->popen) {
		crt_errno = EBADF;
		return -1;
	}
	process = ((struct crt_stream *)f)->process;
	((struct crt_stream *)f)->popen = 0;
	fclose(f);
	WaitForSingleObject(process, INFINITE);
	if (!GetExitCodeProcess(process, &code))
		code = (DWORD)crt_fail_win32();
	CloseHandle(process);
	return (int)code;
}

/* ---------------------------------------------- DLLs, the old-fashioned way */

intptr_t _loaddll(char *name)
{
	return (intptr_t)LoadLibraryA(name);
}

int _unloaddll(intptr_t h)
{
	return FreeLibrary((HMODULE)h) ? 0 : (int)GetLastError();
}

void *_getdllprocaddr(intptr_t h, char *name, intptr_t ordinal)
{
	if (name)
		return (void *)GetProcAddress((HMODULE)h, name);
	return (void *)GetProcAddress((HMODULE)h, (char *)(ordinal & 0xffff));
}

void _beep(unsigned hz, unsigned ms)
{
	Beep(hz, ms);
}
