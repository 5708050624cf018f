/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * debuggee.c - the side that is debugged; see debug.h.
 *
 * Only one thread at a time has something outstanding with the debugger: that
 * which holds the turn.  Others that have something to tell stand still until
 * they get it, the rest is frozen.  While a debugger that attaches itself is
 * told what there is already, the helper thread holds the turn.
 */
#include "syscall-xlate/nt/debug.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/pass-fd.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/context.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/section.h"
#include "syscall-xlate/nt/vad.h"

enum { NOBODY, ATTACHING = 1 }; /* thread ids are multiples of 4 */
enum { PENDING = 0 };           /* no DBG_* is 0 */
enum { MAX_MODULES = 4096 };

_Atomic bool nt_debugged;

static _Atomic uint32_t turn;  /* a thread's id, or the above */
static _Atomic uint32_t reply; /* DBG_*, for who holds the turn */
static _Atomic uint32_t asked, asked_kind; /* the event that is out */

static pthread_mutex_t sock_lock = PTHREAD_MUTEX_INITIALIZER;
static int sock = -1; /* under sock_lock */
static _Atomic uint32_t flags;
static struct nt_watch watch;

/* What a debugger that attaches itself is still to be told. */
struct past {
	struct debug_msg m;
	int fd[DEBUG_FDS];
};
static struct past *past; /* only the helper thread's */
static size_t npast, past_at;

/* ---- messages ------------------------------------------------------- */

int debug_send(int s, const struct debug_msg *m, const int *fd, int how)
{
	struct debug_msg copy = *m;

	copy.magic = DEBUG_MAGIC;
	copy.has_fd = 0;
	for (unsigned i = 0; fd && i < DEBUG_FDS; i++)
		if (fd[i] >= 0)
			copy.has_fd |= 1u << i;
	return pass_send(s, &copy, sizeof copy, fd, fd ? DEBUG_FDS : 0, how);
}

int debug_receive(int s, struct debug_msg *m, int *fd, int how)
{
	int list[DEBUG_FDS];
	ssize_t got = pass_receive(s, m, sizeof *m, list, DEBUG_FDS, how);
	unsigned n = 0, used = 0;

	if (got < 0)
		return got == -EMSGSIZE ? -EPROTO : (int)got;
	while (n < DEBUG_FDS && list[n] >= 0)
		n++;
	fd[DEBUG_FD_FILE] = fd[DEBUG_FD_THREAD] = -1;
	if (got != sizeof *m || m->magic != DEBUG_MAGIC) {
		for (unsigned i = 0; i < n; i++)
			close(list[i]);
		return got ? -EPROTO : -ECONNRESET;
	}
	for (unsigned i = 0; i < DEBUG_FDS; i++)
		if (m->has_fd >> i & 1 && used < n)
			fd[i] = list[used++];
	while (used < n)
		close(list[used++]);
	return 0;
}

static int send_it(const struct debug_msg *m, const int *fd)
{
	int err = -ECONNRESET;

	pthread_mutex_lock(&sock_lock);
	if (sock >= 0)
		err = debug_send(sock, m, fd, 0);
	pthread_mutex_unlock(&sock_lock);
	return err;
}

/* ---- the turn ------------------------------------------------------- */

static void give_turn(void)
{
	atomic_store(&turn, NOBODY);
	futex_wake(&turn, INT_MAX);
}

/* false: nobody wants to be told any more. */
static bool take_turn(struct task *t)
{
	uint32_t id = nt_thread(t)->id;

	for (;;) {
		uint32_t now = NOBODY;

		if (!nt_debugged ||
		    (t->pending & TASK_TERMINATE && process_is_ending()))
			return false;
		if (atomic_compare_exchange_strong(&turn, &now, id))
			break;
		thread_stand(t, &turn, now);
	}
	if (nt_debugged)
		return true;
	give_turn();
	return false;
}

/*
 * Tells the debugger and returns its answer, all other threads standing still
 * meanwhile.  m->thread 0: t's own.
 */
