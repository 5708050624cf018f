/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path-edit.h - paths changed in place, in the MAX_PATH characters that their
 * callers promise, or put together.  Behind path-look.h; see text.h.
 */

/* ---- the end ------------------------------------------------------------ */

CH *WINAPI F(PathAddBackslash)(CH *path)
{
	SIZE_T n;
	CH *last = NULL;

	if (!path)
		return NULL;
	n = len_of(path);
	for (const CH *p = path; *p; p = next(p))
		last = (CH *)p;
	if (!last || *last == '\\')
		return path + n;
	if (n + 2 > MAX_PATH)
		return NULL;
	path[n] = '\\';
	path[n + 1] = 0;
	return path + n + 1;
}

/* To what was there: the "\" or, if none goes, the last character. */
CH *WINAPI F(PathRemoveBackslash)(CH *path)
{
	CH *last = path;

	for (const CH *p = path; p && *p; p = next(p))
		last = (CH *)p;
	if (last && *last == '\\' && !F(PathIsRoot)(path))
		*last = 0;
	return last;
}

BOOL WINAPI F(PathAddExtension)(CH *path, const CH *extension)
{
	CH *end;

	if (!path || *(end = F(PathFindExtension)(path)))
		return FALSE;
	return copy(end, extension ? extension : T(".exe"),
		    (SIZE_T)(path + MAX_PATH - end));
}

void WINAPI F(PathRemoveExtension)(CH *path)
{
	if (path)
		*F(PathFindExtension)(path) = 0;
}

BOOL WINAPI F(PathRenameExtension)(CH *path, const CH *extension)
{
	CH *end = path ? F(PathFindExtension)(path) : NULL;

	return end && extension &&
	       copy(end, extension, (SIZE_T)(path + MAX_PATH - end));
}

void WINAPI F(PathRemoveArgs)(CH *path)
{
	CH *args = path ? F(PathGetArgs)(path) : NULL;

	if (!args)
		return;
	if (*args)
		args[-1] = 0;
	else if (args > path && args[-1] == ' ')
		args[-1] = 0; /* a blank that nothing follows */
}

void WINAPI F(PathRemoveBlanks)(CH *path)
{
	CH *from = path, *end;

	if (!path)
		return;
	while (*from == ' ')
		from++;
	copy(path, from, (SIZE_T)-1);
	for (end = path + len_of(path); end > path && end[-1] == ' '; end--)
		;
	*end = 0;
}

BOOL WINAPI F(PathRemoveFileSpec)(CH *path)
{
	CH *end = path, *p = path;

	if (!path)
		return FALSE;
	/* "\" and "\\" alone, and "C:\", are what stays. */
	if (*p == '\\')
		end = ++p;
	if (*p == '\\')
		end = ++p;
	while (*p) {
		if (*p == '\\') {
			end = p;
		} else if (*p == ':') {
			end = ++p;
			if (*p == '\\')
				end++;
			else
				continue;
		}
		if (*p)
			p = (CH *)next(p);
	}
	if (!*end)
		return FALSE;
	*end = 0;
	return TRUE;
}

void WINAPI F(PathStripPath)(CH *path)
{
	CH *name = path ? F(PathFindFileName)(path) : NULL;

	if (name && name != path)
		copy(path, name, (SIZE_T)-1);
}

BOOL WINAPI F(PathStripToRoot)(CH *path)
{
	if (!path)
		return FALSE;
	while (!F(PathIsRoot)(path))
		if (!F(PathRemoveFileSpec)(path))
			return FALSE;
	return TRUE;
}

/* ---- quotes and case ---------------------------------------------------- */

/* mingw-w64's header still has these two without a result. */
BOOL WINAPI F(path_quote_spaces_)(CH *path);
BOOL WINAPI F(path_unquote_spaces_)(CH *path);

BOOL WINAPI F(path_quote_spaces_)(CH *path)
{
	SIZE_T n = path ? len_of(path) : 0, i;

	for (i = 0; i < n && path[i] != ' '; i++)
		;
	if (i == n || n + 3 > MAX_PATH)
		return FALSE;
	memmove(path + 1, path, n * sizeof *path);
	path[0] = path[n + 1] = '"';
	path[n + 2] = 0;
	return TRUE;
}

BOOL WINAPI F(path_unquote_spaces_)(CH *path)
{
	SIZE_T n = path ? len_of(path) : 0;

	if (n < 2 || path[0] != '"' || path[n - 1] != '"')
		return FALSE;
	path[n - 1] = 0;
	memmove(path, path + 1, (n - 1) * sizeof *path);
	return TRUE;
}

/* A path in upper case becomes lower case, but for its first character. */
BOOL WINAPI F(PathMakePretty)(CH *path)
{
	if (!path)
		return FALSE;
	for (const CH *p = path; *p; p = next(p))
		if (*p >= 'a' && *p <= 'z')
			return FALSE;
	if (!*path)
		return TRUE;
	for (CH *p = (CH *)next(path); *p; p = (CH *)next(p))
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return TRUE;
}

