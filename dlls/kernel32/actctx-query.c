/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * actctx-query.c - what is in an activation context: QueryActCtxW and the
 * searches of its sections.
 */
#include "sxs.h"

static BOOL fail(DWORD error)
{
	SetLastError(error);
	return FALSE;
}

/* ---- the buffer that a query fills ------------------------------------ */

struct out {
	BYTE *at;
	SIZE_T used, room;
};

/* s goes behind what is there, if it fits; it is counted in any case. */
static void string(struct out *o, const WCHAR *s, PCWSTR *where, DWORD *bytes,
		   DWORD unit)
{
	SIZE_T n = s ? (wide_len(s) + 1) * sizeof *s : 0;

	if (!n)
		return;
	if (o->room >= n && o->used <= o->room - n) {
		memcpy(o->at + o->used, s, n);
		*where = (PCWSTR)(o->at + o->used);
	}
	*bytes = (n - sizeof *s) / unit;
	o->used += n;
}

static BOOL done(struct out *o, void *head, SIZE_T size, SIZE_T *needed)
{
	if (needed)
		*needed = o->used;
	if (o->used > o->room)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	memcpy(o->at, head, size);
	return TRUE;
}

static DWORD path_type(const WCHAR *s)
{
	return s ? ACTIVATION_CONTEXT_PATH_TYPE_WIN32_FILE
		 : ACTIVATION_CONTEXT_PATH_TYPE_NONE;
}

static BOOL detailed(const struct actctx *c, struct out *o, SIZE_T *needed)
{
	ACTIVATION_CONTEXT_DETAILED_INFORMATION i = { 0 };
	const WCHAR *source =
		c->first_assembly ? c->first_assembly->manifest : NULL;

	o->used = sizeof i;
	i.ulFormatVersion = 1;
	i.ulAssemblyCount = c->assemblies;
	i.ulRootManifestPathType = path_type(source);
	i.ulRootConfigurationPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE;
	i.ulAppDirPathType = path_type(c->directory);
	string(o, source, &i.lpRootManifestPath, &i.ulRootManifestPathChars,
	       sizeof(WCHAR));
	string(o, c->directory, &i.lpAppDirPath, &i.ulAppDirPathChars,
	       sizeof(WCHAR));
	return done(o, &i, sizeof i, needed);
}

static const struct sxs_assembly *assembly_at(const struct actctx *c, ULONG i)
{
	const struct sxs_assembly *a = c->first_assembly;

	while (a && a->index != i)
		a = a->next;
	return a;
}

static WCHAR *append(WCHAR *to, const WCHAR *s)
{
	while (*s)
		*to++ = *s++;
	*to = 0;
	return to;
}

/* Name,language="...",...: attributes in the alphabet's order. */
static WCHAR *encode(const struct sxs_assembly *a)
{
	const struct {
		const WCHAR *key, *value;
	} part[] = { { L"language", a->language },
		     { L"processorArchitecture", a->arch },
		     { L"publicKeyToken", a->token },
		     { L"type", a->type },
		     { L"version", a->version } };
	DWORD n = (a->name ? wide_len(a->name) : 0) + 1;
	WCHAR *s, *o;

	for (unsigned i = 0; i < ARRAY_LEN(part); i++)
		if (part[i].value)
			n += wide_len(part[i].key) + wide_len(part[i].value) +
			     4;
	s = o = k32_alloc(n * sizeof *s);
	if (!s)
		return NULL;
	*o = 0;
	if (a->name)
		o = append(o, a->name);
	for (unsigned i = 0; i < ARRAY_LEN(part); i++) {
		if (!part[i].value)
			continue;
		o = append(append(o, L","), part[i].key);
		o = append(append(append(o, L"=\""), part[i].value), L"\"");
	}
	return s;
}

