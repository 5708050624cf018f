/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * env.c - the environment as the C library keeps it.
 *
 * Two copies, narrow and wide, each made when first asked for; _putenv changes
 * those that exist and the process's own.  The strings of the first copy lie in
 * one block behind the vector.
 */
#include "crt.h"

#undef _environ
#undef _wenviron

char **crt_environ;
wchar_t **crt_wenviron;

static struct crt_lock env_lock;
static char *first_block, *first_end;
static wchar_t *wfirst_block, *wfirst_end;

void crt_env_lock(void)
{
	crt_lock(&env_lock);
}

void crt_env_unlock(void)
{
	crt_unlock(&env_lock);
}

static wchar_t **make_wide(void)
{
	wchar_t *env = GetEnvironmentStringsW(), *p, *copy, **v;
	size_t n = 0, len, i = 0;

	if (!env)
		return NULL;
	for (p = env; *p; p += wcslen(p) + 1)
		n++;
	len = (size_t)(p - env) + 1;
	v = malloc((n + 1) * sizeof(*v));
	copy = malloc(len * sizeof(*copy));
	if (!v || !copy) {
		FreeEnvironmentStringsW(env);
		return NULL;
	}
	memcpy(copy, env, len * sizeof(*copy));
	FreeEnvironmentStringsW(env);
	for (p = copy; *p; p += wcslen(p) + 1)
		if (*p != '=') /* "=C:" is a drive's directory */
			v[i++] = p;
	v[i] = NULL;
	wfirst_block = copy;
	wfirst_end = copy + len;
	return v;
}

static char **make_narrow(void)
{
	wchar_t *env = GetEnvironmentStringsW(), *w;
	size_t n = 0, i = 0;
	char *p, *copy, **v;
	int len, room;

	if (!env)
		return NULL;
	for (w = env; *w; w += wcslen(w) + 1)
		n++;
	len = (int)(w - env) + 1;
	room = len * 3;
	v = malloc((n + 1) * sizeof(*v));
	copy = malloc((size_t)room);
	if (!v || !copy) {
		FreeEnvironmentStringsW(env);
		return NULL;
	}
	room = WideCharToMultiByte(crt_file_cp(), 0, env, len, copy, room, NULL,
				   NULL);
	FreeEnvironmentStringsW(env);
	for (p = copy; room > 0 && *p; p += strlen(p) + 1)
		if (*p != '=')
			v[i++] = p;
	v[i] = NULL;
	first_block = copy;
	first_end = copy + room;
	return v;
}

char **crt_get_environ(void)
{
	if (!crt_environ) {
		crt_env_lock();
		if (!crt_environ)
			crt_environ = make_narrow();
		crt_env_unlock();
	}
	return crt_environ;
}

wchar_t **crt_get_wenviron(void)
{
	if (!crt_wenviron) {
		crt_env_lock();
		if (!crt_wenviron)
			crt_wenviron = make_wide();
		crt_env_unlock();
	}
	return crt_wenviron;
}

int _initialize_narrow_environment(void)
{
	return crt_get_environ() ? 0 : -1;
}

int _initialize_wide_environment(void)
{
	return crt_get_wenviron() ? 0 : -1;
}

char **_get_initial_narrow_environment(void)
{
	return crt_get_environ();
}

wchar_t **_get_initial_wide_environment(void)
{
	return crt_get_wenviron();
}

char ***__p__environ(void)
{
	crt_get_environ();
	return &crt_environ;
}

wchar_t ***__p__wenviron(void)
{
	crt_get_wenviron();
	return &crt_wenviron;
}

errno_t _get_environ(char ***p)
{
	CRT_REQUIRE_E(p, EINVAL);
	*p = crt_get_environ();
	return 0;
}

errno_t _get_wenviron(wchar_t ***p)
{
	CRT_REQUIRE_E(p, EINVAL);
	*p = crt_get_wenviron();
	return 0;
}

/* ------------------------------------------------------------- getenv */

static char *find(const char *name, char ***slot)
{
	size_t n = strlen(name);
	char **v = crt_get_environ();
	int c = *name | 0x20;

	for (; v && *v; v++)
		if ((**v | 0x20) == c && !_strnicmp(*v, name, n) &&
		    (*v)[n] == '=') {
			if (slot)
				*slot = v;
			return *v + n + 1;
		}
	return NULL;
}

