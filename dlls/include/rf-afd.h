/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rf-afd.h - what ws2_32 says to \Device\Afd.  Host side: abi-afd.h.
 *
 * Codes and layouts are Windows 10's, but for AFD_WAIT and the private codes.
 */
#ifndef RF_DLL_AFD_H
#define RF_DLL_AFD_H

#include "nt.h"

/* In a code: the caller would wait for the request, so the call does. */
#define AFD_WAIT 0x800
/* The request is no thread's: it goes on when the caller has ended. */
#define AFD_DETACHED 0x1000

#define IOCTL_AFD_BIND		       0x12003
#define IOCTL_AFD_CONNECT	       0x12007
#define IOCTL_AFD_START_LISTEN	       0x1200b
#define IOCTL_AFD_WAIT_FOR_LISTEN      0x1200c
#define IOCTL_AFD_ACCEPT	       0x12010
#define IOCTL_AFD_RECEIVE	       0x12017
#define IOCTL_AFD_RECEIVE_DATAGRAM     0x1201b
#define IOCTL_AFD_SEND		       0x1201f
#define IOCTL_AFD_SEND_DATAGRAM	       0x12023
#define IOCTL_AFD_POLL		       0x12024
#define IOCTL_AFD_PARTIAL_DISCONNECT   0x1202b
#define IOCTL_AFD_GET_ADDRESS	       0x1202f
#define IOCTL_AFD_SET_INFORMATION      0x1203b
#define IOCTL_AFD_GET_REMOTE_ADDRESS   0x1203f
#define IOCTL_AFD_GET_INFORMATION      0x1207b
#define IOCTL_AFD_TRANSMIT_FILE	       0x1207f
#define IOCTL_AFD_SUPER_ACCEPT	       0x12083
#define IOCTL_AFD_EVENT_SELECT	       0x12087
#define IOCTL_AFD_ENUM_NETWORK_EVENTS  0x1208b
#define IOCTL_AFD_DEFER_ACCEPT	       0x1208c
#define IOCTL_AFD_NO_OPERATION	       0x1209c
#define IOCTL_AFD_TRANSPORT_IOCTL      0x120bf
#define IOCTL_AFD_TRANSMIT_PACKETS     0x120c3
#define IOCTL_AFD_SUPER_CONNECT	       0x120c7
#define IOCTL_AFD_SUPER_DISCONNECT     0x120cb
#define IOCTL_AFD_RECEIVE_MESSAGE      0x120cf
#define IOCTL_AFD_SEND_MESSAGE	       0x120d3
/* Ours: what the host knows of the network; see rf-net.h. */
#define IOCTL_AFD_NET_INFO	       0x12400
#define IOCTL_AFD_NET_CHANGE	       0x12404
#define IOCTL_AFD_NET_ECHO	       0x12408

#define AFD_FLAG_OVERLAPPED 2

#define AFD_POLL_RECEIVE	     0x1
#define AFD_POLL_RECEIVE_EXPEDITED   0x2
#define AFD_POLL_SEND		     0x4
#define AFD_POLL_DISCONNECT	     0x8
#define AFD_POLL_ABORT		     0x10
#define AFD_POLL_LOCAL_CLOSE	     0x20
#define AFD_POLL_CONNECT	     0x40
#define AFD_POLL_ACCEPT		     0x80
#define AFD_POLL_CONNECT_FAIL	     0x100
#define AFD_POLL_QOS		     0x200
#define AFD_POLL_GROUP_QOS	     0x400
#define AFD_POLL_ROUTING_IF_CHANGE   0x800
#define AFD_POLL_ADDRESS_LIST_CHANGE 0x1000
#define AFD_POLL_EVENTS		     13

#define AFD_ENDPOINT_CONNECTIONLESS 0x1
#define AFD_ENDPOINT_RAW	    0x100
/* Ours: a socket that AFD_ACCEPT fills. */
#define AFD_ENDPOINT_EMPTY 0x80000000
/* Ours: WSA_FLAG_REGISTERED_IO; those it accepts have it, too. */
#define AFD_ENDPOINT_REGISTERED 0x40000000
/* Ours: of WSA_FLAG_MULTIPOINT_C_LEAF and WSA_FLAG_MULTIPOINT_D_LEAF both. */
#define AFD_ENDPOINT_LEAF 0x20000000

typedef struct {
	ULONG EndpointFlags;
	ULONG GroupId;
	LONG AddressFamily, SocketType, Protocol;
	ULONG TransportDeviceNameLength;
} AFD_OPEN_PACKET;

