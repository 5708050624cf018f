/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bsd.h - guest tests for FreeBSD and NetBSD: freestanding static programs made
 * by the host's compiler.  FREEBSD or NETBSD is defined.  The numbers and
 * layouts here are those of each system's manuals and headers, written down a
 * second time on purpose.
 *
 * A test is test_main(): it returns 0, or prints what differed.
 */
#ifndef RF_GUEST_BSD_H
#define RF_GUEST_BSD_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

#ifdef FREEBSD
enum {
	SYS_fstat = 551, SYS_sigaction = 416, SYS_sigprocmask = 340,
	SYS_sigaltstack = 53, SYS_kevent = 560, SYS_kqueue = 362,
	SYS_mmap = 477, SYS_lseek = 478, SYS_wait4 = 7, SYS_nanosleep = 240,
	SYS_clock_gettime = 232, SYS_socketpair = 135, SYS_sysctl = 202,
	SYS_setitimer = 83, SYS_poll = 209, SYS_sched_yield = 331,
	SYS_pipe2 = 542, SYS_ftruncate = 480, SYS_getdents = 554,
	SYS_sigsuspend = 341,
};
#else
enum {
	SYS_fstat = 440, SYS_sigaction = 340, SYS_sigprocmask = 293,
	SYS_sigaltstack = 281, SYS_kevent = 435, SYS_kqueue = 344,
	SYS_mmap = 197, SYS_lseek = 199, SYS_wait4 = 449, SYS_nanosleep = 430,
	SYS_clock_gettime = 427, SYS_socketpair = 135, SYS_sysctl = 202,
	SYS_setitimer = 425, SYS_poll = 209, SYS_sched_yield = 350,
	SYS_pipe2 = 453, SYS_ftruncate = 201, SYS_getdents = 390,
	SYS_sigsuspend = 294,
};
#endif
enum {
	SYS_exit = 1, SYS_fork = 2, SYS_read = 3, SYS_write = 4, SYS_open = 5,
	SYS_close = 6, SYS_unlink = 10, SYS_getpid = 20, SYS_kill = 37,
	SYS_dup = 41, SYS_execve = 59, SYS_munmap = 73, SYS_mprotect = 74,
	SYS_fcntl = 92, SYS_getppid = 39, SYS_vfork = 66,
	ENOENT = 2, EINTR = 4, EBADF = 9, EFAULT = 14, EEXIST = 17,
	EINVAL = 22, EAGAIN = 35, ENOSYS = 78,
	SIGILL = 4, SIGTRAP = 5, SIGFPE = 8, SIGBUS = 10, SIGSEGV = 11,
	SIGALRM = 14, SIGCHLD = 20, SIGUSR1 = 30, SIGUSR2 = 31,
	O_CREAT = 0x200, O_TRUNC = 0x400, O_EXCL = 0x800, O_RDWR = 2,
};

/* The last call's errno, 0 if it succeeded; and its second result. */
static i64 last_errno;
static u64 second;

/* Six arguments in registers; the seventh and eighth behind a return address. */
static inline i64 call8(i64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f,
			u64 g, u64 h)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	u64 ret, dx = c;
	u8 carry;

	__asm__ volatile("sub $128, %%rsp\n\t"
			 "push %[h]\n\tpush %[g]\n\tpush $0\n\t"
			 "syscall\n\t"
			 "setc %[carry]\n\t"
			 "lea 152(%%rsp), %%rsp"
			 : "=a"(ret), "+d"(dx), [carry] "=&b"(carry),
			   "+r"(r10), "+r"(r8), "+r"(r9)
			 : "a"(nr), "D"(a), "S"(b), [g] "r"(g), [h] "r"(h)
			 : "rcx", "r11", "memory", "cc");
	last_errno = carry ? (i64)ret : 0;
	second = dx;
	return carry ? -1 : (i64)ret;
}

#define CALL_(nr, a, b, c, d, e, f, g, h, ...)                                 \
	call8(nr, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e), (u64)(f),  \
	      (u64)(g), (u64)(h))
