/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.c - see policy.h. */
#include "base/policy.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own-fd.h"
#include "base/policy-net.h"
#include "base/table.h"

enum { MAX_LINE = 8192, MAX_PIDS = 10000 };

const struct policy *policy;

/* ---- values --------------------------------------------------------------- */

/* "512M" and the like, or plain; 0 is no value. */
static int parse_number(const char *s, bool with_unit, uint64_t max,
			uint64_t *v)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;
	uint64_t n;

	errno = 0;
	if (!isdigit((unsigned char)*s))
		return -1;
	n = strtoull(s, &end, 10);
	if (errno || !n)
		return -1;
	if (*end && with_unit && (unit = strchr(units, toupper(*end)))) {
		unsigned shift = 10 * (unsigned)(unit - units + 1);

		if (n > UINT64_MAX >> shift)
			return -1;
		n <<= shift;
		end++;
	}
	if (*end || n > max)
		return -1;
	*v = n;
	return 0;
}

static int set_memory(struct policy *p, const char *s, struct err *e)
{
	if (parse_number(s, true, 1ull << 46, &p->memory) ||
	    p->memory < 16 << 20)
		return err_set(e, EINVAL, "memory \"%s\": wanted a size such "
					  "as 512M, at least 16M", s);
	return 0;
}

static int set_count(unsigned *to, const char *what, unsigned max,
		     const char *s, struct err *e)
{
	uint64_t v;

	if (parse_number(s, false, max, &v))
		return err_set(e, EINVAL,
			       "%s \"%s\": wanted a number from 1 to %u", what,
			       s, max);
	*to = (unsigned)v;
	return 0;
}

static int set_cpus(struct policy *p, const char *s, struct err *e)
{
	return set_count(&p->cpus, "cpus", 1024, s, e);
}

static int set_pids(struct policy *p, const char *s, struct err *e)
{
	return set_count(&p->pids, "pids", MAX_PIDS, s, e);
}

static int set_commit(struct policy *p, const char *s, struct err *e)
{
	if (strcmp(s, "yes") && strcmp(s, "no"))
		return err_set(e, EINVAL, "commit \"%s\": wanted yes or no", s);
	p->commit = *s == 'y';
	return 0;
}

static int set_timeout(struct policy *p, const char *s, struct err *e)
{
	return set_count(&p->timeout, "timeout", INT_MAX / 1000, s, e);
}

int policy_add_env(struct policy *p, const char *text, struct err *e)
{
	const char *value = strchr(text, '=');
	char *copy = NULL, **v;

	if (value == text || !*text)
		return err_set(e, EINVAL, "env \"%s\": no name", text);
	if (value)
		copy = strdup(text);
	else if (!(value = getenv(text)))
		return 0; /* not set here either */
	else if (asprintf(&copy, "%s=%s", text, value) < 0)
		copy = NULL;
	v = realloc(p->env, (p->nenv + 2) * sizeof *v);
	if (!copy || !v)
		return err_set(e, ENOMEM, "no memory");
	p->env = v;
	v[p->nenv++] = copy;
	v[p->nenv] = NULL;
	return 0;
}

/* ---- mounts ----------------------------------------------------------------- */

/* Where ":X:\" or ":X:/" begins, or NULL. */
static const char *find_drive(const char *s)
{
	for (; *s; s++)
		if (s[0] == ':' && isalpha((unsigned char)s[1]) &&
		    s[2] == ':' && (s[3] == '\\' || s[3] == '/'))
			return s;
	return NULL;
}

/* Components without empty ones, "." and ".."; characters NT would have. */
static int clean_guest(char *s)
{
	char *to = s, *from = s;

	for (char *c = s; *c; c++)
		if (*c == '\\')
			*c = '/';
	while (*from) {
		size_t n = strcspn(from, "/");

		if ((n == 1 && *from == '.') ||
		    (n == 2 && from[0] == '.' && from[1] == '.'))
			return -1;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)from[i] < 0x20 ||
			    strchr("\"*:<>?|", from[i]))
				return -1;
		if (n) {
			if (to != s)
				*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
		from += *from == '/';
	}
	*to = 0;
	return 0;
}

