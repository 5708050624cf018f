/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process-start.c - a child takes over what its parent left in the start
 * block: numbers, strings and handles.
 *
 * The parent is trusted no more than any file: it may be another version of
 * this program, so every offset is checked.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "syscall-xlate/launch.h"
#include "syscall-xlate/nt/console-shared.h"
#include "syscall-xlate/nt/console.h"
#include "syscall-xlate/nt/mitigation.h"
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/token.h"
#include "syscall-xlate/nt/remote.h"

/* What handles may be passed: the place in this list is the type's number. */
static const struct object_type *const passed_types[] = {
	&file_type,  &section_type,   &key_type,
	&event_type, &semaphore_type, &mutant_type,
	&process_type, &thread_type, &timer_type,
	&job_type,   &directory_type, &symlink_type,
	&token_type, &iocp_type, &keyed_event_type,
};

int passed_type(const struct object_type *type)
{
	for (unsigned i = 0; i < COUNT_OF(passed_types); i++)
		if (passed_types[i] == type)
			return (int)i;
	return -1;
}

const struct object_type *passed_type_at(uint32_t number)
{
	return number < COUNT_OF(passed_types) ? passed_types[number] : NULL;
}

const struct start_block *process_start_block(void)
{
	return nt_self->block;
}

static struct bytes block_bytes(const struct start_block *b)
{
	return (struct bytes){ (const uint8_t *)b, nt_self->block_size };
}

const uint16_t *start_text(const struct start_block *b, struct start_string s,
			   size_t *len)
{
	const void *at;

	*len = 0;
	if (!s.at || s.at % 2)
		return NULL;
	at = bytes_at(block_bytes(b), s.at, (s.len + 1ull) * 2);
	if (at)
		*len = s.len;
	return at;
}

bool start_numbers(struct process_parameters64 *p)
{
	const struct start_block *b = nt_self->block;

	p->process_group = nt_self->group;
	if (!b)
		return false;
	p->debug_flags = 0;
	p->console = b->console;
	p->console_flags = b->console_flags;
	p->std_in = b->std_in;
	p->std_out = b->std_out;
	p->std_err = b->std_err;
	p->x = b->x;
	p->y = b->y;
	p->cx = b->cx;
	p->cy = b->cy;
	p->chars_x = b->chars_x;
	p->chars_y = b->chars_y;
	p->fill = b->fill;
	p->window_flags = b->window_flags;
	p->show_window = b->show_window;
	p->process_group = nt_self->group;
	return true;
}

/* The parent has made descriptors 0 to 2 of them as well (process-spawn.c). */
static void note_standard(uint64_t handle, struct object *o)
{
	const struct start_block *b = nt_self->block;
	const uint64_t std[] = { b->std_in, b->std_out, b->std_err };

	for (int fd = 0; fd < (int)COUNT_OF(std); fd++)
		if (handle == std[fd])
			file_is_standard(o, fd);
}

/*
 * A handle of the parent's becomes the same handle here.  values: the handles
 * so far, of which a later one may be for the same object.
 */
static void take_handle(const struct start_handle *h, const uint64_t *values,
			uint32_t n)
{
	const struct object_type *type = passed_type_at(h->type);
	struct object *o;

	if (!type || !type->receive || h->passed.len > sizeof h->passed.data)
		return;
	if (h->same && h->same <= n) {
		if (handle_get(NULL, values[h->same - 1], NULL, 0, &o))
			return;
	} else {
		o = type->receive(&h->passed);
	}
	if (!o) {
		if (h->passed.fd >= 0)
			close(h->passed.fd);
		log_debug(LOG_PROCESS, "handle %#jx does not come across",
			  (uintmax_t)h->handle);
		return;
	}
	/* Without a handle: a job that we are in, or our token. */
	if (!h->handle && o->type == &job_type)
		job_born(o, h->passed.value[1]);
	else if (!h->handle && o->type == &token_type)
		token_become((struct token *)o);
	else
		handle_place(h->handle, o, h->access, h->attributes);
	if (h->handle)
		note_standard(h->handle, o);
	object_put(o);
}

/* Those of the block, as far as they are whole. */
static void take_handles(const struct start_block *b)
{
	const size_t head = offsetof(struct start_handle, passed.data);
	uint32_t n = MIN(b->nhandles, (uint32_t)(b->size / head));
	uint64_t *values = calloc(n + 1, sizeof *values);
	uint64_t off = b->handles_at;

	for (uint32_t i = 0; values && i < n; i++) {
		const struct start_handle *h;

		h = bytes_at(block_bytes(b), off, head);
		if (!h || !bytes_at(block_bytes(b), off, head + h->passed.len))
			break;
		take_handle(h, values, i);
		values[i] = h->handle;
		off += ROUND_UP(head + h->passed.len, 8);
	}
	free(values);
}

int start_block_open(const struct launch *l, struct err *e)
{
	int fd = l->parent_channel;
	struct start_block *b;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "--parent-channel %d: %s", fd,
			       strerror(errno));
	if ((uint64_t)st.st_size < sizeof *b || st.st_size > UINT32_MAX)
		return err_set(e, EINVAL, "--parent-channel %d: no start block",
			       fd);
	b = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		 fd, 0);
	if (b == MAP_FAILED)
		return err_set(e, errno, "--parent-channel %d: %s", fd,
			       strerror(errno));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	nt_self->block_fd = fd;
	if (b->magic != START_MAGIC || b->version != START_VERSION)
		return err_set(e, EINVAL,
			       "the parent process is another version of "
			       "run-foreign");
	nt_self->block = b;
	nt_self->block_size = (size_t)st.st_size;
	nt_self->parent_id = b->parent_id;
	nt_self->control = b->control;
	if (b->control >= 0)
		fcntl(b->control, F_SETFD, FD_CLOEXEC);
	if (b->process_group)
		nt_self->group = b->process_group;
	if (b->console_root)
		nt_self->console_root = b->console_root;
	if (b->console_fd >= 0)
		console_inherit(b->console_fd);
	if (b->console_flags & 1)
		console_ignore_ctrl_c(true);
	nt_self->error_mode = b->error_mode;
	mitigation_options(b->mitigations);
	placement_of_child(b);

	take_handles(b);
	atomic_store(&b->taken, 1);
	if (b->told)
		syscall(SYS_futex, &b->taken, FUTEX_WAKE, 1, NULL, NULL, 0);
	return 0;
}

void start_wait_for_resume(void)
{
	enum { LOOK_NS = 500000000 };
	struct timespec look = { 0, LOOK_NS };
	uint32_t n;

	if (!nt_self->block)
		return;
	jobs_check();
	/* Who starts it suspended mostly means to change something in it. */
	if (nt_self->block->suspend)
		remote_serve();
	while ((n = atomic_load(&nt_self->block->suspend))) {
		syscall(SYS_futex, &nt_self->block->suspend, FUTEX_WAIT, n,
			&look, NULL, 0);
		/* Nobody would ever resume us, unless that was the last that
		   our starter did. */
		if (process_id(getppid()) != nt_self->block->starter_id &&
		    atomic_load(&nt_self->block->suspend))
			_exit(1);
		jobs_check();
	}
	/* What it was put into while there was no task to hear a knock. */
	jobs_check();
}
