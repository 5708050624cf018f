/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-pass.c - processes and threads as handles of other processes.
 *
 * A process goes along as its id, the time it was started (ids are used again)
 * and the block that its exit code will be left in.  A thread goes along as
 * its process, its id and one end of a socket: when it ends its process sends
 * the exit code into the other end, which the kernel closes if the process is
 * killed.  Nobody takes the code out (MSG_PEEK), so any number can have it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/proc.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/security.h"

enum { PASS_PROCESS = 1, PASS_THREAD };
/* nt_passed.value[] */
enum { V_PID, V_STARTED, V_FLAGS, V_THREAD, V_TEB };
enum { IS_NT = 1, HAS_ENDED = 2 };

/* The fields of /proc/pid/stat from the state on; NULL: it is gone. */
static const char *stat_of(int pid, char *text, size_t size)
{
	char *at;

	proc_read(pid, PROC_STAT, 0, text, size);
	at = strrchr(text, ')');
	return at && at[1] ? at + 2 : NULL;
}

/* In the host's ticks. */
uint64_t process_host_started(int pid)
{
	unsigned long long ticks = 0;
	char text[1024];
	const char *at = stat_of(pid, text, sizeof text);

	/* One that nobody has waited for has ended all the same. */
	if (!at || *at == 'Z' || *at == 'X')
		return 0;
	sscanf(at,
	       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
	       "%*d %*d %*d %*d %llu",
	       &ticks);
	return ticks;
}

void process_host_times(int pid, int64_t *user, int64_t *kernel,
			uint32_t *faults)
{
	unsigned long minor = 0, major = 0, ut = 0, st = 0;
	int64_t tick = 10000000 / sysconf(_SC_CLK_TCK);
	char text[1024];
	const char *at = stat_of(pid, text, sizeof text);

	if (at)
		sscanf(at,
		       "%*c %*d %*d %*d %*d %*d %*u %lu %*u %lu %*u %lu %lu",
		       &minor, &major, &ut, &st);
	*user = (int64_t)ut * tick;
	*kernel = (int64_t)st * tick;
	*faults = (uint32_t)(minor + major);
}

void process_host_io(int pid, struct io_counts *c)
{
	unsigned long long v[4] = { 0 };
	char text[512];

	if (proc_read(pid, PROC_IO, 0, text, sizeof text) <= 0 ||
	    sscanf(text, "rchar: %llu wchar: %llu syscr: %llu syscw: %llu",
		   &v[0], &v[1], &v[2], &v[3]) != 4)
		memset(v, 0, sizeof v);
	/* What is neither read nor written the host does not count. */
	*c = (struct io_counts){ .reads = v[2],
				 .writes = v[3],
				 .read_bytes = v[0],
				 .write_bytes = v[1] };
}

/* Maps the block behind fd, which becomes p's. */
static void attach_block(struct nt_process *p, int fd)
{
	struct start_block *b;
	struct stat st;

	if (fd < 0)
		return;
	if (p->block || fstat(fd, &st) < 0 ||
	    (uint64_t)st.st_size < sizeof *b || st.st_size > UINT32_MAX) {
		close(fd);
		return;
	}
	b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (b == MAP_FAILED || b->magic != START_MAGIC ||
	    b->version != START_VERSION) {
		if (b != MAP_FAILED)
			munmap(b, sizeof *b);
		close(fd);
		return;
	}
	p->block_size = sizeof *b;
	p->block_fd = fd;
	p->block = b;
}

/* A Linux program has no block of its own; others are told of its end by us. */
static void make_block(struct nt_process *p)
{
	struct start_block init = {
		.magic = START_MAGIC,
		.version = START_VERSION,
		.size = sizeof init,
	};
	int fd = memfd_create("run-foreign-exit", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, &init, sizeof init) == sizeof init)
		attach_block(p, fd);
	else if (fd >= 0)
		close(fd);
}