static uint32_t tell(struct task *t, struct debug_msg *m, const int *fd)
{
	struct nt_thread *th = nt_thread(t);
	uint32_t answer;

	if (th->hide_from_debugger)
		return (uint32_t)DBG_EXCEPTION_NOT_HANDLED;
	m->op = DEBUG_EVENT;
	m->wow64 = nt_self->wow64;
	if (!m->thread)
		m->thread = th->id;
	do {
		answer = (uint32_t)DBG_EXCEPTION_NOT_HANDLED;
		if (take_turn(t)) {
			threads_freeze(th);
			atomic_store(&reply, PENDING);
			atomic_store(&asked, m->thread);
			atomic_store(&asked_kind, m->kind);
			if (send_it(m, fd) == 0) {
				thread_stand(t, &reply, PENDING);
				answer = reply;
			}
			atomic_store(&asked, 0);
			threads_thaw();
			give_turn();
		}
		/* Suspended by the debugger, say; also what makes sure that
		   nobody is looking at the registers any more. */
		thread_park(t);
	} while (answer == DBG_REPLY_LATER);
	return answer;
}

/* ---- images --------------------------------------------------------- */

static void image_symbols(gaddr base, struct debug_msg *m)
{
	uint32_t lfanew, v[2];

	if (guest_get32(NULL, &lfanew, base + 0x3c) < 0 || lfanew > 0x100000 ||
	    guest_read(NULL, v, base + lfanew + 12, sizeof v) < 0)
		return;
	m->symbols_at = v[0];
	m->nsymbols = v[1];
}

/* The file of the image at base; the caller's.  -1: it cannot be had. */
static int image_fd(gaddr base)
{
	char host[HOST_PATH_MAX];
	uint16_t *name = NULL;
	struct vad *v;
	size_t n = 0;
	int fd = -1;

	pthread_mutex_lock(&vm_lock);
	v = vad_find(base);
	if (v && v->section) {
		fd = fcntl(section_fd(v->section), F_DUPFD_CLOEXEC, 3);
	} else if (v && v->nt_path) {
		while (v->nt_path[n])
			n++;
		name = malloc((n + 1) * sizeof *name);
		if (name)
			memcpy(name, v->nt_path, (n + 1) * sizeof *name);
	}
	pthread_mutex_unlock(&vm_lock);
	if (name && path_from_nt(name, n, host) == STATUS_SUCCESS)
		fd = open(host, O_RDONLY | O_CLOEXEC);
	free(name);
	return fd;
}

/* ---- threads and the process ---------------------------------------- */

static void fill_thread(struct nt_thread *th, struct debug_msg *m, int *fd)
{
	struct nt_passed p = { .fd = -1 };

	thread_pass(&th->object, &p);
	m->thread = th->id;
	m->thread_kind = p.kind;
	memcpy(m->thread_value, p.value, sizeof m->thread_value);
	fd[DEBUG_FD_THREAD] = p.fd; /* stays the thread's */
	m->start = th->start;
	m->op = DEBUG_EVENT;
	m->wow64 = nt_self->wow64;
}

static void fill_process(struct debug_msg *m, int *fd)
{
	m->kind = DEBUG_CREATE_PROCESS;
	m->base = nt_self->image_base;
	image_symbols(m->base, m);
	fd[DEBUG_FD_FILE] = nt_self->launch->image->fd;
}

/* Where a thread's TEB says what it is loading (ArbitraryUserPointer). */
static gaddr name_pointer(const struct nt_thread *th)
{
	return th->teb + (nt_self->wow64 ? 0x14 : 0x28);
}

static void tell_image(struct task *t, gaddr base, int fd, gaddr name)
{
	struct debug_msg m = { .kind = DEBUG_LOAD_DLL, .base = base };
	const int fds[DEBUG_FDS] = { fd, -1 };

	m.name = name;
	image_symbols(base, &m);
	tell(t, &m, fds);
}

