/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-create.c - NtCreateUserProcess.
 *
 * A Windows program gets a run-foreign of its own, started by posix_spawn(3);
 * what it needs to know is in a start block (process-create.h), and descriptors
 * behind inherited handles keep their numbers.  ELF programs and scripts are
 * started as they are, with the standard handles as descriptors 0 to 2.
 *
 * In both cases the child's descriptors 0 to 2 are its standard handles and
 * nothing of ours: who reads the other end of our stdout need not wait for a
 * child that writes elsewhere.
 */
#include "syscall-xlate/nt/process-create.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/policy.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/file-private.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/path.h"
#include "syscall-xlate/nt/process-held.h"
#include "syscall-xlate/nt/process-native.h"
#include "syscall-xlate/nt/process-request.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/remote.h"
#include "syscall-xlate/nt/calls.h"

enum {
	FLAG_BREAKAWAY = 1,
	FLAG_INHERIT = 4,
	THREAD_SUSPENDED = 1,
};

/* ---- what kind of file it is
 * ------------------------------------------------------ */

enum kind { KIND_PE, KIND_NATIVE };

static NTSTATUS check_pe(int fd, const uint8_t *dos, bool *wow64)
{
	enum { AMD64 = 0x8664, I386 = 0x14c, IS_DLL = 0x2000 };
	uint8_t nt[24];
	uint16_t machine;

	if (pread(fd, nt, sizeof nt, le32_at(dos + 0x3c)) != sizeof nt ||
	    memcmp(nt, "PE\0", 4))
		return STATUS_INVALID_IMAGE_FORMAT;
	machine = le16_at(nt + 4);
	if (machine != AMD64 &&
	    (machine != I386 || !nt_self->launch->runs_32bit))
		return STATUS_IMAGE_MACHINE_TYPE_MISMATCH_EXE;
	*wow64 = machine == I386;
	return le16_at(nt + 22) & IS_DLL ? STATUS_INVALID_IMAGE_FORMAT
					 : STATUS_SUCCESS;
}

