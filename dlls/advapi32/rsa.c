/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rsa.c - RSA's keys, and what is computed with them: by the host, whose
 * library takes the same steps whatever the secret numbers are.
 */
#include "crypt.h"
#include "rsa.h"

struct rsa *rsa_new(ULONG bits)
{
	struct rsa *k = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY,
					sizeof *k + rsa_size(bits, TRUE));

	if (!k)
		return NULL;
	k->refs = 1;
	k->bits = bits;
	return k;
}

void rsa_put(struct rsa *k)
{
	if (!k || InterlockedDecrement(&k->refs))
		return;
	RtlSecureZeroMemory(k->bytes, rsa_size(k->bits, TRUE));
	RtlFreeHeap(rf_heap(), 0, k);
}

BOOL rsa_result(NTSTATUS status, DWORD usual)
{
	if (NT_SUCCESS(status))
		return TRUE;
	return crypt_fail(status == STATUS_NOT_SUPPORTED
				  ? (DWORD)NTE_NOT_SUPPORTED
			  : status == STATUS_NO_MEMORY ? (DWORD)NTE_NO_MEMORY
						       : usual);
}

NTSTATUS rsa_make(ULONG bits, struct rsa **made)
{
	const struct rf_rsa_head head = { bits, 65537 };
	struct rsa *k = rsa_new(bits);
	NTSTATUS status;

	if (!k)
		return STATUS_NO_MEMORY;
	status = rf_random_control(RF_RSA_MAKE, &head, sizeof head, k->bytes,
				   rsa_size(bits, TRUE));
	if (!NT_SUCCESS(status)) {
		rsa_put(k);
		return status;
	}
	k->exponent = head.exponent;
	k->secret = TRUE;
	*made = k;
	return STATUS_SUCCESS;
}

/* x, behind the head and the first units of the key; the answer in its place.
 */
static NTSTATUS compute(const struct rsa *k, ULONG code, ULONG units, BYTE *x)
{
	const struct rf_rsa_head head = { k->bits, k->exponent };
	ULONG n = k->bits / 8, key = k->bits / 16 * units,
	      size = sizeof head + key + n;
	BYTE *room = RtlAllocateHeap(rf_heap(), 0, size);
	NTSTATUS status;

	if (!room)
		return STATUS_NO_MEMORY;
	memcpy(room, &head, sizeof head);
	memcpy(room + sizeof head, k->bytes, key);
	memcpy(room + sizeof head + key, x, n);
	status = rf_random_control(code, room, size, x, n);
	RtlSecureZeroMemory(room, size);
	RtlFreeHeap(rf_heap(), 0, room);
	return status;
}

NTSTATUS rsa_public(const struct rsa *k, BYTE *x)
{
	return compute(k, RF_RSA_PUBLIC, RF_RSA_NUMBER, x);
}

NTSTATUS rsa_secret(const struct rsa *k, BYTE *x)
{
	return compute(k, RF_RSA_SECRET, RF_RSA_NUMBER + RF_RSA_HALVES, x);
}
