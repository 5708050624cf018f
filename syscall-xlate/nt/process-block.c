/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-block.c - a child's start block (process-create.h), as its parent
 * writes it: the parameters, and the handles that go along, whose descriptors
 * keep their numbers.  process-start.c reads it, in the child.
 */
#include "syscall-xlate/nt/process-block.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/remote.h"

/* ---- handles that go along ---- */

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

/* A named object keeps its name, though we may close ours before the child has
   looked.  Whether *fd is a copy now. */
static bool keep(struct object *o, int *fd)
{
	int kept = o->shared && o->shared->path && *fd == o->shared->fd
			   ? shared_keeper(o->shared)
			   : -1;

	if (kept < 0)
		return false;
	*fd = kept;
	if (lift(fd))
		close(kept);
	return true;
}

/* false: no memory. */
static bool pass_object(struct passing *g, uint64_t h, struct object *o,
			uint32_t access, uint32_t attributes)
{
	const size_t head = offsetof(struct start_handle, passed.data);
	struct start_handle sh = { .handle = h, .access = access };
	int type = passed_type(o->type);
	bool ours = false;
	size_t size;

	if (type < 0 || !o->type->pass)
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
		g->told |= sh.passed.told;
		ours = keep(o, &sh.passed.fd) || lift(&sh.passed.fd);
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

static bool pass_one(uint64_t h, struct object *o, uint32_t access,
		     uint32_t attributes, void *arg)
{
	struct passing *g = arg;

	for (size_t i = 0; i < g->request->nhandles; i++)
		g->listed +=
			g->request->handles[i] == h && attributes & OBJ_INHERIT;
	return !wanted(g->request, h, attributes) ||
	       pass_object(g, h, o, access, attributes);
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
	for (unsigned i = PARENT_JOBS; i--;)
		if (g->request->parent_jobs[i])
			pass_job(g, g->request->parent_jobs[i]);
	for (size_t i = 0; i < g->request->njobs; i++)
		pass_job(g, g->request->job_objects[i]);
}

/* A handle of no value, too: the token that the child is to have. */
static NTSTATUS pass_token(struct passing *g)
{
	struct object *o = g->request->token;
	struct token *own = NULL;
	NTSTATUS status = STATUS_SUCCESS;

	/* Without its parent's it would have the user's, which may do more. */
	if (!o && g->request->parent)
		status = token_of_other(g->request->parent, &own);
	else if (!o)
		own = token_of_process_if_made();
	if (status)
		return status;
	if (own)
		o = &own->object;
	if (o && !g->failed)
		pass_object(g, 0, o, 0, 0);
	if (own)
		object_put(&own->object);
	return STATUS_SUCCESS;
}

NTSTATUS passing_collect(const struct request *r, struct passing *g)
{
	const uint64_t std[3] = { r->p.std_in, r->p.std_out, r->p.std_err };
	NTSTATUS status = STATUS_SUCCESS;

	*g = (struct passing){
		.request = r,
		.std_fd = { -1, -1, -1 },
		.control = { -1, -1 },
		.debug = { -1, -1 },
		.console = -1,
	};
	if (r->parent)
		status = remote_handles(r->parent, r->inherit, std, pass_one, g);
	else
		handles_each(pass_one, g);
	if (status)
		return status;
	pass_jobs(g);
	status = pass_token(g);
	if (status)
		return status;
	if (g->failed)
		return STATUS_NO_MEMORY;
	/* Windows refuses a list with a handle that cannot be inherited. */
	return g->listed == r->nhandles ? STATUS_SUCCESS
					: STATUS_INVALID_PARAMETER;
}

void passing_free(struct passing *g)
{
	for (uint32_t i = 0; i < g->n; i++)
		object_put(g->objects[i].o);
	for (uint32_t i = 0; i < g->n; i++)
		if (g->objects[i].ours)
			close(g->objects[i].fd);
	free(g->objects);
	free(g->at);
}

/* ---- the start block ---- */

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

uint32_t child_priority(const struct request *r)
{
	enum { IDLE = 1, NORMAL = 2, BELOW_NORMAL = 5 };
	uint32_t own = process_priority(r->parent ? r->parent : nt_self);

	if (r->priority_class)
		return r->priority_class;
	return own == IDLE || own == BELOW_NORMAL ? own : NORMAL;
}

/* b is new, and so zero. */
static void put_security(struct start_security *s, struct bytes from)
{
	if (!from.len)
		return;
	s->len = (uint32_t)from.len;
	memcpy(s->at, from.at, from.len);
}

/* -1, -2, -3 ask for none, a new one, a new one without a window. */
static bool shares_console(const struct request *r)
{
	return !*r->pty && r->p.console < ~2ull;
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
	b->parent_id = r->parent ? r->parent->id : nt_self->id;
	b->starter_id = nt_self->id;
	b->control = g->control[1];
	b->debug = g->debug[1];
	b->told = g->told;
	b->held = r->held;
	b->debug_flags = g->debug_flags;
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
	placement_hand_down(b, r->parent ? r->parent : nt_self, r->affinity);
	b->childless = r->childless;
	b->stands = *r->cwd != 0;
	b->mitigations = r->mitigations[0];
	/* What says "a pseudo console of yours" to us means nothing there. */
	b->console = *r->pty ? RF_CONSOLE_HERE : p->console;
	if (shares_console(r))
		b->console_root = nt_self->console_root;
	b->console_fd = g->console;
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
	put_security(&b->security[0], r->security);
	put_security(&b->thread_security, r->thread_security);
	b->handles_at = w.at;
	b->nhandles = g->n;
	if (g->len)
		memcpy((uint8_t *)b + w.at, g->at, g->len);
}

/* Of the child's end, which keeps its number. */
static int make_pair(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	if (pair[1] < 3) {
		int low = pair[1];

		lift(&pair[1]);
		close(low);
	}
	return 0;
}

void passing_make_control(struct passing *g)
{
	make_pair(g->control);
}

void passing_make_console(struct passing *g)
{
	if (shares_console(g->request))
		g->console = console_share();
}

int passing_make_debug(struct passing *g)
{
	return make_pair(g->debug);
}

struct start_block *start_block_make(const struct request *r,
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
