/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * params.c - RTL_USER_PROCESS_PARAMETERS: what a process is started with.
 *
 * One block of memory: the structure, its strings, the environment.  Not
 * normalized, the strings' pointers are offsets from its start.
 */
#include "ntdll-private.h"

enum { NORMALIZED = RTL_USER_PROC_PARAMS_NORMALIZED };

static ULONG align(SIZE_T n)
{
	return (ULONG)((n + sizeof(void *) - 1) & ~(sizeof(void *) - 1));
}

/* What RtlCreateProcessParametersEx copies, in the order that Windows has. */
struct part {
	PCUNICODE_STRING from;
	SIZE_T to;  /* offset of the UNICODE_STRING */
	ULONG room; /* at least, in bytes */
};

static char *put(RTL_USER_PROCESS_PARAMETERS *p, char *at,
		 const struct part *part)
{
	PUNICODE_STRING to = (PUNICODE_STRING)((char *)p + part->to);

	if (!part->from)
		return at;
	to->Length = part->from->Length;
	to->MaximumLength = (USHORT)part->room;
	to->Buffer = (PWSTR)at;
	memcpy(at, part->from->Buffer, to->Length);
	return at + align(part->room);
}

NTSTATUS NTAPI RtlCreateProcessParametersEx(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime, ULONG flags)
{
	static const UNICODE_STRING empty = { 0, 2, (PWSTR)L"" };
	RTL_USER_PROCESS_PARAMETERS *own = rf_peb()->ProcessParameters, *p;
	SIZE_T size = align(sizeof *p), env_size;
	char *at;

	if (!image)
		return STATUS_INVALID_PARAMETER;
	RtlAcquirePebLock();
	if (!environment)
		environment = own->Environment;
	struct part parts[] = {
		{ directory ? directory : &own->CurrentDirectory.DosPath,
		  offsetof(RTL_USER_PROCESS_PARAMETERS,
			   CurrentDirectory.DosPath),
		  520 },
		{ dll_path ? dll_path : &own->DllPath,
		  offsetof(RTL_USER_PROCESS_PARAMETERS, DllPath), 0 },
		{ image, offsetof(RTL_USER_PROCESS_PARAMETERS, ImagePathName),
		  0 },
		{ command_line ? command_line : image,
		  offsetof(RTL_USER_PROCESS_PARAMETERS, CommandLine), 0 },
		{ title ? title : &empty,
		  offsetof(RTL_USER_PROCESS_PARAMETERS, WindowTitle), 0 },
		{ desktop ? desktop : &empty,
		  offsetof(RTL_USER_PROCESS_PARAMETERS, DesktopInfo), 0 },
		{ shell ? shell : &empty,
		  offsetof(RTL_USER_PROCESS_PARAMETERS, ShellInfo), 0 },
		{ runtime, offsetof(RTL_USER_PROCESS_PARAMETERS, RuntimeData),
		  0 },
	};
	for (ULONG i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!parts[i].from)
			continue;
		if (parts[i].room < parts[i].from->Length + sizeof(WCHAR))
			parts[i].room = parts[i].from->Length + sizeof(WCHAR);
		if (parts[i].room > 0xfffe)
			parts[i].room = 0xfffe;
		size += align(parts[i].room);
	}
	env_size = environment ? rf_environment_size(environment) : 0;
	p = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, size + env_size);
	if (!p) {
		RtlReleasePebLock();
		return STATUS_NO_MEMORY;
	}
	p->MaximumLength = (ULONG)(size + env_size);
	p->Length = (ULONG)(size + env_size);
	p->Flags = NORMALIZED;
	p->ConsoleFlags = own->ConsoleFlags;
	at = (char *)p + align(sizeof *p);
	for (ULONG i = 0; i < ARRAY_SIZE(parts); i++)
		at = put(p, at, &parts[i]);
	if (environment) {
		p->Environment = memcpy(at, environment, env_size);
		p->EnvironmentSize = env_size;
	}
	RtlReleasePebLock();
	*out = flags & NORMALIZED ? p : RtlDeNormalizeProcessParams(p);
	return STATUS_SUCCESS;
}

/* The older function gives them with offsets. */
NTSTATUS NTAPI RtlCreateProcessParameters(
	RTL_USER_PROCESS_PARAMETERS **out, PCUNICODE_STRING image,
	PCUNICODE_STRING dll_path, PCUNICODE_STRING directory,
	PCUNICODE_STRING command_line, PVOID environment,
	PCUNICODE_STRING title, PCUNICODE_STRING desktop,
	PCUNICODE_STRING shell, PCUNICODE_STRING runtime)
{
	return RtlCreateProcessParametersEx(out, image, dll_path, directory,
					    command_line, environment, title,
					    desktop, shell, runtime, 0);
}

NTSTATUS NTAPI RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *p)
{
	RtlFreeHeap(rf_heap(), 0, p);
	return STATUS_SUCCESS;
}

static RTL_USER_PROCESS_PARAMETERS *shift(RTL_USER_PROCESS_PARAMETERS *p,
					  BOOL normalize)
{
	PUNICODE_STRING strings[] = {
		&p->CurrentDirectory.DosPath,
		&p->DllPath,
		&p->ImagePathName,
		&p->CommandLine,
		&p->WindowTitle,
		&p->DesktopInfo,
		&p->ShellInfo,
		&p->RuntimeData,
	};
	ULONG_PTR by = normalize ? (ULONG_PTR)p : 0 - (ULONG_PTR)p;

	for (ULONG i = 0; i < ARRAY_SIZE(strings); i++)
		if (strings[i]->Buffer)
			strings[i]->Buffer =
				(PWSTR)((ULONG_PTR)strings[i]->Buffer + by);
	p->Flags ^= NORMALIZED;
	return p;
}

RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p)
{
	return p && !(p->Flags & NORMALIZED) ? shift(p, TRUE) : p;
}

RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *p)
{
	return p && p->Flags & NORMALIZED ? shift(p, FALSE) : p;
}