/* "file[1].txt": what browsers' caches append. */
void WINAPI F(PathUndecorate)(CH *path)
{
	CH *dot = path ? F(PathFindExtension)(path) : NULL, *p;

	if (!dot || dot == path || dot[-1] != ']')
		return;
	for (p = dot - 2; p > path && *p >= '0' && *p <= '9'; p--)
		;
	if (p > path && *p == '[' && p[-1] != '\\')
		copy(p, dot, (SIZE_T)-1);
}

int WINAPI F(PathParseIconLocation)(CH *file)
{
	int icon = 0;

	for (CH *p = file; p && *p; p = (CH *)next(p)) {
		if (*p != ',')
			continue;
		icon = F(StrToInt)(p + 1);
		*p = 0;
		break;
	}
	if (file) {
		F(path_unquote_spaces_)(file);
		F(PathRemoveBlanks)(file);
	}
	return icon;
}

/* ---- put together ------------------------------------------------------- */

CH *WINAPI F(PathBuildRoot)(CH *root, int drive)
{
	if (root && drive >= 0 && drive < 26) {
		root[0] = (CH)('A' + drive);
		root[1] = ':';
		root[2] = '\\';
		root[3] = 0;
	}
	return root;
}

BOOL WINAPI F(PathIsNetworkPath)(const CH *path)
{
	int drive = F(PathGetDriveNumber)(path);
	CH root[4];

	if (F(PathIsUNC)(path))
		return TRUE;
	return drive >= 0 &&
	       F(GetDriveType)(F(PathBuildRoot)(root, drive)) == DRIVE_REMOTE;
}

