/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-delay.c - DLLs that are loaded when one of their functions is first
 * called.  Each slot of such an import table leads to code that asks for its
 * function here, and then keeps it.
 */
#include "ldr.h"

/* delayloadhandler.h, which mingw-w64 lacks */
#define DELAYLOAD_GPA_FAILURE 4
#define DLL_FAILURE           0xc06d007eu
#define NAME_FAILURE          0xc06d007fu

int __cdecl rf_stricmp(const char *a, const char *b);

struct delay_info {
	ULONG size;
	PCIMAGE_DELAYLOAD_DESCRIPTOR descriptor;
	PIMAGE_THUNK_DATA slot;
	PCSTR dll;
	ULONG by_name;
	union {
		PCSTR name;
		ULONG ordinal;
	};
	PVOID module;
	PVOID unused;
	ULONG error;
};
typedef PVOID(NTAPI *delay_hook)(ULONG why, struct delay_info *info);

PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID base, PCIMAGE_DELAYLOAD_DESCRIPTOR d,
				     delay_hook dll_hook, PVOID system_hook,
				     PIMAGE_THUNK_DATA slot, ULONG flags);
NTSTATUS NTAPI LdrResolveDelayLoadsFromDll(PVOID base, PCSTR dll, ULONG flags);
PVOID NTAPI rf_delay_load(PCIMAGE_DELAYLOAD_DESCRIPTOR d,
			  PIMAGE_THUNK_DATA slot);

/* The DLL is loaded once for all slots; the handle says by whom it is held. */
static NTSTATUS load(PVOID *handle, PCSTR dll)
{
	UNICODE_STRING name;
	NTSTATUS s;
	PVOID m;

	if (__atomic_load_n(handle, __ATOMIC_ACQUIRE))
		return STATUS_SUCCESS;
	if (!RtlCreateUnicodeStringFromAsciiz(&name, dll))
		return STATUS_NO_MEMORY;
	s = LdrLoadDll(NULL, NULL, &name, &m);
	RtlFreeUnicodeString(&name);
	if (NT_SUCCESS(s) && InterlockedCompareExchangePointer(handle, m, NULL))
		LdrUnloadDll(m);
	return s;
}

static NTSTATUS find(struct delay_info *i, PVOID *address)
{
	ANSI_STRING name;

	if (!i->by_name)
		return LdrGetProcedureAddress(i->module, NULL, i->ordinal,
					      address);
	RtlInitAnsiString(&name, i->name);
	return LdrGetProcedureAddress(i->module, &name, 0, address);
}

static NTSTATUS keep(PVOID base, PIMAGE_THUNK_DATA slot, PVOID address)
{
	struct unlocked u;
	struct module *m;
	NTSTATUS s = STATUS_DLL_NOT_FOUND;

	RtlEnterCriticalSection(&ldr_lock);
	m = module_at(base);
	if (m)
		s = unlock_iat(m, (ULONG)((char *)slot - (char *)base), &u);
	if (NT_SUCCESS(s)) {
		__atomic_store_n(&slot->u1.Function, (ULONG_PTR)address,
				 __ATOMIC_RELEASE);
		s = relock_iat(&u);
	}
	RtlLeaveCriticalSection(&ldr_lock);
	return s;
}

/* Where a slot leads to from now on; else what *i tells of, and *error. */
static NTSTATUS resolve(PVOID base, PCIMAGE_DELAYLOAD_DESCRIPTOR d,
			PIMAGE_THUNK_DATA slot, struct delay_info *i,
			PVOID *address, ULONG *error)
{
	char *b = base;
	PVOID *handle = (PVOID *)(b + d->ModuleHandleRVA);
	IMAGE_THUNK_DATA *first =
		(IMAGE_THUNK_DATA *)(b + d->ImportAddressTableRVA);
	IMAGE_THUNK_DATA name =
		((IMAGE_THUNK_DATA *)(b + d->ImportNameTableRVA))[slot - first];
	NTSTATUS s;

	*i = (struct delay_info){ .size = sizeof *i,
				  .descriptor = d,
				  .slot = slot,
				  .dll = b + d->DllNameRVA };
	i->by_name = !IMAGE_SNAP_BY_ORDINAL(name.u1.Ordinal);
	if (i->by_name)
		i->name = ((IMAGE_IMPORT_BY_NAME *)(b + name.u1.AddressOfData))
				  ->Name;
	else
		i->ordinal = IMAGE_ORDINAL(name.u1.Ordinal);
	*error = DLL_FAILURE;
	s = load(handle, i->dll);
	if (!NT_SUCCESS(s))
		return s;
	*error = NAME_FAILURE;
	i->module = *handle;
	s = find(i, address);
	return NT_SUCCESS(s) ? keep(base, slot, *address) : s;
}

