/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipe.c - anonymous and named pipes.
 *
 * An anonymous pipe is a named one without a name: the server end is made
 * relative to the pipe device with an empty name, and the client end is opened
 * relative to the server end.
 */
#include "kernel32-private.h"
#include "nt-file.h"

#define PIPE_BUFFER                   4096
#define DEFAULT_TIMEOUT               -500000ll     /* 50 ms */
#define ANONYMOUS_TIMEOUT             -1200000000ll /* 2 min */
#define FSCTL_PIPE_GET_PIPE_ATTRIBUTE 0x110028
#define FSCTL_PIPE_IMPERSONATE        0x11001c

static NTSTATUS open_device(HANDLE *h)
{
	WCHAR name[] = L"\\Device\\NamedPipe\\";
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	UNICODE_STRING u;

	RtlInitUnicodeString(&u, name);
	InitializeObjectAttributes(&oa, &u, 0, NULL, NULL);
	return NtOpenFile(h, GENERIC_READ | SYNCHRONIZE, &oa, &io,
			  FILE_SHARE_READ | FILE_SHARE_WRITE,
			  FILE_SYNCHRONOUS_IO_NONALERT);
}

BOOL WINAPI CreatePipe(PHANDLE read, PHANDLE write, LPSECURITY_ATTRIBUTES sa,
		       DWORD size)
{
	LARGE_INTEGER timeout = { .QuadPart = ANONYMOUS_TIMEOUT };
	ULONG attributes = sa && sa->bInheritHandle ? OBJ_INHERIT : 0;
	UNICODE_STRING none = { 0, 0, NULL };
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE r, w;
	HANDLE_SCOPE(device);

	if (!size)
		size = PIPE_BUFFER;
	status = open_device(&device);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	InitializeObjectAttributes(&oa, &none, attributes, device, NULL);
	status = NtCreateNamedPipeFile(
		&r, GENERIC_READ | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, &oa,
		&io, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE,
		FILE_SYNCHRONOUS_IO_NONALERT, 0, 0, 0, 1, size, size, &timeout);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	oa.RootDirectory = r;
	status = NtOpenFile(
		&w, GENERIC_WRITE | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &oa,
		&io, FILE_SHARE_READ,
		FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
	if (!NT_SUCCESS(status)) {
		NtClose(r);
		return rf_fail(status);
	}
	*read = r;
	*write = w;
	return TRUE;
}

HANDLE WINAPI CreateNamedPipeW(LPCWSTR name, DWORD open_mode, DWORD pipe_mode,
			       DWORD instances, DWORD out_size, DWORD in_size,
			       DWORD ms, LPSECURITY_ATTRIBUTES sa)
{
	LARGE_INTEGER timeout = { .QuadPart = DEFAULT_TIMEOUT };
	ULONG access, share, options = 0;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	HANDLE h;
	NT_PATH(path);

	switch (open_mode & PIPE_ACCESS_DUPLEX) {
	case PIPE_ACCESS_INBOUND:
		access = GENERIC_READ;
		share = FILE_SHARE_WRITE;
		break;
	case PIPE_ACCESS_OUTBOUND:
		access = GENERIC_WRITE;
		share = FILE_SHARE_READ;
		break;
	case PIPE_ACCESS_DUPLEX:
		access = GENERIC_READ | GENERIC_WRITE;
		share = FILE_SHARE_READ | FILE_SHARE_WRITE;
		break;
	default:
		access = share = 0;
	}
	if (!access || !instances || instances > PIPE_UNLIMITED_INSTANCES ||
	    pipe_mode &
		    ~(DWORD)(PIPE_NOWAIT | PIPE_READMODE_MESSAGE |
			     PIPE_TYPE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS) ||
	    (pipe_mode & PIPE_READMODE_MESSAGE &&
	     !(pipe_mode & PIPE_TYPE_MESSAGE))) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return INVALID_HANDLE_VALUE;
	}
	if (!nt_path_init(&path, name))
		return INVALID_HANDLE_VALUE;
	if (!wide_same_n(path.name.Buffer, L"\\??\\pipe\\", 9)) {
		SetLastError(ERROR_INVALID_NAME);
		return INVALID_HANDLE_VALUE;
	}
	nt_path_security(&path, sa);
	if (open_mode & FILE_FLAG_WRITE_THROUGH)
		options |= FILE_WRITE_THROUGH;
	if (!(open_mode & FILE_FLAG_OVERLAPPED))
		options |= FILE_SYNCHRONOUS_IO_NONALERT;
	access |=
		open_mode & (WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY);
	if (ms)
		timeout.QuadPart = -(LONGLONG)ms * 10000;

	status = NtCreateNamedPipeFile(
		&h, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &path.oa, &io,
		share,
		open_mode & FILE_FLAG_FIRST_PIPE_INSTANCE ? FILE_CREATE
							  : FILE_OPEN_IF,
		options,
		(pipe_mode & PIPE_TYPE_MESSAGE ? 1 : 0) |
			(pipe_mode & PIPE_REJECT_REMOTE_CLIENTS ? 2 : 0),
		!!(pipe_mode & PIPE_READMODE_MESSAGE),
		!!(pipe_mode & PIPE_NOWAIT),
		instances == PIPE_UNLIMITED_INSTANCES ? ~0u : instances,
		in_size, out_size, &timeout);
	if (NT_SUCCESS(status))
		return h;
	rf_fail(status);
	/* "There is one already" is, of a first instance, a denial. */
	if (status == STATUS_OBJECT_NAME_COLLISION)
		SetLastError(ERROR_ACCESS_DENIED);
	return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateNamedPipeA(LPCSTR name, DWORD open_mode, DWORD pipe_mode,
			       DWORD instances, DWORD out_size, DWORD in_size,
			       DWORD ms, LPSECURITY_ATTRIBUTES sa)
{
	WIDE(w);

	if (!wide_from_file(&w, name))
		return INVALID_HANDLE_VALUE;
	return CreateNamedPipeW(w.s, open_mode, pipe_mode, instances, out_size,
				in_size, ms, sa);
}

/* ---- the server's end ----------------------------------------------- */

static NTSTATUS fsctl(HANDLE h, ULONG code, void *in, ULONG in_size, void *out,
		      ULONG out_size, IO_STATUS_BLOCK *io)
{
	NTSTATUS status = NtFsControlFile(h, NULL, NULL, NULL, io, code, in,
					  in_size, out, out_size);

	if (status == STATUS_PENDING) {
		NtWaitForSingleObject(h, FALSE, NULL);
		status = io->Status;
	}
	return status;
}

BOOL WINAPI ConnectNamedPipe(HANDLE h, LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (!o) {
		status = fsctl(h, FSCTL_PIPE_LISTEN, NULL, 0, NULL, 0, &io);
		return rf_result(status);
	}
	o->Internal = STATUS_PENDING;
	status = NtFsControlFile(
		h, (HANDLE)((ULONG_PTR)o->hEvent & ~(ULONG_PTR)1), NULL,
		(ULONG_PTR)o->hEvent & 1 ? NULL : o, (PIO_STATUS_BLOCK)o,
		FSCTL_PIPE_LISTEN, NULL, 0, NULL, 0);
	return status == STATUS_PENDING ? rf_fail(status) : rf_result(status);
}

BOOL WINAPI DisconnectNamedPipe(HANDLE h)
{
	IO_STATUS_BLOCK io;

	return rf_result(
		fsctl(h, FSCTL_PIPE_DISCONNECT, NULL, 0, NULL, 0, &io));
}

/* ---- state ---------------------------------------------------------- */

BOOL WINAPI SetNamedPipeHandleState(HANDLE h, LPDWORD mode, LPDWORD collect,
				    LPDWORD timeout)
{
	FILE_PIPE_INFORMATION i;
	IO_STATUS_BLOCK io;

	/* For pipes of other machines only. */
	if (collect || timeout) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (!mode)
		return TRUE;
	if (*mode & ~(DWORD)(PIPE_NOWAIT | PIPE_READMODE_MESSAGE)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	i.ReadMode = !!(*mode & PIPE_READMODE_MESSAGE);
	i.CompletionMode = !!(*mode & PIPE_NOWAIT);
	return rf_result(NtSetInformationFile(h, &io, &i, sizeof i,
					      FilePipeInformation));
}

static BOOL local_info(HANDLE h, FILE_PIPE_LOCAL_INFORMATION *i)
{
	IO_STATUS_BLOCK io;

	return rf_result(NtQueryInformationFile(h, &io, i, sizeof *i,
						FilePipeLocalInformation));
}

/* Act as the client until token_back(token): what the thread has now. */
static NTSTATUS impersonate(HANDLE pipe, HANDLE *token)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status = NtOpenThreadToken(NtCurrentThread(),
					    TOKEN_IMPERSONATE, TRUE, token);

	if (status == STATUS_NO_TOKEN)
		*token = NULL;
	else if (!NT_SUCCESS(status))
		return status;
	status = fsctl(pipe, FSCTL_PIPE_IMPERSONATE, NULL, 0, NULL, 0, &io);
	if (!NT_SUCCESS(status) && *token)
		NtClose(*token);
	return status;
}

static void token_back(HANDLE token)
{
	enum { IMPERSONATION_TOKEN = 5 };

	NtSetInformationThread(NtCurrentThread(), IMPERSONATION_TOKEN, &token,
			       sizeof token);
	if (token)
		NtClose(token);
}

/* Who the client is, is told to who may act as him: that is the own user. */
static BOOL client_name(HANDLE pipe, WCHAR *user, DWORD size)
{
	WCHAR name[257];
	HANDLE before, token;
	NTSTATUS status = impersonate(pipe, &before);
	DWORD n;

	if (!NT_SUCCESS(status))
		return rf_fail(status);
	status = NtOpenThreadToken(NtCurrentThread(), TOKEN_QUERY, TRUE,
				   &token);
	token_back(before);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	NtClose(token);
	n = GetEnvironmentVariableW(L"USERNAME", name, ARRAYSIZE(name));
	if (!n || n >= ARRAYSIZE(name)) {
		SetLastError(ERROR_NONE_MAPPED);
		return FALSE;
	}
	if (n >= size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	memcpy(user, name, (n + 1) * sizeof *name);
	return TRUE;
}

BOOL WINAPI GetNamedPipeHandleStateW(HANDLE h, LPDWORD mode, LPDWORD instances,
				     LPDWORD collect, LPDWORD timeout,
				     LPWSTR user, DWORD user_size)
{
	FILE_PIPE_LOCAL_INFORMATION local;
	FILE_PIPE_INFORMATION i;
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	/* For pipes of other machines only. */
	if (collect || timeout) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (mode) {
		status = NtQueryInformationFile(h, &io, &i, sizeof i,
						FilePipeInformation);
		if (!NT_SUCCESS(status))
			return rf_fail(status);
		*mode = (i.ReadMode ? PIPE_READMODE_MESSAGE : 0) |
			(i.CompletionMode ? PIPE_NOWAIT : 0);
	}
	if (instances) {
		if (!local_info(h, &local))
			return FALSE;
		*instances = local.CurrentInstances;
	}
	return !user || client_name(h, user, user_size);
}

BOOL WINAPI GetNamedPipeHandleStateA(HANDLE h, LPDWORD mode, LPDWORD instances,
				     LPDWORD collect, LPDWORD timeout,
				     LPSTR user, DWORD user_size)
{
	WCHAR w[257];
	ULONG n;

	if (!GetNamedPipeHandleStateW(h, mode, instances, collect, timeout,
				      user ? w : NULL, ARRAYSIZE(w)))
		return FALSE;
	if (!user)
		return TRUE;
	RtlUnicodeToMultiByteSize(&n, w, lstrlenW(w) * sizeof *w);
	if (n >= user_size) {
		SetLastError(ERROR_INSUFFICIENT_BUFFER);
		return FALSE;
	}
	RtlUnicodeToMultiByteN(user, user_size, &n, w,
			       lstrlenW(w) * sizeof *w);
	user[n] = 0;
	return TRUE;
}

BOOL WINAPI GetNamedPipeInfo(HANDLE h, LPDWORD flags, LPDWORD out_size,
			     LPDWORD in_size, LPDWORD instances)
{
	FILE_PIPE_LOCAL_INFORMATION i;

	if (!local_info(h, &i))
		return FALSE;
	if (flags)
		*flags = (i.NamedPipeEnd ? PIPE_SERVER_END : PIPE_CLIENT_END) |
			 (i.NamedPipeType & 1 ? PIPE_TYPE_MESSAGE : 0);
	if (out_size)
		*out_size = i.OutboundQuota;
	if (in_size)
		*in_size = i.InboundQuota;
	if (instances)
		*instances = i.MaximumInstances >= PIPE_UNLIMITED_INSTANCES
				     ? PIPE_UNLIMITED_INSTANCES
				     : i.MaximumInstances;
	return TRUE;
}

BOOL WINAPI PeekNamedPipe(HANDLE h, LPVOID buf, DWORD size, LPDWORD read,
			  LPDWORD available, LPDWORD left)
{
	enum { HEAD = FIELD_OFFSET(FILE_PIPE_PEEK_BUFFER, Data) };
	UCHAR small[HEAD + 512];
	FILE_PIPE_PEEK_BUFFER *p = (void *)small;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	DWORD n = 0;

	if (!buf)
		size = 0;
	if (size > sizeof small - HEAD) {
		p = k32_alloc(HEAD + (SIZE_T)size);
		if (!p)
			return FALSE;
	}
	io.Information = HEAD;
	status = fsctl(h, FSCTL_PIPE_PEEK, NULL, 0, p, HEAD + size, &io);
	if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
		status = STATUS_SUCCESS;
		n = io.Information > HEAD ? io.Information - HEAD : 0;
		if (n > size)
			n = size;
		if (n)
			memcpy(buf, p->Data, n);
		if (read)
			*read = n;
		if (available)
			*available = p->ReadDataAvailable;
		if (left)
			*left = p->MessageLength > n ? p->MessageLength - n : 0;
	}
	if ((UCHAR *)p != small)
		k32_free(p);
	return rf_result(status);
}

/* ---- the client's end ----------------------------------------------- */

BOOL WINAPI WaitNamedPipeW(LPCWSTR name, DWORD ms)
{
	FILE_PIPE_WAIT_FOR_BUFFER *b;
	IO_STATUS_BLOCK io;
	NTSTATUS status;
	ULONG size;
	HANDLE_SCOPE(device);
	NT_PATH(path);

	if (!nt_path_init(&path, name))
		return FALSE;
	if (!wide_same_n(path.name.Buffer, L"\\??\\pipe\\", 9)) {
		SetLastError(ERROR_BAD_PATHNAME);
		return FALSE;
	}
	status = open_device(&device);
	if (!NT_SUCCESS(status))
		return rf_fail(status);
	size = sizeof *b + path.name.Length;
	b = k32_alloc(size);
	if (!b)
		return FALSE;
	memset(b, 0, sizeof *b);
	b->NameLength = path.name.Length - 9 * sizeof(WCHAR);
	memcpy(b->Name, path.name.Buffer + 9, b->NameLength);
	b->TimeoutSpecified = ms != NMPWAIT_USE_DEFAULT_WAIT;
	b->Timeout.QuadPart = ms == NMPWAIT_WAIT_FOREVER
				      ? (LONGLONG)0x8000000000000000ull
				      : -(LONGLONG)ms * 10000;
	status = fsctl(device, FSCTL_PIPE_WAIT, b,
		       FIELD_OFFSET(FILE_PIPE_WAIT_FOR_BUFFER, Name) +
			       b->NameLength,
		       NULL, 0, &io);
	k32_free(b);
	if (status == STATUS_IO_TIMEOUT) {
		rf_fail(status);
		SetLastError(ERROR_SEM_TIMEOUT);
		return FALSE;
	}
	return rf_result(status);
}

BOOL WINAPI WaitNamedPipeA(LPCSTR name, DWORD ms)
{
	WIDE(w);

	return wide_from_file(&w, name) && WaitNamedPipeW(w.s, ms);
}

BOOL WINAPI TransactNamedPipe(HANDLE h, LPVOID in, DWORD in_size, LPVOID out,
			      DWORD out_size, LPDWORD read, LPOVERLAPPED o)
{
	IO_STATUS_BLOCK io;
	NTSTATUS status;

	if (o) {
		o->Internal = STATUS_PENDING;
		status = NtFsControlFile(
			h, (HANDLE)((ULONG_PTR)o->hEvent & ~(ULONG_PTR)1), NULL,
			(ULONG_PTR)o->hEvent & 1 ? NULL : o,
			(PIO_STATUS_BLOCK)o, FSCTL_PIPE_TRANSCEIVE, in, in_size,
			out, out_size);
		if (read && status != STATUS_PENDING)
			*read = (DWORD)o->InternalHigh;
		return status == STATUS_PENDING ? rf_fail(status)
						: rf_result(status);
	}
	io.Information = 0;
	status = fsctl(h, FSCTL_PIPE_TRANSCEIVE, in, in_size, out, out_size,
		       &io);
	if (read)
		*read = (DWORD)io.Information;
	return rf_result(status);
}

BOOL WINAPI CallNamedPipeW(LPCWSTR name, LPVOID in, DWORD in_size, LPVOID out,
			   DWORD out_size, LPDWORD read, DWORD ms)
{
	DWORD mode = PIPE_READMODE_MESSAGE, error;
	HANDLE h;
	BOOL ok;

	for (;;) {
		h = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
				FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
				OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
		if (h != INVALID_HANDLE_VALUE)
			break;
		if (GetLastError() != ERROR_PIPE_BUSY || ms == NMPWAIT_NOWAIT ||
		    !WaitNamedPipeW(name, ms))
			return FALSE;
	}
	ok = SetNamedPipeHandleState(h, &mode, NULL, NULL) &&
	     TransactNamedPipe(h, in, in_size, out, out_size, read, NULL);
	error = GetLastError();
	CloseHandle(h);
	SetLastError(error);
	return ok;
}

BOOL WINAPI CallNamedPipeA(LPCSTR name, LPVOID in, DWORD in_size, LPVOID out,
			   DWORD out_size, LPDWORD read, DWORD ms)
{
	WIDE(w);

	return wide_from_file(&w, name) &&
	       CallNamedPipeW(w.s, in, in_size, out, out_size, read, ms);
}

/* ---- who is at the other end ---------------------------------------- */

static BOOL attribute(HANDLE h, ULONG code, char *name, ULONG size, PULONG out)
{
	IO_STATUS_BLOCK io;
	ULONG value[2] = { 0, 0 }; /* some answer with 64 bits */
	NTSTATUS status = fsctl(h, code, name, size, value, sizeof value, &io);

	if (NT_SUCCESS(status))
		*out = value[0];
	return rf_result(status);
}

#define PIPE_ATTRIBUTE(Function, code, name)                                   \
	BOOL WINAPI Function(HANDLE h, PULONG out)                             \
	{                                                                      \
		char s[] = name;                                               \
                                                                               \
		return attribute(h, code, s, sizeof s, out);                   \
	}

PIPE_ATTRIBUTE(GetNamedPipeClientProcessId, FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE,
	       "ClientProcessId")
PIPE_ATTRIBUTE(GetNamedPipeClientSessionId, FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE,
	       "ClientSessionId")
PIPE_ATTRIBUTE(GetNamedPipeServerProcessId, FSCTL_PIPE_GET_PIPE_ATTRIBUTE,
	       "ServerProcessId")
PIPE_ATTRIBUTE(GetNamedPipeServerSessionId, FSCTL_PIPE_GET_PIPE_ATTRIBUTE,
	       "ServerSessionId")

/* Everybody is on this machine. */
BOOL WINAPI GetNamedPipeClientComputerNameW(HANDLE h, LPWSTR buf, ULONG size)
{
	ULONG id;

	if (GetNamedPipeClientProcessId(h, &id))
		SetLastError(ERROR_PIPE_LOCAL);
	return FALSE;
}

BOOL WINAPI GetNamedPipeClientComputerNameA(HANDLE h, LPSTR buf, ULONG size)
{
	return GetNamedPipeClientComputerNameW(h, NULL, 0);
}
