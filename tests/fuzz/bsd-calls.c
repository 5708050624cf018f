/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bsd-calls.c - calls.c for FreeBSD and NetBSD: random system calls, whose
 * arguments are of the kinds that the call table says, while another process
 * changes what they point to.
 *
 *   freebsd-calls SEED SECONDS [loud]
 *
 * A child makes the calls, in which anything may happen to it; its parent counts
 * them, and begins another one in the rest of the time.
 */
#include "tests/guest/bsd/bsd.h"

enum { ARGS = 8, AREA = 1 << 16, FIRST_FD = 3, FDS = 40, MOST_BEGUN = 50 };

static const struct {
	i32 nr;
	const char *name, *kinds;
} calls[] = {
#include CALLS_TABLE
};
enum { CALLS = sizeof calls / sizeof *calls };

/*
 * They end, leave or stop the caller, or reach its parent, or limit what ASan can
 * map.
 */
static const char *const spared[] = {
	"exit", "thr_exit", "_lwp_exit", "fork", "vfork", "__vfork14", "rfork",
	"pdfork", "posix_spawn", "execve", "fexecve", "kill", "thr_kill2",
	"sigqueue", "sigqueueinfo", "pdkill", "procctl", "sigreturn",
	"setcontext", "swapcontext", "sigsuspend", "__sigsuspend14", "thr_new",
	"_lwp_create", "thr_suspend", "_lwp_suspend", "sigaction",
	"__sigaction_sigtramp", "sigprocmask", "__sigprocmask14", "setitimer",
	"__setitimer50", "sigwait", "sigwaitinfo", "sigtimedwait",
	"____sigtimedwait50", "sigaltstack", "__sigaltstack14", "chroot",
	"setrlimit",
};

/* What both processes see. */
static struct {
	u64 made, succeeded, faults, now;
} *shared;
static u8 *area; /* the meddler's too */
static u8 *guarded, *readonly;
static u64 state, stack;
static i64 until;
static int loud, begun;

static u64 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dul;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int is_spared(const char *name)
{
	for (u64 i = 0; i < sizeof spared / sizeof *spared; i++)
		if (same(spared[i], name))
			return 1;
	return 0;
}

static u64 pointer(void)
{
	switch (rnd() % 16) {
	case 0:
		return 0;
	case 1:
		return (u64)(guarded + 4096 - rnd() % 64);
	case 2:
		return (u64)readonly + rnd() % 4096;
	case 3:
		return rnd();
	case 4:
		return 0xffff800000000000ul + rnd() % 0x100000;
	case 5:
		return 0x7fffffffe000ul - rnd() % 0x2000;
	case 6:
		return (u64)calls + rnd() % sizeof calls;
	default:
		return (u64)area + rnd() % (AREA - 4096) / 8 * 8;
	}
}

static u64 number(void)
{
	static const u64 odd[] = {
		0, 1, 2, 4, 8, 16, 0x100, 0x200, 0x400, 0x600, 0xa02, 0x1000,
		0x1002, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		(u64)-1, (u64)-2, (u64)-100, (u64)-4096, 0x8004667e, 0x40087468,
	};

	switch (rnd() % 4) {
	case 0:
		return odd[rnd() % (sizeof odd / sizeof *odd)];
	case 1:
		return rnd() >> rnd() % 64;
	default:
		return rnd() % 40;
	}
}

static u64 path(void)
{
	static const char *const names[] = {
		"/tmp/a", "/tmp/b", "/tmp/d", "/tmp/d/a", "/tmp", "/", "", ".",
		"..", "a", "d/b", "/dev/null", "/dev/zero", "/etc/passwd",
		"/proc/self/mem", "/dev/kvm", "/tmp/../../etc/shadow",
		"/no/such", "/tmp/l", "/tmp/s", "shm",
	};

	return rnd() % 8 ? (u64)names[rnd() % (sizeof names / sizeof *names)] :
			   pointer();
}

static u64 argument(char kind)
{
	if (rnd() % 16 == 0)
		return rnd() % 2 ? pointer() : number();
	switch (kind) {
	case 'f':
		return rnd() % 8 ? FIRST_FD + rnd() % FDS : number();
	case 'P':
		return path();
	case 'l':
		return rnd() % 4 ? rnd() % 256 : number();
	case 'p':
		return rnd() % 8 ? (u64)area + rnd() % (AREA - 4096) / 8 * 8 :
				   pointer();
	default:
		return number();
	}
}

/* Structures that point to each other, with sizes. */
static void scribble(void)
{
	u64 *at = (u64 *)area + rnd() % (AREA / 8 - 64);

	for (int i = 0; i < 64; i++)
		at[i] = rnd() % 3 == 0 ? pointer() :
			rnd() % 2      ? rnd() % 64 :
					 number();
}

static i64 seconds(void)
{
	i64 t[2] = { 0, 0 };

	CALL(SYS_clock_gettime, 4, t); /* FreeBSD's monotonic */
	if (last_errno)
		CALL(SYS_clock_gettime, 3, t);
	return t[0];
}

/* A call that waits comes back, and what it broke may be whole again. */
static void on_signal(int sig)
{
	(void)sig;
}