static BOOL assembly(const struct actctx *c, ULONG index, struct out *o,
		     SIZE_T *needed)
{
	ACTIVATION_CONTEXT_ASSEMBLY_DETAILED_INFORMATION i = { 0 };
	const struct sxs_assembly *a = assembly_at(c, index);
	WCHAR *identity;

	if (!a)
		return fail(ERROR_INVALID_PARAMETER);
	identity = encode(a);
	if (!identity)
		return FALSE;
	o->used = sizeof i;
	i.ulFlags = 1; /* as Windows has it for every one */
	i.ulManifestPathType = path_type(a->manifest);
	i.liManifestLastWriteTime.LowPart = a->written.dwLowDateTime;
	i.liManifestLastWriteTime.HighPart = a->written.dwHighDateTime;
	i.ulPolicyPathType = ACTIVATION_CONTEXT_PATH_TYPE_NONE;
	i.ulMetadataSatelliteRosterIndex = 0;
	i.ulManifestVersionMajor = 1;
	i.ulFileCount = a->files;
	string(o, identity, &i.lpAssemblyEncodedAssemblyIdentity,
	       &i.ulEncodedAssemblyIdentityLength, 1);
	string(o, a->manifest, &i.lpAssemblyManifestPath,
	       &i.ulManifestPathLength, 1);
	if (index > 1 && a->directory)
		string(o, a->directory, &i.lpAssemblyDirectoryName,
		       &i.ulAssemblyDirectoryNameLength, 1);
	k32_free(identity);
	return done(o, &i, sizeof i, needed);
}

static BOOL file(const struct actctx *c,
		 const ACTIVATION_CONTEXT_QUERY_INDEX *q, struct out *o,
		 SIZE_T *needed)
{
	ASSEMBLY_FILE_DETAILED_INFORMATION i = { 0 };
	const struct sxs_assembly *a = assembly_at(c, q->ulAssemblyIndex + 1);
	const struct sxs_file *f;
	ULONG n = q->ulFileIndexInAssembly;

	if (!a)
		return fail(ERROR_INVALID_PARAMETER);
	for (f = c->files; f; f = f->next)
		if (f->assembly == a && !n--)
			break;
	if (!f)
		return fail(ERROR_INVALID_PARAMETER);
	o->used = sizeof i;
	i.ulFlags = 2;
	string(o, f->name, &i.lpFileName, &i.ulFilenameLength, 1);
	string(o, f->path, &i.lpFilePath, &i.ulPathLength, 1);
	return done(o, &i, sizeof i, needed);
}

static BOOL compatibility(const struct actctx *c, struct out *o, SIZE_T *needed)
{
	ULONG *count = (ULONG *)o->at;
	SIZE_T list = c->elements * sizeof c->compatible[0];

	o->used = FIELD_OFFSET(ACTIVATION_CONTEXT_COMPATIBILITY_INFORMATION,
			       Elements) +
		  list;
	if (needed)
		*needed = o->used;
	if (o->used > o->room)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	*count = c->elements;
	memcpy(o->at + o->used - list, c->compatible, list);
	return TRUE;
}

/* The context that h and flags mean. */
static struct actctx *which(DWORD flags, HANDLE h)
{
	DWORD kind = flags & 0x1c;
	MEMORY_BASIC_INFORMATION m;

	if (flags & ~(0x1cu | QUERY_ACTCTX_FLAG_NO_ADDREF)) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return NULL;
	}
	switch (kind) {
	case 0:
		return h ? actctx_get(h) : actctx_process();
	case QUERY_ACTCTX_FLAG_USE_ACTIVE_ACTCTX:
		if (h)
			break;
		return actctx_current();
	case QUERY_ACTCTX_FLAG_ACTCTX_IS_ADDRESS:
		if (!VirtualQuery(h, &m, sizeof m))
			return NULL;
		h = m.AllocationBase;
		/* fall through */
	case QUERY_ACTCTX_FLAG_ACTCTX_IS_HMODULE:
		if (!h)
			break;
		/* Modules are loaded in the process's own context. */
		if (!RtlImageNtHeader(h)) {
			SetLastError(ERROR_DLL_NOT_FOUND);
			return NULL;
		}
		return actctx_process();
	}
	SetLastError(ERROR_INVALID_PARAMETER);
	return NULL;
}

