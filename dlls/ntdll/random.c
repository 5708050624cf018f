/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * random.c - random numbers, good and cheap.
 *
 * The good ones come from the kernel, through the random device that Windows'
 * own bcryptprimitives reads; its handle stays open.
 */
#include "ntdll-private.h"

static HANDLE device;

static HANDLE open_device(void)
{
	UNICODE_STRING name;
	OBJECT_ATTRIBUTES attr;
	IO_STATUS_BLOCK iosb;
	HANDLE h, first;

	if (device)
		return device;
	RtlInitUnicodeString(&name, L"\\Device\\KsecDD");
	InitializeObjectAttributes(&attr, &name, 0, NULL, NULL);
	if (!NT_SUCCESS(NtOpenFile(&h, FILE_READ_DATA | SYNCHRONIZE, &attr,
				   &iosb, FILE_SHARE_READ | FILE_SHARE_WRITE,
				   0x20 /* FILE_SYNCHRONOUS_IO_NONALERT */)))
		return NULL;
	first = InterlockedCompareExchangePointer(&device, h, NULL);
	if (first)
		NtClose(h);
	return device;
}

NTSTATUS NTAPI rf_random_control(ULONG code, const void *in, ULONG n, void *out,
				 ULONG room)
{
	HANDLE h = open_device();
	IO_STATUS_BLOCK iosb;

	return h ? NtDeviceIoControlFile(h, NULL, NULL, NULL, &iosb, code,
					 (void *)in, n, out, room) :
		   STATUS_DEVICE_DOES_NOT_EXIST;
}

/* FALSE: the system gave none, and the buffer must not be used. */
BOOLEAN NTAPI rf_gen_random(PVOID buffer, SIZE_T n)
{
	enum { IOCTL_KSEC_RNG = 0x390004 };
	char *at = buffer;

	while (n) {
		ULONG part = n > 1 << 20 ? 1 << 20 : (ULONG)n;

		if (!NT_SUCCESS(rf_random_control(IOCTL_KSEC_RNG, NULL, 0, at,
						  part)))
			break;
		at += part;
		n -= part;
	}
	return !n;
}

/* ---- with a seed ---- */

/* D. H. Lehmer, 1948, modulo 2^31 - 1: as documented for RtlUniform. */
ULONG NTAPI RtlUniform(ULONG *seed)
{
	*seed = (ULONG)(((ULONGLONG)*seed * 0x7fffffed + 0x7fffffc3) %
			0x7fffffff);
	return *seed;
}

/*
 * "Twice as random": the generator's output shuffled through a table, filled
 * from the seed's own sequence so that nothing depends on other callers.
 */
ULONG NTAPI RtlRandom(ULONG *seed)
{
	static ULONG table[128];
	static RTL_SRWLOCK lock;
	ULONG at, result;

	RtlAcquireSRWLockExclusive(&lock);
	if (!table[0]) {
		ULONG s = 0x6ec1b2d3;

		for (ULONG i = 0; i < ARRAY_SIZE(table); i++)
			table[i] = RtlUniform(&s);
	}
	at = RtlUniform(seed) % ARRAY_SIZE(table);
	result = table[at];
	table[at] = RtlUniform(seed);
	RtlReleaseSRWLockExclusive(&lock);
	return result;
}

ULONG NTAPI RtlRandomEx(ULONG *seed)
{
	return RtlRandom(seed);
}
