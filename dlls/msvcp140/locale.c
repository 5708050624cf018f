/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * locale.c - std::locale: counted tables of facets, and the library's locks.
 *
 * Tables hold what a program has put in; the facets of the "C" locale are made
 * by each _Getcat() when code asks for one that is in no table.
 */
#include "msvcp.h"

/* ---- locks ------------------------------------------------------------------ */

static CRITICAL_SECTION locks[LOCKS];

void lock_init(void)
{
	for (int i = 0; i < LOCKS; i++)
		InitializeCriticalSection(&locks[i]);
}

void lock_take(int kind)
{
	EnterCriticalSection(&locks[kind]);
}

void lock_leave(int kind)
{
	LeaveCriticalSection(&locks[kind]);
}

int *METHOD lockit_one(int *l, int kind);
int *METHOD lockit_all(int *l);
void METHOD lockit_end(int *l);

int *METHOD lockit_one(int *l, int kind)
{
	*l = kind;
	if (kind >= 0 && kind < LOCKS)
		lock_take(kind);
	return l;
}

int *METHOD lockit_all(int *l)
{
	return lockit_one(l, LOCK_LOCALE);
}

void METHOD lockit_end(int *l)
{
	if (*l >= 0 && *l < LOCKS)
		lock_leave(*l);
}

/* ---- identifiers -------------------------------------------------------------- */

extern int id_count;
int id_count;
struct locale_id *METHOD id_new(struct locale_id *id, size_t n);

struct locale_id id_ctype, id_wctype, id_codecvt, id_wcodecvt, id_collate, id_wcollate, id_numpunct,
	id_wnumpunct, id_time_put_w;

struct locale_id *METHOD id_new(struct locale_id *id, size_t n)
{
	id->n = n;
	return id;
}

size_t METHOD id_get(struct locale_id *id)
{
	if (!id->n) {
		lock_take(LOCK_LOCALE);
		if (!id->n)
			id->n = (size_t)++id_count;
		lock_leave(LOCK_LOCALE);
	}
	return id->n;
}

/* ---- facets ---------------------------------------------------------------------- */

extern const struct facet_vt vt_facet, vt_locimp;
struct facet *METHOD facet_new(struct facet *f, size_t refs);
void METHOD facet_end(struct facet *f);
size_t facet_getcat(const struct facet **f, const struct locale *l);

struct facet *METHOD facet_new(struct facet *f, size_t refs)
{
	f->vt = &vt_facet;
	f->refs = (unsigned)refs;
	return f;
}

void METHOD facet_end(struct facet *f)
{
	f->vt = &vt_facet;
}

void *METHOD facet_destroy(struct facet *f, unsigned flags)
{
	facet_end(f);
	if (flags & 1)
		free(f);
	return f;
}

void METHOD facet_incref(struct facet *f)
{
	InterlockedIncrement((LONG *)&f->refs);
}

/* What the caller has to delete now. */
struct facet *METHOD facet_decref(struct facet *f)
{
	return InterlockedDecrement((LONG *)&f->refs) ? NULL : f;
}

size_t facet_getcat(const struct facet **f, const struct locale *l)
{
	return (size_t)-1;
}

static void drop(struct facet *f)
{
	if (f && (f = f->vt->decref(f)))
		f->vt->destroy(f, 1);
}

/* ---- tables ------------------------------------------------------------------------ */

struct locimp *locimp_make(BOOLEAN transparent);
struct locimp *locimp_clone(const struct locimp *from);
void METHOD locimp_add(struct locimp *i, struct facet *f, size_t id);
void METHOD locimp_end(struct locimp *i);
void locimp_take(struct locimp *i, const struct locimp *from);
void *METHOD locimp_destroy(struct locimp *i, unsigned flags);

struct locimp *locimp_make(BOOLEAN transparent)
{
	struct locimp *i = must_malloc(sizeof *i);

	memset(i, 0, sizeof *i);
	i->f.vt = &vt_locimp;
	i->f.refs = 1;
	i->transparent = transparent;
	cyarn_set(&i->name, "*");
	return i;
}