/* Windows names this one, which nobody loads, in the thread's TEB. */
static void tell_ntdll(struct task *t)
{
	static const uint16_t name[] = u"ntdll.dll";
	struct nt_thread *th = nt_thread(t);
	const bool wow64 = nt_self->wow64;
	gaddr buffer = th->teb + (wow64 ? 0xc00 : 0x1268);
	int fd = image_fd(nt_self->ntdll_base);

	guest_write(t, buffer, name, sizeof name);
	if (wow64)
		guest_put32(t, name_pointer(th), (uint32_t)buffer);
	else
		guest_put64(t, name_pointer(th), buffer);
	tell_image(t, nt_self->ntdll_base, fd, name_pointer(th));
	if (fd >= 0)
		close(fd);
}

void debug_thread_begins(struct task *t)
{
	struct nt_thread *th = nt_thread(t);
	struct debug_msg m = { .kind = DEBUG_CREATE_THREAD };
	int fd[DEBUG_FDS] = { -1, -1 };

	if (th->dr_used)
		debug_regs_apply(th);
	if (!nt_debugged || atomic_exchange(&th->debug_told, true))
		return;
	fill_thread(th, &m, fd);
	if (!th->is_first) {
		tell(t, &m, fd);
		return;
	}
	fill_process(&m, fd);
	tell(t, &m, fd);
	tell_ntdll(t);
}

void debug_thread_ends(struct task *t, uint32_t code)
{
	struct debug_msg m = { .kind = DEBUG_EXIT_THREAD, .status = code };

	/* The last one ends with the process. */
	if (!nt_debugged || process_is_ending() || threads_count() == 1 ||
	    !atomic_exchange(&nt_thread(t)->debug_told, false))
		return;
	tell(t, &m, NULL);
}

void debug_others_end(struct task *t, uint32_t code)
{
	struct nt_thread *th = NULL;

	while (nt_debugged && t && (th = thread_next(th))) {
		struct debug_msg m = { .kind = DEBUG_EXIT_THREAD,
				       .status = code,
				       .thread = th->id };

		if (&th->task != t && atomic_exchange(&th->debug_told, false))
			tell(t, &m, NULL);
	}
	object_put(th ? &th->object : NULL);
}

void debug_process_ends(struct task *t, uint32_t code)
{
	struct debug_msg m = { .kind = DEBUG_EXIT_PROCESS, .status = code };

	if (!nt_debugged || !t)
		return;
	debug_others_end(t, code);
	tell(t, &m, NULL);
	nt_debugged = false;
}

void debug_image_mapped(struct task *t, gaddr base, int fd)
{
	if (nt_debugged && t)
		tell_image(t, base, fd, name_pointer(nt_thread(t)));
}

void debug_image_unmapped(struct task *t, gaddr base)
{
	struct debug_msg m = { .kind = DEBUG_UNLOAD_DLL, .base = base };

	if (nt_debugged && t)
		tell(t, &m, NULL);
}

bool debug_exception_slow(struct task *t, struct guest_regs *regs,
			  const struct nt_exception_record *rec, bool first)
{
	struct nt_thread *th = nt_thread(t);
	struct guest_regs *before = t->regs, *new;
	struct debug_msg m = {
		.kind = rec->code == STATUS_BREAKPOINT	  ? DEBUG_BREAKPOINT
			: rec->code == STATUS_SINGLE_STEP ? DEBUG_SINGLE_STEP
							  : DEBUG_EXCEPTION,
		.rec = *rec,
		.first_chance = first,
	};
	uint32_t answer;

	t->regs = regs;
	answer = tell(t, &m, NULL);
	new = atomic_exchange(&th->new_regs, NULL);
	if (new)
		*regs = *new;
	free(new);
	t->regs = before;
	return NT_SUCCESS(answer);
}

/* ---- children ------------------------------------------------------- */

bool debug_inherits(uint32_t *f)
{
	*f = flags;
	return nt_debugged && !(flags & DEBUG_NO_INHERIT);
}

bool debug_inherited(void)
{
	return !(flags & DEBUG_NO_INHERIT);
}

