/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sxs-manifest.c - manifests: identities, dependencies, files and what is
 * redirected by them, settings.
 *
 * Private assemblies are looked for beside the program, as Windows does.
 * Windows' own ones (common controls, the C runtimes of the WinSxS folder) are
 * known by their identities and redirect nothing: what they would provide is
 * in our DLLs.
 */
#include "sxs.h"

#define MAX_MANIFEST 0x400000
#define MAX_NESTED   64 /* assemblies, altogether */

static BOOL fail(void)
{
	SetLastError(ERROR_SXS_CANT_GEN_ACTCTX);
	return FALSE;
}

/* ---- memory and strings ----------------------------------------------- */

void *sxs_alloc(struct actctx *c, SIZE_T size)
{
	void **p = k32_alloc(sizeof *p * 2 + size); /* keeps 16 bytes */

	if (!p)
		return NULL;
	*p = c->memory;
	c->memory = p;
	memset(p + 2, 0, size);
	return p + 2;
}

void sxs_free(struct actctx *c)
{
	void **p = c->memory, **next;

	for (; p; p = next) {
		next = *p;
		k32_free(p);
	}
	c->memory = NULL;
}

WCHAR *sxs_join(struct actctx *c, const WCHAR *a, DWORD na, const WCHAR *b,
		DWORD nb)
{
	WCHAR *s = sxs_alloc(c, (na + nb + 1) * sizeof *s);

	if (!s)
		return NULL;
	memcpy(s, a, na * sizeof *s);
	memcpy(s + na, b, nb * sizeof *s);
	return s;
}

/* NULL for an attribute that is not there. */
WCHAR *sxs_keep(struct actctx *c, struct xml_span v)
{
	WCHAR *s = v.s ? sxs_alloc(c, (v.n + 1) * sizeof *s) : NULL;

	if (s)
		s[xml_decode(v, s)] = 0;
	return s;
}

WCHAR *sxs_attribute(struct actctx *c, const struct xml *x, const WCHAR *key)
{
	return sxs_keep(c, xml_attribute(x, key));
}

static DWORD folder_length(const WCHAR *path)
{
	DWORD n = wide_len(path);

	while (n && path[n - 1] != '\\' && path[n - 1] != '/')
		n--;
	return n;
}

BOOL sxs_guid(const WCHAR *s, GUID *g)
{
	UNICODE_STRING u;

	if (!s)
		return FALSE;
	RtlInitUnicodeString(&u, s);
	return NT_SUCCESS(RtlGUIDFromString(&u, g));
}

/* ---- assemblies ------------------------------------------------------- */

static void identity(struct actctx *c, struct sxs_assembly *a,
		     const struct xml *x)
{
	a->name = sxs_attribute(c, x, L"name");
	a->version = sxs_attribute(c, x, L"version");
	a->type = sxs_attribute(c, x, L"type");
	a->arch = sxs_attribute(c, x, L"processorArchitecture");
	a->token = sxs_attribute(c, x, L"publicKeyToken");
	a->language = sxs_attribute(c, x, L"language");
}

static struct sxs_assembly *add_assembly(struct actctx *c, const WCHAR *path)
{
	struct sxs_assembly *a = sxs_alloc(c, sizeof *a);

	if (!a)
		return NULL;
	if (path) {
		WIN32_FILE_ATTRIBUTE_DATA info;

		a->manifest = sxs_join(c, path, wide_len(path), NULL, 0);
		a->directory = sxs_join(c, path, folder_length(path), NULL, 0);
		if (!a->manifest || !a->directory)
			return NULL;
		if (GetFileAttributesExW(path, GetFileExInfoStandard, &info))
			a->written = info.ftLastWriteTime;
	}
	a->index = ++c->assemblies;
	if (c->last_assembly)
		c->last_assembly->next = a;
	else
		c->first_assembly = a;
	c->last_assembly = a;
	return a;
}