bool process_pass(struct object *o, struct nt_passed *out)
{
	struct nt_process *p = (struct nt_process *)o;

	if (p == nt_self)
		remote_exit_block();
	else if (p->block_fd < 0 && !o->state && !p->block)
		make_block(p);
	out->fd = p->block_fd;
	out->kind = PASS_PROCESS;
	out->len = 0;
	out->value[V_PID] = (uint64_t)p->host_pid;
	out->value[V_STARTED] = process_host_started(p->host_pid);
	out->value[V_FLAGS] = (p->is_nt ? IS_NT : 0) |
			      (o->state ? HAS_ENDED : 0);
	/* The code of one that has ended, in the place of a thread. */
	out->value[V_THREAD] = p->exit_code;
	return true;
}

/* The process with a host id, as seen when it was started; a reference. */
static struct nt_process *process_at(const struct nt_passed *in, int block)
{
	int pid = (int)in->value[V_PID], fd;
	bool alive = !(in->value[V_FLAGS] & HAS_ENDED);
	struct nt_process *p;

	if (pid == nt_self->host_pid && alive) {
		if (block >= 0)
			close(block);
		object_get(&nt_self->object);
		return nt_self;
	}
	p = alive ? process_find(process_id(pid)) : NULL;
	if (p) {
		if (block >= 0)
			close(block);
		return p;
	}
	fd = alive ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	/* Only after that is it sure that it is still the same. */
	if (fd >= 0 && process_host_started(pid) != in->value[V_STARTED]) {
		close(fd);
		fd = -1;
	}
	p = process_new(pid, fd);
	if (!p) {
		if (block >= 0)
			close(block);
		return NULL;
	}
	p->is_nt = in->value[V_FLAGS] & IS_NT;
	attach_block(p, block);
	if (fd >= 0 && process_watch(p) == 0)
		return p;
	p->exit_code = !alive			  ? (uint32_t)in->value[V_THREAD]
		       : p->block && p->block->exited ? p->block->exit_code
						  : 0;
	object_signal(&p->object, 1);
	return p;
}

struct object *process_receive(const struct nt_passed *in)
{
	struct nt_process *p = NULL;

	if (in->kind == PASS_PROCESS && in->value[V_PID] <= 0x7fffffff)
		p = process_at(in, in->fd);
	else if (in->fd >= 0)
		close(in->fd);
	return p ? &p->object : NULL;
}

