/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * safe-handlers.c - which addresses may be exception handlers of 32-bit code.
 *
 * Registration records lie on the stack, where an overrun reaches them.  So an
 * image may list its handlers (/SAFESEH: the load configuration's table) or say
 * that it has none, and a handler outside of images, or in memory that holds no
 * code, is one only where the process executes data.
 *
 * The tables are read when the image is loaded: later they may have been
 * tampered with.
 */
#include "unwind.h"

/* Of ProcessExecuteFlags. */
enum { EXECUTE_DISPATCH = 0x10, IMAGE_DISPATCH = 0x20 };
enum { PROCESS_EXECUTE_FLAGS = 34, MEMORY_BASIC = 0 };

static const ULONG none[1];

static BOOL is_managed(PVOID base)
{
	const IMAGE_COR20_HEADER *h;
	ULONG size;

	h = RtlImageDirectoryEntryToData(
		base, TRUE, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, &size);
	return h && size >= sizeof *h && h->Flags & COMIMAGE_FLAGS_ILONLY;
}

struct safe_handlers safe_handlers_of(PVOID base, ULONG size)
{
	const struct safe_handlers any = { NULL, 0 }, no = { none, 0 };
	const IMAGE_NT_HEADERS *nt = RtlImageNtHeader(base);
	const IMAGE_LOAD_CONFIG_DIRECTORY32 *c;
	const ULONG needed =
		FIELD_OFFSET(IMAGE_LOAD_CONFIG_DIRECTORY32, SEHandlerCount) +
		sizeof c->SEHandlerCount;
	struct safe_handlers s;
	ULONG bytes;
	SIZE_T at;

	if (!nt)
		return any;
	if (nt->OptionalHeader.DllCharacteristics &
		    IMAGE_DLLCHARACTERISTICS_NO_SEH ||
	    is_managed(base))
		return no;
	c = RtlImageDirectoryEntryToData(
		base, TRUE, IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, &bytes);
	/* Its own size counts; old linkers put 64 into the directory. */
	at = (ULONG_PTR)c - (ULONG_PTR)base;
	if (!c || at > size || size - at < needed || c->Size < needed ||
	    !c->SEHandlerTable || !c->SEHandlerCount)
		return any;
	at = c->SEHandlerTable - (ULONG_PTR)base;
	if (at > size || c->SEHandlerCount > (size - at) / sizeof *s.rvas)
		return no;
	s.rvas = (const ULONG *)c->SEHandlerTable;
	s.count = c->SEHandlerCount;
	return s;
}

static BOOL listed(const struct safe_handlers *s, ULONG rva)
{
	ULONG low = 0, high = s->count;

	while (low < high) {
		ULONG mid = low + (high - low) / 2;

		if (s->rvas[mid] == rva)
			return TRUE;
		if (s->rvas[mid] < rva)
			low = mid + 1;
		else
			high = mid;
	}
	return FALSE;
}

static BOOL is_code(PVOID p)
{
	enum { EXECUTE = 0xf0 };
	MEMORY_BASIC_INFORMATION m;

	return NT_SUCCESS(NtQueryVirtualMemory(NtCurrentProcess(), p,
					       MEMORY_BASIC, &m,
					       sizeof m, NULL)) &&
	       m.State == MEM_COMMIT && m.Protect & EXECUTE;
}

BOOL handler_is_safe(PVOID handler)
{
	struct safe_handlers s;
	ULONG_PTR base;
	BOOL in_image = module_handlers((ULONG_PTR)handler, &base, &s);
	ULONG flags = 0;

	if (in_image && s.rvas)
		return listed(&s, (ULONG)((ULONG_PTR)handler - base));
	if (in_image && is_code(handler))
		return TRUE;
	NtQueryInformationProcess(NtCurrentProcess(), PROCESS_EXECUTE_FLAGS,
				  &flags, sizeof flags, NULL);
	return (in_image || flags & IMAGE_DISPATCH) &&
	       (flags & EXECUTE_DISPATCH || is_code(handler));
}