static wchar_t *wfind(const wchar_t *name, wchar_t ***slot)
{
	size_t n = wcslen(name);
	wchar_t **v = crt_get_wenviron();

	for (; v && *v; v++)
		if (!_wcsnicmp(*v, name, n) && (*v)[n] == '=') {
			if (slot)
				*slot = v;
			return *v + n + 1;
		}
	return NULL;
}

char *getenv(const char *name)
{
	char *p;

	CRT_REQUIRE(name, EINVAL, NULL);
	crt_env_lock();
	p = find(name, NULL);
	crt_env_unlock();
	return p;
}

wchar_t *_wgetenv(const wchar_t *name)
{
	wchar_t *p;

	CRT_REQUIRE(name, EINVAL, NULL);
	crt_env_lock();
	p = wfind(name, NULL);
	crt_env_unlock();
	return p;
}

errno_t getenv_s(size_t *len, char *buf, size_t n, const char *name)
{
	const char *v;

	CRT_REQUIRE_E(len && ((buf && n) || (!buf && !n)), EINVAL);
	*len = 0;
	if (buf)
		*buf = 0;
	v = name ? getenv(name) : NULL;
	if (!v)
		return 0;
	*len = strlen(v) + 1;
	if (!n)
		return 0;
	if (*len > n)
		return ERANGE;
	memcpy(buf, v, *len);
	return 0;
}

errno_t _wgetenv_s(size_t *len, wchar_t *buf, size_t n, const wchar_t *name)
{
	const wchar_t *v;

	CRT_REQUIRE_E(len && ((buf && n) || (!buf && !n)), EINVAL);
	*len = 0;
	if (buf)
		*buf = 0;
	v = name ? _wgetenv(name) : NULL;
	if (!v)
		return 0;
	*len = wcslen(v) + 1;
	if (!n)
		return 0;
	if (*len > n)
		return ERANGE;
	memcpy(buf, v, *len * sizeof(*buf));
	return 0;
}

errno_t _dupenv_s(char **buf, size_t *len, const char *name)
{
	const char *v;

	CRT_REQUIRE_E(buf && name, EINVAL);
	*buf = NULL;
	if (len)
		*len = 0;
	v = getenv(name);
	if (!v)
		return 0;
	*buf = _strdup(v);
	if (!*buf)
		return ENOMEM;
	if (len)
		*len = strlen(v) + 1;
	return 0;
}

errno_t _wdupenv_s(wchar_t **buf, size_t *len, const wchar_t *name)
{
	const wchar_t *v;

	CRT_REQUIRE_E(buf && name, EINVAL);
	*buf = NULL;
	if (len)
		*len = 0;
	v = _wgetenv(name);
	if (!v)
		return 0;
	*buf = _wcsdup(v);
	if (!*buf)
		return ENOMEM;
	if (len)
		*len = wcslen(v) + 1;
	return 0;
}

/* ------------------------------------------------------------- putenv */

static void set_slot(char *entry, char **slot)
{
	char *old = *slot;

	if (entry) {
		*slot = entry;
	} else {
		for (; *slot; slot++)
			slot[0] = slot[1];
	}
	if (old < first_block || old >= first_end)
		free(old);
}

static int set_narrow(const char *name, const char *value)
{
	size_t n = strlen(name), m = strlen(value), k = 0;
	char *entry = NULL, **slot, **v;

	if (*value) {
		entry = malloc(n + m + 2);
		if (!entry)
			return -1;
		memcpy(entry, name, n);
		entry[n] = '=';
		memcpy(entry + n + 1, value, m + 1);
	}
	if (find(name, &slot)) {
		set_slot(entry, slot);
		return 0;
	}
	if (!entry)
		return 0;
	for (v = crt_environ; v && v[k]; v++, k = 0)
		;
	k = v ? (size_t)(v - crt_environ) : 0;
	v = realloc(crt_environ, (k + 2) * sizeof(*v));
	if (!v)
		return -1;
	v[k] = entry;
	v[k + 1] = NULL;
	crt_environ = v;
	return 0;
}

