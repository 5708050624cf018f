/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sxs.h - side-by-side assemblies: what a manifest says, as an activation
 * context keeps it.
 */
#ifndef RF_KERNEL32_SXS_H
#define RF_KERNEL32_SXS_H

#include "kernel32-private.h"

/* ---- XML, as far as manifests use it (sxs-xml.c) ---------------------- */

enum { XML_ATTRIBUTES = 24, XML_DEPTH = 32 };

struct xml_span {
	const WCHAR *s;
	DWORD n;
};

struct xml {
	const WCHAR *p, *end;
	BOOL failed;
	DWORD depth; /* of elements that are open */
	struct xml_span open[XML_DEPTH];
	/* Of the element just read; names are without their prefixes. */
	struct xml_span name, space;
	BOOL closing; /* </name>, or the end of <name/> */
	BOOL empty;   /* <name/>: its end comes as an element of its own */
	DWORD count;
	struct xml_span key[XML_ATTRIBUTES], value[XML_ATTRIBUTES];
	/* Namespaces in scope. */
	DWORD spaces;
	struct {
		struct xml_span prefix, uri;
		DWORD depth;
	} ns[XML_DEPTH];
};

void xml_init(struct xml *x, const WCHAR *s, DWORD n);
/* The next tag; FALSE at the end, or with x->failed for what is no XML. */
BOOL xml_next(struct xml *x);
BOOL xml_is(const struct xml *x, const WCHAR *name);
/* An attribute as it stands; NULL s: there is none. */
struct xml_span xml_attribute(const struct xml *x, const WCHAR *key);
/* The text from here to the next tag, without the blanks around it. */
struct xml_span xml_text(struct xml *x);
/* Entities made characters, into room for n; returns the length. */
DWORD xml_decode(struct xml_span v, WCHAR *to);

/* ---- what a context holds (sxs-manifest.c) ---------------------------- */

struct sxs_assembly {
	struct sxs_assembly *next;
	WCHAR *name, *version, *type, *arch, *token, *language;
	WCHAR *manifest;  /* its path, or NULL */
	WCHAR *directory; /* where its files are, with a backslash */
	FILETIME written;
	ULONG index; /* from 1; 1 is the root */
	ULONG files;
};

/* One key of a section: a DLL's name, a window class, a GUID, ... */
struct sxs_entry {
	struct sxs_entry *next;
	ULONG section; /* ACTIVATION_CONTEXT_SECTION_* */
	const struct sxs_assembly *assembly;
	WCHAR *key; /* NULL: guid */
	GUID guid;
	ULONG data_size; /* a fixed structure, and strings behind it */
	ULONG head_size;
	BYTE *data;
};

struct sxs_file {
	struct sxs_file *next;
	const struct sxs_assembly *assembly;
	WCHAR *name, *path; /* path: NULL unless there is a loadFrom */
};

struct sxs_setting {
	struct sxs_setting *next;
	WCHAR *space, *name, *value;
};

struct actctx {
	DWORD magic;
	volatile LONG refs;
	void *memory; /* everything below, in one list */
	BOOL no_inherit;
	WCHAR *source, *directory; /* of the root manifest; the program's */
	ULONG assemblies, run_level, ui_access, elements;
	struct sxs_assembly *first_assembly, *last_assembly;
	struct sxs_entry *entries;
	struct sxs_file *files, *last_file;
	struct sxs_setting *settings;
	COMPATIBILITY_CONTEXT_ELEMENT compatible[16];
};

/* Of a manifest's element; NULL without memory, or such an attribute. */
WCHAR *sxs_attribute(struct actctx *c, const struct xml *x, const WCHAR *key);
WCHAR *sxs_keep(struct actctx *c, struct xml_span v);
WCHAR *sxs_join(struct actctx *c, const WCHAR *a, DWORD na, const WCHAR *b,
		DWORD nb);
BOOL sxs_guid(const WCHAR *s, GUID *g);

/* Sections' entries (sxs-entry.c); FALSE: the element is wrong, or no memory.
 */
BOOL sxs_add_dll(struct actctx *c, const struct sxs_assembly *a, WCHAR *name);
BOOL sxs_add_window_class(struct actctx *c, const struct sxs_assembly *a,
			  const WCHAR *module, struct xml *x);
BOOL sxs_add_server(struct actctx *c, const struct sxs_assembly *a,
		    const WCHAR *module, const struct xml *x);
BOOL sxs_add_interface(struct actctx *c, const struct sxs_assembly *a,
		       const struct xml *x);
BOOL sxs_add_library(struct actctx *c, const struct sxs_assembly *a,
		     const WCHAR *module, const struct xml *x);

/* Memory that goes with the context. */
void *sxs_alloc(struct actctx *c, SIZE_T size);
void sxs_free(struct actctx *c);

/*
 * sxs_parse() - read a manifest and those it depends on into c.
 *
 *   text    UTF-8, or UTF-16 with its mark
 *   path    of the manifest, or of the image it was in
 *   lax     what is missing is left out (the program's own context)
 *
 * FALSE and ERROR_SXS_CANT_GEN_ACTCTX.
 */
BOOL sxs_parse(struct actctx *c, const void *text, DWORD size,
	       const WCHAR *path, BOOL lax);
/* The path of the only manifest in a file or image; freed by k32_free(). */
void *sxs_read_file(const WCHAR *path, DWORD *size);
void *sxs_read_resource(HMODULE module, const WCHAR *id, DWORD *size);

/* ---- contexts (actctx.c) ---------------------------------------------- */

#define ACTCTX_MAGIC 0x78744341 /* "ACtx" */

/* NULL and the last error unless h is a context. */
struct actctx *actctx_get(HANDLE h);
/* Of this thread, or else of the process. */
struct actctx *actctx_current(void);
/* From the program's manifest; NULL without memory. */
struct actctx *actctx_process(void);

/* Where the file of an assembly in force is; FALSE: name is none. */
BOOL sxs_dll_path(const WCHAR *name, WCHAR *path, DWORD room);

#endif