#define CALL(...) CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0, 0)

static inline u64 length(const char *s)
{
	u64 n = 0;

	while (s[n])
		n++;
	return n;
}

static inline void say(const char *s)
{
	CALL(SYS_write, 1, s, length(s));
}

static inline void say_number(i64 v)
{
	char buf[24], *p = buf + sizeof buf - 1;
	u64 n = v < 0 ? -(u64)v : (u64)v;

	*p = 0;
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	if (v < 0)
		*--p = '-';
	say(p);
}

static int failed;

static inline void check_at(int ok, const char *what, int line, i64 got)
{
	if (ok)
		return;
	failed = 1;
	say("line ");
	say_number(line);
	say(": ");
	say(what);
	say(": ");
	say_number(got);
	say("\n");
}

#define CHECK(cond) check_at((cond) != 0, #cond, __LINE__, last_errno)
#define EQUAL(got, want)                                                       \
	do {                                                                   \
		i64 got_ = (i64)(got);                                         \
		check_at(got_ == (i64)(want), #got " is", __LINE__, got_);     \
	} while (0)
/* The call fails with this errno. */
#define FAILS(call, code)                                                      \
	do {                                                                   \
		i64 ret_ = (call);                                             \
		check_at(ret_ == -1 && last_errno == (code), #call " fails",   \
			 __LINE__, ret_ == -1 ? last_errno : ret_);            \
	} while (0)

/* No libc, but gcc may ask for these. */
void *memset(void *p, int c, u64 n)
{
	for (u64 i = 0; i < n; i++)
		((volatile u8 *)p)[i] = (u8)c;
	return p;
}

void *memcpy(void *to, const void *from, u64 n)
{
	for (u64 i = 0; i < n; i++)
		((volatile u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

struct sigset { u32 bits[4]; };

#ifdef FREEBSD
struct sigaction { void (*handler)(); i32 flags; struct sigset mask; };
#else
struct sigaction { void (*handler)(); struct sigset mask; i32 flags; };

/* What libc's trampoline is: the context is in r15. */
__attribute__((naked, used)) static void trampoline(void)
{
	__asm__("mov %r15, %rdi\n\tmov $308, %eax\n\tsyscall\n\thlt");
}
#endif

static inline i64 set_action(int sig, void *handler, i32 flags)
{
	struct sigaction sa = { .handler = (void (*)())handler,
				.flags = flags };

#ifdef FREEBSD
	return CALL(SYS_sigaction, sig, &sa, 0);
#else
	return CALL(SYS_sigaction, sig, &sa, 0, trampoline, 2);
#endif
}

static inline void *map(u64 len, int prot)
{
#ifdef FREEBSD
	return (void *)CALL(SYS_mmap, 0, len, prot, 0x1002, -1, 0);
#else
	return (void *)CALL(SYS_mmap, 0, len, prot, 0x1002, -1, 0, 0);
#endif
}

/* ---- start ------------------------------------------------------------------ */

int test_main(int argc, char **argv);

__attribute__((used)) static void start(u64 *block)
{
	int ret = test_main((int)block[0], (char **)(block + 1));

	CALL(SYS_exit, ret || failed);
}

#ifdef FREEBSD
/* rdi: argc, argv, envp, auxv. */
__asm__(".globl _start\n_start:\n\tand $-16, %rsp\n\tcall start\n\thlt");

__asm__(".pushsection .note.tag, \"a\", @note\n\t"
	".long 8, 4, 1\n\t.asciz \"FreeBSD\"\n\t.long 1400097\n\t"
	".popsection");
#else
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\t"
	"call start\n\thlt");

__asm__(".pushsection .note.netbsd.ident, \"a\", @note\n\t"
	".long 7, 4, 1\n\t.asciz \"NetBSD\"\n\t.byte 0\n\t.long 1000000000\n\t"
	".popsection");
#endif

#endif