/* What comes with Windows: in our own DLLs, or not at all. */
static BOOL is_systems(const struct sxs_assembly *a)
{
	static const WCHAR *const start[] = { L"Microsoft.Windows.",
					      L"Microsoft.VC" };

	for (unsigned i = 0; i < ARRAY_LEN(start); i++)
		if (wide_same_n(a->name, start[i], wide_len(start[i])))
			return TRUE;
	return FALSE;
}

static BOOL same_identity(const struct sxs_assembly *a,
			  const struct sxs_assembly *b)
{
	return a->name && b->name && wide_same(a->name, b->name) &&
	       (!a->version || !b->version ||
		wide_same(a->version, b->version)) &&
	       (!a->language || !b->language ||
		wide_same(a->language, b->language));
}

static BOOL parse(struct actctx *c, const void *text, DWORD size,
		  const WCHAR *path, const struct sxs_assembly *wanted,
		  BOOL lax);

/* The manifest of a private assembly: NAME.manifest, NAME\NAME.manifest, ... */
static BOOL load_private(struct actctx *c, const struct sxs_assembly *wanted,
			 BOOL lax)
{
	static const WCHAR *const tail[] = { L".dll", L".manifest" };
	DWORD dir = wide_len(c->directory), name = wide_len(wanted->name);
	WCHAR *path = k32_alloc((dir + 2 * name + 16) * sizeof *path);
	BOOL ok = FALSE;

	for (unsigned i = 0; path && i < 4; i++) {
		WCHAR *o = path + dir;
		DWORD size;
		void *text;

		memcpy(path, c->directory, dir * sizeof *path);
		if (i >= 2) {
			memcpy(o, wanted->name, name * sizeof *o);
			o += name;
			*o++ = '\\';
		}
		memcpy(o, wanted->name, name * sizeof *o);
		o += name;
		memcpy(o, tail[i & 1], (wide_len(tail[i & 1]) + 1) * sizeof *o);
		text = sxs_read_file(path, &size);
		if (!text)
			continue;
		ok = parse(c, text, size, path, wanted, lax);
		k32_free(text);
		break;
	}
	k32_free(path);
	return ok;
}

static BOOL depend(struct actctx *c, const struct xml *x, BOOL optional,
		   BOOL lax)
{
	struct sxs_assembly wanted = { 0 }, *a;

	identity(c, &wanted, x);
	if (!wanted.name || !*wanted.name)
		return fail();
	for (a = c->first_assembly; a; a = a->next)
		if (same_identity(a, &wanted))
			return TRUE;
	if (c->assemblies >= MAX_NESTED)
		return fail();
	if (load_private(c, &wanted, lax))
		return TRUE;
	if (is_systems(&wanted)) {
		a = add_assembly(c, NULL);
		if (!a)
			return FALSE;
		wanted.index = a->index;
		wanted.next = a->next;
		*a = wanted;
		return TRUE;
	}
	return optional || lax || fail();
}

/* ---- one manifest ----------------------------------------------------- */

/* Where the reader is. */
struct state {
	struct actctx *c;
	struct sxs_assembly *a;
	const WCHAR *file; /* the one whose element is open */
	BOOL lax, root, optional;
	BOOL identified, dependent, settings;
	const struct sxs_assembly *wanted;
};

static BOOL on_file(struct state *s, const struct xml *x)
{
	struct sxs_file *f = sxs_alloc(s->c, sizeof *f);

	if (!f)
		return FALSE;
	f->assembly = s->a;
	f->name = sxs_attribute(s->c, x, L"name");
	f->path = sxs_attribute(s->c, x, L"loadFrom");
	if (!f->name || !*f->name)
		return fail();
	s->file = f->name;
	s->a->files++;
	if (s->c->last_file)
		s->c->last_file->next = f;
	else
		s->c->files = f;
	s->c->last_file = f;
	return sxs_add_dll(s->c, s->a, f->name);
}

