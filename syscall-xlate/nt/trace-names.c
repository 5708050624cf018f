/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trace-names.c - what the trace cannot know without Windows: names of results,
 * strings behind pointers, and which calls belong together.
 */
#include "syscall-xlate/nt/trace-names.h"

#include <string.h>

#include "base/utf.h"
#include "syscall-xlate/nt/abi.h"
#include "syscall-xlate/nt/nt.h"
#include "syscall-xlate/nt/status.h"
#include "syscall-xlate/nt/wow64.h"

extern const struct xlate_call nt_calls[];
extern const size_t nt_ncalls;

static const char *result_name(int64_t ret)
{
	return ret >> 32 ? NULL : status_name((NTSTATUS)ret);
}

static int units(struct task *t, gaddr at, unsigned bytes, char *buf, int size)
{
	uint16_t text[150];
	size_t n = MIN(bytes / 2, COUNT_OF(text));

	if (guest_read(t, text, at, 2 * n))
		return -1;
	n = utf16_to_utf8(buf, (size_t)size, text, n);
	return (int)MIN(n, (size_t)size);
}

static int ustr(struct task *t, gaddr at, char *buf, int size)
{
	struct unicode_string64 s;
	uint8_t narrow[8];

	if (!at || (nt_self->wow64 ? guest_read(t, narrow, at, sizeof narrow)
				   : guest_read(t, &s, at, sizeof s)))
		return -1;
	if (nt_self->wow64)
		wow64_widen(&wow64_ustr, &s, narrow);
	return units(t, s.buffer, s.length, buf, size);
}

static int string_arg(struct task *t, const char *kind, uint64_t a, char *buf,
		      int size)
{
	struct object_attributes64 oa;
	uint32_t name;

	if (!strcmp(kind, "ustr"))
		return ustr(t, a, buf, size);
	if (!strcmp(kind, "oa") && a && nt_self->wow64)
		return guest_get32(t, &name, a + 8) ? -1
						    : ustr(t, name, buf, size);
	if (!strcmp(kind, "oa") && a && guest_read(t, &oa, a, sizeof oa) == 0)
		return ustr(t, oa.name, buf, size);
	return -1;
}

static bool failed(int64_t ret)
{
	/* Warnings as well: a full buffer is what one looks for. */
	return !(ret >> 32) && (uint32_t)ret >= 0x80000000;
}

static bool pointee(struct task *t, const char *kind, uint64_t a, uint64_t *v)
{
	struct io_status64 iosb;
	uint32_t handle;

	if (strchr(kind, '*') && !nt_self->wow64)
		return guest_get64(t, v, a) == 0;
	if (!strcmp(kind, "ohandle") || strchr(kind, '*')) {
		if (guest_get32(t, &handle, a))
			return false;
		*v = handle;
		return true;
	}
	if (!strcmp(kind, "iosb") && nt_self->wow64) {
		if (guest_get32(t, &handle, a + 4))
			return false;
		*v = handle;
		return true;
	}
	if (!strcmp(kind, "iosb")) {
		if (guest_read(t, &iosb, a, sizeof iosb))
			return false;
		*v = iosb.information;
		return true;
	}
	return !strcmp(kind, "time") && guest_get64(t, v, a) == 0;
}

static const struct trace_group groups[] = {
	{ "file", "Nt*File,Nt*FileEx,Nt*FileScatter,Nt*FileGather,"
		  "NtQueryDirectory*,NtNotifyChangeDirectory*,Nt*EaFile,"
		  "NtCancelIo*,NtCancelSynchronousIo*" },
	{ "memory", "Nt*VirtualMemory*,Nt*Section*,NtMapView*,NtUnmapView*,"
		    "Nt*WriteWatch,Nt*UserPhysicalPages*,NtFlushInstruction*" },
	{ "process", "Nt*Process,Nt*ProcessEx,Nt*ProcessToken*,Nt*UserProcess,"
		     "Nt*JobObject,Nt*InformationProcess*" },
	{ "thread", "Nt*Thread,Nt*ThreadEx,Nt*ThreadToken*,Nt*ThreadState,"
		    "NtContinue*,NtRaise*,NtDelayExecution,NtYieldExecution,"
		    "NtTestAlert,NtAlert*,NtQueueApc*" },
	{ "sync",
	  "Nt*Event,Nt*EventBoostPriority,Nt*Mutant,Nt*Semaphore,"
	  "Nt*Timer*,NtWaitFor*,NtSignalAndWait*,Nt*KeyedEvent,"
	  "NtAlertThreadByThreadId,Nt*IoCompletion*,Nt*WorkerFactory*" },
	{ "registry", "Nt*Key,NtCreateKeyTransacted,NtOpenKey*,"
		      "NtNotifyChange*Keys,NtQueryMultipleValueKey,"
		      "NtLoadKey*,NtUnloadKey*,NtSaveKey*" },
	{ "security", "Nt*Token*,NtAccessCheck*,Nt*SecurityObject,"
		      "NtPrivilege*" },
	{ "handle", "NtClose,NtDuplicateObject,NtQueryObject,"
		    "NtSetInformationObject,Nt*DirectoryObject*,"
		    "Nt*SymbolicLinkObject" },
	{ "system", "Nt*System*,NtQueryPerformanceCounter,Nt*Locale,"
		    "Nt*Language*,NtShutdown*,NtPower*" },
	{ NULL, NULL },
};

const struct trace_names nt_trace_names = {
	.result = result_name,
	.failed = failed,
	.string = string_arg,
	.constant = trace_constant,
	.pointee = pointee,
	.groups = groups,
	.calls = nt_calls,
	.ncalls = &nt_ncalls,
};