__attribute__((used)) static void loop(void)
{
	static const u64 no_signals[2];

	shared->faults++;
	/* Too much of it is broken: another child. */
	if (++begun > MOST_BEGUN)
		CALL(SYS_exit, 3);
	CALL(SYS_sigprocmask, 3, no_signals, 0); /* SIG_SETMASK */
	for (;;) {
		u64 n = rnd() % CALLS, a[ARGS];

		if (is_spared(calls[n].name))
			continue;
		if (shared->made % 64 == 0 && seconds() >= until)
			CALL(SYS_exit, 0);
		scribble();
		for (int i = 0; i < ARGS; i++)
			a[i] = calls[n].kinds[i] ? argument(calls[n].kinds[i]) :
						   0;
		for (int i = 0; i < ARGS && !calls[n].kinds[i]; i++)
			a[i] = number();
		if (loud) {
			say(calls[n].name);
			say("\n");
		}
		shared->made++;
		call8(calls[n].nr, a[0], a[1], a[2], a[3], a[4], a[5], a[6],
		      a[7]);
		shared->succeeded += !last_errno;
	}
}

/* From a signal: begin anew, on a stack that is there. */
__attribute__((used)) static void on_fault(int sig)
{
	(void)sig;
	__asm__ volatile("mov %0, %%rsp\n\tcall loop\n\thlt" : : "r"(stack));
}

static void meddle(void)
{
	volatile u64 *a = (u64 *)area;

	for (;;) {
		u64 x = rnd();

		a[x % (AREA / 8)] = x & 0x10000 ? x : x % 4096;
		if (x % 1000 == 0)
			CALL(SYS_sched_yield);
	}
}

static void *map_shared(u64 len)
{
#ifdef FREEBSD
	return (void *)CALL(SYS_mmap, 0, len, 3, 0x1001, -1, 0);
#else
	return (void *)CALL(SYS_mmap, 0, len, 3, 0x1001, -1, 0, 0);
#endif
}

/* The last of these is the one that was made last. */
static void make_descriptors(void)
{
	i32 pair[2];

	CALL(SYS_open, "/tmp/a", O_RDWR | O_CREAT, 0600);
	CALL(SYS_open, "/tmp", 0, 0);
	CALL(SYS_open, "/dev/null", O_RDWR, 0);
	CALL(SYS_socketpair, 1, 1, 0, pair);
	CALL(SYS_socketpair, 1, 2, 0, pair);
	CALL(SYS_pipe2, pair, 0);
	CALL(SYS_kqueue);
}

static void fuzz(void)
{
	const i64 every[4] = { 0, 50000, 0, 50000 };
	static const int faults[] = { SIGILL, SIGTRAP, SIGFPE, SIGBUS, SIGSEGV,
				      12 /* SIGSYS */, 6 /* SIGABRT */ };

	stack = (u64)map(AREA, 3) + AREA - 64;
	guarded = map(8192, 3);
	readonly = map(4096, 3);
	CALL(SYS_mprotect, guarded + 4096, 4096, 0);
	CALL(SYS_mprotect, readonly, 4096, 1);
	make_descriptors();
	for (u64 i = 0; i < sizeof faults / sizeof *faults; i++)
		set_action(faults[i], (void *)on_fault, 0x10 /* SA_NODEFER */);
	for (int sig = 1; sig < 32; sig++)
		if (sig == SIGALRM || sig == SIGUSR1 || sig == SIGUSR2 ||
		    sig == 1 || sig == 2 || sig == 3 || sig == 13 || sig == 15)
			set_action(sig, (void *)on_signal, 0);
	CALL(SYS_setitimer, 0, every, 0);
	loop();
}

/* Reaps the child; one that waits for ever itself is killed in the end. */
static int ended(i64 child)
{
	const i64 pause[2] = { 0, 20000000 };
	i32 status;
	i64 pid;

	while ((pid = CALL(SYS_wait4, child, &status, 1 /* WNOHANG */, 0)) == 0) {
		if (seconds() >= until)
			CALL(SYS_kill, child, 9);
		CALL(SYS_nanosleep, pause, 0);
	}
	/* Its own it handles; run-foreign's may have no standard error. */
	if (pid == child && (status & 0x7f) == 6)
		say("a child was ended by signal 6\n");
	return pid == child;
}

static u64 value_of(const char *text)
{
	u64 n = 0;

	while (*text >= '0' && *text <= '9')
		n = n * 10 + (u64)(*text++ - '0');
	return n;
}

int test_main(int argc, char **argv)
{
	i64 meddler, child;
	u64 seed;

	if (argc < 3)
		return 2;
	seed = value_of(argv[1]);
	state = seed * 2654435761u + 1;
	until = seconds() + (i64)value_of(argv[2]);
	loud = argc > 3;
	shared = map_shared(4096);
	area = map_shared(AREA);
	meddler = CALL(SYS_fork);
	if (meddler == 0)
		meddle();
	while (seconds() < until) {
		state = (seed << 20) + shared->made * 2654435761u + 1;
		child = CALL(SYS_fork);
		if (child == 0)
			fuzz();
		if (child < 0 || !ended(child))
			break;
	}
	CALL(SYS_kill, meddler, 9);
	CALL(SYS_wait4, meddler, 0, 0, 0);
	say_number((i64)shared->made);
	say(" calls, ");
	say_number((i64)shared->succeeded);
	say(" succeeded, ");
	say_number((i64)shared->faults);
	say(" begun\n");
	return 0;
}
