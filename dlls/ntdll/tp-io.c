/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tp-io.c - callbacks for finished I/O on a file.
 *
 * The file is bound to the scheduler's port.  Each operation that is started
 * holds a reference, which its packet gives back: a packet may come long after
 * the object was released.
 */
#include "tp.h"

struct packet {
	struct packet *next;
	PVOID value;
	IO_STATUS_BLOCK iosb;
};

struct _TP_IO {
	struct tp_object o;
	PTP_IO_CALLBACK fn;
	struct tp_port_key key;
	RTL_SRWLOCK lock;
	RTL_CONDITION_VARIABLE none_started;
	ULONG started; /* operations whose packets have not come */
	struct packet *first, **last;
};

static struct packet *take(PTP_IO io)
{
	struct packet *p;

	RtlAcquireSRWLockExclusive(&io->lock);
	p = io->first;
	if (p) {
		io->first = p->next;
		if (!io->first)
			io->last = &io->first;
	}
	RtlReleaseSRWLockExclusive(&io->lock);
	return p;
}

static void call(PTP_CALLBACK_INSTANCE i, struct tp_object *o)
{
	PTP_IO io = (PTP_IO)o;
	struct packet *p = take(io), copy;

	if (!p)
		return;
	copy = *p;
	RtlFreeHeap(rf_heap(), 0, p);
	io->fn(i, o->context, copy.value, &copy.iosb, io);
}

static void dropped(struct tp_object *o, ULONG n)
{
	while (n--)
		RtlFreeHeap(rf_heap(), 0, take((PTP_IO)o));
}

static void finished(PTP_IO io)
{
	RtlAcquireSRWLockExclusive(&io->lock);
	if (!--io->started)
		RtlWakeAllConditionVariable(&io->none_started);
	RtlReleaseSRWLockExclusive(&io->lock);
}

static void arrived(struct tp_port_key *k, PVOID value,
		    const IO_STATUS_BLOCK *iosb)
{
	PTP_IO io = CONTAINING_RECORD(k, struct _TP_IO, key);
	struct packet *p = RtlAllocateHeap(rf_heap(), 0, sizeof *p);

	if (!p) /* then the callback that somebody waits for would be lost */
		rf_fatal(STATUS_NO_MEMORY, "no memory for an I/O callback");
	p->next = NULL;
	p->value = value;
	p->iosb = *iosb;
	RtlAcquireSRWLockExclusive(&io->lock);
	*io->last = p;
	io->last = &p->next;
	RtlReleaseSRWLockExclusive(&io->lock);
	tp_post(&io->o);
	finished(io);
	tp_unref(&io->o);
}

NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *out, HANDLE file, PTP_IO_CALLBACK fn,
				   PVOID context, PTP_CALLBACK_ENVIRON env)
{
	enum { FILE_COMPLETION_INFORMATION = 30 };
	struct {
		HANDLE port;
		PVOID key;
	} info;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;
	PTP_IO io;

	info.port = tp_port();
	if (!info.port)
		return STATUS_INSUFFICIENT_RESOURCES;
	io = tp_new(TP_TYPE_IO, sizeof *io, context, env);
	if (!io)
		return STATUS_NO_MEMORY;
	io->fn = fn;
	io->key.arrived = arrived;
	io->last = &io->first;
	io->o.call = call;
	io->o.dropped = dropped;
	info.key = &io->key;
	status = NtSetInformationFile(file, &iosb, &info, sizeof info,
				      FILE_COMPLETION_INFORMATION);
	if (!NT_SUCCESS(status)) {
		tp_release(&io->o);
		return status;
	}
	*out = io;
	return STATUS_SUCCESS;
}

void NTAPI TpStartAsyncIoOperation(PTP_IO io)
{
	tp_ref(&io->o);
	RtlAcquireSRWLockExclusive(&io->lock);
	io->started++;
	RtlReleaseSRWLockExclusive(&io->lock);
}

/* It failed at once: there will be no packet. */
void NTAPI TpCancelAsyncIoOperation(PTP_IO io)
{
	finished(io);
	tp_unref(&io->o);
}

/* Without cancel also for operations that are still under way. */
void NTAPI TpWaitForIoCompletion(PTP_IO io, ULONG cancel)
{
	RtlAcquireSRWLockExclusive(&io->lock);
	while (!cancel && io->started)
		RtlSleepConditionVariableSRW(&io->none_started, &io->lock, NULL,
					     0);
	RtlReleaseSRWLockExclusive(&io->lock);
	tp_wait_idle(&io->o, !!cancel);
}

void NTAPI TpReleaseIoCompletion(PTP_IO io)
{
	tp_release(&io->o);
}