typedef struct {
	ULONG NextEntryOffset;
	UCHAR Flags, EaNameLength;
	USHORT EaValueLength;
	CHAR EaName[16];
	AFD_OPEN_PACKET Packet;
} AFD_OPEN_EA;
_Static_assert(offsetof(AFD_OPEN_EA, Packet) == 24, "FILE_FULL_EA_INFORMATION");

/* WSABUF, without winsock's headers. */
typedef struct {
	ULONG Length;
	CHAR *Buffer;
} AFD_BUFFER;

typedef struct {
	const void *BufferArray;
	ULONG BufferCount, AfdFlags, TdiFlags;
} AFD_IO_INFO;

#define TDI_RECEIVE_EXPEDITED 0x40
#define TDI_RECEIVE_PEEK      0x80
#define TDI_RECEIVE_WAITALL   0x4000
#define TDI_SEND_EXPEDITED    0x20

typedef struct {
	AFD_IO_INFO Io;
	PVOID Address;
	INT *AddressLength;
	/* IOCTL_AFD_RECEIVE_MESSAGE only. */
	PVOID ControlBuffer;
	ULONG *ControlLength;
	ULONG *MsgFlags;
} AFD_RECEIVE_MORE;

typedef struct {
	const void *BufferArray;
	ULONG BufferCount, AfdFlags;
	PVOID Request[3];
	LONG RequestStatus;
	PVOID SendDatagramInformation;
	LONG UserDataLength;
	PVOID UserData;
	LONG OptionsLength;
	PVOID Options;
	LONG RemoteAddressLength;
	const void *RemoteAddress;
	/* IOCTL_AFD_SEND_MESSAGE only. */
	PVOID ControlBuffer;
	ULONG ControlLength;
} AFD_SEND_MORE;
RF_AT(AFD_SEND_MORE, RemoteAddressLength, 88, 48);
RF_AT(AFD_SEND_MORE, ControlLength, 112, 60);

typedef struct {
	HANDLE Handle;
	ULONG PollEvents;
	NTSTATUS Status;
} AFD_POLL_HANDLE_INFO;

typedef struct {
	LARGE_INTEGER Timeout;
	ULONG NumberOfHandles;
	ULONG Exclusive;
	AFD_POLL_HANDLE_INFO Handles[];
} AFD_POLL_INFO;

typedef struct {
	ULONG InformationType;
	ULONG Pad;
	union {
		BOOLEAN Boolean;
		ULONG Ulong;
		LARGE_INTEGER LargeInteger;
	};
} AFD_INFORMATION;
#define AFD_INLINE_MODE	     1
#define AFD_NONBLOCKING_MODE 2

typedef struct {
	ULONG Type, Level, Code;
	BOOLEAN EndpointIoctl;
	const void *InputBuffer;
	SIZE_T InputBufferLength;
} AFD_TL_IO_CONTROL_INFO;
#define AFD_TL_SET_OPTION 1
#define AFD_TL_GET_OPTION 2
#define AFD_TL_SOCKET	  3

#define AFD_DISCONNECT_SEND	1
#define AFD_DISCONNECT_RECEIVE	2
#define AFD_DISCONNECT_ABORT	4
#define AFD_DISCONNECT_DATAGRAM 8

typedef struct {
	ULONG DisconnectMode;
	LARGE_INTEGER Timeout;
} AFD_PARTIAL_DISCONNECT_INFO;

typedef struct {
	BOOLEAN SanActive;
	ULONG MaximumConnectionQueue;
	BOOLEAN UseDelayedAcceptance;
} AFD_LISTEN_INFO;

typedef struct {
	BOOLEAN SanActive;
	LONG Sequence;
	HANDLE AcceptHandle;
} AFD_ACCEPT_INFO;

typedef struct {
	LONG Sequence;
	BOOLEAN Reject;
} AFD_DEFER_ACCEPT_INFO;

typedef struct {
	HANDLE Event;
	ULONG PollEvents;
} AFD_EVENT_SELECT_INFO;

typedef struct {
	ULONG PollEvents;
	NTSTATUS EventStatus[AFD_POLL_EVENTS];
} AFD_NETWORK_EVENTS;

typedef struct {
	BOOLEAN SanActive, FixAddressAlignment;
	HANDLE AcceptHandle;
	ULONG ReceiveDataLength, LocalAddressLength, RemoteAddressLength;
} AFD_SUPER_ACCEPT_INFO;

typedef struct {
	LARGE_INTEGER Offset, WriteLength;
	ULONG SendPacketLength;
	HANDLE FileHandle;
	PVOID Head;
	ULONG HeadLength;
	PVOID Tail;
	ULONG TailLength, Flags;
} AFD_TRANSMIT_FILE_INFO;

typedef struct {
	PVOID Elements;
	ULONG Count, SendSize, Flags;
} AFD_TRANSMIT_PACKETS_INFO;

#endif
