/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sandbox.c - see sandbox.h.
 *
 * The program's drives are a folder of symbolic links to what is mounted, and
 * the data folder, the session of named objects and TEMP are folders next to
 * it: two sandboxes share nothing.
 */
#include "loader/sandbox.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/table.h"
#include "loader/cgroup.h"
#include "loader/commit.h"
#include "loader/jail.h"
#include "loader/outside-net.h"
#include "loader/outside-proc.h"
#include "loader/remove-tree.h"
#include "loader/search.h"
#include "loader/supervise.h"
#include "loader/witness.h"
#include "syscall-xlate/trace.h"

/* ---- the folder ---- */

#define USER "data/run-foreign/c/Users/user"

static const char *const folders[] = {
	"drives",
	"run",
	"slots",
	"data",
	"data/run-foreign",
	"data/run-foreign/c",
	"data/run-foreign/c/Users",
	USER,
	USER "/AppData",
	USER "/AppData/Local",
	USER "/AppData/Local/Temp",
};

static char *join(const char *a, const char *b)
{
	char *s;

	return asprintf(&s, "%s/%s", a, b) < 0 ? NULL : s;
}

/* The folder for what is mounted below a drive's root. */
static char *own_root(const struct policy *p, char drive)
{
	char *path;

	return asprintf(&path, "%s/drives/%c", p->own, tolower(drive)) < 0
		       ? NULL
		       : path;
}

static int link_mount(const struct policy *p, const struct policy_mount *m,
		      struct err *e)
{
	char *path = m->drive == 'C' ? join(p->own, "data/run-foreign/c")
				     : own_root(p, m->drive);
	const char *name;
	struct stat st;
	int root, parent = -1, ret = 0;

	if (!path)
		return err_set(e, ENOMEM, "no memory");
	root = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	free(path);
	if (!*m->guest) {
		/* It is the drive itself. */
	} else if (root < 0 || fstat(root, &st) < 0 ||
		   (parent = jail_parents(root, st.st_dev, m->guest, &name)) <
			   0 ||
		   symlinkat(m->host, parent, name) < 0) {
		ret = err_set(e, errno, "mount %c:\\%s: %s", m->drive,
			      m->guest, strerror(errno));
	}
	if (parent >= 0)
		close(parent);
	if (root >= 0)
		close(root);
	return ret;
}

#define FOLDER "run-foreign-sandbox."

/*
 * Those of sandboxes whose process outside was killed: nobody writes to the pipe
 * in it (hold_folder()) any more.
 */
static void remove_stale(const char *place)
{
	DIR *d = opendir(place);
	struct dirent *x;
	char path[PATH_MAX];
	struct stat st;
	int fd;

	while (d && (x = readdir(d))) {
		if (strncmp(x->d_name, FOLDER, sizeof FOLDER - 1) ||
		    snprintf(path, sizeof path, "%s/%s/" POLICY_ALIVE, place,
			     x->d_name) >= (int)sizeof path ||
		    lstat(path, &st) || !S_ISFIFO(st.st_mode) ||
		    st.st_uid != geteuid())
			continue;
		fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		else if (errno == ENXIO)
			remove_tree(dirfd(d), x->d_name);
	}
	if (d)
		closedir(d);
}

/*
 * As long as this process lives, the pipe has somebody who writes: then all
 * processes inside are ended by the kernel (policy_end_with_outside()).
 */
static int hold_folder(const char *folder)
{
	char *path = join(folder, POLICY_ALIVE);
	int ret = path && !mkfifo(path, 0600) &&
				  open(path, O_RDWR | O_CLOEXEC) >= 0
			  ? 0
			  : -1;

	free(path);
	return ret;
}

/*
 * alone: it is only a place to mount on; on a disk making and removing it may take
 * as long as the rest of the start.
 */
static int make_folder(struct policy *p, bool alone, struct err *e)
{
	const char *tmp = getenv("TMPDIR"), *place = "/tmp";
	struct statfs fs;
	char *own;

	if (tmp && *tmp == '/')
		place = tmp;
	else if (alone && !statfs("/dev/shm", &fs) &&
		 fs.f_type == TMPFS_MAGIC && !access("/dev/shm", W_OK))
		place = "/dev/shm";
	if (!alone)
		remove_stale(place);
	/* It has its name only once it is held: else it would look stale. */
	own = join(place, alone ? FOLDER "XXXXXX" : "run-foreign-new.XXXXXX");
	if (!own || !mkdtemp(own) || !(p->own = realpath(own, NULL)))
		goto fail;
	free(own);
	if (alone)
		return 0;
	own = p->own;
	if (hold_folder(own) ||
	    asprintf(&p->own, "%.*s" FOLDER "%s",
		     (int)(strrchr(own, '/') + 1 - own), own,
		     strrchr(own, '.') + 1) < 0 ||
	    rename(own, p->own))
		goto fail;
	free(own);
	return 0;
fail:
	return err_set(e, errno, "a folder for the sandbox: %s",
		       strerror(errno));
}