static BOOL on_setting(struct state *s, struct xml *x)
{
	struct sxs_setting *v = sxs_alloc(s->c, sizeof *v);

	if (!v)
		return FALSE;
	v->name = sxs_keep(s->c, x->name);
	v->space = sxs_keep(s->c, x->space);
	v->value = sxs_keep(s->c, xml_text(x));
	if (!v->name || !v->value)
		return FALSE;
	v->next = s->c->settings;
	s->c->settings = v;
	return TRUE;
}

static void on_run_level(struct state *s, const struct xml *x)
{
	static const WCHAR *const level[] = { L"asInvoker", L"highestAvailable",
					      L"requireAdministrator" };
	WCHAR *v = sxs_attribute(s->c, x, L"level");
	WCHAR *ui = sxs_attribute(s->c, x, L"uiAccess");

	for (unsigned i = 0; v && i < ARRAY_LEN(level); i++)
		if (wide_same(v, level[i]))
			s->c->run_level = i + 1;
	s->c->ui_access = ui && wide_same(ui, L"true");
}

static void on_supported_os(struct state *s, const struct xml *x)
{
	COMPATIBILITY_CONTEXT_ELEMENT *e = s->c->compatible + s->c->elements;

	if (s->c->elements < ARRAY_LEN(s->c->compatible) &&
	    sxs_guid(sxs_attribute(s->c, x, L"Id"), &e->Id)) {
		e->Type = ACTCTX_COMPATIBILITY_ELEMENT_TYPE_OS;
		s->c->elements++;
	}
}

static BOOL on_identity(struct state *s, const struct xml *x)
{
	if (s->dependent)
		return depend(s->c, x, s->optional, s->lax);
	if (s->identified)
		return TRUE;
	identity(s->c, s->a, x);
	s->identified = TRUE;
	return !s->wanted || same_identity(s->wanted, s->a) || fail();
}

static BOOL on_open(struct state *s, struct xml *x)
{
	struct xml_span v;

	if (x->depth == 1) {
		v = xml_attribute(x, L"manifestVersion");
		return (xml_is(x, L"assembly") && v.n == 3 && v.s[0] == '1' &&
			v.s[1] == '.' && v.s[2] == '0') ||
		       (s->lax && xml_is(x, L"assembly")) || fail();
	}
	if (xml_is(x, L"assemblyIdentity"))
		return on_identity(s, x);
	if (xml_is(x, L"dependency")) {
		v = xml_attribute(x, L"optional");
		s->optional = v.n == 3; /* yes */
	} else if (xml_is(x, L"dependentAssembly")) {
		s->dependent = TRUE;
	} else if (xml_is(x, L"noInherit")) {
		s->c->no_inherit |= s->root;
	} else if (xml_is(x, L"file")) {
		return on_file(s, x);
	} else if (xml_is(x, L"windowClass") && s->file) {
		return sxs_add_window_class(s->c, s->a, s->file, x) || fail();
	} else if (xml_is(x, L"comClass") && s->file) {
		return sxs_add_server(s->c, s->a, s->file, x) || fail();
	} else if (xml_is(x, L"typelib") && s->file) {
		return sxs_add_library(s->c, s->a, s->file, x) || fail();
	} else if (xml_is(x, L"comInterfaceProxyStub") ||
		   xml_is(x, L"comInterfaceExternalProxyStub")) {
		return sxs_add_interface(s->c, s->a, x) || fail();
	} else if (s->root && xml_is(x, L"requestedExecutionLevel")) {
		on_run_level(s, x);
	} else if (s->root && xml_is(x, L"supportedOS")) {
		on_supported_os(s, x);
	} else if (s->root && xml_is(x, L"windowsSettings")) {
		s->settings = TRUE;
	} else if (s->settings) {
		return on_setting(s, x);
	}
	return TRUE;
}

static void on_close(struct state *s, const struct xml *x)
{
	if (xml_is(x, L"file"))
		s->file = NULL;
	else if (xml_is(x, L"dependentAssembly"))
		s->dependent = FALSE;
	else if (xml_is(x, L"windowsSettings"))
		s->settings = FALSE;
}