BOOL WINAPI QueryActCtxW(DWORD flags, HANDLE h, PVOID instance, ULONG class,
			 PVOID buf, SIZE_T size, SIZE_T *needed)
{
	struct out o = { .at = buf, .room = buf ? size : 0 };
	struct actctx *c;

	if (!buf && !needed)
		return fail(ERROR_INVALID_PARAMETER);
	if (needed)
		*needed = 0;
	c = which(flags, h);
	if (!c)
		return FALSE;
	switch (class) {
	case ActivationContextBasicInformation: {
		ACTIVATION_CONTEXT_BASIC_INFORMATION i = { 0 };

		o.used = sizeof i;
		if (c != actctx_process())
			i.hActCtx = c;
		i.dwFlags = c->no_inherit;
		if (!done(&o, &i, sizeof i, needed))
			return FALSE;
		if (i.hActCtx && !(flags & QUERY_ACTCTX_FLAG_NO_ADDREF))
			AddRefActCtx(i.hActCtx);
		return TRUE;
	}
	case ActivationContextDetailedInformation:
		return detailed(c, &o, needed);
	case AssemblyDetailedInformationInActivationContext:
		if (!instance)
			break;
		return assembly(c, *(ULONG *)instance, &o, needed);
	case FileInformationInAssemblyOfAssemblyInActivationContext:
		if (!instance)
			break;
		return file(c, instance, &o, needed);
	case RunlevelInformationInActivationContext: {
		ACTIVATION_CONTEXT_RUN_LEVEL_INFORMATION i = {
			.RunLevel = c->run_level, .UiAccess = c->ui_access
		};

		o.used = sizeof i;
		return done(&o, &i, sizeof i, needed);
	}
	case CompatibilityInformationInActivationContext:
		return compatibility(c, &o, needed);
	}
	return fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI QueryActCtxSettingsW(DWORD flags, HANDLE h, PCWSTR space,
				 PCWSTR name, PWSTR buf, SIZE_T size,
				 SIZE_T *needed)
{
	static const WCHAR *const known =
		L"http://schemas.microsoft.com/SMI/20";
	const struct sxs_setting *s;
	struct actctx *c;
	SIZE_T n;

	if (flags || !name ||
	    (space && !wide_same_n(space, known, wide_len(known))))
		return fail(ERROR_INVALID_PARAMETER);
	c = h ? actctx_get(h) : actctx_current();
	if (!c)
		return FALSE;
	if (!space)
		space = L"http://schemas.microsoft.com/SMI/2005/"
			L"WindowsSettings";
	for (s = c->settings; s; s = s->next)
		if (s->space && wide_same(s->space, space) &&
		    wide_same(s->name, name))
			break;
	if (!s)
		return fail(ERROR_SXS_KEY_NOT_FOUND);
	n = wide_len(s->value) + 1;
	if (needed)
		*needed = n;
	if (!buf || size < n)
		return fail(ERROR_INSUFFICIENT_BUFFER);
	memcpy(buf, s->value, n * sizeof *buf);
	return TRUE;
}

/* ---- sections --------------------------------------------------------- */

static BOOL tell(struct actctx *c, const struct sxs_entry *e, DWORD flags,
		 PACTCTX_SECTION_KEYED_DATA out)
{
	out->ulDataFormatVersion = 1;
	out->lpData = e->data;
	out->ulLength = e->head_size;
	out->lpSectionGlobalData = NULL;
	out->ulSectionGlobalDataLength = 0;
	out->lpSectionBase = e->data;
	out->ulSectionTotalLength = e->data_size;
	out->hActCtx = NULL;
	if (out->cbSize >= FIELD_OFFSET(ACTCTX_SECTION_KEYED_DATA, ulFlags))
		out->ulAssemblyRosterIndex = e->assembly->index;
	if (out->cbSize >=
	    FIELD_OFFSET(ACTCTX_SECTION_KEYED_DATA, AssemblyMetadata))
		out->ulFlags = 0;
	if (flags & FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX) {
		if (c != actctx_process()) {
			AddRefActCtx(c);
			out->hActCtx = c;
		}
	}
	return TRUE;
}

static BOOL find(DWORD flags, const GUID *extension, ULONG id,
		 const WCHAR *name, const GUID *guid,
		 PACTCTX_SECTION_KEYED_DATA out)
{
	struct actctx *c[2];
	BOOL section = FALSE;

	if (extension || !out ||
	    (flags & ~FIND_ACTCTX_SECTION_KEY_RETURN_HACTCTX) ||
	    out->cbSize < FIELD_OFFSET(ACTCTX_SECTION_KEYED_DATA,
				       ulAssemblyRosterIndex))
		return fail(ERROR_INVALID_PARAMETER);
	c[0] = actctx_current();
	c[1] = actctx_process();
	for (int i = 0; i < 2; i++) {
		if (!c[i] || (i && c[1] == c[0]))
			continue;
		for (const struct sxs_entry *e = c[i]->entries; e;
		     e = e->next) {
			if (e->section != id)
				continue;
			section = TRUE;
			if (name ? e->key && wide_same(e->key, name)
				 : !e->key && IsEqualGUID(&e->guid, guid))
				return tell(c[i], e, flags, out);
		}
	}
	return fail(section ? ERROR_SXS_KEY_NOT_FOUND
			    : ERROR_SXS_SECTION_NOT_FOUND);
}

BOOL WINAPI FindActCtxSectionStringW(DWORD flags, const GUID *guid, ULONG id,
				     LPCWSTR s, PACTCTX_SECTION_KEYED_DATA out)
{
	if (!s)
		return fail(ERROR_INVALID_PARAMETER);
	return find(flags, guid, id, s, NULL, out);
}

BOOL WINAPI FindActCtxSectionStringA(DWORD flags, const GUID *guid, ULONG id,
				     LPCSTR s, PACTCTX_SECTION_KEYED_DATA out)
{
	WIDE(w);

	if (!s)
		return fail(ERROR_INVALID_PARAMETER);
	return wide_from_ansi(&w, s) && find(flags, guid, id, w.s, NULL, out);
}

BOOL WINAPI FindActCtxSectionGuid(DWORD flags, const GUID *guid, ULONG id,
				  const GUID *what,
				  PACTCTX_SECTION_KEYED_DATA out)
{
	if (!what)
		return fail(ERROR_INVALID_PARAMETER);
	return find(flags, guid, id, NULL, what, out);
}

/* ---- the loader ------------------------------------------------------- */

BOOL sxs_dll_path(const WCHAR *name, WCHAR *path, DWORD room)
{
	static volatile LONG none; /* the program's manifest names no others */
	struct actctx *c[2] = { NULL, NULL };
	DWORD n = wide_len(name);

	if (NtCurrentTeb()->ActivationStack.ActiveFrame)
		c[0] = actctx_current();
	if (!none && !manifest_find("dependentAssembly", NULL))
		none = TRUE;
	if (!none)
		c[1] = actctx_process();
	for (int i = 0; i < 2; i++)
		for (const struct sxs_entry *e = c[i] ? c[i]->entries : NULL; e;
		     e = e->next) {
			const WCHAR *dir = e->assembly->directory;
			DWORD folder;

			if (e->section !=
				    ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION ||
			    !dir || !wide_same(e->key, name))
				continue;
			folder = wide_len(dir);
			if (folder + n >= room)
				continue;
			memcpy(path, dir, folder * sizeof *path);
			memcpy(path + folder, name, (n + 1) * sizeof *path);
			if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
				return TRUE;
		}
	return FALSE;
}
