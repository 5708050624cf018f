/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.c - run-foreign --check.
 *
 * Imports are looked up as the guest's loader will: API sets by their table,
 * KnownDLLs among the built-in ones, others in the program's folder first.  The
 * DLLs found there are looked at in turn.  What is not complete among the
 * built-in functions is listed in support.tsv, made from the .spec files.
 */
#include "loader/check.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/table.h"
#include "loader/check-print.h"
#include "loader/image/elf.h"
#include "loader/image/image.h"
#include "loader/script.h"
#include "loader/search.h"
#include "syscall-xlate/engine/engine.h"
#include "syscall-xlate/personality.h"
#include "syscall-xlate/xlate.h"

enum { MAX_MODULES = 4096, MAX_HOPS = 16 };

struct row {
	char *kind, *a, *b, *c; /* of support.tsv; a, b, c may be NULL */
};

struct state {
	struct module *modules;
	size_t nmodules;
	struct row *rows;
	size_t nrows;
	char *text;    /* of support.tsv, cut into rows */
	char *folder;  /* the program's */
	char *builtin; /* folder of the built-in DLLs for its width */
	uint16_t machine;
	struct err e;
};

/* ---- support.tsv ----------------------------------------------------- */

static int by_function(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = strcasecmp(x->a, y->a);

	return c ? c : strcmp(x->b ? x->b : "", y->b ? y->b : "");
}

