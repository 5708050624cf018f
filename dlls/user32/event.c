/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * event.c - hooks for events of the user interface: those that the program
 * itself tells of (NotifyWinEvent), and that the console's window has another
 * size.
 *
 * A hook out of context is called by its thread when that asks for messages;
 * one in context by the thread that tells.  What other processes tell of is not
 * heard.
 */
#include "hidden.h"
#include "rf-console.h"

struct hook {
	struct hook *next;
	HWINEVENTHOOK id;
	DWORD min, max;
	WINEVENTPROC fn;
	DWORD process, thread, flags; /* of events; 0: any */
	DWORD owner;                  /* thread */
};

struct fired {
	struct fired *next;
	HWINEVENTHOOK hook;
	DWORD event;
	HWND window;
	LONG object, child;
	DWORD thread, time;
};

static struct hook *hooks; /* under user_lock */
static HANDLE layout;      /* set when the console's size is another */

/* ---- calling ---- */

/* Under user_lock. */
static struct hook *find(HWINEVENTHOOK id)
{
	struct hook *h = hooks;

	while (h && h->id != id)
		h = h->next;
	return h;
}

static struct fired *take(struct queue *q)
{
	struct fired *f;

	AcquireSRWLockExclusive(&user_lock);
	f = q->fired;
	if (f)
		q->fired = f->next;
	if (!q->fired)
		q->fired_last = NULL;
	queue_rest_if_empty(q);
	ReleaseSRWLockExclusive(&user_lock);
	return f;
}

/* One that was unhooked meanwhile is not called. */
static void call(const struct fired *f)
{
	WINEVENTPROC fn = NULL;
	struct hook *h;

	AcquireSRWLockShared(&user_lock);
	h = find(f->hook);
	if (h)
		fn = h->fn;
	ReleaseSRWLockShared(&user_lock);
	if (fn)
		fn(f->hook, f->event, f->window, f->object, f->child, f->thread,
		   f->time);
}

void queue_run_fired(struct queue *q)
{
	struct fired *f;

	while (*(struct fired *volatile *)&q->fired && (f = take(q))) {
		call(f);
		HeapFree(GetProcessHeap(), 0, f);
	}
}

void queue_forget_hooks(struct queue *q)
{
	struct fired *f;

	AcquireSRWLockExclusive(&user_lock);
	for (struct hook **p = &hooks; *p;) {
		struct hook *h = *p;

		if (h->owner != q->thread) {
			p = &h->next;
			continue;
		}
		*p = h->next;
		HeapFree(GetProcessHeap(), 0, h);
	}
	ReleaseSRWLockExclusive(&user_lock);
	while ((f = take(q)))
		HeapFree(GetProcessHeap(), 0, f);
}

/* ---- telling ---- */

/* process: whose event it is; 0: the console's, which is nobody's own. */
static BOOL hears(const struct hook *h, const struct fired *f, DWORD process)
{
	if (f->event < h->min || f->event > h->max ||
	    (h->thread && h->thread != f->thread))
		return FALSE;
	/* Whatever process was said to have the console. */
	if (!process)
		return !(h->flags & WINEVENT_INCONTEXT);
	return (!h->process || h->process == process) &&
	       !(h->flags & WINEVENT_SKIPOWNPROCESS) &&
	       !(h->flags & WINEVENT_SKIPOWNTHREAD && h->owner == f->thread);
}

/* Under user_lock: to the hook's thread, which calls it. */
static void hand_over(const struct hook *h, const struct fired *f)
{
	struct queue *q = queue_of(h->owner);
	struct fired *copy =
		q ? HeapAlloc(GetProcessHeap(), 0, sizeof *copy) : NULL;

	if (!copy)
		return;
	*copy = *f;
	copy->hook = h->id;
	copy->next = NULL;
	if (q->fired)
		q->fired_last->next = copy;
	else
		q->fired = copy;
	q->fired_last = copy;
	SetEvent(q->event);
}

/* The next in context after that one, which is another each time. */
static HWINEVENTHOOK next_in_context(const struct fired *f, DWORD process,
				     HWINEVENTHOOK after)
{
	HWINEVENTHOOK best = NULL;

	AcquireSRWLockShared(&user_lock);
	for (struct hook *h = hooks; h; h = h->next)
		if (h->flags & WINEVENT_INCONTEXT && h->id > after &&
		    (!best || h->id < best) && hears(h, f, process))
			best = h->id;
	ReleaseSRWLockShared(&user_lock);
	return best;
}

static void fire(struct fired *f, DWORD process)
{
	f->time = GetTickCount();
	AcquireSRWLockExclusive(&user_lock);
	for (struct hook *h = hooks; h; h = h->next)
		if (!(h->flags & WINEVENT_INCONTEXT) && hears(h, f, process))
			hand_over(h, f);
	ReleaseSRWLockExclusive(&user_lock);
	f->hook = NULL;
	while ((f->hook = next_in_context(f, process, f->hook)))
		call(f);
}