static NTSTATUS find_image(struct request *r, enum kind *kind)
{
	uint8_t head[64] = { 0 };
	struct stat st;
	NTSTATUS status;
	int fd;

	status = path_from_nt(r->image.s, r->image.len, r->host);
	if (status)
		return status;
	fd = open(r->host, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return status_from_errno(errno);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		status = STATUS_FILE_IS_A_DIRECTORY;
	else if (pread(fd, head, sizeof head, 0) < 4)
		status = STATUS_INVALID_IMAGE_NOT_MZ;
	else if (!memcmp(head, "MZ", 2))
		status = check_pe(fd, head, &r->wow64);
	else if (memcmp(head, "\177ELF", 4) && memcmp(head, "#!", 2))
		status = STATUS_INVALID_IMAGE_NOT_MZ;
	else if (access(r->host, X_OK))
		status = STATUS_ACCESS_DENIED;
	close(fd);
	*kind = head[0] == 'M' ? KIND_PE : KIND_NATIVE;
	return status;
}

/* ---- handles that go along
 * ----------------------------------------------------------- */

struct passing {
	const struct request *request;
	uint8_t *at; /* struct start_handle, one after the other */
	size_t len, room;
	uint32_t n;
	struct passed_object {
		struct object *o; /* a reference */
		int fd;
		bool ours; /* a copy made for the child */
	} * objects;
	uint32_t objects_room;
	size_t listed; /* inheritable ones of the request's handle list */
	bool failed;
	int std_fd[3];  /* -1: none */
	int control[2]; /* our end, the child's; -1 */
};

static bool wanted(const struct request *r, uint64_t h, uint32_t attributes)
{
	if (h == r->p.std_in || h == r->p.std_out || h == r->p.std_err)
		return true;
	if (!r->inherit || !(attributes & OBJ_INHERIT))
		return false;
	if (!r->handles)
		return true;
	for (size_t i = 0; i < r->nhandles; i++)
		if (r->handles[i] == h)
			return true;
	return false;
}

static bool grow(struct passing *g, size_t more)
{
	size_t room = MAX(g->room * 2, g->len + more + 512);
	uint8_t *at;

	if (g->room - g->len >= more)
		return true;
	at = realloc(g->at, room);
	if (!at)
		return false;
	g->at = at;
	g->room = room;
	return true;
}

static bool grow_objects(struct passing *g)
{
	uint32_t room = MAX(g->objects_room * 2, 32u);
	void *p;

	if (g->n < g->objects_room)
		return true;
	p = realloc(g->objects, room * sizeof *g->objects);
	if (!p)
		return false;
	g->objects = p;
	g->objects_room = room;
	return true;
}

static void note_std(struct passing *g, uint64_t h, int fd)
{
	const struct process_parameters64 *p = &g->request->p;

	if (h == p->std_in)
		g->std_fd[0] = fd;
	if (h == p->std_out)
		g->std_fd[1] = fd;
	if (h == p->std_err)
		g->std_fd[2] = fd;
}

/*
 * Descriptors 0 to 2 are the child's standard handles; one of ours with such a
 * number goes there under another.  Whether *fd is a copy now.
 */
static bool lift(int *fd)
{
	int high;

	if (*fd < 0 || *fd > 2)
		return false;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	*fd = high;
	return high >= 0;
}

static bool pass_one(uint64_t h, struct object *o, uint32_t access,
		     uint32_t attributes, void *arg)
{
	const size_t head = offsetof(struct start_handle, passed.data);
	struct passing *g = arg;
	struct start_handle sh = { .handle = h, .access = access };
	int type = passed_type(o->type);
	bool ours = false;
	size_t size;

	for (size_t i = 0; i < g->request->nhandles; i++)
		g->listed += g->request->handles[i] == h &&
			     attributes & OBJ_INHERIT;
	if (type < 0 || !o->type->pass || !wanted(g->request, h, attributes))
		return true;
	sh.attributes = attributes;
	sh.type = (uint32_t)type;
	sh.passed.fd = -1;
	for (uint32_t i = 0; i < g->n && !sh.same; i++)
		if (g->objects[i].o == o) {
			sh.same = i + 1;
			note_std(g, h, g->objects[i].fd);
		}
	if (!sh.same) {
		if (!o->type->pass(o, &sh.passed))
			return true;
		ours = lift(&sh.passed.fd);
		note_std(g, h, sh.passed.fd);
	}
	size = ROUND_UP(head + sh.passed.len, 8);
	if (!grow(g, size) || !grow_objects(g)) {
		if (ours)
			close(sh.passed.fd);
		g->failed = true;
		return false;
	}
	memcpy(g->at + g->len, &sh, size);
	g->len += size;
	object_get(o);
	g->objects[g->n++] =
		(struct passed_object){ o, sh.same ? -1 : sh.passed.fd, ours };
	return true;
}

/* A handle of no value: a job that the child is a member of. */
static void pass_job(struct passing *g, struct object *job)
{
	const size_t size = offsetof(struct start_handle, passed.data);
	struct start_handle sh;
	bool ours;

	if (g->failed || !handle_pack_member(&sh, job))
		return;
	ours = lift(&sh.passed.fd);
	if (!grow(g, ROUND_UP(size, 8)) || !grow_objects(g)) {
		if (ours)
			close(sh.passed.fd);
		g->failed = true;
		return;
	}
	memset(g->at + g->len, 0, ROUND_UP(size, 8));
	memcpy(g->at + g->len, &sh, size);
	g->len += ROUND_UP(size, 8);
	object_get(job);
	g->objects[g->n++] = (struct passed_object){ job, sh.passed.fd, ours };
}

/* From the outermost to the innermost. */
static void pass_chain(struct passing *g, struct object *job)
{
	if (!job)
		return;
	pass_chain(g, job_outer(job));
	pass_job(g, job);
}

static void pass_jobs(struct passing *g)
{
	pass_chain(g, g->request->innermost_job);
	for (size_t i = 0; i < g->request->njobs; i++)
		pass_job(g, g->request->job_objects[i]);
}

static NTSTATUS pass_handles(const struct request *r, struct passing *g)
{
	*g = (struct passing){
		.request = r,
		.std_fd = { -1, -1, -1 },
		.control = { -1, -1 },
	};
	handles_each(pass_one, g);
	pass_jobs(g);
	if (g->failed)
		return STATUS_NO_MEMORY;
	/* Windows refuses a list with a handle that cannot be inherited. */
	return g->listed == r->nhandles ? STATUS_SUCCESS
					: STATUS_INVALID_PARAMETER;
}

static void passing_free(struct passing *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		object_put(g->objects[i].o);
	for (uint32_t i = 0; i < g->n; i++)
		if (g->objects[i].ours)
			close(g->objects[i].fd);
	free(g->objects);
	free(g->at);
}

/* ---- the start block
 * --------------------------------------------------------------------- */

struct builder {
	struct start_block *b;
	uint32_t at;
};

static struct start_string put_text(struct builder *w, const struct text *x)
{
	struct start_string s = { 0 };

	if (!x->s)
		return s;
	s.at = w->at;
	s.len = (uint32_t)x->len;
	memcpy((uint8_t *)w->b + w->at, x->s, (x->len + 1) * 2);
	w->at += (uint32_t)ROUND_UP((x->len + 1) * 2, 8);
	return s;
}

static size_t block_size(const struct request *r, const struct passing *g)
{
	const struct text *all[] = { &r->image,        &r->current_directory,
				     &r->command_line, &r->dll_path,
				     &r->title,        &r->desktop,
				     &r->shell,        &r->runtime,
				     &r->environment };
	size_t n = sizeof(struct start_block) + 16 + g->len;

	for (unsigned i = 0; i < COUNT_OF(all); i++)
		n += ROUND_UP((all[i]->len + 1) * 2, 8);
	return n;
}

/* Of a parent below normal the class is inherited, of others it is not. */
static uint32_t child_priority(const struct request *r)
{
	enum { IDLE = 1, NORMAL = 2, BELOW_NORMAL = 5 };
	uint32_t own = nt_self->priority_class;

	if (r->priority_class)
		return r->priority_class;
	return own == IDLE || own == BELOW_NORMAL ? own : NORMAL;
}

static void fill_block(struct start_block *b, size_t size,
		       const struct request *r, const struct passing *g)
{
	const struct process_parameters64 *p = &r->p;
	struct builder w = { b, (uint32_t)ROUND_UP(sizeof *b, 8) };

	b->magic = START_MAGIC;
	b->version = START_VERSION;
	b->size = (uint32_t)size;
	b->suspend = r->suspended;
	b->parent_id = nt_self->id;
	b->control = g->control[1];
	b->flags = p->flags;
	b->window_flags = p->window_flags;
	b->show_window = p->show_window;
	b->console_flags = p->console_flags;
	b->x = p->x;
	b->y = p->y;
	b->cx = p->cx;
	b->cy = p->cy;
	b->chars_x = p->chars_x;
	b->chars_y = p->chars_y;
	b->fill = p->fill;
	b->process_group = p->process_group;
	b->error_mode = r->error_mode;
	b->priority_class = child_priority(r);
	/* What says "a pseudo console of yours" to us means nothing there. */
	b->console = *r->pty ? RF_CONSOLE_HERE : p->console;
	/* -1, -2, -3: none, a new one, a new one without a window. */
	if (!*r->pty && p->console < ~2ull)
		b->console_root = nt_self->console_root;
	b->std_in = p->std_in;
	b->std_out = p->std_out;
	b->std_err = p->std_err;
	b->image = put_text(&w, &r->image);
	b->command_line = put_text(&w, &r->command_line);
	b->current_directory = put_text(&w, &r->current_directory);
	b->dll_path = put_text(&w, &r->dll_path);
	b->title = put_text(&w, &r->title);
	b->desktop = put_text(&w, &r->desktop);
	b->shell = put_text(&w, &r->shell);
	b->runtime = put_text(&w, &r->runtime);
	b->environment = put_text(&w, &r->environment);
	b->handles_at = w.at;
	b->nhandles = g->n;
	if (g->len)
		memcpy((uint8_t *)b + w.at, g->at, g->len);
}

/* Without a socket handles are only inherited, not given later. */
static void make_control(struct passing *g)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, g->control) <
	    0)
		return;
	if (g->control[1] < 3) {
		int low = g->control[1];

		lift(&g->control[1]);
		close(low);
	}
}