/* The count is set already. */
void locimp_take(struct locimp *i, const struct locimp *from)
{
	lock_take(LOCK_LOCALE);
	i->facets = NULL;
	if (i->nfacets) {
		i->facets = malloc(i->nfacets * sizeof *i->facets);
		if (!i->facets) {
			i->nfacets = 0;
			lock_leave(LOCK_LOCALE);
			x_bad_alloc();
		}
		for (size_t n = 0; n < i->nfacets; n++) {
			struct facet *f = from->facets[n];

			i->facets[n] = f;
			if (f)
				f->vt->incref(f);
		}
	}
	lock_leave(LOCK_LOCALE);
}

struct locimp *locimp_clone(const struct locimp *from)
{
	struct locimp *i = locimp_make(from->transparent);

	i->categories = from->categories;
	i->nfacets = from->nfacets;
	cyarn_set(&i->name, from->name.text);
	locimp_take(i, from);
	return i;
}

void METHOD locimp_add(struct locimp *i, struct facet *f, size_t id)
{
	struct facet *old;

	lock_take(LOCK_LOCALE);
	if (id >= i->nfacets) {
		size_t n = max(id + 1, (size_t)40);
		struct facet **p = realloc(i->facets, n * sizeof *p);

		if (!p) {
			lock_leave(LOCK_LOCALE);
			x_bad_alloc();
		}
		memset(p + i->nfacets, 0, (n - i->nfacets) * sizeof *p);
		i->facets = p;
		i->nfacets = n;
	}
	f->vt->incref(f);
	old = i->facets[id];
	i->facets[id] = f;
	lock_leave(LOCK_LOCALE);
	drop(old);
}

void METHOD locimp_end(struct locimp *i)
{
	for (size_t n = i->nfacets; n--;)
		drop(i->facets[n]);
	free(i->facets);
	i->facets = NULL;
	i->nfacets = 0;
	cyarn_end(&i->name);
}

void *METHOD locimp_destroy(struct locimp *i, unsigned flags)
{
	locimp_end(i);
	if (flags & 1)
		free(i);
	return i;
}

/* ---- locales ---------------------------------------------------------------------- */

#define ALL_CATEGORIES 0x3f

static struct locimp *current;
static struct locale classic;

const struct locale *locale_classic(void);
struct locale *locale_global(struct locale *old, const struct locale *l);
struct locale *locale_empty(struct locale *l);
struct locimp *locale_get_global(void);
void locale_set_global(struct locimp *i);

/* Nothing is torn down: streams and statics of programs end after us. */
void locale_setup(void)
{
	struct locimp *i = locimp_make(FALSE);

	i->categories = ALL_CATEGORIES;
	cyarn_set(&i->name, "C");
	i->f.refs = 2;
	classic.imp = current = i;
}

struct locimp *locale_init(BOOLEAN counted)
{
	lock_take(LOCK_LOCALE);
	if (counted)
		facet_incref(&current->f);
	lock_leave(LOCK_LOCALE);
	return current;
}

struct locimp *locale_get_global(void)
{
	return current;
}

void locale_set_global(struct locimp *i)
{
	current = i;
}

const struct locale *locale_classic(void)
{
	return &classic;
}

struct locale *locale_empty(struct locale *l)
{
	l->imp = locimp_make(TRUE);
	return l;
}

struct locale *locale_global(struct locale *old, const struct locale *l)
{
	const char *name = cyarn_text(&l->imp->name);

	lock_take(LOCK_LOCALE);
	old->imp = current; /* its count goes along */
	facet_incref(&l->imp->f);
	current = l->imp;
	if (strcmp(name, "*"))
		setlocale(LC_ALL, name);
	lock_leave(LOCK_LOCALE);
	return old;
}

void locale_copy(struct locale *to, const struct locale *from)
{
	to->imp = from->imp;
	to->imp->f.vt->incref(&to->imp->f);
}

void locale_drop(struct locale *l)
{
	drop(&l->imp->f);
}

/* from NULL: the global one. */
struct locale *new_locale(const struct locale *from)
{
	struct locale *l = must_malloc(sizeof *l);

	if (from)
		locale_copy(l, from);
	else
		l->imp = locale_init(TRUE);
	return l;
}

struct facet *locale_facet(const struct locale *l, struct locale_id *id)
{
	size_t n = id_get(id);
	const struct locimp *i = l->imp;
	struct facet *f = n < i->nfacets ? i->facets[n] : NULL;

	if (!f && i->transparent && n < current->nfacets)
		f = current->facets[n];
	return f;
}
