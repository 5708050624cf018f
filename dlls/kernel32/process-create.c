/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-create.c - CreateProcess: which file, which command line, what the
 * child is given.  The rest is NtCreateUserProcess.
 *
 * A batch file is not a program: cmd.exe runs it, and the command line as a
 * whole becomes its argument.
 */
#include "kernel32-private.h"
#include "nt-process.h"
#include "nt-debug.h"
#include "console.h"

#define LONGEST_COMMAND 32768

/* RTL_USER_PROCESS_PARAMETERS.ConsoleHandle of a child to be without ours. */
#define CONSOLE_DETACHED  ((HANDLE)(LONG_PTR)-1)
#define CONSOLE_NEW       ((HANDLE)(LONG_PTR)-2)
#define CONSOLE_NO_WINDOW ((HANDLE)(LONG_PTR)-3)

/* All that is made on the way, given back by release(). */
struct creation {
	WCHAR *program; /* full path */
	WCHAR *command; /* ours, NULL: the caller's serves */
	WCHAR *environment;
	WCHAR *directory;
	PRTL_USER_PROCESS_PARAMETERS params;
	struct nt_path image;
};

static void release(struct creation *c)
{
	k32_free(c->program);
	k32_free(c->command);
	k32_free(c->environment);
	k32_free(c->directory);
	if (c->params)
		RtlDestroyProcessParameters(c->params);
	nt_path_free(&c->image);
}

static WCHAR *full_path(const WCHAR *name)
{
	DWORD n = GetFullPathNameW(name, 0, NULL, NULL);
	WCHAR *s = n ? k32_alloc(n * sizeof(WCHAR)) : NULL;

	if (s && !GetFullPathNameW(name, n, s, NULL)) {
		k32_free(s);
		s = NULL;
	}
	return s;
}

/* ---- which program -------------------------------------------------- */

/*
 * The first word of a command line names the program.  In quotes it is what
 * stands between them; else each blank may end it or belong to it, and the
 * shortest that is there wins (C:\Program Files\x: C:\Program first).
 * *end is where it ends, *quote whether it must be quoted for the child.
 */
static BOOL program_of(const WCHAR *line, WCHAR *found, DWORD room,
		       const WCHAR **end, BOOL *quote)
{
	const WCHAR *start = line, *e;
	DWORD first_error = 0;
	WCHAR *word;
	BOOL ok = FALSE;

	word = k32_alloc((wide_len(line) + 1) * sizeof(WCHAR));
	if (!word)
		return FALSE;
	*quote = FALSE;
	if (*start == '"') {
		for (e = ++start; *e && *e != '"'; e++)
			;
		memcpy(word, start, (e - start) * sizeof(WCHAR));
		word[e - start] = 0;
		*end = *e ? e + 1 : e;
		ok = word[0] && k32_find_program(word, found, room);
		if (!word[0])
			SetLastError(ERROR_FILE_NOT_FOUND);
	} else {
		for (e = start;; e++) {
			if (*e && *e != ' ' && *e != '\t')
				continue;
			memcpy(word, start, (e - start) * sizeof(WCHAR));
			word[e - start] = 0;
			if (word[0] && k32_find_program(word, found, room)) {
				*end = e;
				ok = TRUE;
				break;
			}
			if (!first_error)
				first_error = GetLastError();
			*quote = TRUE;
			if (!*e)
				break;
		}
		if (!ok)
			SetLastError(word[0] ? first_error
					     : ERROR_FILE_NOT_FOUND);
	}
	k32_free(word);
	return ok;
}

static BOOL is_batch(const WCHAR *name)
{
	DWORD n = wide_len(name);

	return n > 4 && (wide_same(name + n - 4, L".bat") ||
			 wide_same(name + n - 4, L".cmd"));
}

static WCHAR *append(WCHAR *to, const WCHAR *s)
{
	DWORD n = wide_len(s);

	memcpy(to, s, n * sizeof(WCHAR));
	return to + n;
}