static int mode_of(char *guest, enum mount_mode *mode)
{
	char *colon = strrchr(guest, ':');

	*mode = MOUNT_RO;
	if (!colon)
		return 0;
	if (!strcmp(colon, ":rw"))
		*mode = MOUNT_RW;
	else if (!strcmp(colon, ":cow"))
		*mode = MOUNT_COW;
	else if (strcmp(colon, ":ro"))
		return -1;
	*colon = 0;
	return 0;
}

/* Is one of them the other, or inside it? */
static bool is_nested(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b), n = MIN(na, nb);
	char next = na > nb ? a[n] : b[n];

	return !n || (!strncasecmp(a, b, n) && (!next || next == '/'));
}

/* Names and what they led to, each with its NUL. */
static char *known;
static size_t known_size;

int policy_save_mounts(const struct policy *p, const char *file, struct err *e)
{
	FILE *f = fopen(file, "we");
	bool ok = f;

	for (size_t i = 0; i < p->nmounts && ok; i++)
		ok = fprintf(f, "%s%c%s%c", p->mounts[i].given, 0,
			     p->mounts[i].host, 0) > 0;
	if (f && fclose(f))
		ok = false;
	return ok ? 0 : err_set(e, errno, "%s: %s", file, strerror(errno));
}

int policy_known_mounts(const char *file, struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), ret = -1;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		known_size = (size_t)st.st_size;
		known = calloc(1, known_size + 1);
		if (known && read(fd, known, known_size) == st.st_size)
			ret = 0;
	}
	if (fd >= 0)
		close(fd);
	return ret ? err_set(e, errno, "%s: %s", file, strerror(errno)) : 0;
}

static int resolve(struct policy_mount *m, struct stat *st)
{
	const char *end = known + known_size;

	for (const char *c = known; known && c < end;) {
		const char *to = c + strlen(c) + 1;

		if (to < end && !strcmp(c, m->given)) {
			m->host = strdup(to);
			return m->host ? stat(m->host, st) : -1;
		}
		c = to < end ? to + strlen(to) + 1 : end;
	}
	m->host = realpath(m->given, NULL);
	return m->host ? stat(m->host, st) : -1;
}

/* Where no place was named: the same path on Z:, by the name it was given. */
static int same_path(struct policy_mount *m)
{
	const char *names[] = { m->given, m->host };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (*names[i] != '/' || strchr(names[i], '\\'))
			continue;
		free(m->guest);
		m->guest = strdup(names[i]);
		if (!m->guest || !clean_guest(m->guest))
			return m->guest ? 0 : -1;
	}
	return -1;
}

/* What text says, which can be one of p's; m's strings are the caller's. */
static int read_mount(const struct policy *p, const char *text,
		      struct policy_mount *m, struct err *e)
{
	const char *at = find_drive(text);
	struct stat st;