/* UTF-16 of a manifest's bytes, freed by k32_free(). */
static WCHAR *to_wide(const BYTE *text, DWORD size, DWORD *n)
{
	WCHAR *s;

	if (size >= 3 && text[0] == 0xef && text[1] == 0xbb &&
	    text[2] == 0xbf) {
		text += 3;
		size -= 3;
	}
	if (!size) {
		SetLastError(ERROR_FILE_INVALID); /* it cannot be mapped */
		return NULL;
	}
	if (size > MAX_MANIFEST) {
		fail();
		return NULL;
	}
	s = k32_alloc(size * sizeof *s);
	if (!s)
		return NULL;
	if (size >= 2 && text[0] == 0xff && text[1] == 0xfe) {
		*n = size / 2 - 1;
		memcpy(s, text + 2, *n * sizeof *s);
	} else {
		*n = MultiByteToWideChar(CP_UTF8, 0, (const char *)text, size,
					 s, size);
	}
	return s;
}

static BOOL parse(struct actctx *c, const void *text, DWORD size,
		  const WCHAR *path, const struct sxs_assembly *wanted,
		  BOOL lax)
{
	struct state s = { .c = c, .lax = lax, .wanted = wanted };
	BOOL ok = FALSE, seen = FALSE;
	struct xml *x;
	DWORD n;
	WCHAR *wide = to_wide(text, size, &n);

	if (!wide)
		return FALSE;
	s.root = !c->first_assembly;
	s.a = add_assembly(c, path);
	x = k32_alloc(sizeof *x); /* large for a stack, and this recurs */
	if (x && s.a) {
		xml_init(x, wide, n);
		ok = TRUE;
		while (ok && xml_next(x)) {
			seen = TRUE;
			if (x->closing)
				on_close(&s, x);
			else
				ok = on_open(&s, x);
		}
		if (x->failed || !seen)
			ok = fail();
	}
	k32_free(x);
	k32_free(wide);
	return ok;
}

BOOL sxs_parse(struct actctx *c, const void *text, DWORD size,
	       const WCHAR *path, BOOL lax)
{
	return parse(c, text, size, path, NULL, lax);
}

void *sxs_read_resource(HMODULE module, const WCHAR *id, DWORD *size)
{
	HRSRC at = FindResourceW(module, id, (LPCWSTR)RT_MANIFEST);
	void *data = at ? LoadResource(module, at) : NULL, *copy;

	if (!data)
		return NULL;
	*size = SizeofResource(module, at);
	copy = k32_alloc(*size + 1);
	if (copy)
		memcpy(copy, data, *size);
	return copy;
}

/* A program's manifest is number 1, a DLL's 2; an assembly's 1. */
static void *read_image(const WCHAR *path, DWORD *size)
{
	HMODULE m = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
	void *text;

	if (!m)
		return NULL;
	text = sxs_read_resource(m, MAKEINTRESOURCEW(1), size);
	if (!text)
		text = sxs_read_resource(m, MAKEINTRESOURCEW(2), size);
	FreeLibrary(m);
	return text;
}

void *sxs_read_file(const WCHAR *path, DWORD *size)
{
	LARGE_INTEGER n;
	void *text = NULL;
	DWORD got;
	HANDLE h = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL,
			       OPEN_EXISTING, 0, NULL);

	if (h == INVALID_HANDLE_VALUE)
		return NULL;
	if (!GetFileSizeEx(h, &n) || n.QuadPart > MAX_MANIFEST) {
		fail();
	} else {
		text = k32_alloc(n.QuadPart + 1);
		if (text && !ReadFile(h, text, n.QuadPart, &got, NULL)) {
			k32_free(text);
			text = NULL;
		}
		*size = text ? got : 0;
	}
	NtClose(h);
	if (text && *size >= 2 && ((char *)text)[0] == 'M' &&
	    ((char *)text)[1] == 'Z') {
		k32_free(text);
		return read_image(path, size);
	}
	return text;
}