VOID WINAPI NotifyWinEvent(DWORD event, HWND window, LONG object, LONG child)
{
	struct fired f = { .event = event,
			   .window = window,
			   .object = object,
			   .child = child,
			   .thread = GetCurrentThreadId() };

	fire(&f, GetCurrentProcessId());
}

BOOL WINAPI IsWinEventHookInstalled(DWORD event)
{
	BOOL yes = FALSE;

	AcquireSRWLockShared(&user_lock);
	for (struct hook *h = hooks; h; h = h->next)
		yes |= event >= h->min && event <= h->max;
	ReleaseSRWLockShared(&user_lock);
	return yes;
}

/* ---- the console's ---- */

static DWORD WINAPI watch_console(void *arg)
{
	(void)arg;
	while (WaitForSingleObject(layout, INFINITE) == WAIT_OBJECT_0) {
		struct fired f = { .event = EVENT_CONSOLE_LAYOUT,
				   .window = GetConsoleWindow() };

		fire(&f, 0);
	}
	return 0;
}

/* The event is set from now on; FALSE: there is no console. */
static BOOL ask_for_layout(HANDLE event)
{
	WCHAR name[] = L"\\Device\\ConDrv\\Control";
	uint64_t handle = (ULONG_PTR)event;
	OBJECT_ATTRIBUTES oa;
	IO_STATUS_BLOCK io;
	UNICODE_STRING u;
	NTSTATUS status;
	HANDLE h;

	RtlInitUnicodeString(&u, name);
	InitializeObjectAttributes(&oa, &u, OBJ_CASE_INSENSITIVE, NULL, NULL);
	status = NtOpenFile(&h, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &oa,
			    &io, FILE_SHARE_READ | FILE_SHARE_WRITE,
			    FILE_SYNCHRONOUS_IO_NONALERT);
	if (status)
		return FALSE;
	status = NtDeviceIoControlFile(h, NULL, NULL, NULL, &io,
				       RF_CONSOLE_TELL_LAYOUT, &handle,
				       sizeof handle, NULL, 0);
	NtClose(h);
	return !status;
}

/* Once, and then as long as the process lives. */
static void begin_watching(void)
{
	HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), thread;
	HMODULE self;

	if (!event || InterlockedCompareExchangePointer(
			      (void *volatile *)&layout, event, NULL)) {
		if (event)
			CloseHandle(event);
		return;
	}
	GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
				   GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
			   (const WCHAR *)(ULONG_PTR)watch_console, &self);
	thread = ask_for_layout(event)
			 ? CreateThread(NULL, 0, watch_console, NULL, 0, NULL)
			 : NULL;
	if (thread)
		CloseHandle(thread);
}

/* ---- hooks ---- */

HWINEVENTHOOK WINAPI SetWinEventHook(DWORD min, DWORD max, HMODULE module,
				     WINEVENTPROC fn, DWORD process,
				     DWORD thread, DWORD flags)
{
	static LONG_PTR last;
	HWINEVENTHOOK id;
	struct hook *h;

	if (min > max || min < EVENT_MIN || max > EVENT_MAX) {
		SetLastError(ERROR_INVALID_HOOK_FILTER);
		return NULL;
	}
	if (!fn) {
		SetLastError(ERROR_INVALID_FILTER_PROC);
		return NULL;
	}
	if (flags & WINEVENT_INCONTEXT && !module) {
		SetLastError(ERROR_HOOK_NEEDS_HMOD);
		return NULL;
	}
	h = queue_mine() ? HeapAlloc(GetProcessHeap(), 0, sizeof *h) : NULL;
	if (!h) {
		SetLastError(ERROR_NOT_ENOUGH_MEMORY);
		return NULL;
	}
	AcquireSRWLockExclusive(&user_lock);
	*h = (struct hook){ .id = (HWINEVENTHOOK)(last += 4),
			    .min = min,
			    .max = max,
			    .fn = fn,
			    .process = process,
			    .thread = thread,
			    .flags = flags,
			    .owner = GetCurrentThreadId(),
			    .next = hooks };
	hooks = h;
	id = h->id;
	ReleaseSRWLockExclusive(&user_lock);
	if (min <= EVENT_CONSOLE_LAYOUT && max >= EVENT_CONSOLE_LAYOUT)
		begin_watching();
	return id;
}

/* Only by the thread whose it is. */
BOOL WINAPI UnhookWinEvent(HWINEVENTHOOK id)
{
	struct hook *h = NULL;

	AcquireSRWLockExclusive(&user_lock);
	for (struct hook **p = &hooks; *p; p = &(*p)->next)
		if ((*p)->id == id && (*p)->owner == GetCurrentThreadId()) {
			h = *p;
			*p = h->next;
			break;
		}
	ReleaseSRWLockExclusive(&user_lock);
	if (!h) {
		SetLastError(ERROR_INVALID_HANDLE);
		return FALSE;
	}
	HeapFree(GetProcessHeap(), 0, h);
	return TRUE;
}
