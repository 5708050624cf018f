/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * socket.c - making, naming, connecting and ending sockets.
 *
 * A SOCKET is a handle of \Device\Afd and nothing of it is kept here, so
 * inherited and duplicated ones need no care.
 */
#include "ws.h"

#include "rf-rio.h"

/* ---- asking the device ---- */

NTSTATUS ws_control(SOCKET s, ULONG code, const void *in, ULONG in_n, void *out,
		    ULONG out_n, ULONG_PTR *n)
{
	IO_STATUS_BLOCK iosb = { 0 };
	NTSTATUS status = NtDeviceIoControlFile((HANDLE)s, NULL, NULL, NULL,
						&iosb, code | AFD_WAIT,
						(PVOID)in, in_n, out, out_n);

	if (n)
		*n = iosb.Information;
	return status;
}

/* The completion routine comes as the APC's context. */
static void NTAPI run_routine(PVOID context, IO_STATUS_BLOCK *iosb,
			      ULONG reserved)
{
	LPWSAOVERLAPPED_COMPLETION_ROUTINE done =
		(LPWSAOVERLAPPED_COMPLETION_ROUTINE)context;

	done((DWORD)ws_overlapped_error(iosb->Status),
	     (DWORD)iosb->Information, (WSAOVERLAPPED *)iosb,
	     iosb->Status == STATUS_BUFFER_OVERFLOW ? MSG_PARTIAL : 0);
}

