/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-rio.h - Registered I/O, which mingw-w64's mswsock.h lacks.  Source: Microsoft
 * Learn, mswsock.h and mswsockdef.h.
 */
#ifndef RF_DLL_RIO_H
#define RF_DLL_RIO_H

#ifndef WSA_FLAG_REGISTERED_IO
#define WSA_FLAG_REGISTERED_IO 0x100
#endif
#ifndef SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER
#define SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER 0xc8000024
#endif

#define WSAID_MULTIPLE_RIO                                                     \
	{                                                                      \
		0x8509e081, 0x96dd, 0x4005,                                    \
		{                                                              \
			0xb1, 0x65, 0x9e, 0x2e, 0xe8, 0xc7, 0x9e, 0x3f         \
		}                                                              \
	}

typedef struct rio_buffer_id *RIO_BUFFERID;
typedef struct rio_cq *RIO_CQ;
typedef struct rio_rq *RIO_RQ;

#define RIO_INVALID_BUFFERID ((RIO_BUFFERID)(ULONG_PTR)0xffffffff)
#define RIO_INVALID_CQ	     ((RIO_CQ)0)
#define RIO_INVALID_RQ	     ((RIO_RQ)0)
#define RIO_MAX_CQ_SIZE	     0x8000000
#define RIO_CORRUPT_CQ	     0xffffffff

#define RIO_MSG_DONT_NOTIFY 1
#define RIO_MSG_DEFER	    2
#define RIO_MSG_WAITALL	    4
#define RIO_MSG_COMMIT_ONLY 8

typedef struct {
	LONG Status;
	ULONG BytesTransferred;
	ULONGLONG SocketContext, RequestContext;
} RIORESULT;

typedef struct {
	RIO_BUFFERID BufferId;
	ULONG Offset, Length;
} RIO_BUF;

typedef struct {
	ULONG TotalLength; /* control messages follow, aligned */
} RIO_CMSG_BUFFER;

enum { RIO_EVENT_COMPLETION = 1, RIO_IOCP_COMPLETION = 2 };

typedef struct {
	ULONG Type;
	union {
		struct {
			HANDLE EventHandle;
			BOOL NotifyReset;
		} Event;
		struct {
			HANDLE IocpHandle;
			PVOID CompletionKey, Overlapped;
		} Iocp;
	};
} RIO_NOTIFICATION_COMPLETION;

typedef struct {
	DWORD cbSize;
	BOOL(WINAPI *RIOReceive)
	(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags, PVOID context);
	int(WINAPI *RIOReceiveEx)(RIO_RQ rq, RIO_BUF *data, ULONG count,
				  RIO_BUF *local, RIO_BUF *remote,
				  RIO_BUF *control, RIO_BUF *out_flags,
				  DWORD flags, PVOID context);
	BOOL(WINAPI *RIOSend)
	(RIO_RQ rq, RIO_BUF *data, ULONG count, DWORD flags, PVOID context);
	BOOL(WINAPI *RIOSendEx)
	(RIO_RQ rq, RIO_BUF *data, ULONG count, RIO_BUF *local, RIO_BUF *remote,
	 RIO_BUF *control, RIO_BUF *out_flags, DWORD flags, PVOID context);
	VOID(WINAPI *RIOCloseCompletionQueue)(RIO_CQ cq);
	RIO_CQ(WINAPI *RIOCreateCompletionQueue)
	(DWORD size, RIO_NOTIFICATION_COMPLETION *how);
	RIO_RQ(WINAPI *RIOCreateRequestQueue)
	(SOCKET s, ULONG receives, ULONG receive_buffers, ULONG sends,
	 ULONG send_buffers, RIO_CQ in, RIO_CQ out, PVOID context);
	ULONG(WINAPI *RIODequeueCompletion)
	(RIO_CQ cq, RIORESULT *array, ULONG size);
	VOID(WINAPI *RIODeregisterBuffer)(RIO_BUFFERID id);
	INT(WINAPI *RIONotify)(RIO_CQ cq);
	RIO_BUFFERID(WINAPI *RIORegisterBuffer)(PCHAR at, DWORD n);
	BOOL(WINAPI *RIOResizeCompletionQueue)(RIO_CQ cq, DWORD size);
	BOOL(WINAPI *RIOResizeRequestQueue)
	(RIO_RQ rq, DWORD receives, DWORD sends);
} RIO_EXTENSION_FUNCTION_TABLE;

#endif