static int fill_folder(const struct policy *p, struct err *e)
{
	char *path;
	int ret;

	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char *path = join(p->own, folders[i]);

		if (!path || mkdir(path, 0700) < 0)
			return err_set(e, errno, "%s/%s: %s", p->own,
				       folders[i], strerror(errno));
		free(path);
	}
	for (char drive = 'D'; drive <= 'Z'; drive++) {
		const char *root = p->root[drive - 'A'];
		size_t n = strlen(p->own);

		/* Else it is a mount's own. */
		if (root && !strncmp(root, p->own, n) && root[n] == '/' &&
		    mkdir(root, 0700) < 0)
			return err_set(e, errno, "%s: %s", root, strerror(errno));
	}
	for (size_t i = 0; i < p->nmounts; i++)
		if (link_mount(p, &p->mounts[i], e))
			return -1;
	path = join(p->own, "mounts");
	if (!path)
		return err_set(e, ENOMEM, "no memory");
	ret = policy_save_mounts(p, path, e);
	free(path);
	return ret;
}

/* What are Z:\, which is there in any case, and the other drives? */
static int find_roots(struct policy *p, struct err *e)
{
	p->root['Z' - 'A'] = own_root(p, 'Z');
	for (size_t i = 0; i < p->nmounts; i++) {
		const struct policy_mount *m = &p->mounts[i];
		char **root = &p->root[m->drive - 'A'];

		if (m->drive == 'C')
			continue;
		if (!*m->guest)
			*root = m->host;
		else if (!*root)
			*root = own_root(p, m->drive);
		if (!*root)
			break;
	}
	return p->root['Z' - 'A'] ? 0 : err_set(e, ENOMEM, "no memory");
}

/* ---- the child's side ---- */

/* The program itself, if no mount shows it: Z:\name.exe, as one more option. */
static int mount_program(struct options *o, char **option, struct err *e)
{
	char *found = search_program(o->program[0], e), *host;
	const char *rest, *name;
	int ret = 0;

	*option = NULL;
	if (!found)
		return -1;
	host = realpath(found, NULL);
	free(found);
	if (!host)
		return err_set(e, errno, "%s", strerror(errno));
	if (!policy_find(&o->policy, host, &rest)) {
		name = strrchr(host, '/') + 1;
		if (asprintf(option, "--mount=%s:Z:\\%s:ro", host, name) < 0)
			ret = err_set(e, ENOMEM, "no memory");
		else
			ret = policy_add_mount(&o->policy, *option + 8, e);
	}
	/* It is looked for once only, and by a name that stays good. */
	o->program[0] = host;
	return ret;
}

/*
 * The program, and so its children, may be in another folder than we: an
 * option's value, which is all or the end of one of v, becomes absolute.
 */
static int make_absolute(char **v, const char **value, struct err *e)
{
	char *path, *option;

	if (!*value || **value == '/')
		return 0;
	path = realpath(*value, NULL);
	if (!path)
		return err_set(e, errno, "%s: %s", *value, strerror(errno));
	for (; *v && (*value < *v || *value > *v + strlen(*v)); v++)
		;
	if (*v) {
		if (asprintf(&option, "%.*s%s", (int)(*value - *v), *v, path) <
		    0)
			return err_set(e, ENOMEM, "no memory");
		*v = option;
	}
	*value = path;
	return 0;
}

/* argv with --jailed, and the mount of the program, in front. */
static int add_options(struct options *o, char ***argv, char *mount,
		       struct err *e)
{
	size_t n = 0, at = 1;
	char **v, *jailed, *trace_fd;

	while ((*argv)[n])
		n++;
	v = calloc(n + 4, sizeof *v);
	o->trace_fd = trace_json_share();
	if (!v || asprintf(&jailed, "--jailed=%s", o->policy.own) < 0 ||
	    asprintf(&trace_fd, "--trace-fd=%d", o->trace_fd) < 0)
		return err_set(e, ENOMEM, "no memory");
	v[0] = (*argv)[0];
	v[at++] = jailed;
	if (o->trace_fd >= 0)
		v[at++] = trace_fd;
	if (mount)
		v[at++] = mount;
	memcpy(v + at, *argv + 1, (n - 1) * sizeof *v);
	if (make_absolute(v + at, &o->policy_file, e) ||
	    make_absolute(v + at, &o->dlls, e))
		return -1;
	o->program = v + at + (o->program - (*argv + 1));
	o->jailed = o->policy.own;
	*argv = v;
	return 0;
}

/* Ours, not the user's; then what the policy passes on. */
static int set_environment(const struct policy *p, struct err *e)
{
	static const struct {
		const char *name, *folder;
	} own[] = {
		{ "XDG_DATA_HOME", "data" },
		{ "XDG_RUNTIME_DIR", "run" },
		{ "HOME", USER },
		{ "TMPDIR", USER "/AppData/Local/Temp" },
	};
	const char *dlls = getenv("RUN_FOREIGN_DLLS");

	if (dlls)
		dlls = realpath(dlls, NULL);
	clearenv();
	for (size_t i = 0; i < p->nenv; i++)
		putenv(p->env[i]);
	if (dlls)
		setenv("RUN_FOREIGN_DLLS", dlls, 1);
	setenv("USER", "user", 1);
	if (!getenv("PATH"))
		setenv("PATH", "", 1);
	for (size_t i = 0; i < COUNT_OF(own); i++) {
		char *path = join(p->own, own[i].folder);

		if (!path || setenv(own[i].name, path, 1))
			return err_set(e, ENOMEM, "no memory");
		free(path);
	}
	return 0;
}