	if (at == text)
		return err_set(e, EINVAL,
			       "mount \"%s\": wanted HOST or HOST:Z:\\dir, then "
			       ":ro, :rw or :cow",
			       text);
	m->drive = at ? (char)toupper(at[1]) : 'Z';
	/* A program takes A: and B: for floppy disks, and may ask for one. */
	if (m->drive < 'C')
		return err_set(e, EINVAL, "mount \"%s\": drives are C: to Z:",
			       text);
	m->guest = strdup(at ? at + 4 : "");
	m->given = at ? strndup(text, (size_t)(at - text)) : strdup(text);
	if (!m->guest || !m->given)
		return err_set(e, ENOMEM, "no memory");
	if (!at)
		mode_of(m->given, &m->mode); /* another colon is the name's */
	else if (mode_of(m->guest, &m->mode) || clean_guest(m->guest))
		return err_set(e, EINVAL,
			       "mount \"%s\": \"%s\" is no folder and mode (ro, "
			       "rw or cow)",
			       text, at + 1);
	if (m->drive == 'C' && !*m->guest)
		return err_set(e, EINVAL, "mount \"%s\": not all of C:", text);
	if (resolve(m, &st) < 0)
		return err_set(e, errno, "mount \"%s\": %s%s", text,
			       strerror(errno),
			       at ? ""
				  : " (wanted HOST or HOST:Z:\\dir, then :ro, "
				    ":rw or :cow)");
	if (!at && same_path(m))
		return err_set(e, EINVAL,
			       "mount \"%s\": Windows has no such name: wanted "
			       "HOST:Z:\\dir",
			       text);
	m->is_dir = S_ISDIR(st.st_mode);
	if (!m->is_dir && !S_ISREG(st.st_mode))
		return err_set(e, EINVAL,
			       "mount \"%s\": neither a folder nor a file",
			       text);
	if (m->mode == MOUNT_COW && !m->is_dir)
		return err_set(e, EINVAL,
			       "mount \"%s\": only a folder can be :cow", text);
	for (size_t i = 0; i < p->nmounts; i++)
		if (p->mounts[i].drive == m->drive &&
		    is_nested(p->mounts[i].guest, m->guest))
			return err_set(e, EINVAL,
				       "mount \"%s\": %c:\\%s is a mount "
				       "already, and one cannot be inside "
				       "another",
				       text, m->drive, p->mounts[i].guest);
	return 0;
}

int policy_add_mount(struct policy *p, const char *text, struct err *e)
{
	struct policy_mount m = { 0 }, *v;

	if (read_mount(p, text, &m, e) < 0)
		goto fail;
	v = realloc(p->mounts, (p->nmounts + 1) * sizeof *v);
	if (!v) {
		err_set(e, ENOMEM, "no memory");
		goto fail;
	}
	p->mounts = v;
	v[p->nmounts++] = m;
	return 0;
fail:
	free(m.given);
	free(m.host);
	free(m.guest);
	return -1;
}

const struct policy_mount *policy_find(const struct policy *p, const char *host,
				       const char **rest)
{
	const struct policy_mount *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < p->nmounts; i++) {
		const char *m = p->mounts[i].host;
		size_t n = strlen(m);

		if (n == 1)
			n = 0; /* "/" */
		if (strncmp(host, m, n) || (host[n] && host[n] != '/') ||
		    (best && n < longest))
			continue;
		best = &p->mounts[i];
		longest = n;
		*rest = host + n + (host[n] == '/');
	}
	return best;
}

bool policy_allows(const struct policy *p, const char *host, bool change)
{
	static const char *const own[] = { "/drives", "/data/run-foreign/c" };
	const char *rest;
	const struct policy_mount *m;
	size_t n = strlen(p->own);

	/* First, as the folder may lie in a mount, of /tmp for instance. */
	if (strncmp(host, p->own, n) || (host[n] && host[n] != '/')) {
		m = policy_find(p, host, &rest);
		return m && (!change || m->mode != MOUNT_RO);
	}
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		size_t k = strlen(own[i]);

		if (!strncmp(host + n, own[i], k) &&
		    (!host[n + k] || host[n + k] == '/'))
			return true;
	}
	return false;
}

/* ---- files ----------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*set)(struct policy *p, const char *value, struct err *e);
} settings[] = {
	{ "mount", policy_add_mount }, { "env", policy_add_env },
	{ "memory", set_memory },      { "cpus", set_cpus },
	{ "pids", set_pids },	       { "timeout", set_timeout },
	{ "commit", set_commit },
	{ "net", policy_set_net },
};

int policy_set(struct policy *p, const char *name, const char *value,
	       struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++)
		if (!strcmp(settings[i].name, name))
			return settings[i].set(p, value, e);
	return err_set(e, EINVAL, "\"%s\" is no setting", name);
}

static int read_line(struct policy *p, char *line, struct err *e)
{
	char *name = line + strspn(line, " \t"), *value;
	size_t n = strlen(name);

	while (n && strchr(" \t\r\n", name[n - 1]))
		name[--n] = 0;
	if (!*name || *name == '#')
		return 0;
	value = name + strcspn(name, " \t");
	if (!*value)
		return err_set(e, EINVAL, "\"%s\" has no value", name);
	*value++ = 0;
	return policy_set(p, name, value + strspn(value, " \t"), e);
}

int policy_read(struct policy *p, const char *file, struct err *e)
{
	FILE *f = fopen(file, "re");
	char line[MAX_LINE];
	int ret = 0;

	if (!f)
		return err_set(e, errno, "policy %s: %s", file,
			       strerror(errno));
	for (unsigned n = 1; !ret && fgets(line, sizeof line, f); n++) {
		if (!strchr(line, '\n') && !feof(f))
			ret = err_set(e, EINVAL, "the line is too long");
		else
			ret = read_line(p, line, e);
		if (ret)
			err_wrap(e, "%s:%u", file, n);
	}
	/* A folder can be opened, too. */
	if (!ret && ferror(f))
		ret = err_set(e, EINVAL, "policy %s: %s", file, strerror(errno));
	fclose(f);
	return ret;
}