/* cmd.exe /c "line", and cmd.exe as the program. */
static BOOL through_cmd(struct creation *c, const WCHAR *line)
{
	WCHAR shell[MAX_PATH];
	DWORD n = GetEnvironmentVariableW(L"ComSpec", shell, ARRAY_LEN(shell));
	WCHAR *command, *p;

	if (!n || n >= ARRAY_LEN(shell)) {
		n = GetSystemDirectoryW(shell, ARRAY_LEN(shell) - 8);
		memcpy(shell + n, L"\\cmd.exe", 9 * sizeof(WCHAR));
	}
	command = k32_alloc((wide_len(shell) + wide_len(line) + 16) *
			    sizeof(WCHAR));
	if (!command)
		return FALSE;
	p = append(command, L"\"");
	p = append(p, shell);
	p = append(p, L"\" /c \"");
	p = append(p, line);
	p = append(p, L"\"");
	*p = 0;
	k32_free(c->command);
	c->command = command;
	k32_free(c->program);
	c->program = full_path(shell);
	return c->program != NULL;
}

/* Sets c->program, and c->command if the child's is not the caller's. */
static BOOL choose(struct creation *c, const WCHAR *app, const WCHAR *line)
{
	const WCHAR *end;
	WCHAR *found, *p;
	BOOL quote, ok;

	if (app) {
		c->program = full_path(app);
		if (!c->program)
			return FALSE;
	} else {
		while (*line == ' ' || *line == '\t')
			line++;
		found = k32_alloc(LONGEST_COMMAND * sizeof(WCHAR));
		if (!found)
			return FALSE;
		ok = program_of(line, found, LONGEST_COMMAND, &end, &quote);
		if (ok)
			c->program = full_path(found);
		k32_free(found);
		if (!ok || !c->program)
			return FALSE;
		if (quote) {
			DWORD head = end - line;

			c->command =
				k32_alloc((wide_len(line) + 3) * sizeof(WCHAR));
			if (!c->command)
				return FALSE;
			c->command[0] = '"';
			memcpy(c->command + 1, line, head * sizeof(WCHAR));
			c->command[head + 1] = '"';
			p = append(c->command + head + 2, end);
			*p = 0;
			line = c->command;
		}
	}
	if (!is_batch(c->program))
		return TRUE;
	/* A missing batch file is this function's failure, not cmd.exe's. */
	if (GetFileAttributesW(c->program) == INVALID_FILE_ATTRIBUTES)
		return FALSE;
	return through_cmd(c, line ? line : c->program);
}

/* ---- what the child is given ---------------------------------------- */

static BOOL environment_of(struct creation *c, LPVOID env, DWORD flags)
{
	const char *a = env, *p = env;
	ULONG bytes;

	if (!env || flags & CREATE_UNICODE_ENVIRONMENT)
		return TRUE;
	while (*p)
		while (*p++)
			;
	bytes = p + 1 - a;
	c->environment = k32_alloc((bytes + 1) * sizeof(WCHAR));
	if (!c->environment)
		return FALSE;
	RtlMultiByteToUnicodeN(c->environment, bytes * sizeof(WCHAR), &bytes, a,
			       bytes);
	c->environment[bytes / sizeof(WCHAR)] = 0;
	return TRUE;
}

static BOOL directory_of(struct creation *c, const WCHAR *dir)
{
	DWORD a;

	if (!dir)
		return TRUE;
	c->directory = full_path(dir);
	if (!c->directory)
		return FALSE;
	a = GetFileAttributesW(c->directory);
	if (a != INVALID_FILE_ATTRIBUTES && a & FILE_ATTRIBUTE_DIRECTORY)
		return TRUE;
	SetLastError(ERROR_DIRECTORY);
	return FALSE;
}