int ws_overlapped(SOCKET s, ULONG code, const void *in, ULONG in_n, void *out,
		  ULONG out_n, DWORD *n, WSAOVERLAPPED *overlapped,
		  LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	IO_STATUS_BLOCK *iosb = (IO_STATUS_BLOCK *)overlapped;
	NTSTATUS status;
	HANDLE event;

	if (!overlapped) {
		ULONG_PTR got;

		status = ws_control(s, code, in, in_n, out, out_n, &got);
		if (n &&
		    (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
			*n = (DWORD)got;
		return ws_result(status);
	}
	/* The low bit: no packet to the completion port. */
	event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
	overlapped->Internal = (DWORD)STATUS_PENDING;
	overlapped->InternalHigh = 0;
	if (done)
		status = NtDeviceIoControlFile(
			(HANDLE)s, NULL, (PVOID)run_routine, (PVOID)done, iosb,
			code, (PVOID)in, in_n, out, out_n);
	else
		status = NtDeviceIoControlFile(
			(HANDLE)s, event, NULL,
			(ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped,
			iosb, code, (PVOID)in, in_n, out, out_n);
	if (n && status != STATUS_PENDING &&
	    (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
		*n = (DWORD)iosb->Information;
	return ws_result(status);
}

NTSTATUS ws_get_word(SOCKET s, int option, ULONG *value)
{
	AFD_TL_IO_CONTROL_INFO info = { .Type = AFD_TL_GET_OPTION,
					.Level = SOL_SOCKET,
					.Code = (ULONG)option };

	*value = 0;
	return ws_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &info, sizeof info,
			  value, sizeof *value, NULL);
}

/* ---- making ---- */

static NTSTATUS open_endpoint(const WSAPROTOCOL_INFOW *p, DWORD flags,
			      ULONG endpoint, SOCKET *s)
{
	static WCHAR name[] = L"\\Device\\Afd\\Endpoint";
	UNICODE_STRING u = { sizeof name - 2, sizeof name, name };
	AFD_OPEN_EA ea = {
		.EaNameLength = 15,
		.EaValueLength = sizeof(AFD_OPEN_PACKET),
		.EaName = "AfdOpenPacketXX",
		.Packet = { .EndpointFlags = endpoint },
	};
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;
	HANDLE h;

	if (p) {
		ea.Packet.AddressFamily = p->iAddressFamily;
		ea.Packet.SocketType = p->iSocketType;
		ea.Packet.Protocol = p->iProtocol;
		if (p->iSocketType != SOCK_STREAM)
			ea.Packet.EndpointFlags |= AFD_ENDPOINT_CONNECTIONLESS;
		if (p->iSocketType == SOCK_RAW)
			ea.Packet.EndpointFlags |= AFD_ENDPOINT_RAW;
		if (flags & WSA_FLAG_REGISTERED_IO)
			ea.Packet.EndpointFlags |= AFD_ENDPOINT_REGISTERED;
		if (flags & WSA_FLAG_MULTIPOINT_C_LEAF &&
		    flags & WSA_FLAG_MULTIPOINT_D_LEAF)
			ea.Packet.EndpointFlags |= AFD_ENDPOINT_LEAF;
	}
	InitializeObjectAttributes(
		&oa, &u,
		OBJ_CASE_INSENSITIVE |
			(flags & WSA_FLAG_NO_HANDLE_INHERIT ? 0 : OBJ_INHERIT),
		NULL, NULL);
	status = NtCreateFile(&h, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE,
			      &oa, &iosb, NULL, 0,
			      FILE_SHARE_READ | FILE_SHARE_WRITE,
			      3 /* FILE_OPEN_IF */,
			      flags & WSA_FLAG_OVERLAPPED
				      ? 0
				      : 0x20 /* synchronous, not alertable */,
			      &ea, sizeof ea);
	*s = NT_SUCCESS(status) ? (SOCKET)h : INVALID_SOCKET;
	return status;
}

static SOCKET make(int family, int type, int protocol,
		   const WSAPROTOCOL_INFOW *info, DWORD flags)
{
	WSAPROTOCOL_INFOW wanted;
	const WSAPROTOCOL_INFOW *p;
	NTSTATUS status;
	SOCKET s;

	if (!ws_started()) {
		WSASetLastError(WSANOTINITIALISED);
		return INVALID_SOCKET;
	}
	if (info) {
		/* From WSADuplicateSocket: the handle is ours already. */
		if (info->dwProviderReserved)
			return (SOCKET)info->dwProviderReserved;
		if (family == FROM_PROTOCOL_INFO)
			family = info->iAddressFamily;
		if (type == FROM_PROTOCOL_INFO)
			type = info->iSocketType;
		if (protocol == FROM_PROTOCOL_INFO)
			protocol = info->iProtocol;
	}
	p = ws_protocol(family, type, protocol);
	if (!p)
		return INVALID_SOCKET;
	wanted = *p;
	if (p->iProtocolMaxOffset)
		wanted.iProtocol = protocol;
	status = open_endpoint(&wanted, flags, 0, &s);
	if (status == STATUS_INVALID_ADDRESS)
		WSASetLastError(WSAEAFNOSUPPORT);
	else if (status == STATUS_NOT_SUPPORTED)
		WSASetLastError(WSAEPROTONOSUPPORT);
	else
		ws_result(status);
	return s;
}

SOCKET WINAPI WSASocketW(int family, int type, int protocol,
			 LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags)
{
	return make(family, type, protocol, info, flags);
}

SOCKET WINAPI WSASocketA(int family, int type, int protocol,
			 LPWSAPROTOCOL_INFOA info, GROUP group, DWORD flags)
{
	/* The two differ in the name at the end. */
	return make(family, type, protocol, (const WSAPROTOCOL_INFOW *)info,
		    flags);
}

SOCKET WINAPI socket(int family, int type, int protocol)
{
	DWORD flags = ws_open_type() ? 0 : WSA_FLAG_OVERLAPPED;

	return make(family, type, protocol, NULL, flags);
}

int WINAPI closesocket(SOCKET s)
{
	NTSTATUS status;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	/* A handle of something else stays open. */
	status = ws_control(s, IOCTL_AFD_NO_OPERATION, NULL, 0, NULL, 0, NULL);
	if (!NT_SUCCESS(status))
		return ws_fail(WSAENOTSOCK);
	/* Before another one can get its number. */
	ws_rio_closed(s);
	ws_async_closed(s);
	status = NtClose((HANDLE)s);
	return ws_result_only(status);
}

/* ---- addresses ---- */

void ws_free(void *p)
{
	HeapFree(GetProcessHeap(), 0, p);
}

/* The NT name of an AF_UNIX path, which is UTF-8 and may be relative. */
static BOOL unix_name(const struct sockaddr *to, int len, UNICODE_STRING *nt)
{
	WCHAR wide[110];
	char path[109] = "";
	int n = min(len - 2, 108);

	memcpy(path, to->sa_data, (size_t)n);
	if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, ARRAYSIZE(wide)))
		return FALSE;
	return RtlDosPathNameToNtPathName_U(wide, nt, NULL, NULL);
}

void *ws_address(const struct sockaddr *to, int len, ULONG head, ULONG *n)
{
	enum { UNIX_SIZE = 110 };
	UNICODE_STRING nt = { 0 };
	BOOL path = to && len > 2 && to->sa_family == AF_UNIX && to->sa_data[0];
	BYTE *p;

	if (!to || len < 2 || len > 4096) {
		ws_fail(WSAEFAULT);
		return NULL;
	}
	if (path && !unix_name(to, len, &nt)) {
		ws_fail(WSAEINVAL);
		return NULL;
	}
	*n = head + (path ? (ULONG)UNIX_SIZE + nt.Length : (ULONG)len);
	p = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, *n);
	if (p) {
		memcpy(p + head, to,
		       (SIZE_T)(path ? min(len, (int)UNIX_SIZE) : len));
		if (path)
			memcpy(p + head + UNIX_SIZE, nt.Buffer, nt.Length);
	} else {
		ws_fail(WSAENOBUFS);
	}
	if (path)
		RtlFreeUnicodeString(&nt);
	return p;
}

int WINAPI bind(SOCKET s, const struct sockaddr *name, int len)
{
	ULONG n, reuse = 0, exclusive = 0;
	NTSTATUS status;
	ULONG *in;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	in = ws_address(name, len, sizeof *in, &n);
	if (!in)
		return SOCKET_ERROR;
	/* The share mode; what it says is known below as well. */
	ws_get_word(s, SO_REUSEADDR, &reuse);
	if (!reuse)
		ws_get_word(s, SO_EXCLUSIVEADDRUSE, &exclusive);
	*in = reuse ? 1 : exclusive ? 3 : 2;
	status = ws_control(s, IOCTL_AFD_BIND, in, n, NULL, 0, NULL);
	ws_free(in);
	return status == STATUS_INVALID_ADDRESS ? ws_fail(WSAEFAULT)
						: ws_result(status);
}

static int disconnect(SOCKET s, ULONG mode)
{
	AFD_PARTIAL_DISCONNECT_INFO info = { .DisconnectMode = mode,
					     .Timeout.QuadPart = -1 };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	return ws_result(ws_control(s, IOCTL_AFD_PARTIAL_DISCONNECT, &info,
				    sizeof info, NULL, 0, NULL));
}

int WINAPI connect(SOCKET s, const struct sockaddr *name, int len)
{
	NTSTATUS status;
	ULONG n;
	void *in;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	/* Zeros take a datagram socket's peer away. */
	if (name && len >= (int)sizeof *name && !name->sa_family &&
	    !disconnect(s, AFD_DISCONNECT_DATAGRAM))
		return 0;
	/* No SAN, no root endpoint, no other endpoint. */
	in = ws_address(name, len, 3 * sizeof(HANDLE), &n);
	if (!in)
		return SOCKET_ERROR;
	status = ws_control(s, IOCTL_AFD_CONNECT, in, n, NULL, 0, NULL);
	ws_free(in);
	return ws_result_only(status);
}

int WINAPI WSAConnect(SOCKET s, const struct sockaddr *name, int len,
		      LPWSABUF caller, LPWSABUF callee, LPQOS sqos, LPQOS gqos)
{
	/* TCP carries no data in its handshake for the user. */
	if (callee)
		callee->len = 0;
	return connect(s, name, len);
}

int WINAPI listen(SOCKET s, int backlog)
{
	AFD_LISTEN_INFO info = { .MaximumConnectionQueue = (ULONG)backlog };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	return ws_result(ws_control(s, IOCTL_AFD_START_LISTEN, &info,
				    sizeof info, NULL, 0, NULL));
}

static int get_name(SOCKET s, ULONG code, struct sockaddr *name, int *len)
{
	BYTE out[128];
	NTSTATUS status;
	ULONG_PTR n;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!name || !len)
		return ws_fail(WSAEFAULT);
	status = ws_control(s, code, NULL, 0, out, sizeof out, &n);
	if (!NT_SUCCESS(status))
		return ws_result(status);
	if (*len < 0 || (ULONG_PTR)*len < n)
		return ws_fail(WSAEFAULT);
	memcpy(name, out, n);
	*len = (int)n;
	return ws_result(STATUS_SUCCESS);
}