/*
 * flags: none are known.  system_hook: kernel32's, which finds replacements of
 * what editions of Windows lack; there are none here.
 */
PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID base, PCIMAGE_DELAYLOAD_DESCRIPTOR d,
				     delay_hook dll_hook, PVOID system_hook,
				     PIMAGE_THUNK_DATA slot, ULONG flags)
{
	EXCEPTION_RECORD e = { .NumberParameters = 1 };
	struct delay_info i;
	PVOID address;
	NTSTATUS s = resolve(base, d, slot, &i, &address, &e.ExceptionCode);

	if (NT_SUCCESS(s))
		return address;
	i.error = RtlNtStatusToDosError(s);
	address = dll_hook ? dll_hook(DELAYLOAD_GPA_FAILURE, &i) : NULL;
	if (address)
		return address;
	e.ExceptionInformation[0] = (ULONG_PTR)&i;
	RtlRaiseException(&e);
	return NULL;
}

/*
 * All that base takes from a DLL, now: STATUS_DLL_NOT_FOUND if nothing.  What
 * fails is only told of.
 */
NTSTATUS NTAPI LdrResolveDelayLoadsFromDll(PVOID base, PCSTR dll, ULONG flags)
{
	const IMAGE_DELAYLOAD_DESCRIPTOR *d;
	ULONG size;

	if (flags)
		return STATUS_INVALID_PARAMETER_3;
	d = RtlImageDirectoryEntryToData(
		base, TRUE, IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT, &size);
	for (; d && d->DllNameRVA; d++) {
		NTSTATUS s = STATUS_SUCCESS;
		struct delay_info i;
		IMAGE_THUNK_DATA *slot;
		PVOID address;
		ULONG error;

		if (rf_stricmp((char *)base + d->DllNameRVA, dll))
			continue;
		slot = (IMAGE_THUNK_DATA *)((char *)base +
					    d->ImportAddressTableRVA);
		for (; NT_SUCCESS(s) && slot->u1.Function; slot++)
			s = resolve(base, d, slot, &i, &address, &error);
		return s;
	}
	return STATUS_DLL_NOT_FOUND;
}

PVOID NTAPI rf_delay_load(PCIMAGE_DELAYLOAD_DESCRIPTOR d,
			  PIMAGE_THUNK_DATA slot)
{
	PVOID base;

	RtlPcToFileHeader((PVOID)d, &base);
	return LdrResolveDelayLoadedAPI(base, d, NULL, NULL, slot, 0);
}

/*
 * What the code in our own DLLs' tables calls: see name_DELAYED in dll.mk.
 * dlltool's code keeps the arguments that are in general registers, so that
 * those in others are kept here.
 */
#ifdef __x86_64__
__asm__(".text\n"
	".globl __delayLoadHelper2\n"
	".seh_proc __delayLoadHelper2\n"
	"__delayLoadHelper2:\n"
	"	sub $0x68, %rsp\n"
	"	.seh_stackalloc 0x68\n"
	"	.seh_endprologue\n"
	"	movaps %xmm0, 0x20(%rsp)\n"
	"	movaps %xmm1, 0x30(%rsp)\n"
	"	movaps %xmm2, 0x40(%rsp)\n"
	"	movaps %xmm3, 0x50(%rsp)\n"
	"	call rf_delay_load\n"
	"	movaps 0x20(%rsp), %xmm0\n"
	"	movaps 0x30(%rsp), %xmm1\n"
	"	movaps 0x40(%rsp), %xmm2\n"
	"	movaps 0x50(%rsp), %xmm3\n"
	"	add $0x68, %rsp\n"
	"	ret\n"
	".seh_endproc\n");
#else
__asm__(".text\n"
	".globl ___delayLoadHelper2@8\n"
	"___delayLoadHelper2@8:\n"
	"	jmp _rf_delay_load@8\n");
#endif
