/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process-request.c - see process-request.h. */
#include "syscall-xlate/nt/process-request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscall-xlate/nt/placement.h"
#include "syscall-xlate/nt/process.h"
#include "syscall-xlate/nt/token.h"

enum {
	MAX_ATTRIBUTES = 32,
	MAX_LIST = 4096, /* handles in an attribute */
	MAX_ENVIRONMENT = 16 << 20,
};

void request_free(struct request *r)
{
	struct text *all[] = { &r->image,        &r->current_directory,
			       &r->command_line, &r->image_path,
			       &r->dll_path,     &r->title,
			       &r->desktop,      &r->shell,
			       &r->runtime,      &r->environment };

	for (unsigned i = 0; i < COUNT_OF(all); i++)
		free(all[i]->s);
	free(r->handles);
	for (size_t i = 0; r->job_objects && i < r->njobs; i++)
		object_put(r->job_objects[i]);
	free(r->job_objects);
	object_put(r->debug_object);
	object_put(r->token);
	free((void *)r->security.at);
	free((void *)r->thread_security.at);
	for (unsigned i = 0; i < PARENT_JOBS; i++)
		object_put(r->parent_jobs[i]);
	if (r->parent)
		object_put(&r->parent->object);
	if (r->held >= 0)
		close(r->held);
	free(r->jobs);
	free(r);
}

/* PS_ATTRIBUTE */
struct attribute {
	uint64_t attribute, size, value, ret_len;
};

static NTSTATUS read_units(struct task *t, gaddr at, uint64_t bytes,
			   struct text *x)
{
	/* RuntimeData, which C runtimes fill with bytes, may be odd. */
	x->len = (bytes + 1) / 2;
	x->s = calloc(x->len + 1, sizeof *x->s);
	if (!x->s)
		return STATUS_NO_MEMORY;
	if (guest_read(t, x->s, at, bytes))
		return STATUS_ACCESS_VIOLATION;
	x->s[x->len] = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS read_handles(struct task *t, const struct attribute *a,
			     uint64_t **list, size_t *n)
{
	uint64_t *h;

	if (a->size % sizeof *h || a->size / sizeof *h > MAX_LIST || *list)
		return STATUS_INVALID_PARAMETER;
	h = malloc(a->size + sizeof *h);
	if (!h)
		return STATUS_NO_MEMORY;
	*list = h;
	*n = a->size / sizeof *h;
	return guest_read(t, h, a->value, a->size) ? STATUS_ACCESS_VIOLATION
						   : STATUS_SUCCESS;
}

/* GROUP_AFFINITY, of either width.  There is one group. */
static NTSTATUS read_affinity(struct task *t, const struct attribute *a,
			      uint64_t *mask)
{
	size_t word = a->size == 12 ? 4 : 8;
	uint16_t group;

	if (a->size != word + 8)
		return STATUS_INVALID_PARAMETER;
	*mask = 0;
	if (guest_read(t, mask, a->value, word) ||
	    guest_read(t, &group, a->value + word, sizeof group))
		return STATUS_ACCESS_VIOLATION;
	return group || !*mask || *mask & ~system_affinity()
		       ? STATUS_INVALID_PARAMETER
		       : STATUS_SUCCESS;
}

static NTSTATUS read_parent(struct task *t, uint64_t h, struct request *r)
{
	enum { MAY_CREATE_PROCESS = 0x80 };
	struct nt_process *p;
	NTSTATUS status;

	if (r->parent)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, h, &process_type, MAY_CREATE_PROCESS, &p);
	if (status)
		return status;
	if (p == nt_self) {
		object_put(&p->object);
		return STATUS_SUCCESS;
	}
	r->parent = p;
	if (p->object.state)
		return STATUS_PROCESS_IS_TERMINATING;
	process_learn(p);
	r->error_mode = p->error_mode;
	return p->is_nt ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

static NTSTATUS read_token(struct task *t, uint64_t h, struct request *r)
{
	struct token *tk;
	NTSTATUS status;

	if (r->token)
		return STATUS_INVALID_PARAMETER;
	status = handle_get(t, h, &token_type, TOKEN_ASSIGN_PRIMARY, &tk);
	if (status)
		return status;
	r->token = &tk->object;
	return tk->type == TOKEN_PRIMARY ? STATUS_SUCCESS
					 : STATUS_BAD_TOKEN_TYPE;
}

static NTSTATUS read_attribute(struct task *t, const struct attribute *a,
			       struct request *r)
{
	enum { CHILD_RESTRICTED = 1, CHILD_OVERRIDE = 2 };
	uint32_t policy;
	enum {
		PARENT = 0,
		DEBUG_PORT = 1,
		TOKEN = 2,
		CLIENT_ID = 3,
		TEB_ADDRESS = 4,
		IMAGE_NAME = 5,
		PRIORITY_CLASS = 8,
		ERROR_MODE = 9,
		HANDLE_LIST = 11,
		GROUP_AFFINITY = 12,
		MITIGATIONS_ON = 16,
		JOB_LIST = 19,
		CHILD_POLICY = 20,
	};

