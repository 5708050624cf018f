/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* option.c - options, and the controls of ioctlsocket and WSAIoctl. */
#include "ws.h"

#include <mswsock.h>

/* NOT_SUPPORTED of an option has an error of its own. */
static int option_result(NTSTATUS status)
{
	return status == STATUS_NOT_SUPPORTED ? ws_fail(WSAENOPROTOOPT)
					      : ws_result(status);
}

static int protocol_info(SOCKET s, int option, char *value, int *n)
{
	ULONG family, type, protocol;
	const WSAPROTOCOL_INFOW *p;
	BOOL wide = option == SO_PROTOCOL_INFOW;
	int size = wide ? sizeof(WSAPROTOCOL_INFOW) : sizeof(WSAPROTOCOL_INFOA);
	NTSTATUS status = ws_get_word(s, 0x7ff0, &family);

	if (!NT_SUCCESS(status))
		return ws_result(status);
	ws_get_word(s, SO_TYPE, &type);
	ws_get_word(s, 0x7ff1, &protocol);
	p = ws_protocol((int)family, (int)type, (int)protocol);
	if (!p)
		return SOCKET_ERROR;
	if (*n < size) {
		*n = size;
		return ws_fail(WSAEFAULT);
	}
	if (wide)
		memcpy(value, p, (size_t)size);
	else
		ws_protocol_narrow(p, (WSAPROTOCOL_INFOA *)value);
	*n = size;
	return 0;
}

/* Both names, behind what describes them. */
static int bsp_state(SOCKET s, char *value, int *n)
{
	struct {
		CSADDR_INFO info;
		SOCKADDR_STORAGE local, remote;
	} all = { 0 };
	int size = sizeof all.local;
	ULONG word;
	NTSTATUS status = ws_get_word(s, SO_TYPE, &word);

	if (!NT_SUCCESS(status))
		return ws_result(status);
	if (*n < (int)sizeof all)
		return ws_fail(WSAEFAULT);
	all.info.iSocketType = (INT)word;
	ws_get_word(s, 0x7ff1, &word);
	all.info.iProtocol = (INT)word;
	if (!getsockname(s, (struct sockaddr *)&all.local, &size)) {
		all.info.LocalAddr.lpSockaddr =
			(struct sockaddr *)(value + ((char *)&all.local -
						     (char *)&all));
		all.info.LocalAddr.iSockaddrLength = size;
	}
	size = sizeof all.remote;
	if (!getpeername(s, (struct sockaddr *)&all.remote, &size)) {
		all.info.RemoteAddr.lpSockaddr =
			(struct sockaddr *)(value + ((char *)&all.remote -
						     (char *)&all));
		all.info.RemoteAddr.iSockaddrLength = size;
	}
	memcpy(value, &all, sizeof all);
	*n = sizeof all;
	return 0;
}

int WINAPI getsockopt(SOCKET s, int level, int option, char *value, int *n)
{
	AFD_TL_IO_CONTROL_INFO info = { .Type = AFD_TL_GET_OPTION,
					.Level = (ULONG)level,
					.Code = (ULONG)option };
	NTSTATUS status;
	ULONG_PTR got;
	ULONG word;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!value || !n || *n <= 0)
		return ws_fail(WSAEFAULT);
	if (level == SOL_SOCKET &&
	    (option == SO_PROTOCOL_INFOA || option == SO_PROTOCOL_INFOW))
		return protocol_info(s, option, value, n);
	if (level == SOL_SOCKET && option == 0x1009 /* SO_BSP_STATE */)
		return bsp_state(s, value, n);
	if (level == SOL_SOCKET && option == SO_OPENTYPE) {
		/* The thread's, whatever the socket. */
		if (*n < (int)sizeof word)
			return ws_fail(WSAEFAULT);
		word = ws_open_type();
		memcpy(value, &word, sizeof word);
		*n = sizeof word;
		return 0;
	}
	if (level == SOL_SOCKET && option == SO_ERROR) {
		/* A status, on its way here. */
		status = ws_get_word(s, option, &word);
		if (!NT_SUCCESS(status))
			return option_result(status);
		if (*n < (int)sizeof word)
			return ws_fail(WSAEFAULT);
		word = (ULONG)ws_error((NTSTATUS)word);
		memcpy(value, &word, sizeof word);
		*n = sizeof word;
		return ws_result(STATUS_SUCCESS);
	}
	status = ws_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &info, sizeof info,
			    value, (ULONG)*n, &got);
	if (NT_SUCCESS(status))
		*n = (int)got;
	return option_result(status);
}

