/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console-shared.c - see console-shared.h. */
#include "syscall-xlate/nt/console-shared.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/raw-call.h"

#include "syscall-xlate/nt/console-history.h"
#include "syscall-xlate/nt/console-log.h"
#include "syscall-xlate/nt/console.h"

/* Until it is shared, and if it cannot be. */
static struct console_shared own = {
	.input_mode = INPUT_DEFAULT,
	.output_mode = OUTPUT_DEFAULT,
	.cp_in = CONSOLE_UTF8,
	.cp_out = CONSOLE_UTF8,
	.attributes = 7,
	.cursor_size = 25,
	.popup_attributes = 0xf5,
};
static struct console_shared *_Atomic at = &own;

/* What is remembered and what is shown lies behind it in the same memory. */
enum {
	STORE_AT = 4096,
	SCREENS_AT = (STORE_AT + sizeof(struct console_past) + 4095) & ~4095ul,
	ALL = SCREENS_AT + sizeof(struct console_screens),
	/* This is not mapped. */
	KEPT_AT = (ALL + 4095) & ~4095ul,
	FILE_SIZE = KEPT_AT + 2ul * SCREENS * KEPT_MAX,
};
_Static_assert(sizeof(struct console_shared) <= STORE_AT, "a page");
static struct console_past own_past SPARSE;
static struct console_past *past_at = &own_past; /* under lock */
static struct console_screens own_screens SPARSE;
static struct console_screens *_Atomic screens_at = &own_screens;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int shared_fd = -1; /* changed under lock */
static _Atomic int kept_fd = -1;   /* the same, if it is that long */
static bool inherited;             /* set before there are other threads */
static _Atomic bool unmapped;      /* inherited and not looked at yet */

static struct console_shared *map(int fd)
{
	void *p = mmap(NULL, ALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Whoever makes or writes a longer one than that is killed (SIGXFSZ). */
static bool may_be_long(void)
{
	struct rlimit most;

	return !getrlimit(RLIMIT_FSIZE, &most) && most.rlim_cur >= FILE_SIZE;
}

static void use(void *p)
{
	past_at = (void *)((char *)p + STORE_AT);
	screens_at = (void *)((char *)p + SCREENS_AT);
	at = p;
}

struct console_shared *console_shared(void)
{
	if (unmapped) {
		struct console_shared *s;

		pthread_mutex_lock(&lock);
		s = unmapped ? map(shared_fd) : NULL;
		if (s)
			use(s);
		unmapped = false;
		pthread_mutex_unlock(&lock);
	}
	return at;
}

struct console_past *console_past_shared(int *fd)
{
	struct console_past *past;

	console_shared();
	pthread_mutex_lock(&lock);
	*fd = shared_fd;
	past = past_at;
	pthread_mutex_unlock(&lock);
	return past;
}

int console_kept_file(int64_t *from)
{
	*from = KEPT_AT;
	return kept_fd;
}

struct console_screens *console_screens(void)
{
	console_shared();
	return screens_at;
}

NO_TLS struct console_screens *console_screens_mapped(void)
{
	return screens_at;
}

NO_TLS struct console_shared *console_mapped(void)
{
	return at;
}

/* Of bytes what there is.  Nobody else has either. */
static void copy_past(struct console_past *to, const struct console_past *from)
{
	const struct console_store *s = &from->store[from->now];

	memcpy(&to->store[0], s,
	       offsetof(struct console_store, bytes) + s->used);
}

int console_share(void)
{
	struct console_shared *s = NULL;
	const bool is_long = may_be_long();
	int fd, low;

	pthread_mutex_lock(&lock);
	if (shared_fd < 0) {
		low = memfd_create("run-foreign-console",
				   MFD_CLOEXEC | MFD_ALLOW_SEALING);
		fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 100);
		if (low >= 0)
			close(low);
		/* Nobody can take the memory away under the others. */
		if (fd >= 0 && !ftruncate(fd, is_long ? FILE_SIZE : ALL) &&
		    !fcntl(fd, F_ADD_SEALS,
			   F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
			s = map(fd);
		if (s) {
			own.root = getpid();
			memcpy(s, &own, sizeof *s);
			copy_past((void *)((char *)s + STORE_AT), &own_past);
			screens_move((void *)((char *)s + SCREENS_AT), use, s);
			shared_fd = fd;
			kept_fd = is_long ? fd : -1;
		} else if (fd >= 0) {
			close(fd);
		}
	}
	fd = shared_fd;
	pthread_mutex_unlock(&lock);
	screens_keep();
	console_watch_end(); /* others may change it from now on */
	return fd;
}

void console_inherit(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size < (off_t)ALL)
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	shared_fd = fd;
	if (st.st_size >= (off_t)FILE_SIZE && may_be_long())
		kept_fd = fd;
	inherited = unmapped = true;
}

/*
 * The first on the console is waited for by whoever has the terminal besides.
 * Should it be gone already, there is only us.
 */
NO_TLS bool console_is_ours(void)
{
	if (!inherited)
		return true;
	if (unmapped)
		return false;
	return raw_call(SYS_kill, ((struct console_shared *)at)->root, 0, 0,
			0) == -ESRCH;
}
