/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * box.c - runs a command as a container by Docker would: with its default
 * seccomp filter and its default capabilities, and nothing else of one.
 *
 *   box command [argument...]
 *
 * The filter is Docker's of x86-64: what it does not know is EPERM, clone3 ENOSYS.
 * (i386 calls have a list of their own there; here they are all let through.)
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int calls[] = {
#include "tests/container/docker-calls.h"
};

enum {
	NEW_SPACES = 0x7e020000, /* clone's flags for namespaces */
	LAST_CAP = 63,
};

/* What Docker leaves: chown, dac_override, fowner, fsetid, kill, setgid, setuid,
   setpcap, net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap */
#define KEPT                                                                   \
	(1ull << 0 | 1ull << 1 | 1ull << 3 | 1ull << 4 | 1ull << 5 |           \
	 1ull << 6 | 1ull << 7 | 1ull << 8 | 1ull << 10 | 1ull << 13 |         \
	 1ull << 18 | 1ull << 27 | 1ull << 29 | 1ull << 31)

static struct sock_filter f[1024];
static unsigned short n;

static void put(uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	f[n++] = (struct sock_filter){ code, jt, jf, k };
}

static void load(size_t offset)
{
	put(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void result(uint32_t r)
{
	put(BPF_RET | BPF_K, 0, 0, r);
}

static void equal(uint32_t k, uint8_t jt, uint8_t jf)
{
	put(BPF_JMP | BPF_JEQ | BPF_K, jt, jf, k);
}

static int install(void)
{
	static const uint32_t personalities[] = { 0, 8, 0x20000, 0x20008,
						  0xffffffff };
	const size_t arg0 = offsetof(struct seccomp_data, args);
	struct sock_fprog prog;

	load(offsetof(struct seccomp_data, arch));
	equal(AUDIT_ARCH_I386, 0, 1);
	result(SECCOMP_RET_ALLOW);
	load(offsetof(struct seccomp_data, nr));
	for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++) {
		equal((uint32_t)calls[i], 0, 1);
		result(SECCOMP_RET_ALLOW);
	}
	equal(SYS_clone3, 0, 1);
	result(SECCOMP_RET_ERRNO | ENOSYS);
	equal(SYS_clone, 0, 4);
	load(arg0);
	put(BPF_JMP | BPF_JSET | BPF_K, 1, 0, NEW_SPACES);
	result(SECCOMP_RET_ALLOW);
	result(SECCOMP_RET_ERRNO | EPERM);
	equal(SYS_socket, 0, 4);
	load(arg0);
	equal(AF_VSOCK, 1, 0);
	result(SECCOMP_RET_ALLOW);
	result(SECCOMP_RET_ERRNO | EPERM);
	equal(SYS_personality, 0, 12);
	load(arg0);
	for (unsigned i = 0; i < 5; i++) {
		equal(personalities[i], 0, 1);
		result(SECCOMP_RET_ALLOW);
	}
	result(SECCOMP_RET_ERRNO | EPERM);
	result(SECCOMP_RET_ERRNO | EPERM);
	prog = (struct sock_fprog){ n, f };
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];

	for (int cap = 0; cap <= LAST_CAP; cap++)
		if (!(KEPT >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap); /* EINVAL: beyond the last */
	if (syscall(SYS_capget, &h, d))
		return -1;
	for (int i = 0; i < 2; i++) {
		d[i].effective &= (uint32_t)(KEPT >> 32 * i);
		d[i].permitted &= (uint32_t)(KEPT >> 32 * i);
		d[i].inheritable = 0;
	}
	return (int)syscall(SYS_capset, &h, d);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	/* Docker's daemon is root; others may have a filter only so. */
	if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return perror("box: no_new_privs"), 2;
	if (install() || drop_capabilities())
		return perror("box"), 2;
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}