/* The block, mapped; its descriptor in *fd. */
static struct start_block *make_block(const struct request *r,
				      const struct passing *g, size_t *size,
				      int *fd)
{
	struct start_block *b;

	*size = block_size(r, g);
	*fd = memfd_create("run-foreign-start", MFD_CLOEXEC);
	if (*fd >= 0 && *fd < 3) {
		int low = *fd;

		lift(fd);
		close(low);
	}
	if (*fd < 0)
		return NULL;
	if (ftruncate(*fd, (off_t)*size) == 0) {
		b = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd,
			 0);
		if (b != MAP_FAILED) {
			fill_block(b, *size, r, g);
			return b;
		}
	}
	close(*fd);
	return NULL;
}

/* ---- starting it
 * ------------------------------------------------------------------------- */

/* Is this one of our options that a child must not get? */
static bool is_own(const char *option)
{
	static const char *const own[] = { "--cmdline", "--exit-status",
					   "--parent-channel" };
	size_t n = strcspn(option, "=");

	/* getopt accepts what is unambiguous. */
	for (unsigned i = 0; i < COUNT_OF(own); i++)
		if (n > 2 && strlen(own[i]) >= n && !strncmp(own[i], option, n))
			return true;
	return false;
}

/* argv of a run-foreign like ours; malloc'ed, entries are not copies. */
static char **own_argv(const char *host, const char *channel)
{
	const struct launch *l = nt_self->launch;
	char **v = calloc(l->noptions + 6, sizeof *v);
	unsigned n = 0;

	if (!v)
		return NULL;
	v[n++] = (char *)"run-foreign";
	for (unsigned i = 0; i < l->noptions; i++) {
		if (!strcmp(l->options[i], "--"))
			break;
		if (!is_own(l->options[i]))
			v[n++] = l->options[i];
		else if (!strchr(l->options[i], '='))
			i++;
	}
	v[n++] = (char *)channel;
	v[n++] = (char *)"--";
	v[n++] = (char *)host;
	return v;
}