int WINAPI getsockname(SOCKET s, struct sockaddr *name, int *len)
{
	return get_name(s, IOCTL_AFD_GET_ADDRESS, name, len);
}

int WINAPI getpeername(SOCKET s, struct sockaddr *name, int *len)
{
	return get_name(s, IOCTL_AFD_GET_REMOTE_ADDRESS, name, len);
}

/* ---- accepting ---- */

struct incoming {
	LONG sequence;
	BYTE address[128];
};

/* The program's say; CF_ACCEPT, or why not. */
static int ask(SOCKET s, LPCONDITIONPROC condition, DWORD_PTR context,
	       struct incoming *in, ULONG n)
{
	WSABUF caller = { n, (char *)in->address }, callee = { 0 };
	WSABUF none = { 0 };
	BYTE local[128];
	int local_n = sizeof local;
	GROUP group = 0;

	if (!getsockname(s, (struct sockaddr *)local, &local_n)) {
		callee.len = (ULONG)local_n;
		callee.buf = (char *)local;
	}
	return condition(&caller, &none, NULL, NULL, &callee, &none, &group,
			 context);
}

SOCKET WINAPI WSAAccept(SOCKET s, struct sockaddr *name, LPINT len,
			LPCONDITIONPROC condition, DWORD_PTR context)
{
	struct incoming in;
	AFD_ACCEPT_INFO accept = { 0 };
	NTSTATUS status;
	ULONG_PTR n;
	SOCKET to;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED), INVALID_SOCKET;
	if (name && (!len || *len < (int)sizeof(struct sockaddr)))
		return ws_fail(WSAEFAULT), INVALID_SOCKET;
	status = ws_control(s, IOCTL_AFD_WAIT_FOR_LISTEN, NULL, 0, &in,
			    sizeof in, &n);
	if (!NT_SUCCESS(status))
		return ws_result(status), INVALID_SOCKET;
	n -= sizeof in.sequence;
	if (name && n > (ULONG_PTR)*len) {
		AFD_DEFER_ACCEPT_INFO defer = { in.sequence, FALSE };

		/* The next one may have room for it. */
		ws_control(s, IOCTL_AFD_DEFER_ACCEPT, &defer, sizeof defer,
			   NULL, 0, NULL);
		return ws_fail(WSAEFAULT), INVALID_SOCKET;
	}
	if (condition) {
		int answer = ask(s, condition, context, &in, (ULONG)n);

		if (answer != CF_ACCEPT) {
			AFD_DEFER_ACCEPT_INFO defer = { in.sequence,
							answer == CF_REJECT };

			ws_control(s, IOCTL_AFD_DEFER_ACCEPT, &defer,
				   sizeof defer, NULL, 0, NULL);
			return ws_fail(answer == CF_REJECT  ? WSAECONNREFUSED
				       : answer == CF_DEFER ? WSATRY_AGAIN
							    : WSAEINVAL),
			       INVALID_SOCKET;
		}
	}
	status = open_endpoint(NULL, WSA_FLAG_OVERLAPPED, AFD_ENDPOINT_EMPTY,
			       &to);
	if (NT_SUCCESS(status)) {
		accept.Sequence = in.sequence;
		accept.AcceptHandle = (HANDLE)to;
		status = ws_control(s, IOCTL_AFD_ACCEPT, &accept, sizeof accept,
				    NULL, 0, NULL);
		if (!NT_SUCCESS(status))
			NtClose((HANDLE)to);
	}
	if (!NT_SUCCESS(status))
		return ws_result(status), INVALID_SOCKET;
	ws_async_inherit(s, to);
	if (name) {
		memcpy(name, in.address, min(n, (ULONG_PTR)*len));
		*len = (int)n;
	}
	return to;
}

