/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rio.h - Registered I/O, as Microsoft Learn has it; mingw-w64 lacks it. */
#ifndef RF_GUEST_RIO_H
#define RF_GUEST_RIO_H

#define WSA_FLAG_REGISTERED_IO			    0x100
#define SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER 0xc8000024

enum {
	RIO_MSG_DONT_NOTIFY = 1,
	RIO_MSG_DEFER = 2,
	RIO_MSG_WAITALL = 4,
	RIO_MSG_COMMIT_ONLY = 8,
	RIO_EVENT_COMPLETION = 1,
	RIO_IOCP_COMPLETION = 2
};
#define RIO_INVALID_BUFFERID ((void *)(ULONG_PTR)0xffffffff)
#define RIO_CORRUPT_CQ	     0xffffffff

typedef struct {
	LONG Status;
	ULONG BytesTransferred;
	ULONGLONG SocketContext, RequestContext;
} RIORESULT;

typedef struct {
	void *BufferId;
	ULONG Offset, Length;
} RIO_BUF;

typedef struct {
	DWORD Type;
	union {
		struct {
			HANDLE EventHandle;
			BOOL NotifyReset;
		} Event;
		struct {
			HANDLE IocpHandle;
			void *CompletionKey, *Overlapped;
		} Iocp;
	};
} RIO_NOTIFICATION_COMPLETION;

typedef struct {
	DWORD cbSize;
	BOOL(WINAPI *Receive)(void *, RIO_BUF *, ULONG, DWORD, void *);
	int(WINAPI *ReceiveEx)(void *, RIO_BUF *, ULONG, RIO_BUF *, RIO_BUF *,
			       RIO_BUF *, RIO_BUF *, DWORD, void *);
	BOOL(WINAPI *Send)(void *, RIO_BUF *, ULONG, DWORD, void *);
	BOOL(WINAPI *SendEx)(void *, RIO_BUF *, ULONG, RIO_BUF *, RIO_BUF *,
			     RIO_BUF *, RIO_BUF *, DWORD, void *);
	void(WINAPI *CloseCompletionQueue)(void *);
	void *(WINAPI *CreateCompletionQueue)(DWORD,
					      RIO_NOTIFICATION_COMPLETION *);
	void *(WINAPI *CreateRequestQueue)(SOCKET, ULONG, ULONG, ULONG, ULONG,
					   void *, void *, void *);
	ULONG(WINAPI *DequeueCompletion)(void *, RIORESULT *, ULONG);
	void(WINAPI *DeregisterBuffer)(void *);
	INT(WINAPI *Notify)(void *);
	void *(WINAPI *RegisterBuffer)(PCHAR, DWORD);
	BOOL(WINAPI *ResizeCompletionQueue)(void *, DWORD);
	BOOL(WINAPI *ResizeRequestQueue)(void *, DWORD, DWORD);
} RIO_EXTENSION_FUNCTION_TABLE;

static const GUID rio_id = {
	0x8509e081, 0x96dd, 0x4005, { 0xb1, 0x65, 0x9e, 0x2e, 0xe8, 0xc7, 0x9e, 0x3f }
};

#endif