/* Descriptors as the child is to have them. */
static int add_files(posix_spawn_file_actions_t *fa, const struct passing *g,
		     const struct request *r, int channel)
{
	int err = 0;

	/* A session's leader gets the terminal that it opens first. */
	if (*r->pty)
		err = posix_spawn_file_actions_addopen(fa, 0, r->pty, O_RDWR,
						       0);
	for (int i = 0; i < 3 && !err; i++)
		err = g->std_fd[i] >= 0
			      ? posix_spawn_file_actions_adddup2(
					fa, g->std_fd[i], i)
			      : posix_spawn_file_actions_addopen(
					fa, i, "/dev/null", O_RDWR, 0);
	/* Onto itself: it stays open and keeps its number. */
	for (uint32_t i = 0; i < g->n && channel >= 0 && !err; i++)
		if (g->objects[i].fd > 2)
			err = posix_spawn_file_actions_adddup2(
				fa, g->objects[i].fd, g->objects[i].fd);
	if (!err && channel >= 0)
		err = posix_spawn_file_actions_adddup2(fa, channel, channel);
	if (!err && g->control[1] >= 0)
		err = posix_spawn_file_actions_adddup2(fa, g->control[1],
						       g->control[1]);
	if (!err && *r->cwd)
		err = posix_spawn_file_actions_addchdir_np(fa, r->cwd);
	return err;
}

static int spawn(const char *path, char *const *argv, char *const *envp,
		 const struct passing *g, const struct request *r, int channel,
		 pid_t *pid)
{
	int slot = policy_slot(); /* of a sandbox */
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	if (slot == -1)
		return EDQUOT;
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	/* Ctrl-C stays ignored if the program asked for that: Windows'
	   children inherit it, too. */
	sigfillset(&set);
	sigdelset(&set, SIGINT);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			       (*r->pty ? POSIX_SPAWN_SETSID : 0));
	err = add_files(&fa, g, r, channel);
	if (!err && slot >= 0)
		err = posix_spawn_file_actions_adddup2(&fa, slot, slot);
	if (!err)
		err = posix_spawn(pid, path, &fa, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	if (slot >= 0)
		close(slot);
	return err;
}

static int spawn_nt(const struct request *r, const struct passing *g,
		    int channel, pid_t *pid)
{
	char option[40], **argv;
	int err;

	snprintf(option, sizeof option, "--parent-channel=%d", channel);
	argv = own_argv(r->host, option);
	if (!argv)
		return ENOMEM;
	err = spawn("/proc/self/exe", argv, nt_self->launch->envp, g, r,
		    channel, pid);
	free(argv);
	return err;
}

static int spawn_suspended(const struct request *r, const struct passing *g,
			   char *const *argv, char *const *env,
			   _Atomic uint32_t *suspend, pid_t *pid)
{
	struct held h = {
		.path = r->host,
		.argv = argv,
		.envp = env,
		.cwd = r->cwd,
		.std_fd = g->std_fd,
		.slot = policy_slot(),
		.suspend = suspend,
	};
	int err = EDQUOT;

	if (h.slot != -1)
		err = spawn_held(&h, pid);
	if (h.slot >= 0)
		close(h.slot);
	return err;
}