	switch (a->attribute & 0xffff) {
	case PARENT:
		return read_parent(t, a->value, r);
	case TOKEN:
		return read_token(t, a->value, r);
	case DEBUG_PORT:
		r->debug_port = a->value;
		return STATUS_SUCCESS;
	case CLIENT_ID:
		r->client_id = a->value;
		r->client_id_len = a->size;
		return STATUS_SUCCESS;
	case TEB_ADDRESS:
		r->teb_address = a->value;
		return STATUS_SUCCESS;
	case IMAGE_NAME:
		if (r->image.s || a->size > 0xfffe)
			return STATUS_INVALID_PARAMETER;
		return read_units(t, a->value, a->size, &r->image);
	case PRIORITY_CLASS:
		if (a->size) {
			uint8_t class;

			if (guest_read(t, &class, a->value, sizeof class))
				return STATUS_ACCESS_VIOLATION;
			r->priority_class = class;
		}
		return STATUS_SUCCESS;
	case ERROR_MODE:
		if (guest_get32(t, &r->error_mode, a->value))
			return STATUS_ACCESS_VIOLATION;
		r->error_mode ^= 1; /* as ProcessDefaultHardErrorMode */
		return STATUS_SUCCESS;
	case HANDLE_LIST:
		return read_handles(t, a, &r->handles, &r->nhandles);
	case GROUP_AFFINITY:
		return read_affinity(t, a, &r->affinity);
	case CHILD_POLICY:
		if (guest_get32(t, &policy, a->value))
			return STATUS_ACCESS_VIOLATION;
		if (policy & ~(uint32_t)(CHILD_RESTRICTED | CHILD_OVERRIDE))
			return STATUS_INVALID_PARAMETER;
		r->childless = policy & CHILD_RESTRICTED;
		return STATUS_SUCCESS;
	case MITIGATIONS_ON:
		if (a->size != 8 && a->size != 16)
			return STATUS_INVALID_PARAMETER;
		return guest_read(t, r->mitigations, a->value, a->size)
			       ? STATUS_ACCESS_VIOLATION
			       : STATUS_SUCCESS;
	case JOB_LIST:
		return read_handles(t, a, &r->jobs, &r->njobs);
	default:
		/* Standard handles are passed anyway; others are hints, or
		   outputs that Windows leaves alone when it has none. */
		return STATUS_SUCCESS;
	}
}

NTSTATUS request_read_attributes(struct task *t, gaddr list, struct request *r)
{
	struct attribute a;
	uint64_t total, n;
	NTSTATUS status = STATUS_SUCCESS;

	if (!list)
		return STATUS_SUCCESS;
	if (guest_get64(t, &total, list))
		return STATUS_ACCESS_VIOLATION;
	n = (total - 8) / sizeof a;
	if (total < 8 || (total - 8) % sizeof a || n > MAX_ATTRIBUTES)
		return STATUS_INVALID_PARAMETER;
	for (uint64_t i = 0; i < n && !status; i++)
		status = guest_read(t, &a, list + 8 + i * sizeof a, sizeof a)
				 ? STATUS_ACCESS_VIOLATION
				 : read_attribute(t, &a, r);
	return status;
}

/* Strings of parameters that are not normalized are offsets. */
static NTSTATUS read_string(struct task *t, gaddr params,
			    const struct request *r,
			    const struct unicode_string64 *u, struct text *x)
{
	enum { NORMALIZED = 1 };
	gaddr at = u->buffer;

	if (!at)
		return STATUS_SUCCESS;
	if (!(r->p.flags & NORMALIZED))
		at += params;
	return read_units(t, at, u->length, x);
}

/* Up to and with the empty string that ends it. */
static NTSTATUS read_environment(struct task *t, struct request *r)
{
	uint64_t size = r->p.environment_size, n = 0;
	uint16_t last = 1, c;

	if (!r->p.environment)
		return STATUS_SUCCESS;
	/* The size is not kept by every writer of the field. */
	while (!size) {
		if (guest_read(t, &c, r->p.environment + n, 2))
			return STATUS_ACCESS_VIOLATION;
		n += 2;
		if (!c && !last)
			size = n;
		if (n == 2 && !c)
			last = 0;
		else
			last = c;
		if (n > MAX_ENVIRONMENT)
			return STATUS_INVALID_PARAMETER;
	}
	if (size > MAX_ENVIRONMENT)
		return STATUS_INVALID_PARAMETER;
	return read_units(t, r->p.environment, size & ~1ull, &r->environment);
}

NTSTATUS request_read_parameters(struct task *t, gaddr at, struct request *r)
{
	const struct {
		const struct unicode_string64 *u;
		struct text *x;
	} strings[] = {
		{ &r->p.current_directory.path, &r->current_directory },
		{ &r->p.command_line, &r->command_line },
		{ &r->p.image_path, &r->image_path },
		{ &r->p.dll_path, &r->dll_path },
		{ &r->p.title, &r->title },
		{ &r->p.desktop, &r->desktop },
		{ &r->p.shell, &r->shell },
		{ &r->p.runtime, &r->runtime },
	};
	NTSTATUS status = STATUS_SUCCESS;

	if (!at)
		return STATUS_INVALID_PARAMETER;
	if (guest_read(t, &r->p, at, sizeof r->p))
		return STATUS_ACCESS_VIOLATION;
	for (unsigned i = 0; i < COUNT_OF(strings) && !status; i++)
		status = read_string(t, at, r, strings[i].u, strings[i].x);
	return status ? status : read_environment(t, r);
}

void request_find_cwd(struct request *r)
{
	static const uint16_t prefix[] = { '\\', '?', '?', '\\' };
	const struct text *d = &r->current_directory;
	uint16_t *nt;

	r->cwd[0] = 0;
	if (!d->len)
		return;
	nt = malloc((d->len + 5) * 2);
	if (!nt)
		return;
	memcpy(nt, prefix, sizeof prefix);
	memcpy(nt + 4, d->s, d->len * 2);
	if (path_from_nt(nt, d->len + 4, r->cwd) || access(r->cwd, X_OK))
		r->cwd[0] = 0;
	free(nt);
}
