/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sxs-entry.c - what a manifest's files redirect: DLLs, window classes, COM
 * servers, interfaces, type libraries.  An entry is the structure that
 * FindActCtxSection's caller gets, and its strings.
 */
#include "sxs.h"

/* ---- sections' entries ------------------------------------------------ */

/* A structure's strings stand behind it; offsets are from its beginning. */
struct blob {
	struct actctx *c;
	struct sxs_entry *e;
};

static BOOL begin(struct blob *b, struct actctx *c, ULONG section,
		  const struct sxs_assembly *a, ULONG head, ULONG text)
{
	struct sxs_entry *e = sxs_alloc(c, sizeof *e);

	if (!e)
		return FALSE;
	e->data = sxs_alloc(c, head + text * sizeof(WCHAR) + 64);
	if (!e->data)
		return FALSE;
	e->section = section;
	e->assembly = a;
	e->head_size = e->data_size = head;
	e->next = c->entries;
	c->entries = e;
	b->c = c;
	b->e = e;
	return TRUE;
}

/* Puts s behind the structure, and where it is into its fields. */
static void put_string(struct blob *b, const WCHAR *s, ULONG *length,
		       ULONG *offset)
{
	ULONG n = s ? wide_len(s) * sizeof(WCHAR) : 0;

	if (!n)
		return;
	*length = n;
	*offset = b->e->data_size;
	memcpy(b->e->data + b->e->data_size, s, n + sizeof(WCHAR));
	b->e->data_size += (n + sizeof(WCHAR) + 3) & ~3ul;
}

static ULONG length_of(const WCHAR *s)
{
	return s ? wide_len(s) + 2 : 0;
}

/* The structures that FindActCtxSection's callers get to see. */
struct dll_data {
	ULONG size, flags, path_length, segments, segments_at;
};
#define DLL_OMITS_ASSEMBLY_ROOT 2

struct window_class_data {
	ULONG size, flags, name_length, name_at, module_length, module_at;
};

struct server_data {
	ULONG size, flags, model;
	GUID reference, configured, implemented, library;
	ULONG module_length, module_at, progid_length, progid_at;
	ULONG shim_length, shim_at, misc[5];
};

struct interface_data {
	ULONG size, flags;
	GUID proxy;
	ULONG methods;
	GUID library, base;
	ULONG name_length, name_at;
};

struct library_data {
	ULONG size, flags, name_length, name_at;
	USHORT resource, library_flags;
	ULONG help_length, help_at;
	USHORT major, minor;
};

struct progid_data {
	ULONG size, flags, clsid_at;
};

BOOL sxs_add_dll(struct actctx *c, const struct sxs_assembly *a, WCHAR *name)
{
	struct dll_data *d;
	struct blob b;

	if (!begin(&b, c, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, a,
		   sizeof *d, 0))
		return FALSE;
	d = (struct dll_data *)b.e->data;
	d->size = sizeof *d;
	d->flags = DLL_OMITS_ASSEMBLY_ROOT;
	b.e->key = name;
	return TRUE;
}

BOOL sxs_add_window_class(struct actctx *c, const struct sxs_assembly *a,
			  const WCHAR *module, struct xml *x)
{
	struct xml_span versioned = xml_attribute(x, L"versioned");
	WCHAR *name = sxs_keep(c, xml_text(x)), *full = name;
	struct window_class_data *d;
	struct blob b;

	if (!name || !*name)
		return FALSE;
	if (!(versioned.n == 2 && versioned.s[0] == 'n') && a->version) {
		DWORD n = wide_len(a->version);

		full = sxs_join(c, a->version, n, L"!", 1);
		full = full ? sxs_join(c, full, n + 1, name, wide_len(name))
			    : NULL;
	}
	if (!full ||
	    !begin(&b, c, ACTIVATION_CONTEXT_SECTION_WINDOW_CLASS_REDIRECTION,
		   a, sizeof *d, length_of(full) + length_of(module)))
		return FALSE;
	d = (struct window_class_data *)b.e->data;
	d->size = sizeof *d;
	b.e->key = name;
	put_string(&b, full, &d->name_length, &d->name_at);
	put_string(&b, module, &d->module_length, &d->module_at);
	/* Of this structure Windows counts the strings, too. */
	b.e->head_size +=
		(length_of(full) + length_of(module) - 2) * sizeof(WCHAR);
	return TRUE;
}