static HANDLE console_of(DWORD flags)
{
	if (flags & DETACHED_PROCESS)
		return CONSOLE_DETACHED;
	if (flags & CREATE_NEW_CONSOLE)
		return CONSOLE_NEW;
	if (flags & CREATE_NO_WINDOW)
		return CONSOLE_NO_WINDOW;
	return rf_peb()->ProcessParameters->ConsoleHandle;
}

static BOOL make_params(struct creation *c, const WCHAR *line,
			const STARTUPINFOW *si, LPVOID env, DWORD flags,
			PVOID pseudo_console)
{
	PRTL_USER_PROCESS_PARAMETERS us = rf_peb()->ProcessParameters, p;
	UNICODE_STRING image, dir, command, title, desktop, shell, runtime;
	NTSTATUS status;

	RtlInitUnicodeString(&image, c->program);
	RtlInitUnicodeString(&dir, c->directory);
	status = RtlInitUnicodeStringEx(&command, line);
	if (!NT_SUCCESS(status) || command.Length / 2 >= LONGEST_COMMAND - 1) {
		SetLastError(ERROR_FILENAME_EXCED_RANGE);
		return FALSE;
	}
	RtlInitUnicodeString(&title, si->lpTitle ? si->lpTitle : c->program);
	RtlInitUnicodeString(&desktop, si->lpDesktop ? si->lpDesktop
						     : us->DesktopInfo.Buffer);
	RtlInitUnicodeString(&shell, si->lpReserved ? si->lpReserved : L"");
	runtime.Buffer = (PWSTR)si->lpReserved2;
	runtime.Length = si->lpReserved2 ? si->cbReserved2 : 0;
	runtime.MaximumLength = runtime.Length;

	status = RtlCreateProcessParametersEx(
		&c->params, &image, NULL, c->directory ? &dir : NULL, &command,
		c->environment ? c->environment : env, &title, &desktop, &shell,
		&runtime, RTL_USER_PROC_PARAMS_NORMALIZED);
	if (!NT_SUCCESS(status)) {
		c->params = NULL;
		return rf_fail(status);
	}
	p = c->params;
	p->StartingX = si->dwX;
	p->StartingY = si->dwY;
	p->CountX = si->dwXSize;
	p->CountY = si->dwYSize;
	p->CountCharsX = si->dwXCountChars;
	p->CountCharsY = si->dwYCountChars;
	p->FillAttribute = si->dwFillAttribute;
	p->WindowFlags = si->dwFlags;
	p->ShowWindowFlags = si->wShowWindow;
	p->ConsoleHandle = console_of(flags);
	p->ProcessGroupId = us->ProcessGroupId;
	if (flags & CREATE_NEW_PROCESS_GROUP) {
		p->ConsoleFlags = 1; /* Ctrl-C is not for it */
		p->ProcessGroupId = 0;
	}
	if (si->dwFlags & STARTF_USESTDHANDLES) {
		p->StandardInput = si->hStdInput;
		p->StandardOutput = si->hStdOutput;
		p->StandardError = si->hStdError;
	} else if (!(flags & DETACHED_PROCESS)) {
		p->StandardInput = us->StandardInput;
		p->StandardOutput = us->StandardOutput;
		p->StandardError = us->StandardError;
	}
	if (pseudo_console)
		pseudo_console_params(pseudo_console, p,
				      si->dwFlags & STARTF_USESTDHANDLES);
	return TRUE;
}

/* Windows' PROCESS_PRIORITY_CLASS numbers; 0: not said. */
static UCHAR priority_of(DWORD flags)
{
	for (UCHAR i = 1; i < PRIORITY_CLASSES; i++)
		if (flags & priority_classes[i])
			return i;
	return 0;
}

/* ---- the call ------------------------------------------------------- */

struct attributes {
	SIZE_T size;
	PS_ATTRIBUTE a[14]; /* as many as start() knows */
};

static void add(struct attributes *l, unsigned *n, ULONG_PTR what, SIZE_T size,
		const void *value)
{
	l->a[*n] = (PS_ATTRIBUTE){ .Attribute = what, .Size = size };
	l->a[*n].ValuePtr = (PVOID)value;
	++*n;
	l->size = FIELD_OFFSET(struct attributes, a) + *n * sizeof(l->a[0]);
}

