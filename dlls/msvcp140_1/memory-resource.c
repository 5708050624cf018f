/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * memory-resource.c - std::pmr's resources that are not templates: operator
 * new, with and without alignments beyond its own, and the one that has nothing.
 *
 * Order of the virtual functions: microsoft/STL's xpolymorphic_allocator.h.
 */
#include "nt.h"
#include <malloc.h>
#include <stdlib.h>

#ifdef _WIN64
#define METHOD
#define NEW_ALIGNMENT 16
#else
#define METHOD	      __attribute__((thiscall))
#define NEW_ALIGNMENT 8
#endif

struct resource {
	const struct resource_vt *vt;
};
struct resource_vt {
	void *(METHOD *destroy)(struct resource *, unsigned flags);
	void *(METHOD *allocate)(struct resource *, size_t n, size_t alignment);
	void(METHOD *deallocate)(struct resource *, void *p, size_t n, size_t alignment);
	BOOLEAN(METHOD *is_equal)(const struct resource *, const struct resource *);
};

DECLSPEC_NORETURN void bad_alloc(void) __asm__("\"?_Xbad_alloc@std@@YAXXZ\"");

static void *checked(void *p)
{
	if (!p)
		bad_alloc();
	return p;
}

static void *METHOD destroy(struct resource *r, unsigned flags)
{
	return r;
}

static BOOLEAN METHOD is_equal(const struct resource *a, const struct resource *b)
{
	return a == b;
}

static void *METHOD aligned_allocate(struct resource *r, size_t n, size_t alignment)
{
	if (alignment > NEW_ALIGNMENT)
		return checked(_aligned_malloc(n ? n : 1, alignment));
	return checked(malloc(n ? n : 1));
}

static void METHOD aligned_deallocate(struct resource *r, void *p, size_t n,
			       size_t alignment)
{
	if (alignment > NEW_ALIGNMENT)
		_aligned_free(p);
	else
		free(p);
}

static void *METHOD unaligned_allocate(struct resource *r, size_t n, size_t alignment)
{
	if (alignment > NEW_ALIGNMENT)
		bad_alloc();
	return checked(malloc(n ? n : 1));
}

static void METHOD unaligned_deallocate(struct resource *r, void *p, size_t n,
				 size_t alignment)
{
	free(p);
}

static void *METHOD nothing(struct resource *r, size_t n, size_t alignment)
{
	bad_alloc();
}

static void METHOD keep(struct resource *r, void *p, size_t n, size_t alignment)
{
}

static const struct resource_vt aligned_vt = { destroy, aligned_allocate,
					       aligned_deallocate, is_equal },
				unaligned_vt = { destroy, unaligned_allocate,
						 unaligned_deallocate, is_equal },
				null_vt = { destroy, nothing, keep, is_equal };
static struct resource aligned = { &aligned_vt }, unaligned = { &unaligned_vt },
		       null = { &null_vt };
static struct resource *aligned_default = &aligned, *unaligned_default = &unaligned;

struct resource *_Aligned_new_delete_resource(void);
struct resource *_Unaligned_new_delete_resource(void);
struct resource *null_memory_resource(void);
struct resource *_Aligned_get_default_resource(void);
struct resource *_Unaligned_get_default_resource(void);
struct resource *_Aligned_set_default_resource(struct resource *r);
struct resource *_Unaligned_set_default_resource(struct resource *r);

struct resource *_Aligned_new_delete_resource(void)
{
	return &aligned;
}

struct resource *_Unaligned_new_delete_resource(void)
{
	return &unaligned;
}

struct resource *null_memory_resource(void)
{
	return &null;
}

struct resource *_Aligned_get_default_resource(void)
{
	return __atomic_load_n(&aligned_default, __ATOMIC_ACQUIRE);
}

struct resource *_Unaligned_get_default_resource(void)
{
	return __atomic_load_n(&unaligned_default, __ATOMIC_ACQUIRE);
}

/* NULL: the first one again. */
struct resource *_Aligned_set_default_resource(struct resource *r)
{
	return InterlockedExchangePointer((PVOID *)&aligned_default, r ? r : &aligned);
}

struct resource *_Unaligned_set_default_resource(struct resource *r)
{
	return InterlockedExchangePointer((PVOID *)&unaligned_default,
					  r ? r : &unaligned);
}