void process_learn(struct nt_process *p)
{
	struct remote_msg *m;
	struct remote_info i;

	if (p == nt_self || p->learned || p->object.state)
		return;
	p->learned = true;
	m = remote_msg(REMOTE_INFO);
	if (!m)
		return;
	if (!remote_ask(p, m) && m->len >= sizeof i) {
		memcpy(&i, m->data, sizeof i);
		p->is_nt = true;
		p->wow64 = i.wow64;
		p->peb = i.peb;
		p->image_base = i.image_base;
		p->parent_id = i.parent_id;
		p->error_mode = i.error_mode;
		p->group = i.group;
		p->console_root = i.console_root;
		p->detached = i.detached;
		p->created = i.created;
		if (!p->image_nt_path &&
		    i.path_len <= (m->len - sizeof i) / 2) {
			uint16_t *s = calloc(i.path_len + 1, 2);

			if (s)
				memcpy(s, m->data + sizeof i, i.path_len * 2u);
			p->image_nt_path = s;
		}
		attach_block(p, m->fd);
		m->fd = -1;
	}
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

/* ---- threads -------------------------------------------------------- */

bool thread_pass(struct object *o, struct nt_passed *out)
{
	struct nt_thread *th = (struct nt_thread *)o;
	int pair[2];

	/* One of ours: the socket is made when it is first needed. */
	pthread_mutex_lock(&th->apc_lock);
	if (th->process == nt_self && th->end_fd < 0 &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
		th->end_fd = pair[0];
		th->end_say = pair[1];
		if (th->apcs_closed)
			thread_say_end(th);
	}
	pthread_mutex_unlock(&th->apc_lock);
	out->fd = th->end_fd;
	out->kind = PASS_THREAD;
	/* Its descriptor, as it is now. */
	out->len = (uint32_t)security_copy(o, out->data);
	out->value[V_PID] = (uint64_t)th->process->host_pid;
	out->value[V_STARTED] = process_host_started(th->process->host_pid);
	out->value[V_FLAGS] = IS_NT;
	out->value[V_THREAD] = th->id;
	out->value[V_TEB] = th->teb;
	return true;
}

void thread_say_end(struct nt_thread *th)
{
	if (th->end_say < 0)
		return;
	send(th->end_say, &th->exit_code, sizeof th->exit_code, MSG_NOSIGNAL);
	close(th->end_say);
	th->end_say = -1;
}

/* In the helper thread: the other process's thread has ended. */
static void thread_gone(struct nt_watch *w, uint32_t events)
{
	struct nt_thread *th = container_of(w, struct nt_thread, end_watch);
	uint32_t code;

	(void)events;
	if (recv(w->fd, &code, sizeof code, MSG_PEEK | MSG_DONTWAIT) !=
	    sizeof code)
		code = th->process->exit_code; /* killed with its process */
	th->exit_code = code;
	th->ended = nt_time_now();
	th->state = THREAD_ENDED;
	object_signal(&th->object, 1);
	object_put(&th->object);
}

struct nt_thread *thread_of_other(struct nt_process *p, uint32_t id)
{
	struct nt_thread *th = object_new(&thread_type);

	if (!th)
		return NULL;
	pthread_mutex_init(&th->apc_lock, NULL);
	th->process = p;
	object_get(&p->object);
	th->id = id;
	th->state = THREAD_RUNS;
	th->exit_code = STATUS_PENDING;
	th->affinity = process_affinity(p);
	th->created = p->created;
	th->apcs_closed = true;
	th->end_fd = th->end_say = -1;
	return th;
}

struct object *thread_receive(const struct nt_passed *in)
{
	struct nt_process *p = NULL;
	struct nt_thread *th = NULL;

	if (in->kind == PASS_THREAD && in->value[V_PID] <= 0x7fffffff)
		p = process_at(in, -1);
	if (p == nt_self)
		th = thread_by_id((uint32_t)in->value[V_THREAD]);
	else if (p)
		th = thread_of_other(p, (uint32_t)in->value[V_THREAD]);
	if (p)
		object_put(&p->object);
	if (!th || th->process == nt_self) {
		if (in->fd >= 0)
			close(in->fd);
		return th ? &th->object : NULL;
	}
	th->teb = in->value[V_TEB];
	th->end_fd = in->fd;
	if (in->len)
		security_replace(&th->object,
				 (struct bytes){ in->data, in->len });
	th->end_watch = (struct nt_watch){ .fd = in->fd, .fn = thread_gone };
	object_get(&th->object); /* thread_gone()'s */
	if (in->fd < 0 || watch_fd(&th->end_watch, EPOLLIN | EPOLLRDHUP)) {
		object_put(&th->object);
		object_put(&th->object);
		return NULL;
	}
	return &th->object;
}

NTSTATUS thread_open_other(uint32_t id, struct nt_thread **ret)
{
	enum { ID_BITS = 20 }; /* of a host pid that a thread id holds */
	struct nt_process *p;
	struct object *o = NULL;

	for (uint32_t high = 0; high < 4 && !o; high++) {
		uint32_t pid = high << ID_BITS | (id >> 10 & 0xfffff);

		if (!pid || process_open_host(process_id((int)pid), &p))
			continue;
		remote_thread(p, id, &o);
		object_put(&p->object);
	}
	*ret = (struct nt_thread *)o;
	return o ? STATUS_SUCCESS : STATUS_INVALID_CID;
}
