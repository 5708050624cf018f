/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * semaphore.c - semaphores: the object's state is the count.
 */
#include "syscall-xlate/nt/nt-private.h"
#include "syscall-xlate/nt/calls.h"

enum { QUERY = 1, MODIFY = 2 };

struct semaphore {
	struct object object;
	int32_t max;
};

static bool signaled(struct object *o, struct task *t)
{
	(void)t;
	return *object_state(o) != 0;
}

static NTSTATUS acquire(struct object *o, struct task *t)
{
	_Atomic int32_t *count = object_state(o);

	(void)t;
	*count = *count - 1;
	return STATUS_SUCCESS;
}

static void to_page(const struct object *o, struct shared_page *p)
{
	p->state = o->state;
	p->param = ((const struct semaphore *)o)->max;
}

static void from_page(struct object *o, const struct shared_page *p)
{
	((struct semaphore *)o)->max = p->param;
}

static struct object *receive(const struct nt_passed *p)
{
	return shared_receive(&semaphore_type, p);
}

const struct object_type semaphore_type = {
	.name = "Semaphore",
	.size = sizeof(struct semaphore),
	.generic = { 0x20001, 0x20002, 0x120000, 0x1f0003 },
	.valid_access = 0x1f0003,
	.waitable = true,
	.signaled = signaled,
	.acquire = acquire,
	.to_page = to_page,
	.from_page = from_page,
	.pass = shared_pass,
	.receive = receive,
};

NTSTATUS nt_create_semaphore(struct task *t, gaddr semaphore, uint32_t access,
			     gaddr attr, int32_t initial, int32_t maximum)
{
	struct semaphore *s;
	struct nt_oa oa;
	NTSTATUS status;

	if (maximum <= 0 || initial < 0 || initial > maximum)
		return STATUS_INVALID_PARAMETER;
	status = oa_read(t, attr, &oa);
	if (status)
		return status;
	s = object_new(&semaphore_type);
	if (s) {
		s->max = maximum;
		s->object.state = initial;
		status = object_create(t, &s->object, access, &oa, semaphore);
	} else {
		status = STATUS_NO_MEMORY;
	}
	oa_free(&oa);
	return status;
}

NTSTATUS nt_open_semaphore(struct task *t, gaddr semaphore, uint32_t access,
			   gaddr attr)
{
	return object_open(t, &semaphore_type, access, attr, semaphore);
}

NTSTATUS nt_release_semaphore(struct task *t, uint64_t semaphore, int32_t count,
			      gaddr previous)
{
	_Atomic int32_t *now;
	struct semaphore *s;
	NTSTATUS status;
	int32_t old;

	if (count <= 0)
		return STATUS_INVALID_PARAMETER;
	status = handle_lock(t, semaphore, &semaphore_type, MODIFY, &s);
	if (status)
		return status;
	now = object_state(&s->object);
	old = *now;
	if (count > s->max - old) {
		object_unlock(&s->object);
		return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
	}
	*now = old + count;
	object_changed(&s->object);
	object_unlock(&s->object);
	if (previous && guest_put32(t, previous, (uint32_t)old))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}

/* For lean.c: with the object's lock held, not shared, nobody waiting. */
bool semaphore_lean_release(struct object *o, int32_t count, int32_t *old)
{
	*old = o->state;
	if (count <= 0 || count > ((struct semaphore *)o)->max - *old)
		return false;
	o->state = *old + count;
	return true;
}

NTSTATUS nt_query_semaphore(struct task *t, uint64_t semaphore, uint32_t class,
			    gaddr info, uint32_t len, gaddr ret_len)
{
	int32_t basic[2]; /* SEMAPHORE_BASIC_INFORMATION: count, maximum */
	struct semaphore *s;
	NTSTATUS status;

	if (class)
		return STATUS_INVALID_INFO_CLASS;
	if (len != sizeof basic)
		return STATUS_INFO_LENGTH_MISMATCH;
	status = handle_lock(t, semaphore, &semaphore_type, QUERY, &s);
	if (status)
		return status;
	basic[0] = *object_state(&s->object);
	basic[1] = s->max;
	object_unlock(&s->object);
	if (guest_write(t, info, basic, sizeof basic) ||
	    (ret_len && guest_put32(t, ret_len, sizeof basic)))
		return STATUS_ACCESS_VIOLATION;
	return STATUS_SUCCESS;
}