BOOL WINAPI F(PathCanonicalize)(CH *out, const CH *path)
{
	if (!out || !path) {
		if (out)
			*out = 0;
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	if (canonical(out, path))
		return TRUE;
	*out = 0;
	SetLastError(ERROR_FILENAME_EXCED_RANGE);
	return FALSE;
}

CH *WINAPI F(PathCombine)(CH *out, const CH *folder, const CH *file)
{
	CH whole[2 * MAX_PATH + 2];
	SIZE_T n;

	if (!out)
		return NULL;
	whole[0] = 0;
	if (!folder && !file)
		goto failed;
	if (!file || !*file) {
		if (!copy(whole, folder ? folder : T(""), MAX_PATH))
			goto failed;
	} else if (!folder || !*folder || !F(PathIsRelative)(file)) {
		/* "\file" is the folder's drive's. */
		if (folder && *folder && *file == '\\' && !F(PathIsUNC)(file)) {
			if (!copy(whole, folder, MAX_PATH))
				goto failed;
			F(PathStripToRoot)(whole);
			F(PathAddBackslash)(whole);
			file++;
		}
		n = len_of(whole);
		if (!copy(whole + n, file, MAX_PATH))
			goto failed;
	} else {
		if (!copy(whole, folder, MAX_PATH) ||
		    !F(PathAddBackslash)(whole))
			goto failed;
		n = len_of(whole);
		if (!copy(whole + n, file, MAX_PATH))
			goto failed;
	}
	if (canonical(out, whole))
		return out;
failed:
	*out = 0;
	return NULL;
}

BOOL WINAPI F(PathAppend)(CH *path, const CH *more)
{
	if (!path || !more)
		return FALSE;
	if (!F(PathIsUNC)(more))
		while (*more == '\\')
			more++;
	return F(PathCombine)(path, path, more) != NULL;
}

/* A file's folder, or the folder itself, without the "\" at its end. */
static BOOL folder_of(CH *out, const CH *path, DWORD attributes)
{
	if (!copy(out, path, MAX_PATH))
		return FALSE;
	if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
		F(PathRemoveFileSpec)(out);
	F(PathRemoveBackslash)(out);
	return TRUE;
}

BOOL WINAPI F(PathRelativePathTo)(CH *out, const CH *from, DWORD from_is,
				  const CH *to, DWORD to_is)
{
	CH base[MAX_PATH], target[MAX_PATH], room[MAX_PATH * 3];
	const CH *left, *rest;
	SIZE_T n = 0;
	int common;

	if (!out || !from || !to)
		return FALSE;
	*out = 0;
	if (!folder_of(base, from, from_is) || !copy(target, to, MAX_PATH))
		return FALSE;
	if (to_is & FILE_ATTRIBUTE_DIRECTORY)
		F(PathRemoveBackslash)(target);
	common = F(PathCommonPrefix)(base, target, NULL);
	if (!common)
		return FALSE;
	left = base + common;
	rest = target + common;
	if (*left == '\\')
		left++;
	if (*rest == '\\')
		rest++;
	if (!*left)
		room[n++] = '.';
	for (BOOL begin = TRUE; *left; left = next(left)) {
		if (begin) {
			if (n)
				room[n++] = '\\';
			room[n++] = '.';
			room[n++] = '.';
		}
		begin = *left == '\\';
	}
	if (*rest) {
		room[n++] = '\\';
		if (!copy(room + n, rest, MAX_PATH))
			return FALSE;
	} else {
		room[n] = 0;
	}
	return copy(out, room, MAX_PATH);
}

/* "C:\...\name": as much of the end as fits, and something of the beginning. */
BOOL WINAPI F(PathCompactPathEx)(CH *out, const CH *path, UINT max, DWORD flags)
{
	const CH *name;
	SIZE_T n, head;

	if (!out || !path || !max)
		return FALSE;
	*out = 0;
	if (len_of(path) < max)
		return copy(out, path, max);
	name = F(PathFindFileName)(path);
	if (name > path)
		name--; /* its "\" */
	n = len_of(name);
	if (n + 4 <= max) {
		head = max - 1 - n - 3;
		memcpy(out, path, head * sizeof *out);
		memcpy(out + head, T("..."), 3 * sizeof *out);
		return copy(out + head + 3, name, max - head - 3);
	}
	/* Not even the name. */
	if (max > 4 && *name == '\\')
		n = 4;
	else
		n = 0;
	if (n)
		memcpy(out, T("...\\"), 4 * sizeof *out);
	for (name += *name == '\\'; n + 1 < max && *name; n++)
		out[n] = n + 4 < max ? *name++ : '.';
	out[n] = 0;
	return TRUE;
}

/* ---- found -------------------------------------------------------------- */

BOOL WINAPI F(PathFindOnPath)(CH *name, const CH **folders)
{
	CH found[MAX_PATH], *end;
	DWORD n;

	if (!name || !F(PathIsFileSpec)(name))
		return FALSE;
	for (; folders && *folders; folders++)
		if (F(PathCombine)(found, *folders, name) &&
		    F(PathFileExists)(found))
			return copy(name, found, MAX_PATH);
	n = F(SearchPath)(NULL, name, NULL, MAX_PATH, found, &end);
	return n && n < MAX_PATH && copy(name, found, MAX_PATH);
}

BOOL WINAPI F(PathSearchAndQualify)(const CH *path, CH *out, UINT size)
{
	CH found[MAX_PATH];
	DWORD n;

	if (!path || !out || !size)
		return FALSE;
	*out = 0;
	if (F(PathIsFileSpec)(path)) {
		if (!copy(found, path, MAX_PATH) ||
		    !F(PathFindOnPath)(found, NULL))
			return FALSE;
		return copy(out, found, size);
	}
	n = F(GetFullPathName)(path, MAX_PATH, found, NULL);
	return n && n < MAX_PATH && copy(out, found, size);
}

/* The longest of these variables that the path begins with. */
BOOL WINAPI F(PathUnExpandEnvStrings)(const CH *path, CH *out, UINT size)
{
	static const CH *const names[] = {
		T("APPDATA"),	   T("ALLUSERSPROFILE"), T("ProgramFiles"),
		T("COMPUTERNAME"), T("SystemRoot"),	 T("SystemDrive"),
		T("USERPROFILE"),  T("USERNAME"),
	};
	CH value[MAX_PATH];
	SIZE_T best = 0, n, m;
	const CH *name = NULL;

	if (!path || !out)
		return FALSE;
	for (UINT i = 0; i < ARRAYSIZE(names); i++) {
		n = F(GetEnvironmentVariable)(names[i], value, MAX_PATH);
		if (n <= best || n >= MAX_PATH)
			continue;
		for (m = 0; m < n && upper(path[m]) == upper(value[m]); m++)
			;
		if (m == n) {
			best = n;
			name = names[i];
		}
	}
	if (!name)
		return FALSE;
	n = len_of(name);
	if (n + 2 >= size || !copy(out + n + 2, path + best, size - n - 2))
		return FALSE;
	out[0] = out[n + 1] = '%';
	memcpy(out + 1, name, n * sizeof *out);
	return TRUE;
}

BOOL WINAPI F(PathMakeSystemFolder)(const CH *path)
{
	DWORD a = path ? F(GetFileAttributes)(path) : INVALID_FILE_ATTRIBUTES;

	return a != INVALID_FILE_ATTRIBUTES &&
	       F(SetFileAttributes)(path, a | FILE_ATTRIBUTE_READONLY);
}

BOOL WINAPI F(PathUnmakeSystemFolder)(const CH *path)
{
	DWORD a = path ? F(GetFileAttributes)(path) : INVALID_FILE_ATTRIBUTES;

	return a != INVALID_FILE_ATTRIBUTES &&
	       F(SetFileAttributes)(path, a & ~(FILE_ATTRIBUTE_READONLY |
						FILE_ATTRIBUTE_SYSTEM));
}