int policy_check(const struct policy *p, struct err *e)
{
	bool layered = false;

	for (size_t i = 0; i < p->nmounts; i++)
		layered = layered || p->mounts[i].mode == MOUNT_COW;
	if (p->commit && !layered)
		return err_set(e, EINVAL,
			       "commit: no mount has :cow, so there is nothing "
			       "to be written at the end");
	return 0;
}

/* ---- what is said --------------------------------------------------------------------- */

/*
 * A table of hashes, in which 0 is none.  Without a lock, as a fork(2) may
 * happen meanwhile.  When it is full, what was said is forgotten bit by bit.
 */
static bool is_new(uint64_t hash)
{
	static _Atomic uint64_t said[128];
	const unsigned n = COUNT_OF(said);

	for (unsigned i = 0; i < n; i++) {
		uint64_t old = 0;

		if (atomic_compare_exchange_strong(&said[(hash + i) % n], &old,
						   hash))
			return true;
		if (old == hash)
			return false;
	}
	return atomic_exchange(&said[hash % n], hash) != hash;
}

void policy_refused(const char *fmt, ...)
{
	uint64_t hash = 0xcbf29ce484222325;
	char text[PATH_MAX + 64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (const char *c = text; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	if (is_new(hash ? hash : 1))
		log_warn("sandbox: refused: %s", text);
}

/* ---- processes --------------------------------------------------------------------- */

/*
 * A slot is a locked file.  The lock belongs to the open file, which the new
 * process inherits, so it is gone with the process, however that ends.
 */
int policy_slot(void)
{
	char path[PATH_MAX];

	if (!policy || !policy->pids)
		return -2;
	for (unsigned i = 1; i < policy->pids; i++) {
		int fd;

		snprintf(path, sizeof path, "%s/slots/%u", policy->own, i);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		close(fd);
	}
	policy_refused("more than %u process%s", policy->pids,
		       policy->pids == 1 ? "" : "es");
	return -1;
}

int policy_dial(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s, err;

	if (snprintf(a.sun_path, sizeof a.sun_path, "%s/%s", policy->own,
		     name) >= (int)sizeof a.sun_path)
		return -ENAMETOOLONG;
	s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -errno;
	if (connect(s, (struct sockaddr *)&a, sizeof a) == 0)
		return s;
	err = -errno;
	close(s);
	return err;
}

/*
 * The kernel sends a signal of our choice to who has asked for it when a pipe's
 * last writer is gone.  The request belongs to the open file, so a child needs one
 * of its own.
 */
int policy_end_with_outside(void)
{
	static int alive = -1;
	char path[PATH_MAX], none;
	int fd;

	if (!policy)
		return 0;
	snprintf(path, sizeof path, "%s/" POLICY_ALIVE, policy->own);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (own_fd_low != INT_MAX)
		fd = own_fd(fd);
	if (fcntl(fd, F_SETOWN, getpid()) < 0 ||
	    fcntl(fd, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) < 0) {
		close(fd);
		return -errno;
	}
	/* Before that? */
	if (read(fd, &none, 1) == 0)
		raise(SIGKILL);
	if (alive >= 0)
		close(alive);
	alive = fd;
	return 0;
}