/* suspend: the word that holds it, NULL: it begins at once. */
static int spawn_native(const struct request *r, const struct passing *g,
			_Atomic uint32_t *suspend, pid_t *pid)
{
	char **argv, **env;
	int err = ENOMEM;

	argv = native_argv(r->command_line.s, r->command_line.len);
	env = native_environ(r->environment.s, r->environment.len,
			     nt_self->launch->envp);
	if (argv && env && suspend)
		err = spawn_suspended(r, g, argv, env, suspend, pid);
	else if (argv && env)
		err = spawn(r->host, argv, env, g, r, -1, pid);
	free(argv);
	free(env);
	return err;
}

/* ---- objects for it
 * ------------------------------------------------------------------------ */

/* The jobs it is started in take it in; their limits may forbid that. */
static NTSTATUS enter_jobs(const struct request *r, struct nt_process *p)
{
	struct object *o = r->innermost_job;
	NTSTATUS status = STATUS_SUCCESS;

	for (; o && !status; o = job_outer(o))
		status = job_register(o, p);
	for (size_t i = 0; i < r->njobs && !status; i++)
		status = job_register(r->job_objects[i], p);
	return status;
}

/* Its first thread: to wait for, resume, and close. */
static struct nt_thread *first_thread(struct nt_process *p)
{
	struct nt_thread *th = thread_of_other(p, thread_first_id(p->id));

	if (!th)
		return NULL;
	th->is_first = true;
	p->first_thread = th;
	object_get(&th->object);
	return th;
}

struct outputs {
	gaddr process, thread;
	uint32_t process_access, thread_access;
	uint32_t process_attributes, thread_attributes;
};

static NTSTATUS hand_out(struct task *t, struct nt_process *p,
			 struct nt_thread *th, const struct outputs *o,
			 const struct request *r)
{
	struct client_id64 id = { p->id, th->id };
	uint64_t hp, ht;
	NTSTATUS status;

	status = handle_add(t, &p->object, o->process_access,
			    o->process_attributes, &hp);
	if (status)
		return status;
	status = handle_add(t, &th->object, o->thread_access,
			    o->thread_attributes, &ht);
	if (status) {
		handle_close(t, hp);
		return status;
	}
	if (guest_put64(t, o->process, hp) || guest_put64(t, o->thread, ht) ||
	    (r->client_id && guest_write(t, r->client_id, &id,
					 MIN(r->client_id_len, sizeof id))) ||
	    (r->teb_address && guest_put64(t, r->teb_address, 0))) {
		handle_close(t, hp);
		handle_close(t, ht);
		return STATUS_ACCESS_VIOLATION;
	}
	return STATUS_SUCCESS;
}

/* Starts it and makes its objects; *th and the return value are references. */
static struct nt_process *start(const struct request *r, enum kind kind,
				struct nt_thread **th, NTSTATUS *status)
{
	struct start_block *b = NULL;
	struct nt_process *p = NULL;
	int channel = -1, pidfd, err;
	struct passing g;
	size_t size = 0;
	pid_t pid;

	*status = pass_handles(r, &g);
	if (!*status && kind == KIND_PE)
		make_control(&g);
	if (!*status && (kind == KIND_PE || r->suspended)) {
		b = make_block(r, &g, &size, &channel);
		if (!b)
			*status = STATUS_NO_MEMORY;
	}
	if (!*status) {
		err = kind == KIND_PE ? spawn_nt(r, &g, channel, &pid)
				      : spawn_native(r, &g,
						     b ? &b->suspend : NULL,
						     &pid);
		if (err)
			*status = err == EDQUOT ? STATUS_QUOTA_EXCEEDED
						: status_from_errno(err);
	}
	if (g.control[1] >= 0)
		close(g.control[1]);
	passing_free(&g);
	if (*status) {
		if (channel >= 0)
			close(channel);
		if (b)
			munmap(b, size);
		if (g.control[0] >= 0)
			close(g.control[0]);
		return NULL;
	}
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0)
		p = process_new(pid, pidfd);
	if (!p) {
		/* Nobody could ever wait for it. */
		kill(pid, SIGKILL);
		if (channel >= 0)
			close(channel);
		if (b)
			munmap(b, size);
		if (g.control[0] >= 0)
			close(g.control[0]);
		*status = STATUS_NO_MEMORY;
		return NULL;
	}
	p->control = g.control[0];
	p->block = b;
	p->block_size = size;
	p->block_fd = channel;
	p->is_nt = kind == KIND_PE;
	if (r->priority_class)
		process_set_priority(p, (uint8_t)r->priority_class);
	p->priority_class = child_priority(r);
	p->wow64 = r->wow64;
	p->parent_id = nt_self->id;
	*th = first_thread(p);
	if (!*th) {
		process_kill(p, STATUS_NO_MEMORY);
		object_put(&p->object);
		*status = STATUS_NO_MEMORY;
		return NULL;
	}
	return p;
}