static int read_support(struct state *s, const char *dlls)
{
	char *path = NULL, *save = NULL;
	size_t size = 0, room = 0;
	FILE *f;

	if (asprintf(&path, "%s/support.tsv", dlls) < 0)
		return err_set(&s->e, ENOMEM, "no memory");
	f = fopen(path, "r");
	if (!f || getdelim(&s->text, &size, 0, f) < 0) {
		err_set(&s->e, EIO, "%s: %s", path, strerror(errno));
		if (f)
			fclose(f);
		free(path);
		return -1;
	}
	fclose(f);
	free(path);
	for (char *line = strtok_r(s->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		struct row r = { .kind = strsep(&line, "\t") };

		r.a = strsep(&line, "\t");
		r.b = strsep(&line, "\t");
		r.c = line;
		if (!r.a)
			continue;
		if (s->nrows == room) {
			room = room ? 2 * room : 4096;
			s->rows = reallocarray(s->rows, room, sizeof r);
			if (!s->rows)
				return err_set(&s->e, ENOMEM, "no memory");
		}
		s->rows[s->nrows++] = r;
	}
	if (s->nrows)
		qsort(s->rows, s->nrows, sizeof *s->rows, by_function);
	return 0;
}

/* "stub" or "partial" with *note; NULL: complete. */
static const char *support_of(const struct state *s, const char *dll,
			      const char *name, const char **note)
{
	const struct row key = { .a = (char *)dll, .b = (char *)name };
	const struct row *r =
		bsearch(&key, s->rows, s->nrows, sizeof key, by_function);

	*note = r ? r->c : NULL;
	return r ? r->kind : NULL;
}

static bool is_known(const struct state *s, const char *dll)
{
	for (size_t i = 0; i < s->nrows; i++)
		if (!strcmp(s->rows[i].kind, "known") &&
		    !strcasecmp(s->rows[i].a, dll))
			return true;
	return false;
}

/* The DLL behind an API set's name: the longest prefix counts. */
static const char *apiset(const struct state *s, const char *dll)
{
	const char *best = NULL;
	size_t len = 0;

	for (size_t i = 0; i < s->nrows; i++) {
		const struct row *r = &s->rows[i];
		size_t n = strlen(r->a);

		if (!strcmp(r->kind, "apiset") && n > len &&
		    !strncasecmp(r->a, dll, n)) {
			best = r->b;
			len = n;
		}
	}
	return best;
}

/* ---- modules --------------------------------------------------------- */

/* folder/name whatever the case of its letters, or NULL. */
static char *find_file(const char *folder, const char *name)
{
	struct dirent *d;
	char *path = NULL;
	DIR *dir;

	if (strchr(name, '/') || !*folder)
		return NULL;
	dir = opendir(folder);
	while (dir && (d = readdir(dir)))
		if (!strcasecmp(d->d_name, name)) {
			if (asprintf(&path, "%s/%s", folder, d->d_name) < 0)
				path = NULL;
			break;
		}
	if (dir)
		closedir(dir);
	return path;
}

static int add_export(void *arg, const struct image_exported *x)
{
	struct module *m = arg;
	struct exported *n;

	if (m->nexports % 256 == 0) {
		n = reallocarray(m->exports, m->nexports + 256, sizeof *n);
		if (!n)
			return -1;
		m->exports = n;
	}
	n = &m->exports[m->nexports++];
	*n = (struct exported){ .ordinal = x->ordinal };
	n->name = x->name ? strdup(x->name) : NULL;
	n->forwarder = x->forwarder ? strdup(x->forwarder) : NULL;
	return 0;
}

/* Such a DLL loads whichever processor it names. */
static bool only_data(const struct image *img)
{
	return !img->entry_rva && !img->contains_code &&
	       !img->dir[PE_DIR_IMPORT].rva && !img->dir[PE_DIR_TLS].rva;
}

/* The module of that name, opened at its first mention; NULL: no memory. */
static struct module *module(struct state *s, const char *name)
{
	const char *real = apiset(s, name);
	char with[300];
	struct module *m;
	struct image *img;
	struct err e = { 0 };

	real = real ? real : name;
	if (!strchr(real, '.')) {
		snprintf(with, sizeof with, "%s.dll", real);
		real = with;
	}
	for (size_t i = 0; i < s->nmodules; i++)
		if (!strcasecmp(s->modules[i].name, real))
			return &s->modules[i];
	if (s->nmodules == MAX_MODULES) {
		err_set(&s->e, E2BIG, "more than %d DLLs", MAX_MODULES);
		return NULL;
	}
	m = &s->modules[s->nmodules++];
	m->name = strdup(real);
	if (!is_known(s, real))
		m->path = find_file(s->folder, real);
	if (!m->path) {
		m->path = find_file(s->builtin, real);
		m->builtin = m->path != NULL;
	}
	img = m->path ? image_open(m->path, &e) : NULL;
	if (m->path && !img)
		m->problem = strdup(e.text);
	if (img) {
		if (img->machine != s->machine && !only_data(img))
			err_set(&e, ENOEXEC,
				"it is for machine %#x, the program for %#x",
				img->machine, s->machine);
		else
			image_exports(img, add_export, m, &e);
		if (e.code)
			m->problem = strdup(e.text);
		image_close(img);
	}
	return m;
}

static const struct exported *find_export(const struct module *m,
					  const char *name, uint32_t ordinal)
{
	for (size_t i = 0; i < m->nexports; i++) {
		const struct exported *x = &m->exports[i];

		if (name ? x->name && !strcmp(x->name, name)
			 : x->ordinal == ordinal)
			return x;
	}
	return NULL;
}

/* Follows forwarders to where the function is. */
static void resolve(struct state *s, struct import *im, struct module *m)
{
	const char *name = im->name;
	uint32_t ordinal = im->ordinal;
	char target[512];

	for (int hops = 0; hops < MAX_HOPS && m; hops++) {
		const struct exported *x = find_export(m, name, ordinal);
		char *dot;

		if (!x) {
			im->support = "missing";
			return;
		}
		if (!x->forwarder) {
			const char *kind = NULL;

			if (m->builtin && x->name)
				kind = support_of(s, m->name, x->name,
						  &im->note);
			im->support = kind ? kind : "full";
			return;
		}
		snprintf(target, sizeof target, "%s", x->forwarder);
		dot = strrchr(target, '.');
		if (!dot)
			break;
		*dot++ = 0;
		ordinal =
			*dot == '#' ? (uint32_t)strtoul(dot + 1, NULL, 10) : 0;
		name = *dot == '#' ? NULL : dot;
		m = module(s, target);
	}
	im->support = "missing";
}

struct gather {
	struct state *s;
	struct module *by; /* who imports */
};

static int add_import(void *arg, const struct image_import *i)
{
	struct gather *g = arg;
	size_t who = (size_t)(g->by - g->s->modules);
	struct module *from = module(g->s, i->dll);
	struct import *im;

	if (!from)
		return -1;
	g->by = &g->s->modules[who];
	if (g->by->nimports % 256 == 0) {
		im = reallocarray(g->by->imports, g->by->nimports + 256,
				  sizeof *im);
		if (!im)
			return err_set(&g->s->e, ENOMEM, "no memory");
		g->by->imports = im;
	}
	im = &g->by->imports[g->by->nimports++];
	*im = (struct import){ .ordinal = i->ordinal, .delayed = i->delayed };
	im->dll = strdup(i->dll);
	im->name = i->name ? strdup(i->name) : NULL;
	im->from = (size_t)(from - g->s->modules);
	from->wanted = true;
	if (from->path && !from->problem)
		resolve(g->s, im, from);
	else
		im->support = "missing";
	return 0;
}

/* ---- the whole ------------------------------------------------------- */

/* All that module i imports.  Built-in ones are complete among themselves. */
static int look_at(struct state *s, size_t i)
{
	struct gather g = { s, &s->modules[i] };
	struct image *img;
	int ret;

	if (g.by->builtin || !g.by->path || g.by->problem)
		return 0;
	img = image_open(g.by->path, &s->e);
	if (!img)
		return -1;
	if (i == 0)
		g.by->raw_calls = image_scan_syscalls(img, &s->e) == 1;
	ret = image_imports(img, add_import, &g, &s->e);
	image_close(img);
	if (ret && i > 0)
		err_wrap(&s->e, "%s", s->modules[i].path);
	return ret;
}

/* A dynamic program of another Unix; others need none. */
static bool has_linker(const struct image *img, const char *sysroot,
		       const char *system, struct err *e)
{
	struct image *linker;

	if (img->format != IMAGE_ELF || !img->elf->interp)
		return true;
	linker = elf_linker(img, sysroot, system, e);
	image_close(linker);
	return linker;
}

/* Does the engine that was asked for run it here?  If not, e says why. */
static bool engine_runs(const struct image *img, const struct options *o,
			struct err *e)
{
	const char *name = o->engine ? o->engine : o->sandbox ? "kvm" : NULL;
	const struct engine *g = name ? engine_choose(name, img, e) : NULL;
	const char *limit = NULL;

	if (!name)
		return true;
	if (!g || (g->try && g->try(&limit, e)))
		return false;
	if (limit && img->bits == 32)
		err_set(e, ENOTSUP, "engine %s: %s", name, limit);
	return !limit || img->bits != 32;
}

static int start(struct state *s, const struct options *o,
		 struct check_result *r)
{
	const struct personality *p;
	char *dlls, *slash;
	struct image *img;
	struct stat st;

	r->program = search_program(o->program[0], &s->e);
	if (!r->program)
		return 127;
	if (script_is_batch(r->program) && stat(r->program, &st) == 0 &&
	    S_ISREG(st.st_mode) && access(r->program, R_OK) == 0) {
		r->bits = 64;
		r->batch = true;
		r->personality = "nt";
		return 0;
	}
	img = image_open(r->program, &s->e);
	if (!img) {
		search_hint(o->program[0], &s->e);
		return 126;
	}
	r->bits = img->bits;
	r->machine = s->machine = img->machine;
	r->subsystem = img->format == IMAGE_PE ? img->subsystem : 0;
	r->pe = img->format == IMAGE_PE;
	p = personality_choose(img, &s->e);
	if (p && !has_linker(img, o->sysroot, p->name, &s->e))
		p = NULL;
	if (p && !engine_runs(img, o, &s->e))
		p = NULL;
	image_close(img);
	if (!p)
		return 126;
	r->personality = p->name;
	dlls = search_dlls(o->dlls, &s->e);
	if (!dlls || read_support(s, dlls) ||
	    asprintf(&s->builtin, "%s/%s-windows", dlls,
		     r->bits == 64 ? "x86_64" : "i686") < 0) {
		free(dlls);
		return 125;
	}
	free(dlls);
	s->folder = strdup(r->program);
	slash = s->folder ? strrchr(s->folder, '/') : NULL;
	if (slash)
		*slash = 0;
	else if (s->folder)
		strcpy(s->folder, ".");
	return s->folder ? 0 : 125;
}

int detect_program(const char *path)
{
	struct err e = { 0 };
	struct image *img = image_open(path, &e);
	bool ours = img && personality_choose(img, &e);

	image_close(img);
	return ours ? 0 : 1;
}

int check_program(const struct options *o)
{
	struct state s = { 0 };
	struct check_result r = { 0 };
	int status;

	s.modules = calloc(MAX_MODULES, sizeof *s.modules);
	status = s.modules ? start(&s, o, &r) : 125;
	if (status == 0 && r.pe) {
		s.modules[0].name = strdup(r.program);
		s.modules[0].path = strdup(r.program);
		s.nmodules = 1;
		for (size_t i = 0; i < s.nmodules && status == 0; i++)
			if (look_at(&s, i))
				status = 126;
		r.raw_calls = s.modules[0].raw_calls;
		r.modules = s.modules;
		r.nmodules = s.nmodules;
		if (status == 0)
			status = check_incomplete(&r) ? 1 : 0;
	}
	r.status = status;
	r.problem = status >= 125 ? s.e.text : NULL;
	(o->json ? check_print_json : check_print)(&r, o->program[0]);
	return status; /* what was allocated goes with the process */
}