void debug_set_inherit(bool on)
{
	if (on)
		atomic_fetch_and(&flags, ~(uint32_t)DEBUG_NO_INHERIT);
	else
		atomic_fetch_or(&flags, DEBUG_NO_INHERIT);
}

void debug_child(int host_pid, int s)
{
	const struct debug_msg m = { .op = DEBUG_CHILD,
				     .host_pid = (uint32_t)host_pid };
	const int fd[DEBUG_FDS] = { s, -1 };

	send_it(&m, fd);
	close(s);
}

/* ---- in the helper thread ------------------------------------------- */

/* PEB.BeingDebugged, of both widths. */
static void mark_pebs(uint8_t on)
{
	guest_write(NULL, nt_self->peb + 2, &on, 1);
	if (nt_self->wow64)
		guest_write(NULL, process_peb64(nt_self) + 2, &on, 1);
}

static void forget_past(void)
{
	for (size_t i = past_at; i < npast; i++)
		if (past[i].fd[DEBUG_FD_FILE] >= 0)
			close(past[i].fd[DEBUG_FD_FILE]);
	free(past);
	past = NULL;
	npast = past_at = 0;
	threads_thaw();
	give_turn();
}

/* One more of what there was; when all is told the threads go on. */
static void tell_past(void)
{
	struct past *p = &past[past_at];

	if (past_at == npast) {
		forget_past();
		return;
	}
	past_at++;
	atomic_store(&asked, p->m.thread);
	atomic_store(&asked_kind, p->m.kind);
	send_it(&p->m, p->fd);
	if (p->fd[DEBUG_FD_FILE] >= 0)
		close(p->fd[DEBUG_FD_FILE]);
}

static void let_go(void)
{
	struct nt_thread *th = NULL;

	nt_debugged = false;
	pthread_mutex_lock(&sock_lock);
	if (sock >= 0)
		close(sock);
	sock = -1;
	pthread_mutex_unlock(&sock_lock);
	mark_pebs(0);
	while ((th = thread_next(th)))
		atomic_store(&th->debug_told, false);
	if (turn == ATTACHING) {
		forget_past();
		return;
	}
	atomic_store(&reply, (uint32_t)DBG_EXCEPTION_NOT_HANDLED);
	futex_wake(&reply, INT_MAX);
	futex_wake(&turn, INT_MAX);
}

static void answered(const struct debug_msg *m)
{
	if (m->thread != asked)
		return;
	if (turn == ATTACHING) {
		tell_past();
		return;
	}
	/* The debugger closes the socket next, which is not its death. */
	if (asked_kind == DEBUG_EXIT_PROCESS)
		atomic_fetch_and(&flags, ~(uint32_t)DEBUG_KILL_ON_CLOSE);
	atomic_store(&reply, m->status ? m->status : DBG_CONTINUE);
	futex_wake(&reply, INT_MAX);
}

static void heard(struct nt_watch *w, uint32_t events)
{
	int fd[DEBUG_FDS];
	struct debug_msg m;
	int err;

	(void)events;
	while ((err = debug_receive(w->fd, &m, fd, MSG_DONTWAIT)) == 0) {
		for (unsigned i = 0; i < DEBUG_FDS; i++)
			if (fd[i] >= 0)
				close(fd[i]);
		if (m.op == DEBUG_CONTINUE)
			answered(&m);
		else if (m.op == DEBUG_FLAGS)
			flags = (flags & DEBUG_NO_INHERIT) |
				(m.flags & DEBUG_KILL_ON_CLOSE);
	}
	if (err == -EAGAIN && watch_fd(w, EPOLLIN) == 0)
		return;
	if (flags & DEBUG_KILL_ON_CLOSE)
		process_die(STATUS_DEBUGGER_INACTIVE);
	let_go();
}

static bool listen_to(int s, uint32_t f)
{
	flags = f & (DEBUG_KILL_ON_CLOSE | DEBUG_NO_INHERIT);
	sock = s;
	watch = (struct nt_watch){ .fd = s, .fn = heard };
	if (watch_fd(&watch, EPOLLIN) == 0)
		return true;
	close(s);
	sock = -1;
	return false;
}