/* PS_CREATE_INFO: tells the caller that there is nothing for it to close. */
static NTSTATUS write_info(struct task *t, gaddr at)
{
	enum { SUCCESS = 6 };
	uint8_t zero[72] = { 0 };
	uint64_t size;

	if (!at)
		return STATUS_SUCCESS;
	if (guest_get64(t, &size, at))
		return STATUS_ACCESS_VIOLATION;
	if (size < 16)
		return STATUS_INVALID_PARAMETER;
	if (guest_put32(t, at + 8, SUCCESS) ||
	    guest_write(t, at + 16, zero, MIN(size - 16, sizeof zero)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

static NTSTATUS create(struct task *t, struct request *r, gaddr create_info,
		       const struct outputs *o)
{
	struct nt_process *p;
	struct nt_thread *th;
	enum kind kind = KIND_PE;
	NTSTATUS status;

	status = find_image(r, &kind);
	if (status)
		return status;
	request_find_cwd(r);
	if (!pty_slave_path(t, r->p.console, r->pty, sizeof r->pty))
		r->pty[0] = 0;
	status = write_info(t, create_info);
	if (status)
		return status;
	p = start(r, kind, &th, &status);
	if (!p)
		return status;
	log_debug(LOG_PROCESS, "process %u: %s", p->id, r->host);
	p->image_nt_path = r->image.s;
	r->image.s = NULL;
	status = enter_jobs(r, p);
	if (!status)
		status = hand_out(t, p, th, o, r);
	if (status)
		process_kill(p, status);
	if (p->control >= 0)
		process_control_start(p);
	/* Also in that case: it has to be reaped. */
	if (process_watch(p) && !status)
		status = STATUS_NO_MEMORY;
	object_put(&th->object);
	object_put(&p->object);
	return status;
}

static NTSTATUS find_jobs(struct task *t, struct request *r)
{
	enum { JOB_ASSIGN = 1 };
	NTSTATUS status = jobs_of_child(r->breakaway, &r->innermost_job);

	if (r->njobs)
		r->job_objects = calloc(r->njobs, sizeof *r->job_objects);
	if (!status && r->njobs && !r->job_objects)
		status = STATUS_NO_MEMORY;
	for (size_t i = 0; i < r->njobs && !status; i++)
		status = handle_get(t, r->jobs[i], &job_type, JOB_ASSIGN,
				    &r->job_objects[i]);
	for (size_t i = 0; i < r->njobs && !status; i++)
		if (!job_has_room(r->job_objects[i]))
			status = STATUS_QUOTA_EXCEEDED;
	for (struct object *o = r->innermost_job; o && !status;
	     o = job_outer(o))
		if (!job_has_room(o))
			status = STATUS_QUOTA_EXCEEDED;
	return status;
}

NTSTATUS nt_create_user_process(struct task *t, gaddr process, gaddr thread,
				uint32_t process_access, uint32_t thread_access,
				gaddr process_attr, gaddr thread_attr,
				uint32_t process_flags, uint32_t thread_flags,
				gaddr params, gaddr create_info,
				gaddr attr_list)
{
	struct outputs o = {
		.process = process,
		.thread = thread,
		.process_access = process_access,
		.thread_access = thread_access,
	};
	struct request *r;
	struct nt_oa oa;
	NTSTATUS status;

	status = oa_read(t, process_attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	o.process_attributes = oa.attributes;
	status = oa_read(t, thread_attr, &oa);
	if (status)
		return status;
	oa_free(&oa);
	o.thread_attributes = oa.attributes;

	r = calloc(1, sizeof *r);
	if (!r)
		return STATUS_NO_MEMORY;
	r->inherit = process_flags & FLAG_INHERIT;
	r->breakaway = process_flags & FLAG_BREAKAWAY;
	r->suspended = thread_flags & THREAD_SUSPENDED;
	r->error_mode = nt_self->error_mode;
	status = request_read_attributes(t, attr_list, r);
	if (!status)
		status = find_jobs(t, r);
	if (!status)
		status = request_read_parameters(t, params, r);
	if (!status && !r->image.s)
		status = STATUS_INVALID_PARAMETER;
	if (!status)
		status = create(t, r, create_info, &o);
	request_free(r);
	return status;
}