/* What our caller left open is not the program's. */
static void close_others(int a, int b, int c)
{
	const int least = MIN(a, MIN(b, c)), most = MAX(a, MAX(b, c));
	const int keep[] = { least, MAX(MIN(a, b), MIN(MAX(a, b), c)), most };
	unsigned from = 3;

	for (unsigned i = 0; i < COUNT_OF(keep); i++) {
		if (keep[i] < (int)from)
			continue;
		if (keep[i] > (int)from)
			close_range(from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	close_range(from, ~0u, 0);
}

static int enter(struct options *o, int status_fd, int net_fd, struct err *e)
{
	struct policy *p = &o->policy;
	char cwd[PATH_MAX];
	const char *rest;

	cgroup_enter();
	if (o->alone && !jail_leave(p, e)) {
		log_debug(LOG_PROCESS, "%s", e->text);
		supervise_again();
	}
	if (net_fd >= 0 && outside_net_open(p, net_fd, e))
		return -1;
	close_others(status_fd, commit_channel(), o->trace_fd);
	if (fill_folder(p, e) || set_environment(p, e))
		return -1;
	if ((!getcwd(cwd, sizeof cwd) || !policy_find(p, cwd, &rest)) &&
	    chdir(p->root['Z' - 'A']) < 0)
		return err_set(e, errno, "%s: %s", p->root['Z' - 'A'],
			       strerror(errno));
	if (status_fd >= 0 && asprintf((char **)&o->exit_status,
				       "/proc/self/fd/%d", status_fd) < 0)
		return err_set(e, ENOMEM, "no memory");
	policy = p;
	return 0;
}

int sandbox_begin(struct options *o, char ***argv, struct err *e)
{
	struct policy *p = &o->policy;
	struct supervised s = { .policy = p, .status = -1, .argv = *argv };
	int status_fd = -1, net_fd = -1, proc_fd = -1, alone;
	char *mount;

	/* A child may start in another folder. */
	if (!o->sandbox)
		return make_absolute(*argv + 1, &o->trace_json, e);
	if (!o->jailed)
		cgroup_begin(p);
	if (!p->pids)
		p->pids = POLICY_PIDS;
	if (!o->engine)
		o->engine = "kvm";
	else if (!strcmp(o->engine, "direct") && !o->jailed)
		log_warn("sandbox: the direct engine is no virtual machine; "
			 "only the kernel's limits on this process hold");
	if (o->jailed) {
		/* A child, in its parent's jail. */
		p->own = strdup(o->jailed);
		policy = p;
		return p->own ? find_roots(p, e)
			      : err_set(e, ENOMEM, "no memory");
	}
	/* From the user's network, which is left next. */
	if (mount_program(o, &mount, e) ||
	    (p->net & POLICY_NET_PEERS &&
	     (outside_net_lookup(p, e) || outside_net_serve(p, &net_fd, e))))
		goto fail;
	supervise_prepare();
	alone = jail_spaces(e);
	if (alone < 0 || make_folder(p, alone, e) || find_roots(p, e) ||
	    add_options(o, argv, mount, e))
		goto fail;
	/*
	 * Who writes it has no way to the file itself; and that is opened before
	 * there is anybody who could put a link in its place.
	 */
	if (o->exit_status) {
		s.status_file = o->exit_status;
		s.status_to = open(s.status_file,
				   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
				   0666);
		s.status = status_fd = memfd_create("exit-status", MFD_CLOEXEC);
		if (s.status_to < 0 || status_fd < 0) {
			err_set(e, EINVAL, "--exit-status=%s: %s", s.status_file,
				strerror(errno));
			goto fail;
		}
	}
	if (commit_prepare(p, e))
		goto fail;
	o->alone = s.alone = alone;
	if (!alone && (proc_fd = outside_proc_open(p, e)) < 0)
		goto fail;
	s.pid = supervise_fork(alone, e);
	if (s.pid > 0) {
		close(net_fd);
		if (!alone && outside_proc_serve(proc_fd, e))
			log_warn("sandbox: its processes do not see each "
				 "other: %s",
				 e->text);
		supervise(&s);
	}
	if (s.pid == 0)
		return enter(o, status_fd, net_fd, e);
fail:
	witness_end();
	cgroup_end();
	if (p->own)
		remove_tree(AT_FDCWD, p->own);
	return -1;
}

int sandbox_close(const struct options *o, const char *program,
		  const char *dlls, bool is_vm, struct err *e)
{
	struct jail_paths paths = { program, dlls, o->policy_file };

	if (!policy || o->was_jailed)
		return 0;
	return jail_enter(policy, &paths, is_vm, o->alone, e);
}
