/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.c - requests to the host, which does TLS (rf-host-tls.h). */
#include "rf-host-tls.h"

static BOOL make_room(struct request *r, ULONG n)
{
	ULONG more = r->room ? r->room : 256;
	BYTE *data;

	if (n > RF_TLS_MOST - r->n)
		r->lost = TRUE;
	if (r->lost)
		return FALSE;
	if (n <= r->room - r->n)
		return TRUE;
	while (more - r->n < n)
		more *= 2;
	data = RtlAllocateHeap(rf_heap(), 0, more);
	if (!data) {
		r->lost = TRUE;
		return FALSE;
	}
	if (r->n)
		memcpy(data, r->data, r->n);
	if (r->data)
		RtlSecureZeroMemory(r->data, r->n);
	RtlFreeHeap(rf_heap(), 0, r->data);
	r->data = data;
	r->room = more;
	return TRUE;
}

void request_add(struct request *r, const void *data, ULONG n)
{
	if (!make_room(r, n) || !n)
		return;
	memcpy(r->data + r->n, data, n);
	r->n += n;
}

void request_begin(struct request *r, ULONG op, ULONG flags, ULONG arg)
{
	const struct rf_tls_request head = { op, flags, arg, 0 };

	memset(r, 0, sizeof *r);
	request_add(r, &head, sizeof head);
}

void request_item(struct request *r, ULONG kind, const void *data, ULONG n)
{
	const struct rf_tls_item head = { kind, n };

	request_add(r, &head, sizeof head);
	request_add(r, data, n);
}

/* There may be a key in it. */
void request_end(struct request *r)
{
	if (r->data)
		RtlSecureZeroMemory(r->data, r->n);
	RtlFreeHeap(rf_heap(), 0, r->data);
	memset(r, 0, sizeof *r);
}

LONG host_open(HANDLE *h)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;

	RtlInitUnicodeString(&name, L"\\Device\\RfTls");
	InitializeObjectAttributes(&attr, &name, 0, NULL, NULL);
	status = NtOpenFile(h, FILE_READ_DATA | SYNCHRONIZE, &attr, &iosb,
			    FILE_SHARE_READ | FILE_SHARE_WRITE,
			    0x20 /* FILE_SYNCHRONOUS_IO_NONALERT */);
	if (NT_SUCCESS(status))
		return SEC_E_OK;
	return status == STATUS_NOT_SUPPORTED ? SEC_E_SECPKG_NOT_FOUND
					      : SEC_E_INSUFFICIENT_MEMORY;
}

LONG host_call(HANDLE h, struct request *r, struct answer *a, ULONG most)
{
	IO_STATUS_BLOCK iosb = { { 0 }, 0 };
	NTSTATUS status = STATUS_NO_MEMORY;

	memset(a, 0, sizeof *a);
	a->size = sizeof a->head + most;
	if (!r->lost)
		a->room = RtlAllocateHeap(rf_heap(), 0, a->size);
	if (a->room)
		status = NtDeviceIoControlFile(h, NULL, NULL, NULL, &iosb,
					       RF_TLS_CALL, r->data, r->n,
					       a->room, a->size);
	request_end(r);
	if (status == STATUS_NO_MEMORY)
		return SEC_E_INSUFFICIENT_MEMORY;
	if (!NT_SUCCESS(status) || iosb.Information < sizeof a->head)
		return SEC_E_INTERNAL_ERROR;
	memcpy(&a->head, a->room, sizeof a->head);
	a->data = a->room + sizeof a->head;
	a->n = (ULONG)iosb.Information - sizeof a->head;
	return SEC_E_OK;
}

void host_free(struct answer *a)
{
	if (a->room)
		RtlSecureZeroMemory(a->room, sizeof a->head + a->n);
	RtlFreeHeap(rf_heap(), 0, a->room);
	memset(a, 0, sizeof *a);
}

BOOL host_item(const struct answer *a, ULONG *at, ULONG *kind,
	       const BYTE **data, ULONG *n)
{
	struct rf_tls_item head;

	if (a->n - *at < sizeof head)
		return FALSE;
	memcpy(&head, a->data + *at, sizeof head);
	*at += sizeof head;
	if (head.size > a->n - *at)
		return FALSE;
	*kind = head.kind;
	*data = a->data + *at;
	*n = head.size;
	*at += head.size;
	return TRUE;
}