static int set_wide(const wchar_t *name, const wchar_t *value)
{
	size_t n = wcslen(name), m = wcslen(value), k = 0;
	wchar_t *entry = NULL, **slot, **v;

	if (*value) {
		entry = malloc((n + m + 2) * sizeof(*entry));
		if (!entry)
			return -1;
		memcpy(entry, name, n * sizeof(*entry));
		entry[n] = '=';
		memcpy(entry + n + 1, value, (m + 1) * sizeof(*entry));
	}
	if (wfind(name, &slot)) {
		wchar_t *old = *slot;

		if (entry)
			*slot = entry;
		else
			for (; *slot; slot++)
				slot[0] = slot[1];
		if (old < wfirst_block || old >= wfirst_end)
			free(old);
		return 0;
	}
	if (!entry)
		return 0;
	for (v = crt_wenviron; v && *v; v++)
		k++;
	v = realloc(crt_wenviron, (k + 2) * sizeof(*v));
	if (!v)
		return -1;
	v[k] = entry;
	v[k + 1] = NULL;
	crt_wenviron = v;
	return 0;
}

/* An empty value removes the variable, as Microsoft documents. */
static errno_t put(const wchar_t *name, const wchar_t *value)
{
	errno_t e = 0;

	if (!*name || wcschr(name, '=')) {
		crt_errno = EINVAL;
		return EINVAL;
	}
	crt_env_lock();
	if (!crt_environ && !crt_wenviron)
		crt_get_wenviron();
	if (crt_wenviron && set_wide(name, value) < 0)
		e = ENOMEM;
	if (crt_environ) {
		char *n = crt_narrow(name), *v = crt_narrow(value);

		if (!n || !v || set_narrow(n, v) < 0)
			e = ENOMEM;
		free(n);
		free(v);
	}
	/* Errors ignored: removing what is not there is fine. */
	SetEnvironmentVariableW(name, *value ? value : NULL);
	crt_env_unlock();
	return e;
}

int _wputenv(const wchar_t *s)
{
	const wchar_t *eq;
	wchar_t *name;
	errno_t e;

	CRT_REQUIRE(s, EINVAL, -1);
	eq = wcschr(s, '=');
	if (!eq || eq == s) {
		crt_errno = EINVAL;
		return -1;
	}
	name = _wcsdup(s);
	if (!name)
		return -1;
	name[eq - s] = 0;
	e = put(name, name + (eq - s) + 1);
	free(name);
	return e ? -1 : 0;
}

int _putenv(const char *s)
{
	wchar_t *w;
	int ret;

	CRT_REQUIRE(s, EINVAL, -1);
	w = crt_wide(s);
	ret = w ? _wputenv(w) : -1;
	free(w);
	return ret;
}

errno_t _wputenv_s(const wchar_t *name, const wchar_t *value)
{
	CRT_REQUIRE_E(name && value, EINVAL);
	return put(name, value);
}

errno_t _putenv_s(const char *name, const char *value)
{
	wchar_t *n, *v;
	errno_t e = ENOMEM;

	CRT_REQUIRE_E(name && value, EINVAL);
	n = crt_wide(name);
	v = crt_wide(value);
	if (n && v)
		e = put(n, v);
	free(n);
	free(v);
	return e;
}

/* For CreateProcess: "A=b\0...\0\0" from a vector; sorted is not required. */
wchar_t *crt_env_block(const wchar_t *const *envp)
{
	wchar_t *block, *p, *env, *e;
	size_t n = 2;
	int i;

	for (i = 0; envp[i]; i++)
		n += wcslen(envp[i]) + 1;
	env = GetEnvironmentStringsW();
	for (e = env; e && *e; e += wcslen(e) + 1)
		if (*e == '=')
			n += wcslen(e) + 1;
	p = block = malloc(n * sizeof(*p));
	if (!block)
		goto out;
	for (e = env; e && *e; e += wcslen(e) + 1)
		if (*e == '=') { /* the drives' directories go along */
			wcscpy(p, e);
			p += wcslen(p) + 1;
		}
	for (i = 0; envp[i]; i++) {
		wcscpy(p, envp[i]);
		p += wcslen(p) + 1;
	}
	*p++ = 0;
	*p = 0;
out:
	if (env)
		FreeEnvironmentStringsW(env);
	return block;
}