void debuggee_born(int s, uint32_t f)
{
	fcntl(s, F_SETFD, FD_CLOEXEC);
	if (!listen_to(s, f))
		return;
	mark_pebs(1);
	nt_debugged = true;
}

/* ---- what there was when the debugger came -------------------------- */

static struct past *past_add(void)
{
	struct past *p = realloc(past, (npast + 1) * sizeof *p);

	if (!p)
		return NULL;
	past = p;
	p = &past[npast++];
	memset(p, 0, sizeof *p);
	p->fd[DEBUG_FD_FILE] = p->fd[DEBUG_FD_THREAD] = -1;
	return p;
}

/* The process with its first thread, then the others. */
static uint32_t past_threads(void)
{
	struct nt_thread *th = NULL;
	uint32_t first = 0;
	struct past *p;

	while ((th = thread_next(th))) {
		if (th->state != THREAD_RUNS || th->hide_from_debugger)
			continue;
		p = past_add();
		if (!p)
			break;
		fill_thread(th, &p->m, p->fd);
		p->m.kind = DEBUG_CREATE_THREAD;
		atomic_store(&th->debug_told, true);
		if (first)
			continue;
		first = th->id;
		fill_process(&p->m, p->fd);
		p->fd[DEBUG_FD_FILE] =
			fcntl(p->fd[DEBUG_FD_FILE], F_DUPFD_CLOEXEC, 3);
	}
	object_put(th ? &th->object : NULL);
	return first;
}

static void past_image(uint32_t thread, gaddr base)
{
	struct past *p;

	if (base == nt_self->image_base)
		return;
	p = past_add();
	if (!p)
		return;
	p->m.op = DEBUG_EVENT;
	p->m.kind = DEBUG_LOAD_DLL;
	p->m.thread = thread;
	p->m.wow64 = nt_self->wow64;
	p->m.base = base;
	image_symbols(base, &p->m);
	p->fd[DEBUG_FD_FILE] = image_fd(base);
}

/* Those in the loader's list, as Windows takes them. */
static void past_images(uint32_t thread)
{
	const bool wow64 = nt_self->wow64;
	const unsigned word = wow64 ? 4 : 8;
	gaddr ldr = 0, head, at = 0, base = 0;
	unsigned n = 0;

	guest_read(NULL, &ldr, nt_self->peb + 3 * word, word);
	if (!ldr) {
		/* It has not begun. */
		past_image(thread, nt_self->ntdll_base);
		return;
	}
	head = ldr + (wow64 ? 0x0c : 0x10); /* InLoadOrderModuleList */
	guest_read(NULL, &at, head, word);
	for (; at && at != head && n < MAX_MODULES; n++) {
		base = 0;
		guest_read(NULL, &base, at + 6 * word, word); /* DllBase */
		if (base)
			past_image(thread, base);
		if (guest_read(NULL, &at, at, word) < 0)
			break;
	}
}

NTSTATUS debuggee_attach(int s, uint32_t f)
{
	uint32_t free_turn = NOBODY, first;

	if (nt_debugged) {
		close(s);
		return STATUS_PORT_ALREADY_SET;
	}
	/* Who has just been let go of is about to give it back. */
	while (!atomic_compare_exchange_strong(&turn, &free_turn, ATTACHING)) {
		futex_wait(&turn, free_turn, INT64_MAX);
		free_turn = NOBODY;
	}
	threads_freeze(NULL);
	if (!listen_to(s, f)) {
		forget_past();
		return STATUS_NO_MEMORY;
	}
	first = past_threads();
	past_images(first);
	mark_pebs(1);
	nt_debugged = true;
	tell_past();
	return STATUS_SUCCESS;
}

NTSTATUS debuggee_detach(void)
{
	if (!nt_debugged)
		return STATUS_PORT_NOT_SET;
	watch_cancel(&watch);
	let_go();
	return STATUS_SUCCESS;
}