static ULONG threading_model(const WCHAR *s)
{
	static const WCHAR *const model[] = { L"Apartment", L"Free", L"Single",
					      L"Both", L"Neutral" };

	for (ULONG i = 0; s && i < ARRAY_LEN(model); i++)
		if (wide_same(s, model[i]))
			return i + 1;
	return 3; /* as in the registry: none is the main thread's */
}

static BOOL add_progid(struct actctx *c, const struct sxs_assembly *a,
		       WCHAR *progid, const GUID *clsid)
{
	struct progid_data *d;
	struct blob b;

	if (!progid || !*progid)
		return TRUE;
	if (!begin(&b, c, ACTIVATION_CONTEXT_SECTION_COM_PROGID_REDIRECTION, a,
		   sizeof *d, sizeof(GUID)))
		return FALSE;
	d = (struct progid_data *)b.e->data;
	d->size = sizeof *d;
	d->clsid_at = b.e->data_size;
	memcpy(b.e->data + b.e->data_size, clsid, sizeof *clsid);
	b.e->data_size += sizeof *clsid;
	b.e->key = progid;
	return TRUE;
}

BOOL sxs_add_server(struct actctx *c, const struct sxs_assembly *a,
		    const WCHAR *module, const struct xml *x)
{
	WCHAR *progid = sxs_attribute(c, x, L"progid");
	struct server_data *d;
	struct blob b;
	GUID clsid;

	if (!sxs_guid(sxs_attribute(c, x, L"clsid"), &clsid) ||
	    !begin(&b, c, ACTIVATION_CONTEXT_SECTION_COM_SERVER_REDIRECTION, a,
		   sizeof *d, length_of(module) + length_of(progid)))
		return FALSE;
	d = (struct server_data *)b.e->data;
	d->size = sizeof *d;
	d->model = threading_model(sxs_attribute(c, x, L"threadingModel"));
	d->reference = d->configured = d->implemented = clsid;
	sxs_guid(sxs_attribute(c, x, L"tlbid"), &d->library);
	b.e->guid = clsid;
	put_string(&b, module, &d->module_length, &d->module_at);
	put_string(&b, progid, &d->progid_length, &d->progid_at);
	return add_progid(c, a, progid, &clsid);
}

BOOL sxs_add_interface(struct actctx *c, const struct sxs_assembly *a,
		       const struct xml *x)
{
	WCHAR *name = sxs_attribute(c, x, L"name");
	WCHAR *methods = sxs_attribute(c, x, L"numMethods");
	struct interface_data *d;
	struct blob b;
	GUID iid;

	if (!sxs_guid(sxs_attribute(c, x, L"iid"), &iid) ||
	    !begin(&b, c, ACTIVATION_CONTEXT_SECTION_COM_INTERFACE_REDIRECTION,
		   a, sizeof *d, length_of(name)))
		return FALSE;
	d = (struct interface_data *)b.e->data;
	d->size = sizeof *d;
	if (!sxs_guid(sxs_attribute(c, x, L"proxyStubClsid32"), &d->proxy))
		d->proxy = iid;
	sxs_guid(sxs_attribute(c, x, L"tlbid"), &d->library);
	d->flags = sxs_guid(sxs_attribute(c, x, L"baseInterface"), &d->base)
			   ? 2
			   : 0;
	for (; methods && *methods >= '0' && *methods <= '9'; methods++) {
		d->methods = d->methods * 10 + (*methods - '0');
		d->flags |= 1;
	}
	b.e->guid = iid;
	put_string(&b, name, &d->name_length, &d->name_at);
	return TRUE;
}

BOOL sxs_add_library(struct actctx *c, const struct sxs_assembly *a,
		     const WCHAR *module, const struct xml *x)
{
	WCHAR *help = sxs_attribute(c, x, L"helpdir");
	WCHAR *version = sxs_attribute(c, x, L"version");
	struct library_data *d;
	struct blob b;
	GUID id;

	if (!sxs_guid(sxs_attribute(c, x, L"tlbid"), &id) ||
	    !begin(&b, c,
		   ACTIVATION_CONTEXT_SECTION_COM_TYPE_LIBRARY_REDIRECTION, a,
		   sizeof *d, length_of(module) + length_of(help)))
		return FALSE;
	d = (struct library_data *)b.e->data;
	d->size = sizeof *d;
	for (USHORT *v = &d->major; version && *version; version++) {
		if (*version == '.')
			v = &d->minor;
		else if (*version >= '0' && *version <= '9')
			*v = *v * 10 + (*version - '0');
	}
	b.e->guid = id;
	put_string(&b, module, &d->name_length, &d->name_at);
	put_string(&b, help, &d->help_length, &d->help_at);
	return TRUE;
}
