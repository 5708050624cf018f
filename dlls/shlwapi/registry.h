/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.h - values and keys in one call each, as advapi32's newer functions
 * have them too.  REG_EXPAND_SZ is read as the REG_SZ that it means.  See text.h.
 */

/* A key below, or the key itself (NULL or ""), opened for the moment. */
static LSTATUS open_below(HKEY key, const CH *below, REGSAM access, HKEY *out)
{
	return F(RegOpenKeyEx)(key, below ? below : T(""), 0, access, out);
}

DWORD WINAPI F(SHQueryValueEx)(HKEY key, const CH *value, DWORD *reserved,
			       DWORD *type, void *data, DWORD *size)
{
	(void)reserved;
	/* Without data RegGetValue() tells how long the expanded text is. */
	return (DWORD)F(RegGetValue)(key, NULL, value, RRF_RT_ANY, type, data,
				     size);
}

DWORD WINAPI F(SHGetValue)(HKEY key, const CH *below, const CH *value,
			   DWORD *type, void *data, DWORD *size)
{
	return (DWORD)F(RegGetValue)(key, below, value, RRF_RT_ANY, type, data,
				     size);
}

LONG WINAPI F(SHRegGetValue)(HKEY key, const CH *below, const CH *value,
			     SRRF flags, DWORD *type, void *data, DWORD *size)
{
	DWORD rrf = (DWORD)flags & (RRF_RT_ANY | SRRF_NOEXPAND |
				    SRRF_ZEROONFAILURE);

	/* advapi32 wants NOEXPAND with REG_EXPAND_SZ; here any type will do. */
	if (rrf & RRF_RT_REG_EXPAND_SZ && !(rrf & SRRF_NOEXPAND))
		rrf = (rrf & ~(DWORD)RRF_RT_REG_EXPAND_SZ) | RRF_RT_REG_SZ;
	if (((DWORD)flags & RRF_RT_ANY) == RRF_RT_ANY)
		rrf |= RRF_RT_ANY;
	return F(RegGetValue)(key, below, value, rrf, type, data, size);
}

DWORD WINAPI F(SHSetValue)(HKEY key, const CH *below, const CH *value,
			   DWORD type, LPCVOID data, DWORD size)
{
	return (DWORD)F(RegSetKeyValue)(key, below, value, type, data, size);
}

DWORD WINAPI F(SHDeleteValue)(HKEY key, const CH *below, const CH *value)
{
	return (DWORD)F(RegDeleteKeyValue)(key, below, value);
}

DWORD WINAPI F(SHDeleteKey)(HKEY key, const CH *below)
{
	return (DWORD)F(RegDeleteTree)(key, below);
}

/* Only without keys below it; values go with it. */
DWORD WINAPI F(SHDeleteEmptyKey)(HKEY key, const CH *below)
{
	DWORD keys = 0;
	HKEY k;
	LSTATUS s = open_below(key, below, KEY_READ, &k);

	if (s)
		return (DWORD)s;
	s = F(RegQueryInfoKey)(k, NULL, NULL, NULL, &keys, NULL, NULL, NULL,
			       NULL, NULL, NULL, NULL);
	RegCloseKey(k);
	if (!s && keys)
		s = ERROR_KEY_HAS_CHILDREN;
	return (DWORD)(s ? s : F(RegDeleteKey)(key, below ? below : T("")));
}

LONG WINAPI F(SHEnumKeyEx)(HKEY key, DWORD index, CH *name, DWORD *size)
{
	return F(RegEnumKeyEx)(key, index, name, size, NULL, NULL, NULL, NULL);
}

LONG WINAPI F(SHEnumValue)(HKEY key, DWORD index, CH *name, DWORD *name_size,
			   DWORD *type, void *data, DWORD *size)
{
	return F(RegEnumValue)(key, index, name, name_size, NULL, type, data,
			       size);
}

LONG WINAPI F(SHQueryInfoKey)(HKEY key, DWORD *keys, DWORD *longest_key,
			      DWORD *values, DWORD *longest_value)
{
	return F(RegQueryInfoKey)(key, NULL, NULL, NULL, keys, longest_key,
				  NULL, values, longest_value, NULL, NULL,
				  NULL);
}

DWORD WINAPI F(SHCopyKey)(HKEY from, const CH *below, HKEY to, DWORD reserved)
{
	(void)reserved;
	return (DWORD)F(RegCopyTree)(from, below, to);
}

/* Paths in the registry, with their variables; MAX_PATH characters. */
DWORD WINAPI F(SHRegGetPath)(HKEY key, const CH *below, const CH *value,
			     CH *path, DWORD flags)
{
	DWORD size = MAX_PATH * sizeof *path;

	(void)flags;
	return F(SHGetValue)(key, below, value, NULL, path, &size);
}

DWORD WINAPI F(SHRegSetPath)(HKEY key, const CH *below, const CH *value,
			     const CH *path, DWORD flags)
{
	CH room[MAX_PATH];

	(void)flags;
	if (F(PathUnExpandEnvStrings)(path, room, MAX_PATH))
		path = room;
	return F(SHSetValue)(key, below, value,
			     path == room ? REG_EXPAND_SZ : REG_SZ, path,
			     (DWORD)((len_of(path) + 1) * sizeof *path));
}