SOCKET WINAPI accept(SOCKET s, struct sockaddr *name, int *len)
{
	return WSAAccept(s, name, len, NULL, 0);
}

/* ---- ends ---- */

int WINAPI shutdown(SOCKET s, int how)
{
	static const ULONG modes[] = { AFD_DISCONNECT_RECEIVE,
				       AFD_DISCONNECT_SEND,
				       AFD_DISCONNECT_SEND |
					       AFD_DISCONNECT_RECEIVE };

	if (how < 0 || how >= (int)ARRAYSIZE(modes))
		return ws_fail(WSAEINVAL);
	return disconnect(s, modes[how]);
}

int WINAPI WSASendDisconnect(SOCKET s, LPWSABUF data)
{
	return disconnect(s, AFD_DISCONNECT_SEND);
}

int WINAPI WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
	if (data)
		data->len = 0;
	return disconnect(s, AFD_DISCONNECT_RECEIVE);
}

/* ---- to other processes ---- */

static int duplicate(SOCKET s, DWORD process, WSAPROTOCOL_INFOW *info)
{
	const WSAPROTOCOL_INFOW *p;
	ULONG family, type, protocol;
	NTSTATUS status;
	HANDLE target, copy;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!info)
		return ws_fail(WSAEFAULT);
	status = ws_get_word(s, 0x7ff0, &family);
	if (!NT_SUCCESS(status))
		return ws_result(status);
	ws_get_word(s, SO_TYPE, &type);
	ws_get_word(s, 0x7ff1, &protocol);
	p = ws_protocol((int)family, (int)type, (int)protocol);
	if (!p)
		return SOCKET_ERROR;
	target = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process);
	if (!target)
		return ws_fail(WSAEINVAL);
	if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)s, target, &copy, 0,
			     TRUE, DUPLICATE_SAME_ACCESS)) {
		CloseHandle(target);
		return ws_fail(WSAEINVAL);
	}
	CloseHandle(target);
	*info = *p;
	info->iProtocol = (int)protocol;
	info->dwProviderReserved = (DWORD)(ULONG_PTR)copy;
	return 0;
}

int WINAPI WSADuplicateSocketW(SOCKET s, DWORD process,
			       LPWSAPROTOCOL_INFOW info)
{
	return duplicate(s, process, info);
}

int WINAPI WSADuplicateSocketA(SOCKET s, DWORD process,
			       LPWSAPROTOCOL_INFOA info)
{
	WSAPROTOCOL_INFOW wide;

	if (!info)
		return ws_fail(WSAEFAULT);
	if (duplicate(s, process, &wide))
		return SOCKET_ERROR;
	ws_protocol_narrow(&wide, info);
	return 0;
}