/*
 * PS_STD_HANDLE_INFO: the standard handles reach a console program although
 * they are not inheritable, by duplication if need be.
 */
#define STD_HANDLES_REQUEST_DUPLICATE 1

struct std_handle_info {
	ULONG flags;
	ULONG subsystem;
};

static NTSTATUS start(struct creation *c, LPSECURITY_ATTRIBUTES pa,
		      LPSECURITY_ATTRIBUTES ta, BOOL inherit, DWORD flags,
		      const struct process_attributes *given,
		      LPPROCESS_INFORMATION pi)
{
	struct std_handle_info std = { STD_HANDLES_REQUEST_DUPLICATE,
				       IMAGE_SUBSYSTEM_WINDOWS_CUI };
	OBJECT_ATTRIBUTES process_oa, thread_oa;
	PS_CREATE_INFO info = { .Size = sizeof info };
	UCHAR priority = priority_of(flags);
	ULONG default_mode = 1; /* errors are shown: SetErrorMode(0) */
	RF_IMAGE_INFORMATION image;
	struct attributes list;
	CLIENT_ID id;
	NTSTATUS status;
	unsigned n = 0;
	HANDLE p, t;

	add(&list, &n, PS_ATTRIBUTE_IMAGE_NAME, c->image.name.Length,
	    c->image.name.Buffer);
	add(&list, &n, PS_ATTRIBUTE_CLIENT_ID, sizeof id, &id);
	add(&list, &n, PS_ATTRIBUTE_IMAGE_INFO, sizeof image, &image);
	add(&list, &n, PS_ATTRIBUTE_STD_HANDLE_INFO, sizeof std, &std);
	if (given->handles)
		add(&list, &n, PS_ATTRIBUTE_HANDLE_LIST, given->handles_size,
		    given->handles);
	if (given->jobs)
		add(&list, &n, PS_ATTRIBUTE_JOB_LIST, given->jobs_size,
		    given->jobs);
	if (given->affinity)
		add(&list, &n, PS_ATTRIBUTE_GROUP_AFFINITY,
		    sizeof *given->affinity, given->affinity);
	if (given->child_policy)
		add(&list, &n, PS_ATTRIBUTE_CHILD_POLICY,
		    sizeof *given->child_policy, given->child_policy);
	if (given->mitigations[0] || given->mitigations[1])
		add(&list, &n, PS_ATTRIBUTE_MITIGATIONS,
		    sizeof given->mitigations,
		    (PVOID)given->mitigations);
	if (given->parent)
		add(&list, &n, PS_ATTRIBUTE_PARENT_PROCESS,
		    sizeof given->parent, given->parent);
	if (given->token)
		add(&list, &n, PS_ATTRIBUTE_TOKEN, sizeof given->token,
		    given->token);
	if (priority)
		add(&list, &n, PS_ATTRIBUTE_PRIORITY_CLASS, sizeof priority,
		    &priority);
	if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS)) {
		HANDLE debug;

		status = DbgUiConnectToDbg();
		if (!NT_SUCCESS(status))
			return status;
		debug = DbgUiGetThreadDebugObject();
		add(&list, &n, PS_ATTRIBUTE_DEBUG_OBJECT, sizeof debug, debug);
	}
	if (flags & CREATE_DEFAULT_ERROR_MODE)
		add(&list, &n, PS_ATTRIBUTE_ERROR_MODE, sizeof default_mode,
		    &default_mode);

	InitializeObjectAttributes(&process_oa, NULL,
				   pa && pa->bInheritHandle ? OBJ_INHERIT : 0,
				   NULL, pa ? pa->lpSecurityDescriptor : NULL);
	InitializeObjectAttributes(&thread_oa, NULL,
				   ta && ta->bInheritHandle ? OBJ_INHERIT : 0,
				   NULL, ta ? ta->lpSecurityDescriptor : NULL);
	status = NtCreateUserProcess(
		&p, &t, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED, &process_oa,
		&thread_oa,
		(inherit ? PROCESS_CREATE_FLAGS_INHERIT_HANDLES : 0) |
			(flags & CREATE_BREAKAWAY_FROM_JOB
				 ? PROCESS_CREATE_FLAGS_BREAKAWAY
				 : 0) |
			(flags & DEBUG_ONLY_THIS_PROCESS
				 ? PROCESS_CREATE_FLAGS_NO_DEBUG
				 : 0),
		flags & CREATE_SUSPENDED ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED
					 : 0,
		c->params, &info, &list);
	/* By its number this is none, but no process was made. */
	if (status == STATUS_IMAGE_MACHINE_TYPE_MISMATCH_EXE)
		status = STATUS_INVALID_IMAGE_WIN_64;
	if (!NT_SUCCESS(status)) {
		if (info.State == PS_CREATE_FAIL_ON_SECTION_CREATE &&
		    info.FailSection.FileHandle)
			NtClose(info.FailSection.FileHandle);
		return status;
	}
	if (info.State == PS_CREATE_SUCCESS) {
		if (info.SuccessState.FileHandle)
			NtClose(info.SuccessState.FileHandle);
		if (info.SuccessState.SectionHandle)
			NtClose(info.SuccessState.SectionHandle);
	}
	pi->hProcess = p;
	pi->hThread = t;
	pi->dwProcessId = (DWORD)(ULONG_PTR)id.UniqueProcess;
	pi->dwThreadId = (DWORD)(ULONG_PTR)id.UniqueThread;
	return status;
}