int WINAPI setsockopt(SOCKET s, int level, int option, const char *value, int n)
{
	AFD_TL_IO_CONTROL_INFO info = { .Type = AFD_TL_SET_OPTION,
					.Level = (ULONG)level,
					.Code = (ULONG)option,
					.InputBuffer = value,
					.InputBufferLength = (SIZE_T)n };

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (n < 0 || (!value && n))
		return ws_fail(WSAEFAULT);
	if (level == SOL_SOCKET && option == SO_OPENTYPE) {
		ULONG type;

		if (n < (int)sizeof type)
			return ws_fail(WSAEFAULT);
		memcpy(&type, value, sizeof type);
		return ws_set_open_type(type);
	}
	return option_result(ws_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &info,
					sizeof info, NULL, 0, NULL));
}

/* ---- controls ---- */

static int set_blocking(SOCKET s, const void *in, DWORD in_n)
{
	AFD_INFORMATION info = { .InformationType = AFD_NONBLOCKING_MODE };
	u_long on;

	if (!in || in_n < sizeof on)
		return ws_fail(WSAEFAULT);
	memcpy(&on, in, sizeof on);
	info.Boolean = on != 0;
	return ws_result(ws_control(s, IOCTL_AFD_SET_INFORMATION, &info,
				    sizeof info, NULL, 0, NULL));
}

/* Answers that need no device: n bytes of data. */
static int answer(const void *data, DWORD size, void *out, DWORD out_n,
		  DWORD *n)
{
	if (!out || out_n < size)
		return ws_fail(WSAEFAULT);
	memcpy(out, data, size);
	*n = size;
	return 0;
}

/* What is answered here; *n is -1 if the device is to be asked. */
static int control(SOCKET s, DWORD code, LPVOID in, DWORD in_n, LPVOID out,
		   DWORD out_n, DWORD *n)
{
	NTSTATUS status;
	void *function;
	SOCKET base = s;

	switch (code) {
	case (DWORD)FIONBIO:
		return set_blocking(s, in, in_n);
	case SIO_GET_EXTENSION_FUNCTION_POINTER:
		if (!in || in_n < sizeof(GUID))
			return ws_fail(WSAEFAULT);
		function = ws_extension(in);
		if (!function)
			return ws_fail(WSAEINVAL);
		return answer(&function, sizeof function, out, out_n, n);
	case 0xc8000024: /* SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER */
		status = ws_control(s, IOCTL_AFD_NO_OPERATION, NULL, 0, NULL, 0,
				    NULL);
		if (!NT_SUCCESS(status))
			return ws_result(status);
		return ws_rio_table(in, in_n, out, out_n, n);
	case 0x48000022: /* SIO_BASE_HANDLE: there are no layers */
	case 0x4800001b: /* SIO_BSP_HANDLE */
	case 0x4800001c: /* SIO_BSP_HANDLE_SELECT */
	case 0x4800001d: /* SIO_BSP_HANDLE_POLL */
		status = ws_control(s, IOCTL_AFD_NO_OPERATION, NULL, 0, NULL, 0,
				    NULL);
		if (!NT_SUCCESS(status))
			return ws_result(status);
		return answer(&base, sizeof base, out, out_n, n);
	case SIO_FLUSH:
		return 0;
	/* Documented so of providers without quality of service, and without
	   companions. */
	case SIO_GET_QOS:
	case SIO_GET_GROUP_QOS:
	case SIO_SET_QOS:
	case SIO_SET_GROUP_QOS:
	case SIO_ASSOCIATE_HANDLE:
	case SIO_TRANSLATE_HANDLE:
		status = ws_control(s, IOCTL_AFD_NO_OPERATION, NULL, 0, NULL, 0,
				    NULL);
		return NT_SUCCESS(status) ? ws_fail(WSAENOPROTOOPT)
					  : ws_result(status);
	case SIO_ADDRESS_LIST_QUERY:
		return ws_address_list(s, out, out_n, n);
	case SIO_ADDRESS_LIST_SORT:
		return ws_sort_addresses(s, in, in_n, out, out_n, n);
	case SIO_GET_INTERFACE_LIST:
		return ws_interface_list(out, out_n, n);
	case 0x4004747e: /* SIO_GET_INTERFACE_LIST_EX */
		return ws_interface_list_ex(out, out_n, n);
	}
	*n = (DWORD)-1;
	return 0;
}

int WINAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_n, LPVOID out,
		    DWORD out_n, LPDWORD n, LPWSAOVERLAPPED overlapped,
		    LPWSAOVERLAPPED_COMPLETION_ROUTINE done)
{
	AFD_TL_IO_CONTROL_INFO info = { .Type = AFD_TL_SOCKET,
					.Code = code,
					.InputBuffer = in,
					.InputBufferLength = in_n };
	DWORD got = 0;
	int ret;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	if (!n && !overlapped)
		return ws_fail(WSAEFAULT);
	if (code == 0x4800001d /* SIO_BSP_HANDLE_POLL */ && overlapped)
		return ws_fail(WSAEFAULT);
	ret = control(s, code, in, in_n, out, out_n, &got);
	if (got == (DWORD)-1) {
		if (n)
			*n = 0;
		ret = ws_overlapped(s, IOCTL_AFD_TRANSPORT_IOCTL, &info,
				    sizeof info, out, out_n, n, overlapped,
				    done);
		/* Of a socket that cannot speak to all. */
		if (ret && code == SIO_GET_BROADCAST_ADDRESS &&
		    WSAGetLastError() == WSAEOPNOTSUPP)
			WSASetLastError(WSAENOPROTOOPT);
		return ret;
	}
	if (n)
		*n = got;
	if (overlapped && !ret) {
		overlapped->InternalHigh = got;
		overlapped->Internal = STATUS_SUCCESS;
		if (overlapped->hEvent)
			SetEvent((HANDLE)((ULONG_PTR)overlapped->hEvent &
					  ~(ULONG_PTR)1));
	}
	return ret;
}

int WINAPI ioctlsocket(SOCKET s, LONG code, u_long *value)
{
	DWORD n;

	if (!value)
		return ws_fail(WSAEFAULT);
	if (code != (LONG)FIONBIO && code != (LONG)FIONREAD &&
	    code != (LONG)SIOCATMARK)
		return ws_fail(WSAEOPNOTSUPP);
	return WSAIoctl(s, (DWORD)code, value, sizeof *value, value,
			sizeof *value, &n, NULL, NULL);
}

/* ---- byte order, by socket ---- */

static int swap(SOCKET s, void *to, const void *value, size_t n)
{
	NTSTATUS status;

	if (!ws_started())
		return ws_fail(WSANOTINITIALISED);
	status = ws_control(s, IOCTL_AFD_NO_OPERATION, NULL, 0, NULL, 0, NULL);
	if (!NT_SUCCESS(status))
		return ws_result(status);
	if (!to)
		return ws_fail(WSAEFAULT);
	for (size_t i = 0; i < n; i++)
		((BYTE *)to)[i] = ((const BYTE *)value)[n - 1 - i];
	return 0;
}

int WINAPI WSAHtonl(SOCKET s, u_long v, u_long *to)
{
	return swap(s, to, &v, sizeof v);
}

int WINAPI WSANtohl(SOCKET s, u_long v, u_long *to)
{
	return swap(s, to, &v, sizeof v);
}

int WINAPI WSAHtons(SOCKET s, u_short v, u_short *to)
{
	return swap(s, to, &v, sizeof v);
}

int WINAPI WSANtohs(SOCKET s, u_short v, u_short *to)
{
	return swap(s, to, &v, sizeof v);
}
