/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ldr-tls.c - static thread-local storage (the TLS directory).
 *
 * Every image with a directory has an index into the vector that each
 * thread's TEB points to.  A DLL that is loaded when threads run already gets
 * room in all of their vectors: the vectors of all threads are in a list.
 */
#include "ldr.h"

struct tls_image {
	ULONG index;
	const char *template;
	SIZE_T template_size, zero, align;
	const PIMAGE_TLS_CALLBACK *callbacks;
};

/* What a TEB's ThreadLocalStoragePointer points into: slot[]. */
struct tls_vector {
	struct tls_vector *next, *prev;
	TEB *teb;
	ULONG room;
	PVOID slot[];
};

static struct tls_vector *vectors;
static struct tls_image **images; /* by index; NULL: free */
static ULONG nimages;

/* A block is aligned by hand; the pointer that was allocated lies before. */
static PVOID block_new(const struct tls_image *t)
{
	SIZE_T n = t->template_size + t->zero + t->align + sizeof(PVOID);
	char *raw = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, n);
	char *p;

	if (!raw)
		return NULL;
	p = (char *)(((ULONG_PTR)raw + sizeof(PVOID) + t->align - 1) &
		     ~(ULONG_PTR)(t->align - 1));
	((PVOID *)p)[-1] = raw;
	memcpy(p, t->template, t->template_size);
	return p;
}

static void block_free(PVOID block)
{
	if (block)
		RtlFreeHeap(rf_heap(), 0, ((PVOID *)block)[-1]);
}

static struct tls_vector *vector_new(TEB *teb)
{
	ULONG room = nimages + 8;
	struct tls_vector *v = RtlAllocateHeap(
		rf_heap(), HEAP_ZERO_MEMORY,
		sizeof *v + room * sizeof v->slot[0]);

	if (!v)
		return NULL;
	v->teb = teb;
	v->room = room;
	v->next = vectors;
	if (vectors)
		vectors->prev = v;
	vectors = v;
	return v;
}

static void vector_unlink(struct tls_vector *v)
{
	if (v->next)
		v->next->prev = v->prev;
	if (v->prev)
		v->prev->next = v->next;
	else
		vectors = v->next;
}

/*
 * Makes room in a vector of any thread.  The old one is not freed: its thread
 * may have loaded the pointer and be about to use it.
 */
static struct tls_vector *vector_grow(struct tls_vector *v)
{
	struct tls_vector *n;

	if (v->room >= nimages)
		return v;
	n = vector_new(v->teb);
	if (!n)
		return NULL;
	memcpy(n->slot, v->slot, v->room * sizeof v->slot[0]);
	vector_unlink(v);
	*(PVOID volatile *)&v->teb->ThreadLocalStoragePointer = n->slot;
	return n;
}

static ULONG index_new(struct tls_image *t)
{
	struct tls_image **more;

	for (ULONG i = 0; i < nimages; i++)
		if (!images[i]) {
			images[i] = t;
			return i;
		}
	more = RtlAllocateHeap(rf_heap(), 0, (nimages + 1) * sizeof *more);
	if (!more)
		return ~0u;
	memcpy(more, images, nimages * sizeof *more);
	RtlFreeHeap(rf_heap(), 0, images);
	images = more;
	images[nimages] = t;
	return nimages++;
}

NTSTATUS tls_add(struct module *m)
{
	const IMAGE_TLS_DIRECTORY *d;
	struct tls_image *t;
	ULONG size, align;

	/* Its size is not looked at, as on Windows; that it fits is. */
	d = module_directory(m, IMAGE_DIRECTORY_ENTRY_TLS, &size);
	if (!d || (SIZE_T)((char *)d - (char *)m->entry.DllBase) >
			  m->entry.SizeOfImage - sizeof *d)
		return STATUS_SUCCESS;
	t = RtlAllocateHeap(rf_heap(), HEAP_ZERO_MEMORY, sizeof *t);
	if (!t)
		return STATUS_NO_MEMORY;
	t->template = (const char *)(ULONG_PTR)d->StartAddressOfRawData;
	t->template_size = d->EndAddressOfRawData > d->StartAddressOfRawData ?
				   d->EndAddressOfRawData -
					   d->StartAddressOfRawData :
				   0;
	t->zero = d->SizeOfZeroFill;
	align = (d->Characteristics >> 20) & 0xf;
	t->align = align ? (SIZE_T)1 << (align - 1) : 16;
	if (t->align < 16)
		t->align = 16;
	t->callbacks = (const void *)(ULONG_PTR)d->AddressOfCallBacks;
	t->index = index_new(t);
	if (t->index == ~0u) {
		RtlFreeHeap(rf_heap(), 0, t);
		return STATUS_NO_MEMORY;
	}
	m->tls = t;
	m->entry.TlsIndex = (USHORT)t->index;
	if (d->AddressOfIndex)
		*(ULONG *)(ULONG_PTR)d->AddressOfIndex = t->index;
	for (struct tls_vector *v = vectors, *next; v; v = next) {
		next = v->next;
		v = vector_grow(v);
		if (!v)
			return STATUS_NO_MEMORY;
		v->slot[t->index] = block_new(t);
		if (!v->slot[t->index])
			return STATUS_NO_MEMORY;
	}
	return STATUS_SUCCESS;
}

void tls_remove(struct module *m)
{
	struct tls_image *t = m->tls;

	if (!t)
		return;
	for (struct tls_vector *v = vectors; v; v = v->next) {
		if (t->index >= v->room)
			continue;
		block_free(v->slot[t->index]);
		v->slot[t->index] = NULL;
	}
	images[t->index] = NULL;
	m->tls = NULL;
	RtlFreeHeap(rf_heap(), 0, t);
}

NTSTATUS tls_thread_init(void)
{
	TEB *teb = NtCurrentTeb();
	struct tls_vector *v;

	/* Without images there is nothing to point to. */
	v = vector_new(teb);
	if (!v)
		return STATUS_NO_MEMORY;
	for (ULONG i = 0; i < nimages; i++) {
		if (!images[i])
			continue;
		v->slot[i] = block_new(images[i]);
		if (!v->slot[i])
			return STATUS_NO_MEMORY;
	}
	teb->ThreadLocalStoragePointer = v->slot;
	return STATUS_SUCCESS;
}

void tls_thread_free(void)
{
	TEB *teb = NtCurrentTeb();
	struct tls_vector *v;

	if (!teb->ThreadLocalStoragePointer)
		return;
	v = CONTAINING_RECORD(teb->ThreadLocalStoragePointer, struct tls_vector,
			      slot);
	teb->ThreadLocalStoragePointer = NULL;
	vector_unlink(v);
	for (ULONG i = 0; i < v->room; i++)
		block_free(v->slot[i]);
	RtlFreeHeap(rf_heap(), 0, v);
}

void tls_callbacks(struct module *m, ULONG reason)
{
	const PIMAGE_TLS_CALLBACK *c = m->tls ? m->tls->callbacks : NULL;

	for (; c && *c; c++)
		(*c)(m->entry.DllBase, reason, NULL);
}