static BOOL fail_start(NTSTATUS status)
{
	rf_fail(status);
	switch (status) {
	case STATUS_FILE_IS_A_DIRECTORY:
		SetLastError(ERROR_ACCESS_DENIED);
		break;
	case STATUS_INVALID_IMAGE_FORMAT:
	case STATUS_INVALID_IMAGE_NOT_MZ:
	case STATUS_INVALID_IMAGE_PROTECT:
	case STATUS_INVALID_IMAGE_WIN_16:
		SetLastError(ERROR_BAD_EXE_FORMAT);
		break;
	case STATUS_INVALID_IMAGE_WIN_64:
		SetLastError(ERROR_EXE_MACHINE_TYPE_MISMATCH);
		break;
	}
	return FALSE;
}

BOOL WINAPI CreateProcessAsUserW(HANDLE token, LPCWSTR app, LPWSTR line,
				 LPSECURITY_ATTRIBUTES pa,
				 LPSECURITY_ATTRIBUTES ta, BOOL inherit,
				 DWORD flags, LPVOID env, LPCWSTR dir,
				 LPSTARTUPINFOW si, LPPROCESS_INFORMATION pi)
{
	struct process_attributes given = { 0 };
	struct creation c;
	NTSTATUS status;
	BOOL ok = FALSE;

	memset(pi, 0, sizeof *pi);
	memset(&c, 0, FIELD_OFFSET(struct creation, image));
	c.image.name.Buffer = c.image.buf;
	c.image.rel.CurDirRef = NULL;
	if ((flags & (CREATE_NEW_CONSOLE | DETACHED_PROCESS)) ==
		    (CREATE_NEW_CONSOLE | DETACHED_PROCESS) ||
	    (!app && !line)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (flags & EXTENDED_STARTUPINFO_PRESENT &&
	    si->cb != sizeof(STARTUPINFOEXW)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (flags & EXTENDED_STARTUPINFO_PRESENT &&
	    !process_attributes_get(((LPSTARTUPINFOEXW)si)->lpAttributeList,
				    &given))
		return FALSE;
	given.token = token;
	/* A list narrows what is inherited; nothing cannot be narrowed. */
	if (given.handles && !inherit) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}

	if (choose(&c, app, line) && environment_of(&c, env, flags) &&
	    directory_of(&c, dir) && nt_path_init(&c.image, c.program) &&
	    make_params(&c, c.command ? c.command : (line ? line : app), si,
			env, flags, given.console)) {
		status = start(&c, pa, ta, inherit, flags, &given, pi);
		ok = NT_SUCCESS(status) || fail_start(status);
	}
	release(&c);
	return ok;
}

BOOL WINAPI CreateProcessW(LPCWSTR app, LPWSTR line, LPSECURITY_ATTRIBUTES pa,
			   LPSECURITY_ATTRIBUTES ta, BOOL inherit, DWORD flags,
			   LPVOID env, LPCWSTR dir, LPSTARTUPINFOW si,
			   LPPROCESS_INFORMATION pi)
{
	return CreateProcessAsUserW(NULL, app, line, pa, ta, inherit, flags,
				    env, dir, si, pi);
}

BOOL WINAPI CreateProcessAsUserA(HANDLE token, LPCSTR app, LPSTR line,
				 LPSECURITY_ATTRIBUTES pa,
				 LPSECURITY_ATTRIBUTES ta, BOOL inherit,
				 DWORD flags, LPVOID env, LPCSTR dir,
				 LPSTARTUPINFOA si, LPPROCESS_INFORMATION pi)
{
	STARTUPINFOEXW w;
	WIDE(a);
	WIDE(l);
	WIDE(d);
	WIDE(desktop);
	WIDE(title);
	WIDE(reserved);

	if (!wide_from_file(&a, app) || !wide_from_file(&l, line) ||
	    !wide_from_file(&d, dir) ||
	    !wide_from_ansi(&desktop, si->lpDesktop) ||
	    !wide_from_ansi(&title, si->lpTitle) ||
	    !wide_from_ansi(&reserved, si->lpReserved))
		return FALSE;
	memcpy(&w, si, sizeof *si);
	w.StartupInfo.lpDesktop = desktop.s;
	w.StartupInfo.lpTitle = title.s;
	w.StartupInfo.lpReserved = reserved.s;
	if (flags & EXTENDED_STARTUPINFO_PRESENT)
		w.lpAttributeList = ((LPSTARTUPINFOEXA)si)->lpAttributeList;
	return CreateProcessAsUserW(token, a.s, l.s, pa, ta, inherit, flags,
				    env, d.s, &w.StartupInfo, pi);
}

BOOL WINAPI CreateProcessA(LPCSTR app, LPSTR line, LPSECURITY_ATTRIBUTES pa,
			   LPSECURITY_ATTRIBUTES ta, BOOL inherit, DWORD flags,
			   LPVOID env, LPCSTR dir, LPSTARTUPINFOA si,
			   LPPROCESS_INFORMATION pi)
{
	return CreateProcessAsUserA(NULL, app, line, pa, ta, inherit, flags,
				    env, dir, si, pi);
}

UINT WINAPI WinExec(LPCSTR line, UINT show)
{
	STARTUPINFOA si = { .cb = sizeof si, .dwFlags = STARTF_USESHOWWINDOW };
	PROCESS_INFORMATION pi;
	char *copy;
	DWORD n = lstrlenA(line) + 1;
	BOOL ok;

	si.wShowWindow = (WORD)show;
	copy = k32_alloc(n);
	if (!copy)
		return 0;
	memcpy(copy, line, n);
	ok = CreateProcessA(NULL, copy, NULL, NULL, FALSE, 0, NULL, NULL, &si,
			    &pi);
	k32_free(copy);
	if (!ok) {
		n = GetLastError();
		/* Results up to 31 are errors, and these few are all. */
		return n == ERROR_FILE_NOT_FOUND || n == ERROR_PATH_NOT_FOUND
			       ? n
			       : ERROR_BAD_FORMAT;
	}
	CloseHandle(pi.hThread);
	CloseHandle(pi.hProcess);
	return 33;
}
